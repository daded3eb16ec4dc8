"""How connections to mail servers are protected: certificates are verified, plain text never leaves the machine."""

from __future__ import annotations

import ssl
from ipaddress import ip_address
from pathlib import Path

from mailbot.mail.errors import PlainTextRefused

TIMEOUT_SECONDS = 60.0
"""For connecting and for every answer."""


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """A context that verifies, trusting the system's authorities and those in `ca_file`."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def require_loopback(section: str, host: str) -> None:
    """Plain text is for this machine only.

    Raises:
        PlainTextRefused: the host is another machine.
    """
    if host == "localhost":
        return
    try:
        here = ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here:
        raise PlainTextRefused(section, host)
