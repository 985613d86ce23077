"""tests/cli/test_annotate.py: the chart's annotation socket: its own client, one in Python, and bad ones."""

import json
import os
import random
import re
import socket
import stat
import struct
import subprocess
import sys
import time
import unittest
from array import array

from harness import ChartTest, GAPS, environment, start

try:
    import msgpack
except ImportError:  # another Python than Debian's, whose package this is
    sys.path.append("/usr/lib/python3/dist-packages")
    import msgpack

ANNOTATE = os.environ["PAINTPROF_ANNOTATE"]
CLI = os.environ["PAINTPROF_CLI"]
PATIENCE_S = 60
MINUTE_S = 60.0
START_S = 946857600.0  # of generated rows
HOSTILE_SESSIONS = 10000
LINK_KEYS = ("client_ms", "server_ms", "transport_ms", "wait_ms", "to_screen_ms", "client_own_ms",
             "largest_own_step", "bottleneck", "flags", "traces")


def message(**request):
    body = msgpack.packb({"v": 1, **request})
    return struct.pack(">I", len(body)) + body


class Client:
    """What docs/annotate-protocol.md shows, with a socket of its own."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE_S)
        self.id = 0
        try:
            self.sock.connect(str(path))
        except OSError:
            self.sock.close()
            raise

    def exactly(self, size):
        data = b""
        while len(data) < size:
            part = self.sock.recv(size - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def receive(self):
        size, = struct.unpack(">I", self.exactly(4))
        return msgpack.unpackb(self.exactly(size))

    def ask(self, op, **request):
        self.id += 1
        self.sock.sendall(message(id=self.id, op=op, **request))
        reply = self.receive()
        assert reply["id"] == self.id, reply
        return reply

    def close(self):
        self.sock.close()


class AnnotateTest(ChartTest):

    def setUp(self):
        super().setUp()
        self.path = self.folder / "chart.sock"

    def listen(self, *args, options=("--points", "200000")):
        """A chart that listens; it ends with the test."""
        chart = start("--listen", self.path, *options, *args, cwd=self.folder)
        self.addCleanup(self.put_away, chart)
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.client().close()
                return chart
            except OSError:
                self.assertIsNone(chart.poll(), "the chart ended")
                self.assertLess(time.monotonic(), until)
                time.sleep(0.02)

    def put_away(self, chart):
        ended = chart.poll()
        chart.kill()
        out, err = chart.communicate()
        self.assertIn(ended, (None, 0, -9), f"the chart ended by itself\n{out}{err}")

    def client(self):
        client = Client(self.path)
        self.addCleanup(client.close)
        return client

    def end(self, chart):
        chart.terminate()
        out, err = chart.communicate(timeout=PATIENCE_S)
        self.assertEqual(chart.returncode, 0, out + err)
        self.assertFalse(self.path.exists())
        return err

    def annotate(self, *args, status=0):
        done = subprocess.run([ANNOTATE, "--socket", self.path, *map(str, args)], cwd=self.folder,
                              env=environment(), capture_output=True, text=True,
                              timeout=PATIENCE_S, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done


def at(*rows):
    """The times of generated rows."""
    return [START_S + row * MINUTE_S for row in rows]


def columns(count):
    """Gaps between neighbouring rows of generated data."""
    return array("d", at(*range(count))), array("d", at(*range(1, count + 1)))


class Requests(AnnotateTest):

    def test_arrays_and_bytes_mean_the_same_and_each_operation_does_its_own(self):
        chart = self.listen()
        client = self.client()
        before, behind = columns(100)
        taken = client.ask("add", batch="a", time0=list(before), time1=list(behind))
        self.assertTrue(taken["ok"], taken)
        self.assertEqual((taken["accepted"], taken["rejected"], taken["total"]), (100, 0, 100))
        self.assertIsNone(taken["error"])
        self.assertLess(taken["received_ns"], taken["replied_ns"])
        taken = client.ask("add", batch="b", time0=before.tobytes(), time1=behind.tobytes(),
                           price0=array("d", [1.0] * 100).tobytes(), price1=[2] * 100)
        self.assertEqual((taken["accepted"], taken["total"]), (100, 200))
        taken = client.ask("replace", batch="b", time0=before[:7].tobytes(),
                           time1=behind[:7].tobytes())
        self.assertEqual((taken["removed"], taken["accepted"], taken["total"]), (100, 7, 107))
        taken = client.ask("add", batch="b", time0=before[:3].tobytes(),
                           time1=behind[:3].tobytes())
        self.assertEqual((taken["removed"], taken["total"]), (0, 110))
        redrawn = client.ask("redraw")
        self.assertTrue(redrawn["ok"])
        self.assertGreater(redrawn["frame"], 0)
        self.assertEqual(redrawn["total"], 110)
        self.assertEqual(client.ask("remove", batch="a")["removed"], 100)
        self.assertEqual(client.ask("remove", batch="a")["removed"], 0)
        self.assertGreater(client.ask("redraw")["frame"], redrawn["frame"])
        self.assertEqual(client.ask("clear")["removed"], 10)
        self.assertEqual(client.ask("redraw")["total"], 0)
        self.end(chart)

    def test_gaps_that_name_no_row_are_told_one_by_one(self):
        self.listen()
        client = self.client()
        nan = float("nan")
        reply = client.ask("add", time0=at(0, 0.5, 1, 2, 3) + [nan, 1e300],
                           time1=at(1, 1, 1.5, 3, 2, 1, 1), price0=[1, 1, 1, nan, 1, 1, 1],
                           price1=[1] * 7)
        self.assertTrue(reply["ok"])
        self.assertEqual((reply["accepted"], reply["rejected"]), (1, 6))
        texts = dict(map(tuple, reply["row_errors"]))
        self.assertEqual(sorted(texts), [1, 2, 3, 4, 5, 6])
        for index, begin in ((1, "time0: no row"), (2, "time1: no row"), (3, "price0: not a number"),
                             (4, "time1: not after time0"), (5, "time0: no row")):
            self.assertTrue(texts[index].startswith(begin), texts[index])
        many = [0.5] * 1000
        reply = client.ask("add", time0=many, time1=many)
        self.assertEqual((reply["rejected"], len(reply["row_errors"])), (1000, 100))

    def test_a_batch_in_any_order_finds_its_rows(self):
        self.listen()
        client = self.client()
        rows = list(range(0, 199998, 13))
        random.Random(7).shuffle(rows)
        reply = client.ask("add", time0=at(*rows), time1=at(*(r + 1 for r in rows)))
        self.assertEqual((reply["accepted"], reply["rejected"]), (len(rows), 0))

    def test_a_bad_traceparent_is_passed_over(self):
        self.listen()
        client = self.client()
        self.assertTrue(client.ask("add", time0=at(0), time1=at(1), traceparent="nonsense")["ok"])
        self.assertTrue(client.ask("redraw", traceparent="00-0-0-00")["ok"])

    def test_no_request_means_a_reason_and_the_end(self):
        self.listen()
        for bad in (b"\xff\xff\xff\xff", message(op="add", time0=[], time1=[]), message(id=3, op="eat"),
                    message(id=3, op="add", time0=[1, 2], time1=[1]),
                    struct.pack(">I", 5) + b"\xdd\xff\xff\xff\xff",
                    struct.pack(">I", 20) + b"\x91" * 20):
            client = self.client()
            client.sock.sendall(bad)
            reply = client.receive()
            self.assertFalse(reply["ok"])
            self.assertTrue(reply["error"])
            self.assertRaises(EOFError, client.receive)
        self.assertTrue(self.client().ask("redraw")["ok"])

    def test_two_clients_at_once_have_their_own_batches(self):
        self.listen()
        one, two = self.client(), self.client()
        for i in range(50):
            self.assertTrue(one.ask("replace", batch="one", time0=at(0), time1=at(1))["ok"])
            two.ask("add", batch="two", time0=at(i), time1=at(i + 1))
        self.assertEqual(one.ask("redraw")["total"], 51)
        self.assertEqual(two.ask("remove", batch="one")["total"], 50)

    def test_rows_that_arrive_can_be_annotated_while_they_do(self):
        self.listen("--live-rate", "20000", "--duration", "60")
        client = self.client()
        before, behind = columns(100000)
        for _ in range(20):
            reply = client.ask("replace", time0=before.tobytes(), time1=behind.tobytes())
            self.assertEqual(reply["accepted"], 100000)


class Sockets(AnnotateTest):

    def test_the_socket_is_private_and_goes_with_the_chart(self):
        chart = self.listen()
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)
        self.end(chart)

    def test_a_path_in_use_is_refused_and_one_left_over_is_not(self):
        chart = self.listen()
        done = self.run_chart("--listen", self.path, "--frames", "2", status=1)
        self.assertIn("another chart listens there", done.stderr)
        self.assertTrue(self.client().ask("redraw")["ok"])
        chart.kill()
        chart.wait()
        self.assertTrue(self.path.exists())
        self.end(self.listen())

    def test_a_file_is_not_replaced(self):
        self.path.write_text("mine")
        self.run_chart(f"--listen={self.path}", "--frames", "2", status=1)
        self.assertEqual(self.path.read_text(), "mine")

    def test_without_a_path_it_is_in_the_runtime_folder(self):
        env = environment(XDG_RUNTIME_DIR=str(self.folder))
        chart = start("--listen", "--points", "100", env=env)
        self.path = self.folder / "paintprof-chart.sock"
        until = time.monotonic() + PATIENCE_S
        while not self.path.exists() and time.monotonic() < until:
            time.sleep(0.02)
        self.assertTrue(self.client().ask("redraw")["ok"])
        self.end(chart)


def ranges(count):
    """Gaps of one to eight rows, over each other: what an index of them costs most."""
    return array("d", at(*range(count))), array("d", at(*(row + 1 + row * 5 % 8
                                                          for row in range(count))))


class Budget(AnnotateTest):

    def late_by_own_work(self, chart):
        """Names of what the chart itself made late; frames while others had the CPU are not its."""
        chart.terminate()
        out, err = chart.communicate(timeout=PATIENCE_S)
        self.assertEqual(chart.returncode, 0, err)
        whose = re.search(r"^  whose +(.*)$", out, re.M)
        names = re.findall(r"(?:^|, )(.*?) \d+(?=,|$)", whose.group(1)) if whose else []
        return [n for n in names if n not in ("not running", "first frame")]

    def assert_none_late(self, ask, *options, rows=200000):
        """ask(client) while the chart pans at 60 Hz. What belongs to the work is there each time;
        what a busy machine does to a clock of CPU time is not."""
        for _ in range(3):
            chart = self.listen("--report", "-", "--pace", "60", "--script", "pan", "--gaps", "0",
                                *options, options=("--points", str(rows)))
            client = self.client()
            ask(client)
            client.close()
            late = self.late_by_own_work(chart)
            if not late:
                return
        self.fail(late)

    def put(self, client, op, gaps, **more):
        before, behind = gaps
        reply = client.ask(op, time0=before.tobytes(), time1=behind.tobytes(), **more)
        self.assertTrue(reply["ok"], reply)
        self.assertEqual(reply["accepted"], len(before))
        self.assertGreater(client.ask("redraw")["frame"], 0)

    def test_a_batch_of_100000_makes_no_frame_late(self):
        gaps = columns(100000)

        def ask(client):
            for _ in range(10):
                self.put(client, "replace", gaps)
        self.assert_none_late(ask)

    def test_batches_of_100000_make_no_frame_late_while_rows_arrive(self):
        gaps, ranged = columns(100000), ranges(100000)

        def ask(client):
            for i in range(5):
                self.put(client, "add", gaps, batch=f"batch {i}")
                self.put(client, "replace", ranged, batch="ranges")
            self.assertEqual(client.ask("remove", batch="batch 0")["removed"], 100000)
            self.assertEqual(client.ask("clear")["removed"], 500000)
            self.put(client, "add", gaps)
        self.assert_none_late(ask, "--live-rate", "20000")

    def test_a_million_gaps_over_each_other_are_sorted_and_indexed_beside_the_frames(self):
        gaps = ranges(1000000)

        def ask(client):
            for _ in range(2):
                self.put(client, "replace", gaps)
        self.assert_none_late(ask, rows=1002000)

    def hostile(self, chooser, good):
        body = bytearray(good)
        kind = chooser.randrange(6)
        if kind == 0:
            return bytes(body[:chooser.randrange(len(body) + 1)])
        if kind == 1:
            return struct.pack(">I", chooser.getrandbits(32)) + bytes(body[4:])
        if kind == 2:
            return struct.pack(">I", 1000) + b"\x91" * 1000
        if kind == 3:
            return message(id=1, op="add", time0=[float("nan")] * 9, time1=["x", None] * 4 + [{}])
        if kind == 4:
            return struct.pack(">I", 5) + bytes([chooser.choice((0xdd, 0xdf, 0xc6, 0xdb, 0xc9))]) + b"\xff" * 4
        for _ in range(8):
            body[chooser.randrange(len(body))] = chooser.getrandbits(8)
        return bytes(body)

    def test_hostile_sessions_disturb_neither_a_good_client_nor_frames(self):
        before, behind = columns(40)
        good = message(id=1, op="replace", batch="h", time0=before.tobytes(), time1=behind.tobytes())
        chooser = random.Random(6)

        def ask(client):
            for i in range(HOSTILE_SESSIONS):
                bad = socket.socket(socket.AF_UNIX)
                bad.connect(str(self.path))
                # Those of the first ones end at every byte of a good message.
                bad.sendall(good[:i % len(good)] if i < 2 * len(good) else self.hostile(chooser, good))
                bad.close()
                if i % 50 == 0:
                    reply = client.ask("replace", batch="good", time0=before.tobytes(),
                                       time1=behind.tobytes())
                    self.assertEqual(reply["accepted"], 40)
            self.assertTrue(client.ask("redraw")["ok"])
        self.assert_none_late(ask)


class Programs(AnnotateTest):

    def test_the_client_finds_sends_and_shows_the_gaps_of_the_bundled_data(self):
        chart = self.listen("--screenshot", "p.png", options=())
        done = self.annotate("--gaps", "auto")
        self.assertEqual(done.stdout, f"{GAPS} gaps: {GAPS} taken, 0 rejected\n")
        for line in (f"> Entering annotate {GAPS} gaps", "  built annotation specs: ",
                     "  batch IPC call complete: ", f"< Exiting annotate {GAPS} gaps, total time: "):
            self.assertIn(line, done.stderr)
        self.end(chart)

    def test_the_client_says_what_is_wrong(self):
        self.assertIn("cannot connect", self.annotate("--gaps", "auto", status=1).stderr)
        self.assertIn("--gaps", self.annotate(status=2).stderr)
        self.annotate("--gaps", "auto", "--repeat", "0", status=2)
        bad = self.file("bad.csv", "date,open,high,low,close\n2020-01-01,x,1,1,1\n")
        self.assertTrue(self.annotate("--gaps", bad, status=1).stderr.startswith(f"{bad}:2: open"))

    def test_two_recordings_are_joined_with_the_numbers_of_the_block(self):
        chart = self.listen("--record", "b.pprec", options=())
        done = self.annotate("--gaps", "auto", "--record", "a.pprec", "--repeat", "3")
        self.end(chart)
        text = subprocess.run([CLI, "link", "--json", "a.pprec", "b.pprec"], cwd=self.folder,
                              capture_output=True, text=True, check=True).stdout
        link = json.loads(text)
        for key in LINK_KEYS:
            self.assertIn(key, link)
        totals = [float(t) for t in re.findall(r"total time: ([0-9.]+) ms", done.stderr)]
        self.assertEqual(len(totals), 3)
        # The block begins before its zone and ends behind it.
        self.assertAlmostEqual(link["client_ms"], sum(totals), delta=0.05 * sum(totals) + 0.2)
        for key in ("server_ms", "transport_ms", "wait_ms", "client_own_ms"):
            self.assertIsInstance(link[key], float, key)
            self.assertGreaterEqual(link[key], 0, key)
            self.assertLess(link[key], link["client_ms"], key)
        self.assertEqual([(t["items"], t["requests"]) for t in link["traces"]], [(GAPS, 2)] * 3)
        for trace in link["traces"]:
            self.assertGreater(trace["frame"], 0)
            self.assertGreaterEqual(trace["to_screen_ms"], 0)


if __name__ == "__main__":
    unittest.main()
