# Traces of runs that end well are valid and say what the communicator counted; of runs that are killed, abort or
# throw they are recovered.
# ctest: RELEASE_ONLY TIMEOUT 300 PROCESSORS 2
. "$SOURCE_DIR/test/fault/expect.bash"
source "$SOURCE_DIR/scripts/mpi-env"

traced="$BUILD_DIR/test/fault/traced"
report="$BUILD_DIR/apps/pantile-report"
python="${PYTHON:-/usr/bin/python3}"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
reads_otf2=yes
command -v otf2-print >/dev/null && "$python" -c 'import otf2' 2>/dev/null || reads_otf2=no

# trace RANKS WAY FOLDER: sets output (also in the file out) and status.
trace() {
  way="$2 on $1 ranks"
  PANTILE_TRACE=trace PANTILE_TRACE_DIR=$3 timeout -k 5 60 mpirun -n "$1" "$traced" "$2" >out 2>err
  status=$?
  output=$(cat out err)
}

# is_valid FOLDER [LINES]: the archive is clean and adds up.
is_valid() {
  [[ $reads_otf2 == yes ]] || return
  output=$(otf2-print --silent -Werror "$1/traces.otf2" 2>&1) || complain "otf2-print: the archive is not clean"
  output=$("$python" "$SOURCE_DIR/test/fault/check_trace.py" "$@" 2>&1) || complain "check_trace.py"
}

for ranks in 1 2 4; do
  trace $ranks nothing "well-$ranks"
  wants_status 0
  grep -q "PANTILE_TRACE=OFF" err && echo "skipped: tracing is compiled out" && exit 77
  [[ -e well-$ranks/traces.otf2 ]] || { grep -q "without OTF2" err && echo "skipped: built without OTF2" && exit 77; }
  wants "uneven work +1? *$ranks"
  is_valid "well-$ranks" out
  output=$("$report" profile "well-$ranks") || complain "no profile"
  diff <(echo "$output") "well-$ranks/profile.txt" >/dev/null || complain "another profile than that of the run"
  output=$("$report" profile "well-$ranks" --format csv | wc -l)
  ((output > 5)) || complain "the CSV has $output lines"
done

# A trace is never written over.
trace 2 nothing well-2
wants_failure
wants "holds a trace already"

# An exit code that ends the job quickly leaves a whole trace.
trace 2 failed failed
wants_status 4
is_valid failed out

# What rank 0 alone cannot write ends the trace, not the run.
trace 3 vanished vanished
wants_status 0
wants "the trace is not complete"

for end in killed aborted thrown; do
  trace 3 $end $end
  ((status != 0 && status != 124)) || complain "exit code $status"
  [[ -e $end/traces.otf2 ]] && complain "there is an archive of a run that ended badly"
  output=$("$report" recover $end 2>&1) || complain "cannot be recovered"
  wants "recovered 3 of 3 ranks"
  is_valid $end
  output=$("$report" profile $end)
  wants "statements"
  wants "ending"
done
output=$("$report" recover killed 2>&1) && complain "recovered twice"
cp -r thrown part && rm -r part/traces* && truncate -s 100 part/spool-1-0.bin
output=$("$report" recover part 2>&1) && complain "a lost spool is no error"
wants "recovered 2 of 3 ranks"
wants "1 spool could not be recovered"
is_valid part
output=$("$report" recover nowhere 2>&1) && complain "recovered nothing"
output=$("$report" profile nowhere 2>&1) && complain "a profile of nothing"

# What a filter leaves out is in neither, and takes no message with it.
PANTILE_TRACE_FILTER='!allreduce,!compare,!wait' trace 2 nothing filtered
wants_status 0
is_valid filtered out
grep -q '"name": "wait"' filtered/profile.json && complain "the filter left it in"

# Counters that are not there are absent, and that is said once.
PANTILE_TRACE_COUNTERS=perf::PAGE-FAULTS,NO_SUCH_EVENT,sde:::pantile::flops trace 2 nothing counted
wants_status 0
wants_once "counters requested: perf::PAGE-FAULTS, NO_SUCH_EVENT, sde:::pantile::flops; used:"
wants_once "NO_SUCH_EVENT: "
grep -q 'NO_SUCH_EVENT' counted/profile.json && complain "a counter that is missing is in the profile"
is_valid counted out

# Little room: the trace is valid, and says how much it lacks.
PANTILE_TRACE_MAX_MB=1 trace 2 nothing small
wants_status 0
[[ $reads_otf2 == yes ]] && { output=$(otf2-print --silent -Werror small/traces.otf2 2>&1) || complain "small: not clean"; }

# Settings that make no sense are errors.
output=$(PANTILE_TRACE=yes timeout -k 5 30 mpirun -n 2 "$traced" nothing 2>&1)
status=$?
way="PANTILE_TRACE=yes"
wants_failure
wants "must be off, profile or trace"
finish
