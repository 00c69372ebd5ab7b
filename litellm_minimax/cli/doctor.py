"""``litellm-minimax doctor``: runs all checks and shows a fix for each failure."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

import click

from litellm_minimax.cli import checks
from litellm_minimax.cli.finding import Finding

_SIGNS = {"ok": "✓", "warning": "!", "failed": "✗", "skipped": "–"}
_COLOURS = {"ok": "green", "warning": "yellow", "failed": "red", "skipped": None}


@click.command()
@click.option("--config", type=click.Path(path_type=Path), help="A proxy configuration; the shipped one by default.")
@click.option("--offline", is_flag=True, help="Skip checks that need the network.")
@click.option("--live", is_flag=True, help="Make one tiny real call, too.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(config: Path | None, *, offline: bool, live: bool, as_json: bool) -> None:
    """Check the set-up. Reads only; ends with 1 if something is wrong."""
    import litellm

    litellm.suppress_debug_info = True  # LiteLLM's advertisement on errors would end up in the JSON
    findings = []
    for finding in checks.run_all(checks.from_environment(config, offline=offline, live=live)):
        findings.append(finding)
        if not as_json:
            _show(finding)
    failed = sum(finding.status == "failed" for finding in findings)
    warnings = sum(finding.status == "warning" for finding in findings)
    if as_json:
        report = {"ok": not failed, "checks": [dataclasses.asdict(finding) for finding in findings]}
        click.echo(json.dumps(report, indent=2))
    else:
        click.echo(f"\n{_summary(failed, warnings, len(findings))}")
    sys.exit(1 if failed else 0)


def _summary(failed: int, warnings: int, checks_made: int) -> str:
    if failed:
        return f"{failed} of {checks_made} checks failed."
    if warnings:
        return f"Nothing failed; {warnings} warning{'s' if warnings > 1 else ''} (marked !) above."
    return "All is well."


def _show(finding: Finding) -> None:
    sign = click.style(_SIGNS[finding.status], fg=_COLOURS[finding.status])
    click.echo(f"{sign} {finding.name:<14} {finding.detail}")
    if finding.fix and finding.status in {"failed", "warning"}:
        click.echo(f"  {'':<14} → {finding.fix}")
