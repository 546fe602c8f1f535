#!/usr/bin/env python3
"""golden.py BINARY [--update-golden]

Reports of the example stack, byte for byte as in tests/golden/. --update-golden writes them anew; the diff is reviewed as text.
"""
import difflib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
GOLDEN = HERE / "golden"
REPORTS = {  # file -> arguments
    "taskboard.txt": ["scan", "taskboard"],
    "taskboard-all.txt": ["scan", "taskboard", "--all"],
    "taskboard.sarif": ["scan", "taskboard", "-o", "sarif"],
    "taskboard-checklist.txt": ["checklist", "taskboard"],
    "taskboard.patch": ["fix", "taskboard"],
}


def report(binary, arguments, folder, jobs):
    # Nothing of the user's takes part: no index, no settings, no terminal.
    environment = {"PATH": os.environ["PATH"], "HOME": folder, "COLUMNS": "100", "LC_ALL": "C"}
    command = [binary, *arguments, "--now", "2026-11-22", "--jobs", str(jobs)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=60)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr.decode(errors='replace')}")
    return done.stdout


def main():
    binary = os.path.abspath(sys.argv[1])
    update = "--update-golden" in sys.argv[2:]
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(HERE.parent / "examples" / "taskboard", Path(folder) / "taskboard")
        for name, arguments in REPORTS.items():
            text = report(binary, arguments, folder, jobs=1)
            if text != report(binary, arguments, folder, jobs=4):
                failed.append(f"{name}: depends on the number of threads")
            path = GOLDEN / name
            if update:
                GOLDEN.mkdir(exist_ok=True)
                path.write_bytes(text)
                continue
            golden = path.read_bytes() if path.exists() else b""
            if golden == text:
                continue
            lines = [side.decode(errors="replace").splitlines(keepends=True) for side in (golden, text)]
            diff = list(difflib.unified_diff(*lines, f"golden/{name}", "now"))
            failed.append("".join(diff[:60]) + (f"... {len(diff) - 60} more lines\n" if len(diff) > 60 else ""))
    if failed:
        sys.exit("\n".join(failed) + f"\nIf this is meant: tests/golden.py BINARY --update-golden, and review the diff.")
    print(f"{len(REPORTS)} reports {'written' if update else 'as before'}")


if __name__ == "__main__":
    main()
