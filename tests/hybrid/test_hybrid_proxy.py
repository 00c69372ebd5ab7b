"""Hybrids through a really started proxy with the shipped configuration, with the clients that people use."""

import asyncio
import concurrent.futures
import json
import os
import time
from pathlib import Path

import anthropic
import httpx
import litellm
import openai
import pytest
import yaml

import litellm_minimax
from litellm_minimax.simulator import Answer, Fault, Quirks, Simulator, ToolCall
from tests.litellm_release import OLD, needs_a_later_litellm
from tests.otlp_receiver import Receiver
from tests.proxy_process import SHIPPED_CONFIG, ProxyStartError, StartedProxy, write_config
from tests.waiting import auntil

pytestmark = pytest.mark.proxy

MODEL = "hybrid:[minimax:MiniMax-M2,qwen-oauth:qwen3-coder-plus]"
ADVISOR = "consult_advisor"
THOUGHTS = "First look at the lexer. Then fix the parser."
TOOL = {
    "name": "ls",
    "description": "List files",
    "parameters": {"type": "object", "properties": {"path": {"type": "string"}}},
}
MEMBERS = {"reasoning_model": "MiniMax-M2", "execution_model": "qwen3-coder-plus"}
QUICK = {
    "reasoning_model": "MiniMax-M2",
    "execution_model": "qwen3-coder-plus",
    "first_delta_timeout": 0.3,
    "idle_timeout": 0.3,
    "reasoning_timeout": 2,
}
PATIENT = {"reasoning_model": "MiniMax-M2", "execution_model": "qwen3-coder-plus", "trigger": ["stall"]}


class World:
    """A proxy, its two upstreams and what it logged."""

    def __init__(self, proxy, reasoner, executor, shaky, recorded, traces):
        self.proxy, self.reasoner, self.executor, self.shaky = proxy, reasoner, executor, shaky
        self.recorded, self.traces = recorded, traces
        self.openai = openai.OpenAI(base_url=f"{proxy.url}/v1", api_key=proxy.master_key, max_retries=0)
        self.anthropic = anthropic.Anthropic(base_url=proxy.url, api_key=proxy.master_key, max_retries=0)

    def reset(self):
        for upstream in (self.reasoner, self.executor, self.shaky):
            upstream.wait_idle(20)  # what an earlier test left there is not recorded for the next
            upstream.reset()
        self.reasoner.on(
            lambda _: True, Answer("This is never read. " * 30, reasoning=THOUGHTS, chunk_chars=9, delay=0.005)
        )
        self.executor.on(lambda _: True, Answer("The code.", chunk_chars=3))

    def post(self, path, body, key=None):
        headers = {"Authorization": f"Bearer {key}"} if key else self.proxy.headers
        return httpx.post(self.proxy.url + path, json=body, headers=headers, timeout=60)

    def events(self, user, count, counts=lambda _: True):
        """What was logged for one key, once ``count`` events that ``counts`` are there and none came for a moment.

        No two tests share a key: what an earlier one did last may be logged in the time of the next.
        """
        found, quiet, end = [], 0, time.monotonic() + 20
        while time.monotonic() < end and (len([each for each in found if counts(each)]) < count or quiet < 10):
            time.sleep(0.02)
            before = len(found)
            # The last line may be on its way into the file.
            lines = [json.loads(line) for line in self.recorded.read_text().split("\n")[:-1] if user in line]
            found = [line for line in lines if line["user"] == user]
            quiet = quiet + 1 if len(found) == before else 0
        return found

    def charged(self, user, count):
        """Those that cost something, once so many of them are there."""
        return [event for event in self.events(user, count, lambda event: event["cost"]) if event["cost"]]


def config_for_tests():
    config = yaml.safe_load(SHIPPED_CONFIG.read_text())
    callbacks = config["litellm_settings"]["callbacks"]
    config["litellm_settings"]["callbacks"] = [
        *([callbacks] if isinstance(callbacks, str) else callbacks),
        "hybrid_proxy_side.recorder",
        "otel",
    ]
    config["litellm_settings"]["enable_post_custom_auth_checks"] = True
    config["general_settings"] |= {
        "custom_auth": "hybrid_proxy_side.user_api_key_auth",
        "custom_auth_run_common_checks": True,
    }
    config["router_settings"] = {
        "num_retries": 0,
        "model_group_alias": {"looks-harmless": "hybrid-coder", "coder": "qwen3-coder-plus"},
    }
    config["router_settings"]["fallbacks"] = [{"falls-back": ["hybrid-coder"]}, {"shaky": ["qwen3-coder-plus"]}]
    shaky = {"model": "dashscope/qwen3-coder-plus", "api_key": "k", "api_base": "os.environ/SHAKY_API_BASE"}
    config["model_list"] += [
        {"model_name": "shaky", "litellm_params": shaky},
        {
            "model_name": "shaky-pair",
            "litellm_params": {"model": "hybrid/shaky-pair", "hybrid": {**MEMBERS, "execution_model": "shaky"}},
        },
        {
            "model_name": "all-minimax",
            "litellm_params": {
                "model": "hybrid/all-minimax",
                "hybrid": {
                    "reasoning_model": "MiniMax-M2",
                    "execution_model": "MiniMax-M2.1",
                    "when_planning": "reasoning",
                    "trigger": ["stall"],
                },
            },
        },
        {
            "model_name": "thrifty",
            "litellm_params": {
                "model": "hybrid/thrifty",
                "hybrid": {**MEMBERS, "reasoning_budget": 1e-7},
            },
        },
        {"model_name": "quick", "litellm_params": {"model": "hybrid/quick", "hybrid": QUICK}},
        {"model_name": "retried", "litellm_params": {"model": "minimax/MiniMax-M2.1", "num_retries": 1}},
        *(
            {"model_name": name, "litellm_params": {"model": f"hybrid/{name}", "hybrid": {**PATIENT, **options}}}
            for name, options in (("escalates", {"escalate_after": 2}), ("reviewed", {"review": True}))
        ),
        {
            "model_name": "falls-back",
            "litellm_params": {"model": "openai/none", "api_base": "http://127.0.0.1:9/v1", "api_key": "k"},
        },
    ]
    return config


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hybrid-proxy")
    recorded = folder / "events.jsonl"
    recorded.write_text("")
    openai_like = Quirks(dialect="openai")
    with (
        Simulator() as reasoner,
        Simulator(quirks=openai_like) as executor,
        Simulator(quirks=openai_like) as shaky,
        Receiver() as traces,
    ):
        env = {
            "OTEL_EXPORTER": "otlp_http",
            "OTEL_ENDPOINT": traces.url,
            "OTEL_BSP_SCHEDULE_DELAY": "100",
            "SHAKY_API_BASE": f"{shaky.base_url}/v1",
            "MINIMAX_API_BASE": reasoner.base_url,
            "MINIMAX_API_KEY": "k",
            "DASHSCOPE_API_BASE": f"{executor.base_url}/v1",
            "DASHSCOPE_API_KEY": "k",
            "PYTHONPATH": str(Path(__file__).parent),
            "RECORDER_FILE": str(recorded),
            **{
                name: None
                for name in os.environ
                if name.startswith(("HYBRID_", "REASONING_INJECTION", "DISABLE_HYBRID"))
            },
        }
        with StartedProxy(write_config(folder / "config.yaml", config_for_tests()), env=env) as proxy:
            yield World(proxy, reasoner, executor, shaky, recorded, traces)


@pytest.fixture(autouse=True)
def fresh(world):
    world.reset()


def say(text):
    return [{"role": "user", "content": text}]


def test_openai_chat_whole_and_streamed(world):
    raw = world.openai.chat.completions.with_raw_response.create(model=MODEL, messages=say("whole"))
    whole = raw.parse()
    assert (raw.headers["x-hybrid-decision"], raw.headers["x-hybrid-reason"]) == ("reasoned", "user_turn")
    message = whole.choices[0].message
    assert (message.content, message.reasoning_content, whole.model) == ("The code.", THOUGHTS, MODEL)
    streamed = world.openai.chat.completions.with_raw_response.create(
        model=MODEL, messages=say("streamed"), stream=True, stream_options={"include_usage": True}
    )
    assert streamed.headers["x-hybrid-decision"] == "reasoned"
    chunks = list(streamed.parse())
    assert {chunk.model for chunk in chunks} == {MODEL}
    assert len({chunk.id for chunk in chunks}) == 1
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == "The code."
    assert "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas) == THOUGHTS
    told = [chunk.usage for chunk in chunks if chunk.usage]
    assert [usage.completion_tokens for usage in told] == [whole.usage.completion_tokens]
    fields = next(d.provider_specific_fields["hybrid"] for d in deltas if getattr(d, "provider_specific_fields", None))
    assert [phase["phase"] for phase in fields["phases"]] == ["reasoning", "execution"]


def test_the_reasoner_is_cut_and_sees_tools_as_text_only(world):
    world.reasoner.on(lambda _: True, Answer("Never read. " * 900, reasoning=THOUGHTS, chunk_chars=9, delay=0.05))
    world.openai.chat.completions.create(
        model=MODEL, messages=say("cut"), tools=[{"type": "function", "function": TOOL}], max_tokens=50, stop=["X"]
    )
    world.reasoner.wait_idle(20)
    asked, executed = world.reasoner.last, world.executor.last
    assert asked.answered.client_left
    assert asked.answered.text_chunks < 100, "of 1,200, one in 50 ms"
    assert asked.body["stream"] is True
    assert {"tools", "tool_choice", "stop"} & set(asked.body) == set()
    assert asked.body["max_completion_tokens"] == 8192
    assert "- ls(path: string): List files" in asked.body["messages"][0]["content"]
    assert executed.body["tools"] == [{"type": "function", "function": TOOL}]
    assert (executed.body["max_tokens"], executed.body["stop"]) == (50, ["X"])
    assert [message["role"] for message in executed.body["messages"]] == ["user", "user"]
    assert THOUGHTS in executed.body["messages"][1]["content"]


def test_a_thought_without_its_opening_tag_ends_at_its_closing_one(world):
    text = "Let me look at it first.\n</think>\n\n" + "This is never read. " * 60
    world.reasoner.on(lambda _: True, Answer(text, reasoning="", chunk_chars=9, delay=0.05))
    answer = world.openai.chat.completions.create(model=MODEL, messages=say("a lone closer"))
    world.reasoner.wait_idle(20)
    assert world.reasoner.last.answered.client_left
    assert answer.choices[0].message.reasoning_content.strip() == "Let me look at it first."
    world.reasoner.on(lambda _: True, Answer(text, reasoning="", chunk_chars=90))
    direct = world.openai.chat.completions.create(model="MiniMax-M2", messages=say("directly"))
    assert "</think>" not in direct.choices[0].message.content


@needs_a_later_litellm
def test_anthropic_messages_whole_and_streamed(world):
    whole = world.anthropic.messages.create(model=MODEL, max_tokens=100, messages=say("whole"))
    assert [block.type for block in whole.content] == ["thinking", "text"]
    assert (whole.content[0].thinking, whole.content[1].text, whole.model) == (THOUGHTS, "The code.", MODEL)
    with world.anthropic.messages.stream(model=MODEL, max_tokens=100, messages=say("streamed")) as stream:
        final = stream.get_final_message()
        assert stream.response.headers["x-hybrid-decision"] == "reasoned"
    assert [block.type for block in final.content] == ["thinking", "text"]
    assert final.content[1].text == "The code."
    assert (final.usage.output_tokens, final.stop_reason) == (whole.usage.output_tokens, "end_turn")


@pytest.mark.parametrize(("is_error", "decision"), [(True, "reasoned"), (False, "reused"), (None, "reused")])
def test_the_messages_doors_own_flag_says_whether_a_tool_failed(world, is_error, decision):
    """LiteLLM's translation loses the flag, and the text alone would say the opposite here."""
    used = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "run it"}}
    text = "nothing to see" if is_error else "Exit code 1\nis what the program printed"
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": text}
    asked = say(f"a flag: {is_error}")
    rounds = [
        *asked,
        {"role": "assistant", "content": [used]},
        {"role": "user", "content": [result if is_error is None else result | {"is_error": is_error}]},
    ]
    tool = {"name": "Bash", "input_schema": TOOL["parameters"]}
    decisions = [
        world.anthropic.messages.with_raw_response.create(
            model=MODEL, max_tokens=100, messages=messages, tools=[tool]
        ).headers["x-hybrid-decision"]
        for messages in (asked, rounds)
    ]
    assert decisions == ["reasoned", decision]
    assert "hybrid_result_flags" not in json.dumps(world.executor.last.body)


def test_responses_whole_and_streamed(world):
    whole = world.openai.responses.create(model=MODEL, input="whole")
    assert [item.type for item in whole.output] == ["reasoning", "message"]
    assert (whole.output_text, whole.model) == ("The code.", MODEL)
    events = list(world.openai.responses.create(model=MODEL, input="streamed", stream=True))
    completed = next(event.response for event in events if event.type == "response.completed")
    assert completed.output_text == "The code."
    assert completed.output[0].type == "reasoning"


def test_an_openai_tool_loop_of_three_rounds_asks_the_reasoner_once(world):
    world.executor.enqueue(
        *(
            Answer("", tool_calls=[ToolCall("ls", {"path": f"<think>{n}</think>"}, f"call_{n}")], chunk_chars=4)
            for n in range(3)
        ),
        Answer("All done."),
    )
    messages = say("loop")
    for _ in range(3):
        chunks = list(
            world.openai.chat.completions.create(
                model=MODEL, messages=messages, tools=[{"type": "function", "function": TOOL}], stream=True
            )
        )
        deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
        parts = [part for delta in deltas for part in delta.tool_calls or ()]
        call = {
            "id": parts[0].id,
            "type": "function",
            "function": {"name": "ls", "arguments": "".join(p.function.arguments or "" for p in parts)},
        }
        shown = "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas)
        messages = [*messages, {"role": "assistant", "content": None, "reasoning_content": shown, "tool_calls": [call]}]
        messages.append({"role": "tool", "tool_call_id": call["id"], "content": "a.py"})
    final = world.openai.chat.completions.create(
        model=MODEL, messages=messages, tools=[{"type": "function", "function": TOOL}]
    )
    assert final.choices[0].message.content == "All done."
    assert len(world.reasoner.requests) == 1
    bodies = [request.body["messages"] for request in world.executor.requests]
    assert [len(body) for body in bodies] == [2, 4, 6, 8]
    for body in bodies:
        assert body == bodies[-1][: len(body)], "the executor's prompt only grows, so its cache holds"
        assert all("reasoning_content" not in message for message in body), (
            "the reasoner's words are not the executor's"
        )
    arguments = [call["function"]["arguments"] for message in bodies[-1] for call in message.get("tool_calls") or ()]
    assert [json.loads(text)["path"] for text in arguments] == [f"<think>{n}</think>" for n in range(3)]


def test_an_anthropic_tool_loop_of_three_rounds_asks_the_reasoner_once(world):
    world.executor.enqueue(
        *(Answer("", tool_calls=[ToolCall("ls", {"path": str(n)}, f"call_{n}")]) for n in range(3)), Answer("All done.")
    )
    tool = {"name": "ls", "description": "List files", "input_schema": TOOL["parameters"]}
    messages = say("anthropic loop")
    for _ in range(3):
        with world.anthropic.messages.stream(model=MODEL, max_tokens=500, messages=messages, tools=[tool]) as stream:
            answer = stream.get_final_message()
        use = next(block for block in answer.content if block.type == "tool_use")
        messages = [
            *messages,
            {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in answer.content]},
        ]
        messages.append(
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": use.id, "content": "a.py"}]}
        )
    final = world.anthropic.messages.create(model=MODEL, max_tokens=500, messages=messages, tools=[tool])
    assert final.content[-1].text == "All done."
    assert len(world.reasoner.requests) == 1
    bodies = [request.body["messages"] for request in world.executor.requests]
    assert len(bodies) == 4
    assert all(THOUGHTS in body[1]["content"] for body in bodies)
    for message in bodies[-1][2:]:
        assert {"reasoning_content", "thinking_blocks"} & set(message) == set()
        assert "handed over" not in json.dumps(message, ensure_ascii=False)


def consults(world, identity):
    """The executor consults once, then calls the client's tool; the reasoning model advises."""
    world.reset()
    world.reasoner.enqueue(Answer("Split it.", reasoning="Hm.", chunk_chars=3))
    world.executor.enqueue(
        Answer("", tool_calls=[ToolCall(ADVISOR, {"question": "Which way?"}, f"call_a_{identity}")]),
        Answer("Looking.", tool_calls=[ToolCall("ls", {"path": "."}, f"call_{identity}")]),
        Answer("Done."),
    )


def said_in(answer, stream):
    """The words of a chat answer; where a stream was cut depends on how busy the machine is."""
    if not stream:
        return answer.text
    chunks = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
    return "".join(delta.get(name) or "" for name in ("reasoning_content", "content") for delta in deltas)


def in_its_place(world, identity):
    """Whether the newest request has the consultation in front of the call that the client answered."""
    body = world.executor.last.body["messages"]
    calls = [call["id"] for message in body for call in message.get("tool_calls") or ()]
    results = [(message["tool_call_id"], message["content"]) for message in body if message["role"] == "tool"]
    return calls == [f"call_a_{identity}", f"call_{identity}"] and "Split it." in results[0][1]


@needs_a_later_litellm
@pytest.mark.parametrize("stream", [False, True])
def test_a_consultation_is_unseen_on_every_door_and_stands_in_its_place_in_the_next_round(world, stream):
    chat_tool = {"type": "function", "function": TOOL}
    settings = {"model": "hybrid-advisor", "stream": stream}

    consults(world, f"chat{stream}")
    asked = say(f"advise on chat {stream}")
    answer = world.post("/v1/chat/completions", {**settings, "messages": asked, "tools": [chat_tool]})
    assert answer.headers["x-hybrid-decision"] == "advised"
    assert ("Split it." in said_in(answer, stream), ADVISOR in answer.text) == (True, False)
    call = {"id": f"call_chat{stream}", "type": "function", "function": {"name": "ls", "arguments": "{}"}}
    said = {"role": "assistant", "content": "Looking.", "tool_calls": [call]}
    result = {"role": "tool", "tool_call_id": call["id"], "content": "a.py"}
    world.post("/v1/chat/completions", {**settings, "messages": [*asked, said, result], "tools": [chat_tool]})
    assert in_its_place(world, f"chat{stream}")

    consults(world, f"messages{stream}")
    tool = {"name": "ls", "description": "List files", "input_schema": TOOL["parameters"]}
    asked = say(f"advise on messages {stream}")
    with world.anthropic.messages.stream(model="hybrid-advisor", max_tokens=500, messages=asked, tools=[tool]) as live:
        message = live.get_final_message()
    if not stream:
        consults(world, f"messages{stream}")
        message = world.anthropic.messages.create(model="hybrid-advisor", max_tokens=500, messages=asked, tools=[tool])
    assert (message.content[0].type, message.stop_reason) == ("thinking", "tool_use")
    used = [block for block in message.content if block.type == "tool_use"]
    assert [block.name for block in used] == ["ls"]
    content = [block.model_dump(exclude_none=True) for block in message.content]
    result = {"type": "tool_result", "tool_use_id": used[0].id, "content": "a.py"}
    talk = [*asked, {"role": "assistant", "content": content}, {"role": "user", "content": [result]}]
    world.anthropic.messages.create(model="hybrid-advisor", max_tokens=500, messages=talk, tools=[tool])
    assert in_its_place(world, f"messages{stream}")

    consults(world, f"responses{stream}")
    tool = {"type": "function", **TOOL}
    asked = say(f"advise on responses {stream}")
    answer = world.openai.responses.create(model="hybrid-advisor", input=asked, tools=[tool], stream=stream)
    if stream:
        answer = next(event.response for event in answer if event.type == "response.completed")
    called = next(item for item in answer.output if item.type == "function_call")
    assert [item.name for item in answer.output if item.type == "function_call"] == ["ls"]
    talk = [
        *asked,
        {"type": "function_call", "call_id": called.call_id, "name": "ls", "arguments": called.arguments},
        {"type": "function_call_output", "call_id": called.call_id, "output": "a.py"},
    ]
    world.openai.responses.create(model="hybrid-advisor", input=talk, tools=[tool])
    assert in_its_place(world, f"responses{stream}")


@needs_a_later_litellm
def test_spend_in_advisor_mode_is_the_sum_of_all_calls_also_when_the_client_leaves_in_a_consultation(world):
    consults(world, "money")
    body = {"model": "hybrid-advisor", "messages": say("advised"), "tools": [{"type": "function", "function": TOOL}]}
    answer = world.post("/v1/chat/completions", body, "sk-test-advised").json()
    phases = answer["choices"][0]["message"]["provider_specific_fields"]["hybrid"]["phases"]
    assert [phase["phase"] for phase in phases] == ["execution", "advice", "execution"]
    assert all(phase["cost"] > 0 for phase in phases)
    (event,) = world.events("sk-test-advised", 1)
    assert event["cost"] == pytest.approx(sum(phase["cost"] for phase in phases))
    assert event["tokens"] == sum(phase["prompt_tokens"] + phase["completion_tokens"] for phase in phases)

    consults(world, "left")
    world.reasoner.reset()
    world.reasoner.enqueue(Answer("x", reasoning="I think and think. " * 200, chunk_chars=19, delay=0.05))
    client = world.openai.with_options(api_key="sk-test-advised-left")
    with client.chat.completions.create(**{**body, "messages": say("left"), "stream": True}) as live:
        for chunk in live:
            if "think" in (getattr(chunk.choices[0].delta, "reasoning_content", None) or ""):
                break
    world.reasoner.wait_idle(20)
    assert world.reasoner.last.answered.client_left
    paid = world.charged("sk-test-advised-left", 2)
    assert sorted(event["model"].rpartition("/")[2] for event in paid) == ["MiniMax-M2", "qwen3-coder-plus"]


def test_the_memory_gives_a_planners_thinking_back_to_the_planner_only(world):
    """An agent that drops all thinking, and one MiniMax key for both members."""
    world.reasoner.enqueue(Answer("", reasoning="Only mine.", tool_calls=[ToolCall("ls", {"path": "."}, "call_plan")]))
    call = {"id": "call_plan", "type": "function", "function": {"name": "ls", "arguments": '{"path": "."}'}}
    asked = say("plan it, all of it MiniMax")
    talk = [
        *asked,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_plan", "content": "a.py"},
    ]
    had = []
    for phase, messages in (("plan", asked), ("plan", talk), ("act", talk)):
        body = {"model": "all-minimax", "messages": messages, "tools": [{"type": "function", "function": TOOL}]}
        assert world.post("/v1/chat/completions", {**body, "metadata": {"hybrid": {"phase": phase}}}).is_success
        had.append((world.reasoner.last.body["model"], "Only mine." in json.dumps(world.reasoner.last.body)))
    assert had == [("MiniMax-M2", False), ("MiniMax-M2", True), ("MiniMax-M2.1", False)]


@pytest.mark.parametrize("key", ["sk-test-modes-executor", "sk-test-modes-reasoner"])
@pytest.mark.parametrize("model", ["hybrid-advisor", "hybrid-plan"])
def test_no_mode_is_a_way_to_a_member_that_the_key_may_not_use(world, key, model):
    missing = "MiniMax-M2" if key.endswith("executor") else "qwen3-coder-plus"
    planning = {"metadata": {"hybrid": {"phase": "plan"}}, "messages": say("plan"), "model": model}
    refused = world.post("/v1/chat/completions", planning, key)
    assert (refused.status_code, missing in refused.text) == (403, True)
    assert (world.reasoner.requests, world.executor.requests) == ([], [])


@needs_a_later_litellm
def test_spend_is_logged_once_and_is_the_sum(world):
    key = "sk-test-money"
    answers = [world.post("/v1/chat/completions", {"model": MODEL, "messages": say("money")}, key).json()]
    assert len(world.events(key, 1)) == 1, "one entry for each call, none for its phases"
    list(
        world.openai.with_options(api_key=key).chat.completions.create(
            model=MODEL, messages=say("money, streamed"), stream=True
        )
    )
    world.anthropic.with_options(api_key=key).messages.create(
        model="hybrid-coder", max_tokens=9, messages=say("money, anthropic")
    )
    usage = answers[0]["usage"]
    phases = answers[0]["choices"][0]["message"]["provider_specific_fields"]["hybrid"]["phases"]
    assert all(phase["cost"] > 0 for phase in phases)
    assert usage["total_tokens"] == sum(phase["prompt_tokens"] + phase["completion_tokens"] for phase in phases)
    events = world.events(key, 3)
    assert [event["event"] for event in events] == ["success"] * 3, "one entry for each call, none for its phases"
    assert all(event["key"] for event in events)
    assert events[0]["cost"] == pytest.approx(sum(phase["cost"] for phase in phases))
    assert events[0]["tokens"] == usage["total_tokens"]
    assert all(event["cost"] > 0 and event["decision"]["x-hybrid-decision"] == "reasoned" for event in events)
    # The same request again comes with the key's spend so far: what LiteLLM's own spend writer counted.
    spent = [
        float(
            world.post("/v1/chat/completions", {"model": MODEL, "messages": say(f"again {n}")}, key).headers[
                "x-litellm-key-spend"
            ]
        )
        for n in range(2)
    ]
    assert all(amount == pytest.approx(sum(phase["cost"] for phase in phases), rel=0.1) for amount in spent)


@pytest.mark.parametrize("hand_over", ["thinking", "plan"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_thinking_is_charged_even_if_the_executor_fails(world, stream, hand_over):
    """A plan ends by itself, and LiteLLM has then taken its stream for logged."""
    key = f"sk-test-fails-{stream}-{hand_over}"
    world.executor.on(lambda _: True, Fault("error", status=400, text="unsupported parameter"))
    body = {"model": MODEL, "messages": say("thought for nothing"), "stream": stream}
    body["metadata"] = {"hybrid": {"hand_over": hand_over}}
    # A stream has begun, with the reasoning, when the executor refuses; the error is inside of it.
    assert world.post("/v1/chat/completions", body, key).status_code == (200 if stream else 400)
    events = world.events(key, 1, lambda event: event["event"] == "success")
    (charged,) = [event for event in events if event["event"] == "success"]
    assert charged["model"].endswith("MiniMax-M2")
    assert charged["cost"] > 0
    assert charged["key"]
    assert all(not event["cost"] for event in events if event["event"] == "failure")


def test_an_executor_that_breaks_is_charged_for_what_it_said(world):
    key = "sk-test-breaks"
    said = Answer("".join(f"word{number} " for number in range(100)), chunk_chars=7)
    world.executor.on(lambda _: True, Fault("truncate_sse", at=60, answer=said))
    world.post("/v1/chat/completions", {"model": MODEL, "messages": say("break"), "stream": True}, key)
    charged = [event["model"] for event in world.charged(key, 2) if event["event"] == "success"]
    assert sorted(charged) == ["MiniMax-M2", "qwen3-coder-plus"]


@needs_a_later_litellm
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_fallback_inside_an_executors_stream_is_charged_once(world, stream):
    """The Router opens it by itself, when the first deployment breaks before it has said anything."""
    key = f"sk-test-shaky-{stream}"
    broken = [{"role": "assistant", "content": ""}, {"error": {"message": "boom", "code": 500}}]
    world.shaky.on(lambda _: True, Answer(chunks=broken))
    body = {"model": "shaky-pair", "messages": say("fall back"), "stream": stream}
    answer = world.post("/v1/chat/completions", body, key)
    assert answer.status_code == 200
    events = world.events(key, 1, lambda event: event["event"] == "success")
    charged = [event for event in events if event["event"] == "success"]
    assert [event["model"] for event in charged] == ["shaky-pair"]
    assert charged[0]["cost"] > 0
    assert len(world.executor.requests) == len(world.shaky.requests) == 1


KEYS_AND_NAMES = [
    *(("sk-test-reasoner-only", name, 403, "coder") for name in (
        MODEL, "hybrid-coder", "hybrid:[MiniMax-M2,QWEN3-CODER-PLUS]", "hybrid:[MiniMax-M2%2Cqwen3-coder-plus]", "hybrid/[MiniMax-M2,qwen3-coder-plus]",
        "hybrid:[MiniMax-M2, qwen3-coder-plus ]", "hybrid:[MiniMax-M2,coder]", "hybrid:[MiniMax-M2,a:Qwen3-Coder-Plus]", "hybrid:[qwen3-coder-plus,MiniMax-M2]",
        "hybrid:[MiniMax-M2,dashscope:qwen3-coder-plus]", "hybrid:[MiniMax-M2,qwen3-coder-plus?temperature=0.1]",
        "MiniMax-M2,qwen3-coder-plus", "MiniMax-M2,hybrid:[MiniMax-M2,qwen3-coder-plus]", "coder", "looks-harmless",
    )),
    *(("sk-test-executor-only", name, 403, "M2") for name in (
        MODEL, "hybrid-coder", "hybrid:[MINIMAX:minimax-m2,qwen3-coder-plus]", "hybrid:[minimax/MiniMax-M2,qwen3-coder-plus]",
        "hybrid:[minimax-plugin/MiniMax-M2,qwen3-coder-plus]", "hybrid:[qwen3-coder-plus,MiniMax-M2]",
    )),
    *(("sk-test-reasoner-only", name, 400, "two members") for name in ("hybrid:[MiniMax-M2,qwen3-coder-plus,MiniMax-M2]", "hybrid:[MiniMax-M2]")),
    ("sk-test-reasoner-only", "hybrid:[MiniMax-M2,qwen3-coder-plus", 400, "expected ']'"),
    ("sk-test-reasoner-only", "hybrid:[MiniMax-M2,x],qwen3-coder-plus", 400, "expected ']'"),
    ("sk-test-team", MODEL, 403, "qwen3-coder-plus"),
    ("sk-test-no-hybrids", MODEL, 200, ""),
    ("sk-test-no-hybrids", "hybrid-coder", 403, "hybrid-coder"),
    ("sk-test-both", MODEL, 200, ""),
    ("sk-test-both", "hybrid-coder", 200, ""),
]  # fmt: skip


@pytest.mark.parametrize(("key", "name", "status", "named"), KEYS_AND_NAMES)
def test_no_key_uses_a_member_that_it_may_not(world, key, name, status, named):
    answer = world.post("/v1/chat/completions", {"model": name, "messages": say("let me in")}, key)
    assert (answer.status_code, named in answer.text) == (status, True), answer.text
    if status != 200:
        forbidden = world.executor if "reasoner" in key or "team" in key else world.reasoner
        assert forbidden.requests == []


def test_an_aliased_key_never_gets_the_model_that_its_alias_hides(world):
    answer = world.post("/v1/chat/completions", {"model": MODEL, "messages": say("alias")}, "sk-test-aliased")
    assert world.executor.requests == [], "its qwen3-coder-plus is MiniMax-M2"
    # LiteLLM before 1.100 does not follow a key's aliases when it checks them.
    assert (answer.status_code, len(world.reasoner.requests)) in {(200, 2), (403, 0)}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/completions", {"prompt": "x"}),
        ("/v1/embeddings", {"input": "x"}),
        ("/v1/rerank", {"query": "x", "documents": ["y"]}),
    ],
)
@pytest.mark.parametrize("name", [MODEL, "hybrid-coder"])
def test_doors_without_hybrids_say_so(world, path, body, name):
    answer = world.post(path, {"model": name, **body}, "sk-test-everything")
    assert (answer.status_code, "/v1/chat/completions" in answer.text) == (400, True), answer.text
    assert not world.reasoner.requests + world.executor.requests


BLANKS = "hybrid:[ minimax:MiniMax-M2 , qwen-oauth:qwen3-coder-plus ]"


@pytest.mark.parametrize("name", [" hybrid-coder", "hybrid-coder ", "qwen3-coder-plus ", BLANKS])
def test_blanks_around_a_name_do_not_lead_to_the_catch_all(world, name):
    answer = world.post("/v1/chat/completions", {"model": name, "messages": say("blanks")}, "sk-test-both")
    assert answer.json()["choices"][0]["message"]["content"] == "The code."
    assert len(world.executor.requests) == 1


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/responses"])
def test_blanks_around_members_are_trimmed_on_every_door(world, path, stream):
    says = {"input": "Blanks"} if path == "/v1/responses" else {"messages": say("Blanks"), "max_tokens": 99}
    answer = world.post(path, {"model": BLANKS, "stream": stream, **says}, "sk-test-both")
    assert answer.status_code == 200, answer.text
    assert (len(world.reasoner.requests), len(world.executor.requests)) == (1, 1)
    assert answer.headers["x-hybrid-decision"] == "reasoned"
    line = "decision=reasoned reason=user_turn reasoning=minimax:MiniMax-M2 execution=qwen-oauth:qwen3-coder-plus"
    assert line in world.proxy.log, "a proxy with default settings shows the decisions"


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/responses"])
@pytest.mark.parametrize(
    "name",
    [
        "Hybrid:[MiniMax-M2,qwen3-coder-plus]",
        "hybrid: [MiniMax-M2,qwen3-coder-plus]",
        "hybrid:%5BMiniMax-M2,qwen3-coder-plus]",
        "hybrid:MiniMax-M2,qwen3-coder-plus",
        "hybrid:[中:MiniMax-M2,qwen3-coder-plus]",
        "hybrid:[" + "A" * 100_000 + ",qwen3-coder-plus]",
        "hybrid:nobody",
        "qwen3-coder-plus, ",
        "hybrid:[a:b]",
        "hybrid:[MiniMax-M2,qwen3-coder-plus?api_key=sk-secret]",
        "hybrid:[hybrid-coder,qwen3-coder-plus]",
        "hybrid:[MiniMax-M2,looks-harmless]",
        "hybrid:[typo:x,MiniMax-M2]",
    ],
)
def test_a_bad_name_is_a_400_on_every_door(world, path, name):
    body = (
        {"model": name, "messages": say("x"), "max_tokens": 9}
        if path != "/v1/responses"
        else {"model": name, "input": "x"}
    )
    for stream in (False, True):
        answer = world.post(path, {**body, "stream": stream})
        assert answer.status_code == 400, answer.text
        assert "sk-secret" not in answer.text
        assert len(answer.text) < 1000, "a long name is not repeated"
    assert world.reasoner.requests == world.executor.requests == []


def test_a_fallback_that_leads_to_a_hybrid_is_not_taken_from_inside_one(world):
    answer = world.post("/v1/chat/completions", {"model": "hybrid:[MiniMax-M2,falls-back]", "messages": say("x")})
    assert answer.status_code >= 400
    assert world.executor.requests == []
    assert len(world.reasoner.requests) == 1


def test_batch_lists_of_real_models_stay_batches(world):
    answers = world.post(
        "/v1/chat/completions", {"model": "MiniMax-M2,qwen3-coder-plus", "messages": say("both")}
    ).json()
    assert len(answers) == 2
    assert (len(world.reasoner.requests), len(world.executor.requests)) == (1, 1)


@pytest.mark.parametrize("trouble", ["refused", "500", "hung", "cut"])
def test_a_broken_reasoner_costs_nobody_an_answer(world, trouble):
    faults = {
        "500": Fault("error", code=1000, status=500),
        "hung": Fault("stall", phase="before_headers", seconds=5),
        "cut": Fault("truncate_sse", at=2),
    }

    def one(number):
        body = {"model": "quick", "messages": say(f"{trouble} {number}"), "stream": number % 2 == 0}
        # A key of its own: what it learns to avoid, others do not feel.
        answer = world.post("/v1/chat/completions", body, f"sk-test-unlucky-{trouble}")
        if not body["stream"]:
            return answer.status_code, answer.json()["choices"][0]["message"]["content"]
        chunks = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
        return answer.status_code, "".join(
            c["choices"][0]["delta"].get("content") or "" for c in chunks if c["choices"]
        )

    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        if trouble == "refused":
            with world.reasoner.refuse_connections():
                outcomes = list(pool.map(one, range(30)))
        else:
            world.reasoner.service.on(lambda _: True, faults[trouble])
            outcomes = list(pool.map(one, range(30)))
    assert set(outcomes) == {(200, "The code.")}
    assert len(world.executor.requests) == 30


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
@pytest.mark.parametrize("stream", [False, True])
def test_the_executors_status_reaches_the_client_on_every_door(world, path, stream):
    if OLD and stream and path == "/v1/messages":
        pytest.skip("LiteLLM before 1.100 has sent 200 by then")
    world.executor.on(lambda _: True, Fault("error", code=1002, status=429))
    body = {
        "model": MODEL,
        "messages": say(f"{path} {stream}"),
        "stream": stream,
        "max_tokens": 9,
        "metadata": {"hybrid": {"trigger": "skip"}},
    }
    if path == "/v1/messages":
        body.pop("metadata")
        body["thinking"] = {"type": "disabled"}
    assert world.post(path, body).status_code == 429
    world.executor.on(lambda _: True, Answer("fine"))
    assert world.post("/v1/chat/completions", {"model": MODEL, "messages": say("next")}).status_code == 200, (
        "no pair rests for another's failure"
    )


def test_a_client_that_leaves_closes_the_reasoner(world):
    world.reasoner.on(lambda _: True, Answer("x", reasoning="thinking aloud " * 2000, chunk_chars=10, delay=0.02))
    body = {"model": MODEL, "messages": say("leave"), "stream": True}
    with httpx.stream(
        "POST", f"{world.proxy.url}/v1/chat/completions", json=body, headers=world.proxy.headers, timeout=30
    ) as answer:
        next(line for line in answer.iter_lines() if "reasoning_content" in line)
    world.reasoner.wait_idle(20)
    assert world.reasoner.last.answered.client_left
    assert world.executor.requests == []


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/responses"])
def test_a_session_has_one_budget_whatever_is_said_in_it(world, path):
    decided = []
    for session, question in (("one", "a"), ("one", "b"), ("two", "a")):
        says = {"input": question} if path == "/v1/responses" else {"messages": say(question), "max_tokens": 99}
        headers = {**world.proxy.headers, "x-litellm-session-id": f"{session} {path}".replace("/", "-")}
        answer = httpx.post(world.proxy.url + path, json={"model": "thrifty", **says}, headers=headers, timeout=30)
        decided.append((answer.headers["x-hybrid-decision"], answer.headers["x-hybrid-reason"]))
    assert decided == [("reasoned", "user_turn"), ("skipped", "budget"), ("reasoned", "user_turn")]
    assert len(world.reasoner.requests) == 2


@needs_a_later_litellm
@pytest.mark.parametrize(
    ("path", "stream"),
    [
        ("/v1/chat/completions", True),
        ("/v1/chat/completions", False),
        ("/v1/messages", True),
        ("/v1/responses", False),
    ],
)
async def test_a_client_that_leaves_while_it_hears_nothing_ends_the_members(world, path, stream):
    says = {"input": "leave"} if path == "/v1/responses" else {"messages": say("leave"), "max_tokens": 99}
    body = {"model": MODEL, "stream": stream, **says}
    thinks = Answer("x", reasoning="thinking aloud " * 2000, chunk_chars=10, delay=0.02)
    silent = Fault("stall", phase="before_headers", seconds=100)
    world.reasoner.on(lambda _: True, silent if stream else thinks)
    async with httpx.AsyncClient(timeout=100) as client:
        asking = asyncio.create_task(client.post(world.proxy.url + path, json=body, headers=world.proxy.headers))
        thinking = world.reasoner.requests
        assert await auntil(lambda: thinking and (stream or thinking[-1].answered.chunks_generated > 20))
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    await asyncio.to_thread(world.reasoner.wait_idle, 5)
    assert world.reasoner.last.answered.client_left
    assert world.executor.requests == []


@pytest.mark.parametrize(
    ("when", "sign", "paid"),
    [
        ("thinking", "reasoning_content", ["MiniMax-M2"]),
        ("answering", '"content":"', ["MiniMax-M2", "qwen3-coder-plus"]),
    ],
)
def test_a_client_that_leaves_pays_for_what_it_had(world, when, sign, paid):
    key = f"sk-test-leaves-{when}"
    thoughts = "thinking aloud " * (2000 if when == "thinking" else 20)
    world.reasoner.on(lambda _: True, Answer("x", reasoning=thoughts, chunk_chars=10, delay=0.01))
    world.executor.on(lambda _: True, Answer("word by word " * 500, chunk_chars=10, delay=0.02))
    body = {"model": MODEL, "messages": say("leave"), "stream": True}
    headers = {"Authorization": f"Bearer {key}"}
    url = f"{world.proxy.url}/v1/chat/completions"
    with httpx.stream("POST", url, json=body, headers=headers, timeout=30) as answer:
        next(line for line in answer.iter_lines() if sign in line)
    charged = world.charged(key, len(paid))
    assert sorted(event["model"] for event in charged) == paid
    assert all(event["event"] == "success" and event["key"] for event in charged)


def test_a_wrong_option_stops_the_start(tmp_path):
    config = config_for_tests()
    config["model_list"].append(
        {"model_name": "bad", "litellm_params": {"model": "hybrid/bad", "hybrid": {**QUICK, "handover": "plan"}}}
    )
    env = {"PYTHONPATH": str(Path(__file__).parent), "RECORDER_FILE": str(tmp_path / "none"), "MINIMAX_API_KEY": "k"}
    with (
        pytest.raises(ProxyStartError, match="'handover' is not one of"),
        StartedProxy(write_config(tmp_path / "c.yaml", config), env=env),
    ):
        pass


@pytest.mark.parametrize("model", ["hybrid-coder", MODEL])
async def test_a_failing_executor_is_not_tried_for_every_try_of_the_hybrid(model, monkeypatch):
    """The Router retries the members and the hybrid; the shipped hybrids leave it to the members."""
    groups = yaml.safe_load(SHIPPED_CONFIG.read_text())["model_list"]
    shipped = [group for group in groups if group["model_name"].startswith("hybrid")]
    with Simulator() as reasoner, Simulator(quirks=Quirks(dialect="openai")) as executor:
        reasoner.on(lambda _: True, Answer("Not read.", reasoning=THOUGHTS))
        executor.on(lambda _: True, Fault("error", code=1000))
        members = [
            {"model_name": name, "litellm_params": {"model": of, "api_base": base, "api_key": "k"}}
            for name, of, base in [
                ("MiniMax-M2", "minimax/MiniMax-M2", reasoner.base_url),
                ("qwen3-coder-plus", "openai/qwen3-coder-plus", f"{executor.base_url}/v1"),
            ]
        ]
        router = litellm.Router([*members, *shipped], num_retries=1, retry_after=0, disable_cooldowns=True)
        monkeypatch.setattr(litellm_minimax.hybrid_llm, "router", router)
        with pytest.raises(litellm.InternalServerError):
            await router.acompletion(model.replace(",", "%2C"), messages=say("Fix it."))
        assert (len(reasoner.requests), len(executor.requests)) == (1, 2)


def traced(world, trace_id, *until):
    """The spans of one request, once those of these names are there."""

    def mine(spans):
        return [span for span in spans if span.trace == trace_id]

    return mine(world.traces.wait_for(lambda spans: set(until) <= {span.name for span in mine(spans)}))


DOORS = {
    "/v1/chat/completions": {"messages": say("one trace"), "stream": True},
    "/v1/messages": {"messages": say("one trace"), "max_tokens": 900},
    "/v1/responses": {"input": "one trace"},
}


@pytest.mark.parametrize("door", DOORS)
def test_a_request_is_one_trace_with_the_hybrids_phases_in_it(world, door):
    trace_id = os.urandom(16).hex()
    headers = {**world.proxy.headers, "traceparent": f"00-{trace_id}-{os.urandom(8).hex()}-01"}
    httpx.post(
        world.proxy.url + door, json={"model": MODEL, **DOORS[door]}, headers=headers, timeout=60
    ).raise_for_status()
    parts = ["hybrid reasoning", "hybrid hand-over", "hybrid execution"]
    mine = traced(world, trace_id, "hybrid", "litellm_request", *parts)
    by_name = {span.name: span for span in mine}
    whole = by_name["hybrid"]
    assert whole.parent == by_name["litellm_request"].parent, "both under the request's own"
    under = sorted((span for span in mine if span.parent == whole.id), key=lambda span: span.start)
    assert [span.name for span in under] == parts
    assert [span.attributes.get("hybrid.ended_by") for span in under] == ["answer", None, "finish"]
    assert under[0].end == under[1].start <= under[1].end <= under[2].start


def test_a_client_that_leaves_leaves_a_whole_trace(world):
    world.reasoner.on(lambda _: True, Answer("", reasoning="Think. " * 4000, delay=0.02))
    trace_id = os.urandom(16).hex()
    headers = {**world.proxy.headers, "traceparent": f"00-{trace_id}-{os.urandom(8).hex()}-01"}
    body = {"model": MODEL, "messages": say("left"), "stream": True}
    with httpx.stream("POST", f"{world.proxy.url}/v1/chat/completions", json=body, headers=headers) as answer:
        next(answer.iter_lines())
    found = traced(world, trace_id, "hybrid", "hybrid reasoning")
    (whole,) = [span for span in found if span.name == "hybrid"]
    (phase,) = [span for span in found if span.parent == whole.id]
    assert (whole.attributes["hybrid.outcome"], phase.attributes["hybrid.ended_by"]) == ("left", "abandoned")
