"""The mailbox over IMAP: a thin adapter over imap-tools that never marks a mail as read and never expunges another's.

What imap-tools would do otherwise, and why it is not used so here: docs/decisions/imap-tools.md.
"""

from __future__ import annotations

import imaplib
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError
from imap_tools.utils import encode_folder

from mailbot.mail.errors import (
    CertificateRefused,
    CommandRefused,
    ConnectionLost,
    EncryptionMissing,
    FolderMissing,
    LoginRefused,
    ServerUnreachable,
)
from mailbot.mail.idle import PromptIdle
from mailbot.mail.oauth import TokenSource
from mailbot.mail.protection import TIMEOUT_SECONDS, require_loopback, tls_context

SECTION = "imap"
CHUNK = 500
"""How many mails are asked about, or moved, in one command."""
LONGEST_IDLE = 300.0
"""Seconds; servers and the routers on the way forget connections that are silent for longer."""
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_ARRIVAL = re.compile(rb'\bINTERNALDATE "([^"]+)"')
_NAMESPACE = re.compile(rb'\(\("((?:[^"\\]|\\.)*)" "?(.)')
# RFC 5530: the account may be in order, but not now.
_FOR_NOW = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\b")
_LOST = (OSError, imaplib.IMAP4.error, ImapToolsError)


@dataclass(frozen=True, slots=True)
class ListedMail:
    """What the server says of a mail without its body. `size` is in bytes, `received_at` INTERNALDATE."""

    uid: int
    size: int
    received_at: datetime


class Mailbox:
    """One folder of one account over one connection. Not to be shared by threads.

    Every method may raise `ConnectionLost`; the mailbox is then of no use any more. `CommandRefused` leaves it usable.
    """

    def __init__(self, box: BaseMailBox, account: str, folder: str) -> None:
        self.account, self.folder = account, folder
        self._box = box
        self._made: set[str] = set()
        # imaplib keeps the capabilities from before the log-in, when servers do not yet offer MOVE.
        self._capabilities = self._ask_capabilities()
        self._prefix, self._delimiter = self._ask_namespace()

    def uidvalidity(self) -> int:
        """The folder's UIDVALIDITY as it is now; another one means that every UID is another mail's."""
        with _guarded():
            self._box.folder.set(self.folder)
            _, answer = self._box.client.response("UIDVALIDITY")
            return int(bytes(answer[0]))

    def uids(self) -> list[int]:
        """UIDs of all mails in the folder."""
        with _guarded():
            # What has come since the last command is only searched once the server has told of it.
            self._box.client.noop()
            return [int(uid) for uid in self._box.uids("ALL", charset=None)]

    def envelopes(self, uids: Sequence[int]) -> list[ListedMail]:
        """Size and arrival of mails, without their bodies; those that are gone are left out."""
        answers = [self._command("FETCH", chosen, "(UID RFC822.SIZE INTERNALDATE)") for chosen in _sets(uids)]
        return [mail for answer in answers for line in answer if (mail := _listed(line)) is not None]

    def fetch(self, uid: int) -> bytes | None:
        """A mail's raw bytes, left unread; None if it is gone."""
        for part in self._command("FETCH", str(uid), "(BODY.PEEK[])"):
            if isinstance(part, tuple) and b"BODY[]" in part[0]:
                return bytes(part[1])
        return None

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move mails to a folder, which is made if it is missing. Mails that are gone already are no error.

        Args:
            uids: which mails.
            folder: its path, with `/` between the levels.

        Raises:
            CommandRefused: the server does not let us, for instance since the quota is used up.
        """
        name = self._path(folder)
        self._make(name)
        for chosen in _sets(uids):
            self._move(chosen, encode_folder(name).decode("ascii"))

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Until a mail has come, the time is over, or `stop` is set. Without IDLE: the whole time."""
        with _guarded():
            if "IDLE" not in self._capabilities:
                stop.wait(seconds)
            elif not self._has_news():
                PromptIdle(self._box).wait_for_mail(min(seconds, LONGEST_IDLE), stop)

    def _has_news(self) -> bool:
        """Whether a mail has come since the last command; some servers tell in IDLE of later ones only."""
        self._box.client.response("EXISTS")
        self._box.client.noop()
        return self._box.client.response("EXISTS")[1] != [None]

    def _move(self, uids: str, target: str) -> None:
        if "MOVE" in self._capabilities:
            self._command("MOVE", uids, target)
            return
        self._command("COPY", uids, target)
        self._command("STORE", uids, "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self._capabilities:
            # A plain EXPUNGE would also remove what other programs have marked.
            self._command("EXPUNGE", uids)

    def _command(self, name: str, *arguments: str) -> list[Any]:
        with _guarded():
            status, answer = self._box.client.uid(name, *arguments)
        if status != "OK":
            raise CommandRefused(SECTION, f"UID {name}")
        return list(answer)

    def _path(self, folder: str) -> str:
        """A path of ours as the server writes it: in the account's own namespace, with its delimiter (RFC 2342)."""
        path = self._delimiter.join(folder.split("/"))
        return path if path.startswith(self._prefix) else self._prefix + path

    def _make(self, name: str) -> None:
        if name in self._made:
            return
        with _guarded():
            if not self._box.folder.exists(name):
                try:
                    self._box.folder.create(name)
                except ImapToolsError:
                    raise CommandRefused(SECTION, "CREATE") from None
                with suppress(ImapToolsError):  # only so that people's mail programs show it
                    self._box.folder.subscribe(name, value=True)
        self._made.add(name)

    def _ask_capabilities(self) -> frozenset[str]:
        status, answer = self._box.client.capability()
        return frozenset(answer[-1].decode("ascii", "replace").upper().split()) if status == "OK" else frozenset()

    def _ask_namespace(self) -> tuple[str, str]:
        if "NAMESPACE" in self._capabilities:
            _, answer = self._box.client.namespace()
            personal = _NAMESPACE.match(answer[0] or b"")
            if personal:
                return personal[1].decode("ascii", "replace"), personal[2].decode("ascii", "replace")
        return "", next((found.delim for found in self._box.folder.list("", "INBOX") if found.delim), "/")


@contextmanager
def open_mailbox(
    host: str,
    port: int,
    user: str,
    credential: str | Callable[[], str],
    *,
    security: str = "tls",
    folder: str = "INBOX",
    ca_file: Path | None = None,
) -> Iterator[Mailbox]:
    """Connect, log in and select the folder.

    Args:
        host: the server.
        port: its port.
        user: whose mailbox.
        credential: the password, or what gives a fresh OAuth token.
        security: `tls`, `starttls`, or `none` (loopback only).
        folder: where new mail arrives.
        ca_file: further certificate authorities to trust.

    Raises:
        ServerUnreachable, CertificateRefused, EncryptionMissing, LoginRefused, FolderMissing: as they say.
        PlainTextRefused, AuthorityUnreadable: the settings cannot work.
    """
    box = _connect(host, port, security, ca_file)
    try:
        _log_in(box, host, port, user, credential)
        _select(box, folder, host)
        with _guarded():
            mailbox = Mailbox(box, user, folder)
        yield mailbox
    finally:
        with suppress(*_LOST):
            box.logout()
        _hang_up(box.client)


class _StartTls(BaseMailBox):
    """A connection that becomes TLS before anything else is said; imap-tools' own leaves the socket open if not."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext) -> None:
        self._made_with = (host, port, context)
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        host, port, context = self._made_with
        client = imaplib.IMAP4(host, port, timeout=TIMEOUT_SECONDS)
        with ExitStack() as unless_encrypted:
            unless_encrypted.callback(_hang_up, client)
            if "STARTTLS" not in client.capabilities:
                raise EncryptionMissing(SECTION, host, port)
            client.starttls(context)
            unless_encrypted.pop_all()
        return client


def _hang_up(client: imaplib.IMAP4) -> None:
    with suppress(OSError):
        client.shutdown()


def _connect(host: str, port: int, security: str, ca_file: Path | None) -> BaseMailBox:
    if security == "none":
        require_loopback(SECTION, host)
    context = tls_context(SECTION, ca_file)
    try:
        if security == "none":
            return MailBoxUnencrypted(host, port, timeout=TIMEOUT_SECONDS)
        if security == "tls":
            return MailBox(host, port, timeout=TIMEOUT_SECONDS, ssl_context=context)
        return _StartTls(host, port, context)
    except EncryptionMissing:
        raise
    except ssl.SSLCertVerificationError as error:
        raise CertificateRefused(SECTION, host, error.verify_message) from None
    except _LOST:
        raise ServerUnreachable(SECTION, host, port) from None


def _log_in(box: BaseMailBox, host: str, port: int, user: str, credential: str | Callable[[], str]) -> None:
    secret = credential() if callable(credential) else credential
    try:
        if callable(credential):
            box.xoauth2(user, secret, initial_folder=None)
        elif (user + secret).isascii():
            box.login(user, secret, initial_folder=None)
        else:
            box.login_utf8(user, secret, initial_folder=None)
    except (imaplib.IMAP4.abort, OSError):
        raise ServerUnreachable(SECTION, host, port) from None
    except (imaplib.IMAP4.error, ImapToolsError) as refusal:
        if _FOR_NOW.search(str(refusal)):
            raise ServerUnreachable(SECTION, host, port) from None
        if isinstance(credential, TokenSource):
            credential.forget()
        raise LoginRefused(SECTION, host) from None


def _select(box: BaseMailBox, folder: str, host: str) -> None:
    with _guarded():
        try:
            box.folder.set(folder)
        except MailboxFolderSelectError:
            raise FolderMissing(host) from None


@contextmanager
def _guarded() -> Iterator[None]:
    """BYE, abort, end of file and time-outs all mean the same: a new connection is needed."""
    try:
        yield
    except (ConnectionLost, CommandRefused, FolderMissing):
        raise
    except _LOST as error:
        raise ConnectionLost(f"{SECTION}: the connection broke ({type(error).__name__})") from None


def _listed(line: object) -> ListedMail | None:
    if not isinstance(line, bytes):
        return None
    uid, size, arrival = _UID.search(line), _SIZE.search(line), _ARRIVAL.search(line)
    if uid is None or size is None or arrival is None:
        return None
    moment = parsedate_to_datetime(arrival[1].decode("ascii", "replace"))
    received_at = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return ListedMail(int(uid[1]), int(size[1]), received_at)


def _sets(uids: Sequence[int]) -> list[str]:
    """The UIDs as sets that are short enough for a command, neighbours as ranges (RFC 3501 9, sequence-set)."""
    ordered = sorted(set(uids))
    return [_set_of(ordered[start : start + CHUNK]) for start in range(0, len(ordered), CHUNK)]


def _set_of(uids: Sequence[int]) -> str:
    ranges: list[list[int]] = []
    for uid in uids:
        if ranges and uid == ranges[-1][-1] + 1:
            ranges[-1] = [ranges[-1][0], uid]
        else:
            ranges.append([uid])
    return ",".join(":".join(map(str, ends)) for ends in ranges)
