"""``litellm-minimax eval``: whether a hybrid is worth its money, on tasks whose answers are checked by running them."""

from __future__ import annotations

import os
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from litellm_minimax.eval.contender import Contender
    from litellm_minimax.eval.result import Result
    from litellm_minimax.eval.running import Plan
    from litellm_minimax.eval.task import Task

EXTRA_HINT = "eval is built on inspect-ai, which is not installed. Install it with: pip install 'litellm-minimax[eval]'"
_GRADES = click.Choice(["easy", "middle", "hard"])


@click.command()
@click.option("--executor", metavar="MODEL", default="minimax/MiniMax-M2", show_default=True,
              help="Writes the code: a name as LiteLLM takes it, or one of the proxy's.")  # fmt: skip
@click.option(
    "--reasoner", metavar="MODEL", default="minimax/MiniMax-M3", show_default=True, help="Reasons, in the hybrids."
)
@click.option("--modes", metavar="M,M", help="notes, plan, advisor, advise-first, review; notes if nothing is said.")
@click.option("--hybrid", "presets", multiple=True, metavar="NAME", help="A hybrid that the proxy knows; repeatable.")
@click.option("--proxy", metavar="URL", help="Ask a LiteLLM proxy; its key is taken from LITELLM_PROXY_API_KEY.")
@click.option(
    "--tasks", "folder", type=click.Path(path_type=Path), metavar="DIR", help="Your own tasks; ours otherwise."
)
@click.option("--only", multiple=True, metavar="TASK", help="Only this task; repeatable.")
@click.option("--grade", "grades", multiple=True, type=_GRADES, help="Only tasks of this grade; repeatable.")
@click.option(
    "--price", "prices", multiple=True, metavar="MODEL=IN/OUT", help="Dollars per million tokens; repeatable."
)
@click.option(
    "--max-cost", default=5.0, show_default=True, metavar="DOLLARS", help="The bound of what this run may cost."
)
@click.option(
    "--max-tokens", default=16_384, show_default=True, type=click.IntRange(1), help="Of one answer, thinking included."
)
@click.option(
    "--turns", default=15, show_default=True, type=click.IntRange(1), help="Calls for a task with a repository."
)
@click.option(
    "--at-once", default=2, show_default=True, type=click.IntRange(1), help="Tasks at a time, for each contender."
)
@click.option("--timeout", default=300.0, show_default=True, metavar="SECONDS", help="For one call.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("minimax-eval"), show_default=True, metavar="DIR",
              help="Report, results and logs; a run that was ended goes on here.")  # fmt: skip
@click.option("--check", is_flag=True, help="Only check the tasks: the reference passes, empty and wrong answers fail.")
@click.option(
    "--simulate", is_flag=True, help="Let simulated models answer, to see it work; costs nothing, says nothing."
)
@click.option("--dry-run", is_flag=True, help="List who would be asked what, and the most it may cost; ask nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before spending money.")
def eval(folder: Path | None, only: tuple[str, ...], grades: tuple[str, ...], **options: Any) -> None:  # noqa: A001
    """Measure whether a hybrid is worth its money, on programming tasks with hidden tests.

    Each task is put to the executor alone, to the reasoner alone and to the hybrids of both. Their answers are run. The
    report tells the share of tasks passed with its interval, dollars, seconds and tokens, and in one sentence what that
    shows. Every call is made only if the most that it may cost is within --max-cost.
    """
    tasks = _tasks(folder, only, grades)
    if options["check"]:
        _check(tasks)
        return
    if find_spec("inspect_ai") is None:
        raise click.ClickException(EXTRA_HINT)
    with ExitStack() as stack:
        if options["simulate"]:
            from litellm_minimax.cli.eval_simulated import simulated_models

            stack.enter_context(simulated_models(tasks, options["executor"], options["reasoner"]))
        plan = _plan(tasks, options)
        _tell(plan)
        if options["dry_run"]:
            return
        if not options["yes"] and not options["simulate"] and os.isatty(0):
            click.confirm("Ask?", default=True, abort=True)
        _run(plan)


def _tasks(folder: Path | None, only: Sequence[str], grades: Sequence[str]) -> list[Task]:
    from litellm_minimax.eval import task

    try:
        return task.chosen(task.load(folder or task.SHIPPED), only, grades)
    except task.BadTask as mistake:
        raise click.UsageError(str(mistake)) from None


def _check(tasks: Sequence[Task]) -> None:
    from litellm_minimax.eval import check, sandbox

    click.echo(sandbox.isolation().told)
    bad = 0
    for task, problems in check.problems(tasks):
        bad += bool(problems)
        click.echo(
            f"{'✗' if problems else '✓'} {task.grade:7} {task.name}" + "".join(f"\n    {one}" for one in problems)
        )
    if bad:
        raise click.ClickException(f"{bad} of {len(tasks)} tasks are not sound.")
    click.echo(f"{len(tasks)} tasks: each reference passes, empty and wrong answers fail.")


def _plan(tasks: Sequence[Task], options: Mapping[str, Any]) -> Plan:
    from litellm_minimax.eval.contender import NoPrice, Prices
    from litellm_minimax.eval.running import Plan
    from litellm_minimax.verify.asking import Budget

    try:
        contenders = _contenders(options)
        prices = Prices(dict(map(_price, options["prices"])))
        for contender in contenders:
            contender.most(0, 1, prices)
    except (ValueError, NoPrice) as mistake:
        raise click.UsageError(str(mistake)) from None
    return Plan(
        tasks, contenders, options["out"], Budget(options["max_cost"]), prices, options["max_tokens"], options["turns"],
        options["at_once"], options["timeout"], options["simulate"],
    )  # fmt: skip


def _contenders(options: Mapping[str, Any]) -> list[Contender]:
    from litellm_minimax.eval import contender

    executor, reasoner = options["executor"], options["reasoner"]
    proxy = None
    if options["proxy"]:
        proxy = {"api_base": options["proxy"], "api_key": os.environ.get("LITELLM_PROXY_API_KEY") or "none"}
    if options["presets"] and proxy is None:
        raise ValueError("--hybrid names a preset of a proxy: say which, --proxy URL")
    modes = options["modes"] if options["modes"] is not None else "" if options["presets"] else "notes"
    return [
        contender.alone(contender.EXECUTOR, executor, proxy),
        contender.alone(contender.REASONER, reasoner, proxy),
        *(contender.hybrid(mode.strip(), reasoner, executor, proxy) for mode in modes.split(",") if mode.strip()),
        *(contender.preset(name, reasoner, executor, proxy or {}) for name in options["presets"]),
    ]


def _price(text: str) -> tuple[str, Any]:
    from litellm_minimax.catalog import Price

    model, _, told = text.rpartition("=")
    try:
        read, written = map(float, told.split("/"))
    except ValueError:
        raise ValueError(f"--price {text}: it is MODEL=IN/OUT, such as minimax/MiniMax-M2=0.30/1.20") from None
    if not model or read < 0 or written < 0:
        raise ValueError(f"--price {text}: it is MODEL=IN/OUT, such as minimax/MiniMax-M2=0.30/1.20")
    return model, Price(read, written)


def _tell(plan: Plan) -> None:
    asked = f"{len(plan.tasks)} tasks, {len(plan.contenders)} contenders"
    click.echo(f"{asked}; never more than ${plan.budget.limit:.2f} in this run (--max-cost).")
    for contender in plan.contenders:
        most = plan.most(contender)
        click.echo(f"  {contender.name:16} {contender.model}  (one call a task costs ${most:.2f} at the very most)")


def _run(plan: Plan) -> None:
    from litellm_minimax.eval import comparing, report, running, sandbox

    try:
        measured = running.run(plan, _tell_result)
        made = comparing.make(plan, measured)
        isolation = sandbox.isolation().told
        report.write(plan, measured, made, isolation)
    except OSError as error:
        raise click.ClickException(
            f"{plan.out} can't be written ({error.strerror}). Name another folder: --out"
        ) from None
    for row in made.rows:
        told = f"{row.passed.mean:.0%} of {row.passed.count} ({row.passed.low:.0%} to {row.passed.high:.0%})"
        click.echo(f"  {row.name:16} {told:28} ${row.dollars:.4f} and {row.seconds:.1f} s a task")
    if measured.missing:
        reason = next(iter(measured.missing.values()))
        click.echo(f"{len(measured.missing)} without a result, the first because: {reason}")
        click.echo("The same command goes on with them.")
    click.echo(f"{isolation}\n{made.sentence}\nThe report: {plan.out / 'report.md'} (spent ${plan.budget.spent:.4f})")


def _tell_result(result: Result) -> None:
    click.echo(f"{'✓' if result.passed else '✗'} {result.contender:16} {result.grade:7} {result.task}")
