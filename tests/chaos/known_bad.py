#!/usr/bin/env python3
"""Builds that are wrong on purpose must be caught, and the real one not.

known_bad.py AGENT_CHAOS: for each flaw of chaos-node, a schedule of faults that
provokes it, and the violations that show it. The same schedules and seeds must
find nothing in the service as it is: then it was the flaw that was found.
"""

import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile

# Chance has a part in when faults strike: a flaw may be missed with one seed,
# and with a few. The rest are played only then.
SEEDS = range(11, 23)
# Each run mostly waits.
AT_A_TIME = 3
# A busy machine's time; without one a run takes half a minute.
TIMEOUT_S = 300
CLEAN, NOT_AS_EXPECTED = 0, 1

# Rules of the checker that tell of damage to what readers get.
DAMAGED_TEXT = {"duplicate", "gap", "reorder", "interleaved", "text", "sha256",
                "readers-differ", "conversation-differs"}
NEVER_ENDED = {"stuck-run", "no-end"}

TALKERS = ("Steady*1 pieces=60 delay_us=10000;"
           "Shifting*2 pieces=60 delay_us=10000")
LONG_TALKERS = "Shifting*1 pieces=100 delay_us=12000"


class Case:
    """A flaw, what brings it out, and the violations that are its mark."""

    def __init__(self, flaw, marks, *flags, duration="25s"):
        self.flaw = flaw
        self.marks = marks
        self.flags = flags
        self.duration = duration


CASES = (
    # Worker deaths and pauses: the run is begun again, or written by two. Gaps
    # are no mark: a repeated request gets a later cursor, with no fault at all.
    Case("original", DAMAGED_TEXT - {"gap"},
         "--faults=node_kill,node_pause", "--fault_interval=900ms",
         "--runs=24", "--conversations=8", f"--agents={TALKERS}"),
    # Two owners of one attempt. Runs wait for a worker with room, so that what
    # Redis loses is a BEGIN and not what was accepted, too.
    Case("no_token", DAMAGED_TEXT,
         "--faults=usurper", "--fault_interval=3s", "--lease=2s", "--nodes=2",
         "--node_flag=--max_concurrent_runs=2", "--runs=24",
         "--conversations=12", f"--agents={LONG_TALKERS}"),
    # Half of an APPEND: the record counts what the log never got, so readers are
    # told that it was trimmed, or have what nobody has.
    Case("record_first",
         DAMAGED_TEXT | NEVER_ENDED | {"log-differs", "status"},
         "--faults=torn_script", "--fault_interval=1500ms", "--runs=24",
         "--conversations=12", f"--agents={LONG_TALKERS}"),
    # A dead worker whom nobody misses.
    Case("no_sweeper", NEVER_ENDED,
         "--faults=node_kill", "--fault_interval=900ms", "--runs=16",
         "--conversations=8", f"--agents={TALKERS}", duration="10s"),
)


def play(agent_chaos, flaw, seed, *flags):
    """Exit status, violations by rule, and what was printed."""
    with tempfile.TemporaryDirectory(prefix="known-bad-") as directory:
        summary = pathlib.Path(directory, "summary.json")
        done = subprocess.run(
            [agent_chaos, f"--flaw={flaw}", f"--seed={seed}", "--readers=2",
             f"--dir={directory}/run", f"--json={summary}", *flags],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=TIMEOUT_S, check=False)
        if done.returncode not in (CLEAN, NOT_AS_EXPECTED):
            return done.returncode, {}, done.stdout + done.stderr
        rules = json.loads(summary.read_text())["violations_by_rule"] or {}
        return done.returncode, rules, done.stdout


def expect_caught(agent_chaos, case):
    """Whether the flaw shows its mark with one of the seeds."""
    for seed in SEEDS:
        _, rules, said = play(
            agent_chaos, case.flaw, seed, "--expect=violations", "--settle=10s",
            f"--duration={case.duration}", *case.flags)
        if case.marks & set(rules):
            return True, f"{case.flaw}: caught with seed {seed}: {rules}"
    return False, f"{case.flaw}: NOT caught; the last run:\n{said}"


def expect_clean(agent_chaos, case):
    """Whether the real service stands what the flawed one does not."""
    status, _, said = play(agent_chaos, "none", SEEDS[0], "--settle=100s",
                           *case.flags)
    name = f"none, as for {case.flaw}"
    if status == CLEAN:
        return True, f"{name}: clean"
    return False, f"{name}: exit status {status}:\n{said}"


def expect_harmless_without_faults(agent_chaos, case):
    """Whether it is the faults that show the flaw, not its mere strangeness."""
    _, rules, said = play(
        agent_chaos, case.flaw, SEEDS[0], "--expect=violations",
        *case.flags, "--faults=none")
    name = f"{case.flaw} without faults"
    if not case.marks & set(rules):
        return True, f"{name}: no damage"
    return False, f"{name}: {rules}:\n{said}"


def main(agent_chaos):
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        checks = [pool.submit(check, agent_chaos, case) for case in CASES
                  for check in (expect_caught, expect_clean,
                                expect_harmless_without_faults)]
        results = []
        for check in concurrent.futures.as_completed(checks):
            results.append(check.result())
            print(results[-1][1], flush=True)
    return 0 if all(good for good, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
