"""Every function of the package that reads what a client, an upstream or a cache wrote, as something that takes a text.

A reader is given a hostile text of some length, prepares what it needs, and returns the call whose work is measured.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from litellm.types.utils import Delta, ModelResponseStream, StreamingChoices

from litellm_minimax import catalog
from litellm_minimax.eval.answer import code_in
from litellm_minimax.hybrid import remembering
from litellm_minimax.hybrid.agents import results, side_calls
from litellm_minimax.hybrid.asking import conversation, preset, spec
from litellm_minimax.hybrid.consulting import clients_tool, exchanges, executors_message, tool
from litellm_minimax.hybrid.consulting.calls_apart import HiddenCall
from litellm_minimax.hybrid.handing_over import handover, history
from litellm_minimax.hybrid.thinking import reasoner_request
from litellm_minimax.hybrid.thinking.deltas import DeltaReader
from litellm_minimax.hybrid.thinking.leading_thought import LeadingThought
from litellm_minimax.kept_chunks import KeptChunks
from litellm_minimax.memory import reasoning_memory
from litellm_minimax.messages import remembering as messages_remembering
from litellm_minimax.seams import client_fields, proxy_hooks
from litellm_minimax.upstream import addresses
from litellm_minimax.upstream.error_table import CallContext
from litellm_minimax.upstream.errors import to_litellm
from litellm_minimax.upstream.transport_faults import _reason
from litellm_minimax.wire.anthropic.answer import MessageStream, error_of_message, events_of_message
from litellm_minimax.wire.anthropic.request import MessagesRequest, build_messages_request, with_system_folded
from litellm_minimax.wire.anthropic.tool_use import with_one_tool_use
from litellm_minimax.wire.anthropic.tools import with_tool_changes
from litellm_minimax.wire.embeddings.answer import read_answer
from litellm_minimax.wire.embeddings.request import build_request as build_embeddings
from litellm_minimax.wire.faults import UpstreamFault, WireFault, without_keys
from litellm_minimax.wire.images.answer import read_answer as read_pictures
from litellm_minimax.wire.images.picture import look_at
from litellm_minimax.wire.images.request import build_edit, build_generation
from litellm_minimax.wire.incoming.answer import AnswerReader
from litellm_minimax.wire.incoming.call_arguments import CallArguments
from litellm_minimax.wire.incoming.coalesce import coalesce
from litellm_minimax.wire.incoming.collector import AnswerCollector
from litellm_minimax.wire.incoming.errors_told import parse_error_body
from litellm_minimax.wire.incoming.format_check import validate
from litellm_minimax.wire.json_mender import JsonMender, mended
from litellm_minimax.wire.json_text import loads, loads_all
from litellm_minimax.wire.markup.markup_values import value_of
from litellm_minimax.wire.options import ReadOptions, ResponseFormat
from litellm_minimax.wire.outgoing.request import ChatRequest, build_request
from litellm_minimax.wire.outgoing.unreturned_reasoning import turns_without_reasoning
from litellm_minimax.wire.quota.remains import read_remains

Work = Callable[[], object]
Reader = Callable[[str], Work]

SCHEMA = {
    "type": "object",
    "properties": {
        "k": {"type": "string"}, "n": {"type": "integer"}, "o": {"type": "object"},
        "a": {"type": "array", "items": {"type": "object"}}, "e": {"enum": ["x", "y"]},
    },
}  # fmt: skip
TOOL = {"type": "function", "function": {"name": "f", "description": "does", "parameters": SCHEMA}}
_JSON = ResponseFormat("json_schema", SCHEMA)
OPTIONS = {
    "plain": ReadOptions(),
    "tools": ReadOptions(tool_schemas={"f": SCHEMA}),
    "self-hosted": ReadOptions(tool_schemas={"f": SCHEMA}, implicit_think="yes"),
    "unknown host": ReadOptions(tool_schemas={"f": SCHEMA}, implicit_think="open_weights"),
    "in doubt": ReadOptions(implicit_think="maybe"),
    "JSON": ReadOptions(response_format=_JSON),
    "stop": ReadOptions(stop=("</stop>", "<think>x", "\n\n\n#", "``` ")),
    "closers kept": ReadOptions(keep_closers=True),
}
PIECE = 4096
"""Bytes of one network read."""


def quietly(work: Work) -> Work:
    """The package's own refusals are answers; what is measured is the way to them."""

    def run() -> object:
        with suppress(WireFault):
            return work()
        return None

    return run


def frame(**delta: Any) -> bytes:
    """One frame of a stream."""
    told = {"id": "chatcmpl-1", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    return b"data: " + json.dumps(told).encode() + b"\n\n"


END = b'data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'


def read_all(pieces: list[bytes], options: ReadOptions) -> object:
    """As the streams of ``chat/`` read, what they collect included."""
    reader, collector = AnswerReader(options), AnswerCollector()
    for piece in pieces:
        collector.add(coalesce(reader.feed(piece)))
    collector.add(reader.close())
    collector.add(reader.broken_off())
    return collector.text, collector.reasoning, [call.arguments for call in collector.calls.values()]


def streamed(name: str, options: ReadOptions, size: int, **wrapped: Any) -> Reader:
    """A stream whose deltas say the text, so many characters each."""

    def prepare(text: str) -> Work:
        parts = [text[at : at + size] for at in range(0, len(text), size)]
        deltas = [{name: wrapped["wrap"](part) if wrapped else part} for part in parts]
        pieces = [frame(**delta) for delta in deltas]
        return quietly(lambda: read_all([*pieces, END], options))

    return prepare


def called(part: str) -> list[dict[str, Any]]:
    """A fragment of a structured call's arguments."""
    return [{"index": 0, "id": "c", "function": {"name": "f", "arguments": part}}]


def whole(options: ReadOptions) -> Reader:
    """A whole answer with the text as its content."""

    def prepare(text: str) -> Work:
        message = {"role": "assistant", "content": text, "tool_calls": called(text)}
        told = {"id": "1", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
        raw = json.dumps(told).encode()
        return quietly(lambda: read_all([raw], options))

    return prepare


def raw_bytes(size: int) -> Reader:
    """The text itself as the answer's body, in reads of so many bytes."""

    def prepare(text: str) -> Work:
        raw = text.encode()
        pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
        return quietly(lambda: read_all(pieces, OPTIONS["tools"]))

    return prepare


def odd_json(text: str) -> Work:
    """JSON with half a character escaped in it, which the fast parser refuses."""
    raw = json.dumps({"k": text, "l": [text[at : at + 64] for at in range(0, len(text), 64)]}).encode()
    odd = raw[:-1] + b', "m": "\\ud800"}'
    several = b'{"a": 1} ' * (len(text) // 9) + odd
    return quietly(lambda: (list(loads_all(several)), loads(odd)))


def framed(text: str) -> Work:
    """The text as the data of one event after the other."""
    pieces = [b"data: " + text[at : at + PIECE].encode() + b"\n\n" for at in range(0, len(text), PIECE)]
    return quietly(lambda: read_all([*pieces, END], OPTIONS["plain"]))


def messages_stream(text: str) -> Work:
    """Anthropic's events, and the text between them."""
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
    raw = b"event: content_block_delta\ndata: " + json.dumps(delta).encode() + b"\n\n" + text.encode() + b"\n\n"
    pieces = [raw[at : at + PIECE] for at in range(0, len(raw), PIECE)]

    def work() -> object:
        stream = MessageStream("t")
        return [stream.feed(piece) for piece in pieces], stream.close()

    return quietly(work)


def messages_tool_uses(text: str) -> Work:
    """Many tool uses, of which one is wanted, and their arguments."""
    parts = [text[at : at + 64] for at in range(0, len(text), 64)]
    uses = [{"type": "tool_use", "id": part, "name": "f", "input": {}} for part in parts]
    events: list[Any] = []
    for index, (use, part) in enumerate(zip(uses, parts, strict=True)):
        delta = {"type": "input_json_delta", "partial_json": part}
        events += [
            {"type": "content_block_start", "index": index, "content_block": use},
            {"type": "content_block_delta", "index": index % 3, "delta": delta},
        ]
    raw = [f"data: {json.dumps(event)}\n\n".encode() for event in [*events, {"type": "content_block_stop", "index": 0}]]

    def work() -> object:
        stream, one = MessageStream("t"), MessageStream("t", one_call=True)
        return [(stream.feed(each), one.feed(each)) for each in raw], with_one_tool_use(uses)

    return quietly(work)


def messages_in_one_read(text: str) -> Work:
    """Anthropic's events, all of them in one read; and one event that has no end."""

    def work() -> object:
        one, other = MessageStream("t"), MessageStream("t")
        for at in range(0, len(text), 64):
            other.feed(text[at : at + 64].encode())
        return one.feed(text.encode()), one.close(), other.close()

    return quietly(work)


def messages_answer(text: str) -> Work:
    """A whole Anthropic answer."""
    blocks = [{"type": "thinking", "thinking": text, "signature": "s"}, {"type": "text", "text": text}]
    body = {"id": "1", "type": "message", "content": [*blocks, *blocks], "stop_reason": "end_turn"}
    return quietly(lambda: (events_of_message(body), error_of_message(400, text.encode(), "t")))


def named_again(text: str) -> Work:
    """Arguments whose every fragment may be a call of its own, inside a string that is still open."""
    parts = ['{"k": "', *(f"{{{text[at : at + 16]}}}" for at in range(0, len(text), 16))]
    pieces = [frame(tool_calls=[{"index": 0, "function": {"name": "f", "arguments": part}}]) for part in parts]
    return quietly(lambda: read_all([*pieces, END], OPTIONS["plain"]))


def error_body(text: str) -> Work:
    """An error's body, in each envelope."""
    bodies = [
        text.encode(),
        json.dumps({"error": {"message": text, "type": text}}).encode(),
        json.dumps({"base_resp": {"status_code": 1002, "status_msg": text}}).encode(),
        b"<html>" + text.encode(),
    ]
    context = CallContext("MiniMax-M2", address=addresses.parse("https://api.minimax.io"))

    def work() -> object:
        return [str(to_litellm(parse_error_body(502, body, "t"), context, 0.0)) for body in bodies]

    return quietly(work)


def error_text(text: str) -> Work:
    """A fault's sentence on its way to a person."""
    context = CallContext("MiniMax-M2")
    fault = UpstreamFault(f"resets at {text}", code=2056, trace_id=text)
    return lambda: (
        str(to_litellm(fault, context, 0.0)), without_keys(text), without_keys(f"Bearer {text}"), _reason(OSError(text)),
    )  # fmt: skip


def history_of(text: str) -> list[dict[str, Any]]:
    """A conversation with the text in every place that a client can fill."""
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": text}}
    spoken = {
        "role": "assistant", "content": f"<think>{text}</think>{text}", "reasoning_content": text,
        "reasoning_details": [{"type": "reasoning.text", "text": text}],
        "thinking_blocks": [{"type": "thinking", "thinking": text}], "tool_calls": [call],
        "provider_specific_fields": {"minimax": {"reasoning_details": [{"type": "reasoning.text", "text": text}]}},
    }  # fmt: skip
    return [
        {"role": "system", "content": text},
        {
            "role": "user",
            "content": [{"type": "text", "text": text}],
        },
        spoken,
        {"role": "tool", "tool_call_id": "c1", "content": text},
        {"role": "user", "content": text},
        {**spoken, "reasoning_content": None, "content": text, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": text}]},
        {"role": "user", "content": f"<system-reminder>{text}</system-reminder>"},
    ]


def listed_of(text: str) -> list[dict[str, Any]]:
    """A conversation of as many messages as the text has words of 32 characters."""
    words = [text[at : at + 32] for at in range(0, len(text), 32)]
    made: list[dict[str, Any]] = [{"role": "user", "content": "go"}]
    for at, word in enumerate(words):
        call = {"id": f"c{at}", "type": "function", "function": {"name": "f", "arguments": json.dumps({"k": word})}}
        made.append({"role": "assistant", "content": word, "tool_calls": [call]})
        made.append({"role": "tool", "tool_call_id": f"c{at}", "content": word})
        if at % 8 == 0:
            made.append({"role": "user", "content": word})
    return made


def nameless_of(text: str) -> list[dict[str, Any]]:
    """As :func:`one_turn_of`, but the results name neither their call nor their tool."""
    return [{name: value for name, value in message.items() if name != "tool_call_id"} for message in one_turn_of(text)]


def one_turn_of(text: str) -> list[dict[str, Any]]:
    """One assistant turn with as many calls as the text has words of 32 characters, answered from last to first."""
    words = [text[at : at + 32] for at in range(0, len(text), 32)]
    calls = [{"id": f"c{at}", "function": {"name": "f", "arguments": word}} for at, word in enumerate(words)]
    answers = [{"role": "tool", "tool_call_id": f"c{at}", "content": word} for at, word in enumerate(words)]
    return [{"role": "user", "content": "go"}, {"role": "assistant", "tool_calls": calls}, *answers[::-1]]


def pictures_of(text: str) -> list[dict[str, Any]]:
    """As many pictures as the text has words of 32 characters."""
    picture = {"type": "image_url", "image_url": {"url": "https://a/b.png"}}
    return [{"role": "user", "content": [{"type": "text", "text": text}, *[picture] * (len(text) // 32)]}]


SHAPES: dict[str, Callable[[str], list[dict[str, Any]]]] = {
    "every place": history_of,
    "many messages": listed_of,
    "many calls": one_turn_of,
    "results without ids": nameless_of,
    "pictures": pictures_of,
}


def request(shape: str, server: Any = "minimax") -> Reader:
    """A chat request, all the way to its body."""

    def prepare(text: str) -> Work:
        messages = SHAPES[shape](text)
        parameters = {
            "tools": [TOOL, {"type": "function", "function": {"name": "g", "description": text, "parameters": SCHEMA}}],
            "stop": [text[:64]], "temperature": 1, "user": text, "extra_body": {"x": text}, "tool_choice": "required",
            "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}},
        }  # fmt: skip
        model = "MiniMax-M3" if shape == "pictures" else "MiniMax-M2"
        asked = ChatRequest(model, catalog.find(model), messages, parameters, True, server)
        return quietly(lambda: (turns_without_reasoning(messages), build_request(asked)))

    return prepare


def tools_catalogue(text: str) -> Work:
    """As many tools as the text has words, with as many properties."""
    words = [text[at : at + 16] for at in range(0, len(text), 16)]
    wide = {"type": "object", "properties": {f"p{at}": {"type": "string"} for at in range(len(words))}}
    tools = [
        {"type": "function", "function": {"name": f"f{at}", "description": word, "parameters": SCHEMA}}
        for at, word in enumerate(words)
    ] + [{"type": "function", "function": {"name": "wide", "description": text, "parameters": wide}}]
    said: list[dict[str, Any]] = [{"role": "user", "content": "go"}]
    asked = ChatRequest("MiniMax-M2", catalog.find("MiniMax-M2"), said, {"tools": tools}, True, "unknown")
    return quietly(lambda: (build_request(asked), reasoner_request.messages(said, tools, "plan", sees_images=True)))


def anthropic_request(text: str) -> Work:
    """A Messages request with the text in every place."""
    words = [text[at : at + 32] for at in range(0, len(text), 32)]
    uses = [{"type": "tool_use", "id": f"t{at}", "name": "f", "input": {"k": word}} for at, word in enumerate(words)]
    gives = [{"type": "tool_result", "tool_use_id": f"t{at}", "content": word} for at, word in enumerate(words)]
    messages = [
        {"role": "user", "content": text},
        {"role": "system", "content": [{"type": "text", "text": text}]},
        {"role": "assistant", "content": [{"type": "thinking", "thinking": text, "signature": "s"}, *uses]},
        {"role": "user", "content": [*gives[::-1], {"type": "text", "text": text}]},
        {"role": "assistant", "content": [{"type": "text", "text": word} for word in words]},
        {"role": "user", "content": [*gives, {"type": "tool_result", "tool_use_id": "gone", "content": text}]},
        {"role": "user", "content": [{"type": "image", "source": {"type": "url", "url": "https://a/b.png"}}] * 9},
        {"role": "user", "content": [{"type": "search_result", "title": text}]},
    ]
    tools = [{"name": f"f{at}", "description": word, "input_schema": SCHEMA} for at, word in enumerate(words)]
    system = [{"type": "text", "text": text}, {"type": "text", "text": f"x-anthropic-billing-header: {text}"}]
    parameters = {"system": system, "tools": tools, "max_tokens": 9, "tool_choice": {"type": "any"}, "top_p": 1}
    asked = MessagesRequest("MiniMax-M3", catalog.find("MiniMax-M3"), messages, parameters)
    changes = [{"type": "tool_addition", "tool": {"definition": {"name": word}}} for word in words]
    changing: list[dict[str, Any]] = [{"role": "system", "content": changes}] * 2
    return quietly(
        lambda: (
            with_tool_changes(changing, tools),
            with_system_folded(messages, system),
            build_messages_request(asked),
        )
    )


def client_body(text: str) -> Work:
    """The proxy's checks of a body."""
    bodies: list[dict[str, Any]] = [
        {"messages": history_of(text), "model": "m", "thinking": {"type": text}},
        {"messages": listed_of(text), "model": "m"},
        {"input": [{"type": "message", "content": [{"type": "input_text", "text": text}]}] * (len(text) // 64 + 1)},
    ]

    def work() -> object:
        for body in bodies:
            client_fields.check(body)
            with suppress(WireFault):
                client_fields.check_chat(body)
            client_fields.check_input(body.get("input"))
            proxy_hooks._keep_result_flags(dict(body))
        return proxy_hooks.comma_free(text)

    return quietly(work)


def asked_of_a_hybrid(shape: str) -> Reader:
    """What a hybrid reads of a conversation: when to think, what to hand over, what is whose."""

    def prepare(text: str) -> Work:
        messages = SHAPES[shape](text)

        def work() -> object:
            read = conversation.read(messages, has_tools=True)
            conversation.read(messages, has_tools=False)
            conversation.fingerprint(messages)
            conversation.instructions_fingerprint(messages)
            history.unseparated(messages)
            notes = [handover.Note(0, text), handover.Note(1, text)]
            for placement in ("tail", "system"):
                handover.insert(messages, notes, read.turn_start, "plan", placement=placement)
            for sees_images in (False, True):
                reasoner_request.messages(messages, [TOOL], "thinking", sees_images=sees_images)
            calls = exchanges.first_calls(messages, 0)
            asked = exchanges.Exchange({"content": text[:64], "tool_calls": []}, [])
            exchanges.put_back(messages, {call: [asked] for call in calls})
            tool.free_name([TOOL, {"name": text}])
            history.for_reasoner(messages, ())
            return history.clean(messages, ())

        return quietly(work)

    return prepare


def handed_over(text: str) -> Work:
    """A reasoner's words as a note."""
    return lambda: (
        handover.frame(text, "thinking"), handover.note(text, 0, 4096), handover.review(text), history.own_part(text),
        history.own_part(text + history.ADVICE + text), history.own_part((text[:64] + history.ADVICE) * (len(text) // 64)),
        handover.is_hand_over({"role": "user", "content": handover.frame(text, "plan")}),
        handover.is_hand_over({"role": "user", "content": text}),
    )  # fmt: skip


def _chunk(**fields: object) -> ModelResponseStream:
    return ModelResponseStream(choices=[StreamingChoices(index=0, delta=Delta(**fields))])


def consulted(text: str) -> Work:
    """Consultations from a cache, and what the executor asks."""
    kept = exchanges.dumps([exchanges.Exchange({"content": text}, [{"content": text}])])
    declared = [*({"name": word} for word in text.split(" ")), {"type": clients_tool.TYPE, "model": text[:64] or "m"}]
    pieces = [{"type": kind, "thinking": word, "data": word, "signature": word[:1]} for word in text.split(" ")
              for kind in ("thinking", "redacted_thinking")]  # fmt: skip
    said = [
        _chunk(content=text[at : at + 64], thinking_blocks=[pieces[at % len(pieces)]]) for at in range(0, len(text), 64)
    ]
    said.append(_chunk(thinking_blocks=pieces))

    def work() -> object:
        advisor, rest = clients_tool.read(declared)
        return (
            exchanges.loads(kept),
            exchanges.loads(text),
            tool.question(text),
            executors_message.message(said, "consult", [HiddenCall(text)]),
            advisor.options("m", {}, first=False),
            rest,
        )

    return quietly(work)


def pictures(text: str) -> Work:
    """A call that makes or edits pictures, and what a server says to it."""
    data = {"image_urls": text.split(" "), "image_base64": list(text[:64])}
    shaped = [{"url": word, "error": word} for word in text.split(" ")]
    answers = [json.dumps({"data": each, "metadata": {"failed_count": text}}).encode() for each in (data, shaped, text)]
    picture = b"\xff\xd8\xff\xff" + b"\xff" * len(text) + text.encode("utf-8", "surrogatepass")
    given = [{"n": 1, "size": text, "quality": text}, {"aspect_ratio": text}, {"style": text, text: text},
             {"subject_reference": [{"image_file": text}] * 9}, {"output_format": text, "response_format": text},
             {"width": text, "height": text}, {"width": 512, "height": 640}, {"size": "1000x1100"}, {"area": text}]  # fmt: skip

    def work() -> object:
        for facts, parameters, drop in itertools.product(catalog.IMAGES, given, (True, False)):
            with suppress(WireFault):
                build_generation(facts, text[:1000], parameters, drop=drop)
            with suppress(WireFault):
                build_edit(facts, "A fox.", [text, picture], parameters, drop=drop)
        for facts in catalog.IMAGES:
            for body in answers:
                with suppress(WireFault):
                    read_pictures(body, facts, build_generation(facts, "A fox.", {}))
        return look_at(picture), look_at(picture * 2)

    return work


def quota(text: str) -> Work:
    """What a server says about a quota."""
    buckets = [{"model_name": word, "current_interval_total_count": 5, "start_time": word} for word in text.split(" ")]
    body = json.dumps({"model_remains": buckets, "base_resp": {"status_code": 0}}).encode()

    def work() -> object:
        for each in (body, text.encode("utf-8", "surrogatepass")):
            with suppress(WireFault):
                read_remains(200, each, 0.0)
        return None

    return work


def reasoner(size: int) -> Reader:
    """A reasoner's deltas, of any provider."""

    def prepare(text: str) -> Work:
        parts = [text[at : at + size] for at in range(0, len(text), size)]

        def work() -> object:
            reader = DeltaReader()
            return [list(reader.feed({"content": part})) for part in parts], list(reader.end())

        return work

    return prepare


def executor(size: int) -> Reader:
    """An executor's chunks, whose answer begins with a thought in tags."""

    def prepare(text: str) -> Work:
        parts = [text[at : at + size] for at in range(0, len(text), size)]
        chunks = [_chunk(content=part) for part in parts]

        def work() -> object:
            reader = LeadingThought()
            return [reader.take(chunk) for chunk in chunks]

        return work

    return prepare


def kept_chunks(size: int) -> Reader:
    """What LiteLLM keeps of a stream."""

    def prepare(text: str) -> Work:
        parts = [text[at : at + size] for at in range(0, len(text), size)]
        fragments = ({"tool_calls": [{"index": 0, "function": {"arguments": part}}]} for part in parts)
        chunks = [_chunk(**fields) for fields in (*({"content": part} for part in parts), *fragments)]

        def work() -> object:
            kept = KeptChunks()
            kept.extend(chunks)
            return kept

        return work

    return prepare


def results_of_tools(text: str) -> Work:
    """A tool's result, whichever agent gave it."""
    names = ("Bash", "run_shell_command", "bash", "exec_command")
    wrapped = (text, f"Command: {text}\nExit Code: 0", f'{{"output": "{text}"}}')

    def work() -> object:
        return [
            results.failed({"role": "tool", "content": said}, (name, f'{{"command": "{text[:2000]}"}}'))
            for name in names
            for said in wrapped
        ] + [results.is_spoken_result({"role": "user", "content": said}) for said in wrapped]

    return work


def housekeeping(text: str) -> Work:
    """A request that may be an agent's own."""
    messages = [{"role": "system", "content": text}, {"role": "user", "content": text}]
    return lambda: (
        side_calls.is_side_call(messages, has_tools=False),
        side_calls.is_side_call(messages, has_tools=True),
    )


def model_string(text: str) -> Work:
    """A hybrid's name, and options that a client sends."""

    def work() -> object:
        for name in (text, f"hybrid:[{text}", f"hybrid:[a:{text},b?{text}=1]"):
            spec.looks_like_spec(name)
            spec.restore(spec.protect(name))
            with suppress(WireFault):
                spec.parse(name)
        for options in ({"hand_over": text}, {text: 1}, dict.fromkeys(text.split("x"))):
            with suppress(WireFault):
                preset.read_override(options)
            with suppress(WireFault):
                preset.read(options, {})
        return preset.check_config(
            {"model_list": [{"model_name": text, "litellm_params": {"hybrid": {"trigger": text}}}]}, {}
        )

    return work


def _arguments_of_a_call(text: str) -> str:
    arguments = CallArguments()
    return "".join(arguments.take(text[at : at + 7]) for at in range(0, len(text), 7)) + arguments.close()


def broken_off_call(text: str) -> Work:
    """A call as JSON that never ends, with as many members as the text has words."""
    members = ", ".join(f'"{number}": 1' for number in range(len(text) // 16))
    pieces = [frame(content='<tool_call>{"name": "f", '), frame(content=members), frame(content=text), END]
    return quietly(lambda: read_all(pieces, OPTIONS["tools"]))


def spelled(text: str) -> Work:
    """Arguments that are no JSON, whole and in pieces."""
    said = (text, f"{{'k': '{text}", f"{{k: /* {text} */ 1, // {text}\n n: 007, o: '\\x{text}'}}")

    def work() -> object:
        mender = JsonMender()
        pieces = [mender.take(text[at : at + 7]) for at in range(0, len(text), 7)]
        of_calls = [
            _arguments_of_a_call(each) for each in (text, f"{{{text}", f'{{"a": 1}}{text}', f"```json\n{text}```")
        ]
        return [mended(each) for each in said], pieces, mender.close(), of_calls

    return work


def values(text: str) -> Work:
    """The values of markup's parameters, by every kind of schema."""
    of_all: Any = SCHEMA["properties"]
    kinds: list[Any] = [None, {}, *of_all.values(), {"anyOf": [{"type": "object"}, {"type": "array"}]}]
    return lambda: [value_of(said, kind, SCHEMA) for kind in kinds for said in (text, f"{{{text}}}", f"[{text}]")]


def snapshots(text: str) -> Work:
    """Text that is told again and again, each time with more."""
    steps = [text[: len(text) * at // 16] for at in range(1, 17)]
    pieces = [frame(reasoning_content=step, content=step) for step in steps]
    return quietly(lambda: read_all([*pieces, END], OPTIONS["plain"]))


def checked_format(text: str) -> Work:
    """An answer against its schema."""
    patterned = ResponseFormat("json_schema", {"properties": {"k": {"type": "string", "pattern": "^a+$"}}})
    wide = json.dumps({"k": text, "a": [{}] * (len(text) // 64)})
    return lambda: (validate(text, _JSON), validate(wide, _JSON), validate(wide, patterned))


def embeddings(text: str) -> Work:
    """Embeddings, both ways."""
    words = [text[at : at + 64] or "x" for at in range(0, len(text), 64)]
    part = build_embeddings("embo-01", ["x"], {}).parts[0]
    answer = json.dumps({"vectors": [[0.5] * 16] * len(words), "base_resp": {"status_code": 0}}).encode()

    def work() -> object:
        with suppress(WireFault):
            build_embeddings("embo-01", words, {"type": text})
        with suppress(WireFault):
            build_embeddings("embo-01", text, {})
        with suppress(WireFault):
            read_answer(answer, part, "base64")
        return read_answer(text.encode(), part, "float")

    return quietly(work)


def remembered(text: str) -> Work:
    """What the memories read of a request, an answer and a cache."""
    messages = listed_of(text)
    blocks = [{"role": "assistant", "content": [{"type": "tool_use", "id": text, "name": "f", "input": {}}]}]

    class Cache:
        async def aget(self, key: str) -> str | None:
            return text

        async def aset(self, key: str, text: str) -> None:
            pass

    async def both() -> object:
        missing = turns_without_reasoning(messages)
        recalled = await reasoning_memory.arecall("scope", missing[:64])
        return recalled, await messages_remembering.with_lost_reasoning("scope", [*blocks, *blocks])

    def work() -> object:
        with suppress(ValueError):
            asyncio.run(remembering._load(Cache(), "k"))
        return reasoning_memory.recall("scope", turns_without_reasoning(messages)[:64]), asyncio.run(both())

    return work


def address(text: str) -> Work:
    """A base URL."""

    def work() -> object:
        for base in (text, f"https://{text}", f"https://a/{text}/v1"):
            with suppress(WireFault, ValueError):
                addresses.parse(base)
        return None

    return work


READERS: dict[str, Reader] = {
    **{f"stream, {name}": streamed("content", options, PIECE) for name, options in OPTIONS.items()},
    **{f"stream of short pieces, {name}": streamed("content", options, 7) for name, options in OPTIONS.items()},
    **{f"whole, {name}": whole(options) for name, options in OPTIONS.items()},
    "thinking in a field": streamed("reasoning_content", OPTIONS["tools"], 64),
    "thinking in details": streamed(
        "reasoning_details", OPTIONS["plain"], 64, wrap=lambda part: [{"type": "reasoning.text", "text": part}]
    ),
    "arguments": streamed("tool_calls", OPTIONS["tools"], 64, wrap=called),
    "bytes": raw_bytes(PIECE),
    "bytes, short reads": raw_bytes(5),
    "events": framed,
    "code in an answer": lambda text: lambda: code_in(text),
    "odd JSON": odd_json,
    "broken off call": broken_off_call,
    "messages stream": messages_stream,
    "messages tool uses": messages_tool_uses,
    "messages in one read": messages_in_one_read,
    "messages answer": messages_answer,
    "arguments in an open string": named_again,
    "error body": error_body,
    "error text": error_text,
    **{f"request, {shape}": request(shape) for shape in SHAPES},
    **{f"request to an unknown server, {shape}": request(shape, "unknown") for shape in SHAPES},
    "tools": tools_catalogue,
    "messages request": anthropic_request,
    "client's body": client_body,
    **{f"hybrid's conversation, {shape}": asked_of_a_hybrid(shape) for shape in SHAPES},
    "hand-over": handed_over,
    "consultations": consulted,
    "pictures": pictures,
    "quota": quota,
    "reasoner": reasoner(PIECE),
    "reasoner, short pieces": reasoner(3),
    "executor": executor(PIECE),
    "chunks kept": kept_chunks(24),
    "tool results": results_of_tools,
    "side calls": housekeeping,
    "model string": model_string,
    "arguments, spelled otherwise": spelled,
    "values": values,
    "snapshots": snapshots,
    "format": checked_format,
    "embeddings": embeddings,
    "memory": remembered,
    "address": address,
}
