#!/usr/bin/env python3
"""sarif_test.py BINARY FOLDER

Our SARIF, from a folder and from an image, judged by Microsoft's validator with the schema's rules and those of GitHub's code
scanning. The validator is installed into FOLDER (in the build tree) once; without npm or its registry the test is skipped.
"""
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "@microsoft/sarif-multitool-linux@5.7.0"
SKIPPED = 77
ROOT = Path(__file__).resolve().parent.parent
# The project has no page to name there.
ACCEPTED = {"SARIF2005: runs[0].tool.driver: The tool 'drydock' does not provide 'informationUri'"}


def validator(folder):
    found = Path(folder) / "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
    if not found.exists():
        os.makedirs(folder, exist_ok=True)
        try:
            done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, PACKAGE],
                                  capture_output=True, text=True, timeout=240)
            problem = done.stderr if done.returncode != 0 else ""
        except (OSError, subprocess.TimeoutExpired) as error:
            problem = str(error)
        if problem or not found.exists():
            print(f"SKIPPED: the SARIF validator cannot be installed: {problem.strip()[-500:]}")
            sys.exit(SKIPPED)
    found.chmod(0o755)
    return found


def image_archive(path):
    """A docker-save archive with one layer: an os-release, a Node package with a known flaw, a key, and an unreadable rpm database."""
    def add(tar, name, data):
        member = tarfile.TarInfo(name)
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        add(tar, "etc/os-release", b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n')
        add(tar, "app/node_modules/lodash/package.json", b'{"name": "lodash", "version": "4.17.4"}')
        add(tar, "app/a file #1%/.env", ("GITHUB_TOKEN=" + "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8\n").encode())
        add(tar, "var/lib/rpm/Packages", b"no database")
    layer = layer.getvalue()
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "config": {"Env": ["DB_PASSWORD=hunter2hunter2"], "Cmd": ["node", "app"]},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
        "history": [{"created_by": "COPY . /app"}]}).encode()
    name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = json.dumps([{"Config": name, "RepoTags": ["registry.example/shop/web:1"], "Layers": ["layer.tar"]}]).encode()
    with tarfile.open(path, "w") as tar:
        add(tar, name, config)
        add(tar, "layer.tar", layer)
        add(tar, "manifest.json", manifest)


def main():
    binary, tools = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    multitool = validator(tools)
    with tempfile.TemporaryDirectory() as folder:
        image = os.path.join(folder, "image.tar")
        image_archive(image)
        os.mkdir(os.path.join(folder, "empty"))
        with open(os.path.join(folder, "big.env"), "wb") as big:
            big.write(b"\xff\xfe\x1b[2J=1\n")
        targets = {"stack": str(ROOT / "examples" / "taskboard"), "image": image, "empty": os.path.join(folder, "empty")}
        for name, target in targets.items():
            report = os.path.join(folder, name + ".sarif")
            done = subprocess.run([binary, "scan", target, "-o", "sarif=" + report], capture_output=True, text=True,
                                  env={**os.environ, "HOME": folder})
            assert done.returncode in (0, 1), f"{name}: exit code {done.returncode}: {done.stderr}"
            results = json.loads(Path(report).read_text())["runs"][0]["results"]
            assert bool(results) == (name != "empty"), f"{name}: {len(results)} results"
            judged = subprocess.run([str(multitool), "validate", report, "--rule-kind", "Sarif;Ghas"], capture_output=True, text=True,
                                    env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}, timeout=120)
            text = judged.stdout + judged.stderr
            assert "Analysis completed successfully" in text, f"{name}: the validator did not finish:\n{text}"
            complaints = [line for line in text.splitlines() if ": error " in line or ": warning " in line or ": note " in line]
            complaints = [line for line in complaints if not any(accepted in line for accepted in ACCEPTED)]
            assert not complaints, f"{name}:\n" + "\n".join(complaints[:20])
            print(f"{name}: {len(results)} results, no complaint")


if __name__ == "__main__":
    main()
