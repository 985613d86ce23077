"""tests/cli/test_options.py: the command line of paintprof-chart."""

import os
import re
import subprocess
import unittest

from harness import SOURCE, ChartTest, environment

OPTIONS = ("--data", "--mode", "--renderer", "--gaps", "--points", "--overlay", "--profile",
           "--frames", "--script", "--csv", "--screenshot", "--size", "--seed", "--pace",
           "--report", "--record", "--record-size", "--record-slow", "--record-seconds", "--style",
           "--line-width", "--smooth", "--live-rate", "--listen", "--duration", "--help", "--version")

WITHOUT_DISPLAY = environment(QT_QPA_PLATFORM=None, DISPLAY=None, WAYLAND_DISPLAY=None)

BAD = (
    ("--no-such-option",),
    ("stray",),
    ("--frames", "2", "stray"),
    ("--mode", "both"), ("--mode", ""), ("--mode",),
    ("--renderer", "vulkan"), ("--renderer=OpenGL",),
    ("--overlay", "none"), ("--overlay=",),
    ("--script", "dance"),
    ("--style", "bars"), ("--style=",), ("--line-width", "0"), ("--line-width", "1,5"),
    ("--line-width", "wide"), ("--smooth=yes",),
    ("--live-rate", "0"), ("--live-rate", "-5"), ("--live-rate", "1000001"),
    ("--live-rate", "fast"), ("--duration", "0"), ("--duration", "-1"), ("--duration", "1m"),
    ("--frames", "0"), ("--frames", "-1"), ("--frames", "1.5"), ("--frames", "ten"),
    ("--frames", "18446744073709551616"), ("--frames", " 3"), ("--frames=",),
    ("--points", "0"), ("--points", "1e6"), ("--points", "100000001"),
    ("--gaps", "-3"), ("--gaps", "many"),
    ("--size", "1280"), ("--size", "1280x"), ("--size", "x720"), ("--size", "1280x720x2"),
    ("--size", "1280X720"), ("--size", "0x0"), ("--size", "99999x720"),
    ("--size", "1280x99999999999999999999"),
    ("--seed", "-1"), ("--seed", "0x10"),
    ("--pace", "0", "--script", "pan"), ("--pace", "nan", "--script", "pan"),
    ("--pace", "60,5", "--script", "pan"), ("--pace", "60"),
    ("--profile=fast",), ("--profile=-1",), ("--profile=1,5",), ("--profile=inf",),
    ("--data", ""), ("--csv", ""), ("--screenshot", ""), ("--report", ""),
    ("--data", "x.csv", "--points", "100"),
    ("--csv", "same", "--report", "same"), ("--csv", "same", "--record", "same"),
    ("--record", ""), ("--record-size", "1"), ("--record", "r", "--record-size", "x"),
    ("--record", "r", "--record-slow", "0"), ("--record", "r", "--record-seconds", "-1"),
    ("--csv", "-", "--report", "-"),
    ("--help=now",),
)


class Options(ChartTest):

    def test_help_needs_no_display_and_names_every_option(self):
        done = self.run_chart("--help", env=WITHOUT_DISPLAY)
        for option in OPTIONS:
            self.assertIn(option, done.stdout)
        self.assertEqual(done.stderr, "")

    def test_help_lists_the_keys(self):
        done = self.run_chart("--help")
        for key in ("h, ?", "m ", "r ", "o ", "w ", "q, Esc", "Wheel", "Drag"):
            self.assertIn(f"\n  {key}", done.stdout)

    def test_help_fits_a_terminal_of_80_columns(self):
        for line in self.run_chart("--help").stdout.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_the_manual_pages_have_the_options_of_the_help_and_no_others(self):
        annotate = subprocess.run([os.environ["PAINTPROF_ANNOTATE"], "--help"], text=True,
                                  capture_output=True, env=WITHOUT_DISPLAY, check=True).stdout
        for name, text in (("chart", self.run_chart("--help").stdout), ("annotate", annotate)):
            page = (SOURCE / f"docs/man/paintprof-{name}.1").read_text()
            told = set(re.findall(r"^\.It (?:Fl h , )?Fl Fl (\S+)", page, re.M))
            self.assertEqual(told, set(re.findall(r"^  (?:-h, )?--([a-z-]+)", text, re.M)), name)

    def test_version_needs_no_display(self):
        done = self.run_chart("--version", env=WITHOUT_DISPLAY)
        self.assertRegex(done.stdout, r"^paintprof-chart \d+\.\d+\.\d+ \(Qt 6\.\d+\.\d+\)\n$")

    def test_a_bad_command_line_is_status_2_with_a_message_and_no_output(self):
        for args in BAD:
            with self.subTest(args=args):
                done = self.run_chart(*args, status=2)
                self.assertIn("paintprof-chart", done.stderr)
                self.assertIn("--help", done.stderr)
                self.assertEqual(done.stdout, "")
                self.assertEqual(list(self.folder.iterdir()), [])

    def test_values_may_stand_behind_an_equals_sign_or_a_space(self):
        self.run_chart("--frames", "2", "--size", "320x200", "--mode", "items")
        self.run_chart("--frames=2", "--size=320x200", "--mode=items")

    def test_every_option_works_once(self):
        for args in (("--mode", "batch"), ("--mode", "items"), ("--renderer", "raster"),
                     ("--gaps", "50"), ("--gaps", "0"), ("--points", "1"), ("--points", "2"),
                     ("--points", "1000", "--gaps", "20", "--seed", "7"),
                     ("--overlay", "off"), ("--overlay", "mini"), ("--overlay", "full"),
                     ("--overlay", "items"), ("--script", "pan"), ("--script", "zoom"),
                     ("--script", "append"), ("--script", "pan", "--pace", "200"),
                     ("--script", "mixed"), ("--script", "mixed", "--live-rate", "1000"),
                     ("--style", "line"), ("--style", "ohlc"), ("--style", "step"),
                     ("--style", "candles"), ("--line-width", "2.5"), ("--smooth",),
                     ("--live-rate", "100000"), ("--duration", "100"),
                     ("--size", "64x64"), ("--report", "report.txt")):
            with self.subTest(args=args):
                done = self.run_chart("--frames", "3", *args)
                self.assertEqual((done.stdout, done.stderr), ("", ""))

    def test_a_duration_ends_the_run(self):
        for args in ((), ("--script", "mixed"), ("--live-rate", "5000"), ("--pace", "50")):
            with self.subTest(args=args):
                done = self.run_chart("--duration", "0.5", "--report", "-", "--overlay", "full",
                                      "--screenshot", "end.png", *args)
                self.assertRegex(done.stdout, r"frames     [1-9]")

    def test_without_a_display_it_says_what_to_set(self):
        done = self.run_chart("--frames", "1", "--csv", "frames.csv", status=1,
                              env=WITHOUT_DISPLAY)
        self.assertIn("QT_QPA_PLATFORM=offscreen", done.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_opengl_without_a_platform_for_it_stays_on_raster_and_says_so_once(self):
        done = self.run_chart("--renderer", "opengl", "--frames", "3")
        self.assertEqual(done.stderr.count("raster"), 1, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
