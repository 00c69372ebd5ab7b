"""What the listing endpoints say about the models."""

from __future__ import annotations

import time
from typing import Any

from litellm_minimax.catalog import MODELS

_CREATED = {"MiniMax-M3": 1780272000, "MiniMax-M2.7": 1773799200, "MiniMax-M2.7-highspeed": 1773799200,
            "MiniMax-M2.5": 1770948000, "MiniMax-M2.5-highspeed": 1770948000, "MiniMax-M2.1": 1766455200,
            "MiniMax-M2.1-highspeed": 1766455200, "MiniMax-M2": 1761530400}  # fmt: skip


def model(name: str) -> dict[str, Any]:
    """Return one entry of ``/v1/models``."""
    return {"id": name, "object": "model", "created": _CREATED.get(name, 1789776000), "owned_by": "minimax"}


def anthropic_models() -> dict[str, Any]:
    """Return the body of ``/anthropic/v1/models``."""
    data = [
        {
            "id": facts.id,
            "created_at": time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(_CREATED.get(facts.id, 1789776000))),
            "display_name": facts.id,
            "type": "model",
        }
        for facts in MODELS
    ]
    return {"data": data, "first_id": data[0]["id"], "has_more": False, "last_id": data[-1]["id"]}
