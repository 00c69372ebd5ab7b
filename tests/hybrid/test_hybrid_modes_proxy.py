"""A Messages client's own advisor tool, escalation and review, through a really started proxy."""

import json

import httpx
import pytest

from litellm_minimax.hybrid.consulting import clients_tool
from litellm_minimax.simulator import Answer, Fault, ToolCall
from tests.hybrid.test_hybrid_proxy import TOOL, fresh, say, world  # noqa: F401 - fixtures
from tests.litellm_release import OLD, needs_a_later_litellm

pytestmark = pytest.mark.proxy

LS = {"name": "ls", "description": "List files", "input_schema": TOOL["parameters"]}
EXECUTOR, REASONER = "MiniMax-M2.1", "MiniMax-M2"


def advisor(model=REASONER, **fields):
    return {"type": clients_tool.TYPE, "name": "advisor", "model": model, **fields}


def ask(world, model, messages, key, **fields):  # noqa: F811
    return world.post("/v1/messages", {"model": model, "max_tokens": 500, "messages": messages, **fields}, key)


def consults(world):  # noqa: F811
    """The executor asks through ``advisor``, then calls the client's tool, then is done; both are the same upstream's."""

    def works(body):
        said = json.dumps(body["messages"])
        if '"call_ls"' in said:
            return Answer("Done.")
        if "Split it." in said:
            return Answer("Looking.", tool_calls=[ToolCall("ls", {"path": "."}, "call_ls")])
        return Answer("Let me ask.", tool_calls=[ToolCall("advisor", {"question": "Which way?"}, "call_ask")])

    world.reasoner.reset()
    world.reasoner.on(EXECUTOR, works)
    world.reasoner.on(REASONER, Answer("Split it.", reasoning="Hm.", chunk_chars=3))


def asked(world):  # noqa: F811
    return [request.body["model"] for request in world.reasoner.requests]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_clients_own_advisor_tool_is_served_by_a_consultation_that_the_client_does_not_see(world, stream):  # noqa: F811
    consults(world)
    key = f"sk-test-advises-{stream}"
    client = world.anthropic.with_options(api_key=key)
    settings = {"model": EXECUTOR, "max_tokens": 500, "tools": [LS, advisor(max_uses=2)]}
    # Advice that Anthropic gave earlier in this conversation stands in it in blocks of Anthropic's own.
    earlier = [
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "advisor", "input": {}},
        {"type": "advisor_tool_result", "tool_use_id": "srvtoolu_1", "content": "Use a lexer."},
        {"type": "text", "text": "All right."},
    ]
    talk = [*say("Hello"), {"role": "assistant", "content": earlier}, *say(f"advise {stream}")]
    if stream:
        with client.messages.stream(**settings, messages=talk) as live:
            message = live.get_final_message()
            decision = live.response.headers["x-hybrid-decision"]
    else:
        raw = client.messages.with_raw_response.create(**settings, messages=talk)
        message, decision = raw.parse(), raw.headers["x-hybrid-decision"]
    assert (decision, message.model, message.stop_reason) == ("advised", EXECUTOR, "tool_use")
    assert [block.name for block in message.content if block.type == "tool_use"] == ["ls"]
    assert {block.type for block in message.content} == {"thinking", "text", "tool_use"}
    assert any("Split it." in block.thinking for block in message.content if block.type == "thinking")
    assert asked(world) == [EXECUTOR, REASONER, EXECUTOR]
    first, advice, second = (request.body for request in world.reasoner.requests)
    assert [tool["function"]["name"] for tool in first["tools"]] == ["ls", "advisor"]
    assert "through the tool advisor" in first["messages"][0]["content"]
    assert "Use a lexer." in json.dumps(first["messages"])
    assert "tools" not in advice
    if not OLD:
        (event,) = world.events(key, 1)
        assert (event["event"], event["cost"] > 0, event["key"]) == ("success", True, True)
        assert event["tokens"] == message.usage.input_tokens + message.usage.output_tokens

    content = [block.model_dump(exclude_none=True) for block in message.content if block.type != "text" or block.text]
    result = {"type": "tool_result", "tool_use_id": "call_ls", "content": "a.py"}
    talk = [*talk, {"role": "assistant", "content": content}, {"role": "user", "content": [result]}]
    assert client.messages.create(**settings, messages=talk).content[-1].text == "Done."
    sent = world.reasoner.last.body["messages"]
    assert [call["id"] for one in sent for call in one.get("tool_calls") or ()] == ["call_ask", "call_ls"]
    assert second["messages"] == sent[: len(second["messages"])], "the exchange stands where it stood"


def test_the_advisors_model_must_be_one_that_the_key_may_use(world):  # noqa: F811
    key = "sk-test-advises-not"
    for name in (REASONER, "minimax:minimax-m2", "minimax-plugin/MiniMax-M2"):
        for stream in (False, True):
            refused = ask(world, EXECUTOR, say("let me in"), key, tools=[advisor(name)], stream=stream)
            assert (refused.status_code, "MiniMax-M2" in refused.text) == (403, True), refused.text
    assert ask(world, "hybrid-plan", say("x"), key, tools=[advisor()]).status_code == 403
    nested = ask(world, EXECUTOR, say("x"), "sk-test-advises-nested", tools=[advisor("looks-harmless")])
    assert nested.status_code == 400
    assert world.reasoner.requests + world.executor.requests == []


def test_on_a_hybrid_the_tools_model_advises_the_hybrids_executor(world):  # noqa: F811
    world.executor.enqueue(Answer("", tool_calls=[ToolCall("advisor", {}, "call_a")]), Answer("Done."))
    for name in ("hybrid-coder", "hybrid:[MiniMax-M2.5,qwen3-coder-plus?temperature=0.3]"):
        world.executor.reset()
        world.reasoner.requests.clear()
        world.executor.enqueue(Answer("", tool_calls=[ToolCall("advisor", {}, "call_a")]), Answer("Done."))
        # Whatever the client says of the executor's own thinking, it asked for the advisor.
        answer = ask(world, name, say("x"), world.proxy.master_key, tools=[advisor()], thinking={"type": "disabled"})
        assert answer.json()["content"][-1]["text"] == "Done."
        assert (answer.headers["x-hybrid-decision"], answer.json()["model"]) == ("advised", name)
        assert asked(world) == [REASONER]
        assert len(world.executor.requests) == 2
    assert world.executor.last.body["temperature"] == 0.3


def test_an_advisor_that_the_client_chooses_is_asked_first(world):  # noqa: F811
    consults(world)
    choice = {"type": "tool", "name": "advisor"}
    answer = ask(world, EXECUTOR, say("first"), "sk-test-advises-chosen", tools=[LS, advisor()], tool_choice=choice)
    assert answer.json()["stop_reason"] == "tool_use"
    assert asked(world) == [REASONER, EXECUTOR]
    assert "tool_choice" not in world.reasoner.last.body


@pytest.mark.parametrize(
    ("tools", "place"),
    [
        ([LS, advisor(None)], "tools[1].model"),
        ([advisor("")], "tools[0].model"),
        ([advisor(["x"])], "tools[0].model"),
        ([advisor("hybrid:[a,b]")], "tools[0].model"),
        ([advisor("MiniMax-M2?api_key=sk-secret")], "tools[0].model"),
        ([advisor("M" * 100_000)], "tools[0].model"),
        ([advisor("nobody")], "nobody"),
        ([advisor(max_uses=0)], "tools[0].max_uses"),
        ([advisor(max_uses="3")], "tools[0].max_uses"),
        ([advisor(name=7)], "tools[0].name"),
        ([advisor(), advisor()], "tools"),
    ],
)
def test_an_advisor_tool_that_is_not_well_written_is_a_400(world, tools, place):  # noqa: F811
    answer = ask(world, EXECUTOR, say("x"), world.proxy.master_key, tools=tools)
    assert (answer.status_code, place in answer.text, "sk-secret" in answer.text) == (400, True, False), answer.text
    assert len(answer.text) < 1500
    assert world.reasoner.requests == []


def test_an_advisor_that_is_down_leaves_the_executor_its_answer(world):  # noqa: F811
    consults(world)
    world.reasoner.on(REASONER, Fault("error", code=1000))
    world.reasoner.on(EXECUTOR, lambda body: Answer("Alone.") if "can't be reached" in json.dumps(body) else None)
    world.reasoner.enqueue(Answer("", tool_calls=[ToolCall("advisor", {}, "call_a")]))
    answer = ask(world, EXECUTOR, say("down"), world.proxy.master_key, tools=[advisor()])
    assert answer.json()["content"][-1]["text"] == "Alone."


@needs_a_later_litellm
def test_an_executor_that_is_down_is_tried_as_often_as_the_router_is_told(world):  # noqa: F811
    world.reasoner.on(lambda _: True, Fault("error", code=1000))
    answer = ask(world, "retried", say("down"), world.proxy.master_key, tools=[advisor()])
    assert (answer.status_code, asked(world)) == (500, [EXECUTOR] * 2)


# -- escalation and review --------------------------------------------------------------------------------------------


def stuck(text):
    """A turn in which the same call failed three times."""
    talk = say(text)
    for number in range(3):
        call = {"id": f"c{number}", "type": "function", "function": {"name": "ls", "arguments": '{"path": "."}'}}
        talk.append({"role": "assistant", "content": None, "tool_calls": [call]})
        talk.append({"role": "tool", "tool_call_id": f"c{number}", "content": "nothing there"})
    return talk


MODES = {"escalates": ("escalated", ["escalation"]), "reviewed": ("skipped", ["execution", "review", "execution"])}


def at_work(world, mode):  # noqa: F811
    """Scripts both models; what to send."""
    world.reset()
    world.reasoner.on(lambda _: True, Answer("The test is missing.", reasoning="Hm.", chunk_chars=4))
    world.executor.enqueue(Answer("Done.", chunk_chars=2), Answer("Done, with a test.", chunk_chars=2))
    text = "The test is missing." if mode == "escalates" else "Done, with a test."
    return (stuck if mode == "escalates" else say)(mode), text


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("mode", MODES)
def test_escalation_and_review_are_one_answer_on_every_door_and_spend_is_the_sum(world, mode, stream):  # noqa: F811
    decision, kinds = MODES[mode]
    key = f"sk-test-{mode}-{stream}"
    messages, text = at_work(world, mode)
    tools = [{"type": "function", "function": TOOL}]
    client = world.openai.with_options(api_key=key)
    answer = client.chat.completions.create(model=mode, messages=messages, tools=tools, stream=stream)
    if stream:
        deltas = [chunk.choices[0].delta for chunk in answer if chunk.choices]
        said = "".join(delta.content or "" for delta in deltas)
        thought = "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas)
        told = [d.provider_specific_fields for d in deltas if getattr(d, "provider_specific_fields", None)][-1]
    else:
        message = answer.choices[0].message
        said, thought, told = message.content, message.reasoning_content, message.provider_specific_fields
    phases = told["hybrid"]["phases"]
    assert (said, "Hm." in thought, told["hybrid"]["decision"]) == (text, True, decision)
    assert [phase["phase"] for phase in phases] == kinds
    (event,) = world.events(key, 1)
    assert event["cost"] == pytest.approx(sum(phase["cost"] for phase in phases))
    assert event["tokens"] == sum(phase["prompt_tokens"] + phase["completion_tokens"] for phase in phases)

    at_work(world, mode)
    items = [
        each
        for message in messages
        for each in (
            [{"type": "function_call", "call_id": c["id"], **c["function"]} for c in message.get("tool_calls") or ()]
            or [{"type": "function_call_output", "call_id": message["tool_call_id"], "output": message["content"]}]
            if message["role"] != "user"
            else [message]
        )
    ]
    answer = client.responses.create(model=mode, input=items, tools=[{"type": "function", **TOOL}], stream=stream)
    if stream:
        answer = next(event.response for event in answer if event.type == "response.completed")
    assert answer.output_text == text

    at_work(world, mode)
    blocks = [
        {"role": "assistant", "content": [{"type": "tool_use", "id": c["id"], "name": "ls", "input": {"path": "."}}]}
        if (c := (message.get("tool_calls") or [None])[0])
        else message
        if message["role"] == "user"
        else {"role": "user", "content": [{"type": "tool_result", "tool_use_id": message["tool_call_id"],
                                           "content": message["content"]}]}
        for message in messages
    ]  # fmt: skip
    settings = {"model": mode, "max_tokens": 500, "messages": blocks, "tools": [LS]}
    if stream:
        with world.anthropic.messages.stream(**settings) as live:
            message = live.get_final_message()
    else:
        message = world.anthropic.messages.create(**settings)
    assert "".join(block.text for block in message.content if block.type == "text") == text
    assert message.stop_reason == "end_turn"


@needs_a_later_litellm
@pytest.mark.parametrize(("mode", "paid"), [("escalates", [REASONER]), ("reviewed", [REASONER, "qwen3-coder-plus"])])
def test_a_client_that_leaves_in_a_review_or_an_escalated_round_pays_for_what_it_had(world, mode, paid):  # noqa: F811
    key = f"sk-test-{mode}-left"
    messages, _ = at_work(world, mode)
    world.reasoner.on(lambda _: True, Answer("x", reasoning="thinking aloud " * 2000, chunk_chars=10, delay=0.02))
    body = {"model": mode, "messages": messages, "stream": True, "tools": [{"type": "function", "function": TOOL}]}
    url, headers = f"{world.proxy.url}/v1/chat/completions", {"Authorization": f"Bearer {key}"}
    with httpx.stream("POST", url, json=body, headers=headers, timeout=30) as answer:
        next(line for line in answer.iter_lines() if "aloud" in line or "thinking" in line)
    world.reasoner.wait_idle(20)
    assert world.reasoner.last.answered.client_left
    charged = world.charged(key, len(paid))
    assert sorted(event["model"].rpartition("/")[2] for event in charged) == paid
    assert all(event["event"] == "success" and event["key"] for event in charged)
