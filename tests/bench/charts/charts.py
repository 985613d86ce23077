"""charts/charts.py: measures ways of drawing a chart in turn, for `./do bench charts`.

Each way is a process of its own (chart_peer.hpp has the protocol) that shows a window and draws
frames when it is asked to; all of one size stand ready together and are asked round by round. The
table goes between the markers of a document, the plot beside it.
"""
import argparse
import json
import os
import select
import statistics
import subprocess
import sys
import tempfile
import time

import charts_plot
import charts_report

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"  # the one that Debian's pyqtgraph belongs to

ROUNDS = 6
ROUND_S = 0.15  # of frames of one way in one round
FRAMES_MAX = 24
SLOW_S = 3.0  # a frame that takes longer is not repeated, nor are larger sizes tried
SLOW_ROUNDS = 2  # of frames that take over half a second
PATIENCE_S = 40  # until the first frame has been drawn, or those that are asked for
TOTAL_S = 420  # sizes that would begin later are left out


class Row:
    """One way of drawing."""

    def __init__(self, name, program, variant, on_x11=False, note=""):
        self.name, self.program, self.variant = name, program, variant
        self.on_x11, self.note = on_x11, note
        self.version = ""
        self.paints_per_frame = 1.0
        self.stopped = None  # why larger sizes are not tried
        self.created_s = 0.0  # for each gap of the last size
        self.wall_ns = self.cpu_ns = 0  # of all frames


def curve_rows():
    return [
        Row("paintprof, raster", "charts-ours", "raster"),
        Row("paintprof, OpenGL", "charts-ours", "opengl", on_x11=True),
        Row("QPainter, drawPolyline, pen 0", "charts-qpainter", "plain"),
        Row("QPainter, drawPolyline, a clip rect set", "charts-qpainter", "clip"),
        Row("QCustomPlot, adaptive sampling", "charts-qcustomplot", "curve"),
        Row("Qt Charts, QLineSeries", "charts-qtcharts", "painted"),
        Row("Qt Charts, useOpenGL", "charts-qtcharts", "opengl", on_x11=True),
        Row("pyqtgraph, as it comes", "pyqtgraph_peer.py", "default"),
        Row("pyqtgraph, peak downsampling, clipToView", "pyqtgraph_peer.py", "peak"),
    ]


def gap_rows():
    return [
        Row("paintprof, batch, raster", "charts-ours", "raster"),
        Row("paintprof, batch, OpenGL", "charts-ours", "opengl", on_x11=True),
        Row("paintprof, an item each", "charts-ours", "items"),
        Row("Qt Widgets, QGraphicsRectItem and path item each", "charts-items", "items"),
        Row("pyqtgraph, QGraphicsRectItem and ArrowItem each", "pyqtgraph_peer.py", "items"),
        Row("pyqtgraph, LinearRegionItem and ArrowItem each", "pyqtgraph_peer.py", "regions"),
    ]


class Failure(Exception):
    pass


class TooSlow(Failure):
    pass


class Peer:
    """The process of one row at one size."""

    def __init__(self, row, programs, what, count):
        self.row, self.samples, self.creations = row, [], []
        self.frames = 1  # in the next round
        path = os.path.join(HERE if row.program.endswith(".py") else programs, row.program)
        if not os.path.exists(path):
            raise Failure("not built: its library is not installed")
        if row.on_x11 and not os.environ.get("DISPLAY"):
            raise Failure("no X server to show it on")
        command = [path, row.variant, what, str(count)]
        if row.program.endswith(".py"):
            command.insert(0, PYTHON)
        environment = dict(os.environ, QT_SCALE_FACTOR="1", PYQTGRAPH_QT_LIB="PyQt6")
        environment["QT_QPA_PLATFORM"] = "xcb" if row.on_x11 else "offscreen"
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env=environment,
        )
        self.pending = b""

    def read(self, limit_s):
        deadline = time.monotonic() + limit_s
        stream = self.process.stdout.fileno()
        while b"\n" not in self.pending:
            ready, _, _ = select.select([stream], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise TooSlow(f"no frame within {limit_s} s")
            part = os.read(stream, 65536)
            if not part:
                raise Failure(self.last_words())
            self.pending += part
        line, self.pending = self.pending.split(b"\n", 1)
        answer = json.loads(line)
        if "error" in answer:
            raise Failure(answer["error"])
        return answer

    def last_words(self):
        status = self.process.wait()
        self.errors.seek(0)
        lines = [line.strip() for line in self.errors if line.strip()]
        return lines[-1] if lines else f"its process ended with status {status}"

    def ask(self, request, limit_s):
        try:
            self.process.stdin.write(request.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Failure(self.last_words()) from None
        return self.read(limit_s)

    def draw(self):
        answer = self.ask(f"frames {self.frames}", PATIENCE_S)
        frames_ms = [ns / 1e6 for ns in answer["frame_ns"]]
        self.row.paints_per_frame = answer["paints"] / len(frames_ms)
        self.row.wall_ns += sum(answer["frame_ns"])
        self.row.cpu_ns += answer["cpu_ns"]
        self.samples += frames_ms
        self.frames = max(1, min(FRAMES_MAX, int(ROUND_S * 1e3 / statistics.median(frames_ms))))
        if max(frames_ms) > SLOW_S * 1e3:
            self.row.stopped = "a frame takes more than 3 s"

    def create(self):
        self.creations.append(self.ask("create", PATIENCE_S)["create_ns"] / 1e6)

    def is_done(self, rounds):
        slow = bool(self.samples) and self.samples[-1] > 500
        return bool(self.row.stopped) or rounds >= (SLOW_ROUNDS if slow else ROUNDS)

    def close(self):
        try:
            self.process.stdin.close()
            self.process.wait(5)
        except BrokenPipeError:
            self.process.wait()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.errors.close()


def say(text):
    print(f"charts: {text}", file=sys.stderr, flush=True)


def cell_of_failure(failure):
    return {"slow" if isinstance(failure, TooSlow) else "why": str(failure)}


class Comparison:
    """All rows of one kind at one size."""

    def __init__(self, rows, programs, what, count):
        self.rows, self.programs, self.what, self.count = rows, programs, what, count
        self.cells, self.peers = {}, []

    def fail(self, row, failure):
        self.cells[row.name] = cell_of_failure(failure)
        if isinstance(failure, TooSlow):
            row.stopped = str(failure)
        say(f"  {row.name}: {failure}")

    def start(self):
        last = None
        for row in self.rows:
            if row.created_s * self.count > PATIENCE_S:
                row.stopped = "creating takes too long"
            if row.stopped:
                self.cells[row.name] = {"skipped": row.stopped}
                continue
            peer = None
            try:
                peer = Peer(row, self.programs, self.what, self.count)
                ready = peer.read(PATIENCE_S)
                row.version = ready["version"]
                last = ready["last"] if last is None else last
                if abs(ready["last"] - last) > 1e-9 * max(1, abs(last)):
                    raise Failure(f"it draws other data, that end at {ready['last']}")
                self.peers.append(peer)
            except Failure as failure:
                self.drop(peer)
                self.fail(row, failure)

    @staticmethod
    def drop(peer):
        if peer:
            peer.process.kill()
            peer.process.wait()
            peer.close()

    def measure(self):
        """Round by round, each beginning with another one."""
        for rounds in range(ROUNDS):
            if self.peers:
                self.peers = self.peers[1:] + self.peers[:1]
            for peer in [peer for peer in self.peers if not peer.is_done(rounds)]:
                try:
                    if rounds == 1 and peer.samples[0] < 500:
                        peer.samples.clear()  # a first frame, to find out how many are a round
                    peer.draw()
                    if self.what == "gaps":
                        peer.create()
                except Failure as failure:
                    self.peers.remove(peer)
                    self.drop(peer)
                    self.fail(peer.row, failure)

    def finish(self):
        for peer in self.peers:
            cell = {
                "ms": statistics.median(peer.samples),
                "least_ms": min(peer.samples),
                "most_ms": max(peer.samples),
                "frames": len(peer.samples),
            }
            if peer.creations:
                cell["create_ms"] = statistics.median(peer.creations)
                peer.row.created_s = cell["create_ms"] / 1e3 / self.count
            self.cells[peer.row.name] = cell
            peer.close()
        return self.cells


def compare(rows, programs, what, counts, deadline):
    """{count: {row's name: cell}}"""
    found = {}
    for count in counts:
        if time.monotonic() > deadline:
            say(f"{what} {count}: left out, the time is over")
            continue
        say(f"{what} of {count:,}: starting {sum(not row.stopped for row in rows)} programs")
        comparison = Comparison(rows, programs, what, count)
        comparison.start()
        say(f"{what} of {count:,}: measuring")
        comparison.measure()
        found[count] = comparison.finish()
    return found


def sizes(text):
    return [int(float(size)) for size in text.split(",")]


def parse():
    parser = argparse.ArgumentParser(prog="./do bench charts", description=__doc__.split("\n\n")[0])
    parser.add_argument("--programs", required=True, help="the folder of the programs")
    parser.add_argument("--document", required=True, help="what takes the table")
    parser.add_argument("--plot", required=True, help="the SVG to write")
    parser.add_argument("--points", type=sizes, default=sizes("1e4,1e5,1e6,1e7"))
    parser.add_argument("--gaps", type=sizes, default=sizes("1285,1e5"))
    return parser.parse_args()


def main():
    options = parse()
    # The last core has the fewest interrupts on most machines; the X server stays off it.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    deadline = time.monotonic() + TOTAL_S
    result = charts_report.Result(
        curve_rows=curve_rows(),
        gap_rows=gap_rows(),
        machine=charts_report.describe_machine(),
        month=time.strftime("%B %Y"),
    )
    result.gaps = compare(result.gap_rows, options.programs, "gaps", options.gaps, deadline)
    result.curves = compare(result.curve_rows, options.programs, "curve", options.points, deadline)
    with open(options.plot, "w") as plot:
        plot.write(charts_plot.draw(result))
    plot_link = os.path.relpath(options.plot, os.path.dirname(options.document) or ".")
    section = charts_report.section(result, plot_link)
    charts_report.replace_section(options.document, section)
    print(section)


if __name__ == "__main__":
    main()
