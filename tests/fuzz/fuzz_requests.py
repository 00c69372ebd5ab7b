"""Random requests, model strings, options and error bodies through the parsers that meet what clients and servers send.

What must hold for each: the ring's own faults and no other exception; what is built is JSON; the input is unchanged.
"""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from litellm_minimax import catalog
from litellm_minimax.hybrid.asking import preset, spec
from litellm_minimax.seams import client_fields
from litellm_minimax.upstream.error_table import CallContext
from litellm_minimax.upstream.errors import to_litellm
from litellm_minimax.wire.faults import InvalidRequest, UpstreamFault
from litellm_minimax.wire.incoming.errors_told import parse_error_body
from litellm_minimax.wire.json_text import dumps
from litellm_minimax.wire.outgoing.request import ChatRequest, build_request

ODD: tuple[Any, ...] = (
    None,
    0,
    -1,
    1,
    2.5,
    1e308,
    True,
    False,
    "",
    " ",
    "x",
    "\n",
    "\x00",
    "é",
    "🦀",
    [],
    {},
    [[]],
    [None],
)
SPEC = (
    "hybrid:", "hybrid/", "[", "]", ",", "?", "&", "=", ":", "/", "minimax:MiniMax-M2", "qwen-oauth:qwen3-coder-plus", "a",
    "temperature=0.5", "top_p=2", "max_tokens=1", "reasoning_effort=high", "api_key=x", "%2C", "%", " ", "\n", "é", "1e999",
    "nan", "-1", "hybrid:[a,b]", "x" * 300,
)  # fmt: skip
NAMES = ("a", "ls", "get weather", "", "é", "x" * 100)
IDS = ("c1", "c2", "", "x")


def _odd(rng: random.Random, likely: Any, chance: float = 0.08) -> Any:
    """``likely``, or now and then something that nobody expects there."""
    return copy.deepcopy(rng.choice(ODD)) if rng.random() < chance else likely


def check_model_string(rng: random.Random) -> None:
    """The string of a hybrid."""
    text = "".join(rng.choices(SPEC, k=rng.randint(0, 9)))
    if rng.random() < 0.5:
        text = f"hybrid:[{text},{''.join(rng.choices(SPEC, k=rng.randint(0, 4)))}]"
    try:
        parsed = spec.parse(text)
    except InvalidRequest as refused:
        assert str(refused).isprintable()  # noqa: PT017
    else:
        assert parsed.reasoning.model
        assert parsed.execution.model
        assert "," not in spec.protect(text)
        assert spec.restore(spec.protect(text)) == spec.restore(text)


def check_options(rng: random.Random) -> None:
    """The options of a hybrid route, and a request's override."""
    fields = (*tuple(preset._Options.model_fields), "unknown", "")
    options = {name: _odd(rng, rng.choice((*ODD, "plan", "tail", ["stall"], "m2", {"a": "b"})), 0.5)
               for name in rng.sample(fields, rng.randint(0, 6))}  # fmt: skip
    for read in (lambda: preset.read(_odd(rng, options, 0.02), {}), lambda: preset.read_override(options)):
        try:
            read()
        except InvalidRequest as refused:
            assert str(refused)  # noqa: PT017


def _call(rng: random.Random) -> Any:
    function = {"name": _odd(rng, rng.choice(NAMES)), "arguments": _odd(rng, rng.choice(('{"a":1}', "{", "", "[]")))}
    return _odd(rng, {"id": _odd(rng, rng.choice(IDS)), "type": "function", "function": _odd(rng, function)})


def _part(rng: random.Random) -> Any:
    return _odd(rng, rng.choice((
        {"type": "text", "text": _odd(rng, "hello")}, {"type": "image_url", "image_url": _odd(rng, {"url": "https://a/b"})},
        {"type": "thinking", "thinking": "hm"}, {"type": _odd(rng, "input_audio"), "input_audio": {}}, {"text": "x"},
    )))  # fmt: skip


def _message(rng: random.Random) -> Any:
    role = rng.choice(("user", "user", "assistant", "assistant", "tool", "tool", "system", "developer"))
    message: dict[str, Any] = {"role": _odd(rng, role, 0.03)}
    if rng.random() < 0.9:
        content = "hello" if rng.random() < 0.6 else [_part(rng) for _ in range(rng.randint(0, 3))]
        message["content"] = _odd(rng, content)
    if role == "assistant":
        if rng.random() < 0.6:
            message["tool_calls"] = _odd(rng, [_call(rng) for _ in range(rng.randint(0, 3))])
        for name in ("reasoning_content", "thinking_blocks", "provider_specific_fields", "reasoning_details"):
            if rng.random() < 0.15:
                message[name] = _odd(rng, rng.choice(("hm", [{"type": "thinking", "thinking": "hm"}], {"minimax": {}})))
    if role == "tool":
        message["tool_call_id"] = _odd(rng, rng.choice(IDS))
    return _odd(rng, message, 0.02)


def check_request(rng: random.Random) -> None:
    """Messages, tools and parameters, all the way to the body."""
    messages = [_message(rng) for _ in range(rng.randint(0, 6))]
    parameters: dict[str, Any] = {}
    if rng.random() < 0.5:
        function = {"name": _odd(rng, rng.choice(NAMES)), "parameters": _odd(rng, {"type": "object"}, 0.2)}
        parameters["tools"] = _odd(rng, [_odd(rng, {"type": _odd(rng, "function"), "function": _odd(rng, function)})])
    for name, likely in (
        ("temperature", 1), ("top_p", 0.5), ("max_tokens", 10), ("stop", ["x"]), ("tool_choice", "auto"), ("n", 1),
        ("response_format", {"type": "json_object"}), ("thinking", {"type": "enabled"}), ("reasoning_effort", "low"),
        ("extra_body", {"a": 1}), ("service_tier", "auto"), ("parallel_tool_calls", False),
    ):  # fmt: skip
        if rng.random() < 0.15:
            parameters[name] = _odd(rng, likely, 0.3)
    model = rng.choice(("MiniMax-M2", "MiniMax-M3", "MiniMax-M3.1-Flash", "M2-her", "somebody's"))
    before = repr((messages, parameters))
    request = ChatRequest(
        model=model, facts=catalog.find(model), messages=messages, parameters=parameters, stream=rng.random() < 0.5,
        server=rng.choice(("minimax", "self_hosted", "unknown")), recalled={},
    )  # fmt: skip
    try:
        built = build_request(request)
    except InvalidRequest as refused:
        assert refused.where  # noqa: PT017
    else:
        json.loads(dumps(built.body))
    assert repr((messages, parameters)) == before


def check_client_fields(rng: random.Random) -> None:
    """What a proxy's client sends, before anything else has seen it."""
    names = (
        "messages", "timeout", "headers", "extra_headers", "response_format", "hybrid", "model", "stream_timeout",
        "thinking", "reasoning", "reasoning_effort", "stream", "tool_choice", "metadata",
    )  # fmt: skip
    data = {name: _odd(rng, [_message(rng)], 0.4) for name in rng.sample(names, rng.randint(0, 4))}
    try:
        client_fields.check(data)
        client_fields.check_chat(data, rng.choice((None, ["text"])))
    except InvalidRequest as refused:
        assert refused.where  # noqa: PT017
    try:
        client_fields.check_input(_odd(rng, [_message(rng)], 0.4))
    except InvalidRequest as refused:
        assert refused.where  # noqa: PT017


def check_error_body(rng: random.Random) -> None:
    """What a server says when it refuses, and the exception that becomes of it."""
    error = {"message": _odd(rng, "no (1002)", 0.3), "type": _odd(rng, "x"), "http_code": _odd(rng, "429", 0.3)}
    body: Any = {
        "type": _odd(rng, "error"), "error": _odd(rng, error, 0.3), "request_id": _odd(rng, "abc", 0.3),
        "base_resp": _odd(rng, {"status_code": _odd(rng, 1004, 0.4), "status_msg": _odd(rng, "no", 0.4)}, 0.4),
    }  # fmt: skip
    for name in rng.sample(list(body), rng.randint(0, 3)):
        del body[name]
    data = json.dumps(_odd(rng, body)).encode()
    if rng.random() < 0.3:
        data = bytes(rng.choices(data + b"<>{}\xff\x00", k=rng.randint(0, 60)))
    fault = parse_error_body(rng.choice((200, 302, 400, 401, 429, 500, 599)), data, None)
    assert isinstance(fault, UpstreamFault)
    told = to_litellm(fault, CallContext("MiniMax-M2"), now=0.0)
    assert type(told).__module__.startswith(("litellm", "openai"))


CHECKS = (check_model_string, check_options, check_request, check_client_fields, check_error_body)
