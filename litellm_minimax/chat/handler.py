"""The handler that LiteLLM calls for ``minimax/`` and ``minimax-plugin/``.

A request passes each step once: :mod:`call` unpacks it and lets :mod:`wire.request` build the body, :mod:`transport`
sends it, :mod:`wire.answer` reads the bytes into events, and :mod:`chunks` builds LiteLLM's objects. :mod:`streams`
does the last two piece by piece. Sync and async differ only in ``for`` and ``async for``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litellm import CustomLLM

from litellm_minimax.chat.call import Call
from litellm_minimax.chat.chunks import to_response
from litellm_minimax.chat.format_tries import FormatTries
from litellm_minimax.chat.streams import AsyncStream, SyncStream
from litellm_minimax.upstream import transport
from litellm_minimax.upstream.errors import to_litellm
from litellm_minimax.upstream.transport_faults import TransportFault
from litellm_minimax.wire.faults import WireFault

if TYPE_CHECKING:
    from litellm.types.utils import ModelResponse


class MinimaxLLM(CustomLLM):
    """MiniMax chat for LiteLLM. Stateless: one instance serves every call, thread and event loop."""

    def completion(self, **kwargs: Any) -> ModelResponse:
        """Answer one call, blocking. Raises only LiteLLM's exceptions."""
        call = Call(kwargs, streaming=False)
        tries = FormatTries(call)
        try:
            call.prepare(call.recall())
            while not tries.done:
                answer = transport.post(call.post, call.client)
                body = answer.whole() if answer.status < 300 else answer.beginning()
                collected = call.read_whole(answer.status, answer.headers, body)
                tries.take(collected)
            call.keep(collected)
        except (WireFault, TransportFault) as fault:
            raise tries.failed(fault) or to_litellm(fault, call.context) from fault
        return to_response(collected, kwargs["model_response"], call.model)

    async def acompletion(self, **kwargs: Any) -> ModelResponse:
        """Answer one call. Raises only LiteLLM's exceptions."""
        call = Call(kwargs, streaming=False)
        tries = FormatTries(call)
        try:
            call.prepare(await call.arecall())
            while not tries.done:
                answer = await transport.apost(call.post, call.client)
                body = await (answer.whole() if answer.status < 300 else answer.beginning())
                collected = call.read_whole(answer.status, answer.headers, body)
                tries.take(collected)
            await call.akeep(collected)
        except (WireFault, TransportFault) as fault:
            raise tries.failed(fault) or to_litellm(fault, call.context) from fault
        return to_response(collected, kwargs["model_response"], call.model)

    def streaming(self, **kwargs: Any) -> SyncStream:
        """Answer one call as a stream, blocking; the upstream connection is open when this returns."""
        stream = SyncStream(Call(kwargs, streaming=True))
        stream.open()
        return stream

    def astreaming(self, **kwargs: Any) -> AsyncStream:
        """Answer one call as a stream. Its ``open()`` sends the request, or else its first ``__anext__`` does."""
        return AsyncStream(Call(kwargs, streaming=True))
