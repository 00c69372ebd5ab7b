"""``litellm-minimax verify``: checks this package's assumptions about MiniMax against the real service."""

from __future__ import annotations

import asyncio
import json
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from litellm_minimax.verify.check import Check
    from litellm_minimax.verify.run import Finding, Plan

_MARKS = {"confirmed": "✓", "refuted": "✗", "not settled": "–"}


@click.command()
@click.option("--only", multiple=True, metavar="KEY", help="Only this check; repeatable. --dry-run lists them.")
@click.option("--model", metavar="ID", help="Only checks about this model, run on it.")
@click.option("--embeddings", is_flag=True, help="Also check embeddings.")
@click.option("--images", is_flag=True, help="Also check pictures, which cost more: see --dry-run.")
@click.option("--dry-run", is_flag=True, help="List what would be asked and what it may cost; ask nothing.")
@click.option("--max-cost", default=0.10, show_default=True, metavar="DOLLARS", help="The most it may cost.")
@click.option("--max-seconds", default=300.0, show_default=True, help="The longest it may take.")
@click.option("--timeout", default=30.0, show_default=True, metavar="SECONDS", help="For one request.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("minimax-verify"), show_default=True,
              metavar="DIR", help="Where report and exchanges are written.")  # fmt: skip
@click.option("--issue", metavar="KEY", help="Print the text of an issue about a finding of the report in --out.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def verify(
    *,
    only: tuple[str, ...],
    model: str | None,
    embeddings: bool,
    images: bool,
    dry_run: bool,
    max_cost: float,
    max_seconds: float,
    timeout: float,
    out: Path,
    issue: str | None,
    yes: bool,
) -> None:
    """Check this package's assumptions against the real service, for a few cents.

    First it lists what will be asked and the most it can cost. Then each row of docs/assumptions.md that a call can
    settle is confirmed, refuted or not settled, with the raw exchanges as evidence, without keys. Exits with 1 if a row
    is refuted, or the key.
    """
    if issue:
        click.echo(_issue(out, issue), nl=False)
        return
    checks = _checks(only, model, embeddings=embeddings, images=images)
    plan = _plan(checks, max_cost, max_seconds, timeout)
    _tell_plan(plan)
    if dry_run:
        return
    if not plan.key:
        raise click.ClickException("MINIMAX_API_KEY is not set. Without one: litellm-minimax simulate, and its export.")
    if not yes and plan.address.is_minimax and os.isatty(0):
        click.confirm("Send them?", default=True, abort=True)
    _ask(plan, out)


def _checks(only: tuple[str, ...], model: str | None, *, embeddings: bool, images: bool) -> list[Check]:
    from litellm_minimax.verify import run, table

    try:
        return run.narrowed(table.asked_for(only, embeddings=embeddings, images=images), only, model)
    except ValueError as mistake:
        raise click.UsageError(str(mistake)) from None


def _plan(checks: list[Check], max_cost: float, max_seconds: float, timeout: float) -> Plan:
    from litellm_minimax.upstream import addresses
    from litellm_minimax.verify import run
    from litellm_minimax.wire.faults import InvalidRequest

    try:
        address = addresses.resolve(None, os.environ)
    except InvalidRequest as mistake:
        raise click.UsageError(str(mistake)) from None
    key = os.environ.get("MINIMAX_API_KEY", "").strip()
    return run.Plan(checks, address, key, max_cost, max_seconds, timeout)


def _tell_plan(plan: Plan) -> None:
    from litellm_minimax.verify import run

    click.echo(f"{len(plan.checks)} checks against {plan.address.root}. Together they cost at most ${plan.most:.4f}, "
               f"and the limit is ${plan.max_cost:.2f} (--max-cost).")  # fmt: skip
    if plan.most > plan.max_cost:
        enough = math.ceil(plan.most * 100) / 100
        click.echo(f"The limit may not be enough for all of them; --max-cost {enough:.2f} is.")
    for check in plan.checks:
        click.echo(f"  {check.key:22} ${run.most(check):.5f}  {check.sent} ({', '.join(check.models)})")


def _ask(plan: Plan, out: Path) -> None:
    from litellm_minimax.verify import report, run

    findings = asyncio.run(run.run(plan, _tell))
    try:
        report.write(out, plan, findings)
    except OSError as error:
        raise click.ClickException(f"{out} can't be written ({error.strerror}). Name another folder: --out") from None
    click.echo(f"\n{report.summary(findings)}; about ${plan.budget.spent:.4f}. The report: {out / 'report.md'}")
    refuted = [finding for finding in findings if finding.verdict.status == "refuted"]
    for finding in refuted:
        click.echo(f"\n✗ {finding.check.belief}\n  Today: {finding.check.remedy}.")
        click.echo(f"  To report it: litellm-minimax verify --out {out} --issue {finding.check.key}")
    if run.is_key_refused(findings):
        raise click.ClickException(_about_key(plan))
    if refuted:
        raise SystemExit(1)


def _about_key(plan: Plan) -> str:
    other = plan.address.other_region
    region = f" Keys belong to one region: this one may be for {other} (MINIMAX_REGION=global|cn)." if other else ""
    return f"{plan.address.host} refuses the key, so nothing was checked with it. Check MINIMAX_API_KEY.{region}"


def _tell(finding: Finding) -> None:
    click.echo(f"{_MARKS[finding.verdict.status]} {finding.check.key:22} {finding.verdict.because}")


def _issue(out: Path, key: str) -> str:
    from litellm_minimax.verify import report

    try:
        return report.issue_text(json.loads((out / "report.json").read_text(encoding="utf-8")), key)
    except (OSError, ValueError):
        raise click.ClickException(f"{out} holds no report. Run verify first, or name its folder: --out") from None
    except KeyError:
        raise click.ClickException(f"The report in {out} has no finding {key!r}.") from None
