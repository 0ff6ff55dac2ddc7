#!/usr/bin/env bash
# Every test, from a bare Debian 12 or Ubuntu 24.04: installs what is missing, builds, runs the suite
# as it is shipped, under AddressSanitizer with UBSan, and under ThreadSanitizer.
#   tests/run.sh                  all three
#   tests/run.sh release          only those named: release, asan, tsan, debug
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/prepare.sh
presets=("$@")
((${#presets[@]})) || presets=(asan tsan release)
mkdir -p build

report=()
stage() {  # stage NAME COMMAND...: runs it and notes its minutes
  local name="$1" begin=$SECONDS
  shift
  echo "== $name"
  "$@"
  report+=("$(awk -v s=$((SECONDS - begin)) -v n="$name" \
    'BEGIN { printf "%6.1f min  %s", s / 60, n }')")
}

run_tests() {  # the whole log goes to build/PRESET.tests.log, failures to the screen
  local log="build/$1.tests.log"
  # ThreadSanitizer needs the address space where it expects it; newer kernels scatter it wider.
  local as_laid_out=()
  [[ $1 == tsan ]] && setarch -R true 2>/dev/null && as_laid_out=(setarch -R)
  # Some tests wait for others' processes: of two cores with two tests a third was idle.
  local -i at_once=$(nproc)+1
  "${as_laid_out[@]}" ctest --preset "$1" --no-tests=error -j "$at_once" >"$log" 2>&1 || {
    cat "$log"
    return 1
  }
  echo "skipped: $(grep -c '\*\*\*Skipped' "$log" || true)"
  sed -n '/did not run:/,/^$/p' "$log"
}

# By default it sleeps for a second at each exit, to see the races of what ends late.
export TSAN_OPTIONS="halt_on_error=1 second_deadlock_stack=1 atexit_sleep_ms=20"
# Open MPI 5 wants memory at an address that ThreadSanitizer has; this keeps it from asking.
export PMIX_MCA_gds=hash
export ASAN_OPTIONS="detect_stack_use_after_return=1 allocator_may_return_null=1"
export UBSAN_OPTIONS="print_stacktrace=1"

stage "packages" install_packages build test
for preset in "${presets[@]}"; do
  [[ $preset == tsan ]] && stage "oneTBB for ThreadSanitizer" tests/instrumented_onetbb.sh
  stage "$preset: build" configure_and_build "$preset"
  stage "$preset: tests" run_tests "$preset"
done

echo
printf '%s\n' "${report[@]}"
for preset in "${presets[@]}"; do
  echo
  echo "$preset: skipped tests: $(grep -c '\*\*\*Skipped' "build/$preset.tests.log" || true)"
  sed -n '/tests passed/p; /^Total Test time/p' "build/$preset.tests.log"
done
