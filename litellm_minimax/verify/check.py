"""One check: the request, the answers that confirm or refute the assumption, and the most it may cost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from litellm_minimax.verify.asking import Asker
from litellm_minimax.verify.told import Told

Status = Literal["confirmed", "refuted", "not settled"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a check.

    Attributes:
        status: the finding.
        because: one sentence that quotes the service's answer.
    """

    status: Status
    because: str


def verdict(holds: bool, because: str) -> Verdict:
    """Return confirmed if the assumption holds, else refuted."""
    return Verdict("confirmed" if holds else "refuted", because)


def verdict_or_cut(holds: bool, because: str, told: Told) -> Verdict:
    """Like :func:`verdict`, for an answer that lacks something: one that was cut might have brought it."""
    if told.is_cut:
        return Verdict("not settled", f"{because}; the answer was cut at its limit of tokens")
    return verdict(holds, because)


Question: TypeAlias = Callable[[Asker], Awaitable[Verdict]]


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Attributes:
        key: its name, for ``--only``.
        belief: the assumption, as a sentence.
        sent: what is sent.
        confirms: the answer that confirms the assumption.
        refutes: the answer that refutes it.
        models: the models it can be tried on; the first that the key has is used.
        requests: the most requests it sends.
        prompt_bytes: the most bytes of their bodies together.
        answer_tokens: the most tokens of their answers together.
        remedy: the option or configuration line that makes the package right if the assumption is refuted.
        question: runs the check.
        dollars: what it costs at most, where that is not a matter of tokens; 0 where it is.
    """

    key: str
    belief: str
    sent: str
    confirms: str
    refutes: str
    models: tuple[str, ...]
    requests: int
    prompt_bytes: int
    answer_tokens: int
    remedy: str
    question: Question
    dollars: float = 0.0
