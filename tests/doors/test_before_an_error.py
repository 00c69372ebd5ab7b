"""Through a started proxy: what a model had said comes first, then the error, though both arrive in one network read."""

import json

import httpx
import pytest

from litellm_minimax.simulator import Answer, Fault

SAID = Answer("one two three four five six seven", chunk_chars=4, chunks_per_write=1000)
HELLO = [{"role": "user", "content": "Hello!"}]
DOORS = {
    "/v1/chat/completions": {"messages": HELLO},
    "/v1/messages": {"messages": HELLO, "max_tokens": 500},
    "/v1/responses": {"input": "Hello!"},
}


def text_of(frames: list[dict]) -> str:
    told = []
    for frame in frames:
        for choice in frame.get("choices") or ():
            told.append(choice["delta"].get("content") or "")
        if frame.get("type") == "response.output_text.delta":
            told.append(frame["delta"])
        if frame.get("type") == "content_block_delta":
            told.append(frame["delta"].get("text") or "")
    return "".join(told)


def is_error(frame: dict) -> bool:
    return bool(frame.get("error")) or frame.get("type") in ("error", "response.failed", "response.incomplete")


def ask(proxy, door: str, model: str) -> tuple[int, list[dict]]:
    body = {"model": model, "stream": True, **DOORS[door]}
    answer = httpx.post(
        f"{proxy.url}{door}", json=body, headers={"authorization": f"Bearer {proxy.master_key}"}, timeout=30
    )
    lines = [line[6:] for line in answer.text.splitlines() if line.startswith("data: ")]
    return answer.status_code, [json.loads(line) for line in lines if line != "[DONE]"] or [answer.json()]


@pytest.mark.proxy
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("model", ["MiniMax-M2.1", "hybrid:[minimax:MiniMax-M2,minimax:MiniMax-M2.1]"])
@pytest.mark.parametrize("kind", ["error frame", "reset"])
def test_text_comes_before_the_error_behind_it(proxy, sim, door, model, kind):
    # MiniMax's own Messages door, where only a plain model is asked, has three events in front of the first text.
    at = 6 if door == "/v1/messages" and model == "MiniMax-M2.1" else 3
    fault = Fault("error", code=1002, envelope="frame", after_chunks=at, answer=SAID)
    if kind == "reset":
        fault = Fault("reset", phase="mid_stream", at=at, answer=SAID)
    sim.on("MiniMax-M2.1", fault)
    status, frames = ask(proxy, door, model)
    assert status == 200
    assert text_of(frames) == "one two thre"
    assert is_error(frames[-1])
