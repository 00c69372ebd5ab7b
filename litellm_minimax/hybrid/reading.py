"""The conversation of one request as its members read it: without what this route added to earlier answers."""

from __future__ import annotations

from litellm_minimax.hybrid import remembering
from litellm_minimax.hybrid.asking import conversation
from litellm_minimax.hybrid.asking.preset import Preset
from litellm_minimax.hybrid.handing_over import history
from litellm_minimax.hybrid.request import HybridRequest


class Reading:
    """The client's messages, cleaned, and what they say about the conversation.

    Attributes:
        messages: the client's messages, without what this route added to them.
        talk: what the messages say about the conversation, such as where the current turn begins.
    """

    __slots__ = ("_request", "messages", "talk")

    def __init__(self, request: HybridRequest) -> None:
        self._request = request
        self.messages = history.clean(request.messages)
        self.talk = self._talk()

    async def forget(self, shown_thoughts: remembering.ShownThoughts) -> None:
        """Remove the reasoner's earlier thoughts that are not marked by a separator."""
        replayed = history.unseparated(self._request.messages)
        shown = await shown_thoughts.among(replayed) if replayed else frozenset()
        if shown:
            self.messages = history.clean(self._request.messages, shown)
            self.talk = self._talk()

    def note_store(self, cache: remembering.Cache, preset: Preset) -> remembering.NoteStore:
        """Return the store of this turn's hand-overs."""
        spec = self._request.spec
        route = f"{spec.reasoning.raw} {spec.execution.raw} {preset.hand_over}"
        instructions = conversation.instructions_fingerprint(self.messages)
        key = remembering.key("notes", self._request.caller, route, instructions, self.talk.prefix)
        return remembering.NoteStore(cache, key)

    def _talk(self) -> conversation.Conversation:
        request = self._request
        return conversation.read(self.messages, has_tools=bool(request.params.get("tools")), flags=request.result_flags)
