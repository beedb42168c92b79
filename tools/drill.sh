#!/bin/sh
# Run the drills with the Python $1, print what they print, and keep it in docs/drill.md with the day and the commit.
# Ends with a count of what passed and failed, and with a code other than 0 if anything failed.
set -eu
cd "$(dirname "$0")/.."
said=$(mktemp)
trap 'rm -f "$said"' EXIT
changed=""
[ -z "$(git status --porcelain)" ] || changed=", with changes that were not committed"
about="Run on $(date +%F) at $(git rev-parse --short HEAD)$changed, on $(nproc) cores."
echo "$about"
code=0
WALK_MINUTES=${WALK_MINUTES:-2} "$1" -m pytest -v -rA --no-header --show-capture=no --tb=short \
    --durations=0 --durations-min=1 tests/drills/test_*.py tests/visits/test_walk.py > "$said" 2>&1 &
tail -f --pid=$! "$said"
wait $! || code=$?
{
    echo "# What the drill printed"
    echo
    echo "$about \`make drill\` writes this page anew."
    echo
    echo '```text'
    sed -e "s#$PWD/##g" -e 's/[[:space:]]*$//' "$said"
    echo '```'
} > docs/drill.md
exit $code
