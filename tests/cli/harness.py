"""tests/cli/harness.py: runs paintprof-chart as a user would and reads what it leaves."""

import atexit
import csv
import io
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

CHART = os.environ.get("PAINTPROF_CHART", "")  # "" in a build without Qt
SOURCE = pathlib.Path(os.environ["PAINTPROF_SOURCE"])
TIMEOUT_S = 120

ROWS = 5105
GAPS = 1109

COLUMNS = ("frame,window,start_ns,interval_ms,work_ms,create_ms,batch_ms,redraw_ms,other_ms,"
           "overlay_ms,flush_ms,gpu_ms,items_created,items_painted,dirty_px,budget_ms,jank"
           ).split(",")


# Qt complains on standard error without a runtime folder of the user's own.
RUNTIME_DIR = tempfile.mkdtemp(prefix="paintprof-run-")
atexit.register(shutil.rmtree, RUNTIME_DIR, ignore_errors=True)


def environment(**changes):
    """The caller's, off-screen and without paintprof's own switches; None takes one away."""
    env = {k: v for k, v in os.environ.items()
           if not k.startswith(("PAINTPROF", "LC_")) and k not in ("LANG", "LANGUAGE")}
    env["QT_QPA_PLATFORM"] = "offscreen"
    env["XDG_RUNTIME_DIR"] = RUNTIME_DIR
    for name, value in changes.items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    return env


def start(*args, env=None, cwd=None):
    """The chart, running in the background."""
    return subprocess.Popen([CHART, *map(str, args)], env=env or environment(), cwd=cwd,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def rows_of(text):
    """The rows of a CSV as dictionaries; its form is checked on the way."""
    table = list(csv.reader(io.StringIO(text), strict=True))
    assert table, "the CSV is empty"
    header = table[0]
    assert header[:len(COLUMNS)] == COLUMNS, header
    for number, row in enumerate(table[1:], 2):
        assert len(row) == len(header), f"line {number} has {len(row)} fields: {row}"
    return [dict(zip(header, row)) for row in table[1:]]


def png_size(path):
    data = pathlib.Path(path).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", f"{path} is no PNG"
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


class ChartTest(unittest.TestCase):
    """A test in a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="paintprof-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_chart(self, *args, status=0, env=None):
        done = subprocess.run([CHART, *map(str, args)], env=env or environment(), cwd=self.folder,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=TIMEOUT_S, check=False)
        self.assertEqual(done.returncode, status, f"{args}\n{done.stdout}{done.stderr}")
        return done

    def run_to_rows(self, *args, **more):
        """Runs with --csv into a file and returns its rows."""
        path = self.folder / "frames.csv"
        self.run_chart("--csv", path, *args, **more)
        return rows_of(path.read_text())

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path
