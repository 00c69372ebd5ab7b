"""Text made to be hard to read costs a started proxy what harmless text of its length costs, and no other caller.

Each hostile message goes in turn with a harmless one of the same length, while another caller's stream runs. What is
compared is a ratio of the two in one run: the proxy's CPU, and the longest gap in the other caller's stream.
"""

import itertools
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from litellm_minimax.simulator import Answer, Simulator
from litellm_minimax.wire.incoming.tool_calls import MOST_CALLS
from tests.proxy_process import StartedProxy, write_config

pytestmark = pytest.mark.proxy

SIZE = 1_000_000
PROSE = "The quick brown fox jumps over it. "
BEAT = 0.02
MOST = 4.0
"""Times what harmless text costs; what is quadratic costs hundreds of times as much at this size."""
TRIES = 3
TICK = 1 / os.sysconf("SC_CLK_TCK")
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
HYBRID = "hybrid:[m3,other]"


@dataclass(frozen=True)
class Hostile:
    """A text of a megabyte, and where it stands."""

    text: str
    place: str

    def told(self, text: str) -> tuple[dict[str, Any], Answer]:
        """The request and the upstream's answer with ``text`` in its place."""
        asked = [{"role": "user", "content": "Look."}]
        result = [*asked, {"role": "assistant", "content": None, "tool_calls": [CALL]}]
        match self.place:
            case "reminders":
                result += [{"role": "tool", "tool_call_id": "c1", "content": "ok"}, {"role": "user", "content": text}]
                return {"model": HYBRID, "messages": result, "tools": [TOOL]}, Answer("Done.")
            case "result":
                result += [{"role": "tool", "tool_call_id": "c1", "content": text}]
                return {"model": HYBRID, "messages": result, "tools": [TOOL]}, Answer("Done.")
            case "error":
                body = {"type": "error", "error": {"type": "bad_request_error", "message": text, "http_code": "400"}}
                return {"model": "m3", "messages": asked}, Answer(status=400, raw_json=body)
            case "page":
                return {"model": "m3", "messages": asked}, Answer(status=502, raw_json=text.encode())
            case "answer":
                return {"model": "m3", "messages": asked, "tools": [TOOL]}, Answer(text)
            case "notes":
                thought = Answer("x", reasoning=f"Hm.{text}Yes.", chunk_chars=10_000)
                return {"model": HYBRID, "messages": asked}, thought
        raise ValueError(self.place)


HOSTILE = {
    "ten thousand reminders": Hostile(
        "\n".join(f"<system-reminder>{PROSE * 2}{n:05}</system-reminder>" for n in range(10_000)), "reminders"
    ),
    "reminders that open": Hostile("<system-reminder>" * (SIZE // 17), "reminders"),
    "a million blank lines": Hostile("\n" * SIZE, "result"),
    "an error of blanks": Hostile(" " * SIZE, "error"),
    "an error of scripts": Hostile("<script>" * (SIZE // 8), "error"),
    "a page of scripts": Hostile("<html>" + "<script>" * (SIZE // 8), "page"),
    "opened calls": Hostile('<minimax:tool_call><invoke name="f">' * (SIZE // 36), "answer"),
    "notes of blanks": Hostile(" \n" * (SIZE // 2), "notes"),
}


class Beside:
    """Another caller's stream, and when each of its pieces came."""

    def __init__(self, proxy: StartedProxy) -> None:
        self.came: list[float] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(proxy,))

    def __enter__(self):
        self._thread.start()
        while len(self.came) < 5:
            time.sleep(BEAT)
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _read(self, proxy):
        body = {"model": "other", "stream": True, "messages": [{"role": "user", "content": "Talk."}]}
        with httpx.stream(
            "POST", f"{proxy.url}/v1/chat/completions", headers=proxy.headers, json=body, timeout=100
        ) as answer:
            for _ in answer.iter_raw():
                self.came.append(time.monotonic())
                if self._stop.is_set():
                    return

    def longest_gap(self, began, ended):
        times = [began, *(at for at in self.came if began <= at <= ended), ended]
        return max(later - earlier for earlier, later in itertools.pairwise(times))


@pytest.fixture(scope="module")
def upstream():
    with Simulator() as sim:
        yield sim


@pytest.fixture(scope="module")
def proxy(upstream, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stalls")
    member = {"api_base": upstream.base_url, "api_key": "sk-test"}
    model = {"model": "minimax/MiniMax-M3", **member}  # whose context holds a megabyte
    handlers = {"minimax": "litellm_minimax.minimax_llm", "hybrid": "litellm_minimax.hybrid_llm"}
    config = {
        "model_list": [
            *({"model_name": name, "litellm_params": model} for name in ("m3", "other")),
            {"model_name": "hybrid:*", "litellm_params": {"model": "hybrid/*"}},
        ],
        "litellm_settings": {
            "custom_provider_map": [{"provider": name, "custom_handler": of} for name, of in handlers.items()],
            "callbacks": "litellm_minimax.proxy_hooks",
        },
        "general_settings": {"master_key": "os.environ/LITELLM_MASTER_KEY"},
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
    }
    with StartedProxy(write_config(folder / "config.yaml", config), cwd=folder) as started:
        yield started


def cpu(proxy) -> float:
    fields = Path(f"/proc/{proxy.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK


def cost(proxy, upstream, beside, hostile, text) -> tuple[float, float]:
    """CPU seconds of one request, and the longest gap in the stream beside it."""
    body, answer = hostile.told(text)
    upstream.reset()
    upstream.on("MiniMax-M3", answer)
    before, began = cpu(proxy), time.monotonic()
    response = httpx.post(f"{proxy.url}/v1/chat/completions", headers=proxy.headers, json=body, timeout=120)
    gap = beside.longest_gap(began, time.monotonic())
    wanted = {"error": 400, "page": 502}.get(hostile.place, 200)
    if text.count("<invoke") > MOST_CALLS:
        wanted = 502
    assert response.status_code == wanted, response.text[:500]
    return cpu(proxy) - before, gap


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_costs_what_harmless_text_costs_and_stalls_nobody(proxy, upstream, name):
    hostile = HOSTILE[name]
    harmless = (PROSE * (len(hostile.text) // len(PROSE) + 1))[: len(hostile.text)]
    upstream.reset()
    upstream.on("MiniMax-M3", Answer("word " * 4000, chunk_chars=5, delay=BEAT))
    calm, hard = [], []
    with Beside(proxy) as beside:
        for _ in range(TRIES):
            calm.append(cost(proxy, upstream, beside, hostile, harmless))
            hard.append(cost(proxy, upstream, beside, hostile, hostile.text))
        assert len(beside.came) > 3 * TRIES, "the stream beside it went on"
    # CPU comes in ticks of 10 ms; a gap is lengthened by whatever else the machine does, so the shortest one counts.
    assert min(used for used, _ in hard) <= MOST * max(TICK, *(used for used, _ in calm))
    assert min(gap for _, gap in hard) <= MOST * max(BEAT, *(gap for _, gap in calm))
