#!/usr/bin/env python3
"""Makes the images that images_test.py scans, by the tools that people build images with.

    make_images.py FOLDER        FOLDER is kept between runs: downloads, and the images while nothing here changed

Two builders (buildah and umoci) make the same image step by step, one layer a step: a Debian 11 root of debootstrap; packages of
ours by dpkg-deb under real names at old versions; Python and Node packages; secrets; and steps that delete, replace, link and
upgrade what lower layers brought. A third image adds layers made by hand to umoci's: what the format allows and neither builder
writes (opaque directories, whiteouts behind the entries they do not concern, paths spelled through a symlinked folder).
skopeo and this file then write them in every form that a scanner meets. FOLDER/images/images.json lists them.

What the scanner should find is not written here: images_test.py computes it. Names and versions are chosen so that a wrong rule
shows (see PACKAGES).
"""

import binascii
import fcntl
import gzip
import hashlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import textwrap
from pathlib import Path

HERE = Path(__file__).resolve()
SUITE = "bullseye"
PYTHON_HOME = "usr/local/lib/python3.9/dist-packages"
WHEELS = ["flask==2.3.1", "werkzeug==2.2.2", "jinja2==2.11.2", "urllib3==1.26.16", "requests==2.30.0", "certifi==2022.9.24"]
NODE = {"lodash": "4.17.15", "minimist": "0.0.8", "jquery": "3.4.1", "axios": "0.21.1", "marked": "0.3.5", "handlebars": "4.0.11",
        "serve-static": "1.7.1", "@babel/code-frame": "7.0.0"}
TOOLS = ["debootstrap", "dpkg", "dpkg-deb", "dpkg-query", "buildah", "umoci", "skopeo", "npm", "openssl", "chroot", "tar"]


class Missing(Exception):
    """A tool, a right or a download that this machine does not have: the test is skipped, and says so."""


def say(*words):
    print("==", *words, flush=True)


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        raise RuntimeError("%s: exit code %d\n%s" % (" ".join(map(str, command)), done.returncode, done.stdout[-4000:]))
    return done.stdout


def require_tools():
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        raise Missing("not installed: %s (packages.txt lists them)" % ", ".join(missing))
    if os.geteuid():
        raise Missing("debootstrap and chroot need root")


# ---- Downloads, kept


def apt_mirrors():
    """Where this machine's apt gets Debian's own packages from: only its own settings know."""
    folder = Path("/etc/apt")
    found = []
    for path in sorted(folder.glob("sources.list.d/*.sources")):
        for paragraph in path.read_text().split("\n\n"):
            fields = dict(line.split(":", 1) for line in paragraph.splitlines() if ":" in line and line[0] not in "# \t")
            found += [(uri, fields.get("Suites", "")) for uri in fields.get("URIs", "").split()]
    for path in [folder / "sources.list", *sorted(folder.glob("sources.list.d/*.list"))]:
        for line in path.read_text().splitlines() if path.is_file() else []:
            words = [word for word in line.split("#")[0].split("]")[-1].split() if word not in ("deb", "deb-src")]
            found += [(words[0], words[1])] if len(words) > 1 and "://" in words[0] else []
    release = dict(line.rstrip().split("=", 1) for line in open("/etc/os-release") if "=" in line)
    codename = release.get("VERSION_CODENAME", "").strip('"')
    return list(dict.fromkeys(uri for uri, suites in found if codename and codename in suites.split()))


def debian_root(downloads):
    """The root as a tar. Documents and translations go: they are most of the files and say nothing to a scanner."""
    kept = downloads / (SUITE + ".tar")
    if kept.exists():
        return kept
    mirrors = apt_mirrors()
    if not mirrors:
        raise Missing("apt's sources name no Debian mirror, so there is no %s root" % SUITE)
    root = downloads / "root.part"
    why = ""
    for mirror in mirrors:
        say("debootstrap", SUITE)
        shutil.rmtree(root, ignore_errors=True)
        try:
            run("debootstrap", "--variant=minbase", SUITE, root, mirror)
            break
        except RuntimeError as error:
            why = str(error)
    else:
        raise Missing("no mirror of this machine has %s: %s" % (SUITE, why[-500:]))
    for pattern in ["usr/share/doc/*", "usr/share/man/*", "usr/share/locale/*", "usr/share/zoneinfo/*", "usr/share/i18n/*", "usr/share/info/*",
                    "usr/lib/*/gconv", "var/lib/apt/lists/*", "var/cache/*/*", "var/log/*", "dev/*"]:
        for path in root.glob(pattern):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    run("tar", "--sort=name", "--numeric-owner", "-C", root, "-cf", str(kept) + ".part", ".")
    os.rename(str(kept) + ".part", kept)
    shutil.rmtree(root)
    return kept


def wheels(downloads):
    folder = downloads / "wheels"
    if not folder.exists():
        say("pip download")
        part = downloads / "wheels.part"
        shutil.rmtree(part, ignore_errors=True)
        try:
            run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", part, *WHEELS)
        except RuntimeError as error:
            raise Missing("the wheels cannot be had: %s" % str(error)[-500:]) from None
        part.rename(folder)
    return folder


def node_modules(downloads):
    folder = downloads / "node"
    if not folder.exists():
        say("npm install")
        part = downloads / "node.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        (part / "package.json").write_text(json.dumps({"name": "shop", "version": "1.0.0", "private": True, "dependencies": NODE}, indent=2) + "\n")
        try:
            run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", cwd=part)
        except RuntimeError as error:
            raise Missing("the Node packages cannot be had: %s" % str(error)[-500:]) from None
        part.rename(folder)
    return folder


# ---- Debian packages of ours. Folder: what the build does with it.

# folder, name, version, architecture, more fields
PACKAGES = [
    ("install", "openssl", "1.1.1k-1", "amd64", {}),
    ("install", "libssl1.1", "1.1.1k-1", "amd64", {"Source": "openssl"}),
    ("install", "nginx", "1.18.0-6", "all", {}),
    ("install", "nginx-common", "1.18.0-6", "all", {"Source": "nginx"}),
    ("install", "curl", "7.74.0-1", "amd64", {}),
    # A binary rebuild: the binary's version is above the source's.
    ("install", "libexpat1", "2.2.10-2+b1", "amd64", {"Source": "expat (2.2.10-2)", "Multi-Arch": "same"}),
    ("install", "libexpat1", "2.2.10-2+b1", "i386", {"Source": "expat (2.2.10-2)", "Multi-Arch": "same"}),
    # An epoch, which decides: without it 5:6.0.11-1 would be below everything.
    ("install", "redis-server", "5:6.0.11-1", "amd64", {"Source": "redis"}),
    # Binary version far above the fixed source version, source affected; and the other way round.
    ("install", "fonts-opensymbol", "2:102.11+LibO7.0.4-4", "all", {"Source": "libreoffice (1:7.0.4-4)"}),
    ("install", "uno-libs3", "7.0.4-4", "amd64", {"Source": "libreoffice (1:7.0.4-99)"}),
    # A tilde sorts before its absence: 6.5.1-1~bpo is below every fix.
    ("install", "varnish", "6.5.1-1~bpo10+1", "amd64", {}),
    ("install", "libvarnishapi2", "6.5.1-1+deb11u999", "amd64", {"Source": "varnish"}),
    # Removed again, but its conffile stays: dpkg remembers it, nothing of it runs.
    ("install", "lighttpd", "1.4.59-1", "amd64", {}),
    # Purged: not even remembered.
    ("install", "tor", "0.4.5.10-1~deb11u1", "amd64", {}),
    # What dpkg installs into Python's own folder is the deb's, and is not PyPI's requests.
    ("install", "python3-requests", "2.25.1+dfsg-2", "all", {"Source": "requests"}),
    ("unpack", "haproxy", "2.2.9-2+deb11u1", "amd64", {}),
    ("upgrade", "curl", "7.74.0-1.3+deb11u2", "amd64", {}),
]


def make_debs(folder, work):
    for to, name, version, architecture, fields in PACKAGES:
        root = work / "deb"
        shutil.rmtree(root, ignore_errors=True)
        (root / "DEBIAN").mkdir(parents=True)
        control = {"Package": name, "Version": version, "Architecture": architecture, "Maintainer": "Nobody <nobody@drydock.example>",
                   "Section": "misc", "Priority": "optional", **fields, "Description": "stands in for " + name + "\n empty but for its name"}
        (root / "DEBIAN/control").write_text("".join("%s: %s\n" % field for field in control.items()))
        where = root / "usr/share" / name
        where.mkdir(parents=True)
        # Files of the two architectures of one package must be the same, or at other paths.
        (where / ("about." + architecture)).write_text("%s %s\n" % (name, version))
        if name in ("lighttpd", "tor"):
            (root / "etc").mkdir()
            (root / "etc" / (name + ".conf")).write_text("# as shipped\n")
            (root / "DEBIAN/conffiles").write_text("/etc/%s.conf\n" % name)
        if name == "python3-requests":
            info = root / "usr/lib/python3/dist-packages/requests-2.25.1.dist-info"
            info.mkdir(parents=True)
            (info / "METADATA").write_text("Metadata-Version: 2.1\nName: requests\nVersion: 2.25.1\n")
        (folder / to).mkdir(parents=True, exist_ok=True)
        run("dpkg-deb", "--root-owner-group", "-Znone", "-b", root, folder / to / ("%s_%s.deb" % (name, architecture)))


# ---- What COPY copies


def github_token(chance):
    """A token GitHub could have issued but did not: prefix, 30 random characters, their CRC32 in base 62."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    body = "".join(chance.choice(digits) for _ in range(30))
    check, number = "", binascii.crc32(body.encode())
    for _ in range(6):
        number, digit = divmod(number, 62)
        check = digits[digit] + check
    return "gh" + "p_" + body + check


def make_secrets(folder):
    """Made now, so that none stands in the repository and none is anybody's."""
    folder.mkdir()
    chance = random.Random(os.urandom(16))
    base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    access = "AK" + "IA" + "".join(chance.choice(base32) for _ in range(16))
    (folder / ".env").write_text("LOG_LEVEL=info\nAWS_ACCESS_KEY_ID=%s\n" % access)
    (folder / "ci.cfg").write_text("[github]\ntoken = %s\n" % github_token(chance))
    (folder / "old.cfg").write_text("[github]\ntoken = %s\n" % github_token(chance))
    run("openssl", "genrsa", "-traditional", "-out", folder / "deploy.pem", "2048")
    for path in folder.iterdir():
        path.chmod(0o600)


def make_context(folder, downloads, work):
    say("what the images hold")
    make_debs(folder / "debs", work)
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-compile", "--root-user-action=ignore", "--find-links",
        wheels(downloads), "--target", folder / "python", *WHEELS)
    shutil.copytree(node_modules(downloads), folder / "node", symlinks=True)
    (folder / "node/requirements.txt").write_text("flask>=2\n")  # beside what pip installed it says nothing more
    make_secrets(folder / "secrets")
    os.link(debian_root(downloads), folder / (SUITE + ".tar"))


# ---- The image, step by step: one instruction, one layer

STEPS = [
    ("ADD", SUITE + ".tar", "/"),
    ("COPY", "debs", "/debs"),
    ("RUN", "dpkg --add-architecture i386 && dpkg --install /debs/install/*.deb"),
    ("RUN", "dpkg --unpack /debs/unpack/*.deb && dpkg --remove lighttpd && dpkg --purge tor && echo varnish hold | dpkg --set-selections"),
    ("COPY", "python", "/" + PYTHON_HOME),
    ("COPY", "node", "/srv/app"),
    ("COPY", "secrets", "/srv/app/config"),
    ("RUN", "rm /srv/app/config/deploy.pem && ln /srv/app/config/.env /srv/app/env.hard && rm /srv/app/config/.env"),
    ("RUN", "rm -rf /srv/app/node_modules/minimist && mv /srv/app/node_modules/jquery /srv/app/node_modules/moved-jquery"
            " && rm -rf /srv/app/node_modules/marked && mkdir /srv/app/node_modules/marked"
            " && echo '{\"name\":\"marked\",\"version\":\"4.0.10\"}' > /srv/app/node_modules/marked/package.json"),
    ("RUN", "dpkg --install /debs/upgrade/*.deb && rm -r /debs && ln -s srv/app /app && touch /etc/ready"),
    ("RUN", "echo again >> /etc/ready"),
]


def build_with_buildah(context, work, layout):
    """BUILDAH_ISOLATION=chroot and vfs need neither namespaces nor an overlay file system."""
    say("buildah")
    lines = ["FROM scratch"] + [" ".join(step) for step in STEPS] + ["USER 1000:1000", 'ENTRYPOINT ["nginx"]']
    (context / "Containerfile").write_text("\n".join(lines) + "\n")
    buildah = ["buildah", "--root", work / "storage", "--runroot", work / "run", "--storage-driver=vfs"]
    run(*buildah, "build", "--isolation=chroot", "--layers", "--format=oci", "--tag", "shop:1", "-f", context / "Containerfile", context)
    run(*buildah, "push", "shop:1", "oci:%s:1" % layout)


def unpack_tar(archive, to):
    run("tar", "--numeric-owner", "-C", to, "-xpf", archive)


def build_with_umoci(context, work, layout):
    say("umoci")
    bundle = work / "bundle"
    run("umoci", "init", "--layout", layout)
    image = "%s:1" % layout
    run("umoci", "new", "--image", image)
    run("umoci", "unpack", "--image", image, bundle)
    root = bundle / "rootfs"
    for step in STEPS:
        if step[0] == "ADD":
            unpack_tar(context / step[1], root)
        elif step[0] == "COPY":
            to = root / step[2].lstrip("/")
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(context / step[1], to, symlinks=True)
        else:
            run("chroot", root, "/bin/sh", "-ec", step[1], env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"})
        run("umoci", "repack", "--refresh-bundle", "--image", image, "--history.created_by", " ".join(step), bundle)
    run("umoci", "config", "--image", image, "--config.user", "1000:1000", "--config.entrypoint", "nginx")
    run("umoci", "gc", "--layout", layout)
    shutil.rmtree(bundle)


# ---- Layers that no builder writes


def hand_made_layers():
    """(created_by, [(name, what)]): what is bytes (a file), None (a folder), ("hard", target) or ("soft", target)."""
    node = "srv/app/node_modules"
    manifest = lambda name, version: json.dumps({"name": name, "version": version}).encode()
    return [
        ("opaque: handlebars anew, its own entries before the mark", [
            (node + "/handlebars/package.json", manifest("handlebars", "4.7.8")),
            (node + "/handlebars/.wh..wh..opq", b"")]),
        ("whiteouts: lodash and an absent name", [
            ("srv/vendor/node_modules/lodash", None),
            ("srv/vendor/node_modules/lodash/package.json", manifest("lodash", "4.17.4")),
            (node + "/.wh.lodash", b""),
            (node + "/.wh.never-was", b"")]),
        ("through symlinks: app -> srv/app, lib -> usr/lib", [
            ("app/node_modules/inner", None),
            ("app/node_modules/inner/package.json", manifest("inner", "1.0.0")),
            ("app/node_modules/inner/node_modules/minimist/package.json", manifest("minimist", "0.0.8")),
            ("lib/extra/readme", b"usr-merged\n")]),
        ("a hard link to a lower layer's file", [(node + "/axios/link.json", ("hard", node + "/axios/package.json"))]),
        ("whiteout of the file the link shares", [(node + "/axios/.wh.package.json", b"")]),
        ("as pnpm installs: a hard link to a store where nothing has a package's name, and a symlink", [
            ("srv/store/files/00/1f", manifest("lodash", "4.17.4")),
            ("srv/pnpm/node_modules/.pnpm/lodash@4.17.4/node_modules/lodash/package.json", ("hard", "srv/store/files/00/1f")),
            ("srv/pnpm/node_modules/lodash", ("soft", ".pnpm/lodash@4.17.4/node_modules/lodash"))]),
        ("a lockfile of what is not installed", [
            ("srv/bundle/package-lock.json", json.dumps({"name": "bundle", "lockfileVersion": 3, "packages": {
                "": {"name": "bundle"}, "node_modules/jquery": {"version": "3.4.0"}}}).encode())]),
        ("a file where a folder was, a folder where a file was", [
            (node + "/serve-static", b"now a file\n"),
            ("etc/ready", None),
            ("etc/ready/node_modules/jquery/package.json", manifest("jquery", "1.6.0"))]),
    ]


def tar_of(entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, what in entries:
            entry = tarfile.TarInfo(name)
            entry.mode, entry.mtime = 0o755 if what is None else 0o644, 1_600_000_000
            if what is None:
                entry.type = tarfile.DIRTYPE
            elif isinstance(what, tuple):
                entry.type, entry.linkname = (tarfile.LNKTYPE if what[0] == "hard" else tarfile.SYMTYPE), what[1]
            else:
                entry.size = len(what)
            tar.addfile(entry, io.BytesIO(what) if isinstance(what, bytes) else None)
    return out.getvalue()


def add_hand_made(layout, work):
    say("layers by hand")
    for number, (created_by, entries) in enumerate(hand_made_layers()):
        path = work / ("layer%d.tar" % number)
        path.write_bytes(tar_of(entries))
        run("umoci", "raw", "add-layer", "--image", "%s:1" % layout, "--tag", "1", "--history.created_by", created_by, path)
    run("umoci", "gc", "--layout", layout)


# ---- Forms


def docker_25(archive, to):
    """`docker save` since 25: one tar that is an OCI layout and a docker-archive at once, layers uncompressed, named by digest."""
    with tarfile.open(archive) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))[0]
        blob_of, blobs = {}, {}
        for name in [manifest["Config"], *dict.fromkeys(manifest["Layers"])]:
            member = tar.getmember(name)
            digest = hashlib.file_digest(tar.extractfile(member), "sha256").hexdigest()
            blob_of[name], blobs[digest] = digest, member
        config = tar.extractfile(manifest["Config"]).read()
        layer = lambda name: {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": "sha256:" + blob_of[name], "size": blobs[blob_of[name]].size}
        image = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:" + blob_of[manifest["Config"]], "size": len(config)},
            "layers": [layer(name) for name in manifest["Layers"]]}).encode()
        image_digest = hashlib.sha256(image).hexdigest()
        index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [{
            "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:" + image_digest, "size": len(image),
            "annotations": {"io.containerd.image.name": "shop.example/shop:1", "org.opencontainers.image.ref.name": "1"}}]}
        path = lambda digest: "blobs/sha256/" + digest
        legacy = [{"Config": path(blob_of[manifest["Config"]]), "RepoTags": ["shop.example/shop:1"], "Layers": [path(blob_of[name]) for name in manifest["Layers"]]}]
        small = {path(image_digest): image, "index.json": json.dumps(index).encode(), "manifest.json": json.dumps(legacy).encode(),
                 "oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}
        with tarfile.open(to, "w") as out:
            for digest, member in blobs.items():
                entry = tarfile.TarInfo(path(digest))
                entry.size = member.size
                out.addfile(entry, tar.extractfile(member))
            for name, content in small.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                out.addfile(entry, io.BytesIO(content))


def write_forms(name, layout, folder, every):
    """{form: path}. The layout is what the builder wrote (gzip layers)."""
    say("forms of", name)
    path = lambda form: folder / ("%s.%s" % (name, form))
    skopeo = ["skopeo", "--insecure-policy", "copy", "--quiet"]
    forms = {"oci-gzip": layout}
    archive = forms["docker-archive"] = path("docker.tar")
    run(*skopeo, "oci:%s:1" % layout, "docker-archive:%s:shop.example/shop:1" % archive)
    if not every:
        return forms
    forms["oci-zstd"] = path("zstd")
    run(*skopeo, "--dest-compress-format=zstd", "oci:%s:1" % layout, "oci:%s:1" % forms["oci-zstd"])
    forms["oci-tar"] = path("oci.tar")
    run("tar", "-C", layout, "-cf", forms["oci-tar"], ".")
    forms["docker-25"] = path("docker25.tar")
    docker_25(archive, forms["docker-25"])
    forms["docker-archive-gzip"] = path("docker.tar.gz")
    with open(archive, "rb") as plain, gzip.open(forms["docker-archive-gzip"], "wb", compresslevel=1) as packed:
        shutil.copyfileobj(plain, packed, 1 << 20)
    return forms


def make(folder):
    """Returns what images.json holds. The folder is this process's until it ends."""
    require_tools()
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    fcntl.flock(os.open(folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600), fcntl.LOCK_EX)
    images, downloads = folder / "images", folder / "downloads"
    stamp = hashlib.sha256(HERE.read_bytes()).hexdigest()
    listing = images / "images.json"
    if listing.exists():
        made = json.loads(listing.read_text())
        if made["stamp"] == stamp:
            say("images of an earlier run are used again: %s" % images)
            return made
    shutil.rmtree(images, ignore_errors=True)
    for path in (images, downloads):
        path.mkdir(parents=True, exist_ok=True)
    work = images / "work"
    work.mkdir()
    context = work / "context"
    context.mkdir()
    debian_root(downloads)
    make_context(context, downloads, work)

    made = {"stamp": stamp, "suite": SUITE, "images": {}}
    for name, builder in (("buildah", build_with_buildah), ("umoci", build_with_umoci), ("hand", None)):
        layout = images / (name + ".oci")
        if builder:
            builder(context, work, layout)
        else:
            shutil.copytree(images / "umoci.oci", layout)
            add_hand_made(layout, work)
        root = images / (name + ".root")
        run("umoci", "raw", "unpack", "--image", "%s:1" % layout, root)
        forms = write_forms(name, layout, images, every=name == "buildah")
        made["images"][name] = {"layout": str(layout), "root": str(root), "forms": {form: str(path) for form, path in forms.items()}}
    made["secrets"] = {path.name: path.read_text() for path in (context / "secrets").iterdir()}
    made["steps"] = [" ".join(step) for step in STEPS]
    shutil.rmtree(work)
    listing.write_text(json.dumps(made, indent=1))
    listing.chmod(0o600)
    return made


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(textwrap.dedent(__doc__))
    try:
        made = make(Path(sys.argv[1]))
    except Missing as reason:
        print("SKIPPED:", reason, file=sys.stderr)
        sys.exit(77)
    for name, image in made["images"].items():
        for form, path in image["forms"].items():
            print(name, form, path)
