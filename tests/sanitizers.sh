#!/usr/bin/env bash
# Builds with a sanitizer and runs the unit tests and the whole program under it: tests/sanitizers.sh asan|tsan
# One `ok` or `not ok` line for each test program or suite, as tests/suites.txt wants it.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:?asan or tsan}
jobs=${CW_JOBS:-$(nproc)}
boost=$(sed -n 's/^CW_BOOST_DIR:PATH=//p' "${CW_BUILD_DIR:-build}/CMakeCache.txt" 2>/dev/null || true)
cmake --preset "$preset" ${boost:+"-DCW_BOOST_DIR=$boost"} >/dev/null
ninja -C "build-$preset" -j"$jobs" --quiet
# Not ours: libgit2 1.5 leaves match data of libpcre2 behind.
leaks=$PWD/build-$preset/lsan.supp
echo 'leak:libpcre2-8' >"$leaks"
export LSAN_OPTIONS=suppressions=$leaks:print_suppressions=0
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=second_deadlock_stack=1
status=0
python3 tests/run_suites.py --units-only --build-dir "build-$preset" --jobs "$jobs" | tee "build-$preset/units.txt" || status=$?
sed -nE 's/^ +(unit\.[a-z_0-9]+) +[0-9.]+ s +[0-9]+ ok$/ok - \1 under '"$preset"'/p
         s/^ +(unit\.[a-z_0-9]+) +[0-9.]+ s +[0-9]+ ok, ([0-9]+ failed.*)$/not ok - \1 under '"$preset"': \2/p
         s/^ +(unit\.[a-z_0-9]+) +[0-9.]+ s +[0-9]+ ok, ([0-9]+ skipped)$/ok - \1 under '"$preset"' (\2)/p' "build-$preset/units.txt"

# The program itself, with real compilers and servers: builds, downloads, resolution.
CARGO_WASM=$(find "$PWD/build-$preset" -type f -name cargo-wasm -perm -u+x | head -n 1)
export CARGO_WASM CW_TIER=test
for suite in e2e/freshness/run e2e/sources/run e2e/registry/run e2e/registry/trust e2e/registry/usage e2e/registry/relay differential/tree/run differential/locks/run; do
  log=build-$preset/${suite//\//-}.log
  if "tests/$suite" >"$log" 2>&1; then
    echo "ok - $suite under $preset ($(grep -c '^ok - ' "$log") checks)"
  else
    echo "not ok - $suite under $preset: see $log"
    grep -A 12 -E '^not ok|Sanitizer' "$log" | head -n 60
    status=1
  fi
done
exit "$status"
