# shellcheck shell=bash
# Sourced by script/test, after install.sh and processes.sh: a throwaway PostgreSQL and Redis
# on free ports of 127.0.0.1, in a folder that goes away with them.

scratch="" redis=""

make_scratch() {
  scratch="$(mktemp -d)"
  chmod 711 "$scratch" # the database server may be another user, and has to reach its folder
}

free_port() {
  "$PYTHON" -c '
import socket
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    print(probe.getsockname()[1])'
}

# PostgreSQL refuses to run as root, so root lends it to the user `postgres`.
as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then
    (cd "$scratch" && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

start_postgres() {
  local password
  postgres="$(postgres_binaries)"
  password="$("$PYTHON" -c 'import secrets; print(secrets.token_hex(16))')"
  id postgres >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ] || useradd --system postgres
  install -d -m 700 "$scratch/postgres" "$scratch/sockets"
  (umask 077 && printf '%s\n' "$password" >"$scratch/password")
  [ "$(id -u)" -ne 0 ] || chown postgres "$scratch"/{postgres,sockets,password}
  if ! make_cluster || ! try_ports run_postgres; then
    refuse "The throwaway PostgreSQL did not start: $(tail -n 1 "$scratch/postgres.log")"
  fi
  export ORCA_TEST_POSTGRES_URL="postgres://orca:$password@127.0.0.1:$port/postgres"
}

make_cluster() {
  as_postgres "$postgres/initdb" --pgdata "$scratch/postgres" --username orca --no-sync \
    --auth scram-sha-256 --pwfile "$scratch/password" --encoding UTF8 --locale C.UTF-8 \
    >"$scratch/postgres.log" 2>&1 || return 1
  # Nothing in it is worth keeping, so it need not wait for the disk.
  cat >>"$scratch/postgres/postgresql.conf" <<TEXT
listen_addresses = '127.0.0.1'
unix_socket_directories = '$scratch/sockets'
fsync = off
synchronous_commit = off
full_page_writes = off
TEXT
}

run_postgres() {
  as_postgres "$postgres/pg_ctl" --pgdata "$scratch/postgres" --wait --silent \
    --options "-p $port" start >>"$scratch/postgres.log" 2>&1
}

stop_postgres() {
  [ -n "$scratch" ] && [ -e "$scratch/postgres/postmaster.pid" ] || return 0
  as_postgres "$postgres/pg_ctl" --pgdata "$scratch/postgres" --mode immediate --silent stop || true
}

start_redis() {
  try_ports run_redis || refuse "The throwaway Redis did not start: $(tail -n 1 "$scratch/redis.log")"
  export ORCA_TEST_REDIS_URL="redis://127.0.0.1:$port/0"
}

run_redis() {
  setsid redis-server --bind 127.0.0.1 --port "$port" --dir "$scratch" --save "" \
    --appendonly no --daemonize no </dev/null >>"$scratch/redis.log" 2>&1 &
  redis=$!
  within 50 redis_answers_or_ended || true
  redis_answers
}

redis_answers_or_ended() { redis_answers || gone "$redis"; }

stop_redis() {
  [ -n "$redis" ] || return 0
  kill "$redis" 2>/dev/null || true
  wait "$redis" || true
}

redis_answers() {
  local reply
  exec 3<>"/dev/tcp/127.0.0.1/$port" || return 1
  printf 'PING\r\n' >&3
  read -r -t 2 reply <&3 || reply=none
  exec 3>&-
  [[ "$reply" == +PONG* ]]
} 2>/dev/null

# Somebody else may take a free port before we do; then another one is tried.
try_ports() { # COMMAND
  local turn
  for ((turn = 0; turn < 3; turn++)); do
    port="$(free_port)"
    if "$@"; then return; fi
  done
  return 1
}
