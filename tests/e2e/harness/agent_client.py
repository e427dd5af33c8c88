"""The agent-client program, as a machine uses it: one JSON object a line."""

import json
import subprocess

from harness import paths
from harness.service import clean_environment


def agent_client(address, *arguments, timeout_s=60):
    """Exit status, the JSON objects of standard output, standard error."""
    done = subprocess.run(
        [str(paths.CLIENT), f"--server={address}", "--json", *arguments],
        env=clean_environment(), stdin=subprocess.DEVNULL,
        capture_output=True, timeout=timeout_s, check=False)
    # Not splitlines(): text may hold what that takes for the end of a line.
    lines = [json.loads(line) for line in done.stdout.decode().split("\n")
             if line]
    return done.returncode, lines, done.stderr.decode()


def start_agent_client(address, *arguments):
    """The same, left running: its standard output is a pipe of text lines."""
    return subprocess.Popen(
        [str(paths.CLIENT), f"--server={address}", "--json", *arguments],
        env=clean_environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def chunks_of(lines):
    """Those of the objects that are chunks of an answer."""
    return [line for line in lines if "create_time" in line]


def text_of(lines):
    return "".join(line["text"] for line in chunks_of(lines) if "text" in line)
