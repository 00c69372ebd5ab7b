"""How an answer is to be read: what the request promised the caller that MiniMax does not do itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Server = Literal["minimax", "self_hosted", "unknown"]
"""Who answers: MiniMax; a server that hosts the open weights; or one we know nothing of, which may be either."""

ImplicitThink = Literal["no", "open_weights", "maybe", "yes"]
"""Whether an answer's text may begin inside a thought, without an opening tag, as raw M2 output does.

``yes`` streams such a thought live. ``maybe`` holds the text until a closing tag tells. ``open_weights`` is ``maybe``
if the first frame looks like vLLM's, SGLang's or llama.cpp's, and reasoning does not come in a field of its own.
"""

KEEP_CLOSERS = "minimax_keep_closers"
"""The name in a call's metadata by which a hybrid asks for ``keep_closers`` of its reasoner."""

MEMORY_PART = "minimax_memory_part"
"""The name in a call's metadata by which a hybrid keeps what its two members thought apart in the reasoning memory."""


@dataclass(frozen=True, slots=True)
class ResponseFormat:
    """An OpenAI ``response_format`` that is kept by instruction and checked here."""

    kind: Literal["json_object", "json_schema"]
    schema: Mapping[str, object] | None = None
    """The JSON schema, for ``json_schema``."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the reader of an answer must know of its request."""

    stop: tuple[str, ...] = ()
    """Stop sequences; MiniMax ignores them, so the reader cuts."""
    response_format: ResponseFormat | None = None
    tool_schemas: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """JSON schema of each declared tool by name. Calls of these tools are read where they stand in the text, too."""
    one_call: bool = False
    """Tell only the first call: the caller takes no parallel ones."""
    implicit_think: ImplicitThink = "no"
    keep_closers: bool = False
    """Leave a closing tag that nothing opened in the text, for a reader that looks for it."""
