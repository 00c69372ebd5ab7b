"""The pieces of the benchmark run; how fast they are is no business of a test."""

import json

import pytest

from bench import hybrid
from bench.children import python, simulator, worker
from bench.figures import Figure, derived, ratio
from bench.load import GROWTH, HOLDING, LOADS, PROXY_LOADS, Load
from bench.measure import lags_of
from bench.plot import holding
from bench.report import BEGIN, END, into, page
from bench.run import Plan, Results, _takes_part

STREAM = Load("full-speed-1", calls=2, at_once=2, deltas=10, think=3)
WHOLE = Load("plain-20", stream=False, calls=2, at_once=2)


def test_names_of_loads_are_unique():
    for loads in (LOADS, PROXY_LOADS):
        assert len({load.name for load in loads}) == len(loads)


@pytest.fixture(scope="module")
def measured():
    """Two rounds of two loads by two contenders, each in its process."""
    results = Results(loads={load.name: load for load in (STREAM, WHOLE)})
    with simulator() as address, worker("bare", address) as bare, worker("plugin", address) as plugin:
        for load in (STREAM, WHOLE):
            results.sdk[load.name] = {each.name: [each.run(load), each.run(load)] for each in (bare, plugin)}
    return results


def test_nothing_is_lost_on_the_way(measured):
    for rounds in measured.sdk["full-speed-1"].values():
        assert [told["characters"] for told in rounds] == [2 * 13 * 20] * 2
    for rounds in measured.sdk["plain-20"].values():
        assert [told["characters"] for told in rounds] == [2 * 10 * 20] * 2


def test_the_bare_transport_sees_each_delta_and_the_plugin_at_most_as_many(measured):
    bare, plugin = (measured.sdk["full-speed-1"][name][0] for name in ("bare", "plugin"))
    assert bare["chunks"] == 26
    assert 2 <= plugin["chunks"] <= 26


def test_a_page_has_a_row_for_each_contender_and_replaces_what_was_between_the_markers(measured):
    text = page(measured)
    assert "| `full-speed-1` | bare |" in text
    assert "| `plain-20` | plugin |" in text
    document = into(f"# Speed\n{BEGIN}\nold\n{END}\nby hand\n", text)
    assert "old" not in document
    assert document.startswith("# Speed\n")
    assert document.endswith("by hand\n")
    assert json.dumps(measured.sdk)


def test_the_plot_has_a_line_for_each_contender_that_was_measured():
    rounds = [{"wall_s": 1.0, "cpu_s": 1.0, "chunks": 1.0, "lag_p99_ms": 5.0}]
    results = Results(loads={load.name: load for load in HOLDING})
    results.sdk = {load.name: {"bare": rounds, "plugin": rounds} for load in HOLDING}
    assert holding(results).count('fill="none"') == 2
    for measured in results.sdk.values():
        measured["frozen"] = rounds
    assert holding(results).count('fill="none"') == 3
    assert ">plugin, frozen</text>" in holding(results)


def test_the_tail_tells_the_worst_round_and_its_ratio_to_the_built_ins():
    load = next(load for load in LOADS if load.name == "60-streams")
    lags = {"builtin": [100.0, 400.0], "plugin": [90.0, 300.0], "frozen": [20.0, 40.0]}
    each = {"wall_s": 1.0, "cpu_s": 1.0, "chunks": 1.0}
    results = Results(loads={load.name: load})
    results.sdk = {load.name: {name: [{**each, "lag_p99_ms": lag} for lag in told] for name, told in lags.items()}}
    assert "| SDK, `60-streams` | plugin, frozen | 2 | 30.0 | 40.0 | 0.10 |" in page(results)
    assert "| … the same, frozen ≤ 0.12 | 0.15 (0.10–0.20) | **no** |" in page(results)


def test_the_frozen_plugin_is_measured_where_many_streams_show_a_tail():
    taken = {load.name for load in LOADS if _takes_part("frozen", load)}
    assert {"60-streams", "holding-300", "paced-50-200"} <= taken
    assert not taken & {"plain-100", "full-speed-20", "paced-100-1", "first-delta"}


def test_ratios_are_taken_round_by_round():
    rounds = {"plugin": [{"wall_s": 1.0, "cpu_s": 1.0}] * 2, "builtin": [{"wall_s": 2.0, "cpu_s": 3.0}] * 2}
    assert ratio(WHOLE, rounds, "calls_per_s") == Figure(2.0, 2.0, 2.0)
    assert derived(WHOLE, rounds["builtin"][0])["cpu_ms_per_call"] == 1500


def test_a_stamp_tells_how_long_a_delta_was_on_its_way():
    assert lags_of("t000000000001000000.t000000000003000000.", 5_000_000) == [4.0, 2.0]


def test_a_quick_run_keeps_the_shape_of_each_load():
    for load in (*LOADS, *PROXY_LOADS):
        small = load.shrunk()
        assert small.at_once == load.at_once <= small.calls
        assert small.all_deltas <= load.all_deltas
    assert [load.name for load in Plan(only=("stream-",)).of(GROWTH)] == [load.name for load in GROWTH[:5]]


def test_a_hybrid_round_tells_every_figure_of_its_table():
    with simulator() as address, python("-m", "bench.hybrid", address, "2", core=0) as (_, out, _pid):
        told = json.loads(out.readline())
    assert 1 <= told["unwanted_deltas"] < hybrid.UNWANTED
    assert told["hand_over_ms"] > 0
    assert 0 < told["first_lag_ms"] < told["first_thought_ms"]
    assert told["stream_over_upstreams"] > 1 < told["whole_over_upstreams"]
    assert told["advice_lag_ms"] > 0
    assert 0 < told["consultation_ms"] < told["advised_over_ms"]
    results = Results(hybrid=[told])
    assert "hybrid ÷ the two plain calls" in page(results)
