"""Checks of embeddings and images, run only on request: one picture may cost half as much as all other checks."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

from litellm_minimax.verify.asking import EMBEDDINGS as EMBEDDINGS_PATH
from litellm_minimax.verify.asking import Asker
from litellm_minimax.verify.check import Check, Verdict, verdict

_NATIVE, _MADE, _EDITED = "/v1/image_generation", "/v1/images/generations", "/v1/images/edits"
_NUMBERS = 1_536
_MANY = 50
_EMBEDDING = 0.0005
"""The most dollars for an embedding request, whose texts have less than 3,500 tokens."""
_PICTURE, _H3_PICTURE = 0.0035, 0.05
"""Dollars for an image of image-01, and for one of H3-Image, whose tokens are known only afterwards."""
_PROMPT = "A red ball on a white table."
_H3 = "MiniMax-H3-Image"
_SMALL = "1024x640"
"""The smallest size that H3-Image takes."""


async def _vectors(asker: Asker) -> Verdict:
    texts = ["A fox.", "A ship.", "A fox."]
    code, error, told = await asker.other(EMBEDDINGS_PATH, {"texts": texts, "type": "db"}, _EMBEDDING)
    if code:
        return Verdict("refuted", f"error {code}: {error}")
    vectors = [len(vector) for vector in _list(told.get("vectors")) if isinstance(vector, list)]
    return verdict(
        vectors == [_NUMBERS] * len(texts), f"{len(texts)} texts were sent, and vectors of {vectors} numbers came"
    )


async def _tokens(asker: Asker) -> Verdict:
    code, error, told = await asker.other(EMBEDDINGS_PATH, {"texts": ["A fox."], "type": "query"}, _EMBEDDING)
    if code:
        return Verdict("not settled", f"error {code}: {error}")
    count = told.get("total_tokens")
    return verdict(isinstance(count, int) and count > 0, f"`total_tokens` is {count!r}")


async def _many(asker: Asker) -> Verdict:
    body = {"texts": [f"Text {number}." for number in range(_MANY)], "type": "db"}
    code, error, told = await asker.other(EMBEDDINGS_PATH, body, _EMBEDDING)
    count = len(_list(told.get("vectors")))
    return verdict(count == _MANY, f"error {code}: {error}" if code else f"{count} vectors came for {_MANY} texts")


async def _picture(asker: Asker) -> Verdict:
    code, error, told = await asker.other(_NATIVE, {"prompt": _PROMPT, "n": 1}, _PICTURE)
    if code:
        return Verdict("not settled", f"error {code}: {error}")
    data = told.get("data")
    addresses = _list(data.get("image_urls")) if isinstance(data, dict) else []
    counted = told.get("metadata")
    return verdict(
        len(addresses) == 1, f"a success; addresses of pictures in it: {len(addresses)}; it counts {counted}"
    )


async def _style(asker: Asker) -> Verdict:
    for style in ({"style_type": "漫画", "style_weight": 0.8}, "漫画"):
        code, error, _ = await asker.other(_NATIVE, {"prompt": _PROMPT, "n": 1, "style": style}, _PICTURE)
        if code:
            return Verdict("refuted", f"`style: {style}` gets error {code}: {error}")
    return Verdict("confirmed", "an object and a name were accepted")


async def _h3_usage(asker: Asker) -> Verdict:
    code, error, told = await asker.other(_MADE, {"prompt": _PROMPT, "n": 1, "size": _SMALL}, _H3_PICTURE)
    if code:
        return Verdict("not settled", f"error {code}: {error}")
    usage = told.get("usage")
    details = usage.get("input_tokens_details") if isinstance(usage, dict) else None
    holds = isinstance(details, dict) and "image_tokens" in details and "output_tokens" in (usage or {})
    return verdict(holds, f"`usage` is {usage}")


async def _h3_compression(asker: Asker) -> Verdict:
    wanted = {"output_format": "jpeg", "output_compression": 50}
    code, error, _ = await asker.other(_MADE, {"prompt": _PROMPT, "n": 1, "size": _SMALL, **wanted}, _H3_PICTURE)
    return verdict(not code, f"error {code}: {error}" if code else "it was accepted")


async def _h3_edit(asker: Asker) -> Verdict:
    body = {"prompt": "Make it blue.", "images": [{"url": _white_png()}], "size": _SMALL, "n": 1}
    code, error, _ = await asker.other(_EDITED, body, _H3_PICTURE)
    return verdict(not code, f"error {code}: {error}" if code else "it was accepted")


async def _h3_long(asker: Asker) -> Verdict:
    prompt = "Make it blue. " * 600
    body = {"prompt": prompt, "images": [{"url": _white_png()}], "size": _SMALL, "n": 1, "seed": 7}
    code, error, _ = await asker.other(_EDITED, body, _H3_PICTURE)
    return verdict(
        not code, f"error {code}: {error}" if code else f"{len(prompt):,} characters and a seed were accepted"
    )


def _white_png(side: int = 64) -> str:
    """Return a white square, as a data URL."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = zlib.compress((b"\0" + b"\xff" * side) * side)
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    raw = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(raw).decode()


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


EMBEDDINGS = (
    Check(
        "embeddings", "`embo-01` gives one vector of 1,536 numbers for each text, in their order", "three texts",
        "three vectors of 1,536 numbers", "another number of vectors, or of numbers", ("embo-01",), 1, 300, 0,
        "nothing: vectors are passed on unchanged; set your vector store to the length that came", _vectors,
        dollars=_EMBEDDING,
    ),
    Check(
        "embeddings-tokens", "Embeddings report `total_tokens`", "one text", "a number above 0", "0, or none",
        ("embo-01",), 1, 300, 0, "nothing: tokens are then estimated from the texts", _tokens, dollars=_EMBEDDING,
    ),
    Check(
        "embeddings-many", "`embo-01` takes 50 texts in one request", "50 short texts", "50 vectors", "a refusal",
        ("embo-01",), 1, 1_500, 0, "send fewer texts in one call", _many, dollars=_EMBEDDING,
    ),
)  # fmt: skip
IMAGES = (
    Check(
        "image", "A success of `image-01` holds the picture", "a prompt for one picture", "its address",
        "a success without one", ("image-01",), 1, 300, 0,
        "try again: it is raised as a 500 that may be retried", _picture, dollars=_PICTURE,
    ),
    Check(
        "image-style", "`image-01-live` takes `style` as an object or as a name",
        "a prompt with `style: {style_type: …}`, then one with `style: …`", "two answers", "a refusal",
        ("image-01-live",), 2, 600, 0, "give `style` in the form that was accepted", _style, dollars=2 * _PICTURE,
    ),
    Check(
        "h3-usage", "H3-Image names its tokens as OpenAI does (`input_tokens_details.image_tokens` …)",
        "a prompt for one picture of the smallest size", "these names in `usage`", "no usage, or other names", (_H3,),
        1, 300, 0, "set `output_cost_per_image` under the model's `model_info`", _h3_usage, dollars=_H3_PICTURE,
    ),
    Check(
        "h3-edit", "H3-Image's edits take JSON with `images: [{url}]`", "a white square, in such a body, and a prompt",
        "an answer", "a refusal", (_H3,), 1, 900, 0, "make pictures with it, and edit with image-01", _h3_edit,
        dollars=_H3_PICTURE,
    ),
    Check(
        "h3-long-edit", "H3-Image takes `seed`, and in edits prompts of more than 8,000 characters",
        "an edit with `seed: 7` and a prompt of 8,400 characters", "an answer", "a refusal", (_H3,), 1, 9_300, 0,
        "leave out what the refusal names, or shorten the prompt", _h3_long, dollars=_H3_PICTURE,
    ),
    Check(
        "h3-compression", "OpenAI's `output_compression` is H3-Image's name for it, too",
        "a prompt with `output_format: jpeg` and `output_compression: 50`", "an answer", "a refusal", (_H3,), 1, 400, 0,
        "`additional_drop_params: [output_compression]` under that model", _h3_compression, dollars=_H3_PICTURE,
    ),
)  # fmt: skip
