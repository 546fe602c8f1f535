#!/usr/bin/env python3
"""What a team has already accepted stays accepted, stays visible, and ends when it says so: ignores_test.py DRYDOCK"""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from hashlib import sha1
from pathlib import Path

DRYDOCK = os.path.abspath(sys.argv.pop(1))
NOW = "2026-11-22"
DOCKERFILE = "FROM python:3.12-slim\nRUN pip install --no-cache-dir flask\nADD app.py /srv/\nUSER 1001\nCMD [\"python\", \"/srv/app.py\"]\n"
TOKEN = "gh" + "p_" + "R7tq2ZbX9Lw4Vn8Kc1Ys6Hd3Mf5Jg0PaQeUo"  # assembled: no file of the repository holds it


class Project(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.root = Path(holder.name) / "shop"
        self.root.mkdir()
        self.write("Dockerfile", DOCKERFILE)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def scan(self, *arguments, expect=None, now=NOW):
        run = subprocess.run([DRYDOCK, "scan", str(self.root), "-o", "json", "--now", now, "--fail-on", "low", *arguments],
                             capture_output=True, text=True, timeout=60)
        if expect is not None:
            self.assertEqual(run.returncode, expect, run.stderr)
        return json.loads(run.stdout) if run.stdout else run

    def decision(self, record, check):
        rows = [(finding, decision) for finding, decision in zip(record["findings"], record["decisions"]) if finding["check"] == check]
        self.assertTrue(rows, f"{check} is not in the record: {[f['check'] for f in record['findings']]}")
        return rows[0][1]

    def notes(self, *arguments, now=NOW):
        run = subprocess.run([DRYDOCK, "scan", str(self.root), "--now", now, *arguments], capture_output=True, text=True, timeout=60)
        return " ".join(run.stdout.split())

    def git(self, *arguments):
        subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=n@shop.example", *arguments], cwd=self.root, check=True,
                       capture_output=True, env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"})


class Ignores(Project):
    def check_of_add(self):
        return next(f["check"] for f in self.scan()["findings"] if "DL3020" in str(self.summary(f["check"])))

    def summary(self, check):
        return next(row for row in self.scan()["checks"] if row["id"] == check)

    def test_each_file_excuses_with_its_line_as_source(self):
        add = self.check_of_add()
        for name, text, source in [
                ("drydock.yaml", "ignore:\n  - {id: DL3020, reason: why}\n", "drydock.yaml:2"),
                (".hadolint.yaml", "ignored:\n  - DL3020\n", ".hadolint.yaml:2"),
                (".trivyignore", "# why\nAVD-DS-0005\n", ".trivyignore:2"),
                (".trivyignore.yaml", "misconfigurations:\n  - id: DS005\n    paths: [Dockerfile]\n", ".trivyignore.yaml:2"),
        ]:
            with self.subTest(name):
                self.write(name, text)
                decision = self.decision(self.scan(), add)
                self.assertEqual((decision.get("outcome"), decision.get("source")), ("ignored", source))
                (self.root / name).unlink()
        self.assertNotEqual(self.decision(self.scan(), add).get("outcome"), "ignored")

    def test_an_expired_one_fires_again_and_says_so(self):
        add = self.check_of_add()
        self.write(".trivyignore", "DS-0005 exp:2026-12-01\n")
        self.assertEqual(self.decision(self.scan(), add)["outcome"], "ignored")
        self.assertNotEqual(self.decision(self.scan(now="2026-12-01"), add).get("outcome"), "ignored")
        self.assertIn(".trivyignore:1: the ignore of DS-0005 expired on 2026-12-01", self.notes(now="2026-12-02"))

    def test_one_that_matches_nothing_is_reported(self):
        self.write(".trivyignore", "CVE-1999-0001\n")
        self.assertIn(".trivyignore: 1 of 1 entry matches no finding (line 1)", self.notes())

    def test_an_ignored_control_is_excepted_never_pass(self):
        def verdicts():
            run = subprocess.run([DRYDOCK, "checklist", str(self.root), "-o", "json", "--now", NOW], capture_output=True, text=True, timeout=60)
            return {row["control"]: row["verdict"] for row in json.loads(run.stdout)["controls"]}
        before = verdicts()
        failed = [control for control, verdict in before.items() if verdict == "fail"]
        self.assertTrue(failed)
        self.write("drydock.yaml", "ignore:\n  - {id: '*', reason: all of it}\n")
        after = verdicts()
        for control in failed:
            self.assertIn(after[control], ("excepted", "unknown"), control)

    def test_secrets_of_gitleaks_and_detect_secrets(self):
        self.write("config.py", f'import os\ntoken = "{TOKEN}"\n')
        record = self.scan()
        secret = next(f for f in record["findings"] if f["kind"] == "secret")
        self.write(".gitleaksignore", f"config.py:{secret['item']}:2\n")
        self.assertEqual(self.decision(self.scan(), secret["check"])["source"], ".gitleaksignore:1")
        (self.root / ".gitleaksignore").unlink()
        entry = {"type": "GitHub Token", "filename": "config.py", "hashed_secret": sha1(TOKEN.encode()).hexdigest(), "line_number": 9}
        for audited, outcome in [({}, "known"), ({"is_secret": False}, "ignored")]:
            self.write(".secrets.baseline", json.dumps({"version": "1.5.0", "results": {"config.py": [{**entry, **audited}]}}, indent=1))
            self.assertEqual(self.decision(self.scan(), secret["check"])["outcome"], outcome)
        entry["hashed_secret"] = sha1(b"another").hexdigest()
        self.write(".secrets.baseline", json.dumps({"results": {"config.py": [entry]}}))
        self.assertNotIn(self.decision(self.scan(), secret["check"]).get("outcome"), ("known", "ignored"))


class OnlyNew(Project):
    def test_a_baseline_knows_what_it_holds(self):
        baseline = self.root.parent / "base.json"
        self.scan("-o", f"json={baseline}", expect=1)
        self.scan("--baseline", str(baseline), expect=0)
        self.write("Dockerfile", DOCKERFILE.replace("USER 1001\n", ""))
        record = self.scan("--baseline", str(baseline), expect=1)
        self.assertEqual(self.decision(record, "DF001").get("outcome", "counts"), "counts")
        self.assertIn(" known, ", self.notes("--baseline", str(baseline)))

    def test_a_baseline_that_is_none_is_wrong_usage(self):
        for name in ("Dockerfile", "absent.json"):
            run = self.scan("--baseline", str(self.root / name), expect=2)
            self.assertIn(name, run.stderr)
            self.assertIn("drydock scan -o json=FILE", run.stderr)

    def test_since_a_commit_only_what_is_new_counts(self):
        self.write("config.py", f'token = "{TOKEN}"\n')
        self.git("init", "-q", ".")
        self.git("add", "-A")
        self.git("commit", "-qm", "x")
        self.scan("--since", "HEAD", expect=0)
        self.write("Dockerfile", DOCKERFILE.replace("USER 1001\n", ""))  # the finding is on a line that did not change
        self.assertEqual(self.decision(self.scan("--since", "HEAD", expect=1), "DF001").get("outcome", "counts"), "counts")
        self.write("Dockerfile", "# moved down\n" + DOCKERFILE)
        self.scan("--since", "HEAD", expect=0)
        self.write("second.py", f'token = "{TOKEN}"\n')  # untracked
        self.scan("--since", "HEAD", expect=1)

    def test_since_needs_a_repository_and_a_commit_that_is_there(self):
        self.assertIn("git repository", self.scan("--since", "HEAD", expect=2).stderr)
        self.git("init", "-q", ".")
        self.assertIn("fetch it first", self.scan("--since", "main~3", expect=2).stderr)


if __name__ == "__main__":
    unittest.main()
