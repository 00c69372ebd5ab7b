"""A question to the service: what is sent, what would confirm and what refute the belief, and what it costs at most."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from litellm_minimax.verify.asking import Asker

Status = Literal["confirmed", "refuted", "not settled"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found.

    Attributes:
        status: the finding.
        because: one sentence that quotes what the service said.
    """

    status: Status
    because: str


def verdict(holds: bool, because: str) -> Verdict:
    """Confirmed if it holds, else refuted."""
    return Verdict("confirmed" if holds else "refuted", because)


Question: TypeAlias = Callable[[Asker], Awaitable[Verdict]]


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Attributes:
        key: its name, for ``--only``.
        belief: what is believed, a sentence.
        sent: what is sent.
        confirms: the answer that confirms it.
        refutes: the answer that refutes it.
        models: on which models it can be tried; the first that the key has is taken.
        requests: how many requests it sends at most.
        prompt_bytes: of their bodies together, at most.
        answer_tokens: of their answers together, at most.
        remedy: what makes the package right where it is refuted: an option or a line of a configuration.
        question: does it.
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
