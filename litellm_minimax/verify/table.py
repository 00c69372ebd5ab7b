"""All assumptions about MiniMax in one table, from which ``docs/assumptions.md`` is generated.

An assumption that a call can settle has a check; for the others the table says why no call can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from litellm_minimax.verify import (
    checks_answers,
    checks_media,
    checks_models,
    checks_parameters,
    checks_thinking,
    checks_tools,
)
from litellm_minimax.verify.check import Check

CHECKS: tuple[Check, ...] = (
    *checks_models.CHECKS[:3],
    *checks_tools.CHECKS[:1],
    *checks_thinking.CHECKS,
    *checks_tools.CHECKS[1:],
    *checks_answers.CHECKS,
    *checks_parameters.CHECKS,
    *checks_models.CHECKS[3:],
)
"""In order of importance, which is also the order in which they run."""
ALL = (*CHECKS, *checks_media.EMBEDDINGS, *checks_media.IMAGES)

_BILL = "only a bill shows it"
_SERVER = "settled on a server of the open weights, not at MiniMax"
_MOMENT = "happens at random: no request can cause it"
_OURS = "a choice of this package: there is nothing to check"


@dataclass(frozen=True, slots=True)
class Assumption:
    """One row.

    Attributes:
        does: what the code does.
        if_wrong: what happens if the assumption is wrong.
        check: the key of the check that settles it; its belief is the assumption.
        belief: the assumption, if no check settles it.
        open_because: why no check settles it.
    """

    does: str
    if_wrong: str
    check: str = ""
    belief: str = ""
    open_because: str = ""


def _checked(check: str, does: str, if_wrong: str) -> Assumption:
    return Assumption(does, if_wrong, check=check)


def _open(belief: str, does: str, if_wrong: str, because: str) -> Assumption:
    return Assumption(does, if_wrong, belief=belief, open_because=because)


ASSUMPTIONS: tuple[Assumption, ...] = (
    _checked(
        "retired",
        "kept with their prices, marked retired, warned about once",
        "a needless warning, or spend at the wrong price",
    ),
    _checked("served-m2", "marked current", "`unknown model`, a clear 400"),
    _checked("served-m2.1", "marked current", "`unknown model`, a clear 400"),
    _open(
        "`MiniMax-M3.1-Flash` costs 0.15 / 0.60 and has no cache price",
        "so in the table; cached tokens at the full price",
        "the cost is too high for cached prompts",
        _BILL,
    ),
    _open(
        "MiniMax-M3 costs twice as much above 512,000 prompt tokens",
        "LiteLLM's tier `_above_512k_tokens`",
        "wrong cost for very long prompts",
        _BILL,
    ),
    _open(
        "The highspeed models cost 0.60 / 2.40 (LiteLLM's map says 0.30 / 2.40)",
        "MiniMax's price page",
        "prompt cost off by half",
        _BILL,
    ),
    _open("M2.7 reads cached tokens at 0.06 (an older copy says 0.03)", "0.06", "cost of cached prompts", _BILL),
    _checked(
        "output-cap", "that is the cap for `max_tokens` (one page says 128K)", "MiniMax's own 2013 instead of ours"
    ),
    _checked("her-context", "context 65,536, answers up to 2,048 (a guide says context 2,048)", "MiniMax's own 2013"),
    _checked("served-abab", "the nicknames resolve to them", "`unknown model`"),
    _checked("id-case", "the canonical spelling is sent whatever was typed (one source says they are not)", "nothing"),
    _checked("unknown-model", "the text adds a next step to the 400", "the next step is missing"),
    _checked("split", "sent for every reasoning model; `<think>` in the text is read as well", "nothing"),
    _checked("increments", "both are read", "nothing"),
    _checked("stream-end", "all are read; nothing is doubled", "nothing"),
    _checked("history-details", "sent so to M2 and M3, with type and text", "silent loss of quality, or a 2013"),
    _checked("history-content", "sent so to M3.1", "silent loss of quality, or a 2013"),
    _checked("thought-only", "sent so", "a 2013 for such a turn"),
    _checked("tool-loop", "sent so", "no agent works"),
    _checked(
        "orphan-results", "results are put behind their calls, and a lone result is sent as a user message", "nothing"
    ),
    _checked("several-system", "folded into one (accepted in MiniMax's own M3 test suite)", "nothing"),
    _checked("empty-content", "left out", "nothing"),
    _checked(
        "tool-choice-m2",
        "passed, and asked for in words; with `none` the tools are left out",
        "a redundant sentence in the prompt",
    ),
    _checked("tool-choice-m3", "passed", "a call where none was wanted"),
    _checked("stop", "cut here, and the connection closed", "nothing"),
    _checked("response-format", "asked for in words, checked here", "a redundant sentence in the prompt"),
    _checked("temperature", "0 to 2 is passed (older documents: above 0, up to 1)", "MiniMax's own 2013"),
    _checked("thinking-switch", "`reasoning_effort: none` becomes it", "unwanted thinking"),
    _checked("thinking-types", "mapped to `adaptive`; M3.1 gets its lowest effort for `disabled`, noted", "nothing"),
    _checked("tier-m2", "not sent to M2.x, noted", "a standard tier where priority was possible"),
    _checked("tier-m3.1", "passed", "a 2013"),
    _checked("one-choice", "more than one is refused", "nothing"),
    _checked("usage", "a total alone is ignored: LiteLLM estimates", "an estimate although a total was sent"),
    _checked("cache", "cached tokens are charged at their price", "spend that is too high"),
    _open("1008 (balance) comes with HTTP 402 (others: 429)", "the code decides, not the status", "nothing", _MOMENT),
    _open("1027 may come in the middle of a stream", "an exception there", "–", _MOMENT),
    _open(
        "No `Retry-After` header exists; a quota error's text names its reset",
        "the text is read, its time taken as UTC if it names no zone",
        "the wait is off by the zone's offset",
        _MOMENT,
    ),
    _checked(
        "wrong-key", "the text names the other region's host, whose keys look like wrong ones", "a misleading hint"
    ),
    _checked("stream-refusal", "both are read", "nothing"),
    _checked("messages-bearer", "sent so", "401 on `/v1/messages`"),
    _checked("messages-custom-tools", "sent so", "a 2013 there"),
    _checked(
        "messages-signature",
        "restored thinking gets one of the right shape",
        "a 400 on `/v1/messages` for clients that drop thinking",
    ),
    _open(
        "Only `/v1/chat/completions` and `/anthropic/v1/messages` are needed",
        "`/v1/responses` is translated to chat by LiteLLM",
        "–",
        _OURS,
    ),
    _open(
        "Hosts under minimax.io, minimaxi.com, minimax.cn and minimax.chat are MiniMax's; any other may be a gateway "
        "or the open weights",
        "such a server gets the fields that both need",
        "a strict gateway may refuse a field: set `self_hosted`",
        _OURS,
    ),
    _open(
        "On an unknown host, raw output that begins inside a thought comes with a sign of vLLM, SGLang or llama.cpp: a "
        "`/` in the model's name, `matched_stop`, or a `chatcmpl`-like id with an explicit `finish_reason` key",
        "such text is held until its closing tag comes; without a sign it is streamed at once",
        'a thought shown as the answer: set `self_hosted: "on"`',
        _SERVER,
    ),
    _open(
        "A lone `</think>` in a stream ends a thought only within the first piece of the text",
        "later it is dropped at the end of a line",
        "a thought shown as the answer",
        _SERVER,
    ),
    _open(
        "In a value, a `</parameter>` followed by another tag of the markup ends the value",
        "so read",
        "a value that is cut there; the two cases look the same",
        _SERVER,
    ),
    _open(
        "M3 writes its special token as text before every tag",
        "such tags are read",
        "markup shown as text, where a detokenizer drops the token",
        _SERVER,
    ),
    _open(
        "DashScope serves `qwen3-coder-plus` under LiteLLM's `dashscope/`",
        "the shipped hybrids' coder",
        "the executor's own error, by name",
        "only a call to DashScope settles it, with its own key",
    ),
    _open(
        "`embo-01` costs $0.07 per million tokens",
        "in the price table",
        "spend that differs from MiniMax's bill",
        _BILL,
    ),
    _checked("embeddings", "each vector goes to its text", "a 502, or a length that a store does not expect"),
    _checked("embeddings-tokens", "reported as usage", "an estimate although a total was sent"),
    _checked("embeddings-many", "longer lists are split at this number, or at 3,500 tokens", "a 2013 for a long list"),
    _open(
        "`image-01` costs $0.0035 per delivered picture, also within a plan",
        "in the price table",
        "spend that differs from MiniMax's bill",
        _BILL,
    ),
    _open(
        "H3-Image's prices are those of four gateways, without a launch discount",
        "in the price table",
        "spend that differs from MiniMax's bill",
        _BILL,
    ),
    _checked("h3-usage", "the cost comes from them", "no cost, or one that counts pictures as text"),
    _checked("h3-edit", "sent so, never as multipart", "a 400"),
    _checked("h3-long-edit", "sent (the limit here is 32,000; one source says 8,000)", "a 400"),
    _checked("h3-compression", "sent", "a 400, or no effect"),
    _checked("image-style", "sent as given", "a 2013"),
    _checked("image", "a success without one is a 500 that may be tried again", "needless tries"),
    _open(
        "After a success without a picture, another try may bring one",
        "a 500 that may be retried",
        "a useless retry",
        _MOMENT,
    ),
    _open(
        "An image model newer than the table has the limits of the model whose name it continues",
        "checked against them, without a price",
        "a 400 for something that it could do",
        _OURS,
    ),
    _open(
        "A text without a `type` is meant to be stored",
        "`db`",
        "worse matches for searches that don't say `query`",
        _OURS,
    ),
)


def belief(assumption: Assumption) -> str:
    """Return the assumption as a sentence."""
    return BY_KEY[assumption.check].belief if assumption.check else assumption.belief


BY_KEY = {check.key: check for check in ALL}


def asked_for(only: Sequence[str], *, embeddings: bool, images: bool) -> list[Check]:
    """Return the checks of a run: those of chat, those requested by an option, and those named."""
    wanted = {check.key for check in CHECKS} | set(only)
    wanted |= {check.key for check in checks_media.EMBEDDINGS if embeddings}
    wanted |= {check.key for check in checks_media.IMAGES if images}
    return [check for check in ALL if check.key in wanted]
