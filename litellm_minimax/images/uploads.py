"""Reads the images of an edit, in any form in which LiteLLM takes a file, as bytes or as the given string."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.images.references import MAX_TOGETHER


def as_given(images: Any) -> list[object]:
    """Return bytes for all that has bytes (a path, an open file, a tuple of name and content), the rest unchanged.

    A file is read from its beginning: LiteLLM's Router retries, and falls back, with the same open file.

    Raises:
        InvalidRequest: a file can't be read.
    """
    listed = images if isinstance(images, list) else [images] if images is not None else []
    return [_bytes_of(item, f"image[{index}]") for index, item in enumerate(listed) if item is not None]


def _bytes_of(item: Any, where: str) -> object:
    if isinstance(item, tuple):
        item = item[1] if len(item) > 1 else None
    if isinstance(item, bytearray | memoryview):
        return bytes(item)
    try:
        if isinstance(item, os.PathLike):
            with Path(item).open("rb") as file:
                return file.read(MAX_TOGETHER + 1)
        if hasattr(item, "read"):
            if hasattr(item, "seek"):
                item.seek(0)
            return item.read(MAX_TOGETHER + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise InvalidRequest(where, f"the file can't be read ({reason}).") from None
    return item
