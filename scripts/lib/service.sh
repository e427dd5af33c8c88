# Runs the service with its own Redis in a directory that goes away with it.
# Source it after common.sh: it sets the traps.
# shellcheck shell=bash disable=SC2034,SC2154

work="$(mktemp -d)"
service_pid=''
client_pid=''
service_address=''
http_address=''

# start_service PROGRAM: on a free port; sets service_address and http_address.
start_service() {
  say 'Starting agent-service with a Redis of its own'
  # In a session of its own: a Ctrl-C is for this script, which then stops the
  # service in order, once.
  setsid "$1" --redis=embedded --data_dir="$work/data" \
    --grpc_listen=127.0.0.1:0 --http_listen=127.0.0.1:0 --drain_timeout=1s \
    2>"$work/service.log" &
  service_pid=$!
  local waited_ms=0
  while [[ -z "$service_address" ]]; do
    service_address="$(sed -nE \
      's/.*listening.* grpc="?([^" ]+)"?.*/\1/p' "$work/service.log" | head -n 1)"
    if ! kill -0 "$service_pid" 2>/dev/null || ((waited_ms > 20000)); then
      cat "$work/service.log" >&2
      die 'agent-service did not start'
    fi
    sleep 0.05
    waited_ms=$((waited_ms + 50))
  done
  http_address="$(sed -nE \
    's/.*listening.* http="?([^" ]+)"?.*/\1/p' "$work/service.log" | head -n 1)"
  say "It listens on $service_address for gRPC and on" \
    "http://$http_address; its Redis is process $(redis_pids | tr '\n' ' ')"
}

# The redis-server processes whose directory is ours: of nobody else.
redis_pids() {
  local pid
  for pid in /proc/[0-9]*; do
    if [[ "$(readlink "$pid/cwd" 2>/dev/null)" == "$work/data"* &&
      "$(readlink "$pid/exe" 2>/dev/null)" == */redis-* ]]; then
      basename "$pid"
    fi
  done
}

# Stops the service in order and makes sure that its Redis is gone too.
stop_service() {
  local waited_ms=0
  if [[ -n "$client_pid" ]]; then kill "$client_pid" 2>/dev/null || true; fi
  if [[ -n "$service_pid" ]]; then
    kill -TERM "$service_pid" 2>/dev/null || true
    wait "$service_pid" 2>/dev/null || true
    service_pid=''
  fi
  while [[ -n "$(redis_pids)" ]]; do
    if ((waited_ms > 5000)); then
      die "a redis-server of the demo is still running: $(redis_pids)"
    fi
    sleep 0.05
    waited_ms=$((waited_ms + 50))
  done
}

leave() {
  local status=$?
  trap - EXIT
  trap '' INT TERM HUP # once is enough
  stop_service || true
  if ((status == 0)) || ((status >= 128)); then
    rm -rf "$work"
  else
    printf 'what there is to look at is kept in %s\n' "$work" >&2
  fi
  exit "$status"
}
trap leave EXIT
trap 'printf "\n"; exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
