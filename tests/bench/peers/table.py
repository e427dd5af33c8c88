"""The peers' figures as a Markdown table."""

import statistics


def _short(value):
    """Three digits that count."""
    if value >= 100:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _ms(*names):
    """A column of microseconds, shown as milliseconds."""
    return lambda figures: " / ".join(
        _short(figures[name] / 1000) for name in names)


def _per_second(name):
    return lambda figures: _short(figures[name])


# Titles, and what the driver's figures say under them.
_COLUMNS = {
    "to 1 reader, ms": _ms("deliver_1_p50", "deliver_1_p99"),
    "to 100 readers, ms": _ms("deliver_100_p50", "deliver_100_p99"),
    "flood to 1, chunks/s": _per_second("flood_1"),
    "flood to 100, deliveries/s": _per_second("flood_100"),
    "resume, ms": _ms("resume_p50", "resume_p99"),
    "catch-up, ms": _ms("catch_up"),
}


def _medians(rounds):
    return {name: statistics.median(figures[name] for figures in rounds)
            for name in rounds[0]}


def markdown(results):
    """`results`: by peer, its rounds, or a text: why there are none."""
    lines = ["| p50 / p99 | " + " | ".join(_COLUMNS) + " |",
             "|---" * (len(_COLUMNS) + 1) + "|"]
    for name, rounds in results.items():
        if isinstance(rounds, str):
            cells = [rounds] + [""] * (len(_COLUMNS) - 1)
        else:
            figures = _medians(rounds)
            cells = [shown(figures) for shown in _COLUMNS.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
