"""From rows that hold an address to the person behind them: one, several, or nobody."""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from mailbot.core.datamap import DataMap, DataSet
from mailbot.core.identity import Person
from mailbot.core.kinds import Language
from mailbot.core.plan import Row
from mailbot.core.sender import canonical, without_detail
from mailbot.core.values import alike, same_name

MANY_NAMES = 20
"""More different names than this behind one address are several people without looking further."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A row that holds one of the addresses, of which only what tells people apart is known."""

    dataset: DataSet
    row: Row

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address in the row, the main one first."""
        texts = (self.row.values.get(column) for column in self.dataset.match.addresses)
        return tuple(canonical(str(text)) for text in texts if text)

    @property
    def name(self) -> str:
        """The name in the row, '' for none."""
        return str(self.row.values.get(self.dataset.match.name or "") or "").strip()


def bases(addresses: Iterable[str]) -> tuple[str, ...]:
    """Addresses without sub-addresses, each once: one mailbox, one entry."""
    return tuple(dict.fromkeys(map(without_detail, addresses)))


def traced(dataset: DataSet, rows: Sequence[Row], wanted: Iterable[str]) -> list[Trace]:
    """The rows that really hold one of the addresses, whatever a source took for a match."""
    sought = set(wanted)
    traces = (Trace(dataset, row) for row in rows)
    return [trace for trace in traces if sought & set(bases(trace.addresses))]


def person_of(traces: Sequence[Trace], data_map: DataMap, secret: bytes) -> Person | None:
    """The person whose rows these are, the rows of the first data set of the map first."""
    order = {dataset.id: (not dataset.match.identifies, index) for index, dataset in enumerate(data_map.sets)}
    known = sorted((trace for trace in traces if trace.addresses), key=lambda trace: order[trace.dataset.id])
    if not known:
        return None
    addresses = tuple(dict.fromkeys(address for trace in known for address in trace.addresses))
    return Person(
        key=person_key(addresses[0], secret),
        addresses=addresses,
        language=_language(known),
        name=next((trace.name for trace in known if trace.name), ""),
        ambiguous=_several(known),
    )


def people_of(traces: Sequence[Trace], data_map: DataMap, secret: bytes) -> tuple[Person, ...]:
    """The people whose master records these are, each with the addresses that are theirs alone.

    An officer chooses among them where an address is several people's. Who has no address of their own is left out:
    their rows cannot be told from the others'.
    """
    masters = [trace for trace in traces if trace.dataset.match.identifies]
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for trace in masters:
        for base in bases(trace.addresses):
            owners[base].add(trace.row.key)
    people = []
    for trace in masters:
        own = {base for base in bases(trace.addresses) if owners[base] == {trace.row.key}}
        theirs = [one for one in traces if own & set(bases(one.addresses))]
        found = person_of(theirs, data_map, secret)
        if found:
            theirs_alone = tuple(one for one in found.addresses if without_detail(one) in own)
            people.append(replace(found, addresses=theirs_alone, key=person_key(theirs_alone[0], secret)))
    return tuple(people)


def person_key(address: str, secret: bytes) -> str:
    """The person's name in the case log: HMAC-SHA256 of the main address under the installation's secret, in hex."""
    return hmac.new(secret, without_detail(address).encode(), "sha256").hexdigest()


def _language(traces: Sequence[Trace]) -> Language:
    for trace in traces:
        text = str(trace.row.values.get(trace.dataset.match.language or "") or "").strip().lower()
        if text[:2] in set(Language):
            return Language(text[:2])
    return Language.SWEDISH


def _several(traces: Sequence[Trace]) -> bool:
    """Whether the rows are several people's: master records that differ, or names that cannot be one person's."""
    masters = {trace.name for trace in traces if trace.name and trace.dataset.match.identifies}
    names = {trace.name for trace in traces if trace.name}
    return (
        len(names) > MANY_NAMES
        or any(not same_name(one, other) for one, other in combinations(masters, 2))
        or any(not alike(one, other) for one, other in combinations(names, 2))
    )
