# ctest: TIMEOUT 280 RELEASE_ONLY PROCESSORS 1
# Bad input to the programs: one line of ours, exit code 1 or 2, at once, nothing written, on 1 and 4 ranks.
source "$(dirname "$0")/../apps/programs.bash"

# Sanitizers make starting slow: more time, and only two ranks.
seconds=2 rank_counts="1 4"
[[ $TEST_RANKS == *9* ]] || seconds=15 rank_counts=2

mkdir input there
cd input
: >empty.csv
mkdir folder.csv lra_model broken_model
echo '{"program": "pantile-lra"}' >lra_model/model.json
echo '{' >broken_model/model.json
printf 'user,item,rating\n' >header.csv
printf '1,10,3\n2,10,abc\n3,11,4\n' >text.csv
printf '1,10,3\n2,10\n3,11,4\n' >short.csv
printf '1,10,3\n2,10,4,5\n3,11,4\n' >long.csv
printf '1,10,3\n2,10,-1\n' >negative.csv
printf '1,10,3\n2,10,nan\n' >nan.csv
printf '1,10,3\n2,10,inf\n' >inf.csv
printf '1,10,3\n9223372036854775808,10,4\n' >big_id.csv
printf '1,10,0\n2,11,0\n' >zeros.csv
printf '1O,2,3\n1,2,4\n' >letter.csv
printf '1,10,3\n2,11,4\n1,12,5\n' >good.csv
printf 'id,title\n10,"open\n' >titles.csv
printf '1.5,2,0\n2.5,1,1\n' >good_table.csv
printf '1.5,2,0\n2.5,x,1\n' >text_table.csv
printf '1.5,2,0\n2.5,1,1\n3.5,1\n' >short_table.csv
printf '1.5,2,0\n2.5,1,3\n' >label_table.csv
printf '1\n0\n' >one_column.csv
printf '1.5,2,0\n2.5,1,0.5\n' >half_table.csv
printf '+1 1:2 3:4\n-1 3:1 2:5\n' >order.svm
printf '+1 1:2\n2 3:4\n' >label.svm
printf '1 0:2\n0 3:4\n' >zero.svm
printf 'no numpy file' >no.npy
head -c 100 /dev/urandom >noise.csv
"$python" -c "
import numpy as np
np.save('wrong.npy', np.zeros((5, 4)))
np.save('text.npy', np.array(['a', 'b']))
np.save('line.npy', np.zeros(4))"
cd ..

# attempt RANKS PROGRAM ARGS...: leaves code, ms, out and err.
attempt() {
  local start
  start=$(date +%s%N) code=0
  # mpirun sleeps a second when the only rank has ended; with more ranks this setting makes it crash now and then.
  export OMPI_MCA_odls_base_sigkill_timeout=$(($1 == 1 ? 0 : 1))
  (cd there && limit=30 mpi "$@" >../out 2>../err </dev/null) || code=$?
  ms=$((($(date +%s%N) - start) / 1000000))
}

# refused EXIT_CODE TEXT PROGRAM ARGS...: TEXT must be in the message. Only the time may be tried again: other jobs of
# the machine can cost more than the limit.
usage_errors=0
refused() {
  local wanted="$1" text="$2" ranks what tries ours counts
  shift 2
  read -ra counts <<<"$rank_counts"
  # What is wrong with a command line is found before ranks talk: on one number of them, in turn.
  if ((wanted == 2)); then counts=("${counts[usage_errors++ % ${#counts[@]}]}"); fi
  for ranks in "${counts[@]}"; do
    what="$ranks ranks, ${1##*/} ${*:2}"
    attempt "$ranks" "$@"
    for tries in 2 3; do
      ((ms >= 1000 * seconds)) || break
      attempt "$ranks" "$@"
    done
    ((ms < 1000 * seconds)) || fail "$what: took $ms ms"
    ((code == wanted)) || fail "$what: exit code $code; $(cat out err)"
    # What mpirun adds stands between lines of dashes. Its event library may warn about files that it closes, and it
    # does not always understand what it is told of MPI_Abort.
    ours=$(awk '/^-----/ {theirs = !theirs; next} /^\[warn\] Epoll|ORTE_ERROR_LOG: .*show_help\.c/ {next} !theirs && NF' err)
    [[ $(wc -l <<<"$ours") -eq 1 && $ours == *"$text"* ]] || fail "$what: not one line with '$text': $(cat err)"
    [[ ! -s out ]] || fail "$what: wrote $(cat out)"
    [[ -z $(ls -A there) ]] || fail "$what: left $(ls -A there)"
  done
  echo "ok: $ours"
}
in="$scratch/input"

refused 1 "missing.csv" "$als" --ratings "$in/missing.csv"
refused 1 "is empty" "$als" --ratings "$in/empty.csv"
refused 1 "directory" "$als" --ratings "$in/folder.csv"
refused 1 "no rows" "$als" --ratings "$in/header.csv"
refused 1 "text.csv:2: column 3: 'abc'" "$als" --ratings "$in/text.csv"
refused 1 "short.csv:2: " "$als" --ratings "$in/short.csv"
refused 1 "long.csv:2: " "$als" --ratings "$in/long.csv"
refused 1 "negative.csv:2: column 3: " "$als" --ratings "$in/negative.csv"
refused 1 "nan.csv:2: column 3: " "$als" --ratings "$in/nan.csv"
refused 1 "inf.csv:2: column 3: " "$als" --ratings "$in/inf.csv"
refused 1 "big_id.csv:2: column 1: " "$als" --ratings "$in/big_id.csv"
refused 1 "noise.csv" "$als" --ratings "$in/noise.csv"
refused 1 "no users left" "$als" --ratings "$in/zeros.csv"
refused 1 "no users left" "$als" --ratings "$in/good.csv" --min-ratings 3
refused 1 "no such user" "$als" --ratings "$in/good.csv" --user 77
refused 1 "titles.csv" "$als" --ratings "$in/good.csv" --user 1 --titles "$in/titles.csv"
refused 1 "wrong.npy" "$als" --ratings "$in/good.csv" --factors 4 --init-item-factors "$in/wrong.npy"
refused 1 "line.npy" "$als" --ratings "$in/good.csv" --factors 4 --init-item-factors "$in/line.npy"
refused 1 "text.npy" "$als" --ratings "$in/good.csv" --factors 4 --init-user-factors "$in/text.npy"
refused 1 "no.npy" "$als" --ratings "$in/good.csv" --factors 4 --init-user-factors "$in/no.npy"
refused 1 "is not a folder" "$als" --ratings "$in/good.csv" --output "$in/good.csv/model"
refused 1 "there is no folder" "$als" --ratings "$in/good.csv" --json "$in/none/out.json"
refused 1 "a quarter" "$als" --generate 10,10,100
refused 1 "nothing can be made in '/proc'" "$als" --ratings "$in/good.csv" --output /proc/model
refused 1 "named twice" "$als" --ratings "$in/good.csv" --json "$in/good.csv"
refused 1 "named twice" "$als" --ratings "$in/good.csv" --json same --output ./same

mkdir -p "$scratch/odd/model/user_factors.npy"
mkdir "$scratch/odd/taken"
cp input/good.csv "$scratch/odd/taken/model.json"
ln -s nowhere/deep "$scratch/odd/link"
refused 1 "named twice" "$als" --ratings "$in/good.csv" --output same --json same/model.json
refused 1 "named twice" "$als" --ratings "$in/../odd/taken/model.json" --output "$in/../odd/taken"
refused 1 "it is a folder" "$als" --ratings "$in/good.csv" --output "$in/../odd/model"
refused 1 "a link to nothing" "$als" --ratings "$in/good.csv" --output "$in/../odd/link"
refused 1 "a link to nothing" "$als" --ratings "$in/good.csv" --output "$in/../odd/link/sub"
refused 1 "is not a folder" "$als" --ratings "$in/good.csv" --checkpoint "$in/good.csv"
refused 1 "named twice" "$als" --ratings "$in/good.csv" --checkpoint "$in" --json "$in/checkpoint.json"
refused 1 "named twice" "$als" --ratings "$in/good.csv" --checkpoint kept --json kept
refused 1 "named twice" "$als" recommend --ratings "$in/good.csv" --model "$in" --output "$in/item_factors.npy"
refused 1 "column 1: '1O'" "$als" --ratings "$in/letter.csv"
refused 1 "no such user" "$als" --ratings "$in/good.csv" --user 01000

refused 1 "there is no model.json and no model.h5" "$als" recommend --model "$in" --ratings "$in/good.csv"
refused 2 "pantile-als similar --help" "$als" similar --model "$in"
refused 1 'it is of "pantile-lra"' "$als" similar --model "$in/lra_model" --item 3
refused 1 "it is no JSON object" "$als" recommend --model "$in/broken_model" --ratings "$in/good.csv"
refused 1 "choose another --output" "$als" --ratings "$in/good.csv" --output "$in/lra_model"
refused 2 "--trace: the path is empty" "$als" --ratings "$in/good.csv" --trace ""
refused 2 "not expected: one two" "$lra" --data "$in/good_table.csv" one two
refused 2 "--factors is an option of the factorisation" "$als" --factors 3 similar --model "$in" --item 3
refused 2 "--user" "$als" --ratings "$in/good.csv" --user 99999999999999999999
refused 2 "--user" "$als" --ratings "$in/good.csv" --user 0x1
refused 2 "--seed" "$als" --seed 123456789012345678901234
refused 2 "--iterations" "$lra" --generate 100,10 --iterations 99999999999999999999
refused 2 "--factors" "$als" --factors 0x2
refused 2 "--factors" "$als" --factors 0
refused 2 "--factors" "$als" --factors many
refused 2 "--iterations" "$als" --iterations -1
refused 2 "--test-fraction" "$als" --test-fraction 1
refused 2 "--test-fraction" "$als" --test-fraction -0.1
refused 2 "--alpha" "$als" --alpha -1
refused 2 "--regularization" "$als" --regularization nan
refused 2 "--solver" "$als" --solver newton
refused 2 "--block" "$als" --solver subspace --block 0
refused 2 "--block is an option of --solver subspace" "$als" --block 16
refused 2 "--cg-steps is an option of --solver cg" "$als" --cg-steps 5 --solver subspace
refused 2 "--regularization-scaling" "$als" --regularization-scaling -1
refused 2 "--feedback" "$als" --feedback none
refused 2 "--alpha is an option of implicit feedback" "$als" --feedback explicit --sweep alpha=1,2
refused 2 "--no-biases is an option of --feedback explicit" "$als" --no-biases
refused 2 "rmse is a measure of --feedback explicit" "$als" --stop-on rmse
refused 2 "--stop-on needs ratings that are held out" "$als" --ratings "$in/good.csv" --stop-on ndcg
refused 2 "--patience needs" "$als" --patience 2
refused 2 "'seed' cannot be swept" "$als" --sweep seed=1,2
refused 2 "'many' is not a whole number" "$als" --sweep factors=2,many
refused 2 "--factors is given twice" "$als" --factors 3 --sweep factors=4,5
refused 1 "nothing is held out" "$als" --ratings "$in/good.csv" --test-fraction 0.2 --sweep factors=1,2
refused 2 "--unobserved-weight" "$als" --unobserved-weight inf
refused 2 "--weights" "$als" --weights stars
refused 2 "--dtype" "$als" --dtype f16
refused 2 "--unknown" "$als" --unknown
refused 2 "--checkpoint" "$als" --resume
refused 2 "--checkpoint-every" "$als" --checkpoint kept --checkpoint-every 0
refused 2 "--user" "$als" --ratings "$in/good.csv" --top 3
refused 2 "--generate" "$als" --ratings "$in/good.csv" --generate 10,10,20
refused 2 "more" "$als" more
refused 2 "--output" "$als" --ratings "$in/good.csv" --output ""
refused 2 "--json" "$als" --ratings "$in/good.csv" --json ""

refused 1 "missing.csv" "$lra" --data "$in/missing.csv"
refused 1 "is empty" "$lra" --data "$in/empty.csv"
refused 1 "directory" "$lra" --data "$in/folder.csv"
refused 1 "text_table.csv:2: column 2: 'x'" "$lra" --data "$in/text_table.csv"
refused 1 "short_table.csv:3: " "$lra" --data "$in/short_table.csv"
refused 1 "labels in column 3: row 2 of the data (without header and empty lines) has the label 3" "$lra" --data "$in/label_table.csv"
refused 1 "one column" "$lra" --data "$in/one_column.csv"
refused 1 "--label-column 4" "$lra" --data "$in/good_table.csv" --label-column 4
refused 1 "named twice" "$lra" --data "$in/good_table.csv" --json "$in/../input/good_table.csv"
refused 1 "order.svm:2: the index 2 after 3" "$lra" --data "$in/order.svm"
refused 1 "label.svm', labels: row 2 of the data" "$lra" --data "$in/label.svm"
refused 1 "zero.svm:1: the index 0" "$lra" --data "$in/zero.svm" --first-index 1
refused 1 "good_table.csv:1: the label '1.5,2,0'" "$lra" --data "$in/good_table.csv" --format libsvm
refused 1 "which are cut by rows" "$lra" --data "$in/zero.svm" --tiling column
refused 1 "labels must be integers" "$lra" --data "$in/half_table.csv" --multinomial
refused 1 "got 3 numbers, there are 2 classes" "$lra" --data "$in/good_table.csv" --multinomial --class-weights 1,2,3
refused 1 "there is no model.json and no model.h5" "$lra" predict --model "$in" --data "$in/good_table.csv" --out out
refused 1 "named twice" "$lra" predict --model "$in" --data "$in/good_table.csv" --out "$in/good_table.csv"
refused 2 "--alpha is an option of a fit" "$lra" --alpha 1 predict --model "$in" --data "$in/good_table.csv" --out out
refused 2 "--solver" "$lra" --data "$in/good_table.csv" --solver cholesky
refused 2 "--alpha is an option of --solver gradient_descent" "$lra" --data "$in/good_table.csv" --solver newton --alpha 1
refused 2 "--inner-iterations is an option of --solver newton" "$lra" --data "$in/good_table.csv" --inner-iterations 3
refused 2 "--tolerance" "$lra" --data "$in/good_table.csv" --tolerance nan
refused 2 "--class-weights" "$lra" --data "$in/good_table.csv" --class-weights 1,two
refused 2 "--tiling" "$lra" --data "$in/good_table.csv" --tiling diagonal
refused 2 "--data" "$lra"
refused 2 "--iterations" "$lra" --data "$in/good_table.csv" --iterations -5

# What fails while it runs: after the summary, but still one line, and everything there is as it was.
state() { (cd there && find . | sort && find . -type f -exec md5sum {} + | sort); }
# fails_later TEXT ARGS...
fails_later() {
  local text="$1" before
  shift
  before=$(state)
  for ranks in $rank_counts; do
    attempt "$ranks" "$als" --ratings "$in/good.csv" --output model "$@"
    ((code == 1)) || fail "$ranks ranks, $*: exit code $code"
    grep -q "$text" err || fail "$ranks ranks, $*: $(cat err)"
    [[ $(state) == "$before" ]] || fail "$ranks ranks, $*: changed $(ls -AR there)"
  done
  echo "ok: $text"
}
fails_later "the matrix of user 1 is not positive definite" --regularization 0 --alpha 0 --json r.json
fails_later "user 2 has 1 rating for 2 unknowns" --feedback explicit --regularization 0 --factors 1
fails_later "/dev/full" --json /dev/full
(cd there && mpi 2 "$als" --ratings "$in/good.csv" --output model >../out 2>&1) || fail "no model: $(cat out)"
rm there/model/user_factors.npy
mkdir there/model/user_factors.npy
fails_later "user_factors.npy': it is a folder" --json r.json
