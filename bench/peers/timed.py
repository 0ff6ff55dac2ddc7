"""Runs a command and appends a line to a file: its seconds and its peak memory in MB.

    timed.py FILE COMMAND...
"""
import os
import sys
import time

begin = time.monotonic()
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
seconds = time.monotonic() - begin
with open(sys.argv[1], "a") as file:
    print(f"{seconds:.3f} {usage.ru_maxrss / 1024:.0f}", file=file)
sys.exit(os.waitstatus_to_exitcode(status) != 0)
