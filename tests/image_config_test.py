#!/usr/bin/env python3
"""image_config_test.py BINARY: tokens in an image's variables, labels and history are found, and shown in no output."""
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import plant_secrets


def archive(path, config):
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        entry = tarfile.TarInfo("etc/hostname")
        entry.size = 4
        tar.addfile(entry, io.BytesIO(b"app\n"))
    config["rootfs"] = {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer.getvalue()).hexdigest()]}
    files = {"manifest.json": json.dumps([{"Config": "config.json", "RepoTags": ["app:1"], "Layers": ["layer.tar"]}]).encode(),
             "config.json": json.dumps(config).encode(), "layer.tar": layer.getvalue()}
    with tarfile.open(path, "w") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


def main():
    binary = sys.argv[1]
    token = plant_secrets.github_pat()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "app.tar")
        history = [{"created_by": f"RUN |1 TOKEN={token} /bin/sh -c pip install . # buildkit"}]
        for config, found in [({"Env": ["PATH=/bin", f"GH={token}"]}, True), ({"Labels": {"ci": token}}, True), ({}, True),
                              ({"Env": ["PATH=/bin"]}, False)]:
            archive(path, {"architecture": "amd64", "os": "linux", "config": config, "history": history if found and not config else
                           [{"created_by": "COPY . /"}]})
            out = subprocess.run([binary, "scan", path, "--no-cache", "-o", "json"], capture_output=True, text=True)
            record = json.loads(out.stdout)
            secrets = [f for f in record.get("findings", []) if f["kind"] == "secret"]
            assert bool(secrets) == found, f"{config}: {secrets}"
            assert all(f["check"] == "SD004" and f["locations"][0]["path"] == "image config" for f in secrets), secrets
            for form in ("json", "table", "sarif"):
                shown = subprocess.run([binary, "scan", path, "--no-cache", "--all", "-o", form], capture_output=True, text=True).stdout
                assert token not in shown, f"the token is shown in clear by {form}"


main()
