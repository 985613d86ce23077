"""tests/cli/test_frames.py: what runs of paintprof-chart leave: CSV, report, pictures, text."""

import json
import os
import re
import signal
import subprocess
import time
import unittest

from harness import CHART, ChartTest, GAPS, ROWS, environment, png_size, rows_of, start

PHASES = ("create_ms", "batch_ms", "redraw_ms", "other_ms")


class Frames(ChartTest):

    def test_a_run_of_n_frames_leaves_n_rows(self):
        for args in ((), ("--script", "pan"), ("--script", "zoom"), ("--script", "append")):
            with self.subTest(args=args):
                rows = self.run_to_rows("--frames", "25", *args)
                self.assertEqual([r["frame"] for r in rows], [str(i + 1) for i in range(25)])
                self.assertEqual({r["window"] for r in rows}, {rows[0]["window"]})

    def test_every_row_has_redraw_and_work_is_the_sum_of_its_phases(self):
        for mode in ("items", "batch"):
            for row in self.run_to_rows("--frames", "20", "--mode", mode, "--script", "pan"):
                self.assertGreater(float(row["redraw_ms"]), 0)
                phases = sum(float(row[p]) for p in PHASES)
                self.assertAlmostEqual(phases, float(row["work_ms"]), delta=0.01)

    def test_the_mixed_script_is_the_same_for_the_same_seed(self):
        pictures = []
        for seed in (5, 5, 6):
            self.run_chart("--script", "mixed", "--frames", "300", "--seed", seed, "--screenshot",
                           "p.png", "--size", "640x400")
            pictures.append((self.folder / "p.png").read_bytes())
        self.assertEqual(pictures[0], pictures[1])
        self.assertNotEqual(pictures[1], pictures[2])

    def test_rows_arrive_at_the_rate_that_was_asked_for_or_slower(self):
        done = self.run_chart("--live-rate", "2000", "--duration", "2", "--report", "-")
        rows = int(re.search(r"(\d+) rows", done.stdout).group(1))
        self.assertGreater(rows, ROWS)
        self.assertLessEqual(rows, ROWS + 2000 * 30)  # a machine may be slow to stop
        self.assertRegex(done.stdout, r"memory +[0-9.]+ MiB at the start, [0-9.]+ MiB now")

    def test_the_report_says_whose_fault_late_frames_were(self):
        done = self.run_chart("--frames", "30", "--report", "-", "--script", "pan")
        late = int(re.search(r"^late +(\d+) of", done.stdout, re.M).group(1))
        whose = re.search(r"^  whose +(.*)$", done.stdout, re.M)
        counted = sum(map(int, re.findall(r" (\d+)(?:,|$)", whose.group(1)))) if whose else 0
        self.assertEqual(counted, late)

    def test_a_frame_that_computes_too_long_is_charged_to_what_computed(self):
        done = self.run_chart("--frames", "4", "--report", "-", "--mode", "items", "--points",
                              "200000", "--gaps", "100000")
        whose = re.search(r"^  whose +(.*)$", done.stdout, re.M).group(1)
        self.assertRegex(whose, r"(Gap\.paint\(\)|QGraphicsView::paintEvent) \d")

    def test_redraw_is_the_larger_part_of_a_panned_frame(self):
        rows = self.run_to_rows("--frames", "40", "--script", "pan")[5:]
        redraw = sum(float(r["redraw_ms"]) for r in rows)
        other = sum(float(r["other_ms"]) for r in rows)
        self.assertGreater(redraw, other)

    def test_items_mode_creates_an_item_per_gap_in_the_first_frame(self):
        rows = self.run_to_rows("--frames", "5", "--mode", "items")
        self.assertGreaterEqual(int(rows[0]["items_created"]), GAPS)
        self.assertGreater(float(rows[0]["create_ms"]), 0)
        self.assertEqual({r["items_created"] for r in rows[1:]}, {"0"})
        self.assertEqual(float(rows[0]["batch_ms"]), 0)
        self.assertGreaterEqual(int(rows[1]["items_painted"]), GAPS)

    def test_batch_mode_builds_one_array(self):
        rows = self.run_to_rows("--frames", "5", "--mode", "batch")
        self.assertGreater(float(rows[0]["batch_ms"]), 0)
        self.assertEqual(float(rows[0]["create_ms"]), 0)
        self.assertLess(int(rows[0]["items_created"]), 20)
        self.assertLess(int(rows[1]["items_painted"]), 20)

    def test_gaps_that_arrive_are_created_one_by_one_in_items_mode(self):
        rows = self.run_to_rows("--frames", "120", "--mode", "items", "--script", "append")
        later = [r for r in rows[1:] if r["items_created"] != "0"]
        self.assertGreaterEqual(len(later), 3)
        for row in later:
            self.assertEqual(row["items_created"], "1")
            self.assertGreater(float(row["create_ms"]), 0)

    def test_gaps_that_arrive_extend_the_batch_in_batch_mode(self):
        rows = self.run_to_rows("--frames", "120", "--mode", "batch", "--script", "append")
        extended = [r for r in rows[1:] if float(r["batch_ms"]) > 0]
        self.assertGreaterEqual(len(extended), 20)
        self.assertTrue(all(r["items_created"] == "0" for r in rows[1:]))

    def test_the_clock_runs_forward(self):
        rows = self.run_to_rows("--frames", "20")
        starts = [int(r["start_ns"]) for r in rows]
        self.assertEqual(starts, sorted(starts))
        self.assertEqual(rows[0]["interval_ms"], "")
        for before, row in zip(starts, rows[1:]):
            self.assertAlmostEqual(float(row["interval_ms"]),
                                   (int(row["start_ns"]) - before) / 1e6, delta=0.01)

    def test_pace_keeps_the_asked_rate(self):
        rows = self.run_to_rows("--frames", "31", "--script", "pan", "--pace", "50")
        took_s = (int(rows[-1]["start_ns"]) - int(rows[0]["start_ns"])) / 1e9
        self.assertGreater(took_s, 0.55)  # never faster than asked for

    def test_the_csv_goes_to_standard_output(self):
        done = self.run_chart("--frames", "10", "--csv", "-")
        self.assertEqual(len(rows_of(done.stdout)), 10)
        self.assertEqual(done.stderr, "")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_the_csv_has_a_sidecar_and_both_are_private(self):
        self.run_to_rows("--frames", "3")
        sidecar = json.loads((self.folder / "frames.csv.meta.json").read_text())
        self.assertIn("schema_version", sidecar)
        for name in ("frames.csv", "frames.csv.meta.json"):
            self.assertEqual((self.folder / name).stat().st_mode & 0o777, 0o600, name)

    def test_nothing_is_printed_unasked(self):
        done = self.run_chart("--frames", "5", "--csv", "f.csv", "--overlay", "full",
                              "--screenshot", "p.png", "--report", "r.txt")
        self.assertEqual((done.stdout, done.stderr), ("", ""))


class Ends(ChartTest):

    def wait_for_rows(self, path, least):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if path.exists() and path.read_bytes().count(b"\n") > least:
                return
            time.sleep(0.05)
        self.fail(f"no {least} rows in {path}")

    def test_signals_end_it_cleanly_with_every_output_whole(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                path = self.folder / f"{number}.csv"
                with start("--script", "pan", "--csv", path, "--screenshot", "p.png",
                           "--report", "r.txt", cwd=self.folder) as chart:
                    self.wait_for_rows(path, 5)
                    chart.send_signal(number)
                    _, err = chart.communicate(timeout=60)
                self.assertEqual((chart.returncode, err), (0, ""))
                text = path.read_text()
                self.assertTrue(text.endswith("\n"))
                rows_of(text)
                self.assertEqual(png_size(self.folder / "p.png"), (1280, 720))
                self.assertIn("redraw", (self.folder / "r.txt").read_text())
                self.assertTrue(path.with_suffix(".csv.meta.json").exists())

    def test_an_idle_chart_ends_by_a_signal_too(self):
        path = self.folder / "idle.csv"
        with start("--csv", path, cwd=self.folder) as chart:
            self.wait_for_rows(path, 1)
            chart.send_signal(signal.SIGTERM)
            chart.communicate(timeout=60)
        self.assertEqual(chart.returncode, 0)

    def test_after_a_kill_every_finished_frame_is_in_the_csv(self):
        path = self.folder / "killed.csv"
        with start("--script", "pan", "--csv", path, cwd=self.folder) as chart:
            self.wait_for_rows(path, 20)
            chart.kill()
            chart.communicate(timeout=60)
        text = path.read_text()
        self.assertTrue(text.endswith("\n"))
        self.assertGreaterEqual(len(rows_of(text)), 20)

    def test_a_reader_that_goes_away_does_not_leave_it_running(self):
        with start("--script", "pan", "--csv", "-", cwd=self.folder) as chart:
            chart.stdout.readline()
            chart.stdout.close()
            chart.stdout = None
            chart.send_signal(signal.SIGTERM)
            chart.communicate(timeout=60)


class Pictures(ChartTest):

    def picture(self, *args):
        self.run_chart("--frames", "4", "--screenshot", "p.png", *args)
        return (self.folder / "p.png").read_bytes()

    def test_a_screenshot_has_the_size_of_the_window(self):
        self.picture("--size", "640x360")
        self.assertEqual(png_size(self.folder / "p.png"), (640, 360))

    def test_the_picture_is_the_same_each_time(self):
        self.assertEqual(self.picture(), self.picture())

    def test_overlay_pages_show_in_the_picture(self):
        pictures = {self.picture("--overlay", page) for page in ("off", "mini", "full", "items")}
        self.assertEqual(len(pictures), 4)

    def test_the_picture_has_the_device_pixels_of_the_ratio(self):
        for ratio, size in (("1.5", (960, 540)), ("2", (1280, 720))):
            self.run_chart("--frames", "2", "--size", "640x360", "--screenshot", "r.png",
                           "--overlay", "full", env=environment(QT_SCALE_FACTOR=ratio))
            self.assertEqual(png_size(self.folder / "r.png"), size)

    def test_no_temporary_file_is_left(self):
        self.picture("--report", "r.txt")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["p.png", "r.txt"])


class Text(ChartTest):

    def test_profile_prints_blocks_to_standard_error(self):
        done = self.run_chart("--frames", "2", "--mode", "items", "--profile")
        self.assertIn("> Entering Rebuild gap items\n", done.stderr)
        self.assertRegex(done.stderr, rf"\n  created {GAPS} items: [\d.]+, tot:[\d.]+\n"
                                      r"< Exiting Rebuild gap items, total time: [\d.]+ ms\n")
        self.assertIn("> Entering Curve.paint()\n", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_the_threshold_silences_what_was_faster(self):
        done = self.run_chart("--frames", "2", "--profile=60000")
        self.assertEqual(done.stderr, "")

    def test_without_profile_no_block_is_printed(self):
        done = self.run_chart("--frames", "2", "--csv", "f.csv", "--overlay", "full")
        self.assertEqual(done.stderr, "")

    def test_the_environment_opens_the_gate_for_named_sites(self):
        done = self.run_chart("--frames", "2", env=environment(PAINTPROF="Curve.*"))
        self.assertIn("> Entering Curve.paint()", done.stderr)
        self.assertNotIn("Rebuild", done.stderr)

    def test_the_report_has_every_phase(self):
        done = self.run_chart("--frames", "30", "--script", "pan", "--report", "-")
        for word in ("work", "create", "batch", "redraw", "other", "overlay", "flush", "gpu",
                     "interval", "late", "slowest", "p50", "p99"):
            self.assertIn(word, done.stdout)
        self.assertIn("frames     30,", done.stdout)


class CommaLocale(ChartTest):
    """Everything once where decimals are commas, in a locale really generated for it."""

    def setUp(self):
        super().setUp()
        locales = self.folder / "locales"
        locales.mkdir()
        made = subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8",
                               str(locales / "de_DE.UTF-8")], capture_output=True, text=True,
                              check=False)
        self.assertTrue((locales / "de_DE.UTF-8" / "LC_NUMERIC").exists(), made.stderr)
        self.env = environment(LOCPATH=str(locales), LC_ALL="de_DE.UTF-8")

    def test_the_locale_has_commas(self):
        done = subprocess.run(["printf", "%.1f", "1,5"], env=self.env, capture_output=True,
                              text=True, check=True)
        self.assertEqual(done.stdout, "1,5")

    def test_all_output_has_points(self):
        done = self.run_chart("--frames", "10", "--mode", "items", "--csv", "f.csv", "--report",
                              "-", "--profile=0.001", "--overlay", "full", "--script", "append",
                              "--pace", "99.5", env=self.env)
        rows = rows_of((self.folder / "f.csv").read_text())
        self.assertEqual(len(rows), 10)
        for row in rows:
            self.assertRegex(row["work_ms"], r"^\d+\.\d+$")
        json.loads((self.folder / "f.csv.meta.json").read_text())
        self.assertRegex(done.stdout, r"redraw +\d+\.\d{3} ")
        self.assertNotRegex(done.stdout, r"\d,\d")
        self.assertRegex(done.stderr, r"total time: \d+\.\d{4} ms")
        self.assertNotRegex(done.stderr, r"\d,\d")

    def test_data_are_read_the_same(self):
        self.run_chart("--frames", "2", "--screenshot", "de.png", env=self.env)
        self.run_chart("--frames", "2", "--screenshot", "c.png")
        self.assertEqual((self.folder / "de.png").read_bytes(),
                         (self.folder / "c.png").read_bytes())


if __name__ == "__main__":
    unittest.main()
