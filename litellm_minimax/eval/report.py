"""The report: who passed how many tasks, for how many dollars and seconds, and what that shows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from litellm_minimax.__about__ import __version__
from litellm_minimax.eval import plot
from litellm_minimax.eval.contender import EXECUTOR, REASONER
from litellm_minimax.eval.result import Result
from litellm_minimax.eval.running import LOGS, RESULTS, Measured, Plan
from litellm_minimax.eval.statistics import Estimate, difference, estimate, is_shown
from litellm_minimax.eval.task import GRADES


@dataclass(frozen=True, slots=True)
class Row:
    """One contender.

    Attributes:
        name: of the contender.
        model: as LiteLLM was given it.
        passed: the share of its tasks that it passed.
        by_grade: passed and asked, for each grade.
        dollars: per task, mean.
        seconds: per task, mean.
        prompt_tokens: per task, mean.
        answer_tokens: per task, mean.
        missing: tasks without a result.
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
        one: who is compared.
        other: with whom.
        passed: the difference of their shares.
        shown: it is more than chance may well have made.
        dollars: how many times as many it costs; ``None`` if the other costs nothing.
        seconds: how many times as long it takes; as ``dollars``.
    """

    one: str
    other: str
    passed: Estimate
    shown: bool
    dollars: float | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """All of it, in numbers.

    Attributes:
        rows: one for each contender.
        comparisons: each hybrid with each model alone, and these with one another.
        sentence: what it shows.
    """

    rows: Sequence[Row]
    comparisons: Sequence[Comparison]
    sentence: str


def make(plan: Plan, measured: Measured) -> Report:
    """Count."""
    rows = [_row(plan, measured, contender.name, contender.model) for contender in plan.contenders]
    comparisons = [_compared(plan, measured, one, other) for one, other in _pairs([row.name for row in rows])]
    return Report(rows, comparisons, sentence(comparisons))


def write(plan: Plan, measured: Measured, report: Report, isolation: str) -> None:
    """Write ``report.md``, ``report.json`` and ``report.svg``.

    Raises:
        OSError: the folder can't be written.
    """
    told = {
        "version": __version__, "sentence": report.sentence, "isolation": isolation,
        "spent_in_this_run": plan.budget.spent, "rows": [asdict(row) for row in report.rows],
        "comparisons": [asdict(one) for one in report.comparisons],
        "missing": [{"contender": who, "task": task, "because": why} for (who, task), why in measured.missing.items()],
    }  # fmt: skip
    (plan.out / "report.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (plan.out / "report.md").write_text(as_markdown(plan, measured, report, isolation), encoding="utf-8")
    (plan.out / "report.svg").write_text(plot.as_svg(_points(report)), encoding="utf-8")


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
    """What the comparisons show, without a word more."""
    hybrids = [one for one in comparisons if one.other == EXECUTOR and one.one != REASONER]
    main = hybrids or list(comparisons)
    asked = [one for one in main if one.passed.count]
    if not asked:
        return "Nothing was compared: no task has a result of two contenders."
    shown = [one for one in asked if one.shown]
    if not shown:
        best = max(asked, key=lambda one: one.passed.mean)
        return (
            f"No difference shown: on {best.passed.count} tasks, the most is that of {best.one} against {best.other}, "
            f"{_points_text(best.passed)}, which chance may well have made."
        )
    told = [
        f"{one.one} passed {'more' if one.passed.mean > 0 else 'fewer'} tasks than {one.other}: "
        f"{_points_text(one.passed)}{_for(one)}"
        for one in shown
    ]
    return "; ".join(told) + "." + _beside(comparisons, shown)


def _beside(comparisons: Sequence[Comparison], shown: Sequence[Comparison]) -> str:
    """Whether a hybrid that is better than its executor is also better than simply taking its reasoner."""
    better = {one.one for one in shown if one.passed.mean > 0 and one.one != REASONER}
    told = [one for one in comparisons if one.other == REASONER and one.one in better and one.passed.count]
    return "".join(
        f" {one.one.capitalize()} against {one.other}: {_points_text(one.passed)}"
        f"{'' if one.shown else ', no difference shown'}{_for(one)}."
        for one in told
    )


def _points_text(passed: Estimate) -> str:
    return f"{passed.mean * 100:+.0f} points (95 % interval {passed.low * 100:+.0f} to {passed.high * 100:+.0f})"


def _for(one: Comparison) -> str:
    told = [
        f"{times:.1f} times the {what}" for times, what in ((one.dollars, "dollars"), (one.seconds, "seconds")) if times
    ]
    return f", for {' and '.join(told)}" if told else ""


def _points(report: Report) -> list[plot.Point]:
    return [plot.Point(row.name, row.dollars, row.passed) for row in report.rows if row.passed.count]


_NO_WIDTH = (
    "Where every task ended alike the interval has no width. That is not certainty: with n tasks, a true rate as far off "
    "as 3/n is still likely enough.\n"
)
_MEANS = (
    "*Shown* means that the interval, of a paired bootstrap over the tasks, does not hold 0, and that an exact sign test "
    "of the tasks which one passed and the other did not gives less than 5 %. Both tell how much is due to which tasks "
    f"were asked, not what the same model says another time. Every answer: `inspect view --log-dir {LOGS}`; every result: "
    f"{RESULTS}.\n"
)


def as_markdown(plan: Plan, measured: Measured, report: Report, isolation: str) -> str:
    """The report for people."""
    run = (
        f"litellm-minimax {__version__}, {len(plan.tasks)} tasks, {measured.earlier} results of earlier runs; this run"
    )
    parts = [
        "# Is a hybrid worth its money?\n",
        f"{report.sentence}\n",
        f"{run} cost ${plan.budget.spent:.4f}. {isolation}\n",
        "| contender | passed | 95 % interval | easy | middle | hard | $ a task | s a task | tokens read / written |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *map(_line, report.rows),
        "\n![pass rate against dollars](report.svg)\n",
        "| compared, task by task | points | 95 % interval | shown | tasks | dollars | seconds |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *map(_comparison, report.comparisons),
        "",
    ]
    if any(row.passed.count and row.passed.has_no_width for row in report.rows):
        parts.append(_NO_WIDTH)
    if measured.missing:
        parts += ["## Without a result\n", "Such a task counts for nobody; the same command asks it again.\n"]
        parts += [f"- {who}, {task}: {' '.join(why.split())}" for (who, task), why in measured.missing.items()]
        parts.append("")
    parts += ["## Who it was\n", *(f"- {row.name}: `{row.model}`" for row in report.rows), "", _MEANS]
    return "\n".join(parts)


def _line(row: Row) -> str:
    grades = [f"{got[0]}/{got[1]}" if (got := row.by_grade.get(grade)) else "–" for grade in GRADES]
    if not row.passed.count:
        return f"| {row.name} | – | – | {' | '.join(grades)} | – | – | – |"
    cells = [
        row.name, f"{row.passed.mean:.0%} of {row.passed.count}", f"{row.passed.low:.0%} to {row.passed.high:.0%}", *grades,
        f"{row.dollars:.4f}", f"{row.seconds:.1f}", f"{row.prompt_tokens:,.0f} / {row.answer_tokens:,.0f}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _comparison(one: Comparison) -> str:
    if not one.passed.count:
        return f"| {one.one} against {one.other} | – | – | no | 0 | – | – |"
    times = [f"× {value:.2f}" if value else "–" for value in (one.dollars, one.seconds)]
    passed = one.passed
    cells = [
        f"{one.one} against {one.other}", f"{passed.mean * 100:+.1f}",
        f"{passed.low * 100:+.1f} to {passed.high * 100:+.1f}", "yes" if one.shown else "no", str(passed.count), *times,
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"
