# Sourced by the tests of the documentation. Environment: BUILD_DIR, SOURCE_DIR.
set -euo pipefail

python="${PYTHON:-/usr/bin/python3}"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

need() {
  command -v "$1" >/dev/null && return
  echo "skipped: $1 is not installed (scripts/install-deps)"
  exit 77
}
