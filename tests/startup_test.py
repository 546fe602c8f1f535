#!/usr/bin/env python3
"""startup_test.py BINARY: the shared libraries that the program loads at start are those of tests/needed_libraries.txt."""
import subprocess
import sys
from pathlib import Path

AGREED = Path(__file__).with_name("needed_libraries.txt")


def main():
    dump = subprocess.run(["readelf", "-d", sys.argv[1]], capture_output=True, text=True, check=True).stdout
    needed = {line.split("[")[1].split("]")[0] for line in dump.splitlines() if "(NEEDED)" in line}
    agreed = {line.split()[0] for line in AGREED.read_text().splitlines() if line and not line.startswith("#")}
    assert needed, "no NEEDED entry at all: this is not the program"
    assert needed <= agreed, f"loaded at start without being agreed: {sorted(needed - agreed)}"
    assert agreed <= needed, f"agreed but no longer loaded, take it off the list: {sorted(agreed - needed)}"
    print(f"{len(needed)} libraries")


if __name__ == "__main__":
    main()
