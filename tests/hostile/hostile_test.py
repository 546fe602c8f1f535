#!/usr/bin/env python3
"""The whole program on input that was made to break it.

    hostile_test.py DRYDOCK [--full] [--only TEXT]

Each case makes its input, scans it and asserts: exit code 0, 1 or 3 (2 for a drydock.yaml that says nothing sensible), never a
signal; no stack trace, no raw control characters;
bounded processor time and memory; nothing created or changed outside drydock's own cache; what could not be examined is named,
with its file, in an Unknown of the report or, where nothing at all could be read, in the error message; and the rest of the tree
was examined (the canary). --full takes every byte of the small image and 200,000 files instead of a sample. Only the standard
library. Random choices have a fixed seed.
"""

import contextlib
import gzip
import hashlib
import io
import json
import os
import random
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import zipfile
import zlib
from pathlib import Path

PROCESSOR_SECONDS = 25   # of one run; what is quadratic in the inputs below takes minutes
MEMORY_MIB = 900         # resident, of one run
WALL_SECONDS = 120       # only a hang gets there

CANARY = "canary/Dockerfile"
CANARY_BYTES = b"FROM debian:latest\nUSER root\n"


class Failure(Exception):
    pass


def require(condition, *words):
    if not condition:
        raise Failure(" ".join(str(word) for word in words))


class Run:
    def __init__(self, code, out, err, seconds, mebibytes):
        self.code, self.out, self.err, self.seconds, self.mebibytes = code, out, err, seconds, mebibytes
        self.report = None

    def unknowns(self):
        return self.report.get("unknowns", []) if self.report else []

    def said(self):
        """Every place and reason that the report or the error message gives."""
        text = self.err.decode("utf-8", "replace")
        for unknown in self.unknowns():
            text += "\n%s %s %s" % (unknown["subject"].get("id", ""), unknown.get("at", {}).get("path", ""), unknown["reason"])
        return text


def snapshot(folder):
    """Every path below `folder` with what would change if somebody wrote there."""
    seen = {}
    pending = [os.fsencode(folder)]
    while pending:
        here = pending.pop()
        with os.scandir(here) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                seen[entry.path] = (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino)
                if entry.is_dir(follow_symlinks=False) and len(entry.path) < 3000:
                    pending.append(entry.path)
    return seen


class Suite:
    def __init__(self, binary, folder, full):
        self.binary, self.root, self.full = os.path.abspath(binary), Path(folder), full
        self.tree = self.root / "tree"
        self.home = self.root / "home"
        self.spill = self.root / "spill"
        for made in (self.home, self.spill):
            made.mkdir()
        self.random = random.Random(20260101)
        self.worst_seconds = self.worst_mebibytes = 0
        self.runs = 0

    def fresh(self, canary=True):
        if self.tree.exists() or self.tree.is_symlink():
            subprocess.run(["rm", "-rf", str(self.tree)], check=True)
        self.tree.mkdir()
        if canary:
            self.write(CANARY, CANARY_BYTES)

    def write(self, path, content):
        place = self.tree / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        return place

    def run(self, *arguments, user=None, codes=(0, 1, 3)):
        environment = {"HOME": str(self.home), "TMPDIR": str(self.spill), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

        def limits():
            resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS + 2))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if user is not None:
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)

        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            begun = time.monotonic()
            child = subprocess.Popen([self.binary, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                     env=environment, cwd=self.root, preexec_fn=limits)
            watch = threading.Timer(WALL_SECONDS, child.kill)
            watch.start()
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            watch.cancel()
            out.seek(0)
            err.seek(0)
            done = Run(child.returncode, out.read(), err.read(), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
        self.runs += 1
        self.worst_seconds = max(self.worst_seconds, done.seconds)
        self.worst_mebibytes = max(self.worst_mebibytes, done.mebibytes)
        if done.code < 0:
            hint = " (over %d s of processor time)" % PROCESSOR_SECONDS if -done.code in (signal.SIGXCPU, signal.SIGKILL) else ""
            raise Failure("ended by %s%s\n%s" % (signal.Signals(-done.code).name, hint, done.err[-2000:].decode("utf-8", "replace")))
        text = done.err.decode("utf-8", "replace")
        require(done.code in codes, "exit code", done.code, text[-500:])
        require(not any(sign in text for sign in ("terminate called", "Sanitizer", "what():", "runtime error:")), text[-2000:])
        require(done.code != 3 or done.err.strip(), "exit code 3 without a message")
        require(done.mebibytes < MEMORY_MIB, "resident memory %d MiB" % done.mebibytes)
        return done

    def scan(self, target=None, canary=True, names=(), unknown=None, user=None, steady=True, arguments=()):
        """One scan as JSON and, for the eye, one as a table. `names` must occur in what is said about the target."""
        target = self.tree if target is None else target
        before = snapshot(self.root) if steady else None
        done = self.run("scan", target, "-o", "json", *arguments, user=user)
        if done.code != 3:
            done.report = json.loads(done.out)
            require(all(all(row["checks"]) for row in done.report["examined"]), "examined rows without ids:", done.report["examined"])
        if steady:
            after = snapshot(self.root)
            own = os.fsencode(self.home)
            changed = [path for path in before.keys() | after.keys() if before.get(path) != after.get(path) and not path.startswith(own)]
            require(not changed, "changed on disk:", changed[:5])
        require(not os.listdir(self.spill), "temporary files were left:", os.listdir(self.spill)[:5])
        if canary:
            require(done.report is not None, "nothing was examined:", done.err.decode("utf-8", "replace"))
            found = any(at["path"].endswith(CANARY) for finding in done.report["findings"] for at in finding["locations"])
            require(found, "the rest of the tree was not examined")
        said = done.said()
        for name in names:
            require(name in said, "not named: %r in\n%s" % (name, said[:1500]))
        if unknown is not None:
            require(bool(done.unknowns()) == unknown or (unknown and done.code == 3), "unknowns:", done.unknowns()[:3])
        return done

    def table(self, target=None, user=None):
        done = self.run("scan", self.tree if target is None else target, user=user)
        text = done.out + done.err
        require(not any(byte < 32 and byte != 10 for byte in text), "a raw control character in the table")
        text.decode("utf-8")
        return done


# ---- Images

def tar_of(files, **options):
    """Files: (name, bytes) or TarInfo."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=options.get("format", tarfile.PAX_FORMAT)) as tar:
        for item in files:
            if isinstance(item, tarfile.TarInfo):
                tar.addfile(item)
                continue
            info = tarfile.TarInfo(item[0])
            info.size = len(item[1])
            tar.addfile(info, io.BytesIO(item[1]))
    return out.getvalue()


def link(name, target, kind=tarfile.SYMTYPE):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def sha(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


OS_RELEASE = ("etc/os-release", b'ID=debian\nVERSION_ID="11"\nPRETTY_NAME="Debian 11"\n')
DPKG = ("var/lib/dpkg/status", b"Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.1.1n-0+deb11u3\n\n")
GOOD_LAYER = tar_of([OS_RELEASE, DPKG])


def packed(data):
    return gzip.compress(data, 9, mtime=0)


def oci_layout(layers, diff_ids=None, descriptors=None, config=None, change=None, extra=None):
    """An OCI layout as {path: bytes}. `layers`: stored bytes. `change(document name, document)` may lie in the JSON."""
    change = change or (lambda name, document: document)
    blobs = {}

    def put(data):
        blobs["blobs/sha256/" + hashlib.sha256(data).hexdigest()] = data
        return {"digest": sha(data), "size": len(data)}

    if diff_ids is None:
        diff_ids = [sha(gzip.decompress(layer) if layer[:2] == b"\x1f\x8b" else layer) for layer in layers]
    config = config or {"architecture": "amd64", "os": "linux", "config": {"User": "root"},
                        "rootfs": {"type": "layers", "diff_ids": diff_ids}, "history": [{"created_by": "RUN x"}]}
    config_row = put(json.dumps(change("config", config)).encode())
    rows = [put(layer) for layer in layers] if descriptors is None else descriptors(put, layers)
    for row in rows:
        row.setdefault("mediaType", "application/vnd.oci.image.layer.v1.tar+gzip")
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **config_row}, "layers": rows}
    manifest_row = put(json.dumps(change("manifest", manifest)).encode())
    index = {"schemaVersion": 2, "manifests": [{"mediaType": manifest["mediaType"], **manifest_row}]}
    files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": json.dumps(change("index", index)).encode(), **blobs}
    files.update(extra or {})
    return files


def docker_archive(layers, manifest=None, extra=()):
    diff_ids = [sha(layer) for layer in layers]
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"User": "root"},
                         "rootfs": {"type": "layers", "diff_ids": diff_ids}}).encode()
    names = ["%d/layer.tar" % i for i in range(len(layers))]
    manifest = manifest or [{"Config": "config.json", "RepoTags": ["hostile:1"], "Layers": names}]
    return tar_of([("manifest.json", json.dumps(manifest).encode()), ("config.json", config), *zip(names, layers), *extra])


def small_images():
    return {"docker.tar": docker_archive([GOOD_LAYER]),
            "docker.tar.gz": packed(docker_archive([GOOD_LAYER])),
            "oci.tar": tar_of(sorted(oci_layout([packed(GOOD_LAYER)]).items())),
            "oci.tar.gz": packed(tar_of(sorted(oci_layout([packed(GOOD_LAYER)]).items())))}


def truncated_images(suite):
    for name, data in small_images().items():
        meat = len(data) if name.endswith("gz") else len(data.rstrip(b"\0"))  # a tar ends in zeros that nobody needs
        places = range(len(data)) if suite.full else sorted(suite.random.sample(range(len(data)), 60))
        for size in places:
            suite.fresh(canary=False)
            place = suite.write(name, data[:size])
            done = suite.scan(place, canary=False, steady=size % 16 == 0)
            if size < meat:
                image = done.report is not None and done.report["target"]["kind"] == "image"
                require(not image or done.unknowns(), "an image cut to %d of %d bytes seems whole" % (size, len(data)))
                require(done.code != 3 or name in done.said(), "the message does not name the file:", done.said())


def flipped_images(suite):
    for name, data in small_images().items():
        places = range(len(data)) if suite.full else sorted(suite.random.sample(range(len(data)), 60))
        for at in places:
            suite.fresh(canary=False)
            changed = bytearray(data)
            changed[at] ^= suite.random.choice([1, 0x80, 0xFF])
            done = suite.scan(suite.write(name, bytes(changed)), canary=False, steady=at % 16 == 0)
            require(done.code != 3 or name in done.said(), "the message does not name the file:", done.said())


def scan_layers(suite, layers, **options):
    """The image in both forms, a good layer below the hostile ones: what is below must still be found."""
    for form in ("docker", "oci"):
        suite.fresh(canary=False)
        if form == "docker":
            target = suite.write("image.tar", docker_archive([GOOD_LAYER, *layers]))
        else:
            files = oci_layout([packed(GOOD_LAYER), *map(packed, layers)])
            target = suite.write("image.tar", tar_of(sorted(files.items())))
        done = suite.scan(target, canary=False, **options)
        require(done.report is not None, done.said())
        require(any(package["name"] == "openssl" for package in done.report.get("packages", [])), "the good layer was not examined")
        suite.table(target)
    return done


def traversal_entries(suite):
    token = b"password = 'hunter2Zq81LmPx'\n"
    scan_layers(suite, [tar_of([("../evil.env", token), ("../../../../evil", token), ("/abs/evil.env", token), ("a/../../b/evil.env", token),
                                ("./././c", token), ("", token), (".", b""), ("..", b""), ("a\0b", token), ("nl\nname", token),
                                ("esc\x1b[31m", token)])])
    require(not Path("/abs").exists() and not (suite.root / "evil.env").exists(), "written outside")


def links_in_layers(suite):
    outside = str(suite.root / "outside")
    scan_layers(suite, [tar_of([link("a", outside), ("a/evil.env", b"x=1\n"), link("b", "../../../../etc"), ("b/passwd", b"x\n"),
                                link("c", "d"), link("d", "c"), ("c/x", b"1"), link("self", "self"), ("self/x", b"1"),
                                link("h", "../../../etc/passwd", tarfile.LNKTYPE), link("h2", "h2", tarfile.LNKTYPE),
                                link("etc/os-release", "/proc/self/environ"), link("p", "/" * 5000), link("var/lib/dpkg/loop", ".")])
                        , tar_of([link("x%d" % i, "x%d" % (i + 1)) for i in range(3000)])])


def header(name, size_field, kind=b"0", magic=b"ustar\x0000", body=b"", prefix=b""):
    block = bytearray(512)
    block[0:len(name)] = name
    block[100:108] = b"0000644\0"
    block[124:136] = size_field
    block[136:148] = b"00000000000\0"
    block[156:157] = kind
    block[257:257 + len(magic)] = magic
    block[345:345 + len(prefix)] = prefix
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + body + b"\0" * (-len(body) % 512)


def octal(size):
    return b"%011o\0" % size


def pax(*records):
    body = b"".join(records)
    return header(b"PaxHeader", octal(len(body)), b"x", body=body)


def record(key, value):
    size = len(key) + len(value) + 3
    while len(b"%d %s=%s\n" % (size, key, value)) != size:
        size += 1
    return b"%d %s=%s\n" % (size, key, value)


def tar_extremes(suite):
    end = b"\0" * 1024
    plain = header(b"f", octal(1), body=b"x")
    layers = {
        "size of 8 EiB": header(b"big", b"\x80" + b"\0" * 3 + b"\x7f" + b"\xff" * 7) + end,
        "negative size": header(b"neg", b"\xff" * 12) + end,
        "size that is no number": header(b"nan", b"99zz9999999\0") + end,
        "pax size": pax(record(b"size", b"9" * 30)) + plain + end,
        "pax negative size": pax(record(b"size", b"-1")) + plain + end,
        "pax path of 1 MB": pax(record(b"path", b"a/" * 500000)) + plain + end,
        "pax path with NUL": pax(record(b"path", b"a\0b")) + plain + end,
        "pax record that lies": pax(b"99999999 path=x\n") + plain + end,
        "pax record of length 0": pax(b"0 path=x\n") + plain + end,
        "pax without end": pax(b"11 path=xyz") + plain + end,
        "20,000 pax headers": pax(record(b"path", b"p")) * 20000 + plain + end,
        "global pax": header(b"g", octal(20), b"g", body=record(b"path", b"everyone")[:20]) + plain + end,
        "GNU long name of 64 MB": header(b"././@LongLink", octal(64 << 20), b"L") + end,
        "GNU sparse of 8 EiB": pax(record(b"GNU.sparse.major", b"1"), record(b"GNU.sparse.minor", b"0"),
                                   record(b"GNU.sparse.realsize", b"9223372036854775807"), record(b"GNU.sparse.name", b"s"))
        + header(b"s", octal(512), body=b"1\n9223372036854775806\n1\n".ljust(512, b"\0")) + end,
        "GNU sparse map without end": pax(record(b"GNU.sparse.major", b"1"), record(b"GNU.sparse.minor", b"0"),
                                          record(b"GNU.sparse.realsize", b"10")) + header(b"s", octal(512), body=b"9" * 512) + end,
        "old GNU sparse": header(b"s", octal(512), b"S", magic=b"ustar  \0", body=b"x" * 512) + end,
        "bad checksum": b"\x01" + plain[1:] + end,
        "unknown type": header(b"u", octal(0), b"\x7f") + plain + end,
        "200,000 entries": header(b"n", octal(0)) * 200000 + end,
        "path of 60,000 folders": pax(record(b"path", b"d/" * 60000 + b"f")) + plain + end,
    }
    for what, layer in layers.items():
        try:
            scan_layers(suite, [layer])
        except Failure as failure:
            raise Failure(what + ": " + str(failure)) from failure


def zstd_bomb(size):
    """A zstd frame (RFC 8878) of RLE blocks: 4 bytes for each 128 KiB."""
    blocks = []
    for i in range(size >> 17):
        last = i == (size >> 17) - 1
        blocks.append(struct.pack("<I", int(last) | 1 << 1 | (1 << 17) << 3)[:3] + b"\0")
    return b"\x28\xb5\x2f\xfd" + b"\x00" + b"\x58" + b"".join(blocks)


def gzip_bomb(size):
    piece = gzip.compress(b"\0" * (16 << 20), 9, mtime=0)
    return piece * (size // (16 << 20))


def bombs(suite):
    huge = 16 << 30
    zeros = header(b"zeros", octal((8 << 30) - 1))  # one member that fills the layer
    for what, layer in {"gzip": packed(zeros) + gzip_bomb(1 << 30), "zstd": zstd_bomb(huge)}.items():
        suite.fresh(canary=False)
        files = oci_layout([packed(GOOD_LAYER), layer], diff_ids=[sha(GOOD_LAYER), sha(b"")])
        target = suite.write("image.tar", tar_of(sorted(files.items())))
        done = suite.scan(target, canary=False, unknown=True, names=["layer 2"])
        require(any(package["name"] == "openssl" for package in done.report.get("packages", [])), what, "the good layer was not examined")
    for name, data in {"outer.tar.gz": gzip_bomb(1 << 30), "outer.tar.zst": zstd_bomb(huge)}.items():
        suite.fresh()
        place = suite.write(name, data)
        suite.scan(place, canary=False)
        suite.scan()  # in a folder it is a file like any other


def lying_manifests(suite):
    good, other = packed(GOOD_LAYER), packed(tar_of([("other", b"x" * 2000)]))

    def descriptors(**lie):
        def rows(put, layers):
            made = [put(layer) for layer in layers]
            made[-1].update(lie)
            return made
        return rows

    def absent(put, layers):
        return [*(put(layer) for layer in layers[:-1]), {"digest": sha(layers[-1]), "size": len(layers[-1])}]

    zero = "sha256:" + "0" * 64
    cases = {
        "wrong size": oci_layout([good, other], descriptors=descriptors(size=5)),
        "size of 8 EiB": oci_layout([good, other], descriptors=descriptors(size=2**63 - 1)),
        "negative size": oci_layout([good, other], descriptors=descriptors(size=-1)),
        "blob that is not there": oci_layout([good, other], descriptors=absent),
        "digest that is a path": oci_layout([good, other], descriptors=descriptors(digest="sha256:../../../../etc/passwd")),
        "unknown digest algorithm": oci_layout([good, other], descriptors=descriptors(digest="md5:" + "0" * 32)),
        "wrong diff ID": oci_layout([good, other], diff_ids=[sha(GOOD_LAYER), zero]),
        "too few diff IDs": oci_layout([good, other], diff_ids=[sha(GOOD_LAYER)]),
        "too many diff IDs": oci_layout([good, other], diff_ids=[sha(GOOD_LAYER), sha(gzip.decompress(other)), zero]),
        "layers in wrong order": oci_layout([other, good], diff_ids=[sha(GOOD_LAYER), sha(gzip.decompress(other))]),
        "config that is no object": oci_layout([good], change=lambda name, d: [] if name == "config" else d),
        "manifest that is no object": oci_layout([good], change=lambda name, d: 7 if name == "manifest" else d),
        "index without manifests": oci_layout([good], change=lambda name, d: {} if name == "index" else d),
        "layer that is HTML": oci_layout([good, b"<html>not found</html>"], diff_ids=[sha(GOOD_LAYER), zero]),
        "deep index": oci_layout([good], extra={"index.json": b'{"manifests":' * 100000}),
        "100,000 layers": oci_layout([good], change=lambda name, d: {**d, "layers": d["layers"] * 100000} if name == "manifest" else d),
    }
    tampered = oci_layout([good, other])
    tampered["blobs/sha256/" + hashlib.sha256(other).hexdigest()] = packed(tar_of([("evil", b"x" * 2000)]))
    cases["tampered layer"] = tampered
    own = "blobs/sha256/" + "1" * 64
    row = {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": "sha256:" + "1" * 64, "size": 10}
    cycle = json.dumps({"schemaVersion": 2, "manifests": [row]}).encode()
    cases["index that holds itself"] = oci_layout([good], extra={"index.json": cycle, own: cycle})
    for what, files in cases.items():
        for form in ("tar", "folder"):
            suite.fresh(canary=False)
            if form == "tar":
                target = suite.write("lying.tar", tar_of(sorted(files.items())))
            else:
                target = suite.tree / "lying"
                for path, data in files.items():
                    suite.write("lying/" + path, data)
            try:
                done = suite.scan(target, canary=False, unknown=True)
                require(done.code != 3 or "lying" in done.said(), "the message does not name the image:", done.said())
            except Failure as failure:
                raise Failure("%s (%s): %s" % (what, form, failure)) from failure
    for layers in (["../../../../etc/passwd"], ["/etc/passwd"], ["manifest.json"], ["0/layer.tar"] * 5000, ["absent"], [""]):
        suite.fresh(canary=False)
        manifest = [{"Config": "config.json", "RepoTags": ["x:1"], "Layers": layers}]
        suite.scan(suite.write("lying.tar", docker_archive([GOOD_LAYER], manifest)), canary=False, unknown=True)
    for manifest in ([], {}, "x", [1], [{"Config": "../config.json", "Layers": []}], [{"Config": {}, "Layers": {}}],
                     [{"Config": "config.json", "RepoTags": ["t%d:1" % i], "Layers": []} for i in range(20000)]):
        suite.fresh(canary=False)
        suite.scan(suite.write("lying.tar", docker_archive([GOOD_LAYER], manifest or [[]])), canary=False)


# ---- Folders

def billion_laughs(suite):
    suite.fresh()
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += ["a%d: &a%d [%s]" % (i, i, ", ".join(["*a%d" % (i - 1)] * 9)) for i in range(1, 12)]
    suite.write("laughs/compose.yaml", "\n".join(lines) + "\nservices: {a: {image: x, command: *a11}}\n")
    merged = ["m0: &m0 {k0: v}"] + ["m%d: &m%d {<<: [%s], k%d: v}" % (i, i, ", ".join(["*m%d" % (i - 1)] * 30), i) for i in range(1, 30)]
    suite.write("merges/compose.yaml", "\n".join(merged) + "\nservices: {a: {<<: *m29, image: x}}\n")
    suite.scan(names=["laughs/compose.yaml", "merges/compose.yaml"], unknown=True)
    suite.table()


def deep_documents(suite):
    suite.fresh()
    deep = 200000
    files = {
        "flow/compose.yaml": "services: " + "[" * deep,
        "maps/compose.yaml": "{a: " * deep,
        "block/compose.yaml": "".join(" " * i + "a:\n" for i in range(2000)),
        "dashes/compose.yaml": "- " * deep + "x\n",
        "json/package-lock.json": '{"lockfileVersion": 3, "packages": ' + '{"a":' * deep,
        "arrays/package-lock.json": "[" * deep,
        "npm1/package-lock.json": '{"lockfileVersion":1,"dependencies":' + '{"a":{"version":"1.0.0","dependencies":' * 30000,
        "conf/nginx.conf": "a{" * deep,
        "shell/Dockerfile": "FROM debian:12\nRUN " + "$(" * 100000 + "\nRUN " + "(" * 100000 + "\nRUN " + "{ " * 100000 + "\n",
        "vars/Dockerfile": "FROM debian:12\nENV A=" + "${A:-" * 100000 + "\n",
        "env/.env": "A=" + "${A:-" * 100000 + "\n",
        "interpolated/compose.yaml": "services:\n  a:\n    image: '" + "${A:-" * 100000 + "'\n",
        ".github/workflows/deep.yml": "on: push\njobs: " + "[" * deep,
    }
    for path, data in files.items():
        suite.write(path, data)
    suite.scan(names=["flow/compose.yaml", "maps/compose.yaml", "json/package-lock.json", "arrays/package-lock.json", "conf/nginx.conf"])
    suite.table()


def cycles(suite):
    suite.fresh()
    suite.write("alias/compose.yaml", "services: &s\n  a: *s\n")
    suite.write("extends/compose.yaml", "services:\n  a: {extends: {service: b}}\n  b: {extends: {service: a}}\n  c: {extends: {service: c}}\n")
    suite.write("files/compose.yaml", "services:\n  a: {extends: {service: a, file: other.yaml}}\n")
    suite.write("files/other.yaml", "services:\n  a: {extends: {service: a, file: compose.yaml}}\n")
    suite.write("include/compose.yaml", "include: [compose.yaml, ../include/compose.yaml]\nservices: {a: {image: x}}\n")
    suite.write("out/compose.yaml", "include: [../../../../etc/passwd]\nservices:\n  a: {image: x, env_file: [/etc/shadow, ../../../../etc/passwd]}\n"
                "  b: {extends: {service: a, file: /etc/passwd}}\n")
    suite.write("env/.env", "A=${B}\nB=${A}\nC=${C}\n")
    suite.write("env/compose.yaml", "services: {a: {image: '${A}${B}${C}'}}\n")
    suite.write("stages/Dockerfile", "FROM b AS a\nFROM a AS b\nFROM c AS c\nCOPY --from=c / /\n")
    suite.write("arg/Dockerfile", "ARG A=$B\nARG B=$A\nFROM $A\n")
    suite.write("nginx/nginx.conf", "include nginx.conf;\nhttp { include ../nginx/*.conf; }\n")
    suite.write("req/requirements.txt", "-r requirements.txt\n-r ../../../../../etc/passwd\n-c requirements.txt\n")
    fan = "".join("  s%d: {extends: {service: s%d}}\n" % (i, i + 1) for i in range(5000))
    suite.write("chain/compose.yaml", "services:\n" + fan + "  s5000: {image: x}\n")
    suite.scan(names=["alias/compose.yaml", "extends/compose.yaml"], unknown=True)
    suite.table()


FORMATS = ["Dockerfile", "compose.yaml", ".env", "nginx.conf", "requirements.txt", "package-lock.json", "package.json",
           "node_modules/a/package.json", "var/lib/dpkg/status", ".github/workflows/a.yml", ".dockerignore", "a.sh", "app.py", "a.min.js",
           "a.dist-info/METADATA", "go.mod", "Cargo.lock", "pom.xml", "key.pem", "etc/os-release", "drydock.yaml"]


def strange_bytes(suite):
    lines = {
        "nul": b"FROM a\0b\nservices:\0\n\0\0\0KEY=\0\n{\"a\":\"\0\"}\n",
        "latin": b"FROM caf\xe9\nKEY=\xff\xfe\xfd\nservices:\n  \xe9: {image: \xc0\xaf}\n{\"\xed\xa0\x80\": \"\xf8\x88\"}\n",
        "utf16": "services:\n  a: {image: x}\nFROM x\n".encode("utf-16"),
        "bom": b"\xef\xbb\xbfFROM debian:12\n\xef\xbb\xbf",
        "crs": b"FROM debian:12\rUSER root\r\rservices:\r  a:\r",
        "escapes": b"FROM \x1b]0;title\x07debian\x1b[31m:latest\nUSER root\x1b[2J\nservices:\n  \x1b[31mred: {image: 'x\x1b[0m'}\nK=\x1b[31m\n",
        "empty": b"", "newlines": b"\n" * 300000, "spaces": b" " * 300000, "tabs": b"\t" * 3000 + b"x: 1\n", "quotes": b'"' * 100000,
        "hashes": b"#" * 300000, "backslashes": b"\\" * 100000, "continued": b"RUN \\\n" * 50000, "heredoc": b"RUN <<A <<B <<C\n" * 3000,
        "colons": b":" * 100000, "dollars": b"$" * 100000, "random": random.Random(1).randbytes(200000),
    }
    suite.fresh()
    for what, data in lines.items():
        for name in FORMATS:
            suite.write("%s/%s" % (what, name) if name != "drydock.yaml" else "%s settings/%s" % (what, name), data)
    suite.scan()
    suite.table()
    for what in lines:  # each alone: as the root, some files mean more
        json.loads(suite.run("scan", suite.tree / what, "-o", "json").out)
        suite.run("scan", suite.tree / (what + " settings"), codes=(0, 2))


def huge_lines(suite):
    suite.fresh()
    size = 3 << 20
    for name in FORMATS:
        suite.write("x/" + name, b"x" * size)
        suite.write("pairs/" + name, b"a=b " * (size // 4))
        suite.write("from/" + name, b"FROM " + b"a" * size)
        suite.write("run/" + name, b"FROM a\nRUN " + b"curl x | sh && " * (size // 15))
        suite.write("flow/" + name, b"services: {a: {environment: {" + b"".join(b"K%d: v, " % i for i in range(50000)) + b"}}}")
    shutil.rmtree(suite.tree / "x" / "node_modules", ignore_errors=True)
    suite.scan()


def odd_names(suite):
    suite.fresh()
    names = [b"new\nline", b"esc\x1b[31mape", b"tab\there", b"bell\x07", b"\xff\xfe", b"csi\xc2\x9b31m", b"rtl\xe2\x80\xaename", b" ", b"-o", b"--help",
             b"quote\"s", b"back\\slash", b"%s%n", b"$(touch x)", b"a" * 255, b"..."]
    for name in names:
        folder = os.path.join(os.fsencode(suite.tree), name)
        os.mkdir(folder)
        for file in (b"Dockerfile", b"compose.yaml", b"Dockerfile." + name[:200]):
            with open(os.path.join(folder, file), "wb") as out:
                out.write(CANARY_BYTES if file.startswith(b"Dockerfile") else b"services: [\n")
    suite.scan(unknown=True)
    suite.table()
    for form in ("sarif", "json"):
        json.loads(suite.run("scan", suite.tree, "-o", form).out)
    suite.run("fix", suite.tree)


def sockets_and_links(suite):
    suite.fresh()
    for name in ("Dockerfile", "compose.yaml", ".env", "nginx.conf", "package-lock.json", "drydock.yaml"):
        os.mkfifo(suite.tree / name)
    (suite.tree / "s").mkdir()
    with socket.socket(socket.AF_UNIX) as end:
        here = os.getcwd()
        os.chdir(suite.tree / "s")
        end.bind("compose.yaml")
        os.chdir(here)
        os.symlink("/etc/passwd", suite.tree / "s" / "Dockerfile")
        os.symlink("/dev/zero", suite.tree / "s" / ".env")
        os.symlink("loop", suite.tree / "loop")
        os.symlink(".", suite.tree / "here")
        os.symlink("..", suite.tree / "above")
        os.symlink("/", suite.tree / "root")
        os.symlink("absent", suite.tree / "dangling")
        os.unlink(suite.tree / "drydock.yaml")
        done = suite.scan()
        require(not any("passwd" in at["path"] or at["path"].startswith(("root/", "above/")) for finding in done.report["findings"]
                        for at in finding["locations"]), "a link was followed out of the tree")
        os.mkfifo(suite.tree / "drydock.yaml")
        suite.run("scan", suite.tree, "-o", "json", codes=(2, 3))  # refused, and it must not wait
        os.unlink(suite.tree / "drydock.yaml")
        for target in ("Dockerfile", "s/compose.yaml", "loop", "dangling", "absent"):
            require(suite.run("scan", suite.tree / target).code == 3, target, "is no target")


def unreadable_files(suite):
    suite.fresh()
    for name in FORMATS[:10]:
        suite.write("locked/" + name, "x").chmod(0)
    suite.write("closed/Dockerfile", CANARY_BYTES)
    (suite.tree / "closed").chmod(0)
    suite.root.chmod(0o755)
    user = 65534 if os.geteuid() == 0 else None
    if user is not None and subprocess.run([suite.binary, "--version"], user=user, stdout=subprocess.PIPE, stderr=subprocess.PIPE).returncode:
        return print("   not tried: root reads everything and nobody cannot start", suite.binary)
    suite.home.chmod(0o777)
    suite.spill.chmod(0o777)
    try:
        done = suite.scan(user=user, unknown=True, names=["closed", *("locked/" + name for name in FORMATS[:3])])
        require(done.report is not None, done.said())
        strict = suite.run("scan", suite.tree, "--strict", user=user)
        require(strict.code == 3, "--strict is content with unreadable files")
        require(suite.run("scan", suite.tree / "closed", user=user).code == 3, "an unreadable folder is clean")
        require(b"Dockerfile" in suite.run("scan", suite.tree / "locked" / "Dockerfile", user=user).out, "an unreadable file is not named")
    finally:
        (suite.tree / "closed").chmod(0o755)


def moving_files(suite):
    """Files that grow, shrink, vanish and turn into FIFOs while they are read."""
    suite.fresh()
    for i in range(400):
        suite.write("many/f%d/compose.yaml" % i, "services: {a: {image: x}}\n" * 20)
    growing, shrinking = suite.write("growing.env", "A=1\n"), suite.write("shrinking.env", b"A=1\n" * (6 << 20))
    stop = threading.Event()

    def stir():
        turn = 0
        while not stop.is_set():
            turn += 1
            with open(growing, "ab") as out:
                if out.tell() < 200 << 20:
                    out.write(b"KEY=value\n" * 200000)
            os.truncate(shrinking, (turn % 2) * (24 << 20))
            place = suite.tree / ("many/f%d/compose.yaml" % (turn % 400))
            with contextlib.suppress(FileNotFoundError):
                os.unlink(place)
            if turn % 3 == 0:
                os.mkfifo(place)
            elif turn % 3 == 1:
                os.symlink("/dev/zero", place)

    thread = threading.Thread(target=stir)
    thread.start()
    try:
        for _ in range(4):
            suite.scan(steady=False)
    finally:
        stop.set()
        thread.join()


def deep_folders(suite):
    suite.fresh()
    here = os.open(suite.tree, os.O_RDONLY)
    for depth in range(5000):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
        if depth in (10, 1000, 4999):
            file = os.open("Dockerfile", os.O_WRONLY | os.O_CREAT, dir_fd=here)
            os.write(file, CANARY_BYTES)
            os.close(file)
    os.close(here)
    suite.scan(unknown=True)
    suite.table()


def many_files(suite):
    suite.fresh()
    folder = suite.tree / "many"
    folder.mkdir()
    for i in range(200000 if suite.full else 8000):
        os.close(os.open(folder / ("f%d.txt" % i), os.O_WRONLY | os.O_CREAT))
    suite.scan(steady=False)


def large_files(suite):
    """More of everything than anybody writes. None takes more than some processor seconds if the work is linear."""
    n = 100000
    key = "SECRET_" + "KEY"
    cases = {
        "locations": ("nginx.conf", "http { server { listen 80; server_name a.example;\n"
                      + "".join("location /p%d { ssl_protocols SSLv3; }\n" % i for i in range(60000)) + "}}\n"),
        "services": ("compose.yaml", "services:\n" + "".join(" s%d: {image: nginx, ports: ['80:80']}\n" % i for i in range(n * 9 // 10))),
        "environment": ("compose.yaml", "services:\n a:\n  image: nginx:1.25\n  environment:\n"
                        + "".join("   %s_%d: changeme\n" % (key, i) for i in range(n))),
        "ports": ("compose.yaml", "services:\n a:\n  image: nginx:1.25\n  ports:\n" + "".join("   - '%d:80'\n" % i for i in range(n))),
        "entries": (".env", "".join("%s_%d=changeme\n" % (key, i) for i in range(n))),
        "ignores": (".env", "".join("%s_%d=changeme # drydock: ignore=X%d y\n# drydock: ignore-file=Y%d z\n" % (key, i, i, i) for i in range(40000))),
        "runs": ("Dockerfile", "FROM debian:12\n" + "RUN apt-get install -y curl && cd /tmp\n" * 19000 + "USER root\n"),
        "one run": ("Dockerfile", "FROM debian:12\nRUN " + "apt-get install -y curl && " * 40000 + "true\n"),
        "stages": ("Dockerfile", "".join("FROM debian:latest AS s%d\nUSER root\n" % i for i in range(9900))),
        "comments": ("Dockerfile", "FROM debian:12\n" + "# hadolint ignore=DL3008\n" * 100000 + "RUN apt-get install -y curl\nUSER root\n"),
        "steps": (".github/workflows/a.yml", "on: push\njobs:\n a:\n  runs-on: x\n  steps:\n" + "".join("   - uses: a/b@v%d\n" % i for i in range(n))),
        "one line of JavaScript": ("a.min.js", "".join('var t%d={password:"hunter%xZq"};' % (i, i * 7919) for i in range(1250000))),
        "one line of YAML": ("compose.yaml", "services: {" + ", ".join("s%d: {image: nginx, privileged: true}" % i for i in range(60000)) + "}\n"),
        "requirements": ("requirements.txt", "".join("django==1.%d\n" % i for i in range(n))),
        "lockfile": ("package-lock.json", json.dumps({"lockfileVersion": 3, "packages": {"node_modules/p%d" % i: {"version": "1.0.0"} for i in range(n)}})),
        "lodash": ("package-lock.json", json.dumps({"lockfileVersion": 3, "packages": {"node_modules/p%d/node_modules/lodash" % i: {"version": "4.17.0"}
                                                                                       for i in range(n // 5)}})),
        "begin marks": ("a.txt", "-----BEGIN RSA " + "PRIVATE KEY-----\n" + ("-----BEGIN " + "PRIVATE KEY-----") * 200000),
    }
    for what, (path, data) in cases.items():
        suite.fresh()
        suite.write(path, data)
        try:
            suite.scan(steady=False)
            suite.table()
            if what in ("locations", "runs", "ports"):
                suite.run("fix", suite.tree)
                json.loads(suite.run("scan", suite.tree, "-o", "sarif").out)
        except Failure as failure:
            raise Failure(what + ": " + str(failure)) from failure


def too_large_is_said(suite):
    suite.fresh()
    for name in ("Dockerfile", "compose.yaml", "nginx.conf", ".env"):
        suite.write("large/" + name, b"# a comment\n" * 400000)
    with open(suite.write("sparse/compose.yaml", "services:\n"), "r+b") as out:
        out.truncate(40 << 30)
    suite.scan(names=["large/Dockerfile", "large/compose.yaml", "large/nginx.conf", "large/.env", "sparse/compose.yaml"], unknown=True)


def settings(suite):
    """drydock.yaml belongs to the target: the refusal names it."""
    for text in ("ignore: " + "[" * 100000, "a: &a [*a]\n", "\0", "\xff", "policy: {fail-on: nothing}", "ignore: [{id: '" + "*" * 100000 + "', reason: x}]",
                 "ignore:\n" + "".join(" - {id: X%d, reason: x, paths: ['**/**/**/*a*b*c*%d']}\n" % (i, i) for i in range(3000))):
        suite.fresh()
        suite.write("drydock.yaml", text.encode("latin-1"))
        done = suite.run("scan", suite.tree, "-o", "json", codes=(0, 1, 2))
        require(done.code != 2 or b"drydock.yaml" in done.err, "the message does not name the settings:", done.err[:300])


def advisory_mirrors(suite):
    """The mirror is foreign too: `db update --mirror`."""
    row = json.dumps({"id": "X-1", "modified": "2026-01-01T00:00:00Z", "affected": [{"package": {"ecosystem": "npm", "name": "a"},
                     "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}).encode()

    def archive(members, **options):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for name, data in members:
                made.writestr(name, data)
        return out.getvalue()

    good = archive([("X-1.json", row)])
    bomb = archive([("X-1.json", row), ("bomb.json", b"[" + b" " * (600 << 20) + b"]")])
    cases = {"good": good, "bomb": bomb, "deep": archive([("d.json", b"[" * 1000000)]), "paths": archive([("../../evil.json", row), ("/evil.json", row)]),
             "empty": b"", "no zip": b"PK\3\4" + b"\0" * 100, "cut": good[:-10], "central only": good[-80:]}
    for at in suite.random.sample(range(len(good)), 60):
        changed = bytearray(good)
        changed[at] ^= 0xFF
        cases["flipped %d" % at] = bytes(changed)
    for what, data in cases.items():
        suite.fresh(canary=False)
        suite.write("mirror/npm/all.zip", data)
        try:
            done = suite.run("db", "update", "--mirror", suite.tree / "mirror")
            require(what != "good" or done.code == 0, done.err.decode("utf-8", "replace"))
        except Failure as failure:
            raise Failure(what + ": " + str(failure)) from failure
        shutil.rmtree(suite.home)
        suite.home.mkdir()
    suite.fresh()
    index = suite.tree / "index"
    for data in (b"", b"x" * 5000, os.urandom(100000), b"\0" * 100000):
        index.write_bytes(data)
        suite.scan(arguments=["--db", index], unknown=None)


CASES = [truncated_images, flipped_images, traversal_entries, links_in_layers, tar_extremes, bombs, lying_manifests, billion_laughs,
         deep_documents, cycles, strange_bytes, huge_lines, odd_names, sockets_and_links, unreadable_files, moving_files, deep_folders,
         many_files, large_files, too_large_is_said, settings, advisory_mirrors]


def main(arguments):
    full = "--full" in arguments
    only = arguments[arguments.index("--only") + 1] if "--only" in arguments else ""
    failed = 0
    with tempfile.TemporaryDirectory(prefix="drydock-hostile-") as folder:
        suite = Suite(arguments[0], folder, full)
        for case in CASES:
            if only not in case.__name__:
                continue
            begun = time.monotonic()
            suite.worst_seconds = suite.worst_mebibytes = suite.runs = 0
            try:
                case(suite)
                outcome = "ok  "
            except Failure as failure:
                outcome, failed = "FAIL", failed + 1
                print("%s: %s" % (case.__name__, failure))
            print("%s %-18s %5d runs %6.1f s, worst %5.1f s of processor and %4d MiB" % (
                outcome, case.__name__, suite.runs, time.monotonic() - begun, suite.worst_seconds, suite.worst_mebibytes), flush=True)
        subprocess.run(["rm", "-rf", str(suite.tree)], check=True)  # deeper than Python's own removal goes
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
