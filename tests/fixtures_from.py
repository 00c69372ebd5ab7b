"""Recorded answers as fixtures: ``python -m tests.fixtures_from DIR [NAME …]``.

``DIR`` is what ``litellm-minimax verify --out DIR`` wrote; ``NAME`` chooses exchanges by their file's name without
``.json`` (all that have an answer, without it). Each becomes a file of its bytes in ``tests/fixtures/recorded``, marked
as recorded, and an entry in ``expected.json`` with the message that the reader makes of it: look at each entry before you
commit it, because from then on ``tests/verify/test_recorded_answers.py`` holds the reader to it.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from litellm_minimax.verify.exchange import Exchange, from_json
from litellm_minimax.wire.faults import WireFault
from tests.wire.answers import message_of, read

RECORDED = Path(__file__).parent / "fixtures" / "recorded"


def meaning(raw: bytes) -> dict[str, object]:
    """What the reader makes of an answer, as JSON: a message, or a fault."""
    try:
        message = message_of(read([raw]))
    except WireFault as fault:
        return {"fault": type(fault).__name__, "text": str(fault)}
    return json.loads(json.dumps(dataclasses.asdict(message)))


def fixture(exchange: Exchange, name: str) -> tuple[str, bytes]:
    """The file's name and bytes. A stream is marked in a comment of its own, which no reader minds."""
    raw = exchange.raw
    if raw.lstrip()[:1] in {b"{", b"[", b"<"}:
        return f"{name}.json", raw
    return f"{name}.sse", f": Recorded with litellm-minimax verify, {datetime.now(UTC):%Y-%m-%d}.\n\n".encode() + raw


def main(arguments: list[str], target: Path = RECORDED) -> int:
    if not arguments:
        print(__doc__)
        return 2
    folder, names = Path(arguments[0]), arguments[1:]
    inside = folder / "exchanges" if (folder / "exchanges").is_dir() else folder
    files = {path.stem: path for path in sorted(inside.glob("*.json"))}
    if missing := [name for name in names if name not in files] or ([] if files else ["*.json"]):
        print(f"{inside} has no {', '.join(missing)}")
        return 2
    target.mkdir(parents=True, exist_ok=True)
    index = target / "expected.json"
    expected = json.loads(index.read_text()) if index.exists() else {}
    for name in names or files:
        exchange = from_json(json.loads(files[name].read_text(encoding="utf-8")))
        if exchange.path != "/v1/chat/completions" or not exchange.raw:
            continue
        file, raw = fixture(exchange, name)
        (target / file).write_bytes(raw)
        expected[file] = meaning(raw)
        print(f"{file}: {json.dumps(expected[file], ensure_ascii=False)[:160]}")
    index.write_text(json.dumps(expected, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
