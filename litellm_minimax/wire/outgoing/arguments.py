"""Turns the arguments of tool calls in the history into the JSON text of an object.

MiniMax refuses a history in which one call's ``arguments`` are not JSON text (2013, ``invalid function
arguments json string``). The usual cause is a stream that was cut off and is now replayed, so every later
request of that conversation would fail too. Arguments that can be understood (``json_mender.py``) are sent as
the JSON they mean. Anything else is kept whole, as ``{"_raw": "…"}``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.json_mender import mended

RAW_KEY = "_raw"
"""The one key of an arguments object that holds what could not be read as JSON."""


def json_text(value: object, where: str) -> str:
    """Return ``value`` as compact JSON text.

    Raises:
        InvalidRequest: ``value`` holds something that JSON can't express.
    """
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidRequest(where, "can't be written as JSON.", "Send plain JSON values.") from error


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)


def arguments_text(value: object, where: str) -> tuple[str, bool]:
    """Return one call's arguments as the JSON text of an object, and whether they had to be repaired.

    Text that already is a JSON object comes back byte for byte.

    Raises:
        InvalidRequest: the arguments are neither text nor JSON values.

    >>> arguments_text('{"path": "a.py", "text": "de', "messages[1]")
    ('{"path":"a.py","text":"de"}', True)
    >>> arguments_text("rm -rf", "messages[1]")
    ('{"_raw":"rm -rf"}', True)
    """
    if value is None:
        return "{}", False
    if not isinstance(value, str):
        return (json_text(value, where), False) if isinstance(value, Mapping) else (_wrapped(value, where), True)
    if not value.strip():
        return "{}", False
    parsed, exact = _read(value)
    if isinstance(parsed, str) and exact:  # JSON text inside a JSON string: encoded twice
        inner, _ = _read(parsed)
        parsed, exact = (inner, False) if isinstance(inner, dict) else (parsed, exact)
    if isinstance(parsed, dict):
        return (value, False) if exact else (json_text(parsed, where), True)
    if exact and parsed is None:
        return "{}", True
    return _wrapped(parsed if exact else value, where), True


def canonical_arguments(value: object) -> str:
    """Return the same spelling for all JSON texts of the same arguments; never raises."""
    try:
        text, _ = arguments_text(value, "")
        return json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
    except (InvalidRequest, ValueError, RecursionError):
        return str(value)


def _wrapped(value: object, where: str) -> str:
    return json_text({RAW_KEY: value}, where)


def _read(text: str) -> tuple[object, bool]:
    """Return the value of ``text``, and whether it was valid JSON; ``None, False`` if it can't be read."""
    told = mended(text)
    return (None, False) if told is None else (told.value, told.exact)
