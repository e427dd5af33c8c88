"""Reads with @grpc/grpc-js; see node/read.mjs."""

import base64
import json
import os
import subprocess

from harness import paths


def node_read(address, conversation, what):
    """The JSON objects that node/read.mjs writes; None without Node."""
    peers = paths.node()
    if peers is None:
        return None
    program, modules = peers
    done = subprocess.run(
        [program, str(paths.E2E / "node" / "read.mjs"), address,
         str(paths.PROTO), conversation, what],
        env={**os.environ, "AGENT_TEST_NODE_MODULES": modules},
        capture_output=True, timeout=90, check=False)
    if done.returncode != 0:
        raise AssertionError("Node's reader failed: " + done.stderr.decode())
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def text_of(chunks):
    """The text of described chunks, which carry it as base64."""
    return b"".join(base64.b64decode(chunk["text"]) for chunk in chunks)
