"""The handler through LiteLLM's own entry points, with scripted members and virtual time."""

import asyncio
import gc
import itertools
import json
import logging

import litellm
import pytest
from inline_snapshot import snapshot
from litellm.types.utils import Delta, ModelResponseStream, StreamingChoices, Usage
from openai.types.chat import ChatCompletionChunk

from litellm_minimax.hybrid import remembering
from litellm_minimax.hybrid.handing_over.history import SEPARATOR
from litellm_minimax.hybrid.handler import HybridLLM
from litellm_minimax.hybrid.members import calls
from litellm_minimax.seams.registration import register
from tests.hybrid.fakes import Purse, ScriptedStream, Shelf, VirtualClock
from tests.waiting import auntil, until

MODEL = "hybrid/[minimax:MiniMax-M2,qwen-oauth:qwen3-coder-plus]"
ASK = [{"role": "user", "content": "Fix the parser"}]


def piece(finish=None, **delta):
    return ModelResponseStream(
        id="inner", model="inner-model", choices=[StreamingChoices(finish_reason=finish, delta=Delta(**delta))]
    )


def told(prompt, completion, cached=None):
    details = {"prompt_tokens_details": {"cached_tokens": cached}} if cached else {}
    usage = Usage(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion, **details)
    return ModelResponseStream(id="inner", model="inner-model", choices=[], usage=usage)


THINKS = [
    piece(role="assistant", reasoning_content="Look at "),
    piece(reasoning_content="the lexer."),
    piece(content="unread"),
    piece(finish="stop"),
]
ANSWERS = [
    piece(role="assistant", content=""),
    piece(content="Done"),
    piece(content="."),
    piece(finish="stop"),
    told(100, 20, cached=64),
]


class Members:
    """Two scripted upstreams behind the one injected function."""

    def __init__(self, reasoner=THINKS, executor=ANSWERS):
        self.clock = VirtualClock()
        self.scripts = {"reasoner": reasoner, "executor": executor}
        self.calls = []
        self.streams = []

    async def call(self, sub):
        role = "reasoner" if "MiniMax-M2" in sub.target.name else "executor"
        self.calls.append((role, sub))
        script = self.scripts[role]
        script = script.pop(0) if script and isinstance(script[0], list) else script
        if script and isinstance(script[0], Exception):
            raise script[0]
        stream = ScriptedStream(script, self.clock)
        self.streams.append(stream)
        return stream

    def asked(self, role):
        return [sub for which, sub in self.calls if which == role]


@pytest.fixture
def use():
    """Registers a handler for ``hybrid`` with scripted members."""
    before = list(litellm.custom_provider_map)
    purse = Purse()

    def registered(members, **around):
        surroundings = {"cache": Shelf(), "sums": purse, "clock": members.clock, "price": lambda *_: 0.25, **around}
        handler = HybridLLM(call=members.call, around=surroundings)
        register({"hybrid": handler})
        return handler

    yield registered
    litellm.custom_provider_map = before


async def ask(messages=ASK, model=MODEL, **kwargs):
    response = await litellm.acompletion(model, messages=messages, **kwargs)
    return response, response.choices[0].message.provider_specific_fields["hybrid"]


async def stream(messages=ASK, model=MODEL, **kwargs):
    kwargs = {"stream_options": {"include_usage": True}, **kwargs}
    return [chunk async for chunk in await litellm.acompletion(model, messages=messages, stream=True, **kwargs)]


def breakdown(chunks):
    fields = [
        c.choices[0].delta.provider_specific_fields
        for c in chunks
        if c.choices and getattr(c.choices[0].delta, "provider_specific_fields", None)
    ]
    return next(field["hybrid"] for field in fields if "decision" in field["hybrid"])


async def test_one_well_formed_stream_of_two(use):
    members = Members()
    use(members)
    chunks = await stream()
    for chunk in chunks:
        ChatCompletionChunk.model_validate(chunk.model_dump(exclude_none=True))
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert len({chunk.id for chunk in chunks}) == 1
    assert [delta.role for delta in deltas if delta.role] == ["assistant"]
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason] == [
        "stop"
    ]
    assert "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas) == "Look at the lexer."
    assert "".join(delta.content or "" for delta in deltas) == "Done."
    usages = [chunk.usage for chunk in chunks if getattr(chunk, "usage", None)]
    assert len(usages) == 1
    assert (usages[0].completion_tokens, usages[0].prompt_tokens_details.cached_tokens) == (20 + 5, 64)
    assert breakdown(chunks)["decision"] == "reasoned"
    # LiteLLM itself writes the last chunk and calls it by its own name for the model; all of ours have the client's.
    assert {chunk.model for chunk in chunks[:-2]} == {MODEL}


async def test_the_whole_answer_says_the_same_as_the_stream(use):
    members = Members()
    use(members)
    chunks = await stream()
    response, fields = await ask([{"role": "user", "content": "again"}])
    message = response.choices[0].message
    assert (message.content, message.reasoning_content, response.choices[0].finish_reason) == (
        "Done.",
        "Look at the lexer.",
        "stop",
    )
    assert response.model == MODEL
    streamed = breakdown(chunks)
    assert (
        (fields["decision"], fields["reason"])
        == (streamed["decision"], streamed["reason"])
        == ("reasoned", "user_turn")
    )
    for phase in (*fields["phases"], *streamed["phases"]):
        assert phase.pop("ms") >= 0
        assert phase.pop("prompt_tokens") > 0
    assert fields["phases"] == streamed["phases"]
    assert fields["phases"] == snapshot(
        [
            {
                "phase": "reasoning",
                "model": "minimax:MiniMax-M2",
                "completion_tokens": 5,
                "cost": 0.25,
                "ended_by": "answer",
                "estimated": True,
            },
            {
                "phase": "execution",
                "model": "qwen-oauth:qwen3-coder-plus",
                "completion_tokens": 20,
                "cost": 0.25,
                "ended_by": "finish",
            },
        ]
    )
    assert response.usage.completion_tokens == 25
    assert response._hidden_params["response_cost"] == 0.5


def test_the_blocking_twins(use):
    members = Members()
    use(members)
    response = litellm.completion(MODEL, messages=ASK)
    assert response.choices[0].message.content == "Done."
    chunks = list(litellm.completion(MODEL, messages=[{"role": "user", "content": "and streamed"}], stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "Done."
    members.scripts["reasoner"] = [piece(reasoning_content="hm"), 1000]
    iterator = iter(litellm.completion(MODEL, messages=[{"role": "user", "content": "left"}], stream=True))
    next(iterator)
    open_stream = members.streams[-1]
    assert not open_stream.closed
    del iterator
    gc.collect()
    assert until(lambda: open_stream.closed), "dropping a blocking stream closes its upstream"


async def test_what_each_member_is_asked(use):
    members = Members()
    use(members)
    tools = [
        {
            "type": "function",
            "function": {"name": "run", "parameters": {"type": "object", "properties": {"cmd": {"type": "string"}}}},
        }
    ]
    messages = [
        {"role": "system", "content": [{"type": "text", "text": "You code.", "cache_control": {"type": "ephemeral"}}]},
        {"role": "user", "content": [{"type": "text", "text": "Fix it", "cache_control": {"type": "ephemeral"}}]},
    ]
    await ask(
        messages,
        "hybrid/[minimax:MiniMax-M2?temperature=0.7,qwen-oauth:qwen3-coder-plus?max_tokens=99&top_p=0.9]",
        tools=tools,
        tool_choice="auto",
        max_tokens=7,
        stop=["END"],
        response_format={"type": "json_object"},
        temperature=0.1,
        seed=3,
        extra_body={"x": 1},
    )
    (reasoner,), (executor,) = members.asked("reasoner"), members.asked("executor")
    asked = dict(reasoner.params)
    traces = [dict(sub.params)["litellm_trace_id"] for sub in (reasoner, executor)]
    assert traces == [asked.pop("litellm_trace_id")] * 2
    assert asked == snapshot(
        {
            "max_tokens": 8192,
            "temperature": 0.7,
            "reasoning_effort": "high",
            "stream_options": {"include_usage": True},
            "cache": {"no-cache": True, "no-store": True},
        }
    )
    assert "- run(cmd: string)" in reasoner.messages[0]["content"]
    params = dict(executor.params)
    params.pop("timeout")
    params.pop("litellm_trace_id")
    assert params == snapshot(
        {
            "tools": tools,
            "tool_choice": "auto",
            "max_tokens": 99,
            "stop": ["END"],
            "response_format": {"type": "json_object"},
            "temperature": 0.1,
            "seed": 3,
            "extra_body": {"x": 1},
            "top_p": 0.9,
            "stream_options": {"include_usage": True},
        }
    )
    assert executor.messages[:2] == messages, "cache marks and content lists as they came"
    assert [message["role"] for message in executor.messages] == ["system", "user", "user"]
    assert "Look at the lexer." in executor.messages[2]["content"]
    assert executor.target.name == "dashscope/qwen3-coder-plus", "qwen-oauth is LiteLLM's dashscope"


async def test_tool_arguments_and_signed_thinking_pass_byte_for_byte(use):
    arguments = ['{"code": "<think>x</think>', " if a < b:\\n\\t‹ünï›", '"}']
    call = {"index": 0, "type": "function"}
    members = Members(
        executor=[
            piece(thinking_blocks=[{"type": "thinking", "thinking": "own"}], reasoning_content="own"),
            piece(thinking_blocks=[{"type": "thinking", "thinking": "", "signature": "c2ln"}]),
            piece(
                role="assistant", tool_calls=[{**call, "id": "toolu_1", "function": {"name": "write", "arguments": ""}}]
            ),
            *[piece(tool_calls=[{**call, "function": {"arguments": part}}]) for part in arguments],
            piece(finish="tool_calls"),
            told(1, 2),
        ]
    )
    use(members)
    chunks = await stream()
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    parts = [tool for delta in deltas for tool in delta.tool_calls or ()]
    assert "".join(part.function.arguments for part in parts) == "".join(arguments)
    assert [part.id for part in parts if part.id] == ["toolu_1"]
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason] == [
        "tool_calls"
    ]
    blocks = [block for delta in deltas for block in getattr(delta, "thinking_blocks", None) or ()]
    assert [block.get("signature") for block in blocks if block.get("signature")] == ["c2ln"]
    response, _ = await ask([{"role": "user", "content": "again"}])
    message = response.choices[0].message
    assert json.loads(message.tool_calls[0].function.arguments) == json.loads("".join(arguments))
    assert message.reasoning_content == f"Look at the lexer.{SEPARATOR}own"


RATE_LIMITED = litellm.RateLimitError(message="slow down", llm_provider="minimax", model="m")


@pytest.mark.parametrize(
    ("reasoner", "reason", "handed"),
    [
        ([RATE_LIMITED], "reasoner_error", None),
        ([litellm.AuthenticationError(message="no", llm_provider="minimax", model="m")], "reasoner_error", None),
        ([ConnectionRefusedError()], "reasoner_error", None),
        (
            [piece(reasoning_content="half"), litellm.APIConnectionError(message="cut", llm_provider="m", model="m")],
            "reasoner_error",
            "half",
        ),
        ([3600], "reasoner_first_delta_timeout", None),
        ([piece(reasoning_content="half"), 3600], "reasoner_idle_timeout", "half"),
        ([x for _ in range(9) for x in (piece(reasoning_content="slow "), 9)], "reasoner_timeout", "slow"),
        ([piece(role="assistant", content=""), piece(finish="stop")], "reasoner_empty", None),
        ([piece(reasoning_content="bad", finish="content_filter")], "reasoner_content_filter", "bad"),
    ],
    ids=["429", "401", "refused", "cut", "hung", "stalled", "slow", "empty", "filtered"],
)
async def test_the_executor_answers_whatever_happens_to_the_reasoner(use, reasoner, reason, handed):
    members = Members(reasoner=reasoner)
    use(members)
    response, fields = await ask()
    assert response.choices[0].message.content == "Done."
    assert (fields["decision"], fields["reason"]) == ("degraded", reason)
    (executor,) = members.asked("executor")
    if handed is None:
        assert list(executor.messages) == ASK, "without a note the executor gets the untouched request"
    else:
        assert handed in executor.messages[1]["content"]
    assert all(stream.closed for stream in members.streams)


@pytest.mark.parametrize(
    ("reasoner", "raised"),
    [
        ([RATE_LIMITED], litellm.RateLimitError),
        ([3600], litellm.Timeout),
        ([piece(finish="stop")], litellm.ServiceUnavailableError),
    ],
)
async def test_the_reasoners_failure_is_an_error_by_choice(use, reasoner, raised):
    members = Members(reasoner=reasoner)
    use(members)
    for _ in range(3):
        with pytest.raises(raised, match="phase") as error:
            await ask(hybrid={"on_reasoning_failure": "error"})
        assert "reasoning" in str(error.value)
    assert (len(members.asked("reasoner")), members.asked("executor")) == (3, [])


@pytest.mark.parametrize(
    "error",
    [
        RATE_LIMITED,
        litellm.ContextWindowExceededError(message="too long", llm_provider="dashscope", model="m"),
        litellm.AuthenticationError(message="no", llm_provider="dashscope", model="m"),
        litellm.InternalServerError(message="boom", llm_provider="dashscope", model="m"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_the_executors_error_keeps_its_class_and_status(use, error):
    members = Members(executor=[error])
    use(members)
    with pytest.raises(type(error)) as raised:
        await ask()
    assert raised.value.status_code == error.status_code
    members.scripts["reasoner"] = [litellm.Timeout(message="x", model="m", llm_provider="m")]
    with pytest.raises(type(error)) as raised:
        await litellm.acompletion(MODEL, messages=ASK, stream=True)
    assert raised.value.status_code == error.status_code, "before anything was streamed, the status is still free"


async def test_a_charge_that_fails_takes_nothing_from_the_error(use, monkeypatch, caplog):
    async def broken(*_):
        raise RuntimeError("the logger is down")

    monkeypatch.setattr(calls, "charge", broken)
    use(Members(executor=[litellm.BadRequestError("no", "m", "p")]))
    with pytest.raises(litellm.BadRequestError):
        await ask()
    assert "beside a hybrid's answer: RuntimeError" in caplog.text


@pytest.mark.parametrize("taken", [1, 3])
async def test_a_client_that_leaves_closes_the_upstreams_at_once(use, taken):
    members = Members(
        reasoner=[piece(reasoning_content="a"), 3600] if taken == 1 else THINKS,
        executor=[piece(content="a"), 3600],
    )
    use(members)
    answer = await litellm.acompletion(MODEL, messages=ASK, stream=True)
    for _ in range(taken):
        await anext(answer)
    waiting = asyncio.ensure_future(anext(answer))
    asked = ["reasoner"] if taken == 1 else ["reasoner", "executor"]
    await asyncio.sleep(0.01)
    await auntil(lambda: len(members.streams) == len(asked))
    waiting.cancel()
    await asyncio.wait({waiting})
    await answer.aclose()
    assert [role for role, _ in members.calls] == asked
    assert all(stream.closed for stream in members.streams)


async def test_thoughts_of_an_answer_that_was_stopped_do_not_come_back_as_the_executors(use):
    members = Members(executor=[[piece(content="Do"), 3600], ANSWERS])
    use(members)
    answer = await litellm.acompletion(MODEL, messages=ASK, stream=True)
    async for chunk in answer:
        if chunk.choices[0].delta.content:
            break
    await answer.aclose()
    part = {"role": "assistant", "content": "Do", "reasoning_content": "Look at the lexer."}
    await ask([*ASK, part, *ASK])
    (replayed,) = [message for message in members.asked("executor")[-1].messages if message["role"] == "assistant"]
    assert replayed == {"role": "assistant", "content": "Do"}


async def test_cancelling_a_whole_answer_closes_the_upstreams_too(use):
    members = Members(executor=[piece(content="a"), 3600])
    use(members)
    waiting = asyncio.ensure_future(ask())
    while len(members.streams) < 2 or members.streams[1].sent == 0:
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert [stream.closed for stream in members.streams] == [True, True]


def call_of(number):
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": f"c{number}", "type": "function", "function": {"name": "ls", "arguments": "{}"}}],
    }


def rounds(count):
    return [
        *ASK,
        *(m for n in range(count) for m in (call_of(n), {"role": "tool", "tool_call_id": f"c{n}", "content": "a.py"})),
    ]


async def test_a_tool_loop_asks_the_reasoner_once_and_keeps_the_executors_prefix(use):
    members = Members()
    use(members)
    decisions = [(await ask(rounds(count)))[1]["decision"] for count in range(4)]
    assert decisions == ["reasoned", "reused", "reused", "reused"]
    assert len(members.asked("reasoner")) == 1
    sent = [list(sub.messages) for sub in members.asked("executor")]
    for earlier, later in itertools.pairwise(sent):
        assert later[: len(earlier)] == earlier
    _, fields = await ask(rounds(4), metadata={"user_api_key_hash": "somebody else"})
    assert (fields["decision"], fields["reason"]) == ("skipped", "tool_round"), "another caller's notes are not theirs"
    _, fields = await ask([{"role": "system", "content": "Another system prompt"}, *rounds(4)])
    assert fields["decision"] == "skipped"


async def test_a_retry_by_the_router_does_not_think_again_but_a_person_asking_again_does(use):
    members = Members()
    use(members)
    await ask()
    _, again = await ask()
    _, retried = await ask(metadata={"attempted_retries": 1})
    assert (again["decision"], retried["decision"], retried["reason"]) == ("reasoned", "reused", "same_request")
    assert len(members.asked("reasoner")) == 2


async def test_a_failed_tool_asks_again_and_both_notes_keep_their_places(use):
    members = Members(reasoner=[list(THINKS), [piece(reasoning_content="Try b.py."), piece(content="x")]])
    use(members)
    await ask(rounds(1))
    await ask(ASK)
    failed = rounds(1)
    failed[-1] = {**failed[-1], "content": "<tool_use_error>no such file</tool_use_error>"}
    _, fields = await ask(failed)
    assert (fields["decision"], fields["reason"]) == ("reasoned", "tool_error")
    *_, last = members.asked("executor")
    assert [message["role"] for message in last.messages] == ["user", "user", "assistant", "tool", "user"]
    assert ("lexer" in last.messages[1]["content"], "Try b.py." in last.messages[4]["content"]) == (True, True)
    _, fields = await ask([*failed, call_of(7), {"role": "tool", "tool_call_id": "c7", "content": "ok"}])
    assert fields["decision"] == "reused"
    assert list(members.asked("executor")[-1].messages)[:5] == list(last.messages)


@pytest.mark.parametrize(
    ("kwargs", "decision", "reason"),
    [
        ({"reasoning_effort": "none"}, "skipped", "client_thinking_off"),
        ({"thinking": {"type": "disabled"}}, "skipped", "client_thinking_off"),
        ({"metadata": {"hybrid": {"trigger": "skip"}}}, "skipped", "client_skip"),
        ({"metadata": {"hybrid": {"trigger": "force"}}, "reasoning_effort": "none"}, "reasoned", "client_force"),
        ({"hybrid": {"enabled": False}, "metadata": {"hybrid": {"trigger": "force"}}}, "skipped", "disabled"),
        ({"hybrid": {"reasoning_injection_probability": 0, "force_initial_turns": 0}}, "skipped", "probability"),
    ],
)
async def test_who_decides(use, kwargs, decision, reason):
    members = Members()
    use(members)
    _, fields = await ask(**kwargs)
    assert (fields["decision"], fields["reason"]) == (decision, reason)
    assert len(members.asked("reasoner")) == (decision == "reasoned")
    assert (list(members.asked("executor")[0].messages) == ASK) == (decision == "skipped")


async def test_the_clients_wish_for_thinking_steers_the_reasoner_and_not_an_executor_that_can_not_think(use):
    members = Members()
    use(members)
    await ask(model="hybrid/[minimax:MiniMax-M2?verbosity=low,openai:gpt-4o]", reasoning_effort="low", verbosity="low")
    assert members.asked("reasoner")[0].params["verbosity"] == "low"
    assert {"reasoning_effort", "verbosity"} & set(members.asked("executor")[0].params) == set()
    await ask(model="hybrid/[deepseek:deepseek-reasoner,openai:gpt-5]", reasoning_effort="low")
    assert members.calls[-1][1].params["reasoning_effort"] == "low"


@pytest.mark.parametrize(
    "kwargs",
    [
        {"metadata": {"hybrid": {"execution_model": "x"}}},
        {"hybrid": {"hand_over": "essay"}},
        {"model": "hybrid/[a:b]"},
        {"model": "hybrid/[a:b?api_key=sk-secret,c:d]"},
        {"model": "hybrid/unknown-preset"},
        {"model": "hybrid/[hybrid/x,c:d]"},
        {"reasoning_effort": "silly"},
    ],
)
async def test_what_is_wrong_is_a_400_without_any_call(use, kwargs):
    members = Members()
    use(members)
    with pytest.raises(litellm.BadRequestError) as raised:
        await ask(**kwargs)
    assert raised.value.status_code == 400
    assert "sk-secret" not in str(raised.value)
    assert members.calls == []


async def test_a_hybrid_reached_from_inside_a_hybrid_is_refused(use):
    members = Members()
    handler = use(members)

    async def leads_back(sub):
        if "MiniMax-M2" in sub.target.name:
            return await members.call(sub)
        members.calls.append(("inner", sub))
        token = calls.INSIDE.set(True)
        try:
            return await litellm.acompletion(MODEL, messages=ASK, stream=True)
        finally:
            calls.INSIDE.reset(token)

    register({"hybrid": HybridLLM(call=leads_back, around={"cache": Shelf()})})
    with pytest.raises(litellm.BadRequestError, match="a hybrid can't be inside a hybrid"):
        await ask()
    assert [role for role, _ in members.calls] == ["reasoner", "inner"]
    assert handler is not None


async def test_the_plan_and_hidden_reasoning(use):
    plan = [
        piece(reasoning_content="hm"),
        piece(content="1. Fix"),
        piece(content=" it."),
        piece(finish="stop"),
        told(50, 9),
    ]
    members = Members(reasoner=plan)
    use(members)
    response, fields = await ask(metadata={"hybrid": {"hand_over": "plan", "show_reasoning": "hidden"}})
    assert getattr(response.choices[0].message, "reasoning_content", None) is None
    handed = members.asked("executor")[0].messages[1]["content"]
    assert "1. Fix it." in handed
    assert "hm" not in handed.partition("\n\n")[2]
    assert "You are the executor of a plan" in handed
    assert "write the plan" in members.asked("reasoner")[0].messages[0]["content"]
    assert fields["phases"][0]["completion_tokens"] == 9
    assert "estimated" not in fields["phases"][0]
    shown, _ = await ask(
        [*ASK, {"role": "assistant", "content": "Done."}, *ASK], metadata={"hybrid": {"hand_over": "plan"}}
    )
    assert shown.choices[0].message.reasoning_content == "hm\n\n1. Fix it."


@pytest.mark.parametrize("looked_up", [512, 8])
async def test_a_long_conversation_never_hands_the_reasoners_words_on_as_the_executors(use, monkeypatch, looked_up):
    monkeypatch.setattr(remembering, "MOST_LOOKED_UP", looked_up)
    thoughts = [[piece(reasoning_content=f"Thought {n}."), piece(content="x"), piece(finish="stop")] for n in range(45)]
    members = Members(reasoner=thoughts)
    use(members)
    messages = []
    for number in range(45):
        messages = [*messages, {"role": "user", "content": f"Question {number}"}]
        response, _ = await ask(messages)
        shown = response.choices[0].message.reasoning_content
        assert shown == f"Thought {number}."
        messages = [*messages, {"role": "assistant", "content": "Done.", "reasoning_content": shown}]
    handed = members.asked("executor")[-1].messages
    assert len(handed) == 2 * 45, "the conversation, and the newest note"
    assert not any(message.get("reasoning_content") for message in handed)
    own = {"role": "assistant", "content": "Done.", "reasoning_content": "The executor's own."}
    members.scripts["reasoner"] = THINKS
    await ask([*messages, {"role": "user", "content": "And?"}, own, {"role": "user", "content": "Well?"}])
    assert [m.get("reasoning_content") for m in members.asked("executor")[-1].messages if m == own] == [
        "The executor's own."
    ]


async def test_a_silent_reasoner_keeps_the_client_informed(use):
    members = Members(reasoner=[25, piece(reasoning_content="late"), piece(content="x")])
    use(members)
    chunks = await stream()
    kinds = [
        "waiting" if getattr(c.choices[0].delta, "provider_specific_fields", None) else "text"
        for c in chunks
        if c.choices
    ]
    assert kinds[:3] == ["waiting", "waiting", "text"]


async def test_one_log_line_for_each_decision_and_no_word_of_the_prompt(use, caplog):
    use(Members())
    with caplog.at_level(logging.DEBUG, logger="litellm_minimax"):
        await ask([{"role": "user", "content": "TOPSECRET"}])
        await stream([{"role": "user", "content": "TOPSECRET too"}])
    lines = [record.getMessage() for record in caplog.records if record.name == "litellm_minimax.hybrid"]
    assert len(lines) == 2
    assert (
        "decision=reasoned reason=user_turn reasoning=minimax:MiniMax-M2 execution=qwen-oauth:qwen3-coder-plus"
        in lines[0]
    )
    assert "TOPSECRET" not in "".join(lines)
    assert "lexer" not in "".join(lines)


async def test_a_callback_sees_the_decision_and_the_sum(use):
    seen = []

    class Watch(litellm.integrations.custom_logger.CustomLogger):
        async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
            if kwargs["litellm_params"].get("litellm_session_id") == session["litellm_session_id"]:
                seen.append((kwargs["hybrid_decision"], kwargs["response_cost"], response_obj.usage.completion_tokens))

    session = {"litellm_session_id": "the two answers of one test"}

    use(Members())
    watch = Watch()
    litellm.callbacks.append(watch)
    try:
        await ask(**session)
        await stream([{"role": "user", "content": "streamed"}], **session)
        await auntil(lambda: len(seen) == 2)
    finally:
        litellm.callbacks.remove(watch)
    expected = ({"x-hybrid-decision": "reasoned", "x-hybrid-reason": "user_turn"}, 0.5, 25)
    assert seen == [expected, expected]


async def test_thoughts_that_were_the_reasoners_alone_do_not_come_back_as_the_executors(use):
    members = Members(
        executor=[[piece(content="Done."), piece(finish="stop")], [piece(content="Again."), piece(finish="stop")]]
    )
    use(members)
    first, _ = await ask()
    said = first.choices[0].message
    assert said.reasoning_content == "Look at the lexer."
    await ask([*ASK, {"role": "assistant", "content": "Done.", "reasoning_content": said.reasoning_content}, *ASK])
    for role in ("reasoner", "executor"):
        replayed = [m for m in members.asked(role)[-1].messages if m["role"] == "assistant"]
        assert [message.get("reasoning_content") for message in replayed] in ([None], [])
