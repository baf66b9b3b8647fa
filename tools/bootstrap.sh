#!/bin/sh
# Fetch what the Makefile needs and the machine lacks into ./.tools:
#   tools/bootstrap.sh uv           .tools/bin/uv, from PyPI
#   tools/bootstrap.sh python       .tools/python3.13, the interpreter `sam build` wants: Lambda's own version, with pip
#   tools/bootstrap.sh validators   what else the tests of mails read invitations with: libical, and ical.js on Node
# Nothing else of the machine is touched, save that root on Debian, or whoever may be root in CI, gets the packages that
# are missing.
set -eu
cd "$(dirname "$0")/.."
UV_VERSION=0.13.8

say() { printf '%s\n' "daybook: $*" >&2; }
fail() { say "$*"; exit 1; }

# Install Debian packages if that is ours to do.
debian() {
  command -v apt-get >/dev/null || return 1
  root=
  [ "$(id -u)" = 0 ] || { [ "${CI-}" = true ] && sudo -n true 2>/dev/null && root="sudo -n"; } || return 1
  say "installing $*"
  $root apt-get update -qq >&2 && $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

uv() {
  command -v python3 >/dev/null || debian python3 python3-venv ||
    fail "Python 3 is missing. Install it (any version from 3.8 on will do to begin with) and run make again."
  # Debian splits venv from Python; what is missing shows only when it is used.
  python3 -m venv .tools >/dev/null 2>&1 || { debian python3-venv && python3 -m venv --clear .tools; } ||
    fail "python3 -m venv does not work here. Install your system's package for it (Debian: python3-venv)."
  .tools/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"
}

is_313() { "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; }

# Make an environment of a Python 3.13 from PATH, pyenv, uv (which may download one), or Debian, in this order.
python() {
  export UV_PYTHON_INSTALL_DIR="$PWD/.tools/pythons"
  found=3.13
  for candidate in "$(command -v python3.13 || true)" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin/python3.13; do
    if [ -x "$candidate" ] && is_313 "$candidate"; then found=$candidate; break; fi
  done
  make_environment "$found" || { debian python3.13 python3.13-venv && make_environment python3.13; } ||
    fail "No Python 3.13 here, and none could be fetched; sam build needs it. Install it and run make again."
}

# Tests that lack one of these say so and are skipped, except in CI. Node's packages come from the lock file.
validators() {
  lacking="some tests of mails will be skipped"
  [ "${CI-}" != true ] || lacking="tests of mails will fail, for CI skips none"
  missing=
  ls /usr/lib/*/libical.so.3 >/dev/null 2>&1 || ldconfig -p 2>/dev/null | grep -q 'libical\.so\.3' || missing=libical3
  command -v node >/dev/null && command -v npm >/dev/null || missing="$missing nodejs npm"
  # shellcheck disable=SC2086 - names of packages, to be split
  [ -z "$missing" ] || debian $missing || say "missing: ${missing# }; $lacking"
  cd tests/mail/validators
  [ node_modules/.package-lock.json -nt package-lock.json ] || {
    command -v npm >/dev/null && said=$(npm ci --no-audit --no-fund --loglevel=error 2>&1)
  } || say "npm could not fetch ical.js; $lacking${said:+
$said}"
}

make_environment() { .tools/bin/uv venv --quiet --clear --no-project --seed --python "$1" .tools/python3.13; }

case "${1-}" in
  uv | python | validators) "$1" ;;
  *) fail "usage: tools/bootstrap.sh uv|python|validators" ;;
esac
