r"""Separates thinking from the answer in a text that holds both, while it streams.

MiniMax's own format is ``<think>\n…\n</think>\n\nanswer``; ``<mm:think>`` is M3's. With ``reasoning_split`` the text
should have no tags, but they leak: at the front, at the very end, alone, twice, or as another model's closing tag
(``</thinking>``, ``</thought>``, with spaces in it). The rules leave an answer that *talks* about the tags alone:

* At the start (of the text, or after a closed thought) an opening tag begins a thought, and a stray closing tag is
  dropped.
* Later, an opening tag begins a thought only if it is alone on its line, outside a code fence.
* Later, a closing tag is dropped only at the end of its line, outside a code fence and outside backticks.
* If a text begins inside a thought (raw M2 output does), the first closing tag alone on its line ends the thought.
* Inside a tool call that is written as text, a tag is part of an argument, such as the content of a file.
* A call inside a thought that is closed later is part of the thought. If the thought is never closed, it is a call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable
from typing import Literal

from litellm_minimax.wire.events import Reasoning, Text
from litellm_minimax.wire.markup.notation import CALL
from litellm_minimax.wire.prose import Prose

Piece = Reasoning | Text

_BLANK = r"[ \t]{0,8}+"
_CLOSER = re.compile(rf"<{_BLANK}/{_BLANK}(?:(?:mm:)?think(?P<other>ing)?|(?P<thought>thought)){_BLANK}>")
_OPENER = re.compile(r"<(?:mm:)?think(?:ing)?>")
_TAG = re.compile(f"{_OPENER.pattern}|{_CLOSER.pattern}")
_TAG_BEGUN = re.compile(rf"<(?:{_BLANK}/?{_BLANK}[a-z:]{{0,9}}+{_BLANK})?\Z")
_WORDS = ("think", "thinking", "thought", "mm:think", "mm:thinking")
_LONGEST = 48
_CALL_ON_A_LINE = re.compile(rf"\n[ \t]{{0,16}}+(?={CALL.pattern})")
_LINE_BEGUN = re.compile(r"\n[ \t]{0,16}+(?:\][^\n]{0,12}+(?:<[^\n>]{0,60}+)?|[<&][^\n>]{0,60}+)?\Z")
_WINDOW = 8192
_LONGEST_BLANK = 1024
"""White space at the end of a thought is held until it is known whether more follows, but no more than this."""


class ThinkSplitter:
    r"""Splits one text. It holds back only possible parts of a tag, and blank lines that may precede something.

    >>> splitter = ThinkSplitter()
    >>> splitter.feed("<th"), splitter.feed("ink>hm</think>\n\nok"), splitter.close()
    ([], [Reasoning(text='hm'), Text(text='ok')], [])
    """

    __slots__ = (
        "_calls_in", "_doubt", "_fresh", "_held", "_implicit", "_inside", "_keep_closers", "_lone_closer", "_prose",
        "_state", "_tail", "_thinking", "_unclosed",
    )  # fmt: skip

    def __init__(
        self,
        implicit: Literal["no", "maybe", "yes"] = "no",
        *,
        inside_call: Callable[[], bool] | None = None,
        calls_in: Callable[[str], bool] | None = None,
        prose: Prose | None = None,
        keep_closers: bool = False,
    ) -> None:
        """Set up for one text.

        Args:
            implicit: whether the text begins inside a thought; ``maybe`` waits for a closing tag to decide.
            inside_call: whether the text returned so far ends inside a tool call; asked between pieces.
            calls_in: whether a text holds tool calls.
            prose: the Markdown state of the text returned so far.
            keep_closers: leave later closing tags without an opening tag in the text.
        """
        self._state: Literal["start", "text", "thought", "unsure", "call in a thought"] = "start"
        self._inside = inside_call
        self._calls_in = calls_in
        self._implicit = implicit
        self._keep_closers = keep_closers
        if implicit == "yes":
            self._state = "thought"
        elif implicit == "maybe":
            self._state = "unsure"
        self._held = ""
        self._unclosed: list[str] = []
        self._doubt: list[str] = []
        """A call inside a thought and all that follows it, until the thought is closed or the text ends."""
        self._tail = ""
        self._prose = prose or Prose()
        self._thinking = Prose()
        """The Markdown state of a thought without an opening tag: a closing tag in its code does not end it."""
        self._fresh = True
        """Whether the thought has no visible character yet."""
        self._lone_closer = True
        """Whether a closing tag without an opening tag may still end a thought."""

    def feed(self, text: str) -> Iterable[Piece]:
        """Yield what the next piece adds. With ``inside_call``, read all of it before the next piece is fed."""
        if not text:
            return []
        if self._state == "text" and not self._held and "<" not in text:
            if self._inside is None:
                self._prose.add(text)
            return [Text(text)]
        pieces = self._pieces(text)
        return pieces if self._inside is not None else list(pieces)

    def _pieces(self, text: str) -> Generator[Piece]:
        rest = self._held + text
        self._held = ""
        while rest:
            if self._starts or len(rest) <= _WINDOW:
                rest = yield from self._step(rest)
                continue
            # Each tag copies the text after it, so a long text is looked at in parts to keep the copies short.
            head, rest = rest[:_WINDOW], rest[_WINDOW:]
            while head and not self._starts:
                head = yield from self._step(head)
            rest = self._held + head + rest
            self._held = ""

    def close(self, *, cut: bool = False) -> list[Piece]:
        """End the text. With ``cut`` the token limit ended it, so a thought may well lack its closing tag."""
        rest, self._held = self._held, ""
        implicit = self._implicit != "no"
        if self._state == "unsure":
            text = _without_blank_lines("".join(self._unclosed) + rest)
            return [Text(text)] if text.strip() else []
        if self._state == "call in a thought":
            doubt = "".join(self._doubt)
            if self._calls_in is not None and self._calls_in(doubt):
                return [Text(doubt.lstrip("\r\n"))]
            rest = doubt
        if self._state in {"thought", "call in a thought"}:
            if _CLOSER.fullmatch(rest.strip()):  # alone on its line, or it would not have been held
                return []
            ending: list[Piece] = [Reasoning(rest.rstrip())] if rest.strip() else []
            if implicit and not cut:
                # No closing tag came, so there was no thought: what was shown as one is the answer.
                answer = _without_blank_lines("".join(self._unclosed) + rest)
                return [*ending, Text(answer)] if answer.strip() else ending
            return ending
        if self._state == "start":
            return [Text(rest.lstrip())] if rest.strip() else []
        bare = rest.strip()
        stray = _TAG.fullmatch(bare)
        if stray and not self._in_call() and self._is_stray(stray):
            return []
        return [Text(rest)] if rest else []

    def settle(self) -> list[Piece]:
        """Note that thinking comes in its own field: the text does not begin inside a thought after all."""
        self._lone_closer = False
        if self._implicit == "no":
            return []
        self._implicit = "no"
        if self._state == "unsure" or (self._state == "thought" and self._fresh):
            self._state = "start"
            text, self._unclosed = "".join(self._unclosed) + self._held, []
            self._held = ""
            return list(self.feed(text))
        return []

    def _step(self, rest: str) -> Generator[Piece, None, str]:
        match self._state:
            case "start":
                return (yield from self._at_start(rest))
            case "text":
                return (yield from self._in_text(rest))
            case "thought":
                return (yield from self._in_thought(rest))
            case "unsure":
                return (yield from self._in_doubt(rest))
            case _:
                return (yield from self._in_a_thoughts_call(rest))

    @property
    def _starts(self) -> bool:
        return self._state == "start"

    def _in_call(self) -> bool:
        return self._inside is not None and self._inside()

    def _at_start(self, rest: str) -> Generator[Piece, None, str]:
        visible = rest.lstrip()
        if not visible:
            self._held = _without_blank_lines(rest)  # the indentation may be part of the answer
            return ""
        tag = _TAG.match(visible)
        if tag:
            if not _closes(tag):
                self._begin_thought()
            return visible[tag.end() :]
        if _may_begin_a_tag(visible):
            self._held = _without_blank_lines(rest)
            return ""
        rest = _without_blank_lines(rest)
        lone = _TAG.search(rest) if self._lone_closer else None
        self._lone_closer = False
        if lone and _closes(lone) and self._ends_a_thought(rest, lone):
            yield Reasoning(rest[: lone.start()].strip())
            return rest[lone.end() :]
        self._state = "text"
        if self._inside is None:
            self._prose = Prose()
        return rest

    def _ends_a_thought(self, text: str, closer: re.Match[str]) -> bool:
        """Whether a closing tag without an opening tag, in the first piece of the text, ends a thought."""
        before = Prose()
        before.add(text[: closer.start()])
        return not before.quoted and text[closer.end() : closer.end() + 1] in {"", "\n", "\r"} and (
            before.line_is_blank or not _of_another(closer)
        ) and not CALL.search(text, 0, closer.start())  # fmt: skip

    def _in_text(self, rest: str) -> Generator[Piece, None, str]:
        tag = _TAG.search(rest)
        if tag is None:
            held = _begun_tag(rest)
            yield from self._said(rest[: len(rest) - held])
            self._held = rest[len(rest) - held :]
            return ""
        yield from self._said(rest[: tag.start()])
        after = rest[tag.end() :]
        if self._in_call():
            yield from self._said(tag[0])
            return after
        if not after:
            # Whether it is alone on its line shows with the next character, or at the end.
            self._held = tag[0]
            return ""
        if after[0] in "\r\n" and self._is_stray(tag):
            if _closes(tag):
                if self._keep_closers:
                    yield from self._said(tag[0])
                return after
            self._begin_thought()
            return after
        yield from self._said(tag[0])
        return after

    def _is_stray(self, tag: re.Match[str]) -> bool:
        """Whether a tag at the end of the current line is a leak, not part of the answer."""
        own = self._prose.line_is_blank
        return not self._prose.quoted and (own or (_closes(tag) and not _of_another(tag)))

    def _begin_thought(self) -> None:
        self._state, self._fresh, self._lone_closer = "thought", True, False

    def _in_thought(self, rest: str) -> Generator[Piece, None, str]:
        if self._fresh and self._implicit == "yes" and (tag := _OPENER.match(rest.lstrip())):
            self._implicit = "no"  # the opening tag came after all
            rest = rest.lstrip()[tag.end() :]
        closer, wait = self._closer(rest)
        call = _CALL_ON_A_LINE.search(rest) if self._calls_in is not None else None
        if call is not None and (closer is None or call.start() < closer.start()):
            yield from self._think(rest[: call.start()].rstrip())
            self._state, self._tail = "call in a thought", ""
            return rest[call.start() :]
        if closer is None:
            held = max(len(rest) - wait if wait >= 0 else 0, _begun_tag(rest))
            if self._calls_in is not None and (line := _LINE_BEGUN.search(rest, max(0, len(rest) - 90))):
                held = max(held, len(rest) - line.start())
            thought = rest[: len(rest) - held]
            kept = thought.rstrip()
            if len(thought) - len(kept) > _LONGEST_BLANK:
                kept = thought
            self._held = rest[len(kept) :]
            yield from self._think(kept)
            return ""
        yield from self._think(rest[: closer.start()].rstrip())
        self._end_thought()
        return rest[closer.end() :]

    def _closer(self, rest: str) -> tuple[re.Match[str] | None, int]:
        """Return the closing tag that ends the thought, and where a possible one begins that needs more text, or -1."""
        # White space before a thought is not shown, so it is not part of its lines either.
        prose, position = self._thinking.copy(), len(rest) - len(rest.lstrip()) if self._fresh else 0
        for found in _CLOSER.finditer(rest, position):
            if self._implicit != "yes" and not _of_another(found):
                return found, -1
            if self._fresh and not rest[position : found.start()].strip():
                return found, -1
            prose.add(rest[position : found.start()])
            position = found.start()
            behind = rest[found.end() : found.end() + 1]
            if not prose.line_is_blank or (self._implicit == "yes" and prose.quoted):
                continue
            if not behind:
                return None, found.start()
            if behind in "\r\n":
                return found, -1
        return None, -1

    def _in_a_thoughts_call(self, rest: str) -> Generator[Piece, None, str]:
        window = self._tail + rest
        closer = _CLOSER.search(window)
        if closer is None:
            self._doubt.append(rest)
            self._tail = window[-_LONGEST:]
            return ""
        self._doubt.append(rest)
        whole = "".join(self._doubt)
        end = len(whole) - len(window) + closer.start()
        self._doubt = []
        self._state = "thought"
        yield from self._think(whole[:end].rstrip())
        self._end_thought()
        return window[closer.end() :]

    def _end_thought(self) -> None:
        self._state, self._implicit, self._unclosed, self._lone_closer = "start", "no", [], False

    def _think(self, thought: str) -> Generator[Piece]:
        if self._fresh:
            thought = thought.lstrip()
        if not thought:
            return
        self._fresh = False
        self._thinking.add(thought)
        if self._implicit == "yes":
            self._unclosed.append(thought)
        yield Reasoning(thought)

    def _in_doubt(self, rest: str) -> Generator[Piece, None, str]:
        visible = rest.lstrip()
        if not self._unclosed and (not visible or _may_begin_a_tag(visible)):
            self._held = _without_blank_lines(rest)
            return ""
        if not self._unclosed and (_OPENER.match(visible) or (self._calls_in is not None and CALL.match(visible))):
            self._state, self._implicit = "start", "no"
            return rest
        prose, position = self._thinking.copy(), 0
        for closer in _CLOSER.finditer(rest):
            prose.add(rest[position : closer.start()])
            first = not (self._unclosed or position or rest[: closer.start()].strip())
            position = closer.start()
            behind = rest[closer.end() : closer.end() + 1]
            if not first and (prose.quoted or not prose.line_is_blank or behind not in {"", "\r", "\n"}):
                continue
            if not first and not behind:
                self._wait(rest, closer.start())
                return ""
            thought = ("".join(self._unclosed) + rest[: closer.start()]).strip()
            if thought:
                yield Reasoning(thought)
            self._end_thought()
            return rest[closer.end() :]
        self._wait(rest, len(rest) - _begun_tag(rest))
        return ""

    def _wait(self, rest: str, at: int) -> None:
        self._unclosed.append(rest[:at])
        self._thinking.add(rest[:at])
        self._held = rest[at:]

    def _said(self, text: str) -> Generator[Piece]:
        if text:
            if self._inside is None:
                self._prose.add(text)
            yield Text(text)


def _closes(tag: re.Match[str]) -> bool:
    return "/" in tag[0]


def _of_another(closer: re.Match[str]) -> bool:
    """Whether a closing tag is not MiniMax's own, so that an answer or a thought may well be talking about it."""
    return closer["other"] is not None or closer["thought"] is not None


def _without_blank_lines(text: str) -> str:
    """Return the text without its leading blank lines, but with its first line's indentation."""
    visible = len(text) - len(text.lstrip())
    return text[max(text.rfind("\n", 0, visible) + 1, visible - _LONGEST_BLANK) :]


def _may_begin_a_tag(text: str) -> bool:
    return len(text) < _LONGEST and _begun_tag(text) == len(text)


def _begun_tag(text: str) -> int:
    """Return how many of the last characters may begin a tag."""
    found = _TAG_BEGUN.search(text, max(0, len(text) - _LONGEST))
    if found is None:
        return 0
    word = found[0].lstrip("<").strip(" \t").removeprefix("/").strip(" \t")
    return len(found[0]) if any(each.startswith(word) for each in _WORDS) else 0
