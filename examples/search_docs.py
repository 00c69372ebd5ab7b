"""Search this repository's documentation by meaning: a vector for each section, and the nearest to a question.

Run it with MINIMAX_API_KEY set; the question may follow the command. Without a key, start
`litellm-minimax simulate` in another shell, and run here:

    export MINIMAX_API_BASE=http://127.0.0.1:8787 MINIMAX_API_KEY=any

All documents together cost less than a cent. MiniMax's rate limit for embeddings is low: when it is reached, the
program waits a minute and then continues.
"""

import sys
import time
from pathlib import Path

import litellm

import litellm_minimax  # noqa: F401 -- importing it registers the provider

MODEL = "minimax/embo-01"
LONGEST = 6_000
"""Characters of a section: embo-01 reads 4,096 tokens."""
AT_ONCE = 100
WAIT = 60


def sections(folder: Path) -> list[tuple[str, str]]:
    """Every section of every page, with its place."""
    found = []
    for page in sorted(folder.glob("*.md")):
        for part in page.read_text(encoding="utf-8").split("\n## "):
            title, _, text = part.partition("\n")
            if text.strip():
                found.append((f"{page.name}, {title.strip('# ')}", f"{title}\n{text}"[:LONGEST]))
    return found


def vectors(texts: list[str], kind: str) -> list[list[float]]:
    """A vector for each text; waits where MiniMax says that it was asked too often."""
    made: list[list[float]] = []
    while len(made) < len(texts):
        try:
            answer = litellm.embedding(MODEL, input=texts[len(made) : len(made) + AT_ONCE], type=kind)
        except litellm.RateLimitError as error:
            print(f"{error}\nWaiting {WAIT} s …", file=sys.stderr)
            time.sleep(WAIT)
            continue
        made += [item["embedding"] for item in answer.data]
        spent.append(litellm.completion_cost(answer, custom_llm_provider="minimax"))
    return made


def nearness(one: list[float], other: list[float]) -> float:
    """The cosine of the angle between two vectors: 1 is the same direction."""
    lengths = sum(a * a for a in one) ** 0.5 * sum(b * b for b in other) ** 0.5
    return sum(a * b for a, b in zip(one, other, strict=True)) / (lengths or 1)


question = " ".join(sys.argv[1:]) or "How do I share the reasoning memory between several proxies?"
spent: list[float] = []
pages = sections(Path(__file__).resolve().parent.parent / "docs")
known = vectors([text for _, text in pages], "db")
[asked] = vectors([question], "query")
ranked = sorted(zip(pages, known, strict=True), key=lambda pair: nearness(asked, pair[1]), reverse=True)

print(f"{question}\n")
for (place, text), vector in ranked[:3]:
    print(f"{nearness(asked, vector):.3f}  docs/{place}")
    print(f"       {' '.join(text.split()[:24])} …")
print(f"\n{len(pages)} sections, ${sum(spent):.5f}")
