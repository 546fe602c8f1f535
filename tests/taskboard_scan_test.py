#!/usr/bin/env python3
"""taskboard_scan_test.py BINARY [--update]

Scans the example stack, with fake secrets planted, and holds every finding against tests/taskboard_findings.tsv: one row for each,
none more and none less. Also: each trap of tests/taskboard_traps.tsv whose check exists is found on its line, every planted secret
is found, and no output shows a planted secret. --update writes the table; its diff is reviewed as text.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
TABLE = os.path.join(HERE, "taskboard_findings.tsv")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def main():
    binary = sys.argv[1]
    # Only the starter index that is compiled in: no index of the user's may change the result.
    os.environ["XDG_DATA_HOME"] = os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp()
    os.environ.pop("DRYDOCK_DB", None)
    folder = tempfile.mkdtemp()
    stack = os.path.join(folder, "taskboard")
    planted = subprocess.run([sys.executable, os.path.join(HERE, "plant_secrets.py"), stack], capture_output=True, text=True, check=True)
    tokens = [line.split("\t") for line in planted.stdout.splitlines() if line]

    code, text, err = run(binary, "scan", stack, "--now", "2026-11-22", "-o", "json")
    assert code == 1, f"exit code {code}, expected 1 (findings over the threshold): {err}"
    record = json.loads(text)

    rows = set()
    for finding in record["findings"]:
        for place in finding["locations"]:
            item = finding.get("item", "")
            rows.add("\t".join([finding["check"], finding["severity"], f"{place['path']}:{place.get('line', 0)}", item]))
    listing = "".join(row + "\n" for row in sorted(rows))
    if "--update" in sys.argv:
        with open(TABLE, "w", encoding="utf-8") as f:
            f.write(listing)
    with open(TABLE, encoding="utf-8") as f:
        expected = set(f.read().splitlines())
    missing, surplus = sorted(expected - rows), sorted(rows - expected)
    assert not missing, "findings that are gone:\n" + "\n".join(missing)
    assert not surplus, "findings that nobody expected:\n" + "\n".join(surplus)

    # A trap stands on one line; an instruction that goes over several lines is reported where it begins or where the fault is.
    implemented = {line.split()[0] for line in run(binary, "explain")[1].splitlines()}
    places = {(f["check"], p["path"], p.get("line", 0)) for f in record["findings"] for p in f["locations"]}
    checked = 0
    with open(os.path.join(HERE, "taskboard_traps.tsv"), encoding="utf-8") as f:
        for line in list(f)[1:]:
            trap, path, text_of_line, checks = line.rstrip("\n").split("\t")[:4]
            with open(os.path.join(ROOT, "examples/taskboard", path), encoding="utf-8", errors="replace") as source:
                number = next(i for i, l in enumerate(source, 1) if text_of_line in l)
            for check in checks.replace(",", " ").split():
                if check not in implemented:
                    continue
                found = any((check, path, number + d) in places for d in range(-3, 4))
                assert found, f"{trap}: {check} is not found at {path}:{number}"
                checked += 1
    assert checked >= 15, f"only {checked} traps were looked for"

    secrets = {(p["path"], p.get("line", 0)) for f in record["findings"] if f["kind"] == "secret" for p in f["locations"]}
    outputs = text
    for form in ("table", "sarif"):
        outputs += run(binary, "scan", stack, "--now", "2026-11-22", "--all", "-o", form)[1]
    for marker, path, line, token in tokens:
        near = any(p == path and abs(n - int(line)) <= 2 for p, n in secrets)
        assert near, f"the planted {marker} at {path}:{line} is not found"
        body = max(token.split("\n"), key=len)  # of a key block its longest line
        assert body not in outputs, f"{marker} is shown in clear"
    assert tokens, "nothing was planted"
    shutil.rmtree(folder)
    print(f"{len(rows)} findings, {checked} traps, {len(tokens)} planted secrets")


if __name__ == "__main__":
    main()
