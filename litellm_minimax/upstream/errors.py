"""The one place where a fault becomes a LiteLLM exception: what MiniMax said → class, status, next step.

LiteLLM's Router retries, cools down and falls back by the exception's class and status, so the class is the contract;
the text is for the person who reads it: MiniMax's sentence and code, the trace id, and what to do next.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import litellm

from litellm_minimax.upstream.transport import TransportFault
from litellm_minimax.wire.faults import InvalidRequest, ProtocolFault, UpstreamFault

if TYPE_CHECKING:
    from litellm_minimax.upstream.addresses import Address


@dataclass(frozen=True, slots=True)
class CallContext:
    """Whose call failed: what an exception must name."""

    model: str
    provider: str = "minimax"
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What one MiniMax code means to LiteLLM."""

    build: Callable[[_Said], Exception]
    title: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class _Said:
    """Everything an exception is built from."""

    message: str
    status: int
    context: CallContext
    headers: dict[str, str]

    @property
    def response(self) -> httpx.Response:
        # LiteLLM reads Retry-After from the response that an exception carries.
        host = self.context.address.root if self.context.address else "https://api.minimax.io"
        return httpx.Response(self.status, headers=self.headers, request=httpx.Request("POST", host))

    def with_status(self, status: int) -> _Said:
        return _Said(self.message, status, self.context, self.headers)


def _common(said: _Said) -> dict[str, Any]:
    return {
        "message": said.message,
        "llm_provider": said.context.provider,
        "model": said.context.model,
        "response": said.response,
    }


def _rate_limit(said: _Said) -> Exception:
    return litellm.RateLimitError(**_common(said.with_status(429)))


def _authentication(said: _Said) -> Exception:
    return litellm.AuthenticationError(**_common(said.with_status(401)))


def _payment(said: _Said) -> Exception:
    said = said.with_status(402)
    payment_required = getattr(litellm.exceptions, "PaymentRequiredError", None)
    if payment_required is not None:
        error: Exception = payment_required(**_common(said))
        return error
    # Older releases have no class for 402; APIError carries the status, which is what the Router reads.
    return litellm.APIError(
        status_code=402, message=said.message, llm_provider=said.context.provider, model=said.context.model
    )


def _permission(said: _Said) -> Exception:
    return litellm.PermissionDeniedError(**_common(said.with_status(403)))


def _not_found(said: _Said) -> Exception:
    return litellm.NotFoundError(**_common(said.with_status(404)))


def _bad_request(said: _Said) -> Exception:
    return litellm.BadRequestError(**_common(said.with_status(400)))


def _context_window(said: _Said) -> Exception:
    return litellm.ContextWindowExceededError(**_common(said.with_status(400)))


def _content_policy(said: _Said) -> Exception:
    return litellm.ContentPolicyViolationError(**_common(said.with_status(400)))


def _server(said: _Said) -> Exception:
    return litellm.InternalServerError(**_common(said.with_status(500)))


def _overloaded(said: _Said) -> Exception:
    return litellm.ServiceUnavailableError(**_common(said.with_status(503)))


def _bad_gateway(said: _Said) -> Exception:
    return litellm.BadGatewayError(**_common(said.with_status(502)))


def _timeout(said: _Said) -> Exception:
    return litellm.Timeout(
        message=said.message, model=said.context.model, llm_provider=said.context.provider, headers=said.headers
    )


def _connection(said: _Said) -> Exception:
    return litellm.APIConnectionError(
        message=said.message, llm_provider=said.context.provider, model=said.context.model
    )


_SLOW_DOWN = "MiniMax sends no Retry-After: back off for tens of seconds, or add a deployment with its own key."
_TRY_AGAIN = "This is on MiniMax's side; the same request may succeed later."
_BAD_KEY = "Check MINIMAX_API_KEY (or api_key)."

# MiniMax's code → what it means. Source: the official error page and observations (see docs/errors.md).
_BY_CODE: dict[int, _Meaning] = {
    1000: _Meaning(_server, "unknown error", _TRY_AGAIN),
    1001: _Meaning(_timeout, "timeout", _TRY_AGAIN),
    1002: _Meaning(_rate_limit, "rate limit (requests)", _SLOW_DOWN),
    1004: _Meaning(_authentication, "authentication failed", _BAD_KEY),
    1008: _Meaning(_payment, "insufficient balance", "Top up the account at platform.minimax.io, then try again."),
    1013: _Meaning(_server, "internal error", _TRY_AGAIN),
    1024: _Meaning(_server, "internal error", _TRY_AGAIN),
    1026: _Meaning(_content_policy, "the input was refused as sensitive", "Rephrase the input."),
    1027: _Meaning(_content_policy, "the output was stopped as sensitive", "Rephrase the input."),
    1028: _Meaning(_rate_limit, "quota exhausted", "Wait for the quota's reset, or use another key."),
    1030: _Meaning(_rate_limit, "quota exhausted", "Wait for the quota's reset, or use another key."),
    1033: _Meaning(_server, "internal error", _TRY_AGAIN),
    1039: _Meaning(_rate_limit, "rate limit (tokens)", _SLOW_DOWN),
    1041: _Meaning(_rate_limit, "rate limit (connections)", "Send fewer requests at the same time."),
    1042: _Meaning(_bad_request, "too many invisible characters", "Remove control characters from the input."),
    2013: _Meaning(_bad_request, "invalid parameters"),
    2045: _Meaning(_rate_limit, "rate limit (growth)", "Raise the request rate slowly."),
    2049: _Meaning(_authentication, "invalid API key", _BAD_KEY),
    2056: _Meaning(_rate_limit, "the plan's usage limit is reached", "Wait for the reset that the text names."),
    2061: _Meaning(_permission, "the plan does not include this model", "Use a pay-as-you-go key, or another model."),
}  # fmt: skip

# 2013 is MiniMax's catch-all; its text tells these apart.
_BY_2013_TEXT: tuple[tuple[str, _Meaning], ...] = (
    ("context window exceeds limit", _Meaning(_context_window, "the prompt is too long", "Shorten the conversation.")),
    ("unknown model", _Meaning(_bad_request, "unknown model", "See `litellm-minimax models` for the ids.")),
)  # fmt: skip

# Where an error has no code we know, its HTTP status decides.
_BY_STATUS: dict[int, _Meaning] = {
    400: _Meaning(_bad_request, "bad request"),
    401: _Meaning(_authentication, "authentication failed", _BAD_KEY),
    402: _Meaning(_payment, "payment required", "Top up the account, then try again."),
    403: _Meaning(_permission, "permission denied"),
    404: _Meaning(_not_found, "not found", "Check api_base: chat is asked at <root>/v1/chat/completions."),
    408: _Meaning(_timeout, "timeout", _TRY_AGAIN),
    413: _Meaning(_bad_request, "request too large", "A request body may have 64 MB."),
    422: _Meaning(_bad_request, "unprocessable request"),
    429: _Meaning(_rate_limit, "rate limit", _SLOW_DOWN),
    502: _Meaning(_bad_gateway, "bad gateway", _TRY_AGAIN),
    503: _Meaning(_overloaded, "unavailable", _TRY_AGAIN),
    504: _Meaning(_timeout, "gateway timeout", _TRY_AGAIN),
    529: _Meaning(_overloaded, "overloaded", _TRY_AGAIN),
}
_REDIRECT = _Meaning(
    _bad_gateway, "a redirect, which is not followed with a key in hand", "Set api_base to the final address."
)
_UNKNOWN = _Meaning(_server, "error", _TRY_AGAIN)


def to_litellm(fault: Exception, context: CallContext, now: float | None = None) -> Exception:
    """The LiteLLM exception for a fault of the wire or the transport; any other exception is returned as it is.

    Args:
        fault: what happened.
        context: whose call it was.
        now: seconds since the epoch, for "resets at …" texts; the clock by default.
    """
    match fault:
        case UpstreamFault():
            return _upstream(fault, context, time.time() if now is None else now)
        case TransportFault():
            return _transport(fault, context)
        case ProtocolFault():
            build = _connection if fault.truncated else _bad_gateway
            return build(_Said(f"MiniMax: {fault.problem} {_TRY_AGAIN}", 502, context, {}))
        case InvalidRequest():
            return _bad_request(_Said(f"MiniMax ({context.model}): {fault}", 400, context, {}))
    return fault


def missing_key(context: CallContext) -> Exception:
    """No key is configured: said before any network call."""
    return litellm.AuthenticationError(
        message=(
            "No MiniMax API key. Set MINIMAX_API_KEY, or pass api_key=. "
            "Keys are made at platform.minimax.io (international) or platform.minimaxi.com (China). "
            "Check the set-up with: litellm-minimax doctor"
        ),
        llm_provider=context.provider,
        model=context.model,
    )


def several_choices(choices: int, context: CallContext) -> Exception:
    """``n`` above 1: refused like the parameters that LiteLLM refuses by their names."""
    return litellm.UnsupportedParamsError(
        message=f"n={choices}: MiniMax gives one choice per request. Send the request n times, or set drop_params.",
        llm_provider=context.provider,
        model=context.model,
    )


def invalid_json(context: CallContext, text: str, reason: str, schema: str) -> Exception:
    """The answer is not the JSON that ``response_format`` asked for; the raw text travels with the exception."""
    error = litellm.JSONSchemaValidationError(
        model=context.model, llm_provider=context.provider, raw_response=text, schema=schema
    )
    error.message = f"MiniMax's answer does not fit response_format: {reason}. {error.message}"
    return error


def _upstream(fault: UpstreamFault, context: CallContext, now: float) -> Exception:
    meaning = _meaning(fault)
    wait = seconds_to_reset(fault.text, now)
    headers = {} if wait is None else {"retry-after": str(wait)}
    if trace_id := _trace_id(fault):
        headers["trace-id"] = trace_id
    return meaning.build(_Said(_sentence(fault, meaning, context), fault.http_status, context, headers))


def _meaning(fault: UpstreamFault) -> _Meaning:
    if fault.code == 2013:
        for text, meaning in _BY_2013_TEXT:
            if text in fault.text.lower():
                return meaning
    if fault.code in _BY_CODE:
        return _BY_CODE[fault.code]
    if fault.http_status in _BY_STATUS:
        return _BY_STATUS[fault.http_status]
    if 300 <= fault.http_status < 400:
        return _REDIRECT
    if 400 <= fault.http_status < 500:
        return _BY_STATUS[400]
    if fault.kind == "overloaded_error":
        return _BY_STATUS[529]
    if fault.kind == "rate_limit_error":
        return _BY_STATUS[429]
    return _UNKNOWN


def _sentence(fault: UpstreamFault, meaning: _Meaning, context: CallContext) -> str:
    number = f"error {fault.code}" if fault.code else f"HTTP {fault.http_status}"
    parts = [f"MiniMax {number} ({meaning.title}): {one_line(fault.text)}"]
    if meaning.next_step:
        parts.append(meaning.next_step)
    other = context.address.other_region if context.address else None
    if meaning.build is _authentication and other:
        host = context.address.host if context.address else ""
        parts.append(f"Keys belong to one region: this one may be for {other}, not {host} (MINIMAX_REGION=global|cn).")
    if trace_id := _trace_id(fault):
        parts.append(f"Trace id {trace_id}.")
    return " ".join(part if part.endswith((".", "!", "?", "…")) else part + "." for part in parts)


_LONGEST_TEXT = 2000
_TRACE_ID = re.compile(r"[\w.:-]{1,128}", re.ASCII)


def one_line(text: str) -> str:
    """An upstream's sentence as it may stand in a log: one line, no control characters, of a bounded length."""
    flat = " ".join("".join(char if char.isprintable() else " " for char in text[: 2 * _LONGEST_TEXT]).split())
    return flat if len(flat) <= _LONGEST_TEXT else flat[:_LONGEST_TEXT] + "…"


def _trace_id(fault: UpstreamFault) -> str | None:
    """The trace id, if it is one: it goes into a response header, where a line end would be another header."""
    return fault.trace_id if fault.trace_id and _TRACE_ID.fullmatch(fault.trace_id) else None


def _transport(fault: TransportFault, context: CallContext) -> Exception:
    host = context.address.host if context.address else "the server"
    said = _Said(f"MiniMax at {host}: {fault.detail}", 500, context, {})
    if fault.kind == "timeout":
        clock = f" (clock: {fault.phase})" if fault.phase else ""
        return _timeout(_Said(f"{said.message}{clock} Raise `timeout`, or stream the answer.", 408, context, {}))
    if fault.kind == "unreachable":
        return _connection(
            _Said(f"{said.message}. Nothing was sent; check the network and api_base.", 500, context, {})
        )
    return _connection(said)


_RESET = re.compile(r"resets? at ([0-9][0-9TZ:+\-./ ]*[0-9Z])")


def seconds_to_reset(text: str, now: float) -> int | None:
    """Seconds until the time that a quota error names ("resets at …"), rounded up; ``None`` if it names none.

    >>> seconds_to_reset("limit reached, resets at 1970-01-01T00:01:00Z", now=0)
    60
    """
    found = _RESET.search(text)
    if not found:
        return None
    stamp = found.group(1).strip().rstrip(".")
    if stamp.isdigit():
        moment = float(stamp) / (1000 if len(stamp) > 11 else 1)
    else:
        try:
            read = datetime.fromisoformat(stamp)
        except ValueError:
            return None
        moment = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    return max(1, -int(-(moment - now) // 1)) if moment > now else None
