"""Parts of a user's message: what each model is given, and what is refused because it would not be seen."""

from __future__ import annotations

import pytest

from litellm_minimax import catalog
from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.outgoing.request import ChatRequest, build_request


def content(value, model="MiniMax-M3", *, server="minimax"):
    messages = [{"role": "user", "content": value}]
    return build_request(ChatRequest(model, catalog.find(model), messages, {}, False, server)).body["messages"][0][
        "content"
    ]


URL = "https://e.test/a.png"


@pytest.mark.parametrize(
    ("part", "on_the_wire"),
    [
        ("hi", {"type": "text", "text": "hi"}),
        ({"type": "input_text", "text": "hi", "x": 1}, {"type": "text", "text": "hi"}),
        ({"text": "hi"}, {"type": "text", "text": "hi"}),
        ({"type": "image_url", "image_url": URL}, {"type": "image_url", "image_url": {"url": URL}}),
        ({"image_url": {"url": URL}}, {"type": "image_url", "image_url": {"url": URL}}),
        (
            {
                "type": "image_url",
                "image_url": {"url": URL, "detail": "high", "format": "image/png", "max_long_side_pixel": 9},
            },
            {"type": "image_url", "image_url": {"url": URL, "detail": "high", "max_long_side_pixel": 9}},
        ),
        (
            {"type": "input_image", "image_url": URL, "detail": "auto"},
            {"type": "image_url", "image_url": {"url": URL}},
        ),
        (
            {"type": "input_image", "image_url": URL, "detail": "low"},
            {"type": "image_url", "image_url": {"url": URL, "detail": "low"}},
        ),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
        ),
        ({"type": "image", "source": {"type": "url", "url": URL}}, {"type": "image_url", "image_url": {"url": URL}}),
        (
            {"type": "video_url", "video_url": {"url": "mm_file://1", "fps": 2}},
            {"type": "video_url", "video_url": {"url": "mm_file://1", "fps": 2}},
        ),
    ],
)
def test_parts_are_spelled_minimaxs_way(part, on_the_wire):
    assert content([part]) == [on_the_wire]


def test_a_single_part_needs_no_list_and_blank_parts_are_left_out():
    assert content({"type": "text", "text": "hi"}) == [{"type": "text", "text": "hi"}]
    assert content([{"type": "text", "text": " "}, {"type": "text"}, {"type": "thinking", "thinking": "t"}, "hi"]) == [
        {"type": "text", "text": "hi"}
    ]


@pytest.mark.parametrize(
    ("value", "where", "problem"),
    [
        (7, "messages[0].content", "text or a list of parts"),
        ([7], "messages[0].content[0]", "object with a type"),
        ([{"type": "text", "text": 7}], "messages[0].content[0]", "must be a string"),
        (["a", {"type": "input_audio", "input_audio": {}}], "messages[0].content[1]", "MiniMax-M3 can't be given a part of type 'input_audio'"),
        ([{"type": "file", "file": {}}], "messages[0].content[0]", "'file'"),
        ([{}], "messages[0].content[0]", "'None'"),
        ([{"type": "input_image", "file_id": "x"}], "messages[0].content[0]", "no url"),
        ([{"type": "image", "source": "x"}], "messages[0].content[0]", "no url"),
        ([{"type": "image_url", "image_url": {"url": "AAAA"}}], "messages[0].content[0]", "begin with http"),
    ],
)  # fmt: skip
def test_what_no_model_takes_is_refused_by_its_path(value, where, problem):
    with pytest.raises(InvalidRequest, match=problem) as refusal:
        content(value)
    assert refusal.value.where == where


@pytest.mark.parametrize("kind", ["image_url", "video_url"])
def test_media_for_a_text_only_model_are_refused_because_it_would_drop_them(kind):
    part = {"type": kind, kind: {"url": URL}}
    for model in ("MiniMax-M2.7", "M2-her"):
        with pytest.raises(InvalidRequest, match=f"{model} takes no (images|videos)") as refusal:
            content(["look", part], model)
        assert refusal.value.where == "messages[0].content[1]"
        assert "MiniMax-M3" in refusal.value.next_step
    assert content([part], "MiniMax-M9") == [part], "a model we do not know is given the benefit of the doubt"


def test_a_self_hosted_server_reads_its_own_kinds_of_url():
    part = {"type": "image_url", "image_url": {"url": "file:///a.png"}}
    assert content([part], "my-model", server="self_hosted") == [part]
