"""tests/cli/test_wasteful.py: the report of a program with known faults names each with its cause.

The program is tests/probe/wasteful.cpp; it knows nothing of paintprof.
"""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

CLI = pathlib.Path(os.environ["PAINTPROF_CLI"])
WASTEFUL = os.environ["PAINTPROF_WASTEFUL"]
VIEWPORT = os.environ["PAINTPROF_VIEWPORT"]
PLUGIN = CLI.parent.parent / "lib/paintprof/plugins/generic/libpaintprofprobe.so"
TIMEOUT_S = 120

# Which painter, by which sort of waste, asked for in which function.
FAULTS = {
    "Behind": ({"covered"}, "Behind::tick"),
    "Buried": ({"unpainted"}, "Buried::tick"),
    "Still": ({"unchanged"}, "Still::tick"),
    "Canvas": ({"unchanged", "small_change"}, "Canvas::blink"),
    "Dot": ({"many_items"}, "Dots::tick"),
}


@unittest.skipUnless(PLUGIN.exists(), "the probe is not built")
@unittest.skipIf(b"__asan_init" in CLI.read_bytes(),
                 "nothing may be preloaded before the sanitizer's runtime")
class Wasteful(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.faulty = cls.report_of()
        cls.clean = cls.report_of("clean")

    @staticmethod
    def report_of(*args, program=WASTEFUL, seconds=8):
        with tempfile.TemporaryDirectory(prefix="paintprof-cli-") as folder:
            env = dict(os.environ, QT_QPA_PLATFORM="offscreen", XDG_RUNTIME_DIR=folder)
            done = subprocess.run(
                [CLI, "run", "--json", "--duration", str(seconds), "--", program, *args], env=env,
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT_S,
                check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def painters(self, report):
        """The findings about painters, by class."""
        found = {}
        for finding in report["findings"]:
            if "painter" in finding:
                found.setdefault(finding["painter"], []).append(finding)
        return found

    def test_each_fault_is_found_and_no_other_painter(self):
        found = self.painters(self.faulty)
        self.assertEqual(set(found), set(FAULTS))
        for painter, (kinds, _) in FAULTS.items():
            with self.subTest(painter):
                self.assertEqual(len(found[painter]), 1, found[painter])
                self.assertIn(found[painter][0]["kind"], kinds)

    def test_each_fault_is_named_with_the_timer_and_the_function_that_asked(self):
        for painter, findings in self.painters(self.faulty).items():
            with self.subTest(painter):
                self.assertEqual(findings[0]["event"], "Timer")
                self.assertIn("-timer", findings[0]["receiver"])
                self.assertIn(FAULTS[painter][1], findings[0]["caller"])

    def test_the_slow_slot_is_named(self):
        slow = [f for f in self.faulty["findings"] if f["kind"] == "slow_handler"]
        self.assertIn(("Slow \"slow\"", "Timer"), {(f["receiver"], f["event"]) for f in slow})
        event = next(e for e in self.faulty["slow_events"] if e["receiver"] == 'Slow "slow"')
        self.assertGreaterEqual(event["self_ms"], 29 * event["count"])

    def test_a_clean_program_has_no_wasteful_painter(self):
        self.assertEqual(self.painters(self.clean), {})
        self.assertGreater(self.clean["frames"], 10)
        self.assertEqual({p["class"] for p in self.clean["painters"] if p["kind"] == "widget"}
                         & {"Curve", "Clock", "Gauge"}, {"Curve", "Clock", "Gauge"})

    def test_what_is_wasteful_is_no_red_flag_as_well(self):
        self.assertEqual(self.faulty["red_flags"], [])
        self.assertEqual(self.clean["red_flags"], [])

    def test_a_view_that_repaints_all_for_one_small_item_is_a_red_flag_and_no_painter_s_waste(self):
        report = self.report_of(program=VIEWPORT, seconds=3)
        self.assertEqual([f["flag"] for f in report["red_flags"]], ["whole-window-repaint"])
        self.assertIn("% of it was asked for", report["red_flags"][0]["evidence"])
        self.assertEqual(self.painters(report), {})

    def test_a_view_that_repaints_what_was_asked_for_is_neither(self):
        report = self.report_of("clean", program=VIEWPORT, seconds=3)
        self.assertGreater(report["frames"], 20)
        self.assertEqual(report["red_flags"], [])
        self.assertEqual(self.painters(report), {})

    def test_the_contract_s_members_are_there(self):
        report = self.faulty
        self.assertGreater(report["overhead_ms"], 0)
        self.assertEqual(report["dropped"], 0)
        for painter in report["painters"]:
            self.assertIn(painter["kind"], ("widget", "item", "quick", "gl", "window"))
            self.assertLessEqual({"class", "name", "count", "self_ms", "total_ms", "pixels"},
                                 set(painter))
        for cause in report["causes"]:
            self.assertLessEqual({"painter", "event", "receiver", "caller", "count"}, set(cause))
        dots = next(p for p in report["painters"] if p["class"] == "Dot")
        self.assertEqual((dots["kind"], dots["instances"]), ("item", 3000))


if __name__ == "__main__":
    unittest.main()
