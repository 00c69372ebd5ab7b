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
    fuzz_wire.check_answer,
)  # fmt: skip


def fuzz(task: tuple[int, int, int]) -> tuple[str, int, float, str]:
    """One parser: its name, how many inputs it took, seconds, and what broke it (nothing, it is hoped)."""
    which, count, seed = task
    check = CHECKS[which]
    name = (check.__doc__ or check.__name__).rstrip(".")
    started = time.perf_counter()
    for number in range(count):
        rng = random.Random(seed * 1_000_003 + number)
        try:
            check(rng)
        except Exception as error:
            return name, number, time.perf_counter() - started, f"seed {seed * 1_000_003 + number}: {error!r}"
    return name, count, time.perf_counter() - started, ""


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
        for name, count, seconds, what in pool.imap(fuzz, tasks):
            rows[name] = f"| {name} | {count:,} | {seconds / max(count, 1) * 1e6:.0f} µs | {what or 'none'} |"
            broken += [what] if what else []
            print(rows[name], flush=True)
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
