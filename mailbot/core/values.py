"""Values that people give: whether they are valid, and how they are written and compared."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from mailbot.core.kinds import Field
from mailbot.core.plan import Value
from mailbot.core.sender import canonical

MAX_LENGTH = 200
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\.]+(?:\.[^\s@<>()\[\],;:\"\\.]+)*")
_PERSONAL_ID = re.compile(r"([0-9]{2})?([0-9]{6})([-+]?)([0-9]{4})")
_REGION = "SE"


def is_address(text: str) -> bool:
    """Whether a text has the shape of one bare e-mail address (at most 254 characters, RFC 5321 4.5.3.1.3)."""
    return len(text) <= 254 and bool(_ADDRESS.fullmatch(text))  # noqa: PLR2004 - the RFC's number


def normalised(field: Field, text: str) -> str | None:
    """A new value as the register is to hold it, or None when it is no valid value of the field.

    Addresses come in lower case, phones as E.164, personal identity numbers with a dash, all with single blanks.
    """
    tidy = " ".join(unicodedata.normalize("NFC", text).split())
    if not tidy or len(tidy) > MAX_LENGTH or any(unicodedata.category(letter).startswith("C") for letter in tidy):
        return None
    match field:
        case Field.EMAIL:
            return _email(tidy)
        case Field.PHONE:
            return _phone(tidy)
        case Field.PERSONAL_ID:
            return _personal_id(tidy)
        case Field.NAME:
            return tidy if any(letter.isalpha() for letter in tidy) and not re.search(r"[\d@<>/]", tidy) else None
        case _:
            return tidy


def same(field: Field, one: Value, other: Value) -> bool:
    """Whether two values of a field mean the same, however they are written."""
    return comparable(field, one) == comparable(field, other)


def comparable(field: Field, value: Value) -> str:
    """A value as it is compared; '' for none."""
    text = " ".join(str(value if value is not None else "").split())
    valid = (normalised(field, text) or text) if text else ""
    # The century of a personal identity number is often left out.
    return valid[-11:] if field is Field.PERSONAL_ID else valid.casefold()


def filled(value: Value) -> bool:
    """Whether a register's field holds anything."""
    return value is not None and value != ""


def day_of(value: Value) -> date | None:
    """The calendar day of a register's date, or date and time, as ISO 8601 text; None when it is none."""
    try:
        return datetime.fromisoformat(str(value)).date() if filled(value) else None
    except ValueError:
        return None


def alike(one: str, other: str) -> bool:
    """Whether two names can be the same person's: the same words in any order, one shortened, or the same first name.

    'Ek, Anna', 'Anna Maria Ek', 'A. Ek' and – after a wedding – 'Anna Lind' can all be Anna Ek; Bo Ek is not.
    """
    first, second = _words(one), _words(other)
    if not first or not second or set(first) <= set(second) or set(second) <= set(first):
        return True
    if "," in one + other:
        return False
    given, other_given = first[0], second[0]
    if min(len(given), len(other_given)) == 1:
        return given[0] == other_given[0] and first[-1] == second[-1]
    return given == other_given


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same words in any order."""
    return set(_words(one)) == set(_words(other))


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", name.casefold())


def _email(text: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - only corrections need it

    try:
        return canonical(validate_email(text, check_deliverability=False).normalized)
    except EmailNotValidError:
        return None


def _phone(text: str) -> str | None:
    import phonenumbers  # noqa: PLC0415 - a tenth of a second that most commands do not need

    try:
        number = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or number.extension:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _personal_id(text: str) -> str | None:
    from personnummer.personnummer import valid  # type: ignore[import-untyped]  # noqa: PLC0415 - only corrections need it

    found = _PERSONAL_ID.fullmatch(text.replace(" ", ""))
    if not found:
        return None
    century, day, sign, number = found.groups()
    # Without a century the library would ask the clock; any that has 29 February of year 00 checks the rest as well.
    if not valid(f"{century or '20'}{day}-{number}"):
        return None
    return f"{century or ''}{day}{sign if sign and not century else '-'}{number}"
