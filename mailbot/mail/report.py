"""Delivery reports and read receipts: what became of one of our mails (RFC 3464, RFC 8098), also in the old free forms.

Servers that follow the standard send `multipart/report`. Others write a letter: it counts as a report only if it
comes from where no person writes from and says by its subject or first lines that a mail did not arrive.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailbot.core.message import DeliveryReport
from mailbot.mail.headers import Block, message_ids, read_block
from mailbot.mail.mime import Part

_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED_TYPES = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})
_RECEIPT_TYPES = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
_ACTIONS = ("failed", "delayed", "relayed", "expanded", "delivered")
"""From what has to be acted on to what has not, for a report on several recipients."""

_MACHINES = re.compile(
    r"(?:mailer-?daemon|postmaster|mail-daemon|microsoftexchange[0-9a-f]{32}|bounces?)(?:[+.=-][^@]*)?@", re.IGNORECASE
)
_FAILED_SUBJECT = re.compile(
    r"undeliver|not (?:be )?delivered|could(?: not|n't) be delivered|failure notice|returned (?:mail|to sender)|"
    r"delivery (?:(?:has )?fail|status notification|report|problem|error)|mail delivery (?:failed|system)|"
    r"olevererbar|kunde inte (?:levereras|skickas)|gick inte att leverera|leveransfel|leveransproblem|"
    r"unzustellbar|ikke levert",
    re.IGNORECASE,
)
_DELAYED_SUBJECT = re.compile(
    r"delayed|\bdelay\b|försen|fördröj|verzögert|forsinket|could not be sent yet|warning: ", re.IGNORECASE
)
_FAILED_TEXT = re.compile(
    r"this (?:message|is (?:the mail system|an automatically generated))[^\n]{0,60}"
    r"(?:was created automatically by mail|at host|delivery)|"
    r"i(?: am|'m) (?:sorry|afraid)[^\n]{0,80}(?:deliver|returned)|qmail-send program|"
    r"could not be delivered to one or more recipients|det gick inte att leverera",
    re.IGNORECASE,
)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_RETURNED_ID = re.compile(r"^[> \t]*message-id:[ \t]*\n?[ \t]*(<[^<>\s]{1,996}>)", re.IGNORECASE | re.MULTILINE)
_MAX_RECIPIENTS = 50
_MAX_LETTER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Free:
    """What a report in a free form is recognised by."""

    senders: tuple[str, ...]
    return_path: str | None
    subject: str
    text: str


def is_receipt(root: Part) -> bool:
    """Whether it is a disposition notification: somebody has, or has not, read a mail."""
    if root.parameters.get("report-type", "").lower() == "disposition-notification":
        return True
    return any(part.content_type in _RECEIPT_TYPES for part in root.parts)


def delivery_report(root: Part, free: Free) -> DeliveryReport | None:
    """What a mail reports of a delivery; None when it is no such report. Never raises."""
    if root.content_type != "multipart/report" or is_receipt(root):
        return _free_report(root, free)
    status = next((part for part in root.walk() if part.content_type in _STATUS_TYPES), None)
    if status is None:
        is_delivery = root.parameters.get("report-type", "").lower() == "delivery-status"
        return DeliveryReport(_original_id(root, free), "", "") if is_delivery else _free_report(root, free)
    action, code = _worst(_groups(status.content()))
    return DeliveryReport(_original_id(root, free), action, code)


def _groups(content: bytes) -> list[Block]:
    """The groups of fields that a delivery status is made of: one on the mail, one for each recipient."""
    groups: list[Block] = []
    at = 0
    while at < len(content) and len(groups) <= _MAX_RECIPIENTS:
        block = read_block(content, at, len(content))
        groups.append(block)
        at = max(block.body_at, at + 1)
    return groups


def _worst(groups: list[Block]) -> tuple[str, str]:
    found = []
    for group in groups:
        action = group.text("action").split(" ")[0].lower()
        status = _STATUS.search(group.text("status"))
        if action in _ACTIONS:
            found.append((_ACTIONS.index(action), action, status[1] if status else ""))
    return min(found, default=(0, "", ""))[1:]


def _original_id(root: Part, free: Free) -> str | None:
    """The Message-ID of the mail reported on: from its returned headers, else from what the report answers."""
    for part in root.walk():
        if part.content_type in _RETURNED_TYPES:
            content = part.content()
            returned = message_ids(read_block(content, 0, len(content)).text("message-id"))
            if returned:
                return returned[0]
    in_text = _RETURNED_ID.search(free.text[:_MAX_LETTER])
    if in_text:
        return in_text[1]
    answered = message_ids(root.block.text("in-reply-to")) or message_ids(root.block.text("references"))[-1:]
    return answered[0] if answered else None


def _free_report(root: Part, free: Free) -> DeliveryReport | None:
    from_machine = free.return_path == "" or any(_MACHINES.match(sender) for sender in free.senders)
    text = free.text[:_MAX_LETTER]
    is_delayed = bool(_DELAYED_SUBJECT.search(free.subject))
    says_so = is_delayed or _FAILED_SUBJECT.search(free.subject) or _FAILED_TEXT.search(text[:2000])
    names_recipient = bool(root.block.values("x-failed-recipients"))
    if not (from_machine and (says_so or names_recipient)):
        return None
    status = _STATUS.search(text)
    code = status[1] if status else ""
    action = "delayed" if is_delayed or code.startswith("4") else "failed"
    return DeliveryReport(_original_id(root, free), action, code)
