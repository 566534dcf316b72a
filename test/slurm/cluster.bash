# Sourced by the tests of scripts/slurm: runs the rest of the test on a Slurm of its own, of four nodes with two CPUs each,
# which this machine pretends to be. Each node has its own address, host name and /dev/shm, as real ones have.
#
# Everything lives in namespaces that end with the first process in them: whatever happens to the test, no daemon,
# interface, port or mount outlives it, and two of them can run at once.
nodes=4
if [[ ${PANTILE_TEST_CLUSTER-} != inside ]]; then
  skip() {
    echo "skipped: $*"
    exit 77
  }
  for tool in slurmctld slurmd sbatch munged ip nsenter; do
    PATH=$PATH:/usr/sbin:/sbin command -v $tool >/dev/null ||
      skip "there is no $tool here; scripts/install-deps --slurm installs what these tests need"
  done
  [[ $(id -u) -eq 0 ]] || skip "only root can pretend that this machine is several"
  own=(unshare --net --mount --uts --ipc --pid --fork --kill-child --mount-proc)
  "${own[@]}" ip link add bridge type bridge 2>/dev/null || skip "no network namespaces or no bridges here"
  place=$(mktemp -d)
  trap 'rmdir "$place"' EXIT
  PANTILE_TEST_CLUSTER=inside TMPDIR=$place "${own[@]}" bash "$0" "$@"
  exit
fi

# All files of the test lie in memory, so that none is left either.
mount -t tmpfs tmpfs "$TMPDIR"
source "$(dirname "$0")/../apps/programs.bash"
PATH=$PATH:/usr/sbin:/sbin
cluster=$TMPDIR/cluster
mkdir -m 755 $cluster $cluster/{munge,state}

start_network() {
  mount -t tmpfs tmpfs /run # where ip keeps the names of namespaces
  hostname control
  ip link set lo up
  ip link add bridge type bridge
  ip address add 10.77.0.254/24 dev bridge
  ip link set bridge up
  echo "127.0.0.1 localhost" >$cluster/hosts
  echo "10.77.0.254 control" >>$cluster/hosts
  local i
  for ((i = 1; i <= nodes; ++i)); do
    ip netns add n$i
    ip -n n$i link set lo up
    ip link add eth0 netns n$i type veth peer name port$i
    ip link set port$i master bridge up
    ip -n n$i address add 10.77.0.$i/24 dev eth0
    ip -n n$i link set eth0 up
    echo "10.77.0.$i n$i" >>$cluster/hosts
  done
  mount --bind $cluster/hosts /etc/hosts
}

configure() {
  cat >$cluster/slurm.conf <<CONF
ClusterName=test
SlurmctldHost=control(10.77.0.254)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$cluster/munge/socket
CredType=cred/munge
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool.%n
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd.%n.pid
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/$([[ $(env -u OMP_NUM_THREADS nproc) -ge 2 ]] && echo affinity || echo none)
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,sched_interval=1
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
KillWait=2
TmpFS=$cluster/tmp.%n
NodeName=n[1-$nodes] NodeAddr=10.77.0.[1-$nodes] CPUs=2 State=UNKNOWN
PartitionName=test Nodes=n[1-$nodes] Default=YES MaxTime=INFINITE State=UP
CONF
  export SLURM_CONF=$cluster/slurm.conf
}

# until_true SECONDS COMMAND...: asks every tenth of a second.
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

all_idle() { [[ $(sinfo -h -t idle -o %D 2>/dev/null) == "$nodes" ]]; }

start_slurm() {
  local i
  (umask 077 && head -c 1024 /dev/urandom >$cluster/munge/key && chmod 755 $cluster/munge)
  munged --key-file=$cluster/munge/key --socket=$cluster/munge/socket --pid-file=$cluster/munge/pid \
    --seed-file=$cluster/munge/seed --log-file=$cluster/munge/log || fail "munged does not start"
  slurmctld -c -D >/dev/null 2>&1 &
  for ((i = 1; i <= nodes; ++i)); do
    mkdir $cluster/{spool,tmp}.n$i
    nsenter --net=/run/netns/n$i unshare --uts --mount --ipc bash -c \
      "hostname n$i; mount -t tmpfs tmpfs /dev/shm; exec slurmd -D -N n$i" >/dev/null 2>&1 &
  done
  until_true 60 all_idle || fail "the nodes are not idle: $(sinfo -N -l 2>&1; tail -n 20 $cluster/*.log)"
}

# What scripts/mpi-env says is for one machine: between the nodes MPI takes the network, and srun or the resource manager
# starts the ranks.
unset OMPI_MCA_plm OMPI_MCA_rmaps_base_oversubscribe OMPI_MCA_hwloc_base_binding_policy
export OMPI_MCA_btl=self,vader,tcp
# All nodes have the same cores, where pinned tasks of different nodes would only be in each other's way.
export PANTILE_PIN=none

start_network
configure
start_slurm

# submit SBATCH-ARGUMENT...: sets `job`. Its log is job-<number>.log.
submit() { job=$(sbatch --parsable --output=job-%j.log "$@" </dev/null) || fail "sbatch $*: exit code $?"; }

state_of() { scontrol -o show job "$1" | sed 's/.* JobState=\([A-Z_]*\) .*/\1/'; }
is_over() { [[ $(state_of "$1") =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL|OUT_OF_MEMORY)$ ]]; }

# ends JOB STATE [EXIT-CODE]: waits for a job, which must end so.
ends() {
  local said
  until_true 120 is_over "$1" || fail "job $1 does not end: $(scontrol show job "$1"; tail -n 50 "job-$1.log" $cluster/*.log)"
  said=$(scontrol -o show job "$1" | sed 's/.* JobState=\([A-Z_]*\) .* ExitCode=\([0-9]*\):.*/\1 \2/')
  [[ $said == "$2 ${3:-0}" ]] || fail "job $1 ended $said, not $2 ${3:-0}: $(cat "job-$1.log"; tail -n 20 $cluster/*.log)"
}

# log_has JOB TEXT
log_has() { grep -q -- "$2" "job-$1.log" || fail "no '$2' in the log of job $1: $(cat "job-$1.log")"; }

# same_losses FILE OTHER: of the iterations that both tell of, the last among them, but for what orders of sums leave.
same_losses() {
  "$python" - "$@" <<'PYTHON'
import json, sys
a, b = ({i["iteration"]: i["loss"] for i in json.load(open(name))["iterations"]} for name in sys.argv[1:])
if not b or max(a) != max(b) or any(abs(a[i] - b[i]) > 1e-9 * abs(a[i]) for i in a.keys() & b.keys()):
    sys.exit(f"FAILED: {sys.argv[1]} has the losses {a}, {sys.argv[2]} {b}")
PYTHON
}
