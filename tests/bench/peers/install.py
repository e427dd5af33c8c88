"""Installs the peers under build/peers, and says which could not be."""

import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
PEERS = ROOT / "build" / "peers"
BIN = PEERS / "bin"
NODE = PEERS / "node"
_GO = PEERS / "go"
# What the driver can be built without: clients that only a peer needs.
_TAGS = ("nats", "centrifuge")


class NotInstalled(Exception):
    """The reason, in a line."""


def _run(command, cwd, environment=None):
    try:
        subprocess.run(command, cwd=cwd, check=True, text=True,
                       capture_output=True,
                       env={**os.environ, **(environment or {})})
    except FileNotFoundError as error:
        raise NotInstalled(f"{command[0]} is not there") from error
    except subprocess.CalledProcessError as error:
        raise NotInstalled(_reason(error.stderr + error.stdout)) from error


def _reason(output):
    lines = [line.strip() for line in output.splitlines()
             if not line.startswith(("go: downloading", "npm warn"))]
    return " ".join(lines[:2]) or "it failed"


def _go(go, *arguments):
    environment = {
        "GOMODCACHE": str(_GO / "mod"), "GOCACHE": str(_GO / "cache"),
        "GOFLAGS": "-modcacherw -buildvcs=false",
        # protoc starts its plug-ins by name.
        "PATH": f"{BIN}:{os.environ['PATH']}"}
    _run([*go, *arguments], _GO / "source", environment)


def _build(go, package, tags=()):
    _go(go, "build", f"-tags={','.join(tags)}", "-o", f"{BIN}/", package)


def _generate_client():
    out = _GO / "source" / "pb"
    out.mkdir(exist_ok=True)
    proto = "agent/v1/agent_service.proto"
    _run(["protoc", f"-I{ROOT / 'proto'}", f"--go_out={out}",
          f"--go-grpc_out={out}", "--go_opt=paths=source_relative",
          "--go-grpc_opt=paths=source_relative",
          f"--go_opt=M{proto}=peers/pb", f"--go-grpc_opt=M{proto}=peers/pb",
          proto], ROOT, {"PATH": f"{BIN}:{os.environ['PATH']}"})
    for file in (out / "agent" / "v1").iterdir():
        file.replace(out / file.name)


def _installs(install, *arguments):
    """None, or why not."""
    try:
        install(*arguments)
    except NotInstalled as reason:
        return str(reason)
    return None


def driver(go):
    """Builds the driver and the floor; returns why a peer's client is not part
    of it.

    Raises NotInstalled if there can be no driver at all.
    """
    shutil.copytree(HERE / "go", _GO / "source", dirs_exist_ok=True)
    BIN.mkdir(parents=True, exist_ok=True)
    for plugin in ("google.golang.org/protobuf/cmd/protoc-gen-go",
                   "google.golang.org/grpc/cmd/protoc-gen-go-grpc"):
        _build(go, plugin)
    _generate_client()
    missing = {tag: _installs(_build, go, "./driver", [tag]) for tag in _TAGS}
    _build(go, "./driver", [tag for tag in _TAGS if missing[tag] is None])
    _build(go, "./pass_on_server")
    return missing


def nats_server(go):
    return _installs(_build, go, "github.com/nats-io/nats-server/v2")


def centrifuge_server(go):
    return _installs(_build, go, "./centrifuge_server")


def node_packages(npm):
    NODE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / "node" / name, NODE)
    for program in HERE.glob("node/*.mjs"):
        shutil.copy(program, NODE)
    # Not `ci`, which fails where a registry lacks what only another platform
    # needs; the versions are the lock's all the same.
    return _installs(_run, [*npm, "install", "--loglevel=error"], NODE)
