"""Checks an answer against a caller's JSON schema, within limits that a hostile schema can't exceed.

A schema can keep a validator busy for ever (nested ``anyOf`` over ``$ref``, a regular expression that backtracks) and
so block every other request of the process. The work is therefore counted and stopped at a limit, and patterns that
could backtrack are not run. What could not be checked counts as valid.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import referencing
import referencing.exceptions
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError, best_match
from jsonschema.validators import extend, validator_for

SCHEMA_DIALECT: Final = Draft202012Validator

_STEPS = 20_000
_LONGEST_MATCHED = 1_000
_RISKY = re.compile(r"\)[*+{?]|\\\d")
_OPEN_ENDED = re.compile(r"(?<!\\)(?:[*+]|\{\d*,\d*\})")

Keyword = Callable[..., Iterator[ValidationError] | None]


class _GaveUp(Exception):
    """Checking the schema takes more work than the limit allows."""


class _Budget:
    def __init__(self) -> None:
        self.left = _STEPS

    def counted(self, keyword: Keyword) -> Keyword:
        def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
            self.left -= 1
            if self.left < 0:
                raise _GaveUp
            yield from keyword(validator, value, instance, schema) or ()

        return check


def not_a_schema(schema: dict[str, Any]) -> str | None:
    """Return why ``schema`` is not a JSON schema; ``None`` if it is one.

    Raises:
        RecursionError: the schema is nested too deeply.
    """
    try:
        validator_for(schema, default=SCHEMA_DIALECT).check_schema(schema)
    except SchemaError as error:
        return str(error.message)
    return None


def first_violation(value: object, schema: Mapping[str, object]) -> str | None:
    """Return the most relevant reason why ``value`` does not match, with its JSON path; ``None`` if it matches."""
    base = validator_for(schema, default=SCHEMA_DIALECT)
    budget = _Budget()
    keywords = {name: budget.counted(_GUARDED.get(name, keyword)) for name, keyword in base.VALIDATORS.items()}
    guarded: Any = extend(base, keywords)  # type: ignore[no-untyped-call]
    try:
        error = best_match(guarded(schema, registry=referencing.Registry()).iter_errors(value))
    except (_GaveUp, RecursionError, ArithmeticError, referencing.exceptions.Unresolvable):
        return None
    return f"{error.json_path}: {error.message[:300]}" if error else None


@lru_cache(maxsize=256)
def _harmless(pattern: str) -> re.Pattern[str] | None:
    """Return the compiled pattern if it can't backtrack much: no repeated group and at most one open-ended repeat."""
    if _RISKY.search(pattern) or len(_OPEN_ENDED.findall(pattern)) > 1:
        return None
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _pattern(_validator: Any, pattern: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and len(instance) <= _LONGEST_MATCHED:
        compiled = _harmless(pattern)
        if compiled and not compiled.search(instance):
            yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _unless_patterns(keyword: Keyword) -> Keyword:
    """Skip keywords that depend on the names matched by ``patternProperties`` if the schema has any."""

    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if "patternProperties" not in schema:
            yield from keyword(validator, value, instance, schema) or ()

    return check


def _unchecked(*_: Any) -> None:
    return None


_GUARDED: Mapping[str, Keyword] = {
    "pattern": _pattern,
    "patternProperties": _unchecked,
    "additionalProperties": _unless_patterns(SCHEMA_DIALECT.VALIDATORS["additionalProperties"]),
    "unevaluatedProperties": _unchecked,
}
