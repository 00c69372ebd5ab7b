"""The simulator in a process of its own, writing into each delta when it was made: ``python -m bench.upstream``.

A stamp is what the lag of a delta is counted from, so that a simulator that falls behind its own schedule does not
count against the client. The clock is the machine's monotonic one, the same in every process.
"""

from __future__ import annotations

import re
import sys
import time

from bench.load import DELTA_CHARS
from litellm_minimax.simulator import Simulator, chat_stream

_TEXT = re.compile(rf'"content":"([^"\\<]{{{DELTA_CHARS}}})",')
_THOUGHT = re.compile(rf'"reasoning_content":"([^"\\<]{{{DELTA_CHARS}}})",')


class StampedStream(chat_stream.Stream):
    """The simulator's frames, with ``t<nanoseconds>.`` in place of the text of a delta of the usual length."""

    def _chunk(self, members: str) -> bytes:
        # Thinking stands twice in its frame: as text, and among the details.
        if found := _TEXT.fullmatch(members) or _THOUGHT.match(members):
            members = members.replace(found[1], f"t{time.monotonic_ns():018d}.")
        return super()._chunk(members)


def main() -> None:
    """Serve until standard input ends; the first line printed is the address."""
    chat_stream.Stream = StampedStream
    with Simulator(keep=100) as simulator:
        print(simulator.base_url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
