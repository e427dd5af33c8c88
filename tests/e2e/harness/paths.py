"""Where the programs, the protos and the peers are."""

import os
import pathlib

E2E = pathlib.Path(__file__).resolve().parent.parent
ROOT = E2E.parent.parent
BUILD = pathlib.Path(os.environ.get("AGENT_TEST_BUILD_DIR",
                                    ROOT / "build" / "dev"))
SERVICE = BUILD / "service" / "agent-service"
CLIENT = BUILD / "client" / "agent-client"
SHIFTED_CLOCK = BUILD / "tests" / "testing" / "libshifted_clock.so"
PROTO = ROOT / "proto"


def node():
    """Node and where its packages are, or None where there are none."""
    program = os.environ.get("AGENT_TEST_NODE")
    modules = os.environ.get("AGENT_TEST_NODE_MODULES")
    if not program or not modules:
        return None
    return program, modules
