"""What the agents send is answered: no 400 for any of it, by a simulator that checks as strictly as MiniMax."""

from importlib.metadata import version

import agent_bodies
import httpx
import pytest
import tool_loops

pytestmark = [pytest.mark.proxy, pytest.mark.timeout(180)]

# Older releases answer on the Messages door in OpenAI's words, as `{"error": …}` alone.
NAMES_ERRORS = tuple(int(part) for part in version("litellm").split(".")[:2]) >= (1, 100)
MODELS = ["MiniMax-M2", "MiniMax-M3", "MiniMax-M3.1-Flash", "minimax-plugin/MiniMax-M2", "own-weights"]


@pytest.fixture(scope="module")
def http(proxy):
    headers = {**proxy.headers, "anthropic-beta": "claude-code-20250219,some-day-2027"}
    with httpx.Client(base_url=proxy.url, headers=headers, timeout=60) as made:
        yield made


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("later", [False, True], ids=["first", "later"])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("agent", agent_bodies.AGENTS, ids=lambda agent: agent.__name__)
def test_nothing_an_agent_sends_ends_in_an_error(sim, own, http, agent, model, later, stream):
    path, body = agent(model, later=later)
    if model == "own-weights" and "format" in body.get("output_config", {}):
        del body["output_config"]  # this server does not keep to schemas, which would rightly be an error
    if not stream:
        body = {name: value for name, value in body.items() if name != "stream_options"} | {"stream": False}
    response = http.post(path, json=body)
    assert response.status_code == 200, response.text
    server = own if model == "own-weights" else sim
    if stream:
        told = tool_loops.events(response)
        assert told
        assert not [event for event in told if event.get("type") == "error" or "error" in event]
    assert server.report()["errors_by_code"] == {}
    assert len(server.requests) == 1
    sent = server.last.body
    assert "mid-conversation" not in response.text
    assert agent_bodies.TASK in str(sent["messages"])
    if later and agent is not agent_bodies.opencode_title:
        assert all(call[0] in str(sent["messages"]) for call in agent_bodies.CALLS), "ids stay what they are"


def test_a_tool_that_is_added_later_is_declared(sim, http):
    for model in ("MiniMax-M2", "minimax-plugin/MiniMax-M2"):
        path, body = agent_bodies.claude_code(model, later=True)
        assert http.post(path, json=body).status_code == 200
        assert "'WebFetch'" in str(sim.last.body["tools"])
        assert "tool_addition" not in str(sim.last.body)
        assert "WebFetch can be used now." in str(sim.last.body)


@pytest.mark.parametrize("model", ["MiniMax-M2", "MiniMax-M3"])
def test_tokens_are_counted(http, model):
    _, body = agent_bodies.claude_code(model, later=False)
    asked = {name: body[name] for name in ("model", "messages", "system", "tools")}
    short = {**asked, "messages": asked["messages"][:1], "tools": []}
    counts = []
    for counted in (asked, short):
        response = http.post("/v1/messages/count_tokens", json=counted)
        assert response.status_code == 200, response.text
        counts.append(response.json()["input_tokens"])
    assert counts[0] > counts[1] > 0


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/v1/chat/completions", {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}),
        ("/v1/messages", {"type": "image", "source": {
            "type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}),
        ("/v1/responses", {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="}),
    ],
)  # fmt: skip
def test_m3_sees_images_and_m2_says_that_it_does_not(sim, http, path, part):
    field = "input" if path == "/v1/responses" else "messages"
    text = {"type": "input_text" if path == "/v1/responses" else "text", "text": "What is it?"}
    for model, status in (("MiniMax-M3", 200), ("minimax-plugin/MiniMax-M3", 200), ("MiniMax-M2", 400)):
        body = {"model": model, "max_tokens": 500, field: [{"role": "user", "content": [text, part]}]}
        if path == "/v1/responses":
            del body["max_tokens"]
        response = http.post(path, json=body)
        assert response.status_code == status, response.text
        if status == 200:
            assert "iVBORw0KGgo=" in str(sim.last.body["messages"])
        else:
            assert "takes no images" in response.text


@pytest.mark.parametrize("model", ["MiniMax-M2", "minimax-plugin/MiniMax-M2"])
def test_errors_speak_the_dialect_of_their_door(sim, http, model):
    ask = f"[[simulate: fault=error code=1002 model=m2]] {agent_bodies.TASK}"
    bodies = {
        "/v1/messages": {"max_tokens": 100, "messages": [{"role": "user", "content": ask}]},
        "/v1/chat/completions": {"messages": [{"role": "user", "content": ask}]},
        "/v1/responses": {"input": ask},
    }
    for path, body in bodies.items():
        for stream in (False, True):
            body |= {"model": model, "stream": stream}
            response = http.post(path, json=body)
            assert response.status_code == 429, (path, stream, response.text)
            told = response.json()
            assert "1002" in told["error"]["message"]
            if path == "/v1/messages" and NAMES_ERRORS:
                assert (told["type"], told["error"]["type"]) == ("error", "rate_limit_error")
