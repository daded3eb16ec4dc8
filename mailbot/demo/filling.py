"""The demo's register: CSV files whose days are counted from the day the demo is run, so that deadlines look alive.

`T-45` in a cell is the day 45 days ago, `T-45 08:41` a time on it, `T+24` a day to come.
"""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from pathlib import Path

from mailbot.registers.csv_import import import_csv
from mailbot.registers.opening import open_embedded

FOLDER = Path(__file__).with_name("register")
_DAY = re.compile(r"T([+-]\d+)(?: (\d\d:\d\d))?")


def fill_register(data_dir: Path, today: date) -> None:
    """Import every file into the embedded register, by the import that its owner uses."""
    engine = open_embedded(data_dir)
    try:
        for source in sorted(FOLDER.glob("*.csv")):
            dated = data_dir / source.name
            dated.write_text(_DAY.sub(lambda found: _day(found, today), _text(source)), encoding="utf-8")
            import_csv(engine, source.stem, dated)
            dated.unlink()
    finally:
        engine.dispose()


def customers() -> list[dict[str, str]]:
    """The contact persons that a newcomer can write as."""
    return list(csv.DictReader(_text(FOLDER / "contacts.csv").splitlines()))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _day(found: re.Match[str], today: date) -> str:
    days, time = found.groups()
    day = (today + timedelta(days=int(days))).isoformat()
    return f"{day}T{time}:00" if time else day
