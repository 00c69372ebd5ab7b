"""The handlers that LiteLLM calls, one instance each, and the provider names they answer to.

Chat is imported at once. Embeddings, images and hybrids are imported with their first call, because together they are
half of this package and most programs never call them.
"""

from __future__ import annotations

import functools
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from litellm import CustomLLM

from litellm_minimax.chat.handler import MinimaxLLM
from litellm_minimax.seams import claim_chat, registration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from litellm.types.utils import EmbeddingResponse, ImageResponse, ModelResponse, ModelResponseStream

    from litellm_minimax.embeddings.handler import EmbeddingLLM
    from litellm_minimax.hybrid.handler import HybridLLM, HybridStream
    from litellm_minimax.images.handler import ImageLLM


@functools.cache
def _embeddings() -> EmbeddingLLM:
    from litellm_minimax.embeddings.handler import EmbeddingLLM

    return EmbeddingLLM()


@functools.cache
def _images() -> ImageLLM:
    from litellm_minimax.images.handler import ImageLLM

    return ImageLLM()


@functools.cache
def hybrid_llm() -> HybridLLM:
    """Return the one handler of hybrids."""
    from litellm_minimax.hybrid.handler import HybridLLM

    return HybridLLM()


class MinimaxProvider(MinimaxLLM):
    """One handler for chat, embeddings and images, because LiteLLM knows only one handler per provider."""

    def embedding(self, **kwargs: Any) -> EmbeddingResponse:
        """See :class:`EmbeddingLLM`."""
        return _embeddings().embedding(**kwargs)

    async def aembedding(self, **kwargs: Any) -> EmbeddingResponse:
        """See :class:`EmbeddingLLM`."""
        return await _embeddings().aembedding(**kwargs)

    def image_generation(self, **kwargs: Any) -> ImageResponse:
        """See :class:`ImageLLM`."""
        return _images().image_generation(**kwargs)

    def aimage_generation(self, **kwargs: Any) -> Coroutine[Any, Any, ImageResponse]:
        """See :class:`ImageLLM`."""
        return _images().aimage_generation(**kwargs)

    def image_edit(self, **kwargs: Any) -> ImageResponse:
        """See :class:`ImageLLM`."""
        return _images().image_edit(**kwargs)

    def aimage_edit(self, **kwargs: Any) -> Coroutine[Any, Any, ImageResponse]:
        """See :class:`ImageLLM`."""
        return _images().aimage_edit(**kwargs)


class HybridProvider(CustomLLM):
    """The entry in LiteLLM's table of providers; it passes every call to ``litellm_minimax.hybrid_llm``."""

    async def acompletion(self, *args: Any, **kwargs: Any) -> ModelResponse:
        """See :class:`HybridLLM`."""
        return await hybrid_llm().acompletion(*args, **kwargs)

    def astreaming(self, *args: Any, **kwargs: Any) -> HybridStream:
        """See :class:`HybridLLM`."""
        return hybrid_llm().astreaming(*args, **kwargs)

    def completion(self, *args: Any, **kwargs: Any) -> ModelResponse:
        """See :class:`HybridLLM`."""
        return hybrid_llm().completion(*args, **kwargs)

    def streaming(self, *args: Any, **kwargs: Any) -> Iterator[ModelResponseStream]:
        """See :class:`HybridLLM`."""
        return hybrid_llm().streaming(*args, **kwargs)


minimax_llm = MinimaxProvider()

HANDLERS: dict[str, CustomLLM] = {
    claim_chat.MINIMAX: minimax_llm,
    claim_chat.MINIMAX_PLUGIN: minimax_llm,
    claim_chat.HYBRID: HybridProvider(),
}


def register() -> None:
    """Register all handlers; see :func:`registration.register`."""
    registration.register(HANDLERS)
