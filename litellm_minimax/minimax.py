"""The handler that LiteLLM calls for ``minimax/`` and ``minimax-plugin/``: unpack, translate, send, read, hand back.

A request walks once through: :mod:`wire.request` builds the body, :mod:`transport` sends it, :mod:`wire.answer` reads
the bytes into events, :mod:`chunks` builds what LiteLLM wants. Sync and async differ in ``for`` and ``async for``.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from litellm import CustomLLM

from litellm_minimax import addresses, catalog, memory, transport
from litellm_minimax.__about__ import __version__
from litellm_minimax.chunks import AnswerCollector, ChunkBuilder, to_response
from litellm_minimax.errors import CallContext, invalid_json, missing_key, one_line, to_litellm
from litellm_minimax.transport import AsyncAnswer, Post, SyncAnswer, Timeouts, TransportFault
from litellm_minimax.wire.answer import AnswerReader
from litellm_minimax.wire.events import Event, ProviderFields
from litellm_minimax.wire.faults import InvalidRequest, WireFault
from litellm_minimax.wire.history import MissingReasoning, turns_without_reasoning
from litellm_minimax.wire.json_text import dumps
from litellm_minimax.wire.options import ReadOptions, Server
from litellm_minimax.wire.request import BuiltRequest, ChatRequest, build_request
from litellm_minimax.wire.response_format import validate
from litellm_minimax.wire.stream import coalesce, parse_error_body

if TYPE_CHECKING:
    from litellm.types.utils import ModelResponse, ModelResponseStream

    from litellm_minimax.addresses import Address

log = logging.getLogger("litellm_minimax")

AFTER_FINISH_SECONDS = 5.0
"""How long a stream that has finished may take to tell its usage: some of MiniMax's never end."""

# Whoever sends a request through a proxy may add headers, but neither exchange its key nor reframe it.
_OWN_HEADERS = frozenset({
    "authorization", "x-api-key", "content-type", "content-length", "host", "accept", "accept-encoding",
    "connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "expect", "proxy-authorization",
})  # fmt: skip
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t\x20-\x7e\xa0-\xff]*")
_warned: set[str] = set()


class MinimaxLLM(CustomLLM):
    """MiniMax chat for LiteLLM. Stateless: one instance serves every call, thread and event loop."""

    def completion(self, **kwargs: Any) -> ModelResponse:
        """Answer one call, blocking. Raises LiteLLM's exceptions only."""
        call = Call(kwargs, streaming=False)
        try:
            call.prepare(call.recall())
            answer = transport.post(call.post, call.client)
            body = answer.whole() if answer.status < 300 else answer.beginning()
            collected = call.read_whole(answer.status, answer.headers, body)
            call.keep(collected)
        except (WireFault, TransportFault) as fault:
            raise to_litellm(fault, call.context) from fault
        return to_response(collected, kwargs["model_response"], call.model)

    async def acompletion(self, **kwargs: Any) -> ModelResponse:
        """Answer one call. Raises LiteLLM's exceptions only."""
        call = Call(kwargs, streaming=False)
        try:
            call.prepare(await call.arecall())
            answer = await transport.apost(call.post, call.client)
            body = await (answer.whole() if answer.status < 300 else answer.beginning())
            collected = call.read_whole(answer.status, answer.headers, body)
            await call.akeep(collected)
        except (WireFault, TransportFault) as fault:
            raise to_litellm(fault, call.context) from fault
        return to_response(collected, kwargs["model_response"], call.model)

    def streaming(self, **kwargs: Any) -> SyncStream:
        """Answer one call as a stream, blocking; the upstream is open when this returns."""
        stream = SyncStream(Call(kwargs, streaming=True))
        stream.open()
        return stream

    def astreaming(self, **kwargs: Any) -> AsyncStream:
        """Answer one call as a stream; its ``open()`` asks the upstream, or else its first ``__anext__`` does."""
        return AsyncStream(Call(kwargs, streaming=True))


class Call:
    """One call of LiteLLM's: unpacked at once, prepared when its reasoning memory was asked."""

    def __init__(self, kwargs: Mapping[str, Any], *, streaming: bool) -> None:
        self._kwargs = kwargs
        self._streaming = streaming
        typed = str(kwargs["model"])
        self.facts = catalog.find(typed)
        self.model = self.facts.id if self.facts else typed
        self.litellm_params: Mapping[str, Any] = kwargs.get("litellm_params") or {}
        self.context = CallContext(self.model, self.litellm_params.get("custom_llm_provider") or "minimax")
        self.messages: Sequence[Mapping[str, Any]] = kwargs["messages"]
        self.client = kwargs.get("client")
        self.scope: str | None = None
        """Whose reasoning memory; ``None`` when it is off."""
        self.read = ReadOptions()
        try:
            self.address = addresses.resolve(kwargs.get("api_base"), os.environ)
        except WireFault as fault:
            raise to_litellm(fault, self.context) from fault
        self.context = replace(self.context, address=self.address)
        self._key = _key(kwargs.get("api_key"), self.context)
        if memory.is_on() and (self.facts is None or self.facts.reasons):
            self.scope = memory.scope_of(self._key, self.litellm_params)

    def _missing(self) -> list[MissingReasoning]:
        return turns_without_reasoning(self.messages) if self.scope else []

    def recall(self) -> Mapping[int, str]:
        """The reasoning that the client dropped, as far as it is remembered."""
        missing = self._missing()
        return memory.recall(self.scope, missing) if missing and self.scope else {}

    async def arecall(self) -> Mapping[int, str]:
        """The asynchronous twin of :meth:`recall`."""
        missing = self._missing()
        return await memory.arecall(self.scope, missing) if missing and self.scope else {}

    def prepare(self, recalled: Mapping[int, str]) -> None:
        """Build what is sent.

        Raises:
            InvalidRequest: it can't be sent as it is.
        """
        kwargs = self._kwargs
        parameters = dict(kwargs.get("optional_params") or {})
        server = _server(parameters.pop("self_hosted", None), self.address)
        request = build_request(
            ChatRequest(
                model=self.model,
                facts=self.facts,
                messages=self.messages,
                parameters=parameters,
                stream=self._streaming,
                server=server,
                recalled=recalled,
            )
        )
        self.read = request.read
        self.post = Post(
            url=self.address.chat,
            headers=_headers(self._key, kwargs.get("headers"), streaming=self._streaming),
            body=dumps(request.body),
            timeouts=Timeouts.of(kwargs.get("timeout"), streaming=self._streaming),
            tls_verify=self.litellm_params.get("ssl_verify"),
        )
        _tell(self.facts, request)
        _log_to_litellm(kwargs, request, self.post)

    def read_whole(self, status: int, headers: Mapping[str, str], body: bytes) -> AnswerCollector:
        """A whole answer, held against what the request promised its caller."""
        if status >= 300:
            raise parse_error_body(status, body, headers.get("trace-id"))
        reader = AnswerReader(self.read)
        collected = AnswerCollector()
        collected.add(reader.feed(body))
        collected.add(reader.close())
        problem = self.format_problem(collected)
        if problem and self.read.response_format:
            asked = self.read.response_format
            raise invalid_json(self.context, collected.text, problem, str(asked.schema or asked.kind))
        return collected

    def format_problem(self, answer: AnswerCollector) -> str | None:
        """Why the text of a finished answer is not what ``response_format`` asked for; ``None`` if it is."""
        asked = self.read.response_format
        if asked is None or answer.calls or (answer.finish and answer.finish.reason != "stop"):
            return None
        return validate(answer.text, asked)

    def keep(self, answer: AnswerCollector) -> None:
        """Remember the reasoning of a finished answer."""
        if self.scope:
            memory.keep(self.scope, answer)

    async def akeep(self, answer: AnswerCollector) -> None:
        """The asynchronous twin of :meth:`keep`."""
        if self.scope:
            await memory.akeep(self.scope, answer)


class _StreamState:
    """What the two kinds of stream share: bytes in, chunks out, and the end told once."""

    __slots__ = ("_builder", "_collector", "_reader", "call", "ended", "ready")

    def __init__(self, call: Call) -> None:
        self.call = call
        self.ended = False
        self.ready: deque[ModelResponseStream] = deque()
        self._builder = ChunkBuilder(call.model)
        self._collector = AnswerCollector()
        self._reader: AnswerReader | None = None

    def began(self) -> None:
        self._reader = AnswerReader(self.call.read)

    @property
    def finished(self) -> bool:
        """The answer is complete; only its usage may still be missing."""
        return self._reader is not None and self._reader.finished

    def take(self, piece: bytes) -> bool:
        """All deltas of one network read become one chunk a kind; nothing is held back for it.

        Returns True when no more of the body is wanted.
        """
        assert self._reader is not None  # noqa: S101 -- both streams call began() first
        self._queue(self._reader.feed(piece))
        return self._reader.done

    def last_events(self) -> AnswerCollector:
        """End the answer: its last chunks are ready afterwards, and the whole of it is returned."""
        assert self._reader is not None  # noqa: S101
        self.ended = True
        events = self._reader.close()
        self._collector.add(events)
        problem = self.call.format_problem(self._collector)
        if problem:
            # Its text is already with the client, who may well mend it: said, and not raised.
            told = f"{self.call.model}: the streamed answer does not fit response_format: {problem}"
            log.warning("%s", one_line(told))
            events = _with_field(events, "response_format_error", problem)
        self.ready.extend(self._builder.chunks(coalesce(events)))
        return self._collector

    def _queue(self, events: list[Event]) -> None:
        events = coalesce(events)
        self._collector.add(events)
        self.ready.extend(self._builder.chunks(events))


class AsyncStream:
    """The chunks of one answer, as an async iterator that LiteLLM's stream wrapper reads and closes."""

    __slots__ = ("_answer", "_opened", "_pieces", "_state")

    def __init__(self, call: Call) -> None:
        self._state = _StreamState(call)
        self._answer: AsyncAnswer | None = None
        self._pieces: AsyncGenerator[bytes] | None = None
        self._opened = False

    def __aiter__(self) -> AsyncStream:
        return self

    async def open(self) -> None:
        """Ask the upstream and wait for its first words, so that an error in their place keeps its own status.

        Raises:
            Exception: LiteLLM's, for whatever came instead.
        """
        if self._opened:
            return
        self._opened = True
        call = self._state.call
        try:
            call.prepare(await call.arecall())
            self._answer = answer = await transport.apost(call.post, call.client)
            if answer.status >= 300:
                raise parse_error_body(answer.status, await answer.beginning(), answer.headers.get("trace-id"))
            self._state.began()
            self._pieces = answer.pieces()
            await self._read()
        except (WireFault, TransportFault) as fault:
            await self.aclose()
            raise to_litellm(fault, call.context) from fault

    async def __anext__(self) -> ModelResponseStream:
        state = self._state
        if not state.ready:
            if not self._opened:
                await self.open()
            elif not state.ended:
                await self._read_or_raise()
        if state.ready:
            return state.ready.popleft()
        await self.aclose()
        raise StopAsyncIteration

    async def _read_or_raise(self) -> None:
        try:
            await self._read()
        except (WireFault, TransportFault) as fault:
            await self.aclose()
            raise to_litellm(fault, self._state.call.context) from fault

    async def _read(self) -> None:
        """Read until there is a chunk to hand on, or the answer has ended."""
        state = self._state
        while not state.ended and not state.ready:
            piece = await self._next_piece()
            if piece is not None and not state.take(piece):
                continue
            answer = state.last_events()
            await self._close_answer()
            await state.call.akeep(answer)

    async def _next_piece(self) -> bytes | None:
        assert self._pieces is not None  # noqa: S101 -- open() has set it
        if not self._state.finished:
            return await anext(self._pieces, None)
        try:
            async with asyncio.timeout(AFTER_FINISH_SECONDS):
                return await anext(self._pieces, None)
        except (TimeoutError, TransportFault):
            # The answer is whole; that its connection hangs or breaks afterwards takes nothing from it.
            return None

    async def aclose(self) -> None:
        """Stop: the upstream is closed at once, and generates no more."""
        self._opened = self._state.ended = True
        await self._close_answer()

    async def _close_answer(self) -> None:
        answer, self._answer = self._answer, None
        pieces, self._pieces = self._pieces, None
        if pieces is not None:
            with suppress(RuntimeError):  # "already running": another task is reading, and is about to see the end
                await pieces.aclose()
        if answer is not None:
            await answer.close()


class SyncStream:
    """The blocking twin of :class:`AsyncStream`; dropping it closes the upstream, as LiteLLM never calls ``close``."""

    __slots__ = ("_answer", "_pieces", "_state")

    def __init__(self, call: Call) -> None:
        self._state = _StreamState(call)
        self._answer: SyncAnswer | None = None
        self._pieces: Iterator[bytes] = iter(())

    def __iter__(self) -> SyncStream:
        return self

    def open(self) -> None:
        """Ask the upstream and wait for its first words; raises LiteLLM's exceptions."""
        call = self._state.call
        try:
            call.prepare(call.recall())
            self._answer = answer = transport.post(call.post, call.client)
            if answer.status >= 300:
                raise parse_error_body(answer.status, answer.beginning(), answer.headers.get("trace-id"))
            self._state.began()
            self._pieces = answer.pieces()
            self._read()
        except (WireFault, TransportFault) as fault:
            self.close()
            raise to_litellm(fault, call.context) from fault

    def __next__(self) -> ModelResponseStream:
        state = self._state
        if not state.ready and not state.ended:
            try:
                self._read()
            except (WireFault, TransportFault) as fault:
                self.close()
                raise to_litellm(fault, state.call.context) from fault
        if state.ready:
            return state.ready.popleft()
        self.close()
        raise StopIteration

    def _read(self) -> None:
        """Read until there is a chunk to hand on, or the answer has ended."""
        state = self._state
        while not state.ended and not state.ready:
            piece = self._next_piece()
            if piece is not None and not state.take(piece):
                continue
            answer = state.last_events()
            self._close_answer()
            state.call.keep(answer)

    def _next_piece(self) -> bytes | None:
        if self._state.finished and self._answer is not None:
            self._answer.end_within(AFTER_FINISH_SECONDS)
        try:
            return next(self._pieces, None)
        except TransportFault:
            if self._state.finished:
                return None
            raise

    def close(self) -> None:
        """Stop: the upstream is closed at once."""
        self._state.ended = True
        self._close_answer()

    def _close_answer(self) -> None:
        answer, self._answer = self._answer, None
        self._pieces = iter(())
        if answer is not None:
            answer.close()

    def __del__(self) -> None:
        self._close_answer()


def _with_field(events: list[Event], name: str, value: str) -> list[Event]:
    """The closing events of an answer with one more provider field."""
    others = [event for event in events if not isinstance(event, ProviderFields)]
    fields: dict[str, object] = {}
    for event in events:
        if isinstance(event, ProviderFields):
            fields |= event.fields
    return [*others[:-1], ProviderFields({**fields, name: value}), others[-1]]


def _key(given: str | None, context: CallContext) -> str:
    import litellm

    key = given or os.environ.get("MINIMAX_API_KEY") or litellm.api_key
    if not key or not key.strip():
        raise missing_key(context)
    return str(key).strip()


def _server(switch: Any, address: Address) -> Server:
    """Who answers there: MiniMax, the open weights on somebody's own server, or we can't know."""
    text = str(os.environ.get("MINIMAX_SELF_HOSTED", "") if switch is None else switch).strip().lower()
    if text in {"on", "true", "1"}:
        return "self_hosted"
    if text in {"off", "false", "0"} or address.is_minimax:
        return "minimax"
    if text not in {"", "auto"}:
        raise InvalidRequest("self_hosted", f"{text!r} is none of on, off, auto.")
    return "unknown"


def _headers(key: str, extra: Mapping[str, str] | None, *, streaming: bool) -> dict[str, str]:
    headers = {
        "authorization": f"Bearer {key}",
        "content-type": "application/json",
        "accept": "text/event-stream" if streaming else "application/json",
        # A compressed stream may be held back by whatever sits between; plain bytes arrive as they are made.
        "accept-encoding": "identity",
        "user-agent": f"litellm-minimax/{__version__}",
    }
    if not isinstance(extra, Mapping | None):
        raise InvalidRequest("extra_headers", "it must be an object.")
    for name, value in (extra or {}).items():
        if not isinstance(value, str | int | float) or not _HEADER.fullmatch(f"{name}: {value}"):
            raise InvalidRequest("extra_headers", "a name or a value in it can't stand in an HTTP header.")
        if name.lower() not in _OWN_HEADERS:
            headers[name.lower()] = str(value)
    return headers


def _tell(facts: catalog.ModelFacts | None, request: BuiltRequest) -> None:
    """Say once that a model is on its way out, and at debug level what was done to the request."""
    if facts and facts.note and facts.id not in _warned:
        _warned.add(facts.id)
        log.warning("%s: %s", facts.id, facts.note)
    if request.notes and log.isEnabledFor(logging.DEBUG):
        log.debug("%s", one_line(f"request to {request.body.get('model')}: {'; '.join(request.notes)}"))


def _log_to_litellm(kwargs: Mapping[str, Any], request: BuiltRequest, post: Post) -> None:
    """Show LiteLLM's loggers what is sent, without the key."""
    logging_obj = kwargs.get("logging_obj")
    if logging_obj is None:
        return
    logging_obj.pre_call(
        input=kwargs["messages"],
        api_key="",
        additional_args={
            "complete_input_dict": request.body,
            "api_base": post.url,
            "headers": {name: value for name, value in post.headers.items() if name != "authorization"},
        },
    )
