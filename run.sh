#!/usr/bin/env bash
# Run a network: ./run.sh NETWORK.py [what else `tdlite run` takes]. The first call sets everything up.
set -euo pipefail
. "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.ci/setup.sh"
setup run
exec "$python" -P -m tdlite run "$@"
