"""How connections to mail servers are protected: certificates are verified, plain text never leaves the machine."""

from __future__ import annotations

import ssl
from ipaddress import ip_address
from pathlib import Path

from mailbot.mail.errors import AuthorityUnreadable, PlainTextRefused

TIMEOUT_SECONDS = 60.0
"""For connecting and for every answer."""


def tls_context(section: str, ca_file: Path | None) -> ssl.SSLContext:
    """A context that verifies, trusting the system's authorities and those in `ca_file`.

    Raises:
        AuthorityUnreadable: `ca_file` is missing or holds no certificates.
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except OSError:
            raise AuthorityUnreadable(section, ca_file) from None
    return context


def require_loopback(section: str, host: str) -> None:
    """Plain text is for this machine only.

    Raises:
        PlainTextRefused: the host is another machine.
    """
    if not is_loopback(host):
        raise PlainTextRefused(section, host)


def is_loopback(host: str) -> bool:
    """Whether a host is surely this machine; a name other than `localhost` can be anywhere."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
