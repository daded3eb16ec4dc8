"""Paragraphs put together again that format=flowed broke into lines (RFC 3676)."""

from __future__ import annotations

from mailbot.mail.html import SIGNATURE_LINE


def unfold(text: str, *, delete_space: bool = False) -> str:
    """Join flowed lines of the same quote depth; quoted paragraphs keep one '>' per level and a blank.

    Args:
        text: with LF line ends.
        delete_space: the part said `DelSp=yes`: the blank at a line's end was not part of the text.
    """
    paragraphs: list[str] = []
    line: list[str] = []
    depth_before = 0
    for raw in text.split("\n"):
        words = raw.lstrip(">")
        depth = len(raw) - len(words)
        words = words.removeprefix(" ")
        if line and (depth != depth_before or words == SIGNATURE_LINE):
            paragraphs.append("".join(line))
            line = []
        if not line and depth:
            line.append(">" * depth + " ")
        depth_before = depth
        if words.endswith(" ") and words != SIGNATURE_LINE:
            line.append(words[:-1] if delete_space else words)
        else:
            paragraphs.append("".join([*line, words]))
            line = []
    return "\n".join([*paragraphs, *(["".join(line)] if line else [])])
