"""``make soak``: the soak, with its figures and its plot written into ``docs/``."""

from __future__ import annotations

import argparse
import sys

from tests.load.soak import Soaked, soak
from tests.reliability_page import PAGE, circumstances, write_section

PLOT = PAGE.parent / "soak.svg"


def page(soaked: Soaked) -> str:
    came, upstream = soaked.came, soaked.upstream
    memory = [resident for _, resident, _ in soaked.watch.samples]
    facts = {
        "Requests sent": f"{soaked.requests:,} in {soaked.seconds / 60:.0f} minutes",
        "Answers with the right nonce": f"{came['answered']:,}",
        "Faults asked for, and told as the right error": f"{came['refused']:,}",
        "Clients that left in the middle": f"{came['left']:,}",
        "Answers lost": f"{came['lost']}",
        "Answers mixed up": f"{came['mixed']}",
        "Upstream requests, still open at the end": f"{upstream['requests']:,}, {upstream['active']}",
        "The proxy's memory after 60 requests, at half-time, at the end": (
            f"{memory[0]:.0f}, {memory[len(memory) // 2]:.0f}, {memory[-1]:.0f} MiB"
        ),
        "Its slope over the second half": f"{soaked.watch.slope():+.1f} MiB an hour",
        "The proxy's open files, warmed up and at the end": f"{soaked.files[0]}, {soaked.files[1]}",
        "Unhandled exceptions in the proxy's log": f"{soaked.noise}",
    }
    kinds = ", ".join(f"{name} {count:,}" for name, count in soaked.kinds.most_common())
    rows = [f"| {name} | {value} |" for name, value in facts.items()]
    return "\n".join(["| | |", "| --- | --- |", *rows, "", f"Requests: {kinds}.", "", circumstances()])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--per-second", type=float, default=15)
    parser.add_argument("--most", type=int, default=20_000, help="requests in all")
    parser.add_argument("--no-page", action="store_true", help="leave docs/ as it is")
    given = parser.parse_args()
    soaked = soak(given.minutes, given.per_second, given.most)
    text = page(soaked)
    print(text)
    if not given.no_page:
        PLOT.write_text(soaked.watch.svg())
        write_section("soak", f"{text}\n\n![The proxy's memory and open files during the soak]({PLOT.name})")
    for failure in soaked.failures:
        print(f"FAILED {failure}")
    return 1 if soaked.failures else 0


if __name__ == "__main__":
    sys.exit(main())
