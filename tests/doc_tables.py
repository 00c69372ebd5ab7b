"""The tables of the documents, made from the code they describe.

``python tests/doc_tables.py`` writes them into the documents, between ``<!-- table: name -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import re
from pathlib import Path

from litellm_minimax import errors
from litellm_minimax.catalog import MODELS
from litellm_minimax.cli.models import COLUMNS, row
from litellm_minimax.errors import CallContext
from litellm_minimax.wire.faults import UpstreamFault
from litellm_minimax.wire.parameters import PARAMETERS, Fate

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_PLACE = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
CONTEXT = CallContext("MiniMax-M2")


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells) + " |" for cells in lines
    )


def error_codes() -> str:
    rows = []
    for code, meaning in sorted(errors._BY_CODE.items()):
        exception = errors.to_litellm(UpstreamFault("text", code=code), CONTEXT)
        rows.append(
            [str(code), meaning.title, *_class_and_status(exception), meaning.next_step or "Its text says what."]
        )
    return table(["code", "meaning", "exception", "status", "next step"], rows)


def error_texts() -> str:
    rows = []
    for text, meaning in errors._BY_2013_TEXT:
        exception = errors.to_litellm(UpstreamFault(text, code=2013, http_status=400), CONTEXT)
        rows.append([f"`{text}`", *_class_and_status(exception), meaning.next_step])
    return table(["2013 with", "exception", "status", "next step"], rows)


def error_statuses() -> str:
    rows = []
    for status, meaning in sorted(errors._BY_STATUS.items()):
        exception = errors.to_litellm(UpstreamFault("text", http_status=status), CONTEXT)
        rows.append([str(status), *_class_and_status(exception), meaning.next_step or "Its text says what."])
    return table(["HTTP", "exception", "status", "next step"], rows)


def models() -> str:
    rows = [[f"`{cells[0]}`", *cells[1:]] for cells in (row(facts) for facts in MODELS)]
    return table(list(COLUMNS), rows)


def parameters() -> str:
    """The README's summary: what becomes of each parameter on MiniMax's own hosts."""
    rows = [
        [f"**{fate.value}**", ", ".join(f"`{each.name}`" for each in PARAMETERS if each.minimax is fate)]
        for fate in Fate
    ]
    return table(["what becomes of it", "parameters"], rows)


def _class_and_status(exception: Exception) -> list[str]:
    name = f"`{type(exception).__name__}`"
    if name == "`PaymentRequiredError`":
        name += " (`APIError` on a LiteLLM that has no such class)"
    return [name, str(exception.status_code)]


def filled(text: str) -> str:
    """A document with its tables as they should be."""
    return _PLACE.sub(lambda place: f"{place[1]}{TABLES[place[2]]()}\n{place[3]}", text)


TABLES = {made.__name__: made for made in (error_codes, error_texts, error_statuses, models, parameters)}

if __name__ == "__main__":
    for document in DOCUMENTS:
        document.write_text(filled(document.read_text()))
