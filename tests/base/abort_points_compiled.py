"""Builds that are not for tests hold nothing of the abort points.

    abort_points_compiled.py present|absent SERVICE SAMPLE_ON SAMPLE_OFF

The samples are one source, compiled with AGENT_ABORT_POINTS and without it;
SERVICE is the program of this build, which has them or has not.
"""

import pathlib
import sys

# Of the names, the arguments, the function and the variable that drives it.
TRACES = [b"in_the_sample", b"a conversation of it", b"PassAbortPoint"]
OF_THE_PROGRAM = [b"AGENT_ABORT_AT", b"before_admit", b"after_begin"]


def held(path, traces):
    data = pathlib.Path(path).read_bytes()
    return [trace for trace in traces if trace in data]


def complaints(program_has_them, service, sample_on, sample_off):
    if held(sample_on, TRACES) != TRACES:
        yield "the sample with abort points holds none: nothing is proven"
    for trace in held(sample_off, TRACES):
        yield f"compiled without abort points, the sample holds {trace}"
    expected = OF_THE_PROGRAM if program_has_them else []
    if held(service, OF_THE_PROGRAM) != expected:
        yield (f"{service} holds {held(service, OF_THE_PROGRAM)}, "
               f"not {expected}")


def main():
    found = list(complaints(sys.argv[1] == "present", *sys.argv[2:5]))
    print("\n".join(found) if found else "as it should be")
    sys.exit(1 if found else 0)


main()
