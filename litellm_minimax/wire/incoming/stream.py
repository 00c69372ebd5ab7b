"""Turns frames into events: the one place that interprets an answer, streamed or whole.

A whole body is a stream of one frame. Every oddity that MiniMax's frames have shown is handled in this package, next to
the rule it belongs to. The fixtures in ``tests/fixtures`` hold an example of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from litellm_minimax.wire.events import (
    Event,
    Finish,
    FinishReason,
    ProviderFields,
    Reasoning,
    Started,
    Text,
    ToolCallArguments,
    ToolCallStart,
    Usage,
)
from litellm_minimax.wire.faults import ProtocolFault, UpstreamFault
from litellm_minimax.wire.incoming.delta_text import reasoning_of, text_of
from litellm_minimax.wire.incoming.errors_told import fault_in, parse_error_body
from litellm_minimax.wire.incoming.fences import FenceStripper
from litellm_minimax.wire.incoming.snapshots import ReasoningLedger, SnapshotReader
from litellm_minimax.wire.incoming.stop import StopScanner
from litellm_minimax.wire.incoming.think import ThinkSplitter
from litellm_minimax.wire.incoming.tool_calls import ToolCallReader
from litellm_minimax.wire.incoming.usage import read_usage
from litellm_minimax.wire.incoming.vocabulary import TokenFilter
from litellm_minimax.wire.markup.tool_markup import ToolMarkupScanner, calls_in
from litellm_minimax.wire.options import ReadOptions

__all__ = ["Reducer", "parse_error_body"]

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
"""How ids of vLLM, llama.cpp and OpenAI-shaped gateways begin; MiniMax's are 32 hex digits without a prefix."""
_FLAGS = (
    "input_sensitive",
    "output_sensitive",
    "input_sensitive_type",
    "output_sensitive_type",
    "output_sensitive_int",
)
_SENSITIVE = frozenset({1026, 1027})
_TAG = re.compile(r"</?(?:mm:)?think>")
_LONGEST_STRAY = 256
_SHORTEST_SNAPSHOT = 3
"""Shortest reasoning that can be recognised as a snapshot: shorter texts repeat by chance, as in `1` and `10`."""
_TOLD = (*_FLAGS, "base_resp", "service_tier", "system_fingerprint", "model")


class Reducer:
    """Reads the frames of one answer.

    Attributes:
        finished: the answer is complete; its usage may still come.
    done: nothing that matters can come any more.
    stopped: a stop sequence was found; the rest does not matter, and the upstream connection may be closed.
    """

    def __init__(self, options: ReadOptions) -> None:
        self.finished = False
        self.done = False
        self.stopped = False
        self._began = False
        self._answered = False
        self._index: object = None
        self._usage: Usage | None = None
        self._raw_finish: str | None = None
        self._fields: dict[str, object] = {}
        self._content = SnapshotReader(shortest=16)
        self._reasoning = SnapshotReader(shortest=_SHORTEST_SNAPSHOT)
        self._settled = False
        self._ledger = ReasoningLedger()
        self._implicit = options.implicit_think
        self._calls = ToolCallReader(one_call=options.one_call)
        self._stray = ""
        self._schemas = options.tool_schemas
        self._markup = ToolMarkupScanner(options.tool_schemas) if options.tool_schemas else None
        self._splitter = self._new_splitter(
            "no" if options.implicit_think == "open_weights" else options.implicit_think, options.keep_closers
        )
        self._tokens = TokenFilter()
        self._tokens_of_thought = TokenFilter()
        self._fences = FenceStripper() if options.response_format else None
        self._stop = StopScanner(options.stop) if options.stop else None
        self._plain = not (self._markup or self._fences or self._stop)

    def end(self) -> None:
        """Note that the stream said ``[DONE]``, or that the whole body was read."""
        self.done = True

    def feed(self, frame: Mapping[str, Any]) -> list[Event]:
        """Take one frame and return its events.

        Raises:
            UpstreamFault: the frame reports that the call failed.
        """
        events: list[Event] = []
        fault = fault_in(frame)
        if fault is not None:
            self._fail(fault)
            self._count(frame)
            return events
        if not self._began:
            self._begin(frame, events)
        self._note_fields(frame)
        choice = self._choice_of(frame)
        if choice is not None:
            self._choice(choice, events)
        self._count(frame)
        return events

    def _count(self, frame: Mapping[str, Any]) -> None:
        usage = frame.get("usage")
        if usage is not None and (told := read_usage(usage)) is not None:
            self._usage = told
            # Counts that came before the finish may be running counts, so the last ones are still awaited.
            self.done = self.done or self.finished

    def close(self) -> list[Event]:
        """Return what was held back, then usage, provider fields and finish, because the bytes have ended.

        Raises:
            ProtocolFault: the answer stops in the middle.
        """
        if not (self.finished or self.stopped or (self.done and self._answered)):
            raise ProtocolFault("The answer broke off before its end.", truncated=True)
        events: list[Event] = self._calls.close()
        self._release(events, cut=_FINISH.get(self._raw_finish or "") == "length")
        self._fields |= self._calls.notes
        if self._usage is not None:
            events.append(self._usage)
        if self._fields:
            events.append(ProviderFields(self._fields))
        events.append(self._finish())
        return events

    def held_back(self) -> list[Event]:
        """Return the text that was held back, because the answer breaks off here."""
        events: list[Event] = []
        if not (self.stopped or self.finished):
            events += self._calls.held_back()
            self._release(events, cut=True)
        return events

    def _release(self, events: list[Event], *, cut: bool) -> None:
        """Release the text held before the splitter, in it, and after it, because no more comes."""
        if not self.stopped:
            self._show_thought(self._tokens_of_thought.close(), events)
            self._content_pieces(self._splitter.feed(self._tokens.close()), events)
            self._content_pieces(self._splitter.close(cut=cut), events)
        self._flush_text(events)

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
            self._splitter = self._new_splitter("maybe")
        events.append(started)

    def _new_splitter(self, implicit: Literal["no", "maybe", "yes"], keep_closers: bool = False) -> ThinkSplitter:
        if self._markup is None:
            return ThinkSplitter(implicit, keep_closers=keep_closers)
        markup = self._markup
        return ThinkSplitter(
            implicit,
            inside_call=lambda: markup.inside,
            calls_in=lambda text: calls_in(text, self._schemas),
            prose=markup.prose,
            keep_closers=keep_closers,
        )

    def _fail(self, fault: UpstreamFault) -> None:
        """Raise the error, or only note it if it follows the finish: the reader already has the whole answer."""
        if not self.finished:
            raise fault
        self._fields["error_after_finish"] = {"code": fault.code, "message": fault.text}
        if fault.code in _SENSITIVE:
            self._raw_finish = "content_filter"

    def _choice_of(self, frame: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return the one choice of a frame that is read; MiniMax gives only one, whatever was requested."""
        choices = frame.get("choices")
        if not isinstance(choices, list):
            return None
        for choice in choices:
            if isinstance(choice, dict):
                index = choice.get("index") or 0
                if not self._answered:
                    self._answered, self._index = True, index
                if index == self._index:
                    return choice
        return None

    def _note_fields(self, frame: Mapping[str, Any]) -> None:
        """Keep a frame's other fields. MiniMax repeats its flags in every frame, so they are read only where needed."""
        if self._fields and "base_resp" not in frame and not frame.get("output_sensitive"):
            return
        for name in _TOLD:
            if frame.get(name) is not None:
                self._fields[name] = frame[name]

    def _choice(self, choice: Mapping[str, Any], events: list[Event]) -> None:
        delta = choice.get("delta")
        if isinstance(delta, dict):
            self._delta(delta, events)
        message = choice.get("message")
        if isinstance(message, dict):
            self._message(message, events)
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            self.finished = True
            self._raw_finish = reason
            self._fields["finish_reason"] = reason

    def _delta(self, delta: Mapping[str, Any], events: list[Event]) -> None:
        thought = reasoning_of(delta)
        if thought:
            self._thought(self._reasoning.new(thought), events)
        content = delta.get("content")
        if content:
            if self._reasoning.in_snapshots:
                # MiniMax's sample reads both as snapshots: a server that sends one so may send the other so.
                self._content.expect(_SHORTEST_SNAPSHOT)
            self._text(self._content.new(text_of(content)), events)
        calls = delta.get("tool_calls")
        if calls:
            self._tool_calls(calls, events)

    def _message(self, message: Mapping[str, Any], events: list[Event]) -> None:
        """Read a whole message: the answer itself, or the summary frame that repeats what was streamed."""
        thought = reasoning_of(message)
        if thought:
            self._thought(self._reasoning.rest(thought), events)
        self._text(self._content.rest(text_of(message.get("content"))), events)
        calls = message.get("tool_calls")
        if calls and not self._calls.any:
            self._tool_calls(calls, events)

    def _thought(self, new: str, events: list[Event]) -> None:
        """Read thinking from its own field."""
        if not new:
            return
        if not self._settled and self._implicit != "maybe":
            self._settled = True
            self._content_pieces(self._splitter.settle(), events)
        self._show_thought(self._tokens_of_thought.feed(new), events)

    def _show_thought(self, new: str, events: list[Event]) -> None:
        if new and (shown := self._ledger.from_field(new)):
            events.append(Reasoning(shown))

    def _text(self, text: str, events: list[Event]) -> None:
        text = self._tokens.feed(text)
        if self._calls.told:
            # After tool calls MiniMax sometimes ends with a space, an empty thought, or both: these wait for more text.
            text = self._stray + text
            stray = len(text) < _LONGEST_STRAY and not _TAG.sub("", text).strip()
            self._stray = text if stray else ""
            if stray:
                return
        self._content_pieces(self._splitter.feed(text), events)

    def _content_pieces(self, pieces: Iterable[Reasoning | Text], events: list[Event]) -> None:
        for piece in pieces:
            if self.stopped:
                return
            if isinstance(piece, Reasoning):
                if shown := self._ledger.from_tags(piece.text):
                    events.append(Reasoning(shown))
            elif self._plain:
                events.append(piece)
            elif self._markup is None:
                self._visible(piece.text, events)
            else:
                self._markup_pieces(self._markup.feed(piece.text), events)

    def _markup_pieces(self, pieces: Iterable[Text | ToolCallStart | ToolCallArguments], events: list[Event]) -> None:
        """Pass on the text and calls of the markup. After a stop sequence only a call that has begun is completed."""
        for piece in pieces:
            if isinstance(piece, Text):
                self._visible(piece.text, events)
            elif not (self.stopped and isinstance(piece, ToolCallStart)):
                events += self._calls.from_markup(piece)

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
            self._markup_pieces(self._markup.close(), events)
        rest = self._fences.close() if self._fences is not None else ""
        if self._stop is not None:
            rest = self._stop.feed(rest) + self._stop.close()
            self.stopped = self._stop.hit
        if rest:
            events.append(Text(rest))

    def _tool_calls(self, calls: Any, events: list[Event]) -> None:
        if isinstance(calls, list) and not self.stopped:
            for call in calls:
                if isinstance(call, Mapping):
                    events.extend(self._calls.take(call))

    def _finish(self) -> Finish:
        if self.stopped:
            return Finish("stop", self._raw_finish)
        reason = _FINISH.get(self._raw_finish or "stop", "stop")
        if reason in {"stop", "tool_calls"}:  # by the calls, not MiniMax's word: clients wait for calls, or lose them
            reason = "tool_calls" if self._calls.any else "stop"
        if self._calls.torn:  # completed here, but clients must not run it as if the model had ended it
            reason = "length"
        return Finish(reason, self._raw_finish)


def _is_open_weights_server(frame: Mapping[str, Any], started: Started) -> bool:
    """Whether the first frame looks like one from vLLM, SGLang or llama.cpp rather than MiniMax."""
    if any(name in frame for name in (*_FLAGS, "base_resp")):
        return False
    if "/" in (started.model or ""):
        return True
    choices = frame.get("choices")
    first = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    # SGLang's ids are 32 hex digits too, but only SGLang sends `matched_stop`. The others send `"finish_reason": null`
    # from the first frame on, where MiniMax omits the key. To go by the id alone would hold back any gateway's text.
    return "matched_stop" in first or (
        (started.id or "").startswith(_SERVED_BY_OPEN_WEIGHTS) and "finish_reason" in first
    )
