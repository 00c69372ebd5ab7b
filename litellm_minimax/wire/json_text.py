"""JSON text in and out: the fastest parser that is present, with the same behaviour whichever it is.

``orjson`` comes with LiteLLM's proxy; the standard library does the same work slower. What one of them refuses and
the other takes (invalid UTF-8, lone surrogates, numbers beyond 64 bits) is settled here, in favour of taking it: an
answer is not lost for one bad character.
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
    """The value of a JSON text; invalid UTF-8 and lone surrogates become U+FFFD.

    Raises:
        ValueError: it is not JSON, or nested too deeply to be an answer.
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
    """The values of several JSON texts one behind the other; as :func:`loads` where there is one.

    Raises:
        ValueError: what is left is not JSON; the values in front of it have been given.
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
    """The JSON text of a value, as UTF-8.

    Raises:
        TypeError: it holds something that JSON has no word for.
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
