"""``python -m tdlite``: the command line."""

import sys

from tdlite.cli import main

if __name__ == "__main__":
    sys.exit(main())
