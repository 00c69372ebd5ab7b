"""Turns LiteLLM's arguments of an embedding call into the bodies that MiniMax accepts.

MiniMax's API is not OpenAI's: the texts are called ``texts``, and ``type`` must say whether they are to be stored
(``db``) or searched for (``query``). A long list is sent in several requests, because the tokens of one are limited.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from litellm_minimax.wire.faults import InvalidRequest

DIMENSIONS = 1_536
MAX_TEXTS_PER_PART = 50
MAX_TOKENS_PER_PART = 3_500
MAX_CHARACTERS = 32_768
"""A longer text can't fit into the model's 4,096 tokens, even at eight characters per token."""

_BYTES_PER_TOKEN = 3
_TYPES = {"db": "db", "query": "query", "search_document": "db", "search_query": "query"}
_DROPPED = frozenset({"user"})
_KNOWN = frozenset({"type", "input_type", "encoding_format", "dimensions"}) | _DROPPED

Encoding = Literal["float", "base64"]


@dataclass(frozen=True, slots=True)
class Part:
    """One request: its body, and how many texts and (estimated) tokens it holds."""

    body: Mapping[str, Any]
    texts: int
    tokens: int


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    """The requests that one call becomes, in order, and the encoding that the caller wants for the vectors."""

    parts: tuple[Part, ...]
    encoding: Encoding


def build_request(model: str, given: object, parameters: Mapping[str, Any]) -> EmbeddingRequest:
    """Check and translate one embedding call.

    Raises:
        InvalidRequest: the call can't be sent as it is.
    """
    texts = _texts(given)
    unknown = sorted(set(parameters) - _KNOWN)
    if unknown:
        raise InvalidRequest(unknown[0], "MiniMax's embeddings API has no such parameter.", "Leave it out.")
    dimensions = parameters.get("dimensions")
    if dimensions is not None and (isinstance(dimensions, bool) or dimensions != DIMENSIONS):
        raise InvalidRequest(
            "dimensions", f"the vectors always have {DIMENSIONS} numbers.", "Leave it out, and shorten them yourself."
        )
    kind = _kind(parameters)
    parts = tuple(
        Part({"model": model, "texts": part, "type": kind}, len(part), tokens) for part, tokens in _split(texts)
    )
    return EmbeddingRequest(parts, _encoding(parameters.get("encoding_format")))


def _texts(given: object) -> list[str]:
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, Sequence) or isinstance(given, bytes | bytearray):
        raise InvalidRequest("input", "it must be a text or a list of texts.")
    if not given:
        raise InvalidRequest("input", "the list is empty.", "Give at least one text.")
    return [_text(item, f"input[{index}]") for index, item in enumerate(given)]


def _text(item: object, where: str) -> str:
    if isinstance(item, int | list | tuple):
        raise InvalidRequest(
            where,
            "MiniMax takes texts, not token ids.",
            "Send the text itself; in LangChain check_embedding_ctx_length=False.",
        )
    if not isinstance(item, str):
        raise InvalidRequest(where, "it must be a text.")
    if not item.strip():
        raise InvalidRequest(where, "the text is empty.", "Leave it out.")
    if len(item) > MAX_CHARACTERS:
        raise InvalidRequest(
            where, f"{len(item):,} characters can't fit into the model's 4,096 tokens.", "Split the text."
        )
    return item


def _kind(parameters: Mapping[str, Any]) -> str:
    for name in ("type", "input_type"):
        value = parameters.get(name)
        if value is None:
            continue
        kind = _TYPES.get(value) if isinstance(value, str) else None
        if kind is None:
            raise InvalidRequest(
                name, "it must be 'db' (a text to be found) or 'query' (what is searched for).", "The default is 'db'."
            )
        return kind
    return "db"


def _encoding(value: object) -> Encoding:
    if value is None or value == "float":
        return "float"
    if value == "base64":
        return "base64"
    raise InvalidRequest("encoding_format", "it must be 'float' or 'base64'.")


def _split(texts: Sequence[str]) -> list[tuple[list[str], int]]:
    parts: list[tuple[list[str], int]] = []
    part: list[str] = []
    tokens = 0
    for text in texts:
        size = len(text.encode("utf-8", "replace")) // _BYTES_PER_TOKEN + 1
        if part and (len(part) >= MAX_TEXTS_PER_PART or tokens + size > MAX_TOKENS_PER_PART):
            parts.append((part, tokens))
            part, tokens = [], 0
        part.append(text)
        tokens += size
    parts.append((part, tokens))
    return parts
