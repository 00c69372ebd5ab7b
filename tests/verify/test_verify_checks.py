"""Each check confirms what it should, and can fail: for each there is a switch of the simulator that refutes it alone."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from litellm_minimax.simulator import Fault, Quirks, Simulator
from litellm_minimax.upstream import addresses
from litellm_minimax.verify import run, table
from litellm_minimax.verify.told import Told
from tests.verify.other_server import serving

KEY = "sk-api-key-of-a-test"
SWITCHES = {
    "served-m2": "gone:m2",
    "served-m2.1": "gone:m2.1",
    "served-abab": "gone:abab",
    "tool-loop": "missing_content:reject",
    "split": "reasoning_split:ignored",
    "increments": "cumulative_reasoning",
    "history-details": "history_reasoning:details_lost",
    "history-content": "history_reasoning:content_lost",
    "thinking-switch": "thinking_switch:ignored",
    "thinking-types": "thinking_types:lenient",
    "thought-only": "thought_only:reject",
    "orphan-results": "orphans:accept",
    "empty-content": "empty_content:accept",
    "tool-choice-m2": "tool_choice:obeyed",
    "tool-choice-m3": "tool_choice:ignored",
    "stream-end": "no_finish",
    "usage": "usage_fields:total",
    "cache": "passive_cache:false",
    "wrong-key": "wrong_key_status:403",
    "stream-refusal": "validation:frame",
    "messages-bearer": "anthropic_auth:x-api-key",
    "messages-custom-tools": "anthropic_tool_type:reject",
    "messages-signature": "signatures:checked",
    "several-system": "several_system:accept",
    "stop": "stop:heeded",
    "response-format": "json_answers:enforced",
    "temperature": "temperature:(0,1]",
    "tier-m3.1": "service_tier:reject",
    "tier-m2": "service_tier:everywhere",
    "one-choice": "n:reject",
    "retired": "retired:replaced",
    "id-case": "id_case:sensitive",
    "unknown-model": "unknown_model_status:404",
    "output-cap": "output_cap:131072",
    "her-context": "her_context:2048",
}
MEDIA = {
    "embeddings": "embedding_size:1024",
    "embeddings-tokens": "embedding_tokens:zero",
    "embeddings-many": "embedding_most:20",
    "image": "image_false_success",
    "image-style": "live_style:object",
    "h3-usage": "image_usage:false",
    "h3-edit": "h3_edits:multipart",
    "h3-long-edit": "h3_edit_prompt:8000",
    "h3-compression": "h3_compression:unknown",
}
"""The checks that are asked only with --embeddings and --images."""
PAID = table.ALL[len(table.CHECKS) :]


def found(base, checks=table.CHECKS, **plan):
    """The findings of a run and its plan."""
    made = run.Plan(checks, addresses.resolve(base, {}), KEY, **{"seconds": 10.0, **plan})
    told = []
    findings = asyncio.run(run.run(made, told.append))
    assert sorted(told, key=lambda one: one.check.key) == sorted(findings, key=lambda one: one.check.key)
    return findings, made


def statuses(findings):
    return {finding.check.key: finding.verdict.status for finding in findings}


def test_the_simulator_confirms_all_of_it_within_the_plan():
    with Simulator() as sim:
        findings, plan = found(sim.base_url)
        assert statuses(findings) == dict.fromkeys(SWITCHES, "confirmed")
    assert 0 < plan.budget.spent <= plan.most <= plan.max_cost
    for finding in findings:
        sent = [exchange for exchange in finding.exchanges if exchange.body["model"] in finding.check.models]
        assert len(sent) <= finding.check.requests, finding.check.key
        told = sum(len(str(exchange.body).encode()) for exchange in finding.exchanges)
        assert told <= finding.check.prompt_bytes + 200, finding.check.key


@pytest.mark.parametrize("key", SWITCHES)
def test_a_switch_refutes_its_check_and_no_other(key):
    with Simulator(quirks=Quirks().with_named(SWITCHES[key])) as sim:
        findings, _ = found(sim.base_url)
    assert {name for name, status in statuses(findings).items() if status == "refuted"} == {key}


def test_embeddings_and_pictures_are_confirmed_within_the_plan():
    with Simulator() as sim:
        findings, plan = found(sim.base_url, PAID, max_cost=0.30)
    assert statuses(findings) == dict.fromkeys(MEDIA, "confirmed")
    assert 0 < plan.budget.spent <= plan.most <= 0.30


@pytest.mark.parametrize("key", MEDIA)
def test_a_switch_refutes_its_check_about_media_and_no_other(key):
    with Simulator(quirks=Quirks().with_named(MEDIA[key])) as sim:
        findings, _ = found(sim.base_url, PAID, max_cost=0.30)
    refuted = {name for name, status in statuses(findings).items() if status == "refuted"}
    assert refuted == {key} | ({"h3-long-edit"} if key == "h3-edit" else set()), "what takes no JSON takes no long edit"


def test_pictures_are_asked_about_only_if_asked_for():
    usual = table.asked_for([], embeddings=False, images=False)
    assert usual == list(table.CHECKS)
    assert table.asked_for(["image"], embeddings=True, images=False) == [*usual, *PAID[:4]]
    assert len(table.asked_for([], embeddings=True, images=True)) == len(table.ALL)


@pytest.mark.parametrize(
    ("key", "otherwise"),
    [("stop", {"heeds_stop": True}), ("history-details", {"sees_thoughts": False}), ("wrong-key", {"wrong_key": 403})],
)
def test_a_server_that_shares_nothing_with_the_simulator_is_told_apart_too(key, otherwise):
    checks = [table.BY_KEY[key]]
    with serving() as base:
        assert statuses(found(base, checks)[0]) == {key: "confirmed"}
    with serving(**otherwise) as base:
        assert statuses(found(base, checks)[0]) == {key: "refuted"}


@pytest.mark.parametrize(
    ("key", "told", "status"),
    [
        ("history-details", Told(thoughts=["An animal …"], finish="length", choices=1), "not settled"),
        ("history-details", Told(text="The quokka is", finish="length"), "confirmed"),
        ("stop", Told(text="alpha beta", finish="length"), "not settled"),
        ("stop", Told(text="<think>alpha beta gamma</think>alpha beta", finish="stop"), "refuted"),
        ("response-format", Told(text="<think>Paris</think>\n{}", finish="stop"), "refuted"),
        ("response-format", Told(text="<think>Paris", finish="length"), "not settled"),
        ("tool-choice-m2", Told(text="<think>Paris", finish="length"), "not settled"),
        ("tool-choice-m3", Told(text="<think>Paris", finish="length"), "not settled"),
        ("split", Told(text="No.", finish="stop"), "not settled"),
        ("retired", Told(text="OK", finish="stop"), "not settled"),
        *((key, Told(code=2013, error="invalid params"), "not settled")
          for key in ("served-m2", "retired", "id-case", "stream-end", "usage", "cache", "increments")),
    ],
)  # fmt: skip
def test_an_answer_that_was_cut_or_refused_for_another_reason_settles_nothing(key, told, status):
    class Asker:
        model = "MiniMax-M2"

        async def chat(self, *_, **__):
            return told

    assert asyncio.run(table.BY_KEY[key].question(Asker())).status == status


@pytest.mark.parametrize("key", ["served-m2", "retired"])
def test_a_model_that_the_plan_does_not_have_settles_nothing(key):
    with Simulator() as sim:
        sim.enqueue(*[Fault("error", code=2061) for _ in table.BY_KEY[key].models])
        findings, _ = found(sim.base_url, [table.BY_KEY[key]])
    assert statuses(findings) == {key: "not settled"}


@pytest.mark.parametrize("behaviour", ["hang", "broken", "lies"])
def test_it_ends_with_a_finding_for_every_check_whatever_the_server_does(behaviour):
    with serving(behaviour=behaviour) as base:
        findings, plan = found(base, seconds=0.2, max_seconds=2.0)
    assert len(findings) == len(table.CHECKS)
    if behaviour != "lies":
        assert set(statuses(findings).values()) == {"not settled"}
    assert plan.budget.spent <= plan.max_cost


def test_a_check_that_fails_by_itself_does_not_take_the_others_with_it():
    async def broken(_):
        raise IndexError("nothing there")

    checks = [dataclasses.replace(table.BY_KEY["stop"], key="broken", question=broken), table.BY_KEY["usage"]]
    with Simulator() as sim:
        findings, _ = found(sim.base_url, checks)
    assert statuses(findings) == {"broken": "not settled", "usage": "confirmed"}
    assert "IndexError('nothing there')" in findings[0].verdict.because


def test_nothing_is_sent_beyond_the_bound():
    with Simulator() as sim:
        findings, plan = found(sim.base_url, max_cost=0.001)
        bodies = len([request for request in sim.requests if "wrong" not in request.headers["authorization"]])
    assert plan.budget.spent <= 0.001
    left_out = [finding for finding in findings if "--max-cost" in finding.verdict.because]
    assert left_out
    assert bodies == sum(len(finding.exchanges) for finding in findings) - 1
