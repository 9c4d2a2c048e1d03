# Runs a TypeScript file with the pinned Node, installing packages first where they are missing.
set -eu
. "$(dirname "$0")/setup.sh"
exec "$KIJABI_NODE" "$@"
