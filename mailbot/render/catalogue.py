"""What letters need of the data map: the company, the authority, and what data sets, fields and grounds are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from mailbot.core.kinds import Language


class Bilingual(Protocol):
    """The same words in every language."""

    def in_(self, language: Language) -> str:
        """The words in one language."""
        ...


class Company(Protocol):
    """The controller."""

    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...


class Complaints(Protocol):
    """The supervisory authority (IMY)."""

    @property
    def name(self) -> Bilingual: ...
    @property
    def address(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def web(self) -> str: ...


class Ground(Protocol):
    """A ground on which data is kept."""

    @property
    def text(self) -> Bilingual: ...
    @property
    def law(self) -> str: ...


class Collection(Protocol):
    """One data set."""

    @property
    def fields(self) -> Mapping[str, object]: ...


class Catalogue(Protocol):
    """The data map, as far as letters are concerned."""

    @property
    def controller(self) -> Company: ...
    @property
    def authority(self) -> Complaints: ...
    @property
    def grounds(self) -> Mapping[str, Ground]: ...
    @property
    def datasets(self) -> Mapping[str, Collection]: ...

    def label(self, dataset: str, language: Language) -> str:
        """What a data set is called."""
        ...

    def field_label(self, dataset: str, field: str, language: Language) -> str:
        """What a field is called."""
        ...
