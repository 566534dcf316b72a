# The reference has no warnings and a page for each room; a function without a text is a warning.
source "$(dirname "$0")/tools.bash"
need doxygen
need "$python"
doxygen "$BUILD_DIR/reference/Doxyfile" || fail "doxygen: exit code $?"
for room in "$SOURCE_DIR"/include/pantile/*/; do
  room="$(basename "$room")"
  page="$BUILD_DIR/reference/html/group__$room.html"
  for header in "$SOURCE_DIR/include/pantile/$room"/*.hpp; do
    grep -q "$(basename "$header")" "$page" || fail "$(basename "$header") is not on the page of its room"
  done
  grep -q 'class="memItemRight"' "$page" || fail "the page of $room is empty"
done

# doxygen over a header with this text.
over() {
  mkdir -p "$scratch/include/pantile/base"
  printf '#pragma once\n\nnamespace pantile {\n\n%s\n\n}  // namespace pantile\n' "$1" >"$scratch/include/pantile/base/a.hpp"
  {
    cat "$BUILD_DIR/reference/Doxyfile"
    echo "INPUT = \"$SOURCE_DIR/cmake/rooms.dox\" \"$scratch/include\""
    echo "OUTPUT_DIRECTORY = \"$scratch/out\""
  } | doxygen - >"$scratch/log" 2>&1
}
over '/// Two of them.
int one();
int two(int x);' || fail "functions that share a text: $(cat "$scratch/log")"
over '/// One.
int one();

int two(int x);' && fail "a function without a text is no error"
grep -q "two(int x).*not documented" "$scratch/log" || fail "$(cat "$scratch/log")"
