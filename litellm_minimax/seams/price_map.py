"""Adds MiniMax's models to LiteLLM's price map: prices, limits and supported features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litellm_minimax import catalog
from litellm_minimax.seams.claim_chat import MINIMAX, MINIMAX_PLUGIN


def register() -> None:
    """Add every model under both provider names, unless LiteLLM already has the same facts."""
    import litellm

    entries = {
        f"{provider}/{name}": _model_info(facts, provider)
        for facts in catalog.MODELS
        for provider in (MINIMAX, MINIMAX_PLUGIN)
        for name in (facts.id, *facts.nicknames)
    } | _infos_beside_chat()
    missing = {key: entry for key, entry in entries.items() if not _holds(litellm.model_cost.get(key), entry)}
    for key, entry in missing.items():
        # register_model() first looks up what LiteLLM knows of a model, and for an unknown name it searches all of its
        # 3,000 models each time: half of what this package would add to the import.
        litellm.model_cost.setdefault(key, dict(entry))
    if missing:
        litellm.register_model(missing)
    # `/v1/models` lists these for `minimax/*`; `litellm.models_by_provider` uses the same set.
    beside_chat = [*(facts.id for facts in catalog.EMBEDDINGS), *(facts.id for facts in catalog.IMAGES)]
    listed = [*(facts.id for facts in catalog.MODELS), *beside_chat]
    litellm.minimax_models.update(f"{MINIMAX}/{name}" for name in listed)


def _holds(known: Mapping[str, Any] | None, entry: Mapping[str, Any]) -> bool:
    return known is not None and all(known.get(key) == value for key, value in entry.items())


def _model_info(facts: catalog.ModelFacts, provider: str) -> dict[str, Any]:
    info: dict[str, Any] = {
        "litellm_provider": provider,
        "mode": "chat",
        "max_tokens": facts.max_output,
        "max_input_tokens": facts.context,
        "max_output_tokens": facts.max_output,
        "supports_system_messages": True,
        "supports_function_calling": facts.tools,
        "supports_parallel_function_calling": facts.tools,
        "supports_tool_choice": facts.tools,
        "supports_response_schema": True,
        "supports_reasoning": facts.reasons,
        "supports_vision": facts.images,
        "supports_video_input": facts.video,
        "supports_prompt_caching": facts.price is not None and facts.price.cache_read is not None,
        "supports_native_streaming": True,
        "source": facts.source,
    }
    if facts.price:
        info |= _prices(facts.price, "")
    else:
        # Older releases warn at every import about a model without cache prices.
        info |= {"cache_read_input_token_cost": 0.0, "cache_creation_input_token_cost": 0.0}
    if facts.long_context_price and facts.long_context_from:
        info |= _prices(facts.long_context_price, f"_above_{facts.long_context_from // 1000}k_tokens")
    return info


def _prices(price: catalog.Price, suffix: str) -> dict[str, float]:
    """Return LiteLLM's cost keys, in dollars per token. Without a published cache price, the full price is used."""
    per_token = 1e-6
    return {
        f"input_cost_per_token{suffix}": price.input * per_token,
        f"output_cost_per_token{suffix}": price.output * per_token,
        f"cache_read_input_token_cost{suffix}": (price.cache_read or price.input) * per_token,
        f"cache_creation_input_token_cost{suffix}": (price.cache_write or price.input) * per_token,
    }


def _infos_beside_chat() -> dict[str, dict[str, Any]]:
    infos = {facts.id: _embedding_info(facts) for facts in catalog.EMBEDDINGS}
    infos |= {facts.id: _image_info(facts) for facts in catalog.IMAGES}
    return {
        f"{provider}/{name}": {"litellm_provider": provider, **info}
        for name, info in infos.items()
        for provider in (MINIMAX, MINIMAX_PLUGIN)
    }


def _embedding_info(facts: catalog.EmbeddingFacts) -> dict[str, Any]:
    return {
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


def _image_info(facts: catalog.ImageFacts) -> dict[str, Any]:
    info: dict[str, Any] = {
        "mode": "image_generation",
        "source": facts.source,
        "supported_endpoints": ["/v1/images/generations", "/v1/images/edits"],
    }
    price = facts.price
    if price is None:
        return info
    if price.each is not None:
        return info | {"output_cost_per_image": price.each}
    return info | {
        "input_cost_per_token": price.text_in * 1e-6,
        "input_cost_per_image_token": price.image_in * 1e-6,
        "output_cost_per_token": price.image_out * 1e-6,
        "output_cost_per_image_token": price.image_out * 1e-6,
    }
