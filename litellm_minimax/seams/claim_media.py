"""The claim for LiteLLM's doors beside chat: what its own rules would refuse or drop reaches our handler.

LiteLLM refuses ``encoding_format``, ``dimensions`` and ``user`` for a provider without an embeddings config, and every
OpenAI SDK sends ``encoding_format: "base64"`` by itself: without this each of them would get a 400.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from litellm_minimax import catalog

_MARK = "__litellm_minimax_original__"
_PROVIDERS = ("minimax", "minimax-plugin")
_EMBEDDING_PARAMS = ("encoding_format", "dimensions", "user")


def claim() -> None:
    """Wrap what LiteLLM's ``embedding`` reads its parameters with; does nothing that is already done.

    Raises:
        AttributeError: this LiteLLM has moved it.
    """
    import litellm

    main = litellm.main
    if not hasattr(main.get_optional_params_embeddings, _MARK):
        main.get_optional_params_embeddings = _with_our_rules(main.get_optional_params_embeddings)
    embedding: Any = main.embedding
    while hasattr(embedding, "__wrapped__"):
        embedding = embedding.__wrapped__
    if "get_optional_params_embeddings" not in embedding.__code__.co_names:
        raise AttributeError("embedding() no longer uses get_optional_params_embeddings")


def model_infos() -> dict[str, dict[str, Any]]:
    """The entries of LiteLLM's price map for what is not chat."""
    return {
        f"{provider}/{facts.id}": {
            "litellm_provider": provider,
            "mode": "embedding",
            "max_tokens": facts.context,
            "max_input_tokens": facts.context,
            "output_vector_size": facts.dimensions,
            "input_cost_per_token": facts.price * 1e-6,
            "output_cost_per_token": 0.0,
            "cache_read_input_token_cost": 0.0,
            "cache_creation_input_token_cost": 0.0,
            "source": facts.source,
        }
        for facts in catalog.EMBEDDINGS
        for provider in _PROVIDERS
    }


def _with_our_rules(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    @functools.wraps(original)
    def get_optional_params_embeddings(*args: Any, **kwargs: Any) -> dict[str, Any]:
        if kwargs.get("custom_llm_provider") not in _PROVIDERS:
            return original(*args, **kwargs)
        ours = {name: kwargs.pop(name) for name in _EMBEDDING_PARAMS if kwargs.get(name) is not None}
        return original(*args, **kwargs) | ours

    setattr(get_optional_params_embeddings, _MARK, original)
    return get_optional_params_embeddings
