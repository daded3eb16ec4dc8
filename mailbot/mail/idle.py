"""Waiting in IDLE (RFC 2177) without missing a mail.

imap-tools looks only at the socket: what the server says in one breath with its 'go ahead' lies in a buffer by then
and is not seen, so that a mail that came just before lies there until the time is over. It also takes a closed
connection for silence. Both are mended here, on its own interface.
"""

from __future__ import annotations

import imaplib
import select
import threading
import time

from imap_tools.idle import IdleManager

PULSE = 1.0
"""Seconds between looks at the stop signal."""


class PromptIdle(IdleManager):
    """IDLE on a selected folder of an imap-tools mailbox."""

    def wait_for_mail(self, seconds: float, stop: threading.Event) -> None:
        """Until a mail has come, the time is over, or `stop` is set.

        Raises:
            imaplib.IMAP4.error, OSError: the server refuses, or the connection is lost.
        """
        until = time.monotonic() + seconds
        news = self._begin()
        while not (news or stop.is_set()) and (left := until - time.monotonic()) > 0:
            news = _tells_of_mail(self._lines(min(PULSE, left)))
        self.stop()  # type: ignore[no-untyped-call]

    def _begin(self) -> bool:
        """Send IDLE and read to the server's 'go ahead'; whether it told of a mail before or right behind it."""
        client = self.mailbox.client
        self._idle_tag = client._command("IDLE")  # noqa: SLF001 - imaplib has no public way to send it
        before = []
        while (line := client._get_response()) is not None:  # noqa: SLF001 - None stands for 'go ahead'
            if client.tagged_commands[self._idle_tag]:
                raise client.error("IDLE refused")
            before.append(line)
        return _tells_of_mail([*before, *self._lines_at_hand(is_readable=False)])

    def _lines(self, seconds: float) -> list[bytes]:
        poller = select.poll()
        poller.register(self.mailbox.client.sock, select.POLLIN)
        return self._lines_at_hand(is_readable=True) if poller.poll(seconds * 1000) else []

    def _lines_at_hand(self, *, is_readable: bool) -> list[bytes]:
        """The lines that have arrived. A socket that can be read but holds nothing has been closed at the other end."""
        client = self.mailbox.client
        patience = client.sock.gettimeout()
        lines: list[bytes] = []
        client.sock.settimeout(0)
        try:
            while True:
                lines.append(client._get_line())  # noqa: SLF001 - what imap-tools reads by, too
        except imaplib.IMAP4.abort:
            if is_readable and not lines:
                raise
        except OSError:
            pass  # nothing more for now
        finally:
            client.sock.settimeout(patience)
        return lines


def _tells_of_mail(lines: list[bytes]) -> bool:
    return any(line.rstrip().endswith((b" EXISTS", b" RECENT")) for line in lines)
