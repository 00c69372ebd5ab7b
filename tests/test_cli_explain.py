"""``litellm-minimax explain``: it says what the handler would do, and asks nobody."""

import json
import socket

import pytest
import yaml
from click.testing import CliRunner

from litellm_minimax.cli import main
from tests.hybrid.test_hybrid_alone import PLANNING, TOOLS
from tests.hybrid.test_hybrid_handler import ASK, Members, ask, rounds, use  # noqa: F401 - a fixture

TYPED = "hybrid:[ minimax:MiniMax-M2?temperature=0.7 , qwen-oauth:qwen3-coder-plus ]"
TITLE = [{"role": "user", "content": "Generate a concise, 3-5 word title with an emoji summarizing the chat history."}]


@pytest.fixture(autouse=True)
def nobody_is_called(monkeypatch):
    def refuse(*_):
        raise AssertionError("a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def explained(*arguments, code=0, **kwargs):
    result = CliRunner().invoke(main, ["explain", *arguments], **kwargs)
    assert result.exit_code == code, result.output
    return result.output


def test_members_options_and_decision_for_people():
    output = " ".join(explained(TYPED).split())
    assert "reasoning minimax:MiniMax-M2 → model group MiniMax-M2 (minimax/MiniMax-M2) temperature 0.7" in output
    assert "execution qwen-oauth:qwen3-coder-plus → model group qwen3-coder-plus" in output
    assert "hand_over thinking" in output
    assert "Decision: reasoned, reason user_turn" in output
    assert "* mode advisor" in " ".join(explained("hybrid-advisor").split())
    assert "Decision: advised, reason on_demand" in " ".join(explained("hybrid-advisor").split())


PLANS = {"when_planning": "reasoning", "trigger": ["tool_error"]}
REQUESTS = [
    ({}, {"messages": ASK}),
    ({}, {"messages": rounds(2), "tools": TOOLS}),
    ({"trigger": ["stall"]}, {"messages": rounds(4), "tools": TOOLS}),
    ({"escalate_after": 2}, {"messages": rounds(3), "tools": TOOLS}),
    (PLANS, {"messages": PLANNING, "tools": TOOLS}),
    (PLANS, {"messages": PLANNING, "tools": TOOLS, "metadata": {"hybrid": {"phase": "act"}}}),
    ({}, {"messages": TITLE}),
    ({}, {"messages": ASK, "reasoning_effort": "none"}),
    ({}, {"messages": ASK, "metadata": {"hybrid": {"trigger": "skip"}}}),
    ({"enabled": False}, {"messages": ASK}),
]


@pytest.mark.parametrize(("options", "request_"), REQUESTS)
async def test_the_decision_is_the_handlers(use, tmp_path, options, request_):  # noqa: F811
    members = {"reasoning_model": "minimax:MiniMax-M2", "execution_model": "qwen-oauth:qwen3-coder-plus"}
    params = {"model": "hybrid/mine", "hybrid": {**members, **options, "allow_unconfigured_members": True}}
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump({"model_list": [{"model_name": "mine", "litellm_params": params}]}))
    body = tmp_path / "request.json"
    body.write_text(json.dumps(request_))
    told = json.loads(explained("mine", "--config", str(config), "--messages", str(body), "--json"))
    use(Members())
    _, fields = await ask(**request_, hybrid=options)
    assert told["decided"] == {"decision": fields["decision"], "reason": fields["reason"]}
    assert told["problems"] == []


def test_a_tool_rounds_notes_are_told_apart_and_a_list_of_messages_does():
    told = json.loads(explained("hybrid-coder", "--messages", "-", "--json", input=json.dumps(rounds(2))))
    assert told["conversation"]["in_tool_round"] is True
    assert told["decided_with_notes"] == {"decision": "reused", "reason": "same_turn"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nobody"], "There are: hybrid-advisor, hybrid-coder, hybrid-plan."),
        (["hybrid:[a:b]"], "exactly two members"),
        (["hybrid-coder", "--messages", "no-such-file.json"], "can't be read"),
        (["hybrid-coder", "--config", "no-such-file.yaml"], "can't be read"),
        (["hybrid:[a:b,MiniMax-M2]"], "Problem: model: the reasoning member 'a:b' is not a model group"),
        (["hybrid/[openai:gpt-4o?reasoning_effort=low,dashscope:x]"], "does not take reasoning_effort='low'"),
    ],
)
def test_what_is_wrong_is_said(arguments, says):
    assert says in " ".join(explained(*arguments, code=1).split())


ANTHROPICS = '[{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "x"}]}]'


@pytest.mark.parametrize(
    "text", ["not json", "3", '{"messages": "x"}', "[1]", '{"messages": [], "metadata": 1}', ANTHROPICS]
)
def test_a_request_that_is_none_is_refused(text):
    assert "--messages" in explained("hybrid-coder", "--messages", "-", input=text, code=1)
