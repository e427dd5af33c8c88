"""The layers hold: nobody includes upwards, and gRPC stays out of lib/.

    layering.py ROOT        reads the tree under ROOT
    layering.py --self-test shows that the check can fail
"""

import pathlib
import re
import sys

# What each folder may include, besides itself. Lowest first.
ALLOWED = {
    "lib/base": set(),
    "lib/log": {"lib/base"},
    "lib/redis": {"lib/base", "lib/log"},
    "lib/agent": {"lib/base", "lib/log"},
    "lib/runtime": {"lib/base", "lib/log", "lib/agent"},
    "client": {"lib/base", "lib/log", "agent/v1"},
    "service": {"lib/base", "lib/log", "lib/redis", "lib/agent",
                "lib/runtime", "agent/v1"},
    "examples": {"lib/base", "lib/log", "lib/redis", "lib/agent",
                 "lib/runtime", "client", "agent/v1"},
}

# Libraries that only some folders may know. (prefix of the include, folders)
PRIVATE = [
    (("grpc/", "grpcpp/", "google/protobuf/", "google/rpc/", "agent/v1/"),
     {"service", "client", "examples", "proto"}),
    (("hiredis/",), {"lib/redis"}),
    (("spdlog/",), {"lib/base"}),
    (("curl/",), {"lib/agent"}),
    (("event2/",), {"service"}),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.MULTILINE)


def folder_of(path):
    """The layer that a path or an include belongs to; None if of no layer."""
    for layer in list(ALLOWED) + ["agent/v1"]:
        if path.startswith(layer + "/"):
            return layer
    return None


def violations(path, text):
    """What is wrong with the includes of one file, a line each."""
    layer = folder_of(path)
    found = []
    for include in INCLUDE.findall(text):
        target = folder_of(include)
        if target and target != layer and target not in ALLOWED[layer]:
            found.append(f"{path}: {layer} includes {include}, "
                         "which it does not stand on")
        if include.startswith("tests/"):
            found.append(f"{path}: includes {include}, which is a test's")
        for prefixes, folders in PRIVATE:
            if include.startswith(prefixes) and layer not in folders:
                found.append(f"{path}: only {', '.join(sorted(folders))} "
                             f"may know {include}")
    return found


def check(root):
    files = [path for layer in ALLOWED
             for path in sorted((root / layer).rglob("*"))
             if path.suffix in (".cc", ".h")]
    if len(files) < 20:
        return [f"only {len(files)} sources under {root}: not the project"]
    found = []
    for path in files:
        name = path.relative_to(root).as_posix()
        found += violations(name, path.read_text(encoding="utf-8"))
    return found


def self_test():
    """Each rule, broken once."""
    wrong = [
        ("lib/base/a.h", '#include "lib/log/chunk.h"'),
        ("lib/log/a.cc", '#include "lib/redis/reply.h"'),
        ("lib/runtime/a.cc", '#include "lib/redis/redis_store.h"'),
        ("lib/runtime/a.cc", '#include "service/flags.h"'),
        ("lib/agent/a.cc", "#include <grpcpp/grpcpp.h>"),
        ("lib/log/a.cc", '#include "agent/v1/agent_service.pb.h"'),
        ("service/a.cc", "#include <hiredis/hiredis.h>"),
        ("client/a.cc", '#include "service/flags.h"'),
        ("lib/log/a.h", '#include "tests/testing/status_matchers.h"'),
    ]
    right = [
        ("lib/redis/a.cc", '#include "lib/log/chunk.h"\n'
                           "#include <hiredis/hiredis.h>"),
        ("service/a.cc", '#include "lib/runtime/worker.h"\n'
                         "#include <grpcpp/grpcpp.h>"),
        ("lib/base/a.cc", "#include <string>\n// not an #include <grpc/x.h>"),
    ]
    missed = [f"not noticed: {path} {text}"
              for path, text in wrong if not violations(path, text)]
    missed += [f"wrongly refused: {path} {text}"
               for path, text in right if violations(path, text)]
    return missed


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    argument = sys.argv[1]
    found = (self_test() if argument == "--self-test"
             else check(pathlib.Path(argument)))
    print("\n".join(found) if found else "the layers hold")
    sys.exit(1 if found else 0)


main()
