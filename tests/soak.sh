#!/usr/bin/env bash
# What takes minutes, and is part of no other run: learning beside asking for a minute under
# ThreadSanitizer, processes killed at hundreds of moments, models replaced under load, and whether a
# service that learns keeps its size. Each is a test of the suite, made longer.
#   tests/soak.sh           a minute each
#   tests/soak.sh 600       ten
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/prepare.sh
seconds="${1:-60}"
mkdir -p build
install_packages build test
tests/instrumented_onetbb.sh
for preset in release tsan; do configure_and_build "$preset"; done

export HOGWILD_SOAK_SECONDS="$seconds" HOGWILD_KILLS=200 HOGWILD_RELOADS=20
export TSAN_OPTIONS="halt_on_error=1 second_deadlock_stack=1"
as_laid_out=()
setarch -R true 2>/dev/null && as_laid_out=(setarch -R)
build/release/tests/hogwild_tests --gtest_brief=1 --gtest_filter='Kill.*:Parameters.Survive*:Serve.*'
"${as_laid_out[@]}" build/tsan/tests/hogwild_tests --gtest_brief=1 --gtest_filter='Learner.*Wished:ServerTest.*Reloads'
