"""The report: who passed how many tasks, for how many dollars and seconds, as Markdown, JSON and a picture."""

from __future__ import annotations

import json
from dataclasses import asdict

from litellm_minimax.__about__ import __version__
from litellm_minimax.eval import plot
from litellm_minimax.eval.comparing import Comparison, Report, Row
from litellm_minimax.eval.running import LOGS, RESULTS, Measured, Plan
from litellm_minimax.eval.task import GRADES


def write(plan: Plan, measured: Measured, report: Report, isolation: str) -> None:
    """Write ``report.md``, ``report.json`` and ``report.svg``.

    Raises:
        OSError: the folder can't be written.
    """
    told = {
        "version": __version__, "sentence": report.sentence, "simulated": plan.simulated, "isolation": isolation,
        "spent_in_this_run": plan.budget.spent, "rows": [asdict(row) for row in report.rows],
        "comparisons": [asdict(one) for one in report.comparisons],
        "missing": [{"contender": who, "task": task, "because": why} for (who, task), why in measured.missing.items()],
    }  # fmt: skip
    (plan.out / "report.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (plan.out / "report.md").write_text(as_markdown(plan, measured, report, isolation), encoding="utf-8")
    (plan.out / "report.svg").write_text(plot.as_svg(_points(report)), encoding="utf-8")


def _points(report: Report) -> list[plot.Point]:
    return [plot.Point(row.name, row.dollars, row.passed) for row in report.rows if row.passed.count]


_NO_WIDTH = (
    "Where all tasks ended alike the interval has no width. That is no certainty: with n tasks, a true rate up to 3/n "
    "away is still possible.\n"
)
_MEANS = (
    "*Shown* means two things: the interval (a paired bootstrap over the tasks) does not include 0, and an exact sign "
    "test of the tasks that only one of the two passed gives less than 5 %. Both measure how much depends on the "
    "choice of tasks, not how much the same model varies from one time to the next. Every answer: "
    f"`inspect view --log-dir {LOGS}`; every result: {RESULTS}.\n"
)


def as_markdown(plan: Plan, measured: Measured, report: Report, isolation: str) -> str:
    """Return the report in Markdown."""
    asked = f"litellm-minimax {__version__}, {len(plan.tasks)} tasks, {measured.earlier} results of earlier runs"
    parts = [
        "# Is a hybrid worth its money?\n",
        f"{report.sentence}\n",
        *(["**The models were simulated: these figures say nothing about any model.**\n"] if plan.simulated else []),
        f"{asked}; this run cost ${plan.budget.spent:.4f}. {isolation}\n",
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
        row.name, f"{row.passed.mean:.0%} of {row.passed.count}", f"{row.passed.low:.0%} to {row.passed.high:.0%}",
        *grades,
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
