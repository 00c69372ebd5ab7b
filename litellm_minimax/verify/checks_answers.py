"""Checks about answers: how a stream ends, what usage reports, what an error looks like."""

from __future__ import annotations

from litellm_minimax.verify.asking import Asker, Unsettled
from litellm_minimax.verify.check import Check, Verdict, verdict

_LONG = "The quick brown fox jumps over the lazy dog. " * 100


async def _stream_end(asker: Asker) -> Verdict:
    told = await asker.chat("Say OK.", stream=True, stream_options={"include_usage": True})
    if told.code:
        return Verdict("not settled", f"error {told.code}: {told.error}")
    if not told.streamed:
        return Verdict("refuted", "no stream came")
    done = b"[DONE]" in asker.exchanges[-1].raw
    because = f"finish {told.finish!r}, usage {'told' if told.usage else 'not told'}, {'with' if done else 'no'} [DONE]"
    return verdict(bool(told.finish), because)


async def _usage(asker: Asker) -> Verdict:
    told = await asker.chat("Say OK.", most=64)
    if told.code:
        return Verdict("not settled", f"error {told.code}: {told.error}")
    counts = [told.usage.get(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")]
    return verdict(all(isinstance(count, int) and count > 0 for count in counts), f"usage is {dict(told.usage)}")


async def _cache(asker: Asker) -> Verdict:
    history = [{"role": "system", "content": _LONG}, {"role": "user", "content": "Say OK."}]
    for _ in range(3):
        told = await asker.chat(history, most=32)
        if told.code:
            return Verdict("not settled", f"error {told.code}: {told.error}")
        details = told.usage.get("prompt_tokens_details")
        if isinstance(details, dict) and (details.get("cached_tokens") or details.get("cache_read_input_tokens")):
            return Verdict("confirmed", f"usage tells {details}")
    if not told.usage.get("prompt_tokens"):
        return Verdict("not settled", f"usage has no prompt tokens: {dict(told.usage)}")
    return Verdict("refuted", f"the same prompt was sent three times, and usage has {dict(told.usage)}")


async def _wrong_key(asker: Asker) -> Verdict:
    told, status = await asker.chat_with("wrong-key-of-nobody", "Say OK.")
    if asker.exchanges[-1].problem:
        raise Unsettled(asker.exchanges[-1].problem)
    if status >= 500:
        raise Unsettled(f"HTTP {status}")
    return verdict(status == 401 and told.code in {1004, 2049}, f"HTTP {status}, error {told.code}: {told.error}")


async def _stream_refusal(asker: Asker) -> Verdict:
    told = await asker.chat([{"role": "nobody", "content": "Hello."}], most=8, stream=True)
    if not told.code:
        return Verdict("not settled", "a role that does not exist was accepted")
    return verdict(asker.status == 400, f"HTTP {asker.status}, error {told.code}: {told.error}")


async def _bearer(asker: Asker) -> Verdict:
    try:
        told = await asker.message("Say OK.", most=64)
    except Unsettled as failed:
        if not asker.exchanges or asker.status != 401:
            raise
        await asker.chat("Say OK.", most=1)  # raises if the key itself is refused: that shows nothing about the header
        return Verdict("refuted", str(failed))
    return verdict(not told.code, told.error or f"it answers {told.text[:60]!r}")


async def _custom(asker: Asker) -> Verdict:
    tool = {
        "type": "custom", "name": "get_weather", "description": "The weather of a city.",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
    }  # fmt: skip
    told = await asker.message("Say OK.", most=64, tools=[tool])
    return verdict(not told.code, told.error or f"it was accepted, and answers {told.text[:60]!r}")


async def _signature(asker: Asker) -> Verdict:
    block = {"type": "thinking", "thinking": "A greeting.", "signature": "0" * 64}
    history = [
        {"role": "user", "content": "Hello."},
        {"role": "assistant", "content": [block, {"type": "text", "text": "Hello!"}]},
        {"role": "user", "content": "Say OK."},
    ]
    told = await asker.message(history, most=64)
    return verdict(not told.code, told.error or f"it was accepted, and answers {told.text[:60]!r}")


_ALL = ("MiniMax-M2", "MiniMax-M3", "MiniMax-M3.1-Flash")
CHECKS = (
    Check(
        "stream-end", "A stream has a finish; `[DONE]`, a summary frame and a usage frame are optional",
        "a short chat as a stream", "a finish reason", "no finish reason", _ALL, 1, 300, 512,
        "nothing can: such a stream counts as broken off. Report it with the exchange", _stream_end,
    ),
    Check(
        "usage", "Usage separates prompt and answer", "a chat", "both counts", "a total alone", _ALL, 1, 300, 64,
        "nothing: LiteLLM estimates missing counts", _usage,
    ),
    Check(
        "cache", "A repeated prompt of 512 tokens and more is reported as cached", "one long prompt, up to three times",
        "cached tokens in usage", "no cached tokens in any of them", _ALL, 3, 16_000, 96,
        "nothing: such prompts are charged at their full price", _cache,
    ),
    Check(
        "wrong-key", "A wrong key is HTTP 401 with 1004 or 2049", "a short chat with a made-up key",
        "HTTP 401 with 1004 or 2049", "another status or code", ("MiniMax-M2",), 1, 300, 1,
        "nothing: code and status both lead to AuthenticationError", _wrong_key,
    ),
    Check(
        "stream-refusal", "A stream that is refused for its request has HTTP 400",
        "a stream with a message in an unknown role", "HTTP 400", "HTTP 200, and the error in a frame", _ALL, 1, 300,
        8, "nothing: an error in the first frame keeps its class", _stream_refusal,
    ),
    Check(
        "messages-bearer", "`/anthropic/v1/messages` takes `Authorization: Bearer`",
        "a short message with `Authorization: Bearer`; if it is refused, a chat with the same key", "an answer",
        "HTTP 401, although the chat is answered", _ALL, 2, 600, 65,
        "call the model as `minimax-plugin/…`, which uses the chat endpoint for every call", _bearer,
    ),
    Check(
        "messages-custom-tools", '`type: "custom"` is accepted on every tool of `/anthropic/v1/messages`',
        "a message with a tool of `type: custom`", "an answer", "a 2013", _ALL, 1, 600, 64,
        "call the model as `minimax-plugin/…`, which uses the chat endpoint for every call", _custom,
    ),
    Check(
        "messages-signature", "MiniMax does not verify the signature of a thinking block",
        "a thinking block with a made-up signature", "an answer", "a refusal", _ALL, 1, 600, 64,
        "set `MINIMAX_REASONING_MEMORY=off`: no thinking is then put back on `/v1/messages`", _signature,
    ),
)  # fmt: skip
