# Runs the tests: all of them, or those of the rooms given (npm test -- src/scheduler).
set -eu
. "$(dirname "$0")/setup.sh"
cd "$kijabi_root"
export KIJABI_TEST=1
if [ $# -eq 0 ]; then set -- src test; fi
patterns=""
for place in "$@"; do
  case "$place" in
    -*|*.ts) patterns="$patterns $place" ;;
    *) patterns="$patterns $place/**/*.test.ts" ;;
  esac
done
set -f
# Real containers, namespaces and ports: one file at a time keeps a 2-core machine honest.
exec "$KIJABI_NODE" --test --test-concurrency="${KIJABI_TEST_CONCURRENCY:-2}" --test-timeout=600000 $patterns
