"""A taste of the fuzz of requests in the suite: it must be able to fail, and must not."""

import random

import pytest

from tests.fuzz import fuzz_media, fuzz_requests


def play(check):
    for number in range(1500):
        check(random.Random(number))


@pytest.mark.parametrize("check", [*fuzz_requests.CHECKS, *fuzz_media.CHECKS], ids=lambda check: check.__name__)
def test_only_documented_faults(check):
    play(check)


def test_it_sees_what_is_none(monkeypatch):
    monkeypatch.setattr("litellm_minimax.wire.outgoing.reasoning._THINKING_PARTS", None)
    with pytest.raises(TypeError):
        play(fuzz_requests.check_request)


def test_it_sees_what_a_list_in_place_of_a_word_would_break(monkeypatch):
    monkeypatch.setattr(
        "litellm_minimax.wire.images.sizes._is_told", lambda given, name: given.get(name) not in {None, "auto"}
    )
    with pytest.raises(TypeError):
        play(fuzz_media.check_media_request)
