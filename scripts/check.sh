# Types, lint, format, tidy: everything that can be known without running the product.
set -eu
. "$(dirname "$0")/setup.sh"
cd "$kijabi_root"
echo "types";   npx tsc -p tsconfig.json
echo "neutral"; npx tsc -p tsconfig.neutral.json
echo "lint";    npx oxlint --quiet
echo "format";  npx oxfmt --check
echo "tidy";    "$KIJABI_NODE" --test --test-reporter=dot test/tidy.test.ts
