"""A private redis-server on a Unix socket, with the verbs of a fault."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile

import redis
from redis import backoff, retry

from harness import wait
from harness.append_only_file import AppendOnlyFile


# A test wants to see what Redis says, and not what it says in the end.
_NO_RETRY = retry.Retry(backoff.NoBackoff(), 0)


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class RedisServer:
    """Starts at once. `append_only` keeps what was written over a Kill.

    With `tcp` other Redis servers can be its replicas; `clock` is a
    ShiftedClock.
    """

    def __init__(self, append_only=True, tcp=False, extra=(), clock=None):
        self._environment = clock.environment if clock else None
        self._dir = pathlib.Path(tempfile.mkdtemp(prefix="e2e-redis-"))
        self.socket = self._dir / "redis.sock"
        self.port = _free_port() if tcp else 0
        self._args = [
            "redis-server", "--port", str(self.port),
            "--unixsocket", str(self.socket),
            "--dir", str(self._dir), "--save", "", "--daemonize", "no",
            "--maxmemory-policy", "noeviction",
            "--appendonly", "yes" if append_only else "no", *extra]
        self._process = None
        self._log = open(self._dir / "log", "ab")
        self.start()

    @property
    def address(self):
        return f"unix://{self.socket}"

    def start(self, *extra):
        self.launch(*extra)
        wait.until(self._answers, "redis-server to answer")

    def launch(self, *extra):
        """Starts, and does not wait: it may be loading."""
        self._process = subprocess.Popen(
            [*self._args, *extra], env=self._environment, stdout=self._log,
            stderr=self._log)

    def _answers(self):
        if self._process.poll() is not None:
            raise AssertionError(
                "redis-server ended: " + (self._dir / "log").read_text())
        try:
            with self.connect() as connection:
                return connection.ping()
        except redis.exceptions.RedisError:
            return False

    def connect(self):
        """A client of its own: redis-py, which others wrote."""
        return redis.Redis(unix_socket_path=str(self.socket),
                           decode_responses=True, retry=_NO_RETRY)

    def kill(self):
        """With the child that rewrites its file, if there is one."""
        pid = self._process.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
        child_pids = children.read_text().split()
        self._process.kill()
        for child in child_pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        self._process.wait()

    def restart(self):
        self.kill()
        self.start()

    def lose_power(self, where, *extra):
        """Ends it, and what it wrote from `where(AppendOnlyFile)` on; then it
        starts again."""
        self.kill()
        file = AppendOnlyFile(self._dir / "appendonlydir")
        file.cut(where(file))
        self.start(*extra)

    def pause(self):
        os.kill(self._process.pid, signal.SIGSTOP)

    def resume(self):
        os.kill(self._process.pid, signal.SIGCONT)

    def close(self):
        if self._process.poll() is None:
            self.resume()
            self.kill()
        self._log.close()
        shutil.rmtree(self._dir, ignore_errors=True)
