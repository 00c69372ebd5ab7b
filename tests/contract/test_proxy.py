"""A really started proxy with the shipped configuration, asked as clients ask it."""

import asyncio
import base64
import json
import os

import anthropic
import httpx
import openai
import pytest
from proxy_process import SHIPPED_CONFIG, StartedProxy

from litellm_minimax import catalog
from litellm_minimax.simulator import Answer, Fault, Quirks, Simulator, ToolCall
from tests.contract.conftest import KEY

pytestmark = [pytest.mark.proxy, pytest.mark.timeout(180)]

HELLO = [{"role": "user", "content": "Hello!"}]
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}  # fmt: skip


@pytest.fixture(scope="module")
def upstream():
    with Simulator() as simulator:
        yield simulator


@pytest.fixture(scope="module")
def proxy(upstream):
    """The base has `/v1` behind it, as LiteLLM documents it: the Anthropic door needs our repair with that."""
    env = {"MINIMAX_API_KEY": KEY, "MINIMAX_API_BASE": f"{upstream.base_url}/v1", "DASHSCOPE_API_KEY": "sk-none"}
    with StartedProxy(os.environ.get("LITELLM_MINIMAX_TEST_CONFIG", SHIPPED_CONFIG), env=env) as started:
        yield started


@pytest.fixture
def sim(upstream):
    upstream.reset()
    upstream.quirks = Quirks()
    return upstream


@pytest.fixture
def client(proxy):
    with openai.OpenAI(base_url=f"{proxy.url}/v1", api_key=proxy.master_key, max_retries=0) as made:
        yield made


@pytest.fixture
def door(proxy):
    """The proxy's own door, without an SDK between."""
    with httpx.Client(base_url=proxy.url, headers=proxy.headers, timeout=60) as made:
        yield made


def assert_ours(sim, model="MiniMax-M2"):
    assert sim.last.path == "/v1/chat/completions"
    assert sim.last.headers["user-agent"].startswith("litellm-minimax/")
    assert sim.last.body["model"] == model
    assert ("reasoning_split" in sim.last.body) is catalog.find(model).reasons
    assert sim.last.answered.code == 0


# The three requests that the documentation of the old proxy shows, and its model names.
DOCUMENTED = [
    {"model": "MiniMax-M2", "messages": HELLO},
    {"model": "MiniMax-M2", "messages": [{"role": "user", "content": "Solve this logic puzzle..."}]},
    {"model": "MiniMax-M2", "messages": [{"role": "user", "content": "Explain quantum physics"}], "stream": True},
]


@pytest.mark.parametrize("body", DOCUMENTED, ids=["hello", "puzzle", "quantum"])
def test_the_documented_requests_work_as_they_stand(sim, door, body):
    response = door.post("/v1/chat/completions", json=body)
    assert response.status_code == 200
    assert "[simulated]" in response.text
    assert "<think>" not in response.text
    assert_ours(sim)


def test_chat_through_openais_client(sim, client):
    raw = client.chat.completions.with_raw_response.create(model="MiniMax-M2", messages=HELLO)
    answer = raw.parse()
    message = answer.choices[0].message
    assert message.content.startswith("[simulated]")
    assert message.reasoning_content
    assert answer.id == sim.last.trace_id
    assert float(raw.headers["x-litellm-response-cost"]) > 0
    assert answer.usage.completion_tokens == sim.last.answered.tokens
    assert_ours(sim)


def test_a_stream_through_openais_client(sim, client):
    sim.enqueue(Answer("I look.", "Tools it is.", [ToolCall("get_weather", {"city": "Bern"})], chunk_chars=3))
    stream = client.chat.completions.create(
        model="minimax/MiniMax-M2", messages=HELLO, tools=[TOOL], stream=True, stream_options={"include_usage": True}
    )
    content, reasoning, arguments, finishes, usage = "", "", "", [], None
    for chunk in stream:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            content += choice.delta.content or ""
            reasoning += getattr(choice.delta, "reasoning_content", None) or ""
            for call in choice.delta.tool_calls or []:
                arguments += call.function.arguments or ""
            finishes += [choice.finish_reason] if choice.finish_reason else []
    assert (content, reasoning, json.loads(arguments)) == ("I look.", "Tools it is.", {"city": "Bern"})
    assert finishes == ["tool_calls"]
    assert usage.completion_tokens == sim.last.answered.tokens
    assert_ours(sim)


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("abab6.5s", "abab6.5s-chat"),
        ("abab6.5t", "abab6.5t-chat"),
        ("MiniMax-M3", "MiniMax-M3"),
        ("minimax-m3.1-flash", "MiniMax-M3.1-Flash"),
        ("minimax/MiniMax-M2.1", "MiniMax-M2.1"),
        ("minimax-plugin/MiniMax-M2", "MiniMax-M2"),
        ("gpt-4o-mini", "MiniMax-M2"),
        ("some/unknown-name", "MiniMax-M2"),
    ],
)
def test_every_way_to_name_a_model(sim, client, asked, served):
    answer = client.chat.completions.create(model=asked, messages=HELLO)
    assert answer.choices[0].message.content
    assert_ours(sim, served)


def test_the_list_of_models(client):
    listed = {model.id for model in client.models.list()}
    assert {"MiniMax-M2", "MiniMax-M3", "abab6.5s", "hybrid-coder"} <= listed


def anthropic_request(**more):
    return {"model": "minimax/MiniMax-M2", "max_tokens": 2000, "messages": HELLO, **more}


@pytest.mark.parametrize("model", ["MiniMax-M2", "minimax/MiniMax-M2"])
def test_anthropics_client(sim, proxy, model):
    with anthropic.Anthropic(base_url=proxy.url, api_key=proxy.master_key, max_retries=0) as client:
        answer = client.messages.create(**anthropic_request(model=model))
        assert next(block.text for block in answer.content if block.type == "text").startswith("[simulated]")
        assert any(block.type == "thinking" for block in answer.content)
        assert sim.last.answered.status == 200
        with client.messages.stream(**anthropic_request(model=model)) as stream:
            text = "".join(stream.text_stream)
        assert text.startswith("[simulated]")
        assert "<think>" not in text
        assert sim.last.path in ("/anthropic/v1/messages", "/v1/chat/completions")


def test_the_responses_door(sim, client):
    answer = client.responses.create(model="MiniMax-M2", input="Hello!")
    assert "[simulated]" in answer.output_text
    assert_ours(sim)
    kinds = [event.type for event in client.responses.create(model="MiniMax-M2", input="Hello!", stream=True)]
    assert "response.output_text.delta" in kinds
    assert kinds[-1] == "response.completed"
    assert_ours(sim)


DOORS = {
    "/v1/chat/completions": {"model": "MiniMax-M2", "messages": HELLO},
    "/v1/messages": anthropic_request(model="MiniMax-M2"),
    "/v1/responses": {"model": "MiniMax-M2", "input": "Hello!"},
}
ONCE = {"x-litellm-num-retries": "0"}
"""The shipped configuration has LiteLLM try again, which takes seconds a call."""
STATUS = {1002: 429, 1004: 401, 1008: 402, 1026: 400, 2013: 400, 2056: 429}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize("code", STATUS)
def test_an_error_keeps_its_status_on_every_door(sim, door, path, stream, code):
    sim.on(lambda _: True, Fault("error", code=code))
    response = door.post(path, json={**DOORS[path], "stream": stream}, headers=ONCE)
    assert response.status_code == STATUS[code], response.text[:500]
    assert f"({code})" in response.text or f"error {code}" in response.text
    assert KEY not in response.text


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/responses"])
def test_an_error_in_the_first_frame_keeps_its_status_too(sim, door, path):
    sim.on(lambda _: True, Fault("error", code=1002, envelope="frame"))
    response = door.post(path, json={**DOORS[path], "stream": True}, headers=ONCE)
    assert response.status_code == 429
    assert "Trace id" in response.text


def test_the_proxy_retries_what_may_pass(sim, client):
    sim.enqueue(Fault("error", code=1000, repeat=2))
    answer = client.chat.completions.create(model="MiniMax-M2", messages=HELLO)
    assert answer.choices[0].message.content
    assert len(sim.requests) == 3


def test_a_client_that_leaves_stops_the_upstream(sim, client):
    sim.enqueue(Answer("word " * 20_000, chunk_chars=5, delay=0.002))
    stream = client.chat.completions.create(model="MiniMax-M2", messages=HELLO, stream=True)
    next(iter(stream))
    stream.close()
    sim.wait_idle(20)
    assert sim.last.answered.client_left
    assert sim.last.answered.chunks_generated < 5_000


async def test_parallel_clients_get_their_own_answers(sim, proxy):
    async with openai.AsyncOpenAI(base_url=f"{proxy.url}/v1", api_key=proxy.master_key, max_retries=0) as client:

        async def ask(number: int) -> str:
            stream = await client.chat.completions.create(
                model="MiniMax-M2", stream=True, messages=[{"role": "user", "content": f"Hello! nonce=n{number}"}]
            )
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])

        answers = await asyncio.gather(*(ask(number) for number in range(20)))
    for number, answer in enumerate(answers):
        assert f"nonce=n{number} " in answer


def test_reasoning_that_a_client_dropped_goes_back(sim, client):
    sim.enqueue(Answer("", "I need the tool.", [ToolCall("get_weather", {"city": "Bern"})]))
    first = client.chat.completions.create(model="MiniMax-M2", messages=HELLO, tools=[TOOL])
    [call] = first.choices[0].message.tool_calls
    turn = {"role": "assistant", "content": None, "tool_calls": [call.model_dump()]}
    result = {"role": "tool", "tool_call_id": call.id, "content": "21 degrees"}
    client.chat.completions.create(model="MiniMax-M2", messages=[*HELLO, turn, result], tools=[TOOL])
    assert sim.last.body["messages"][1]["reasoning_details"][0]["text"] == "I need the tool."
    assert sim.last.reasoning_turns_intact == 1


def test_nothing_of_the_key_is_in_the_log(proxy):
    assert KEY not in proxy.log


# -- what is not chat -------------------------------------------------------------------------------------------------

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (300).to_bytes(4, "big") * 2 + b"\0" * 9


def test_embeddings_as_openais_client_asks_for_them(sim, client):
    """It sends ``encoding_format: "base64"`` by itself, and unpacks the vectors."""
    raw = client.embeddings.with_raw_response.create(
        model="embo-01", input=["a red fox", "a red dog", "tax law"], extra_body={"type": "query"}
    )
    answer = raw.parse()
    assert (sim.last.path, sim.last.body["type"]) == ("/v1/embeddings", "query")
    fox, dog, law = (item.embedding for item in answer.data)
    assert len(fox) == 1_536
    near, far = (sum(a * b for a, b in zip(fox, other, strict=True)) for other in (dog, law))
    assert near > far
    cost = float(raw.headers["x-litellm-response-cost"])
    assert cost == pytest.approx(answer.usage.prompt_tokens * 0.07e-6)
    assert answer.usage.prompt_tokens > 0
    client.embeddings.create(model="embo-01", input=[[1820, 2579]])  # LiteLLM's proxy turns token ids into their text
    assert all(isinstance(text, str) for text in sim.last.body["texts"])
    with pytest.raises(openai.BadRequestError, match="makes no embeddings"):
        client.embeddings.create(model="text-embedding-3-small", input="the catch-all is a chat model")


@pytest.mark.parametrize("model", ["image-01", "minimax/image-01", "MiniMax-H3-Image"])
def test_pictures_as_openais_client_asks_for_them(sim, client, model):
    raw = client.images.with_raw_response.generate(
        model=model, prompt="A fox.", n=2, size="1536x1024", response_format="b64_json", user="u"
    )
    answer = raw.parse()
    assert sim.last.body["n"] == 2
    assert [base64.b64decode(made.b64_json)[:4] for made in answer.data] == [b"\x89PNG"] * 2
    cost = float(raw.headers["x-litellm-response-cost"])
    tokens = answer.usage
    priced = 2 * 0.0035 if "image-01" in model else (tokens.input_tokens * 2.30 + tokens.output_tokens * 3.80) * 1e-6
    assert cost == pytest.approx(priced)
    url = client.images.generate(model=model, prompt="A fox.").data[0].url
    assert httpx.get(url).content.startswith(b"\x89PNG")
    with pytest.raises(openai.BadRequestError, match="can't"):
        client.images.generate(model=model, prompt="A fox.", size="17x4")


def test_edits_are_uploaded_as_openais_client_does(sim, client):
    sent = ("portrait.png", PNG, "image/png")
    raw = client.images.with_raw_response.edit(
        model="image-01", image=sent, prompt="Older.", n=2, size="1024x1024", response_format="b64_json"
    )
    assert len(raw.parse().data) == 2
    assert float(raw.headers["x-litellm-response-cost"]) == pytest.approx(2 * 0.0035)
    [reference] = sim.last.body["subject_reference"]
    assert base64.b64decode(reference["image_file"].partition(",")[2]) == PNG
    assert (sim.last.body["n"], sim.last.body["width"]) == (2, 1024)
    answer = client.images.edit(
        model="MiniMax-H3-Image", image=[sent, sent], prompt="image 1 in the light of image 2",
        extra_body={"aspect_ratio": "3:2"},
    )  # fmt: skip
    assert len(answer.data) == 1
    assert len(sim.last.body["images"]) == 2
    assert sim.last.body["aspect_ratio"] == "3:2"
    for given, message in (({"image": [sent, sent]}, "one picture"), ({"image": ("a.txt", b"text")}, "format"),
                           ({"image": sent, "mask": sent}, "mask"), ({"image": sent, "quality": "high"}, "quality")):  # fmt: skip
        with pytest.raises(openai.BadRequestError, match=message):
            client.images.edit(model="image-01", prompt="Older.", **given)


def test_errors_of_these_doors_keep_their_status(sim, client):
    once = client.with_options(default_headers=ONCE)
    for ask in (
        lambda: once.embeddings.create(model="embo-01", input="x"),
        lambda: once.images.generate(model="image-01", prompt="A fox."),
        lambda: once.images.edit(model="image-01", image=PNG, prompt="Older."),
    ):
        for code, status in ((1004, 401), (1026, 400), (1002, 429)):
            sim.enqueue(Fault("error", code=code, repeat=3))
            with pytest.raises(openai.APIStatusError, match=str(code)) as raised:
                ask()
            assert raised.value.status_code == status
            sim.reset()
    sim.quirks = Quirks(image_false_success=True)
    with pytest.raises(openai.InternalServerError, match="no picture came"):
        client.images.generate(model="image-01", prompt="A fox.")
    sim.enqueue(Fault("reset", phase="after_headers"))
    sim.quirks = Quirks()
    before = len(sim.requests)
    with pytest.raises(openai.APIStatusError, match="finishes and charges") as raised:
        client.with_options(max_retries=2).images.generate(model="MiniMax-H3-Image", prompt="A fox.")
    assert (raised.value.status_code, len(sim.requests)) == (424, before + 1)
