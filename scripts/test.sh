# Runs the tests: all of them, or those of the rooms given (npm test -- src/scheduler).
set -eu
. "$(dirname "$0")/setup.sh"
cd "$kijabi_root"

run() { # CONCURRENCY PLACE...
  concurrency=$1
  shift
  patterns=""
  for place in "$@"; do
    case "$place" in
      -*|*.ts) patterns="$patterns $place" ;;
      *) patterns="$patterns $place/**/*.test.ts" ;;
    esac
  done
  set -f
  "$KIJABI_NODE" --test --test-concurrency="$concurrency" --test-timeout=900000 \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter="$kijabi_root/scripts/failed-files.ts" --test-reporter-destination="$list" $patterns
}

list=$(mktemp)
trap 'rm -f "$list" "$list.all"' EXIT

if [ $# -gt 0 ]; then
  run 1 "$@"
  exit
fi
# Clusters with real containers need the machine for themselves, so they come after the rest. A
# failure of the rest does not hide theirs.
failed=0
for stage in "2 src" "1 test"; do
  run $stage || failed=1
  cat "$list" >> "$list.all"
done
[ $failed = 1 ] || exit 0
# On a machine that others use, too, a test can fail for want of time. What is broken fails twice; so
# files that failed are run again, alone, and named here in any case.
if [ "${KIJABI_TEST_AGAIN:-}" = 1 ] && [ -s "$list.all" ]; then
  set -- $(sort -u "$list.all")
  if [ $# -le 4 ]; then
    echo "these files failed and are run once more: $*"
    run 1 "$@"
    exit
  fi
fi
exit 1
