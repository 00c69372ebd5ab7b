"""Turns tools into those that MiniMax accepts: functions with a name and a parameter schema, and nothing else.

Agents also declare tools that only their own vendor's servers run (``web_search_20250305``, nameless entries,
groups). One of them makes MiniMax refuse the whole request (2013, ``invalid tool type``), so they are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from litellm_minimax.catalog import Thinking
from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.notes import Notes
from litellm_minimax.wire.outgoing.content import cache_control_of
from litellm_minimax.wire.outgoing.dialect import Dialect

_COMBINERS = frozenset({"type", "anyOf", "oneOf", "allOf", "$ref", "not", "enum", "const"})
_MUST_CALL = "Call at least one of the tools in your next turn; do not answer with text alone."
_MUST_CALL_ONE = "Call the tool {name} in your next turn; do not answer with text alone."
_ONE_AT_A_TIME = "Call at most one tool in each turn."


@dataclass(frozen=True, slots=True)
class DeclaredTools:
    """The tools that the request declares.

    Attributes:
        fields: ``tools``, ``tool_choice`` and ``parallel_tool_calls`` of the body, as far as they are sent.
        schemas: the parameter schema of each tool by name.
        one_call: no more than one call is wanted in an answer.
    instructions: sentences for the system message, for what MiniMax has no field for.
    """

    fields: dict[str, object] = field(default_factory=dict)
    schemas: dict[str, Mapping[str, object]] = field(default_factory=dict)
    instructions: tuple[str, ...] = ()
    one_call: bool = False


def declare_tools(parameters: Mapping[str, object], dialect: Dialect, notes: Notes) -> DeclaredTools:
    """Return the tools of a request and how the model may choose among them.

    Raises:
        InvalidRequest: tools for a model that takes none, a schema that is not an object, an unknown choice.
    """
    given = parameters.get("tools")
    if not given:
        return DeclaredTools()
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise InvalidRequest("tools", "tools must be a list.")
    if not dialect.takes_tools:
        raise InvalidRequest("tools", f"{dialect.model} takes no tools.", "Ask another model, or leave them out.")
    tools = _functions(given, dialect, notes)
    choice, name = _choice(parameters.get("tool_choice"), tools)
    if choice == "none" and dialect.minimax_host and dialect.thinking is Thinking.ALWAYS:
        # M2.x ignores tool_choice. Later models obey it, and keep the prompt's prefix in their cache that way.
        notes.add(f"{dialect.model} ignores tool_choice: for none the tools are left out.")
        return DeclaredTools()
    if not tools:
        return DeclaredTools()
    fields: dict[str, object] = {"tools": list(tools.values())}
    if choice is not None:
        fields["tool_choice"] = choice if name is None else {"type": "function", "function": {"name": name}}
    single = _parallel(parameters.get("parallel_tool_calls"), dialect, fields)
    schemas = {name: _schema_of(tool) for name, tool in tools.items()}
    return DeclaredTools(fields, schemas, _instructions(choice, name, single, dialect, notes), one_call=single)


def _instructions(
    choice: str | None, name: str | None, single: bool, dialect: Dialect, notes: Notes
) -> tuple[str, ...]:
    if not dialect.minimax_host:
        return ()
    said: list[str] = []
    if choice == "required":
        notes.add("MiniMax does not enforce tool_choice: the system message asks for the call as well.")
        said.append(_MUST_CALL_ONE.format(name=name) if name else _MUST_CALL)
    if single:
        notes.add("MiniMax has no parallel_tool_calls: one call is asked for in words, only the first is passed on.")
        said.append(_ONE_AT_A_TIME)
    return tuple(said)


def _parallel(value: object, dialect: Dialect, fields: dict[str, object]) -> bool:
    if value is not None and not isinstance(value, bool):
        raise InvalidRequest("parallel_tool_calls", "it must be true or false.")
    if value is not None and not dialect.minimax_host:
        fields["parallel_tool_calls"] = value
    return value is False


def _functions(given: Sequence[object], dialect: Dialect, notes: Notes) -> dict[str, dict[str, object]]:
    tools: dict[str, dict[str, object]] = {}
    for index, entry in enumerate(given):
        where = f"tools[{index}]"
        function = _function_of(entry)
        name = function.get("name") if function is not None else None
        if not isinstance(name, str) or not name.strip():
            notes.add("a tool that is not a named function was left out: MiniMax can't run it.", where)
        elif name in tools:
            notes.add("a second tool of the same name was left out.", where)
        else:
            tools[name] = _declaration(name, function or {}, where) | cache_control_of(_mapping(entry), dialect)
    return tools


def _function_of(entry: object) -> Mapping[str, object] | None:
    """Return the function in OpenAI's, the Responses API's (flat) or Anthropic's (``input_schema``) format."""
    tool = _mapping(entry)
    if tool.get("type", "function") not in ("function", "custom"):
        return None
    if isinstance(tool.get("function"), Mapping):
        return _mapping(tool["function"])
    if "input_schema" in tool:
        return {**tool, "parameters": tool["input_schema"]}
    return tool if tool.get("type", "function") == "function" else None


def _declaration(name: str, function: Mapping[str, object], where: str) -> dict[str, object]:
    described = function.get("description")
    schema = function.get("parameters")
    if schema is not None and not isinstance(schema, Mapping):
        raise InvalidRequest(f"{where}.function.parameters", "the parameters must be a JSON schema object.")
    return {
        "type": "function",
        "function": {
            "name": name,
            **({"description": described} if isinstance(described, str) else {}),
            "parameters": _object_schema(schema or {}),
        },
    }


def _object_schema(schema: Mapping[str, object]) -> dict[str, object]:
    """Return the schema with at least ``type`` and ``properties``: MiniMax treats less as empty and refuses it."""
    completed = dict(schema)
    if not _COMBINERS & completed.keys():
        completed = {"type": "object", **completed}
    if completed.get("type") == "object":
        completed.setdefault("properties", {})
    return completed


def _schema_of(tool: dict[str, object]) -> Mapping[str, object]:
    return _mapping(_mapping(tool["function"])["parameters"])


def _choice(value: object, tools: Mapping[str, object]) -> tuple[str | None, str | None]:
    """Return ``auto``, ``none`` or ``required`` (with the named tool, if any) from OpenAI's or Anthropic's form."""
    if value is None:
        return None, None
    holder = _mapping(value)
    kind = holder.get("type") if holder else value
    match kind:
        case "auto" | "none" | "required":
            return str(kind), None
        case "any":
            return "required", None
        case "function" | "tool":
            name = _mapping(holder.get("function")).get("name") or holder.get("name")
            if not isinstance(name, str) or name not in tools:
                raise InvalidRequest("tool_choice", "it names a tool that is not declared.")
            return "required", name
        case _:
            raise InvalidRequest("tool_choice", f"{str(kind)[:40]!r} is unknown.",
                                 "Use auto, none, required or a function.")  # fmt: skip


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
