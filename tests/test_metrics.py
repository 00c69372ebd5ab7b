"""What Prometheus is told: read from the client library's registry, as LiteLLM's /metrics serves it."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import litellm
import prometheus_client
import pytest

import litellm_minimax
from litellm_minimax.hybrid.accounting.spend import PhaseName
from litellm_minimax.hybrid.asking import policy
from litellm_minimax.hybrid.thinking.reasoner import EndedBy
from litellm_minimax.memory import reasoning_memory
from litellm_minimax.observability import metrics, values
from litellm_minimax.observability.definitions import METRICS
from litellm_minimax.simulator import Answer, Fault, Simulator, ToolCall
from litellm_minimax.upstream import errors
from litellm_minimax.upstream.error_table import BY_CODE, BY_STATUS

PACKAGE = Path(errors.__file__).parents[1]
REASONER, EXECUTOR = "minimax/MiniMax-M2", "minimax/MiniMax-M2.7"
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}


class Figures:
    """Our samples by name and labels, and what they have grown by since the last :meth:`start`."""

    def start(self):
        self.before = self.now()

    def now(self):
        metrics.expose()
        return {
            (sample.name.removeprefix("litellm_minimax_"), *sample.labels.values()): sample.value
            for family in prometheus_client.REGISTRY.collect()
            for sample in family.samples
            if sample.name.startswith("litellm_minimax_") and not sample.name.endswith(("_created", "_bucket"))
        }

    def grown(self):
        new = {series: value - self.before.get(series, 0) for series, value in self.now().items()}
        return {series: value for series, value in new.items() if value}


@pytest.fixture
def figures(monkeypatch):
    monkeypatch.setenv("MINIMAX_API_KEY", "sk-test")
    reasoning_memory.clear()
    made = Figures()
    made.start()
    return made


@pytest.fixture
def sim(monkeypatch):
    with Simulator() as started:
        monkeypatch.setenv("MINIMAX_API_BASE", started.base_url)
        yield started


def ask(model, text="Fix the parser.", **more):
    return litellm.acompletion(model, messages=[{"role": "user", "content": text}], **more)


async def test_a_hybrid_counts_once_with_the_figures_of_its_own_breakdown(sim, figures):
    sim.on(lambda body: True, Answer("The parser is fixed.", reasoning="First the lexer."))
    answer = await ask(f"hybrid/[{REASONER},{EXECUTOR}]")
    grown = figures.grown()
    first, second = answer.choices[0].message.provider_specific_fields["hybrid"]["phases"]
    assert grown.pop(("hybrid_decisions_total", "reasoned", "user_turn")) == 1
    assert grown.pop(("hybrid_requests_total", "answered")) == 1
    assert grown.pop(("hybrid_hand_over_seconds_count",)) == 1
    assert 0 < grown.pop(("hybrid_hand_over_seconds_sum",)) < 5
    for phase, model in ((first, REASONER), (second, EXECUTOR)):
        name = phase["phase"]
        assert grown.pop(("hybrid_phase_duration_seconds_count", name, phase["ended_by"])) == 1
        grown.pop(("hybrid_phase_duration_seconds_sum", name, phase["ended_by"]), None)
        read = grown.pop(("hybrid_tokens_total", name, model, "input"), 0)
        assert read + grown.pop(("hybrid_tokens_total", name, model, "cached_input"), 0) == phase["prompt_tokens"]
        assert grown.pop(("hybrid_tokens_total", name, model, "output")) == phase["completion_tokens"]
        assert grown.pop(("hybrid_cost_dollars_total", name, model)) == pytest.approx(phase["cost"])
    assert {series for series in grown if series[0].startswith("hybrid")} == set()


async def test_a_reasoner_that_is_never_reached_is_seen_and_costs_nothing(sim, figures):
    sim.on("MiniMax-M2.7", Answer("Fixed."))
    sim.on("MiniMax-M2", Fault("error", code=1002))
    await ask(f"hybrid/[{REASONER},{EXECUTOR}]", num_retries=0)
    grown = figures.grown()
    assert grown["hybrid_decisions_total", "degraded", "reasoner_error"] == 1
    assert grown["hybrid_phase_duration_seconds_count", "reasoning", "error"] == 1
    assert grown["errors_total", "1002"] >= 1
    assert not any(series[:2] == ("hybrid_tokens_total", "reasoning") for series in grown)


async def test_how_a_request_ended(sim, figures):
    sim.on("MiniMax-M2", Answer("", reasoning="Think. " * 4000, delay=0.02))
    sim.on("MiniMax-M2.7", Fault("error", code=1008))
    stream = await ask(f"hybrid/[{REASONER},{EXECUTOR}]", stream=True)
    await anext(stream)
    await stream.aclose()
    with pytest.raises(Exception, match="1008"):
        await ask(f"hybrid/[{EXECUTOR},{EXECUTOR}]")
    grown = figures.grown()
    assert (grown["hybrid_requests_total", "left"], grown["hybrid_requests_total", "failed"]) == (1, 1)
    assert grown["hybrid_phase_duration_seconds_count", "reasoning", "abandoned"] == 1


async def test_no_name_that_a_client_made_up_becomes_a_series(sim, figures, monkeypatch):
    sim.on(lambda body: True, Answer("Fixed.", reasoning="Hm."))
    groups = {"thinker": REASONER, "anything/*": "minimax/*"}
    listed = [{"model_name": name, "litellm_params": {"model": model}} for name, model in groups.items()]
    monkeypatch.setattr(litellm_minimax.hybrid_llm, "router", litellm.Router(model_list=listed))
    await ask("hybrid/[thinker,anything/MiniMax-M2.7]")
    models = {series[1:3] for series in figures.grown() if series[0] == "hybrid_tokens_total"}
    assert models == {("reasoning", "thinker"), ("execution", "other")}
    metrics.count(next(each for each in METRICS if "code" in each.labels), code="8888")
    assert figures.grown()["errors_total", "other"] == 1


async def test_the_reasoning_memory(sim, figures):
    sim.on("MiniMax-M2", Answer("Done."))
    sim.enqueue(Answer("", reasoning="Let me look.", tool_calls=[ToolCall("look", {})]))
    first = (await ask(REASONER, tools=[TOOL])).choices[0].message
    turn = {"role": "assistant", "content": None, "tool_calls": [call.model_dump() for call in first.tool_calls]}
    stranger = {**turn, "tool_calls": [{**turn["tool_calls"][0], "id": "call_of_another_replica"}]}
    for each in (turn, stranger):
        result = {"role": "tool", "tool_call_id": each["tool_calls"][0]["id"], "content": "nothing"}
        asked = [{"role": "user", "content": "Fix the parser."}, each, result]
        await litellm.acompletion(REASONER, messages=asked, tools=[TOOL])
    grown = figures.grown()
    outcomes = {name: grown.get(("reasoning_memory_total", name)) for name in ("stored", "hit", "miss")}
    assert outcomes == {"stored": 1, "hit": 1, "miss": 1}
    assert figures.now()["reasoning_memory_entries",] == 1


def test_the_labels_values_are_those_of_the_code():
    trees = [ast.parse(path.read_text()) for path in (PACKAGE / "hybrid").rglob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    decided = [call.args[1] for call in calls if ast.unparse(call.func) == "Decision"]
    words = {part.value for node in decided for part in ast.walk(node) if isinstance(part, ast.Constant)}
    assert len(words) > 10
    assert words <= set(values.REASONS)
    troubles = {f"reasoner_{each.removeprefix('reasoning_')}" for each in get_args(EndedBy)}
    assert {each for each in values.REASONS if each.startswith("reasoner_")} <= troubles | {"reasoner_empty"}
    assert {*policy.WORDS.values()} == set(values.DECISIONS)
    assert get_args(PhaseName) == values.PHASES
    assert set(get_args(EndedBy)) == set(values.ENDINGS)
    codes = {*map(str, BY_CODE), *(f"http_{status}" for status in BY_STATUS), "http_500", *values.BROKEN}
    assert codes == set(values.ERROR_CODES)


def run(code, **env):
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60,
        env={"LITELLM_LOCAL_MODEL_COST_MAP": "True", "PATH": os.environ["PATH"], **env},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_without_the_library_nothing_happens():
    assert run("""
import sys; sys.modules['prometheus_client'] = None
from litellm_minimax.observability import metrics
from litellm_minimax.observability.definitions import MEMORY
metrics.count(MEMORY, outcome='hit')
print(int(metrics.expose()))
""") == 0  # fmt: skip


def test_workers_add_up_although_litellm_sets_its_directory_after_the_registration(tmp_path):
    counted = run(f"""
import os, sys, json, litellm_minimax, litellm
assert 'prometheus_client' not in sys.modules, 'its mode would be chosen before LiteLLM sets the directory'
os.environ['PROMETHEUS_MULTIPROC_DIR'] = {str(tmp_path)!r}
from litellm_minimax.observability import metrics
from litellm_minimax.observability.definitions import MEMORY, MEMORY_ENTRIES
children = [pid for pid in (os.fork(), os.fork()) if pid]
metrics.expose()
metrics.count(MEMORY, outcome='hit')
metrics.hold(MEMORY_ENTRIES, 5)
[os.waitpid(pid, 0) for pid in children]
if len(children) < 2:
    os._exit(0)
from prometheus_client import CollectorRegistry, multiprocess
registry = CollectorRegistry()
multiprocess.MultiProcessCollector(registry)
print(json.dumps([registry.get_sample_value('litellm_minimax_reasoning_memory_total', {{'outcome': 'hit'}}),
                  registry.get_sample_value('litellm_minimax_reasoning_memory_entries'),
                  registry.get_sample_value('litellm_minimax_hybrid_requests_total', {{'outcome': 'failed'}})]))
""")  # fmt: skip
    assert counted == [4, 20, 0]
