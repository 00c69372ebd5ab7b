"""The README's "How it differs from LiteLLM's built-in minimax", claim by claim: what the built-in does, and ours.

The built-in is asked in a process of its own that does not import this package, against the same simulator.
"""

import json
import os
import subprocess
import sys
import textwrap

import litellm
import pytest
from doors import HELLO, MODEL, ask, tool

from litellm_minimax.simulator import Answer, Fault, Quirks, ToolCall

THOUGHT = "The user wants the weather, so I ask the tool."
CALL = {
    "id": "call_function_ab12cd34ef56_1",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city": "Bern"}'},
}
LOOP = [
    {"role": "user", "content": "What is the weather in Bern?"},
    {"role": "assistant", "content": None, "tool_calls": [CALL], "reasoning_content": THOUGHT},
    {"role": "tool", "tool_call_id": CALL["id"], "content": "21 degrees"},
]

_BUILT_IN = """
    import asyncio, json, os, sys
    import litellm
    litellm.suppress_debug_info = True
    base, loop = os.environ["DOCUMENTED_BASE"], json.loads(sys.argv[1])
    hello = [{"role": "user", "content": "Hello!"}]
    told = {}

    def attempt(name, call):
        try:
            told[name] = call()
        except Exception as error:
            told[name] = {"error": type(error).__name__, "status": getattr(error, "status_code", None)}

    def whole(messages=hello, **more):
        answer = litellm.completion("minimax/MiniMax-M2", messages=messages, api_base=base, num_retries=0,
                                    max_retries=0, **more)
        message = answer.choices[0].message
        return {"content": message.content, "reasoning": getattr(message, "reasoning_content", None)}

    def stream():
        chunks = litellm.completion("minimax/MiniMax-M2", messages=hello, api_base=base, stream=True)
        return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)

    def messages():
        answer = asyncio.run(litellm.anthropic.messages.acreate(
            model="minimax/MiniMax-M2", messages=hello, max_tokens=50, api_base=base))
        return {"content": answer["content"]}

    def price(model):
        return litellm.get_model_info(model)["input_cost_per_token"]

    limited = [{"role": "user", "content": "[[simulate: fault=error code=1002 envelope=base_resp]]"}]
    attempt("stream", stream)
    attempt("whole", whole)
    attempt("odd tag", lambda: whole([{"role": "user", "content": "Hello! [[simulate: quirk=tags:mm_closer]]"}]))
    attempt("error in 200", lambda: whole(limited))
    attempt("effort", lambda: whole(reasoning_effort="low"))
    attempt("loop", lambda: whole(loop))
    attempt("image", lambda: litellm.image_generation("A fox.", model="minimax/image-01", api_base=base).model_dump())
    attempt("embedding", lambda: litellm.embedding("minimax/embo-01", input="A fox.", api_base=base).model_dump())
    attempt("messages", messages)
    for model in ("MiniMax-M3.1-Flash", "MiniMax-M2.7"):
        attempt("price " + model, lambda: price("minimax/" + model))
    print("TOLD", json.dumps(told, default=str))
"""


@pytest.fixture(scope="module")
def built_in(_simulator):
    """What the built-in provider answered, and the bodies it sent."""
    _simulator.reset()
    _simulator.quirks = Quirks()
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(_BUILT_IN), json.dumps(LOOP)],
        env={
            **os.environ,
            "DOCUMENTED_BASE": f"{_simulator.base_url}/v1",
            "MINIMAX_API_KEY": "sk-test",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        },
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    [line] = [line for line in run.stdout.splitlines() if line.startswith("TOLD ")] or [run.stderr]
    told = json.loads(line.removeprefix("TOLD "))
    told["sent"] = [request.body for request in _simulator.requests]
    told["paths"] = [request.path for request in _simulator.requests]
    return told


async def test_stream_has_no_think_tags(built_in, sim):
    assert "<think>" in built_in["stream"]
    heard = await ask("async-stream")
    assert "<think>" not in heard.content
    assert heard.reasoning
    assert heard.content in built_in["stream"]


async def test_reasoning_is_kept_without_streaming(built_in, sim):
    """The built-in splits regular tags, leaving blank lines; irregular ones stay in the content, thinking and all."""
    assert built_in["whole"]["content"].startswith("\n\n")
    assert "</mm:think>" in built_in["odd tag"]["content"]
    assert "greets me" in built_in["odd tag"]["content"]
    sim.quirks = Quirks(tags="mm_closer")
    for split in (True, False):
        heard = await ask("async", reasoning_split=split)
        assert heard.content.startswith("[simulated] Hello!")
        assert heard.reasoning.startswith("The user greets me.")


async def test_error_in_http_200_keeps_its_class(built_in, sim):
    assert built_in["error in 200"] == {"error": "APIError", "status": 500}
    sim.enqueue(Fault("error", code=1002, envelope="base_resp"))
    with pytest.raises(litellm.RateLimitError) as caught:
        await ask("async")
    assert caught.value.status_code == 429


async def test_reasoning_effort_is_accepted(built_in, sim):
    assert built_in["effort"] == {"error": "UnsupportedParamsError", "status": 400}
    await ask("async", reasoning_effort="low")
    await ask("async", reasoning_effort="low", model="minimax/MiniMax-M3.1-Flash")
    assert sim.last.body["reasoning_effort"] == "low"


async def test_reasoning_goes_back_in_tool_loops(built_in, sim):
    [sent] = [body for body in built_in["sent"] if len(body["messages"]) == 3]  # its client kept the thinking
    assert "reasoning_details" not in sent["messages"][1]
    assert "<think>" not in str(sent["messages"][1].get("content"))

    await ask("async", messages=LOOP, tools=[tool()])
    assert sim.last.body["messages"][1]["reasoning_details"][0]["text"] == THOUGHT

    sim.enqueue(Answer("", THOUGHT, [ToolCall("get_weather", {"city": "Bern"}, CALL["id"])]))
    await ask("async", messages=LOOP[:1], tools=[tool()])
    dropped = [LOOP[0], {k: v for k, v in LOOP[1].items() if k != "reasoning_content"}, LOOP[2]]
    await ask("async", messages=dropped, tools=[tool()])
    assert sim.last.body["messages"][1]["reasoning_details"][0]["text"] == THOUGHT


async def test_pictures_and_vectors_come(built_in, sim):
    """The built-in asks nobody for a picture, and says so to nobody."""
    assert built_in["image"]["data"] == []
    assert "error" in built_in["embedding"]
    assert not {"/v1/image_generation", "/v1/images/generations", "/v1/embeddings"} & set(built_in["paths"])
    assert len((await litellm.aimage_generation(model="minimax/image-01", prompt="A fox.")).data) == 1
    assert len((await litellm.aembedding(model="minimax/embo-01", input="A fox.")).data) == 1


def test_new_models_have_prices(built_in):
    for model, price in (("MiniMax-M3.1-Flash", 0.15e-6), ("MiniMax-M2.7", 0.30e-6)):
        assert "error" in built_in[f"price {model}"]
        assert litellm.get_model_info(f"minimax/{model}")["input_cost_per_token"] == pytest.approx(price)


@pytest.mark.parametrize("tail", ["", "/v1", "/v1/", "/v1/chat/completions", "/anthropic", "/anthropic/v1/messages"])
@pytest.mark.parametrize("through", ["environment", "argument"])
async def test_messages_route_with_documented_base(built_in, sim, monkeypatch, tail, through):
    assert built_in["messages"]["status"] == 404
    assert built_in["paths"][-1] == "/v1/v1/messages"
    monkeypatch.setenv("MINIMAX_API_BASE", sim.base_url + tail if through == "environment" else "http://127.0.0.1:9")
    base = {"api_base": sim.base_url + tail} if through == "argument" else {}
    answer = await litellm.anthropic.messages.acreate(model=MODEL, messages=HELLO, max_tokens=50, **base)
    assert sim.last.path == "/anthropic/v1/messages"
    assert answer["content"]
