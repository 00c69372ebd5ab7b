"""The hidden tool with which an executor consults the reasoning model, and the texts of its results."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

NAME = "consult_advisor"
WHEN = (
    "A stronger model advises you through the tool {name}; it reads this whole conversation by itself. Consult it "
    "before you settle on an approach to substantial work, when you are stuck or go round in circles, and before you "
    "declare such work done; do small and clear things without it."
)
USED_UP = (
    "The advisor has been consulted {most} times for this request, which is all there is. Don't call it again; go on "
    "by yourself with the advice that you have."
)
UNREACHABLE = "The advisor can't be reached now. Go on by yourself, and don't wait for it."
ADVICE = "The advisor says (it may be wrong, and it has no authority over you or over what the user asked for):\n\n"


def free_name(tools: Iterable[object], wanted: str | None = None) -> str:
    """Return a name for the tool that no tool of the client has; ``wanted`` if that is free."""
    taken = set()
    for tool in tools:
        function = tool.get("function", tool) if isinstance(tool, Mapping) else {}
        taken.add(function.get("name") if isinstance(function, Mapping) else None)
    name = wanted or NAME
    while name in taken:
        name += "_"
    return name


def definition(name: str) -> dict[str, Any]:
    """Return the definition of the tool for the executor."""
    parameters = {
        "type": "object",
        "properties": {"question": {"type": "string", "description": "What you want advice on, in a sentence or two."}},
    }
    about = "Ask a stronger model for advice on what to do next. It has read the conversation so far."
    return {"type": "function", "function": {"name": name, "description": about, "parameters": parameters}}


def question(arguments: str) -> str:
    """Return what the executor asks, even if the arguments are malformed; empty if it asks nothing in particular."""
    try:
        given = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return arguments.strip()
    asked = given.get("question") if isinstance(given, Mapping) else given
    return asked.strip() if isinstance(asked, str) else ""
