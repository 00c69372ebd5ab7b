"""The only place where a fault becomes a LiteLLM exception with class, status and next step.

The class and status come from ``error_table.py``. The text is written for its reader: MiniMax's message and code, the
trace id, and what to do next.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import litellm

from litellm_minimax.observability import metrics
from litellm_minimax.observability.definitions import ERRORS
from litellm_minimax.upstream.error_table import (
    BY_2013_TEXT,
    BY_CODE,
    BY_STATUS,
    REDIRECT,
    TRY_AGAIN,
    UNKNOWN,
    CallContext,
    Meaning,
    Said,
    authentication,
    bad_gateway,
    bad_request,
    connection,
    timeout,
)
from litellm_minimax.upstream.transport_faults import TransportFault
from litellm_minimax.wire.faults import InvalidRequest, ProtocolFault, UnsupportedParameter, UpstreamFault


def to_litellm(fault: Exception, context: CallContext, now: float | None = None) -> Exception:
    """Return the LiteLLM exception for a fault of the wire or the transport; any other exception is returned unchanged.

    Args:
        fault: what happened.
        context: the call that failed.
        now: seconds since the epoch, for "resets at …" texts; by default the current time.
    """
    code = _code(fault)
    if code is not None:
        metrics.count(ERRORS, code=code)
    match fault:
        case UpstreamFault():
            return _upstream(fault, context, time.time() if now is None else now)
        case TransportFault():
            return _transport(fault, context)
        case ProtocolFault():
            build = connection if fault.truncated else bad_gateway
            return build(Said(f"MiniMax: {fault.problem} {TRY_AGAIN}", 502, context, {}))
        case UnsupportedParameter():
            return litellm.UnsupportedParamsError(
                message=f"MiniMax ({context.model}): {fault}", llm_provider=context.provider, model=context.model
            )
        case InvalidRequest():
            return bad_request(Said(f"MiniMax ({context.model}): {fault}", 400, context, {}))
    return fault


_TRANSPORT_CODES = {"timeout": "timeout", "unreachable": "unreachable", "interrupted": "broken_off"}


def _code(fault: Exception) -> str | None:
    """Return the code under which metrics count a fault; ``None`` for an exception that is not one of ours."""
    match fault:
        case UpstreamFault():
            return str(fault.code) if fault.code else f"http_{fault.http_status}"
        case TransportFault():
            return _TRANSPORT_CODES[fault.kind]
        case ProtocolFault():
            return "broken_off" if fault.truncated else "not_the_format"
        case InvalidRequest():
            return "refused_here"
    return None


def missing_key(context: CallContext) -> Exception:
    """Return the error for a missing key, raised before any network call."""
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
    """Return the error for ``n`` above 1, refused like the parameters that LiteLLM refuses by name."""
    return litellm.UnsupportedParamsError(
        message=f"n={choices}: MiniMax gives one choice per request. Send the request n times, or set drop_params.",
        llm_provider=context.provider,
        model=context.model,
    )


def charged_all_the_same(told: Exception, context: CallContext) -> Exception:
    """Return the error for a request that is finished and charged although its answer is lost.

    LiteLLM's Router and OpenAI's clients repeat 408, 409, 429 and every 5xx by themselves. Another status keeps them
    from making the same images again, and paying for them.
    """
    return litellm.APIError(
        status_code=424,
        message=(
            f"{getattr(told, 'message', told)} {context.model} finishes and charges every request it receives: "
            "this one was not retried automatically."
        ),
        llm_provider=context.provider,
        model=context.model,
    )


def invalid_json(context: CallContext, text: str, reason: str, schema: str) -> Exception:
    """Return the error for an answer that does not fit ``response_format``; the exception carries the raw text."""
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
    return meaning.build(Said(_sentence(fault, meaning, context), fault.http_status, context, headers))


def _meaning(fault: UpstreamFault) -> Meaning:
    if fault.code == 2013:
        for text, meaning in BY_2013_TEXT:
            if text in fault.text.lower():
                return meaning
    if fault.code in BY_CODE:
        return BY_CODE[fault.code]
    if fault.http_status in BY_STATUS:
        return BY_STATUS[fault.http_status]
    if 300 <= fault.http_status < 400:
        return REDIRECT
    if 400 <= fault.http_status < 500:
        return BY_STATUS[400]
    if fault.kind == "overloaded_error":
        return BY_STATUS[529]
    if fault.kind == "rate_limit_error":
        return BY_STATUS[429]
    return UNKNOWN


def _sentence(fault: UpstreamFault, meaning: Meaning, context: CallContext) -> str:
    number = f"error {fault.code}" if fault.code else f"HTTP {fault.http_status}"
    parts = [f"MiniMax {number} ({meaning.title}): {one_line(fault.text)}"]
    if meaning.next_step:
        parts.append(meaning.next_step)
    other = context.address.other_region if context.address else None
    if meaning.build is authentication and other:
        host = context.address.host if context.address else ""
        parts.append(f"Keys belong to one region: this one may be for {other}, not {host} (MINIMAX_REGION=global|cn).")
    if trace_id := _trace_id(fault):
        parts.append(f"Trace id {trace_id}.")
    return " ".join(part if part.endswith((".", "!", "?", "…")) else part + "." for part in parts)


_LONGEST_TEXT = 2000
_TRACE_ID = re.compile(r"[\w.:-]{1,128}", re.ASCII)


def one_line(text: str) -> str:
    """Return an upstream message so that it is safe to log: one line, no control characters, of limited length."""
    flat = " ".join("".join(char if char.isprintable() else " " for char in text[: 2 * _LONGEST_TEXT]).split())
    return flat if len(flat) <= _LONGEST_TEXT else flat[:_LONGEST_TEXT] + "…"


def _trace_id(fault: UpstreamFault) -> str | None:
    """Return the trace id if it is valid: it goes into a response header, where a line end would start another."""
    return fault.trace_id if fault.trace_id and _TRACE_ID.fullmatch(fault.trace_id) else None


def _transport(fault: TransportFault, context: CallContext) -> Exception:
    host = context.address.host if context.address else "the server"
    said = Said(f"MiniMax at {host}: {fault.detail}", 500, context, {})
    if fault.kind == "timeout":
        clock = f" (clock: {fault.phase})" if fault.phase else ""
        return timeout(Said(f"{said.message}{clock} Raise `timeout`, or stream the answer.", 408, context, {}))
    if fault.kind == "unreachable":
        return connection(Said(f"{said.message}. Nothing was sent; check the network and api_base.", 500, context, {}))
    return connection(said)


_RESET = re.compile(r"resets? at ([0-9][0-9TZ:+\-./ ]{0,40}[0-9Z])")


def seconds_to_reset(text: str, now: float) -> int | None:
    """Return the seconds until the time in a quota error ("resets at …"), rounded up; ``None`` if there is none.

    >>> seconds_to_reset("limit reached, resets at 1970-01-01T00:01:00Z", now=0)
    60
    """
    found = _RESET.search(text)
    if not found:
        return None
    stamp = found.group(1).strip().rstrip(".")
    if stamp.isdigit():
        if len(stamp) > 16:
            return None
        moment = float(stamp) / (1000 if len(stamp) > 11 else 1)
    else:
        try:
            read = datetime.fromisoformat(stamp)
        except ValueError:
            return None
        moment = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    return max(1, -int(-(moment - now) // 1)) if moment > now else None
