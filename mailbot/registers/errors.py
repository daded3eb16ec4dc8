"""What can go wrong with a system of record. No message holds a value from a row."""

from __future__ import annotations

from mailbot.errors import MailbotError


class RegisterError(MailbotError):
    """A system of record failed or does not answer; trying again later may help. Exit code 1."""


class RegisterSetupError(RegisterError):
    """The map and the system of record do not fit together; somebody has to mend one of them. Exit code 2."""

    exit_code = 2


class ImportRefused(MailbotError, ValueError):
    """Nothing of a CSV file was taken. Each problem names file, line, column and what is wrong. Exit code 2."""

    exit_code = 2

    def __init__(self, problems: tuple[str, ...], more: int = 0) -> None:
        ending = f"\n… and {more} more" if more else ""
        super().__init__("\n".join(problems) + ending)
        self.problems, self.more = problems, more
