"""tests/cli/test_recording.py: paintprof on recordings: finished, killed, running and broken ones."""

import json
import os
import pathlib
import shlex
import subprocess
import tempfile
import unittest

from harness import TIMEOUT_S, environment, rows_of

CLI = os.environ["PAINTPROF_CLI"]
RECORDER = os.environ["PAINTPROF_RECORD_PROGRAM"]
COMMANDS = ("info", "report", "csv", "cut")  # that read one recording
ALL_COMMANDS = COMMANDS + ("link", "run", "ctl")
FRAMES = 100  # each tenth is late; see record_program.c

BAD = (
    (), ("frobnicate",), ("--frobnicate",), ("help", "frobnicate"), ("help", "info", "more"),
    ("info",), ("info", ""), ("info", "{file}", "more"), ("info", "--frobnicate", "{file}"),
    ("info", "--json=1", "{file}"),
    ("report",), ("report", "--slowest", "0", "{file}"), ("report", "--slowest", "1001", "{file}"),
    ("report", "--top", "many", "{file}"), ("report", "{file}", "--top"),
    ("report", "--top=-1", "{file}"),
    ("csv",), ("csv", "{file}", "-o", ""), ("csv", "{file}", "-o", "{file}"),
    ("csv", "{file}", "more"),
    ("cut", "{file}"), ("cut", "-o", "out"), ("cut", "{file}", "-o", "-"),
    ("cut", "{file}", "-o", "{file}"), ("cut", "{file}", "-o", "out", "--from", "soon"),
    ("cut", "{file}", "-o", "out", "--from", "1,5"), ("cut", "{file}", "-o", "out", "--to", "1h"),
    ("cut", "{file}", "-o", "out", "--to", "nan"), ("cut", "{file}", "-o", "out", "--to", "1e3"),
    ("cut", "{file}", "-o", "out", "--to", "1.2.3"), ("cut", "{file}", "-o", "out", "--to", ""),
    ("cut", "{file}", "-o", "out", "--from", "5", "--to", "3"),
    ("cut", "{file}", "-o", "out", "--from=-3", "--to=-5"),
    ("cut", "{file}", "-o", "out", "--slow", "0"), ("cut", "{file}", "-o", "out", "--slow", "-1"),
    ("cut", "{file}", "-o", "out", "--slow", "99999999999999999999"),
)


class RecordingTest(unittest.TestCase):
    """A test in a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="paintprof-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def record(self, how="finish", frames=FRAMES, name="run.pprec"):
        path = self.folder / name
        done = subprocess.run([RECORDER, path, how, str(frames)], env=environment(),
                              capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        self.assertEqual(done.returncode, -9 if how == "kill" else 0, done.stderr)
        return path

    def killed(self):
        """A recording whose process was killed; the live part goes with the test."""
        path = self.record("kill")
        info = json.loads(self.run_cli("info", "--json", path, notes=1).stdout)
        self.addCleanup(lambda: pathlib.Path(info["live_path"]).unlink(missing_ok=True))
        return path, pathlib.Path(info["live_path"])

    def run_cli(self, *args, status=0, notes=0, **more):
        """Runs paintprof; a success leaves that many notes on standard error and no more."""
        done = subprocess.run([CLI, *map(str, args)], env=environment(), cwd=self.folder,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=TIMEOUT_S, check=False, **more)
        self.assertEqual(done.returncode, status, f"{args}\n{done.stdout}{done.stderr}")
        if status == 0:
            lines = done.stderr.splitlines()
            self.assertEqual(len(lines), notes, done.stderr)
            for line in lines:
                self.assertTrue(line.startswith("paintprof: note: "), line)
        return done

    def info(self, path, notes=0):
        text = self.run_cli("info", "--json", path, notes=notes).stdout
        self.assertEqual(text.count("\n"), 1)
        return json.loads(text)

    def cut(self, path, *args, notes=0):
        """The frame numbers' start times that a cut keeps, in ms since the recording began."""
        out = self.folder / "cut.pprec"
        self.assertEqual(self.run_cli("cut", path, "-o", out, *args, notes=notes).stdout, "")
        rows = rows_of(self.run_cli("csv", out).stdout)
        return [int(row["start_ns"]) // 1000000 - 1000 for row in rows]


class CommandLine(RecordingTest):

    def test_help_lists_the_commands(self):
        for args in (("--help",), ("-h",), ("help",), ("help", "help")):
            text = self.run_cli(*args).stdout
            for command in ALL_COMMANDS:
                self.assertIn(f"\n  {command} ", text)

    def test_each_command_has_help_in_both_ways_within_80_columns(self):
        for command in ALL_COMMANDS:
            with self.subTest(command=command):
                text = self.run_cli(command, "--help").stdout
                self.assertTrue(text.startswith(f"Usage: paintprof {command} "))
                self.assertEqual(text, self.run_cli("help", command).stdout)
                self.assertEqual(text, self.run_cli(command, "-h").stdout)
                for line in text.splitlines():
                    self.assertLessEqual(len(line), 80, line)

    def test_version(self):
        self.assertRegex(self.run_cli("--version").stdout, r"^paintprof \d+\.\d+\.\d+\n$")

    def test_a_bad_command_line_is_status_2_with_a_message_and_no_output(self):
        path = self.record()
        before = path.read_bytes()
        for args in BAD:
            with self.subTest(args=args):
                done = self.run_cli(*(arg.format(file=path) for arg in args), status=2)
                self.assertIn("paintprof", done.stderr)
                self.assertEqual(done.stdout, "")
                self.assertEqual(list(self.folder.iterdir()), [path])
        self.assertEqual(path.read_bytes(), before)

    def test_an_unknown_command_names_those_that_exist(self):
        message = self.run_cli("frobnicate", status=2).stderr
        for command in ALL_COMMANDS:
            self.assertIn(command, message)

    def test_options_stand_before_or_behind_the_file(self):
        path = self.record()
        for options in (("info", "--json"), ("report", "--json"), ("report", "--slowest", "2"),
                        ("csv", "-o", "-"), ("report", "--top=1")):
            with self.subTest(options=options):
                command, *rest = options
                before = self.run_cli(command, *rest, path).stdout
                self.assertEqual(before, self.run_cli(command, path, *rest).stdout)
                self.assertEqual(before, self.run_cli(command, *rest, "--", path).stdout)


class Finished(RecordingTest):

    def test_info_says_what_it_is(self):
        path = self.record()
        info = self.info(path)
        self.assertEqual(info["version"], 1)
        self.assertEqual(info["frames"], FRAMES)
        self.assertEqual(info["zones"], 2 * FRAMES + 1)
        self.assertEqual(info["marks"], FRAMES)
        self.assertEqual(info["records"], 3 * FRAMES + 1)
        self.assertEqual(info["threads"], 2)
        self.assertEqual(info["duration_ns"], 20000000 * FRAMES)
        self.assertEqual(info["size_bytes"], path.stat().st_size)
        for name in ("dropped", "overwritten", "damaged", "error"):
            self.assertEqual(info[name], 0)
        self.assertIs(info["complete"], True)
        self.assertIs(info["live_part"], False)
        self.assertIs(info["bounded"], False)
        self.assertIn(f"{path} finish", info["notes"]["process.command_line"])
        self.assertEqual([(w["title"], w["renderer"], w["frames"]) for w in info["windows"]],
                         [("chart", "raster", FRAMES)])
        self.assertEqual(sorted(t["name"] for t in info["thread_list"]),
                         ["record_program", "worker"])

    def test_info_and_report_as_text_say_it_is_complete_and_nothing_is_lost(self):
        path = self.record()
        for command in ("info", "report"):
            text = self.run_cli(command, path).stdout
            self.assertRegex(text, r"(?m)^complete +yes$")
            self.assertRegex(text, r"(?m)^lost +none$")
            self.assertRegex(text, rf"(?m)^frames +{FRAMES}, of which 10 late")

    def test_report_has_distributions_zones_and_the_slowest_frames(self):
        text = self.run_cli("report", self.record(), "--slowest", "2").stdout
        self.assertRegex(text, r"(?m)^  work +4\.200 +3\.000 +15\.000 +15\.000 +15\.000 +15\.000")
        self.assertRegex(text, r"(?m)^    redraw +3\.200 +2\.000 +14\.000")
        self.assertNotRegex(text, r"(?m)^  gpu ")
        self.assertRegex(text, r"(?m)^  Chart\.paint\(\) +redraw +100 +320\.000 +76\.2%")
        self.assertRegex(text, r"(?m)^  frame 10: 15\.000 ms at 0\.180 s in window 1, late \(paint\)")
        self.assertIn("frame 20: ", text)
        self.assertNotIn("frame 30: ", text)

    def test_report_json_has_the_same_numbers(self):
        done = self.run_cli("report", self.record(), "--json", "--top", "2", "--slowest", "3")
        self.assertEqual(done.stdout.count("\n"), 1)
        report = json.loads(done.stdout)
        self.assertEqual(report["work_ms"], {"count": 100, "mean": 4.2, "p50": 3.0, "p95": 15.0,
                                             "p99": 15.0, "max": 15.0, "worst_1_percent": 15.0})
        self.assertEqual(report["phases_ms"]["batch"]["max"], 1.0)
        self.assertEqual(report["interval_ms"]["count"], FRAMES - 1)
        self.assertIsNone(report["gpu_ms"])
        self.assertEqual((report["late"], report["jank"]["paint"]), (10, 10))
        self.assertEqual([site["name"] for site in report["sites"]],
                         ["Chart.paint()", "Gaps.build()"])
        self.assertEqual(report["sites"][0]["pixels"], 640 * 480 * FRAMES)
        self.assertEqual([frame["frame"] for frame in report["slowest"]], [10, 20, 30])
        self.assertEqual(report["slowest"][0]["painters"][0]["self_ms"], 14.0)
        self.assertEqual(report["recording"]["frames"], FRAMES)

    def test_csv_has_a_row_per_frame_on_standard_output_or_in_a_file(self):
        path, out = self.record(), self.folder / "frames.csv"
        text = self.run_cli("csv", path).stdout
        rows = rows_of(text)
        self.assertEqual(len(rows), FRAMES)
        self.assertEqual({row["work_ms"] for row in rows}, {"3.000000", "15.000000"})
        self.assertEqual(self.run_cli("csv", "-o", out, path).stdout, "")
        self.assertEqual(out.read_text(), text)
        meta = json.loads((self.folder / "frames.csv.meta.json").read_text())
        self.assertEqual((meta["rows"], meta["complete"]), (FRAMES, True))

    def test_a_csv_over_the_recording_is_refused_by_any_name(self):
        path = self.record()
        before = path.read_bytes()
        (self.folder / "link").symlink_to(path)
        os.link(path, self.folder / "same.meta.json")
        for out in ("link", "same.meta.json", "same"):
            self.assertIn("itself", self.run_cli("csv", path, "-o", out, status=2).stderr)
        self.assertEqual(path.read_bytes(), before)

    def test_without_frames_it_says_so_and_what_to_do(self):
        text = self.run_cli("report", self.record("zones")).stdout
        self.assertIn("no frames: ", text)
        self.assertIn("pp_frame_begin()", text)
        self.assertIn("Chart.paint()", text)

    def test_without_anything_it_says_so_and_what_to_do(self):
        path = self.record("empty", 0)
        self.assertIn("PAINTPROF=1", self.run_cli("report", path).stdout)
        self.assertEqual(self.info(path)["records"], 0)
        self.assertEqual(rows_of(self.run_cli("csv", path).stdout), [])


class Cut(RecordingTest):

    def test_a_range_keeps_the_frames_in_it(self):
        path = self.record()
        every = [20 * i for i in range(FRAMES)]
        self.assertEqual(self.cut(path), every)
        self.assertEqual(self.cut(path, "--from", "0.997"), every[50:])
        self.assertEqual(self.cut(path, "--to", "997ms"), every[:50])
        self.assertEqual(self.cut(path, "--from=490000us", "--to=1.49s"), every[25:75])

    def test_a_frame_that_reaches_into_the_range_is_kept_whole(self):
        path = self.record()
        self.assertEqual(self.cut(path, "--from", "185ms", "--to", "201ms"), [180, 200])

    def test_a_negative_time_counts_from_the_end(self):
        path = self.record()
        every = [20 * i for i in range(FRAMES)]
        self.assertEqual(self.cut(path, "--from=-510ms"), every[75:])
        self.assertEqual(self.cut(path, "--from", "-1.003", "--to", "-510ms"), every[50:75])
        self.assertEqual(self.cut(path, "--from=-1m"), every)

    def test_slow_keeps_only_slow_frames(self):
        path = self.record()
        self.assertEqual(self.cut(path, "--slow", "10"), [180 + 200 * i for i in range(10)])
        self.assertEqual(self.cut(path, "--slow=14.9", "--to=990000000ns"), [180 + 200 * i for i in range(5)])

    def test_a_cut_without_frames_says_so(self):
        self.assertEqual(self.cut(self.record(), "--slow", "100", notes=1), [])

    def test_an_empty_range_fails_and_leaves_nothing(self):
        path = self.record()
        done = self.run_cli("cut", path, "-o", "out", "--from", "9", "--to=-1", status=1)
        self.assertIn("nothing lies between", done.stderr)
        self.assertEqual(list(self.folder.iterdir()), [path])

    def test_a_cut_of_a_killed_recording_is_whole(self):
        path, _ = self.killed()
        out = self.folder / "whole.pprec"
        self.run_cli("cut", path, "-o", out, notes=1)
        info = self.info(out)
        self.assertIs(info["complete"], True)
        self.assertEqual(info["frames"], FRAMES)

    def test_an_output_that_cannot_be_written_is_status_1(self):
        path = self.record()
        done = self.run_cli("cut", path, "-o", "no/such/folder/x", status=1)
        self.assertIn("no/such/folder/x", done.stderr)


class Unfinished(RecordingTest):

    def test_a_killed_recording_is_read_with_its_live_part_and_one_note(self):
        path, _ = self.killed()
        info = self.info(path, notes=1)
        self.assertEqual((info["complete"], info["live_part"], info["frames"]),
                         (False, True, FRAMES))
        for args in (("info", path), ("report", path), ("csv", path)):
            note = self.run_cli(*args, notes=1).stderr
            self.assertIn(f"note: {path}: its writer did not close it", note)
            self.assertNotIn("is gone", note)

    def test_without_its_live_part_the_note_says_what_is_missing(self):
        path, live = self.killed()
        live.unlink()
        note = self.run_cli("report", path, notes=1).stderr
        self.assertIn("the last records of each thread", note)
        self.assertIs(self.info(path, notes=1)["live_part"], False)

    def test_a_running_recording_is_read(self):
        path = self.folder / "run.pprec"
        with subprocess.Popen([RECORDER, path, "wait", str(FRAMES)], env=environment(), text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
            self.assertEqual(writer.stdout.readline(), "ready\n")
            self.assertEqual(self.info(path, notes=1)["frames"], FRAMES)
            self.assertEqual(len(rows_of(self.run_cli("csv", path, notes=1).stdout)), FRAMES)
            writer.stdin.close()
            self.assertEqual(writer.wait(TIMEOUT_S), 0)
        self.assertIs(self.info(path)["complete"], True)


class BadInput(RecordingTest):

    def fails(self, path, *parts):
        """Every command refuses the file, names it and leaves nothing behind."""
        for command in COMMANDS:
            with self.subTest(command=command, path=path):
                before = sorted(self.folder.iterdir())
                more = ("-o", "out.pprec") if command == "cut" else ()
                done = self.run_cli(command, path, *more, status=1)
                self.assertEqual(done.stdout, "")
                self.assertTrue(done.stderr.startswith(f"paintprof: {path}: "), done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1)
                for part in parts:
                    self.assertIn(part, done.stderr)
                self.assertEqual(sorted(self.folder.iterdir()), before)

    def test_a_missing_file(self):
        self.fails(self.folder / "missing.pprec", "No such file or directory")

    def test_a_folder(self):
        self.fails(self.folder)

    def test_what_is_no_recording(self):
        for name, data in (("empty", b""), ("text", b"date,open,high,low,close\n" * 500),
                           ("zeros", bytes(100000)), ("short", b"PPREC\r\n\x1a"),
                           ("cut-off", b"PPREC\r\n\x1a" + bytes(100))):
            path = self.folder / name
            path.write_bytes(data)
            self.fails(path)

    def test_a_recording_of_another_version(self):
        path = self.record()
        data = bytearray(path.read_bytes())
        data[8] = 77
        path.write_bytes(data)
        self.fails(path)

    def test_a_damaged_recording_is_read_as_far_as_it_goes(self):
        path = self.record()
        data = bytearray(path.read_bytes())
        for offset in range(4096, len(data), 517):
            data[offset] ^= 0xff
        path.write_bytes(data)
        for command in ("info", "report", "csv"):
            done = subprocess.run([CLI, command, path], env=environment(), capture_output=True,
                                  timeout=TIMEOUT_S, check=False)
            self.assertIn(done.returncode, (0, 1), done.stderr)

    def test_a_cut_off_recording_is_read_as_far_as_it_goes(self):
        path = self.record()
        data = path.read_bytes()
        for size in (4096, 4097, 5000, len(data) // 2, len(data) - 1):
            path.write_bytes(data[:size])
            for command in ("info", "report", "csv"):
                done = subprocess.run([CLI, command, path], env=environment(), capture_output=True,
                                      timeout=TIMEOUT_S, check=False)
                self.assertIn(done.returncode, (0, 1), done.stderr)


class Streams(RecordingTest):

    def shell(self, command):
        return subprocess.run(["bash", "-c", command], env=environment(), cwd=self.folder,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=TIMEOUT_S, check=False)

    def test_a_closed_pipe_ends_it_quietly(self):
        path = self.record(frames=20000)
        for args in (("csv", path), ("report", "--slowest", "1000", path), ("info", path)):
            command = shlex.join([CLI, *map(str, args)])
            done = self.shell(f"set -o pipefail; {command} | head -n 1")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(len(done.stdout.splitlines()), 1)

    def test_a_full_disk_is_status_1_with_a_message(self):
        path = self.record(frames=2000)
        for args in (("csv", path), ("report", path), ("report", "--json", path), ("info", path),
                     ("--help",), ("info", "--help"), ("--version",)):
            done = self.shell(shlex.join([CLI, *map(str, args)]) + " > /dev/full")
            self.assertEqual(done.returncode, 1, args)
            self.assertIn("No space left on device", done.stderr)

    def test_a_file_that_is_no_terminal_gets_no_progress(self):
        path = self.record(frames=20000)
        self.assertEqual(self.run_cli("report", path).stderr, "")


if __name__ == "__main__":
    unittest.main()
