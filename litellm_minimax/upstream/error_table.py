"""What MiniMax's error codes, messages and HTTP statuses become in LiteLLM: class, status, title and next step.

LiteLLM's Router retries, cools down and falls back by the exception's class and status, so these must stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import litellm

if TYPE_CHECKING:
    from litellm_minimax.upstream.addresses import Address


@dataclass(frozen=True, slots=True)
class CallContext:
    """The call that failed, for what an exception must name."""

    model: str
    provider: str = "minimax"
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one MiniMax code becomes in LiteLLM."""

    build: Callable[[Said], Exception]
    title: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Everything that is needed to build an exception."""

    message: str
    status: int
    context: CallContext
    headers: dict[str, str]

    @property
    def response(self) -> httpx.Response:
        """Return an HTTP response with this status, for the exception to carry."""
        # LiteLLM reads Retry-After from the response that an exception carries.
        host = self.context.address.root if self.context.address else "https://api.minimax.io"
        return httpx.Response(self.status, headers=self.headers, request=httpx.Request("POST", host))

    def with_status(self, status: int) -> Said:
        """Return a copy with the status that the exception's class has."""
        return Said(self.message, status, self.context, self.headers)


def _common(said: Said) -> dict[str, Any]:
    return {
        "message": said.message,
        "llm_provider": said.context.provider,
        "model": said.context.model,
        "response": said.response,
    }


def _rate_limit(said: Said) -> Exception:
    return litellm.RateLimitError(**_common(said.with_status(429)))


def authentication(said: Said) -> Exception:
    """``AuthenticationError``, 401."""
    return litellm.AuthenticationError(**_common(said.with_status(401)))


def _payment(said: Said) -> Exception:
    said = said.with_status(402)
    payment_required = getattr(litellm.exceptions, "PaymentRequiredError", None)
    if payment_required is not None:
        error: Exception = payment_required(**_common(said))
        return error
    # Older releases have no class for 402; APIError has the status, and that is what the Router reads.
    return litellm.APIError(
        status_code=402, message=said.message, llm_provider=said.context.provider, model=said.context.model
    )


def _permission(said: Said) -> Exception:
    return litellm.PermissionDeniedError(**_common(said.with_status(403)))


def _not_found(said: Said) -> Exception:
    return litellm.NotFoundError(**_common(said.with_status(404)))


def bad_request(said: Said) -> Exception:
    """``BadRequestError``, 400."""
    return litellm.BadRequestError(**_common(said.with_status(400)))


def _context_window(said: Said) -> Exception:
    return litellm.ContextWindowExceededError(**_common(said.with_status(400)))


def _content_policy(said: Said) -> Exception:
    return litellm.ContentPolicyViolationError(**_common(said.with_status(400)))


def _server(said: Said) -> Exception:
    return litellm.InternalServerError(**_common(said.with_status(500)))


def _overloaded(said: Said) -> Exception:
    return litellm.ServiceUnavailableError(**_common(said.with_status(503)))


def bad_gateway(said: Said) -> Exception:
    """``BadGatewayError``, 502."""
    return litellm.BadGatewayError(**_common(said.with_status(502)))


def timeout(said: Said) -> Exception:
    """``Timeout``, 408."""
    return litellm.Timeout(
        message=said.message, model=said.context.model, llm_provider=said.context.provider, headers=said.headers
    )


def connection(said: Said) -> Exception:
    """``APIConnectionError``, which LiteLLM gives 500."""
    return litellm.APIConnectionError(
        message=said.message, llm_provider=said.context.provider, model=said.context.model
    )


_SLOW_DOWN = "MiniMax sends no Retry-After: back off for tens of seconds, or add a deployment with its own key."
TRY_AGAIN = "This is on MiniMax's side; the same request may succeed later."
_BAD_KEY = "Check MINIMAX_API_KEY (or api_key)."

# MiniMax's code → what it means. Source: the official error page and observations (see docs/errors.md).
BY_CODE: dict[int, Meaning] = {
    1000: Meaning(_server, "unknown error", TRY_AGAIN),
    1001: Meaning(timeout, "timeout", TRY_AGAIN),
    1002: Meaning(_rate_limit, "rate limit (requests)", _SLOW_DOWN),
    1004: Meaning(authentication, "authentication failed", _BAD_KEY),
    1008: Meaning(_payment, "insufficient balance", "Top up the account at platform.minimax.io, then try again."),
    1013: Meaning(_server, "internal error", TRY_AGAIN),
    1024: Meaning(_server, "internal error", TRY_AGAIN),
    1026: Meaning(_content_policy, "the input was refused as sensitive", "Rephrase the input."),
    1027: Meaning(_content_policy, "the output was stopped as sensitive", "Rephrase the input."),
    1028: Meaning(_rate_limit, "quota exhausted", "Wait for the quota's reset, or use another key."),
    1030: Meaning(_rate_limit, "quota exhausted", "Wait for the quota's reset, or use another key."),
    1033: Meaning(_server, "internal error", TRY_AGAIN),
    1039: Meaning(_rate_limit, "rate limit (tokens)", _SLOW_DOWN),
    1041: Meaning(_rate_limit, "rate limit (connections)", "Send fewer requests at the same time."),
    1042: Meaning(bad_request, "too many invisible characters", "Remove control characters from the input."),
    2013: Meaning(bad_request, "invalid parameters"),
    2045: Meaning(_rate_limit, "rate limit (growth)", "Raise the request rate slowly."),
    2049: Meaning(authentication, "invalid API key", _BAD_KEY),
    2056: Meaning(_rate_limit, "the plan's usage limit is reached", "Wait for the reset that the text names."),
    2061: Meaning(_permission, "the plan does not include this model", "Use a pay-as-you-go key, or another model."),
    2064: Meaning(_overloaded, "the servers are under high load", TRY_AGAIN),
}  # fmt: skip
ABOUT_THE_REQUEST = frozenset(code for code, told in BY_CODE.items() if told.build in {bad_request, _content_policy})
"""Codes that are about the request itself; the others are about the key, the plan or a passing state."""

# 2013 is MiniMax's catch-all code; its text separates these cases.
BY_2013_TEXT: tuple[tuple[str, Meaning], ...] = (
    ("context window exceeds limit", Meaning(_context_window, "the prompt is too long", "Shorten the conversation.")),
    ("unknown model", Meaning(bad_request, "unknown model", "See `litellm-minimax models` for the ids.")),
)  # fmt: skip

# An error without a known code is classified by its HTTP status.
BY_STATUS: dict[int, Meaning] = {
    400: Meaning(bad_request, "bad request"),
    401: Meaning(authentication, "authentication failed", _BAD_KEY),
    402: Meaning(_payment, "payment required", "Top up the account, then try again."),
    403: Meaning(_permission, "permission denied"),
    404: Meaning(_not_found, "not found", "Check api_base: chat requests go to <root>/v1/chat/completions."),
    408: Meaning(timeout, "timeout", TRY_AGAIN),
    413: Meaning(bad_request, "request too large", "A request body may have at most 64 MB."),
    422: Meaning(bad_request, "unprocessable request"),
    429: Meaning(_rate_limit, "rate limit", _SLOW_DOWN),
    502: Meaning(bad_gateway, "bad gateway", TRY_AGAIN),
    503: Meaning(_overloaded, "unavailable", TRY_AGAIN),
    504: Meaning(timeout, "gateway timeout", TRY_AGAIN),
    529: Meaning(_overloaded, "overloaded", TRY_AGAIN),
}
REDIRECT = Meaning(
    bad_gateway, "a redirect, which is not followed because the request has a key", "Set api_base to the final address."
)
UNKNOWN = Meaning(_server, "error", TRY_AGAIN)
