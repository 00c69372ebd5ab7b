"""A plan's quota on the wire: percentages count, counts that are zeros do not, and what is told is told once."""

import json
from pathlib import Path

import pytest

from litellm_minimax.wire.faults import ProtocolFault, UpstreamFault
from litellm_minimax.wire.quota.remains import Bucket, Window, read_remains, tells_no_plan

FIXTURES = Path(__file__).parent.parent / "fixtures" / "media"
NOW = 1_780_790_000.0


def read(value, status=200):
    return read_remains(status, value if isinstance(value, bytes) else json.dumps(value).encode(), NOW)


def interval(**fields):
    told = {f"current_interval_{name}": value for name, value in fields.items()}
    [bucket] = read({"model_remains": [told]})
    return bucket.windows[0]


def test_recorded_by_percent():
    """0 of 0 is not used up, and status 3 is no limit; its remains_time came too small, so its end counts."""
    [bucket] = read((FIXTURES / "quota_percent.json").read_bytes())
    short, week = bucket.windows
    assert bucket.name == "general"
    assert short == Window("interval", True, 89.0, ends=1_780_797_600.0, seconds=18_000.0)
    assert (week.limited, week.nearly_used_up) == (False, False)


def test_recorded_with_a_bucket_that_counts():
    general, video = read((FIXTURES / "quota_with_video.json").read_bytes())
    assert [window.left for window in general.windows] == [100, 99]
    assert video.windows[0] == Window("interval", True, 100.0, 0, 5, NOW + 28_800)
    assert video.windows[1] == Window("week", True, 100.0, 0, 35, None)


def test_counts_alone_say_what_is_left():
    assert interval(total_count="1500", usage_count="1272") == Window("interval", True, 84.8, 228, 1500)
    assert interval(total_count=10, usage_count=0).left == 0
    assert interval(total_count=10, usage_count=99).used == 0
    assert not interval(total_count=0, usage_count=0).limited
    assert not interval().limited
    assert interval(remaining_percent=5, status={}).limited
    [bucket] = read({"model_remains": [{"end_time": 9e14, "current_interval_remaining_percent": 5}]})
    assert bucket.windows[0].ends is None, "no date has this year"


@pytest.mark.parametrize(
    ("percent", "left"),
    [
        (9, 9),
        (9.9, 9.9),
        ("9", 9),
        (10, 10),
        ("many", None),
        (True, None),
        (-1, None),
        (float("inf"), None),
        ("9" * 30, None),
    ],
)
def test_odd_percentages_and_what_is_nearly_used_up(percent, left):
    window = interval(remaining_percent=percent, status=1)
    assert window.left == left
    assert window.nearly_used_up is (left is not None and left < 10)


def test_answers_without_anything_and_odd_items():
    assert read({"model_remains": []}) == ()
    assert read({"model_remains": [3, {"model_name": 7}]}) == (
        Bucket("all", (Window("interval", False), Window("week", False))),
    )


@pytest.mark.parametrize("answer", [b"<html>", b"[]", {}, {"model_remains": {}}])
def test_what_is_no_answer_is_a_protocol_fault(answer):
    with pytest.raises(ProtocolFault):
        read(answer)


def test_a_key_without_a_plan_is_told_from_a_wrong_one():
    for code, text, none in (
        (2062, "no subscription", True),
        (1004, "login fail", False),
        (1000, "No active token plan", True),
    ):
        with pytest.raises(UpstreamFault) as fault:
            read({"base_resp": {"status_code": code, "status_msg": text}})
        assert tells_no_plan(fault.value) is none
    with pytest.raises(UpstreamFault) as fault:
        read(b"nginx", status=502)
    assert fault.value.http_status == 502
