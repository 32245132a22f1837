"""`python -m sandbox`: the demo. Its last line is the address to open; Ctrl-C stops everything."""

import asyncio
import sys

from sandbox.demo import run_demo

if __name__ == "__main__":
    sys.exit(asyncio.run(run_demo()))
