#!/usr/bin/env python3
"""Turns the benchmark's figures into the table of docs/performance.md, under a
line that names this machine.

    scripts/bench --json > figures.json
    tests/bench/to_markdown.py figures.json
"""

import datetime
import json
import os
import pathlib
import platform
import re
import sys

_HEAD = "| figure | ours | reference | | ratio (least to most) | goal | |"


def _number(value):
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _row(figure):
    ratio = f"{_number(figure['median'])} ({_number(figure['min'])} to " \
            f"{_number(figure['max'])})"
    reference = figure.get("reference")
    if not figure["goal"]:
        verdict = ""
    else:
        verdict = "reached" if figure["reached"] else "**missed**"
    cells = [figure["name"], _number(figure["ours"]),
             "" if reference is None else _number(reference), figure["unit"],
             ratio, figure["goal"].replace(">=", "≥").replace("<=", "≤"),
             verdict]
    return "| " + " | ".join(cells) + " |"


def _machine():
    cpu = re.search(r"^model name\s*: (.*)$",
                    pathlib.Path("/proc/cpuinfo").read_text("utf-8"), re.M)
    return (f"{datetime.date.today()}, {os.cpu_count()} cores"
            f"{' of ' + cpu.group(1) if cpu else ''}, "
            f"{platform.freedesktop_os_release()['PRETTY_NAME']}:")


def markdown(report):
    lines = [_HEAD, "|---" * (_HEAD.count("|") - 1) + "|"]
    lines += [_row(figure) for figure in report["figures"]]
    for note in report["notes"]:
        lines += ["", note]
    return "\n".join(lines)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    report = json.loads(pathlib.Path(sys.argv[1]).read_text("utf-8"))
    print(_machine(), "", markdown(report), sep="\n")


if __name__ == "__main__":
    main()
