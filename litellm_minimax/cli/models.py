"""``litellm-minimax models``: the table of models, for people and for programs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from litellm_minimax import catalog
from litellm_minimax.catalog import MODELS, ModelFacts, Price, Thinking

THINKING_WORDS = {
    Thinking.EFFORT: "always, effort low to max",
    Thinking.SWITCH: "on or off",
    Thinking.ALWAYS: "always",
    Thinking.NONE: "no",
}
COLUMNS = ("model", "context", "output", "$/M in", "$/M out", "$/M cached", "inputs", "thinking", "status")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print every fact, with source and date, as JSON.")
def models(*, as_json: bool) -> None:
    """List the models: context, prices, inputs, thinking, status."""
    if as_json:
        click.echo(json.dumps([*(as_record(facts) for facts in MODELS), *media_records()], indent=2))
        return
    rows = [row(facts) for facts in MODELS]
    for line in aligned([COLUMNS, *rows]):
        click.echo(line)
    click.echo("\nDollars per million tokens; “–” where MiniMax publishes no price. Any letter case works.")
    for facts in MODELS:
        if facts.nicknames:
            click.echo(f"{', '.join(facts.nicknames)} → {facts.id}")
    for table in (embedding_table(), image_table()):
        click.echo()
        for line in aligned(table):
            click.echo(line)


def row(facts: ModelFacts) -> tuple[str, ...]:
    """Return the table row of one model."""
    return (
        facts.id,
        f"{facts.context:,}",
        f"{facts.max_output:,}",
        *_price_cells(facts),
        "+".join(inputs(facts)),
        THINKING_WORDS[facts.thinking],
        facts.status,
    )


def embedding_table() -> list[tuple[str, ...]]:
    """Return the embedding models, with their headings."""
    rows = [
        (facts.id, f"{facts.context:,}", f"{facts.dimensions:,}", f"{facts.price:.2f}") for facts in catalog.EMBEDDINGS
    ]
    return [("embeddings", "context", "numbers", "$/M in"), *rows]


def image_table() -> list[tuple[str, ...]]:
    """Return the image models, with their headings."""
    rows = [
        (facts.id, str(facts.most), str(facts.references), f"{facts.prompt:,}", *_image_prices(facts.price))
        for facts in catalog.IMAGES
    ]
    return [("images", "at once", "in an edit", "prompt", "$ each", "$/M text in", "$/M image in", "$/M out"), *rows]


def _image_prices(price: catalog.ImagePrice | None) -> tuple[str, str, str, str]:
    if price is None or price.each is not None:
        return (f"{price.each:.4f}" if price and price.each is not None else "–", "–", "–", "–")
    return "–", f"{price.text_in:.2f}", f"{price.image_in:.2f}", f"{price.image_out:.2f}"


def media_records() -> list[dict[str, Any]]:
    """Return the embedding and image models as plain JSON types; ``kind`` says which."""
    return [
        {"kind": kind, **{name: _plain(value) for name, value in _fields(facts)}}
        for kind, listed in (("embedding", catalog.EMBEDDINGS), ("image", catalog.IMAGES))
        for facts in listed
    ]


def _fields(facts: Any) -> list[tuple[str, Any]]:
    return [(field.name, getattr(facts, field.name)) for field in dataclasses.fields(facts)]


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return dict(_fields(value))
    return {name: list(sides) for name, sides in value.items()} if isinstance(value, Mapping) else value


def inputs(facts: ModelFacts) -> list[str]:
    """Return the kinds of content that a message to the model may have."""
    return ["text", *(["image"] if facts.images else []), *(["video"] if facts.video else [])]


def as_record(facts: ModelFacts) -> dict[str, Any]:
    """Return one model as plain JSON types."""
    record = dataclasses.asdict(facts)
    record["thinking"] = facts.thinking.value
    record["inputs"] = inputs(facts)
    return {"kind": "chat", **record}


def aligned(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return lines with aligned columns; numbers are aligned right."""
    table = [list(cells) for cells in rows]
    widths = [max(len(cells[column]) for cells in table) for column in range(len(table[0]))]
    return ["  ".join(_cell(cells[i], widths[i]) for i in range(len(widths))).rstrip() for cells in table]


def _cell(text: str, width: int) -> str:
    numeric = text[:1].isdigit() or text == "–" or text.startswith("$/")
    return text.rjust(width) if numeric else text.ljust(width)


def _price_cells(facts: ModelFacts) -> tuple[str, str, str]:
    if facts.price is None:
        return "–", "–", "–"
    above = facts.long_context_price
    return (
        _dollars(facts.price, above, "input"),
        _dollars(facts.price, above, "output"),
        _dollars(facts.price, above, "cache_read"),
    )


def _dollars(price: Price, above: Price | None, name: str) -> str:
    values = [getattr(each, name) for each in (price, above) if each is not None]
    return " / ".join("–" if value is None else f"{value:.2f}" for value in values)
