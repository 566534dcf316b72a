# The page of pantile-report in a browser without a window, where one is installed: see check_page.py.
# ctest: RELEASE_ONLY TIMEOUT 120
source "$(dirname "$0")/programs.bash"
report="$BUILD_DIR/apps/pantile-report"

browser=""
for name in "${PANTILE_TEST_BROWSER:-chromium}" chromium-browser google-chrome chrome-headless-shell; do
  command -v "$name" >/dev/null && browser=$name && break
done
[[ -n $browser ]] || { echo "skipped: no chromium; PANTILE_TEST_BROWSER names another one"; exit 77; }

traced_als 4 1 als
PANTILE_TRACE=trace PANTILE_TRACE_DIR=uneven mpi 2 "$BUILD_DIR/test/fault/traced" nothing >log 2>&1 || fail "traced: $(cat log)"
"$report" als --sources "$SOURCE_DIR"
"$python" "$SOURCE_DIR/test/apps/check_page.py" "$browser" als/report.html als/profile.json || fail "the page"
"$report" uneven als
"$python" "$SOURCE_DIR/test/apps/check_page.py" "$browser" uneven/comparison.html uneven/profile.json als/profile.json || fail "the page of two"
