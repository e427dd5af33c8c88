# Installs what is missing, from the system's own packages. Source it after
# common.sh. Does nothing, and needs no network, when all is there.
# shellcheck shell=bash disable=SC2034,SC2154

build_packages=(
  build-essential cmake ninja-build ccache pkg-config git
  libgrpc++-dev protobuf-compiler protobuf-compiler-grpc libprotobuf-dev
  libabsl-dev libhiredis-dev libssl-dev libspdlog-dev nlohmann-json3-dev
  libcurl4-openssl-dev libevent-dev libvalijson-dev libcli11-dev
  prometheus-cpp-dev
)
run_packages=(redis-server)
test_packages=(
  libgtest-dev libgmock-dev python3 python3-venv ca-certificates curl valgrind
)
# Ubuntu's Chromium is a snap, which a test cannot drive: there the browser's
# tests are skipped.
browser_packages=()
if grep -qsx 'ID=debian' /etc/os-release; then browser_packages=(chromium); fi
lint_packages=(clang-format-14 clang-tidy-14 shellcheck)

as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo "$@"
  fi
}

installed() {
  [[ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null)" == *' installed' ]]
}

# The package starts a server on port 6379 and at every boot. Nothing here
# uses that one, so it is not left running where there was none before.
quiet_redis_service() {
  say 'Stopping the redis-server service that the package started:' \
    'the programs here start their own.'
  if [[ -d /run/systemd/system ]] && have systemctl; then
    as_root systemctl disable --now redis-server.service || true
  else
    as_root service redis-server stop || true
    if have update-rc.d; then as_root update-rc.d redis-server disable || true; fi
  fi
}

apt_install() {
  local -a options=(-y --no-install-recommends)
  if [[ ! -t 1 ]]; then options+=(-q); fi
  if ((EUID != 0)) && ! have sudo; then
    die "this needs root, and there is no sudo." \
      "As root, run: apt-get update && apt-get install ${options[*]} $*"
  fi
  as_root apt-get "${options[@]}" update ||
    say 'Not every package list could be refreshed; trying with what is here'
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get "${options[@]}" install "$@"
}

# install_packages PACKAGE...
install_packages() {
  if ! have dpkg-query || ! have apt-get; then
    die "this installs packages with apt, which this system does not have." \
      "Install what stands for these, and build with cmake: $*"
  fi
  local package
  local -a missing=()
  for package in "$@"; do
    installed "$package" || missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then return; fi

  local how='as root'
  if ((EUID != 0)); then how='with sudo'; fi
  say "Installing with apt, $how: ${missing[*]}"
  local had_redis=yes
  installed redis-server || had_redis=no
  apt_install "${missing[@]}"
  if [[ "$had_redis" == no ]] && installed redis-server; then
    quiet_redis_service
  fi
}
