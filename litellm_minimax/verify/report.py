"""The report: requests, answers and consequences, as Markdown for people and as JSON for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from litellm_minimax.__about__ import __version__
from litellm_minimax.verify.exchange import as_text
from litellm_minimax.verify.run import Finding, Plan, most
from litellm_minimax.verify.table import ALL, ASSUMPTIONS, CHECKS, belief

EXCHANGES = "exchanges"
_ISSUE = "litellm-minimax verify --out DIR --issue"
_HOW_TO_READ = (
    "Each heading below is an assumption of this package about MiniMax. Under it you find what was sent to check "
    "it, what came back, and which answer would have confirmed or refuted it. *Raw* is the whole request and "
    "answer. *A 2013* is MiniMax's error code for a request that it does not accept; the other codes are in "
    "docs/errors.md.\n"
)


def write(folder: Path, plan: Plan, findings: Sequence[Finding]) -> None:
    """Write ``report.md``, ``report.json`` and the raw exchanges.

    Raises:
        OSError: the folder can't be written.
    """
    (folder / EXCHANGES).mkdir(parents=True, exist_ok=True)
    for finding in findings:
        for number, exchange in enumerate(finding.exchanges, 1):
            (folder / EXCHANGES / file_name(finding, number)).write_text(as_text(exchange), encoding="utf-8")
    told = json.dumps(as_json(plan, findings), ensure_ascii=False, indent=1) + "\n"
    (folder / "report.json").write_text(told, encoding="utf-8")
    (folder / "report.md").write_text(as_markdown(plan, findings), encoding="utf-8")


def file_name(finding: Finding, number: int) -> str:
    """Return the file name for an exchange of a check."""
    return f"{finding.check.key}-{number}.json"


def summary(findings: Sequence[Finding]) -> str:
    """Return one line with the number of findings of each kind."""
    counts = Counter(finding.verdict.status for finding in findings)
    return ", ".join(f"{counts[status]} {status}" for status in ("confirmed", "refuted", "not settled"))


def as_json(plan: Plan, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the report for programs."""
    return {
        "version": __version__,
        "address": plan.address.root,
        "spent": round(plan.budget.spent, 6),
        "findings": [
            {
                "key": finding.check.key, "belief": finding.check.belief, "status": finding.verdict.status,
                "because": finding.verdict.because, "model": finding.model, "sent": finding.check.sent,
                "remedy": finding.check.remedy if finding.verdict.status == "refuted" else None,
                "seconds": round(finding.seconds, 2),
                "exchanges": [file_name(finding, at) for at in range(1, len(finding.exchanges) + 1)],
            }
            for finding in findings
        ],
        "open": [{"belief": row.belief, "because": row.open_because} for row in ASSUMPTIONS if not row.check],
    }  # fmt: skip


def as_markdown(plan: Plan, findings: Sequence[Finding]) -> str:
    """Return the report for people."""
    parts = [
        "# What the service said\n",
        f"litellm-minimax {__version__} asked {plan.address.root}: {summary(findings)}.\n",
        f"It cost about ${plan.budget.spent:.4f}: the tokens that the service counted, at the listed prices.\n",
        _HOW_TO_READ,
    ]
    titles = {
        "refuted": "## Refuted: the service does something else",
        "not settled": "## Not settled: no answer decides",
        "confirmed": "## Confirmed: the service does what the package believes",
    }
    for status, title in titles.items():
        some = [finding for finding in findings if finding.verdict.status == status]
        if some:
            parts += [title + "\n", *map(_entry, some)]
    asked = {finding.check.key for finding in findings}
    left = [check for check in ALL[len(CHECKS) :] if check.key not in asked]
    if left:
        parts.append("## Asked only if you ask for it: `--embeddings`, `--images`\n")
        parts += [f"- {check.belief} (`--only {check.key}`, ${most(check):.4f} at most).\n" for check in left]
    parts.append("## What no call settles\n")
    parts += [f"- {belief(row)}: {row.open_because}.\n" for row in ASSUMPTIONS if not row.check]
    return "\n".join(parts)


def _entry(finding: Finding) -> str:
    check = finding.check
    lines = [f"### {check.belief}\n", f"- *Sent* to {finding.model or 'no model'}: {check.sent}."]
    lines.append(f"- *Came back*: {finding.verdict.because}.")
    lines.append(f"- *For it*: {check.confirms}. *Against it*: {check.refutes}.")
    if finding.verdict.status == "refuted":
        lines.append(f"- *What you can do today*: {check.remedy}.")
        lines.append(f"- *Report it*: `{_ISSUE} {check.key}` prints a text to paste (DIR is this report's folder).")
    files = ", ".join(
        f"[{name}]({EXCHANGES}/{name})"
        for name in (file_name(finding, at) for at in range(1, len(finding.exchanges) + 1))
    )
    lines.append(f"- *Raw*: {files or 'nothing was sent'}.\n")
    return "\n".join(lines)


def issue_text(report: dict[str, Any], key: str) -> str:
    """Return the text of an issue about one finding of a written report.

    Raises:
        KeyError: the report has no such finding.
    """
    found = next((entry for entry in report["findings"] if entry["key"] == key), None)
    if found is None:
        raise KeyError(key)
    return (
        f"Title: verify: {found['belief']} ({found['status']})\n\n"
        f"litellm-minimax {report['version']} against {report['address']}, model {found['model']}.\n\n"
        f"- believed: {found['belief']}\n- sent: {found['sent']}\n- came back: {found['because']}\n\n"
        f"Please attach: {', '.join(found['exchanges']) or 'nothing was sent'} (no key and no account id is in them).\n"
    )
