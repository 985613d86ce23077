"""tests/cli/test_screens.py: the budget of a frame is that of the screen its window is on."""

import os
import subprocess
import unittest

from display import Display, wait_until
from harness import CHART, ChartTest, rows_of

CLI = os.environ["PAINTPROF_CLI"]
WASTEFUL = os.environ["PAINTPROF_WASTEFUL"]
PROBE = os.path.join(os.path.dirname(CLI), "../lib/paintprof/plugins/generic/libpaintprofprobe.so")


class ScreensTest(ChartTest):
    """Two screens beside each other, of 120 and 60 Hz."""

    def setUp(self):
        super().setUp()
        self.display = Display("2800x900")
        self.addCleanup(self.display.close)
        self.display.split(120)
        self.csv = self.folder / "frames.csv"

    def start(self, *command):
        program = subprocess.Popen(command, env=self.display.env, cwd=self.folder,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.addCleanup(program.wait)
        self.addCleanup(program.terminate)
        return program

    def find_window(self, title):
        found = self.display.xdotool("search", "--sync", "--onlyvisible", "--name", title)
        return found.split()[0]

    def wait_for_budget(self, hz):
        def is_latest():
            rows = rows_of(self.csv.read_text()) if self.csv.exists() else []
            return rows and abs(float(rows[-1]["budget_ms"]) - 1000 / hz) < 0.02
        wait_until(is_latest, f"a frame with the budget of {hz} Hz")

    def check_that_the_budget_follows(self, window):
        for x, hz in ((10, 120), (1410, 60), (20, 120)):
            self.display.xdotool("windowmove", window, x, 20)
            self.wait_for_budget(hz)
        self.display.set_rate(75)
        self.wait_for_budget(75)



class Screens(ScreensTest):

    def test_the_budget_of_a_chart_follows_its_screen(self):
        self.start(CHART, "--csv", str(self.csv))
        window = self.find_window("paintprof-chart")
        self.display.xdotool("windowfocus", "--sync", window)
        self.display.xdotool("key", "l")  # ticks come in, each with a frame
        self.check_that_the_budget_follows(window)

    @unittest.skipUnless(os.path.exists(PROBE), "the probe is not built")
    def test_the_budget_of_a_probed_program_follows_its_screen(self):
        self.start(CLI, "run", "--csv", str(self.csv), "--no-causes", "--", WASTEFUL, "clean")
        self.check_that_the_budget_follows(self.find_window("wasteful"))


if __name__ == "__main__":
    unittest.main()
