"""The advisor tool that a client of ``/v1/messages`` declares itself: Anthropic's ``advisor_20260301``.

The tool's ``model`` becomes the reasoning model in advisor mode, and the requested model becomes the executor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litellm_minimax.hybrid.asking import spec
from litellm_minimax.wire.faults import InvalidRequest

TYPE = "advisor_20260301"
TOOL_NAME = "hybrid_advisor_tool"
"""The metadata key for the tool's name, because the executor must be offered it under the name that its prompt uses."""
_NOT_CARRIED_OVER = frozenset({"trigger", "when_planning", "escalate_after", "review"})
"""Options that concern the hybrid's own reasoning model; the client chose another one, and only for advice."""


@dataclass(frozen=True, slots=True)
class ClientsTool:
    """A declared advisor tool, checked."""

    name: str
    model: str
    """The advising model, spelled like a hybrid's member."""
    max_uses: int | None = None

    def options(self, execution: str, route: Mapping[str, Any], *, first: bool) -> dict[str, Any]:
        """Return the options of the hybrid that serves the tool, as under ``litellm_params.hybrid``.

        Args:
            execution: the executor, spelled like a member.
            route: the options of the hybrid that the client asked for; empty for any other model.
            first: whether the client's ``tool_choice`` demands the advisor first.
        """
        kept = {name: value for name, value in route.items() if name not in _NOT_CARRIED_OVER}
        uses = {} if self.max_uses is None else {"max_uses": self.max_uses}
        advise_first = first or bool(kept.get("advise_first"))
        members = {"reasoning_model": self.model, "execution_model": execution}
        return {**kept, **members, **uses, "mode": "advisor", "advise_first": advise_first}


def is_declared(tools: object) -> bool:
    """Whether a client's tools include the advisor."""
    return isinstance(tools, Sequence) and any(isinstance(each, Mapping) and each.get("type") == TYPE for each in tools)


def read(tools: Sequence[Any]) -> tuple[ClientsTool, list[Any]]:
    """Return the advisor tool, and the other tools.

    Raises:
        InvalidRequest: the advisor tool is malformed, or there are several.
    """
    rest = [each for each in tools if not is_declared([each])]
    index = next(at for at, each in enumerate(tools) if is_declared([each]))
    if len(tools) - len(rest) > 1:
        raise InvalidRequest("tools", f"there is more than one {TYPE}.", "Declare one.")
    where, tool = f"tools[{index}]", tools[index]
    name = tool.get("name", "advisor")
    if not isinstance(name, str) or not name:
        raise InvalidRequest(f"{where}.name", "it must be a text, such as advisor.")
    uses = tool.get("max_uses")
    if uses is not None and (not isinstance(uses, int) or isinstance(uses, bool) or not 1 <= uses <= 100):
        raise InvalidRequest(f"{where}.max_uses", "it must be a whole number from 1 to 100.")
    return ClientsTool(name, _model(tool.get("model"), f"{where}.model"), uses), rest


def _model(model: object, where: str) -> str:
    if not isinstance(model, str) or not model.strip():
        raise InvalidRequest(where, "it must be the name of the model that advises.", "Name a model of the proxy.")
    if len(model) > spec.MOST_CHARACTERS:
        raise InvalidRequest(where, f"it has more than {spec.MOST_CHARACTERS:,} characters.")
    try:
        spec.parse_member(model, "reasoning")
    except InvalidRequest as fault:
        raise InvalidRequest(where, fault.problem, fault.next_step) from None
    return model.strip()
