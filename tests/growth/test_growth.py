"""Everything that reads foreign text or lists does so in work that grows with their length, and no faster."""

from __future__ import annotations

import ast
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

import litellm_minimax
from litellm_minimax.wire import schema_check
from tests.growth.readers import READERS
from tests.growth.shapes import texts

PACKAGE = Path(litellm_minimax.__file__).parent
SMALL = int(1024 * float(os.environ.get("GROWTH_KB", "0.5")))
"""Characters of the smaller text; ``GROWTH_KB=64`` compares 64 KB with half a megabyte, in some minutes."""
FACTOR = 8
MOST = 3 * FACTOR
"""Twice the length may cost a little more than twice the work; eight times the length, squared, is 64 times."""
FLOOR = 0.0005
"""CPU seconds below which a figure is the clock's."""


def cost(work, times=2):
    """CPU seconds, the least of a few."""
    best = float("inf")
    for _ in range(times):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


@pytest.mark.parametrize("name", READERS)
def test_the_work_grows_with_the_length_and_no_faster(name):
    small, large = texts(SMALL), texts(SMALL * FACTOR)
    wrong = {}
    for shape in small:
        most = cost(READERS[name](large[shape]), 1)
        if most <= MOST * FLOOR:  # whatever the smaller text costs
            continue
        growth = most / max(cost(READERS[name](small[shape])), FLOOR)
        if growth > MOST:  # may be the machine's: look again
            growth = cost(READERS[name](large[shape]), 3) / max(cost(READERS[name](small[shape]), 3), FLOOR)
        if growth > MOST:
            wrong[shape] = round(growth)
    assert not wrong


SCANS = frozenset(
    {"search", "match", "fullmatch", "sub", "finditer", "findall", "split", "replace", "find", "rfind", "count",
     "splitlines", "partition", "rpartition", "index", "translate"}
)  # fmt: skip
NOT_FOREIGN = {
    "arrival.py": "reads names of modules",
    "catalog.py": "reads a model's name, and the table",
    "chat/call.py": "LiteLLM's arguments, by their names",
    "chat/chunks.py": "builds LiteLLM's objects, one an event",
    "chat/handler.py": "asks again a few times",
    "chat/streams.py": "loops over reads and events, one at a time",
    "embeddings/handler.py": "loops over the parts of a request",
    "hybrid/accounting/spend.py": "adds up a handful of phases",
    "hybrid/accounting/tokens.py": "looks at the two ends of a text",
    "hybrid/agents/plan_mode.py": "what it reads is in the conversation's case; its tables are built at import",
    "hybrid/advising.py": "loops over what the executor sends, one at a time, and over a handful of consultations",
    "hybrid/alone.py": "loops over what the member sends, one at a time",
    "hybrid/answering/merge.py": "one chunk at a time",
    "hybrid/answering/messages_door.py": "one chunk at a time",
    "hybrid/asking/policy.py": "the triggers of a route",
    "hybrid/ledger.py": "the handful of calls that one request made",
    "hybrid/budget.py": "the handful of calls that one request made",
    "hybrid/handler.py": "LiteLLM's arguments, by their names",
    "hybrid/consulting/calls_apart.py": "one chunk at a time",
    "hybrid/members/access.py": "the aliases of a key",
    "hybrid/members/calls.py": "LiteLLM's arguments, by their names",
    "hybrid/members/origin.py": "the headers of one answer",
    "hybrid/members/parameters.py": "a handful of names",
    "hybrid/members/resolution.py": "the proxy's model groups",
    "hybrid/members/tracing.py": "the headers of one request",
    "hybrid/request.py": "LiteLLM's arguments, by their names",
    "hybrid/resting.py": "two entries, and at most eight names in one",
    "hybrid/reviewing.py": "loops over what the members send, one at a time",
    "hybrid/run.py": "loops over what the members send, one at a time",
    "hybrid/standing.py": "the handful of calls that one request made",
    "hybrid/thinking/reasoner.py": "loops over what the reasoner sends, one at a time",
    "images/handler.py": "LiteLLM's arguments, by their names, and the nine pictures of an answer",
    "images/uploads.py": "the pictures of one call",
    "messages/opened_stream.py": "one read at a time",
    "messages/pass_through.py": "LiteLLM's arguments, by their names",
    "hybrid/figures.py": "the handful of calls that one request made",
    "hybrid/spans.py": "the handful of calls that one request made",
    "observability/spans.py": "LiteLLM's callbacks, and two headers",
    "observability/metrics.py": "counters of this process",
    "observability/definitions.py": "the metrics and the values of their labels",
    "seams/cached_streams.py": "names, and the chunks that LiteLLM makes of a kept answer, one at a time",
    "seams/advisor_tool.py": "LiteLLM's arguments, by their names, and the deployments of one model",
    "seams/auth_candidates.py": "the proxy's access groups of one name",
    "seams/claim_chat.py": "LiteLLM's own names",
    "seams/claim_media.py": "LiteLLM's own names",
    "seams/price_map.py": "the table of models",
    "seams/registration.py": "LiteLLM's own names",
    "seams/wrapped.py": "a function's decorators",
    "upstream/clients.py": "two candidates for a client",
    "upstream/headers.py": "the operator's headers",
    "upstream/transport.py": "one read at a time",
}
"""Files whose loops are not over what a client, an upstream or a cache wrote, each with what they are over."""
NOT_REACHED = {
    "hybrid/agents/results.py:_closes": "makes a reader at import; what it makes is called",
    "hybrid/agents/results.py:_opens": "makes a reader at import; what it makes is called",
    "hybrid/remembering.py:load": "the notes of one turn",
    "hybrid/consulting/exchanges.py:dumps": "the consultations of one request",
    "hybrid/handing_over/handover.py:into_system": "the messages before the first system message, once",
    "hybrid/remembering.py:among": "at most the newest 512 texts of a history",
    "hybrid/remembering.py:own_among": "at most the newest 512 texts of a history",
    "hybrid/remembering.py:save": "the notes of one turn",
    "memory/shared_cache.py:aget_each": "at most 512 keys",
    "memory/reasoning_memory.py:_caller": "three names",
    "memory/reasoning_memory.py:_count_stored": "reads a count",
    "memory/reasoning_memory.py:_keys_of_answer": "the calls of one answer",
    "memory/reasoning_memory.py:akeep": "the calls of one answer",
    "memory/reasoning_memory.py:keep": "the calls of one answer",
    "messages/remembering.py:scope_of": "three names",
    "seams/proxy_hooks.py:_check_door": "a handful of doors",
    "seams/proxy_hooks.py:_wants_prometheus": "LiteLLM's callbacks",
    "seams/proxy_hooks.py:is_at_work": "LiteLLM's callbacks",
    "wire/images/request.py:_is_fixed": "a handful of names",
    "wire/images/request.py:_whole": "one number",
    "wire/markup/notation.py:__post_init__": "builds a notation's patterns at import",
    "wire/outgoing/parameters.py:supported_openai_params": "the table of parameters",
}
"""Functions that no case above calls, each with what bounds them."""


LONG = ("M3's nested value, closed", "calls", "calls and words", "JSON calls", "nested objects", "a call in a thought",
        "a closer after blanks")  # fmt: skip
"""Shapes that show all of themselves only at some length."""


def functions_that_scan():
    """``file:name`` of every function that loops, or calls something that walks a text."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        if name.startswith(("cli/", "simulator/", "verify/")) or name in NOT_FOREIGN:
            continue
        if name.startswith("eval/") and name != "eval/answer.py":  # a command, on its owner's files
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _scans(node):
                found.add(f"{name}:{node.name}")
    return found


def _scans(function):
    loops = (ast.For, ast.While, ast.AsyncFor, ast.comprehension)
    return any(
        isinstance(node, loops)
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SCANS)
        for node in ast.walk(function)
    )


def test_every_function_that_scans_has_a_case_or_a_reason():
    """Found by listing them: a new reader fails here until it has a case, or says what bounds it."""
    codes = {}
    schema_check._harmless.cache_clear()

    def seen(frame, event, _):
        if event == "call":
            codes[id(frame.f_code)] = frame.f_code

    few = [*list(texts(96).values())[::4], *(texts(480)[name] for name in LONG)]
    cases = [prepare(text) for prepare in READERS.values() for text in few]
    sys.setprofile(seen)
    try:
        for case in cases:
            with suppress(Exception):
                case()
    finally:
        sys.setprofile(None)
    files = {code: Path(code.co_filename) for code in codes.values() if code.co_filename.startswith(str(PACKAGE))}
    called = {f"{file.relative_to(PACKAGE).as_posix()}:{code.co_name}" for code, file in files.items()}
    scanning = functions_that_scan()
    assert scanning - called - set(NOT_REACHED) == set()
    assert set(NOT_REACHED) <= scanning - called, "a reason that is no longer needed"
    assert {name for name in NOT_FOREIGN if not (PACKAGE / name).exists()} == set()
