"""tests/cli/test_bench.py: paintprof-bench as one runs it, and its comparison with other charts."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

from harness import SOURCE, environment

BENCH = os.environ["PAINTPROF_BENCH"]
CHARTS = os.environ.get("PAINTPROF_CHARTS", "")  # "" in a build without Qt
TIMEOUT_S = 120

sys.path.insert(0, str(SOURCE / "tests/bench/charts"))
import charts_plot
import charts_report

CORE_CASES = {"curve_append", "batch_create_1285", "batch_remove_1e5", "scene_curve_pan_1e7",
              "scene_batch_pan_1e6"}
QT_CASES = {"curve_pan_1e5", "curve_pan_1e7", "curve_pan_1e8", "batch_pan_1285", "batch_pan_1e5",
            "batch_pan_1e6", "items_pan_1285", "peer_qcustomplot_1e7", "peer_qtcharts_1e5",
            "peer_pyqtgraph_1e7"}


def bench(*args, **changes):
    return subprocess.run([BENCH, *args], env=environment(**changes), capture_output=True,
                          text=True, timeout=TIMEOUT_S, check=False)


class Bench(unittest.TestCase):
    def test_the_list_names_every_case_once_and_says_what_it_is(self):
        lines = bench("--list").stdout.splitlines()
        names = [line.split()[0] for line in lines]
        self.assertEqual(len(names), len(set(names)))
        self.assertLessEqual(CORE_CASES | (QT_CASES if CHARTS else set()), set(names))
        self.assertTrue(all(len(line.split()) > 2 for line in lines), lines)

    def test_an_unknown_case_is_named_and_runs_nothing(self):
        done = bench("zone_disabled", "curve_pan_1e9")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr,
                         'paintprof-bench: unknown case "curve_pan_1e9"; try --list\n')

    def test_without_a_case_the_usage_is_shown(self):
        for args in ([], ["--json"]):
            done = bench(*args)
            self.assertEqual(done.returncode, 2)
            self.assertTrue(done.stderr.startswith("Usage: paintprof-bench"), done.stderr)
        self.assertEqual(bench("--help").returncode, 0)

    def test_a_case_prints_one_object_of_json(self):
        done = bench("batch_create_1285", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        case = json.loads(done.stdout)
        self.assertEqual(case["name"], "batch_create_1285")
        self.assertGreater(case["median_ns"], 0)
        self.assertAlmostEqual(case["ratio"], case["median_ns"] / case["reference_ns"], delta=0.001)

    @unittest.skipUnless(CHARTS, "a build without Qt")
    def test_a_frame_by_hand_shows_the_same_picture(self):
        done = bench("curve_pan_1e5", "batch_pan_1e5", "items_pan_1285", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        cases = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([case["name"] for case in cases],
                         ["curve_pan_1e5", "batch_pan_1e5", "items_pan_1285"])
        # A column of a pixel may go either way where the place of a row is rounded.
        self.assertLess(max(case["differing_px"] for case in cases), 3000, cases)

    @unittest.skipUnless(CHARTS, "a build without Qt")
    def test_a_chart_that_is_not_here_is_skipped_and_no_failure(self):
        with tempfile.TemporaryDirectory() as empty:
            done = bench("peer_qcustomplot_1e7", "--json", PAINTPROF_BENCH_CHARTS=empty)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout),
                         {"name": "peer_qcustomplot_1e7",
                          "skipped": "QCustomPlot is not here (Debian: libqcustomplot-dev)"})


def last_of_walk(count):
    """As chart_data.h has it."""
    state, value = 1, 0.0
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        value += (state - 2**64 if state >= 2**63 else state) * 2.0**-63
    return value


@unittest.skipUnless(CHARTS, "a build without Qt")
class Charts(unittest.TestCase):
    def answers_of(self, program, *args, requests):
        done = subprocess.run([pathlib.Path(CHARTS) / program, *args], env=environment(),
                              input=requests, capture_output=True, text=True, timeout=TIMEOUT_S,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_programs_draw_the_same_data_and_as_many_frames_as_they_are_asked(self):
        for program, variant in (("charts-ours", "raster"), ("charts-qpainter", "clip")):
            with self.subTest(program):
                ready, frames = self.answers_of(program, variant, "curve", "1000",
                                                requests="frames 3\n")
                self.assertEqual(ready["last"], last_of_walk(1000))
                self.assertEqual(len(frames["frame_ns"]), 3)
                self.assertGreaterEqual(frames["paints"], 3)
                self.assertGreater(frames["cpu_ns"], 0)

    def test_gaps_are_created_again_when_asked(self):
        for program, variant in (("charts-ours", "raster"), ("charts-ours", "items"),
                                 ("charts-items", "items")):
            with self.subTest(program + " " + variant):
                _, created, frames = self.answers_of(program, variant, "gaps", "50",
                                                     requests="create\nframes 2\n")
                self.assertGreater(created["create_ns"], 0)
                self.assertEqual(len(frames["frame_ns"]), 2)


class Row:
    paints_per_frame = 1.0
    on_x11 = False
    wall_ns = cpu_ns = 1000

    def __init__(self, name, version="1.0"):
        self.name, self.version = name, version


class Report(unittest.TestCase):
    def setUp(self):
        rows = [Row("ours, raster"), Row("fast"), Row("slow"), Row("absent", "")]
        self.result = charts_report.Result(rows, [], "a machine", "May 2026")
        self.result.curves = {
            10**4: {"ours, raster": {"ms": 0.5, "frames": 9}, "fast": {"ms": 0.25, "frames": 9},
                    "slow": {"ms": 3500.0, "frames": 1}, "absent": {"why": "not built"}},
            10**5: {"ours, raster": {"ms": 0.5, "frames": 9}, "fast": {"ms": 1.0, "frames": 9},
                    "slow": {"skipped": "a frame takes more than 3 s"},
                    "absent": {"why": "not built"}},
        }

    def test_a_row_that_is_faster_than_ours_is_bold_and_named(self):
        section = charts_report.section(self.result, "charts.svg")
        self.assertIn("| drawn by | 10^4 | 10^5 |", section)
        self.assertIn("| fast 1.0 | **0.25 (0.5 x)** | 1.00 (2.0 x) |", section)
        self.assertIn("fast 1.0 draws 10^4 in 0.25 ms, ours in 0.50 ms",
                      " ".join(section.split()))

    def test_slow_and_absent_rows_say_so(self):
        table = charts_report.curve_table(self.result)
        self.assertIn("| slow 1.0 | > 3 s: 3,500 (7,000 x) | "
                      "not tried: a frame takes more than 3 s |", table)
        self.assertIn("| absent | not measured: not built | not measured: not built |", table)

    def test_a_run_on_a_busy_machine_says_so(self):
        self.assertNotIn("busy", charts_report.section(self.result, "charts.svg"))
        for row in self.result.curve_rows:
            row.wall_ns = 3 * row.cpu_ns
        self.assertIn("busy: raster frames took 3.0 times their CPU time",
                      " ".join(charts_report.section(self.result, "charts.svg").split()))

    def test_only_what_stands_between_the_markers_is_replaced(self):
        with tempfile.TemporaryDirectory() as folder:
            document = pathlib.Path(folder) / "document.md"
            document.write_text(
                "before\n<!-- charts: begin -->\nold\n<!-- charts: end -->\nafter\n")
            charts_report.replace_section(document, "new")
            self.assertEqual(
                document.read_text(),
                "before\n<!-- charts: begin -->\nnew\n<!-- charts: end -->\nafter\n")
            document.write_text("no markers\n")
            with self.assertRaises(SystemExit):
                charts_report.replace_section(document, "new")
            self.assertEqual(document.read_text(), "no markers\n")

    def test_the_plot_is_well_formed_and_names_all_that_was_measured(self):
        svg = ElementTree.fromstring(charts_plot.draw(self.result))
        names = [text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")]
        for name in ("ours, raster", "fast", "slow"):
            self.assertIn(name, names)
        self.assertNotIn("absent", names)


if __name__ == "__main__":
    unittest.main()
