"""The contenders: each asks the same simulator with a :class:`~bench.load.Load`'s messages, whole or streamed.

``bare``     HTTP and JSON only: the client that LiteLLM shares, each frame parsed and thrown away.
``floor``    LiteLLM with a handler that does nothing: what LiteLLM's own pipeline costs, without any network.
``builtin``  LiteLLM's own ``minimax`` provider; this package is not imported.
``plugin``   the same call after ``import litellm_minimax``.
``frozen``   the same again, with what is loaded set aside from garbage collection once it has answered a few calls.

A stream gives the text of each chunk, which holds the upstream's stamps.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

MODEL = "MiniMax-M2"
KEY = "sk-bench"
Messages = list[dict[str, Any]]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "write",
            "description": "Writes a text.",
            "parameters": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
        },
    }
]


class Contender(Protocol):
    """One way to ask."""

    async def whole(self, messages: Messages, **options: Any) -> int:
        """Ask and return the number of characters that came."""

    def stream(self, messages: Messages, **options: Any) -> AsyncIterator[str]:
        """Ask and yield what each chunk carries."""


class Bare:
    """Read and parse only."""

    def __init__(self, base: str, path: str = "/v1/chat/completions", key: str = KEY, model: str = MODEL) -> None:
        from litellm.llms.custom_httpx.http_handler import get_async_httpx_client

        self._url = f"{base}{path}"
        self._headers = {"authorization": f"Bearer {key}", "accept-encoding": "identity"}
        self._model = model
        self._http = get_async_httpx_client(llm_provider="minimax").client

    def _request(self, messages: Messages, **options: Any) -> Any:
        body = {"model": self._model, "messages": messages, **options}
        return self._http.build_request("POST", self._url, json=body, headers=self._headers, timeout=600)

    async def whole(self, messages: Messages, **options: Any) -> int:
        import orjson

        response = await self._http.send(self._request(messages, reasoning_split=True, **options))
        return _length(orjson.loads(response.content)["choices"][0]["message"])

    async def stream(self, messages: Messages, **options: Any) -> AsyncIterator[str]:
        import orjson

        extra = {"stream": True, "stream_options": {"include_usage": True}, "reasoning_split": True}
        response = await self._http.send(self._request(messages, **extra, **options), stream=True)
        rest = b""
        try:
            async for piece in response.aiter_bytes():
                *frames, rest = (rest + piece).split(b"\n\n")
                for frame in frames:
                    if frame != b"data: [DONE]":
                        yield _carried(orjson.loads(frame[6:]))
        finally:
            await response.aclose()


class ThroughLiteLLM:
    """``litellm.acompletion``, as a user writes it."""

    def __init__(self, base: str, model: str = f"minimax/{MODEL}") -> None:
        import litellm

        litellm.suppress_debug_info = True
        self._ask = litellm.acompletion
        self._fixed = {"model": model, "api_base": f"{base}/v1", "api_key": KEY, "timeout": 600}

    async def whole(self, messages: Messages, **options: Any) -> int:
        response = await self._ask(messages=messages, **self._fixed, **options)
        return _length(response.choices[0].message.model_dump())

    async def stream(self, messages: Messages, **options: Any) -> AsyncIterator[str]:
        async for chunk in await self._ask(messages=messages, stream=True, **self._fixed, **options):
            yield carried_by(chunk)


def plugin(base: str) -> ThroughLiteLLM:
    """This package."""
    import litellm_minimax  # noqa: F401 -- importing registers it

    return ThroughLiteLLM(base)


def floor(base: str) -> ThroughLiteLLM:
    """A handler that does nothing, registered as any custom provider is."""
    import litellm

    from bench.floor import DoNothing

    litellm.custom_provider_map = [{"provider": "floor", "custom_handler": DoNothing()}]
    litellm.utils.custom_llm_setup()
    return ThroughLiteLLM(base, "floor/nothing")


CONTENDERS = {"bare": Bare, "floor": floor, "builtin": ThroughLiteLLM, "plugin": plugin, "frozen": plugin}


def carried_by(chunk: Any) -> str:
    """The text, thinking or arguments in a chunk of LiteLLM's."""
    if not chunk.choices:
        return ""
    delta = chunk.choices[0].delta
    if delta.tool_calls:
        return delta.tool_calls[0].function.arguments or ""
    return delta.content or getattr(delta, "reasoning_content", None) or ""


def _carried(frame: dict[str, Any]) -> str:
    choices = frame.get("choices")
    if not choices:
        return ""
    delta = choices[0].get("delta") or {}
    if delta.get("tool_calls"):
        return delta["tool_calls"][0]["function"].get("arguments") or ""
    return delta.get("content") or delta.get("reasoning_content") or ""


def _length(message: dict[str, Any]) -> int:
    return len(message.get("content") or "") + len(message.get("reasoning_content") or "")
