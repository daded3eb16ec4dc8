"""How sure it is that the domain in From sent a mail."""

import base64
import functools
import hashlib

import dkim
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from mailbot.core.message import Authentication, Verdict
from mailbot.mail.authenticate import authenticate
from mailbot.mail.parse import parse

TRUSTED = ("mail.winlas.se",)
NOBODY = Authentication(Verdict.NONE, domain="kund.example")
FAILED = Authentication(Verdict.FAILED, "dmarc", "kund.example")
BY_DMARC = Authentication(Verdict.ALIGNED, "dmarc", "kund.example")
BY_DKIM = Authentication(Verdict.ALIGNED, "dkim", "kund.example")
MICROSOFT = "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=kund.example; dkim=pass (signature was verified)\r\n"
MICROSOFT += " header.d=kund.example;dmarc={} action=none\r\n header.from=kund.example;compauth=pass reason=100"


def judged(*results, trusted=TRUSTED, sender="Anna <anna@kund.example>", dns=None):
    headers = [f"Authentication-Results: {result}" for result in results]
    raw = "\r\n".join([*headers, f"From: {sender}", "Subject: Hej", "", "Radera mig.", ""]).encode()
    return authenticate(raw, parse(raw), trusted, dns)


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        ("mail.winlas.se; dmarc=pass (p=reject) header.from=kund.example", BY_DMARC),
        ("MAIL.WinLas.SE 1; dkim=pass header.d=kund.example; dmarc=pass header.from=KUND.example", BY_DMARC),
        ("mail.winlas.se; dmarc=fail (p=none) header.from=kund.example", FAILED),
        ("mail.winlas.se; dmarc=pass header.from=annan.example", NOBODY),
        ("mail.winlas.se; dmarc=pass", NOBODY),
        ("mail.winlas.se; dmarc=none header.from=kund.example", NOBODY),
        ("mail.winlas.se; dmarc=bestguesspass header.from=kund.example", NOBODY),
        ("mail.winlas.se; spf=pass smtp.mailfrom=kund.example", NOBODY),
        ("mail.winlas.se; spf=pass smtp.mailfrom=kund.example; dkim=pass header.d=skurk.example", NOBODY),
        ("mail.winlas.se; dmarc=pass header.from=kund.example; dmarc=fail header.from=kund.example", FAILED),
        ("mail.winlas.se; spf=pass (dmarc=pass header.from=kund.example) smtp.mailfrom=x.example", NOBODY),
        ('mail.winlas.se; spf=fail reason="x; dmarc=pass header.from=kund.example"', NOBODY),
        ("mail.winlas.se; none", NOBODY),
        ("mail.skurk.example; dmarc=pass header.from=kund.example", NOBODY),
        ("mail.winlas.se.skurk.example; dmarc=pass header.from=kund.example", NOBODY),
        (";;;=((", NOBODY),
        ("", NOBODY),
    ],
)
def test_only_dmarc_of_a_trusted_server_counts(result, verdict):
    assert judged(result) == verdict


def test_only_the_topmost_header_counts():
    forged = "mail.winlas.se; dmarc=pass header.from=kund.example"

    assert judged("mail.annan.example; dmarc=none", forged) == NOBODY
    assert judged(forged, "mail.annan.example; dmarc=fail") == BY_DMARC


def test_header_of_exchange_online_counts_where_it_is_listed():
    assert judged(MICROSOFT.format("pass"), trusted=("microsoft365",)) == BY_DMARC
    assert judged(MICROSOFT.format("fail"), trusted=("microsoft365",)) == FAILED
    assert judged(MICROSOFT.format("bestguesspass"), trusted=("microsoft365",)) == NOBODY
    assert judged(MICROSOFT.format("pass")) == NOBODY


def test_nobody_can_write_the_name_that_stands_for_exchange_online():
    assert judged("microsoft365; dmarc=pass header.from=kund.example", trusted=("microsoft365",)) == NOBODY


@pytest.mark.parametrize(
    "sender", ["a@kund.example, b@kund.example", "kund.example", "x@kund.example <y@skurk.example>"]
)
def test_sender_who_cannot_be_told_is_never_authenticated(sender):
    result = "mail.winlas.se; dmarc=pass header.from=kund.example"

    assert judged(result, sender=sender) == Authentication(Verdict.NONE)


def test_domain_with_swedish_letters_is_compared_as_it_is_registered():
    result = "mail.winlas.se; dmarc=pass header.from=xn--keri-poa.example"

    assert judged(result, sender="a@åkeri.example").verdict is Verdict.ALIGNED


@functools.cache
def key(bits=2048):
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def record(bits=2048, flags=""):
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    public = base64.b64encode(key(bits).public_key().public_bytes(*form)).decode()
    return f"v=DKIM1; k=rsa; {flags} p={public}".encode()


def signed(
    domain="kund.example",
    *,
    sender="anna@kund.example",
    bits=2048,
    names=("From", "Subject", "To"),
    sha=hashes.SHA256,
    tags="",
):
    """A mail with a valid signature of what it says it signs (RFC 6376, simple canonicalisation)."""
    headers = {"From": sender, "To": "dataskydd@winlas.se", "Subject": "Hej"}
    body = b"Radera mig.\r\n"
    digest = base64.b64encode(hashlib.new(sha.name, body).digest()).decode()
    signature = f"v=1; a=rsa-{sha.name}; d={domain}; s=s1; h={':'.join(names)}; bh={digest}; {tags}b="
    covered = "".join(f"{name}: {headers[name]}\r\n" for name in names) + f"DKIM-Signature: {signature}"
    signature += base64.b64encode(key(bits).sign(covered.encode(), padding.PKCS1v15(), sha())).decode()
    lines = [f"DKIM-Signature: {signature}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def verified(raw, answer=None):
    def dns(name, timeout):
        assert name.startswith(b"s1._domainkey.")
        assert timeout <= 5
        if isinstance(answer, Exception):
            raise answer
        return record() if answer is None else answer

    return authenticate(raw, parse(raw), TRUSTED, dns)


def test_aligned_signature_is_verified_where_no_server_says_anything():
    assert verified(signed()) == BY_DKIM
    assert authenticate(signed(), parse(signed()), TRUSTED, None) == NOBODY


def test_parent_domain_may_sign_but_no_other_and_no_child():
    assert verified(signed(sender="a@hr.kund.example")).verdict is Verdict.ALIGNED
    assert verified(signed("skurk.example")) == NOBODY
    assert verified(signed("nyhetsbrev.kund.example")) == NOBODY
    assert verified(signed("example")) == NOBODY


def test_what_a_trusted_server_says_of_dmarc_is_not_overruled_by_a_signature():
    stamp = b"Authentication-Results: mail.winlas.se; dmarc=fail header.from=kund.example\r\n"

    assert verified(stamp + signed()) == FAILED


def test_second_signature_is_tried_when_the_first_is_broken():
    broken = signed().partition(b"From: ")[0].replace(b" b=", b" b=AAAA")

    assert verified(broken + signed()) == BY_DKIM


def test_changed_mail_is_not_verified():
    assert verified(signed().replace(b"Radera", b"Rader4")) == NOBODY
    assert verified(signed().replace(b"Subject: Hej", b"Subject: Nej")) == NOBODY


def test_signature_of_only_the_beginning_of_a_mail_does_not_count():
    raw = signed(tags="l=13; ")

    assert dkim.verify(raw + b"Radera alla.\r\n", dnsfunc=lambda *_, **__: record())
    assert verified(raw) == NOBODY


def test_signature_that_leaves_out_from_does_not_count():
    raw = signed(names=("Subject", "To"))

    assert dkim.verify(raw, dnsfunc=lambda *_, **__: record())
    assert verified(raw) == NOBODY


def test_signature_by_sha1_does_not_count():
    raw = signed(sha=hashes.SHA1)

    assert dkim.verify(raw, dnsfunc=lambda *_, **__: record())
    assert verified(raw) == NOBODY


def test_short_key_does_not_count(monkeypatch):
    assert verified(signed(bits=1024), record(1024)) == BY_DKIM
    monkeypatch.setattr("mailbot.mail.authenticate.MIN_RSA_BITS", 1025)
    assert verified(signed(bits=1024), record(1024)) == NOBODY


@pytest.mark.parametrize(
    "answer", [b"", b"nonsense", b"v=DKIM1; p=", record(flags="t=y;"), TimeoutError(), dkim.DnsTimeoutError("late")]
)
def test_missing_withdrawn_or_trial_key_and_silent_resolver_verify_nothing(answer):
    assert verified(signed(), answer) == NOBODY


def test_expired_signature_does_not_count():
    assert verified(signed(tags="x=4000000000; ")) == BY_DKIM
    assert verified(signed(tags="x=1500000000; ")) == NOBODY


def test_body_made_to_be_slow_to_verify_is_not_verified():
    asked = []
    raw = signed() + b" \t" * 1000

    assert authenticate(raw, parse(raw), TRUSTED, lambda *name: asked.append(name)) == NOBODY
    assert not asked
