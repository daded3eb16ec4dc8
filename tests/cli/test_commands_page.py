"""docs/commands.md lists every command with its options, and none that does not exist."""

import re
from pathlib import Path

import pytest
import typer

from mailbot.cli.root import app
from mailbot.core.letters import RefusalGround

PAGE = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `mailbot ([a-z]+(?: [a-z]+)?)(.*?)` \| (.+) \|$", PAGE, re.MULTILINE)
SAID_FOR_ALL = {"--help", "--json", "--officer"}


def commands(group=None, above=()):
    for name, command in (group or typer.main.get_command(app)).commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (name,))
        else:
            yield " ".join((*above, name)), command


COMMANDS = dict(commands())


def rows_of(name):
    return [f"{usage} {said}" for command, usage, said in ROWS if command == name]


def test_every_command_is_listed_and_no_other():
    assert {command for command, _, _ in ROWS} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_listed_with_its_command(name):
    listed = set(re.findall(r"--[a-z-]+", " ".join(rows_of(name))))
    first_names = {parameter.opts[0] for parameter in COMMANDS[name].params if parameter.opts[0].startswith("--")}
    assert listed == first_names - SAID_FOR_ALL


def test_every_ground_of_refusal_is_listed():
    (listed,) = re.findall(r"^Grounds of refusal: (.+?)\.$", PAGE, re.MULTILINE | re.DOTALL)
    assert re.findall(r"`(\w+)`", listed) == list(RefusalGround)
