"""A stream of Anthropic events on its way through LiteLLM: opened before it is returned, closed when it is dropped."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

from litellm_minimax.upstream.error_table import CallContext
from litellm_minimax.upstream.errors import to_litellm
from litellm_minimax.upstream.transport_faults import TransportFault, as_transport_faults
from litellm_minimax.wire.anthropic.answer import MessageStream
from litellm_minimax.wire.events import Event
from litellm_minimax.wire.faults import WireFault

Keep: TypeAlias = Callable[[list[Event]], Awaitable[None]]


class OpenedStream:
    """A stream of Anthropic events; ``open()`` waits for the first event, so that an error keeps its status."""

    def __init__(
        self, response: Any, build: Callable[[Any], Any], context: CallContext, keep: Keep, *, one_call: bool
    ) -> None:
        """Set up the stream; nothing is read before ``open()``.

        Args:
            response: httpx's response, its body unread.
            build: makes LiteLLM's own reader of the stream; it gets this object as the response.
            context: the call, for exceptions.
            keep: called with the thinking and calls of a complete answer, before its end is passed on.
            one_call: pass on only the first tool use.
        """
        self._keep_events = keep
        self._response = response
        self._build = build
        self._context = context
        self._reader = MessageStream(response.headers.get("trace-id"), one_call=one_call)
        self._bytes = response.aiter_bytes()
        self._first = b""
        self._inner: Any = None
        self._closed = False

    @property
    def status_code(self) -> int:
        """The HTTP status, which LiteLLM's reader asks of a response besides ``aiter_bytes``."""
        return int(self._response.status_code)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._response, name)

    async def open(self) -> None:
        """Wait for the first event.

        Raises:
            Exception: LiteLLM's, if it is an error.
        """
        try:
            while not self._reader.began:
                with as_transport_faults("first byte"):
                    data = await anext(self._bytes, None)
                self._first += self._reader.close() if data is None else self._reader.feed(data)
        except (WireFault, TransportFault) as fault:
            await self.aclose()
            raise to_litellm(fault, self._context) from fault
        except BaseException:
            await self.aclose()
            raise

    async def aiter_bytes(self, *_: Any, **__: Any) -> AsyncIterator[bytes]:
        """Yield the bytes to pass on, for LiteLLM's reader."""
        await self._keep()
        if self._first:
            yield self._first
        async for data in self._bytes:
            passed = self._reader.feed(data)
            await self._keep()
            if passed:
                yield passed
        rest = self._reader.close()
        if rest:
            yield rest

    async def _keep(self) -> None:
        """Store a complete answer before its end is passed on, because the client's next request may follow at once."""
        if not self._reader.ended:
            return
        events, self._reader.events = self._reader.events, []
        await self._keep_events(events)

    def __aiter__(self) -> OpenedStream:
        return self

    async def __anext__(self) -> Any:
        if self._inner is None:
            self._inner = aiter(self._build(self))
        try:
            with as_transport_faults("silence"):
                return await anext(self._inner)
        except (WireFault, TransportFault) as fault:
            await self.aclose()
            raise to_litellm(fault, self._context) from fault
        except StopAsyncIteration:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Stop: close the upstream connection at once, so that it generates no more."""
        if self._closed:
            return
        self._closed = True
        inner, self._inner = self._inner, None
        try:
            if inner is not None:
                await inner.aclose()
        finally:
            await self._response.aclose()
