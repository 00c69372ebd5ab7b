"""Turns an OpenAI-shaped chat request into the JSON body that MiniMax (or a self-hosted server) accepts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from litellm_minimax.catalog import ModelFacts, Thinking
from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.notes import Notes
from litellm_minimax.wire.options import ImplicitThink, ReadOptions, Server
from litellm_minimax.wire.outgoing.dialect import Dialect
from litellm_minimax.wire.outgoing.history import build_messages
from litellm_minimax.wire.outgoing.parameters import note_unsent, sampling_fields, stop_sequences
from litellm_minimax.wire.outgoing.response_format import format_instruction, read_response_format
from litellm_minimax.wire.outgoing.thinking import thinking_fields
from litellm_minimax.wire.outgoing.tools import declare_tools

_RESERVED = ("model", "messages", "stream", "stream_options")


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One chat call.

    Attributes:
        model: the id to send.
        facts: the model's entry in the catalogue; ``None`` for an unknown id.
        messages: OpenAI-shaped messages, as LiteLLM passes them.
        parameters: LiteLLM's ``optional_params``, including its internal entries.
        stream: whether the answer is to be streamed.
        server: who answers.
        recalled: reasoning from the plugin's memory, by index of the message that lost it.
    """

    model: str
    facts: ModelFacts | None
    messages: Sequence[Mapping[str, object]]
    parameters: Mapping[str, object]
    stream: bool
    server: Server
    recalled: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BuiltRequest:
    """The request to send, and what is needed to read the answer.

    Attributes:
        body: the JSON body, its keys in a fixed order; some values may be the caller's own objects.
        read: how to read the answer.
        notes: a short sentence for each repair, omission or feature of the plugin, without text of the prompt.
    """

    body: dict[str, object]
    read: ReadOptions
    notes: tuple[str, ...]


def build_request(request: ChatRequest) -> BuiltRequest:
    """Build the body of a chat call. The caller's objects are not changed.

    ``extra_body`` is merged last, unchecked, and may replace anything except ``model``, ``messages``, ``stream`` and
    ``stream_options``. A proxy has checked these against the caller's rights and guardrails, and they decide how the
    answer is read and counted.

    Raises:
        InvalidRequest: MiniMax would refuse or silently ignore something; the error names its path.
    """
    dialect = Dialect(request.model, request.facts, request.server)
    given = {name: value for name, value in request.parameters.items() if value is not None}
    notes = Notes()
    tools = declare_tools(given, dialect, notes)
    stop = stop_sequences(given.get("stop"))
    wanted = read_response_format(given.get("response_format"))
    asked = (*tools.instructions, format_instruction(wanted)) if wanted and dialect.minimax_host else tools.instructions
    messages = build_messages(request.messages, dialect, recalled=request.recalled, instructions=asked, notes=notes)
    body: dict[str, object] = {
        "model": request.model,
        "messages": messages,
        **tools.fields,
        "stream": request.stream,
        **({"stream_options": {"include_usage": True}} if request.stream else {}),
        **sampling_fields(given, dialect, notes),
        **thinking_fields(given, dialect, notes),
        **_kept_by_the_server(given, stop, dialect, promised=wanted is not None),
    }
    body |= _extra_body(given.get("extra_body"), body)
    note_unsent(given, dialect, notes)
    read = ReadOptions(
        stop=stop,
        response_format=wanted,
        tool_schemas=tools.schemas,
        one_call=tools.one_call,
        implicit_think=_implicit_think(dialect, body),
    )
    return BuiltRequest(body, read, notes.sentences())


def _implicit_think(dialect: Dialect, body: Mapping[str, object]) -> ImplicitThink:
    """Raw M2 output begins inside a thought. A server with a reasoning parser, such as MiniMax's own, removes it."""
    if dialect.server == "self_hosted" and dialect.thinking in (None, Thinking.ALWAYS):
        return "yes"
    if dialect.thinking is not Thinking.ALWAYS:
        return "no"
    if body.get("reasoning_split") is False:
        return "maybe"  # the caller wants it in the text, where MiniMax's opening tag is sometimes missing
    return "open_weights" if dialect.server == "unknown" else "no"


def _kept_by_the_server(
    given: Mapping[str, object], stop: tuple[str, ...], dialect: Dialect, *, promised: bool
) -> dict[str, object]:
    """Return what other servers enforce and MiniMax ignores: sent only to the former, and always checked here."""
    fields: dict[str, object] = {}
    if stop and not dialect.minimax_host:
        fields["stop"] = list(stop)
    if promised and not dialect.minimax_host:
        fields["response_format"] = given["response_format"]
    return fields


def _extra_body(value: object, body: Mapping[str, object]) -> Mapping[str, object]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidRequest("extra_body", "it must be an object.")
    for name in _RESERVED:
        if name in value and value[name] != body.get(name):
            raise InvalidRequest(f"extra_body.{name}", "it contradicts the call.", f"Set {name} on the call itself.")
    return value
