"""The doors of the matrix: the SDK, a Router and a started proxy, each blocking and not, each streamed and not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import litellm
import openai

import litellm_minimax
from tests.faults.troubles import ENOUGH, PATIENCE
from tests.faults.upstreams import Upstreams

WAYS = ("sync", "async", "sync-stream", "async-stream")
KINDS = ("plain", "hybrid: reasoner", "hybrid: executor", "embedding", "image")
MEDIA: dict[str, tuple[str, str, dict[str, Any]]] = {
    "embedding": ("minimax/embo-01", "embedding", {"input": ["A fox.", "A dog."]}),
    "image": ("minimax/image-01", "image_generation", {"prompt": "A fox.", "response_format": "b64_json"}),
}
"""The kinds beside chat: a model, the name of LiteLLM's function, and what is asked. They are not streamed."""
KEY = "sk-api-fault-matrix-0123456789"
REASONER, EXECUTOR = "MiniMax-M2", "MiniMax-M2.1"
HELLO = [{"role": "user", "content": "Hello!"}]
QUICK = {"first_delta_timeout": 0.3, "idle_timeout": 0.3, "reasoning_timeout": 0.6}


class Door(Protocol):
    """A way into LiteLLM. ``outcome`` is ``answer``, or the name of the exception's class (a status on the proxy)."""

    name: str
    heard: str
    """The text of the last stream."""

    def can(self, kind: str, address: str) -> bool: ...

    async def outcome(
        self, way: str, kind: str, address: str, *, leave: bool = False, patience: float = PATIENCE
    ) -> str: ...


def model_list(addresses: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every member at every address, and hybrids with one member at a troubled address."""
    listed = []
    for name, base in addresses.items():
        listed += [
            _entry(f"plain-{name}", f"minimax/{REASONER}", api_base=base),
            _entry(f"reasoner-at-{name}", f"minimax/{REASONER}", api_base=base),
            _entry(f"executor-at-{name}", f"minimax/{EXECUTOR}", api_base=base),
            *(_entry(f"{kind}-{name}", model, api_base=base) for kind, (model, _, _) in MEDIA.items()),
            _hybrid(f"hybrid: reasoner-{name}", f"reasoner-at-{name}", "executor-at-simulator"),
            _hybrid(f"hybrid: executor-{name}", "reasoner-at-simulator", f"executor-at-{name}"),
        ]
    return listed


def _entry(group: str, model: str, **params: Any) -> dict[str, Any]:
    return {"model_name": group, "litellm_params": {"model": model, "api_key": KEY, **params}}


def _hybrid(group: str, reasoner: str, executor: str) -> dict[str, Any]:
    members = {"reasoning_model": reasoner, "execution_model": executor}
    return {
        "model_name": group,
        "litellm_params": {"model": f"hybrid/{group.replace(': ', '-')}", "hybrid": {**members, **QUICK}},
    }


class Sdk:
    """``litellm.completion`` and ``litellm.acompletion``."""

    name = "SDK"
    heard = ""

    def __init__(self, upstreams: Upstreams) -> None:
        self._addresses = upstreams.addresses

    def can(self, kind: str, address: str) -> bool:
        # Without a Router both members of a hybrid have the one address of the environment.
        return not kind.startswith("hybrid") or address == "simulator"

    async def outcome(
        self, way: str, kind: str, address: str, *, leave: bool = False, patience: float = PATIENCE
    ) -> str:
        if kind in MEDIA:
            call = {"model": MEDIA[kind][0], "api_base": self._addresses[address], "api_key": KEY, "timeout": patience}
            return await media_in_process(litellm, way, kind, call)
        if kind == "plain":
            call = {"model": f"minimax/{REASONER}", "api_base": self._addresses[address], "api_key": KEY}
        else:
            call = {"model": f"hybrid/[minimax/{REASONER},minimax/{EXECUTOR}]", "hybrid": QUICK}
        return await in_process(self, litellm, way, leave, {**call, "timeout": patience})


class InRouter:
    """``Router.completion`` and ``Router.acompletion``, without retries."""

    name = "Router"
    heard = ""

    def __init__(self, upstreams: Upstreams) -> None:
        self.router = litellm.Router(model_list(upstreams.addresses), num_retries=0, disable_cooldowns=True)

    def can(self, kind: str, address: str) -> bool:
        return True

    async def outcome(
        self, way: str, kind: str, address: str, *, leave: bool = False, patience: float = PATIENCE
    ) -> str:
        if kind in MEDIA:
            return await media_in_process(self.router, way, kind, {"model": f"{kind}-{address}", "timeout": patience})
        with _members_in(self.router):
            return await in_process(self, self.router, way, leave, {"model": f"{kind}-{address}", "timeout": patience})


@contextmanager
def _members_in(router: litellm.Router) -> Iterator[None]:
    litellm_minimax.hybrid_llm.router = router
    try:
        yield
    finally:
        litellm_minimax.hybrid_llm.router = None


async def in_process(door: Sdk | InRouter, via: Any, way: str, leave: bool, call: Mapping[str, Any]) -> str:
    door.heard = ""
    asked = {"messages": HELLO, **call}
    try:
        match way:
            case "sync":
                return _of_whole(await asyncio.to_thread(via.completion, **asked))
            case "async":
                return _of_whole(await via.acompletion(**asked))
            case "sync-stream":
                return await asyncio.to_thread(lambda: _read(door, via.completion(**asked, stream=True), leave))
            case "async-stream":
                return await _aread(door, await via.acompletion(**asked, stream=True), leave)
    except Exception as error:
        # LiteLLM wraps what may be worth a fallback once something was streamed.
        return type(getattr(error, "original_exception", None) or error).__name__
    raise AssertionError(way)


async def media_in_process(via: Any, way: str, kind: str, call: Mapping[str, Any]) -> str:
    _, name, asked = MEDIA[kind]
    try:
        if way == "sync":
            answer = await asyncio.to_thread(getattr(via, name), **asked, **call)
        else:
            answer = await getattr(via, f"a{name}")(**asked, **call)
    except Exception as error:
        return type(error).__name__
    return _of_media(kind, answer)


def _of_media(kind: str, answer: Any) -> str:
    if kind == "image":
        return "answer" if answer.data[0].b64_json else "no picture"
    vectors = [item["embedding"] if isinstance(item, dict) else item.embedding for item in answer.data]
    return "answer" if [len(vector) for vector in vectors] == [1_536] * 2 else "not the vectors"


def _read(door: Door, stream: Iterable[Any], leave: bool) -> str:
    finish = None
    for number, chunk in enumerate(stream):
        if leave and number >= ENOUGH:
            return "answer"
        door.heard += _text_of(chunk)
        finish = _finish_of(chunk) or finish
    return "answer" if finish else "no finish"


async def _aread(door: Door, stream: Any, leave: bool) -> str:
    finish, number = None, 0
    try:
        async for chunk in stream:
            number += 1
            if leave and number > ENOUGH:
                return "answer"
            door.heard += _text_of(chunk)
            finish = _finish_of(chunk) or finish
    finally:
        close = getattr(stream, "aclose", None) or stream.close
        await close()
    return "answer" if finish else "no finish"


def _text_of(chunk: Any) -> str:
    return (chunk.choices[0].delta.content or "") if chunk.choices else ""


def _finish_of(chunk: Any) -> str | None:
    return chunk.choices[0].finish_reason if chunk.choices else None


def _of_whole(response: Any) -> str:
    choice = response.choices[0]
    return "answer" if choice.message.content and choice.finish_reason else "an empty answer"


class Proxy:
    """A started proxy, asked with OpenAI's clients."""

    name = "proxy"
    heard = ""

    def __init__(self, url: str, key: str) -> None:
        self._settings = {"base_url": f"{url}/v1", "api_key": key, "max_retries": 0, "timeout": 30}
        self._client = openai.OpenAI(**self._settings)

    def can(self, kind: str, address: str) -> bool:
        return True

    async def outcome(
        self, way: str, kind: str, address: str, *, leave: bool = False, patience: float = PATIENCE
    ) -> str:
        asked: dict[str, Any] = {
            "model": f"{kind}-{address}", "extra_body": {"timeout": patience},
            "extra_headers": {"x-litellm-num-retries": "0"},
        }  # fmt: skip
        self.heard = ""
        asked |= MEDIA[kind][2] if kind in MEDIA else {"messages": HELLO}
        try:
            if kind in MEDIA:
                return await self._media(way, kind, asked)
            if way.startswith("sync"):
                return await asyncio.to_thread(self._ask, way, asked, leave)
            async with openai.AsyncOpenAI(**self._settings) as client:
                if way == "async":
                    return _of_whole(await client.chat.completions.create(**asked))
                return await _aread(self, await client.chat.completions.create(**asked, stream=True), leave)
        except openai.APIStatusError as error:
            return str(error.status_code)
        except openai.APIError as error:  # inside a stream, after its 200
            return str(error.code or json.dumps(error.body))

    async def _media(self, way: str, kind: str, asked: Mapping[str, Any]) -> str:
        if way == "sync":
            door = self._client.embeddings.create if kind == "embedding" else self._client.images.generate
            return _of_media(kind, await asyncio.to_thread(door, **asked))
        async with openai.AsyncOpenAI(**self._settings) as client:
            door = client.embeddings.create if kind == "embedding" else client.images.generate
            return _of_media(kind, await door(**asked))

    def _ask(self, way: str, asked: Mapping[str, Any], leave: bool) -> str:
        if way == "sync":
            return _of_whole(self._client.chat.completions.create(**asked))
        with self._client.chat.completions.create(**asked, stream=True) as stream:
            return _read(self, stream, leave)

    def close(self) -> None:
        self._client.close()
