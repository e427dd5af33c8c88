"""The Python client, generated from the project's .proto files."""

import fcntl
import hashlib
import importlib
import sys

from grpc_tools import protoc

from harness import paths

_FILES = ["agent/v1/agent_service.proto", "agent/v1/agent_worker_service.proto"]


def _generate(out):
    args = ["protoc", f"-I{paths.PROTO}", f"--python_out={out}",
            f"--grpc_python_out={out}"]
    if protoc.main(args + _FILES) != 0:
        raise RuntimeError("protoc could not generate the Python client")


def _directory():
    """Generates once for each text of the protos, also when tests race."""
    text = b"".join((paths.PROTO / name).read_bytes() for name in _FILES)
    digest = hashlib.sha256(text).hexdigest()[:16]
    base = paths.BUILD / "tests" / "e2e" / "generated"
    base.mkdir(parents=True, exist_ok=True)
    out = base / digest
    with open(base / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (out / "done").exists():
            out.mkdir(exist_ok=True)
            _generate(out)
            (out / "done").touch()
    return out


sys.path.insert(0, str(_directory()))
pb = importlib.import_module("agent.v1.agent_service_pb2")
pb_grpc = importlib.import_module("agent.v1.agent_service_pb2_grpc")
