"""tests/cli/test_annotate_link.py: delays planted between, and in, the chart and its clients as they
are shipped: paintprof link finds each in their recordings and names it.

A proxy stands between the two sockets. It holds messages back for a known time, stops the chart or
one of its threads meanwhile, and knows from the replies when the chart received and replied."""

import ctypes
import json
import os
import socket
import struct
import subprocess
import threading
import time

from harness import GAPS
from test_annotate import CLI, AnnotateTest, Client, at, msgpack, unittest

REDRAW, BATCH = "redraw", "replace"
PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH, WAIT_ALL = 0x4206, 0x4207, 17, 0x40000000


def ptrace(request, thread):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
    libc.ptrace.restype = ctypes.c_long
    if libc.ptrace(request, thread, None, None) != 0:
        error = ctypes.get_errno()
        raise PermissionError(error, os.strerror(error))


class StoppedThread:
    """One thread of another process does not run while this is entered; the others do."""

    def __init__(self, thread):
        self.thread = thread

    def __enter__(self):
        ptrace(PTRACE_SEIZE, self.thread)
        ptrace(PTRACE_INTERRUPT, self.thread)
        os.waitpid(self.thread, WAIT_ALL)

    def __exit__(self, *_):
        ptrace(PTRACE_DETACH, self.thread)


class StoppedProcess:

    def __init__(self, process):
        self.process = process

    def __enter__(self):
        self.process.send_signal(19)  # SIGSTOP
        with open(f"/proc/{self.process.pid}/stat", "rb") as file:
            while b") T " not in file.read():
                file.seek(0)

    def __exit__(self, *_):
        self.process.send_signal(18)  # SIGCONT


def exactly(sock, size):
    data = b""
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def read_message(sock):
    length = exactly(sock, 4)
    return length + exactly(sock, struct.unpack(">I", length)[0])


class Proxy(threading.Thread):
    """One client, one request after the other. hold maps (op, "there" or "back") to a function that
    is called with the bytes and what sends them on."""

    def __init__(self, path, chart_path, hold):
        super().__init__(daemon=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.chart = socket.socket(socket.AF_UNIX)
        self.chart.connect(str(chart_path))
        self.hold = hold
        self.replies = []

    def run(self):
        client, _ = self.listener.accept()
        with self.listener, self.chart, client:
            try:
                while True:
                    self.pass_on(client)
            except EOFError:
                pass

    def pass_on(self, client):
        request = read_message(client)
        op = msgpack.unpackb(request[4:])["op"]
        self.send(op, "there", request, self.chart)
        reply = read_message(self.chart)
        self.replies.append(msgpack.unpackb(reply[4:]))
        self.send(op, "back", reply, client)

    def send(self, op, way, data, to):
        hold = self.hold.get((op, way))
        if hold is None:
            to.sendall(data)
        else:
            hold(data, to.sendall)


class Held:
    """Holds bytes back for so many seconds; taken_s is how long it really was."""

    def __init__(self, seconds):
        self.seconds, self.taken_s = seconds, 0

    def __call__(self, data, send):
        begin_s = time.monotonic()
        time.sleep(self.seconds)
        send(data)
        self.taken_s = time.monotonic() - begin_s


class SentTo:
    """Sends bytes to what is stopped, for so many seconds; taken_s is how long it really was. What
    went before them has been finished by then."""

    SETTLED_S = 0.1

    def __init__(self, stopped, seconds):
        self.stopped, self.seconds, self.taken_s = stopped, seconds, 0

    def __call__(self, data, send):
        time.sleep(self.SETTLED_S)
        with self.stopped:
            begin_s = time.monotonic()
            send(data)
            time.sleep(self.seconds)
        self.taken_s = time.monotonic() - begin_s


class PlantedDelays(AnnotateTest):

    def record(self, hold, *options):
        """The two shipped programs, with a proxy between; what link says of them, and the replies."""
        chart = self.chart or self.listen("--record", "chart.pprec", *options, options=())
        self.assertTrue(self.client().ask("redraw")["ok"])  # its first frame is on the screen
        proxy_path = self.folder / "proxy.sock"
        proxy = Proxy(proxy_path, self.path, hold)
        proxy.start()
        listening, self.path = self.path, proxy_path
        self.annotate("--gaps", "auto", "--record", "client.pprec")
        self.path = listening
        proxy.join()
        self.end(chart)
        return self.join("client.pprec"), proxy.replies

    def setUp(self):
        super().setUp()
        self.chart = None

    def join(self, client):
        done = subprocess.run([CLI, "link", "--json", client, "chart.pprec"], cwd=self.folder,
                              capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def assert_near(self, ms, truth_ms):
        """5 % or 0.2 ms; and what a busy machine needs to wake a process."""
        self.assertGreaterEqual(ms, truth_ms * 0.95 - 0.2)
        self.assertLessEqual(ms, truth_ms * 1.05 + 0.2 + 10)

    def assert_agrees_with_the_replies(self, link, replies):
        """What the chart itself said on the wire, by its own clock."""
        away_ms = sum(r["replied_ns"] - r["received_ns"] for r in replies) / 1e6
        parts_ms = link["server_ms"] + link["wait_ms"] + link["reply_wait_ms"]
        self.assertAlmostEqual(parts_ms - link["server_after_reply_ms"], away_ms, delta=0.2)
        self.assertEqual(link["traces"][0]["frame"], replies[-1]["frame"])
        self.assertEqual(link["traces"][0]["items"], GAPS)

    def assert_bottleneck(self, link, stage, *parts):
        self.assertEqual(link["bottleneck_stage"], stage, link["bottleneck"])
        for part in parts:
            self.assertIn(part, link["bottleneck"])

    def test_a_slow_way_there_and_a_slow_way_back_are_told_apart(self):
        there, back = Held(0.2), Held(0.1)
        link, replies = self.record({(BATCH, "there"): there, (REDRAW, "back"): back})
        self.assert_near(link["request_transport_ms"], there.taken_s * 1e3)
        self.assert_near(link["reply_transport_ms"], back.taken_s * 1e3)
        self.assert_bottleneck(link, "transport", "The way between the processes", "transport")
        self.assert_agrees_with_the_replies(link, replies)

    def test_a_request_that_a_stopped_chart_has_not_read_is_queueing(self):
        self.chart = self.listen("--record", "chart.pprec", options=())
        sent = SentTo(StoppedProcess(self.chart), 0.4)
        link, replies = self.record({(BATCH, "there"): sent})
        self.assert_near(link["request_transport_ms"], (SentTo.SETTLED_S + sent.taken_s) * 1e3)
        self.assert_bottleneck(link, "transport", "transport and queueing")
        self.assert_agrees_with_the_replies(link, replies)

    def test_a_busy_gui_thread_is_what_the_redraw_waits_for(self):
        self.chart = self.listen("--record", "chart.pprec", options=())
        sent = SentTo(StoppedThread(self.chart.pid), 0.4)
        try:
            link, replies = self.record({(REDRAW, "there"): sent})
        except PermissionError:
            self.skipTest("no thread may be stopped here")
        self.assert_near(link["wait_ms"], sent.taken_s * 1e3)
        self.assert_bottleneck(link, "wait", "The wait for the server's GUI thread is the bottleneck",
                               "before `Annotations.redraw()` begins")
        self.assert_agrees_with_the_replies(link, replies)

    def test_slow_frames_are_the_way_to_the_screen(self):
        link, replies = self.record({(REDRAW, "there"): Held(0.01)}, "--size", "8000x6000",
                                    "--smooth", "--line-width", "32")
        self.assert_bottleneck(link, "to_screen", "The way to the screen is the bottleneck",
                               "ms after `Batch annotate`")
        self.assert_agrees_with_the_replies(link, replies)
        # The frame's own numbers, by another command.
        text = subprocess.run([CLI, "csv", "chart.pprec"], cwd=self.folder, capture_output=True,
                              text=True, check=True).stdout
        header, *rows = (line.split(",") for line in text.splitlines())
        frame = dict(zip(header, next(r for r in rows if r[0] == str(replies[-1]["frame"]))))
        taken_ms = sum(float(frame[key]) for key in ("work_ms", "overlay_ms", "flush_ms"))
        self.assertGreater(taken_ms, 30)
        self.assert_near(link["to_screen_ms"], taken_ms)

    def annotate_in_python(self, build_s, pieces, each_s):
        """A program that has no more than a log: builds, sends its batch in pieces, asks for the
        redraw. Its own measure of each step, in ms."""
        client = Client(self.path)
        begin_s = time.monotonic()
        time.sleep(build_s)
        body = msgpack.packb({"v": 1, "id": 1, "op": "replace", "time0": at(*range(1000)),
                              "time1": at(*range(1, 1001))})
        built_s = time.monotonic()
        data = struct.pack(">I", len(body)) + body
        for piece in range(pieces):
            client.sock.sendall(data[len(data) * piece // pieces:len(data) * (piece + 1) // pieces])
            time.sleep(each_s)
        reply = client.receive()
        sent_s = time.monotonic()
        client.close()
        build_ms, call_ms = (built_s - begin_s) * 1e3, (sent_s - built_s) * 1e3
        (self.folder / "client.txt").write_text(
            "some output\n> Entering annotate() for 1000 gaps\n"
            f"  built specs: {build_ms:.4f}, tot:{build_ms:.4f}\n"
            f"  batch IPC call complete: {call_ms:.4f} ms\n"
            f"< Exiting annotate() for 1000 gaps, total: {build_ms + call_ms:.2f}\n")
        return build_ms, call_ms - (reply["replied_ns"] - reply["received_ns"]) / 1e6

    def join_python(self, build_s, pieces, each_s):
        chart = self.listen("--record", "chart.pprec")
        truth = self.annotate_in_python(build_s, pieces, each_s)
        self.end(chart)
        return (*truth, self.join("client.txt"))

    def test_a_client_in_python_that_sends_slowly_is_found_by_its_log(self):
        build_ms, transport_ms, link = self.join_python(0.01, 16, 0.02)
        self.assert_near(link["transport_ms"], transport_ms)
        self.assert_near(link["client_own_ms"], build_ms)
        self.assert_bottleneck(link, "transport", "`batch IPC call complete`")

    def test_a_client_in_python_that_builds_slowly_is_found_by_its_log(self):
        build_ms, transport_ms, link = self.join_python(0.2, 1, 0)
        self.assert_near(link["client_own_ms"], build_ms)
        self.assert_near(link["transport_ms"], transport_ms)
        self.assert_bottleneck(link, "client", "`built specs`")
        self.assertIn("step-per-item", [flag["flag"] for flag in link["flags"]])


if __name__ == "__main__":
    unittest.main()
