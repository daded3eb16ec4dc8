"""One-against-the-rest logistic regression over sparse rows, exact and repeatable, in numpy alone.

There are far fewer mails than n-grams. So the rows are first turned, without loss, into as many dense coordinates as
there are mails (the Cholesky factor of their inner products); there a fit takes a second, and a fit for each hand
left out is affordable. The weights found are carried back to the n-grams at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from mailbot.nlp.hashing import Floats, Rows

Doubles = npt.NDArray[np.float64]

_BLOCK: Final = 4096
_JITTER: Final = 1e-3
_MEMORY: Final = 8
_SMALLEST_STEP: Final = 1e-8
_ENOUGH_DECREASE: Final = 1e-4
_FLAT: Final = 3e-4
_CURVED: Final = 1e-10


@dataclass(frozen=True, slots=True)
class Fit:
    """How hard to fit: `cost` is the inverse of the ridge, `rounds` the most steps taken."""

    cost: float
    rounds: int = 80


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear model: scores are `x @ matrix + bias`, as log-odds."""

    matrix: Floats
    bias: Floats


def inner_products(rows: Rows) -> Floats:
    """All rows' products with each other, in blocks of columns so that memory stays small."""
    count = len(rows)
    order = np.argsort(rows.columns, kind="stable")
    owners, values = rows.owners()[order], rows.values[order]
    _, places = np.unique(rows.columns[order], return_inverse=True)
    products = np.zeros((count, count), dtype=np.float32)
    for first in range(0, int(places[-1]) + 1 if len(places) else 0, _BLOCK):
        start, end = np.searchsorted(places, [first, first + _BLOCK])
        block = np.zeros((count, _BLOCK), dtype=np.float32)
        block[owners[start:end], places[start:end] - first] = values[start:end]
        products += block @ block.T
    return products


def coordinates(products: Floats) -> Floats:
    """Dense rows whose inner products are the given ones (their Cholesky factor)."""
    steadied = products.astype(np.float64) + _JITTER * np.eye(len(products))
    factor: Floats = np.linalg.cholesky(steadied).astype(np.float32)
    return factor


def logistic(points: Floats, labels: Floats, fit: Fit, importance: Floats | None = None) -> Weights:
    """Fit one logistic regression a column of `labels`; `importance` weighs the rows."""
    count, size = points.shape
    outputs = labels.shape[1]
    importance = np.ones(count, dtype=np.float32) if importance is None else importance

    def loss(flat: Doubles) -> tuple[float, Doubles]:
        weights = flat.reshape(size + 1, outputs)
        scores = points @ weights[:-1].astype(np.float32) + weights[-1]
        errors = importance[:, None] * (sigmoid(scores) - labels)
        slope = np.vstack([points.T @ errors.astype(np.float32), errors.sum(0, keepdims=True)]).astype(np.float64)
        slope[:-1] += weights[:-1] / fit.cost
        surprise = (importance[:, None] * (np.logaddexp(0, scores) - labels * scores)).sum()
        return float(surprise) + 0.5 / fit.cost * float((weights[:-1] ** 2).sum()), slope.ravel()

    start = np.zeros((size + 1, outputs))
    share = (labels.mean(0) + 1e-3) / (1 - labels.mean(0) + 1e-3)
    start[-1] = np.log(share)
    best = descend(loss, start.ravel(), fit.rounds).reshape(size + 1, outputs).astype(np.float32)
    return Weights(best[:-1], best[-1])


def sparse_logistic(rows: Rows, labels: Floats, fit: Fit) -> Weights:
    """The same fit straight over the columns, for rows too many to have their products taken."""
    used, columns = np.unique(rows.columns, return_inverse=True)
    owners, values = rows.owners(), rows.values.astype(np.float64)
    count, size, outputs = len(rows), len(used), labels.shape[1]

    def loss(flat: Doubles) -> tuple[float, Doubles]:
        weights = flat.reshape(size + 1, outputs)
        scores = np.empty((count, outputs))
        for i in range(outputs):
            scores[:, i] = np.bincount(owners, weights=weights[columns, i] * values, minlength=count) + weights[-1, i]
        errors = sigmoid(scores.astype(np.float32)) - labels
        slope = np.empty_like(weights)
        for i in range(outputs):
            slope[:-1, i] = np.bincount(columns, weights=errors[owners, i] * values, minlength=size)
        slope[:-1] += weights[:-1] / fit.cost
        slope[-1] = errors.sum(0)
        surprise = float((np.logaddexp(0, scores) - labels * scores).sum())
        return surprise + 0.5 / fit.cost * float((weights[:-1] ** 2).sum()), slope.ravel()

    start = np.zeros((size + 1, outputs))
    share = (labels.mean(0) + 1e-4) / (1 - labels.mean(0) + 1e-4)
    start[-1] = np.log(share)
    best = descend(loss, start.ravel(), fit.rounds).reshape(size + 1, outputs)
    matrix = np.zeros((rows.width, outputs), dtype=np.float32)
    matrix[used] = best[:-1]
    return Weights(matrix, best[-1].astype(np.float32))


def held_out(points: Floats, labels: Floats, groups: Sequence[str], folds: int, fit: Fit, importance: Floats) -> Floats:
    """Each row's scores by a model that saw no row of its group; the groups are left out in `folds` parts."""
    scores = np.zeros_like(labels)
    names = np.array(groups)
    for part in parts(groups, folds):
        out = np.isin(names, part)
        weights = logistic(points[~out], labels[~out], fit, importance[~out])
        scores[out] = points[out] @ weights.matrix + weights.bias
    return scores


def parts(groups: Sequence[str], folds: int) -> list[list[str]]:
    """The groups' names dealt into as many parts as can be filled."""
    names = sorted(set(groups))
    return [names[i::folds] for i in range(min(folds, len(names)))]


def carried_back(rows: Rows, points: Floats, weights: Weights) -> Weights:
    """The same model over the rows' own columns instead of their dense coordinates."""
    shares = np.linalg.solve(points.T.astype(np.float64), weights.matrix.astype(np.float64)).astype(np.float32)
    owners = rows.owners()
    matrix = np.stack(
        [
            np.bincount(rows.columns, weights=rows.values * shares[owners, output], minlength=rows.width)
            for output in range(shares.shape[1])
        ],
        axis=1,
    )
    return Weights(matrix.astype(np.float32), weights.bias)


def sigmoid(scores: Floats) -> Floats:
    """Probabilities of log-odds."""
    return (1 / (1 + np.exp(-np.clip(scores, -30, 30)))).astype(np.float32)


def descend(loss: Callable[[Doubles], tuple[float, Doubles]], start: Doubles, rounds: int) -> Doubles:
    """Where a smooth convex function is least, by L-BFGS with a halving step (Nocedal & Wright, algorithm 7.5)."""
    point = start
    value, slope = loss(point)
    first = float(np.linalg.norm(slope))
    history: list[tuple[Doubles, Doubles]] = []
    for _ in range(rounds):
        direction = -_curved(slope, history)
        step = 1.0 if history else min(1.0, 10.0 / max(float(np.abs(slope).sum()), 1e-9))
        while True:
            there = point + step * direction
            value_there, slope_there = loss(there)
            if value_there <= value + _ENOUGH_DECREASE * step * float(slope @ direction) or step < _SMALLEST_STEP:
                break
            step /= 2
        moved, bent = there - point, slope_there - slope
        if float(moved @ bent) > _CURVED:
            history = [*history, (moved, bent)][-_MEMORY:]
        point, value, slope = there, value_there, slope_there
        if float(np.linalg.norm(slope)) < _FLAT * first:
            break
    return point


def _curved(slope: Doubles, history: list[tuple[Doubles, Doubles]]) -> Doubles:
    """The slope divided by the curvature that the last steps showed."""
    curved = slope.copy()
    shares = []
    for moved, bent in reversed(history):
        share = float(moved @ curved) / float(moved @ bent)
        shares.append(share)
        curved -= share * bent
    if history:
        moved, bent = history[-1]
        curved *= float(moved @ bent) / float(bent @ bent)
    for (moved, bent), share in zip(history, reversed(shares), strict=True):
        curved += moved * (share - float(bent @ curved) / float(moved @ bent))
    return curved
