"""What can go wrong, each with a message that a person can act on."""

from __future__ import annotations


class MailbotError(Exception):
    """Anything that the program names in one line instead of a traceback: what, where, and how to mend it.

    The message must hold no personal data. Exit code 1.
    """

    exit_code = 1


class UsageError(MailbotError):
    """The command was called in a way that cannot work. Exit code 2."""

    exit_code = 2


class SettingsError(UsageError):
    """A setting is unknown, missing or wrong; the message names it and where it stands. Exit code 2."""
