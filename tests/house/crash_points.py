"""Every crash point is named by a test that makes it happen.

    crash_points.py ROOT        reads docs/reliability.md and tests/ under ROOT
    crash_points.py --self-test shows that the check can fail

The table of docs/reliability.md has a row `| P6 | ...` for each of P1 to P27.
The document names their tests, in backquotes: `test_p06_...` of a Python file,
`Suite.P26...` of a GoogleTest program. A point without a test fails, and so does
a name without a test.
"""

import pathlib
import re
import sys

POINTS = range(1, 28)
ROW = re.compile(r"^\| P(\d+) \|", re.MULTILINE)
NAMED = re.compile(r"`(test_p\d+_\w+|\w+\.P\d+\w+)`")
PYTHON = re.compile(r"^\s+def (test_p\d+_\w+)\(", re.MULTILINE)
GTEST = re.compile(r"^TEST(?:_[FP])?\((\w+),\s*(P\d+\w+)\)", re.MULTILINE)
OF = re.compile(r"(?:test_p|\.P)(\d+)")


def tests_in(path, text):
    if path.suffix == ".py":
        return set(PYTHON.findall(text))
    if path.suffix == ".cc":
        return {f"{suite}.{name}" for suite, name in GTEST.findall(text)}
    return set()


def point_of(test):
    return int(OF.search(test).group(1))


def complaints(document, tests):
    rows = [int(row) for row in ROW.findall(document)]
    named = set(NAMED.findall(document))
    found = [f"P{point} has {rows.count(point)} rows, not one"
             for point in POINTS if rows.count(point) != 1]
    found += [f"no test is named for P{point}" for point in POINTS
              if not any(point_of(name) == point for name in named)]
    found += [f"no such test: {name}" for name in sorted(named - tests)]
    return found


def check(root):
    document = (root / "docs" / "reliability.md").read_text(encoding="utf-8")
    tests = set()
    for path in sorted((root / "tests").rglob("*")):
        if path.is_file():
            tests |= tests_in(path, path.read_text(errors="replace"))
    return complaints(document, tests)


def self_test():
    """A sound document, and each way to break it once."""
    rows = "\n".join(f"| P{point} | dies | lives |" for point in POINTS)
    names = [f"test_p{point:02}_lives" for point in POINTS]
    names[25] = "Clock.P26Steps"
    sound = rows + "\n" + " ".join(f"`{name}`" for name in names)
    tests = set(names)
    missed = complaints(sound, tests)
    for broken, of in [
            (sound.replace("| P7 |", "| Q7 |"), tests),
            (sound + "\n| P7 | twice |", tests),
            (sound.replace("`test_p07_lives`", ""), tests - {names[6]}),
            (sound, tests - {names[6]}),
            (sound, tests - {"Clock.P26Steps"})]:
        if not complaints(broken, of):
            missed.append(f"not noticed: {broken[-60:]}")
    for name, text, expected in [
            ("a.py", "class A:\n    def test_p07_x(self):", {"test_p07_x"}),
            ("a.py", "# def test_p07_x(self)", set()),
            ("a.cc", "TEST_F(Clock, P26Steps) {", {"Clock.P26Steps"}),
            ("a.cc", "TEST(Clock,\n     P26Steps) {", {"Clock.P26Steps"}),
            ("a.cc", "TEST(Clock, Steps) {", set())]:
        if tests_in(pathlib.Path(name), text) != expected:
            missed.append(f"wrongly read: {text}")
    return missed


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    argument = sys.argv[1]
    found = (self_test() if argument == "--self-test"
             else check(pathlib.Path(argument)))
    print("\n".join(found) if found else "every crash point has its test")
    sys.exit(1 if found else 0)


main()
