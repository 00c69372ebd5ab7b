"""The two-minute soak (``make soak-short``), and that the soak can fail at all."""

import random

import httpx
import pytest

from tests.load.outages import MODES, TROUBLES, outages, wrong
from tests.load.soak import soak
from tests.load.traffic import Traffic, judge
from tests.load.watch import Watch


@pytest.mark.soak
@pytest.mark.timeout(400)
@pytest.mark.enable_socket
def test_two_minutes_of_mixed_traffic():
    soaked = soak(minutes=2, per_second=12, most=2_000)
    assert not soaked.failures
    assert soaked.requests > 100
    assert soaked.came["refused"], "faults were among the traffic"
    assert soaked.came["left"]
    assert soaked.upstream["requests"] > soaked.requests / 2


@pytest.mark.soak
@pytest.mark.timeout(200)
@pytest.mark.enable_socket
def test_a_reasoner_that_is_down_costs_nobody_an_answer():
    seen = outages(60, 20)
    assert len(seen) == len(TROUBLES) * len(MODES)
    assert not wrong(seen)


def test_an_answer_with_anothers_nonce_is_found():
    assert judge((200, "… nonce=n1x2 …"), "n1x2")[0] == "answered"
    assert judge((200, "… nonce=n1x2 … nonce=n2x3"), "n1x2")[0] == "mixed"
    assert judge((200, "… nonce=n2x3"), "n1x2")[0] == "mixed"
    assert judge((200, "nothing"), "n1x2")[0] == "lost"
    assert judge((500, "nonce=n1x2"), "n1x2")[0] == "lost"


async def test_an_answer_that_never_comes_is_lost():
    def nobody(request):
        raise httpx.ReadTimeout("silence", request=request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(nobody), base_url="http://proxy") as client:
        traffic = Traffic(client, random.Random(3))
        assert {(await traffic.one(number))[1] for number in range(40)} == {"lost"}


def test_growing_memory_has_a_slope():
    flat, growing = Watch(0), Watch(0)
    for at in range(100):
        flat.samples.append((at * 10.0, 300.0 + at % 2, 20))
        growing.samples.append((at * 10.0, 300.0 + at, 20))
    assert abs(flat.slope()) < 5
    assert growing.slope() == pytest.approx(360)
    assert growing.svg().count("<polyline") == 2
