"""Token estimates and the prompt cache: documented arithmetic instead of a tokeniser.

A token is four characters, rounded up per piece; a message costs 4 more; a request without a system message costs
30 for the hidden default one; thinking of turns before the last user message costs nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litellm_minimax.simulator import conversation as conversations

if TYPE_CHECKING:
    from litellm_minimax.simulator.answers import Answer
    from litellm_minimax.simulator.conversation import Conversation
    from litellm_minimax.simulator.quirks import Quirks

CHARS_PER_TOKEN = 4
PER_MESSAGE = 4
HIDDEN_SYSTEM = 30
PER_PICTURE = 1_500
CACHE_FROM = 512


def tokens(text: str) -> int:
    """Return the estimated tokens of a text."""
    return -(-len(text) // CHARS_PER_TOKEN)


def prompt_tokens(body: dict[str, Any], talk: Conversation, *, sees_pictures: bool) -> list[int]:
    """Return the tokens of the prompt's pieces in cache order: tools and hidden system prompt, then each message."""
    declared = body.get("tools")
    start = tokens(json.dumps(declared)) if declared else 0
    if not talk.system:
        start += HIDDEN_SYSTEM
    in_loop = {id(turn) for turn in talk.loop}
    costs = [start]
    for turn in talk.turns:
        text = turn.text if id(turn) in in_loop else conversations.without_thinking(turn.text)
        cost = PER_MESSAGE + tokens(text) + (PER_PICTURE * turn.pictures if sees_pictures else 0)
        cost += sum(tokens(name) + tokens(arguments) for _, name, arguments in turn.calls)
        if id(turn) in in_loop and turn.reasoning and turn.reasoning not in text:
            cost += tokens(turn.reasoning)
        costs.append(cost)
    return costs


@dataclass(frozen=True, slots=True)
class Usage:
    """The token counts of one answer.

    Attributes:
        prompt: all prompt tokens, cached ones included.
        completion: all completion tokens, thinking included.
        reasoning: the thinking's share.
        cached: prompt tokens read from the cache.
        written: prompt tokens written to an explicit cache.
        explicit: the request asked for caching with ``cache_control``.
    """

    prompt: int
    completion: int
    reasoning: int
    cached: int = 0
    written: int = 0
    explicit: bool = False

    def as_chat(self, quirks: Quirks) -> dict[str, Any]:
        """Return the ``usage`` object of the chat endpoints."""
        told: dict[str, Any] = {"total_tokens": self.prompt + self.completion, "total_characters": 0}
        if quirks.usage_fields == "total":
            return told
        if quirks.dialect != "minimax":
            del told["total_characters"]
        told |= {"prompt_tokens": self.prompt, "completion_tokens": self.completion}
        if quirks.reasoning_tokens != "absent" and (self.reasoning or quirks.dialect == "minimax"):
            extra = 2 if quirks.reasoning_tokens == "over" else 0
            thought = self.completion + extra if extra else self.reasoning
            told["completion_tokens_details"] = {"reasoning_tokens": thought}
        details = self._cache_fields(quirks)
        if details:
            told["prompt_tokens_details"] = details
        return told

    def _cache_fields(self, quirks: Quirks) -> dict[str, int]:
        explicit = self.explicit if quirks.cache_fields == "auto" else quirks.cache_fields == "explicit"
        if explicit:
            return {"cache_creation_input_tokens": self.written, "cache_read_input_tokens": self.cached}
        return {"cached_tokens": self.cached} if self.cached else {}

    def as_anthropic(self) -> dict[str, Any]:
        """Return the ``usage`` object of the Anthropic endpoint, whose input excludes cached tokens."""
        return {
            "input_tokens": self.prompt - self.cached - self.written, "output_tokens": self.completion,
            "cache_creation_input_tokens": self.written, "cache_read_input_tokens": self.cached,
        }  # fmt: skip


def completion_tokens(answer: Answer) -> tuple[int, int]:
    """Return ``(all, thinking)`` tokens of an answer."""
    thought = tokens(answer.reasoning)
    said = tokens(answer.text) + sum(tokens(c.name) + tokens(c.arguments_text) for c in answer.tool_calls)
    if answer.chunks is not None:
        said += sum(tokens(chunk if isinstance(chunk, str) else json.dumps(chunk)) for chunk in answer.chunks)
    return thought + said, thought


class PromptCache:
    """Remembers which prompt prefixes were seen before."""

    def __init__(self, keep: int = 8_192) -> None:
        self._keep = keep
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    def clear(self) -> None:
        """Forget all prefixes."""
        self._seen.clear()

    def look_up(self, body: dict[str, Any], costs: list[int]) -> tuple[int, int, bool]:
        """Return ``(cached, written, explicit)`` tokens of a prompt, and remember it."""
        pieces = [body.get("tools"), *body["messages"]]
        marked = [at for at, piece in enumerate(pieces) if "cache_control" in json.dumps(piece)]
        running, total = hashlib.blake2b(str(body.get("model")).lower().encode(), digest_size=16), 0
        cached = 0
        upto = marked[-1] if marked else len(pieces) - 1
        for at, (piece, cost) in enumerate(zip(pieces, costs, strict=False)):
            running.update(json.dumps(_unmarked(piece), sort_keys=True).encode())
            total += cost
            if at > upto:
                break
            key = running.digest()
            if key in self._seen and total >= CACHE_FROM:
                cached = total
            self._seen[key] = None
        while len(self._seen) > self._keep:
            self._seen.popitem(last=False)
        written = sum(costs[: upto + 1]) - cached if marked else 0
        whole = sum(costs[: upto + 1])
        return cached, written if whole >= CACHE_FROM else 0, bool(marked)


def _unmarked(piece: Any) -> Any:
    """Return a message without its cache markers, which move from request to request."""
    if isinstance(piece, list):
        return [_unmarked(entry) for entry in piece]
    if isinstance(piece, dict):
        return {name: _unmarked(value) for name, value in piece.items() if name != "cache_control"}
    return piece
