"""What agents send, replayed: failed tools, housekeeping and plan mode are told apart without a mistake."""

import json
from pathlib import Path

import pytest
import yaml

from litellm_minimax.hybrid.agents import plan_mode, results, side_calls
from litellm_minimax.hybrid.asking import conversation, policy
from litellm_minimax.hybrid.asking.preset import Override, Preset

HERE = Path(__file__).parent / "agents"
RESULTS = yaml.safe_load((HERE / "results.yaml").read_text())
TEXTS = yaml.safe_load((HERE / "read_texts.yaml").read_text())
REQUESTS = yaml.safe_load((HERE / "requests.yaml").read_text())
PLANS = yaml.safe_load((HERE / "plan_modes.yaml").read_text())
READERS = [
    ("Read", {"file_path": "x"}),
    ("read_file", {"absolute_path": "x"}),
    ("bash", {"command": "cd /w && tail -n 100 build.log"}),
    ("Bash", {"command": "cat notes.md"}),
    ("shell", {"command": ["bash", "-lc", "sed -n 1,20p x.py"]}),
    ("fetch_page", {"url": "http://x"}),
]


def talk(text, tool, arguments, spoken=False):
    call = {"id": "c1", "type": "function", "function": {"name": tool, "arguments": json.dumps(arguments)}}
    asked = [{"role": "system", "content": "You code."}, {"role": "user", "content": "Fix it"}]
    if spoken:
        return [*asked, {"role": "assistant", "content": "<call/>"}, {"role": "user", "content": text}]
    answered = {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": text}]}
    return [*asked, {"role": "assistant", "content": None, "tool_calls": [call]}, answered]


def decide(messages, preset=None, flags=None, tools=True):
    seen = conversation.read(messages, has_tools=tools, flags=flags)
    return policy.decide(
        seen, preset or Preset(), Override(), thinking_off=False, remembered=policy.Remembered(has_notes=True)
    )


@pytest.mark.parametrize("row", RESULTS, ids=lambda row: f"{row['agent']}: {row['text'][:30]!r}")
def test_a_result_is_a_failure_by_the_form_that_its_agent_gives_it(row):
    messages = talk(row["text"], row.get("tool", ""), row.get("arguments", {}), row.get("spoken", False))
    flags = {"c1": row["is_error"]} if "is_error" in row else None
    seen = conversation.read(messages, flags=flags)
    assert (seen.tool_error, seen.user_turns, seen.turn_start) == (row["failed"], 1, 1)
    assert decide(messages, flags=flags).kind == ("think" if row["failed"] else "reuse")


@pytest.mark.parametrize("tool", READERS, ids=lambda tool: tool[0])
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:20])
def test_a_text_that_was_only_read_never_asks_the_reasoner(text, tool):
    assert decide(talk(text, *tool)).kind == "reuse"
    numbered = "\n".join(f"{number}\t{line}" for number, line in enumerate(text.splitlines(), 1))
    assert decide(talk(numbered, *tool)).kind == "reuse"


@pytest.mark.parametrize("row", REQUESTS, ids=lambda row: f"{row['agent']}: {row['user'][-1][:30]}")
def test_housekeeping_goes_to_the_executor_alone(row):
    said = [{"role": "user", "content": [{"type": "text", "text": text}]} for text in row["user"]]
    messages = [{"role": "system", "content": row.get("system", "")}, *said]
    assert conversation.read(messages, has_tools=row["tools"]).side_call == row["kind"]
    decision = decide(messages, tools=row["tools"])
    assert decision == policy.Decision(*(("skip", "side_call") if row["kind"] else ("think", "user_turn")))
    assert decide(messages, Preset(side_calls="think"), tools=row["tools"]).kind == "think"


@pytest.mark.parametrize("row", PLANS, ids=lambda row: f"{row['agent']}: {row['planning']}")
def test_plan_mode_is_the_newest_word_about_the_mode(row):
    messages = [{"role": role, "content": text} for role, text in row["messages"]]  # a list is one part for each text
    assert conversation.read(messages, has_tools=row.get("tools", True)).planning is row["planning"]


def test_at_least_ten_agents_are_told_apart_and_every_row_of_the_tables_has_its_source():
    assert len({row["agent"] for row in RESULTS}) >= 10
    assert len({row["agent"] for row in REQUESTS} - {"a person"}) >= 10
    for row in (*results.ENVELOPES, *side_calls.SIDE_CALLS):
        assert row.agent
        assert row.learned
    replayed = {row["agent"] for row in RESULTS}
    named = {name for row in results.ENVELOPES for name in row.agent.split(", ")[:1]}
    assert {name for name in named if not name.startswith(("agents", "any", "opencode and", "opencode, "))} <= replayed


def test_every_word_of_a_plan_mode_has_a_sign_that_is_looked_for_first():
    for row in plan_mode.PLAN_MODES:
        literal = row.words.replace(r"\n", "\n").replace("(?:is|still) active", "").replace("# (?:Collaboration", "")
        assert any(sign in literal for sign in plan_mode.SIGNS[row.where]), row


def test_the_newest_half_megabyte_with_a_sign_tells_the_mode():
    reminder = "<system-reminder>\nPlan mode is active</system-reminder>"
    filler = "<system-reminder>x</system-reminder>" * (plan_mode.MOST_READ // 36 + 1)
    tools = [{"role": "user", "content": reminder}]
    assert plan_mode.planning(tools, 0)
    assert plan_mode.planning([{"role": "user", "content": filler + reminder}], 0)
    assert not plan_mode.planning([{"role": "user", "content": reminder + filler}], 0)
    assert plan_mode.planning([{"role": "user", "content": reminder + "x" * 10 * plan_mode.MOST_READ}], 0) is False
    system = {"role": "system", "content": "Plan mode is active"}
    assert plan_mode.planning([system, {"role": "user", "content": "x" * 10 * plan_mode.MOST_READ}], 1)
