"""Sizes of text in tokens, estimated without a tokenizer: four bytes of UTF-8 make one."""

from __future__ import annotations


def estimate(text: str) -> int:
    """About how many tokens ``text`` is; never 0 for a text that is not empty."""
    return (len(text.encode("utf-8", "surrogatepass")) + 3) // 4


def shorten(text: str, most: int) -> str:
    """``text`` in at most about ``most`` tokens: its beginning and its conclusion, with a mark where a part is missing.

    A blind cut at the end would lose what matters most, the conclusion.
    """
    total = estimate(text)
    if total <= most:
        return text
    mark = f"\n\n[… about {total - most} tokens left out here …]\n\n"
    room = max(most - estimate(mark), 0)
    head = _first(text, room * 2 // 5)
    return head + mark + _last(text, room - estimate(head))


def _first(text: str, tokens: int) -> str:
    cut = text.encode("utf-8", "surrogatepass")[: tokens * 4].decode("utf-8", "ignore")
    at = max(cut.rfind("\n"), cut.rfind(". ") + 1)
    return cut[:at] if at > len(cut) // 2 else cut


def _last(text: str, tokens: int) -> str:
    if tokens <= 0:
        return ""
    cut = text.encode("utf-8", "surrogatepass")[-tokens * 4 :].decode("utf-8", "ignore")
    at = cut.find("\n")
    return cut[at + 1 :] if 0 <= at < len(cut) // 2 else cut
