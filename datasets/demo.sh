#!/usr/bin/env bash
# The main job on a fresh machine: installs what is missing, builds, makes a data set out of what
# every Debian or Ubuntu machine has (its package index), trains, and shows what was learnt.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/prepare.sh
mkdir -p build/demo

install_packages build
configure_and_build release -D HOGWILD_TESTS=OFF -D HOGWILD_BENCH=OFF
hogwild=build/release/hogwild
train=build/demo/train test=build/demo/test model=build/demo/model.hog table=

if command -v apt-cache >/dev/null &&
  apt-cache dumpavail | awk -v train="$train.new" -v test="$test.new" -f datasets/packages.awk &&
  [[ $(wc -l <"$train.new.vw") -gt 10000 ]]; then
  for kind in vw tsv; do
    mv "$train.new.$kind" "$train.$kind"
    mv "$test.new.$kind" "$test.$kind"
  done
  table=$train.tsv test_table=$test.tsv train=$train.vw test=$test.vw
  echo "Which packages are for science, mathematics, electronics or amateur radio?"
  echo "$(wc -l <"$train") packages to learn from, $(wc -l <"$test") to test on; the first row:"
  head -n 1 "$train" | cut -c 1-120
else
  echo "There is no package index here; a generated click log instead."
  train=build/demo/click.svm test=build/demo/click.test.svm
  "$hogwild" generate click 500000 -o "$train"
  "$hogwild" generate click 50000 -o "$test" --seed 2
fi

set -x
"$hogwild" train "$train" -o "$model" --epochs 5
"$hogwild" evaluate "$model" "$test"
"$hogwild" inspect "$model" --top 10
[[ -n $table ]] || exit 0
{ echo "The same as a table; its first rows:"; head -n 2 "$table" | cut -c 1-120; } 2>/dev/null
"$hogwild" train "$table" --label field --id package --text depends,description \
  --transform 'log:*size' --positive science -o "$model"
"$hogwild" evaluate "$model" "$test_table"
