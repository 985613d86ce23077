"""tests/cli/test_chart_recording.py: what paintprof-chart records is what it shows and writes."""

import json
import os
import signal
import subprocess
import time
import unittest

from harness import CHART, ChartTest, environment, rows_of

CLI = os.environ["PAINTPROF_CLI"]


class ChartRecording(ChartTest):

    def paintprof(self, *args, status=0):
        done = subprocess.run([CLI, *map(str, args)], cwd=self.folder, capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(done.returncode, status, f"{args}\n{done.stdout}{done.stderr}")
        return done

    def info(self, path):
        return json.loads(self.paintprof("info", path, "--json").stdout)

    def test_its_csv_and_sidecar_are_those_of_the_live_program_to_the_byte(self):
        for args in (("--script", "pan", "--mode", "items"), ("--script", "append")):
            with self.subTest(args=args):
                self.run_chart("--frames", "150", "--overlay", "full", "--csv", "live.csv",
                               "--record", "a.pprec", *args)
                self.paintprof("csv", "a.pprec", "-o", "later.csv")
                for suffix in ("", ".meta.json"):
                    live = (self.folder / f"live.csv{suffix}").read_bytes()
                    later = (self.folder / f"later.csv{suffix}").read_bytes()
                    self.assertEqual(live, later)

    def test_it_needs_nothing_but_the_option(self):
        self.run_chart("--frames", "30", "--record", "a.pprec")
        info = self.info("a.pprec")
        self.assertTrue(info["complete"])
        self.assertEqual((info["frames"], info["dropped"], info["damaged"]), (30, 0, 0))
        self.assertIn("qt.version", info["notes"])
        self.assertIn("--record a.pprec", info["notes"]["process.command_line"])
        report = json.loads(self.paintprof("report", "a.pprec", "--json").stdout)
        self.assertIn("Curve.paint()", [site["name"] for site in report["sites"]])

    def test_the_environment_does_the_same_and_arguments_stay_out_when_asked(self):
        self.run_chart("--frames", "5", env=environment(PAINTPROF_RECORD="e-%p.pprec",
                                                        PAINTPROF_NO_ARGS="1"))
        [path] = self.folder.glob("e-*.pprec")
        info = self.info(path)
        self.assertEqual(path.name, f"e-{info['pid']}.pprec")
        self.assertEqual(info["frames"], 5)
        self.assertNotIn("--frames", info["notes"]["process.command_line"])

    def test_killed_it_leaves_every_frame_that_it_finished(self):
        chart = subprocess.Popen([CHART, "--script", "pan", "--record", "k.pprec", "--csv", "k.csv"],
                                 env=environment(), cwd=self.folder, stdin=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        csv = self.folder / "k.csv"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (csv.exists() and csv.read_text().count("\n") > 20):
            time.sleep(0.02)
        chart.send_signal(signal.SIGKILL)
        chart.wait()
        live = rows_of(csv.read_text())
        done = self.paintprof("csv", "k.pprec")
        self.assertEqual(done.stderr.count("note:"), 1)
        later = rows_of(done.stdout)
        self.assertGreaterEqual(len(later), len(live))
        self.assertLessEqual(len(later), len(live) + 1)
        self.assertEqual(later[:len(live)], live)
        self.paintprof("cut", "k.pprec", "-o", "whole.pprec")
        self.assertTrue(self.info("whole.pprec")["complete"])

    def test_a_slow_frame_leaves_a_snapshot(self):
        self.run_chart("--frames", "20", "--record", "s.pprec", "--record-slow", "0.001",
                       "--record-seconds", "2")
        snapshots = list(self.folder.glob("s-slow-*.pprec"))
        self.assertTrue(0 < len(snapshots) <= 16, snapshots)
        self.assertTrue(self.info(snapshots[0])["complete"])

    def test_what_cannot_be_recorded_to_is_named(self):
        done = self.run_chart("--frames", "3", "--record", "/proc/a.pprec", status=1)
        self.assertIn("/proc/a.pprec", done.stderr)


if __name__ == "__main__":
    unittest.main()
