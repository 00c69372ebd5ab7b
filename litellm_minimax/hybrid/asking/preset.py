"""The options of a hybrid route, checked once: ``litellm_params.hybrid`` in the proxy's configuration.

Precedence, weakest first: the built-in default, the environment variable that the reference system has for the same
option, the configuration. Only ``DISABLE_HYBRID_BACKEND`` overrides the configuration, because it is a kill switch.
For one request, a client may override three options and state its phase, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from litellm_minimax.hybrid.asking.spec import HybridSpec, Member, parse_member, quoted
from litellm_minimax.wire.faults import InvalidRequest

HandOver = Literal["thinking", "plan", "both"]
Placement = Literal["tail", "system"]
Trigger = Literal["user_turn", "tool_error", "stall", "every_call"]
OnFailure = Literal["degrade", "error"]
ShowReasoning = Literal["full", "hidden"]
SideCalls = Literal["execution", "think"]
Mode = Literal["notes", "advisor"]
WhenPlanning = Literal["execution", "reasoning"]

DEFAULT_BACKENDS: Mapping[str, str] = MappingProxyType({"qwen-oauth": "dashscope"})
"""Backend names of the reference system that LiteLLM calls differently."""

_ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {
        "reasoning_injection_probability": "REASONING_INJECTION_PROBABILITY",
        "force_initial_turns": "HYBRID_REASONING_FORCE_INITIAL_TURNS",
        "reasoning_timeout": "HYBRID_REASONING_MODEL_TIMEOUT",
        "repeat_messages": "HYBRID_BACKEND_REPEAT_MESSAGES",
    }
)
_KILL_SWITCH = "DISABLE_HYBRID_BACKEND"
_TRUE = frozenset({"1", "true", "yes", "on"})
_Checked = TypeVar("_Checked", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Preset:
    """The checked options of one hybrid route. Times are in seconds, sizes in tokens."""

    members: HybridSpec | None = None
    hand_over: HandOver = "thinking"
    placement: Placement = "tail"
    trigger: frozenset[Trigger] = frozenset({"user_turn", "tool_error"})
    reasoning_injection_probability: float = 1.0
    force_initial_turns: int = 4
    reuse_within_turn: bool = True
    first_delta_timeout: float = 30.0
    idle_timeout: float = 30.0
    reasoning_timeout: float = 60.0
    max_reasoning_tokens: int = 8192
    max_hand_over_tokens: int = 4096
    on_reasoning_failure: OnFailure = "degrade"
    show_reasoning: ShowReasoning = "full"
    repeat_messages: bool = False
    side_calls: SideCalls = "execution"
    mode: Mode = "notes"
    max_uses: int = 3
    max_advice_tokens: int = 700
    advise_first: bool = False
    when_planning: WhenPlanning = "execution"
    escalate_after: int = 0
    review: bool = False
    reasoning_budget: float | None = None
    """US dollars that thinking may cost in one conversation."""
    enabled: bool = True
    allow_unconfigured_members: bool = False
    backends: Mapping[str, str] = field(default_factory=lambda: DEFAULT_BACKENDS)


@dataclass(frozen=True, slots=True)
class Override:
    """What one request may change: ``metadata.hybrid``."""

    trigger: Literal["force", "skip"] | None = None
    hand_over: HandOver | None = None
    show_reasoning: ShowReasoning | None = None
    phase: Literal["plan", "act"] | None = None
    """The phase of work that the client's agent is in; overrides what was detected."""

    def applied_to(self, preset: Preset) -> Preset:
        """Return ``preset`` with this request's ``hand_over`` and ``show_reasoning``."""
        return replace(
            preset,
            hand_over=self.hand_over or preset.hand_over,
            show_reasoning=self.show_reasoning or preset.show_reasoning,
        )


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False, hide_input_in_errors=True)


class _Options(_Strict):
    """The options under ``litellm_params.hybrid``."""

    reasoning_model: str | None = None
    execution_model: str | None = None
    hand_over: HandOver = "thinking"
    placement: Placement = "tail"
    trigger: list[Trigger] = Field(default=["user_turn", "tool_error"], min_length=1)
    reasoning_injection_probability: float = Field(default=1.0, ge=0, le=1)
    force_initial_turns: int = Field(default=4, ge=0)
    reuse_within_turn: bool = True
    first_delta_timeout: float = Field(default=30, gt=0, le=3600)
    idle_timeout: float = Field(default=30, gt=0, le=3600)
    reasoning_timeout: float = Field(default=60, gt=0, le=3600)
    max_reasoning_tokens: int = Field(default=8192, ge=1)
    max_hand_over_tokens: int = Field(default=4096, ge=16)
    on_reasoning_failure: OnFailure = "degrade"
    show_reasoning: ShowReasoning = "full"
    repeat_messages: bool = False
    side_calls: SideCalls = "execution"
    mode: Mode = "notes"
    max_uses: int = Field(default=3, ge=1, le=100)
    max_advice_tokens: int = Field(default=700, ge=16)
    advise_first: bool = False
    when_planning: WhenPlanning = "execution"
    escalate_after: int = Field(default=0, ge=0)
    review: bool = False
    reasoning_budget: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    enabled: bool = True
    allow_unconfigured_members: bool = False
    backends: dict[str, str] = Field(default_factory=dict)


class _Override(_Strict):
    trigger: Literal["force", "skip"] | None = None
    hand_over: HandOver | None = None
    show_reasoning: ShowReasoning | None = None
    phase: Literal["plan", "act"] | None = None


def read(options: Mapping[str, Any] | None, environment: Mapping[str, str], where: str = "hybrid") -> Preset:
    """Check the options of one route.

    Args:
        options: the value of ``litellm_params.hybrid``, if there is one.
        environment: the process's environment, of which only the reference system's variables are read.
        where: the path to name in errors, such as ``model_list[2].litellm_params.hybrid``.

    Raises:
        InvalidRequest: an unknown key, a value out of range, or one member without the other.
    """
    if options is not None and not isinstance(options, Mapping):
        raise InvalidRequest(where, "must be a mapping of options.", "See docs/hybrid.md for the options.")
    given = {**_from_environment(environment), **(options or {})}
    checked = _check(_Options, given, where)
    if checked.review and checked.mode != "notes":
        raise InvalidRequest(where, "review goes with mode: notes, and not with the advisor.", "Remove one of the two.")
    settings = checked.model_dump(exclude={"reasoning_model", "execution_model", "backends", "trigger", "enabled"})
    return Preset(
        **settings,
        members=_members(checked, where),
        trigger=frozenset(checked.trigger),
        backends=MappingProxyType({**DEFAULT_BACKENDS, **checked.backends}),
        enabled=checked.enabled and environment.get(_KILL_SWITCH, "").strip().lower() not in _TRUE,
    )


def read_override(value: object) -> Override:
    """Check a request's ``metadata.hybrid``.

    Raises:
        InvalidRequest: anything but ``trigger`` (force, skip), ``hand_over``, ``show_reasoning`` and ``phase``
            (plan, act).
    """
    if value is None:
        return Override()
    if not isinstance(value, Mapping):
        raise InvalidRequest("metadata.hybrid", "must be an object.", 'Example: {"trigger": "skip"}')
    return Override(**_check(_Override, dict(value), "metadata.hybrid").model_dump())


def check_config(config: Mapping[str, Any], environment: Mapping[str, str]) -> list[str]:
    """Check every hybrid route of a proxy configuration, and return one message for each problem."""
    problems: list[str] = []
    for index, entry in enumerate(config.get("model_list") or ()):
        params = (entry or {}).get("litellm_params") or {}
        if not str(params.get("model", "")).startswith("hybrid/"):
            continue
        try:
            preset = read(params.get("hybrid"), environment, f"model_list[{index}].litellm_params.hybrid")
        except InvalidRequest as fault:
            problems.append(str(fault))
            continue
        named = str(params["model"]).removeprefix("hybrid/")
        if preset.members is None and not named.startswith(("[", "*")):
            problems.append(str(_missing_members(named, f"model_list[{index}].litellm_params.hybrid")))
    return problems


def _missing_members(name: str, where: str) -> InvalidRequest:
    return InvalidRequest(
        where,
        f"the hybrid preset {name!r} names no models.",
        "Set reasoning_model and execution_model under litellm_params.hybrid.",
    )


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    found = {key: environment.get(name, "").strip() for key, name in _ENVIRONMENT.items()}
    return {key: value for key, value in found.items() if value}


def _members(options: _Options, where: str) -> HybridSpec | None:
    names: tuple[str | None, str | None] = (options.reasoning_model, options.execution_model)
    match names:
        case (None, None):
            return None
        case (str(reasoning), str(execution)):
            return HybridSpec(
                _named(reasoning, "reasoning", where),
                _named(execution, "execution", where),
            )
    raise InvalidRequest(where, "reasoning_model and execution_model go together; one is missing.")


def _named(text: str, role: Literal["reasoning", "execution"], where: str) -> Member:
    try:
        return parse_member(text, role)
    except InvalidRequest as fault:
        raise InvalidRequest(f"{where}.{role}_model", fault.problem, fault.next_step) from None


def _check(kind: type[_Checked], given: Mapping[str, Any], where: str) -> _Checked:
    try:
        return kind(**given)
    except ValidationError as error:
        raise _refusal(error, kind, where) from None


def _refusal(error: ValidationError, kind: type[BaseModel], where: str) -> InvalidRequest:
    problems: list[str] = []
    for item in error.errors(include_input=False, include_url=False):
        key = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            problems.append(f"{quoted(key)} is not one of {', '.join(kind.model_fields)}")
        else:
            variable = _ENVIRONMENT.get(key)
            named = f"{key} (or {variable})" if variable else key
            problems.append(f"{named}: {item['msg'][:1].lower()}{item['msg'][1:]}")
    return InvalidRequest(where, "; ".join(problems) + ".", "See docs/hybrid.md for the options.")
