"""Pictures on the wire: what is sent for OpenAI's parameters, what is refused, and what is read back."""

import base64
import dataclasses
import json
import struct
from pathlib import Path

import pytest

from litellm_minimax import catalog
from litellm_minimax.wire.faults import InvalidRequest, ProtocolFault, UnsupportedParameter, UpstreamFault
from litellm_minimax.wire.images import references
from litellm_minimax.wire.images.answer import read_answer
from litellm_minimax.wire.images.picture import Picture, look_at
from litellm_minimax.wire.images.request import build_edit, build_generation

FIXTURES = Path(__file__).parent.parent / "fixtures" / "media"
ONE, LIVE, H3 = (catalog.image_facts(name) for name in ("image-01", "image-01-live", "MiniMax-H3-Image"))


def png(width=256, height=256, rest=b""):
    return b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", width, height) + rest


def jpeg(width=300, height=200):
    return (
        b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\0" * 10 + b"\xff\xff\xc0\0\x11\x08" + struct.pack(">HH", height, width)
        + b"\0" * 9
    )  # fmt: skip


def webp(kind, body):
    return b"RIFF\0\0\0\0WEBP" + kind + b"\0\0\0\0" + body


# -- what is sent -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "given", "sent"),
    [
        (ONE, {}, {}),
        (ONE, {"n": 4, "size": "auto", "response_format": "b64_json", "user": "u"}, {"n": 4, "response_format": "base64"}),
        (ONE, {"n": "2", "response_format": "url"}, {"n": 2, "response_format": "url"}),
        (ONE, {"size": "1792x1024"}, {"width": 1792, "height": 1024}),
        (ONE, {"size": "1001X1003"}, {"width": 1000, "height": 1000}),
        (ONE, {"size": "16:9"}, {"aspect_ratio": "16:9"}),
        (ONE, {"aspect_ratio": "21:9", "size": "auto"}, {"aspect_ratio": "21:9"}),
        (ONE, {"aspect_ratio": "auto"}, {}),
        (ONE, {"width": 640, "height": "1280"}, {"width": 640, "height": 1280}),
        (ONE, {"seed": "7", "prompt_optimizer": "true", "aigc_watermark": False},
         {"seed": 7, "prompt_optimizer": True, "aigc_watermark": False}),
        (ONE, {"subject_reference": [{"image_file": "https://a.example/b.jpg"}]},
         {"subject_reference": [{"type": "character", "image_file": "https://a.example/b.jpg"}]}),
        (ONE, {"quality": "auto", "background": "auto", "stream": False, "style": None}, {}),
        (ONE, {"quality": "standard", "extra_body": {"n": 3, "new_thing": {"a": 1}}}, {"n": 3, "new_thing": {"a": 1}}),
        (LIVE, {"size": "1280x720"}, {"aspect_ratio": "16:9"}),
        (LIVE, {"size": "1536x1024", "style": {"style_type": "Comic", "style_weight": 0.8}},
         {"aspect_ratio": "3:2", "style": {"style_type": "Comic", "style_weight": 0.8}}),
        (LIVE, {"style": "Watercolor"}, {"style": "Watercolor"}),
        (H3, {"size": "2720x1536", "n": 10, "response_format": "b64_json"},
         {"size": "2720x1536", "n": 10, "response_format": "b64_json"}),
        (H3, {"size": "auto", "aspect_ratio": "16:9", "area": "2K"}, {"size": "auto", "aspect_ratio": "16:9", "area": "2K"}),
        (H3, {"aspect_ratio": "auto", "output_format": "webp", "output_compression": "80", "seed": -3},
         {"aspect_ratio": "auto", "output_format": "webp", "output_compression": 80, "seed": -3}),
        (H3, {"output_compression": 0}, {"output_compression": 0}),
        (H3, {"disable_prompt_enhanced": True, "size": "1024x1024"}, {"disable_prompt_enhanced": True, "size": "1024x1024"}),
        (H3, {"disable_prompt_enhanced": True, "aspect_ratio": "3:2"}, {"disable_prompt_enhanced": True, "aspect_ratio": "3:2"}),
    ],
)  # fmt: skip
def test_parameters(facts, given, sent):
    request = build_generation(facts, "a fox", given)
    assert request.body == {"model": facts.id, "prompt": "a fox", **sent}
    assert request.path == ("images/generations" if facts is H3 else "image_generation")
    assert request.wanted == sent.get("n", 1)


@pytest.mark.parametrize(
    ("facts", "given", "where"),
    [
        (ONE, {"prompt": " "}, "prompt"),
        (ONE, {"prompt": None}, "prompt"),
        (ONE, {"prompt": "x" * 1_501}, "prompt"),
        (H3, {"prompt": "x" * 32_001}, "prompt"),
        (ONE, {"n": 10}, "n"),
        (ONE, {"n": 0}, "n"),
        (ONE, {"n": True}, "n"),
        (ONE, {"n": "many"}, "n"),
        (H3, {"n": 11}, "n"),
        (ONE, {"response_format": []}, "response_format"),
        (ONE, {"size": "256x256"}, "size"),
        (ONE, {"size": "1024x4096"}, "size"),
        (ONE, {"size": "huge"}, "size"),
        (ONE, {"size": "5:1"}, "size"),
        (ONE, {"size": 1024}, "size"),
        (ONE, {"size": "1024x1024", "aspect_ratio": "1:1"}, "aspect_ratio"),
        (ONE, {"aspect_ratio": "1:1", "width": 512, "height": 512}, "aspect_ratio"),
        (ONE, {"aspect_ratio": 1.5}, "aspect_ratio"),
        (ONE, {"width": 512}, "height"),
        (ONE, {"width": True, "height": 512}, "width"),
        (LIVE, {"size": "1792x1024"}, "size"),
        (LIVE, {"aspect_ratio": "21:9"}, "size"),
        (H3, {"size": "512x512"}, "size"),
        (H3, {"size": "4096x1024"}, "size"),
        (H3, {"size": "16:9"}, "size"),
        (H3, {"size": "1024x1024", "area": "4K"}, "area"),
        (H3, {"area": "8K"}, "area"),
        (H3, {"aspect_ratio": "4:1"}, "aspect_ratio"),
        (H3, {"aspect_ratio": "301:300"}, "aspect_ratio"),
        (H3, {"aspect_ratio": ["1:1"]}, "aspect_ratio"),
        (H3, {"output_format": "gif"}, "output_format"),
        (H3, {"output_compression": 101}, "output_compression"),
        (H3, {"output_format": "png", "output_compression": 50}, "output_compression"),
        (H3, {"disable_prompt_enhanced": True}, "disable_prompt_enhanced"),
        (H3, {"disable_prompt_enhanced": True, "size": "auto"}, "disable_prompt_enhanced"),
        (H3, {"disable_prompt_enhanced": "maybe"}, "disable_prompt_enhanced"),
        (ONE, {"seed": 1.5}, "seed"),
        (ONE, {"seed": "--1"}, "seed"),
        (ONE, {"seed": True}, "seed"),
        (ONE, {"subject_reference": "x"}, "subject_reference"),
        (ONE, {"subject_reference": [{"image_file": "https://a"}, {"image_file": "https://b"}]}, "subject_reference"),
        (ONE, {"subject_reference": [{"image_file": "/etc/passwd"}]}, "subject_reference.image_file"),
        (ONE, {"extra_body": []}, "extra_body"),
        (ONE, {"aspect_ration": "1:1"}, "aspect_ration"),
        (ONE, {"area": "4K"}, "area"),
    ],
)
def test_what_is_refused_names_its_place(facts, given, where):
    given = {"prompt": "a fox", **given}
    with pytest.raises(InvalidRequest) as refused:
        build_generation(facts, given.pop("prompt"), given)
    assert refused.value.where == where


@pytest.mark.parametrize(
    ("facts", "name", "value"),
    [(ONE, "quality", "hd"), (ONE, "style", "vivid"), (LIVE, "style", "natural"), (ONE, "output_format", "png"),
     (ONE, "stream", True), (ONE, "background", ["odd"]), (H3, "partial_images", 2), (H3, "style", "vivid")],
)  # fmt: skip
def test_what_the_model_has_nothing_like_is_refused_or_dropped_with_a_note(facts, name, value):
    with pytest.raises(UnsupportedParameter, match="drop_params"):
        build_generation(facts, "a fox", {name: value})
    request = build_generation(facts, "a fox", {name: value}, drop=True)
    assert name not in request.body
    assert any(name in note for note in request.notes)


@pytest.mark.parametrize("name", ["model", "prompt", "image", "images", "mask"])
def test_extra_body_does_not_replace_what_was_checked(name):
    """A key that may use one model could reach another with it."""
    for facts in (ONE, H3):
        given = {"extra_body": {name: "MiniMax-H3-Image"}}
        for build in (
            lambda facts=facts, given=given: build_generation(facts, "a fox", given),
            lambda facts=facts, given=given: build_edit(facts, "older", [png()], given),
        ):
            with pytest.raises(InvalidRequest) as refused:
                build()
            assert refused.value.where == f"extra_body.{name}"


def test_a_size_that_was_changed_is_told():
    assert "1000x1000" in build_generation(ONE, "a fox", {"size": "1001x1003"}).notes[0]
    assert "1248x832" in build_generation(LIVE, "a fox", {"size": "1536x1024"}).notes[0]
    assert not build_generation(LIVE, "a fox", {"size": "1280x720"}).notes
    with pytest.raises(InvalidRequest, match=r"16:9 \(1280x720\)"):
        build_generation(LIVE, "a fox", {"size": "1792x1024"})


def test_ids_newer_than_the_table_and_models_that_make_no_pictures():
    assert catalog.image_facts("image-02") == dataclasses.replace(ONE, id="image-02", price=None)
    assert catalog.image_facts("MiniMax-H3-Image-Pro").shape == "openai"
    assert catalog.image_facts("MINIMAX-H3-IMAGE-highspeed").id == "MiniMax-H3-Image-Highspeed"
    assert [catalog.image_facts(name) for name in ("MiniMax-M2", "embo-01", "speech-2.8-hd")] == [None] * 3


# -- pictures that go out ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (png(640, 480), Picture("png", 640, 480)),
        (png()[:14], Picture("png")),
        (png()[:18], Picture("png")),
        (jpeg(), Picture("jpeg", 300, 200)),
        (jpeg()[:12], Picture("jpeg")),
        (b"\xff\xd8\xff\xe0\0\x01", Picture("jpeg")),
        (b"\xff\xd8\xff\xe0\0\x02" + b"\xff\xe0\0\x02" * 2_000, Picture("jpeg")),
        (webp(b"VP8 ", b"\0" * 6 + struct.pack("<HH", 320, 240)), Picture("webp", 320, 240)),
        (webp(b"VP8L", b"\x2f" + (319 | 239 << 14).to_bytes(4, "little")), Picture("webp", 320, 240)),
        (webp(b"VP8X", b"\0" * 4 + (319).to_bytes(3, "little") + (239).to_bytes(3, "little")), Picture("webp", 320, 240)),
        (webp(b"VP8 ", b""), Picture("webp")),
        (webp(b"VP8L", b""), Picture("webp")),
        (webp(b"VP8X", b""), Picture("webp")),
        (webp(b"ALPH", b"\0" * 20), Picture("webp")),
        (b"\0\0\0\x18ftypheic", Picture("heic")),
        (b"GIF89a", None),
        (b"", None),
    ],
)  # fmt: skip
def test_formats_and_sides_are_read_from_the_first_bytes(data, seen):
    assert look_at(data) == seen


def test_an_edit_of_image_01_brings_one_person():
    data = base64.b64encode(png()).decode()
    for given, sent in (
        (png(), f"data:image/png;base64,{data}"),
        (f"DATA:image/png;base64,{data}", f"DATA:image/png;base64,{data}"),
        ({"image_url": "https://a.example/b.png"}, "https://a.example/b.png"),
        (jpeg()[:12], f"data:image/jpeg;base64,{base64.b64encode(jpeg()[:12]).decode()}"),  # its sides can't be read
    ):
        request = build_edit(ONE, "older", [given], {"n": 2, "size": "1024x1024"})
        assert request.body["subject_reference"] == [{"type": "character", "image_file": sent}]
        assert (request.path, request.wanted, request.body["width"]) == ("image_generation", 2, 1024)
        assert "does not edit the picture" in request.notes[0]


def test_an_edit_of_h3_brings_up_to_sixteen_in_order():
    given = [png(), "http://a.example/1", {"url": f"data:image/jpeg;base64,{base64.b64encode(jpeg()).decode()}"}] * 5
    request = build_edit(H3, "image 1 in the light of image 2", given, {"size": "auto", "n": "3"})
    assert request.path == "images/edits"
    assert [image["url"][:15] for image in request.body["images"][:3]] == [
        "data:image/png;",
        "http://a.exampl",
        "data:image/jpeg",
    ]
    assert len(request.body["images"]) == 15
    assert (request.wanted, request.body["size"]) == (3, "auto")


@pytest.mark.parametrize(
    ("facts", "pictures", "given", "where"),
    [
        (ONE, [], {}, "image"),
        (ONE, [png(), png()], {}, "image"),
        (H3, [png()] * 17, {}, "image"),
        (ONE, [png()], {"mask": b"m"}, "mask"),
        (ONE, [png()], {"subject_reference": [{}]}, "subject_reference"),
        (H3, [png()], {"disable_prompt_enhanced": True, "size": "1024x1024"}, "disable_prompt_enhanced"),
        (ONE, [webp(b"VP8L", b"")], {}, "image"),
        (ONE, [b"not a picture"], {}, "image"),
        (ONE, ["/etc/passwd"], {}, "image"),
        (ONE, ["https://a.example/" + "x" * 9_000], {}, "image"),
        (ONE, ["data:image/png;base64,????"], {}, "image"),
        (ONE, ["data:text/html;base64,AAAA"], {}, "image"),
        (ONE, [3], {}, "image"),
        (ONE, [{}], {}, "image"),
        (ONE, [png(rest=b"\0" * references.NATIVE.size)], {}, "image"),
        (H3, [png(), png(100, 400)], {}, "image[1]"),
        (H3, [png(), png(8_193, 8_000)], {}, "image[1]"),
        (H3, [png(1_000, 4_001)], {}, "image"),
        (ONE, ["data:image/png;base64," + "QQ=" * 3], {}, "image"),
        (H3, [png(rest=b"\0" * (30 << 20))] * 2, {}, "image[1]"),
    ],
)  # fmt: skip
def test_pictures_that_are_refused(facts, pictures, given, where):
    with pytest.raises(InvalidRequest) as refused:
        build_edit(facts, "older", pictures, given)
    assert refused.value.where == where


# -- what comes back --------------------------------------------------------------------------------------------------

REQUEST = build_generation(ONE, "a fox", {"n": 2})
H3_REQUEST = build_generation(H3, "a fox", {"n": 2})


def read(value, facts=ONE, request=REQUEST):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return read_answer(body, facts, request, "trace-1")


def test_recorded_answers_of_image_01():
    """Shapes that others published of live calls, their values shortened; counts are texts."""
    good = read((FIXTURES / "image01_url_success.json").read_bytes())
    assert [picture.url for picture in good.pictures] == ["https://cdn.example/a.jpg"]
    assert (good.failed, good.notes, good.id) == (0, (), "0702dfc1620e392110f59997b3a87573")
    with pytest.raises(UpstreamFault, match="no picture came") as nothing:
        read((FIXTURES / "image01_false_success.json").read_bytes())
    assert (nothing.value.http_status, nothing.value.code) == (500, None)
    with pytest.raises(UpstreamFault, match="invalid params") as wrong:
        read((FIXTURES / "image01_error_in_200.json").read_bytes())
    assert wrong.value.code == 2013


@pytest.mark.parametrize("failed", ["1", 1])
def test_what_came_is_kept_and_what_failed_is_told(failed):
    answer = read({"data": {"image_base64": ["QQ==", None, ""]}, "metadata": {"failed_count": failed}})
    assert [picture.b64_json for picture in answer.pictures] == ["QQ=="]
    assert answer.failed == 1
    assert "1 of the pictures failed" in answer.notes[0]
    assert answer.cost(ONE) == pytest.approx(0.0035)
    assert answer.id == "trace-1"
    assert answer.cost(catalog.image_facts("image-02")) is None


def test_an_answer_without_counts_is_good():
    assert read({"data": {"image_urls": ["u"]}, "base_resp": None}).failed == 0


def test_h3_gives_pictures_and_errors_side_by_side():
    error = {"message": "output new_sensitive (1027)", "http_code": "400"}
    answer = read(
        {
            "created": 7, "request_id": "r-1",
            "data": [{"url": "u", "revised_prompt": "p", "size": "1024x1024", "error": None}, {"error": error}],
            "usage": {"input_tokens": 1_100, "input_tokens_details": {"image_tokens": 1_000}, "output_tokens": 5_500},
        },
        H3, H3_REQUEST,
    )  # fmt: skip
    picture = answer.pictures[0]
    assert (picture.url, picture.revised_prompt, picture.size) == ("u", "p", "1024x1024")
    assert (answer.failed, answer.created, answer.id) == (1, 7, "r-1")
    assert "new_sensitive" in answer.notes[1]
    assert answer.cost(H3) == pytest.approx((100 * 2.30 + 1_000 * 1.50 + 5_500 * 3.80) * 1e-6)


def test_h3_without_usage_has_no_cost_and_without_pictures_its_first_error():
    for usage in (None, {}, {"input_tokens": 0}, {"output_tokens": True}):
        answer = read({"created": True, "data": [{"b64_json": "QQ=="}], "usage": usage}, H3, H3_REQUEST)
        assert (answer.cost(H3), answer.created) == (None, None)
    with_totals = read({"data": [{"url": "u"}], "usage": {"input_tokens": "10", "output_tokens": 0}}, H3, H3_REQUEST)
    assert with_totals.cost(H3) == pytest.approx(10 * 2.30e-6)
    with pytest.raises(UpstreamFault) as blocked:
        read({"data": [{"error": {"message": "output new_sensitive (1027)"}}, {}]}, H3, H3_REQUEST)
    assert (blocked.value.code, blocked.value.trace_id) == (1027, "trace-1")
    with pytest.raises(UpstreamFault, match=r"\(2 failed\)"):
        read({"data": []}, H3, H3_REQUEST)


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        (ONE, b"<html>"),
        (ONE, b"[]"),
        (ONE, b" "),
        (ONE, b'{"data":'),
        (ONE, {"data": []}),
        (H3, {"data": {}}),
        (H3, {"data": ["u"]}),
        (H3, {}),
    ],
)
def test_what_is_no_answer_is_a_protocol_fault(facts, answer):
    with pytest.raises(ProtocolFault):
        read(answer, facts, H3_REQUEST)
