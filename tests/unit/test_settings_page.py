"""docs/settings.md lists every setting with its true default, none that does not exist, and its example works."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from mailbot.settings import Settings, load_settings, setting_names

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([^`]+)` \| (.+?) \| .+ \|$", PAGE, re.MULTILINE))


def default_of(name):
    value = Settings()
    for part in name.split("."):
        value = getattr(value, part)
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def as_written(value):
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if value not in ("", None, (), {}) else "–"


def test_every_setting_is_listed_once_and_nothing_else():
    listed = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted(setting_names())


@pytest.mark.parametrize("name", setting_names())
def test_the_default_that_is_listed_is_the_default(name):
    assert ROWS[name] == as_written(default_of(name))


def test_the_example_is_accepted(tmp_path):
    (example,) = re.findall(r"^```toml\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)
    path = tmp_path / "mailbot.toml"
    path.write_text(example, encoding="utf-8")
    settings = load_settings(path)
    assert settings.imap.host == "mail.winlas.se"
    assert settings.policy.target_days == 10


def test_variables_on_the_page_exist(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").write_text("proven")
    for variable in set(re.findall(r"MAILBOT_[A-Z_0-9]+[A-Z]", PAGE)) - {"MAILBOT_CONFIG"}:
        monkeypatch.setenv(variable, "secret" if variable.endswith("_FILE") else "proven")
    monkeypatch.setenv("MAILBOT_POLICY__RULES__ACCESS__HANDS", "officer")
    load_settings()
