"""What a caller may ask for, what then goes over the wire, and what never does."""

import asyncio
import json
import logging

import httpx
import litellm
import pytest
import respx
from doors import MODEL, STREAMED, WAYS, WHOLE, ask, tool

import litellm_minimax
from litellm_minimax.simulator import Answer, Fault, Quirks
from tests.contract.conftest import KEY

REFUSED = {
    "logit_bias": {"1": 1},
    "logprobs": True,
    "top_logprobs": 2,
    "functions": [{"name": "f", "parameters": {}}],
    "audio": {"voice": "a"},
    "modalities": ["text"],
    "prediction": {"type": "content", "content": "x"},
}


@pytest.mark.parametrize("parameter", REFUSED)
@pytest.mark.parametrize("model", [MODEL, "minimax-plugin/MiniMax-M2"])
async def test_what_minimax_cant_do_is_refused_by_litellms_rule(sim, parameter, model):
    for way in WAYS:
        with pytest.raises(litellm.UnsupportedParamsError, match=parameter):
            await ask(way, model=model, **{parameter: REFUSED[parameter]})
    assert not sim.requests
    await ask("async", model=model, drop_params=True, **{parameter: REFUSED[parameter]})
    assert parameter not in sim.last.body


@pytest.mark.parametrize("model", [MODEL, "minimax-plugin/MiniMax-M2"])
async def test_several_choices_are_refused_by_litellms_rule(sim, model):
    for way in WAYS:
        with pytest.raises(litellm.UnsupportedParamsError, match="one choice"):
            await ask(way, model=model, n=2)
    assert not sim.requests
    await ask("async", model=model, n=2, drop_params=True)
    assert "n" not in sim.last.body


@pytest.mark.parametrize("way", WAYS)
async def test_what_it_can_do_goes_over_the_wire(sim, way):
    asked = {"temperature": 0.3, "top_p": 0.8, "seed": 7, "presence_penalty": 0.1, "frequency_penalty": 0.2}
    await ask(way, **asked, max_tokens=300, tools=[tool()], tool_choice="auto")
    for name, value in asked.items():
        assert sim.last.body[name] == value
    assert sim.last.body["max_completion_tokens"] == 300
    assert sim.last.body["tools"] == [tool()]


@pytest.mark.parametrize(
    ("model", "asked", "sent"),
    [
        ("MiniMax-M2", {"reasoning_effort": "high"}, {}),
        ("MiniMax-M2", {"thinking": {"type": "enabled", "budget_tokens": 2048}}, {}),
        ("MiniMax-M3", {"reasoning_effort": "none"}, {"thinking": {"type": "disabled"}}),
        ("MiniMax-M3", {"thinking": {"type": "enabled", "budget_tokens": 2048}}, {"thinking": {"type": "adaptive"}}),
        ("MiniMax-M3.1-Flash", {"reasoning_effort": "high"}, {"reasoning_effort": "high"}),
        ("MiniMax-M3.1-Flash", {"thinking": {"type": "disabled"}}, {"reasoning_effort": "low"}),
    ],
)
async def test_thinking_is_steered_in_each_models_own_way(sim, model, asked, sent):
    for prefix in ("minimax", "minimax-plugin"):
        await ask("async", model=f"{prefix}/{model}", user="someone", **asked)
        steering = {name: sim.last.body[name] for name in ("thinking", "reasoning_effort") if name in sim.last.body}
        assert steering == sent
        assert "user" not in sim.last.body


@pytest.mark.parametrize("way", WAYS)
async def test_only_what_was_meant_for_it_goes_over_the_wire(sim, way):
    await ask(
        way,
        api_version="2026-01-01", metadata={"trace": "x"}, max_retries=3, num_retries=0, timeout=30, user="u",
        my_custom_key="from the yaml", litellm_call_id="abc", tags=["a"], cache={"no-cache": True},
    )  # fmt: skip
    allowed = {"model", "messages", "stream", "reasoning_split", "stream_options"}
    assert set(sim.last.body) <= allowed
    assert sim.last.query == ""


async def test_extra_body_wins_and_extra_headers_travel(sim):
    await ask(
        "async", temperature=0.5, extra_body={"temperature": 0.7, "mask_sensitive_info": True},
        extra_headers={"X-Team": "blue", "Authorization": "Bearer stolen"},
    )  # fmt: skip
    assert sim.last.body["temperature"] == 0.7
    assert sim.last.body["mask_sensitive_info"] is True
    assert "extra_body" not in sim.last.body
    assert sim.last.headers["x-team"] == "blue"
    assert sim.last.headers["authorization"] == f"Bearer {KEY}"


# -- done here ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("chunk_chars", [1, 3, 100])
async def test_stop_is_cut_here_wherever_the_deltas_are_cut(sim, way, chunk_chars):
    sim.enqueue(Answer("one two END three" + " four" * 50, "thinking of END", chunk_chars=chunk_chars))
    heard = await ask(way, stop=["END", "never"])
    assert heard.content == "one two "
    assert heard.reasoning == "thinking of END"
    assert heard.finish == "stop"
    assert "stop" not in sim.last.body


@pytest.mark.parametrize("way", STREAMED)
async def test_a_stopped_stream_closes_its_upstream(sim, way):
    sim.enqueue(Answer("one END" + " more" * 5_000, chunk_chars=5, delay=0.02))
    heard = await ask(way, stop="END")
    assert heard.content == "one "
    await asyncio.to_thread(sim.wait_idle)
    assert sim.last.answered.client_left
    assert sim.last.answered.chunks_generated < 200


SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "high": {"type": "integer"}},
    "required": ["city", "high"],
}
FORMAT = {"type": "json_schema", "json_schema": {"name": "weather", "schema": SCHEMA, "strict": True}}


@pytest.mark.parametrize("way", WAYS)
async def test_a_json_answer_loses_its_fences(sim, way):
    sim.enqueue(Answer('```json\n{"city": "Bern", "high": 21}\n```', "I answer in JSON.", chunk_chars=4))
    heard = await ask(way, response_format=FORMAT)
    assert json.loads(heard.content) == {"city": "Bern", "high": 21}
    assert "response_format" not in sim.last.body
    assert '"high"' in json.dumps(sim.last.body["messages"]).replace("\\", "")


@pytest.mark.parametrize("way", WAYS)
async def test_the_simulated_model_follows_the_instruction(sim, way):
    """Nothing scripted: the schema must be in what is sent, or the model could not answer it."""
    heard = await ask(way, response_format=FORMAT)
    assert set(json.loads(heard.content)) == {"city", "high"}


@pytest.mark.parametrize("way", WHOLE)
@pytest.mark.parametrize("text", ["I would rather not.", '{"city": "Bern"}', '{"city": "Bern", "high": "21"}'])
async def test_an_answer_that_does_not_fit_is_an_error_with_the_text(sim, way, text):
    sim.enqueue(Answer(text, "Hm."))
    with pytest.raises(litellm.JSONSchemaValidationError) as caught:
        await ask(way, response_format=FORMAT, response_format_retries=0)
    assert caught.value.raw_response == text
    assert len(sim.requests) == 1


@pytest.mark.parametrize("way", WHOLE)
async def test_an_answer_that_does_not_fit_is_asked_for_again(sim, way):
    """Once, with what was wrong and what was thought; both calls are counted and paid."""
    usage = [{"prompt_tokens": 50, "completion_tokens": 10}, {"prompt_tokens": 70, "completion_tokens": 20}]
    sim.enqueue(
        Answer('{"city": "Bern"}', "Hm.", usage=usage[0]), Answer('{"city": "Bern", "high": 21}', usage=usage[1])
    )
    heard = await ask(way, response_format=FORMAT)
    assert json.loads(heard.content) == {"city": "Bern", "high": 21}
    first, second = sim.requests
    *before, said, wrong = second.body["messages"]
    assert before == first.body["messages"]
    assert said["content"] == '{"city": "Bern"}'
    assert "Hm." in json.dumps(said)
    assert wrong["role"] == "user"
    assert "'high' is a required property" in wrong["content"]
    assert heard.minimax["response_format_retries"] == 1
    assert "high" in heard.minimax["response_format_error"]
    assert heard.counts == (120, 30, 150)


@pytest.mark.parametrize("way", WHOLE)
async def test_the_last_answer_that_does_not_fit_is_the_error(sim, way):
    sim.enqueue(Answer("no"), Answer("never"), Answer("nor now"))
    with pytest.raises(litellm.JSONSchemaValidationError) as caught:
        await ask(way, response_format=FORMAT, response_format_retries=2)
    assert caught.value.raw_response == "nor now"
    assert len(sim.requests) == 3


@pytest.mark.parametrize("way", WHOLE)
async def test_an_answer_is_not_lost_for_a_second_call_that_fails(sim, way):
    sim.enqueue(Answer("no"), Fault("error", code=1002))
    with pytest.raises(litellm.JSONSchemaValidationError, match="1002") as caught:
        await ask(way, response_format=FORMAT, num_retries=0)
    assert caught.value.raw_response == "no"


@pytest.mark.parametrize("value", [-1, 6, "1", True])
async def test_retries_are_a_small_number(sim, value):
    with pytest.raises(litellm.BadRequestError, match="response_format_retries: it must be a whole number from 0 to 5"):
        await ask("async", response_format_retries=value)
    assert not sim.requests


@pytest.mark.parametrize("way", STREAMED)
async def test_a_streamed_answer_that_does_not_fit_says_so(sim, way):
    """Its text is with the client already, so it is told and not raised."""
    sim.enqueue(Answer("I would rather not."))
    heard = await ask(way, response_format={"type": "json_object"})
    assert heard.content == "I would rather not."
    assert heard.minimax["response_format_error"]


async def test_what_cant_be_sent_is_a_400_before_any_call(sim):
    picture = {"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}}
    with pytest.raises(litellm.BadRequestError, match=r"messages\[0\].*MiniMax-M2"):
        await ask("async", messages=[{"role": "user", "content": [picture]}])
    with pytest.raises(litellm.BadRequestError, match="max_tokens"):
        await ask("sync-stream", max_tokens=0)
    assert not sim.requests
    await ask("async", model="minimax/MiniMax-M3", messages=[{"role": "user", "content": [picture]}])
    assert sim.last.body["messages"][0]["content"][0]["type"] == "image_url"


# -- keys and addresses ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
async def test_a_missing_key_is_said_before_any_call(sim, monkeypatch, way):
    monkeypatch.delenv("MINIMAX_API_KEY")
    with pytest.raises(litellm.AuthenticationError, match="MINIMAX_API_KEY") as caught:
        await ask(way)
    assert caught.value.status_code == 401
    assert not sim.requests
    await ask(way, api_key="sk-given")
    assert sim.last.headers["authorization"] == "Bearer sk-given"


@pytest.mark.parametrize(
    "tail", ["", "/", "/v1", "/v1/", "/v1/chat/completions", "/anthropic", "/anthropic/v1/messages"]
)
@pytest.mark.parametrize("through", ["environment", "argument"])
async def test_every_form_of_base_works(sim, monkeypatch, tail, through):
    monkeypatch.setenv("MINIMAX_API_BASE", sim.base_url + tail if through == "environment" else "http://127.0.0.1:9")
    await ask("async", **({} if through == "environment" else {"api_base": sim.base_url + tail}))
    assert sim.last.path == "/v1/chat/completions"


async def test_the_region_picks_the_host(monkeypatch, sim):
    monkeypatch.delenv("MINIMAX_API_BASE")
    answer = {"id": "0" * 32, "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "hi"}}]}
    for region, host in (("", "api.minimax.io"), ("cn", "api.minimaxi.com")):
        monkeypatch.setenv("MINIMAX_REGION", region)
        with respx.mock:
            route = respx.post(f"https://{host}/v1/chat/completions").respond(json=answer)
            async with httpx.AsyncClient() as client:
                heard = await ask("async", client=client)
        assert route.called
        assert heard.content == "hi"


async def test_a_refused_key_names_the_other_region(monkeypatch, sim):
    monkeypatch.setenv("MINIMAX_API_BASE", "https://api.minimax.io/v1")
    body = {"type": "error", "error": {"type": "authorized_error", "message": "login fail (1004)", "http_code": "401"}}
    with respx.mock:
        respx.post("https://api.minimax.io/v1/chat/completions").respond(401, json=body)
        with httpx.Client() as client, pytest.raises(litellm.AuthenticationError) as caught:
            await ask("sync", client=client)
    assert caught.value.status_code == 401
    for part in ("1004", "api.minimaxi.com", "MINIMAX_REGION", "MINIMAX_API_KEY"):
        assert part in str(caught.value)


def everything_said(error: BaseException) -> str:
    """The text of an error, its fields, and of all that caused it."""
    parts = []
    while error:
        parts += [str(error), repr(error), repr(vars(error))]
        for name in ("response", "request"):
            found = getattr(error, name, None)
            parts.append(repr(vars(found)) if found is not None else "")
        error = error.__cause__ or error.__context__
    return " ".join(parts)


@pytest.mark.parametrize("way", WAYS)
async def test_a_key_is_never_shown(sim, caplog, way):
    secret = "wrong-sk-very-secret-987654321"
    with caplog.at_level(logging.DEBUG), pytest.raises(litellm.AuthenticationError) as caught:
        await ask(way, api_key=secret)
    assert sim.last.headers["authorization"] == f"Bearer {secret}"
    assert secret not in everything_said(caught.value)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("litellm_minimax")]
    assert secret not in " ".join(ours)
    assert secret not in repr(litellm_minimax.minimax_llm)


async def test_a_key_in_a_base_is_not_repeated(sim):
    with pytest.raises(litellm.BadRequestError, match="api_base") as caught:
        await ask("async", api_base="https://someone:hunter2@example.com/v1")
    assert "hunter2" not in everything_said(caught.value)


@pytest.mark.parametrize("value", ["on", "off"])
async def test_self_hosted_decides_the_dialect(sim, monkeypatch, value):
    sim.quirks = Quirks(dialect="openai")
    monkeypatch.setenv("MINIMAX_SELF_HOSTED", value)
    await ask("async", max_tokens=10, stop="END")
    assert ("stop" in sim.last.body) is (value == "on")
    assert ("max_tokens" in sim.last.body) is (value == "on")
