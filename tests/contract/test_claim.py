"""`minimax/` and `minimax-plugin/` calls reach this package, by every door; and where they can't, that is said."""

import subprocess
import sys
import textwrap

import litellm
import pytest
from doors import HELLO, MODEL, WAYS, ask

import litellm_minimax
from litellm_minimax.__about__ import __version__
from litellm_minimax.chat.handler import MinimaxLLM
from litellm_minimax.seams import claim_chat, registration


def router() -> litellm.Router:
    return litellm.Router(model_list=[{"model_name": "m2", "litellm_params": {"model": MODEL}}])


def assert_ours(sim) -> None:
    """The request that arrived is one that only this package sends."""
    assert sim.last.path == "/v1/chat/completions"
    assert sim.last.headers["user-agent"] == f"litellm-minimax/{__version__}"
    assert sim.last.body["reasoning_split"] is True


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("door", ["sdk", "router", "plugin"])
async def test_calls_reach_our_handler(sim, door, way):
    if door == "router":
        heard = await ask(way, router(), model="m2")
    else:
        heard = await ask(way, model=MODEL if door == "sdk" else "minimax-plugin/MiniMax-M2")
    assert_ours(sim)
    assert len(sim.requests) == 1
    assert "simulated" in heard.content
    assert heard.reasoning
    assert "<think>" not in heard.content


async def test_the_responses_door_reaches_our_handler(sim):
    response = await litellm.aresponses(model=MODEL, input="Hello!")
    assert_ours(sim)
    assert "simulated" in response.output_text
    events = [event async for event in await litellm.aresponses(model=MODEL, input="Hello!", stream=True)]
    assert any(event.type == "response.output_text.delta" for event in events)
    assert_ours(sim)


async def test_the_claim_survives_a_replaced_provider_map(sim):
    other = MinimaxLLM()
    litellm.custom_provider_map = [{"provider": "somebody-else", "custom_handler": other}]
    for _ in range(2):  # idempotent
        litellm_minimax.register()
    by_name = {item["provider"]: item["custom_handler"] for item in litellm.custom_provider_map}
    assert by_name["minimax"] is by_name["minimax-plugin"] is litellm_minimax.minimax_llm
    assert by_name["somebody-else"] is other
    assert claim_chat.is_claimed()
    await ask("async")
    assert_ours(sim)


async def test_the_claim_survives_the_proxys_way_of_listing_handlers(sim):
    """The proxy sets the map from its YAML after the handlers were imported, and calls LiteLLM's set-up."""
    litellm.custom_provider_map = [{"provider": "minimax", "custom_handler": litellm_minimax.minimax_llm}]
    litellm.utils.custom_llm_setup()
    await ask("async-stream")
    assert_ours(sim)


async def test_a_handler_that_somebody_put_under_our_name_streams_as_litellm_has_it(sim):
    class Theirs(litellm.CustomLLM):
        async def astreaming(self, *args, **kwargs):
            for text in ("theirs", ""):
                yield {"text": text, "is_finished": not text, "finish_reason": "stop" if not text else "",
                       "index": 0, "tool_use": None, "usage": None}  # fmt: skip

    litellm.custom_provider_map = [{"provider": "minimax", "custom_handler": Theirs()}]
    heard = await ask("async-stream")
    assert heard.content == "theirs"
    assert not sim.requests


def in_a_new_process(code: str, **env: str) -> subprocess.CompletedProcess:
    import os

    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(code)],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_the_claim_the_built_in_answers_and_leaks_tags(sim):
    """Shows that the tests above can fail: the originals back in place, nothing else changed."""
    run = in_a_new_process("""
        import litellm, litellm_minimax
        mark = "__litellm_minimax_original__"
        litellm.main._complete_minimax = getattr(litellm.main._complete_minimax, mark)
        chunks = litellm.completion("minimax/MiniMax-M2", messages=[{"role": "user", "content": "Hello!"}],
                                    api_base=__import__("os").environ["MINIMAX_API_BASE"] + "/v1", stream=True)
        print("".join(c.choices[0].delta.content or "" for c in chunks if c.choices))
        print("claimed:", litellm_minimax.seams.claim_chat.is_claimed())
    """)
    assert run.returncode == 0, run.stderr
    assert "<think>" in run.stdout
    assert "claimed: False" in run.stdout
    assert "reasoning_split" not in sim.last.body
    assert not sim.last.headers["user-agent"].startswith("litellm-minimax/")


DOCTORINGS = [
    "del litellm.main._complete_minimax",
    "del litellm.main._complete_custom_providers",
    "litellm.main.completion = lambda *a, **k: None",
    "sys.modules['litellm.llms.minimax.messages.transformation'] = None",
]


def test_a_litellm_that_moved_the_names_fails_loudly():
    run = in_a_new_process(f"""
        import sys, litellm
        originals = dict(vars(litellm.main))
        for doctoring in {DOCTORINGS!r}:
            exec(doctoring)
            try:
                import litellm_minimax
                print("no error after", doctoring)
            except ImportError as error:
                print(type(error).__name__, error)
            vars(litellm.main).update(originals)
            for name in [name for name in sys.modules if name.startswith("litellm_minimax")]:
                del sys.modules[name]
    """)
    assert run.returncode == 0, run.stderr
    errors = run.stdout.strip().splitlines()
    assert len(errors) == len(DOCTORINGS)
    for error in errors:
        assert error.startswith("ClaimError")
        for part in (f"LiteLLM {registration._litellm_release()}", registration.SUPPORTED, "MINIMAX_CLAIM=off",
                     "minimax-plugin/"):  # fmt: skip
            assert part in error


def test_with_the_claim_off_the_plugin_name_works(sim):
    run = in_a_new_process(
        """
        import litellm
        del litellm.main._complete_minimax
        import litellm_minimax
        answer = litellm.completion("minimax-plugin/MiniMax-M2", messages=[{"role": "user", "content": "Hello!"}])
        print(answer.choices[0].message.content, answer.choices[0].message.reasoning_content)
        """,
        MINIMAX_CLAIM="off",
    )
    assert run.returncode == 0, run.stderr
    assert "simulated" in run.stdout
    assert_ours(sim)


@pytest.mark.parametrize(("release", "refused"), [("1.82.7", 1), ("1.82.8", 1), ("1.107.3", 1), ("1.106.2", 0)])
def test_known_bad_releases_are_refused(monkeypatch, release, refused):
    monkeypatch.setattr(registration.metadata, "version", lambda _: release)
    if not refused:
        return litellm_minimax.register()
    with pytest.raises(registration.ClaimError, match=rf"LiteLLM {release} .*malicious"):
        litellm_minimax.register()
    return None


async def test_a_parameter_that_no_model_has_is_refused_by_litellms_own_rule(sim):
    for model in (MODEL, "minimax-plugin/MiniMax-M2"):
        with pytest.raises(litellm.UnsupportedParamsError):
            await litellm.acompletion(model=model, messages=HELLO, logit_bias={"1": 1})
    assert not sim.requests
