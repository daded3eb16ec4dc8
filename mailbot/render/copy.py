"""The copy of a person's data as one PDF/A-3: the letter of Article 15, the data to read, and the same data as files.

The page is set by typst from templates/copy, which a company can override file by file. What the registers hold reaches
typst as JSON and is only ever set as text, never read as markup.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from babel.dates import format_date

from mailbot.core.copy import AccessCopy
from mailbot.errors import MailbotError
from mailbot.render.attached import as_data, as_json, attachments
from mailbot.render.glyphs import Glyphs, settable, texts_in, tidy
from mailbot.render.typesetting import NotSet, Typesetter
from mailbot.render.words import LOCALES

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""32 signs that nobody mistakes for another: no I, O, 0 or 1."""
GROUPS, GROUP = 4, 4
ROWS_TO_READ = 1000
"""Of a data set that are set on pages; nobody reads more, and all are in the files. It keeps memory within bounds."""


class CopyError(MailbotError, ValueError):
    """The PDF could not be made; the message names the template, never the data."""


def new_code(random: Callable[[int], bytes]) -> str:
    """A code to open a copy with: 80 random bits as `ABCD-EFGH-JKLM-NPQR`.

    Args:
        random: gives that many random bytes, such as `secrets.token_bytes`.
    """
    signs = "".join(ALPHABET[byte % len(ALPHABET)] for byte in random(GROUPS * GROUP))
    return "-".join(signs[at : at + GROUP] for at in range(0, len(signs), GROUP))


def encrypt(pdf: bytes, code: str, owner: str) -> bytes:
    """The PDF encrypted by AES-256 (ISO 32000-2, revision 6): any reader opens it with the code.

    Args:
        pdf: what `CopyMaker.make` gave.
        code: the user password.
        owner: the owner password: random, and kept by nobody.
    """
    from pikepdf import Encryption, Pdf  # noqa: PLC0415 - a tenth of a second that only a copy needs

    encrypted = io.BytesIO()
    with Pdf.open(io.BytesIO(pdf)) as document:
        document.save(encrypted, encryption=Encryption(user=code, owner=owner, R=6))
    return encrypted.getvalue()


class CopyMaker:
    """Sets copies.

    Args:
        folders: template folders, those that override first; the shipped one last.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        self._typesetter = Typesetter()
        self._glyphs = Glyphs(self._typesetter)

    def make(self, copy: AccessCopy) -> bytes:
        """The PDF, not yet encrypted; the same input gives the same bytes.

        Raises:
            CopyError: a template is missing or wrong.
        """
        try:
            return self._set(copy)
        except NotSet:
            # What typst says can quote the data; `check` has it say so of a sample.
            raise CopyError("copy/copy.typ: the copy cannot be set; `mailbot check` says where and why") from None

    def check(self, sample: AccessCopy) -> list[str]:
        """What is wrong with the templates, one line each. Empty: nothing."""
        try:
            self._set(sample)
        except NotSet as error:
            return [f"copy/copy.typ ({sample.language}): {error}"]
        except CopyError as error:
            return [str(error)]
        return []

    def _set(self, copy: AccessCopy) -> bytes:
        files = list(attachments(copy))
        listed = [{"name": file.name, "type": file.content_type, "description": file.description} for file in files]
        sources = {
            "main.typ": self._template("copy.typ"),
            "words.toml": self._template(f"{copy.language}.toml"),
            "page.json": as_json(self._page(copy)),
            "files.json": as_json(listed),
            **{file.name: file.content for file in files},
        }
        made = datetime.combine(copy.day, time(), UTC)
        return self._typesetter.pdf(sources, made)

    def _page(self, copy: AccessCopy) -> dict[str, Any]:
        """What the template reads: the data of the attached JSON, only with characters that can be drawn."""
        data = as_data(copy)
        for dataset in data["datasets"]:
            dataset["total"] = len(dataset["rows"])
            del dataset["rows"][ROWS_TO_READ:]
        undrawable = self._glyphs.undrawable(set().union(*(tidy(text) for text in texts_in(data))))
        return {
            **settable(data, undrawable),
            "replaced": bool(undrawable),
            "region": LOCALES[copy.language].partition("_")[2],
            "date": {"year": copy.day.year, "month": copy.day.month, "day": copy.day.day},
            "written_day": format_date(copy.day, "d MMMM y", locale=LOCALES[copy.language]),
        }

    def _template(self, name: str) -> bytes:
        for folder in self.folders:
            path = folder / "copy" / name
            if path.is_file():
                return path.read_bytes()
        raise CopyError(f"copy/{name}: there is no such template")
