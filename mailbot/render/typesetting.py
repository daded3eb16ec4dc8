"""typst behind one small face: files in memory in, a PDF or what is wrong with them out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

STANDARDS = ("a-3b", "ua-1")
"""Archivable with files inside (ISO 19005-3), and readable by screen readers (ISO 14289-1)."""


class NotSet(ValueError):
    """typst refuses the files; its message may quote what stands in them."""


class Typesetter:
    """One compiler, with nothing but the fonts inside typst, so that a page looks the same wherever it is made."""

    @cached_property
    def _compiler(self) -> Any:  # noqa: ANN401 - typst's stubs do not know files in memory, which its README documents
        from typst import Compiler  # noqa: PLC0415 - loads 40 MB that only a copy needs

        return Compiler(ignore_system_fonts=True)

    def pdf(self, files: Mapping[str, bytes], made: datetime | None = None) -> bytes:
        """The PDF of `main.typ` and the files it reads.

        Raises:
            NotSet: typst refuses them.
        """
        from typst import TypstError  # noqa: PLC0415 - as above

        try:
            pdf: bytes = self._compiler.compile(dict(files), format="pdf", pdf_standards=[*STANDARDS], timestamp=made)
        except TypstError as error:
            raise NotSet(str(error).partition("\n")[0]) from None
        return pdf
