# For `.ci/run` and `.ci/release`: runs steps one after another and adds up their tests. Goes on after a failure. A step that
# fails without a failed test counts as one failure.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

# One line for each test run: passed, failed, skipped. If another script started this one, that script prints the sum.
if [ -z "${TEST_TOTALS:-}" ]; then
  TEST_TOTALS="$(mktemp)"
  prints_sum=yes
  trap 'rm -f "$TEST_TOTALS"' EXIT
else
  prints_sum=no
fi
export TEST_TOTALS

failures() {
  awk '{ failed += $2 } END { print failed + 0 }' "$TEST_TOTALS"
}

all_passed=yes

step() {
  local before started=$SECONDS
  before="$(failures)"
  printf '\n=== %s\n' "$*"
  if "$@"; then
    printf '\n=== done in %d s: %s\n' $((SECONDS - started)) "$*"
    return
  fi
  printf '\n=== FAILED: %s\n' "$*"
  all_passed=no
  if [ "$(failures)" = "$before" ]; then echo 0 1 0 >>"$TEST_TOTALS"; fi
  return 1
}

# Exits with 1 if one of the steps has failed.
finish() {
  if [ "$prints_sum" = yes ]; then
    awk '{ passed += $1; failed += $2; skipped += $3 }
      END { printf "\n%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : "" }' "$TEST_TOTALS"
  fi
  [ "$all_passed" = yes ]
  exit
}
