"""`register`: filling the embedded register, finding all that is held on a person, and the Article 30 record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailbot.cli.installation import installation
from mailbot.cli.options import Json
from mailbot.cli.output import say, say_heading, say_json
from mailbot.core.kinds import Language

if TYPE_CHECKING:
    from mailbot.core.identity import Person
    from mailbot.core.plan import Holdings

commands = typer.Typer(help="The register: fill it, find people in it, document it.")


@commands.command("import")
def import_file(
    context: typer.Context,
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Such as contacts.")],
    file: Annotated[Path, typer.Argument(metavar="FILE.csv")],
    as_json: Json = False,
) -> None:
    """Take a CSV file into the embedded register: all of it or, if a row is wrong, nothing."""
    from mailbot.registers.csv_import import import_csv
    from mailbot.registers.opening import open_embedded

    settings = installation(context).settings
    engine = open_embedded(settings.data_dir)
    try:
        result = import_csv(engine, dataset, file)
    finally:
        engine.dispose()
    if as_json:
        say_json(asdict(result))
    else:
        say(
            f"{result.dataset}: {result.rows} rows read; {result.added} added, {result.updated} changed,"
            f" {result.unchanged} as they were"
        )


@commands.command()
def find(context: typer.Context, address: str, as_json: Json = False) -> None:
    """Show all that is held on the person with an address, what is held for customers included."""
    register = installation(context).register
    person = register.find(address)
    holdings = register.holdings(person, customer_data=True) if person is not None else None
    if as_json:
        say_json(_found(person, holdings))
    elif person is None or holdings is None:
        say("Nobody is registered with that address.")
    else:
        _tell(person, holdings)


@commands.command("map")
def show_map(
    context: typer.Context,
    language: Annotated[Language, typer.Option(help="The record's language.")] = Language.SWEDISH,
    as_json: Json = False,
) -> None:
    """Print the record of processing activities (Article 30)."""
    from mailbot.core.record import article30_record

    record = article30_record(installation(context).data_map, language)
    data = asdict(record) | {"controller": record.controller.model_dump(mode="json")}
    if as_json:
        say_json(data)
    else:
        _tell_record(data)


def _tell_record(record: Mapping[str, Any]) -> None:
    say(f"Record of processing activities: {record['controller']['name']}")
    say(f"security: {record['security']}")
    for activity in (*record["activities"], *record["on_behalf"]):
        on_behalf = "" if "purposes" in activity else ", for customers"
        say_heading(f"{activity['name']} ({activity['dataset']}{on_behalf})")
        for name, value in activity.items():
            if name not in {"dataset", "name"} and value:
                say(f"  {name}: {_listed(value)}")


def _listed(value: object) -> str:
    if isinstance(value, str):
        return value
    parts = value if isinstance(value, Iterable) else ()
    return "; ".join(part if isinstance(part, str) else " – ".join(part) for part in parts)


def _found(person: Person | None, holdings: Holdings | None) -> dict[str, Any]:
    if person is None or holdings is None:
        return {"person": None, "held": {}}
    return {
        "person": {
            "name": person.name,
            "addresses": list(person.addresses),
            "language": person.language,
            "ambiguous": person.ambiguous,
        },
        "held": {
            dataset: [{"key": row.key, "values": dict(row.values)} for row in rows]
            for dataset, rows in holdings.rows.items()
        },
    }


def _tell(person: Person, holdings: Holdings) -> None:
    several = "; several people have this address" if person.ambiguous else ""
    say(f"{person.name or '(no name)'}  {', '.join(person.addresses)}  ({person.language}{several})")
    for dataset, rows in holdings.rows.items():
        say_heading(f"{dataset} ({len(rows)})")
        for row in rows:
            say(f"  {row.key}")
            for field, value in row.values.items():
                if value is not None:
                    say(f"    {field}: {value}")
