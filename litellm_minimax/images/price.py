"""The price that an operator has set for a deployment, which overrides the catalogue's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import litellm

from litellm_minimax.catalog import ImageFacts, ImagePrice


def priced(facts: ImageFacts, logging_obj: Any) -> ImageFacts:
    """Return ``facts`` with the price of the deployment that serves the call, if it has its own.

    LiteLLM's Router keeps it in the price map under the deployment's id.
    """
    own = _own(logging_obj)
    each = _number(own.get("output_cost_per_image"))
    if each is not None:
        return replace(facts, price=ImagePrice(each=each))
    text_in, out = _number(own.get("input_cost_per_token")), _number(own.get("output_cost_per_token"))
    if text_in is None and out is None:
        return facts
    image_in = _number(own.get("input_cost_per_image_token"))
    image_out = _number(own.get("output_cost_per_image_token"))
    return replace(
        facts,
        price=ImagePrice(
            text_in=_million(text_in),
            image_in=_million(text_in if image_in is None else image_in),
            image_out=_million(out if image_out is None else image_out),
        ),
    )


def _own(logging_obj: Any) -> Mapping[str, Any]:
    details = getattr(logging_obj, "model_call_details", None)
    params = details.get("litellm_params") if isinstance(details, Mapping) else None
    info = params.get("model_info") if isinstance(params, Mapping) else None
    identity = info.get("id") if isinstance(info, Mapping) else None
    entry = litellm.model_cost.get(identity) if isinstance(identity, str) else None
    return entry if isinstance(entry, Mapping) else {}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _million(price: float | None) -> float:
    return (price or 0.0) * 1e6
