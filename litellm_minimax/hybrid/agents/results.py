"""Whether a tool failed, according to the format in which each agent writes its tools' results.

Only the structure of a result counts: a flag, an exit code where the agent puts it, or the agent's own envelope. What
a tool has read (a log, a source file, a test report) does not count, whatever it says. The first envelope that matches
a result decides: with exit code 0 it is a success, whatever its content.

Each row names the source from which its format is known. Envelopes are matched only at the beginning and the end of a
result, never in the middle.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from litellm_minimax.hybrid.agents.message_text import Message, text_of

Call: TypeAlias = tuple[str, str]
"""A tool's name and the JSON text of its arguments."""

_HEAD = 1_000
"""How many characters at the beginning of a result are searched for an envelope."""
_TAIL = 1_500
"""How many characters at the end of a result are searched for an envelope."""
_JSON_MOST = 2_000_000
"""A result with more characters than this is not read as JSON."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One format of one agent's results.

    Attributes:
        agent: the agents that use it.
        learned: the source and version from which it is known.
        code: returns the exit code of a result as text, ``"failed"`` if it failed without a code, or ``None`` if the
            result does not have this format.
        tools: names of the tools whose results have this format; empty means all.
        flagged_too: the agent also sets ``is_error``, so the format is not needed where that flag is known.
        could_be_read: a file may contain the same text, so the format counts only for tools that run commands, and
            only for commands that do more than read.
    """

    agent: str
    learned: str
    code: Callable[[str], str | None]
    tools: frozenset[str] = field(default_factory=frozenset)
    flagged_too: bool = False
    could_be_read: bool = False


def _opens(pattern: str) -> Callable[[str], str | None]:
    """Match a pattern at the beginning; return its group ``code``, or ``"failed"`` without one."""
    compiled = re.compile(pattern)

    def code(text: str) -> str | None:
        found = compiled.match(text[:_HEAD].lstrip())
        return found and (found.groupdict().get("code") or "failed")

    return code


def _closes(pattern: str) -> Callable[[str], str | None]:
    """Match a pattern at the end, from the start of a line; return as :func:`_opens` does."""
    compiled = re.compile(pattern)

    def code(text: str) -> str | None:
        tail = text[-_TAIL:].rstrip()
        at = max(tail.rfind("\n"), 0)
        while at >= 0:
            found = compiled.fullmatch(tail, at)
            if found:
                return found.groupdict().get("code") or "failed"
            if at == 0 or len(tail) - at > _TAIL // 2:
                return None
            at = max(tail.rfind("\n", 0, at), 0)
        return None

    return code


def _wraps(opening: str, closing: str) -> Callable[[str], str | None]:
    def code(text: str) -> str | None:
        inner = text.strip()
        return "failed" if inner.startswith(opening) and inner.endswith(closing) else None

    return code


def _command_report(text: str) -> str | None:
    """Read `Command: … Output: … Error: … Exit Code: N, Signal: …`; only the last pair of the latter lines counts."""
    if not text.startswith(("Command: ", "Directory: ")):
        return None
    at = text.rfind("\nExit Code: ")
    found = _EXIT_AND_SIGNAL.match(text, at + 1) if at >= 0 else None
    if found is None:
        return None
    return found["code"] if found["code"].lstrip("-").isdigit() else ("0" if found["signal"] == "(none)" else "failed")


def _output_report(text: str) -> str | None:
    """Read `Output: …`, a line with the exit code unless that is 0, and further lines in a fixed order."""
    if not text.startswith("Output: "):
        return None
    told = {"Process Group PGID": "", "Background PIDs": "", "Signal": "", "Exit Code": ""}
    lines = text[-_TAIL:].rstrip().split("\n")
    for name in told:
        if lines[-1].startswith(f"{name}: "):
            told[name] = lines.pop().removeprefix(f"{name}: ")
    return told["Exit Code"] or ("failed" if told["Signal"] else None)


def _json_report(read: Callable[[Mapping[str, object]], str | None]) -> Callable[[str], str | None]:
    def code(text: str) -> str | None:
        if not text.lstrip().startswith("{") or not text.rstrip().endswith("}") or len(text) > _JSON_MOST:
            return None
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return read(value) if isinstance(value, Mapping) else None

    return code


def _codex_json(value: Mapping[str, object]) -> str | None:
    metadata = value.get("metadata")
    if set(value) != {"output", "metadata"} or not isinstance(metadata, Mapping):
        return None
    return str(metadata.get("exit_code", "")) or None


def _roo_json(value: Mapping[str, object]) -> str | None:
    own = value.get("message") == "The tool execution failed" or value.get("type") in _ROO_ERRORS
    return "failed" if value.get("status") == "error" and own else None


def _mini_json(value: Mapping[str, object]) -> str | None:
    told = value.get("returncode")
    return str(told) if isinstance(told, int) and set(value) & {"output", "output_head"} else None


def _mcp_json(value: Mapping[str, object]) -> str | None:
    failed = value.get("isError") is True and isinstance(value.get("content"), list)
    return "failed" if failed else None


_ROO_ERRORS = ("access_denied", "invalid_argument", "unknown_tool", "unknown_server")
_EXIT_AND_SIGNAL = re.compile(r"Exit Code: (?P<code>-?\d+|\(none\))\nSignal: (?P<signal>\S+)")
_CODEX = "openai/codex rust-v0.169 to 0.171, core/src/tools"
_GEMINI_SHELL = frozenset({"run_shell_command", "shell"})
_CODEX_SHELL = frozenset(
    {"shell", "shell_command", "exec_command", "write_stdin", "local_shell", "local_shell_call", "container.exec",
     "unified_exec", "exec", "wait"}
)  # fmt: skip
_CLINE_RESULT = r"(?:\[\w{1,60}[^\n]{0,600}\] Result:\s{0,4})?"
_EDITORS = frozenset(
    {"edit", "multiedit", "write", "patch", "apply_patch", "replace", "edit_file", "write_file", "write_to_file",
     "replace_in_file", "apply_diff", "search_and_replace", "search_replace", "notebookedit"}
)  # fmt: skip

ENVELOPES: tuple[Envelope, ...] = (
    Envelope("Claude Code", "2.1.197", _wraps("<tool_use_error>", "</tool_use_error>"), flagged_too=True),
    Envelope(
        "Claude Code", "2.1.197", _opens(r"Exit code (?P<code>\d+)(?:\n|\Z)"), frozenset({"bash"}), flagged_too=True,
        could_be_read=True,
    ),
    Envelope(
        "Codex",
        _CODEX,
        _opens(
            r"(?:Chunk ID: [^\n]{0,200}\n)?(?:Wall time: [^\n]{0,200}\n)?"
            r"Process exited with code (?P<code>-?\d+)(?:\n|\Z)"
        ),
        _CODEX_SHELL,
    ),
    Envelope("Codex", _CODEX, _opens(r"Exit code: (?P<code>-?\d+)\nWall time: "), _CODEX_SHELL | _EDITORS),
    Envelope("Codex", _CODEX, _opens(r"Script failed\nWall time"), _CODEX_SHELL),
    Envelope("Codex", _CODEX, _json_report(_codex_json), _CODEX_SHELL | _EDITORS),
    Envelope(
        "Codex",
        _CODEX,
        _opens(
            r"execution error: |failed to parse function arguments: |exec_command failed|Unified exec process failed: "
        ),
        _CODEX_SHELL | _EDITORS,
    ),
    Envelope("Codex", _CODEX, _opens(r"apply_patch verification failed: "), _CODEX_SHELL | _EDITORS),
    Envelope("qwen-code", "0.15.10 and 0.24.4, and gemini-cli before 0.20", _command_report, _GEMINI_SHELL),
    Envelope("gemini-cli", "0.61.0", _output_report, _GEMINI_SHELL, could_be_read=True),
    Envelope(
        "opencode", "1.18.33", _opens(r"The \w{1,60} tool was called with invalid arguments: "), flagged_too=True
    ),
    Envelope(
        "opencode",
        "1.18.33",
        _closes(
            r"\s*<(?:shell|bash)_metadata>\s*(?:shell|bash) tool terminated command[^<]*</(?:shell|bash)_metadata>"
        ),
        frozenset({"bash", "shell"}),
    ),
    Envelope(
        "Cline",
        "cline/cline src/core/prompts/responses.ts",
        _opens(_CLINE_RESULT + r"The tool execution failed with the following error:\n<error>\n"),
    ),
    Envelope(
        "Roo Code",
        "RooCodeInc/Roo-Code src/core/tools/ExecuteCommandTool.ts",
        _opens(
            _CLINE_RESULT + r"Command executed in terminal within working directory '[^\n]{0,500}'\. "
            r"(?:Command execution was not successful[^\n]{0,100}\n)?"
            r"(?:Exit code: (?P<code>-?\d+)|Process terminated by)"
        ),
        frozenset({"execute_command"}),
    ),
    Envelope("Roo Code", "RooCodeInc/Roo-Code src/core/prompts/responses.ts", _json_report(_roo_json)),
    Envelope(
        "goose", "block/goose providers/formats/openai.rs", _opens("The tool call returned the following error:\n")
    ),
    Envelope(
        "goose",
        "block/goose, its developer server's shell",
        _closes(r"\s*Command exited with code (?P<code>\d+)"),
        frozenset({"shell", "developer__shell", "bash"}),
        could_be_read=True,
    ),
    Envelope("OpenHands", "openhands-sdk 1.58.2", _opens(r"\[An error occurred during execution\.\]\n")),
    Envelope(
        "OpenHands",
        "openhands-tools 1.58.2, and openhands-ai 0.x",
        _closes(
            r"\s*+(?:\[The command completed with exit code -?\d++\.[^\n]{0,200}\]\n)?"
            r"(?:\[Current working directory: [^\n]{0,400}\]\n)?(?:\[Python interpreter: [^\n]{0,400}\]\n)?"
            r"\[(?:The command completed|Command finished) with exit code (?P<code>-?\d++)\.?[^\n]{0,200}\]"
        ),
        frozenset({"terminal", "execute_bash", "bash"}),
    ),
    Envelope("OpenHands", "openhands-ai 0.x", _closes(r"\s*\[Error occurred in processing last action\]")),
    Envelope("mini-swe-agent", "2.4.6", _opens(r"<exception>")),
    Envelope("mini-swe-agent", "2.4.6 and 1.x", _opens(r"<returncode>(?P<code>-?\d+)</returncode>")),
    Envelope("mini-swe-agent", "2.4.6", _json_report(_mini_json), frozenset({"bash"})),
    Envelope("mini-swe-agent", "2.4.6", _opens(r"Tool call error:\s{0,4}<error>")),
    Envelope("aider", "0.86.2 coders/editblock_coder.py", _opens(r"# \d+ SEARCH/REPLACE blocks? failed to match!")),
    Envelope("aider", "0.86.2 linter.py", _opens(r"# Fix any errors below, if possible\.")),
    Envelope("any MCP client", "MCP 2025-06-18, CallToolResult", _json_report(_mcp_json)),
    Envelope(
        "agents not named here",
        "the two places where shell tools put an exit code",
        _opens(r"(?i:(?:exit|return) ?code:? (?P<code>-?\d+)(?:\n|\Z))"),
        flagged_too=True,
        could_be_read=True,
    ),
    Envelope(
        "agents not named here",
        "the two places where shell tools put an exit code",
        _closes(
            r"(?i:\s*\W{0,2}(?:(?:the )?(?:process|command) )?(?:(?:exited|finished|completed|failed|ended) )?"
            r"(?:with )?(?:(?:exit|return) ?)?(?:code|status):? (?P<code>-?\d+)\W{0,3})"
        ),
        flagged_too=True,
        could_be_read=True,
    ),
    # A tool that changes files prints no file's content, so its result is the agent's own text from the beginning.
    Envelope(
        "opencode, qwen-code and others", "opencode 1.18.33, qwen-code 0.15.10: messages of their edit tools",
        _opens(
            r"(?i:\W{0,3}(?:error|failed|file not found|could not|cannot|unable to|no changes|found multiple matches"
            r"|oldstring|old_string|no occurrences|you must read)\b)"
        ),
        _EDITORS,
        flagged_too=True,
    ),
)  # fmt: skip

_RUNS = re.compile(r"bash|shell|exec|run|terminal|command|cmd")
"""Matches the names of tools that run commands."""
_READERS = frozenset(
    {"cat", "tac", "head", "tail", "less", "more", "bat", "nl", "sed", "awk", "grep", "egrep", "rg", "ag", "find", "ls",
     "tree", "echo", "printf", "jq", "xxd", "strings", "sort", "uniq", "cut", "wc", "git", "journalctl", "docker",
     "kubectl", "curl", "wget", "type", "Get-Content"}
)  # fmt: skip
_RUNNERS = frozenset(
    {"python", "python2", "python3", "pytest", "py.test", "tox", "nox", "uv", "poetry", "pipenv", "node", "npm", "npx",
     "yarn", "pnpm", "bun", "deno", "ruby", "make", "cargo", "go", "bash", "sh"}
)  # fmt: skip
_UNCAUGHT = re.compile(
    r"(?:[A-Za-z_]\w{0,80}\.){0,8}[A-Za-z_]\w{0,80}(?:Error|Exception|Exit|Interrupt)(?:: [^\n]{0,1000})?"
)
_LAST_WORDS = re.compile(
    r"=+ [^\n=]{0,200}\b[1-9]\d* (?:failed|errors?)\b[^\n=]{0,200} =+|FAILED \([^\n]{1,200}\)|make: \*\*\* [^\n]{1,500}"
    r"|(?:/bin/)?(?:ba|z|da)?sh: (?:line )?(?:\d+: )?[^\n:]{1,200}: (?:command )?not found"
    r"|npm (?:ERR!|error) [^\n]{0,500}"
)


def failed(message: Message, call: Call | None = None, *, flagged: bool | None = None) -> bool:
    """Whether a tool result says that its tool failed.

    Args:
        message: the message with the result.
        call: the tool call that it answers, if known.
        flagged: the client's own flag if the endpoint has one (``is_error`` of ``/v1/messages``), else ``None``.
    """
    own = message.get("is_error")
    flag = own if isinstance(own, bool) else flagged
    if flag is True:
        return True
    text = text_of(message.get("content"))
    told = _code(text, call, flag_known=flag is not None)
    if told is not None:
        return told.lstrip("-").strip("0") != ""
    return flag is None and _untold_failure(text, call)


def _code(text: str, call: Call | None, *, flag_known: bool) -> str | None:
    name = _plain(call[0]) if call else ""
    reads = call is not None and (not _RUNS.search(name) or _last_program(call) in _READERS)
    for envelope in ENVELOPES:
        if (flag_known and envelope.flagged_too) or (reads and envelope.could_be_read):
            continue
        if name and envelope.tools and name not in envelope.tools:
            continue
        if not name and envelope.tools is _EDITORS:
            continue  # It is not known that this tool prints no file's content.
        told = envelope.code(text)
        if told is not None:
            return told
    return None


def _untold_failure(text: str, call: Call | None) -> bool:
    """Whether the last line of a program's output is an error, for opencode, whose shell reports no exit code.

    This counts only if the last command of the line runs a program, rather than shows a file.
    """
    if call is None or _plain(call[0]) not in {"bash", "shell"} or _last_program(call) not in _RUNNERS:
        return False
    tail = text[-_TAIL:].rstrip()
    last = tail.rpartition("\n")[2]
    if _LAST_WORDS.fullmatch(last):
        return True
    return _UNCAUGHT.fullmatch(last) is not None and "Traceback (most recent call last):" in text


def _plain(name: str) -> str:
    """Return a tool's name without the server name that Codex, goose or an MCP client puts before it."""
    return name.lower().rpartition("__")[2] or name.lower()


def _last_program(call: Call) -> str:
    """Return the program that the last step of a shell command runs; ``""`` if that can't be determined."""
    if len(call[1]) > _JSON_MOST:
        return ""
    try:
        arguments = json.loads(call[1])
    except (ValueError, RecursionError):
        return ""
    command = arguments.get("command", arguments.get("cmd")) if isinstance(arguments, Mapping) else None
    if isinstance(command, list):
        command = command[-1] if command else None
    if not isinstance(command, str):
        return ""
    words = re.split(r"[;|&\n]+", command.strip().rstrip(";|&"))[-1].split()
    while words and ("=" in words[0] or words[0] in {"sudo", "time", "env", "exec"}):
        words.pop(0)
    return words[0].rpartition("/")[2] if words else ""


_SPOKEN = re.compile(
    # Cline and Roo Code without native calls; mini-swe-agent 1.x; OpenHands without native calls; aider's reflections.
    r"\s{0,20}(?:\[\w{1,60}[^\n]{0,600}\] Result:|<returncode>-?\d+</returncode>|<exception>|EXECUTION RESULT of \["
    r"|# \d+ SEARCH/REPLACE blocks? failed to match!|# Fix any errors below, if possible\.)"
)


def is_spoken_result(message: Message) -> bool:
    """Whether a user message is a tool's result, as agents send it that call their tools in plain text."""
    return message.get("role") == "user" and _SPOKEN.match(text_of(message.get("content"))[:_HEAD]) is not None
