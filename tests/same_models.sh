#!/usr/bin/env bash
# tests/same_models.sh OLD NEW: trains with one thread by two hogwild programs, each update rule with
# each loss, format, order and schedule, and compares the models byte by byte. For a change that is
# to leave models as they are. Exit status 1 if one differs.
set -euo pipefail
old=$(realpath "$1") new=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$new" generate click 4000 -o rows.svm >/dev/null 2>&1
"$new" generate dense 600 -o dense.svm >/dev/null 2>&1
awk '{printf "%s |", $1; for (i = 2; i <= NF; ++i) printf " n%s", $i; print ""}' rows.svm >rows.vw
awk '{$1 = "class" NR % 3; print}' rows.svm >classes.svm
"$new" convert rows.svm rows.hogdata --progress none

compared=0 differing=0 refused=0
compare() {
  rm -f a b
  local by_old=0 by_new=0
  "$old" train "$@" -o a --threads 1 --progress none 2>/dev/null || by_old=$?
  "$new" train "$@" -o b --threads 1 --progress none 2>/dev/null || by_new=$?
  if [[ $by_old != "$by_new" ]] || { [[ -e a || -e b ]] && ! cmp -s a b; }; then
    echo "not the same ($by_old, $by_new): train $*"
    differing=$((differing + 1))
  fi
  if [[ -e b ]]; then compared=$((compared + 1)); else refused=$((refused + 1)); fi
}

rules=$("$new" help train | tr -d ' \n' | grep -o -- '--optimizer[a-z_|]*' | sed 's/--optimizer//; s/updaterule.*//' |
  tr '|' ' ')
for rule in $rules; do
  for loss in logistic hinge squared_hinge squared; do
    for rows in rows.svm rows.vw rows.hogdata dense.svm; do
      for order in shuffle sequential curriculum; do
        compare "$rows" --optimizer "$rule" --loss "$loss" --order "$order" --epochs 2
      done
    done
  done
  compare classes.svm --optimizer "$rule" --loss softmax --epochs 2
  compare classes.svm --optimizer "$rule" --one-vs-rest --epochs 2
  for more in "--batch-size 16" "--batch-size full" "--l1 1e-4" "--l2 1e-4" "--l2 1e-4 --penalty exact" "--average" \
    "--batch-norm --batch-size 32" "--gradient-noise 0.1" "--init normal:0.1" "--state per-thread" \
    "--strategy atomic" "--strategy locked" "--strategy deterministic" "--no-bias" "--hash-bits 10" \
    "--schedule linear" "--schedule plateau --valid-fraction 0.2" "--early-stopping 2 --valid-fraction 0.2" \
    "--class-weight 1=3" "--warm-up 1" "--learning-rate 0.01" "--early-stopping 1 --refit --valid-fraction 0.2"; do
    # shellcheck disable=SC2086  # several words
    compare rows.svm --optimizer "$rule" --epochs 3 $more
  done
done
echo "$compared models compared, $differing differ; $refused runs refused by both"
[[ $differing == 0 ]]
