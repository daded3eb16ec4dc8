"""The words on a PDF's pages, read back as a screen reader would: by each font's own table of characters."""

import io
import re

from pikepdf import Pdf, parse_content_stream

_CHARACTER = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*$")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*$")


def words_of(pdf, password=""):
    """All text of all pages, blanks and line breaks as single blanks."""
    with Pdf.open(io.BytesIO(pdf), password=password) as document:
        return " ".join(" ".join(_page(page) for page in document.pages).split())


def _page(page):
    tables = {str(name): _table(font) for name, font in page.Resources.Font.items()}
    pieces, table = [], {}
    for operands, operator in parse_content_stream(page):
        if str(operator) == "Tf":
            table = tables[str(operands[0])]
        elif str(operator) in {"Tm", "Td", "T*"}:
            pieces.append(" ")
        elif str(operator) == "Tj":
            pieces.append(_decoded(bytes(operands[0]), table))
        elif str(operator) == "TJ":
            pieces += [
                _decoded(bytes(piece), table)
                for piece in operands[0]
                if not isinstance(piece, (int, float)) and hasattr(piece, "__bytes__")
            ]
    return "".join(pieces)


def _decoded(codes, table):
    return "".join(table.get(codes[at : at + 2], "?") for at in range(0, len(codes), 2))


def _table(font):
    table = {}
    for line in font.ToUnicode.read_bytes().splitlines():
        if found := _RANGE.match(line):
            first, last, letters = (int(part, 16) for part in found.groups())
            for offset in range(last - first + 1):
                table[(first + offset).to_bytes(2, "big")] = chr(letters + offset)
        elif found := _CHARACTER.match(line):
            table[bytes.fromhex(found.group(1).decode())] = bytes.fromhex(found.group(2).decode()).decode("utf-16-be")
    return table
