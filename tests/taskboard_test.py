#!/usr/bin/env python3
"""The example keeps its promises: each trap stands where the table says, and each marker becomes a token of its family."""
import csv
import re
import tempfile
import unittest
from pathlib import Path

from plant_secrets import EXAMPLE, MARKER, TOKENS, plant

TRAPS = Path(__file__).with_name("taskboard_traps.tsv")
# What push protection looks for, and what must therefore stand only in the planted copy.
FORMS = {
    "FAKE_AWS_KEY_ID": r"AKIA[A-Z2-7]{16}",
    "FAKE_AWS_SECRET": r"[A-Za-z0-9+/]{40}",
    "FAKE_GITHUB_PAT": r"ghp_[A-Za-z0-9]{36}",
    "FAKE_PRIVATE_KEY_PEM": r"-{5}BEGIN PRIVATE KEY-{5}\n[A-Za-z0-9+/=]{64}\n-{5}END PRIVATE KEY-{5}",
    "FAKE_SENDGRID": r"SG\.[A-Za-z0-9]{22}\.[A-Za-z0-9_-]{43}",
    "FAKE_SLACK_BOT": r"xoxb-\d{12}-\d{13}-[A-Za-z0-9]{24}",
    "FAKE_STRIPE_LIVE": r"sk_live_[A-Za-z0-9]{24}",
}


def texts(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


class Traps(unittest.TestCase):
    def test_each_stands_exactly_once_in_its_file(self):
        with TRAPS.open(newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        for row in rows:
            with self.subTest(**row):
                lines = (EXAMPLE / row["file"]).read_text().splitlines()
                self.assertEqual(sum(row["line"] in line for line in lines), 1)
                for column in ("checks", "beyond_files"):
                    self.assertRegex(row[column], r"^(-|[A-Z]{2}\d{3}( [A-Z]{2}\d{3})*)$")
        self.assertEqual({row["trap"] for row in rows}, {f"T{number}" for number in range(1, 35)})


class Secrets(unittest.TestCase):
    def test_no_token_is_committed(self):
        forms = re.compile("|".join(form for name, form in FORMS.items() if name != "FAKE_AWS_SECRET"))
        for file, text in texts(EXAMPLE).items():
            self.assertIsNone(forms.search(text), file)

    def test_each_marker_becomes_a_token_at_the_line_reported(self):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "taskboard"
            planted = list(plant(folder))
            copies = texts(folder)
        for marker, file, line, token in planted:
            with self.subTest(marker=marker, file=file):
                self.assertRegex(token, f"^{FORMS[marker]}$")
                at = "\n".join(copies[file].split("\n")[line - 1 :])
                self.assertIn(token, at[: len(at.split("\n")[0]) + len(token)])
        self.assertEqual({marker for marker, *_ in planted}, set(TOKENS))
        self.assertFalse([file for file, text in copies.items() if MARKER.search(text)])


if __name__ == "__main__":
    unittest.main()
