"""The handlers that LiteLLM calls, one instance each, and the provider names they answer to."""

from __future__ import annotations

from litellm import CustomLLM

from litellm_minimax.chat.handler import MinimaxLLM
from litellm_minimax.embeddings.handler import EmbeddingLLM
from litellm_minimax.hybrid.handler import HybridLLM
from litellm_minimax.images.handler import ImageLLM
from litellm_minimax.seams import claim_chat, registration


class MinimaxProvider(MinimaxLLM, EmbeddingLLM, ImageLLM):
    """One handler for chat, embeddings and images, because LiteLLM knows only one handler per provider."""


minimax_llm = MinimaxProvider()
hybrid_llm = HybridLLM()

HANDLERS: dict[str, CustomLLM] = {
    claim_chat.MINIMAX: minimax_llm,
    claim_chat.MINIMAX_PLUGIN: minimax_llm,
    claim_chat.HYBRID: hybrid_llm,
}


def register() -> None:
    """Register all handlers; see :func:`registration.register`."""
    registration.register(HANDLERS)
