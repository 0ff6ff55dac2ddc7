#!/usr/bin/env bash
# Under Slurm: a cluster of one node, started for this test alone with keys, ports and folders of its
# own. A batch script and a bare srun have to learn on two tasks, and a killed task has to end the job.
#   tests/distributed/slurm.sh HOGWILD     exit status 77: it can't be tried here
set -euo pipefail

hogwild="$(realpath "$1")"
skip() {
  echo "skipped: $1"
  exit 77
}
((EUID == 0)) || skip "Slurm's daemons need root"
for program in slurmctld slurmd srun sbatch munged; do
  command -v "$program" >/dev/null || skip "there is no $program"
done

folder="$(mktemp -d)"
clean_up() {
  for name in slurmd slurmctld munged; do
    [[ -s $folder/$name.pid ]] && kill "$(cat "$folder/$name.pid")" 2>/dev/null
  done
  sleep 1
  rm -rf "$folder"
}
trap clean_up EXIT

chmod 755 "$folder"
mkdir "$folder/state" "$folder/spool"
(umask 077 && dd if=/dev/urandom of="$folder/key" bs=1024 count=1 2>/dev/null)
munged --force --socket="$folder/munge" --key-file="$folder/key" --pid-file="$folder/munged.pid" \
  --log-file="$folder/munged.log" --seed-file="$folder/seed" --num-threads=1 2>/dev/null ||
  skip "munge does not start: $(tail -n 1 "$folder/munged.log")"

host="$(hostname)"
export SLURM_CONF="$folder/slurm.conf"
cat >"$SLURM_CONF" <<CONF
ClusterName=hogwild
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES OverSubscribe=FORCE:4 State=UP
CONF
slurmctld && slurmd || skip "Slurm does not start: $(tail -n 1 "$folder"/slurm*.log)"
for ((look = 0; look < 50; ++look)); do
  sinfo --noheader --format=%t 2>/dev/null | grep -q idle && break
  sleep 0.2
done
srun --mpi=list 2>&1 | grep -q pmix || skip "this Slurm starts no ranks of Open MPI: it lacks PMIx"

cd "$folder"
"$hogwild" generate click 20000 --features 5000 -o train
"$hogwild" generate click 10000 --features 5000 -o test --seed 2
loss() { "$hogwild" evaluate "$1" "$2" --json | grep -o '"log_loss":[0-9.]*' | cut -d: -f2; }
has_learnt() { awk -v loss="$(loss "$1" "$2")" 'BEGIN { exit !(loss > 0 && loss < 0.37) }'; }
expect_learnt() {
  has_learnt "$1" "$2" || {
    echo "$1: a log loss of $(loss "$1" "$2") on $2"
    exit 1
  }
}

cat >job.sbatch <<JOB
#!/bin/bash
#SBATCH --nodes=1 --ntasks=2 --cpus-per-task=1 --time=5
srun --mpi=pmix "$hogwild" train train -o batch.hog --distributed downpour --threads 1
JOB
sbatch --wait --output=said job.sbatch >/dev/null || {
  cat said
  exit 1
}
grep -q "on 2 ranks: 20000 rows" said
expect_learnt batch.hog test
echo "sbatch: ok"

srun --mpi=pmix -n 2 "$hogwild" train train -o srun.hog --distributed allreduce --threads 1 \
  --progress none
expect_learnt srun.hog test
echo "srun: ok"

# By the rows it learnt from: a run of so many epochs ends far too sure of others.
srun --mpi=pmix -n 2 "$hogwild" train train -o never.hog --distributed downpour --threads 1 \
  --learning-rate 0.1 --epochs 1000000 --checkpoint checkpoint --checkpoint-every 0.2s \
  2>killed &
job=$!
for ((look = 0; look < 100; ++look)); do
  [[ -e checkpoint ]] && has_learnt checkpoint train && break
  sleep 0.2
done
pgrep -f "^$hogwild train train -o never.hog" | tail -n 1 | xargs kill -9
if wait "$job"; then
  echo "a job that lost a task ended well"
  exit 1
fi
expect_learnt checkpoint train
! pgrep -f "^$hogwild train train -o never.hog" >/dev/null
echo "a killed task: ok"
