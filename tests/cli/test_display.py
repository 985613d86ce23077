"""tests/cli/test_display.py: the window on a real (virtual) X display: OpenGL, keys and mouse."""

import json
import os
import re
import subprocess
import time
import unittest

from display import DisplayTest
from harness import CHART, GAPS, ROWS, png_size, rows_of

CLI = os.environ["PAINTPROF_CLI"]


class Renderers(DisplayTest):

    def test_opengl_draws_the_chart_and_is_named(self):
        done = self.run_chart("--renderer", "opengl", "--frames", "4", "--screenshot", "gl.png",
                              "--report", "-", "--csv", "f.csv", "--overlay", "full",
                              env=self.env)
        self.assertIn("batch, OpenGL, 1280x720", done.stdout)
        self.assertEqual(png_size(self.folder / "gl.png"), (1280, 720))
        self.assertEqual(len(rows_of((self.folder / "f.csv").read_text())), 4)

    def test_an_opengl_that_is_too_old_is_named_and_raster_draws(self):
        done = self.run_chart("--renderer", "opengl", "--frames", "2", "--report", "-",
                              env={**self.env, "MESA_GL_VERSION_OVERRIDE": "3.0"})
        self.assertIn("stays on raster: OpenGL: ", done.stderr)
        self.assertIn("older than OpenGL 3.3 and OpenGL ES 3.0", done.stderr)
        self.assertIn("batch, raster, 1280x720", done.stdout)

    def test_opengl_and_raster_draw_the_same_gaps(self):
        for renderer in ("raster", "opengl"):
            done = self.run_chart("--renderer", renderer, "--frames", "3", "--mode", "items",
                                  "--csv", "-", env=self.env)
            self.assertGreaterEqual(int(rows_of(done.stdout)[1]["items_painted"]), GAPS)


class Keys(DisplayTest):
    """A chart that runs, and xdotool as its user."""

    def setUp(self):
        super().setUp()
        self.csv = self.folder / "frames.csv"
        self.chart = subprocess.Popen(
            [CHART, "--csv", str(self.csv), "--report", "report.txt"], env=self.env,
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        self.addCleanup(self.chart.stdout.close)
        self.addCleanup(self.chart.wait)
        self.addCleanup(self.chart.kill)
        window = self.xdotool("search", "--sync", "--onlyvisible", "--name", "paintprof-chart")
        self.xdotool("windowfocus", "--sync", window.split()[0])
        self.wait_for_frames(1)

    def frames(self):
        return rows_of(self.csv.read_text()) if self.csv.exists() else []

    def wait(self, what, condition):
        deadline = time.monotonic() + 30
        while not condition():
            if time.monotonic() > deadline:
                self.fail(f"never: {what}; the chart says {self.chart.poll()}")
            time.sleep(0.02)

    def wait_for_frames(self, least):
        self.wait(f"{least} frames", lambda: len(self.frames()) >= least)

    def press(self, *keys):
        """Presses keys and waits for a frame after each."""
        for key in keys:
            before = len(self.frames())
            self.xdotool("key", key)
            self.wait(f"a frame after {key}", lambda n=before: len(self.frames()) > n)

    def quit(self, key="q"):
        self.xdotool("key", key)
        self.assertEqual(self.chart.wait(timeout=30), 0)
        self.assertEqual(self.chart.stdout.read(), "")
        return (self.folder / "report.txt").read_text()

    def test_every_key_does_something_and_q_quits(self):
        self.press("plus", "equal", "minus", "Left", "Right", "Up", "Down", "Prior", "Next", "Home",
                   "End", "f", "c", "c", "c", "c", "t", "a", "m", "m", "b", "h", "question", "r", "r")
        self.assertIn(f"{ROWS} rows, {GAPS} gaps", self.quit())

    def picture(self):
        """What the window shows now, by the key for it."""
        before = set(self.folder.glob("*.png"))
        self.press("s")
        # The frame may have been that of the key before.
        self.wait("a picture", lambda: set(self.folder.glob("*.png")) - before)
        return (set(self.folder.glob("*.png")) - before).pop().read_bytes()

    def test_the_overlay_keys_change_what_is_seen(self):
        pictures = {self.picture()}
        for key in ("o", "o", "p", "o"):
            self.xdotool("key", key)
            pictures.add(self.picture())
        self.assertEqual(len(pictures), 5)
        for key in ("z", "x", "z", "o"):
            self.xdotool("key", key)
        self.picture()
        self.quit()

    def test_escape_closes_the_help_first(self):
        self.press("h", "Escape")
        self.assertIsNone(self.chart.poll())
        self.quit("Escape")

    def test_m_creates_the_items_anew(self):
        self.press("m")
        row = self.frames()[-1]
        self.assertGreaterEqual(int(row["items_created"]), GAPS)
        self.assertGreater(float(row["create_ms"]), 0)
        self.press("m")
        self.assertGreater(float(self.frames()[-1]["batch_ms"]), 0)

    def test_b_rebuilds_in_either_mode(self):
        self.press("b")
        self.assertGreater(float(self.frames()[-1]["batch_ms"]), 0)
        self.press("m", "b")
        self.assertGreaterEqual(int(self.frames()[-1]["items_created"]), GAPS)

    def test_r_shows_the_chart_on_opengl(self):
        self.press("r")
        self.assertIn("batch, OpenGL", self.quit())

    def test_e_writes_a_csv_and_s_saves_a_picture(self):
        self.press("e", "Left", "Right", "e", "s")
        recorded = list(self.folder.glob("paintprof-frames-*.csv"))
        self.assertEqual(len(recorded), 1)
        self.assertGreaterEqual(len(rows_of(recorded[0].read_text())), 3)
        pictures = list(self.folder.glob("paintprof-chart-*.png"))
        self.assertEqual([png_size(p) for p in pictures], [(1280, 720)])

    def test_w_records_everything_from_press_to_press(self):
        self.press("w", "Left", "Right", "w", "Left")
        [recording] = self.folder.glob("paintprof-chart-*.pprec")
        done = subprocess.run([CLI, "info", str(recording), "--json"], capture_output=True,
                              text=True, timeout=60, check=True)
        info = json.loads(done.stdout)
        self.assertTrue(info["complete"])
        self.assertGreaterEqual(info["frames"], 3)
        self.assertLess(info["frames"], len(self.frames()))
        self.press("w", "w")
        self.assertEqual(len(list(self.folder.glob("paintprof-chart-*.pprec"))), 2)

    def test_a_move_of_the_mouse_repaints_the_crosshair_alone(self):
        self.xdotool("mousemove", 500, 300)
        self.wait_for_frames(len(self.frames()))
        time.sleep(0.5)
        before = len(self.frames())
        for step in range(10):
            self.xdotool("mousemove", 510 + 10 * step, 310 + 5 * step)
        self.wait_for_frames(before + 5)
        moves = self.frames()[before:]
        self.assertEqual({row["items_painted"] for row in moves}, {"1"})
        self.assertTrue(all(int(row["dirty_px"]) < 1280 * 720 / 8 for row in moves), moves)

    def test_l_appends_ticks_until_it_is_pressed_again(self):
        self.press("End", "l")
        self.wait_for_frames(len(self.frames()) + 30)
        self.press("l")
        rows = int(re.search(r"(\d+) rows", self.quit()).group(1))
        self.assertGreater(rows, ROWS)

    def test_the_wheel_and_dragging_repaint(self):
        self.xdotool("mousemove", 700, 400)
        for button in (4, 5):
            before = len(self.frames())
            self.xdotool("click", button)
            self.wait_for_frames(before + 1)
        before = len(self.frames())
        self.xdotool("mousedown", 1)
        for x in (680, 660, 640):
            self.xdotool("mousemove", x, 400)
        self.xdotool("mouseup", 1)
        self.wait_for_frames(before + 3)

    def test_y_puts_the_numbers_on_the_clipboard(self):
        self.press("y")
        # The selection is Qt's own until it quits; the message in the window is what a user sees.
        self.assertIsNone(self.chart.poll())
        self.quit()


if __name__ == "__main__":
    unittest.main()
