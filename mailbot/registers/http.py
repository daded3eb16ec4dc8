"""A system of record behind HTTP: docs/register-openapi.yaml, with time limits, retries and idempotency keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypeVar
from urllib.parse import quote, urlsplit

import httpx2
import stamina
from pydantic import BaseModel, ValidationError

from mailbot.core.datamap import DataSet
from mailbot.core.keeping import RetentionRule
from mailbot.core.plan import Operation, Outcome, Row, Step, Value
from mailbot.registers import wire
from mailbot.registers.errors import RegisterError, RegisterSetupError
from mailbot.registers.source import NEEDS_ITS_ROW, WRITES, Matching, guarding, misfit

ATTEMPTS = 4
"""How often a request is sent before the source counts as not answering. Every request may be sent again."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_Answer = TypeVar("_Answer", bound=BaseModel)


class HttpRegister:
    """Data sets that another system offers over HTTP.

    Args:
        url: where the protocol's paths begin; https, or http to this very machine.
        token: sent as a bearer token; '' for none.
        timeout_seconds: for each of connecting, sending and waiting.
        name: what to call the source in messages.

    Raises:
        RegisterSetupError: the URL is none, or would send personal data unencrypted over a network.
    """

    def __init__(self, url: str, token: str, timeout_seconds: float, name: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise RegisterSetupError(f"{name}.url: not a URL such as https://crm.example/mailbot")
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise RegisterSetupError(f"{name}.url: must be https, except to this machine itself")
        self.name = name
        self._client = httpx2.Client(
            base_url=url.rstrip("/") + "/",
            timeout=timeout_seconds,
            headers={"Authorization": f"Bearer {token}"} if token else {},
        )

    def check(self, datasets: Sequence[DataSet]) -> None:
        offered = self._call("GET", "datasets", wire.Description).datasets
        for dataset in datasets:
            there = offered.get(dataset.table)
            what = misfit(dataset, there.columns, there.key) if there else f"the system offers no {dataset.table!r}"
            if what:
                raise RegisterSetupError(f"{self.name}: data set {dataset.id}: {what}")

    def rows(self, dataset: DataSet, columns: Sequence[str], matching: Matching) -> tuple[Row, ...]:
        wanted = wire.Find(
            columns=list(columns), by=list(matching.columns), values=list(matching.values), how=matching.how
        )
        return _rows(self._call("POST", f"{_path(dataset)}/find", wire.Rows, wanted))

    def due(self, dataset: DataSet, rule: RetentionRule, latest: date) -> tuple[Row, ...]:
        wanted = wire.Due(
            columns=list(dataset.own_fields),
            after=rule.after,
            latest=latest,
            filled=[name for name, state in rule.where.items() if state == "filled"],
            empty=[name for name, state in rule.where.items() if state == "empty"]
            + ([dataset.restriction] if dataset.restriction else []),
            any_filled=list(rule.blank),
        )
        return _rows(self._call("POST", f"{_path(dataset)}/due", wire.Rows, wanted))

    def addresses(self, dataset: DataSet) -> Iterator[str]:
        columns = "&".join(f"column={quote(name)}" for name in dataset.match.addresses)
        yield from self._call("GET", f"{_path(dataset)}/addresses?{columns}", wire.Addresses).addresses

    def apply(self, dataset: DataSet, step: Step, idempotency_key: str) -> Outcome:
        left, wanted = 0, len(step.before)
        if step.operation is Operation.SUPPRESS:
            wanted = len(step.after)
            self._change(dataset, "add", _added(dataset, step), idempotency_key)
        elif step.operation is Operation.ERASE:
            left = self._change(dataset, "erase", _erased(dataset, step), idempotency_key)
        elif step.operation in WRITES:
            left = self._change(dataset, "change", _changed(dataset, step), idempotency_key)
        return Outcome(step.dataset, step.operation, wanted - left, step.ground, step.until, left)

    def close(self) -> None:
        self._client.close()

    def _change(self, dataset: DataSet, what: str, body: BaseModel, key: str) -> int:
        return self._call("POST", f"{_path(dataset)}/{what}", wire.Left, body, {"Idempotency-Key": key}).left

    def _call(
        self,
        method: str,
        path: str,
        answer: type[_Answer],
        body: BaseModel | None = None,
        headers: dict[str, str] | None = None,
    ) -> _Answer:
        """One exchange, tried again while the system is busy or out of reach."""
        content = body.model_dump_json() if body else None
        sent = {"Content-Type": "application/json", **(headers or {})}
        # What is called has no arguments, since retries are logged with them, and they would be people's.
        again = stamina.RetryingCaller(attempts=ATTEMPTS, wait_max=5).on((httpx2.TransportError, _Busy))
        try:
            response = again(lambda: self._once(method, path, content, sent))
            return answer.model_validate_json(self._accepted(response))
        except _Busy as busy:
            raise RegisterError(f"{self.name}: answers {busy} again and again; try later") from None
        except httpx2.TransportError as error:
            raise RegisterError(f"{self.name}: does not answer ({type(error).__name__}); is it running?") from None
        except ValidationError:
            raise RegisterError(f"{self.name}: gave an answer that docs/register-openapi.yaml does not know") from None

    def _once(self, method: str, path: str, content: str | None, headers: dict[str, str]) -> httpx2.Response:
        response = self._client.request(method, path, content=content, headers=headers)
        if response.status_code in _BUSY:
            raise _Busy(response.status_code)
        return response

    def _accepted(self, response: httpx2.Response) -> bytes:
        status = response.status_code
        if status in {401, 403}:
            raise RegisterSetupError(f"{self.name}.token: the system refuses it ({status})")
        if status == 404:  # noqa: PLR2004 - the protocol's
            raise RegisterSetupError(f"{self.name}.url: there is nothing that speaks register-openapi.yaml (404)")
        if not response.is_success:
            raise RegisterError(f"{self.name}: refused a request ({status})")
        return response.content


_BUSY = frozenset({429, 502, 503, 504})


class _Busy(Exception):
    """The system asks to be tried again; the argument is its status."""


def _path(dataset: DataSet) -> str:
    return f"datasets/{quote(dataset.table, safe='')}"


def _rows(answer: wire.Rows) -> tuple[Row, ...]:
    return tuple(Row(row.key, row.values) for row in answer.rows)


def _guarded(row: Row, columns: Sequence[str]) -> dict[str, Value]:
    return {name: row.values.get(name) for name in columns}


def _erased(dataset: DataSet, step: Step) -> wire.Erase:
    columns = guarding(dataset, step)
    return wire.Erase(rows=[wire.ErasedRow(key=row.key, before=_guarded(row, columns)) for row in step.before])


def _changed(dataset: DataSet, step: Step) -> wire.Change:
    columns = guarding(dataset, step)
    rows = [
        wire.ChangedRow(key=row.key, before=_guarded(row, columns), after=dict(step.after[row.key]))
        for row in step.before
    ]
    return wire.Change(rows=rows, missing_is_left=step.operation in NEEDS_ITS_ROW)


def _added(dataset: DataSet, step: Step) -> wire.Add:
    if dataset.suppression is None:
        raise LookupError(f"data set {dataset.id} is no suppression list")
    return wire.Add(unless=dataset.suppression.address, rows=[dict(values) for values in step.after.values()])
