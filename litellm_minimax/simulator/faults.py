"""Deliberate faults: network failures, broken bodies, and MiniMax's own error codes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from litellm_minimax.simulator.answers import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litellm_minimax.simulator.quirks import Quirks

Kind = Literal[
    "error", "refuse", "reset", "stall", "drip", "truncate_json", "truncate_sse", "wrong_content_type",
    "gigantic_line", "endless", "invalid_utf8", "html_error", "redirect", "gzip_bomb", "duplicate_frames",
    "out_of_order", "empty_body", "no_finish",
]  # fmt: skip
Phase = Literal["before_headers", "after_headers", "mid_stream", "before_end"]
Envelope = Literal["http", "base_resp", "frame", "error_frame"]
Family = Literal["chat", "native", "anthropic"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in one answer.

    Attributes:
        kind: what goes wrong. ``error`` is an error that MiniMax itself reports; ``refuse`` closes the connection
            without a byte (for a real ECONNREFUSED use ``Simulator.refuse_connections``); ``reset`` sends an RST;
            ``stall`` falls silent; ``drip`` sends a byte at a time; ``truncate_*`` close in the middle; ``endless``
            never stops generating; ``no_finish`` ends a stream in good order but without a finish reason.
    at: how many chunks of a stream are sent correctly first (``mid_stream``, ``reset``, ``truncate_sse`` and so on).
    phase: when a ``stall`` or ``reset`` happens.
    seconds: how long a ``stall`` lasts before the connection is closed.
        code: MiniMax's error code, for ``error``.
        envelope: how an ``error`` is reported: ``http`` (the endpoint's own error body and status), ``base_resp`` (HTTP
            200 with a non-zero ``base_resp``; in a stream one frame), ``frame`` (the same after ``after_chunks``
            chunks of a good stream), ``error_frame`` (a frame with an ``error`` object).
        status: an HTTP status other than the code's usual one.
        text: a message other than the code's usual one, without the code in parentheses.
        after_chunks: good chunks before an error frame.
        size: bytes of a gigantic line, or of a gzip bomb once unpacked.
        delay: seconds between the bytes of a ``drip``.
        location: where a ``redirect`` points.
        answer: the answer without the fault; by default what the simulator makes up for the request.
        repeat: how many requests in a row get this fault when it is enqueued.
    """

    kind: Kind
    at: int = 1
    phase: Phase = "mid_stream"
    seconds: float = 3600.0
    code: int = 1000
    envelope: Envelope = "http"
    status: int | None = None
    text: str | None = None
    after_chunks: int = 0
    size: int = 16 * 1024 * 1024
    delay: float = 0.02
    location: str = "http://127.0.0.1:9/elsewhere"
    answer: Answer | None = None
    repeat: int = 1


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """How MiniMax reports one error: HTTP status, error type and text on the chat endpoints."""

    status: int
    type: str
    text: str


_SERVER = "server_error"
CODES: Mapping[int, ErrorCode] = {
    1000: ErrorCode(500, "api_error", "unknown error, 999"),
    1001: ErrorCode(504, "timeout_error", "request timeout"),
    1002: ErrorCode(429, "rate_limit_error", "rate limit exceeded(RPM)"),
    1004: ErrorCode(
        401, "authorized_error",
        "login fail: Please carry the API secret key in the 'Authorization' field of the request header",
    ),
    1008: ErrorCode(402, "insufficient_balance_error", "insufficient balance"),
    1013: ErrorCode(500, _SERVER, "internal service error"),
    1024: ErrorCode(500, _SERVER, "internal error"),
    1026: ErrorCode(400, "bad_request_error", "input new_sensitive"),
    1027: ErrorCode(400, "bad_request_error", "output new_sensitive"),
    1028: ErrorCode(429, "rate_limit_error", "Daily quota exhausted"),
    1030: ErrorCode(429, "rate_limit_error", "quota exhausted"),
    1033: ErrorCode(500, _SERVER, "system error"),
    1039: ErrorCode(429, "rate_limit_error", "rate limit exceeded(TPM)"),
    1041: ErrorCode(429, "rate_limit_error", "connection limit exceeded"),
    1042: ErrorCode(400, "bad_request_error", "invalid characters exceed 10%"),
    2013: ErrorCode(400, "bad_request_error", "invalid params"),
    2045: ErrorCode(429, "rate_limit_error", "rate growth limit exceeded"),
    2049: ErrorCode(401, "authorized_error", "invalid api key"),
    2056: ErrorCode(
        429, "rate_limit_error",
        "usage limit exceeded, 5-hour usage limit reached for Token Plan Starter (1500/1500 used), "
        "resets at 2026-11-23 18:00:00",
    ),
    2062: ErrorCode(400, "bad_request_error", "no active token plan subscription"),
    2064: ErrorCode(
        529, "overloaded_error",
        "The server cluster is currently under high load. Please retry after a short wait.",
    ),
    2061: ErrorCode(403, "forbidden_error", "your current token plan not support model"),
}  # fmt: skip
_OTHER = ErrorCode(500, _SERVER, "unknown error")

_ANTHROPIC_TYPES: Mapping[int, str] = {
    400: "invalid_request_error", 401: "authentication_error", 402: "invalid_request_error", 403: "permission_error",
    404: "not_found_error", 413: "request_too_large", 429: "rate_limit_error", 529: "overloaded_error",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MinimaxError:
    """A MiniMax error, before an endpoint puts it into its format."""

    code: int
    text: str
    status: int
    type: str = field(default="bad_request_error")

    def body(self, family: Family, trace_id: str, quirks: Quirks) -> tuple[int, bytes]:
        """Return HTTP status and JSON body in the format of the endpoint family."""
        if quirks.dialect != "minimax":
            told = {"message": self.text, "type": self.type, "param": None, "code": str(self.code)}
            return self.status, _json({"error": told})
        match family:
            case "native":
                return 200, _json({"base_resp": self.base_resp()})
            case "anthropic":
                return self.status, _json(self.anthropic(trace_id))
            case "chat":
                return self.status, _json(
                    {
                        "type": "error",
                        "error": {
                            "type": self.type,
                            "message": f"{self.text} ({self.code})",
                            "http_code": str(self.status),
                        },
                        "request_id": trace_id,
                    }
                )

    def base_resp(self) -> dict[str, Any]:
        """The native form."""
        return {"status_code": self.code, "status_msg": self.text}

    def anthropic(self, trace_id: str) -> dict[str, Any]:
        """Return the form of the Anthropic-compatible endpoint, also used in its ``error`` event."""
        kind = _ANTHROPIC_TYPES.get(self.status, "api_error")
        told = {"type": kind, "message": f"{self.text} ({self.code})"}
        return {"type": "error", "request_id": trace_id, "error": told}


def error_for(code: int, quirks: Quirks, *, text: str | None = None, status: int | None = None) -> MinimaxError:
    """Return an error by its code, with the usual text and HTTP status unless they are given."""
    usual = CODES.get(code, _OTHER)
    usual_status = quirks.status_1008 if code == 1008 else usual.status
    kind = "overloaded_error" if status == 529 else usual.type
    return MinimaxError(code, text if text is not None else usual.text, status or usual_status, kind)


def invalid(reason: str) -> MinimaxError:
    """Return a 2013: ``invalid params, <reason>``."""
    return MinimaxError(2013, f"invalid params, {reason}", 400)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
