"""Programs that bring their own LiteLLM under ``litellm-minimax run``, on simulated MiniMax: `make programs`.

    python -m tests.programs                        all of them; the table goes into docs/programs.md
    python -m tests.programs --program aider --keep

Each program has an environment of its own and is started twice as its makers say, without a line about this package:
once under ``run``, where every request must carry the plugin's marks and every turn of a tool loop its reasoning, and
once without, where none must. What a program shows of the reasoning is read from what it prints.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from litellm_minimax.__about__ import __version__
from litellm_minimax.simulator import Simulator
from tests.programs.environments import ROOT, built_wheel, default_prefix, environment_for, versions
from tests.programs.table import FIRST, LAST, PROGRAMS, Program
from tests.reliability_page import write_section

PAGE = ROOT / "docs" / "programs.md"
RUN_SECONDS = 240
WITHOUT_SECONDS = 60
"""Some retry for minutes what the built-in provider has lost."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one start.

    Attributes:
        ended: exit code.
        said: all it printed.
        requests: that reached the simulator.
        agents: their ``User-Agent`` headers.
        split: requests that ask for the reasoning apart (``reasoning_split``), which the plugin alone does.
        refused: requests that were answered with an error.
        turns: assistant turns that came back with a tool call, over all requests.
        intact: those of them that had their reasoning.
    """

    ended: int
    said: str
    requests: int
    agents: frozenset[str]
    split: int
    refused: int
    turns: int
    intact: int

    @property
    def shown(self) -> bool:
        """Whether the model's thinking is in what was printed."""
        words = " ".join(self.said.split())
        return FIRST in words or LAST in words


def main() -> int:
    """Try what was asked for; 0 if all of it was good."""
    parser = argparse.ArgumentParser(prog="python -m tests.programs", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--program", action="append", choices=[program.name for program in PROGRAMS])
    parser.add_argument("--prefix", type=Path, default=default_prefix(), help="where the environments are")
    parser.add_argument("--keep", action="store_true", help="keep what the programs printed")
    options = parser.parse_args()
    chosen = [program for program in PROGRAMS if not options.program or program.name in options.program]
    folder = Path(tempfile.mkdtemp(prefix="litellm-minimax-programs-"))
    rows, failed = [], False
    try:
        wheel = built_wheel(folder)
        for program in chosen:
            home = environment_for(program, options.prefix, wheel)
            under, without = (
                start(program, home, folder, prefix) for prefix in ((str(home / "bin" / "litellm-minimax"), "run"), ())
            )
            problems = judged(program, under, without)
            failed = failed or bool(problems)
            print(f"{program.name:20} {'; '.join(problems) or 'good'}", flush=True)
            rows.append(_row(program, versions(home), under, without))
    finally:
        if options.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    if len(chosen) == len(PROGRAMS) and not failed:
        write_section("programs", _table(rows), PAGE)
    return int(failed)


def start(program: Program, home: Path, folder: Path, prefix: tuple[str, ...]) -> Outcome:
    """The program in an empty folder, on a simulator of its own."""
    work = Path(tempfile.mkdtemp(prefix=f"{program.folder}-", dir=folder))
    for name, text in program.files.items():
        (work / name).write_text(text)
    with Simulator() as simulator:
        simulator.enqueue(*program.says)
        environment = {
            "HOME": str(work), "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}", "LANG": "C.UTF-8", "TERM": "dumb",
            "NO_COLOR": "1", "COLUMNS": "200", "NO_PROXY": "127.0.0.1", "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "MINIMAX_API_KEY": "simulated", "MINIMAX_API_BASE": f"{simulator.base_url}/v1", **program.variables,
        }  # fmt: skip
        with (work / "output.txt").open("wb") as output:
            try:
                done = subprocess.run([*prefix, *program.command], check=False, cwd=work, env=environment, stdin=subprocess.DEVNULL,
                                      stdout=output, stderr=subprocess.STDOUT,
                                      timeout=RUN_SECONDS if prefix else WITHOUT_SECONDS)  # fmt: skip
                ended = done.returncode
            except subprocess.TimeoutExpired:
                ended = -1
        return _outcome(simulator, ended, (work / "output.txt").read_text(errors="replace"))


def _outcome(simulator: Simulator, ended: int, said: str) -> Outcome:
    simulator.wait_idle()
    requests = simulator.requests
    return Outcome(
        ended=ended,
        said=said,
        requests=len(requests),
        agents=frozenset(request.headers.get("user-agent", "none") for request in requests),
        split=sum((request.body or {}).get("reasoning_split") is True for request in requests),
        refused=sum(request.answered.status != 200 for request in requests),
        turns=sum(request.reasoning_turns for request in requests),
        intact=sum(request.reasoning_turns_intact for request in requests),
    )


def judged(program: Program, under: Outcome, without: Outcome) -> list[str]:
    """What is wrong with a program's two starts; nothing if all is well."""
    agent = program.own_agent or f"litellm-minimax/{__version__}"
    wrong = {
        f"it ended with {under.ended}: {under.said[-400:]}": under.ended != 0,
        f"it never said {program.done!r}": program.done not in under.said,
        f"{under.requests} requests, not {len(program.says)}": under.requests != len(program.says),
        f"{under.refused} requests were refused": under.refused > 0,
        f"its requests came as {', '.join(sorted(under.agents))}": not all(name.startswith(agent) for name in under.agents),
        f"{under.split} of {under.requests} requests ask for the reasoning apart": under.split != under.requests,
        f"{under.intact} of {under.turns} turns came back with their reasoning": under.intact != under.turns,
        f"{under.turns} turns of a tool loop came back": (under.turns > 0) != program.tool_loop,
        f"it shows {'the' if under.shown else 'no'} reasoning": under.shown != program.shows,
        "it shows think tags": "<think>" in under.said,
        "without `run` the plugin was there too": without.split > 0,
    }  # fmt: skip
    return [text for text, holds in wrong.items() if holds]


def _row(program: Program, installed: dict[str, str], under: Outcome, without: Outcome) -> str:
    agents = ", ".join(f"`{name}`" for name in sorted(under.agents))
    loop = f"{under.intact} of {under.turns}" if program.tool_loop else "no calls on the wire"
    shown = "yes" if under.shown else "no"
    before = "refused" if without.refused else f"{without.intact} of {without.turns}" if program.tool_loop else "–"
    cells = (
        f"{program.name} {installed[program.package.lower()]}",
        installed["litellm"],
        str(under.requests),
        agents,
        loop,
        before,
        shown,
    )
    return f"| {' | '.join(cells)} |"


def _table(rows: list[str]) -> str:
    head = (
        "program",
        "LiteLLM",
        "requests",
        "`User-Agent`",
        "turns returned with reasoning",
        "without `run`",
        "prints the reasoning",
    )
    when = f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, Linux."
    return "\n".join([f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |", *rows, "", when])


if __name__ == "__main__":
    sys.exit(main())
