"""What can go wrong, each with a message that a person can act on."""


class MailbotError(Exception):
    """Anything that the program names in one line instead of a traceback."""
