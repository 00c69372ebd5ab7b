"""What the receiver of a request supports: facts about the model and the server, as yes-or-no questions."""

from __future__ import annotations

from dataclasses import dataclass

from litellm_minimax.catalog import ModelFacts, Thinking
from litellm_minimax.wire.options import Server

_CHAT_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
_ROLE_PLAY_ROLES = frozenset({"user_system", "group", "sample_message_user", "sample_message_ai"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """A model on a server, as the receiver of a request.

    Attributes:
        model: the id that is sent; also used in error messages.
    facts: the model's entry in the catalogue; ``None`` for an unknown id, which is assumed to support everything.
    server: who answers. An unknown server gets all fields that either MiniMax or a host of the open weights needs.
    """

    model: str
    facts: ModelFacts | None
    server: Server

    @property
    def minimax_host(self) -> bool:
        """Whether the receiver is, or may be, MiniMax itself."""
        return self.server != "self_hosted"

    @property
    def thinking(self) -> Thinking | None:
        """How thinking is controlled; ``None`` if the model is unknown."""
        return self.facts.thinking if self.facts else None

    @property
    def reasons(self) -> bool:
        """Whether the model can use the reasoning of earlier turns."""
        return self.facts is None or self.facts.reasons

    @property
    def reads_reasoning_content(self) -> bool:
        """Whether a turn's reasoning is also sent as ``reasoning_content``.

        M3.1 documents it, and the chat templates of vLLM, SGLang and llama.cpp read nothing else.
        """
        return self.thinking is Thinking.EFFORT or self.server == "unknown"

    @property
    def takes_images(self) -> bool:
        """Whether ``image_url`` parts are read; the text-only models silently drop them."""
        return self.facts is None or self.facts.images

    @property
    def takes_video(self) -> bool:
        """Whether ``video_url`` parts are read."""
        return self.facts is None or self.facts.video

    @property
    def takes_tools(self) -> bool:
        """Whether tools may be declared."""
        return self.facts is None or self.facts.tools

    @property
    def names_speakers(self) -> bool:
        """Whether ``name`` on a message has a meaning: only for the role-play model; the others drop it."""
        return self.facts is not None and self.facts.role_play

    @property
    def keeps_cache_control(self) -> bool:
        """Whether ``cache_control`` marks are sent: MiniMax honours them, other servers may refuse the key."""
        return self.minimax_host

    @property
    def roles(self) -> frozenset[str]:
        """Roles a message may have."""
        return _CHAT_ROLES | _ROLE_PLAY_ROLES if self.names_speakers else _CHAT_ROLES
