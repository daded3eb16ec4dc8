"""In-memory twins of what the flow talks to, for tests of its own behaviour: a folder, a mail server, a reader."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import make_msgid

from mailbot.core.kinds import RIGHTS, Field, Kind, Language
from mailbot.core.reading import Change, Reading
from mailbot.mail.imap import ListedMail
from mailbot.mail.smtp import Delivery, Parcel, Sent


@dataclass
class FolderTwin:
    """A folder of an IMAP account, with the account's other folders."""

    account: str = "dataskydd@winlas.se"
    folder: str = "INBOX"
    validity: int = 1
    mails: dict[int, tuple[bytes, datetime]] = field(default_factory=dict)
    moved: dict[str, list[bytes]] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)

    def put(self, raw: bytes, received_at: datetime) -> int:
        uid = max(self.mails, default=0) + 1 + sum(map(len, self.moved.values()))
        self.mails[uid] = (raw, received_at)
        return uid

    def uidvalidity(self) -> int:
        return self.validity

    def uids(self) -> list[int]:
        return list(self.mails)

    def envelopes(self, uids: Sequence[int]) -> list[ListedMail]:
        return [ListedMail(uid, self.sizes.get(uid, len(self.mails[uid][0])), self.mails[uid][1]) for uid in uids]

    def fetch(self, uid: int) -> bytes | None:
        return self.mails[uid][0] if uid in self.mails else None

    def move(self, uids: Sequence[int], folder: str) -> None:
        for uid in uids:
            if uid in self.mails:
                self.moved.setdefault(folder, []).append(self.mails.pop(uid)[0])


@dataclass
class ServerTwin:
    """A mail server that takes everything, or says what the test wants it to say."""

    say: Callable[[Parcel], Delivery] = lambda _: Sent("250")
    taken: list[Parcel] = field(default_factory=list)

    async def deliver(self, parcels: Sequence[Parcel]) -> list[Delivery]:
        self.taken += parcels
        return [self.say(parcel) for parcel in parcels]


class ReaderTwin:
    """Reads what stands there: words of a mail name its rights, `email:new@…` a change, `?` that it is unsure."""

    version = "twin"

    def read(self, subject: str, text: str) -> Reading:
        words = f"{subject} {text}".split()
        kinds = tuple(kind for kind in RIGHTS if kind in words)
        return Reading(
            language=Language.ENGLISH if "english" in words else Language.SWEDISH,
            kinds=kinds or (Kind.OTHER,),
            scores={kind: float(kind in kinds) for kind in RIGHTS},
            abstained="?" in words,
            source=f"{subject}\n{text}",
            changes=tuple(
                Change(Field(name), None, new) for name, _, new in (word.partition(":") for word in words) if new
            ),
            representative="representative" in words,
            direct_marketing="marketing" in words,
        )


def mail(sender: str, text: str, *, subject: str = "", to: str = "dataskydd@winlas.se", **headers: str) -> bytes:
    """A plain mail's bytes; `In_Reply_To="<…>"` and the like give further headers."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Message-ID"] = headers.pop("Message_ID", make_msgid(domain="kund.example"))
    message["Date"] = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()
