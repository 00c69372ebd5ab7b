"""The frames of a streamed chat answer."""

from __future__ import annotations

import time
from json.encoder import encode_basestring as quote
from typing import TYPE_CHECKING, Any

from litellm_minimax.simulator.chat import (
    FINE,
    SENSITIVE,
    answer_id,
    content_of,
    dumps,
    finish,
    reasoning_fields,
    usage,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from litellm_minimax.simulator.answers import Answer, ToolCall
    from litellm_minimax.simulator.records import AnsweredRecord
    from litellm_minimax.simulator.reply import Exchange

_NO_TEXT = '"content":"",'


class Stream:
    """The frames of one streamed answer, made on demand.

    Whatever stays the same from chunk to chunk is serialised once, because a client's benchmark must not measure this
    class.
    """

    def __init__(self, answer: Answer, exchange: Exchange) -> None:
        self._answer = answer
        self._exchange = exchange
        self._quirks = exchange.quirks
        self._count: AnsweredRecord = exchange.record.answered
        self._minimax = self._quirks.dialect == "minimax"
        self._opening = f'{{"id":"{answer_id(exchange)}","choices":[{{'
        self._eol = "\r\n" if self._quirks.crlf else "\n"
        self._data = "data:" if self._quirks.no_space else "data: "
        comment = f": keep-alive{self._eol}{self._eol}" if self._quirks.comments else ""
        self._lead = comment + self._data
        model = quote(answer.model or exchange.model)
        sensitive = f",{dumps(SENSITIVE)[1:-1]}" if self._minimax else ""
        self._object = f'"created":{exchange.created},"model":{model},"object":"chat.completion.chunk"'
        self._flags = sensitive
        self._closing = f'],{self._object},"usage":null{sensitive}}}{self._eol}{self._eol}'
        self._role = '"role":"assistant"' + (',"name":"MiniMax AI","audio_content":""' if self._minimax else "")
        self._no_calls = ',"tool_calls":[]' if self._quirks.tool_calls_empty_list else ""
        self._sent = 0

    def frames(self) -> Iterator[bytes]:
        """Yield all frames in order."""
        answer, quirks = self._answer, self._quirks
        if quirks.choices_null_frame:
            yield self._raw({"id": answer_id(self._exchange), "choices": None, "model": self._exchange.model})
        if answer.chunks is not None:
            yield from self._explicit()
        else:
            yield from self._deltas()
        yield from self._endings()

    # -- deltas -------------------------------------------------------------------------------------------------

    def _deltas(self) -> Iterator[bytes]:
        """Yield every delta; the finish reason goes with the last one unless a quirk says otherwise."""
        fields = self._fields()
        current = next(fields, _NO_TEXT)
        for following in fields:
            yield self._chunk(self._noted(current))
            current = following
        yield from self._finish(self._noted(current))

    def _noted(self, members: str) -> str:
        """Return ``members``, and note the time if their delta begins the text; its frame is made now."""
        if self._count.text_began is None and members.startswith('"content":') and members != _NO_TEXT:
            self._count.text_began = time.monotonic()
        return members

    def _fields(self) -> Iterator[str]:
        """Yield the JSON members of each delta, without the role."""
        answer, exchange, quirks = self._answer, self._exchange, self._quirks
        apart, content = content_of(answer, exchange)
        for at in range(0, len(apart), answer.chunk_chars):
            self._count.reasoning_chunks += 1
            start = 0 if quirks.cumulative_reasoning else at
            yield dumps(reasoning_fields(apart[start : at + answer.chunk_chars], quirks))[1:-1] + ","
        for at in range(0, len(content), answer.chunk_chars):
            self._count.text_chunks += 1
            yield f'"content":{quote(content[at : at + answer.chunk_chars])},'
        if quirks.dialect == "self_hosted":
            return
        for number, call in enumerate(answer.tool_calls):
            for piece in self._call(call, number):
                self._count.tool_chunks += 1
                yield f'"tool_calls":[{dumps(piece)}],'
        if answer.tool_calls and quirks.tool_args != "with_finish":
            yield _NO_TEXT

    def _call(self, call: ToolCall, number: int) -> Iterator[dict[str, Any]]:
        """Yield the pieces of one call: the opening with id and name, then the arguments without them."""
        quirks, text = self._quirks, call.arguments_text
        index: dict[str, Any] = {"index": number + quirks.tool_index_base}
        if quirks.tool_index_missing or quirks.tool_args == "with_finish":
            index = {}
        named = {"id": call.id, "type": "function"}
        if quirks.tool_args in {"single", "with_finish"}:
            yield {**named, "function": {"name": call.name, "arguments": text}, **index}
            return
        yield {**named, "function": {"name": call.name, "arguments": ""}, **index}
        size = (
            max(1, len(text))
            if quirks.tool_args == "whole"
            else min(self._answer.chunk_chars, max(1, -(-len(text) // 2)))
        )
        for at in range(0, len(text), size):
            yield {"function": {"arguments": text[at : at + size]}, **index}

    def _explicit(self) -> Iterator[bytes]:
        chunks = list(self._answer.chunks or ())
        for at, chunk in enumerate(chunks):
            if isinstance(chunk, str):
                self._count.text_chunks += 1
                members = self._noted(f'"content":{quote(chunk)},')
                if at == len(chunks) - 1:
                    yield from self._finish(members)
                    return
                yield self._chunk(members)
            elif "choices" in chunk or "base_resp" in chunk or "error" in chunk:
                yield self._raw(dict(chunk))
            else:
                yield self._bare(dumps(dict(chunk)))
        last = chunks[-1] if chunks else {}
        if isinstance(last, str) or "choices" not in last:
            yield from self._finish(_NO_TEXT)

    # -- frames -------------------------------------------------------------------------------------------------

    def _chunk(self, members: str) -> bytes:
        """Return a frame with a delta, without a finish reason."""
        self._sent += 1
        if (
            self._sent > 1
            and not self._quirks.role_empty
            and self._minimax
            and not self._quirks.zero_usage_placeholders
        ):
            role = self._role_of(members)
            return f'{self._lead}{self._opening}"index":0,"delta":{{{members}{role}}}}}{self._closing}'.encode()
        return self._odd_chunk(members)

    def _role_of(self, members: str) -> str:
        """Return what every delta repeats; an empty list of calls only if there is no other."""
        return self._role if '"tool_calls":' in members else self._role + self._no_calls

    def _odd_chunk(self, members: str) -> bytes:
        """Return the first frame, or any frame under a quirk or in another dialect."""
        role, closing = self._role_of(members), self._closing
        if self._quirks.role_empty and self._sent > 1:
            role = role.replace('"assistant"', '""', 1)
        if self._quirks.zero_usage_placeholders and self._sent <= 3:
            role = role.replace('"assistant"', '""', 1)
            if "reasoning_content" not in members:
                role += ',"reasoning_content":""'
            closing = closing.replace('"usage":null', '"usage":{"total_tokens":0,"total_characters":0}', 1)
        if not self._minimax:
            role, members = (role, members) if self._sent == 1 else ("", members[:-1])
            finish = ',"finish_reason":null'
            return f'{self._lead}{self._opening}"index":0,"delta":{{{members}{role}}}{finish}}}{closing}'.encode()
        return f'{self._lead}{self._opening}"index":0,"delta":{{{members}{role}}}}}{closing}'.encode()

    def _bare(self, delta: str, finish_reason: str | None = None, usage_json: str = "null") -> bytes:
        """Return a frame with the given delta."""
        finish_member = f'"finish_reason":{quote(finish_reason)},' if finish_reason else ""
        closing = self._closing.replace('"usage":null', f'"usage":{usage_json}', 1)
        return f'{self._lead}{self._opening}{finish_member}"index":0,"delta":{delta}}}{closing}'.encode()

    def _raw(self, frame: dict[str, Any]) -> bytes:
        return f"{self._lead}{dumps(frame)}{self._eol}{self._eol}".encode()

    # -- the end ------------------------------------------------------------------------------------------------

    def _finish(self, members: str) -> Iterator[bytes]:
        """The frames that carry the finish reason, the last delta among them."""
        answer, quirks = self._answer, self._quirks
        if quirks.no_finish:
            yield self._chunk(members)
            return
        reason = finish(answer, quirks)
        told = dumps(usage(answer, self._exchange)) if quirks.usage_in_last_chunk else "null"
        if quirks.duplicate_finish and answer.tool_calls:
            for stray in ("\n<think>\n", ""):
                yield self._bare(f'{{"content":{quote(stray)},{self._role_of("")}}}', reason, told)
            return
        if quirks.delta_null or quirks.finish_separate or not self._minimax:
            yield self._chunk(members)
            yield self._bare("null" if quirks.delta_null else "{}", reason, told)
            return
        yield self._bare(f"{{{members}{self._role_of(members)}}}", reason, told)

    def _endings(self) -> Iterator[bytes]:
        """The usage chunk, the summary frame and the end marker, as far as they are wanted."""
        exchange, quirks = self._exchange, self._quirks
        if quirks.summary_frame or exchange.family == "native":
            summary = whole(self._answer, exchange)
            if quirks.delta_null:
                summary["choices"][0]["delta"] = None
            yield self._raw(summary)
        elif (exchange.include_usage or quirks.usage_without_option) and not quirks.usage_in_last_chunk:
            fine = f',"base_resp":{dumps(FINE)}' if self._minimax else ""
            extra = f",{dumps(dict(self._answer.extra))[1:-1]}" if self._answer.extra else ""
            told = dumps(usage(self._answer, exchange))
            yield (
                f'{self._lead}{{"id":"{answer_id(exchange)}","choices":[],{self._object},"usage":{told}'
                f"{self._flags}{fine}{extra}}}{self._eol}{self._eol}"
            ).encode()
        done = quirks.done_marker if quirks.done_marker is not None else not self._minimax
        if done:
            yield f"{self._data}[DONE]{self._eol}{self._eol}".encode()


def _together(frames: Iterator[bytes], count: int) -> Iterator[bytes]:
    """So many frames in one ``data:`` line, a blank between them; the end marker stays apart."""
    held: list[bytes] = []
    for frame in frames:
        done = frame.strip().endswith(b"[DONE]")
        held += [] if done else [frame]
        if held and (done or len(held) == count):
            yield _one_line(held)
            held = []
        if done:
            yield frame
    if held:
        yield _one_line(held)


def _one_line(frames: list[bytes]) -> bytes:
    first, *rest = frames
    return b" ".join([first.rstrip(), *(frame.strip().removeprefix(b"data:").lstrip() for frame in rest)]) + b"\n\n"


def stream(answer: Answer, exchange: Exchange) -> Iterator[bytes]:
    """Yield the frames of a streamed answer, with the byte-level quirks of the last one."""
    if answer.raw_sse is not None:
        yield answer.raw_sse
        return
    frames = Stream(answer, exchange).frames()
    if exchange.quirks.frames_per_line > 1:
        frames = _together(frames, exchange.quirks.frames_per_line)
    if not exchange.quirks.no_trailing_blank_line:
        yield from frames
        return
    held = next(frames, b"")
    for frame in frames:
        yield held
        held = frame
    yield held.rstrip(b"\r\n")
