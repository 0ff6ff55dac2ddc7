#!/usr/bin/env bash
# Whether a build is slower than another: ten fixed jobs by both commands in turn, each a whole
# process; for each job the medians of the seconds, their ratio, and the losses reached.
#   bench/regress.sh OLD NEW            two hogwild commands
# ROUNDS (7): how often they take turns. THREADS (2): of the jobs that say so. JOBS: a pattern of
# names, for some of the jobs only.
set -euo pipefail
(($# == 2)) || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
commands=("$(realpath -e "$1")" "$(realpath -e "$2")")
cd "$(dirname "$0")/.."
rounds="${ROUNDS:-7}" threads="${THREADS:-2}" jobs="${JOBS:-.*}"
work="$PWD/build/regress"
mkdir -p "$work"
cd "$work"

make() {  # make FILE COMMAND...: unless it is there
  [[ -e $1 ]] && return
  "${@:2}" >"$1.part"
  mv "$1.part" "$1"
}
generate() { "${commands[0]}" generate "$@" -o -; }
as_vw() { awk '{ $1 = ($1 > 0 ? 1 : -1) " |"; print }' "$1"; }
in_classes() {  # of the first feature, which says which class it is
  awk '{ split($2, first, ":"); $1 = first[1] % 20; print }' "$1"
}
make click.svm generate click 300000
make click.test.svm generate click 50000 --seed 2
make text.svm generate text 100000
make text.test.svm generate text 20000 --seed 2
make small.svm generate text 5000 --seed 3
make click.vw as_vw click.svm
make click.test.vw as_vw click.test.svm
make classes.svm in_classes text.svm
make classes.test.svm in_classes text.test.svm
[[ -e click.hogdata ]] || "${commands[0]}" convert click.svm click.hogdata >/dev/null 2>&1
[[ -e click.model ]] ||
  "${commands[0]}" train click.svm -o click.model --learning-rate 0.1 --threads 1 >/dev/null 2>&1

# name | rows to evaluate a model on | arguments
list=(
  "text to model, click|click.test.svm|train click.svm -o MODEL --learning-rate 0.1 --threads 1"
  "text to model, click, threads|click.test.svm|train click.svm -o MODEL --learning-rate 0.1 --threads $threads"
  "text to model, decimals|text.test.svm|train text.svm -o MODEL --learning-rate 0.1 --threads $threads"
  "five epochs of .hogdata|click.test.svm|train click.hogdata -o MODEL --learning-rate 0.1 --epochs 5 --threads $threads"
  "VW text, hashed|click.test.vw|train click.vw -o MODEL --hash-bits 20 --learning-rate 0.1 --threads $threads"
  "VW text, names kept|click.test.vw|train click.vw -o MODEL --learning-rate 0.1 --threads $threads"
  "batches of 64|click.test.svm|train click.hogdata -o MODEL --learning-rate 0.1 --batch-size 64 --threads $threads"
  "softmax of 20 classes|classes.test.svm|train classes.svm -o MODEL --loss softmax --learning-rate 0.1 --epochs 2 --threads $threads"
  "nothing chosen, a small set|text.test.svm|train small.svm -o MODEL"
  "predict||predict click.model click.test.svm"
)

seconds() {  # seconds COMMAND...: of a whole process
  local begin="$EPOCHREALTIME"
  "$@" >/dev/null 2>error.log || { cat error.log >&2; exit 1; }
  awk -v b="$begin" -v e="$EPOCHREALTIME" 'BEGIN { printf "%.4f\n", e - b }'
}
median() { sort -g | awk '{ x[NR] = $1 } END { print (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2 }'; }
loss() {  # loss COMMAND MODEL ROWS
  "$1" evaluate "$2" "$3" --json 2>/dev/null | tail -n 1 |
    sed -n 's/.*"log_loss":\([0-9.e+-]*\).*/\1/p' | xargs printf '%.5f'
}

printf '%-32s %8s %8s %7s   %s\n' job old new ratio 'log loss, old and new'
for job in "${list[@]}"; do
  IFS='|' read -r name test arguments <<<"$job"
  [[ $name =~ $jobs ]] || continue
  : >times.0 && : >times.1
  for ((round = 0; round < rounds; ++round)); do
    for turn in 0 1; do
      which=$(((turn + round) % 2))  # who is first changes, too
      read -ra words <<<"${arguments/MODEL/model.$which}"
      seconds "${commands[which]}" "${words[@]}" >>"times.$which"
    done
  done
  losses=""
  [[ -n $test ]] && losses="$(loss "${commands[0]}" model.0 "$test")  $(loss "${commands[1]}" model.1 "$test")"
  old="$(median <times.0)" new="$(median <times.1)"
  awk -v job="$name" -v old="$old" -v new="$new" -v losses="$losses" \
    'BEGIN { printf "%-32s %8.3f %8.3f %7.3f   %s\n", job, old, new, new / old, losses }'
done
