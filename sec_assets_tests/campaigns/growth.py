"""Arithmetic of scale: how a cost grows with the number of companies, and what more workers would bring.

Pure functions over measurements; the measuring is `scale.py` and `meter.py`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


def exponent(costs: Mapping[int, float]) -> float:
    """Return the k of cost ~ companies^k: the slope of the least-squares line through the logarithms.

    Args:
        costs: cost by number of companies, at least two numbers, all positive.
    """
    points = [(math.log(count), math.log(cost)) for count, cost in costs.items()]
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / spread


@dataclass(frozen=True, slots=True)
class Step:
    """CPU seconds of a step: what only its own process can do, and what is fanned out; `after` names its inputs."""

    own: float
    fanned: float = 0.0
    after: Sequence[str] = ()


def predicted(steps: Mapping[str, Step], workers: int) -> float:
    """Return the seconds a run takes on `workers` cores: no less than the work divided, and no less than the longest chain.

    Graham's bound for greedy scheduling: work / workers + chain × (1 − 1 / workers), with a fanned part as wide as there are
    workers. Start-up, disks and a request budget are not in it.
    """
    work = sum(step.own + step.fanned for step in steps.values())
    chain = longest_chain(steps, workers)
    return work / workers + chain * (1 - 1 / workers)


def longest_chain(steps: Mapping[str, Step], workers: int) -> float:
    """Return the seconds of the longest chain of steps, each waiting for the one before it."""
    ends: dict[str, float] = {}

    def end(name: str) -> float:
        if name not in ends:
            step = steps[name]
            begin = max((end(other) for other in step.after if other in steps), default=0.0)
            ends[name] = begin + step.own + step.fanned / workers
        return ends[name]

    return max(end(name) for name in steps)
