"""peers/pyqtgraph_peer.py TEXT: runs blocks of pyqtgraph's Profiler for peers-bench.

Reads "record N" or "off N", a line each, and answers with the CPU nanoseconds that N zones took,
those of an empty loop subtracted. A zone is one object with one checkpoint. What the profilers
print goes to the file TEXT.
"""
import os
import sys
import time

answers = sys.stdout
sys.stdout = open(sys.argv[1], "w")

import pyqtgraph
from pyqtgraph.debug import Profiler


def run_empty(zones):
    for _ in range(zones):
        pass


def run_recording(zones):
    for _ in range(zones):
        profiler = Profiler(disabled=False)
        profiler("step")
        profiler.finish()


def run_disabled(zones):
    for _ in range(zones):
        profiler = Profiler()
        profiler("step")
        profiler.finish()


def cpu_ns(run, zones):
    start_ns = time.thread_time_ns()
    run(zones)
    return time.thread_time_ns() - start_ns


def answer(text):
    answers.write(f"{text}\n")
    answers.flush()


os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
answer(pyqtgraph.__version__)
for line in sys.stdin:
    what, count = line.split()
    zones = int(count)
    empty_ns = cpu_ns(run_empty, zones)
    answer(cpu_ns(run_recording if what == "record" else run_disabled, zones) - empty_ns)
