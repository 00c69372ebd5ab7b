"""Whether the client's agent is in plan mode, in which it explores and plans but must not change anything yet.

Agents tell their model by a reminder. Reminders stay in the history after the mode has ended, so only the newest one
counts, among the instructions and the messages of the newest turn.
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
    """How one agent says that its plan mode begins or ends.

    Attributes:
        agent: the agents that use these words.
        learned: the versions in which they were seen.
        where: whether they appear in the instructions, a user message or a tool result.
        words: a pattern for the words, at the start of a line or a reminder.
        begins: whether the words begin the mode or end it.
    """

    agent: str
    learned: str
    where: Literal["system", "user", "tool"]
    words: str
    begins: bool


MOST_READ = 500_000
"""How many characters of texts with one of :data:`SIGNS` are searched, newest first; this takes about 25 ms."""
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
    """Return one pattern for all rows of one place; its group ``begins`` or ``ends`` tells which kind matched."""
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
"""Substrings of which every matching text contains one; searching for them first is cheap."""


def planning(messages: Sequence[Message], turn_start: int, *, has_tools: bool = True) -> bool:
    """Whether the newest reminder says that the agent is in plan mode.

    Args:
        messages: the request's messages.
        turn_start: index of the message that began the current turn; -1 without one.
        has_tools: whether the request offers tools; without them it is not in plan mode, even if it quotes a reminder.
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
    """Yield the texts of the newest turn, then the instructions, each with its place, newest first."""
    for message in reversed(messages[turn_start:]):
        role = message.get("role")
        if role == "user":
            yield "user", "\n".join(texts_of(message.get("content")))
        elif role == "tool":
            # The patterns for results only match at the beginning.
            yield "tool", "\n".join(texts_of(message.get("content")))[:_LONGEST_WORDS]
    for message in reversed(messages):
        if is_instruction(message):
            yield "system", "\n".join(texts_of(message.get("content")))
