"""A handler that does nothing: what remains is LiteLLM's own pipeline."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import litellm
from litellm import CustomLLM
from litellm.types.utils import Delta, ModelResponse, ModelResponseStream, StreamingChoices, Usage

_DELTAS = re.compile(r"deltas=(\d+) think=(\d+)")


# A model that LiteLLM knows no price of would cost it a failed look-up for every answer.
_PRICE = {"input_cost_per_token": 1e-7, "output_cost_per_token": 1e-7, "litellm_provider": "floor", "mode": "chat"}
litellm.register_model({"floor/nothing": _PRICE})


class DoNothing(CustomLLM):
    """Answers at once with what it was asked for, a chunk for each delta."""

    async def acompletion(self, **kwargs: Any) -> ModelResponse:
        response: ModelResponse = kwargs["model_response"]
        response.choices[0].message.content = "x" * 200
        response.usage = Usage(prompt_tokens=10, completion_tokens=50, total_tokens=60)
        return response

    async def astreaming(self, **kwargs: Any) -> AsyncIterator[ModelResponseStream]:
        counts = _DELTAS.search(kwargs["messages"][-1]["content"])
        for number in range(sum(map(int, counts.groups())) if counts else 10):
            yield _chunk([StreamingChoices(delta=Delta(content=f"{number:020d}"))])
        yield _chunk([], usage=Usage(prompt_tokens=10, completion_tokens=50, total_tokens=60))
        yield _chunk([StreamingChoices(finish_reason="stop", delta=Delta())])


def _chunk(choices: list[StreamingChoices], **fields: Any) -> ModelResponseStream:
    return ModelResponseStream(id="nothing", created=1, model="nothing", choices=choices, **fields)
