"""The peers' processes, each on free ports of the loopback, with its files in
a directory that goes away."""

import contextlib
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import time

from install import BIN, NODE, ROOT

_START_S = 20
_STOP_S = 10
_RELEASE = ROOT / "build" / "release"


class DidNotStart(Exception):
    """What it said."""


def free_address():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return "127.0.0.1:%d" % listener.getsockname()[1]


def _await(process, log, ready):
    """What `ready`, given the log's text, returns once that is not None."""
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        found = ready(log.read_text(errors="replace"))
        if found is not None:
            return found
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise DidNotStart(log.read_text(errors="replace")[-2000:])


@contextlib.contextmanager
def _process(command, directory, ready, environment=None):
    log = directory / "log"
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("OPENAI_", "AZURE_OPENAI_", "REDIS_"))}
    with open(log, "wb") as out, subprocess.Popen(
            [str(part) for part in command], cwd=directory, stdout=out,
            stderr=out, env={**kept, **(environment or {})}) as process:
        try:
            yield _await(process, log, ready)
        finally:
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()


@contextlib.contextmanager
def _directory(name):
    with tempfile.TemporaryDirectory(prefix=f"peers-{name}-") as path:
        yield pathlib.Path(path)


@contextlib.contextmanager
def _redis(fsync="everysec"):
    """Its socket. Append-only; every second: as our embedded one."""
    with _directory("redis") as directory:
        path = directory / "redis.sock"
        command = ["redis-server", "--port", "0", "--unixsocket", path,
                   "--dir", directory, "--save", "", "--appendonly", "yes",
                   "--appendfsync", fsync, "--maxmemory-policy", "noeviction"]
        with _process(command, directory,
                      lambda log: "ready to accept" in log or None):
            yield path


def _http(log):
    found = re.search(r"listening http=(\S+)\n", log)
    return found and {"http": found.group(1)}


@contextlib.contextmanager
def durable_streams(node, on_disk=True):
    with _directory("durable-streams") as directory:
        command = [node, NODE / "durable_streams.mjs"]
        if on_disk:
            command.append(directory / "data")
        with _process(command, directory, _http) as addresses:
            yield addresses


@contextlib.contextmanager
def resumable_stream(node):
    with _redis() as redis, _directory("resumable-stream") as directory:
        command = [node, NODE / "resumable_stream.mjs", redis]
        with _process(command, directory, _http) as addresses:
            yield addresses


@contextlib.contextmanager
def pass_on():
    """The floor: keeps nothing but in memory."""
    with _directory("pass-on") as directory:
        command = [BIN / "pass_on_server", "127.0.0.1:0"]
        with _process(command, directory, _http) as addresses:
            yield addresses


@contextlib.contextmanager
def centrifuge():
    with _redis() as redis, _directory("centrifuge") as directory:
        command = [BIN / "centrifuge_server", "127.0.0.1:0", redis]
        with _process(command, directory, _http) as addresses:
            yield addresses


_NATS = """listen: "{address}"
jetstream {{
  store_dir: "{directory}/store"
  sync_interval: "1s"  # as Redis' everysec; NATS' own default is two minutes
}}
"""


@contextlib.contextmanager
def nats():
    with _directory("nats") as directory:
        address = free_address()
        config = directory / "nats.conf"
        config.write_text(_NATS.format(address=address, directory=directory))
        with _process([BIN / "nats-server", "-c", config], directory,
                      lambda log: "Server is ready" in log or None):
            yield {"nats": f"nats://{address}"}


def _ours(log):
    found = re.search(r'listening.* grpc="?([^" \n]+).*http="?([^" \n]+)', log)
    return found and {"grpc": found.group(1),
                      "http": "http://" + found.group(2)}


@contextlib.contextmanager
def _our_service(program, environment, fsync="everysec"):
    with _redis(fsync) as redis, _directory("agent-service") as directory:
        command = [program, f"--redis=unix://{redis}", "--drain_timeout=1s",
                   "--grpc_listen=127.0.0.1:0", "--http_listen=127.0.0.1:0"]
        with _process(command, directory, _ours, environment) as addresses:
            yield addresses


@contextlib.contextmanager
def agent_service(fsync="everysec"):
    """With a model that the driver plays."""
    model = free_address()
    environment = {"OPENAI_BASE_URL": f"http://{model}/v1",
                   "OPENAI_API_KEY": "none-needed", "OPENAI_MODEL": "driver"}
    with _our_service(_RELEASE / "service" / "agent-service",
                      environment, fsync) as addresses:
        yield {**addresses, "model": model}


@contextlib.contextmanager
def bench_node():
    """With an agent inside that says what the driver plans."""
    with _our_service(_RELEASE / "tests" / "bench" / "bench-node",
                      {}) as addresses:
        yield addresses
