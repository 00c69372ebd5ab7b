"""The tables of the documents, made from the code they describe, or from what ``make bench`` wrote.

``python tests/doc_tables.py`` writes them into the documents, between ``<!-- table: name -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from litellm_minimax.catalog import MODELS
from litellm_minimax.cli.models import COLUMNS, embedding_table, image_table, row
from litellm_minimax.observability.definitions import METRICS
from litellm_minimax.upstream import error_table, errors
from litellm_minimax.upstream.error_table import CallContext
from litellm_minimax.verify.run import most
from litellm_minimax.verify.table import ALL, ASSUMPTIONS, belief
from litellm_minimax.wire.faults import UpstreamFault
from litellm_minimax.wire.outgoing.parameters import PARAMETERS, Fate

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_PLACE = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
CONTEXT = CallContext("MiniMax-M2")


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, cells)) + " |" for cells in lines)


def _cell(text: str) -> str:
    """A cell's text; in code, Markdown would show an entity as it is written."""
    parts = text.replace("|", "\\|").split("`")
    return "`".join(part if at % 2 else part.replace("<", "&lt;") for at, part in enumerate(parts))


def error_codes() -> str:
    rows = []
    for code, meaning in sorted(error_table.BY_CODE.items()):
        exception = errors.to_litellm(UpstreamFault("text", code=code), CONTEXT)
        rows.append(
            [
                str(code),
                meaning.title,
                *_class_and_status(exception),
                meaning.next_step or "Its text says what is wrong.",
            ]
        )
    return table(["code", "meaning", "exception", "status", "next step"], rows)


def error_texts() -> str:
    rows = []
    for text, meaning in error_table.BY_2013_TEXT:
        exception = errors.to_litellm(UpstreamFault(text, code=2013, http_status=400), CONTEXT)
        rows.append([f"`{text}`", *_class_and_status(exception), meaning.next_step])
    return table(["2013 with", "exception", "status", "next step"], rows)


def error_statuses() -> str:
    rows = []
    for status, meaning in sorted(error_table.BY_STATUS.items()):
        exception = errors.to_litellm(UpstreamFault("text", http_status=status), CONTEXT)
        rows.append([str(status), *_class_and_status(exception), meaning.next_step or "Its text says what is wrong."])
    return table(["HTTP", "exception", "status", "next step"], rows)


def models() -> str:
    rows = [[f"`{cells[0]}`", *cells[1:]] for cells in (row(facts) for facts in MODELS)]
    return table(list(COLUMNS), rows)


def embedding_models() -> str:
    return _media(embedding_table())


def image_models() -> str:
    return _media(image_table())


def _media(lines: list[tuple[str, ...]]) -> str:
    head, *rows = lines
    return table(["model", *head[1:]], [[f"`{cells[0]}`", *cells[1:]] for cells in rows])


def parameters() -> str:
    """The README's summary: what becomes of each parameter on MiniMax's own hosts."""
    rows = [
        [f"**{fate.value}**", ", ".join(f"`{each.name}`" for each in PARAMETERS if each.minimax is fate)]
        for fate in Fate
    ]
    return table(["what becomes of it", "parameters"], rows)


def one_worker() -> str:
    """What docs/scaling.md takes from the tables of docs/performance.md."""
    document = (ROOT / "docs" / "performance.md").read_text()
    whole, streams = _section(document, "Whole answers"), _section(document, "Streams")
    proxy_whole = _section(document, "Started proxy, one worker: whole answers")
    proxy_streams = _section(document, "Started proxy, one worker: streams")
    open_streams = _section(document, "How many streams one process holds")
    floor = _medians(proxy_whole, "plain-20", "floor")[0]
    both = ("builtin", "plugin")
    return table(
        ["", "built-in", "plugin"],
        [
            ["SDK, whole answers per second", *(_medians(whole, "plain-20", who)[0] for who in both)],
            [
                f"proxy, whole answers per second (LiteLLM's proxy with a handler that does nothing: {floor})",
                *(_medians(proxy_whole, "plain-20", who)[0] for who in both),
            ],
            [
                "SDK, open streams at 50 deltas/s before the p99 lag passes 100 ms",
                *(_passes(open_streams, column, 100) for column in (2, 3)),
            ],
            ["… before it passes half a second", *(_passes(open_streams, column, 500) for column in (2, 3))],
            ["SDK, deltas per second at full speed", *(_medians(streams, "full-speed-1", who)[0] for who in both)],
            [
                "proxy, deltas per second at full speed",
                *(_medians(proxy_streams, "full-speed-1", who)[0] for who in both),
            ],
            [
                "CPU of the proxy per delta, not saturated, in µs",
                *(_medians(proxy_streams, "paced-100-1", who)[1] for who in both),
            ],
        ],
    )


def assumptions() -> str:
    """Every assumption, and which question settles it."""
    rows = [
        [belief(row), row.does, row.if_wrong, f"`{row.check}`" if row.check else f"no call: {row.open_because}"]
        for row in ASSUMPTIONS
    ]
    return table(["assumption", "what the code does", "if it is wrong", "settled by"], rows)


def questions() -> str:
    """What `verify` asks, and what each answer means."""
    rows = [
        [f"`{check.key}`", check.sent, check.confirms, check.refutes, ", ".join(check.models), f"{most(check):.4f}"]
        for check in ALL
    ]
    return table(["key", "sent", "confirmed by", "refuted by", "to the first of", "at most, $"], rows)


def metrics() -> str:
    """Each metric for Prometheus, and its labels."""
    rows = []
    for metric in METRICS:
        labels = [f"`{name}`: {', '.join(values)}" if values else f"`{name}`" for name, values in metric.labels.items()]
        rows.append([f"`{metric.sample}`", metric.kind, metric.meaning, "; ".join(labels)])
    return table(["metric", "kind", "meaning", "labels"], rows)


def alerts() -> str:
    """Each alert of deploy/prometheus/alerts.yml."""
    groups = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text())["groups"]
    rows = [
        [
            f"`{rule['alert']}`",
            rule["labels"]["severity"],
            rule["annotations"]["summary"],
            rule["annotations"]["description"],
        ]
        for group in groups
        for rule in group["rules"]
    ]
    return table(["alert", "severity", "says", "what to do"], rows)


def _section(document: str, title: str) -> list[list[str]]:
    """The cells of a section's table, each without its spread."""
    text = document.split(f"\n## {title}")[1].split("\n## ", maxsplit=1)[0]
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [[cell.split(" (")[0] for cell in cells] for cells in lines[2:]]


def _medians(rows: list[list[str]], load: str, contender: str) -> list[str]:
    return next(cells[2:] for cells in rows if cells[:2] == [f"`{load}`", contender])


def _passes(rows: list[list[str]], column: int, limit: float) -> str:
    """Between which numbers of open streams a contender's lag first passes ``limit`` ms."""
    held = "none"
    for cells in rows:
        if float(cells[column].replace(",", "")) > limit:
            return f"between {held} and {cells[0]}"
        held = cells[0]
    return f"more than {held}"


def _class_and_status(exception: Exception) -> list[str]:
    name = f"`{type(exception).__name__}`"
    if name == "`PaymentRequiredError`":
        name += " (`APIError` on a LiteLLM that has no such class)"
    return [name, str(exception.status_code)]


def filled(text: str) -> str:
    """A document with its tables as they should be."""
    return _PLACE.sub(lambda place: f"{place[1]}{TABLES[place[2]]()}\n{place[3]}", text)


TABLES = {
    made.__name__: made
    for made in (
        error_codes,
        error_texts,
        error_statuses,
        models,
        embedding_models,
        image_models,
        parameters,
        one_worker,
        assumptions,
        questions,
        metrics,
        alerts,
    )
}

if __name__ == "__main__":
    for document in DOCUMENTS:
        document.write_text(filled(document.read_text()))
