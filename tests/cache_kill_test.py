#!/usr/bin/env python3
"""The layer cache after kill -9 at random moments, and on a full disk: the next scan is right, nothing piles up.

usage: cache_kill_test.py DRYDOCK      DRYDOCK_CACHE_SEED repeats a run."""
import hashlib
import io
import json
import os
import random
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest
from pathlib import Path

DRYDOCK = sys.argv.pop(1) if len(sys.argv) > 1 else "drydock"
KILLS = 200
LAYERS = 24
JOBS = 4
SECONDS = 60  # the kills stop here, however many there were; far more than a machine that is not overloaded needs


def tar_of(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


def write_image(path):
    layers = []
    for number in range(LAYERS):
        files = {f"srv/{number}/{i}.txt": b"text" for i in range(400)}
        for i in range(20):
            name = f"package-{number}-{i}"
            files[f"usr/lib/node_modules/{name}/package.json"] = json.dumps({"name": name, "version": "1.0.0"}).encode()
        layers.append(tar_of(files))
    hashes = [hashlib.sha256(layer).hexdigest() for layer in layers]
    blobs = {f"blobs/sha256/{name}": layer for name, layer in zip(hashes, layers)}
    config = {"architecture": "amd64", "os": "linux", "config": {},
              "rootfs": {"type": "layers", "diff_ids": [f"sha256:{name}" for name in hashes]}}
    manifest = [{"Config": "config.json", "RepoTags": ["shop:1"], "Layers": list(blobs)}]
    path.write_bytes(tar_of(blobs | {"config.json": json.dumps(config).encode(),
                                     "manifest.json": json.dumps(manifest).encode()}))


class LayerCache(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = Path(cls.folder.name)
        cls.image = cls.root / "image.tar"
        write_image(cls.image)
        cls.expected = cls.scan("--no-cache")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def command(cls, *options):
        return [DRYDOCK, "scan", cls.image, "-o", "json", "--now", "2026-01-01", "--db", cls.root / "none",
                "-j", str(JOBS), *options]

    @classmethod
    def scan(cls, *options):
        done = subprocess.run(cls.command(*options), capture_output=True, check=False)
        record = json.loads(done.stdout)
        record["elapsed_milliseconds"] = 0
        return done.returncode, record

    def test_survives_200_kills(self):
        seed = os.environ.get("DRYDOCK_CACHE_SEED", str(time.time_ns()))
        chance = random.Random(seed)
        cache = self.root / "cache"
        started = time.monotonic()
        self.assertEqual(self.scan("--cache-dir", cache), self.expected)
        whole = time.monotonic() - started  # seconds of a scan that writes every entry
        kills = in_a_write = 0
        for _ in range(20 * KILLS):
            if kills == KILLS or time.monotonic() - started > SECONDS:
                break
            for entry in sorted(cache.glob("*s/*")):  # layers, digests, places: so that there is something to write
                if chance.random() < 0.7:
                    entry.unlink()
            process = subprocess.Popen(self.command("--cache-dir", cache), stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(chance.random() * whole)
            process.kill()
            kills += process.wait() == -9
            left = len(list((cache / "tmp").iterdir()))
            in_a_write += left > 0
            self.assertLessEqual(left, JOBS, f"temporary files pile up, seed {seed}")
            if kills % 10 == 0:
                self.assertEqual(self.scan("--cache-dir", cache), self.expected, f"seed {seed}")
                self.assertEqual(list((cache / "tmp").iterdir()), [], f"seed {seed}")
        self.assertEqual(self.scan("--cache-dir", cache), self.expected, f"seed {seed}")
        self.assertEqual(list((cache / "tmp").iterdir()), [], f"seed {seed}")
        self.assertEqual(len(list((cache / "layers").iterdir())), LAYERS)
        print(f"{kills} kills, {in_a_write} of them while an entry was written, seed {seed}", file=sys.stderr)
        self.assertGreaterEqual(kills, KILLS // 4)

    def test_survives_a_full_disk(self):
        disk = self.root / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=0700", "drydock-test", disk],
                                 capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("mounting a small tmpfs needs root")
        try:
            cache = disk / "cache"
            for _ in range(3):
                self.assertEqual(self.scan("--cache-dir", cache), self.expected)
                self.assertEqual(list((cache / "tmp").iterdir()), [])
            self.assertLess(len(list((cache / "layers").iterdir())), LAYERS, "the disk was not full")
        finally:
            subprocess.run(["umount", "-l", disk], check=True)


if __name__ == "__main__":
    unittest.main()
