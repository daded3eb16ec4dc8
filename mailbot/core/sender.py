"""Who a mail says it is from: exactly one From with exactly one address, or a person looks (docs/mail.md, traps)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailbot.core.message import Message


@dataclass(frozen=True, slots=True)
class Sender:
    """The one address a mail claims to come from, canonical, and the name beside it."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class NoSender:
    """Why no single sender can be told: `no_from`, `several_from`, `bad_address` or `address_in_name`."""

    reason: str


def canonical(address: str) -> str:
    """An address as it is compared: lower case, surrounding blanks gone.

    The local part may in theory be case-sensitive (RFC 5321 2.4); no mail system in use treats it so.
    """
    return address.strip().lower()


def without_detail(address: str) -> str:
    """The address without its sub-address: `anna+nyhetsbrev@kund.example` → `anna@kund.example` (RFC 5233)."""
    local, at, domain = canonical(address).rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}" if local.partition("+")[0] else canonical(address)


def sender_of(message: Message) -> Sender | NoSender:
    """The sender, if there is exactly one and its display name does not pose as another address."""
    if message.from_headers == 0 or not message.from_mailboxes:
        return NoSender("no_from")
    if message.from_headers > 1 or len(message.from_mailboxes) > 1:
        return NoSender("several_from")
    mailbox = message.from_mailboxes[0]
    address = canonical(mailbox.address)
    if address.count("@") != 1 or not all(address.split("@")):
        return NoSender("bad_address")
    if "@" in mailbox.name and canonical(mailbox.name.strip("'\"<>")) != address:
        return NoSender("address_in_name")
    return Sender(address, mailbox.name)
