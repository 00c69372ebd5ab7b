"""The whole of it on simulated models: it finds a difference where there is one, none where there is none, and holds its bound."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner

from litellm_minimax.cli import main
from litellm_minimax.cli.eval_simulated import simulated_models
from litellm_minimax.eval import calling, comparing, contender, running, task
from litellm_minimax.eval.answer import code_in
from litellm_minimax.eval.contender import EXECUTOR, REASONER, Prices
from litellm_minimax.eval.statistics import difference, estimate, is_shown
from litellm_minimax.verify.asking import Budget

TASKS = [one for one in task.load(task.SHIPPED) if one.grade == "easy" and one.name != "trailing_mean"]
M2, M3 = "minimax/MiniMax-M2", "minimax/MiniMax-M3"


def measure(out, shares, tasks, *, modes=(), limit=5.0, wrong=M2, right=M3):
    """Measure simulated models that pass these shares of the tasks; the report, the run, and how many were asked."""
    contenders = [contender.alone(EXECUTOR, wrong, None), contender.alone(REASONER, right, None)]
    contenders += [contender.hybrid(mode, right, wrong, None) for mode in modes]
    plan = running.Plan(tasks, contenders, out, Budget(limit), at_once=4)
    with simulated_models(tasks, wrong, right, shares) as sim:
        measured = running.run(plan, lambda _: None)
        return comparing.make(plan, measured), measured, sim.requests, plan


def eval_command(*arguments, **environment):
    return CliRunner().invoke(main, ["eval", *arguments], env=environment)


def test_a_difference_is_found_with_its_interval_and_none_between_two_that_answer_alike(tmp_path):
    report, measured, requests, plan = measure(tmp_path, (0.2, 1.0), TASKS[:9], modes=["notes"])
    assert not measured.missing
    executor, reasoner, notes = report.rows
    assert reasoner.passed.mean == 1.0
    assert executor.passed.mean == notes.passed.mean < 0.5
    compared = {(one.one, one.other): one for one in report.comparisons}
    better = compared[REASONER, EXECUTOR]
    assert better.shown
    assert 0 < better.passed.low < better.passed.mean < better.passed.high <= 1
    assert not compared["notes", EXECUTOR].shown
    assert compared["notes", EXECUTOR].dollars > 1.5
    assert compared["notes", REASONER].passed.high < 0
    assert report.sentence.startswith("No difference shown: on 9 tasks")
    assert plan.budget.spent == pytest.approx(sum(one.spent.dollars for one in measured.results.values()))

    asked = len(requests)
    again, measured, requests, _ = measure(tmp_path, (0.2, 1.0), TASKS[:9], modes=["notes"])
    assert asked > 27
    assert not requests
    assert (again.rows, measured.earlier) == (report.rows, 27)


def test_none_is_found_between_two_models_that_are_equally_good_at_different_tasks(tmp_path):
    report, _, _, _ = measure(tmp_path, (0.5, 0.5), TASKS[:8])
    (one,) = report.comparisons
    passed = [report.rows[at].passed.mean for at in (0, 1)]
    assert 0 < min(passed) <= max(passed) < 1
    assert one.passed.low < 0 < one.passed.high
    assert not one.shown


def test_a_repository_is_worked_on_with_tools_and_the_bound_is_held(tmp_path, monkeypatch):
    monkeypatch.setenv("MINIMAX_REASONING_MEMORY", "off")  # which would put back thinking that we lost
    repository = [one for one in TASKS if one.files][:1]
    report, _, requests, _ = measure(tmp_path / "all", (0.0, 1.0), repository)
    assert [row.passed.mean for row in report.rows] == [0.0, 1.0]
    last = [request.body["messages"] for request in requests][-1]
    results = [message["content"] for message in last if message["role"] == "tool"]
    assert results[0].endswith("is written.")
    assert results[1].startswith("test_shop.py: passed")
    thoughts = [message for message in last if message["role"] == "assistant"]
    assert all("A simulated thought." in json.dumps(message) for message in thoughts)

    first = running.Plan(repository, [contender.alone(EXECUTOR, M2, None)], tmp_path, Budget(1)).most(
        contender.alone(EXECUTOR, M2, None)
    )
    _, measured, requests, plan = measure(tmp_path / "bound", (0.0, 1.0), repository, limit=first)
    assert 0 < plan.budget.spent <= first
    assert 0 < len(requests) < 6
    assert all("--max-cost" in why for why in measured.missing.values())


def test_the_command_writes_a_report_a_person_can_read(tmp_path):
    names = [part for name in ("price_tag", "share_out") for part in ("--only", name)]
    told = eval_command("--simulate", *names, "--modes", "", "--out", str(tmp_path))
    assert told.exit_code == 0, told.output
    assert "in this run (--max-cost)" in told.output
    page = (tmp_path / "report.md").read_text()
    assert json.loads((tmp_path / "report.json").read_text())["sentence"] in page
    assert f"| {REASONER} against {EXECUTOR} |" in page
    words = {node.text for node in ET.parse(tmp_path / "report.svg").iter("{http://www.w3.org/2000/svg}text")}
    assert {EXECUTOR, REASONER, "100 %"} <= words
    logs = list((tmp_path / "logs").glob("*.eval"))
    assert len(logs) == 2


def test_mistakes_are_told_before_anything_is_asked(tmp_path, monkeypatch):
    assert "no task is called nothing" in eval_command("--only", "nothing").output
    assert "no mode is called fast; there are notes" in eval_command("--modes", "fast").output
    assert "--price openai/none=0.30/1.20" in eval_command("--executor", "openai/none").output
    assert "it is MODEL=IN/OUT" in eval_command("--price", "x=1").output
    assert "a preset of it there" in eval_command("--proxy", "http://127.0.0.1:9", "--modes", "advisor").output
    assert "--proxy URL" in eval_command("--hybrid", "mine").output
    told = eval_command(
        "--dry-run", "--executor", "openai/none", "--price", "openai/none=1/2", "--out", str(tmp_path / "x")
    )
    assert (told.exit_code, (tmp_path / "x").exists()) == (0, False)
    monkeypatch.setattr("litellm_minimax.cli.eval.find_spec", lambda _: None)
    told = eval_command("--dry-run")
    assert told.exit_code == 1
    assert "pip install 'litellm-minimax[eval]'" in told.output


def test_help_needs_neither_litellm_nor_inspect():
    program = (
        "import sys\nfrom litellm_minimax.cli import main\nmain(['eval', '--help'], standalone_mode=False)\n"
        "assert not {'litellm', 'inspect_ai'} & set(sys.modules), 'imported'"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--max-cost" in done.stdout


def test_a_bound_counts_all_that_a_hybrid_may_call():
    prices = Prices()
    alone = [contender.alone("x", model, None).most(1_000, 500, prices) for model in (M2, M3)]
    assert alone[0] == pytest.approx((1_000 * 0.30 + 500 * 1.20) / 1e6)
    notes, advisor = (contender.hybrid(mode, M3, M2, None).most(1_000, 500, prices) for mode in ("notes", "advisor"))
    assert advisor > 3 * notes > 3 * sum(alone)


def test_intervals():
    passed = estimate([1.0] * 30 + [0.0] * 30)
    assert (passed.mean, passed.count) == (0.5, 60)
    assert 0.36 < passed.low < 0.40 < 0.60 < passed.high < 0.64
    assert difference([1.0, 0.0], [1.0, 0.0]).mean == 0
    assert not is_shown([True] * 5, [False] * 5), "five tasks are too few to show anything"
    assert is_shown([True] * 6, [False] * 6)
    assert not is_shown([True, False] * 20, [False, True] * 20)


def test_the_code_of_an_answer():
    assert code_in("x = 1") == "x = 1"
    assert code_in("Here:\n```python\nx = 1\n```\nand\n```\ny\n```\n") == "x = 1\n"
    assert code_in("```py\nx = 1\ny = '```'\n") == "x = 1\ny = '```'\n"


def test_a_price_told_by_a_proxy_wins_over_the_table():
    class Told:
        _hidden_params = {"additional_headers": {"llm_provider-x-litellm-response-cost": "0.5"}, "response_cost": 0.1}

    alone = contender.alone("x", M2, None)
    assert calling._cost(Told(), alone, Prices(), 9.0) == 0.5
    del Told._hidden_params["additional_headers"]
    assert calling._cost(Told(), alone, Prices(), 9.0) == 0.1
