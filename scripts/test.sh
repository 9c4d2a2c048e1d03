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
  "$KIJABI_NODE" --test --test-concurrency="$concurrency" --test-timeout=900000 $patterns
}

if [ $# -gt 0 ]; then
  run 1 "$@"
  exit
fi
# Clusters with real containers need the machine for themselves, so they come after the rest. A
# failure of the rest does not hide theirs.
failed=0
run 2 src || failed=1
run 1 test || failed=1
exit $failed
