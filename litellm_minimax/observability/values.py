"""The values that labels may have. Tests compare them with the code that produces them."""

from __future__ import annotations

DECISIONS = ("reasoned", "reused", "skipped", "degraded", "advised", "planned", "escalated")
REASONS = (
    # Thought about.
    "user_turn", "tool_error", "stall", "every_call", "client_force",
    # Reused.
    "same_request", "same_turn",
    # Left out.
    "disabled", "client_skip", "client_thinking_off", "side_call", "no_user_message", "probability", "tool_round",
    "no_trigger", "budget",
    # The reasoner failed, or rests because it did.
    "backoff", "reasoner_error", "reasoner_first_delta_timeout", "reasoner_idle_timeout", "reasoner_timeout",
    "reasoner_content_filter", "reasoner_empty",
    # Advisor mode, and the reasoning model alone.
    "on_demand", "consulted", "client_phase", "plan_mode", "troubled_rounds",
)  # fmt: skip
PHASES = ("reasoning", "execution", "planning", "escalation", "advice", "review")
ENDINGS = (
    "answer", "finish", "length", "max_tokens", "first_delta_timeout", "idle_timeout", "reasoning_timeout",
    "content_filter", "error", "abandoned",
)  # fmt: skip
TOKEN_KINDS = ("input", "cached_input", "output")

BROKEN = ("timeout", "unreachable", "broken_off", "not_the_format", "refused_here")
"""What happened to a call that got no answer from MiniMax; with the last, this package did not send the call."""
ERROR_CODES = (
    "1000", "1001", "1002", "1004", "1008", "1013", "1024", "1026", "1027", "1028", "1030", "1033", "1039", "1041",
    "1042", "2013", "2045", "2049", "2056", "2061", "2064",
    "http_400", "http_401", "http_402", "http_403", "http_404", "http_408", "http_413", "http_422", "http_429",
    "http_500", "http_502", "http_503", "http_504", "http_529",
    *BROKEN,
)  # fmt: skip
