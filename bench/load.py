"""What is measured: one :class:`Load` is one row of the tables."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

DELTA_CHARS = 20
"""Characters in one delta, which is about what MiniMax sends; the upstream's stamps have this length too."""


@dataclass(frozen=True, slots=True)
class Load:
    """So many calls, so many at a time, each with an answer of this shape.

    Attributes:
        name: what ``--only`` and the tables call it.
        stream: streamed or whole.
        calls: how many in one round.
        at_once: how many are under way at any moment.
        deltas: deltas of text in one answer.
        think: deltas of thinking before them.
        rate: deltas per second of one stream; 0 is as fast as it goes.
        kind: ``text``, ``reasoning`` or ``tool``: what the deltas carry.
        chars: characters in one delta.
        ramp: seconds over which the first calls begin; callers do not come all in one millisecond.
        history: messages in front of the question.
        skip: contenders that would take too long.
        rounds: fewer than the run's, for the long ones.
        times: so many times the run's, where the tail is the matter: not every round meets a full garbage collection.
    """

    name: str
    stream: bool = True
    calls: int = 1
    at_once: int = 1
    deltas: int = 10
    think: int = 0
    rate: float = 0
    kind: str = "text"
    chars: int = DELTA_CHARS
    history: int = 0
    ramp: float = 0
    skip: tuple[str, ...] = ()
    rounds: int | None = None
    times: int = 1

    def messages(self) -> list[dict[str, Any]]:
        """The conversation; its last message tells the simulator what to answer."""
        turns: list[dict[str, Any]] = []
        for number in range(self.history // 2):
            turns.append({"role": "user", "content": f"Question {number}: what does the parser do with case {number}?"})
            turns.append({"role": "assistant", "content": f"Case {number} is read like case {number - 1}. " * 8})
        asked = f"deltas={self.deltas} think={self.think} kind={self.kind} chars={self.chars} rate={self.rate}"
        return [*turns, {"role": "user", "content": f"[[simulate: {asked}]]"}]

    def as_dict(self) -> dict[str, Any]:
        """For the way to a worker."""
        return asdict(self)

    @property
    def all_deltas(self) -> int:
        """Deltas in all answers of a round."""
        return self.calls * (self.deltas + self.think)

    def shrunk(self) -> Load:
        """A few calls and deltas of the same shape, for ``--quick`` and the tests."""
        return replace(
            self,
            calls=max(self.at_once, self.calls // 8),
            deltas=min(self.deltas, max(self.deltas // 8, 20)),
            rounds=None if self.rounds is None else 1,
            times=1,
        )


def _paced(rate: int, streams: int) -> Load:
    """About two seconds of it, and at most 10,000 deltas: 200 streams at 1,000/s are more than one simulator makes."""
    return Load(
        f"paced-{rate}-{streams}",
        calls=streams,
        at_once=streams,
        deltas=max(20, min(2 * rate, 10_000 // streams)),
        rate=rate,
        rounds=3 if streams == 200 else None,
    )


PLAIN = [
    Load("plain-1", stream=False, calls=60),
    Load("plain-20", stream=False, calls=240, at_once=20, deltas=40, think=40),
    Load("plain-100", stream=False, calls=300, at_once=100),
    Load("history-200", stream=False, calls=40, at_once=4, history=200),
]
FULL_SPEED = [
    Load("full-speed-1", deltas=3600, think=400),
    Load("full-speed-20", calls=20, at_once=20, deltas=200, think=20),
    Load("tool-call", deltas=2000, kind="tool"),
    Load("long-reasoning", deltas=4000, kind="reasoning"),
]
PACED = [
    Load("first-delta", calls=25, deltas=4, rate=100),
    *(_paced(rate, streams) for rate in (50, 100, 1000) for streams in (1, 20, 200)),
    Load("60-streams", calls=60, at_once=60, deltas=150, rate=50, ramp=1, times=2),
]
HOLDING = [
    Load(
        f"holding-{streams}",
        calls=streams,
        at_once=streams,
        deltas=100,
        rate=50,
        ramp=1,
        rounds=3,
        skip=("builtin",) if streams > 150 else (),  # it was left behind long before
    )
    for streams in (10, 30, 50, 75, 100, 150, 200, 300)
]
_SIZES = ((1, "1KB"), (10, "10KB"), (100, "100KB"), (1_000, "1MB"), (10_000, "10MB"))
GROWTH = [
    Load(f"stream-{name}", deltas=10 * kb, chars=100, rounds=3, skip=("builtin",) if kb > 1_000 else ())
    for kb, name in _SIZES
] + [Load(f"whole-{name}", stream=False, deltas=10 * kb, chars=100, rounds=3) for kb, name in _SIZES]

LOADS = [*PLAIN, *FULL_SPEED, *PACED, *HOLDING, *GROWTH]
PROXY_LOADS = [
    Load("plain-20", stream=False, calls=120, at_once=20),
    Load("full-speed-1", deltas=2000, think=200),
    Load("paced-100-1", deltas=200, rate=100),
    Load("20-streams", calls=20, at_once=20, deltas=120, rate=50, ramp=1),
    Load("40-streams", calls=40, at_once=40, deltas=120, rate=50, ramp=1, rounds=3),
    Load("60-streams", calls=60, at_once=60, deltas=150, rate=50, ramp=1, times=2),
    Load("120-streams", calls=120, at_once=120, deltas=120, rate=50, ramp=1, rounds=3, skip=("builtin",)),
]
