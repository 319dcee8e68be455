#!/usr/bin/env bash
# Run the tests: ./test.sh [what else pytest takes]. The first call sets everything up.
# All that can be recorded, in some ten minutes, is left out but for: ./test.sh -m matrix
set -euo pipefail
. "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.ci/setup.sh"
setup test
paths=("$top/tests")
for argument in "$@"; do
    [ -e "${argument%%::*}" ] && paths=()
done
exec "$python" -P -m pytest --rootdir "$top" -c "$top/pyproject.toml" "$@" "${paths[@]}"
