# shellcheck shell=bash
# Sourced by the scripts that start processes. Nothing they start outlives them.
#
#   start COMMAND...        runs it in the background, in a session of its own; its id is in $child
#   run_to_end COMMAND...   the same, and waits; status 0 when it ended well
#   stop_all                ends whatever was started here, politely first, within ten seconds
#
# The shell heeds a signal only while it waits for the background, never during a command.

# All that descends from this script carries the mark in its environment, whatever session it is
# in and whoever has adopted it. So each of them can be found, and nothing else is.
MARK="run-$$-$RANDOM$RANDOM"
export ORCA_RUN="${ORCA_RUN:+$ORCA_RUN:}$MARK"
child=""

start() {
  setsid "$@" </dev/null &
  child=$!
}

run_to_end() {
  start "$@"
  wait "$child" || return $?
  child=""
}

# As install.sh does it, but a signal need not wait for pip or apt-get.
install_for() { # server | tests
  # shellcheck disable=SC2016 # the inner shell expands these
  run_to_end bash -euo pipefail -c '. "$0/script/lib/install.sh"; "install_for_$1"' "$ROOT" "$1" || exit $?
}

running() { kill -0 "$1" 2>/dev/null; }

marked_processes() { # the search itself goes without the mark
  local found
  found="$(env -u ORCA_RUN grep -lsz "^ORCA_RUN=.*$MARK" /proc/[0-9]*/environ)" || true
  found="${found//'/proc/'/}"
  printf '%s' "${found//'/environ'/}"
}

signal_marked() { # SIGNAL
  local pid
  for pid in $(marked_processes); do kill "-$1" "$pid" 2>/dev/null || true; done
}

within() { # TENTHS_OF_A_SECOND CONDITION...
  local turn
  for ((turn = 0; turn < $1; turn++)); do
    if "${@:2}"; then return 0; fi
    sleep 0.1
  done
  return 1
}

gone() { ! running "$1"; }
all_gone() { [ -z "$(marked_processes)" ]; }

stop_all() {
  if [ -n "$child" ]; then
    kill -TERM -- "-$child" 2>/dev/null || true
    within 60 gone "$child" || true
  fi
  signal_marked TERM
  within 15 all_gone && return 0 # without the 0, a return in a trap tells of what came before it
  signal_marked KILL
  within 10 all_gone
}

# Calls `finish` once, however the script ends; $status is 130 after Ctrl-C.
finish_on_exit() {
  trap 'status=$?; trap "" INT TERM HUP; finish' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
}

# A shell that was itself started in the background ignores SIGINT and cannot take that back.
heed_interrupts() { # SCRIPT ARGUMENT...
  [ -z "${ORCA_HEEDS_INT:-}" ] || { unset ORCA_HEEDS_INT && return; }
  ORCA_HEEDS_INT=1 exec env --default-signal=INT bash "$@"
}
