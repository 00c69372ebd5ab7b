"""Everything except chat: embeddings, images and a plan's quota, each as deterministic as the chat is.

A text's vector is made of its words, so that texts with common words are close to each other. An image is a real PNG of
the requested size, in colours that depend on the prompt, and its metadata says that it is simulated.
"""

from __future__ import annotations

import base64
import math
import re
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from litellm_minimax.catalog import EMBEDDINGS, IMAGES
from litellm_minimax.simulator import prose

if TYPE_CHECKING:
    from litellm_minimax.simulator.faults import Family
    from litellm_minimax.simulator.quirks import Quirks

PATHS: dict[str, Family] = {
    "/v1/embeddings": "native", "/v1/image_generation": "native",
    "/v1/images/generations": "chat", "/v1/images/edits": "chat",
}  # fmt: skip
PICTURES = "/simulated/pictures/"
QUOTA = ("/v1/token_plan/remains", "/v1/coding_plan/remains")
_DIMENSIONS = 1_536
_WORDS_THAT_SAY_NOTHING = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "how", "in", "is", "it", "of", "on", "or",
    "that", "the", "to", "was", "what", "with",
})  # fmt: skip
_RATIO = {"1:1": (1024, 1024), "16:9": (1280, 720), "4:3": (1152, 864), "3:2": (1248, 832), "2:3": (832, 1248),
          "3:4": (864, 1152), "9:16": (720, 1280), "21:9": (1344, 576)}  # fmt: skip
_SIDES = re.compile(r"(\d{1,5})x(\d{1,5})")
_LARGEST = 20_000_000

Body = dict[str, Any]


def prompt_of(path: str, body: Body) -> str:
    """Return the text that may hold a directive; of texts to embed, only those that begin with one."""
    if path == "/v1/embeddings":
        texts = body.get("texts")
        listed = texts if isinstance(texts, list) else []
        return "\n".join(text for text in listed if isinstance(text, str) and text.startswith("[[simulate:"))
    return str(body.get("prompt") or "")


def refusal(path: str, body: Any, quirks: Quirks) -> str | None:
    """Return the reason of a 2013, or ``None``."""
    if not isinstance(body, dict):
        return "the body is not an object"
    return next((reason for rule in _RULES[path] if (reason := rule(body, quirks))), None)


def answer(path: str, body: Body, quirks: Quirks, root: str, trace_id: str) -> Body:
    """Return the answer to a good request.

    Args:
        path: the endpoint.
        body: the request, checked by :func:`refusal`.
        quirks: the switches in force.
        root: the address of this server, for the addresses of images.
        trace_id: the id that the answer carries.
    """
    if path == "/v1/embeddings":
        return _embeddings(body, quirks)
    if path == "/v1/image_generation":
        return _native(body, quirks, root, trace_id)
    return _openai_shaped(body, quirks, root, trace_id)


# -- embeddings -----------------------------------------------------------------------------------------------------


def _embeddings(body: Body, quirks: Quirks) -> Body:
    texts: list[str] = body["texts"]
    told: Body = {"vectors": [vector(text)[: quirks.embedding_size] for text in texts]}
    if quirks.embedding_tokens != "absent":
        counted = sum(len(text.encode()) // 4 + 1 for text in texts)
        told["total_tokens"] = counted if quirks.embedding_tokens == "counted" else 0
    return told | {"base_resp": {"status_code": 0, "status_msg": "success"}}


def vector(text: str) -> list[float]:
    """Return a vector of 1,536 numbers and length 1; each word of the text adds its own direction."""
    pulls = [0.0] * _DIMENSIONS
    found = {_stem(word) for word in re.findall(r"\w+", text.lower()) if word not in _WORDS_THAT_SAY_NOTHING}
    for word in sorted(found) or [text]:
        mixed = bytes.fromhex(prose.digest(word))
        for at in range(0, 16, 2):
            place = int.from_bytes(mixed[at : at + 2], "big") % _DIMENSIONS
            pulls[place] += 1.0 if mixed[16 + at] & 1 else -1.0
    length = math.sqrt(sum(pull * pull for pull in pulls)) or 1.0
    return [round(pull / length, 6) for pull in pulls]


def _stem(word: str) -> str:
    """Return roughly a word's stem."""
    for ending, instead in (("ies", "y"), ("ing", ""), ("ed", ""), ("s", "")):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            return word.removesuffix(ending) + instead
    return word


# -- pictures -------------------------------------------------------------------------------------------------------


def _native(body: Body, quirks: Quirks, root: str, trace_id: str) -> Body:
    wanted = body.get("n") or 1
    failed = wanted if quirks.image_false_success else min(quirks.images_failing, wanted)
    width, height = _native_sides(body)
    made = [_picture_name(body, number, width, height) for number in range(wanted - failed)]
    data: Body = {}
    if made and body.get("response_format") == "base64":
        data = {"image_base64": [_as_base64(name) for name in made]}
    elif made:
        data = {"image_urls": [f"{root}{PICTURES}{name}" for name in made]}
    counts: Body = {"failed_count": failed, "success_count": wanted - failed}
    if quirks.image_counts == "text":
        counts = {name: str(count) for name, count in counts.items()}
    return {
        "id": trace_id,
        "data": data,
        "metadata": counts,
        "base_resp": {"status_code": 0, "status_msg": "success"},
    }


def _native_sides(body: Body) -> tuple[int, int]:
    if "width" in body:
        return body["width"], body["height"]
    return _RATIO[body.get("aspect_ratio", "1:1")]


def _openai_shaped(body: Body, quirks: Quirks, root: str, trace_id: str) -> Body:
    wanted = body.get("n") or 1
    failed = wanted if quirks.image_false_success else min(quirks.images_failing, wanted)
    found = _SIDES.fullmatch(str(body.get("size")))
    width, height = (int(found[1]), int(found[2])) if found else (1024, 1024)
    data: list[Body] = []
    for number in range(wanted - failed):
        name = _picture_name(body, number, width, height)
        whole = body.get("response_format") == "b64_json"
        picture = {"b64_json": _as_base64(name)} if whole else {"url": f"{root}{PICTURES}{name}"}
        data.append(picture | {"revised_prompt": f"[simulated] {body['prompt']}", "size": f"{width}x{height}"})
    blocked = {"type": "bad_request_error", "message": "output new_sensitive (1027)", "http_code": "400"}
    data += [{"error": blocked}] * (0 if quirks.image_false_success else failed)
    told: Body = {"created": int(time.time()), "data": data, "request_id": trace_id}
    if quirks.image_usage:
        text = len(str(body["prompt"]).encode()) // 4 + 1
        pictures = 1_000 * len(body.get("images") or ())
        each = width * height // 190
        told["usage"] = {
            "input_tokens": (text + pictures) * (wanted - failed),
            "input_tokens_details": {
                "text_tokens": text * (wanted - failed), "image_tokens": pictures * (wanted - failed),
            },
            "output_tokens": each * (wanted - failed),
            "total_tokens": (text + pictures + each) * (wanted - failed),
        }  # fmt: skip
    return told


def _picture_name(body: Body, number: int, width: int, height: int) -> str:
    mixed = prose.digest(str(body.get("model")), str(body.get("prompt")), str(body.get("seed")), str(number))
    return f"{mixed[:24]}-{width}x{height}.png"


def picture(name: str) -> bytes | None:
    """Return the image at an address; ``None`` for a name that no answer has used."""
    found = re.fullmatch(r"([0-9a-f]{24})-(\d{1,5})x(\d{1,5})\.png", name)
    if found is None or not 0 < int(found[2]) * int(found[3]) <= _LARGEST:
        return None
    return _png(found[1], int(found[2]), int(found[3]))


def _as_base64(name: str) -> str:
    return base64.b64encode(picture(name) or b"").decode("ascii")


def _png(seed: str, width: int, height: int) -> bytes:
    """Return broad bands of a palette with eight bits per pixel: small, and different for every seed."""
    palette = b"".join(bytes.fromhex(prose.digest(seed, str(colour))[:6]) for colour in range(8))
    wide, high = max(1, width // 8), max(1, height // 6)
    row = bytes(min(7, column // wide) for column in range(width))
    rows = [
        b"\0" + row.translate(bytes((value + band) % 8 if value < 8 else 0 for value in range(256)))
        for band in range(8)
    ]
    pixels = b"".join(rows[line // high % 8] for line in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = (
        (b"IHDR", head), (b"PLTE", palette), (b"tEXt", b"Comment\0simulated by litellm-minimax"),
        (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b""),
    )  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


# -- what is refused ------------------------------------------------------------------------------------------------


Rule = Callable[[Body, "Quirks"], str | None]


def _embedding_count(body: Body, quirks: Quirks) -> str | None:
    most = quirks.embedding_most
    return f"texts has more than {most} items" if most and len(body["texts"]) > most else None


def _embedding_fields(body: Body, _quirks: Quirks) -> str | None:
    texts = body.get("texts")
    if body.get("model") not in {facts.id for facts in EMBEDDINGS}:
        return f"unknown model '{body.get('model')}'"
    if not isinstance(texts, list) or not texts:
        return "binding: expr_path=texts, cause=missing required parameter"
    if not all(isinstance(text, str) and text for text in texts):
        return "texts has an empty item"
    return None if body.get("type") in {"db", "query"} else "binding: expr_path=type, cause=invalid"


def _image_fields(body: Body, _quirks: Quirks) -> str | None:
    prompt = body.get("prompt")
    if body.get("model") not in {facts.id for facts in IMAGES}:
        return f"unknown model '{body.get('model')}'"
    facts = next(facts for facts in IMAGES if facts.id == body["model"])
    if not isinstance(prompt, str) or not prompt.strip():
        return "prompt is empty"
    if len(prompt.strip()) > facts.prompt:
        return f"prompt is longer than {facts.prompt}"
    count = body.get("n", 1)
    return None if isinstance(count, int) and 1 <= count <= facts.most else f"n must be in range [1,{facts.most}]"


def _native_image(body: Body, quirks: Quirks) -> str | None:
    if quirks.live_style == "object" and isinstance(body.get("style"), str):
        return "binding: expr_path=style, cause=mismatched type"
    if not str(body.get("model")).startswith("image-01"):
        return f"unknown model '{body.get('model')}'"
    if body.get("response_format", "url") not in {"url", "base64"}:
        return "invalid response_format"
    if ("width" in body) != ("height" in body) or ("width" in body and "aspect_ratio" in body):
        return "invalid width or height"
    if any(not (512 <= body.get(side, 512) <= 2048 and body.get(side, 512) % 8 == 0) for side in ("width", "height")):
        return "width and height must be in range [512,2048] and multiples of 8"
    if body.get("aspect_ratio", "1:1") not in _RATIO:
        return "invalid aspect_ratio"
    subjects = body.get("subject_reference", [])
    good = isinstance(subjects, list) and len(subjects) <= 1 and all(subject.get("image_file") for subject in subjects)
    return None if good else "invalid subject_reference"


def _openai_image(body: Body, quirks: Quirks) -> str | None:
    if quirks.h3_compression == "unknown" and "output_compression" in body:
        return "unknown parameter output_compression"
    if not str(body.get("model")).startswith("MiniMax-H3"):
        return f"unknown model '{body.get('model')}'"
    size = body.get("size", "auto")
    found = _SIDES.fullmatch(str(size))
    if size != "auto" and (found is None or not 655_360 <= int(found[1]) * int(found[2]) <= 20_000_000):
        return "invalid size"
    fixed = size != "auto" and ("aspect_ratio" in body or "area" in body)
    return "size excludes aspect_ratio and area" if fixed else None


def _references(body: Body, quirks: Quirks) -> str | None:
    if quirks.h3_edits == "multipart":
        return "the body must be multipart/form-data"
    if quirks.h3_edit_prompt and len(body["prompt"]) > quirks.h3_edit_prompt:
        return f"prompt is longer than {quirks.h3_edit_prompt}"
    images = body.get("images")
    good = isinstance(images, list) and 1 <= len(images) <= 16 and all(image.get("url") for image in images)
    return None if good else "images must have 1 to 16 items"


_RULES: dict[str, tuple[Rule, ...]] = {
    "/v1/embeddings": (_embedding_fields, _embedding_count),
    "/v1/image_generation": (_image_fields, _native_image),
    "/v1/images/generations": (_image_fields, _openai_image),
    "/v1/images/edits": (_image_fields, _openai_image, _references),
}


# -- the quota of a plan --------------------------------------------------------------------------------------------


def quota(quirks: Quirks) -> Body | None:
    """Return what a plan has left, in the selected format; ``None`` if the key has no plan."""
    if quirks.quota == "none":
        return None
    buckets = list(_percent(quirks) if quirks.quota == "percent" else _counts())
    return {"base_resp": {"status_code": 0, "status_msg": "success"}, "model_remains": buckets}


def _window(now: int) -> Body:
    return {
        "start_time": now - 3_600_000, "end_time": now + 14_400_000, "remains_time": 14_400_000,
        "weekly_start_time": now - 3_600_000, "weekly_end_time": now + 601_200_000, "weekly_remains_time": 601_200_000,
    }  # fmt: skip


def _percent(quirks: Quirks) -> Iterator[Body]:
    now = int(time.time() * 1000)
    for name, total, left in (("general", 0, quirks.quota_left), ("video", 5, 100)):
        yield {
            "model_name": name, **_window(now), "current_interval_total_count": total,
            "current_interval_usage_count": 0, "current_interval_status": 1,
            "current_interval_remaining_percent": left, "current_weekly_total_count": 0,
            "current_weekly_usage_count": 0, "current_weekly_status": 3, "current_weekly_remaining_percent": 100,
        }  # fmt: skip


def _counts() -> Iterator[Body]:
    """Return the older format: ``usage_count`` is what remains, and counts may be strings."""
    now = int(time.time() * 1000)
    yield {
        "model_name": "MiniMax-M*", **_window(now), "current_interval_total_count": "1500",
        "current_interval_usage_count": "1272", "current_weekly_total_count": 0, "current_weekly_usage_count": 0,
    }  # fmt: skip
