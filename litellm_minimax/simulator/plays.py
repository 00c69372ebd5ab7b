"""Applies faults to a reply that was correct until then."""

from __future__ import annotations

import dataclasses
import gzip
import itertools
import json
from functools import lru_cache
from typing import TYPE_CHECKING

from litellm_minimax.simulator import anthropic_door, chat, prose
from litellm_minimax.simulator.faults import error_for
from litellm_minimax.simulator.reply import JSON_TYPE, SSE_TYPE, End, Reply, Step, Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from litellm_minimax.simulator.faults import Fault
    from litellm_minimax.simulator.reply import Exchange

_FINISHES = (b'"finish_reason":"', b'"type":"message_delta"', b'"type":"message_stop"', b"[DONE]", b'"choices":[],')
_HTML = (
    b"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n<body><center><h1>502 Bad Gateway</h1>"
    b"</center><hr><center>nginx (simulated)</center></body></html>\n"
)


def play(fault: Fault, reply: Reply, exchange: Exchange) -> Reply:
    """Return the reply with the fault applied."""
    exchange.record.answered.fault = fault.kind
    if fault.kind == "error":
        return error(fault, reply, exchange)
    broken = dataclasses.replace(reply, headers=dict(reply.headers), good=False)
    if fault.kind in _WHOLE:
        return _WHOLE[fault.kind](fault, broken)
    if reply.steps is None:
        return _on_body(fault, broken)
    if fault.kind in {"stall", "reset"} and _early(fault, broken):
        return broken
    broken.steps = _on_steps(fault, reply.steps, exchange)
    return broken


# -- errors that the server reports ---------------------------------------------------------------------------------


def error(fault: Fault, reply: Reply, exchange: Exchange) -> Reply:
    """Return an error code in the format that the fault asks for."""
    told = error_for(fault.code, exchange.quirks, text=fault.text, status=fault.status)
    exchange.record.answered.code = fault.code
    if fault.envelope == "http":
        status, body = told.body(exchange.family, exchange.trace_id, exchange.quirks)
        return Reply(
            status, reply.headers | {"Content-Type": JSON_TYPE}, body, first_delay=reply.first_delay, good=False
        )
    if reply.steps is None:
        failed = {"id": exchange.trace_id, "choices": None, "created": 0, "model": "", "object": "", "usage": None}
        body = chat.dumps(failed | {"base_resp": told.base_resp()}).encode()
        return Reply(200, reply.headers | {"Content-Type": JSON_TYPE}, body, first_delay=reply.first_delay, good=False)
    if exchange.family == "anthropic":
        frame = anthropic_door.event("error", exchange, **_without_type(told.anthropic(exchange.trace_id)))
    elif fault.envelope == "error_frame":
        _, body = told.body("chat", exchange.trace_id, exchange.quirks)
        frame = b"data: " + body + b"\n\n"
    else:
        failure = {"id": exchange.trace_id, "choices": None, "base_resp": told.base_resp()}
        frame = f"data: {chat.dumps(failure)}\n\n".encode()
    good = itertools.islice(reply.steps, fault.after_chunks)
    return dataclasses.replace(reply, steps=itertools.chain(good, (frame,)), good=False)


def _without_type(told: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in told.items() if name != "type"}


# -- faults that need no look at the answer -------------------------------------------------------------------------


def _refuse(_fault: Fault, reply: Reply) -> Reply:
    reply.before = (End.CLOSE,)
    return reply


def _drip(fault: Fault, reply: Reply) -> Reply:
    reply.write_bytes, reply.write_delay, reply.good = 1, fault.delay, True
    return reply


def _wrong_content_type(_fault: Fault, reply: Reply) -> Reply:
    reply.headers["Content-Type"] = "text/html; charset=utf-8"
    return reply


def _html_error(fault: Fault, _reply: Reply) -> Reply:
    return Reply(fault.status or 502, {"Content-Type": "text/html", "Server": "nginx"}, _HTML, good=False)


def _redirect(fault: Fault, reply: Reply) -> Reply:
    return Reply(fault.status or 307, reply.headers | {"Location": fault.location}, b"", good=False)


def _empty_body(_fault: Fault, reply: Reply) -> Reply:
    reply.body, reply.steps = b"", (iter(()) if reply.steps is not None else None)
    return reply


def _gzip_bomb(fault: Fault, reply: Reply) -> Reply:
    lead = b"data: " if reply.steps is not None else b""
    kind = SSE_TYPE if reply.steps is not None else JSON_TYPE
    return Reply(
        200, reply.headers | {"Content-Type": kind, "Content-Encoding": "gzip"}, _bomb(lead, fault.size), good=False
    )


@lru_cache(maxsize=4)
def _bomb(lead: bytes, size: int) -> bytes:
    return gzip.compress(lead + b'{"choices":[{"index":0,"message":{"content":"' + b"A" * size, compresslevel=9)


_WHOLE: dict[str, Callable[[Fault, Reply], Reply]] = {
    "refuse": _refuse, "drip": _drip, "wrong_content_type": _wrong_content_type, "html_error": _html_error,
    "redirect": _redirect, "empty_body": _empty_body, "gzip_bomb": _gzip_bomb,
}  # fmt: skip


def _early(fault: Fault, reply: Reply) -> bool:
    """Whether a stall or reset happens before the body; it is then set on the reply."""
    strike: tuple[Step, ...] = (End.RESET,) if fault.kind == "reset" else (Wait(fault.seconds), End.CLOSE)
    if fault.phase == "before_headers":
        reply.before = strike
    elif fault.phase == "after_headers":
        reply.after_head = strike
    return fault.phase in {"before_headers", "after_headers"}


# -- faults on a whole body -----------------------------------------------------------------------------------------


def _on_body(fault: Fault, reply: Reply) -> Reply:
    body, half = reply.body, len(reply.body) // 2
    match fault.kind:
        case "stall" | "reset":
            if not _early(fault, reply):
                cut = half if fault.phase == "mid_stream" else len(body) - 1
                strike: tuple[Step, ...] = (End.RESET,) if fault.kind == "reset" else (Wait(fault.seconds), End.CLOSE)
                reply.declared_length, reply.steps = len(body), iter((body[:cut], *strike))
        case "truncate_json" if fault.phase == "mid_stream":
            reply.body = body[:half]
        case "truncate_json" | "truncate_sse":
            reply.declared_length, reply.steps = len(body), iter((body[:half], End.CLOSE))
        case "gigantic_line":
            parsed = json.loads(body)
            parsed["padding"] = prose.filler("gigantic", fault.size)
            reply.body = json.dumps(parsed).encode()
        case "endless":
            reply.steps = itertools.chain((b"{",), itertools.repeat(b" " * 1024))
        case "invalid_utf8":
            reply.body = _with_bad_bytes(body)
        case "no_finish":
            parsed = json.loads(body)
            for choice in parsed.get("choices") or []:
                choice.pop("finish_reason", None)
            parsed.pop("stop_reason", None)
            reply.body = chat.dumps(parsed).encode()
        case _:
            reply.good = True  # the fault only affects streams
    return reply


def _with_bad_bytes(frame: bytes) -> bytes:
    for opening in (b'"content":"', b'"text":"', b'"thinking":"', b'"reasoning_content":"', b'"status_msg":"'):
        if opening in frame:
            return frame.replace(opening, opening + b"\xff\xfe", 1)
    return frame + b"\xff\xfe"


# -- faults on a stream ---------------------------------------------------------------------------------------------


def _on_steps(fault: Fault, steps: Iterator[Step], exchange: Exchange) -> Iterator[Step]:
    match fault.kind:
        case "stall" | "reset":
            return _struck(fault, steps)
        case "truncate_sse" | "truncate_json":
            return _truncated(fault, steps)
        case "endless":
            return itertools.chain(itertools.islice(steps, fault.at), _endless(exchange))
        case "gigantic_line":
            line = _text_frame(exchange, prose.filler("gigantic", fault.size))
            return itertools.chain(itertools.islice(steps, fault.at), (line,), steps)
        case "no_finish":
            return itertools.takewhile(lambda step: not _finishing(step), steps)
    return _rearranged(fault, steps)


def _struck(fault: Fault, steps: Iterator[Step]) -> Iterator[Step]:
    strike: tuple[Step, ...] = (End.RESET,) if fault.kind == "reset" else (Wait(fault.seconds), End.CLOSE)
    if fault.phase == "before_end":
        yield from itertools.takewhile(lambda step: not _finishing(step), steps)
    else:
        yield from itertools.islice(steps, fault.at)
    yield from strike


def _truncated(fault: Fault, steps: Iterator[Step]) -> Iterator[Step]:
    yield from itertools.islice(steps, fault.at)
    cut = next(steps, b"")
    if isinstance(cut, bytes):
        half = cut[: len(cut) // 2]
        yield half + b"\n\n" if fault.kind == "truncate_json" else half
    if fault.kind == "truncate_json":
        yield from steps
    elif fault.phase != "before_end":
        yield End.CLOSE


def _endless(exchange: Exchange) -> Iterator[Step]:
    return (_text_frame(exchange, prose.sentence(number)) for number in itertools.count())


def _rearranged(fault: Fault, steps: Iterator[Step]) -> Iterator[Step]:
    """Change one frame for ``duplicate_frames``, ``out_of_order`` and ``invalid_utf8``."""
    for number, step in enumerate(steps, 1):
        if fault.kind == "duplicate_frames":
            yield step
            if fault.at in {number, 0} or (fault.at < 0 and _finishing(step)):
                yield step
        elif number != fault.at or not isinstance(step, bytes):
            yield step
        elif fault.kind == "invalid_utf8":
            yield _with_bad_bytes(step)
        else:
            yield from itertools.islice(steps, 1)
            yield step


def _finishing(step: Step) -> bool:
    return isinstance(step, bytes) and any(mark in step for mark in _FINISHES)


def _text_frame(exchange: Exchange, text: str) -> bytes:
    if exchange.family == "anthropic":
        delta = {"type": "text_delta", "text": text}
        return anthropic_door.event("content_block_delta", exchange, index=0, delta=delta)
    choice = {"index": 0, "delta": {"content": text}}
    frame = {"id": exchange.trace_id, "choices": [choice], "created": exchange.created, "model": exchange.model,
             "object": "chat.completion.chunk", "usage": None}  # fmt: skip
    return f"data: {chat.dumps(frame)}\n\n".encode()
