"""The mailbox over IMAP: a thin adapter over imap-tools that never marks a mail as read and never expunges another's.

What imap-tools would do otherwise, and why it is not used so here: docs/decisions/imap-tools.md.
"""

from __future__ import annotations

import imaplib
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError
from imap_tools.utils import encode_folder

from mailbot.mail.errors import CertificateRefused, ConnectionLost, FolderMissing, LoginRefused, ServerUnreachable
from mailbot.mail.protection import TIMEOUT_SECONDS, require_loopback, tls_context

SECTION = "imap"
CHUNK = 500
"""How many mails are asked about in one command."""
LONGEST_IDLE = 300.0
"""Seconds; servers and the routers on the way forget connections that are silent for longer."""
PULSE = 1.0
"""Seconds between looks at the stop signal while IDLE waits."""
_ENVELOPE = re.compile(rb"UID (\d+)")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


@dataclass(frozen=True, slots=True)
class ListedMail:
    """What the server says of a mail without its body. `size` is in bytes, `received_at` INTERNALDATE."""

    uid: int
    size: int
    received_at: datetime


class Mailbox:
    """One folder of one account over one connection. Not to be shared by threads.

    Every method may raise `ConnectionLost`; the mailbox is then of no use any more.
    """

    def __init__(self, box: BaseMailBox, account: str, folder: str) -> None:
        self.account, self.folder = account, folder
        self._box = box
        self._made: set[str] = set()
        # imaplib keeps the capabilities from before the log-in, when servers do not yet offer MOVE.
        self._capabilities = self._ask_capabilities()
        self._delimiter = self._ask_delimiter()

    def uidvalidity(self) -> int:
        """The folder's UIDVALIDITY as it is now; another one means that every UID is another mail's."""
        with _guarded():
            self._box.folder.set(self.folder)
            _, answer = self._box.client.response("UIDVALIDITY")
            return int(bytes(answer[0]))

    def uids(self) -> list[int]:
        """UIDs of all mails in the folder."""
        with _guarded():
            return [int(uid) for uid in self._box.uids("ALL", charset=None)]

    def envelopes(self, uids: Sequence[int]) -> list[ListedMail]:
        """Size and arrival of mails, without their bodies; those that are gone are left out."""
        found: list[ListedMail] = []
        for start in range(0, len(uids), CHUNK):
            chosen = _set_of(uids[start : start + CHUNK])
            with _guarded():
                answer = self._command("FETCH", chosen, "(UID RFC822.SIZE INTERNALDATE)")
            found += [mail for line in answer if (mail := _listed(line)) is not None]
        return found

    def fetch(self, uid: int) -> bytes | None:
        """A mail's raw bytes, left unread; None if it is gone."""
        with _guarded():
            for part in self._command("FETCH", str(uid), "(BODY.PEEK[])"):
                if isinstance(part, tuple):
                    return bytes(part[1])
        return None

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move mails to a folder, which is made if it is missing. Mails that are gone already are no error.

        Args:
            uids: which mails.
            folder: its path, with `/` between the levels.
        """
        name = folder.replace("/", self._delimiter)
        with _guarded():
            self._make(name)
            chosen, target = _set_of(uids), _quoted(name)
            if "MOVE" in self._capabilities:
                self._command("MOVE", chosen, target)
                return
            self._command("COPY", chosen, target)
            self._command("STORE", chosen, "+FLAGS.SILENT", r"(\Deleted)")
            if "UIDPLUS" in self._capabilities:
                # A plain EXPUNGE would also remove what other programs have marked.
                self._command("EXPUNGE", chosen)

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Until something happens in the folder, the time is over, or `stop` is set. Without IDLE: the whole time."""
        if "IDLE" not in self._capabilities:
            stop.wait(seconds)
            with _guarded():
                self._box.client.noop()
            return
        with _guarded():
            self._box.idle.start()  # type: ignore[no-untyped-call]
            heard = self._hear(time.monotonic() + min(seconds, LONGEST_IDLE), stop)
            self._box.idle.stop()  # type: ignore[no-untyped-call]
        if any(b"BYE" in line for line in heard):
            raise ConnectionLost(f"{SECTION}: the server said goodbye")

    def _hear(self, until: float, stop: threading.Event) -> list[bytes]:
        while not stop.is_set() and (left := until - time.monotonic()) > 0:
            pulse = min(PULSE, left)
            began = time.monotonic()
            heard = self._box.idle.poll(timeout=pulse)
            if heard:
                return heard
            if time.monotonic() - began < pulse / 2:
                # imap-tools answers nothing at once when the server has hung up.
                raise ConnectionLost(f"{SECTION}: the connection was closed")
        return []

    def _command(self, name: str, *arguments: str) -> list[Any]:
        status, answer = self._box.client.uid(name, *arguments)
        if status != "OK":
            raise ConnectionLost(f"{SECTION}: the server refuses UID {name}")
        return list(answer)

    def _make(self, name: str) -> None:
        if name in self._made:
            return
        if not self._box.folder.exists(name):
            self._box.folder.create(name)
            with suppress(ImapToolsError):  # only so that people's mail programs show it
                self._box.folder.subscribe(name, value=True)
        self._made.add(name)

    def _ask_capabilities(self) -> frozenset[str]:
        status, answer = self._box.client.capability()
        return frozenset(answer[-1].decode("ascii").upper().split()) if status == "OK" else frozenset()

    def _ask_delimiter(self) -> str:
        return next((found.delim for found in self._box.folder.list("", "INBOX") if found.delim), "/")


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
        ServerUnreachable, CertificateRefused, LoginRefused, FolderMissing, PlainTextRefused: as they say.
    """
    box = _connect(host, port, security, ca_file)
    try:
        _log_in(box, host, user, credential)
        with _guarded(), _folder_selected(box, folder, host):
            mailbox = Mailbox(box, user, folder)
        yield mailbox
    finally:
        with suppress(OSError, imaplib.IMAP4.error, ImapToolsError):
            box.logout()


def _connect(host: str, port: int, security: str, ca_file: Path | None) -> BaseMailBox:
    try:
        if security == "none":
            require_loopback(SECTION, host)
            return MailBoxUnencrypted(host, port, timeout=TIMEOUT_SECONDS)
        make = MailBox if security == "tls" else MailBoxStartTls
        return make(host, port, timeout=TIMEOUT_SECONDS, ssl_context=tls_context(ca_file))
    except ssl.SSLCertVerificationError as error:
        raise CertificateRefused(SECTION, host, error.verify_message) from None
    except (OSError, imaplib.IMAP4.error, ImapToolsError):
        raise ServerUnreachable(SECTION, host, port) from None


def _log_in(box: BaseMailBox, host: str, user: str, credential: str | Callable[[], str]) -> None:
    try:
        if callable(credential):
            box.xoauth2(user, credential(), initial_folder=None)
        elif (user + credential).isascii():
            box.login(user, credential, initial_folder=None)
        else:
            box.login_utf8(user, credential, initial_folder=None)
    except (imaplib.IMAP4.error, MailboxLoginError):
        raise LoginRefused(SECTION, host) from None


@contextmanager
def _folder_selected(box: BaseMailBox, folder: str, host: str) -> Iterator[None]:
    try:
        box.folder.set(folder)
    except MailboxFolderSelectError:
        raise FolderMissing(host) from None
    yield


@contextmanager
def _guarded() -> Iterator[None]:
    """BYE, abort, end of file and time-outs all mean the same: a new connection is needed."""
    try:
        yield
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
        if isinstance(error, ConnectionLost):
            raise
        raise ConnectionLost(f"{SECTION}: the connection broke ({type(error).__name__})") from None


def _listed(line: object) -> ListedMail | None:
    if not isinstance(line, bytes):
        return None
    uid, size, moment = _ENVELOPE.search(line), _SIZE.search(line), imaplib.Internaldate2tuple(line)
    if uid is None or size is None or moment is None:
        return None
    received_at = datetime.fromtimestamp(time.mktime(moment), UTC)
    return ListedMail(int(uid.group(1)), int(size.group(1)), received_at)


def _set_of(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))


def _quoted(name: str) -> str:
    return encode_folder(name).decode("ascii")
