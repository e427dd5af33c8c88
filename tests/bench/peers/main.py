"""Installs, drives and tabulates the peers: started by scripts/bench-peers,
described in docs/performance.md.

Exit status: 0 after a measurement, also of fewer peers than there are; 1 if
nothing could be measured.
"""

import argparse
import contextlib
import functools
import json
import subprocess
import sys

import install
import servers
import table

_PATIENCE_S = 60


class NotMeasured(Exception):
    """Why, in its first line."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def arguments(names):
    parser = argparse.ArgumentParser(
        prog="scripts/bench-peers",
        description="Measures agent-service next to services like it.")
    parser.add_argument("peer", nargs="*", metavar="PEER",
                        help="all if none is named: " + "; ".join(names))
    parser.add_argument("--rounds", type=int, default=3,
                        help="turns of each; the table shows medians")
    parser.add_argument("--json", action="store_true",
                        help="print every round instead of the table")
    parser.add_argument("--go", default="go", help=argparse.SUPPRESS)
    parser.add_argument("--node", default="node", help=argparse.SUPPRESS)
    parser.add_argument("--npm", default="npm", help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = set(options.peer) - set(names)
    if unknown:
        parser.error("no such peer: " + ", ".join(sorted(unknown)))
    return options


def all_peers(node):
    """By name: what starts it, and what of the installation it needs."""
    return {
        "passed on": (servers.pass_on, ()),
        "agent-service": (servers.agent_service, ()),
        "agent-service, SSE": (servers.agent_service, ()),
        "agent-service, in process": (servers.bench_node, ()),
        "agent-service, always": (
            functools.partial(servers.agent_service, "always"), ()),
        "durable-streams": (
            functools.partial(servers.durable_streams, node), ("node",)),
        "durable-streams, in memory": (functools.partial(
            servers.durable_streams, node, on_disk=False), ("node",)),
        "resumable-stream": (
            functools.partial(servers.resumable_stream, node), ("node",)),
        "nats": (servers.nats, ("nats", "nats-server")),
        "centrifuge": (servers.centrifuge, ("centrifuge", "centrifuge-server")),
    }


def install_all(options):
    """Why each part is missing, None where it is there."""
    go, npm = options.go.split(), options.npm.split()
    say("Installing the peers in build/peers ...")
    missing = install.driver(go)
    missing["nats-server"] = install.nats_server(go)
    missing["centrifuge-server"] = install.centrifuge_server(go)
    missing["node"] = install.node_packages(npm)
    return missing


def measure(name, start):
    """One round."""
    with contextlib.ExitStack() as stack:
        try:
            addresses = stack.enter_context(start())
            settings = [f"{key}={value}" for key, value in addresses.items()]
            done = subprocess.run(
                [str(install.BIN / "driver"), name, *settings], check=False,
                capture_output=True, text=True, timeout=_PATIENCE_S)
        except (OSError, servers.DidNotStart,
                subprocess.TimeoutExpired) as error:
            raise NotMeasured(error) from error
        if done.returncode != 0:
            raise NotMeasured(done.stderr.strip())
        return json.loads(done.stdout)


def play(starts, rounds):
    """Each peer's rounds, in turns; a text where not one of them succeeded."""
    results = {name: [] for name in starts}
    failures = {}
    for _ in range(rounds):
        for name, start in starts.items():
            say(f"{name} ...")
            try:
                results[name].append(measure(name, start))
            except NotMeasured as error:
                say(f"not measured: {error}")
                failures[name] = f"not measured: {error}".splitlines()[0]
    return {name: figures or failures[name]
            for name, figures in results.items()}


def main():
    names = list(all_peers("node"))
    options = arguments(names)
    try:
        missing = install_all(options)
    except install.NotInstalled as reason:
        sys.exit(f"the driver cannot be built: {reason}")
    starts, results = {}, {}
    for name in options.peer or names:
        start, parts = all_peers(options.node)[name]
        reasons = [missing[part] for part in parts if missing[part]]
        if reasons:
            results[name] = f"not installed: {reasons[0]}"
        else:
            starts[name] = start
    results.update(play(starts, options.rounds))
    print(json.dumps(results, indent=2) if options.json
          else table.markdown(results))
    if all(isinstance(rounds, str) for rounds in results.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
