"""Turns an Anthropic-shaped request into the JSON body that MiniMax's ``/anthropic/v1/messages`` accepts.

The endpoint is stricter than Anthropic's. It answers 2013 to a system message inside ``messages`` (Claude Code sends
one), a tool that only Anthropic's servers run, ``thinking: enabled`` on M3, blank text, and an unanswered call.
Thinking blocks go back exactly as they came, signature included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litellm_minimax.catalog import ModelFacts, Thinking
from litellm_minimax.wire.anthropic.blocks import Block, assistant_blocks, marked, text_block, user_blocks
from litellm_minimax.wire.anthropic.pairing import paired
from litellm_minimax.wire.anthropic.tools import declare_tools
from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.notes import Notes
from litellm_minimax.wire.options import ResponseFormat
from litellm_minimax.wire.outgoing.dialect import Dialect
from litellm_minimax.wire.outgoing.parameters import sampling_fields
from litellm_minimax.wire.outgoing.response_format import format_instruction
from litellm_minimax.wire.outgoing.thinking import thinking_fields

# Claude Code's attribution line changes with every call. MiniMax has no use for it, and it defeats the prompt cache.
_BILLING_LINE = "x-anthropic-billing-header:"
_SENT = frozenset({
    "model", "messages", "system", "max_tokens", "stream", "temperature", "top_p", "tools", "tool_choice", "thinking",
    "output_config", "output_format", "reasoning_effort",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class MessagesRequest:
    """One call of the Messages API.

    Attributes:
        model: the id to send.
        facts: the model's entry in the catalogue; ``None`` for an unknown id.
        messages: Anthropic-shaped messages, possibly with system messages among them.
        parameters: every other field of the body.
    """

    model: str
    facts: ModelFacts | None
    messages: Sequence[object]
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class BuiltMessages:
    """The body to send, and a short sentence for each repair or omission, without text of the prompt."""

    body: dict[str, object]
    notes: tuple[str, ...]
    one_call: bool = False
    """Only the first tool use of the answer is wanted."""


def build_messages_request(request: MessagesRequest) -> BuiltMessages:
    """Build the body of a Messages call. The caller's objects are not changed.

    Raises:
        InvalidRequest: something can't be sent without losing or inventing content; the error names its path.
    """
    dialect = Dialect(request.model, request.facts, "minimax")
    notes = Notes()
    given = {name: value for name, value in request.parameters.items() if value is not None}
    tools = declare_tools(given, dialect, notes)
    system, turns = _turns(request, dialect, notes)
    steering = _steering(given, dialect, notes)
    asked = (*tools.instructions, *_format_instruction(given))
    system_blocks = [*_system_blocks(given.get("system")), *system]
    if not turns and system_blocks:
        turns, system_blocks = [{"role": "user", "content": system_blocks}], []
    if not turns:
        raise InvalidRequest("messages", "there is no message to send.", "Send at least one user message.")
    body: dict[str, object] = {
        "model": request.model,
        "messages": turns,
        **_system_field(system_blocks, given.get("system"), asked),
        **_sampling(given, dialect, notes),
        **tools.fields,
        **steering,
        **({"stream": True} if given.get("stream") else {}),
    }
    for name in sorted(given.keys() - _SENT):
        notes.add("not sent, because MiniMax ignores it or does not know it.", name)
    return BuiltMessages(body, notes.sentences(), tools.one_call)


def with_system_folded(messages: Sequence[object], system: object) -> tuple[Sequence[object], object]:
    """Move system messages out of ``messages``, in order, to the end of the system text.

    This is for calls that LiteLLM translates to chat. LiteLLM turns such a message into a user message or drops it
    (1.94.3), and a user message after tool results would end the turn whose thinking the model still needs.
    """
    said = [message for message in messages if isinstance(message, Mapping) and message.get("role") == "system"]
    blocks = [*_system_blocks(system), *(block for message in said for block in _system_blocks(message.get("content")))]
    kept = [message for message in messages if message not in said] if said else messages
    if isinstance(system, str) and not said:
        return kept, system
    return kept, blocks or None


def _turns(request: MessagesRequest, dialect: Dialect, notes: Notes) -> tuple[list[Block], list[Block]]:
    """Return the text of the system messages among ``messages``, and the user and assistant turns."""
    system: list[Block] = []
    turns: list[Block] = []
    for index, message in enumerate(request.messages):
        where = f"messages[{index}]"
        if not isinstance(message, Mapping):
            raise InvalidRequest(where, "a message must be an object.")
        role, content = message.get("role"), message.get("content")
        match role:
            case "system" | "developer":
                notes.add("a system message was moved into system: MiniMax refuses the role there.", where)
                system += _system_blocks(content)
            case "assistant":
                blocks = assistant_blocks(content, f"{where}.content", notes)
                turns += [{"role": "assistant", "content": blocks}] if blocks else []
            case "user":
                blocks = user_blocks(content, f"{where}.content", dialect, notes)
                turns += [{"role": "user", "content": blocks}] if blocks else []
            case _:
                raise InvalidRequest(f"{where}.role", f"{str(role)[:40]!r} is unknown.", "Use user or assistant.")
    return system, paired(turns, notes)


def _system_blocks(content: object) -> list[Block]:
    if isinstance(content, str):
        content = [content]
    blocks: list[Block] = []
    for item in content if isinstance(content, Sequence) else ():
        block = {"text": item} if isinstance(item, str) else item
        text = block.get("text") if isinstance(block, Mapping) else None
        if isinstance(text, str) and text.strip() and not text.startswith(_BILLING_LINE):
            blocks.append(text_block(text) | marked(block))
    return blocks


def _system_field(blocks: list[Block], given: object, asked: Sequence[str]) -> dict[str, object]:
    blocks = [*blocks, *(text_block(sentence) for sentence in asked)]
    if not blocks:
        return {}
    if isinstance(given, str) and len(blocks) == 1:
        return {"system": blocks[0]["text"]}
    return {"system": blocks}


def _sampling(given: Mapping[str, object], dialect: Dialect, notes: Notes) -> dict[str, object]:
    """Return length and sampling fields. ``max_tokens`` above the model's limit is a 2013, so it is lowered."""
    wanted = {name: given[name] for name in ("max_tokens", "temperature", "top_p") if name in given}
    most, limit = dialect.facts.max_output if dialect.facts else None, wanted.get("max_tokens")
    if most is not None and isinstance(limit, int) and limit > most:
        notes.add(f"{dialect.model} writes at most {most} tokens: max_tokens was lowered.")
        wanted["max_tokens"] = most
    fields = sampling_fields(wanted, dialect, notes)
    return {("max_tokens" if name == "max_completion_tokens" else name): value for name, value in fields.items()}


def _steering(given: Mapping[str, object], dialect: Dialect, notes: Notes) -> dict[str, object]:
    """Return ``thinking`` and ``output_config.effort`` with the values that the model accepts."""
    config = given.get("output_config")
    effort = config.get("effort") if isinstance(config, Mapping) else None
    wish: dict[str, object] = {"reasoning_effort": effort or given.get("reasoning_effort")}
    thinking = given.get("thinking")
    if isinstance(thinking, Mapping) and thinking.get("type") in ("enabled", "disabled"):
        wish["thinking"] = {name: thinking[name] for name in ("type", "budget_tokens") if name in thinking}
    elif thinking is not None:
        wish["thinking"] = {"type": "adaptive"}
    elif dialect.thinking is Thinking.SWITCH and effort:
        # An effort without ``thinking``: on this endpoint M3 does not think unless it is asked to.
        wish["thinking"] = {"type": "adaptive"}
    fields = thinking_fields(wish, dialect, notes)
    sent: dict[str, object] = {"thinking": fields["thinking"]} if "thinking" in fields else {}
    if "reasoning_effort" in fields:
        sent["output_config"] = {"effort": fields["reasoning_effort"]}
    return sent


def _format_instruction(given: Mapping[str, object]) -> tuple[str, ...]:
    """Return the instruction that asks for the schema, because MiniMax has no structured outputs."""
    config = given.get("output_config")
    wanted = (config.get("format") if isinstance(config, Mapping) else None) or given.get("output_format")
    schema = wanted.get("schema") if isinstance(wanted, Mapping) else None
    if not isinstance(schema, Mapping):
        return ()
    return (format_instruction(ResponseFormat("json_schema", schema)),)
