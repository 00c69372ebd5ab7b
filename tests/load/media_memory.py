"""``make media-memory``: how much a process grows for a large picture, and for a thousand texts to embed.

Each call is made in a process of its own, after a small one of its kind; its peak beyond what it then held is the figure.
The simulator runs in this process, so that what it holds is not counted.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from litellm_minimax.simulator import Answer, Simulator
from tests.reliability_page import circumstances, write_section

MIB = 1 << 20
PICTURE = 20 * MIB
TEXTS = 1_000
CASES = {
    "a picture of 20 MiB comes as base64 (27 MiB on the wire)": "download",
    "a picture of 20 MiB goes up for an edit by H3-Image": "upload",
    "1,000 texts of some 60 tokens are embedded, in parts": "texts",
}
MOST = 10
"""Times the payload: above this a case has failed."""


def main() -> int:
    rows, failed = [], False
    with Simulator() as sim:
        for title, case in CASES.items():
            sim.reset()
            if case == "download":
                small = {"data": {"image_base64": ["QUJD"]}}
                large = {"data": {"image_base64": [base64.b64encode(os.urandom(PICTURE)).decode()]}}
                sim.enqueue(Answer(raw_json=small), Answer(raw_json=large))
            grown, payload = map(int, _child(case, sim.base_url).split())
            failed |= grown > MOST * payload
            requests = len(sim.requests) - 1
            rows.append(f"| {title} | {requests} | {payload / MIB:.0f} MiB | {grown / MIB:.0f} MiB |")
    text = "\n".join([
        "| | requests | handed in or out | peak beyond it before |", "| --- | --- | --- | --- |", *rows, "", circumstances()
    ])  # fmt: skip
    print(text)
    write_section("media", text)
    return 1 if failed else 0


def _child(case: str, base: str) -> str:
    environment = {
        **os.environ,
        "MINIMAX_API_KEY": "k",
        "MINIMAX_API_BASE": base,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }
    command = [sys.executable, "-m", "tests.load.media_memory", case]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return done.stdout.strip().splitlines()[-1]


def measure(case: str) -> tuple[int, int]:
    """Bytes that the process grew by at its peak, and the bytes that were handed in or out."""
    small, large = _calls(case)
    small()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = _status("VmRSS")
    payload = large()
    return _status("VmHWM") - before, payload


def _calls(case: str) -> tuple[Callable[[], int], Callable[[], int]]:
    import litellm

    import litellm_minimax  # noqa: F401

    def picture() -> int:
        answer: Any = litellm.image_generation("A fox.", model="minimax/image-01", response_format="b64_json")
        return len(answer.data[0].b64_json)

    def edit(size: int) -> int:
        data = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\4\0\0\0\4\0".ljust(size, b"\7")
        litellm.image_edit(image=data, prompt="Older.", model="minimax/MiniMax-H3-Image")
        return size

    def embed(count: int) -> int:
        texts = [f"{number} " + "a text of several words " * 10 for number in range(count)]
        answer: Any = litellm.embedding("minimax/embo-01", input=texts)
        assert len(answer.data) == count
        return sum(len(item["embedding"]) for item in answer.data) * 8

    calls: dict[str, tuple[Callable[[], int], Callable[[], int]]] = {
        "download": (picture, picture),
        "upload": (lambda: edit(1_000), lambda: edit(PICTURE)),
        "texts": (lambda: embed(1), lambda: embed(TEXTS)),
    }
    return calls[case]


def _status(name: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(*measure(sys.argv[1]))
    else:
        sys.exit(main())
