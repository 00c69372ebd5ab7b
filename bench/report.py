"""The tables of ``docs/performance.md``: what was aimed at, and every load with medians and spread."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import metadata
from pathlib import Path

from bench.figures import Figure, Rounds, difference, figure, ratio, worst
from bench.load import Load
from bench.run import Results

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_MISSING = "–"

Row = Sequence[str]


def page(results: Results) -> str:
    """All tables, as Markdown."""
    parts = [
        _machine(results),
        _table(
            "What was aimed at", ("aim", "measured: median (smallest–largest round)", "reached"), list(_aims(results))
        ),
        _loads("Whole answers", results.loads, results.sdk, stream=False),
        _loads("Streams", results.loads, results.sdk, stream=True),
        _tail(results),
        _holding(results),
        _loads("Started proxy, one worker: whole answers", results.proxy_loads, results.proxy, stream=False),
        _loads("Started proxy, one worker: streams", results.proxy_loads, results.proxy, stream=True),
        _growth(results),
        _hybrid(results),
        _rest(results),
    ]
    return "\n".join(part for part in parts if part)


def into(document: str, tables: str) -> str:
    """``document`` with ``tables`` between its markers; what people wrote around them stays."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables}\n{END}{after}"


# -- the aims ---------------------------------------------------------------------------------------------------------


def _aims(results: Results) -> Iterator[Row]:
    ratio_of = _by_name(results, ratio)
    yield from _aim(
        "whole answers, 20 at once: requests/s ÷ built-in", 1.3, ratio_of("plain-20", "calls_per_s"), low=True
    )
    yield from _aim("… CPU per request ÷ built-in", 0.75, ratio_of("plain-20", "cpu_ms_per_call"))
    yield from _aim("full-speed stream: deltas/s ÷ built-in", 9, ratio_of("full-speed-1", "deltas_per_s"), low=True)
    yield from _aim("… CPU per delta ÷ built-in", 0.1, ratio_of("full-speed-1", "cpu_us_per_delta"))
    held = _by_name(results, figure)("paced-100-1", "plugin", "chunks_per_delta")
    yield from _aim("100 deltas/s, one stream: chunks per delta (1: none held)", 0.99, held, low=True)
    added = _by_name(results, difference)("paced-100-1", "lag_ms")
    yield from _aim("… added to the median delta over bare, ms", 0.5, added)
    yield from _aim("… time to first delta ÷ built-in", 1, ratio_of("first-delta", "first_ms"))
    yield from _aim("60 streams at 50/s: p99 lag ÷ built-in", 1 / 3, ratio_of("60-streams", "lag_p99_ms"))
    frozen = ratio_of("60-streams", "lag_p99_ms", "builtin", "frozen")
    yield from _aim("… the same, frozen", 0.12, frozen)
    load = results.proxy_loads.get("60-streams")
    if load:
        found = ratio(load, results.proxy[load.name], "lag_p99_ms")
        yield from _aim("… the same through the proxy, which freezes by itself", 1 / 3, found)
        found = worst(load, results.proxy[load.name], "lag_p99_ms")
        yield from _aim("… its worst round ÷ the built-in's worst", 0.35, found)
    if results.memory:
        kib = Figure.of([told["kib_per_stream"] for told in results.memory["plugin"]])
        yield from _aim("memory of an open stream, KiB", 200, kib, 0)
    if results.imports:
        added = Figure.of([told["added_ms"] for told in results.imports])
        yield from _aim("`import litellm_minimax` adds, ms", 100, added, 0)
    if results.hybrid:
        for name, key, bound, digits in _HYBRID_AIMS:
            yield from _aim(name, bound, _of_hybrids(results, key), digits)


def _by_name(results: Results, what: Callable[..., Figure | None]) -> Callable[..., Figure | None]:
    def of(name: str, *arguments: str) -> Figure | None:
        load = results.loads.get(name)
        return what(load, results.sdk[name], *arguments) if load else None

    return of


def _aim(name: str, bound: float, found: Figure | None, digits: int = 2, *, low: bool = False) -> Iterator[Row]:
    if found is not None:
        reached = found.median >= bound if low else found.median <= bound
        limit = f"{'≥' if low else '≤'} {bound:.3g}"
        yield f"{name} {limit}", found.shown(digits), "yes" if reached else "**no**"


# -- the tables -------------------------------------------------------------------------------------------------------


def _loads(title: str, loads: dict[str, Load], measured: dict[str, Rounds], *, stream: bool) -> str:
    chosen = [
        load
        for load in loads.values()
        if load.stream is stream and not load.name.startswith(("holding", "stream-", "whole-"))
    ]
    columns = _STREAM if stream else _WHOLE
    rows = []
    for load in chosen:
        for contender in ("bare", "floor", "builtin", "plugin", "frozen"):
            if not measured[load.name].get(contender):
                continue
            figures = [figure(load, measured[load.name], contender, name) for name, _, _ in columns]
            shown = [
                found.shown(digits) if found else _MISSING
                for found, (_, _, digits) in zip(figures, columns, strict=True)
            ]
            rows.append((f"`{load.name}`", contender, *shown))
        rows.append((f"`{load.name}`", "**plugin ÷ built-in**", *_ratios(load, measured[load.name], columns)))
    return _table(title, ("load", "", *(heading for _, heading, _ in columns)), rows)


_WHOLE = (("calls_per_s", "requests/s", 0), ("cpu_ms_per_call", "CPU ms/request", 2))
_STREAM = (
    ("deltas_per_s", "deltas/s", 0),
    ("cpu_us_per_delta", "CPU µs/delta", 1),
    ("first_ms", "first delta ms", 1),
    ("lag_ms", "median lag ms", 2),
    ("lag_p99_ms", "p99 lag ms", 1),
    ("chunks_per_delta", "chunks/delta", 2),
)


def _ratios(load: Load, rounds: Rounds, columns: Iterable[tuple[str, str, int]]) -> list[str]:
    found = [ratio(load, rounds, name) for name, _, _ in columns]
    return [f"**{each.shown()}**" if each else _MISSING for each in found]


_HOLDERS = {"bare": "bare", "builtin": "built-in", "plugin": "plugin", "frozen": "plugin, frozen"}


def _tail(results: Results) -> str:
    """The 99th percentile of each contender where the collector shows, with the worst of its rounds."""
    rows: list[Row] = []
    for where, loads, measured in (
        ("SDK", results.loads, results.sdk),
        ("proxy", results.proxy_loads, results.proxy),
    ):
        for load in (load for name, load in loads.items() if name.endswith("-streams")):
            for name, heading in _HOLDERS.items():
                found = figure(load, measured[load.name], name, "lag_p99_ms")
                if found is None:
                    continue
                rounds = len(measured[load.name][name])
                over = worst(load, measured[load.name], "lag_p99_ms", of=name)
                rows.append(
                    (f"{where}, `{load.name}`", heading, str(rounds), f"{found.median:,.1f}", f"{found.high:,.1f}",
                     f"{over.median:.2f}" if over else _MISSING)
                )  # fmt: skip
    return _table(
        "The tail: p99 lag in ms",
        ("load", "", "rounds", "median round", "worst round", "worst ÷ built-in's worst"),
        rows,
    )


def _holding(results: Results) -> str:
    loads = [load for name, load in results.loads.items() if name.startswith("holding")]
    rows = []
    for load in loads:
        found = [figure(load, results.sdk[load.name], name, "lag_p99_ms") for name in _HOLDERS]
        rows.append((str(load.at_once), *(each.shown(1) if each else _MISSING for each in found)))
    text = _table(
        "How many streams one process holds: p99 lag in ms, each stream at 50 deltas/s",
        ("open streams", *_HOLDERS.values()),
        rows,
    )
    return text + "\n![p99 lag over the number of open streams](performance.svg)\n" if text else ""


def _growth(results: Results) -> str:
    rows = []
    for name, load in results.loads.items():
        if name.startswith(("stream-", "whole-")):
            size = load.deltas * load.chars / 1e6
            told = []
            for contender in ("bare", "builtin", "plugin"):
                found = figure(load, results.sdk[name], contender, "cpu_ms_per_call")
                told.append(f"{found.shown(0)}" if found else _MISSING)
                if contender == "plugin" and found:
                    told.append(f"{found.median / size:,.0f}")
            rows.append((f"`{name}`", *told))
    return _table(
        "Growth: CPU in ms for one answer",
        ("answer", "bare", "built-in", "plugin", "plugin, ms per MB"),
        rows,
    )


_HYBRID = (
    ("first_thought_ms", "first thought reaches the client, ms after the call", 1),
    ("first_lag_ms", "… ms after it left the reasoner", 1),
    ("hand_over_ms", "end of the thinking (the reasoner's first word of answer) to the executor's request, ms", 1),
    ("gap_ms", "last thought to first word, at the client, ms (20 of them are the reasoner's own beat)", 1),
    ("unwanted_deltas", "deltas of answer the reasoner made before it was stopped, at most", 0),
    ("stream_over_upstreams", "a streamed call ÷ its two upstream times together", 3),
    ("whole_over_upstreams", "a whole answer ÷ its two upstream times together", 3),
    ("advice_lag_ms", "advisor: first delta of advice reaches the client, ms after it left the reasoner", 1),
    (
        "consultation_ms",
        "… executor's call to the advisor's request, and its end to the executor's next request, ms",
        1,
    ),
    ("advised_over_ms", "… a streamed answer with a consultation beyond its three upstream times, ms", 1),
    ("hybrid_cpu_ms", "CPU of a hybrid call, ms", 1),
    ("two_plain_cpu_ms", "CPU of the two plain calls, ms", 1),
    ("cpu_ratio", "hybrid ÷ the two plain calls", 2),
)
_HYBRID_AIMS = (
    ("hybrid: end of the thinking to the executor's request, ms", "hand_over_ms", 10, 1),
    ("… deltas that the reasoner still makes", "unwanted_deltas", 2, 0),
    ("… first thought from reasoner to client, ms", "first_lag_ms", 20, 1),
    ("… a streamed call ÷ its two upstream times", "stream_over_upstreams", 1.05, 3),
    ("… a whole answer ÷ its two upstream times", "whole_over_upstreams", 1.05, 3),
    ("advisor: what a consultation adds to its upstream times, ms", "consultation_ms", 15, 1),
    ("… first delta of advice from reasoner to client, ms", "advice_lag_ms", 20, 1),
)


def _hybrid(results: Results) -> str:
    if not results.hybrid:
        return ""
    rows = [(heading, _of_hybrids(results, name).shown(digits)) for name, heading, digits in _HYBRID]
    return _table(
        "Hybrid: 50 deltas of thinking, then 50 of answer, at 50 a second", ("what", "median (smallest–largest)"), rows
    )


def _of_hybrids(results: Results, name: str) -> Figure:
    return Figure.of([each[name] for each in results.hybrid])


def _rest(results: Results) -> str:
    rows: list[Row] = []
    for name, told in results.memory.items():
        found = Figure.of([each["kib_per_stream"] for each in told])
        rows.append((f"memory of an open stream, {name}, KiB", found.shown(0)))
    if results.imports:
        rows.append(("`import litellm`, ms", Figure.of([each["litellm_ms"] for each in results.imports]).shown(0)))
        rows.append(
            (
                "`import litellm_minimax` after it, ms",
                Figure.of([each["added_ms"] for each in results.imports]).shown(0),
            )
        )
    return _table("Memory and import", ("what", "median (smallest–largest)"), rows)


def _table(title: str, headings: Row, rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    lines = [f"## {title}", "", _line(headings), _line(["---"] * len(headings)), *map(_line, rows), ""]
    return "\n".join(lines)


def _line(cells: Row) -> str:
    return f"| {' | '.join(cells)} |"


# -- the machine ------------------------------------------------------------------------------------------------------


def _machine(results: Results) -> str:
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("litellm", "httpx", "aiohttp", "pydantic"))
    rounds = [len(each) for load in results.sdk.values() for each in load.values()]
    count = f"{statistics.mode(rounds)} rounds of most loads" if rounds else "no rounds of these"
    return (
        f"{_cpu_name()}, {os.cpu_count()} cores, {platform.system()}; Python {platform.python_version()}, {versions}. "
        f"{count}, {results.seconds / 60:.0f} minutes in all.\n"
    )


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()
