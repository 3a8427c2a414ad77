# shellcheck shell=bash
# Sourced by the scripts. Brings a machine to the point where ORCA runs: Debian packages,
# a virtual environment in the repository, the locked Python packages. Silent when nothing is missing.
#
#   install_for_server       what the portal needs
#   install_for_tests        the same, and what the tests and checks need

export LC_ALL=C.UTF-8
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" # ldconfig lives there
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"
VENV="$ROOT/.venv"
PYTHON="$VENV/bin/python"

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
refuse() {
  warn "$*"
  exit 2
}

install_for_server() {
  with_install_lock prepare requirements.txt
}

install_for_tests() {
  with_install_lock prepare requirements-dev.txt
}

# Two scripts started at once take turns; the lock is this file, so nothing has to be made for it.
with_install_lock() {
  (
    flock 9
    "$@"
  ) 9<"${BASH_SOURCE[0]}"
}

prepare() { # LOCKFILE
  require_linux_packages "$1"
  require_venv
  require_python_packages "$1"
}

# --- Debian packages -------------------------------------------------------------------------

require_linux_packages() { # LOCKFILE
  local needed=() wanted=() name
  while read -r name; do needed+=("$name"); done < <(missing_for_server)
  while read -r name; do wanted+=("$name"); done < <(missing_for_looks)
  if [ "$1" = requirements-dev.txt ]; then
    while read -r name; do needed+=("$name"); done < <(missing_for_tests)
  fi
  if [ ${#needed[@]} -gt 0 ]; then
    apt_install "${needed[@]}" || refuse "ORCA needs ${needed[*]}: run $(apt_hint "${needed[@]}")"
  fi
  if [ ${#wanted[@]} -gt 0 ] && ! apt_install "${wanted[@]}"; then
    warn "Pages and PDFs look plainer without ${wanted[*]}: run $(apt_hint "${wanted[@]}")"
  fi
}

missing_for_server() {
  python3_command >/dev/null || say python3
  can_make_venv || say python3-venv
  has_library libpango-1.0.so.0 || say libpango-1.0-0
  has_library libpangoft2-1.0.so.0 || say libpangoft2-1.0-0
}

# WeasyPrint makes smaller files with the subset library, and falls back on other fonts.
missing_for_looks() {
  local fonts
  fonts="$(fc-list : family 2>/dev/null || true)"
  has_library libharfbuzz-subset.so.0 || say libharfbuzz-subset0
  grep -q '^Inter\b' <<<"$fonts" || say fonts-inter
  grep -q '^Noto Sans\b' <<<"$fonts" || say fonts-noto-core
  grep -q '^Noto Sans CJK' <<<"$fonts" || say fonts-noto-cjk
  grep -q '^Noto \(Sans \)\?Mono' <<<"$fonts" || say fonts-noto-mono
}

missing_for_tests() {
  has_command git || say git
  has_command redis-server || say redis-server
  has_command chromium || say chromium
  has_command pdftoppm pdftotext || say poppler-utils
  has_command runuser || say util-linux
  postgres_binaries >/dev/null || say postgresql
}

has_command() { command -v "$@" >/dev/null 2>&1; }

has_library() { # SONAME
  grep -qF "$1 " <<<"$(ldconfig -p 2>/dev/null)"
}

# The newest PostgreSQL server on this machine; Debian keeps it out of the PATH.
postgres_binaries() {
  local folder
  for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
    [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && say "$folder" && return
  done
  has_command initdb && has_command pg_ctl && dirname "$(command -v initdb)"
}

apt_hint() { say "\`sudo apt-get install $*\`, then start this again."; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_apt() {
  has_command apt-get && as_root true 2>/dev/null
}

# Installs nothing that starts by itself: no service is run, no database cluster is made.
apt_install() { # PACKAGE...
  can_apt || return 1
  say "Installing the Debian packages $* ..."
  local output status=0
  prevent_services "$@"
  refresh_apt
  output="$(apt_get -qq -y --no-install-recommends install "$@" 2>&1)" || status=1
  allow_services "$@"
  [ "$status" -eq 0 ] || warn "$output"
  return "$status"
}

apt_is_fresh=""
refresh_apt() {
  [ -z "$apt_is_fresh" ] || return 0
  apt_get -qq update || warn "apt-get could not refresh its lists; trying with the old ones."
  apt_is_fresh=yes
}

# One apt-get at a time on this machine: the lock on its program file covers the lists as well.
apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive flock "$(command -v apt-get)" \
    apt-get -o DPkg::Lock::Timeout=300 "$@" 9<&- </dev/null
}

POLICY=/usr/sbin/policy-rc.d # Debian asks this program before it starts a freshly installed service
CLUSTERS=/etc/postgresql-common/createcluster.conf

prevent_services() {
  [ -e "$POLICY" ] || as_root sh -c "printf '#!/bin/sh\n# orca\nexit 101\n' >$POLICY && chmod 755 $POLICY"
  [[ " $* " != *" postgresql "* ]] || [ -e "$CLUSTERS" ] ||
    as_root sh -c "mkdir -p '${CLUSTERS%/*}' && echo 'create_main_cluster = false' >$CLUSTERS"
}

allow_services() {
  if grep -q '^# orca$' "$POLICY" 2>/dev/null; then as_root rm -f "$POLICY"; fi
  if [[ " $* " == *" redis-server "* ]] && has_command systemctl; then
    as_root systemctl disable --quiet redis-server 2>/dev/null || true
  fi
}

# --- Python ----------------------------------------------------------------------------------

python3_command() {
  local name
  for name in python3 python3.13 python3.12 python3.11; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  return 1
}

can_make_venv() {
  local python
  python="$(python3_command)" && "$python" -c 'import ensurepip, venv' 2>/dev/null
}

require_venv() {
  local python
  python="$(python3_command)" ||
    refuse "ORCA needs Python 3.11 or newer, and here is $(python3 --version 2>&1 || true): install a newer one as python3.11, python3.12 or python3.13, then start this again."
  venv_is_whole && return
  say "Making the virtual environment .venv ..."
  rm -rf "$VENV"
  "$python" -m venv "$VENV" ||
    refuse "The virtual environment could not be made: run $(apt_hint python3-venv)"
}

venv_is_whole() {
  "$PYTHON" -c '
import importlib.util, sys
sys.exit(sys.version_info < (3, 11) or importlib.util.find_spec("pip") is None)' 2>/dev/null
}

require_python_packages() { # LOCKFILE
  local stamp="$VENV/installed-$1" digest
  digest="$(sha256sum <"$ROOT/$1")"
  [ "$(cat "$stamp" 2>/dev/null)" = "$digest" ] && return
  say "Installing the Python packages of $1 (a minute or two the first time) ..."
  "$PYTHON" -m pip install --quiet --no-input --disable-pip-version-check --prefer-binary \
    --require-hashes -r "$ROOT/$1" ||
    refuse "The Python packages could not be installed: see pip's words above, then start this again."
  stamp_lock "$stamp" "$digest"
}

# The development lock holds the whole runtime lock, so it answers for both.
stamp_lock() { # STAMP DIGEST
  printf '%s\n' "$2" >"$1"
  case "$1" in
    *-dev.txt) sha256sum <"$ROOT/requirements.txt" >"$VENV/installed-requirements.txt" ;;
  esac
}
