"""No regular expression of the package can backtrack without a bound: no open repeat in, or right behind, another."""

from __future__ import annotations

import importlib
import pkgutil
import re
from re import _parser
from re._constants import (
    ASSERT,
    ASSERT_NOT,
    AT,
    ATOMIC_GROUP,
    BRANCH,
    GROUPREF,
    MAX_REPEAT,
    MIN_REPEAT,
    POSSESSIVE_REPEAT,
    SUBPATTERN,
)

import pytest

import litellm_minimax

OPEN = 64
"""A repeat of at most so many costs little, whatever stands in it or behind it."""


def patterns():
    """Every compiled pattern that a module of the package holds, in containers too, by its text."""
    found = {}
    for info in pkgutil.walk_packages(litellm_minimax.__path__, "litellm_minimax."):
        if not info.name.startswith(("litellm_minimax.cli", "litellm_minimax.simulator")):
            _collect(list(vars(importlib.import_module(info.name)).values()), info.name, found, 0)
    return found


def _collect(value, where, found, depth):
    if isinstance(value, re.Pattern):
        found[value.pattern] = (value, where)
    elif depth < 6 and isinstance(value, list | tuple | set | frozenset):
        for item in value:
            _collect(item, where, found, depth + 1)
    elif depth < 6 and isinstance(value, dict):
        _collect(list(value.values()), where, found, depth + 1)
    elif depth < 6 and getattr(type(value), "__module__", "").startswith("litellm_minimax"):
        slots = getattr(type(value), "__slots__", ())
        held = [getattr(value, name, None) for name in slots] if slots else list(vars(value).values())
        _collect(held, where, found, depth + 1)
    elif depth < 6 and callable(value) and getattr(value, "__closure__", None):
        _collect([cell.cell_contents for cell in value.__closure__], where, found, depth + 1)


def risky(tree):
    """Why a parsed pattern may backtrack without a bound; ``None`` if it can't."""
    before = None
    for op, argument in tree:
        if op in (MAX_REPEAT, MIN_REPEAT):
            least, most, body = argument
            is_open = most > OPEN
            if is_open and (_has_open(body) or before):
                return "an open repeat in another" if _has_open(body) else "an open repeat behind another"
            if inner := risky(body):
                return inner
            before = is_open or (before if least == 0 else None)
        elif op is SUBPATTERN:
            if (before and _begins_open(argument[3])) or (inner := risky(argument[3])):
                return "an open repeat behind another" if before and _begins_open(argument[3]) else inner
            before = _has_open(argument[3]) or None
        elif op is BRANCH:
            for branch in argument[1]:
                if (before and _begins_open(branch)) or risky(branch):
                    return risky(branch) or "an open repeat behind another"
            before = None
        elif op not in (AT, ASSERT, ASSERT_NOT, GROUPREF):
            before = None
    return None


def _begins_open(tree):
    first = next(iter(tree), None)
    return first is not None and (
        (first[0] in (MAX_REPEAT, MIN_REPEAT) and first[1][1] > OPEN)
        or (first[0] is SUBPATTERN and _begins_open(first[1][3]))
    )


def _has_open(tree):
    for op, argument in tree:
        if op in (MAX_REPEAT, MIN_REPEAT) and (argument[1] > OPEN or _has_open(argument[2])):
            return True
        if op is SUBPATTERN and _has_open(argument[3]):
            return True
        if op is BRANCH and any(map(_has_open, argument[1])):
            return True
    return False


@pytest.mark.parametrize("pattern", patterns())
def test_a_pattern_can_not_backtrack_without_a_bound(pattern):
    compiled, where = patterns()[pattern]
    assert risky(_parser.parse(pattern, compiled.flags)) is None, where


@pytest.mark.parametrize(
    ("pattern", "is_risky"),
    [
        (r"(a+)+b", True), (r"(\s*<r>.*?</r>\s*)+", True), (r"\s*\s*x", True), (r"\w*(\d+)x", True), (r"(a|b*)*", True),
        (r"a*+b*+", False), (r"(?>a+)+b", False), (r"a*b?b*", True), (r"a*xb*", False), (r"(ab){2,9}\w*", False),
    ],
)  # fmt: skip
def test_the_rule_tells_them_apart(pattern, is_risky):
    assert (risky(_parser.parse(pattern)) is not None) is is_risky


def test_there_are_patterns():
    assert len(patterns()) > 50
    assert POSSESSIVE_REPEAT is not ATOMIC_GROUP
