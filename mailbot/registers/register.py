"""All systems of record of a data map as one register: find a person, say what is held, carry out steps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from mailbot.core.datamap import DataMap, DataSet
from mailbot.core.identity import Person
from mailbot.core.keeping import RetentionRule
from mailbot.core.plan import Holdings, Outcome, Row, Step
from mailbot.core.sender import canonical, without_detail
from mailbot.core.steps import only
from mailbot.registers.errors import RegisterError
from mailbot.registers.people import Trace, bases, people_of, person_key, person_of, traced
from mailbot.registers.source import How, Matching, Source

ROUNDS = 4
"""How far addresses lead to further addresses: a row's secondary address to the rows that hold it, and so on."""


class Register(Protocol):
    """What the rest of the program knows of the systems of record. Every method may raise `RegisterError`."""

    data_map: DataMap

    def find(self, address: str) -> Person | None:
        """The person registered with an address, or None."""

    def holdings(self, person: Person, *, customer_data: bool = False) -> Holdings:
        """All rows of a person: our own fields, and with `customer_data` also what we hold for customers."""

    def people(self, address: str) -> tuple[Person, ...]:
        """The people behind an address that several share, as far as they have addresses of their own."""

    def key_of(self, address: str) -> str:
        """The keyed hash of an address, for the ledger of erasures (rule 26)."""

    def addresses_with(self, keys: Collection[str]) -> tuple[str, ...]:
        """The registered addresses whose keyed hash is one of these: what a restored backup has brought back."""

    def apply(self, step: Step, idempotency_key: str) -> Outcome:
        """Carry out one step of a plan, exactly once for a key."""

    def due(self, dataset: str, rule: RetentionRule, today: date) -> tuple[Row, ...]:
        """The rows that a retention rule may concern today; `core.retention` says which it does."""

    def check(self) -> Mapping[str, str]:
        """Try every source; what is wrong with it by its name, '' where nothing is."""

    def close(self) -> None:
        """Give connections back."""


class Registers:
    """The register over the sources that a map names.

    Args:
        data_map: what lies where.
        sources: every source of the map, opened.
        secret: the installation's own; person keys are made with it.
    """

    def __init__(self, data_map: DataMap, sources: Mapping[str, Source], secret: bytes) -> None:
        self.data_map = data_map
        self._sources, self._secret = sources, secret
        self._leading, self._leaders_first = _leading(data_map), _leaders_first(data_map)

    def find(self, address: str) -> Person | None:
        """The person registered with an address.

        Case, surrounding blanks and sub-addresses are no difference (RFC 5233). Other addresses that the same rows hold
        lead to further rows, so the person is found whole from whichever address they write.
        """
        return person_of(self._followed(address), self.data_map, self._secret)

    def people(self, address: str) -> tuple[Person, ...]:
        return people_of(self._followed(address), self.data_map, self._secret)

    def key_of(self, address: str) -> str:
        return person_key(address, self._secret)

    def addresses_with(self, keys: Collection[str]) -> tuple[str, ...]:
        wanted = frozenset(keys)
        registered = (one for dataset in self.data_map.sets for one in self._source(dataset).addresses(dataset))
        return tuple(dict.fromkeys(one for one in map(canonical, registered) if self.key_of(one) in wanted))

    def _followed(self, address: str) -> tuple[Trace, ...]:
        """The rows that an address leads to, by way of further addresses in them."""
        traces: dict[tuple[str, str], Trace] = {}
        asked: set[str] = set()
        frontier: tuple[str, ...] = (without_detail(address),)
        for _ in range(ROUNDS):
            new = {(trace.dataset.id, trace.row.key): trace for trace in self._traces(frontier)}
            traces |= new
            asked.update(frontier)
            reached = bases({found for trace in new.values() for found in trace.addresses})
            frontier = tuple(one for one in reached if one not in asked)
            if not frontier:
                break
        return tuple(traces.values())

    def holdings(self, person: Person, *, customer_data: bool = False) -> Holdings:
        rows: dict[str, tuple[Row, ...]] = {}
        for dataset in self._leaders_first:
            if found := self._rows_of(dataset, person, rows, customer_data=customer_data):
                rows[dataset.id] = found
        contacts = self._contacts(rows)
        held = {
            dataset.id: _narrowed(rows[dataset.id], _held(dataset, customer_data=customer_data))
            for dataset in self.data_map.sets
            if dataset.id in rows
        }
        return Holdings(person.key, held, contacts)

    def apply(self, step: Step, idempotency_key: str) -> Outcome:
        dataset = self.data_map.dataset(step.dataset)
        return self._source(dataset).apply(dataset, step, idempotency_key)

    def due(self, dataset: str, rule: RetentionRule, today: date) -> tuple[Row, ...]:
        spec = self.data_map.dataset(dataset)
        return self._source(spec).due(spec, rule, rule.latest_start(today, self.data_map.year_end))

    def check(self) -> Mapping[str, str]:
        found = {}
        for name, source in self._sources.items():
            try:
                source.check([dataset for dataset in self.data_map.sets if dataset.source == name])
                found[name] = ""
            except RegisterError as error:
                found[name] = str(error)
        return found

    def close(self) -> None:
        for source in self._sources.values():
            source.close()

    def _source(self, dataset: DataSet) -> Source:
        return self._sources[dataset.source]

    def _traces(self, addresses: tuple[str, ...]) -> Iterator[Trace]:
        for dataset in self.data_map.sets:
            match = dataset.match
            if not match.addresses:
                continue
            columns = (*match.addresses, *filter(None, (match.name, match.language)))
            wanted = Matching(match.addresses, addresses, How.ADDRESS)
            yield from traced(dataset, self._source(dataset).rows(dataset, columns, wanted), addresses)

    def _rows_of(
        self, dataset: DataSet, person: Person, known: Mapping[str, tuple[Row, ...]], *, customer_data: bool
    ) -> tuple[Row, ...]:
        fields = _held(dataset, customer_data=customer_data)
        columns = tuple(dict.fromkeys((*fields, *self._leading.get(dataset.id, ()))))
        source, match = self._source(dataset), dataset.match
        if match.through is None:
            columns = tuple(dict.fromkeys((*columns, *match.addresses)))
            addresses = bases(person.addresses)
            found = source.rows(dataset, columns, Matching(match.addresses, addresses, How.ADDRESS))
            return tuple(trace.row for trace in traced(dataset, found, addresses))
        leading = known.get(match.through.dataset, ())
        values = tuple(dict.fromkeys(row.values[match.through.column] for row in leading))
        there = tuple(value for value in values if value is not None)
        if not there:
            return ()
        return source.rows(dataset, columns, Matching((match.through.equals,), there, How.EXACT))

    def _contacts(self, rows: Mapping[str, tuple[Row, ...]]) -> dict[str, str]:
        """The privacy contact of every customer that these rows belong to."""
        contacts: dict[str, str] = {}
        for dataset in self.data_map.sets:
            link = dataset.customer
            if link is None:
                continue
            named = {str(row.values[link.column]) for row in rows.get(dataset.id, ()) if row.values.get(link.column)}
            customers = {compared(name): name for name in sorted(named)}
            if not customers:
                continue
            there = self.data_map.dataset(link.dataset)
            wanted = Matching((link.by,), tuple(customers), How.TEXT)
            for row in self._source(there).rows(there, (link.by, link.contact), wanted):
                name = customers.get(compared(str(row.values[link.by])))
                if name and (contact := row.values[link.contact]):
                    contacts.setdefault(name, canonical(str(contact)))
        return contacts


def _held(dataset: DataSet, *, customer_data: bool) -> tuple[str, ...]:
    """The fields that holdings have: of a customer's record only whose it is, unless more is asked for."""
    if customer_data:
        return tuple(dataset.fields)
    customer = dataset.customer.column if dataset.customer else None
    return tuple(name for name in dataset.fields if name in dataset.own_fields or name == customer)


def _narrowed(rows: Sequence[Row], fields: Sequence[str]) -> tuple[Row, ...]:
    """Rows without the columns that only led to other data sets, such as an internal id."""
    return tuple(only(row, fields) for row in rows)


def compared(text: str) -> str:
    """A text as `How.TEXT` compares it."""
    return text.strip().lower()


def _leading(data_map: DataMap) -> dict[str, tuple[str, ...]]:
    """Per data set the columns that lead from its rows to another's, or to the customer."""
    columns: dict[str, tuple[str, ...]] = {}
    for dataset in data_map.sets:
        if through := dataset.match.through:
            columns[through.dataset] = (*columns.get(through.dataset, ()), through.column)
        if link := dataset.customer:
            columns[dataset.id] = (*columns.get(dataset.id, ()), link.column)
    return columns


def _leaders_first(data_map: DataMap) -> tuple[DataSet, ...]:
    """The data sets, each after the one that leads to it; the map is checked for circles when it is read."""

    def depth(dataset: DataSet) -> int:
        through = dataset.match.through
        return 1 + depth(data_map.dataset(through.dataset)) if through else 0

    return tuple(sorted(data_map.sets, key=depth))
