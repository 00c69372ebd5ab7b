"""Checks about the models: which ids are served, in which spelling, and how long prompts and answers may be."""

from __future__ import annotations

from litellm_minimax import catalog
from litellm_minimax.verify.asking import Asker, UnknownModel
from litellm_minimax.verify.check import Check, Verdict, verdict

_SHORT = "Say OK."
_ANOTHER = "ask for a model that `litellm-minimax models` marks current; in a proxy, route the old name to it"


async def _served(asker: Asker) -> Verdict:
    try:
        told = await asker.chat(_SHORT, most=1)
    except UnknownModel as refused:
        return Verdict("refuted", str(refused))
    if told.code:
        return Verdict("not settled", f"error {told.code}: {told.error}")
    return Verdict("confirmed", f"{asker.model} answers as {told.model!r}")


async def _retired(asker: Asker) -> Verdict:
    try:
        told = await asker.chat(_SHORT, most=1)
    except UnknownModel as refused:
        return Verdict("confirmed", f"refused: {refused}")
    if not told.model:
        return Verdict("not settled", f"error {told.code}: {told.error}" if told.code else "the answer names no model")
    return verdict(told.model.lower() == asker.model.lower(), f"{asker.model} was asked, {told.model!r} answers")


async def _id_case(asker: Asker) -> Verdict:
    told = await asker.chat(_SHORT, most=1)  # a model that is not served shows nothing about its spelling
    if told.code:
        return Verdict("not settled", f"error {told.code}: {told.error}")
    asked = asker.model
    asker.model = asked.lower()
    try:
        told = await asker.chat(_SHORT, most=1)
    except UnknownModel as refused:
        return Verdict("refuted", str(refused))
    finally:
        asker.model = asked
    return verdict(not told.code, f"{asked.lower()!r} is served as {told.model!r}" if not told.code else told.error)


async def _unknown(asker: Asker) -> Verdict:
    asked, asker.model = asker.model, "MiniMax-M0-of-nobody"
    try:
        told = await asker.chat(_SHORT, most=1)
    except UnknownModel as refused:
        return verdict(asker.status == 400, f"HTTP {asker.status}: {refused}")
    finally:
        asker.model = asked
    return Verdict("refuted", f"HTTP {asker.status}, error {told.code or 'none'}: {told.error or told.text[:80]!r}")


async def _output_cap(asker: Asker) -> Verdict:
    facts = catalog.find(asker.model)
    most = (facts.max_output if facts else 0) + 1
    told = await asker.chat(_SHORT, most=most, hang_up=True, stream=True)
    if told.code:
        return verdict(str(most - 1) in told.error.replace(",", ""), f"{most} asked: {told.error}")
    return Verdict("refuted", f"{most} tokens were requested and accepted")


async def _her_context(asker: Asker) -> Verdict:
    told = await asker.chat("The cat sat on the mat. " * 600 + _SHORT, most=8)
    return verdict(not told.code, f"3,600 words were {'accepted' if not told.code else 'refused: ' + told.error}")


CHECKS = (
    Check(
        "served-m2", "M2 is still served", "a chat of one token", "an answer", "`unknown model`", ("MiniMax-M2",), 1,
        300, 1, _ANOTHER, _served,
    ),
    Check(
        "served-m2.1", "M2.1 is still served", "a chat of one token", "an answer", "`unknown model`",
        ("MiniMax-M2.1",), 1, 300, 1, _ANOTHER, _served,
    ),
    Check(
        "served-abab", "abab models are still served, by their `-chat` ids", "a chat of one token", "an answer",
        "`unknown model`", ("abab6.5s-chat", "abab6.5t-chat"), 1, 300, 1,
        "route `abab6.5s` to MiniMax-M2 in the proxy's `model_list`", _served,
    ),
    Check(
        "retired", "A retired id (M2.5, M2.7) is served under its own name or refused, never by another model",
        "a chat of one token to MiniMax-M2.7", "its own name in the answer, or `unknown model`", "another model's name",
        ("MiniMax-M2.7", "MiniMax-M2.5"), 1, 300, 1,
        "set `input_cost_per_token` and `output_cost_per_token` of that model to the prices of the one that answers",
        _retired,
    ),
    Check(
        "id-case", "Ids are case-insensitive", "an id as it is listed, then in lower case", "two answers",
        "`unknown model`",
        ("MiniMax-M2", "MiniMax-M3", "MiniMax-M3.1-Flash"), 2, 600, 2,
        "nothing: the canonical spelling is sent whatever was typed", _id_case,
    ),
    Check(
        "unknown-model", "An unknown id is HTTP 400 with 2013 and `unknown model`", "a made-up id",
        "HTTP 400 with 2013 and `unknown model`", "another status or text", ("MiniMax-M2",), 1, 300, 1,
        "nothing: the status decides; the text only adds the next step", _unknown,
    ),
    Check(
        "output-cap", "M2.x may answer with up to 204,800 tokens", "a stream with `max_completion_tokens: 204801`",
        "a refusal that names the number", "another number, or an answer",
        ("MiniMax-M2", "MiniMax-M2.1"), 1, 300, 2_048,
        "set `max_tokens` under the model's `litellm_params` to what the refusal names", _output_cap,
    ),
    Check(
        "her-context", "M2-her reads prompts of more than 2,048 tokens", "a prompt of 3,600 words", "an answer",
        "a refusal", ("M2-her",), 1, 15_000, 8,
        "nothing: MiniMax's refusal reaches the caller as ContextWindowExceededError", _her_context,
    ),
)  # fmt: skip
