"""What happens to each parameter of a chat request, on MiniMax's hosts and on a self-hosted server.

LiteLLM's rules (``UnsupportedParamsError``, ``drop_params``), the request body and the table in ``docs/parameters.md``
all come from ``PARAMETERS``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from litellm_minimax.catalog import ModelFacts, Thinking
from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.notes import Notes
from litellm_minimax.wire.outgoing.dialect import Dialect


class Fate(Enum):
    """What happens to a parameter."""

    PASSED = "passed"
    DONE_HERE = "done here"
    NOTED = "accepted, not sent, noted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its fate on MiniMax's hosts and on a self-hosted server, and a remark for the documentation."""

    name: str
    minimax: Fate
    self_hosted: Fate
    remark: str = ""
    openai: bool = True
    """Whether LiteLLM knows the name. Unknown parameters reach a handler without a check."""


_P, _D, _N, _R = Fate.PASSED, Fate.DONE_HERE, Fate.NOTED, Fate.REFUSED

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("stream", _P, _P),
    Parameter("stream_options", _D, _D, "usage is always asked for; `include_usage` decides whether you see it"),
    Parameter("temperature", _P, _P, "0 to 2"),
    Parameter("top_p", _P, _P, "0 to 1"),
    Parameter("max_tokens", _P, _P, "sent as `max_completion_tokens` to MiniMax; from 1 to the model's cap"),
    Parameter("max_completion_tokens", _P, _P, "overrides `max_tokens`; sent as `max_tokens` when self-hosted"),
    Parameter("stop", _D, _P, "MiniMax ignores it: the answer is cut here, in streams too"),
    Parameter("tools", _P, _P, "functions only; server-side tools of other vendors are left out and noted"),
    Parameter("tool_choice", _P, _P, "MiniMax does not enforce it: `required` and a named function are also asked "
              "for in words; M2.x ignores `none`, so the tools are left out"),
    Parameter("parallel_tool_calls", _D, _P, "`false` is asked for in words, and only the first call is passed on"),
    Parameter(
        "response_format", _D, _P,
        "asked for in words, fences stripped, checked here; a whole answer that does not fit is asked for again once "
        "(`response_format_retries`)",
    ),
    Parameter("reasoning_effort", _P, _N, "M3.1: the level; M3: on or off; M2.x always thinks: noted"),
    Parameter("thinking", _P, _N, "M3: `adaptive` or `disabled`; M3.1: a level; M2.x always thinks: noted"),
    Parameter("seed", _P, _P, "MiniMax accepts it; no effect has been shown"),
    Parameter("presence_penalty", _P, _P, "MiniMax accepts it; no effect has been shown"),
    Parameter("frequency_penalty", _P, _P, "MiniMax accepts it; no effect has been shown"),
    Parameter("service_tier", _P, _N, "M3 and later: `priority`, or `standard` for `auto` and `default`"),
    Parameter("n", _D, _D, "1; more is refused, and becomes 1 with `drop_params`"),
    Parameter("user", _N, _N),
    Parameter("safety_identifier", _N, _N),
    Parameter("prompt_cache_key", _N, _N, "MiniMax caches prefixes by itself"),
    Parameter("prompt_cache_retention", _N, _N),
    Parameter("store", _N, _N),
    Parameter("metadata", _N, _N, "stays with LiteLLM"),
    Parameter("verbosity", _N, _N),
    Parameter("context_management", _N, _N),
    Parameter("web_search_options", _N, _N, "what LiteLLM makes of the `web_search` tool of Claude Code and Codex; "
              "MiniMax does not search"),
    Parameter("reasoning_split", _P, _N, "true unless you say otherwise; both forms are read", openai=False),
    Parameter("mask_sensitive_info", _P, _N, openai=False),
    Parameter("top_k", _N, _P, openai=False),
    Parameter("extra_body", _P, _P, "merged last, sent as it is", openai=False),
    Parameter("extra_headers", _D, _D, "sent as headers"),
    Parameter("max_retries", _D, _D, "LiteLLM retries"),
    Parameter("logprobs", _R, _R, "MiniMax returns none"),
    Parameter("top_logprobs", _R, _R, "MiniMax returns none"),
    Parameter("logit_bias", _R, _R),
    Parameter("functions", _R, _R, "use `tools`"),
    Parameter("function_call", _R, _R, "use `tool_choice`"),
    Parameter("audio", _R, _R),
    Parameter("modalities", _R, _R),
    Parameter("prediction", _R, _R),
)  # fmt: skip

SUPPORTED_OPENAI_PARAMS: tuple[str, ...] = tuple(
    parameter.name for parameter in PARAMETERS if parameter.openai and parameter.minimax is not Fate.REFUSED
)

_BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}
_TOOL_PARAMETERS = frozenset({"tools", "tool_choice", "parallel_tool_calls"})
# What LiteLLM and this package's own configuration leave in the parameters of every call.
_HOUSEKEEPING = frozenset({
    "additional_drop_params", "allowed_openai_params", "api_base", "api_key", "api_version", "base_url",
    "custom_llm_provider", "drop_params", "headers", "hybrid", "include_server_side_tool_invocations", "messages",
    "model", "model_info", "num_retries", "proxy_server_request", "stream_timeout", "timeout",
})  # fmt: skip
_TIERS = {"auto": "standard", "default": "standard", "standard": "standard", "priority": "priority"}


def supported_openai_params(facts: ModelFacts | None) -> list[str]:
    """The parameters LiteLLM's rules may let through for a model; the others are its ``UnsupportedParamsError``."""
    if facts is None or facts.tools:
        return list(SUPPORTED_OPENAI_PARAMS)
    return [name for name in SUPPORTED_OPENAI_PARAMS if name not in _TOOL_PARAMETERS]


def sampling_fields(parameters: Mapping[str, object], dialect: Dialect, notes: Notes) -> dict[str, object]:
    """Everything of the body that says how to sample and how much, in a fixed order.

    Raises:
        InvalidRequest: a value MiniMax would refuse, with the bound it breaks.
    """
    _only_one_choice(parameters.get("n"))
    fields: dict[str, object] = {
        "max_completion_tokens" if dialect.minimax_host else "max_tokens": _token_limit(parameters, dialect),
        "temperature": _number(parameters, "temperature", 2),
        "top_p": _number(parameters, "top_p", 1),
    }
    for name in ("seed", "presence_penalty", "frequency_penalty", "top_k", "mask_sensitive_info"):
        parameter = _BY_NAME[name]
        if (parameter.minimax if dialect.minimax_host else parameter.self_hosted) is Fate.PASSED:
            fields[name] = parameters.get(name)
    fields["service_tier"] = _service_tier(parameters.get("service_tier"), dialect, notes)
    return {name: value for name, value in fields.items() if value is not None}


def note_unsent(parameters: Mapping[str, object], dialect: Dialect, notes: Notes) -> None:
    """Name the parameters that stay here, so that none disappears without a word."""
    for name, value in parameters.items():
        if value is None or name in _HOUSEKEEPING or name.startswith("litellm_"):
            continue
        parameter = _BY_NAME.get(name)
        if parameter is None or parameter.minimax is Fate.REFUSED:
            notes.add("not a parameter of this plugin; to send it, put it into extra_body.", name)
        elif _stays(parameter, dialect):
            notes.add("accepted and not sent.", name)


def stop_sequences(value: object) -> tuple[str, ...]:
    """The stop sequences of a request, none of them empty.

    Raises:
        InvalidRequest: anything but a non-empty string or a list of such.
    """
    if value is None:
        return ()
    sequences = [value] if isinstance(value, str) else value
    if not isinstance(sequences, Sequence) or not all(isinstance(s, str) and s for s in sequences):
        raise InvalidRequest("stop", "it must be a non-empty string or a list of non-empty strings.")
    return tuple(dict.fromkeys(sequences))


def _stays(parameter: Parameter, dialect: Dialect) -> bool:
    if parameter.name in ("thinking", "reasoning_effort", "service_tier"):
        return False  # noted where they are mapped, with the reason
    return (parameter.minimax if dialect.minimax_host else parameter.self_hosted) is Fate.NOTED


def _only_one_choice(value: object) -> None:
    if value is not None and (value is True or value != 1):
        raise InvalidRequest("n", "MiniMax gives one choice per request.", "Send the request n times.")


def _token_limit(parameters: Mapping[str, object], dialect: Dialect) -> int | None:
    name = "max_completion_tokens" if parameters.get("max_completion_tokens") is not None else "max_tokens"
    value = parameters.get(name)
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidRequest(name, "it must be a whole number of tokens, at least 1.")
    if dialect.facts and dialect.minimax_host and value > dialect.facts.max_output:
        raise InvalidRequest(name, f"{value} is more than {dialect.model} can answer with.",
                             f"Its cap is {dialect.facts.max_output}.")  # fmt: skip
    return value


def _number(parameters: Mapping[str, object], name: str, highest: int) -> float | None:
    value = parameters.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= highest:
        raise InvalidRequest(name, f"it must be a number from 0 to {highest}.")
    return value


def _service_tier(value: object, dialect: Dialect, notes: Notes) -> str | None:
    if value is None:
        return None
    sold = dialect.thinking in (None, Thinking.SWITCH, Thinking.EFFORT)
    tier = _TIERS.get(value.lower()) if isinstance(value, str) and dialect.minimax_host and sold else None
    if tier is None:
        notes.add("this service tier is not sold for the model; not sent.", "service_tier")
    return tier
