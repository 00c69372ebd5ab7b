"""Interleaved thinking through the started proxy: whatever a client keeps, the model gets all of its reasoning back."""

import httpx
import pytest
import tool_loops

pytestmark = [pytest.mark.proxy, pytest.mark.timeout(180)]

CASES = [(door, shape, model) for door, (_, shapes) in tool_loops.DOORS.items() for shape in shapes
         for model in ("MiniMax-M2", "MiniMax-M3", "minimax-plugin/MiniMax-M3.1-Flash")]  # fmt: skip


@pytest.fixture(scope="module")
def http(proxy):
    with httpx.Client(base_url=proxy.url, headers=proxy.headers, timeout=60) as made:
        yield made


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(("door", "shape", "model"), CASES)
def test_every_turn_of_the_tool_loop_comes_back_with_its_reasoning(sim, http, door, shape, model, stream):
    client, shapes = tool_loops.DOORS[door]
    sim.enqueue(*tool_loops.rounds())
    assert client(http, model, shapes[shape], stream=stream) == "All read."
    report = sim.report()
    assert report["tool_loop_turns"] == tool_loops.LOOP_TURNS
    assert report["tool_loop_turns_with_reasoning"] == tool_loops.LOOP_TURNS
    assert report["errors_by_code"] == {}
