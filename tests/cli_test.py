#!/usr/bin/env python3
"""cli_test.py BINARY: what the command line promises: exit codes, outputs, settings, inline marks, odd files."""
import json
import os
import pty
import re
import select
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BINARY = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "docs" / "scan-record.schema.json"
ROOTED = "FROM debian:12\nRUN true\n"  # DF001, high: no USER
CLEAN = 'FROM debian:12@sha256:' + "0" * 64 + '\nUSER 1001\nHEALTHCHECK CMD ["/bin/true"]\nCMD ["/bin/true"]\n'
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Cli(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="drydock-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.stack = self.folder / "stack"
        self.stack.mkdir()

    def write(self, path, text):
        file = self.stack / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, str):
            text = text.encode()
        file.write_bytes(text)
        return file

    def environment(self, **more):
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder / "home"), "COLUMNS": "100", **more}

    def run_drydock(self, *arguments, cwd=None, stdin=None, env=None):
        done = subprocess.run([BINARY, *map(str, arguments)], cwd=cwd or self.stack, input=stdin, capture_output=True,
                              env=env or self.environment(), timeout=60)
        done.out, done.err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        return done

    def scan(self, *arguments, code=None, **options):
        clock = [] if "--now" in arguments else ["--now", "2026-11-22"]
        done = self.run_drydock("scan", *clock, *arguments, **options)
        if code is not None:
            self.assertEqual(done.returncode, code, done.out + done.err)
        return done

    def record(self, *arguments, **options):
        return json.loads(self.scan(*arguments, "-o", "json", **options).out)

    def checks(self, *arguments, **options):
        return {finding["check"] for finding in self.record(*arguments, **options).get("findings", [])}

    def outcome(self, check, *arguments, **options):
        record = self.record(*arguments, **options)
        for finding, decision in zip(record["findings"], record["decisions"]):
            if finding["check"] == check:
                return decision
        self.fail(f"no finding of {check}")


class ExitCodes(Cli):
    def test_0_when_nothing_is_at_the_threshold(self):
        self.write("Dockerfile", ROOTED)
        self.scan("--fail-on", "critical", code=0)
        self.scan("--fail-on", "never", code=0)

    def test_1_when_something_is(self):
        self.write("Dockerfile", ROOTED)
        self.scan(code=1)
        self.scan("--fail-on", "high", code=1)

    def test_2_for_wrong_usage(self):
        self.write("Dockerfile", ROOTED)
        for arguments in (["--no-such-option"], ["-o", "xml"], ["-o", "sarif="], ["-o", "table", "-o", "json"], ["--fail-on", "huge"],
                          ["--severity", "huge"], ["--only", "weather"], ["--skip", "weather"], ["--check", "XX999"],
                          ["--now", "tomorrow"], ["--max-spill", "1parsec"], ["--color", "sometimes"], ["--config", "absent.yaml"],
                          [".", ".", "-o", "json"], [".", ".", "-o", "sarif=x.sarif"]):
            done = self.scan(*arguments)
            self.assertEqual(done.returncode, 2, f"{arguments}: {done.out}{done.err}")
            self.assertEqual(done.out, "", arguments)
            self.assertTrue(done.err.strip(), arguments)
        self.assertEqual(self.run_drydock().returncode, 2)
        self.assertEqual(self.run_drydock("sacn").returncode, 2)

    def test_messages_say_what_would_be_right(self):
        self.write("Dockerfile", ROOTED)
        self.assertIn("no report format 'xml'; there are table, json, sarif", self.scan("-o", "xml").err)
        self.assertIn("'weather' is no kind of finding; --only and --skip take vuln, secret, config and licence",
                      self.scan("--only", "weather").err)
        self.assertIn("no check goes by 'XX999'; `drydock explain` lists them", self.scan("--check", "XX999").err)
        self.assertIn("--now: 'tomorrow' is no date; write 2026-11-22", self.scan("--now", "tomorrow").err)

    def test_3_when_the_target_is_missing(self):
        done = self.scan("absent", code=3)
        self.assertEqual(done.out, "")
        self.assertIn("absent: no such file or folder; TARGET is a folder, an image archive or an OCI layout", done.err)

    def test_3_wins_over_1_with_strict(self):
        self.write("Dockerfile", "FROM debian:12\nRUN true\n")
        self.write("docker-compose.yml", "services: [not, a, mapping\n")
        self.scan(code=1)
        done = self.scan("--strict", code=3)
        self.assertIn("--strict:", done.err)
        self.assertIn("Not examined", done.out)

    def test_strict_does_not_matter_when_everything_was_examined(self):
        self.write("nginx/default.conf", "server { listen 8080; server_tokens off; }\n")
        self.scan("--fail-on", "never", "--strict", code=0)

    def test_an_empty_folder_is_clean_but_says_what_was_looked_at(self):
        done = self.scan(code=0)
        self.assertIn("No findings", done.out)
        self.assertIn("0 files, 0 packages", done.out)
        self.assertIn("dvisor", done.out)
        checklist = self.run_drydock("checklist", ".")
        self.assertEqual(checklist.returncode, 0, checklist.err)
        self.assertIn("not assessed", checklist.out)
        self.assertNotRegex(checklist.out, r"(?m)^  pass ")

    def test_help_and_version(self):
        for arguments in (["--help"], ["scan", "--help"], ["fix", "--help"], ["checklist", "--help"], ["explain", "--help"], ["db", "--help"],
                          ["compare-versions", "--help"], ["--version"]):
            done = self.run_drydock(*arguments)
            self.assertEqual(done.returncode, 0, arguments)
            self.assertTrue(done.out.strip())

    def test_a_full_disk_is_a_failure(self):
        self.write("Dockerfile", ROOTED)
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with open("/dev/full", "wb") as full:
            done = subprocess.run([BINARY, "scan", str(self.stack)], stdout=full, stderr=subprocess.PIPE, env=self.environment(), timeout=60)
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"standard output", done.stderr)


class Outputs(Cli):
    def test_a_reader_that_leaves_early_is_no_error(self):
        for i in range(400):
            self.write(f"d{i}/Dockerfile", ROOTED * 3)
        process = subprocess.Popen([BINARY, "scan", ".", "-o", "json"], cwd=self.stack, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=self.environment())
        process.stdout.readline()
        process.stdout.close()
        error = process.stderr.read()
        process.stderr.close()
        self.assertEqual(process.wait(60), 1)
        self.assertEqual(error, b"")

    def terminal(self, *arguments, **more):
        """Output on a terminal, exit code."""
        parent, child = pty.openpty()
        process = subprocess.Popen([BINARY, *arguments], cwd=self.stack, stdin=child, stdout=child, stderr=child,
                                   env=self.environment(TERM="xterm", **more))
        os.close(child)
        text = b""
        while True:
            try:
                if not select.select([parent], [], [], 60)[0]:
                    break
                block = os.read(parent, 65536)
            except OSError:  # EIO: the other side has closed
                break
            if not block:
                break
            text += block
        os.close(parent)
        return text.decode(errors="replace"), process.wait(60)

    def test_colour_follows_the_terminal_no_color_and_the_option(self):
        self.write("Dockerfile", ROOTED)
        self.assertNotIn("\x1b", self.scan().out)
        self.assertIn("\x1b[", self.scan("--color", "always").out)
        self.assertIn("\x1b[", self.scan("--color", "always", env=self.environment(NO_COLOR="1")).out)
        self.assertEqual(ANSI.sub("", self.scan("--color", "always").out), self.scan("--color", "never").out)
        self.assertIn("\x1b[", self.terminal("scan")[0])
        self.assertNotIn("\x1b[", ANSI.sub("", self.terminal("scan")[0]).replace("\x1b[K", ""))
        self.assertNotIn("\x1b[3", self.terminal("scan", NO_COLOR="1")[0])
        self.assertIn("\x1b[", self.terminal("scan", NO_COLOR="")[0])  # no-color.org: empty does not count
        self.assertNotIn("\x1b[3", self.terminal("scan", "--color", "never")[0])

    def test_hostile_names_and_contents_reach_the_terminal_as_text(self):
        self.write("a\x1b]0;owned\x07\nb/Dockerfile", ROOTED + "RUN echo '\x1b[2J'\n")
        self.write("Dockerfile", "FROM debian:12\n# drydock: ignore=DF001 \x1b[2J\nRUN true\nUSER \x1b[2Jroot\n")
        self.write("drydock.yaml", 'ignore:\n  - {id: DF999, reason: "\\e[2J\\a"}\n')
        for arguments in (["scan", "--all"], ["checklist", "--all"], ["fix"], ["scan", "--check", "\x1b[2J"], ["explain", "\x1b[2J"],
                          ["scan", "\x1b[2Jabsent"]):
            text, _ = self.terminal(*arguments)
            left = ANSI.sub("", text).replace("\x1b[K", "")
            self.assertNotRegex(left, "[\x1b\x07\x9b]", arguments)

    def test_a_report_file_is_private_and_written_atomically(self):
        self.write("Dockerfile", ROOTED)
        report = self.folder / "report.sarif"
        report.write_text("old")
        os.chmod(report, 0o666)
        old = os.open(report, os.O_RDONLY)
        done = self.scan("-o", f"sarif={report}", code=1)
        self.assertEqual(done.out, "")
        self.assertEqual(stat.S_IMODE(report.stat().st_mode), 0o600)
        self.assertEqual(os.read(old, 10), b"old")  # whoever had it open still reads the old one
        os.close(old)
        self.assertEqual(json.loads(report.read_text())["version"], "2.1.0")
        self.assertEqual([p.name for p in self.folder.iterdir() if p.name.startswith("report")], ["report.sarif"])

    def test_a_report_that_cannot_be_written_is_a_failure(self):
        self.write("Dockerfile", ROOTED)
        done = self.scan("-o", "json=no/such/folder/x.json", code=3)
        self.assertIn("no/such/folder/x.json", done.err)

    def test_a_device_or_pipe_is_written_to_and_not_replaced(self):
        self.write("Dockerfile", ROOTED)
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.scan("-o", f"table={pipe}", code=1)
        self.assertIn(b"DF001", os.read(reader, 1 << 16))
        os.close(reader)
        self.assertTrue(stat.S_ISFIFO(pipe.lstat().st_mode))
        self.assertIn("DF001", self.scan("-o", "table=/dev/stdout", code=1).out)
        link = self.folder / "link"  # a link is replaced: what it points to is somebody else's
        link.symlink_to(self.stack / "Dockerfile")
        self.scan("-o", f"table={link}", code=1)
        self.assertFalse(link.is_symlink())
        self.assertEqual((self.stack / "Dockerfile").read_text(), ROOTED)

    def test_reports_in_every_format(self):
        self.write("Dockerfile", ROOTED)
        reports = self.folder / "reports"
        self.scan("--reports", reports, "-o", "table", code=1)
        self.assertEqual(sorted(p.name for p in reports.iterdir()), ["drydock.json", "drydock.sarif", "drydock.txt"])
        self.assertEqual(stat.S_IMODE(reports.stat().st_mode), 0o700)

    def test_two_targets_give_two_tables_and_the_worse_exit_code(self):
        self.write("one/Dockerfile", ROOTED)
        self.write("two/readme.txt", "hello\n")
        done = self.scan("two", "one", code=1)
        self.assertLess(done.out.index("two"), done.out.index("one"))
        self.assertEqual(self.scan("one", "absent", "two").returncode, 3)
        self.assertIn("DF001", self.scan("absent", "one").out)

    def test_under_a_fixed_clock_the_same_input_gives_the_same_bytes(self):
        self.write("Dockerfile", ROOTED)
        for form in ("table", "json", "sarif"):
            self.assertEqual(self.scan("-o", form).out, self.scan("-o", form).out)

    def test_json_follows_the_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        schema = json.loads(SCHEMA.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        self.write("docker-compose.yml", "services:\n  web:\n    image: nginx\n    ports: ['80:80']\n    privileged: true\n")
        self.write("Dockerfile", ROOTED + "# drydock: ignore=DF002 why\nUSER root\n")
        self.write("requirements.txt", "flask==0.12\nrequests\n")
        self.write("drydock.yaml", "ignore:\n  - {id: DF001, reason: x, owner: me, expires: 2027-01-01}\n")
        self.write("broken/docker-compose.yml", "a: [\n")
        for record in (self.record(), json.loads(self.run_drydock("checklist", ".", "-o", "json").out),
                       self.record(ROOT / "examples" / "taskboard"), self.record("--skip", "vuln,secret,config")):
            errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in validator.iter_errors(record)]
            self.assertEqual(errors[:5], [])


class Selection(Cli):
    def setUp(self):
        super().setUp()
        self.write("Dockerfile", ROOTED)
        self.write("docker-compose.yml", "services:\n  web: {build: .}\n  cache: {image: 'redis:7', ports: ['6379:6379']}\n")
        self.write("requirements.txt", "flask==0.12\n")
        self.write("config.py", "token = '" + "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8" + "'\n")

    def kinds(self, *arguments):
        return {finding["kind"] for finding in self.record(*arguments).get("findings", [])}

    def test_only_and_skip(self):
        everything = self.kinds()
        self.assertTrue({"misconfiguration", "secret"} <= everything, everything)
        self.assertEqual(self.kinds("--only", "config"), {"misconfiguration"})
        self.assertEqual(self.kinds("--only", "secret"), {"secret"})
        self.assertEqual(self.kinds("--skip", "secret,config"), everything - {"secret", "misconfiguration"})
        self.assertEqual(self.kinds("--only", "secret", "--skip", "secret"), set())

    def test_check_by_id_name_and_a_peers_id(self):
        for name in ("DF001", "df001", "final-image-runs-as-root", "CKV_DOCKER_3"):
            self.assertEqual(self.checks("--only", "config", "--check", name), {"DF001"}, name)

    def test_service(self):
        for finding in self.record("--service", "cache")["findings"]:
            self.assertIn("cache", finding["services"])
        self.assertNotIn("DF001", self.checks("--service", "cache"))
        self.assertIn("DF001", self.checks("--service", "web,cache"))

    def test_a_checklist_of_one_service_is_refused_since_it_could_not_pass_for_the_rest(self):
        self.assertEqual(self.run_drydock("checklist", ".", "--service", "cache").returncode, 2)

    def test_severity_leaves_out_what_is_below(self):
        severities = {finding["severity"] for finding in self.record("--severity", "high")["findings"]}
        self.assertTrue(severities and severities <= {"high", "critical"}, severities)
        record = self.record("--severity", "high")
        self.assertEqual(len(record["decisions"]), len(record["findings"]))

    def test_fail_on_does_not_hide(self):
        self.assertEqual(self.checks("--fail-on", "critical"), self.checks())


class Settings(Cli):
    def setUp(self):
        super().setUp()
        self.write("Dockerfile", ROOTED)

    def test_an_ignore_excuses_and_its_control_is_excepted(self):
        self.write("drydock.yaml", "ignore:\n  - {id: DF001, reason: build stage only, owner: me}\n")
        decision = self.outcome("DF001")
        self.assertEqual((decision["outcome"], decision["source"], decision["owner"]), ("ignored", "drydock.yaml:2", "me"))
        self.scan("--check", "DF001", code=0)

    def test_an_expired_ignore_fires_again_and_says_so(self):
        self.write("drydock.yaml", "ignore:\n  - {id: DF001, reason: x, expires: 2026-11-01}\n")
        done = self.scan(code=1)
        self.assertIn("drydock.yaml:2: the ignore of DF001 expired on 2026-11-01; 1 finding counts again", " ".join(done.out.split()))

    def test_an_unused_ignore_is_named_unless_the_scan_was_a_part(self):
        self.write("drydock.yaml", "ignore:\n  - {id: CVE-2020-1, reason: x}\n")
        note = "drydock.yaml:2: the ignore of CVE-2020-1 matches no finding"
        self.assertIn(note, " ".join(self.scan().out.split()))
        for part in (["--only", "config"], ["--skip", "vuln"], ["--check", "DF001"], ["--service", "web"]):
            self.assertNotIn(note, " ".join(self.scan(*part).out.split()))
        self.write("drydock.yaml", "ignore:\n  - {id: DF001, reason: x}\n")
        self.assertNotIn("matches no finding", self.scan("--severity", "critical").out)

    def test_a_mistake_names_file_and_line(self):
        self.write("drydock.yaml", "policy:\n  fail_on: low\n")
        done = self.scan(code=2)
        self.assertIn("drydock.yaml:2: unknown key 'fail_on'; known here: fail-on, ignore-unfixed, inline-ignores", done.err)
        for command in ("fix", "checklist"):
            self.assertEqual(self.run_drydock(command, ".").returncode, 2)

    def test_the_command_line_wins(self):
        self.write("drydock.yaml", "policy: {fail-on: never}\n")
        self.scan(code=0)
        self.scan("--fail-on", "high", code=1)

    def test_another_file_by_config(self):
        other = self.folder / "other.yaml"
        other.write_text("policy: {fail-on: never}\n")
        self.scan("--config", other, code=0)

    def test_the_repositorys_settings_hold_in_its_folders_and_for_single_files(self):
        (self.stack / ".git").mkdir()
        self.write("app/Dockerfile", ROOTED)
        self.write("drydock.yaml", "ignore:\n  - {id: DF001, paths: [app/**], reason: x}\n")
        for target in ("app", "app/Dockerfile"):
            self.assertEqual(self.outcome("DF001", target)["outcome"], "ignored", target)
        self.assertEqual(self.outcome("DF001", ".", cwd=self.stack / "app")["outcome"], "ignored")
        self.write("app/drydock.yaml", "policy: {fail-on: low}\n")  # the nearest one holds
        self.assertEqual(self.outcome("DF001", "app")["outcome"], "counts")

    def test_settings_above_a_folder_that_is_no_repository_are_not_read(self):
        self.write("app/Dockerfile", ROOTED)
        self.write("drydock.yaml", "ignore:\n  - {id: DF001, reason: x}\n")
        self.assertEqual(self.outcome("DF001", "app")["outcome"], "counts")

    def test_settings_that_are_no_file_are_an_error(self):
        (self.stack / "drydock.yaml").mkdir()
        self.scan(code=2)


class InlineMarks(Cli):
    def outcome_with(self, text, check="DF001", *arguments):
        self.write("Dockerfile", text)
        return self.outcome(check, *arguments)

    def test_ours_and_peers(self):
        for mark in ("# drydock: ignore=DF002 why", "# drydock: ignore=last-user-is-root", "# hadolint ignore=DL3002",
                     "#trivy:ignore:DS-0002", "#trivy:ignore:AVD-DS-0002", "# checkov:skip=CKV_DOCKER_8:why", "# nosec", "# nosemgrep"):
            self.write("Dockerfile", f"FROM debian:12\nRUN true\n{mark}\nUSER root\n")
            record = self.record()
            decided = {f["check"]: d for f, d in zip(record["findings"], record["decisions"])}
            ignored = {check for check, decision in decided.items() if decision["outcome"] == "ignored"}
            self.assertTrue(ignored, f"{mark}: {decided}")
            for check in ignored:
                self.assertTrue(decided[check]["source"].startswith("inline Dockerfile:"), decided[check])

    def test_a_mark_excuses_only_what_it_names(self):
        self.assertEqual(self.outcome_with("# drydock: ignore=DF018\n" + ROOTED)["outcome"], "counts")
        self.assertEqual(self.outcome_with("# drydock: ignore-file=DF001 why\n" + ROOTED)["outcome"], "ignored")

    def test_an_expired_mark_of_trivy_is_void(self):
        text = "#trivy:ignore:DS-0002:exp:{}\n" + ROOTED
        self.assertEqual(self.outcome_with(text.format("2026-01-01"))["outcome"], "counts")
        self.assertEqual(self.outcome_with(text.format("2027-01-01"))["outcome"], "ignored")

    def test_can_be_switched_off(self):
        self.assertEqual(self.outcome_with("# drydock: ignore-file=DF001\n" + ROOTED, "DF001", "--no-inline-ignore")["outcome"], "counts")


class Targets(Cli):
    def test_a_single_file(self):
        self.write("Dockerfile", ROOTED)
        self.write("other/Dockerfile", ROOTED)
        findings = self.record("Dockerfile")["findings"]
        self.assertIn("DF001", {f["check"] for f in findings})
        self.assertEqual({p["path"] for f in findings for p in f["locations"]}, {"Dockerfile"})
        self.assertIn("DF001", self.checks(self.stack / "Dockerfile", cwd="/"))

    def test_paths_are_from_the_repository_root_wherever_the_scan_starts(self):
        (self.stack / ".git").mkdir()
        self.write("services/app/Dockerfile", ROOTED)
        self.write("services/app/requirements.txt", "flask==0.12\n")
        prints = []
        for cwd, target in (("services/app", "."), ("services", "app"), (".", "services/app"), (".", "services/app/Dockerfile")):
            findings = self.record(target, cwd=self.stack / cwd)["findings"]
            found = [f for f in findings if f["check"] == "DF001"]
            self.assertEqual([f["locations"][0]["path"] for f in found], ["services/app/Dockerfile"], (cwd, target))
            self.assertEqual(found[0]["subject"]["id"], "services/app/Dockerfile")
            prints.append(found[0]["fingerprint"])
        self.assertEqual(len(set(prints)), 1)

    def test_odd_files_neither_hang_nor_fail(self):
        self.write("Dockerfile", ROOTED)
        os.mkfifo(self.stack / "fifo.env")
        os.mkfifo(self.stack / "Dockerfile.fifo")
        server = socket.socket(socket.AF_UNIX)
        self.addCleanup(server.close)
        place = os.getcwd()
        os.chdir(self.stack)  # a socket's path has at most 107 bytes
        server.bind("docker.sock")
        os.chdir(place)
        (self.stack / "loop").symlink_to("loop")
        (self.stack / "up").symlink_to("..")
        (self.stack / "self").symlink_to(".")
        (self.stack / "Dockerfile.link").symlink_to("/etc/passwd")
        (self.stack / "docker-compose.yml").mkdir()
        (self.stack / "package-lock.json").mkdir()
        self.write("empty.env", "")
        self.write("zeros.env", bytes(4096))
        self.write(os.fsdecode(b"bad\xffname.env"), "A=1\n")
        self.write("x" * 200 + "/" + "y" * 200 + "/Dockerfile", ROOTED)
        record = self.record()
        self.assertEqual(record["counts"].get("skipped"), 3)
        self.assertEqual(sum(f["check"] == "DF001" for f in record["findings"]), 2)
        self.assertNotIn("passwd", json.dumps(record))

    def test_an_odd_target_is_an_error(self):
        os.mkfifo(self.stack / "fifo")
        (self.stack / "loop").symlink_to("loop")
        for target in ("fifo", "loop", "/dev/zero", ""):
            done = self.scan(target)
            self.assertEqual(done.returncode, 3, f"{target}: {done.out}{done.err}")
            self.assertTrue(done.err.startswith("drydock: "), done.err)

    def test_a_huge_file_is_passed_over_in_reasonable_time(self):
        self.write("Dockerfile", ROOTED)
        with open(self.stack / "huge.env", "wb") as huge:
            huge.truncate(300 << 20)  # sparse
        with open(self.stack / "docker-compose.yml", "wb") as big:
            big.write(b"services:\n" + b"  web: {image: nginx}\n" * 700_000)  # over the YAML budget
        done = self.scan("-o", "json")
        self.assertEqual(done.returncode, 1, done.err)
        unknown = [u for u in json.loads(done.out).get("unknowns", []) if u.get("at", {}).get("path") == "docker-compose.yml"]
        self.assertTrue(unknown, "a compose file over the budget is not listed as not examined")

    def test_what_is_not_supported_yet_says_what_to_do(self):
        done = self.scan("docker:nginx:latest", code=3)
        self.assertIn("docker save", done.err)


class Fix(Cli):
    def test_offers_applies_and_is_done(self):
        self.write("Dockerfile", "FROM debian:12\nADD app.py /srv/\nUSER 1001\n")
        before = (self.stack / "Dockerfile").read_bytes()
        offered = self.run_drydock("fix", ".")
        self.assertEqual(offered.returncode, 0, offered.err)
        self.assertIn("-ADD app.py /srv/\n+COPY app.py /srv/\n", offered.out)
        self.assertEqual((self.stack / "Dockerfile").read_bytes(), before)
        applied = self.run_drydock("fix", ".", "--apply")
        self.assertEqual(applied.returncode, 0, applied.err)
        self.assertEqual((self.stack / "Dockerfile").read_text(), "FROM debian:12\nCOPY app.py /srv/\nUSER 1001\n")
        again = self.run_drydock("fix", ".", "--apply")
        self.assertEqual(again.out, "")
        self.assertIn("Fixed 0 findings in 0 files.", again.err)

    def test_the_diff_is_for_patch_whatever_bytes_it_holds(self):
        self.write("Dockerfile", b"FROM debian:12\n# caf\xe9 \x1b[2J\nADD app.py /srv/\nUSER 1001\n")
        diff = self.run_drydock("fix", ".").stdout
        self.assertIn(b"# caf\xe9 \x1b[2J\n", diff)

    def test_an_ignored_finding_is_left_alone_also_below_a_repository_root(self):
        (self.stack / ".git").mkdir()
        self.write("a/Dockerfile", "FROM debian:12\nADD app.py /srv/\nUSER 1001\n")
        self.write("b/Dockerfile", "FROM debian:12\nADD app.py /srv/\nUSER 1001\n")
        self.write("drydock.yaml", "ignore:\n  - {id: DF018, paths: [a/**], reason: x}\n")
        for cwd in (self.stack, self.stack / "a", self.stack / "b"):
            out = self.run_drydock("fix", ".", cwd=cwd).out
            self.assertNotIn("+++ b/a/Dockerfile", out)
        self.assertIn("+++ b/b/Dockerfile", out)

    def test_an_image_cannot_be_edited(self):
        self.assertEqual(self.run_drydock("fix", "a", "b").returncode, 2)


class Explain(Cli):
    def test_by_every_name(self):
        for name, expected in (("DL3020", "DF018"), ("DF018", "DF018"), ("add-for-copy", "DF018"), ("ckv_docker_4", "DF018"),
                               ("image.base-pinned", "image.base-pinned")):
            done = self.run_drydock("explain", name)
            self.assertEqual(done.returncode, 0, done.err)
            self.assertTrue(done.out.startswith(expected), done.out)

    def test_all_and_nothing(self):
        self.assertGreater(len(self.run_drydock("explain").out.splitlines()), 20)
        done = self.run_drydock("explain", "DL9999")
        self.assertEqual(done.returncode, 2)
        self.assertIn("nothing goes by 'DL9999'", done.err)


class CompareVersions(Cli):
    def test_prints_the_wrong_lines(self):
        done = self.run_drydock("compare-versions", "Debian", stdin=b"1.0~rc1 < 1.0\n1 = 0:1\n2 < 1\n")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.out.splitlines()), 1)
        self.assertTrue(done.out.startswith("2 < 1\t"), done.out)
        self.assertEqual(self.run_drydock("compare-versions", "npm", stdin=b"1.0.0-rc.1 < 1.0.0\n").returncode, 0)
        self.assertEqual(self.run_drydock("compare-versions", "PyPI", stdin=b"").returncode, 0)

    def test_wrong_usage(self):
        self.assertEqual(self.run_drydock("compare-versions", "Tea", stdin=b"").returncode, 2)
        self.assertEqual(self.run_drydock("compare-versions", stdin=b"").returncode, 2)
        self.assertEqual(self.run_drydock("compare-versions", "npm", stdin=b"1.0.0 1.0.1\n").returncode, 2)


if __name__ == "__main__":
    unittest.main()
