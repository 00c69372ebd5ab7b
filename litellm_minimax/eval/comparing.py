"""Evaluates the results: each contender's pass rate with its interval, and pairs of contenders task by task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from litellm_minimax.eval.contender import EXECUTOR, REASONER
from litellm_minimax.eval.result import Result
from litellm_minimax.eval.running import Measured, Plan
from litellm_minimax.eval.statistics import Estimate, difference, estimate, is_shown
from litellm_minimax.eval.task import GRADES


@dataclass(frozen=True, slots=True)
class Row:
    """One contender.

    Attributes:
        name: the contender's name.
        model: the model string that LiteLLM was given.
        passed: the share of its tasks that it passed.
        by_grade: the numbers of tasks passed and attempted, for each grade.
        dollars: the mean per task.
        seconds: the mean per task.
        prompt_tokens: the mean per task.
        answer_tokens: the mean per task.
        missing: how many tasks have no result.
    """

    name: str
    model: str
    passed: Estimate
    by_grade: Mapping[str, tuple[int, int]]
    dollars: float
    seconds: float
    prompt_tokens: float
    answer_tokens: float
    missing: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two contenders on the tasks that both have a result for.

    Attributes:
        one: the name of the first contender.
        other: the name of the second.
        passed: the difference of their pass rates.
        shown: whether the difference is statistically significant.
        dollars: the ratio of their costs; ``None`` if the other costs nothing.
        seconds: the ratio of their times; ``None`` as for ``dollars``.
    """

    one: str
    other: str
    passed: Estimate
    shown: bool
    dollars: float | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """The evaluated results.

    Attributes:
        rows: one for each contender.
        comparisons: each hybrid with each model alone, and the models alone with one another.
        sentence: the conclusion.
    """

    rows: Sequence[Row]
    comparisons: Sequence[Comparison]
    sentence: str


def make(plan: Plan, measured: Measured) -> Report:
    """Evaluate the results of a run."""
    rows = [_row(plan, measured, contender.name, contender.model) for contender in plan.contenders]
    comparisons = [_compared(plan, measured, one, other) for one, other in _pairs([row.name for row in rows])]
    return Report(rows, comparisons, sentence(comparisons))


def _row(plan: Plan, measured: Measured, name: str, model: str) -> Row:
    results = [found for task in plan.tasks if (found := measured.results.get((name, task.name)))]
    count = len(results) or 1
    return Row(
        name, model, estimate([float(result.passed) for result in results]), _by_grade(results),
        sum(result.spent.dollars for result in results) / count,
        sum(result.spent.seconds for result in results) / count,
        sum(result.spent.prompt_tokens for result in results) / count,
        sum(result.spent.answer_tokens for result in results) / count, len(plan.tasks) - len(results),
    )  # fmt: skip


def _by_grade(results: Sequence[Result]) -> dict[str, tuple[int, int]]:
    found = {}
    for grade in GRADES:
        some = [result.passed for result in results if result.grade == grade]
        if some:
            found[grade] = (sum(some), len(some))
    return found


def _pairs(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    alone = [name for name in (EXECUTOR, REASONER) if name in names]
    for name in names:
        if name not in alone:
            yield from ((name, other) for other in alone)
    if len(alone) == 2:
        yield REASONER, EXECUTOR


def _compared(plan: Plan, measured: Measured, one: str, other: str) -> Comparison:
    both = [
        (measured.results[one, task.name], measured.results[other, task.name])
        for task in plan.tasks
        if (one, task.name) in measured.results and (other, task.name) in measured.results
    ]
    ours_passed, theirs_passed = [ours.passed for ours, _ in both], [theirs.passed for _, theirs in both]
    passed, shown = difference(ours_passed, theirs_passed), is_shown(ours_passed, theirs_passed)
    dollars = _times(sum(ours.spent.dollars for ours, _ in both), sum(theirs.spent.dollars for _, theirs in both))
    seconds = _times(sum(ours.spent.seconds for ours, _ in both), sum(theirs.spent.seconds for _, theirs in both))
    return Comparison(one, other, passed, shown, dollars, seconds)


def _times(ours: float, theirs: float) -> float | None:
    return ours / theirs if theirs else None


def sentence(comparisons: Sequence[Comparison]) -> str:
    """Return what the comparisons show about the hybrids, or about the two models if there is no hybrid."""
    hybrids = [one for one in comparisons if one.other == EXECUTOR and one.one != REASONER]
    asked = [one for one in hybrids or comparisons if one.passed.count]
    if not asked:
        return "Nothing was compared: no task has a result of two contenders."
    shown = [one for one in asked if one.shown]
    if shown:
        told = "; ".join(map(_told, shown))
    else:
        best = max(asked, key=lambda one: one.passed.mean)
        told = (
            f"No difference shown: on {best.passed.count} tasks, the most is that of {best.one} against {best.other}, "
            f"{_points_text(best.passed)}, which may well be chance"
        )
    return f"{told}.{_beside(comparisons, shown) if hybrids else ''}"


def _beside(comparisons: Sequence[Comparison], shown: Sequence[Comparison]) -> str:
    """Return how the reasoner alone compares, which may be the better choice."""
    better = {one.one for one in shown if one.passed.mean > 0}
    told = [one for one in comparisons if one.other == REASONER and one.one in better and one.passed.count]
    told += [one for one in comparisons if one.one == REASONER and one.shown]
    return "".join(f" But {_told(one)}." if one.one == REASONER else f" And {_told(one)}." for one in told)


def _told(one: Comparison) -> str:
    many = "more" if one.passed.mean > 0 else "fewer"
    if not one.shown:
        return f"{one.one} against {one.other}, no difference shown: {_points_text(one.passed)}{_for(one)}"
    return f"{one.one} passed {many} tasks than {one.other}: {_points_text(one.passed)}{_for(one)}"


def _points_text(passed: Estimate) -> str:
    return f"{passed.mean * 100:+.0f} points (95 % interval {passed.low * 100:+.0f} to {passed.high * 100:+.0f})"


def _for(one: Comparison) -> str:
    told = [
        f"{times:.1f} times the {what}" for times, what in ((one.dollars, "dollars"), (one.seconds, "seconds")) if times
    ]
    return f", for {' and '.join(told)}" if told else ""
