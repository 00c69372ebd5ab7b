r"""Thinking and answer told apart in a text that has both, as it streams.

MiniMax's own format is ``<think>\n…\n</think>\n\nanswer``; ``<mm:think>`` is M3's. With ``reasoning_split`` the text
should have no tags, but they leak: at the front, at the very end, alone, twice, or with the other model's closer. The
rules, chosen so that an answer that *talks* about the tags is left alone:

* At the start (of the text, or behind a closed thought) an opening tag begins a thought, and a stray closer is dropped.
* Further on, an opening tag begins a thought only when it stands alone on its line, outside a code fence.
* Further on, a closer is dropped only at the end of its line, outside a code fence and outside backticks.
* Where a text begins inside a thought (raw M2 output does), its first closer ends the thought.
* Inside tool-call markup, where that is read, a tag is a part of an argument: a file that an agent writes, say.
"""

from __future__ import annotations

import re
from typing import Literal

from litellm_minimax.wire.events import Reasoning, Text
from litellm_minimax.wire.prose import Prose

Piece = Reasoning | Text

_TAGS = ("<think>", "</think>", "<mm:think>", "</mm:think>")
_TAG_START = re.compile(r"[<\[]")
_LONGEST = max(map(len, _TAGS))
_LONGEST_BLANK = 1024
"""White space at the end of a thought is held until it is known whether more follows, up to this many characters."""
_OPENER = re.compile(r"<(?:mm:)?think>")
_CLOSER = re.compile(r"</(?:mm:)?think>")
_TAG = re.compile(r"</?(?:mm:)?think>")
_CALLS = re.compile(r"<minimax:tool_call>|<\]minimax\[>\[<tool_call>")
"""Where tool-call markup begins; M3's special token without its first character, which may have come before."""
_CALLS_END = re.compile(r"</minimax:tool_call>|\[</tool_call>")
_CALLS_TAGS = ("<minimax:tool_call>", "<]minimax[>[<tool_call>")
_CALLS_END_TAGS = ("</minimax:tool_call>", "[</tool_call>")
_TAG_OR_CALLS = re.compile(f"{_TAG.pattern}|{_CALLS.pattern}")


class ThinkSplitter:
    r"""Splits one text. It holds back only what may be part of a tag, or blank lines in front of something.

    >>> splitter = ThinkSplitter()
    >>> splitter.feed("<th"), splitter.feed("ink>hm</think>\n\nok"), splitter.close()
    ([], [Reasoning(text='hm'), Text(text='ok')], [])
    """

    __slots__ = (
        "_fresh",
        "_held",
        "_implicit",
        "_keep_closers",
        "_lone_closer",
        "_mark",
        "_prose",
        "_state",
        "_tags",
        "_unclosed",
    )

    def __init__(
        self, implicit: Literal["no", "maybe", "yes"] = "no", *, markup: bool = False, keep_closers: bool = False
    ) -> None:
        """``implicit``: whether the text begins inside a thought; ``maybe`` waits for the closer that tells.

        ``markup``: whether the text may have tool-call markup, to be left as it is. ``keep_closers``: a closer further
        on that nothing opened stays in the text.
        """
        self._state: Literal["start", "text", "thought", "unsure", "calls"] = "start"
        self._tags = _TAGS + _CALLS_TAGS if markup else _TAGS
        self._mark = _TAG_OR_CALLS if markup else _TAG
        self._implicit = implicit
        self._keep_closers = keep_closers
        if implicit == "yes":
            self._state = "thought"
        elif implicit == "maybe":
            self._state = "unsure"
        self._held = ""
        self._unclosed: list[str] = []
        self._prose = Prose()
        self._fresh = True
        """The thought has no visible character yet."""
        self._lone_closer = True
        """A closer that nothing opened may still end a thought."""

    def feed(self, text: str) -> list[Piece]:
        """What the next piece of the text adds."""
        if not text:
            return []
        if self._state == "text" and not self._held and "<" not in text:
            self._prose.add(text)
            return [Text(text)]
        pieces: list[Piece] = []
        rest = self._held + text
        self._held = ""
        while rest:
            rest = self._step(rest, pieces)
        return pieces

    def close(self, *, cut: bool = False) -> list[Piece]:
        """The end of the text. ``cut``: it was ended by the token limit, so a thought may well lack its closer."""
        rest, self._held = self._held, ""
        state, implicit = self._state, self._implicit != "no"
        if state == "unsure":
            text = _without_blank_lines("".join(self._unclosed) + rest)
            return [Text(text)] if text.strip() else []
        if state == "thought":
            ending: list[Piece] = [Reasoning(rest.rstrip())] if rest.strip() else []
            if implicit and not cut:
                # No closer ever came, so there was no thought: what was shown as one is the answer.
                answer = _without_blank_lines("".join(self._unclosed) + rest)
                return [*ending, Text(answer)] if answer.strip() else ending
            return ending
        if state == "start":
            return [Text(rest.lstrip())] if rest.strip() else []
        bare = rest.strip()
        return [] if bare in _TAGS and self._is_stray(bare) else ([Text(rest)] if rest else [])

    def settle(self) -> list[Piece]:
        """The thinking comes in a field of its own: the text does not begin inside a thought after all."""
        self._lone_closer = False
        if self._implicit == "no":
            return []
        self._implicit = "no"
        if self._state == "unsure" or (self._state == "thought" and self._fresh):
            self._state = "start"
            text, self._unclosed = "".join(self._unclosed) + self._held, []
            self._held = ""
            return self.feed(text)
        return []

    def _step(self, rest: str, pieces: list[Piece]) -> str:
        match self._state:
            case "start":
                return self._at_start(rest, pieces)
            case "text":
                return self._in_text(rest, pieces)
            case "thought":
                return self._in_thought(rest, pieces)
            case "unsure":
                return self._in_doubt(rest, pieces)
            case _:
                return self._in_calls(rest, pieces)

    def _at_start(self, rest: str, pieces: list[Piece]) -> str:
        visible = rest.lstrip()
        if not visible:
            self._held = _without_blank_lines(rest)  # the indentation may still belong to the answer
            return ""
        tag = _TAG.match(visible)
        if tag:
            if not tag[0].startswith("</"):
                self._begin_thought()
            return visible[tag.end() :]
        if _may_begin_a_tag(visible):
            self._held = _without_blank_lines(rest)
            return ""
        rest = _without_blank_lines(rest)
        lone = self._mark.search(rest) if self._lone_closer else None
        self._lone_closer = False
        if lone and lone[0].startswith("</") and self._ends_a_thought(rest, lone):
            pieces.append(Reasoning(rest[: lone.start()].strip()))
            return rest[lone.end() :]
        self._state, self._prose = "text", Prose()
        return rest

    def _ends_a_thought(self, text: str, closer: re.Match[str]) -> bool:
        """Whether a closer that nothing opened, in the very piece that begins the text, ends a thought."""
        before = Prose()
        before.add(text[: closer.start()])
        return not before.quoted and text[closer.end() : closer.end() + 1] in {"", "\n", "\r"}

    def _in_text(self, rest: str, pieces: list[Piece]) -> str:
        tag = self._mark.search(rest)
        if tag is None:
            held = _begun_tag(rest, self._tags)
            self._emit(rest[: len(rest) - held], pieces)
            self._held = rest[len(rest) - held :]
            return ""
        after = rest[tag.end() :]
        if _CALLS.match(tag[0]):
            self._emit(rest[: tag.start()], pieces)
            self._state = "text" if self._prose.quoted else "calls"
            self._emit(tag[0], pieces)
            return after
        if not after:
            # Whether it is alone on its line is seen with the next character, or at the end.
            self._emit(rest[: tag.start()], pieces)
            self._held = tag[0]
            return ""
        self._emit(rest[: tag.start()], pieces)
        if after[0] in "\r\n" and self._is_stray(tag[0]):
            if tag[0].startswith("</"):
                if self._keep_closers:
                    self._emit(tag[0], pieces)
                return after
            self._begin_thought()
            return after
        self._emit(tag[0], pieces)
        return after

    def _in_calls(self, rest: str, pieces: list[Piece]) -> str:
        end = _CALLS_END.search(rest)
        if end is None:
            held = _begun_tag(rest, _CALLS_END_TAGS)
            if held < len(rest):
                pieces.append(Text(rest[: len(rest) - held]))
            self._held = rest[len(rest) - held :]
            return ""
        pieces.append(Text(rest[: end.end()]))
        self._state, self._prose = "text", Prose()
        return rest[end.end() :]

    def _is_stray(self, tag: str) -> bool:
        """Whether a tag at the end of the current line is a leak, and not part of what the answer says."""
        return not self._prose.quoted and (tag.startswith("</") or self._prose.line_is_blank)

    def _begin_thought(self) -> None:
        self._state, self._fresh, self._lone_closer = "thought", True, False

    def _in_thought(self, rest: str, pieces: list[Piece]) -> str:
        if self._fresh and self._implicit == "yes" and (tag := _OPENER.match(rest.lstrip())):
            self._implicit = "no"  # it was told after all
            rest = rest.lstrip()[tag.end() :]
        closer = _CLOSER.search(rest)
        if closer is None:
            held = _begun_tag(rest, _TAGS)
            thought = rest[: len(rest) - held]
            kept = thought.rstrip()
            if len(thought) - len(kept) > _LONGEST_BLANK:
                kept = thought
            self._held = rest[len(kept) :]
            self._think(kept, pieces)
            return ""
        self._think(rest[: closer.start()].rstrip(), pieces)
        self._end_thought()
        return rest[closer.end() :]

    def _end_thought(self) -> None:
        self._state, self._implicit, self._unclosed, self._lone_closer = "start", "no", [], False

    def _think(self, thought: str, pieces: list[Piece]) -> None:
        if self._fresh:
            thought = thought.lstrip()
        if not thought:
            return
        self._fresh = False
        if self._implicit == "yes":
            self._unclosed.append(thought)
        pieces.append(Reasoning(thought))

    def _in_doubt(self, rest: str, pieces: list[Piece]) -> str:
        visible = rest.lstrip()
        if not self._unclosed and (not visible or _may_begin_a_tag(visible)):
            self._held = _without_blank_lines(rest)
            return ""
        if not self._unclosed and _OPENER.match(visible):
            self._state, self._implicit = "start", "no"
            return rest
        closer = _CLOSER.search(rest)
        if closer is None:
            held = _begun_tag(rest, _TAGS)
            self._unclosed.append(rest[: len(rest) - held])
            self._held = rest[len(rest) - held :]
            return ""
        thought = ("".join(self._unclosed) + rest[: closer.start()]).strip()
        if thought:
            pieces.append(Reasoning(thought))
        self._end_thought()
        return rest[closer.end() :]

    def _emit(self, text: str, pieces: list[Piece]) -> None:
        if text:
            self._prose.add(text)
            pieces.append(Text(text))


def _without_blank_lines(text: str) -> str:
    """A text without the blank lines in front of it, but with its first line's indentation."""
    visible = len(text) - len(text.lstrip())
    return text[max(text.rfind("\n", 0, visible) + 1, visible - _LONGEST_BLANK) :]


def _may_begin_a_tag(text: str) -> bool:
    return len(text) < _LONGEST and any(tag.startswith(text) for tag in _TAGS)


def _begun_tag(text: str, tags: tuple[str, ...]) -> int:
    """How many of the last characters may be the beginning of a tag."""
    start = max(0, len(text) - max(map(len, tags)) + 1)
    while found := _TAG_START.search(text, start):
        if any(tag.startswith(text[found.start() :]) for tag in tags):
            return len(text) - found.start()
        start = found.end()
    return 0
