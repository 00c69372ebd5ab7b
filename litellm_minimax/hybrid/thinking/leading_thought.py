"""Moves a thought in tags at the start of a model's answer to ``reasoning_content``.

Servers without a reasoning parser send ``<think>…</think>`` as text. For MiniMax's models this package's own provider
handles that; this module handles other models. Only a tag at the start of the answer begins a thought: a later one is
part of the answer's text.
"""

from __future__ import annotations

from typing import Any, Literal

from litellm_minimax.hybrid.thinking.deltas import CLOSING, OPENING, held_back, may_become_opening, reasoning_of


class LeadingThought:
    """Reads the chunks of one answer. Text that may be the start of a tag is held back until that is clear."""

    __slots__ = ("_held", "_state")

    def __init__(self) -> None:
        self._state: Literal["start", "thought", "closed", "over"] = "start"
        self._held = ""

    def take(self, chunk: Any) -> Any:
        """Return the chunk with its thinking moved; the given chunk is not changed."""
        choices = list(chunk.choices or ())
        if self._state == "over" or len(choices) != 1 or choices[0].index != 0:
            return chunk
        choice = choices[0]
        content = choice.delta.content or ""
        ends = bool(choice.finish_reason or choice.delta.tool_calls)
        if self._state == "start" and reasoning_of(choice.delta):
            self._state = "over"  # this server already separates the thinking
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
        """Return the thinking and the text after it, as far as they can be told apart."""
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
        """Return ``text`` without the blank lines between a thought and the answer."""
        if self._state == "closed":
            text = text.lstrip()
            self._state = "over" if text else "closed"
        return text

    def _flushed(self, thought: str, text: str) -> tuple[str, str]:
        """Return ``thought`` and ``text`` with what is still held back when the answer ends."""
        held, self._held = self._held, ""
        inside, self._state = self._state == "thought", "over"
        return (thought + held, text) if inside else (thought, text + held)


_MOST_BLANK = 1024
"""With this much white space at the start of an answer, a thought is no longer looked for."""
