#!/bin/sh
# Installs the model's mock into a folder: install.sh TARGET. Quick when it is
# there already; several at a time wait for each other. Needs npm on PATH, or
# beside the node that AGENT_TEST_NODE names.
set -eu
if [ $# -ne 1 ]; then
  echo "usage: $0 TARGET" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
target=$1
if [ -n "${AGENT_TEST_NODE:-}" ]; then
  PATH="$(dirname "$AGENT_TEST_NODE"):$PATH"
fi
mkdir -p "$target"
exec 9>"$target/.lock"
flock 9
cd "$target"
if cmp -s "$here/package-lock.json" node_modules/.installed-lock.json; then
  exit 0
fi
cp "$here/package.json" "$here/package-lock.json" .
npm ci --ignore-scripts --no-audit --no-fund >&2
cp package-lock.json node_modules/.installed-lock.json
