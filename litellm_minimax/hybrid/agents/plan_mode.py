"""Whether the client's agent is in its plan mode: it looks and thinks, and must not change anything yet.

Agents tell their model by a reminder. Reminders stay in the history when a person goes on to build, so what counts is
the newest one, in the instructions and in the messages of the newest turn.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from litellm_minimax.hybrid.agents.message_text import Message, is_instruction, texts_of


@dataclass(frozen=True, slots=True)
class PlanMode:
    """How one agent says that its plan mode begins, or is over.

    Attributes:
        agent: whose words they are.
        learned: the version in which they were seen.
        where: in the instructions, in a user message, or in a tool's result.
        words: the text, as it begins a line or a reminder.
        begins: whether the mode begins with them, or ends.
    """

    agent: str
    learned: str
    where: Literal["system", "user", "tool"]
    words: str
    begins: bool


MOST_READ = 500_000
"""Characters of texts with one of :data:`SIGNS` that are read, newest first: some 25 ms of work, in one piece."""
_LONGEST_WORDS = 200
_IN_REMINDER = r"<system-reminder>\s{0,8}"

PLAN_MODES: tuple[PlanMode, ...] = (
    PlanMode("Claude Code", "2.1.197", "system", r"^Plan mode (?:is|still) active\b", begins=True),
    PlanMode(
        "Claude Code, qwen-code",
        "2.1.197, 0.15.10",
        "user",
        _IN_REMINDER + r"Plan mode (?:is|still) active\b",
        begins=True,
    ),
    PlanMode("Claude Code", "2.1.197", "system", r"^## Exited Plan Mode\b", begins=False),
    PlanMode("Claude Code", "2.1.197", "user", _IN_REMINDER + r"## Exited Plan Mode\b", begins=False),
    PlanMode("Claude Code, qwen-code", "2.1.197, 0.15.10", "tool", r"\AUser has approved your plan\b", begins=False),
    PlanMode("opencode", "1.18.33", "user", r"<system-reminder>\s{0,8}# Plan Mode - System Reminder", begins=True),
    PlanMode(
        "opencode",
        "1.18.33",
        "user",
        _IN_REMINDER + r"Your operational mode has changed from plan to build",
        begins=False,
    ),
    PlanMode(
        "Codex",
        "0.171.0",
        "system",
        r"<collaboration_mode>\s{0,8}# (?:Collaboration Mode: Plan|Plan Mode)\b",
        begins=True,
    ),
    PlanMode(
        "Codex",
        "0.171.0",
        "system",
        r"<collaboration_mode>\s{0,8}# (?!Collaboration Mode: Plan|Plan Mode)",
        begins=False,
    ),
    PlanMode("Cline", "3.x src/core/task", "user", r"^# Current Mode\nPLAN MODE\b", begins=True),
    PlanMode("Cline", "3.x src/core/task", "user", r"^# Current Mode\nACT MODE\b", begins=False),
    PlanMode("gemini-cli", "0.61.0", "system", r"^# Active Approval Mode: Plan\b", begins=True),
)


def _either(where: str) -> re.Pattern[str]:
    """All rows of one place as one pattern: the group that matched tells whether the mode begins or ends."""
    rows = {
        begins: [row.words for row in PLAN_MODES if row.where == where and row.begins is begins]
        for begins in (True, False)
    }
    begin, end = ("|".join(rows[begins]) or r"(?!)" for begins in (True, False))
    return re.compile(f"(?P<begins>{begin})|(?P<ends>{end})", re.MULTILINE)


_PATTERNS = {where: _either(where) for where in ("system", "user", "tool")}
SIGNS = {
    "system": ("Plan mode ", "## Exited Plan Mode", "<collaboration_mode>", "# Active Approval Mode: Plan"),
    "user": ("<system-reminder>", "# Current Mode\n"),
    "tool": ("User has approved your plan",),
}
"""What stands in every text of a place that a pattern fits: looking for it costs next to nothing."""


def planning(messages: Sequence[Message], turn_start: int, *, has_tools: bool = True) -> bool:
    """Whether the newest word about the mode is that it is the plan mode.

    Args:
        messages: the request's messages.
        turn_start: index of the message that began the current turn; -1 without one.
        has_tools: a request without tools is nobody's plan mode (a title request quotes the reminder).
    """
    if not has_tools:
        return False
    left = MOST_READ
    for where, text in _newest_first(messages, max(turn_start, 0)):
        if not any(sign in text for sign in SIGNS[where]):
            continue
        begin = max(len(text) - left, 0)
        for last in deque(_PATTERNS[where].finditer(text, begin), maxlen=1):
            return last["begins"] is not None
        left -= len(text) - begin
        if left <= 0:
            break
    return False


def _newest_first(messages: Sequence[Message], turn_start: int) -> Iterator[tuple[str, str]]:
    """What was said in the newest turn, then the instructions."""
    for message in reversed(messages[turn_start:]):
        role = message.get("role")
        if role == "user":
            yield "user", "\n".join(texts_of(message.get("content")))
        elif role == "tool":
            # How a result begins is all that is looked for.
            yield "tool", "\n".join(texts_of(message.get("content")))[:_LONGEST_WORDS]
    for message in reversed(messages):
        if is_instruction(message):
            yield "system", "\n".join(texts_of(message.get("content")))
