#!/usr/bin/env python3
"""Copies examples/taskboard to a folder and plants invented credentials there.

    tests/plant_secrets.py FOLDER

The committed example holds markers (@@FAKE_GITHUB_PAT@@), because a token of the right form, even an invented one,
stops a push at every forge that looks for them. Here each marker becomes such a token, put together from pieces for the
same reason. The tokens are derived from the marker's name, so two runs plant the same ones; they open nothing.

Prints one line for each planted token, `marker<TAB>file<TAB>line<TAB>token`, sorted by file and line. The token's
line breaks are written as `\\n`. FOLDER must not exist yet.
"""
import base64
import hashlib
import re
import shutil
import sys
import zlib
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "taskboard"
MARKER = re.compile(r"@@(FAKE_[A-Z_]+)@@")

DIGITS = "0123456789"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LOWER = UPPER.lower()
BASE62 = DIGITS + UPPER + LOWER


def stream(name):
    """An endless, reproducible sequence of bytes."""
    counter = 0
    while True:
        yield from hashlib.sha256(f"taskboard/{name}/{counter}".encode()).digest()
        counter += 1


def pick(name, alphabet, length):
    letters = stream(name)
    # Bytes at and above the last multiple are dropped, or the first letters would come more often.
    limit = 256 - 256 % len(alphabet)
    out = []
    while len(out) < length:
        byte = next(letters)
        if byte < limit:
            out.append(alphabet[byte % len(alphabet)])
    return "".join(out)


def github_pat():
    # The last six characters are the CRC32 of the thirty before them, in base 62.
    body = pick("github", BASE62, 30)
    check, value = "", zlib.crc32(body.encode())
    while value:
        value, digit = divmod(value, 62)
        check = BASE62[digit] + check
    return "gh" + "p_" + body + check.rjust(6, "0")


def private_key():
    # An Ed25519 key as PKCS #8 (RFC 8410, section 7): a constant header, then the 32 bytes of the key.
    key = bytes(byte for byte, _ in zip(stream("private key"), range(32)))
    body = base64.b64encode(bytes.fromhex("302e020100300506032b657004220420") + key).decode()
    label = "PRIVATE" + " KEY"
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----"


TOKENS = {
    # The id is base 32: A to Z and 2 to 7. It carries the account number, so there is no check digit to get right.
    "FAKE_AWS_KEY_ID": "AK" + "IA" + pick("aws id", UPPER + "234567", 16),
    "FAKE_AWS_SECRET": pick("aws secret", BASE62 + "+/", 40),
    "FAKE_GITHUB_PAT": github_pat(),
    "FAKE_PRIVATE_KEY_PEM": private_key(),
    "FAKE_SENDGRID": "S" + "G." + pick("sendgrid id", BASE62, 22) + "." + pick("sendgrid", BASE62 + "_-", 43),
    "FAKE_SLACK_BOT": "-".join(
        ["xo" + "xb", "2" + pick("slack team", DIGITS, 11), "4" + pick("slack bot", DIGITS, 12), pick("slack", BASE62, 24)]
    ),
    "FAKE_STRIPE_LIVE": "sk" + "_live_" + pick("stripe", BASE62, 24),
}


def plant(folder):
    """Copies the example to `folder` and yields (marker, file, line, token) for each token planted."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("node_modules", ".next", "__pycache__"))
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = path.read_bytes().decode()
        planted = ""
        end = 0
        for marker in MARKER.finditer(text):
            planted += text[end : marker.start()]
            token = TOKENS[marker[1]]
            yield marker[1], path.relative_to(folder).as_posix(), planted.count("\n") + 1, token
            planted += token
            end = marker.end()
        if end:
            path.write_bytes((planted + text[end:]).encode())


def main(arguments):
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: plant_secrets.py FOLDER (which must not exist yet)", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    if folder.exists():
        print(f"{folder} exists already: name a new folder, or remove it first", file=sys.stderr)
        return 2
    for marker, file, line, token in plant(folder):
        print(marker, file, line, token.replace("\n", "\\n"), sep="\t")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
