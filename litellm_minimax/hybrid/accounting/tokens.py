"""Token counts, estimated without a tokenizer: four bytes of UTF-8 count as one token."""

from __future__ import annotations


def estimate(text: str) -> int:
    """Return about how many tokens ``text`` has; at least 1 if it is not empty."""
    return (len(text.encode("utf-8", "surrogatepass")) + 3) // 4


def shorten(text: str, most: int) -> str:
    """Shorten ``text`` to about ``most`` tokens by replacing a part of its middle with a note.

    Cutting off the end would lose the conclusion, which matters most.
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
