"""The smallest parts of a data map: names, and words in every language that people read."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from mailbot.core.kinds import Language


class Strict(BaseModel):
    """A part of the map: immutable, and nothing in it is unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


Name = Annotated[str, StringConstraints(min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Text(Strict):
    """The same words in every language that people read."""

    sv: str = ""
    en: str = ""

    def in_(self, language: Language | str) -> str:
        """The words in one language."""
        return self.en if language == Language.ENGLISH else self.sv

    @property
    def empty(self) -> bool:
        """Whether it lacks words in any language."""
        return not (self.sv and self.en)


class Label(Text):
    """A short text that may not be left out."""

    sv: Name
    en: Name
