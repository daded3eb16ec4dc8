"""Opening the sources that a data map names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Engine

from mailbot.core.datamap import DataMap, EmbeddedSource, HttpSource
from mailbot.core.datamap import Source as Declared
from mailbot.core.mapfile import parse_data_map
from mailbot.registers.engine import open_engine, writing
from mailbot.registers.errors import RegisterSetupError
from mailbot.registers.journal import Journal
from mailbot.registers.register import Registers
from mailbot.registers.source import Source
from mailbot.registers.sql import SqlRegister

SHIPPED_MAP = Path(__file__).with_name("embedded.yaml")
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


def read_data_map(path: Path | None = None) -> DataMap:
    """The data map in a file, or the shipped one.

    Raises:
        RegisterSetupError: the file cannot be read.
        DataMapError: what stands in it is no usable data map.
    """
    path = path or SHIPPED_MAP
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "is not UTF-8"
        raise RegisterSetupError(f"data_map: {path}: {why}") from None
    return parse_data_map(text, str(path))


def open_embedded(data_dir: Path) -> Engine:
    """The embedded register `register.db` in the data folder; folder and tables are made where they are missing.

    Raises:
        RegisterSetupError: the folder cannot be made.
        RegisterError: the file is no database, or cannot be written.
    """
    from mailbot.registers.tables import Embedded  # noqa: PLC0415 - only those who have no register of their own need SQLModel

    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise RegisterSetupError(f"data_dir: {data_dir}: {error.strerror}") from None
    engine = open_engine(f"sqlite:///{data_dir / 'register.db'}", "register.db")
    with writing(engine, "register.db") as connection:
        Embedded.metadata.create_all(connection)
        Journal.create(connection)
    return engine


def open_registers(data_map: DataMap, data_dir: Path, secret: bytes, environment: Mapping[str, str]) -> Registers:
    """The register that a data map describes. Tables are first looked at by `check`, or when they are used.

    Args:
        data_map: what lies where.
        data_dir: where the embedded register lies.
        secret: the installation's own, for person keys.
        environment: what `${NAME}` in a URL or token stands for.

    Raises:
        RegisterSetupError: a URL cannot be used, or names what the environment lacks.
        RegisterError: the embedded register cannot be opened.
    """
    sources = {name: _open(name, declared, data_dir, environment) for name, declared in data_map.sources.items()}
    return Registers(data_map, sources, secret)


def _open(name: str, declared: Declared, data_dir: Path, environment: Mapping[str, str]) -> Source:
    place = f"sources.{name}"
    if isinstance(declared, EmbeddedSource):
        return SqlRegister(open_embedded(data_dir), place)
    url = _resolved(declared.url, f"{place}.url", environment)
    if isinstance(declared, HttpSource):
        from mailbot.registers.http import HttpRegister  # noqa: PLC0415 - only those who have such a source need a client

        token = _resolved(declared.token, f"{place}.token", environment)
        return HttpRegister(url, token, declared.timeout_seconds, place)
    return SqlRegister(open_engine(url, place), place, declared.db_schema)


def _resolved(text: str, place: str, environment: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        try:
            return environment[found[1]]
        except KeyError:
            raise RegisterSetupError(f"{place}: the environment has no {found[1]}") from None

    return _PLACEHOLDER.sub(value, text)
