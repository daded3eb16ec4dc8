"""Delivering answers over SMTP: one connection a batch, and for each mail what came of it, as data."""

from __future__ import annotations

import asyncio
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
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from mailbot.mail.addresses import on_the_wire
from mailbot.mail.errors import CertificateRefused, EncryptionMissing, LoginRefused, ServerUnreachable
from mailbot.mail.oauth import TokenSource
from mailbot.mail.protection import TIMEOUT_SECONDS, require_loopback, tls_context

SECTION = "smtp"
NOT_NOW, PERMANENT = 400, 500
"""The first codes of the two kinds of refusal (RFC 5321 4.2.1); below them it is no answer at all."""
DATA_SECONDS = 300.0
"""For the answer to a mail handed over: servers look through it first (RFC 5321 4.5.3.2.6 asks for ten minutes)."""
BAD_ADDRESS = "553 5.1.3"
"""What a server would say of an address that no mail can be sent to (RFC 3463 3.2)."""
_LOGIN_FIRST = frozenset({530, 534, 535, 538})
"""Replies of RFC 4954 that speak of our log-in, not of the mail: it waits until the settings are mended."""
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_LOST = (SMTPServerDisconnected, SMTPTimeoutError, OSError)


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
        """Send mails over one connection; one result for each, in order. Once connected, it never raises.

        Raises:
            ServerUnreachable, CertificateRefused, EncryptionMissing, LoginRefused: nothing was sent.
        """
        async with self._connected() as smtp:
            return [await _send(smtp, parcel) for parcel in parcels]

    async def check(self) -> None:
        """Connect, log in and leave.

        Raises:
            ServerUnreachable, CertificateRefused, EncryptionMissing, LoginRefused: as they say.
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
            start_tls=False,
            tls_context=None if plain else tls_context(SECTION, self._ca_file),
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
            await smtp.ehlo()
            if self._security == "starttls":
                await self._encrypt(smtp)
        except EncryptionMissing:
            raise
        except (SMTPException, OSError) as error:
            reason = _certificate_problem(error)
            if reason is not None:
                raise CertificateRefused(SECTION, self._host, reason) from None
            raise ServerUnreachable(SECTION, self._host, self._port) from None
        if self._user:
            await self._log_in(smtp)

    async def _encrypt(self, smtp: SMTP) -> None:
        if not smtp.supports_extension("starttls"):
            raise EncryptionMissing(SECTION, self._host, self._port)
        await smtp.starttls()

    async def _log_in(self, smtp: SMTP) -> None:
        credential = self._credential
        secret = await asyncio.to_thread(credential) if callable(credential) else credential
        try:
            await (smtp.auth_xoauth2 if callable(credential) else smtp.login)(self._user, secret)
        except _LOST:
            raise ServerUnreachable(SECTION, self._host, self._port) from None
        except SMTPException as refusal:
            # 454: not now (RFC 4954 4).
            if isinstance(refusal, SMTPAuthenticationError) and refusal.code < PERMANENT:
                raise ServerUnreachable(SECTION, self._host, self._port) from None
            if isinstance(credential, TokenSource):
                credential.forget()
            raise LoginRefused(SECTION, self._host) from None


async def _send(smtp: SMTP, parcel: Parcel) -> Delivery:
    recipient = on_the_wire(parcel.recipient)
    if recipient is None:
        return Refused(BAD_ADDRESS)
    try:
        await smtp.mail(parcel.sender, options=_options(smtp, parcel.raw))
        await smtp.rcpt(recipient)
    except SMTPResponseException as refused:
        if refused.code >= NOT_NOW:
            return await _refusal(smtp, refused)
        smtp.close()
    except (*_LOST, SMTPException, ValueError):
        smtp.close()
    if not smtp.is_connected:
        return Retry("connection lost")
    return await _hand_over(smtp, parcel.raw)


async def _hand_over(smtp: SMTP, raw: bytes) -> Delivery:
    try:
        taken = await smtp.data(raw, timeout=DATA_SECONDS)
    except SMTPResponseException as refused:
        if refused.code >= NOT_NOW:
            return await _refusal(smtp, refused)
    except (*_LOST, SMTPException):
        pass
    else:
        return Sent(_status(taken.code, taken.message))
    # The server may have taken it: it is sent again with the same Message-ID.
    smtp.close()
    return Unknown("no answer")


async def _refusal(smtp: SMTP, refused: SMTPResponseException) -> Delivery:
    """What a refusal means for this mail; the connection is made ready for the next one."""
    with suppress(SMTPException, OSError):
        await smtp.rset()
    status = _status(refused.code, refused.message)
    is_final = refused.code >= PERMANENT and refused.code not in _LOGIN_FIRST
    return Refused(status) if is_final else Retry(status)


def _options(smtp: SMTP, raw: bytes) -> list[str]:
    return [f"size={len(raw)}"] if smtp.supports_extension("size") else []


def _status(code: int, text: str) -> str:
    enhanced = _ENHANCED.match(text)
    return f"{code} {enhanced.group()}" if enhanced else str(code)


def _certificate_problem(error: BaseException | None) -> str | None:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        error = error.__cause__ or error.__context__
    return None
