# The page of pantile-report in a browser without a window, where one is installed: see check_page.py.
# ctest: RELEASE_ONLY TIMEOUT 120
source "$(dirname "$0")/programs.bash"
report="$BUILD_DIR/apps/pantile-report"

browser=""
for name in "${PANTILE_TEST_BROWSER:-chromium}" chromium-browser google-chrome chrome-headless-shell; do
  command -v "$name" >/dev/null && browser=$name && break
done
[[ -n $browser ]] || { echo "skipped: no chromium; PANTILE_TEST_BROWSER names another one"; exit 77; }

for run in uneven other; do
  ranks=$([[ $run == uneven ]] && echo 2 || echo 1)
  PANTILE_TRACE=trace PANTILE_TRACE_DIR=$run mpi "$ranks" "$BUILD_DIR/test/fault/traced" nothing >log 2>&1 || fail "traced: $(cat log)"
done
grep -q "PANTILE_TRACE=OFF" log && echo "skipped: tracing is compiled out" && exit 77
[[ -e uneven/traces.otf2 ]] || { echo "skipped: built without OTF2"; exit 77; }
"$report" uneven --sources "$SOURCE_DIR"
"$python" "$SOURCE_DIR/test/apps/check_page.py" "$browser" uneven/report.html uneven/profile.json || fail "the page"
"$report" uneven other
"$python" "$SOURCE_DIR/test/apps/check_page.py" "$browser" uneven/comparison.html uneven/profile.json other/profile.json || fail "the page of two"
