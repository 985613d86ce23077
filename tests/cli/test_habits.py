"""tests/cli/test_habits.py: each red flag from a program through its recording to the report or the
link: raised by the one habit that is planted, and by nothing else; and never by work done well."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from harness import SOURCE, TIMEOUT_S, environment

CLI = os.environ["PAINTPROF_CLI"]
PROGRAM = os.environ["PAINTPROF_HABITS_PROGRAM"]

# Habit, rule, label of the flag.
IN_FRAMES = (("items-one-by-one", "items-one-by-one", "addItem()"),
             ("step-per-item", "step-per-item", "Gaps.build()"),
             ("removal-one-by-one", "removal-one-by-one", "removeItem()"),
             ("path-rebuilt", "path-rebuilt", "Curve.buildPath()"),
             ("whole-window-repaint", "whole-window-repaint", ""),
             ("step-per-item-marked", "step-per-item", "built annotation specs"),
             ("items-one-by-one-marked", "items-one-by-one", "created their items"),
             ("removal-one-by-one-marked", "removal-one-by-one", "removed the old ones"))
IN_CALLS = (("items-one-by-one", "items-one-by-one", "addItem()"),
            ("step-per-item", "step-per-item", "indexed 1000 rows"),
            ("step-per-item-growth", "step-per-item", "indexed 4000 rows"),
            ("removal-one-by-one", "removal-one-by-one", "removeItem()"),
            ("round-trip-per-item", "round-trip-per-item", "Remote.call()"),
            ("client-building", "client-building", "built specs"),
            ("slower-than-usual-search", "slower-than-usual", "searchsorted"),
            ("slower-than-usual-trip", "slower-than-usual", "Remote.call()"),
            ("slower-than-usual-redraw", "slower-than-usual", "final redraw"))


class Habits(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="paintprof-habits-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_program(self, *args):
        done = subprocess.run(list(map(str, args)), env=environment(), cwd=self.folder,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=TIMEOUT_S, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def flags_of_frames(self, habit):
        self.run_program(PROGRAM, "frames", "a.pprec", habit)
        report = json.loads(self.run_program(CLI, "report", "--json", "a.pprec"))
        return report["red_flags"], self.run_program(CLI, "report", "a.pprec")

    def flags_of_calls(self, habit):
        self.run_program(PROGRAM, "calls", "client.pprec", "server.pprec", habit)
        files = ("client.pprec", "server.pprec")
        link = json.loads(self.run_program(CLI, "link", "--json", *files))
        return link["flags"], self.run_program(CLI, "link", *files)

    def assert_raised_alone(self, flags, text, rule, label):
        self.assertEqual([(f["flag"], f["label"]) for f in flags], [(rule, label)], flags)
        self.assertIn("red flags (docs/red-flags.md)\n  " + rule + "\n", text)
        self.assertIn("remedy: " + flags[0]["remedy"], text)

    def test_the_report_names_each_planted_habit_and_no_other(self):
        for habit, rule, label in IN_FRAMES:
            with self.subTest(habit):
                self.assert_raised_alone(*self.flags_of_frames(habit), rule, label)

    def test_the_link_names_each_planted_habit_and_no_other(self):
        for habit, rule, label in IN_CALLS:
            with self.subTest(habit):
                self.assert_raised_alone(*self.flags_of_calls(habit), rule, label)

    def test_work_done_well_raises_no_flag(self):
        for flags, text in (self.flags_of_frames("clean"), self.flags_of_calls("clean"),
                            self.flags_of_calls("clean-growth")):
            self.assertEqual(flags, [])
            self.assertNotIn("red flags", text)

    def test_every_documented_rule_has_a_habit_here(self):
        documented = re.findall(r"^## (\S+-\S+)$", (SOURCE / "docs/red-flags.md").read_text(), re.M)
        self.assertEqual(len(documented), 8)
        self.assertEqual(set(documented), {rule for _, rule, _ in IN_FRAMES + IN_CALLS})


if __name__ == "__main__":
    unittest.main()
