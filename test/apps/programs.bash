# Sourced by the tests of the programs: how they are run, and a scratch folder that is the current one.
# Environment: BUILD_DIR, SOURCE_DIR, TEST_RANKS; PANTILE_TEST_DATA, the folder of the data sets.
set -euo pipefail
source "$SOURCE_DIR/scripts/mpi-env"

als="$BUILD_DIR/apps/pantile-als"
lra="$BUILD_DIR/apps/pantile-lra"
data="${PANTILE_TEST_DATA:-$SOURCE_DIR/../shared/data}"
python="${PYTHON:-/usr/bin/python3}"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# mpi RANKS PROGRAM ARGS...
mpi() { timeout -k 5 "${limit:-60}" mpirun -n "$@"; }

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

need_data() {
  [[ -e $data/$1 ]] && return
  echo "skipped: no $data/$1; PANTILE_TEST_DATA names the folder of the data sets"
  exit 77
}
