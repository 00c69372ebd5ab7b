"""The chunks of one streamed answer, as the iterators that LiteLLM's stream wrapper reads and closes."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from litellm_minimax.chat.chunks import ChunkBuilder
from litellm_minimax.upstream import transport
from litellm_minimax.upstream.errors import one_line, to_litellm
from litellm_minimax.upstream.transport import AsyncAnswer, SyncAnswer
from litellm_minimax.upstream.transport_faults import TransportFault
from litellm_minimax.wire.events import Event, ProviderFields
from litellm_minimax.wire.faults import WireFault
from litellm_minimax.wire.incoming.answer import AnswerReader
from litellm_minimax.wire.incoming.coalesce import coalesce
from litellm_minimax.wire.incoming.collector import AnswerCollector
from litellm_minimax.wire.incoming.stream import parse_error_body

if TYPE_CHECKING:
    from litellm.types.utils import ModelResponseStream

    from litellm_minimax.chat.call import Call

log = logging.getLogger("litellm_minimax")

AFTER_FINISH_SECONDS = 5.0
"""How long to wait for the usage of a stream that has finished: some of MiniMax's streams never end."""


class _StreamState:
    """State shared by the two kinds of stream: bytes in, chunks out, and one end."""

    __slots__ = ("_builder", "_collector", "_reader", "call", "ended", "fault", "ready")

    def __init__(self, call: Call) -> None:
        self.call = call
        self.ended = False
        self.fault: WireFault | TransportFault | None = None
        """The fault to raise once all chunks that are ready have been passed on."""
        self.ready: deque[ModelResponseStream] = deque()
        self._builder = ChunkBuilder(call.model)
        self._collector = AnswerCollector()
        self._reader: AnswerReader | None = None

    def began(self) -> None:
        self._reader = AnswerReader(self.call.read)

    @property
    def finished(self) -> bool:
        """Whether the answer is complete; only its usage may still be missing."""
        return self._reader is not None and self._reader.finished

    @property
    def complete(self) -> bool:
        """Whether the server generates no more, so that its connection can be reused instead of closed."""
        return self._reader is not None and self._reader.complete and self.fault is None

    def take(self, piece: bytes) -> bool:
        """Turn the deltas of one network read into one chunk of each kind; nothing is delayed for this.

        Returns True when no more of the body is needed.
        """
        assert self._reader is not None  # noqa: S101 -- both streams call began() first
        self._queue(self._reader.feed(piece))
        self.fault = self._reader.fault
        return self._reader.done

    def broke_off(self, fault: TransportFault) -> None:
        """Note that the connection broke; the chunks that came before are passed on first."""
        assert self._reader is not None  # noqa: S101
        self._queue(self._reader.broken_off())
        self.fault = fault

    def last_events(self) -> AnswerCollector | None:
        """End the answer: make its last chunks ready, and return the whole of it.

        Returns ``None`` if it broke off; ``fault`` then has the reason.
        """
        assert self._reader is not None  # noqa: S101
        events = self._reader.close()
        self.fault = self._reader.fault
        if self.fault is not None:
            self._queue(events)
            return None
        self.ended = True
        self._collector.add(events)
        problem = self.call.format_problem(self._collector)
        if problem:
            # The client already has the text and may well repair it, so this is only reported, not raised.
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
        """Send the request and wait for the first bytes, so that an error in their place keeps its own status.

        Raises:
            Exception: LiteLLM's, for the error that came instead.
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
        """Read until there is a chunk to pass on, or the answer has ended."""
        state = self._state
        while not state.ended and not state.ready:
            if state.fault is not None:
                raise state.fault
            try:
                piece = await self._next_piece()
            except TransportFault as fault:
                state.broke_off(fault)
                continue
            if (piece is not None and not state.take(piece)) or state.fault is not None:
                continue
            answer = state.last_events()
            if answer is not None:
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
            # The answer is complete, so a connection that hangs or breaks now does not matter.
            return None

    async def aclose(self) -> None:
        """Stop: close the upstream connection at once if it still generates."""
        self._opened = self._state.ended = True
        await self._close_answer()

    async def _close_answer(self) -> None:
        answer, self._answer = self._answer, None
        pieces, self._pieces = self._pieces, None
        if answer is not None and pieces is not None and self._state.complete:
            answer.end(pieces)
            return
        if pieces is not None:
            with suppress(RuntimeError):  # "already running": another task is reading, and is about to see the end
                await pieces.aclose()
        if answer is not None:
            await answer.close()


class SyncStream:
    """The blocking :class:`AsyncStream`; dropping it closes the upstream, because LiteLLM never calls ``close``."""

    __slots__ = ("_answer", "_pieces", "_state")

    def __init__(self, call: Call) -> None:
        self._state = _StreamState(call)
        self._answer: SyncAnswer | None = None
        self._pieces: Iterator[bytes] = iter(())

    def __iter__(self) -> SyncStream:
        return self

    def open(self) -> None:
        """Send the request and wait for the first bytes; raises LiteLLM's exceptions."""
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
        """Read until there is a chunk to pass on, or the answer has ended."""
        state = self._state
        while not state.ended and not state.ready:
            if state.fault is not None:
                raise state.fault
            try:
                piece = self._next_piece()
            except TransportFault as fault:
                state.broke_off(fault)
                continue
            if (piece is not None and not state.take(piece)) or state.fault is not None:
                continue
            answer = state.last_events()
            if answer is not None:
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
        """Stop: close the upstream connection at once if it still generates."""
        self._state.ended = True
        self._close_answer()

    def _close_answer(self) -> None:
        answer, self._answer = self._answer, None
        pieces, self._pieces = self._pieces, iter(())
        if answer is None:
            return
        if self._state.complete:
            answer.end(pieces)
        else:
            answer.close()

    def __del__(self) -> None:
        if self._answer is not None:
            self._answer.close()


def _with_field(events: list[Event], name: str, value: str) -> list[Event]:
    """Return the closing events of an answer with one more provider field."""
    others = [event for event in events if not isinstance(event, ProviderFields)]
    fields: dict[str, object] = {}
    for event in events:
        if isinstance(event, ProviderFields):
            fields |= event.fields
    return [*others[:-1], ProviderFields({**fields, name: value}), others[-1]]
