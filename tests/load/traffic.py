"""The soak's traffic: kinds of requests, each with a nonce of its own, and what has to come back."""

from __future__ import annotations

import json
import random
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal

import httpx

Came = Literal["answered", "refused", "left", "lost", "mixed"]
"""What became of a request: its answer; the error it asked for; the client went away; no answer, or the wrong kind;
an answer with somebody else's nonce in it."""

_NONCE = re.compile(r"nonce=([0-9a-z]+)")
_TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
_FAULTS = (
    ("fault=error code=1002", 429), ("fault=error code=1000", 500), ("fault=error code=1026", 400),
    ("fault=html_error", 502), ("fault=reset phase=before_headers", 500), ("fault=truncate_json", 500),
    ("fault=stall phase=before_headers", 408),
)  # fmt: skip
WEIGHTS = {
    "whole": 18, "stream": 25, "tools": 12, "hybrid": 8, "hybrid stream": 9, "messages": 6, "responses": 6,
    "leaves": 8, "hybrid leaves": 3, "fault": 3, "fault in stream": 2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests to one proxy."""

    client: httpx.AsyncClient
    dice: random.Random

    async def one(self, number: int) -> tuple[str, Came, str]:
        """Send one request of a drawn kind: the kind, what became of it, and the evidence if that is bad."""
        kind = self.dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        nonce = f"n{number}x{self.dice.getrandbits(40):x}"
        try:
            came, evidence = await self._send(kind, nonce)
        except httpx.HTTPError as error:
            came, evidence = "lost", repr(error)
        return kind, came, evidence

    async def _send(self, kind: str, nonce: str) -> tuple[Came, str]:
        match kind:
            case "whole" | "hybrid":
                body = _chat(_model(kind), f"Hello! nonce={nonce}")
                return judge(await self._whole("/v1/chat/completions", body), nonce)
            case "stream" | "hybrid stream":
                body = _chat(_model(kind), f"Tell me about rivers. nonce={nonce}", stream=True)
                return judge(await self._streamed(body), nonce)
            case "tools":
                return await self._tool_loop(nonce)
            case "messages":
                body = {**_chat("m2", f"Hello! nonce={nonce}"), "max_tokens": 900, "metadata": {"user_id": nonce}}
                return judge(await self._whole("/v1/messages", body), nonce)
            case "responses":
                return judge(await self._whole("/v1/responses", {"model": "m2", "input": f"Hi! nonce={nonce}"}), nonce)
            case "leaves" | "hybrid leaves":
                return await self._leave(_model(kind), nonce)
            case _:
                return await self._fault(nonce, stream=kind.endswith("stream"))

    async def _whole(self, path: str, body: dict[str, Any]) -> tuple[int, str]:
        response = await self.client.post(path, json=body)
        return response.status_code, response.text

    async def _streamed(self, body: dict[str, Any]) -> tuple[int, str]:
        async with self.client.stream("POST", "/v1/chat/completions", json=body) as response:
            return await streamed(response)

    async def _tool_loop(self, nonce: str) -> tuple[Came, str]:
        asked = [{"role": "user", "content": f"What is the weather in Bern? nonce={nonce}"}]
        status, text = await self._whole("/v1/chat/completions", _chat("m2", asked, tools=[_TOOL]))
        if status != 200:
            return "lost", f"{status} {text[:300]}"
        message = json.loads(text)["choices"][0]["message"]
        calls = message.get("tool_calls")
        if not calls or json.loads(calls[0]["function"]["arguments"]) != {"city": "Bern"}:
            return "lost", f"no call: {text[:300]}"
        came, evidence = judge((status, text), nonce)
        if came != "answered":
            return came, evidence
        # The client drops the thinking: the proxy's memory has to give it back.
        turn = {"role": "assistant", "content": None, "tool_calls": calls}
        result = {"role": "tool", "tool_call_id": calls[0]["id"], "content": f"21 degrees nonce={nonce}"}
        return judge(
            await self._whole("/v1/chat/completions", _chat("m2", [*asked, turn, result], tools=[_TOOL])), nonce
        )

    async def _leave(self, model: str, nonce: str) -> tuple[Came, str]:
        body = _chat(model, f"[[simulate: deltas=4000 rate=100 think=20]] nonce={nonce}", stream=True)
        after = self.dice.randint(1, 40)
        async with self.client.stream("POST", "/v1/chat/completions", json=body) as response:
            if response.status_code != 200:
                return "lost", f"{response.status_code} {(await response.aread()).decode()[:300]}"
            async for _ in _chunks(response):
                after -= 1
                if not after:
                    return "left", ""
        return "lost", "a long stream ended by itself"

    async def _fault(self, nonce: str, *, stream: bool) -> tuple[Came, str]:
        directive, expected = self.dice.choice(_FAULTS)
        if stream and "truncate_json" in directive:
            expected = 502  # half a frame: met inside the stream
        patience = {"timeout": 1} if "stall" in directive else {}
        body = _chat("m2", f"[[simulate: {directive}]] nonce={nonce}", stream=stream, **patience)
        status, text = await (self._streamed(body) if stream else self._whole("/v1/chat/completions", body))
        if status == expected:
            return "refused", ""
        return "lost", f"{directive}, stream={stream}: {status} and not {expected}: {text[:300]}"


def _model(kind: str) -> str:
    return "thinking-coder" if kind.startswith("hybrid") else "m2"


def _chat(model: str, asked: str | list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": asked}] if isinstance(asked, str) else asked
    return {"model": model, "messages": messages, **more}


async def streamed(response: httpx.Response) -> tuple[int, str]:
    """Status and text of a streamed chat answer; 0 for one that broke off, an error's own status for one inside."""
    text, ended = "", False
    if response.status_code != 200:
        return response.status_code, (await response.aread()).decode()
    async for chunk in _chunks(response):
        for choice in chunk.get("choices") or ():
            delta = choice.get("delta") or {}
            text += (delta.get("reasoning_content") or "") + (delta.get("content") or "")
            ended = ended or bool(choice.get("finish_reason"))
        if "error" in chunk:
            return int(chunk["error"].get("code") or 500), json.dumps(chunk)
    return (200, text) if ended else (0, f"no end: {text[-200:]}")


def judge(answer: tuple[int, str], nonce: str) -> tuple[Came, str]:
    """What became of a request, from the status and text of its answer."""
    status, text = answer
    found = set(_NONCE.findall(text))
    if status != 200 or not found:
        return "lost", f"{status} {text[:300]}"
    if found != {nonce}:
        return "mixed", f"{found} and not {nonce}"
    return "answered", ""


async def _chunks(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in response.aiter_lines():
        if line.startswith("data: {"):
            yield json.loads(line[6:])
