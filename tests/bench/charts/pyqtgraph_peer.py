"""charts/pyqtgraph_peer.py VARIANT curve|gaps COUNT: pyqtgraph, by the protocol of chart_peer.hpp.

Variants of a curve: "default", and "peak" (peak downsampling and clipping to the view, set after
addItem, which overwrites them). Of gaps: "items" (a QGraphicsRectItem and an ArrowItem each) and
"regions" (a LinearRegionItem and an ArrowItem each).
"""
import json
import os
import sys
import time

os.environ.setdefault("PYQTGRAPH_QT_LIB", "PyQt6")

import numpy
import pyqtgraph
from pyqtgraph.Qt import QtCore, QtWidgets

# As chart_data.h has them.
WIDTH, HEIGHT = 1280, 720
PAN_STEP, PAN_FRAMES = 0.003, 10
GAPS_X = 1e6
GAP_WIDTH = 6 * 1e6 / WIDTH
GAP_HEIGHT = 24 * 2.0 / HEIGHT
WARM_UP_FRAMES = 2
PATIENCE_S = 40
UPDATE_REQUEST = QtCore.QEvent.Type.UpdateRequest


def random_walk(count):
    """Knuth's MMIX generator, all at once: twice as many states by one step of as many."""
    states = numpy.empty(count, numpy.uint64)
    factor, addend = 6364136223846793005, 1442695040888963407
    states[0] = (factor + addend) % 2**64
    size = 1
    while size < count:
        part = min(size, count - size)
        states[size : size + part] = states[:part] * numpy.uint64(factor) + numpy.uint64(addend)
        factor, addend = factor * factor % 2**64, (factor + 1) * addend % 2**64
        size += part
    return numpy.cumsum(states.view(numpy.int64).astype(float) * 2.0**-63)


def pan_at(frame):
    at = frame % (2 * PAN_FRAMES)
    return PAN_STEP * (at if at < PAN_FRAMES else 2 * PAN_FRAMES - at)


class WatchedPlot(pyqtgraph.PlotWidget):
    """Counts its paints and notes when the first of them has been flushed."""

    paints, flush_end_ns, flush_end_cpu_ns = 0, None, 0

    def paintEvent(self, event):
        self.paints += 1
        super().paintEvent(event)

    def event(self, event):
        handled = super().event(event)
        if event.type() == UPDATE_REQUEST and self.paints and self.flush_end_ns is None:
            self.flush_end_ns = time.perf_counter_ns()
            self.flush_end_cpu_ns = time.process_time_ns()
        return handled


def new_plot():
    plot = WatchedPlot()
    plot.resize(WIDTH, HEIGHT)
    return plot


class Curve:
    def __init__(self, variant, count):
        y = random_walk(count)
        self.count, self.last = count, float(y[-1])
        self.plot = new_plot()
        item = pyqtgraph.PlotDataItem(numpy.arange(count, dtype=float), y)
        self.plot.addItem(item)
        if variant == "peak":
            item.setDownsampling(auto=True, method="peak")
            item.setClipToView(True)
        margin = (y.max() - y.min()) * 0.05
        self.plot.setYRange(y.min() - margin, y.max() + margin, padding=0)

    def pan(self, part):
        self.plot.setXRange(part * self.count, (1 + part) * self.count, padding=0)


class Gaps:
    def __init__(self, variant, count):
        self.make_box = self.make_rectangle if variant == "items" else self.make_region
        i = numpy.arange(count)
        self.x = (i + 0.5) * GAPS_X / count
        self.y = 0.7 * numpy.sin(i * 25 / count)
        self.last = float(self.y[-1])
        self.plot = self.create()

    def pan(self, part):
        self.plot.setXRange(part * GAPS_X, (1 + part) * GAPS_X, padding=0)

    def make_rectangle(self, x, y):
        item = QtWidgets.QGraphicsRectItem(x, y, GAP_WIDTH, GAP_HEIGHT)
        item.setPen(pyqtgraph.mkPen("g"))
        item.setBrush(pyqtgraph.mkBrush(0, 255, 0, 96))
        return item

    @staticmethod
    def make_region(x, _):
        return pyqtgraph.LinearRegionItem((x, x + GAP_WIDTH), movable=False)

    def create(self):
        """A plot with all gaps."""
        plot = new_plot()
        plot.disableAutoRange()
        plot.setYRange(-1, 1, padding=0)
        start_ns = time.perf_counter_ns()
        for i, (x, y) in enumerate(zip(self.x.tolist(), self.y.tolist())):
            up = i % 2 == 0
            tip = (x + GAP_WIDTH / 2, y if up else y + GAP_HEIGHT)
            arrow = pyqtgraph.ArrowItem(angle=90 if up else -90, pos=tip, headLen=10, pen=None)
            plot.addItem(self.make_box(x, y), ignoreBounds=True)
            plot.addItem(arrow, ignoreBounds=True)
        self.create_ns = time.perf_counter_ns() - start_ns
        return plot


class Process:
    def __init__(self, app, chart):
        self.app, self.chart, self.frame = app, chart, 0

    def draw_frame(self):
        """From the move of the view to the end of the first flush, and the CPU time in that; and
        how often it painted."""
        plot = self.chart.plot
        plot.paints, plot.flush_end_ns = 0, None
        start_cpu_ns, start_ns = time.process_time_ns(), time.perf_counter_ns()
        self.chart.pan(pan_at(self.frame))
        if self.frame == 0:
            plot.viewport().update()  # nothing moved yet
        self.frame += 1
        while plot.flush_end_ns is None:
            self.app.processEvents()
            if time.perf_counter_ns() - start_ns > PATIENCE_S * 1e9:
                raise RuntimeError("a frame was not painted")
        frame_ns = plot.flush_end_ns - start_ns
        cpu_ns = plot.flush_end_cpu_ns - start_cpu_ns
        self.app.processEvents()
        return frame_ns, cpu_ns, plot.paints

    def obey(self, what, *count):
        if what == "frames":
            frames = [self.draw_frame() for _ in range(int(count[0]))]
            frame_ns, cpu_ns, paints = zip(*frames)
            return {"frame_ns": frame_ns, "cpu_ns": sum(cpu_ns), "paints": sum(paints)}
        if what == "create":
            self.chart.create()  # and thrown away: removing from one that is shown takes seconds
            return {"create_ns": self.chart.create_ns}
        return {"error": "no such request"}


def answer(message):
    print(json.dumps(message), flush=True)


def main():
    variant, what, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    app = pyqtgraph.mkQApp()
    chart = (Gaps if what == "gaps" else Curve)(variant, count)
    process = Process(app, chart)
    chart.plot.show()
    app.processEvents()
    for _ in range(WARM_UP_FRAMES):
        process.draw_frame()
    answer({"version": pyqtgraph.__version__, "last": chart.last})
    for line in sys.stdin:
        answer(process.obey(*line.split()))


main()
