"""How to read an answer: the features that the caller asked for and MiniMax does not implement itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Server = Literal["minimax", "self_hosted", "unknown"]
"""Who answers: MiniMax, a server that hosts the open weights, or an unknown server that may be either."""

ImplicitThink = Literal["no", "open_weights", "maybe", "yes"]
"""Whether an answer's text may begin inside a thought, without an opening tag, as raw M2 output does.

``yes`` streams such a thought as it arrives. ``maybe`` holds the text until a closing tag shows that it was a thought.
``open_weights`` means ``maybe`` if the first frame looks like one from vLLM, SGLang or llama.cpp and reasoning does not
come in its own field.
"""

KEEP_CLOSERS = "minimax_keep_closers"
"""The metadata key with which a hybrid asks for ``keep_closers`` in calls to its reasoner."""

MEMORY_PART = "minimax_memory_part"
"""The metadata key with which a hybrid keeps the thoughts of its two members apart in the reasoning memory."""


@dataclass(frozen=True, slots=True)
class ResponseFormat:
    """An OpenAI ``response_format``, which the plugin asks for in the prompt and checks in the answer."""

    kind: Literal["json_object", "json_schema"]
    schema: Mapping[str, object] | None = None
    """The JSON schema, for ``json_schema``."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """The parts of a request that are needed to read its answer."""

    stop: tuple[str, ...] = ()
    """Stop sequences; MiniMax ignores them, so the reader cuts the answer."""
    response_format: ResponseFormat | None = None
    tool_schemas: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """JSON schema of each declared tool by name. Calls written as text are recognised for these tools."""
    one_call: bool = False
    """Report only the first call, because the caller takes no parallel ones."""
    implicit_think: ImplicitThink = "no"
    keep_closers: bool = False
    """Leave closing tags without an opening tag in the text, for a caller that looks for them."""
