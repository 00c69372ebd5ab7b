"""What the claim does to LiteLLM, piece by piece; that calls then arrive is in tests/contract/test_claim.py."""

import sys

import litellm
import pytest

import litellm_minimax
from litellm_minimax import catalog
from litellm_minimax.seams import claim_chat, price_map, registration
from litellm_minimax.wire.outgoing.parameters import supported_openai_params

MARK = "__litellm_minimax_original__"


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch):
    monkeypatch.setattr(litellm, "custom_provider_map", list(litellm.custom_provider_map))
    yield
    monkeypatch.undo()
    litellm_minimax.register()


def test_registering_again_wraps_nothing_twice():
    litellm_minimax.register()
    claimed = (litellm.main._complete_minimax, litellm.main._complete_custom_providers, litellm.MinimaxChatConfig,
               litellm.main.get_optional_params)  # fmt: skip
    for thing in claimed:
        assert hasattr(thing, MARK)
        assert not hasattr(getattr(thing, MARK), MARK)
    litellm_minimax.register()
    assert claimed == (litellm.main._complete_minimax, litellm.main._complete_custom_providers,
                       litellm.MinimaxChatConfig, litellm.main.get_optional_params)  # fmt: skip
    names = [item["provider"] for item in litellm.custom_provider_map]
    assert len(names) == len(set(names))
    assert litellm._custom_providers.count("minimax") == 1


def test_other_peoples_handlers_stay():
    theirs = {"provider": "theirs", "custom_handler": object()}
    litellm.custom_provider_map = [theirs]
    litellm_minimax.register()
    assert theirs in litellm.custom_provider_map


def test_is_claimed_tells_the_truth(monkeypatch):
    assert claim_chat.is_claimed()
    monkeypatch.setattr(litellm.main, "_complete_minimax", getattr(litellm.main._complete_minimax, MARK))
    assert not claim_chat.is_claimed()


def test_a_map_without_us_is_no_claim(monkeypatch):
    monkeypatch.setattr(litellm, "custom_provider_map", [])
    assert not claim_chat.is_claimed()
    litellm_minimax.register()
    assert claim_chat.is_claimed()


@pytest.mark.parametrize("model", ["MiniMax-M2", "MiniMax-M3", "M2-her", "MiniMax-M9"])
def test_litellm_asks_our_list_of_parameters(model):
    listed = litellm.get_supported_openai_params(model=model, custom_llm_provider="minimax")
    assert sorted(listed) == sorted(supported_openai_params(catalog.find(model)))


def test_other_providers_parameters_are_untouched():
    original = getattr(litellm.main.get_optional_params, MARK)
    asked = {"model": "gpt-4o", "custom_llm_provider": "openai", "temperature": 0.5, "max_tokens": 7}
    assert litellm.main.get_optional_params(**asked) == original(**asked)


def test_other_providers_streams_are_not_opened_by_us():
    """Only our own wrappers have an upstream to open; everything else passes through as it is."""

    class Context:
        acompletion, stream, custom_llm_provider = True, True, "theirs"

    wrapped = claim_chat._opening_dispatch(lambda ctx: ctx)
    assert wrapped(Context) is Context


def test_prices_of_another_registration_are_not_overwritten_needlessly(monkeypatch):
    calls = []
    monkeypatch.setattr(litellm, "register_model", calls.append)
    price_map.register()
    assert not calls, "everything is known already"


def test_the_fault_of_a_moved_litellm_names_both_ways_out():
    text = str(registration._moved("9.9.9", "gone"))
    for part in ("9.9.9", "gone", registration.SUPPORTED, "MINIMAX_CLAIM=off", "minimax-plugin/"):
        assert part in text


def test_the_claim_can_be_switched_off(monkeypatch):
    monkeypatch.setenv("MINIMAX_CLAIM", "off")
    monkeypatch.setattr(litellm.main, "_complete_minimax", getattr(litellm.main._complete_minimax, MARK))
    litellm_minimax.register()
    assert not hasattr(litellm.main._complete_minimax, MARK)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python can bear it")
def test_no_stream_sets_context_variables_when_the_garbage_collector_finds_it():
    from litellm.litellm_core_utils.streaming_handler import CustomStreamWrapper

    from litellm_minimax.seams import finalizer

    assert not hasattr(CustomStreamWrapper, "__del__")
    CustomStreamWrapper.__del__ = lambda _: None
    finalizer.disarm((3, 12))
    assert hasattr(CustomStreamWrapper, "__del__")
    finalizer.disarm((3, 11))
    assert not hasattr(CustomStreamWrapper, "__del__")


def test_a_litellm_that_has_moved_its_stream_class_is_no_failure(monkeypatch):
    from litellm_minimax.seams import finalizer

    monkeypatch.setitem(sys.modules, "litellm.litellm_core_utils.streaming_handler", None)
    finalizer.disarm((3, 11))
