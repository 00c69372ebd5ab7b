"""``make fuzz``: so many hostile inputs for each parser, with the figures written into ``docs/reliability.md``."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from multiprocessing import Pool

from tests.fuzz import fuzz_media, fuzz_requests, fuzz_wire
from tests.reliability_page import circumstances, rows_of, write_section

CHECKS: tuple[Callable[[random.Random], None], ...] = (
    *fuzz_requests.CHECKS, *fuzz_media.CHECKS, fuzz_wire.check_markup, fuzz_wire.check_think, fuzz_wire.check_stop, fuzz_wire.check_sse,
    fuzz_wire.check_answer, fuzz_wire.check_arguments,
)  # fmt: skip


KILOBYTE = 1024


class Slowest:
    """The input that took longest for its length; what is shorter than a kilobyte counts as one."""

    def __init__(self) -> None:
        self.seconds, self.seed, self.size = 0.0, 0, 0

    def see(self, check: Callable[[random.Random], None], seed: int, seconds: float, size: int) -> None:
        """Take note of an input, and time it again before it is believed: anything else may have come between."""
        kilobytes = max(size, KILOBYTE) / KILOBYTE
        if seconds / kilobytes > self.seconds:
            for _ in range(3):
                began = time.process_time()
                check(random.Random(seed))
                seconds = min(seconds, time.process_time() - began)
            if seconds / kilobytes > self.seconds:
                self.seconds, self.seed, self.size = seconds / kilobytes, seed, size

    def __str__(self) -> str:
        return f"{self.seconds * 1e3:.1f} ms (seed {self.seed}, {f'{self.size} characters' if self.size else 'length not noted'})"


def fuzz(task: tuple[int, int, int]) -> tuple[str, int, float, str, str]:
    """One parser: its name, its inputs, seconds, the slowest input per kilobyte, and what broke it (nothing, it is hoped)."""
    which, count, seed = task
    check = CHECKS[which]
    name = (check.__doc__ or check.__name__).rstrip(".")
    started, slowest = time.perf_counter(), Slowest()
    for number in range(count):
        own = seed * 1_000_003 + number
        rng = random.Random(own)
        began = time.process_time()
        try:
            check(rng)
        except Exception as error:
            return name, number, time.perf_counter() - started, str(slowest), f"seed {own}: {error!r}"
        slowest.see(check, own, time.process_time() - began, vars(rng).get("size", 0))
    return name, count, time.perf_counter() - started, str(slowest), ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="inputs for each parser")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--parser", default="", help="only the parsers whose name has this in it")
    parser.add_argument("--no-page", action="store_true", help="leave docs/reliability.md as it is")
    given = parser.parse_args()
    rows, broken = rows_of("fuzz"), []
    rows.pop("parser", None)
    with Pool(given.processes) as pool:
        names = [f"{check.__module__} {check.__doc__}" for check in CHECKS]
        tasks = [(which, given.count, given.seed) for which, name in enumerate(names) if given.parser in name]
        for name, count, seconds, slowest, what in pool.imap(fuzz, tasks):
            rows[name] = f"| {name} | {count:,} | {seconds / max(count, 1) * 1e6:.0f} µs | {what or 'none'} |"
            broken += [what] if what else []
            print(rows[name], f"slowest per kilobyte: {slowest}", flush=True)
    text = "\n".join(
        [
            "| parser | inputs | each | exceptions beyond the documented ones |",
            "| --- | --- | --- | --- |",
            *rows.values(),
            "",
            circumstances(),
        ]
    )
    if not given.no_page:
        write_section("fuzz", text)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
