"""Side calls: an agent's own requests for a title, a summary, a check or a suggestion, which no person asked for.

They are recognised by the first words of the system prompt or the newest user message, so a person who merely quotes
these words is not mistaken for an agent. If the agent sends no tools with such a request, a request with tools does
not count as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from litellm_minimax.hybrid.agents.message_text import Message, is_instruction, texts_of

Kind = Literal["title", "summary", "check", "suggestion"]


@dataclass(frozen=True, slots=True)
class SideCall:
    """The first words of one kind of request.

    Attributes:
        agent: the agents that send it.
        learned: the versions or the file in which it was seen.
        kind: the purpose of the request.
        where: whether the words are in the system prompt or a user message.
        opens: the first words of one of that message's texts.
        tools: whether the request may offer tools.
    """

    agent: str
    learned: str
    kind: Kind
    where: Literal["system", "user"]
    opens: str
    tools: bool = False


_CLAUDE = "2.1.197 to 2.1.330"
_QWEN = "0.15.10 to 0.24.4"

SIDE_CALLS: tuple[SideCall, ...] = (
    SideCall("Claude Code", _CLAUDE, "title", "system", "Generate a concise, sentence-case title"),
    SideCall("Claude Code", _CLAUDE, "title", "system", "You are coming up with a succinct title"),
    SideCall("Claude Code", _CLAUDE, "title", "system", "Generate a short kebab-case name"),
    SideCall("Claude Code", _CLAUDE, "title", "user", "You are coming up with a succinct title"),
    SideCall("Claude Code", _CLAUDE, "title", "system", "Generate a concise, technical issue title"),
    SideCall("Claude Code", "1.0 to 2.0", "title", "user", "Please write a 5-10 word title"),
    SideCall(
        "Claude Code", "1.0 to 2.0", "title", "system", "Summarize this coding conversation in under 50 characters"
    ),
    SideCall(
        "Claude Code", "1.0 to 2.0", "check", "system", "Analyze if this message indicates a new conversation topic"
    ),
    SideCall("Claude Code", "1.0 to 2.0", "check", "system", "Your task is to process Bash commands"),
    SideCall("Claude Code", "1.0 to 2.0", "check", "user", "Your task is to process Bash commands"),
    SideCall("Claude Code", _CLAUDE, "check", "system", "You are evaluating a hook condition in Claude Code"),
    SideCall("Claude Code", _CLAUDE, "check", "system", "You are evaluating a stop-condition hook in Claude Code"),
    SideCall(
        "Claude Code",
        _CLAUDE,
        "summary",
        "system",
        "You are a helpful AI assistant tasked with summarizing",
        tools=True,
    ),
    SideCall(
        "Claude Code",
        _CLAUDE,
        "summary",
        "user",
        "CRITICAL: Respond with TEXT ONLY",
        tools=True,
    ),
    SideCall("Claude Code", _CLAUDE, "summary", "user", "Your task is to create a detailed summary of", tools=True),
    SideCall("Claude Code", _CLAUDE, "summary", "user", "The user stepped away and is coming back. Recap", tools=True),
    SideCall("Claude Code", _CLAUDE, "summary", "user", "Describe your most recent action in 3-5 words", tools=True),
    SideCall(
        "Claude Code", _CLAUDE, "summary", "system", "Write a short summary label describing what these tool calls"
    ),
    SideCall("Claude Code", _CLAUDE, "summary", "user", "Web page content:"),
    SideCall("Claude Code, qwen-code", f"{_CLAUDE}, {_QWEN}", "suggestion", "user", "[SUGGESTION MODE:", tools=True),
    SideCall("Claude Code", "2.1.330", "check", "system", "You are evaluating a hook in Claude Code"),
    SideCall("qwen-code", "0.24.4", "check", "system", "You are a security classifier for an AI coding agent"),
    SideCall("qwen-code", "0.24.4", "check", "user", "You are a security classifier for an AI coding agent"),
    SideCall(
        "qwen-code", "0.24.4", "summary", "system", "You are the component that summarizes a conversation", tools=True
    ),
    SideCall("qwen-code", "0.24.4", "summary", "system", "You are a specialized context summarizer"),
    SideCall("Codex", "0.171.0", "summary", "user", "You are performing a CONTEXT CHECKPOINT COMPACTION.", tools=True),
    SideCall("Codex", "0.171.0", "title", "system", "Generate a concise, single-line task title"),
    SideCall("Codex", "0.171.0", "title", "user", "Generate a concise, single-line task title"),
    SideCall("Codex", "0.171.0", "title", "user", "Generate a thread title from the user prompt"),
    SideCall("opencode", "1.18.33", "title", "system", "You are a title generator."),
    SideCall("opencode", "1.18.33", "title", "user", "Generate a title for this conversation"),
    SideCall("opencode", "1.18.33", "summary", "system", "You are a context summarization agent."),
    SideCall("opencode", "1.18.33", "summary", "user", "Create a new anchored summary from the conversation"),
    SideCall("opencode", "1.18.33", "summary", "user", "Update the anchored summary"),
    SideCall("opencode", "1.18.33", "summary", "system", "Summarize what was done in this conversation."),
    SideCall("qwen-code", _QWEN, "title", "system", "Generate a concise, sentence-case title"),
    SideCall("qwen-code", _QWEN, "summary", "system", "You generate session recaps for a programming assistant"),
    SideCall("qwen-code", _QWEN, "summary", "system", "Write a short summary label describing what these tool calls"),
    SideCall(
        "qwen-code, gemini-cli", f"{_QWEN}, 0.61.0", "summary", "user", "First, reason in your scratchpad.", tools=True
    ),
    SideCall(
        "qwen-code, gemini-cli", f"{_QWEN}, 0.61.0", "check", "user", "Analyze *only* the content and structure of your"
    ),
    SideCall(
        "gemini-cli", "0.61.0", "summary", "system", "You are a specialized system component responsible for distilling"
    ),
    SideCall(
        "Cline",
        "3.x src/core/prompts/contextManagement.ts",
        "summary",
        "user",
        "The current conversation is rapidly running out",
        tools=True,
    ),
    SideCall(
        "Roo Code",
        "3.x src/core/condense",
        "summary",
        "system",
        "You are a helpful AI assistant tasked with summarizing",
        tools=True,
    ),
    SideCall(
        "aider", "0.86.2 prompts.py", "title", "system", "You are an expert software engineer that generates concise,"
    ),
    SideCall("aider", "0.86.2 prompts.py", "summary", "system", "*Briefly* summarize this partial conversation"),
    SideCall(
        "goose",
        "block/goose providers/base.rs",
        "title",
        "system",
        "Reply with only a description in four words or less",
    ),
    SideCall(
        "OpenHands", "openhands-sdk 1.58.2", "summary", "system", "You are maintaining a context-aware state summary"
    ),
    SideCall(
        "OpenHands", "openhands-sdk 1.58.2", "summary", "user", "You are maintaining a context-aware state summary"
    ),
    SideCall("Open WebUI", "0.6 config.py", "title", "user", "### Task:\nGenerate a concise, 3-5 word title"),
    SideCall("Open WebUI", "0.6 config.py", "suggestion", "user", "### Task:\nSuggest 3-5 relevant follow-up"),
    SideCall("Open WebUI", "0.6 config.py", "check", "user", "### Task:\nGenerate 1-3 broad tags"),
    SideCall(
        "Open WebUI", "0.6 config.py", "check", "user", "### Task:\nAnalyze the chat history to determine the necessity"
    ),
    SideCall(
        "LibreChat",
        "@librechat/agents",
        "title",
        "user",
        "Provide a concise, 5-word-or-less title for the conversation",
    ),
)


def is_side_call(messages: Sequence[Message], *, has_tools: bool) -> Kind | None:
    """Return the kind of side call that a request is; ``None`` if it serves a person's task."""
    rows = [row for row in SIDE_CALLS if row.tools or not has_tools]
    system = [text for message in messages if is_instruction(message) for text in _openings(message)]
    newest = next((message for message in reversed(messages) if not is_instruction(message)), None)
    said = _openings(newest) if newest is not None and newest.get("role") == "user" else []
    if not has_tools:
        # A request without tools whose first message asks for the title may quote the conversation behind it.
        said += next((_openings(message) for message in messages if message.get("role") == "user"), [])
    for row in rows:
        if any(text.startswith(row.opens) for text in (system if row.where == "system" else said)):
            return row.kind
    return None


def _openings(message: Message) -> list[str]:
    return [text[:400].lstrip() for text in texts_of(message.get("content"))]
