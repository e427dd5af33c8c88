"""One agent-service process."""

import os
import re
import signal
import subprocess
import tempfile

from harness import paths, wait

_LISTENING = re.compile(r'listening.* grpc="?([^" \n]+)"?')
_HTTP = re.compile(r'listening.* http="?([^" \n]+)"?')
# What a test machine's environment must not bring into a test.
_FOREIGN = ("OPENAI_", "AZURE_OPENAI_", "REDIS_", "GRPC_LISTEN", "HTTP_LISTEN",
            "AGENT_ABORT_AT")


def clean_environment(extra=None):
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(_FOREIGN)}
    kept.update(extra or {})
    return kept


def has_abort_points():
    """Whether the service was built with lib/base/abort_point.h."""
    return b"AGENT_ABORT_AT" in paths.SERVICE.read_bytes()


def run_to_its_end(*flags, environment=None, timeout_s=20):
    """For starts that are refused: the exit status and what was said."""
    done = subprocess.run(
        [str(paths.SERVICE), *flags], env=clean_environment(environment),
        stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout_s,
        check=False)
    return done.returncode, (done.stdout + done.stderr).decode()


class Service:
    """Starts at once, and waits until it listens (a worker: until it says so).

    `grpc_listen` is a free port unless told; after a kill the same address can
    be given again. HTTP is off unless `http_listen` is given, and then served
    at `http`.
    """

    def __init__(self, redis, *flags, role="all", environment=None,
                 grpc_listen="127.0.0.1:0", http_listen=""):
        self._log = tempfile.NamedTemporaryFile(prefix="e2e-service-")
        self._command = [
            str(paths.SERVICE), f"--redis={redis}", f"--role={role}",
            f"--grpc_listen={grpc_listen}", f"--http_listen={http_listen}",
            *flags]
        self._role = role
        self._environment = clean_environment(environment)
        self._start()

    def _start(self):
        self.process = subprocess.Popen(
            self._command, env=self._environment, stdin=subprocess.DEVNULL,
            stdout=self._log, stderr=self._log)
        self.address = wait.until(self._listening, "agent-service to listen")
        http = _HTTP.search(self.log())
        self.http = http and http.group(1)

    def _listening(self):
        if self.process.poll() is not None:
            raise AssertionError("agent-service ended: " + self.log())
        if self._role == "worker":
            return "worker" in self.log() and "no address"
        found = _LISTENING.search(self.log())
        return found and found.group(1)

    def log(self):
        with open(self._log.name, encoding="utf-8", errors="replace") as log:
            return log.read()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def was_killed(self):
        """Whether it ended as kill -9 ends a process: not by itself."""
        return self.process.poll() == -signal.SIGKILL

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)
        wait.until(self.is_paused, "agent-service to stop")

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def is_paused(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "T"

    def restart_after_kill(self):
        """The same service again at the same address, after kill -9."""
        self.kill()
        again = {"--grpc_listen": self.address,
                 "--http_listen": self.http or ""}
        self._command = [
            f"{name}={again[name]}" if (name := part.partition("=")[0]) in again
            else part for part in self._command]
        self._log.truncate(0)
        self._log.seek(0)
        self._start()

    def terminate(self):
        """Asks it to drain; `wait_for_exit` tells how that ended."""
        self.process.send_signal(signal.SIGTERM)

    def wait_for_exit(self, timeout_s=40):
        return self.process.wait(timeout=timeout_s)

    def close(self):
        if self.process.poll() is None:
            self.kill()
        self._log.close()
