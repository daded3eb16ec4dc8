"""Installations for conversations: one mailbox, one register, one store each."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.dovecot import Dovecot
from tests.support.installation import Installation
from tests.support.postfix import Mailworld


@pytest.fixture
def new_installation(mailworld: Mailworld, dovecot: Dovecot, tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """A factory: `new_installation(mode="shadow")` gives one with that setting."""
    made: list[Installation] = []

    def make(**overrides: Any) -> Installation:
        folder = tmp_path / f"installation{len(made)}"
        folder.mkdir()
        made.append(Installation(mailworld, dovecot, folder, overrides))
        return made[-1]

    yield make
    for installation in made:
        installation.close()


@pytest.fixture
def mailbot(new_installation: Callable[..., Installation]) -> Installation:
    """An installation with the default settings, but no undo window."""
    return new_installation()
