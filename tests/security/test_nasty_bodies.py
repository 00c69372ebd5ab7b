"""What a client did wrong is a 4xx that says so, never a 500, and never a proxy that stops serving."""

import json

import pytest

from tests.security.conftest import HELLO

pytestmark = pytest.mark.proxy

DEEP = b'{"model":"m2","messages":' + b"[" * 50_000 + b"]" * 50_000 + b"}"
TOOL = {"type": "function", "function": {"name": "ls", "parameters": {"type": "object", "properties": {}}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "ls", "arguments": "{}"}}


def chat(messages=HELLO, **more):
    return {"model": "m2", "messages": messages} | more


def user(content):
    return chat([{"role": "user", "content": content}])


NASTY = {
    "no messages": chat([]),
    "messages is a text": chat("Hello!"),
    "messages is an object": chat({"role": "user"}),
    "messages is a number": chat(7),
    "a message is a text": chat(["Hello!"]),
    "a message is null": chat([None]),
    "a message without a role": chat([{"content": "Hello!"}]),
    "an unknown role": chat([{"role": "owner", "content": "Hello!"}]),
    "a role that is a number": chat([{"role": 1, "content": "Hello!"}]),
    "content is a number": user(7),
    "content is an object": user({"text": "Hello!"}),
    "content is a list of numbers": user([1, 2]),
    "a part without a type": user([{"text": "Hello!"}]),
    "a part of an unknown type": user([{"type": "smell", "smell": "x"}]),
    "an image that is a number": user([{"type": "image_url", "image_url": 7}]),
    "an image for a model without eyes": user([{"type": "image_url", "image_url": {"url": "https://a/b.png"}}]),
    "audio": user([{"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}]),
    "an image that is a file of the proxy": user([{"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}]),
    "a text that is a number": user([{"type": "text", "text": 7}]),
    "only a system message that is blank": chat([{"role": "system", "content": ""}]),
    "tools is a text": chat(tools="ls"),
    "tools is an object": chat(tools={"a": 1}),
    "a tool is a number": chat(tools=[7]),
    "a tool without a name": chat(tools=[{"type": "function", "function": {}}]),
    "a tool whose schema is a list": chat(
        tools=[{"type": "function", "function": {"name": "ls", "parameters": []}}]
    ),
    "a tool choice that is a number": chat(tools=[TOOL], tool_choice=7),
    "a tool choice of no tool": chat(tools=[TOOL], tool_choice={"type": "function", "function": {"name": "rm"}}),
    "a result without a call": chat([*HELLO, {"role": "tool", "tool_call_id": "x", "content": "y"}]),
    "a result with an id that is a list": chat(
        [*HELLO, {"role": "assistant", "tool_calls": [CALL]}, {"role": "tool", "tool_call_id": [1], "content": "y"}]
    ),
    "calls is a text": chat([*HELLO, {"role": "assistant", "tool_calls": "ls"}]),
    "a call is a number": chat([*HELLO, {"role": "assistant", "tool_calls": [7]}]),
    "a call without a function": chat([*HELLO, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function"}]}]),
    "a call whose arguments are an object": chat(
        [*HELLO, {"role": "assistant", "tool_calls": [{**CALL, "function": {"name": "ls", "arguments": {"a": 1}}}]},
         {"role": "tool", "tool_call_id": "c1", "content": "y"}]
    ),
    "a temperature that is a text": chat(temperature="hot"),
    "a temperature of a hundred": chat(temperature=100),
    "a negative limit": chat(max_tokens=-1),
    "a limit that is a text": chat(max_tokens="many"),
    "a limit beyond everything": chat(max_tokens=10**30),
    "a role that is a list": chat([{"role": ["user"], "content": "Hello!"}]),
    "tool calls that are a number": chat([*HELLO, {"role": "assistant", "tool_calls": 5}]),
    "an effort that is a list": chat(reasoning_effort=[]),
    "an effort in an effort": chat(reasoning_effort={"effort": []}),
    "thinking is a text": chat(thinking="x"),
    "a budget that is a text": chat(thinking={"type": "enabled", "budget_tokens": "x"}),
    "a stream that is a text": chat(stream="x"),
    "a stream that is a number": chat(stream=5),
    "an image part without an image": user([{"type": "image_url"}]),
    "a user that is a number": chat(metadata={"user_id": 5}),
    "a role that is a list, for a hybrid": chat([{"role": ["user"], "content": "x"}], model="hybrid:[m2,m21]"),
    "an effort that is a list, for a hybrid": chat(reasoning_effort=[], model="hybrid:[m2,m21]"),
    "four answers": chat(n=4),
    "stop is a number": chat(stop=7),
    "stop is an empty text": chat(stop=""),
    "a response format that is a text": chat(response_format="json"),
    "a response format of an unknown type": chat(response_format={"type": "poem"}),
    "a schema that is none": chat(
        response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "nonsense"}}}
    ),
    "a schema that is a text": chat(response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": "x"}}),
    "extra_body is a text": chat(extra_body="x"),
    "extra_body is a list": chat(extra_body=[1]),
    "thinking is a number": chat(thinking=7),
    "reasoning_effort is a number": chat(reasoning_effort=7),
    "stream is a text": chat(stream="maybe"),
    "stream_options is a text": chat(stream=True, stream_options="usage"),
    "metadata.hybrid is a text": {**chat(metadata={"hybrid": "x"}), "model": "hybrid:[m2,m21]"},
    "a timeout that is a text": chat(timeout="long"),
    "a timeout below zero": chat(timeout=-1),
    "a model that is a number": {"model": 7, "messages": HELLO},
    "a model that is a list": {"model": ["m2"], "messages": HELLO},
    "a hybrid of one": {"model": "hybrid:[m2]", "messages": HELLO},
    "a hybrid of a hybrid": {"model": "hybrid:[m2,hybrid:[m2,m21]]", "messages": HELLO},
    "a hybrid of nobody": {"model": "hybrid:[,]", "messages": HELLO},
    "nothing": b"",
    "half an object": b'{"model": "m2", "messages": [',
    "no JSON": b"Hello!",
    "a list": b"[]",
    "null": b"null",
    "no UTF-8": b'{"model":"m2","messages":[{"role":"user","content":"\xff\xfe"}]}',
    "a lone surrogate": b'{"model":"m2","messages":[{"role":"user","content":"\\ud800"}]}',
    "not a number": b'{"model":"m2","messages":[{"role":"user","content":"Hello!"}],"temperature":NaN}',
    "very deep": DEEP,
}  # fmt: skip

MEANT_WELL = {"a lone surrogate", "a schema that is none"}
"""What may just as well be answered."""
OF_LITELLM = {"a list", "null"}
"""What LiteLLM 1.106.2 answers with a 500 while it authenticates, before it asks any plugin."""


@pytest.mark.parametrize("name", NASTY)
def test_the_client_is_told(world, name):
    body = NASTY[name]
    told = world.post(
        body if isinstance(body, bytes) else json.dumps(body).encode(), headers={"content-type": "application/json"}
    )
    assert told.status_code < 500 or name in OF_LITELLM, f"{told.status_code} {told.text[:600]}"
    if told.status_code == 200:
        assert world.upstream.requests or name in MEANT_WELL
        assert world.upstream.last.answered.status == 200
    elif name not in OF_LITELLM:
        assert told.json()["error"]["message"]
    world.upstream.reset()
    assert world.post(chat()).status_code == 200, "it goes on serving"


OTHER_DOORS = [
    *(("/v1/messages", {"messages": HELLO, "max_tokens": 50} | odd) for odd in (
        {"messages": []}, {"messages": [{}]}, {"messages": [{"role": "user", "content": [5]}]}, {"thinking": "x"},
        {"thinking": {"type": "enabled", "budget_tokens": "x"}}, {"tool_choice": 5}, {"metadata": {"user_id": 5}},
        {"stream": "x"},
    )),
    *(("/v1/responses", {"input": "Hello!"} | odd) for odd in (
        {"input": 5}, {"input": [5]}, {"input": [{"role": "user", "content": 5}]}, {"reasoning": 5},
        {"reasoning": {"effort": []}}, {"stream": "x"},
    )),
]  # fmt: skip


@pytest.mark.parametrize("model", ["m2", "hybrid:[m2,m21]"])
@pytest.mark.parametrize(("path", "body"), OTHER_DOORS)
def test_the_client_is_told_on_the_other_doors(world, path, body, model):
    told = world.post({"model": model, **body}, path)
    assert 400 <= told.status_code < 500, f"{told.status_code} {told.text[:600]}"
    assert "Traceback" not in told.text
    assert not world.upstream.requests
