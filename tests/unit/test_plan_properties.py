"""What holds for every plan, whatever the map says and whatever is held."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.core.datamap import CustomerLink, Role
from mailbot.core.identity import Level
from mailbot.core.keeping import EraseRule, Until
from mailbot.core.kinds import RIGHTS, Field, Kind
from mailbot.core.plan import Holdings, Operation, Row
from mailbot.core.plandata import digest, plan_from_data, plan_to_data
from mailbot.core.planning import make_plan
from mailbot.core.reading import Change
from tests.support.holdings import MAP, PERSON, TODAY
from tests.support.registers import ANNA, ANNA_AT_HOME

CUSTOMERS = "Olle på Kund AB"
"""Stands in every field that is a customer's."""

VALUES = st.sampled_from([None, "", ANNA, ANNA_AT_HOME, "Anna Ek", "Anna", "070-174 06 05", "2019-05-01", "2025-05-10"])
LINK = CustomerLink(column="id", dataset="organisations", by="name", contact="privacy_contact")


@st.composite
def data_maps(draw):
    """The shipped map with other fields being customers', and other rules of erasure."""
    chosen = draw(st.sets(st.sampled_from(list(MAP.datasets)), min_size=1, max_size=3))
    datasets = {name: draw(data_sets(one)) for name, one in MAP.datasets.items() if name in chosen}
    return MAP.model_copy(update={"datasets": datasets})


def acted_on(dataset):
    """The fields that cannot be a customer's, since plans decide by them."""
    parts = (dataset.consent, dataset.suppression)
    columns = {column for part in parts if part for column in part.model_dump().values()}
    return columns | {dataset.restriction} | set(dataset.match.addresses)


@st.composite
def data_sets(draw, dataset):
    given_away = draw(st.sets(st.sampled_from(list(dataset.fields)), max_size=3)) - acted_on(dataset)
    fields = {
        name: field.model_copy(update={"role": Role.PROCESSOR if name in given_away else None, "review": False})
        for name, field in dataset.fields.items()
    }
    changed = dataset.model_copy(update={"fields": fields, "customer": LINK if given_away else None})
    own = list(changed.own_fields)
    blank = tuple(draw(st.sets(st.sampled_from(own), min_size=1)))
    dates = tuple(name for name in own if name.endswith("_at"))
    until = Until(financial_years=draw(st.integers(1, 9)), after=dates[0]) if dates and not given_away else None
    last = draw(st.sampled_from(["blank", "keep"] if given_away else ["blank", "keep", "delete"]))
    rules = [
        EraseRule(
            do="keep", where={own[0]: "filled"}, blank=tuple(set(blank) - {own[0]}), ground="bookkeeping", until=until
        ),
        EraseRule(do=last, blank=() if last == "delete" else blank, ground="agreement" if last == "keep" else None),
    ]
    return changed.model_copy(update={"erasure": tuple(rules)})


@st.composite
def worlds(draw):
    """A map, and what is held under it."""
    data_map = draw(data_maps())
    rows = {}
    for dataset in data_map.sets:
        several = draw(st.lists(st.fixed_dictionaries(dict.fromkeys(dataset.own_fields, VALUES)), max_size=2))
        theirs = dict.fromkeys(dataset.fields_of(Role.PROCESSOR), CUSTOMERS)
        rows[dataset.id] = tuple(Row(f"{dataset.id}-{i}", theirs | own) for i, own in enumerate(several))
    return data_map, Holdings("k", {name: several for name, several in rows.items() if several}, {})


KINDS = st.sampled_from(RIGHTS)
CHANGES = st.lists(
    st.builds(
        Change,
        st.sampled_from(Field),
        st.none() | st.sampled_from(["Anna", "Anna Ek", ANNA, "070-174 06 05"]),
        st.sampled_from([None, "Anna Lind", "ny@kund.example", "070-111 22 33", "19811228-9874"]),
    ),
    max_size=2,
)


def plan_of(world, kind, changes=()):
    data_map, holdings = world
    return make_plan(kind, data_map, holdings, PERSON, changes, TODAY, level=Level.PROVEN)


def after(holdings, plan):
    """What is held once a plan has been carried out."""
    rows = {name: {row.key: dict(row.values) for row in several} for name, several in holdings.rows.items()}
    for step in plan.steps:
        if step.operation is Operation.ERASE:
            for row in step.before:
                del rows[step.dataset][row.key]
        elif step.operation is Operation.SUPPRESS:
            rows.setdefault(step.dataset, {}).update(step.after)
        else:
            for key, values in step.after.items():
                rows[step.dataset][key].update(values)
    kept = {name: tuple(Row(key, values) for key, values in several.items()) for name, several in rows.items()}
    return Holdings(holdings.person, {name: several for name, several in kept.items() if several}, holdings.contacts)


@settings(max_examples=60, deadline=None)
@given(worlds(), KINDS, CHANGES)
def test_what_is_a_customers_is_never_shown_nor_changed(world, kind, changes):
    data_map, _ = world
    plan = plan_of(world, kind, changes)
    assert CUSTOMERS not in repr(plan)
    for step in plan.steps:
        own = set(data_map.dataset(step.dataset).own_fields)
        assert set(step.fields) <= own
        assert all(set(values) <= own for values in step.after.values())


@settings(max_examples=60, deadline=None)
@given(worlds(), KINDS, CHANGES)
def test_no_row_that_is_not_the_persons_is_in_a_plan(world, kind, changes):
    _, holdings = world
    held = {(name, row.key) for name, several in holdings.rows.items() for row in several}
    for step in plan_of(world, kind, changes).steps:
        assert {(step.dataset, row.key) for row in step.before} <= held
        if step.operation is not Operation.SUPPRESS:
            assert set(step.after) <= {row.key for row in step.before}


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_an_erasure_never_touches_what_it_keeps(world):
    plan = plan_of(world, Kind.ERASURE)
    rest = {(name, row.key): row for name, several in after(world[1], plan).rows.items() for row in several}
    for step in plan.steps_of(Operation.KEEP):
        for row in step.before:
            now = rest[step.dataset, row.key].values
            assert {name: now[name] for name in step.fields} == dict(row.values)


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_an_erasure_has_an_answer_for_every_row_of_ours(world):
    data_map, holdings = world
    plan = plan_of(world, Kind.ERASURE)
    erased = {(step.dataset, row.key) for step in plan.steps_of(Operation.ERASE) for row in step.before}
    kept = {(step.dataset, row.key) for step in plan.steps_of(Operation.KEEP) for row in step.before}
    assert not erased & kept
    for dataset in data_map.sets:
        blanked = set(dataset.erasure[-1].blank) if dataset.erasure[-1].do == "blank" else set()
        for row in holdings.rows.get(dataset.id, ()):
            nothing_left = blanked and not any(row.values[name] for name in blanked)
            in_blank = any(
                step.dataset == dataset.id and row.key in step.after for step in plan.steps_of(Operation.BLANK)
            )
            assert (dataset.id, row.key) in erased | kept or in_blank or nothing_left


@settings(max_examples=60, deadline=None)
@given(worlds(), KINDS, CHANGES)
def test_carried_out_once_there_is_nothing_left_to_write(world, kind, changes):
    data_map, holdings = world
    first = plan_of(world, kind, changes)
    if len(changes) > 1 and kind is Kind.RECTIFICATION:
        return  # one correction can be another's old value
    second = plan_of((data_map, after(holdings, first)), kind, changes)
    writes = (Operation.ERASE, Operation.BLANK, Operation.RESTRICT, Operation.WITHDRAW, Operation.SUPPRESS)
    assert second.steps_of(*writes) == ()


@settings(max_examples=60, deadline=None)
@given(worlds(), KINDS, CHANGES)
def test_a_plan_survives_being_stored_with_the_same_digest(world, kind, changes):
    plan = plan_of(world, kind, changes)
    stored = json.loads(json.dumps(plan_to_data(plan)))
    assert plan_from_data(stored) == plan
    assert digest(plan_from_data(stored)) == digest(plan)


@settings(max_examples=60, deadline=None)
@given(worlds(), KINDS)
def test_another_value_makes_another_digest(world, kind):
    data_map, holdings = world
    plan = plan_of(world, kind)
    shown = [step for step in plan.steps if step.before and step.before[0].values]
    if not shown:
        return
    row = shown[0].before[0]
    name = next(iter(row.values))
    changed = {
        dataset: tuple(
            Row(one.key, {**one.values, name: "changed since"}) if one.key == row.key else one for one in several
        )
        for dataset, several in holdings.rows.items()
    }
    assert digest(plan_of((data_map, Holdings("k", changed, {})), kind)) != digest(plan)
