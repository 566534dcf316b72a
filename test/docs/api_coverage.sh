# README states how many array-API functions the headers declare.
source "$(dirname "$0")/tools.bash"
need "$python"
"$python" "$SOURCE_DIR/scripts/api-coverage" --check || fail "exit code $?"

# One function less, and the number is wrong.
mkdir "$scratch/scripts"
cp "$SOURCE_DIR/scripts/api-coverage" "$scratch/scripts"
cp -r "$SOURCE_DIR/include" "$SOURCE_DIR/README.md" "$scratch"
"$python" "$scratch/scripts/api-coverage" --check >"$scratch/log" || fail "a copy: exit code $?"
sed -i 's/\bauto moveaxis(/auto moved_axis(/' "$scratch/include/pantile/expr/views.hpp"
"$python" "$scratch/scripts/api-coverage" --check >"$scratch/log" 2>&1 && fail "does not miss moveaxis"
grep -q "missing of manipulation: moveaxis" "$scratch/log" || fail "$(cat "$scratch/log")"
