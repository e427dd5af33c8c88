#!/usr/bin/env python3
"""Instructions for each chunk, next to the figures that are kept.

    check.py PROGRAM FIGURES TOOLCHAIN            compares
    check.py PROGRAM FIGURES TOOLCHAIN --renew    writes the figures anew
    check.py --self-test

They are counted by callgrind, which no noise reaches: the same program counts
the same again, to the last digit or nearly so. Another compiler, C++ library or
processor counts otherwise, so the figures are kept by toolchain, and where none
are kept there is nothing to compare (exit status 77).
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys

KERNELS = ("write", "fanout", "format", "read")
# Chunks: what their difference costs is judged, and not what starting does.
FEW, MANY = 1600, 3200
TOLERANCE = 0.10
SKIPPED = 77


def count(program, kernel, chunks):
    """Instructions of the program's whole run."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
         program, kernel, str(chunks)],
        capture_output=True, text=True, check=False, timeout=300)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or found is None:
        sys.exit(f"{kernel} was not counted:\n{done.stderr}")
    return int(found.group(1))


def measure(program):
    return {kernel: round((count(program, kernel, MANY)
                           - count(program, kernel, FEW)) / (MANY - FEW))
            for kernel in KERNELS}


def judge(kept, found):
    """What is wrong, a line each."""
    wrong = []
    for kernel, figure in found.items():
        before = kept.get(kernel)
        if before is None:
            wrong.append(f"{kernel}: no figure is kept")
        elif figure > before * (1 + TOLERANCE):
            wrong.append(f"{kernel}: {figure} instructions a chunk, "
                         f"{figure / before - 1:+.0%}: more than {before}")
        elif figure < before * (1 - TOLERANCE):
            wrong.append(f"{kernel}: {figure} instructions a chunk, "
                         f"{figure / before - 1:+.0%}: well done. Renew the "
                         "figure, so that it is held")
    return wrong


def self_test():
    kept = {"write": 1000, "read": 1000}
    assert not judge(kept, {"write": 1090, "read": 910})
    assert "+20%" in judge(kept, {"write": 1200})[0]
    assert "Renew" in judge(kept, {"read": 800})[0]
    assert "no figure" in judge(kept, {"fanout": 1})[0]


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    renew = arguments[-1:] == ["--renew"]
    program, path, toolchain = arguments[:3]
    if shutil.which("valgrind") is None:
        print("skipped: valgrind is not installed")
        return SKIPPED
    figures = json.loads(pathlib.Path(path).read_text("utf-8"))
    found = measure(program)
    print(f"{toolchain}: instructions a chunk: {found}")
    if renew:
        figures[toolchain] = found
        pathlib.Path(path).write_text(
            json.dumps(figures, indent=2, sort_keys=True) + "\n", "utf-8")
        return 0
    if toolchain not in figures:
        print(f"skipped: no figures are kept for {toolchain}; "
              "those above can be, with --renew")
        return SKIPPED
    wrong = judge(figures[toolchain], found)
    for line in wrong:
        print(line)
    if wrong:
        print("If that is meant: ninja renew_instruction_figures")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
