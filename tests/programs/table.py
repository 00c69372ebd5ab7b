"""The programs that are tried: what is installed, how each is started, and what the simulated model says to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from litellm_minimax.simulator import Answer, ToolCall

SCRIPTS = Path(__file__).resolve().parent / "scripts"
FIRST, LAST = "The warehouse has to be asked for its bolts.", "That is the number, so nothing is left to ask."
"""What the model thinks in the first round and in the last."""
FOUND = "There are 42 bolts."


@dataclass(frozen=True, slots=True)
class Program:
    """One program with LiteLLM inside.

    Attributes:
        name: as its makers write it.
        package: whose version is told.
        needs: what pip installs, pinned.
        command: how it is started; the first word is looked for in its environment's ``bin``.
        says: the model's answers, one for each request that the program makes.
        tool_loop: whether its tool calls are calls on the wire, so that thinking has a call to go back to. Else the
            program writes them into its prompts as text.
        shows: whether what it prints has the model's thinking.
        done: what it prints when all went well.
        files: what lies in its working directory.
        variables: set for it alone.
        keeps_litellm: whether it works with the LiteLLM that it pins alone, so that this package is installed beside it
            without its own requirements.
        own_agent: the beginning of its own ``User-Agent``, if it sends one; a caller's headers win.
    """

    name: str
    package: str
    needs: tuple[str, ...]
    command: tuple[str, ...]
    says: tuple[Answer, ...]
    tool_loop: bool
    shows: bool
    done: str = FOUND
    files: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    keeps_litellm: bool = False
    own_agent: str = ""

    @property
    def folder(self) -> str:
        """The name of its environment's folder."""
        return self.package


def _calls(name: str, **arguments: object) -> Answer:
    return Answer(reasoning=FIRST, tool_calls=[ToolCall(name, arguments)])


def _fields(**values: object) -> str:
    """An answer in the form that DSPy's prompts ask for."""
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
    return "\n\n".join(f"[[ ## {name} ## ]]\n{text}" for name, text in {**texts, "completed": ""}.items())


ASK_STOCK = _calls("stock", part="bolts")
ANSWER = Answer(FOUND, LAST)

MENDED = Answer("calc.py\n```\ndef add(a, b):\n    return a + b\n```\nMended.", LAST)
CALC = {"calc.py": "def add(a, b):\n    return a - b\n"}
QUIETLY = ("--no-git", "--yes-always", "--no-show-model-warnings", "--no-check-update", "--analytics-disable", "--no-pretty",
           "--message", "The sign in calc.py is wrong. Mend it.")  # fmt: skip

PROGRAMS = (
    Program(
        "aider", "aider-chat", ("aider-chat==0.86.2",),
        # Its LiteLLM is older than the claim's parts and streams a custom provider's answers in an older form.
        ("aider", "--model", "minimax-plugin/MiniMax-M2", "--no-stream", *QUIETLY, "calc.py"),
        (MENDED,),
        tool_loop=False, shows=True, done="Applied edit to calc.py", files=CALC, variables={"MINIMAX_CLAIM": "off"}, keeps_litellm=True,
    ),
    Program(
        "DSPy", "dspy", ("dspy==3.4.1",), ("python", str(SCRIPTS / "dspy_program.py")),
        (
            Answer(_fields(next_thought="Ask.", next_tool_name="stock", next_tool_args={"part": "bolts"}), FIRST),
            Answer(_fields(next_thought="Done.", next_tool_name="finish", next_tool_args={}), LAST),
            Answer(_fields(reasoning="The tool said so.", answer=FOUND), LAST),
        ),
        tool_loop=False, shows=True, own_agent="DSPy/",
    ),
    Program(
        "smolagents", "smolagents", ("smolagents[litellm]==1.26.0",), ("python", str(SCRIPTS / "smolagents_program.py")),
        (ASK_STOCK, Answer(reasoning=LAST, tool_calls=[ToolCall("final_answer", {"answer": FOUND})])),
        tool_loop=False, shows=True,
    ),
    Program(
        "CrewAI", "crewai", ("crewai[litellm]==1.15.30",), ("python", str(SCRIPTS / "crewai_program.py")),
        (ASK_STOCK, ANSWER),
        tool_loop=True, shows=False,
        variables={"CREWAI_DISABLE_TELEMETRY": "true", "OTEL_SDK_DISABLED": "true", "CREWAI_TRACING_ENABLED": "false"},
    ),
    Program(
        "openai-agents", "openai-agents", ("openai-agents[litellm]==0.24.0",),
        ("python", str(SCRIPTS / "openai_agents_program.py")),
        (ASK_STOCK, ANSWER),
        tool_loop=True, shows=True, own_agent="Agents/Python",
    ),
    Program(
        "langchain-litellm", "langchain-litellm", ("langchain-litellm==0.11.2", "langchain==1.5.2"),
        ("python", str(SCRIPTS / "langchain_program.py")),
        (ASK_STOCK, ANSWER),
        tool_loop=True, shows=True,
    ),
    Program(
        "mini-swe-agent", "mini-swe-agent", ("mini-swe-agent==2.4.6",),
        ("mini", "--model", "minimax/MiniMax-M2", "--yolo", "--exit-immediately", "--output", "run.traj.json",
         "--task", "Write the number of bolts into stock.txt."),
        (
            _calls("bash", command=f"echo '{FOUND}' > stock.txt; cat stock.txt"),
            Answer(reasoning=LAST, tool_calls=[ToolCall("bash", {"command": "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"})]),
        ),
        tool_loop=True, shows=False,
        variables={"MSWEA_CONFIGURED": "true", "MSWEA_SILENT_STARTUP": "true"},
    ),
)  # fmt: skip
