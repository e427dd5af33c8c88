"""The peers' figures as a Markdown table."""

import statistics

# (the driver's name, the column's title)
_COLUMNS = (
    ("deliver_1_p50", "1 reader: p50"), ("deliver_1_p99", "p99, µs"),
    ("deliver_100_p50", "100 readers: p50"), ("deliver_100_p99", "p99, µs"),
    ("flood_1", "flood to 1, chunks/s"),
    ("flood_100", "flood to 100, deliveries/s"),
    ("resume_p50", "resume: p50"), ("resume_p99", "p99, µs"),
    ("catch_up", "2,000 chunks, µs"))


def median(rounds):
    """The median of each figure over the rounds."""
    return {name: statistics.median(figures[name] for figures in rounds)
            for name, _ in _COLUMNS}


def _short(value):
    digits = max(0, len(str(int(value))) - 3)
    return f"{round(value, -digits):,.0f}"


def markdown(results):
    """`results`: by peer, its rounds, or a text that says why there are none."""
    lines = ["| peer | " + " | ".join(title for _, title in _COLUMNS) + " |",
             "|---" * (len(_COLUMNS) + 1) + "|"]
    for name, rounds in results.items():
        if isinstance(rounds, str):
            cells = [rounds] + [""] * (len(_COLUMNS) - 1)
        else:
            figures = median(rounds)
            cells = [_short(figures[column]) for column, _ in _COLUMNS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
