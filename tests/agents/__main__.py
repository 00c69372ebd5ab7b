"""The real coding agents against `litellm-minimax serve`, on simulated models: `make agents`.

    python -m tests.agents                       all agents on all models
    python -m tests.agents --agent codex --model MiniMax-M2 --keep

Each agent is pointed at the proxy with the very lines that `serve` prints, in an empty home directory, and asked to
mend a program. The simulator plays the model: read the file, edit it wrongly, run the test, see it fail, edit it
again, run the test, DONE. A run is good if the file ends as scripted, the agent says DONE, no request was refused,
and every turn of the tool loop came back to the model with its reasoning. On a hybrid a second task runs three commands
that all succeed; there its reasoner must have been asked exactly once for the person's message and once more for each
command that failed, and never for what the agent asks on its own (its requests without tools). On hybrid-advisor the
script consults once in its middle. On hybrid-plan the reasoner is asked for a failed command only; a third task is
planned there in the agent's plan mode, by the reasoning model alone, and after that the plan is accepted, and the same
session goes on with the executor at work.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from litellm_minimax.cli.proxy_child import answers, free_port, new_master_key
from litellm_minimax.cli.recipes import KEY_VARIABLE, recipes
from litellm_minimax.cli.simulated import StandIns, stand_ins

HERE = Path(__file__).resolve().parent
MODELS = ("MiniMax-M2", "MiniMax-M3", "hybrid-coder", "hybrid-advisor", "hybrid-plan")
ADVISOR = "consult_advisor"
RUN_SECONDS = 180
BROKEN, WRONG, RIGHT = "return a - b", "return a * b", "return a + b"
PROGRAM = f"def add(a, b):\n    {BROKEN}\n"
# Without bytecode: two edits within a second that keep the size would not be seen.
TEST_COMMAND = "python3 -B test_calc.py"
TEST = "from calc import add\n\nassert add(2, 3) == 5, add(2, 3)\nprint('ok')\n"


@dataclass(frozen=True, slots=True)
class Agent:
    """How one agent is started on a prompt without a person beside it.

    Attributes:
        name: as its recipe is called.
        package: its npm package.
        command: what takes the place of the bare command in its recipe; ``{prompt}`` and ``{model}`` are filled in.
        settings: where a recipe that is a file goes, under the home (``~``) or the working directory.
    """

    name: str
    package: str
    command: str
    settings: str | None = None
    plans: str = ""
    """What takes the place of ``command`` to plan first, and then to work in the same session; ``{work}`` is the prompt
    for that."""

    def in_plan_mode(self) -> Agent:
        """The agent, started in its plan mode."""
        return replace(self, command=self.plans)


@dataclass(frozen=True, slots=True)
class Task:
    """What an agent is asked to do, and how it ends.

    Attributes:
        name: for the table.
        prompt: what a person says; ``{work}`` is the working directory.
        directive: the script for the simulator.
        file: what is looked at afterwards.
        ends: what that file then holds.
        failures: commands of the script that fail.
        then: what the person says when the plan is there, with its own script.
    """

    name: str
    prompt: str
    directive: str
    file: str
    ends: str
    failures: int
    then: str = ""


MEND = Task(
    "a test fails",
    "The test in {work}/test_calc.py fails. Mend calc.py and say DONE.",
    f"scenario=fix-test file={{work}}/calc.py test='cd {{work}} && {TEST_COMMAND}' "
    f"old='{BROKEN}' wrong='{WRONG}' new='{RIGHT}'",
    "calc.py",
    PROGRAM.replace(BROKEN, RIGHT),
    1,
)
COMMANDS = Task(
    "all succeed",
    "List the folder, write notes.txt, print it and say DONE.",
    "scenario=commands folder={work} file=notes.txt",
    "notes.txt",
    "ValueError: bad, exit code 1\n",
    0,
)
PLAN = Task(
    "plan, then work",
    "The test in {work}/test_calc.py fails. Plan how to mend calc.py, change nothing, and say DONE.",
    "scenario=plan file={work}/calc.py",
    MEND.file,
    MEND.ends,
    MEND.failures,
    f"The plan is fine. Do it, and say DONE. [[simulate: {MEND.directive}]]",
)
PLANNING_CALLS = 2
"""The script of a plan: read the file, tell the plan."""


AGENTS = (
    Agent("Claude Code", "@anthropic-ai/claude-code",
          "claude -p {prompt} --permission-mode acceptEdits --allowedTools Read,Edit,Bash",
          plans="claude -p {prompt} --permission-mode plan --allowedTools Read,Edit,Bash && "
                "claude --continue -p {work} --permission-mode acceptEdits --allowedTools Read,Edit,Bash"),
    Agent("Codex", "@openai/codex", "codex exec --skip-git-repo-check --sandbox danger-full-access {prompt}",
          "~/.codex/config.toml",
          plans=f"{sys.executable} {HERE / 'codex_plan.py'} {{model}} {{prompt}} {{work}}"),
    Agent("opencode", "opencode-ai", "opencode run --model litellm/{model} {prompt}", "opencode.json",
          plans="opencode run --agent plan --model litellm/{model} {prompt} && "
                "opencode run --continue --agent build --model litellm/{model} {work}"),
    Agent("qwen-code", "@qwen-code/qwen-code", "qwen --yolo --prompt {prompt}",
          plans="qwen --approval-mode plan --prompt {prompt} && qwen --continue --yolo --prompt {work}"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one run."""

    agent: str
    model: str
    task: str
    problems: tuple[str, ...]
    requests: int
    asked: int | None
    """How often a hybrid's reasoner was asked; ``None`` on a model that is none."""
    side_calls: int
    """Requests without tools: the agent's own."""
    turns: int
    intact: int
    seconds: float


def main() -> int:
    """Run what was asked for; 0 if all of it was good."""
    parser = argparse.ArgumentParser(prog="python -m tests.agents", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--agent", action="append", choices=[agent.name for agent in AGENTS])
    parser.add_argument("--model", action="append", help=f"default: {', '.join(MODELS)}")
    parser.add_argument("--prefix", type=Path, default=_default_prefix(), help="where the agents are installed")
    parser.add_argument("--config", help="a proxy configuration; the shipped one by default")
    parser.add_argument("--keep", action="store_true", help="keep the working directories and the proxy's log")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="litellm-minimax-agents-"))
    install(options.prefix)
    outcomes: list[Outcome] = []
    try:
        with stand_ins() as servers, (folder / "proxy.log").open("wb") as log:
            url, key, proxy = _serve(servers, log, options.config)
            try:
                for model in options.model or MODELS:
                    for agent in AGENTS:
                        for task in _tasks(model):
                            if not options.agent or agent.name in options.agent:
                                started = agent.in_plan_mode() if task is PLAN else agent
                                outcomes.append(run(started, model, task, url, key, servers, folder, options.prefix))
                                _show(outcomes[-1])
            finally:
                proxy.terminate()
                proxy.wait(20)
    finally:
        if options.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return int(any(outcome.problems for outcome in outcomes) or not outcomes)


def _tasks(model: str) -> tuple[Task, ...]:
    planning = (PLAN,) if model == "hybrid-plan" else ()
    return (MEND, COMMANDS, *planning) if _is_hybrid(model) else (MEND,)


def install(prefix: Path) -> None:
    """Install the pinned agents with npm, unless they are there."""
    pinned = (HERE / "package.json").read_text()
    marker = prefix / "package.json"
    if marker.exists() and marker.read_text() == pinned and (prefix / "node_modules" / ".ready").exists():
        return
    if shutil.which("npm") is None:
        raise SystemExit("npm is needed to install the agents.")
    print(f"Installing the agents into {prefix} …", flush=True)
    prefix.mkdir(parents=True, exist_ok=True)
    marker.write_text(pinned)
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=prefix, check=True)
    # Newer npms do not run a package's own install step unasked; these two fetch nothing, they link their binary.
    for package, step in (("@anthropic-ai/claude-code", "install.cjs"), ("opencode-ai", "postinstall.mjs")):
        subprocess.run(["node", step], cwd=prefix / "node_modules" / package, check=True, stdout=subprocess.DEVNULL)
    (prefix / "node_modules" / ".ready").touch()


def run(
    agent: Agent, model: str, task: Task, url: str, key: str, servers: StandIns, folder: Path, prefix: Path
) -> Outcome:
    """One agent on one model and task, from an empty home."""
    home = Path(tempfile.mkdtemp(prefix=f"{agent.name.split()[0].lower()}-", dir=folder))
    work = home / "work"
    work.mkdir()
    (work / "calc.py").write_text(PROGRAM)
    (work / "test_calc.py").write_text(TEST)
    for server in (servers.minimax, servers.coder):
        server.reset()
    script = _script(agent, model, task, url, home, work)
    environment = {
        "HOME": str(home), "PATH": f"{prefix / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}",
        KEY_VARIABLE: key, "TERM": "dumb", "LANG": "C.UTF-8", "NO_COLOR": "1", "NO_PROXY": "127.0.0.1,localhost",
    }  # fmt: skip
    started = time.monotonic()
    with (home / "output.txt").open("wb") as output:
        try:
            done = subprocess.run(["bash", "-c", script], check=False, cwd=work, env=environment, stdin=subprocess.DEVNULL,
                                  stdout=output, stderr=subprocess.STDOUT, timeout=RUN_SECONDS)  # fmt: skip
            ended = f"it ended with exit code {done.returncode}" if done.returncode else ""
        except subprocess.TimeoutExpired:
            ended = f"it did not end within {RUN_SECONDS} s"
    said = (home / "output.txt").read_text(errors="replace")
    return _judged(agent, model, task, ended, said, work, servers, time.monotonic() - started)


def _is_hybrid(model: str) -> bool:
    return model.startswith("hybrid")


def _script(agent: Agent, model: str, task: Task, url: str, home: Path, work: Path) -> str:
    """The recipe, followed to the letter, with the agent's command given the prompt."""
    recipe = next(recipe for recipe in recipes(url, model) if recipe.client == agent.name)
    consult = f" consult={ADVISOR}" if model == "hybrid-advisor" else ""
    prompt = f"{task.prompt.format(work=work)} [[simulate: {task.directive.format(work=work)}{consult}]]"
    command = agent.command.format(prompt='"$PROMPT"', work='"$WORK"', model=model)
    lines = [f"export PROMPT={_quoted(prompt)}", f"export WORK={_quoted(task.then.format(work=work))}"]
    if agent.settings:
        path = Path(agent.settings.replace("~", str(home)))
        path = path if path.is_absolute() else work / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(recipe.text)
        return "\n".join([*lines, command])
    *settings, _bare_command = recipe.text.splitlines()
    return "\n".join([*lines, *settings, command])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _judged(
    agent: Agent, model: str, task: Task, ended: str, said: str, work: Path, servers: StandIns, seconds: float
) -> Outcome:
    problems = [ended] if ended else []
    file = work / task.file
    left = file.read_text() if file.exists() else ""
    if left != task.ends:
        problems.append(f"{task.file} ends as {left[-40:]!r}")
    if "DONE" not in said:
        problems.append("it never said DONE")
    if "Is this the way to go?" in said:
        problems.append("it showed the consultation")
    if "<think>" in said:
        problems.append("it showed think tags")
    reports = [server.report() for server in (servers.minimax, servers.coder)]
    refused = sum(sum(report["errors_by_code"].values()) for report in reports)
    if refused:
        problems.append(f"{refused} requests were refused")
    turns = sum(report["tool_loop_turns"] for report in reports)
    intact = sum(report["tool_loop_turns_with_reasoning"] for report in reports)
    if turns == 0:
        problems.append("no tool loop was seen")
    if intact < turns:
        problems.append(f"{turns - intact} turns came back without their reasoning")
    requests = sum(report["requests"] for report in reports)
    answering = servers.coder if _is_hybrid(model) else servers.minimax
    side_calls = sum(1 for request in answering.requests if not (request.body or {}).get("tools"))
    asked = servers.minimax.report()["requests"] if _is_hybrid(model) else None
    planned = [body for request in servers.coder.requests if (body := request.body or {}).get("tools")
               and "The plan is fine." not in json.dumps(body)]  # fmt: skip
    if task is PLAN and planned:
        problems.append(f"the executor planned in {len(planned)} requests")
    due = {"hybrid-advisor": 1, "hybrid-plan": task.failures}.get(model, 1 + task.failures)
    due += PLANNING_CALLS if task is PLAN else 0
    if asked is not None and asked != due:
        problems.append(f"the reasoner was asked {asked} times, not {due}")
    return Outcome(agent.name, model, task.name, tuple(problems), requests, asked, side_calls, turns, intact, seconds)


def _serve(servers: StandIns, log: object, config: str | None) -> tuple[str, str, subprocess.Popen[bytes]]:
    """`litellm-minimax serve`, its models simulated by servers that are ours, so that they can be asked afterwards."""
    port, key = free_port(), new_master_key()
    environment = {**os.environ, **servers.environment, KEY_VARIABLE: key, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    command = [sys.executable, "-c", "from litellm_minimax.cli import main; main()", "serve", "--port", str(port)]
    command += ["--config", config] if config else []
    proxy = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 90
    while not answers(f"{url}/health/readiness"):
        if proxy.poll() is not None or time.monotonic() > deadline:
            proxy.terminate()
            raise SystemExit(f"litellm-minimax serve did not come up; see {getattr(log, 'name', 'its log')}")
        time.sleep(0.2)
    return url, key, proxy


def _default_prefix() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "litellm-minimax-agents"


def _show(outcome: Outcome) -> None:
    verdict = "good" if not outcome.problems else "; ".join(outcome.problems)
    asked = "-" if outcome.asked is None else outcome.asked
    print(
        f"{outcome.agent:12} {outcome.model:14} {outcome.task:13} {outcome.requests:3} requests  reasoner asked {asked}  "
        f"side calls {outcome.side_calls}  reasoning intact {outcome.intact:3}/{outcome.turns:<3} "
        f"{outcome.seconds:5.1f} s  {verdict}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
