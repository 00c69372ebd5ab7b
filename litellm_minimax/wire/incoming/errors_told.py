"""Reads MiniMax's errors, in any of their formats, as one fault.

The chat endpoints answer with an HTTP status and ``{"type":"error","error":{…},"request_id":…}``, where the code
stands only in parentheses at the end of the message. The native endpoints answer with HTTP 200 and
``{"base_resp":{"status_code":…}}``. Either may also come in a frame of a stream that began without an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from litellm_minimax.wire.faults import UpstreamFault
from litellm_minimax.wire.json_text import loads

_CODE = re.compile(r"\((\d{3,6})\)(?: \(\d{3}\))?\Z")
"""The code at the end of a message; the HTTP status may follow it."""
_LONGEST_CODE = len("(123456) (529)")
_BLOCK = re.compile(r"<(?:script|style)\b", re.IGNORECASE)
_BLOCK_END = re.compile(r"</(?:script|style)>", re.IGNORECASE)
_EXCERPT = 200


def fault_in(frame: Mapping[str, Any], http_status: int = 200, trace_id: str | None = None) -> UpstreamFault | None:
    """Return the error that a frame or a body reports; ``None`` if it reports none."""
    if "base_resp" not in frame and "error" not in frame and not _is_error(frame):
        return None  # true of nearly every frame of every stream
    trace = _text(frame.get("request_id")) or _text(frame.get("id")) or _text(frame.get("trace_id")) or trace_id
    base = frame.get("base_resp")
    if isinstance(base, Mapping) and (code := _number(base.get("status_code"))):
        text, _ = _without_code(_text(base.get("status_msg")) or "no text")
        return UpstreamFault(text, code=code, http_status=http_status, trace_id=trace)
    error = frame.get("error")
    if isinstance(error, Mapping) and error:
        return _of_error(error, http_status, trace)
    if isinstance(error, str) and error:
        text, code = _without_code(error)
        return UpstreamFault(text, code=code, http_status=http_status, trace_id=trace)
    return _of_error(frame, http_status, trace) if _is_error(frame) else None


def parse_error_body(status: int, body: bytes, trace_id: str | None = None) -> UpstreamFault:
    """Return the fault for an HTTP error, whatever its body holds: JSON, a web page, or nothing."""
    try:
        value = loads(body)
    except ValueError:
        value = None
    if isinstance(value, Mapping):
        fault = fault_in(value, status, trace_id)
        if fault is not None:
            return fault
        told = _text(value.get("message")) or _text(value.get("detail"))
        if told:
            text, code = _without_code(told)
            return UpstreamFault(text, code=code, http_status=status, trace_id=trace_id)
    return UpstreamFault(_excerpt(body), http_status=status, trace_id=trace_id)


def _is_error(frame: Mapping[str, Any]) -> bool:
    return frame.get("type") == "error" or frame.get("object") == "error"  # the latter is vLLM's


def _of_error(error: Mapping[str, Any], http_status: int, trace: str | None) -> UpstreamFault:
    text, code = _without_code(_text(error.get("message")) or "no text")
    told_status = _number(error.get("http_code"))
    if code is None:
        told = _number(error.get("code"))
        code = told if told and told >= 1000 else None
        told_status = told_status or (told if told and 400 <= told < 600 else None)
    if http_status < 300 and told_status:
        http_status = told_status
    return UpstreamFault(text, code=code, http_status=http_status, kind=_text(error.get("type")), trace_id=trace)


def _without_code(text: str) -> tuple[str, int | None]:
    told = text.rstrip()
    found = _CODE.search(told, max(0, len(told) - _LONGEST_CODE))
    return (told[: found.start()].rstrip(), int(found[1])) if found else (text, None)


def _excerpt(body: bytes) -> str:
    text = body[:20_000].decode("utf-8", "replace")
    if text.lstrip()[:1] == "<":
        text = _without_markup(text)
    text = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    if not text:
        return "no explanation was sent with it"
    return text if len(text) <= _EXCERPT else text[:_EXCERPT] + "…"


def _without_markup(page: str) -> str:
    """Return the words of a web page: tags, scripts and styles are replaced by a space."""
    words: list[str] = []
    position = 0
    blocks_end = True  # whether a closing tag may still come; remembered, so that many opening tags stay cheap
    while (start := page.find("<", position)) >= 0:
        words.append(page[position:start])
        block = _BLOCK_END.search(page, start) if blocks_end and _BLOCK.match(page, start) else None
        if block is None:
            blocks_end = blocks_end and _BLOCK.match(page, start) is None
            position = page.find(">", start) + 1
        else:
            position = block.end()
        if not position:
            return " ".join([*words, page[start:]])
    return " ".join([*words, page[position:]])


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10 else None
