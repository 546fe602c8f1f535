#!/usr/bin/env python3
"""no_network_test.py BINARY: a scan, a fix and a checklist open no internet socket and connect to nothing, as strace sees it."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
STACK = Path(__file__).resolve().parent.parent / "examples" / "taskboard"


def trace(folder, *command):
    log = os.path.join(folder, "trace")
    done = subprocess.run(["strace", "-f", "-e", "trace=network", "-o", log, *command], capture_output=True, text=True,
                          env={**os.environ, "HOME": folder}, timeout=120)
    return done, Path(log).read_text() if os.path.exists(log) else ""


def main():
    binary = os.path.abspath(sys.argv[1])
    if shutil.which("strace") is None:
        print("SKIPPED: strace is not installed")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as folder:
        # The instrument works: a program that does open a socket is seen.
        probe = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)"
        done, seen = trace(folder, sys.executable, "-c", probe)
        if "AF_INET" not in seen:
            print(f"SKIPPED: strace cannot trace here: {done.stderr.strip()[-300:]}")
            sys.exit(SKIPPED)
        for command in (["scan"], ["scan", "--offline"], ["fix"], ["checklist"]):
            done, seen = trace(folder, binary, *command, str(STACK))
            assert done.returncode in (0, 1), f"{command}: exit code {done.returncode}: {done.stderr}"
            opened = [line for line in seen.splitlines() if re.search(r"AF_INET6?\b|connect\(|sendto\(", line)]
            assert not opened, f"{' '.join(command)} used the network:\n" + "\n".join(opened[:10])
    print("no connection")


if __name__ == "__main__":
    main()
