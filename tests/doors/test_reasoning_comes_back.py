"""Interleaved thinking through the started proxy: whatever a client keeps, the model gets all of its reasoning back."""

import httpx
import pytest
import tool_loops

from litellm_minimax.simulator import Answer

pytestmark = [pytest.mark.proxy, pytest.mark.timeout(180)]

CASES = [(door, shape, model) for door, (_, shapes) in tool_loops.DOORS.items() for shape in shapes
         for model in ("MiniMax-M2", "MiniMax-M3", "minimax-plugin/MiniMax-M3.1-Flash")]  # fmt: skip


@pytest.fixture(scope="module")
def http(proxy):
    with httpx.Client(base_url=proxy.url, headers=proxy.headers, timeout=60) as made:
        yield made


def settled(server):
    """What a simulator counted, once its last stream is over: clients are content with the last frame before its end."""
    server.wait_idle()
    return server.report()


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(("door", "shape", "model"), CASES)
def test_every_turn_of_the_tool_loop_comes_back_with_its_reasoning(sim, http, door, shape, model, stream):
    client, shapes = tool_loops.DOORS[door]
    sim.enqueue(*tool_loops.rounds())
    assert client(http, model, shapes[shape], stream=stream) == "All read."
    report = settled(sim)
    assert report["tool_loop_turns"] == tool_loops.LOOP_TURNS
    assert report["tool_loop_turns_with_reasoning"] == tool_loops.LOOP_TURNS
    assert report["errors_by_code"] == {}


SHAPES = [(door, shape) for door, (_, shapes) in tool_loops.DOORS.items() for shape in shapes]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(("door", "shape"), SHAPES)
def test_a_server_of_open_weights_without_parsers_gets_it_back_too(own, http, door, shape, stream):
    client, shapes = tool_loops.DOORS[door]
    own.enqueue(*tool_loops.rounds())
    assert client(http, "own-weights", shapes[shape], stream=stream) == "All read."
    report = settled(own)
    assert report["tool_loop_turns"] == report["tool_loop_turns_with_reasoning"] == tool_loops.LOOP_TURNS


def test_a_response_can_be_continued_by_its_id(sim, http):
    """Without a database LiteLLM knows the calls of the earlier response, and nothing else of it."""
    sim.enqueue(*tool_loops.rounds())
    body = {"model": "MiniMax-M2", "tools": [{"type": "function", "name": "read", "parameters": tool_loops.SCHEMA}]}
    first = tool_loops.post(http, "/v1/responses", body | {"input": tool_loops.TASK}).json()
    (call,) = [item for item in first["output"] if item["type"] == "function_call"]
    result = {"type": "function_call_output", "call_id": call["call_id"], "output": "text"}
    later = {"previous_response_id": first["id"], "input": [result]}
    tool_loops.post(http, "/v1/responses", body | later)
    assert sim.last.reasoning_turns == sim.last.reasoning_turns_intact == 1
    assert [message["role"] for message in sim.last.body["messages"]][-2:] == ["assistant", "tool"]


@pytest.mark.parametrize("model", ["MiniMax-M2", "minimax-plugin/MiniMax-M2"])
@pytest.mark.parametrize("path", ["/v1/messages", "/v1/responses", "/v1/chat/completions"])
def test_a_client_that_leaves_stops_the_model(sim, http, path, model):
    sim.enqueue(Answer("word and more " * 3000, chunk_chars=8, delay=0.02))
    asked = [{"role": "user", "content": "Count."}]
    body = {"input": asked} if path == "/v1/responses" else {"messages": asked, "max_tokens": 20_000}
    with http.stream("POST", path, json={"model": model, "stream": True, **body}) as response:
        next(response.iter_bytes())
    sim.wait_idle(20)
    assert sim.last.answered.client_left
