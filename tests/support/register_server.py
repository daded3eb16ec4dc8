"""A system of record that speaks docs/register-openapi.yaml, over the tables of the embedded register."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Annotated, Any

import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Connection, Engine, Table, select

from mailbot.core.sender import without_detail
from mailbot.registers import wire
from mailbot.registers.source import How
from mailbot.registers.tables import TABLES
from tests.support.parts import HOST, free_port

TOKEN = "a token"


class System:
    """The records, what was done to them, and the ways in which the network can fail."""

    def __init__(self, engine: Engine | None):
        self.engine = engine
        self.done: dict[str, wire.Left] = {}
        self.busy = 0
        """So many requests are answered 503, unread."""
        self.lost = 0
        """So many changes are made, but their answer is lost."""

    def rows(self, table: Table) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]

    def once(self, key: str, act: Callable[[Connection], int]) -> wire.Left:
        if key not in self.done:
            with self.engine.begin() as connection:
                self.done[key] = wire.Left(left=act(connection))
        if self.lost:
            self.lost -= 1
            raise HTTPException(502)
        return self.done[key]


def the_system(request: Request) -> System:
    return request.app.state.system


Known = Annotated[System, Depends(the_system)]
Key = Annotated[str, Header(alias="Idempotency-Key", description="the same key again changes nothing")]
bearer = HTTPBearer(auto_error=False, description="the token that stands in the data map")


def admitted(system: Known, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> None:
    if credentials is None or credentials.credentials != TOKEN:
        raise HTTPException(401)
    if system.busy:
        system.busy -= 1
        raise HTTPException(503)


router = APIRouter(dependencies=[Depends(admitted)])


@router.get("/datasets", summary="What the system offers")
def datasets() -> wire.Description:
    described = {name: wire.Described(key=["id"], columns=list(table.c.keys())) for name, table in TABLES.items()}
    return wire.Description(datasets=described)


@router.post("/datasets/{name}/find", summary="Find people's rows, or export them")
def find(system: Known, name: str, wanted: wire.Find) -> wire.Rows:
    values = {compared(wanted.how, value) for value in wanted.values}

    def matches(row):
        return not values.isdisjoint(compared(wanted.how, row[column]) for column in wanted.by)

    return chosen(wanted.columns, filter(matches, system.rows(table_of(name))))


@router.post("/datasets/{name}/due", summary="Rows that a retention rule may concern")
def due(system: Known, name: str, wanted: wire.Due) -> wire.Rows:
    def concerned(row):
        return (
            bool(row[wanted.after])
            and str(row[wanted.after])[:10] <= wanted.latest.isoformat()
            and all(row[column] for column in wanted.filled)
            and not any(row[column] for column in wanted.empty)
            and (not wanted.any_filled or any(row[column] for column in wanted.any_filled))
        )

    return chosen(wanted.columns, filter(concerned, system.rows(table_of(name))))


@router.get("/datasets/{name}/addresses", summary="Every address, to replay erasures after a restored backup")
def addresses(system: Known, name: str, column: Annotated[list[str], Query()]) -> wire.Addresses:
    found = [row[each] for row in system.rows(table_of(name)) for each in column if row[each]]
    return wire.Addresses(addresses=list(dict.fromkeys(found)))


@router.post("/datasets/{name}/change", summary="Write values into rows")
def change(system: Known, name: str, wanted: wire.Change, key: Key) -> wire.Left:
    table = table_of(name)

    def act(connection):
        now = {str(row["id"]): row for row in system.rows(table)}
        left = 0
        for row in wanted.rows:
            there = now.get(row.key)
            if there is None:
                left += wanted.missing_is_left
            elif any(there[column] not in {old, row.after.get(column, old)} for column, old in row.before.items()):
                left += 1
            else:
                connection.execute(table.update().where(table.c.id == int(row.key)).values(row.after))
        return left

    return system.once(key, act)


@router.post("/datasets/{name}/erase", summary="Delete rows")
def erase(system: Known, name: str, wanted: wire.Erase, key: Key) -> wire.Left:
    table = table_of(name)

    def act(connection):
        now = {str(row["id"]): row for row in system.rows(table)}
        there = [row for row in wanted.rows if row.key in now]
        theirs = [row for row in there if all(now[row.key][column] == old for column, old in row.before.items())]
        for row in theirs:
            connection.execute(table.delete().where(table.c.id == int(row.key)))
        return len(there) - len(theirs)

    return system.once(key, act)


@router.post("/datasets/{name}/add", summary="Add rows that are not there yet")
def add(system: Known, name: str, wanted: wire.Add, key: Key) -> wire.Left:
    table = table_of(name)

    def act(connection):
        there = {compared(How.TEXT, row[wanted.unless]) for row in system.rows(table)}
        for row in wanted.rows:
            if compared(How.TEXT, row[wanted.unless]) not in there:
                connection.execute(table.insert().values(row))
        return 0

    return system.once(key, act)


def table_of(name):
    if name not in TABLES:
        raise HTTPException(404)
    return TABLES[name]


def compared(how, value):
    """A value as it is compared."""
    if how is How.EXACT or not isinstance(value, str):
        return value
    return without_detail(value) if how is How.ADDRESS else value.strip().lower()


def chosen(columns, rows):
    return wire.Rows(
        rows=[wire.FoundRow(key=str(row["id"]), values={name: row[name] for name in columns}) for row in rows]
    )


def register_app(system: System) -> FastAPI:
    app = FastAPI(
        title="A system of record for mailbot",
        version="1",
        description=(
            "What mailbot asks of a system whose database it cannot reach. Any request may be sent again; changes "
            "carry an Idempotency-Key, and the same key again changes nothing and gives the same answer. All of a "
            "change is made or nothing. A system that is busy answers 429 or 503."
        ),
    )
    app.state.system = system
    app.include_router(router)
    return app


@contextmanager
def serving(system: System) -> Iterator[str]:
    """Serve a system; gives its URL."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(register_app(system), host=HOST, port=port, log_level="error"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield f"http://{HOST}:{port}"
    finally:
        server.should_exit = True
        thread.join()
