#!/usr/bin/env bash
# The command beside other programs that learn linear models, each a whole process from text to a
# saved model, on the same rows: seconds, memory, and the log loss on rows not learnt.
#   bench/peers/run.sh [TRAIN TEST]     libsvm text, labels -1 and 1; without: 200,000 click rows
# ROUNDS (3): the contenders take turns that often. Installs what is missing of LIBLINEAR,
# scikit-learn and fastText. Vowpal Wabbit takes part if there is a vw.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
files=()
for file in "$@"; do files+=("$(realpath -e "$file")"); done
((${#files[@]} == 0 || ${#files[@]} == 2)) || { echo "usage: run.sh [TRAIN TEST]" >&2; exit 2; }
cd "$here/../.."
hogwild=build/release/hogwild
work=build/peers
rounds="${ROUNDS:-3}"
threads="$(nproc)"
python=/usr/bin/python3  # the distribution's, which has the distribution's packages
if [[ ! -x $hogwild ]]; then
  echo "$hogwild is missing: cmake --preset release && cmake --build --preset release" >&2
  exit 1
fi
mkdir -p "$work"

install_peers() {
  local missing=() as_root=()
  command -v liblinear-train >/dev/null || missing+=(liblinear-tools)
  command -v fasttext >/dev/null || missing+=(fasttext)
  "$python" -c 'import sklearn' 2>/dev/null || missing+=(python3-sklearn)
  ((${#missing[@]})) || return 0
  ((EUID == 0)) || as_root=(sudo)
  echo "installing ${missing[*]}" >&2
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
install_peers

if ((${#files[@]})); then
  train="${files[0]}" test="${files[1]}"
else
  train="$work/train.svm" test="$work/test.svm"
  [[ -e $train ]] || "$hogwild" generate click 200000 -o "$train"
  [[ -e $test ]] || "$hogwild" generate click 50000 --seed 2 -o "$test"
fi

# Text as fastText and Vowpal Wabbit have it, made outside their seconds. fastText's features are
# words, so values are lost.
for set in train test; do
  awk '{ $1 = "__label__" $1; gsub(/:[^ ]*/, ""); print }' "${!set}" >"$work/$set.txt"
  if command -v vw >/dev/null; then
    awk '{ $1 = ($1 > 0 ? 1 : -1) " |"; print }' "${!set}" >"$work/$set.vw"
  fi
done

# Contenders: train_NAME writes $work/NAME.model; predict_NAME prints the probability of label 1, a
# row a line.
learn() {
  timed "$1" "$hogwild" train "$train" -o "$work/$1.model" --progress none "${@:2}"
}
train_hogwild() { learn hogwild; }
predict_hogwild() { "$hogwild" predict "$work/hogwild.model" "$test" 2>/dev/null; }
train_hogwild_epochs() {
  learn hogwild_epochs --valid-fraction 0.1 --early-stopping 3 --refit --epochs 50
}
predict_hogwild_epochs() { "$hogwild" predict "$work/hogwild_epochs.model" "$test" 2>/dev/null; }

train_liblinear() {
  timed liblinear liblinear-train -q -s 0 -c "$best_c" -B 1 "$train" "$work/liblinear.model"
}
predict_liblinear() {
  liblinear-predict -b 1 "$test" "$work/liblinear.model" "$work/liblinear.out" >/dev/null
  awk 'NR == 1 { column = $2 > 0 ? 2 : 3; next } { print $column }' "$work/liblinear.out"
}

train_sklearn() {
  timed sklearn "$python" "$here/sgd_classifier.py" train "$train" "$work/sklearn.model"
}
predict_sklearn() {
  "$python" "$here/sgd_classifier.py" predict "$work/sklearn.model" "$test"
}

# -dim: the model is linear in the mean of its words' vectors, of which 100 numbers buy two labels
# nothing but time.
train_fasttext() {
  timed "fasttext_$1" fasttext supervised -input "$work/train.txt" -output "$work/fasttext_$1" \
    -epoch "$1" -dim 10 -thread "$threads" -verbose 0
}
predict_fasttext() {
  fasttext predict-prob "$work/fasttext_$1.bin" "$work/test.txt" |
    awk '{ print $1 == "__label__1" || $1 == "__label__+1" ? $2 : 1 - $2 }'
}
train_fasttext_1() { train_fasttext 1; }
predict_fasttext_1() { predict_fasttext 1; }
train_fasttext_5() { train_fasttext 5; }
predict_fasttext_5() { predict_fasttext 5; }

train_vw() {
  timed vw vw --quiet --loss_function logistic -b 20 -d "$work/train.vw" -f "$work/vw.model"
}
predict_vw() {
  vw --quiet -t -i "$work/vw.model" -d "$work/test.vw" --link logistic -p /dev/stdout
}

timed() {
  "$python" "$here/timed.py" "$work/$1.times" "${@:2}" >"$work/$1.log" 2>&1 || {
    cat "$work/$1.log" >&2
    return 1
  }
}
loss_of() { "predict_$1" | awk -f "$here/log_loss.awk" "$test" -; }

# LIBLINEAR's C is the best there is for the test rows.
rm -f "$work"/*.times
best_c="" best_loss=""
for c in 0.03 0.1 0.3 1 3 10; do
  liblinear-train -q -s 0 -c "$c" -B 1 "$train" "$work/liblinear.model" >/dev/null
  loss="$(loss_of liblinear)"
  if awk -v a="$loss" -v b="$best_loss" 'BEGIN { exit !(b == "" || a + 0 < b + 0) }'; then
    best_c="$c" best_loss="$loss"
  fi
done

contenders=(hogwild hogwild_epochs liblinear sklearn fasttext_1 fasttext_5)
if command -v vw >/dev/null; then
  contenders+=(vw)
else
  echo "Vowpal Wabbit is left out: there is no vw." >&2
fi
for ((round = 0; round < rounds; ++round)); do
  for contender in "${contenders[@]}"; do "train_$contender"; done
done

echo "$(wc -l <"$train") rows, $(wc -l <"$test") test rows, $rounds rounds, $threads cores;" \
  "LIBLINEAR with -c $best_c"
echo
echo "| | seconds, median | min | max | times hogwild's | test log loss | peak memory, MB |"
echo "|---|---|---|---|---|---|---|"
for contender in "${contenders[@]}"; do
  sort -g "$work/$contender.times" | awk -v name="$contender" -v loss="$(loss_of "$contender")" \
    -v unit="$work/unit" '
    { seconds[NR] = $1; if ($2 > peak) peak = $2 }
    END {
      median = (seconds[int((NR + 1) / 2)] + seconds[int(NR / 2) + 1]) / 2
      if (name == "hogwild") print median > unit; else getline hogwild < unit
      printf "| %s | %.2f | %.2f | %.2f | %.1f | %.4f | %d |\n", name, median, seconds[1],
        seconds[NR], median / (name == "hogwild" ? median : hogwild), loss, peak
    }'
done
