#!/usr/bin/env bash
# Makes the README's pictures again, into bench/pictures: the saddle's paths, moving; all rules
# compared on click rows; and their speed by threads. Takes a minute, and gnuplot.
#   bench/pictures.sh [HOGWILD]
set -euo pipefail
cd "$(dirname "$0")/.."
hogwild="$(realpath "${1:-build/release/hogwild}")"
pictures="$PWD/bench/pictures"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir -p "$pictures"
cd "$work"

"$hogwild" landscape --surface saddle --width 600 -o "$pictures/saddle.gif"
"$hogwild" generate click 200000 -o click.svm
"$hogwild" compare click.svm --epochs 5 --json >rules.jsonl
"$hogwild" plot rules.jsonl --x seconds -o "$pictures/compare.svg"
"$hogwild" generate click 1000000 -o many.svm
"$hogwild" scale many.svm --threads 1,2,4 --epochs 5 --optimizer sgd,adagrad \
  --strategy hogwild,plain --json >scale.jsonl
"$hogwild" plot --scaling scale.jsonl -o "$pictures/scaling.svg"
