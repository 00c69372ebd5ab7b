"""One run of every task with every contender in inspect; it continues where an earlier run was interrupted."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from litellm_minimax.eval.contender import Contender, Prices
from litellm_minimax.eval.result import Result, Results, Spent, key_of
from litellm_minimax.eval.task import Task
from litellm_minimax.verify.asking import Budget

LOGS = "logs"
RESULTS = "results.jsonl"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure.

    Attributes:
        tasks: the tasks.
        contenders: the contenders.
        out: the folder of results, logs and report.
        budget: what this run may spend.
        prices: the prices of the models.
        answer_tokens: the most tokens of one answer, including its thinking.
        turns: the most calls for a task with a repository.
        at_once: how many tasks each contender works on at a time.
        seconds: the timeout of one call.
        simulated: whether the models are simulated, so that the results are no measurement.
    """

    tasks: Sequence[Task]
    contenders: Sequence[Contender]
    out: Path
    budget: Budget
    prices: Prices = field(default_factory=Prices)
    answer_tokens: int = 16_384
    turns: int = 15
    at_once: int = 2
    seconds: float = 300.0
    simulated: bool = False

    def key(self, task: Task, contender: Contender) -> str:
        """Return the key under which a result is kept."""
        return key_of(task, contender, (self.answer_tokens, self.turns, self.simulated))

    def most(self, contender: Contender) -> float:
        """Return the most that the first calls of all tasks may cost; tool loops cost more, most answers far less."""
        return sum(
            contender.most(len(task.prompt.encode()) + 2_000, self.answer_tokens, self.prices) for task in self.tasks
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """The results of a run.

    Attributes:
        results: the results by contender and task.
        missing: by contender and task, why there is no result.
        earlier: how many results come from an earlier run.
    """

    results: Mapping[tuple[str, str], Result]
    missing: Mapping[tuple[str, str], str]
    earlier: int


def run(plan: Plan, tell: Callable[[Result], None]) -> Measured:
    """Measure what no earlier run has measured. A failing model does not fail the run.

    Args:
        plan: what to measure.
        tell: called with each result as it arrives.
    """
    plan.out.mkdir(parents=True, exist_ok=True)
    kept = Results(plan.out / RESULTS)
    open_tasks = {
        contender.name: [task for task in plan.tasks if plan.key(task, contender) not in kept.held]
        for contender in plan.contenders
    }
    pairs = [(contender, task) for contender in plan.contenders for task in plan.tasks]
    earlier = len(pairs) - sum(map(len, open_tasks.values()))
    errors = _ask(plan, open_tasks, kept, tell) if earlier < len(pairs) else {}
    results = {
        (contender.name, task.name): kept.held[key]
        for contender, task in pairs
        if (key := plan.key(task, contender)) in kept.held
    }
    missing = {
        pair: errors.get(pair, "the run was ended before it")
        for contender, task in pairs
        if (pair := (contender.name, task.name)) not in results
    }
    return Measured(results, missing, earlier)


def _ask(
    plan: Plan, open_tasks: Mapping[str, Sequence[Task]], kept: Results, tell: Callable[[Result], None]
) -> dict[tuple[str, str], str]:
    """Measure with inspect, and return why some tasks have no result."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import inspect_ai

    asked = [(contender, some) for contender in plan.contenders if (some := open_tasks[contender.name])]
    logs = inspect_ai.eval(
        [_inspect_task(plan, contender, some, kept, tell) for contender, some in asked],
        log_dir=str(plan.out / LOGS), display="none", max_tasks=len(asked), max_samples=plan.at_once,
        max_connections=plan.at_once, fail_on_error=False, score_display=False, log_level="critical",
        log_realtime=False, ctl_server=False, acp_server=False,
    )  # fmt: skip
    errors = {}
    for (contender, _), log in zip(asked, logs, strict=False):
        for sample in log.samples or ():
            if sample.error is not None:
                errors[contender.name, str(sample.id)] = sample.error.message[:500]
    return errors


def _inspect_task(
    plan: Plan, contender: Contender, tasks: Sequence[Task], kept: Results, tell: Callable[[Result], None]
) -> Any:
    from inspect_ai import Task as InspectTask
    from inspect_ai.dataset import MemoryDataset, Sample

    from litellm_minimax.eval import calling, solving

    by_name = {task.name: task for task in tasks}

    def note(task: Task, passed: bool, said: str, spent: Spent) -> None:
        result = Result(contender.name, task.name, task.grade, plan.key(task, contender), passed, said, spent)
        kept.add(result)
        tell(result)

    return InspectTask(
        dataset=MemoryDataset([Sample(id=task.name, input=task.prompt) for task in tasks]),
        solver=solving.answering(by_name, plan.turns),
        scorer=solving.hidden_tests(by_name, note),
        model=calling.model(contender, calling.Purse(plan.budget, plan.prices), plan.answer_tokens, plan.seconds),
        name=contender.name.replace(" ", "-"),
    )
