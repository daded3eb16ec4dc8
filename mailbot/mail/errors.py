"""What can go wrong with a mail server, each said in one line that names the setting to look at."""

from __future__ import annotations

from pathlib import Path

from mailbot.errors import MailbotError, SettingsError


class ServerUnreachable(MailbotError, ConnectionError):
    """No connection can be made."""

    def __init__(self, section: str, host: str, port: int) -> None:
        super().__init__(
            f"{section}: no connection to {host}:{port}; look at {section}.host, {section}.port and {section}.security,"
            " and whether the server runs"
        )


class CertificateRefused(MailbotError, ConnectionError):
    """The server's certificate does not verify."""

    def __init__(self, section: str, host: str, why: str) -> None:
        super().__init__(
            f"{section}: the certificate of {host} does not verify ({why}); use the name in the certificate as"
            f" {section}.host, or give the authority that signed it as {section}.ca_file"
        )


class EncryptionMissing(MailbotError, ConnectionError):
    """The server does not offer to encrypt the connection."""

    def __init__(self, section: str, host: str, port: int) -> None:
        super().__init__(
            f"{section}: {host}:{port} does not offer STARTTLS; use {section}.security 'tls' with the server's TLS port"
        )


class LoginRefused(MailbotError, PermissionError):
    """The server does not take user and password, or the token."""

    def __init__(self, section: str, host: str) -> None:
        super().__init__(
            f"{section}: {host} refuses the log-in; look at {section}.user, {section}.password and {section}.auth"
        )


class FolderMissing(MailbotError, LookupError):
    """The folder that new mail arrives in does not exist."""

    def __init__(self, host: str) -> None:
        super().__init__(f"imap.folder: {host} has no such folder")


class ConnectionLost(MailbotError, ConnectionError):
    """The connection broke, or the server said goodbye; a new one has to be made."""


class CommandRefused(MailbotError):
    """The server is there, but refuses what it is asked for."""

    def __init__(self, section: str, command: str) -> None:
        super().__init__(f"{section}: the server refuses {command}; look at the account's rights and quota")


class TokenRefused(MailbotError, PermissionError):
    """The token server gives no token."""


class AuthorityUnreadable(SettingsError, OSError):
    """The file of certificate authorities cannot be used. Exit code 2."""

    def __init__(self, section: str, ca_file: Path) -> None:
        super().__init__(f"{section}.ca_file: {ca_file} is no readable file of PEM certificates")


class PlainTextRefused(SettingsError, ValueError):
    """Plain text was asked for towards another machine. Exit code 2."""

    def __init__(self, section: str, host: str) -> None:
        super().__init__(
            f"{section}.security: 'none' is for a server on this machine only, not for {host}; use tls or starttls"
        )
