# Configures and builds a preset. Source it after common.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# configure PRESET [-DX=Y...]: quiet when it works, all of it when it does not.
configure() {
  local preset="$1" log
  shift
  log="$root/build/$preset/configure.log"
  mkdir -p "$root/build/$preset"
  say "Configuring build/$preset"
  if ! (cd "$root" && cmake --preset "$preset" "$@") >"$log" 2>&1; then
    cat "$log" >&2
    die "cmake could not configure build/$preset"
  fi
}

# build PRESET [TARGET...]: everything if no target is named.
build() {
  local preset="$1"
  shift
  say "Building build/$preset${1:+ ($*)}"
  local -a targets=()
  if (($# > 0)); then targets=(--target "$@"); fi
  cmake --build "$root/build/$preset" --parallel "$(jobs_here)" "${targets[@]}"
}

# Warnings are errors only with the compiler that the code is kept clean with:
# another one's new warnings must not keep a newcomer from trying it.
werror_here() {
  local version
  version="$(c++ -dumpversion 2>/dev/null || echo 0)"
  if [[ "${version%%.*}" == 12 ]]; then echo ON; else echo OFF; fi
}
