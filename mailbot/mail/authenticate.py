"""How sure it is that the domain in From sent a mail.

A server's word counts only if we were told to trust that server, and only in the topmost header, since everything
below may come from the sender. Where no trusted server speaks of DMARC, a DKIM signature of the From domain is
verified here. SPF alone proves a relay, not a sender, and never counts.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator
from typing import Protocol

import authres  # type: ignore[import-untyped]
import dkim  # type: ignore[import-untyped]
from dkim.dnsplug import get_txt  # type: ignore[import-untyped]
from dkim.util import InvalidTagValueList, parse_tag_value  # type: ignore[import-untyped]

from mailbot.core.message import Authentication, Message, Verdict
from mailbot.core.sender import NoSender, sender_of
from mailbot.mail.headers import Block, read_block

MICROSOFT365 = "microsoft365"
"""What an operator lists as trusted to mean Exchange Online, whose header names no server, against RFC 8601 2.2."""
MIN_RSA_BITS = 1024
"""RFC 8301 3.2: verifiers must not accept shorter keys."""
MAX_SIGNATURES = 3
"""Aligned signatures that are tried; each costs a look-up."""
MAX_BLANK_RUN = 500
"""Longer runs of blanks make the canonicalisation of bodies take quadratic time."""
LOOKUP_SECONDS = 5

_NAMELESS = re.compile(r"\s*[a-z0-9-]+\s*=", re.IGNORECASE)
_SAFE_ALGORITHMS = frozenset({b"rsa-sha256", b"ed25519-sha256"})
_TABS_TO_BLANKS = bytes.maketrans(b"\t", b" ")
_SILENT = logging.getLogger("mailbot.dkim")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


class TxtLookup(Protocol):
    """Looks up a TXT record: the name as ASCII bytes with a final dot, None where there is no such record."""

    def __call__(self, name: bytes, timeout: float = LOOKUP_SECONDS) -> bytes | None: ...


def lookup_txt(name: bytes, timeout: float = LOOKUP_SECONDS) -> bytes | None:
    """A TXT record from the machine's resolver.

    Raises:
        dkim.DnsTimeoutError: when no resolver answers in time.
    """
    record: bytes | None = get_txt(name, timeout=int(timeout))
    return record


def authenticate(
    raw: bytes, message: Message, trusted_authserv_ids: Collection[str], dns: TxtLookup | None = lookup_txt
) -> Authentication:
    """The verdict on a mail's From domain; never raises.

    Args:
        raw: the mail as the server keeps it.
        message: the same mail, parsed.
        trusted_authserv_ids: servers whose word counts (RFC 8601 2.5); `microsoft365` for Exchange Online.
        dns: where keys of DKIM signatures are looked up; None: signatures are not verified.
    """
    sender = sender_of(message)
    if isinstance(sender, NoSender):
        return Authentication(Verdict.NONE)
    domain = _canonical(sender.address.rpartition("@")[2])
    stamped = _dmarc(message, domain, {server.lower() for server in trusted_authserv_ids})
    if stamped is not Verdict.NONE:
        return Authentication(stamped, "dmarc", domain)
    if dns is not None and _is_signed(raw, domain, dns):
        return Authentication(Verdict.ALIGNED, "dkim", domain)
    return Authentication(Verdict.NONE, domain=domain)


def _canonical(domain: str) -> str:
    try:
        return domain.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return domain.rstrip(".").lower()


def _dmarc(message: Message, domain: str, trusted: set[str]) -> Verdict:
    """What the topmost header says of DMARC, if a trusted server wrote it (RFC 8601 5, RFC 7489)."""
    value = message.header("authentication-results")
    is_nameless = _NAMELESS.match(value) is not None
    try:
        header = f"Authentication-Results: {f'{MICROSOFT365}; ' if is_nameless else ''}{value}"
        stamp = authres.AuthenticationResultsHeader.parse(header)
    except (authres.AuthResError, ValueError, LookupError, AttributeError, TypeError):
        return Verdict.NONE
    server = str(stamp.authserv_id).lower()
    # Exchange Online itself never writes the name that stands for it here.
    if server not in trusted or (server == MICROSOFT365) != is_nameless:
        return Verdict.NONE
    results = [result for result in stamp.results if result.method == "dmarc"]
    if any(result.result == "fail" for result in results):
        return Verdict.FAILED
    is_pass = len(results) == 1 and results[0].result == "pass"
    return Verdict.ALIGNED if is_pass and _header_from(results[0]) == domain else Verdict.NONE


def _header_from(result: authres.AuthenticationResult) -> str:
    """The domain that a DMARC result is about; '' if it does not say exactly one."""
    named = [prop.value for prop in result.properties if (prop.type, prop.name) == ("header", "from")]
    return _canonical(str(named[0]).rpartition("@")[2]) if len(named) == 1 else ""


def _is_signed(raw: bytes, domain: str, dns: TxtLookup) -> bool:
    if b" " * MAX_BLANK_RUN in raw.translate(_TABS_TO_BLANKS):
        return False
    block = read_block(raw, 0, len(raw))
    indexes = [index for index, signature in _signatures(block) if _may_count(signature, domain)]
    return any(_verifies(raw, index, dns) for index in indexes[:MAX_SIGNATURES])


def _signatures(block: Block) -> Iterator[tuple[int, dict[bytes, bytes]]]:
    for index, value in enumerate(block.values("dkim-signature")):
        try:
            yield index, parse_tag_value(value)
        except InvalidTagValueList:
            continue


def _may_count(signature: dict[bytes, bytes], domain: str) -> bool:
    """Whether a signature, if it verifies, says that the From domain sent the whole mail.

    The signing domain must be the From domain or a parent of it, which controls it anyway. `l=` lets anybody add text
    below what was signed, SHA-1 is broken (RFC 8301 3.1), and a signature that leaves out From is none (RFC 6376
    5.4).
    """
    signer = _canonical(signature.get(b"d", b"").decode("ascii", "replace"))
    is_aligned = domain == signer or ("." in signer and domain.endswith(f".{signer}"))
    signed = {name.strip().lower() for name in signature.get(b"h", b"").split(b":")}
    return is_aligned and b"l" not in signature and b"from" in signed and signature.get(b"a") in _SAFE_ALGORITHMS


def _verifies(raw: bytes, index: int, dns: TxtLookup) -> bool:
    verifier = dkim.DKIM(raw, logger=_SILENT, minkey=MIN_RSA_BITS, timeout=LOOKUP_SECONDS)
    try:
        return bool(verifier.verify(index, dnsfunc=_without_test_keys(dns)))
    except Exception:  # noqa: BLE001 - dkimpy and a resolver raise what they will; all of it means: not verified
        return False


def _without_test_keys(dns: TxtLookup) -> TxtLookup:
    """Keys in testing mode count as no keys (RFC 6376 3.6.1, `t=y`)."""

    def lookup(name: bytes, timeout: float = LOOKUP_SECONDS) -> bytes | None:
        record = dns(name, timeout)
        try:
            flags = parse_tag_value(record or b"").get(b"t", b"").split(b":")
        except InvalidTagValueList:
            return None
        return None if b"y" in {flag.strip() for flag in flags} else record

    return lookup
