"""Frames in, events out: the one interpretation of an answer, streamed or whole.

A whole body is a stream of one frame. Every oddity that MiniMax's frames have shown is settled here, each where its
rule stands; the fixtures in ``tests/fixtures`` hold one of every kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from litellm_minimax.wire.errors_told import fault_in, parse_error_body
from litellm_minimax.wire.events import (
    Event,
    Finish,
    FinishReason,
    ProviderFields,
    Reasoning,
    Started,
    Text,
    ToolCallArguments,
    Usage,
)
from litellm_minimax.wire.faults import ProtocolFault
from litellm_minimax.wire.options import ReadOptions
from litellm_minimax.wire.response_format import FenceStripper
from litellm_minimax.wire.snapshots import ReasoningLedger, SnapshotReader
from litellm_minimax.wire.stop import StopScanner
from litellm_minimax.wire.think import ThinkSplitter
from litellm_minimax.wire.tool_calls import ToolCallReader
from litellm_minimax.wire.tool_markup import ToolMarkupScanner
from litellm_minimax.wire.usage import read_usage

__all__ = ["Reducer", "coalesce", "parse_error_body"]

_FINISH: Mapping[str, FinishReason] = {
    "stop": "stop",
    "end_turn": "stop",
    "length": "length",
    "max_tokens": "length",
    "max_output": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "sensitive": "content_filter",
}
_SERVED_BY_OPEN_WEIGHTS = ("chatcmpl", "cmpl-", "gen-")
"""How the ids of vLLM, llama.cpp and OpenAI-shaped gateways begin; MiniMax's are 32 hex digits without a prefix."""
_FLAGS = (
    "input_sensitive",
    "output_sensitive",
    "input_sensitive_type",
    "output_sensitive_type",
    "output_sensitive_int",
)
_TOLD = (*_FLAGS, "base_resp", "service_tier", "system_fingerprint", "model")


class Reducer:
    """Reads the frames of one answer.

    Attributes:
        finished: the answer is complete; its usage may still come.
        stopped: a stop sequence was met; nothing that follows matters, and the upstream may be closed.
    """

    def __init__(self, options: ReadOptions) -> None:
        self.finished = False
        self.stopped = False
        self._ended = False
        self._began = False
        self._usage: Usage | None = None
        self._raw_finish: str | None = None
        self._fields: dict[str, object] = {}
        self._content = SnapshotReader(shortest=16)
        self._reasoning = SnapshotReader(shortest=4)
        self._ledger = ReasoningLedger()
        self._implicit = options.implicit_think
        self._splitter = ThinkSplitter("no" if options.implicit_think == "open_weights" else options.implicit_think)
        self._calls = ToolCallReader()
        self._markup = ToolMarkupScanner(options.tool_schemas) if options.tool_markup else None
        self._fences = FenceStripper() if options.response_format else None
        self._stop = StopScanner(options.stop) if options.stop else None
        self._plain = not (self._markup or self._fences or self._stop)

    @property
    def done(self) -> bool:
        """Nothing more can come that matters."""
        return self._ended or (self.finished and self._usage is not None)

    def end(self) -> None:
        """The stream said ``[DONE]``."""
        self._ended = True

    def feed(self, frame: Mapping[str, Any]) -> list[Event]:
        """What one frame adds.

        Raises:
            UpstreamFault: the frame says that the call failed.
        """
        fault = fault_in(frame)
        if fault is not None:
            raise fault
        if self.stopped:
            return []
        events: list[Event] = []
        if not self._began:
            self._begin(frame, events)
        if frame.get("usage") is not None:
            self._usage = read_usage(frame["usage"]) or self._usage
        self._note_fields(frame)
        for choice in _choices(frame):
            self._choice(choice, events)
        return events

    def close(self) -> list[Event]:
        """The end of the bytes: what was held back, then usage, provider fields and finish.

        Raises:
            ProtocolFault: the answer stops in the middle.
        """
        if not (self.finished or self.stopped or self._ended):
            raise ProtocolFault("The answer broke off before its end.", truncated=True)
        events: list[Event] = self._calls.close()
        if not self.stopped:
            self._content_pieces(self._splitter.close(cut=self._raw_finish == "length"), events)
            self._flush_text(events)
        if self._usage is not None:
            events.append(self._usage)
        if self._fields:
            events.append(ProviderFields(self._fields))
        events.append(self._finish())
        return events

    def _begin(self, frame: Mapping[str, Any], events: list[Event]) -> None:
        answer_id, model, created = frame.get("id"), frame.get("model"), frame.get("created")
        if not answer_id and not frame.get("choices"):
            return
        self._began = True
        started = Started(
            id=str(answer_id) if answer_id else None,
            model=model if isinstance(model, str) and model else None,
            created=created if isinstance(created, int) else None,
        )
        if self._markup is not None:
            self._markup.seed(started.id or "")
        self._calls.seed(started.id or "")
        if self._implicit == "open_weights" and _is_open_weights_server(frame, started):
            self._splitter = ThinkSplitter("maybe")
        events.append(started)

    def _note_fields(self, frame: Mapping[str, Any]) -> None:
        """Keep what else a frame says. MiniMax repeats its flags in every frame, so they are read where they matter."""
        if self._fields and "base_resp" not in frame and not frame.get("output_sensitive"):
            return
        for name in _TOLD:
            if frame.get(name) is not None:
                self._fields[name] = frame[name]

    def _choice(self, choice: Mapping[str, Any], events: list[Event]) -> None:
        delta = choice.get("delta")
        if isinstance(delta, Mapping):
            self._delta(delta, events)
        elif isinstance(message := choice.get("message"), Mapping):
            self._message(message, events)
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            self.finished = True
            self._raw_finish = reason
            self._fields["finish_reason"] = reason

    def _delta(self, delta: Mapping[str, Any], events: list[Event]) -> None:
        thought = _reasoning_of(delta)
        if thought and (new := self._reasoning.new(thought)):
            self._settle(events)
            self._think_aloud(self._ledger.from_field(new), events)
        content = delta.get("content")
        if isinstance(content, str) and content and not self._is_stray_end(content):
            self._text(self._content.new(content), events)
        calls = delta.get("tool_calls")
        if calls:
            self._tool_calls(calls, events)

    def _message(self, message: Mapping[str, Any], events: list[Event]) -> None:
        """A whole message: the answer itself, or the summary frame that repeats what was streamed."""
        thought = _reasoning_of(message)
        if thought and (new := self._reasoning.rest(thought)):
            self._settle(events)
            self._think_aloud(self._ledger.from_field(new), events)
        content = message.get("content")
        if isinstance(content, str) and (new := self._content.rest(content)):
            self._text(new, events)
        calls = message.get("tool_calls")
        if calls and not self._calls.any:
            self._tool_calls(calls, events)

    def _settle(self, events: list[Event]) -> None:
        if not self._reasoning.settled and self._implicit != "maybe":
            self._reasoning.settled = True
            self._content_pieces(self._splitter.settle(), events)

    def _think_aloud(self, text: str, events: list[Event]) -> None:
        if text:
            events.append(Reasoning(text))

    def _text(self, text: str, events: list[Event]) -> None:
        self._content_pieces(self._splitter.feed(text), events)

    def _is_stray_end(self, content: str) -> bool:
        """Behind tool calls MiniMax sometimes ends with a blank, an empty thought, or both."""
        return self._calls.any and not content.replace("<think>", "").replace("</think>", "").strip()

    def _content_pieces(self, pieces: Iterable[Reasoning | Text], events: list[Event]) -> None:
        for piece in pieces:
            if isinstance(piece, Reasoning):
                self._think_aloud(self._ledger.from_tags(piece.text), events)
            elif self._plain:
                events.append(piece)
            else:
                self._answer_text(piece.text, events)

    def _answer_text(self, text: str, events: list[Event]) -> None:
        if self._markup is None:
            self._visible(text, events)
            return
        for event in self._markup.feed(text):
            if isinstance(event, Text):
                self._visible(event.text, events)
            else:
                events.append(self._calls.from_markup(event))

    def _visible(self, text: str, events: list[Event]) -> None:
        if self._fences is not None:
            text = self._fences.feed(text)
        if self._stop is not None:
            text = self._stop.feed(text)
            self.stopped = self.stopped or self._stop.hit
        if text:
            events.append(Text(text))

    def _flush_text(self, events: list[Event]) -> None:
        if self._markup is not None:
            for event in self._markup.close():
                if isinstance(event, Text):
                    self._visible(event.text, events)
                else:
                    events.append(self._calls.from_markup(event))
        rest = self._fences.close() if self._fences is not None else ""
        if self._stop is not None:
            rest = self._stop.feed(rest) + self._stop.close()
        if rest:
            events.append(Text(rest))

    def _tool_calls(self, calls: Any, events: list[Event]) -> None:
        if isinstance(calls, list):
            for call in calls:
                if isinstance(call, Mapping):
                    events.extend(self._calls.take(call))

    def _finish(self) -> Finish:
        if self.stopped:
            return Finish("stop", self._raw_finish)
        reason = _FINISH.get(self._raw_finish or "stop", "stop")
        if self._calls.any and reason == "stop":
            reason = "tool_calls"
        return Finish(reason, self._raw_finish)


def coalesce(events: list[Event]) -> list[Event]:
    """Neighbours of one kind as one event: text with text, reasoning with reasoning, arguments of one call.

    What arrived in one network read becomes one chunk a kind; LiteLLM's work is per chunk, whatever its size.
    """
    if len(events) < 2:
        return events
    merged: list[Event] = []
    run: list[str] = []
    for event in events:
        last = merged[-1] if merged else None
        if last is not None and _same_kind(last, event):
            run.append(_words(event))
            continue
        if len(run) > 1:
            merged[-1] = _with_words(merged[-1], "".join(run))
        merged.append(event)
        run = [_words(event)]
    if len(run) > 1:
        merged[-1] = _with_words(merged[-1], "".join(run))
    return merged


def _same_kind(last: Event, event: Event) -> bool:
    match last, event:
        case (Text(), Text()) | (Reasoning(), Reasoning()):
            return True
        case (ToolCallArguments(index=one), ToolCallArguments(index=other)):
            return one == other
    return False


def _words(event: Event) -> str:
    match event:
        case Text(text=words) | Reasoning(text=words) | ToolCallArguments(fragment=words):
            return words
    return ""


def _with_words(event: Event, words: str) -> Event:
    match event:
        case Reasoning():
            return Reasoning(words)
        case ToolCallArguments():
            return ToolCallArguments(event.index, words)
    return Text(words)


def _choices(frame: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The first choice of a frame; MiniMax gives only one, whatever was asked."""
    choices = frame.get("choices")
    if not isinstance(choices, list):
        return []
    return [choice for choice in choices if isinstance(choice, Mapping) and not choice.get("index")][:1]


def _reasoning_of(delta: Mapping[str, Any]) -> str:
    """The thinking in one delta or message; where it is told twice, once."""
    for name in ("reasoning_content", "reasoning"):
        told = delta.get(name)
        if isinstance(told, str) and told:
            return told
    details = delta.get("reasoning_details")
    if not isinstance(details, list):
        return ""
    return "".join(part["text"] for part in details if isinstance(part, Mapping) and isinstance(part.get("text"), str))


def _is_open_weights_server(frame: Mapping[str, Any], started: Started) -> bool:
    """Whether the first frame looks like vLLM's, SGLang's or llama.cpp's rather than MiniMax's."""
    if any(name in frame for name in (*_FLAGS, "base_resp")):
        return False
    return (started.id or "").startswith(_SERVED_BY_OPEN_WEIGHTS) or "/" in (started.model or "")
