"""Read and write JSON with the fastest parser that is installed, and with the same results whichever that is.

``orjson`` comes with LiteLLM's proxy; without it the standard library is used, which is slower. The two differ on
invalid UTF-8, lone surrogates and numbers beyond 64 bits. This module accepts all of these, so that no answer is lost
because of one bad character.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

try:
    import orjson
except ImportError:  # the SDK without the proxy extra
    _loads_fast: Any = None
    _dumps_fast: Any = None
else:
    _loads_fast = orjson.loads
    _dumps_fast = orjson.dumps


_DECODER = json.JSONDecoder()
_BLANKS = re.compile(r"\s*+")


def loads(data: bytes) -> Any:
    """Parse a JSON text; invalid UTF-8 and lone surrogates become U+FFFD.

    Raises:
        ValueError: the text is not JSON, or is nested too deeply.
    """
    if _loads_fast is not None:
        try:
            return _loads_fast(data)
        except ValueError:
            pass
    text = data.decode("utf-8", "replace")
    try:
        value = json.loads(text)
        return _without_surrogates(value) if "\\u" in text else value
    except RecursionError:
        raise ValueError("nested too deeply") from None


def loads_all(data: bytes) -> Iterator[Any]:
    """Parse JSON texts that follow one another, and yield their values; a single one is parsed as by :func:`loads`.

    Raises:
        ValueError: the rest is not JSON; the values before it have been yielded.
    """
    try:
        value = loads(data)
    except ValueError:
        text, at = data.decode("utf-8", "replace").strip(), 0
        while at < len(text):
            try:
                value, at = _DECODER.raw_decode(text, at)
            except RecursionError:
                raise ValueError("nested too deeply") from None
            yield _without_surrogates(value)
            at = _BLANKS.match(text, at).end()  # type: ignore[union-attr]  # it matches anything
    else:
        yield value


def dumps(value: object) -> bytes:
    """Return the JSON text of a value, as UTF-8.

    Raises:
        TypeError: the value holds something that JSON can't express.
    """
    if _dumps_fast is not None:
        try:
            text: bytes = _dumps_fast(value)
        except TypeError:
            pass
        else:
            return text
    return json.dumps(value, separators=(",", ":")).encode()


def _without_surrogates(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_without_surrogates(item) for item in value]
        case dict():
            return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value
