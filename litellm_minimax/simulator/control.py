"""Control over HTTP, for tests whose simulator runs in another process: everything under ``/simulator/``."""

from __future__ import annotations

import dataclasses
from typing import Any, Protocol

from litellm_minimax.simulator.chat import dumps
from litellm_minimax.simulator.directives import answer_from, fault_from
from litellm_minimax.simulator.quirks import Quirks
from litellm_minimax.simulator.records import RecordedRequest
from litellm_minimax.simulator.reply import JSON_TYPE, Reply
from litellm_minimax.simulator.service import Scripted


class Steered(Protocol):
    """The object that can be controlled: a simulator."""

    quirks: Quirks
    requests: list[RecordedRequest]

    def report(self) -> dict[str, Any]:
        """Return the figures so far."""

    def reset(self) -> None:
        """Forget requests and figures."""

    def enqueue(self, *scripted: Scripted) -> None:
        """Answer the next requests with these."""


def reply_to(simulator: Steered, record: RecordedRequest) -> Reply:
    """Answer ``GET report`` and ``requests``; ``POST reset``, ``enqueue`` and ``quirks``."""
    try:
        told = _do(simulator, f"{record.method} {record.path.removeprefix('/simulator/')}", record.body)
    except (ValueError, TypeError, KeyError) as mistake:
        return _json(400, {"error": f"{type(mistake).__name__}: {mistake}"})
    return _json(404, {"error": "no such control"}) if told is None else _json(200, told)


def _do(simulator: Steered, action: str, body: Any) -> Any:
    match action:
        case "GET report":
            return simulator.report()
        case "GET requests":
            return [request.as_dict() for request in simulator.requests]
        case "POST reset":
            simulator.reset()
            return {"reset": True}
        case "POST enqueue":
            items = body if isinstance(body, list) else [body]
            simulator.enqueue(*[_scripted(item) for item in items])
            return {"enqueued": len(items)}
        case "POST quirks":
            simulator.quirks = simulator.quirks.changed(**body)
            return {"quirks": sorted(body)}
    return None


def _scripted(item: dict[str, Any]) -> Scripted:
    """Read ``{"answer": {…}}`` or ``{"fault": {…}}`` with the fields of the classes; a fault may hold an answer."""
    if "answer" in item and "fault" not in item:
        return answer_from(item["answer"])
    fault = fault_from(item["fault"])
    if "answer" in item:
        return dataclasses.replace(fault, answer=answer_from(item["answer"]))
    return fault


def _json(status: int, told: Any) -> Reply:
    return Reply(status, {"Content-Type": JSON_TYPE}, dumps(told).encode())
