"""A taste of the fuzz of requests in the suite: it must be able to fail, and must not."""

import random

import pytest

from tests.fuzz import fuzz_requests


def play(check):
    for number in range(1500):
        check(random.Random(number))


@pytest.mark.parametrize("check", fuzz_requests.CHECKS, ids=lambda check: check.__name__)
def test_only_documented_faults(check):
    play(check)


def test_it_sees_what_is_none(monkeypatch):
    monkeypatch.setattr("litellm_minimax.wire.outgoing.reasoning._THINKING_PARTS", None)
    with pytest.raises(TypeError):
        play(fuzz_requests.check_request)
