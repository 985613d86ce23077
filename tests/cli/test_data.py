"""tests/cli/test_data.py: data that is missing or malformed, and outputs that cannot be written."""

import os
import stat
import subprocess
import unittest

from harness import ChartTest, GAPS, ROWS, environment, rows_of

CLI = os.environ["PAINTPROF_CLI"]

HEADER = "date,open,high,low,close\n"
GOOD = "2020-01-02,10,12,9,11\n2020-01-03,11,12,10,12\n"

# name, text, what the message says after the file
MALFORMED = (
    ("a column is missing", "date,open,high,low\n2020-01-02,10,12,9\n", r":1: close: "),
    ("a price is no number", HEADER + GOOD + "2020-01-06,11,high,10,12\n", r":4: high: "),
    ("a price is not finite", HEADER + "2020-01-02,10,inf,9,11\n", r":2: high: "),
    ("a comma is the decimal", HEADER + "2020-01-02,\"10,5\",12,9,11\n", r":2: open: "),
    ("a field is empty", HEADER + "2020-01-02,10,12,,11\n", r":2: low: "),
    ("a field is missing", HEADER + "2020-01-02,10,12,9\n", r":2: close: "),
    ("a date is impossible", HEADER + "2020-02-30,10,12,9,11\n", r":2: date: "),
    ("dates do not rise", HEADER + GOOD + "2020-01-03,10,12,9,11\n", r":4: date: "),
    ("high is below low", HEADER + "2020-01-02,10,8,9,9\n", r":2: \w+: "),
    ("no rows", HEADER, r":\d+: \w+: "),
    ("nothing at all", "", r":1: \w+: "),
    ("a web page", "<!DOCTYPE html>\n<html>\n", r":1: \w+: "),
)


class Data(ChartTest):

    def test_malformed_data_are_named_by_file_line_and_column(self):
        for what, text, message in MALFORMED:
            with self.subTest(what):
                path = self.file("data.csv", text)
                done = self.run_chart("--data", path, "--frames", "1", status=1)
                self.assertRegex(done.stderr, rf"(?m)^{path}{message}\S")
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_missing_data_are_named(self):
        for path in (self.folder / "none.csv", self.folder):
            done = self.run_chart("--data", path, "--frames", "1", status=1)
            self.assertIn(str(path), done.stderr)

    def test_no_output_is_touched_before_the_data_are_accepted(self):
        data = self.file("data.csv", HEADER + "nonsense\n")
        old = self.file("frames.csv", "precious\n")
        self.run_chart("--data", data, "--frames", "1", "--csv", old, "--screenshot", "a.png",
                       "--report", "a.txt", status=1)
        self.assertEqual(old.read_text(), "precious\n")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()),
                         ["data.csv", "frames.csv"])

    def test_no_csv_is_touched_when_another_output_cannot_be_written(self):
        for option in ("--screenshot", "--report"):
            old = self.file("frames.csv", "precious\n")
            done = self.run_chart("--frames", "1", "--csv", old, option, "no/such/folder/x",
                                  status=1)
            self.assertIn("no/such/folder/x", done.stderr)
            self.assertEqual(old.read_text(), "precious\n")

    def test_outputs_that_cannot_be_written_are_status_1(self):
        for option in ("--csv", "--screenshot", "--report"):
            for path in ("no/such/folder/x", self.folder):
                with self.subTest(option=option, path=path):
                    done = self.run_chart("--frames", "1", option, path, status=1)
                    self.assertIn(str(path), done.stderr)

    def test_a_full_disk_is_status_1(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        done = self.run_chart("--frames", "3", "--csv", "/dev/full", status=1)
        self.assertIn("/dev/full", done.stderr)

    def written_to_a_pipe(self, command):
        """What the last word of the command, a path, receives; it must stay a pipe."""
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
            subprocess.run([*map(str, command), str(pipe)], env=environment(), cwd=self.folder,
                           check=True, timeout=60, stdin=subprocess.DEVNULL)
            self.assertTrue(stat.S_ISFIFO(pipe.stat().st_mode))
            received = reader.stdout.read()
        pipe.unlink()
        return received

    def test_what_is_no_file_is_written_to_and_never_replaced(self):
        """As root, a report to /dev/null would otherwise be the end of /dev/null."""
        chart = [os.environ["PAINTPROF_CHART"], "--frames", "2"]
        self.assertIn(b"frames     2", self.written_to_a_pipe([*chart, "--report"]))
        self.assertEqual(self.written_to_a_pipe([*chart, "--screenshot"])[1:4], b"PNG")
        self.assertEqual(self.written_to_a_pipe([*chart, "--csv"]).count(b"\n"), 3)
        self.run_chart("--frames", "2", "--record", "x.pprec")
        self.assertEqual(self.written_to_a_pipe([CLI, "csv", "x.pprec", "-o"]).count(b"\n"), 3)
        self.assertIn(b"resourceMetrics", self.written_to_a_pipe(
            [CLI, "export", "--format", "otlp", "x.pprec", "-o"]))
        os.mkfifo(self.folder / "kept")
        done = subprocess.run([CLI, "cut", "x.pprec", "--from", "0", "-o", "kept"],
                              cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("kept: cannot be recorded to", done.stderr)
        self.assertTrue(stat.S_ISFIFO((self.folder / "kept").stat().st_mode))

    def test_a_link_is_followed_and_the_file_keeps_its_permissions(self):
        target = self.file("target", "old")
        os.chmod(target, 0o640)
        os.symlink("target", self.folder / "link")
        self.run_chart("--frames", "2", "--report", "link")
        self.assertTrue((self.folder / "link").is_symlink())
        self.assertIn("frames     2", (self.folder / "target").read_text())
        self.assertEqual((self.folder / "target").stat().st_mode & 0o777, 0o640)

    def test_data_of_ones_own_are_drawn_with_their_calendar_gaps(self):
        path = self.file("mine.csv", HEADER + GOOD + "2020-01-06,11,12,10,12\n"
                         "2020-01-07,11,12,10,12\n2020-01-08,11,12,10,12\n")
        self.run_chart("--data", path, "--frames", "2", "--report", "r.txt")
        self.assertIn("5 rows, 1 gap\n", (self.folder / "r.txt").read_text())

    def test_one_row_is_enough_unless_gaps_are_asked_for(self):
        path = self.file("one.csv", HEADER + "2020-01-02,10,12,9,11\n")
        self.run_chart("--data", path, "--frames", "3", "--script", "append")
        self.run_chart("--data", path, "--frames", "3", "--script", "zoom")
        self.run_chart("--data", path, "--frames", "1", "--gaps", "1", status=1)

    def test_the_sample_is_found_from_anywhere(self):
        self.run_chart("--frames", "1", "--report", "r.txt")
        self.assertIn(f"{ROWS} rows, {GAPS} gaps", (self.folder / "r.txt").read_text())

    def test_generated_rows_have_gaps_only_when_asked_for(self):
        done = self.run_chart("--points", "400", "--frames", "1", "--report", "-")
        self.assertIn("400 rows, 0 gaps", done.stdout)
        done = self.run_chart("--points", "400", "--gaps", "30", "--frames", "1", "--report", "-")
        self.assertIn("400 rows, 30 gaps", done.stdout)
        done = self.run_chart("--gaps", "2000", "--frames", "1", "--report", "-")
        self.assertIn(f"{ROWS} rows, 2000 gaps", done.stdout)

    def test_the_same_seed_draws_the_same_picture(self):
        pictures = {}
        for name, seed in (("a", 5), ("b", 5), ("c", 6)):
            self.run_chart("--points", "500", "--seed", seed, "--gaps", "20", "--frames", "2",
                           "--screenshot", name + ".png")
            pictures[name] = (self.folder / (name + ".png")).read_bytes()
        # The title names the seed, so that compare only equal ones byte by byte.
        self.assertEqual(pictures["a"], pictures["b"])
        self.assertNotEqual(pictures["a"], pictures["c"])


if __name__ == "__main__":
    unittest.main()
