"""The report: medians and ratios, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.peers.measure import Cost, Timing


def render(
    head: Sequence[str], timings: Sequence[Timing], single: Mapping[int, Mapping[str, Cost]], repeats: int
) -> str:
    """A ratio above 1 says that Licet is faster, below 1 that it is slower."""
    parts = ["# Licet and its peers", "", *(f"- {line}" for line in head), f"- medians of {repeats} turns"]
    parts.append("- ratios are the other engine's time by Licet's on the same rows: below 1, Licet is slower")
    if timings:
        compared = sum(t.compared for t in timings)
        parts.append(f"- {compared:,} answers compared with Licet's, row by row and rule by rule; none differed")
        parts += ["", "## Tables with missing cells, three-valued", "", *_table([t for t in timings if t.gaps])]
        parts += [
            "",
            "## Tables without missing cells, two-valued peers",
            "",
            *_table([t for t in timings if not t.gaps]),
        ]
        parts += ["", "## Licet at 1,000 rules by 200", "", *_growth(timings)]
    parts += ["", "## One case", "", *_single(single), ""]
    return "\n".join(parts)


def _table(timings: Sequence[Timing]) -> Iterable[str]:
    heads = "rules rows engine whole_s rows/s ratio compute_s ratio cpu_s,_whole ratio cpu_s,_compute ratio".split()
    yield f"| {' | '.join(head.replace('_', ' ') for head in heads)} |"
    yield f"| {' | '.join('---' if head == 'engine' else '---:' for head in heads)} |"
    licet = None
    for t in timings:
        if t.engine == "Licet":
            licet = t
        assert licet is not None
        cells = [f"{t.rules:,}", f"{t.rows:,}", t.engine]
        if t.whole is None or licet.whole is None:
            ratio = licet.compute.wall / t.compute.wall
            cells += [
                "",
                "",
                "",
                f"{t.compute.wall:.3f}",
                f"Licet computes {ratio:.1f} scans",
                "",
                "",
                f"{t.compute.cpu:.3f}",
                f"{licet.compute.cpu / t.compute.cpu:.1f} scans",
            ]
        else:
            cells += [f"{t.whole.wall:.3f}", f"{t.rows / t.whole.wall:,.0f}", _ratio(t.whole.wall, licet.whole.wall)]
            cells += [f"{t.compute.wall:.3f}", _ratio(t.compute.wall, licet.compute.wall)]
            cells += [f"{t.whole.cpu:.3f}", _ratio(t.whole.cpu, licet.whole.cpu)]
            cells += [f"{t.compute.cpu:.3f}", _ratio(t.compute.cpu, licet.compute.cpu)]
        yield f"| {' | '.join(cells)} |"


def _ratio(other: float, licet: float) -> str:
    return f"{other / licet:.2f}"


def _growth(timings: Sequence[Timing]) -> Iterable[str]:
    own = {(t.rules, t.rows): t for t in timings if t.engine == "Licet" and t.gaps}
    for (rules, rows), t in own.items():
        small = own.get((200, rows))
        if rules == 1000 and small and t.whole and small.whole:
            whole, compute = t.whole.wall / small.whole.wall, t.compute.wall / small.compute.wall
            yield f"- {rows:,} rows: whole {whole:.2f} times, compute {compute:.2f} times"


def _single(single: Mapping[int, Mapping[str, Cost]]) -> Iterable[str]:
    yield "| rules | engine | µs a case | ratio | cpu µs | ratio |"
    yield "| ---: | --- | ---: | ---: | ---: | ---: |"
    for rules, costs in single.items():
        for name, took in costs.items():
            ratio = _ratio(took.wall, costs["Licet gate"].wall)
            cpu = _ratio(took.cpu, costs["Licet gate"].cpu)
            yield f"| {rules:,} | {name} | {took.wall * 1e6:,.1f} | {ratio} | {took.cpu * 1e6:,.1f} | {cpu} |"
