import json

import httpx
import pytest

from litellm_minimax.simulator import Simulator

TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
KEY = {"authorization": "Bearer sk-test"}
CHAT = "/v1/chat/completions"


@pytest.fixture
def sim():
    with Simulator() as running:
        yield running


@pytest.fixture
def client(sim):
    with httpx.Client(base_url=sim.base_url, headers=KEY, timeout=10) as http:
        yield http


def user(text="Hello!", **more):
    return {"model": "MiniMax-M2", "messages": [{"role": "user", "content": text}], **more}


def frames(response):
    """The data of each server-sent event, parsed; ``[DONE]`` as it is."""
    lines = [line[5:].strip() for line in response.text.replace("\r\n", "\n").split("\n") if line.startswith("data:")]
    return [line if line == "[DONE]" else json.loads(line) for line in lines]


def deltas(parsed):
    """All deltas of a parsed stream."""
    return [c["delta"] or {} for f in parsed if f != "[DONE]" for c in f.get("choices") or [] if "delta" in c]


def text_of(parsed):
    return "".join(delta.get("content") or "" for delta in deltas(parsed))


def reasoning_of(parsed):
    return "".join(delta.get("reasoning_content") or "" for delta in deltas(parsed))


def stream(client, body, **quirks):
    """The parsed frames of a streamed request."""
    response = client.post(CHAT, json={**body, "stream": True})
    assert response.status_code == 200, response.text
    return frames(response)
