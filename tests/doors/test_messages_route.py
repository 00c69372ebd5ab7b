"""LiteLLM's built-in `/v1/messages` route for `minimax/`, as repaired: what is sent, what comes back, what fails how."""

import asyncio
import json

import litellm
import pytest
from inline_snapshot import snapshot

import litellm_minimax
from litellm_minimax.memory import reasoning_memory
from litellm_minimax.messages import pass_through
from litellm_minimax.simulator import Answer, Fault, Quirks, Simulator, ToolCall
from tests.waiting import auntil

KEY = "sk-api-messages-0123456789abcdef"
HELLO = [{"role": "user", "content": "Hello!"}]
READ = {"name": "read", "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}}}


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch):
    for name in ("MINIMAX_API_BASE", "MINIMAX_REGION", "MINIMAX_SELF_HOSTED", "MINIMAX_REASONING_MEMORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    reasoning_memory.clear()
    litellm_minimax.register()


@pytest.fixture(autouse=True)
async def _nothing_left_running():
    yield
    from litellm.llms.custom_httpx.async_client_cleanup import close_litellm_async_clients

    await close_litellm_async_clients()
    litellm.in_memory_llm_clients_cache.flush_cache()
    await asyncio.sleep(0)


async def ask(sim, **kwargs):
    """The answer, or the events of a streamed one."""
    call = {"model": "minimax/MiniMax-M2", "max_tokens": 1000, "messages": HELLO, "api_base": sim.base_url, **kwargs}
    answer = await litellm.anthropic_messages(**call)
    if not kwargs.get("stream"):
        return answer
    text = b"".join([piece async for piece in answer]).decode()
    return [json.loads(line[5:]) for line in text.splitlines() if line.startswith("data:")]


def texts(events, kind):
    """What the deltas of one kind say, together with what the starts of their blocks said."""
    starts = [e["content_block"].get(kind, "") for e in events if e["type"] == "content_block_start"]
    deltas = [e["delta"].get(kind, "") for e in events if e["type"] == "content_block_delta"]
    return "".join(starts + deltas)


# -- what is sent -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tail", ["", "/", "/v1", "/v1/", "/v1/chat/completions", "/anthropic", "/anthropic/v1", "/anthropic/v1/messages"]
)
@pytest.mark.parametrize("given_by", ["argument", "environment"])
async def test_every_form_of_base_reaches_the_endpoint(monkeypatch, tail, given_by):
    with Simulator() as sim:
        if given_by == "environment":
            monkeypatch.setenv("MINIMAX_API_BASE", sim.base_url + tail)
        await ask(sim, api_base=sim.base_url + tail if given_by == "argument" else None)
        assert [request.path for request in sim.requests] == ["/anthropic/v1/messages"]
        assert sim.last.headers["authorization"] == f"Bearer {KEY}"


async def test_what_claude_code_sends_becomes_what_minimax_takes():
    with Simulator() as sim:
        await ask(
            sim,
            model="minimax/minimax-m3",
            system=[
                {"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1; cch=8f2c1;"},
                {"type": "text", "text": "You are an agent.", "cache_control": {"type": "ephemeral", "scope": "global"}},
            ],
            messages=[
                {"role": "user", "content": [{"type": "text", "text": "Go.", "cache_control": {"type": "ephemeral"}}]},
                {"role": "system", "content": "Tools may be slow."},
            ],
            thinking={"type": "enabled", "budget_tokens": 31999},
            output_config={"effort": "high"},
            context_management={"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
            metadata={"user_id": json.dumps({"device_id": "d", "session_id": "s"})},
            tools=[READ, {"type": "web_search_20250305", "name": "web_search"}, {"description": "no name"},
                   {**READ, "name": "write", "type": ""}],
            tool_choice={"type": "auto"},
        )  # fmt: skip
        assert sim.last.body == snapshot(
            {
                "model": "MiniMax-M3",
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "text", "text": "Go.", "cache_control": {"type": "ephemeral"}}],
                    }
                ],
                "system": [
                    {"type": "text", "text": "You are an agent.", "cache_control": {"type": "ephemeral"}},
                    {"type": "text", "text": "Tools may be slow."},
                ],
                "max_tokens": 1000,
                "tools": [
                    {
                        "type": "custom",
                        "name": "read",
                        "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}},
                    },
                    {
                        "type": "custom",
                        "name": "write",
                        "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}},
                    },
                ],
                "tool_choice": {"type": "auto"},
                "thinking": {"type": "adaptive"},
            }
        )


@pytest.mark.parametrize(
    ("model", "thinking", "effort", "sent"),
    [
        ("MiniMax-M2", {"type": "enabled", "budget_tokens": 2000}, "high", {}),
        ("MiniMax-M2.7", {"type": "disabled"}, None, {}),
        ("MiniMax-M3", {"type": "adaptive", "display": "summarized"}, None, {"thinking": {"type": "adaptive"}}),
        ("MiniMax-M3", {"type": "enabled", "budget_tokens": 2000}, None, {"thinking": {"type": "adaptive"}}),
        ("MiniMax-M3", {"type": "disabled"}, None, {"thinking": {"type": "disabled"}}),
        ("MiniMax-M3", {"type": "some-day"}, None, {"thinking": {"type": "adaptive"}}),
        ("MiniMax-M3.1-Flash", {"type": "adaptive"}, "max", {"output_config": {"effort": "max"}}),
        ("MiniMax-M3.1-Flash", {"type": "enabled", "budget_tokens": 2000}, None, {"output_config": {"effort": "low"}}),
        ("MiniMax-M3.1-Flash", {"type": "disabled"}, None, {"output_config": {"effort": "low"}}),
    ],
)
async def test_thinking_in_the_words_of_the_model(model, thinking, effort, sent):
    with Simulator() as sim:
        config = {"output_config": {"effort": effort}} if effort else {}
        await ask(sim, model=f"minimax/{model}", thinking=thinking, **config)
        assert {name: sim.last.body[name] for name in ("thinking", "output_config") if name in sim.last.body} == sent


async def test_neither_a_foreign_key_nor_a_beta_reaches_minimax():
    with Simulator() as sim:
        foreign = {"x-api-key": "sk-ant-foreign", "Authorization": "Bearer sk-ant-foreign", "anthropic-beta": "a,b",
                   "x-trace": "kept"}  # fmt: skip
        await ask(sim, headers=foreign, extra_headers={"x-own": "kept"})
        assert "foreign" not in json.dumps(sim.last.headers)
        assert "anthropic-beta" not in sim.last.headers
        assert (sim.last.headers["x-trace"], sim.last.headers["x-own"]) == ("kept", "kept")


# -- what comes back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_thinking_text_and_calls_pass_with_their_signature(stream):
    with Simulator() as sim:
        calls = [ToolCall("read", {"path": "a"}), ToolCall("read", {"path": "b"})]
        sim.enqueue(Answer("Two files.", reasoning="Both are needed.", tool_calls=calls))
        answer = await ask(sim, tools=[READ], stream=stream)
        if stream:
            assert texts(answer, "thinking") == "Both are needed."
            assert texts(answer, "text") == "Two files."
            blocks = [e["content_block"] for e in answer if e["type"] == "content_block_start"]
            assert len(texts(answer, "signature")) == 64
        else:
            blocks = answer["content"]
            assert blocks[0]["thinking"] == "Both are needed."
            assert len(blocks[0]["signature"]) == 64
        assert [block["type"] for block in blocks] == ["thinking", "text", "tool_use", "tool_use"]
        assert all(block["id"].startswith("call_function_") for block in blocks[2:])


@pytest.mark.parametrize(
    "quirk", [{"anthropic_start_repeats": True}, {"anthropic_full_message": True}, {"crlf": True}, {"comments": True},
              {"write_bytes": 1}]
)  # fmt: skip
async def test_no_habit_of_the_server_doubles_text(quirk):
    with Simulator(quirks=Quirks(**quirk)) as sim:
        sim.enqueue(Answer("All of it, once.", reasoning="Thought once.", chunk_chars=5))
        events = await ask(sim, stream=True)
        assert texts(events, "text") == "All of it, once."
        assert texts(events, "thinking") == "Thought once."
        assert [e["type"] for e in events].count("message_stop") == 1
        assert "message" not in [e["type"] for e in events]


async def test_cost_and_tokens_are_counted(monkeypatch):
    told = []

    class Log(litellm.integrations.custom_logger.CustomLogger):
        async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
            if kwargs["litellm_call_id"] == mine["litellm_call_id"]:
                told.append(kwargs["standard_logging_object"])

    monkeypatch.setattr(litellm, "callbacks", [Log()])
    mine = {"litellm_call_id": "the cost of one test"}
    with Simulator() as sim:
        await ask(sim, **mine)
        await ask(sim, stream=True, **mine)
        await auntil(lambda: len(told) == 2)
        assert [entry["prompt_tokens"] > 0 and entry["response_cost"] > 0 for entry in told] == [True, True]
        assert {entry["completion_tokens"] for entry in told} == {sim.last.answered.tokens}


async def test_a_reader_that_stops_closes_the_upstream():
    with Simulator() as sim:
        sim.enqueue(Answer("word " * 4000, chunk_chars=5, delay=0.01))
        stream = await litellm.anthropic_messages(
            model="minimax/MiniMax-M2", max_tokens=9000, messages=HELLO, api_base=sim.base_url, stream=True
        )
        await anext(aiter(stream))
        await stream.aclose()
        await asyncio.to_thread(sim.wait_idle, 20)
        assert sim.last.answered.client_left


# -- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("envelope", ["http", "frame"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(
    ("code", "error"),
    [
        (1002, litellm.RateLimitError),
        (1004, litellm.AuthenticationError),
        (1026, litellm.ContentPolicyViolationError),
        (2013, litellm.BadRequestError),
        (1013, litellm.InternalServerError),
    ],
)
async def test_an_error_has_its_class_in_every_envelope(code, error, stream, envelope):
    with Simulator() as sim:
        sim.enqueue(Fault("error", code=code, envelope=envelope))
        with pytest.raises(error, match=f"{code}"):
            await ask(sim, stream=stream)
        assert len(sim.requests) == 1


async def test_an_error_in_the_middle_of_a_stream_passes_as_an_event():
    with Simulator() as sim:
        sim.enqueue(Fault("error", code=1013, envelope="frame", after_chunks=4, answer=Answer("A long answer. " * 30)))
        events = await ask(sim, stream=True)
        assert events[0]["type"] == "message_start"
        assert [e["type"] for e in events][-1] == "error"


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("empty_body", litellm.APIConnectionError),
        ("truncate_sse", litellm.APIConnectionError),
        ("html_error", litellm.BadGatewayError),
    ],
)
async def test_a_broken_answer_never_looks_like_a_good_one(kind, error):
    with Simulator() as sim:
        sim.enqueue(Fault(kind, at=3))
        with pytest.raises(error):
            await ask(sim, stream=True)


async def test_a_wrong_content_type_does_not_matter():
    with Simulator() as sim:
        sim.enqueue(Fault("wrong_content_type"))
        assert (await ask(sim, stream=True))[-1]["type"] == "message_stop"


async def test_a_missing_key_is_said_before_any_call(monkeypatch):
    monkeypatch.delenv("MINIMAX_API_KEY")
    monkeypatch.setattr(litellm, "api_key", None)
    with Simulator() as sim:
        with pytest.raises(litellm.AuthenticationError, match="Set MINIMAX_API_KEY"):
            await ask(sim)
        assert not sim.requests


async def test_what_the_model_cannot_see_is_a_400_that_names_it():
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}
    messages = [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, image]}]
    with Simulator() as sim:
        with pytest.raises(litellm.BadRequestError, match=r"messages\[0\].content\[1\].*MiniMax-M2 takes no images"):
            await ask(sim, messages=messages)
        assert not sim.requests
        await ask(sim, messages=messages, model="minimax/MiniMax-M3")
        assert sim.last.body["messages"][0]["content"][1] == image


# -- self-hosted, memory ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["parameter", "environment", "provider"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_an_openai_only_server_is_served_by_translation(monkeypatch, how, stream):
    with Simulator() as sim:
        extra = {"self_hosted": "on"} if how == "parameter" else {}
        if how == "environment":
            monkeypatch.setenv("MINIMAX_SELF_HOSTED", "on")
        if how == "provider":
            extra = {"model": "minimax-plugin/MiniMax-M2"}
        sim.enqueue(Answer("Four.", reasoning="Two and two."))
        answer = await ask(sim, stream=stream, **extra)
        assert sim.last.path == "/v1/chat/completions"
        if stream:
            assert (texts(answer, "thinking"), texts(answer, "text")) == ("Two and two.", "Four.")
        else:
            assert [block.get("thinking") or block.get("text") for block in answer["content"]] == [
                "Two and two.", "Four."]  # fmt: skip


@pytest.mark.parametrize("memory_is", ["on", "off"])
async def test_dropped_thinking_is_put_back_as_the_first_block(monkeypatch, memory_is):
    monkeypatch.setenv("MINIMAX_REASONING_MEMORY", memory_is)
    with Simulator() as sim:
        sim.enqueue(Answer(reasoning="I must look.", tool_calls=[ToolCall("read", {"path": "a"})]))
        call = (await ask(sim, tools=[READ]))["content"][-1]
        loop = [
            *HELLO,
            {"role": "assistant", "content": [call]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": call["id"], "content": "text"},
                {"type": "text", "text": "<system-reminder>Be brief.</system-reminder>"}]},
        ]  # fmt: skip
        await ask(sim, tools=[READ], messages=loop)
        first = sim.last.body["messages"][1]["content"][0]
        assert (first["type"] == "thinking") == (memory_is == "on")
        assert sim.last.reasoning_turns_intact == (1 if memory_is == "on" else 0)
        assert loop[1]["content"] == [call], "the caller's messages are left alone"


@pytest.mark.parametrize(("who", "remembered"), [("a", 1), ("b", 0)])
async def test_whose_memory_it_is_is_not_for_the_client_to_say(who, remembered):
    with Simulator() as sim:
        sim.enqueue(Answer(reasoning="I must look.", tool_calls=[ToolCall("read", {"path": "a"})]))
        call = (await ask(sim, tools=[READ], litellm_metadata={"user_api_key_hash": "a"}))["content"][-1]
        result = {"type": "tool_result", "tool_use_id": call["id"], "content": "text"}
        loop = [*HELLO, {"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]
        claimed = {"user_id": "u", "user_api_key_hash": "a"}
        await ask(sim, tools=[READ], messages=loop, metadata=claimed, litellm_metadata={"user_api_key_hash": who})
        assert sim.last.reasoning_turns_intact == remembered


def test_repairing_twice_changes_nothing():
    from litellm.llms.minimax.messages.transformation import MinimaxMessagesConfig

    before = MinimaxMessagesConfig.get_complete_url
    pass_through.repair()
    assert MinimaxMessagesConfig.get_complete_url is before
