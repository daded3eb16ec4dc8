"""The record of Article 30 says of every data set what the map says."""

from mailbot.core.kinds import Language
from mailbot.core.record import article30_record
from tests.support.registers import shipped_map


def test_every_data_set_of_ours_is_an_activity_with_all_that_the_law_asks_for():
    record = article30_record(shipped_map(), Language.ENGLISH)
    assert [activity.dataset for activity in record.activities] == list(shipped_map().datasets)
    for activity in record.activities:
        assert activity.name
        assert activity.purposes
        assert activity.subjects
        assert activity.categories
        assert activity.recipients
        assert activity.transfers
        assert activity.storage
    assert record.controller.email == "dataskydd@winlas.se"
    assert record.security


def test_grounds_are_given_by_their_letter():
    record = article30_record(shipped_map(), Language.SWEDISH)
    marketing = next(activity for activity in record.activities if activity.dataset == "consents")
    assert marketing.purposes == (("Informera om våra produkter och tjänster (marknadsföring)", "6(1)(a)"),)


def test_what_is_processed_for_customers_stands_apart():
    record = article30_record(shipped_map(), Language.ENGLISH)
    (behalf,) = record.on_behalf
    assert (behalf.dataset, behalf.categories) == ("tickets", ("Content of the customer's support tickets",))
    tickets = next(activity for activity in record.activities if activity.dataset == "tickets")
    assert "Content of the customer's support tickets" not in tickets.categories
