"""Asks again when an answer does not fit its ``response_format``: how often, in which words, and at what cost.

MiniMax does not enforce the format (``docs/parameters.md``). A deployment's ``response_format_retries`` says how often
to ask again for a whole answer, 1 by default. In a stream the caller has the text before it can be checked.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from litellm_minimax.upstream.errors import invalid_json, one_line
from litellm_minimax.upstream.transport_faults import TransportFault
from litellm_minimax.wire.faults import WireFault
from litellm_minimax.wire.incoming.usage import summed
from litellm_minimax.wire.outgoing.response_format import RETRIES

if TYPE_CHECKING:
    from litellm_minimax.chat.call import Call
    from litellm_minimax.wire.events import Usage
    from litellm_minimax.wire.incoming.collector import AnswerCollector

log = logging.getLogger("litellm_minimax")

_AGAIN = (
    "That answer does not fit the format that was asked for: {problem}\n"
    "Answer again, with the whole JSON and nothing else."
)


class FormatTries:
    """The answers to one call, up to the first that fits.

    Attributes:
        done: an answer fits, or no format was requested.
    """

    def __init__(self, call: Call) -> None:
        self.done = False
        self._call = call
        self._unfit: list[tuple[AnswerCollector, str]] = []
        self._usage: Usage | None = None

    def take(self, answer: AnswerCollector) -> None:
        """Take the next answer; if it does not fit, prepare the call to ask again.

        Raises:
            Exception: LiteLLM's, if the answer does not fit and was the last try.
        """
        self._usage = summed(self._usage, answer.usage)
        problem = self._call.format_problem(answer)
        if problem is None:
            self.done = True
            if self._unfit:
                answer.usage = self._usage
                answer.provider_fields = {
                    **answer.provider_fields, RETRIES: len(self._unfit), "response_format_error": self._unfit[-1][1],
                }  # fmt: skip
            return
        self._unfit.append((answer, problem))
        if len(self._unfit) > self._call.format_retries:
            raise self._unfitting()
        log.info(
            "%s", one_line(f"{self._call.model}: asked again, as the answer does not fit response_format: {problem}")
        )
        self._call.prepare_again(_said(answer, problem))

    def failed(self, fault: WireFault | TransportFault) -> Exception | None:
        """Return what to raise if asking again has failed: the last answer is kept. ``None`` for the first call."""
        return self._unfitting(f" (asked again, the call failed: {fault})") if self._unfit else None

    def _unfitting(self, and_then: str = "") -> Exception:
        answer, problem = self._unfit[-1]
        asked = self._call.read.response_format
        schema = str(asked.schema or asked.kind) if asked else ""
        return invalid_json(self._call.context, answer.text, problem + and_then, schema)


def _said(answer: AnswerCollector, problem: str) -> list[Mapping[str, Any]]:
    """Return the turns that ask again: the model's answer, and what was wrong with it."""
    said = {"role": "assistant", "content": answer.text, "reasoning_content": answer.reasoning or None}
    return [said, {"role": "user", "content": _AGAIN.format(problem=problem)}]
