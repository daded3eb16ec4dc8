"""Delivering answers over SMTP: one connection a batch, and for each mail what came of it, as data."""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from mailbot.mail.errors import CertificateRefused, LoginRefused, ServerUnreachable
from mailbot.mail.protection import TIMEOUT_SECONDS, require_loopback, tls_context

SECTION = "smtp"
PERMANENT = 500
_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True, slots=True)
class Parcel:
    """One mail to be sent: envelope and frozen bytes."""

    sender: str
    recipient: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """The server has taken it."""

    status: str


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now (4xx, or the connection broke before the mail was handed over)."""

    status: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Never (5xx)."""

    status: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Handed over, but the server's answer never came: it may or may not have taken it."""

    status: str


Delivery = Sent | Retry | Refused | Unknown
"""What came of one mail. `status` is a code such as `451 4.7.1`, never the server's text, which can hold addresses."""


class Courier:
    """Delivers mails through one server.

    Args:
        host: the server.
        port: its port.
        user: '' when the server wants no log-in.
        credential: the password, or what gives a fresh OAuth token.
        security: `tls`, `starttls`, or `none` (loopback only).
        ca_file: further certificate authorities to trust.
    """

    def __init__(
        self,
        host: str,
        port: int,
        user: str = "",
        credential: str | Callable[[], str] = "",
        *,
        security: str = "starttls",
        ca_file: Path | None = None,
    ) -> None:
        if security == "none":
            require_loopback(SECTION, host)
        self._host, self._port, self._user, self._credential = host, port, user, credential
        self._security, self._ca_file = security, ca_file

    async def deliver(self, parcels: Sequence[Parcel]) -> list[Delivery]:
        """Send mails over one connection; one result for each, in order.

        Raises:
            ServerUnreachable, CertificateRefused, LoginRefused: nothing was sent.
        """
        async with self._connected() as smtp:
            return [await _send(smtp, parcel) for parcel in parcels]

    async def check(self) -> None:
        """Connect, log in and leave.

        Raises:
            ServerUnreachable, CertificateRefused, LoginRefused: as they say.
        """
        async with self._connected():
            pass

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[SMTP]:
        plain = self._security == "none"
        smtp = SMTP(
            hostname=self._host,
            port=self._port,
            timeout=TIMEOUT_SECONDS,
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            tls_context=None if plain else tls_context(self._ca_file),
        )
        try:
            await self._open(smtp)
            yield smtp
        finally:
            with suppress(SMTPException, OSError):
                await smtp.quit()
            smtp.close()

    async def _open(self, smtp: SMTP) -> None:
        try:
            await smtp.connect()
            if self._user:
                await self._log_in(smtp)
        except SMTPAuthenticationError:
            raise LoginRefused(SECTION, self._host) from None
        except (SMTPException, OSError) as error:
            reason = _certificate_problem(error)
            if reason is not None:
                raise CertificateRefused(SECTION, self._host, reason) from None
            raise ServerUnreachable(SECTION, self._host, self._port) from None

    async def _log_in(self, smtp: SMTP) -> None:
        if callable(self._credential):
            await smtp.auth_xoauth2(self._user, self._credential())
        else:
            await smtp.login(self._user, self._credential)


async def _send(smtp: SMTP, parcel: Parcel) -> Delivery:
    if not smtp.is_connected:
        return Retry("connection lost")
    try:
        _, said = await smtp.sendmail(parcel.sender, [parcel.recipient], parcel.raw)
    except SMTPRecipientsRefused as refused:
        return _by_code(refused.recipients[0].code, refused.recipients[0].message)
    except SMTPResponseException as refused:
        return _by_code(refused.code, refused.message)
    except (SMTPTimeoutError, SMTPServerDisconnected, OSError):
        # The mail may have been handed over: it is sent again with the same Message-ID.
        smtp.close()
        return Unknown("no answer")
    return Sent(_status(250, said))


def _by_code(code: int, text: str) -> Delivery:
    return Refused(_status(code, text)) if code >= PERMANENT else Retry(_status(code, text))


def _status(code: int, text: str) -> str:
    enhanced = _ENHANCED.search(text)
    return f"{code} {enhanced.group()}" if enhanced else str(code)


def _certificate_problem(error: BaseException | None) -> str | None:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        error = error.__cause__ or error.__context__
    return None
