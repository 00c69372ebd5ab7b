"""The errors that a hybrid route itself raises, as LiteLLM's exceptions. Members' errors are passed on unchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import litellm

from litellm_minimax.hybrid.asking.spec import quoted

if TYPE_CHECKING:
    from litellm_minimax.hybrid.asking.spec import Member
    from litellm_minimax.wire.faults import InvalidRequest

PROVIDER = "hybrid"
_NOWHERE = "https://hybrid.invalid"


def bad_request(fault: InvalidRequest, model: str) -> Exception:
    """Return a 400 that says what is wrong with the request or the route."""
    return litellm.BadRequestError(message=str(fault), model=model, llm_provider=PROVIDER)


def not_allowed(member: Member, name: str, model: str) -> Exception:
    """Return a 403 that names the member that the caller's key may not use."""
    named = quoted(member.raw) if name == member.raw else f"{quoted(member.raw)} (the model group {quoted(name)})"
    return litellm.PermissionDeniedError(
        message=f"This key may not use {named}, a member of the hybrid. Use models that the key is allowed.",
        llm_provider=PROVIDER,
        model=model,
        response=httpx.Response(403, request=httpx.Request("POST", _NOWHERE)),
    )


def nested(model: str) -> Exception:
    """Return a 400 for a hybrid that was called from inside a hybrid."""
    return litellm.BadRequestError(
        message="model: a hybrid can't be inside a hybrid; a member (or a fallback of one) leads to a hybrid again.",
        model=model,
        llm_provider=PROVIDER,
    )


def reasoner_failed(reason: str, error: Exception | None, model: str, phase: str) -> Exception:
    """Return the error of a route with ``on_reasoning_failure: error``: the reasoner's own, or one that names why."""
    if error is not None:
        return of_phase(error, phase)
    message = f"The reasoning model of the hybrid gave nothing to go on ({reason}; phase: {phase})."
    if reason.endswith("timeout"):
        return litellm.Timeout(message=message, model=model, llm_provider=PROVIDER)
    return litellm.ServiceUnavailableError(
        message=message,
        llm_provider=PROVIDER,
        model=model,
        response=httpx.Response(503, request=httpx.Request("POST", _NOWHERE)),
    )


def took_too_long(seconds: float, model: str) -> Exception:
    """Return a timeout for an answer that took too long as a whole, though each chunk arrived in time."""
    return litellm.Timeout(
        message=f"The whole answer did not arrive within {seconds:g} s. Raise `timeout`, or stream the answer.",
        model=model,
        llm_provider=PROVIDER,
    )


def of_phase(error: Exception, phase: str) -> Exception:
    """Return a member's error with the phase of the hybrid added to its message; class and status stay the same."""
    said, where = getattr(error, "message", None), f" (In the hybrid's {phase} phase.)"
    if isinstance(said, str) and not said.endswith(where):
        # LiteLLM's exceptions print this attribute, and the proxy sends it to the client.
        setattr(error, "message", said + where)  # noqa: B010 - not on every Exception
    return error


def fell_silent(model: str) -> Exception:
    """Return a timeout for a reasoning model that answers by itself and sent nothing for too long."""
    return litellm.Timeout(
        message="The reasoning model, which answers this request by itself, said nothing for too long. Try again, or "
        "raise first_delta_timeout or idle_timeout.",
        model=model,
        llm_provider=PROVIDER,
    )


def plain(error: Exception) -> Exception:
    """Return a member's error without the wrapper that LiteLLM puts around an error after the first chunk."""
    original = getattr(error, "original_exception", None)
    return original if isinstance(original, Exception) else error
