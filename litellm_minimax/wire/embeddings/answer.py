"""Reads MiniMax's answer to one embedding request: a vector for each text, or an error inside HTTP 200."""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from litellm_minimax.wire.faults import ProtocolFault
from litellm_minimax.wire.incoming.errors_told import fault_in
from litellm_minimax.wire.incoming.json_object import json_object

if TYPE_CHECKING:
    from litellm_minimax.wire.embeddings.request import Encoding, Part

_LARGEST_FLOAT = 3.4e38

Vector = list[float] | str


@dataclass(frozen=True, slots=True)
class EmbeddingAnswer:
    """The vectors of one request in the order of its texts, and the tokens that MiniMax counted."""

    vectors: tuple[Vector, ...]
    tokens: int


def read_answer(body: bytes, part: Part, encoding: Encoding, trace_id: str | None = None) -> EmbeddingAnswer:
    """Read the body of an HTTP 200 answer.

    Raises:
        UpstreamFault: the body holds an error.
        ProtocolFault: the body is not what MiniMax sends.
    """
    value = json_object(body, "an embedding call")
    fault = fault_in(value, trace_id=trace_id)
    if fault is not None:
        raise fault
    vectors = value.get("vectors")
    if not isinstance(vectors, list) or len(vectors) != part.texts:
        came = len(vectors) if isinstance(vectors, list) else "no"
        raise ProtocolFault(f"{part.texts} texts were sent and {came} vectors came back.")
    tokens = value.get("total_tokens")
    # MiniMax has been seen to send no count, or 0; an estimate keeps the spend from being lost.
    counted = tokens if isinstance(tokens, int) and not isinstance(tokens, bool) and tokens > 0 else part.tokens
    return EmbeddingAnswer(tuple(_vector(item, encoding) for item in vectors), counted)


def _vector(item: object, encoding: Encoding) -> Vector:
    if not isinstance(item, list) or not item or not all(map(_is_number, item)):
        raise ProtocolFault("a vector in the answer is not a list of numbers.")
    return _packed(item) if encoding == "base64" else item


def _is_number(value: object) -> bool:
    return type(value) in {int, float} and abs(value) <= _LARGEST_FLOAT  # type: ignore[arg-type] # NaN fails, too


def _packed(vector: Sequence[float]) -> str:
    """Encode a vector as OpenAI does: 32-bit floats, little-endian, in base64."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")
