#!/usr/bin/env python3
"""The whole program on real images.

    images_test.py DRYDOCK MIRROR FOLDER      MIRROR: the advisory feeds; FOLDER: kept between runs (make_images.py), unless
                                              $DRYDOCK_TEST_CACHE names another

What should be found is computed here from the images and the feeds by other means: dpkg-query and dpkg --compare-versions, tarfile
over the layers, umoci's unpacked root file system, and a second evaluation of OSV ranges. Nothing of it is typed in.
Exit code 77, with the reason, where a tool, root's rights, the feeds or a download is missing.
"""

import collections
import functools
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import make_images  # noqa: E402

DRYDOCK = MIRROR = FOLDER = MADE = DATABASE = None
ECOSYSTEM = {"deb": "Debian", "pypi": "PyPI", "npm": "npm"}


# ---- drydock


def drydock(*arguments, codes=(0, 1)):
    done = subprocess.run([DRYDOCK, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode not in codes:
        raise AssertionError("drydock %s: exit code %d\n%s" % (arguments, done.returncode, done.stderr.decode()[-2000:]))
    return done.stdout


@functools.cache
def scan(target, *options):
    return json.loads(drydock("scan", target, "-o", "json", "--db", DATABASE, *options))


def form(name, which="oci-gzip"):
    return MADE["images"][name]["forms"][which]


def findings(record, kind):
    return [finding for finding in record["findings"] if finding["kind"] == kind]


def package_of(record, finding):
    return record["packages"][finding["vulnerability"].get("package", 0)]


def path_in_root(path, root):
    """Where the path of an archive really is: its folders' symlinks followed inside the root."""
    parts, at, followed = path.split("/"), [], 0
    while len(parts) > 1:
        part = parts.pop(0)
        if part in ("", "."):
            continue
        here = Path(root, *at, part)
        if here.is_symlink():
            followed += 1
            assert followed < 40, path
            to = os.readlink(here)
            at = [] if to.startswith("/") else at
            parts = to.strip("/").split("/") + parts
        elif part == "..":
            at = at[:-1]
        else:
            at.append(part)
    return "/".join([*at, parts[0]])


# ---- What dpkg says


def dpkg_query(root):
    """Status, name, version, architecture, source and its version of all that dpkg inside the root knows."""
    fields = ["db:Status-Status", "Package", "Version", "Architecture", "source:Package", "source:Version"]
    out = subprocess.run([shutil.which("chroot"), root, "/usr/bin/dpkg-query", "-W", "-f", "\t".join("${%s}" % field for field in fields) + "\n"], check=True,
                         capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}).stdout
    return [line.split("\t") for line in out.splitlines()]


def unpacked(rows):
    """Those with files in the root; dpkg also remembers removed ones for their settings."""
    return [row for row in rows if row[0] not in ("config-files", "not-installed", "half-installed")]


@functools.cache
def dpkg_below(a, b):
    return subprocess.run(["dpkg", "--compare-versions", a, "lt", b]).returncode == 0


# ---- A second evaluation of OSV


def semver_key(version):
    """Precedence of semver.org, item 11."""
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?", version)
    assert match, "not semver: " + version
    prerelease = match[4]
    rank = (1,) if prerelease is None else (0, [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in prerelease.split(".")])
    return int(match[1]), int(match[2]), int(match[3]), rank


def release_key(version):
    """PEP 440 without anything but a release, which is all that the images and the advisories on their packages have."""
    assert re.fullmatch(r"\d+(\.\d+)*", version), "not a plain release: " + version
    parts = [int(part) for part in version.split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return parts


BELOW = {
    "Debian": dpkg_below,
    "npm": lambda a, b: semver_key(a) < semver_key(b),
    "PyPI": lambda a, b: release_key(a) < release_key(b),
}


def in_range(events, version, below):
    """OSV's algorithm: events in version order, the last one that is not above the version decides."""
    ordered = sorted(((kind, at) for event in events for kind, at in event.items()),
                     key=functools.cmp_to_key(lambda a, b: 0 if a[1] == b[1] else -1 if at_zero(a) or (not at_zero(b) and below(a[1], b[1])) else 1))
    affected = False
    for kind, at in ordered:
        if at_zero((kind, at)) or not below(version, at):
            if kind == "introduced":
                affected = True
            elif kind == "fixed" or (kind == "last_affected" and below(at, version)):
                affected = False
    return affected


def at_zero(event):
    return event == ("introduced", "0")


@functools.cache
def feed(ecosystem):
    """{(ecosystem as the record says it, name): [(record, affected)]}"""
    found = collections.defaultdict(list)
    with zipfile.ZipFile(MIRROR / "osv" / ecosystem / "all.zip") as archive:
        for name in archive.namelist():
            record = json.loads(archive.read(name)) if name.endswith(".json") else {}
            for affected in record.get("affected", []) if "withdrawn" not in record else []:
                found[affected["package"]["ecosystem"], affected["package"]["name"]].append((record, affected))
    return found


@functools.cache
def affecting(ecosystem, release, name, version):
    below = BELOW[ecosystem]
    records = {}
    for record, affected in feed(ecosystem)[ecosystem + (":" + release if release else ""), name]:
        ranges = [r for r in affected.get("ranges", []) if r["type"] in ("ECOSYSTEM", "SEMVER")]
        if version in affected.get("versions", []) or any(in_range(r["events"], version, below) for r in ranges):
            records[record["id"]] = record
    return list(records.values())


def vulnerabilities_of(ecosystem, release, name, version):
    """One set of ids for each vulnerability. Aliases join records; a distribution's bundle is one vulnerability for each CVE."""
    records = affecting(ecosystem, release, name, version)
    if ecosystem == "Debian":
        return {frozenset([cve]) for record in records for cve in record.get("upstream") or [record["id"]]}
    groups = []
    for record in records:
        ids = {record["id"], *record.get("aliases", [])}
        for group in [group for group in groups if group & ids]:
            groups.remove(group)
            ids |= group
        groups.append(ids)
    return {frozenset(group) for group in groups}


# ---- What the layers hold


def layers_of(layout):
    """[(diff ID, history entry, open tar)], lowest first, of an OCI layout folder with one image."""
    blob = lambda digest: Path(layout, "blobs", *digest.split(":"))
    manifest = json.loads(blob(json.loads(Path(layout, "index.json").read_text())["manifests"][0]["digest"]).read_bytes())
    config = json.loads(blob(manifest["config"]["digest"]).read_bytes())
    history = [entry["created_by"] for entry in config["history"] if not entry.get("empty_layer")]
    for descriptor, diff_id, created_by in zip(manifest["layers"], config["rootfs"]["diff_ids"], history, strict=True):
        content = gzip.decompress(blob(descriptor["digest"]).read_bytes())
        assert "sha256:" + hashlib.sha256(content).hexdigest() == diff_id
        yield diff_id, created_by, tarfile.open(fileobj=io.BytesIO(content))


def plain(name):
    return name.removeprefix("./").strip("/")


@functools.cache
def contents(name):
    """For each layer (diff ID, history entry, {path: bytes for what a cataloger reads, else None}, dpkg's list or None)."""
    found = []
    for diff_id, created_by, tar in layers_of(form(name)):
        files = {}
        for member in tar:
            path = plain(member.name)
            read = member.isfile() and (path == "var/lib/dpkg/status" or path.endswith(("/package.json", "/METADATA")))
            files[path] = tar.extractfile(member).read() if read else None
        rows = None
        if "var/lib/dpkg/status" in files:
            with tempfile.TemporaryDirectory() as folder:
                Path(folder, "status").write_bytes(files["var/lib/dpkg/status"])
                Path(folder, "info").mkdir()
                rows = set(subprocess.run(["dpkg-query", "--admindir", folder, "-W", "-f", "${Package} ${Version} ${Architecture} ${db:Status-Status}\n"],
                                          check=True, capture_output=True, text=True).stdout.splitlines())
        found.append((diff_id, created_by, files, rows))
    return found


def node_packages(root):
    """{path: (name, version)} of what stands where Node looks for packages."""
    found = {}
    for path in Path(root).rglob("package.json"):
        inside = path.relative_to(root).as_posix()
        if re.search(r"(^|/)node_modules/(@[^/]+/)?[^/@]+/package\.json$", inside) and path.is_file() and not path.is_symlink():
            manifest = json.loads(path.read_text())
            if "name" in manifest and "version" in manifest:
                found[inside] = (manifest["name"], manifest["version"])
    return found


def python_packages(root):
    found = {}
    for path in Path(root).rglob("*.dist-info/METADATA"):
        inside = path.relative_to(root).as_posix()
        fields = dict(line.split(": ", 1) for line in path.read_text().split("\n\n")[0].splitlines() if ": " in line and line[0] != " ")
        if not inside.startswith("usr/lib/python3/"):  # dpkg's
            found[inside] = (re.sub("[-_.]+", "-", fields["Name"]).lower(), fields["Version"])
    return found


def lockfile_packages(root):
    """{(lockfile, name, version)}. A lockfile beside the node_modules that it led to says nothing more than those."""
    found = set()
    for path in Path(root).rglob("package-lock.json"):
        if (path.parent / "node_modules").is_dir() or "node_modules" in path.parts:
            continue
        for key, entry in json.loads(path.read_text())["packages"].items():
            if key:
                found.add((path.relative_to(root).as_posix(), entry.get("name", key.split("node_modules/")[-1]), entry["version"]))
    return found


# ---- Tests


def each_image(*names):
    """Runs test(self, name, record, root) for each image by itself."""

    def decorate(test):
        @functools.wraps(test)
        def run(self):
            for name in names or MADE["images"]:
                with self.subTest(image=name):
                    test(self, name, scan(form(name)), MADE["images"][name]["root"])

        return run

    return decorate


def comparable(record):
    """The record without what differs between forms of one image: names of the target, digests as stored, the clock."""
    record = json.loads(json.dumps(record))
    for key in ("started", "elapsed_milliseconds", "target", "target_path"):
        record.pop(key, None)
    for image in record["images"]:
        image.pop("name", None), image.pop("digest", None)
        for layer in image["layers"]:
            layer.pop("digest", None), layer.pop("stored_bytes", None)
    for finding in record["findings"]:
        finding.pop("subject"), finding.pop("fingerprint")
    for row in record["examined"]:
        row.pop("subjects")
    # What ties with each other is ordered by the fingerprint, which names the image.
    order = sorted(range(len(record["findings"])), key=lambda i: json.dumps(record["findings"][i], sort_keys=True))
    for key in ("findings", "decisions"):
        if record.get(key):
            record[key] = [record[key][i] for i in order]
    return record


class Images(unittest.TestCase):
    maxDiff = 4000

    def test_every_form_of_an_image_gives_the_same_report(self):
        for name in MADE["images"]:
            wanted = comparable(scan(form(name)))
            self.assertGreater(len(wanted["findings"]), 50)
            for which, path in MADE["images"][name]["forms"].items():
                with self.subTest(image=name, form=which):
                    self.assertEqual(comparable(scan(path)), wanted)

    def test_threads_change_nothing(self):
        wanted = comparable(scan(form("buildah")))
        for jobs in ("1", "7"):
            self.assertEqual(comparable(scan(form("buildah"), "--jobs", jobs)), wanted)

    @each_image()
    def test_nothing_of_a_sound_image_is_unknown(self, name, record, root):
        self.assertEqual(record.get("unknowns", []), [])

    @each_image()
    def test_the_debian_packages_are_those_of_dpkg_query_line_for_line(self, name, record, root):
        known = dpkg_query(root)
        self.assertIn("config-files", [row[0] for row in known])  # or the trap is not set
        wanted = ["%s %s %s" % tuple(row[1:4]) for row in unpacked(known)]
        found = ["%(name)s %(version)s %(architecture)s" % package for package in record["packages"] if package["ecosystem"] == "deb"]
        self.assertEqual(sorted(found), sorted(wanted))
        self.assertGreater(len(found), 100)

    @each_image("buildah")
    def test_the_sources_of_debian_packages_are_those_of_dpkg_query(self, name, record, root):
        wanted = {tuple(row[1:]) for row in unpacked(dpkg_query(root))}
        found = {(p["name"], p["version"], p["architecture"], p.get("source_name") or p["name"], p.get("source_version") or p["version"])
                 for p in record["packages"] if p["ecosystem"] == "deb"}
        self.assertEqual(found, wanted)

    @each_image()
    def test_python_and_node_packages_are_those_of_the_unpacked_root(self, name, record, root):
        for ecosystem, oracle in (("pypi", python_packages), ("npm", node_packages)):
            found = [(path_in_root(p["at"]["path"], root), (p["name"], p["version"]))
                     for p in record["packages"] if p["ecosystem"] == ecosystem and p["source"] == "installed"]
            self.assertEqual(sorted(found), sorted(oracle(root).items()))
            self.assertTrue(found)
        found = {(path_in_root(p["at"]["path"], root), p["name"], p["version"]) for p in record["packages"] if p["source"] == "manifest"}
        self.assertEqual(found, lockfile_packages(root))

    @each_image()
    def test_an_image_has_the_packages_and_files_of_its_root_file_system(self, name, record, root):
        unpacked_record = scan("rootfs:" + root)
        key = lambda p: (p["ecosystem"], p["name"], p["version"], p.get("architecture"), path_in_root(p["at"]["path"], root), p.get("release"))
        self.assertEqual(sorted(map(key, record["packages"])), sorted(map(key, unpacked_record["packages"])))
        id_of = lambda scanned: sorted((f["vulnerability"]["id"], key(package_of(scanned, f))) for f in findings(scanned, "vulnerability"))
        self.assertEqual(id_of(record), id_of(unpacked_record))
        if name != "hand":  # whose layers leave out folders
            self.assertEqual(record["counts"]["files"], sum(len(folders) + len(files) for _, folders, files in os.walk(root)))

    def test_both_builders_images_have_the_same_packages_and_vulnerabilities(self):
        said = lambda record: sorted((f["vulnerability"]["id"], package_of(record, f)["purl"], package_of(record, f)["at"]["path"])
                                     for f in findings(record, "vulnerability"))
        self.assertEqual(said(scan(form("buildah"))), said(scan(form("umoci"))))

    @each_image()
    def test_debian_vulnerabilities_are_those_dpkg_compare_versions_finds_in_the_feed(self, name, record, root):
        wanted = collections.Counter()
        for _, name, version, architecture, source, source_version in unpacked(dpkg_query(root)):
            for ids in vulnerabilities_of("Debian", "11", source, source_version):
                wanted[name, version, architecture, *ids] += 1
        found = collections.Counter()
        for finding in findings(record, "vulnerability"):
            package = package_of(record, finding)
            if package["ecosystem"] == "deb":
                found[package["name"], package["version"], package["architecture"], finding["vulnerability"]["id"]] += 1
        self.assertEqual(found, wanted)
        names = {name for name, *_ in wanted}
        # The traps are set: what should be there is, what should not is not.
        self.assertLessEqual({"openssl", "libssl1.1", "nginx", "nginx-common", "curl", "libexpat1", "redis-server", "fonts-opensymbol", "varnish",
                              "haproxy"}, names)
        self.assertFalse({"uno-libs3", "libvarnishapi2", "lighttpd", "tor", "python3-requests"} & names)

    @each_image()
    def test_python_and_node_vulnerabilities_are_those_of_a_second_evaluation(self, name, record, root):
        of_package = collections.defaultdict(list)
        for finding in findings(record, "vulnerability"):
            detail = finding["vulnerability"]
            of_package[detail.get("package", 0)].append(frozenset([detail["id"], *detail.get("aliases", [])]))
        counted = collections.Counter()
        for index, package in enumerate(record["packages"]):
            if package["ecosystem"] == "deb":
                continue
            wanted = vulnerabilities_of(ECOSYSTEM[package["ecosystem"]], "", package["name"], package["version"])
            found = of_package[index]
            self.assertEqual(len(found), len(set(found)), package)
            self.assertEqual(set(found), wanted, package)
            counted[package["ecosystem"]] += len(wanted)
        self.assertGreater(min(counted["pypi"], counted["npm"]), 5, counted)

    @each_image()
    def test_every_finding_names_its_layer_and_the_history_entry_that_made_it(self, name, record, root):
        history = {diff_id: created_by.strip() for diff_id, created_by, _, _ in contents(name)}
        layers = record["images"][0]["layers"]
        self.assertEqual([layer["diff_id"] for layer in layers], list(history))
        self.assertEqual([layer["created_by"].strip() for layer in layers], list(history.values()))
        for step, layer in zip(MADE["steps"], layers):
            if step.startswith("RUN"):  # a builder hashes what COPY and ADD copy
                self.assertIn(step.removeprefix("RUN "), layer["created_by"])
        for finding in findings(record, "vulnerability") + findings(record, "secret"):
            for at in finding["locations"]:
                self.assertIn(at.get("layer"), history, finding)
            if finding["kind"] == "vulnerability":
                self.assertEqual(finding["snippet"].strip(), history[finding["locations"][0]["layer"]])

    @each_image()
    def test_no_two_findings_have_one_fingerprint(self, name, record, root):
        marks = collections.Counter(finding["fingerprint"] for finding in record["findings"])
        self.assertEqual([mark for mark, count in marks.items() if count > 1], [])

    @each_image()
    def test_the_layer_of_a_package_is_the_one_that_installed_it(self, name, record, root):
        layers = contents(name)
        for package in record["packages"]:
            at = package["at"]
            if package["ecosystem"] == "deb":
                line = "%(name)s %(version)s %(architecture)s " % package
                wanted = None
                for diff_id, _, _, rows in layers:
                    if rows is None:
                        continue
                    there = any(row.startswith(line) and not row.endswith(("config-files", "not-installed")) for row in rows)
                    wanted = (wanted or diff_id) if there else None
                self.assertEqual(at["layer"], wanted, package)
            else:
                self.assertEqual(at["layer"], [diff_id for diff_id, _, files, _ in layers if at["path"] in files][-1], package)

    @each_image()
    def test_a_secret_is_found_in_its_layer_also_below_its_deletion(self, name, record, root):
        copied = [diff_id for diff_id, _, files, _ in contents(name) if "srv/app/config/deploy.pem" in files][0]
        found = {at["path"]: (finding["secret"].get("deleted_above", False), at["layer"])
                 for finding in findings(record, "secret") for at in finding["locations"]}
        self.assertEqual(found.get("srv/app/config/deploy.pem"), (True, copied))
        self.assertEqual(found.get("srv/app/config/ci.cfg"), (False, copied))
        self.assertEqual(found.get("srv/app/config/old.cfg"), (False, copied))
        # .env is deleted, but its content goes on under a second name: it is not gone from the image.
        self.assertEqual(found.get("srv/app/config/.env"), (False, copied))
        self.assertIn("srv/app/env.hard", found)

    @each_image()
    def test_secrets_not_deleted_are_those_of_the_unpacked_root(self, name, record, root):
        said = lambda scanned: {(f["secret"]["rule"], f["secret"]["hash"]) for f in findings(scanned, "secret") if not f["secret"].get("deleted_above")}
        self.assertEqual(said(record), said(scan("rootfs:" + root)))

    @each_image("buildah")
    def test_only_what_was_put_there_is_a_secret(self, name, record, root):
        """A distribution's own files and published packages are no leak of this image's owner."""
        elsewhere = {at["path"] for finding in findings(record, "secret") for at in finding["locations"] if not at["path"].startswith("srv/app/")}
        self.assertEqual(elsewhere, set())

    def test_no_report_prints_a_whole_secret(self):
        secrets = set()
        for text in MADE["secrets"].values():
            secrets |= set(re.findall(r"AK" r"IA[A-Z2-7]{16}|gh" r"p_[0-9A-Za-z]{36}|[0-9A-Za-z+/]{40,}", text))
        self.assertGreater(len(secrets), 10)
        for output in ("json", "table", "sarif"):
            text = drydock("scan", form("buildah"), "--db", DATABASE, "-o", output, "--all").decode()
            self.assertFalse([secret[:6] for secret in secrets if secret in text], output)


class Damage(unittest.TestCase):
    """What cannot be read or is not what it is said to be is an Unknown that names the layer; the rest is still reported."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.layout = self.folder / "oci"
        shutil.copytree(form("buildah"), self.layout)
        self.sound = scan(form("buildah"))
        blob = lambda digest: self.layout / "blobs" / digest.replace(":", "/")
        manifest = json.loads(blob(json.loads((self.layout / "index.json").read_text())["manifests"][0]["digest"]).read_bytes())
        self.number = MADE["steps"].index("COPY python /" + make_images.PYTHON_HOME)
        self.blob = blob(manifest["layers"][self.number]["digest"])

    def expect_unknown(self, target, *words):
        record = scan(str(target))
        reasons = [unknown["reason"] for unknown in record["unknowns"] if unknown["reason"].startswith("layer ")]
        self.assertEqual(len(reasons), 1, reasons)
        for word in ("layer %d" % (self.number + 1), *words):
            self.assertIn(word, reasons[0])
        debs = lambda scanned: [p["purl"] for p in scanned["packages"] if p["ecosystem"] == "deb"]
        self.assertEqual(debs(record), debs(self.sound))
        self.assertTrue(findings(record, "secret"))
        drydock("scan", target, "-o", "json", "--db", DATABASE, "--strict", codes=(3,))

    def test_bytes_that_do_not_match_the_diff_id(self):
        archive = self.folder / "image.tar"
        shutil.copyfile(form("buildah", "docker-archive"), archive)
        with tarfile.open(archive) as tar:
            layer = tar.getmember(json.load(tar.extractfile("manifest.json"))[0]["Layers"][self.number])
            content = tar.extractfile(layer).read()
        at = content.index(b"class Flask(")  # a file's content: the tar stays well-formed
        with open(archive, "r+b") as file:
            file.seek(layer.offset_data + at)
            file.write(b"Class")
        self.expect_unknown(archive, "diff ID")

    def test_a_blob_that_is_another(self):
        content = gzip.decompress(self.blob.read_bytes()).replace(b"class Flask(", b"Class Flask(", 1)
        self.blob.write_bytes(gzip.compress(content, 1))
        self.expect_unknown(self.layout)

    def test_a_damaged_blob(self):
        content = bytearray(self.blob.read_bytes())
        content[len(content) // 2] ^= 0x55
        self.blob.write_bytes(content)
        self.expect_unknown(self.layout)

    def test_a_truncated_blob(self):
        self.blob.write_bytes(self.blob.read_bytes()[:-2000])
        self.expect_unknown(self.layout)

    def test_a_missing_blob(self):
        self.blob.unlink()
        self.expect_unknown(self.layout)

    def test_an_archive_cut_short_is_an_error_or_an_unknown_and_never_clean(self):
        archive = self.folder / "image.tar"
        whole = Path(form("buildah", "docker-archive"))
        for share in (0.3, 0.9):
            shutil.copyfile(whole, archive)
            os.truncate(archive, int(whole.stat().st_size * share))
            drydock("scan", archive, "--db", DATABASE, "--strict", codes=(3,))


def main():
    global DRYDOCK, MIRROR, FOLDER, MADE, DATABASE
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    DRYDOCK, MIRROR, FOLDER = sys.argv[1], Path(sys.argv[2]), Path(os.environ.get("DRYDOCK_TEST_CACHE") or sys.argv[3])
    try:
        if not (MIRROR / "osv/Debian/all.zip").exists():
            raise make_images.Missing("no advisory feeds at " + str(MIRROR))
        MADE = make_images.make(FOLDER)
    except make_images.Missing as reason:
        print("SKIPPED:", reason, file=sys.stderr)
        sys.exit(77)
    temporary = tempfile.TemporaryDirectory()
    DATABASE = temporary.name + "/advisories.db"
    drydock("db", "update", "--mirror", MIRROR, "--db", DATABASE, "--ecosystem", "Debian,PyPI,npm")
    sys.argv[1:] = []
    unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
