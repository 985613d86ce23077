"""tests/cli/test_wayland.py: paintprof run under a Wayland compositor."""

import json
import os
import pathlib
import subprocess
import unittest

from display import Weston

CLI = pathlib.Path(os.environ["PAINTPROF_CLI"])
WASTEFUL = os.environ["PAINTPROF_WASTEFUL"]
PLUGIN = CLI.parent.parent / "lib/paintprof/plugins/generic/libpaintprofprobe.so"
TIMEOUT_S = 120


@unittest.skipUnless(PLUGIN.exists(), "the probe is not built")
@unittest.skipIf(b"__asan_init" in CLI.read_bytes(),
                 "nothing may be preloaded before the sanitizer's runtime")
class WaylandTest(unittest.TestCase):

    def setUp(self):
        self.weston = Weston()
        self.addCleanup(self.weston.close)

    def report_of(self, *command, options=()):
        """Of a program that is ended after some seconds."""
        recording = pathlib.Path(self.weston.folder.name, "run.pprec")
        done = subprocess.run(
            [CLI, "run", "--json", "--duration", "4", "--record", recording, *options, "--",
             *map(str, command)], env=self.weston.env, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        info = subprocess.run([CLI, "info", "--json", recording], capture_output=True, text=True,
                              check=True)
        self.assertIn('"wayland', info.stdout)
        left = [path for path in pathlib.Path(self.weston.folder.name).rglob("*.ctl")]
        self.assertEqual(left, [])
        report = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual(report["dropped"], 0)
        return report


class Widgets(WaylandTest):

    def test_each_widget_has_its_paints_and_causes_and_no_fault_is_made_up(self):
        report = self.report_of(WASTEFUL, "clean")
        self.assertGreater(report["frames"], 3)
        painted = {p["class"] for p in report["painters"] if p["kind"] == "widget" and p["count"]}
        self.assertLessEqual({"Curve", "Clock", "Gauge"}, painted)
        self.assertIn("Curve", {c["painter"] for c in report["causes"] if c["event"] == "Timer"})
        self.assertEqual([f for f in report["findings"] if "painter" in f], [])

    def test_the_overlay_is_painted_in_the_window(self):
        report = self.report_of(WASTEFUL, "clean", options=["--overlay", "full"])
        self.assertGreater(report["frames"], 3)


if __name__ == "__main__":
    unittest.main()
