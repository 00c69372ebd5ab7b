"""The LiteLLM custom provider ``hybrid``: unpack the call, run it, return one answer."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from litellm import CustomLLM

from litellm_minimax.hybrid import refusals
from litellm_minimax.hybrid.answering.messages_door import with_blocks_apart
from litellm_minimax.hybrid.asking import preset, spec
from litellm_minimax.hybrid.asking.policy import Decision
from litellm_minimax.hybrid.consulting import clients_tool
from litellm_minimax.hybrid.members import access, calls, parameters, tracing
from litellm_minimax.hybrid.members.resolution import Target, resolve
from litellm_minimax.hybrid.request import HybridRequest, Members, execution_params
from litellm_minimax.hybrid.run import HybridRun, Surroundings, decision_headers
from litellm_minimax.memory.shared_cache import SharedCache
from litellm_minimax.wire.faults import InvalidRequest

if TYPE_CHECKING:
    from litellm.types.utils import ModelResponse, ModelResponseStream

_T = TypeVar("_T")

DECISION = "hybrid_decision"
"""The key of a call's decision in its logging object's ``model_call_details``, read for headers and by callbacks."""
RESULT_FLAGS = "hybrid_result_flags"
"""The metadata key under which the proxy's hook stores which tool results the client flagged as failed."""

_A_WEEK = 7 * 24 * 3600
"""How many seconds a conversation's spending is kept."""
_MESSAGES_DOOR = "anthropic_messages"
"""LiteLLM's call type for ``/v1/messages``."""
_OURS = frozenset({"hybrid", "stream", "stream_options", "max_retries"})


class HybridLLM(CustomLLM):
    """Hybrid models for LiteLLM.

    The members are called through the proxy's Router, else through ``router`` if one was given, else through LiteLLM
    directly.
    """

    def __init__(
        self,
        *,
        router: Any = None,
        call: Callable[[calls.SubCall], Awaitable[AsyncIterator[Any]]] = calls.open_stream,
        around: Mapping[str, Any] | None = None,
    ) -> None:
        """Make a handler.

        Args:
            router: for use in an SDK, a ``litellm.Router`` whose model groups the members may name.
            call: opens a member's stream; injected by tests.
            around: fields of :class:`Surroundings` to replace, by name.
        """
        super().__init__()
        self.router = router
        cache = SharedCache(max_items=2000, max_item_kib=256, ttl=3600)
        sums = SharedCache(max_items=20_000, max_item_kib=1, ttl=_A_WEEK)
        usual = {"resolve": self._resolve, "call": call, "cache": cache, "sums": sums}
        self._around = Surroundings(**{**usual, **(around or {})})

    async def acompletion(self, *_: Any, **kwargs: Any) -> ModelResponse:
        """Answer one call. Only raises LiteLLM's exceptions."""
        return await self._run(kwargs).response()

    def astreaming(self, *_: Any, **kwargs: Any) -> HybridStream:
        """Answer one call as a stream."""
        run = self._run(kwargs)
        chunks = run.chunks()
        door = getattr(kwargs.get("logging_obj"), "call_type", None)
        return HybridStream(
            with_blocks_apart(chunks) if door == _MESSAGES_DOOR else chunks, run.model, run.provider_headers
        )

    def completion(self, *_: Any, **kwargs: Any) -> ModelResponse:
        """Answer one call as :meth:`acompletion` does, blocking."""
        return _blocking(self.acompletion(**kwargs))

    def streaming(self, *_: Any, **kwargs: Any) -> Iterator[ModelResponseStream]:
        """Answer one call as :meth:`astreaming` does, blocking; dropping the iterator closes both upstreams."""
        stream = self.astreaming(**kwargs)
        try:
            while (chunk := _blocking(_next(stream))) is not None:
                yield chunk
        finally:
            # Not awaited: this may run in any thread, when the interpreter collects a dropped iterator.
            asyncio.run_coroutine_threadsafe(stream.aclose(), _loop.get())

    def _run(self, kwargs: Mapping[str, Any]) -> HybridRun:
        model = str(kwargs["model"])
        if calls.INSIDE.get():
            raise refusals.nested(model)
        try:
            request = read_request(kwargs)
        except InvalidRequest as fault:
            raise refusals.bad_request(fault, model) from None
        return HybridRun(request, self._around, _announcer(kwargs.get("logging_obj")))

    async def _resolve(self, request: HybridRequest) -> Members:
        proxy_router = calls.running_router()
        router = proxy_router if proxy_router is not None else self.router
        auth = access.caller_of(request.metadata) if proxy_router is not None else None
        groups = calls.RouterGroups(router, getattr(auth, "team_id", None)) if router is not None else None
        aliases = access.aliases_of(auth)
        options = request.preset
        unconfigured = proxy_router is None or options.allow_unconfigured_members
        try:
            reasoning = resolve(
                request.spec.reasoning, "reasoning", groups, options.backends, aliases, unconfigured=unconfigured
            )
            execution = resolve(
                request.spec.execution, "execution", groups, options.backends, aliases, unconfigured=unconfigured
            )
        except InvalidRequest as fault:
            raise refusals.bad_request(fault, request.model) from None
        if proxy_router is not None and (auth is not None or calls.proxy_is_guarded()):
            pairs = ((request.spec.reasoning, reasoning), (request.spec.execution, execution))
            for member, target in pairs:
                if auth is None or not await access.may_use(auth, target.asked, router):
                    raise refusals.not_allowed(member, target.asked, request.model)
        _check_parameters(request, reasoning, execution)
        return Members(reasoning, execution, router)


def _check_parameters(request: HybridRequest, reasoning: Target, execution: Target) -> None:
    """Refuse parameters that a member does not support.

    This comes after the key was checked, so that a key without access learns nothing about the members.
    """
    own = {**execution_params(request, execution), **request.spec.execution.params}
    try:
        parameters.check(request.spec.reasoning, "reasoning", reasoning, request.spec.reasoning.params)
        parameters.check(request.spec.execution, "execution", execution, own)
    except InvalidRequest as fault:
        raise refusals.bad_request(fault, request.model) from None


class HybridStream:
    """An async stream of chunks that can be opened ahead, so that an early error keeps its HTTP status."""

    def __init__(
        self,
        chunks: AsyncGenerator[ModelResponseStream, None],
        model: str,
        provider_headers: Callable[[], dict[str, Any]] = dict,
    ) -> None:
        self.model = model
        """The model name that the client asked for; every chunk carries it."""
        self.provider_headers = provider_headers
        """Returns the headers of the provider that answers; empty if it was not called yet."""
        self._chunks = chunks
        self._ahead: list[ModelResponseStream] = []
        self._opened = False

    async def open(self) -> None:
        """Wait for the first chunk, or for an early error."""
        if not self._opened:
            self._opened = True
            with contextlib.suppress(StopAsyncIteration):
                self._ahead.append(await anext(self._chunks))

    def __aiter__(self) -> HybridStream:
        return self

    async def __anext__(self) -> ModelResponseStream:
        self._opened = True
        if self._ahead:
            return self._ahead.pop()
        return await anext(self._chunks)

    async def aclose(self) -> None:
        """Close both upstreams."""
        await self._chunks.aclose()


def read_request(kwargs: Mapping[str, Any]) -> HybridRequest:
    """Read a request from the arguments that LiteLLM passes to a custom handler.

    Raises:
        InvalidRequest: the model string, the preset or the request's override is invalid.
    """
    model = str(kwargs["model"])
    optional = dict(kwargs.get("optional_params") or {})
    litellm_params = kwargs.get("litellm_params") or {}
    metadata = litellm_params.get("metadata") or litellm_params.get("litellm_metadata") or {}
    options = preset.read(optional.get("hybrid"), os.environ)
    members = spec.parse(model) if model.startswith("[") else options.members
    if members is None:
        what = f"no hybrid is called {spec.quoted(model)}."
        raise InvalidRequest("model", what, f"Name both models, or a preset of the proxy. Example: {spec.EXAMPLE}")
    _check_effort(optional.get("reasoning_effort"))
    asked = (metadata.get("requester_metadata") or {}).get("hybrid")
    params = {name: value for name, value in optional.items() if name not in _OURS}
    timeout = kwargs.get("timeout")
    if isinstance(timeout, (int, float)):
        params["timeout"] = timeout
    return HybridRequest(
        model=spec.restore(str(metadata.get("model_group") or f"hybrid/{model}")),
        spec=members,
        preset=options,
        messages=kwargs.get("messages") or (),
        override=preset.read_override(metadata.get("hybrid", asked)),
        params=params,
        metadata=metadata,
        retried=bool(metadata.get("attempted_retries")),
        result_flags=_flags(metadata.get(RESULT_FLAGS)),
        advisor_tool=_text(metadata.get(clients_tool.TOOL_NAME)),
        caller=_caller(metadata),
        trace=tracing.of_caller(litellm_params, kwargs.get("logging_obj")),
        logged=_logged_params(kwargs.get("logging_obj")),
        session=str(litellm_params.get("litellm_session_id") or metadata.get("session_id") or ""),
    )


def _flags(value: object) -> dict[str, bool]:
    given = value if isinstance(value, Mapping) else {}
    return {name: flag for name, flag in given.items() if isinstance(name, str) and isinstance(flag, bool)}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _check_effort(effort: object) -> None:
    """Refuse an unknown effort. The reasoner's error for it would otherwise look like an outage of the reasoner."""
    words = (*spec.EFFORTS, "default", "disable", "auto")
    if isinstance(effort, str) and effort not in words:
        raise InvalidRequest("reasoning_effort", f"{spec.quoted(effort)} is not one of {', '.join(words)}.")


def _caller(metadata: Mapping[str, Any]) -> str:
    # The key is read from the proxy's own object, because a client's JSON could contain any of the names.
    key = getattr(metadata.get("user_api_key_auth"), "api_key", None) or ""
    names = ("user_api_key_hash", "user_api_key_team_id", "user_api_key_end_user_id", "user_api_key_user_id")
    return "|".join([str(key), *(str(metadata.get(name) or "") for name in names)])


def _logged_params(logging: Any) -> dict[str, Any] | None:
    details = getattr(logging, "model_call_details", None)
    params = details.get("litellm_params") if isinstance(details, dict) else None
    return params if isinstance(params, dict) else None


def _announcer(logging: Any) -> Callable[[Decision], None]:
    details = getattr(logging, "model_call_details", None)
    params = _logged_params(logging)
    if params is not None and params.get("cooldown_time") is None:
        # A member's failure puts only that member into cooldown. One hybrid:* deployment serves every pair of models,
        # so it must not be cooled down itself.
        params["cooldown_time"] = 0

    def announce(decision: Decision) -> None:
        if isinstance(details, dict):
            details[DECISION] = decision_headers(decision)

    return announce


async def _next(stream: HybridStream) -> ModelResponseStream | None:
    try:
        return await anext(stream)
    except StopAsyncIteration:
        return None


class _Loop:
    """The event loop of the blocking calls. It runs in one thread per process, started when first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def get(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="litellm-minimax-hybrid", daemon=True).start()
            return self._loop


_loop = _Loop()


def _blocking(work: Coroutine[Any, Any, _T]) -> _T:
    future = asyncio.run_coroutine_threadsafe(work, _loop.get())
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise
