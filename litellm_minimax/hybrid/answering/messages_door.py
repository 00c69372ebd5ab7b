"""A hybrid's stream for ``/v1/messages``, where LiteLLM turns the chunks into content blocks.

Its adapter (as of 1.108.7) begins a block where the kind of content changes, and treats a chunk without content as
text. This goes wrong in two cases, which are corrected here:

- The reasoner's thinking and the executor's signed thinking would share a block, which the signing provider refuses
  when it is replayed. They are given different block numbers, which keeps the blocks apart.
- A chunk without content (a keep-alive, the breakdown) would begin an empty text block after a tool call, which
  Anthropic refuses too. It is given the kind of the open block.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from typing import Any

from litellm.types.utils import Delta, ModelResponseStream, StreamingChoices

_REASONERS = -1
"""The number of the reasoner's block; providers count theirs from 0."""


async def with_blocks_apart(
    chunks: AsyncGenerator[ModelResponseStream, None],
) -> AsyncGenerator[ModelResponseStream, None]:
    """Yield ``chunks`` with the additions that keep their blocks apart; closing this closes ``chunks``."""
    silent: dict[str, Any] = {}
    unsigned = False
    async with contextlib.aclosing(chunks):
        async for chunk in chunks:
            if not chunk.choices or chunk.choices[0].finish_reason:
                yield chunk
                continue
            delta = chunk.choices[0].delta
            blocks = getattr(delta, "thinking_blocks", None)
            if delta.tool_calls:
                silent, unsigned = _silent_call(delta.tool_calls[-1]), False
            elif delta.content:
                silent, unsigned = {}, False
            elif blocks:
                if unsigned:
                    yield _block(chunk, _REASONERS)
                    yield _block(chunk, _number(blocks[0]))
                silent, unsigned = _silent_thought(), False
            elif getattr(delta, "reasoning_content", None):
                silent, unsigned = _silent_thought(), True
            speaks = delta.tool_calls or delta.content or blocks or getattr(delta, "reasoning_content", None)
            yield chunk if speaks else _with_delta(chunk, delta.model_copy(update=silent))


def _silent_call(call: Any) -> dict[str, Any]:
    silent = call.model_copy(update={"id": None, "function": call.function.model_copy(update=_NO_WORD)})
    return {"tool_calls": [silent]}


_NO_WORD = {"name": None, "arguments": ""}


def _silent_thought() -> dict[str, Any]:
    return {"thinking_blocks": [{"type": "thinking", "thinking": ""}]}


def _block(chunk: ModelResponseStream, number: int) -> ModelResponseStream:
    """Return a chunk with an empty thought in the block with this number."""
    return _with_delta(chunk, Delta(thinking_blocks=[{"type": "thinking", "thinking": "", "index": number}]))


def _with_delta(chunk: ModelResponseStream, delta: Delta) -> ModelResponseStream:
    return chunk.model_copy(update={"choices": [StreamingChoices(index=chunk.choices[0].index, delta=delta)]})


def _number(block: Any) -> int:
    number = block.get("index") if isinstance(block, dict) else None
    return number if isinstance(number, int) else 0
