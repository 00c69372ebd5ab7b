"""Checks about parameters: which are accepted, ignored or enforced."""

from __future__ import annotations

import json

from litellm_minimax.verify.asking import Asker
from litellm_minimax.verify.check import Check, Verdict, verdict, verdict_or_cut

_SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
_PROSE = "Where is the Eiffel Tower? Answer with one plain English sentence."


async def _stop(asker: Asker) -> Verdict:
    told = await asker.chat("Repeat exactly: alpha beta gamma delta", reasoning_split=True, stop=["gamma"])
    if told.code:
        return Verdict("refuted", told.error)
    if "alpha" not in told.said.lower():
        return Verdict("not settled", f"it says {told.said[:80]!r}")
    because = f"with `stop: [gamma]` it says {told.said[-80:]!r}"
    return Verdict("confirmed", because) if "gamma" in told.said.lower() else verdict_or_cut(False, because, told)


async def _format(asker: Asker) -> Verdict:
    wanted = {"type": "json_schema", "json_schema": {"name": "place", "schema": _SCHEMA}}
    told = await asker.chat(_PROSE, reasoning_split=True, response_format=wanted)
    if told.code:
        return Verdict("refuted", told.error)
    try:
        json.loads(told.said)
    except ValueError:
        return verdict_or_cut(True, f"it answers {told.said[:80]!r}", told)
    return Verdict("refuted", f"it answers with JSON: {told.said[:80]!r}")


async def _temperature(asker: Asker) -> Verdict:
    for temperature in (0, 2):
        told = await asker.chat("Say OK.", most=64, temperature=temperature)
        if told.code:
            return Verdict("refuted", f"{temperature}: {told.error}")
    return Verdict("confirmed", "0 and 2 were accepted")


async def _tier_m31(asker: Asker) -> Verdict:
    told = await asker.chat("Say OK.", most=64, service_tier="priority")
    return verdict(not told.code, told.error or f"it was accepted, and answers {told.text[:60]!r}")


async def _tier_m2(asker: Asker) -> Verdict:
    told = await asker.chat("Say OK.", most=64, service_tier="priority")
    return verdict(told.service_tier != "priority", told.error or f"the answer has service_tier {told.service_tier!r}")


async def _one_choice(asker: Asker) -> Verdict:
    told = await asker.chat("Say OK.", most=64, n=2)
    return verdict(told.choices == 1, told.error or f"choices that came: {told.choices}")


async def _several_system(asker: Asker) -> Verdict:
    messages = [
        {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello."},
        {"role": "system", "content": "Be kind."}, {"role": "user", "content": "Say OK."},
    ]  # fmt: skip
    told = await asker.chat(messages, most=64)
    return verdict(told.code == 2013, told.error or "they were accepted")


CHECKS = (
    Check(
        "several-system", "Several system messages are refused", "two system messages, one of them in the middle",
        "a 2013", "an answer", ("MiniMax-M2", "MiniMax-M3"), 1, 500, 64,
        "nothing: they are folded into one in any case", _several_system,
    ),
    Check(
        "stop", "`stop` is ignored", "`stop: [gamma]` and a sentence with that word", "the word in the answer",
        "an answer that ends before it", ("MiniMax-M2", "MiniMax-M3"), 1, 400, 512,
        "nothing: the answer is cut here in any case", _stop,
    ),
    Check(
        "response-format", "`response_format` is not enforced", "a schema, and a request for prose", "prose", "JSON",
        ("MiniMax-M2", "MiniMax-M2.1"), 1, 700, 512,
        "`extra_body: {response_format: …}` passes it to MiniMax, in addition to the words in the prompt", _format,
    ),
    Check(
        "temperature", "`temperature` may be 0 to 2", "`temperature: 0`, then `temperature: 2`", "two answers",
        "a refusal", ("MiniMax-M2", "MiniMax-M3"), 2, 600, 128,
        "set `temperature` under the model's `litellm_params` to a value that is accepted", _temperature,
    ),
    Check(
        "tier-m3.1", "`service_tier` is understood by M3.1", "`service_tier: priority`", "an answer", "a 2013",
        ("MiniMax-M3.1-Flash",), 1, 300, 64, "`additional_drop_params: [service_tier]` under that model", _tier_m31,
    ),
    Check(
        "tier-m2", "`service_tier: priority` exists for M3 and later only", "`service_tier: priority` to M2",
        "no such tier in the answer", "`service_tier: priority` in the answer", ("MiniMax-M2", "MiniMax-M2.1"), 1, 300,
        64, "`extra_body: {service_tier: priority}` under that model", _tier_m2,
    ),
    Check(
        "one-choice", "`n` above 1 gives one choice", "`n: 2`", "one choice", "two, or a refusal",
        ("MiniMax-M2", "MiniMax-M3"), 1, 300, 64, "nothing: `n` above 1 is refused here", _one_choice,
    ),
)  # fmt: skip
