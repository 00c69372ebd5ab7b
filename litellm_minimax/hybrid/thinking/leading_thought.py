"""A thought in tags at the start of a model's answer, brought to where thinking belongs: ``reasoning_content``.

Servers without a reasoning parser send ``<think>…</think>`` as text. MiniMax's own models are read by this package
already; an answer of another model passes through here. Only what the answer begins with is a thought: a tag further
on is what the answer talks about.
"""

from __future__ import annotations

from typing import Any, Literal

from litellm_minimax.hybrid.thinking.deltas import CLOSING, OPENING, held_back, may_become_opening, reasoning_of


class LeadingThought:
    """Reads the chunks of one answer; what may be the start of a tag is held back until that is clear."""

    __slots__ = ("_held", "_state")

    def __init__(self) -> None:
        self._state: Literal["start", "thought", "closed", "over"] = "start"
        self._held = ""

    def take(self, chunk: Any) -> Any:
        """The chunk as the client may see it; the chunk itself is not changed."""
        choices = list(chunk.choices or ())
        if self._state == "over" or len(choices) != 1 or choices[0].index != 0:
            return chunk
        choice = choices[0]
        content = choice.delta.content or ""
        ends = bool(choice.finish_reason or choice.delta.tool_calls)
        if self._state == "start" and reasoning_of(choice.delta):
            self._state = "over"  # it tells its thinking natively
        if not (content or ends or self._held):
            return chunk
        thought, text = self._read(content)
        if ends:
            thought, text = self._flushed(thought, text)
        if text == content and not thought:
            return chunk
        changed: dict[str, Any] = {"content": text or None}
        if thought:
            changed["reasoning_content"] = thought
        delta = choice.delta.model_copy(update=changed)
        return chunk.model_copy(update={"choices": [choice.model_copy(update={"delta": delta})]})

    def _read(self, content: str) -> tuple[str, str]:
        """What of the text so far is clear: thinking, and text behind it."""
        text, self._held = self._held + content, ""
        if self._state == "start":
            said = text.lstrip()
            near = len(text) - len(said) < _MOST_BLANK
            opening = OPENING.match(said) if near else None
            if opening is None and near and may_become_opening(said):
                self._held = text
                return "", ""
            if opening is None:
                self._state = "over"
                return "", text
            self._state, text = "thought", said[opening.end() :]
        if self._state == "thought":
            return self._in_thought(text)
        return "", self._behind(text)

    def _in_thought(self, text: str) -> tuple[str, str]:
        closing = CLOSING.search(text)
        if closing is None:
            safe = len(text) - held_back(text)
            self._held = text[safe:]
            return text[:safe], ""
        self._state = "closed"
        return text[: closing.start()], self._behind(text[closing.end() :])

    def _behind(self, text: str) -> str:
        """Without the blank lines between a thought and the answer."""
        if self._state == "closed":
            text = text.lstrip()
            self._state = "over" if text else "closed"
        return text

    def _flushed(self, thought: str, text: str) -> tuple[str, str]:
        """What is still held when the answer is over."""
        held, self._held = self._held, ""
        inside, self._state = self._state == "thought", "over"
        return (thought + held, text) if inside else (thought, text + held)


_MOST_BLANK = 1024
"""Characters of white space for which a tag is waited for."""
