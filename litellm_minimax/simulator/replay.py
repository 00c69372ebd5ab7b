"""Serves recorded exchanges: each request gets what was recorded for it, in order, with the original pauses."""

from __future__ import annotations

import base64
import json
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litellm_minimax.simulator.reply import JSON_TYPE, Reply, Step, Wait

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from litellm_minimax.simulator.records import RecordedRequest

_FRAMING = frozenset({"content-length", "transfer-encoding", "connection", "content-encoding", "date"})


@dataclass(frozen=True, slots=True)
class _Recorded:
    status: int
    headers: dict[str, str]
    pieces: tuple[tuple[float, bytes], ...]

    def reply(self, *, pauses: bool) -> Reply:
        return Reply(self.status, dict(self.headers), steps=self._steps(pauses=pauses))

    def _steps(self, *, pauses: bool) -> Iterator[Step]:
        before = 0.0
        for after, data in self.pieces:
            if pauses and after > before:
                yield Wait(after - before)
            before = after
            yield data


class Replay:
    """The exchanges of a folder, as ``litellm-minimax verify`` writes them.

    Args:
        folder: the folder with ``*.json`` files of exchanges, directly or in ``exchanges/``.
        pauses: keep the times between the reads.

    Raises:
        ValueError: the folder has no exchange, or a file is not one.
    """

    def __init__(self, folder: Path, *, pauses: bool = True) -> None:
        self._pauses = pauses
        self._answers: dict[str, deque[_Recorded]] = defaultdict(deque)
        inside = folder / "exchanges"
        files = sorted((inside if inside.is_dir() else folder).glob("*.json"))
        for file in files:
            try:
                self._add(json.loads(file.read_text(encoding="utf-8")))
            except (ValueError, KeyError, TypeError, IndexError) as wrong:
                raise ValueError(f"{file.name} is not a recorded exchange ({wrong!r})") from None
        if not self._answers:
            raise ValueError(f"{folder} holds no recorded exchange (*.json, as `litellm-minimax verify` writes them)")

    def _add(self, told: dict[str, Any]) -> None:
        asked, answer = told["request"], told["answer"]
        if not answer["status"]:
            return  # nothing came
        headers = {name: value for name, value in answer["headers"].items() if name.lower() not in _FRAMING}
        pieces = tuple((float(entry[0]), _bytes(entry)) for entry in answer["pieces"])
        self._answers[_key(asked["path"], asked["body"])].append(_Recorded(int(answer["status"]), headers, pieces))

    def reply_to(self, record: RecordedRequest) -> Reply:
        """Return the next answer recorded for this request; the last one is repeated."""
        answers = self._answers.get(_key(record.path, record.body))
        if not answers:
            said = f"nothing was recorded for this request to {record.path}"
            told = json.dumps({"error": {"message": f"replay: {said}", "type": "replay_error", "code": "404"}})
            return Reply(404, {"Content-Type": JSON_TYPE}, told.encode(), good=False)
        chosen = answers.popleft() if len(answers) > 1 else answers[0]
        return chosen.reply(pauses=self._pauses)


def _key(path: str, body: Any) -> str:
    return f"{path} {json.dumps(body, sort_keys=True)}"


def _bytes(entry: list[Any]) -> bytes:
    text = str(entry[1])
    return base64.b64decode(text) if len(entry) > 2 else text.encode()
