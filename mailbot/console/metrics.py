"""The installation's figures for Prometheus: counts only, nothing that tells of a person (rule 24)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from fastapi import APIRouter
from fastapi import Request as HttpRequest
from fastapi.responses import Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from mailbot.console.visit import Desk
from mailbot.flow.parts import Parts
from mailbot.flow.plans import today
from mailbot.store import cases, mails, outbox
from mailbot.store.engine import reading

router = APIRouter()


@router.get("/metrics")
def show(request: HttpRequest) -> Response:
    """How things stand now."""
    desk: Desk = request.app.state.desk
    registry = CollectorRegistry()
    registry.register(_Store(desk.parts))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Store(Collector):
    """Counted from the store when asked, so that every replica tells the same."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def collect(self) -> Iterable[Metric]:
        with reading(self._parts.engine) as session:
            tally, late = cases.tally(session), cases.overdue(session, today(self._parts))
            dispositions, letters = mails.count_by_disposition(session), outbox.count_by_state(session)
        states: Counter[str] = Counter()
        for (state, _right), number in tally.items():
            states[state] += number
        yield _gauge("mailbot_requests", "Requests by state.", "state", states)
        yield GaugeMetricFamily("mailbot_requests_overdue", "Open requests whose last day has passed.", value=late)
        yield _gauge("mailbot_mails", "Incoming mails by what became of them.", "disposition", dispositions)
        yield _gauge("mailbot_letters", "Outgoing mails by state.", "state", letters)


def _gauge(name: str, said: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, said, labels=[label])
    for value, number in sorted(values.items()):
        family.add_metric([value], number)
    return family
