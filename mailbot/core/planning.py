"""What one request will do to each data set: map and rows in, a plan out (docs/rights.md, rules 13-21)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mailbot.core.datamap import DataMap, DataSet, Role
from mailbot.core.erasing import erased
from mailbot.core.identity import Level, Person
from mailbot.core.kinds import Kind
from mailbot.core.plan import Holdings, Operation, Plan, Row, Step, Told
from mailbot.core.reading import Change
from mailbot.core.rectify import Correction, corrections
from mailbot.core.steps import only, recipients, writing
from mailbot.core.values import filled


class Obstacle(StrEnum):
    """Why a plan is not for the program alone; the console and the letters have words for each."""

    SEVERAL_PEOPLE = "several_people"
    """The address is several people's: nothing is planned until an officer says which."""
    REVIEW = "review"
    """Free text that can hold others' data (15(4), 20(4))."""
    KEPT_PARTLY = "kept_partly"
    """Something is kept on a ground, so the answer is in part a refusal (12(4), rule 15)."""
    CUSTOMER_UNKNOWN = "customer_unknown"
    """Customer data whose customer, or its privacy contact, is not registered."""
    NO_OBJECTIONABLE_GROUND = "no_objectionable_ground"
    """Nothing that is held rests on a ground that Article 21(1) gives a right to object to."""
    NOTHING_TO_RESTRICT = "nothing_to_restrict"


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a plan is made from."""

    data_map: DataMap
    holdings: Holdings
    person: Person
    today: date
    level: Level
    changes: Sequence[Change]

    def rows(self) -> Iterator[tuple[DataSet, tuple[Row, ...]]]:
        """The data sets that hold something, with the rows."""
        for dataset in self.data_map.sets:
            if rows := self.holdings.rows.get(dataset.id):
                yield dataset, rows

    def own(self) -> Iterator[tuple[DataSet, tuple[Row, ...]]]:
        """As `rows`, our own fields only."""
        for dataset, rows in self.rows():
            if fields := dataset.own_fields:
                yield dataset, tuple(only(row, fields) for row in rows)


def make_plan(
    kind: Kind,
    data_map: DataMap,
    holdings: Holdings,
    person: Person,
    changes: Sequence[Change],
    today: date,
    *,
    marketing: bool = False,
    level: Level = Level.CLAIMED,
) -> Plan:
    """The plan for one request.

    Args:
        kind: the right; `OTHER` has no plan.
        data_map: what the law says of each data set.
        holdings: what the registers hold on the person.
        person: who asks.
        changes: for a rectification, what was asked for.
        today: the Swedish calendar day.
        marketing: an objection to direct marketing, treated as a withdrawal of consent (21(2)-(3)).
        level: how well the person is identified; customers are named to nobody who is not proven (rule 18).

    Raises:
        KeyError: `kind` is `OTHER`.
    """
    make = _withdrawal if kind is Kind.OBJECTION and marketing else MAKERS[kind]
    facts = Facts(data_map, holdings, person, today, level, changes)
    if not person.ambiguous:
        return make(kind, facts)
    # Stopping mailings harms none of the people behind the address; everything else would touch another's rows.
    plan = make(kind, facts) if make is _withdrawal else Plan(kind, person.key, ())
    return Plan(kind, person.key, plan.steps, (Obstacle.SEVERAL_PEOPLE, *plan.obstacles))


def suppression_plan(data_map: DataMap, address: str, today: date) -> Plan:
    """The plan for an address that no register knows: it goes on the suppression list (rule 21)."""
    steps = _suppress(data_map, (), (address,), today)
    return Plan(Kind.CONSENT_WITHDRAWAL, "", steps)


def lifting_plan(data_map: DataMap, holdings: Holdings, person: Person) -> Plan:
    """The plan that ends a restriction, to be carried out after the person was told (18(3), rule 20)."""
    steps = []
    for dataset in data_map.sets:
        column = dataset.restriction
        rows = [row for row in holdings.rows.get(dataset.id, ()) if column and filled(row.values.get(column))]
        if column and rows:
            before = tuple(only(row, dataset.own_fields) for row in rows)
            steps.append(writing(dataset, Operation.LIFT, before, {column: None}))
    return Plan(Kind.RESTRICTION, person.key, tuple(steps))


def _access(kind: Kind, facts: Facts) -> Plan:
    shown = tuple(_shown(dataset, rows, dataset.own_fields) for dataset, rows in facts.own())
    return _with_referral(kind, facts, shown, _review(facts.data_map, shown))


def _portability(kind: Kind, facts: Facts) -> Plan:
    """Only what the person provided, on consent or a contract (20(1)(a))."""
    shown = []
    for dataset, rows in facts.own():
        fields = tuple(name for name in dataset.own_fields if dataset.fields[name].provided_by_person)
        if fields and any(ground.portable for ground in dataset.grounds):
            shown.append(_shown(dataset, tuple(only(row, fields) for row in rows), fields))
    return _with_referral(kind, facts, tuple(shown), _review(facts.data_map, shown))


def _erasure(kind: Kind, facts: Facts) -> Plan:
    steps = [step for dataset, rows in facts.own() for step in erased(dataset, rows, facts.data_map, facts.today)]
    kept = any(step.operation is Operation.KEEP for step in steps)
    return _with_referral(kind, facts, tuple(steps), (Obstacle.KEPT_PARTLY,) if kept else ())


def _restriction(kind: Kind, facts: Facts) -> Plan:
    steps = tuple(_restricted(facts, lambda _dataset: True))
    return _with_referral(kind, facts, steps, () if steps else (Obstacle.NOTHING_TO_RESTRICT,))


def _objection(kind: Kind, facts: Facts) -> Plan:
    """Storage only until it is settled whose interest weighs more (21(1), 18(1)(d))."""
    objectionable = tuple(_restricted(facts, lambda dataset: any(ground.objectionable for ground in dataset.grounds)))
    steps = objectionable or tuple(_restricted(facts, lambda _dataset: True))
    return _with_referral(kind, facts, steps, () if objectionable else (Obstacle.NO_OBJECTIONABLE_GROUND,))


def _withdrawal(kind: Kind, facts: Facts) -> Plan:
    """Every open consent ends, and every address of the person goes on the suppression list (7(3), rule 21)."""
    withdrawn = []
    for dataset, rows in facts.own():
        columns = dataset.consent
        open_ones = tuple(row for row in rows if columns and not filled(row.values.get(columns.withdrawn)))
        if columns and open_ones:
            ended = {columns.withdrawn: facts.today.isoformat()}
            withdrawn.append(writing(dataset, Operation.WITHDRAW, open_ones, ended))
    suppressed = facts.data_map.suppressions
    listed = facts.holdings.rows.get(suppressed.id, ()) if suppressed else ()
    return Plan(
        kind,
        facts.person.key,
        (*withdrawn, *_suppress(facts.data_map, listed, facts.person.addresses, facts.today)),
    )


def _rectification(kind: Kind, facts: Facts) -> Plan:
    found = corrections(facts.data_map, facts.holdings, facts.person, facts.changes)
    steps = tuple(_corrected(dataset, rows, found, facts) for dataset, rows in facts.own() if dataset.id in found.after)
    plan = Plan(kind, facts.person.key, steps, found.obstacles, found.confirm)
    if not found.unplaced:
        return plan
    # What is not found in our own records may stand in a customer's.
    referred, obstacles = _referred(facts)
    return Plan(kind, plan.person, (*steps, *referred), (*plan.obstacles, *obstacles), plan.confirm)


MAKERS: Mapping[Kind, Callable[[Kind, Facts], Plan]] = {
    Kind.ACCESS: _access,
    Kind.RECTIFICATION: _rectification,
    Kind.ERASURE: _erasure,
    Kind.RESTRICTION: _restriction,
    Kind.PORTABILITY: _portability,
    Kind.OBJECTION: _objection,
    Kind.CONSENT_WITHDRAWAL: _withdrawal,
}


def _shown(dataset: DataSet, rows: tuple[Row, ...], fields: tuple[str, ...]) -> Step:
    return Step(dataset.id, Operation.SHOW, rows, fields)


def _review(data_map: DataMap, shown: Sequence[Step]) -> tuple[str, ...]:
    """Whether anything shown is free text that can hold others' data."""
    for step in shown:
        free = [name for name in step.fields if data_map.dataset(step.dataset).fields[name].review]
        if any(filled(row.values.get(name)) for row in step.before for name in free):
            return (Obstacle.REVIEW,)
    return ()


def _restricted(facts: Facts, concerned: Callable[[DataSet], bool]) -> Iterator[Step]:
    for dataset, rows in facts.own():
        column = dataset.restriction
        if column is None or not concerned(dataset):
            continue
        free = tuple(row for row in rows if not filled(row.values.get(column)))
        if free:
            since = {column: facts.today.isoformat()}
            yield writing(dataset, Operation.RESTRICT, free, since, notify=recipients(facts.data_map, dataset))


def _suppress(data_map: DataMap, listed: Sequence[Row], addresses: Sequence[str], today: date) -> tuple[Step, ...]:
    dataset = data_map.suppressions
    if dataset is None or dataset.suppression is None:
        return ()
    columns = dataset.suppression
    there = {str(row.values.get(columns.address)).lower() for row in listed}
    new = {
        address: {columns.address: address, columns.since: today.isoformat()}
        for address in addresses
        if address not in there
    }
    return (Step(dataset.id, Operation.SUPPRESS, (), (columns.address, columns.since), new),) if new else ()


def _corrected(dataset: DataSet, rows: tuple[Row, ...], found: Correction, facts: Facts) -> Step:
    after = found.after[dataset.id]
    changed = tuple(row for row in rows if row.key in after)
    fields = tuple(name for name in dataset.fields if any(name in values for values in after.values()))
    return Step(dataset.id, Operation.CHANGE, changed, fields, after, notify=recipients(facts.data_map, dataset))


def _with_referral(kind: Kind, facts: Facts, steps: tuple[Step, ...], obstacles: tuple[str, ...]) -> Plan:
    referred, unknown = _referred(facts)
    return Plan(kind, facts.person.key, (*steps, *referred), (*obstacles, *unknown))


def _referred(facts: Facts) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    """Customers' records: nothing shown or changed, the customer notified, the person referred (28, rule 18)."""
    steps, unknown = [], False
    for dataset, rows in facts.rows():
        link = dataset.customer
        if link is None or not dataset.has_customer_data:
            continue
        customers = tuple(sorted({str(row.values[link.column]) for row in rows if filled(row.values.get(link.column))}))
        told = tuple(Told(name, facts.holdings.contacts.get(name)) for name in customers)
        unknown |= any(not filled(row.values.get(link.column)) for row in rows) or any(not one.contact for one in told)
        steps.append(
            Step(
                dataset.id,
                Operation.REFER,
                tuple(Row(row.key, {}) for row in rows),
                reason=Role.PROCESSOR,
                notify=told,
                named=customers if facts.level >= Level.PROVEN else (),
            )
        )
    return tuple(steps), (Obstacle.CUSTOMER_UNKNOWN,) if unknown else ()
