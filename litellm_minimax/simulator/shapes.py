"""The JSON types of a request's fields: a wrong one is a 2013 ``Mismatch type <Go type> with value <JSON type>``.

The server decodes a request into Go structs before anything else, so a mismatch comes first. ``null`` is the same as
absent; unknown fields are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Scalar:
    """A plain type, by its Go name."""

    go: str
    types: tuple[type, ...]


@dataclass(frozen=True, slots=True)
class Struct:
    """An object, with its typed members."""

    go: str
    members: dict[str, Shape]


@dataclass(frozen=True, slots=True)
class Array:
    """A list of one shape, or also a text if ``or_text`` is set."""

    go: str
    of: Shape
    or_text: bool = False


Shape = Scalar | Struct | Array

_TEXT = Scalar("string", (str,))
_BOOL = Scalar("bool", (bool,))
_INT = Scalar("int64", (int,))
_FLOAT = Scalar("float64", (int, float))
_OBJECT = Struct("map[string]interface {}", {})


def _oai(name: str, /, **members: Shape) -> Struct:
    return Struct(f"open_platform_oai.{name}", members)


def _many(of: Struct, *, called: str = "", or_text: bool = False) -> Array:
    return Array(called or f"[]*{of.go}", of, or_text)


_THINKING = _oai("ThinkingConfig", type=_TEXT)
_SAMPLING: dict[str, Shape] = {
    "model": _TEXT, "stream": _BOOL, "temperature": _FLOAT, "top_p": _FLOAT, "max_tokens": _INT, "thinking": _THINKING,
}  # fmt: skip

# Arguments are left to the rule that names the call; tool_choice, response_format and the like are not in the schema.
_CALL = _oai("ToolCall", id=_TEXT, function=_oai("FunctionCall", name=_TEXT))
_PART = _oai("ContentPart", type=_TEXT, text=_TEXT)
_MESSAGE = _oai(
    "Message",
    role=_TEXT,
    content=_many(_PART, called="open_platform_oai.MessageContent", or_text=True),
    tool_calls=_many(_CALL),
    tool_call_id=_TEXT,
    reasoning_content=_TEXT,
    reasoning_details=_many(_oai("ReasoningDetail", text=_TEXT)),
)
_FUNCTION = _oai("Function", name=_TEXT, description=_TEXT, parameters=_OBJECT)
CHAT = _oai(
    "ChatCompletionReq",
    **_SAMPLING,
    messages=_many(_MESSAGE),
    tools=_many(_oai("Tool", type=_TEXT, function=_FUNCTION)),
    stream_options=_oai("StreamOptions", include_usage=_BOOL),
    max_completion_tokens=_INT,
    n=_INT,
    reasoning_split=_BOOL,
    reasoning_effort=_TEXT,
)

_INNER = _oai("ContentBlock", type=_TEXT, text=_TEXT)
_BLOCK = _oai(
    "ContentBlock",
    type=_TEXT,
    text=_TEXT,
    thinking=_TEXT,
    id=_TEXT,
    name=_TEXT,
    tool_use_id=_TEXT,
    content=_many(_INNER, or_text=True),
)
ANTHROPIC = _oai(
    "MessagesReq",
    **_SAMPLING,
    messages=_many(_oai("AnthropicMessage", role=_TEXT, content=_many(_BLOCK, or_text=True))),
    system=_many(_INNER, or_text=True),
    tools=_many(_oai("AnthropicTool", type=_TEXT, name=_TEXT, description=_TEXT, input_schema=_OBJECT)),
    tool_choice=_oai("ToolChoice", type=_TEXT, name=_TEXT),
    output_config=_oai("OutputConfig", effort=_TEXT),
)


def mismatch(value: Any, shape: Shape) -> str | None:
    """Return what is wrong with the first value that does not fit, or ``None``."""
    match shape:
        case Scalar(go, types):
            fits = isinstance(value, types) and not (isinstance(value, bool) and bool not in types)
            return None if fits else _says(go, value)
        case Array(go, of, or_text):
            if isinstance(value, str) and or_text:
                return None
            if not isinstance(value, list):
                return _says(go, value)
            return next((wrong for member in value if (wrong := mismatch(member, of))), None)
        case Struct(go, members):
            if not isinstance(value, dict):
                return _says(go, value)
            present = ((value[name], inner) for name, inner in members.items() if value.get(name) is not None)
            return next((wrong for member, inner in present if (wrong := mismatch(member, inner))), None)


def _says(go: str, value: Any) -> str:
    return f"Mismatch type {go} with value {_kind(value)}"


def _kind(value: Any) -> str:
    """Return the name that the server's messages use for a JSON type."""
    match value:
        case bool():
            return "bool"
        case str():
            return "string"
        case int() | float():
            return "number"
        case None:
            return "null"
    return "array" if isinstance(value, list) else "object"
