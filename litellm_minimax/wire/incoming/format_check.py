"""Checks an answer against the ``response_format`` that the caller asked for, because MiniMax does not."""

from __future__ import annotations

import json

from litellm_minimax.wire.options import ResponseFormat


def validate(text: str, wanted: ResponseFormat) -> str | None:
    """Return why ``text`` is not in the format ``wanted``; ``None`` if it is.

    >>> validate('{"n": "1"}', ResponseFormat("json_schema", {"properties": {"n": {"type": "integer"}}}))
    "$.n: '1' is not of type 'integer'"
    """
    try:
        value = json.loads(text)
    except ValueError as error:
        return f"$: the answer is not JSON ({error})"
    except RecursionError:
        return "$: the answer is nested too deeply to be read"
    if wanted.schema is not None:
        from litellm_minimax.wire.schema_check import first_violation

        return first_violation(value, wanted.schema)
    return None if isinstance(value, dict) else "$: the answer is not a JSON object"
