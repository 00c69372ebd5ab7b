"""Random calls and answers of embeddings, pictures and quotas: the ring's own faults, and no other exception."""

from __future__ import annotations

import json
import random
from typing import Any

from litellm_minimax import catalog
from litellm_minimax.wire.embeddings import answer as embeddings_answer
from litellm_minimax.wire.embeddings.request import build_request
from litellm_minimax.wire.faults import InvalidRequest, ProtocolFault, UpstreamFault
from litellm_minimax.wire.images import answer as images_answer
from litellm_minimax.wire.images.picture import look_at
from litellm_minimax.wire.images.request import build_edit, build_generation
from litellm_minimax.wire.json_text import dumps
from litellm_minimax.wire.quota.remains import read_remains
from tests.fuzz.fuzz_requests import _odd

MODELS = [catalog.image_facts(name) for name in ("image-01", "image-01-live", "MiniMax-H3-Image", "image-09")]
SIZES = ("auto", "1024x1024", "1001x777", "256x256", "16:9", "21:9", "0x0", "99999x1", "4:1", "1×1", "x", "")
HEADS = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0", b"\xff\xd8\xff\xe0\0\x04\0\0\xff\xc0\0\x11\x08\0\x90\1\0",
    b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\xff\0\0\xff\0\0", b"RIFF\0\0\0\0WEBPVP8 ", b"RIFF\0\0\0\0WEBPVP8L", b"\0\0\0\x18ftypheic",
    b"GIF89a", b"",
)  # fmt: skip


def _picture(rng: random.Random) -> Any:
    data = bytearray(rng.choice(HEADS) + rng.randbytes(rng.randint(0, 12)))
    for _ in range(rng.randint(0, 3)):
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)
    return _odd(rng, rng.choice((
        bytes(data), "https://a.example/b.png", {"url": "http://a"}, "data:image/png;base64,QUJD", "data:image/png;base64,%",
        "/etc/passwd",
    )))  # fmt: skip


def check_media_request(rng: random.Random) -> None:
    """A call of embeddings or pictures, all the way to the body."""
    given: dict[str, Any] = {}
    for name, likely in (
        ("n", rng.choice((1, "3", 9, 10, 11))), ("size", rng.choice(SIZES)), ("response_format", "b64_json"),
        ("aspect_ratio", rng.choice(SIZES)), ("width", 512), ("height", 640), ("area", "2K"), ("seed", "-5"), ("quality", "auto"),
        ("style", {"style_type": "Comic"}), ("output_format", "webp"), ("output_compression", 50), ("prompt_optimizer", "true"),
        ("disable_prompt_enhanced", True), ("subject_reference", [{"image_file": "https://a"}]), ("mask", None),
        ("extra_body", {"a": 1}), ("user", "u"), ("unheard_of", 1),
    ):  # fmt: skip
        if rng.random() < 0.15:
            given[name] = _odd(rng, likely, 0.25)
    facts, prompt, drop = rng.choice(MODELS), _odd(rng, "A fox.", 0.05), rng.random() < 0.3
    pictures = [_picture(rng) for _ in range(rng.choice((0, 1, 1, 1, 2, 17)))]
    texts = _odd(rng, [_odd(rng, "a text " * rng.randint(1, 900)) for _ in range(rng.randint(0, 60))])
    before = repr((given, pictures, texts))
    for build in (
        lambda: build_generation(facts, prompt, given, drop=drop).body,
        lambda: build_edit(facts, prompt, pictures, given, drop=drop).body,
        lambda: [part.body for part in build_request("embo-01", texts, _parameters(rng)).parts],
    ):
        try:
            json.loads(dumps(build()))
        except InvalidRequest as refused:
            assert refused.where  # noqa: PT017
    assert repr((given, pictures, texts)) == before


def _parameters(rng: random.Random) -> dict[str, Any]:
    likely = {"type": "query", "input_type": "search_document", "encoding_format": "base64", "dimensions": 1536}
    return {name: _odd(rng, value, 0.3) for name, value in likely.items() if rng.random() < 0.2}


def check_media_answer(rng: random.Random) -> None:
    """What a server says to embeddings, pictures and the question about a quota."""
    value = {
        "id": "i", "created": _odd(rng, 5), "request_id": _odd(rng, "r"), "total_tokens": _odd(rng, 7, 0.3),
        "vectors": _odd(rng, [_odd(rng, [_odd(rng, 0.5, 0.05), -1e30]) for _ in range(rng.choice((2, 2, 2, 3)))]),
        "data": _odd(rng, rng.choice((
            {"image_urls": _odd(rng, ["u", _odd(rng, "v")])}, {"image_base64": ["QQ=="]}, {}, [],
            [_odd(rng, {"url": _odd(rng, "u"), "error": _odd(rng, None, 0.3)}), {"b64_json": "QQ==", "size": _odd(rng, "1x1")}],
        ))),
        "metadata": _odd(rng, {"failed_count": _odd(rng, rng.choice(("1", 0, "0")), 0.3)}),
        "usage": _odd(rng, {"input_tokens": _odd(rng, 5), "output_tokens": 9, "input_tokens_details": _odd(rng, {"image_tokens": 3})}),
        "base_resp": _odd(rng, {"status_code": rng.choice((0, 0, 0, 1002)), "status_msg": "x"}),
        "model_remains": _odd(rng, [_odd(rng, {name: _odd(rng, rng.choice((0, 5, "7", 1e12)), 0.3) for name in (
            "model_name", "start_time", "end_time", "current_interval_status", "current_interval_remaining_percent",
            "current_interval_total_count", "current_interval_usage_count", "weekly_remains_time", "current_weekly_total_count",
        )})]),
    }  # fmt: skip
    for name in rng.sample(list(value), rng.randint(0, 4)):
        del value[name]
    body = json.dumps(_odd(rng, value, 0.02)).encode()
    if rng.random() < 0.2:
        body = body[: rng.randrange(len(body) + 1)]
    part = build_request("embo-01", ["a", "b"], {}).parts[0]
    facts = rng.choice(MODELS)
    request = build_generation(facts, "A fox.", {"n": 2})
    for read in (
        lambda: embeddings_answer.read_answer(body, part, rng.choice(("float", "base64"))),
        lambda: images_answer.read_answer(body, facts, request).cost(facts),
        lambda: read_remains(rng.choice((200, 200, 500)), body, 0.0),
    ):
        try:
            read()
        except (UpstreamFault, ProtocolFault) as told:
            assert str(told)  # noqa: PT017


def check_picture(rng: random.Random) -> None:
    """The first bytes of a picture."""
    data = bytearray(rng.choice(HEADS) * rng.randint(1, 2) + rng.randbytes(rng.randint(0, 60)))
    for _ in range(rng.randint(0, 6)):
        if data:
            data[rng.randrange(len(data))] = rng.choice((0, 0xFF, 0xC0, 0xD8, rng.randrange(256)))
    seen = look_at(bytes(data[: rng.randint(0, len(data))]))
    assert seen is None or (seen.width is None) == (seen.height is None)


CHECKS = (check_media_request, check_media_answer, check_picture)
