"""The model string of a hybrid: ``hybrid:[R?k=v&k=v,E?k=v]`` and, in the SDK, ``hybrid/[R,E]``.

A member is ``backend:model`` (the first colon, if no slash comes before it, so that
``openrouter:deepseek/deepseek-r1:free`` has a variant), ``provider/model``, or the name of a model group. The
grammar is strict where the system this format comes from is lenient: exactly one comma, no empty parts, no unknown
parameter. A value never holds a comma, so a comma always separates members.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NoReturn
from urllib.parse import unquote

from litellm_minimax.wire.faults import InvalidRequest

Role = Literal["reasoning", "execution"]
Value = float | int | str

EXAMPLE = "hybrid:[minimax:MiniMax-M2,qwen-oauth:qwen3-coder-plus]"
PREFIXES = ("hybrid:", "hybrid/")
MOST_CHARACTERS = 1000
"""No real name is longer, and every error and chunk would repeat it."""
_PARAMETER_EXAMPLE = "hybrid:[minimax:MiniMax-M2?temperature=0.6,qwen-oauth:qwen3-coder-plus?max_tokens=4096]"
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_VERBOSITIES = ("low", "medium", "high")
_ALLOWED = ("temperature", "top_p", "top_k", "max_tokens", "reasoning_effort", "verbosity")
_SECRET_WORDS = ("key", "token", "secret", "password", "base", "url", "header", "auth", "host", "credential", "org")


@dataclass(frozen=True, slots=True)
class Member:
    """One of the two models of a hybrid."""

    raw: str
    """The member as the model string spells it, without its parameters; used in messages."""
    model: str
    """The part after the backend; the whole name if there is no backend."""
    backend: str | None = None
    """The part before the first colon, or ``None`` for ``provider/model`` and for a model group's name."""
    params: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    """Request parameters for this member's phase, typed and within range."""


@dataclass(frozen=True, slots=True)
class HybridSpec:
    """A parsed model string."""

    reasoning: Member
    execution: Member


def looks_like_spec(model: str) -> bool:
    """Whether ``model`` is meant as an inline hybrid, even if it is malformed (``Hybrid: [a,b]``, ``hybrid:a,b``)."""
    start = unquote(model[:MOST_CHARACTERS]).strip().lower()
    prefix = next((prefix for prefix in PREFIXES if start.startswith(prefix)), None)
    return prefix is not None and (start[len(prefix) :].lstrip().startswith("[") or "," in start)


def protect(model: str) -> str:
    """Escape the comma in ``model``, because the proxy reads a comma as a list of models."""
    return model.replace(",", "%2C")


def restore(model: str) -> str:
    """Undo :func:`protect`."""
    return model.replace("%2C", ",").replace("%2c", ",") if "[" in model else model


def parse(model: str) -> HybridSpec:
    """Parse ``hybrid:[R,E]``, ``hybrid/[R,E]`` or ``[R,E]``; ``%2C`` is read as a comma.

    Raises:
        InvalidRequest: with ``where="model"``, the member, the character position (from 1) and an example.
    """
    if len(model) > MOST_CHARACTERS:
        _refuse(f"the name of a hybrid has at most {MOST_CHARACTERS:,} characters, and this one {len(model):,}.")
    text = restore(model)
    if not text.startswith(("[", *PREFIXES)):
        _refuse("it must begin with 'hybrid:[', in lower case and with nothing before or between.")
    start = next((len(prefix) for prefix in PREFIXES if text.startswith(prefix)), 0)
    if text[start : start + 1] != "[":
        _refuse(f"expected '[' at character {start + 1}.")
    if not text.endswith("]"):
        _refuse(f"expected ']' as the last character (character {len(text)}).")
    inner_start = start + 1
    inner = text[inner_start:-1]
    parts = inner.split(",")
    if len(parts) != 2:
        found = 0 if not inner.strip() else len(parts)
        _refuse(
            f"a hybrid has exactly two members, separated by one comma; found {found} in the brackets at character "
            f"{start + 1}."
        )
    second_start = inner_start + len(parts[0]) + 1
    return HybridSpec(
        parse_member(parts[0], "reasoning", inner_start), parse_member(parts[1], "execution", second_start)
    )


def parse_member(text: str, role: Role, offset: int = 0) -> Member:
    """Parse one member, ``name`` or ``name?k=v&k=v``.

    Args:
        text: the member, as the model string spells it.
        role: which of the two it is; for messages.
        offset: how many characters precede it in the model string; for positions.

    Raises:
        InvalidRequest: with ``where="model"``.
    """
    at = offset + len(text) - len(text.lstrip()) + 1
    name, question, query = text.strip().partition("?")
    _check_name(name, role, at)
    backend, model = _split_backend(name, role, at)
    params = dict(_parameters(query, role, at + len(name))) if question else {}
    return Member(raw=name, model=model, backend=backend, params=MappingProxyType(params))


def _check_name(name: str, role: Role, at: int) -> None:
    if not name:
        _refuse(f"the {role} member at character {at} is empty.")
    for position, character in enumerate(name, at):
        if character in "[]":
            _refuse(f"the {role} member has a bracket at character {position}; a hybrid can't be inside a hybrid.")
        if not character.isprintable() or character.isspace():
            _refuse(f"the {role} member has a blank or control character at character {position}.")
        if not character.isascii():  # the name may end up in a header
            _refuse(f"the {role} member has a character beyond ASCII at character {position}.")
    if name.lower().startswith(PREFIXES):
        _refuse(f"the {role} member at character {at} is itself a hybrid; a hybrid can't be inside a hybrid.")


def _split_backend(name: str, role: Role, at: int) -> tuple[str | None, str]:
    colon, slash = name.find(":"), name.find("/")
    if colon >= 0 and (slash < 0 or colon < slash):
        backend, model = name[:colon], name[colon + 1 :]
        if not backend or not model:
            missing = "backend before" if not backend else "model after"
            _refuse(f"the {role} member {quoted(name)} has no {missing} the ':' at character {at + colon}.")
        return backend, model
    if slash >= 0 and (slash == 0 or name.endswith("/")):
        missing, position = ("provider before", at) if slash == 0 else ("model after", at + len(name) - 1)
        _refuse(f"the {role} member {quoted(name)} has no {missing} the '/' at character {position}.")
    return None, name


def _parameters(query: str, role: Role, at: int) -> Iterator[tuple[str, Value]]:
    seen: set[str] = set()
    position = at + 1
    for pair in query.split("&"):
        key, equals, raw = pair.partition("=")
        key = unquote(key)
        if key not in _ALLOWED:
            _refuse_parameter(key, role, position)
        if not equals or not raw:
            _refuse(f"parameter {key} of the {role} member, at character {position}, has no value.")
        if key in seen:
            _refuse(f"parameter {key} of the {role} member is given twice, again at character {position}.")
        seen.add(key)
        yield key, _value(key, unquote(raw), role, position + len(key) + 1)
        position += len(pair) + 1


def _refuse_parameter(key: str, role: Role, position: int) -> NoReturn:
    # The value is never repeated, because it may be an API key.
    if not key:
        _refuse(f"the {role} member has an empty parameter at character {position}.")
    if any(word in key.lower() for word in _SECRET_WORDS):
        _refuse(
            f"parameter {quoted(key)} of the {role} member, at character {position}, is not allowed in a model name: "
            "keys, addresses and headers belong in the configuration."
        )
    _refuse(
        f"parameter {quoted(key)} of the {role} member, at character {position}, is not one of {', '.join(_ALLOWED)}."
    )


def _value(key: str, raw: str, role: Role, position: int) -> Value:
    match key:
        case "temperature":
            return _number(key, raw, 2.0, role, position)
        case "top_p":
            return _number(key, raw, 1.0, role, position)
        case "top_k" | "max_tokens":
            if not (raw.isascii() and raw.isdigit() and len(raw) <= 9 and int(raw) >= 1):
                _refuse_value(key, raw, "a whole number of at least 1", role, position)
            return int(raw)
    words = EFFORTS if key == "reasoning_effort" else _VERBOSITIES
    if raw not in words:
        _refuse_value(key, raw, f"one of {', '.join(words)}", role, position)
    return raw


def _number(key: str, raw: str, most: float, role: Role, position: int) -> float:
    try:
        number = float(raw)
    except ValueError:
        number = -1.0
    if not 0.0 <= number <= most:  # also refuses NaN
        _refuse_value(key, raw, f"a number from 0 to {most:g}", role, position)
    return number


def _refuse_value(key: str, raw: str, wanted: str, role: Role, position: int) -> NoReturn:
    _refuse(
        f"{key} of the {role} member, at character {position}, must be {wanted}, not {quoted(raw)}.",
        _PARAMETER_EXAMPLE,
    )


def quoted(text: str) -> str:
    """Return ``text`` quoted and shortened, for a message."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _refuse(problem: str, example: str = EXAMPLE) -> NoReturn:
    raise InvalidRequest("model", problem, f"Example: {example}")
