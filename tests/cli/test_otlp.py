"""tests/cli/test_otlp.py: paintprof export, and the export of a running program, against a receiver
that fails, and decoded by the OpenTelemetry project's own types."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from collector import Collector
from harness import SOURCE, TIMEOUT_S, environment

CLI = os.environ["PAINTPROF_CLI"]
RECORD = os.environ["PAINTPROF_RECORD_PROGRAM"]
LINK = os.environ["PAINTPROF_LINK_PROGRAM"]
LIVE = os.environ["PAINTPROF_OTLP_PROGRAM"]
BUILD = pathlib.Path(os.environ["PAINTPROF_BUILD"])
PACKAGE = "@opentelemetry/otlp-transformer@0.57.2"


def spans_of(requests):
    return [span for request in requests for group in request.get("resourceSpans", [])
            for scope in group["scopeSpans"] for span in scope["spans"]]


def metrics_of(request):
    return {metric["name"]: metric
            for metric in request["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]}


def attributes_of(owner):
    return {a["key"]: next(iter(a["value"].values())) for a in owner["attributes"]}


class OtlpTest(unittest.TestCase):
    """A test in a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="paintprof-otlp-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_program(self, *args, status=0, env=None):
        done = subprocess.run(list(map(str, args)), env=env or environment(), cwd=self.folder,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S,
                              check=False)
        self.assertEqual(done.returncode, status, done.stdout[-2000:] + done.stderr)
        return done

    def record(self, how="finish", frames=20):
        path = self.folder / "a.pprec"
        self.run_program(RECORD, path, how, frames, status=-9 if how == "kill" else 0)
        return path

    def export(self, *args, status=0):
        return self.run_program(CLI, "export", *args, status=status)

    def requests(self, *args):
        return [json.loads(line) for line in self.export(*args).stdout.splitlines()]

    def collector(self, *script):
        made = Collector(*script)
        self.addCleanup(made.close)
        return made


class Text(OtlpTest):

    def test_every_frame_is_a_span_and_slow_frames_have_their_zones(self):
        requests = self.requests(self.record())
        spans = spans_of(requests)
        frames = [s for s in spans if s["name"] == "frame"]
        self.assertEqual(len(frames), 20)
        self.assertEqual(len({s["traceId"] for s in frames}), 20)
        late = [s for s in frames if attributes_of(s).get("paintprof.frame.late") == "paint"]
        self.assertEqual([attributes_of(s)["paintprof.frame.number"] for s in late], ["10", "20"])
        for frame in late:
            paint = [s for s in spans if s.get("parentSpanId") == frame["spanId"]]
            self.assertEqual([s["name"] for s in paint], ["Chart.paint()"])
            build = [s for s in spans if s.get("parentSpanId") == paint[0]["spanId"]]
            self.assertEqual([s["name"] for s in build], ["Gaps.build()"])
            self.assertEqual({frame["traceId"]}, {s["traceId"] for s in paint + build})
            self.assertEqual([e["name"] for e in paint[0]["events"]], ["drawn"])
            self.assertEqual(int(frame["endTimeUnixNano"]) - int(frame["startTimeUnixNano"]), 15000000)
        self.assertEqual(len(spans), 24)

    def test_all_zones_and_another_limit_on_request(self):
        path = self.record()
        everything = spans_of(self.requests("--all", path))
        self.assertEqual(len(everything), 20 * 3 + 1)
        self.assertEqual(sum(s["name"] == "Worker.sum()" for s in everything), 1)
        self.assertEqual(len(spans_of(self.requests("--slow", "2.5", path))), 20 * 3)
        self.assertEqual(len(spans_of(self.requests("--slow", "100", path))), 20)
        self.assertEqual(len({s["spanId"] for s in everything}), len(everything))

    def test_the_same_recording_gives_the_same_text_and_a_copy_too(self):
        path = self.record()
        first = self.export("--all", path).stdout
        copy = self.folder / "copy.pprec"
        shutil.copy(path, copy)
        self.assertEqual(self.export("--all", copy).stdout, first)

    def test_frame_times_are_histograms_and_counts_are_told(self):
        metrics = metrics_of(self.requests(self.record())[-1])
        work = metrics["paintprof.frame.work"]["exponentialHistogram"]["dataPoints"][0]
        self.assertEqual(work["count"], "20")
        self.assertAlmostEqual(work["sum"], 18 * 0.003 + 2 * 0.015)
        self.assertEqual((work["min"], work["max"]), (0.003, 0.015))
        counts = list(map(int, work["positive"]["bucketCounts"]))
        self.assertEqual(sum(counts), 20)
        self.assertLessEqual(len(counts), 160)
        base = 2 ** 2 ** -work["scale"]
        low = base ** work["positive"]["offset"]
        self.assertTrue(low < 0.003 <= low * base, (low, base))
        self.assertEqual(metrics["paintprof.frames"]["sum"]["dataPoints"][0]["asInt"], "20")
        late = {attributes_of(p)["paintprof.frame.late"]: p["asInt"]
                for p in metrics["paintprof.frames.late"]["sum"]["dataPoints"]}
        self.assertEqual(late, {"paint": "2", "flush": "0", "gpu": "0", "event": "0"})

    def test_the_resource_says_whose_it_is(self):
        path = self.record()
        of = lambda *args: attributes_of(self.requests(*args)[0]["resourceSpans"][0]["resource"])
        resource_of = of(path)
        self.assertEqual(resource_of["service.name"], "record_program")
        self.assertIn("finish 20", resource_of["process.command_line"])
        self.assertEqual(resource_of["host.name"], os.uname().nodename)
        self.assertEqual(resource_of["os.type"], "linux")
        self.assertNotIn("process.command_line", of("--no-args", path))
        self.assertEqual(of("--service", "chart", path)["service.name"], "chart")

    def test_traces_keep_their_ids_over_processes(self):
        self.run_program(LINK, self.folder, 2, 100, 10, 10, 100, 10, 0, 0)
        spans = spans_of(self.requests("client.pprec", "server.pprec"))
        by_id = {s["spanId"]: s for s in spans}
        served = [s for s in spans if s["name"] == "Server.handle()"]
        self.assertEqual(len(served), 2)
        for span in served:
            call = by_id[span["parentSpanId"]]
            outer = by_id[call["parentSpanId"]]
            self.assertEqual((span["kind"], call["kind"], outer["kind"]), (2, 3, 1))
            self.assertEqual({span["traceId"]}, {call["traceId"], outer["traceId"]})
            shown = [s for s in spans for link in s.get("links", [])
                     if link["traceId"] == span["traceId"] and s["name"] == "frame"]
            self.assertEqual(len(shown), 1)

    def test_messages_and_waits_of_requests_stand_between_the_spans_of_both_processes(self):
        # 2 calls; build 0.1, send 5, queue 8, work 0.1 ms.
        self.run_program(LINK, self.folder, 2, 100, 5000, 8000, 100, 10, 0, 0)
        spans = spans_of(self.requests("client.pprec", "server.pprec"))
        start, end = (lambda s: int(s["startTimeUnixNano"])), (lambda s: int(s["endTimeUnixNano"]))
        calls = [s for s in spans if s["name"] == "Client.call()"]
        self.assertEqual(len(calls), 2)
        for call in calls:
            sent, received = [e for e in call["events"] if e["name"] == "rpc.message"]
            self.assertEqual([attributes_of(e) for e in (sent, received)],
                             [{"rpc.message.type": "SENT", "rpc.message.id": "1"},
                              {"rpc.message.type": "RECEIVED", "rpc.message.id": "1"}])
            children = sorted((s for s in spans if s.get("parentSpanId") == call["spanId"]), key=start)
            self.assertEqual([(s["name"], s["kind"]) for s in children[:2]],
                             [("wait for Server.handle()", 1), ("Server.handle()", 2)])
            wait, handled = children[:2]
            self.assertEqual({s["traceId"] for s in children}, {call["traceId"]})
            self.assertEqual(end(wait), start(handled))
            self.assertGreaterEqual(end(wait) - start(wait), 8000000)
            self.assertGreaterEqual(start(wait) - int(sent["timeUnixNano"]), 5000000)
            self.assertLess(start(call), int(sent["timeUnixNano"]))
            self.assertLessEqual(int(received["timeUnixNano"]), end(call))
            self.assertLess(end(handled), int(received["timeUnixNano"]))
        self.assertEqual(len({s["spanId"] for s in spans}), len(spans))

    def test_what_a_killed_or_cut_or_broken_file_holds_is_exported(self):
        killed = self.requests(self.record("kill"))
        self.assertEqual(len(spans_of(killed)), 24)
        path = self.record()
        whole = path.read_bytes()
        for size in range(0, len(whole), 4099):
            broken = bytearray(whole[:size] if size % 2 else whole)
            for at in range(size, len(broken), 997):
                broken[at] ^= 0x5a
            path.write_bytes(broken)
            done = subprocess.run([CLI, "export", "--all", path], capture_output=True,
                                  timeout=TIMEOUT_S, env=environment(), check=False)
            self.assertIn(done.returncode, (0, 1), done.stderr)
            for line in done.stdout.splitlines():
                json.loads(line)

    def test_a_file_appears_when_it_is_whole(self):
        path = self.record()
        self.export(path, "-o", "out.json")
        self.assertEqual((self.folder / "out.json").read_bytes(), self.export(path).stdout)
        (self.folder / "out.json").write_text("old")
        self.export(path, self.folder / "none", "-o", "out.json", status=1)
        self.assertEqual((self.folder / "out.json").read_text(), "old")
        self.assertEqual(len(list(self.folder.glob("out.json*"))), 1)

    def test_wrong_usage_is_said(self):
        path = self.record()
        for args, part in (((), b"no recording"), (("--format", "x", path), b"--format is otlp"),
                           (("--slow", "0", path), b"--slow"), (("-o", path, path), b"itself"),
                           (("--endpoint", "http://a", "-o", "b", path), b"exclude")):
            self.assertIn(part, self.export(*args, status=2).stderr)
        self.assertIn(b"no URL", self.export("--endpoint", "ftp://a", path, status=1).stderr)

    def test_memory_does_not_grow_with_the_recording(self):
        def peak_kb(frames):
            path = self.record(frames=frames)
            # A build with ASan keeps what was freed, by default 256 MiB of it.
            env = environment(ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") +
                              ":quarantine_size_mb=1:thread_local_quarantine_size_kb=64")
            child = subprocess.Popen([CLI, "export", "--all", path, "-o", self.folder / "x"],
                                     env=env)
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(child.returncode, 0)
            return usage.ru_maxrss
        few = peak_kb(2000)
        self.assertLess(peak_kb(40000), few * 1.5 + 4096)


class Posting(OtlpTest):

    def post(self, collector, *more, status=0):
        return self.export("--endpoint", collector.url + "/", *more, self.folder / "a.pprec",
                           status=status)

    def assert_all_taken_once(self, collector):
        expected = self.requests(self.folder / "a.pprec")
        self.assertEqual([request for _, request in collector.taken], expected)
        self.assertEqual([path for path, _ in collector.taken], ["/v1/traces", "/v1/metrics"])

    def test_a_collector_gets_what_the_text_says(self):
        self.record()
        collector = self.collector()
        self.post(collector)
        self.assert_all_taken_once(collector)

    def test_a_failing_collector_is_asked_again(self):
        self.record()
        for failure in (503, 429, 502, 504, "drop"):
            with self.subTest(failure=failure):
                collector = self.collector(failure)
                self.post(collector)
                self.assert_all_taken_once(collector)
                self.assertEqual(collector.requests, 3)

    def test_retry_after_is_obeyed(self):
        self.record()
        collector = self.collector(("retry", 503, 2))
        self.post(collector)
        self.assert_all_taken_once(collector)
        self.assertGreaterEqual(collector.times[1] - collector.times[0], 2)

    def test_patience_ends(self):
        self.record()
        collector = self.collector(*[503] * 100)
        done = self.post(collector, "--patience", "1", status=1)
        self.assertIn(b"status 503", done.stderr)
        begin = time.monotonic()
        stalled = self.collector(("stall", 20))
        self.post(stalled, "--patience", "500ms", status=1)
        self.assertLess(time.monotonic() - begin, 10)

    def test_what_is_refused_for_good_is_not_repeated(self):
        self.record()
        collector = self.collector(400)
        self.assertIn(b"status 400", self.post(collector, status=1).stderr)
        self.assertEqual(collector.requests, 1)

    def test_a_signal_ends_an_export_that_waits(self):
        self.record()
        collector = self.collector(("stall", 20))
        child = subprocess.Popen([CLI, "export", "--endpoint", collector.url, "a.pprec"],
                                 cwd=self.folder, env=environment(), stderr=subprocess.DEVNULL)
        self.addCleanup(child.kill)
        while collector.requests == 0:
            self.assertIsNone(child.poll())
            time.sleep(0.01)
        child.send_signal(signal.SIGINT)
        self.assertEqual(child.wait(timeout=10), -signal.SIGINT)

    def test_partial_success_is_told(self):
        self.record()
        done = self.post(self.collector(("partial", 3)))
        self.assertIn(b"rejected 3 spans", done.stderr)


class Live(OtlpTest):

    def live(self, *args, env=None):
        done = self.run_program(LIVE, *args, env=env)
        self.assertEqual(done.stderr, b"")
        return json.loads(done.stdout)

    def totals(self, collector):
        last = [request for path, request in collector.taken if path == "/v1/metrics"][-1]
        metrics = metrics_of(last)
        point = lambda name: int(metrics[name]["sum"]["dataPoints"][0]["asInt"])
        return point("paintprof.frames"), point("paintprof.spans.dropped")

    def test_a_running_program_sends_slow_frames_and_all_its_counts(self):
        collector = self.collector()
        said = self.live(100, 1000, 25, collector.url)
        self.assertEqual(said["code"], 0)
        spans = spans_of(r for p, r in collector.taken if p == "/v1/traces")
        frames = [s for s in spans if s["name"] == "frame"]
        numbers = [int(attributes_of(s)["paintprof.frame.number"]) for s in frames]
        self.assertTrue({25, 50, 75, 100} <= set(numbers), numbers)
        for frame in frames:
            inner = [s for s in spans if s["traceId"] == frame["traceId"] and s is not frame]
            self.assertEqual(len(inner), 21)
        self.assertEqual(self.totals(collector), (100, 0))

    def test_the_environment_starts_it(self):
        collector = self.collector()
        self.live(50, 1000, 10, env=environment(PAINTPROF_OTLP=collector.url,
                                                OTEL_SERVICE_NAME="named"))
        self.assertEqual(self.totals(collector)[0], 50)
        request = collector.taken[0][1]
        resource_of = (request.get("resourceSpans") or request.get("resourceMetrics"))[0]["resource"]
        self.assertEqual(attributes_of(resource_of)["service.name"], "named")

    def test_nothing_is_sent_unasked(self):
        collector = self.collector()
        self.live(5, 1000, 1)
        self.assertEqual(collector.requests, 0)

    def test_a_silent_collector_blocks_no_frame_and_no_exit(self):
        collector = self.collector(*[("stall", 30)] * 50)
        said = self.live(120, 1000, 1, collector.url)
        self.assertEqual(said["code"], -4)
        self.assertLess(said["worst_ns"], 1e9)  # a frame that waited would take a try's 10 s
        self.assertLess(said["stop_ns"], 8e9)
        self.assertGreater(said["spans_dropped"], 0)  # the queue is bounded

    def test_counts_survive_a_collector_that_was_away(self):
        collector = self.collector(503, "drop")
        said = self.live(200, 10000, 0, collector.url)
        self.assertEqual(said["code"], 0)
        self.assertEqual(self.totals(collector)[0], 200)


class Independent(OtlpTest):
    """The OpenTelemetry project's own types read what we write."""

    def modules(self):
        folder = BUILD / "otlp-decoder"
        npm, node = shutil.which("npm"), shutil.which("node")
        if npm is None or node is None:
            self.skipTest("node or npm is missing")
        if not (folder / "node_modules" / "@opentelemetry" / "otlp-transformer").exists():
            folder.mkdir(exist_ok=True)
            done = subprocess.run([npm, "install", "--no-audit", "--no-fund", "--ignore-scripts",
                                   "--prefix", folder, PACKAGE], capture_output=True, timeout=120,
                                  check=False)
            if done.returncode != 0:
                self.skipTest(f"npm cannot install {PACKAGE}: is there a network?")
        return node, folder

    def test_every_field_is_known_to_them_and_survives(self):
        node, folder = self.modules()
        self.run_program(LINK, self.folder, 1, 100, 10, 1000, 100, 10, 0, 0)
        text = self.export("--all", self.record(), "client.pprec", "server.pprec").stdout
        done = subprocess.run([node, SOURCE / "tests" / "cli" / "otlp_decode.js", folder],
                              input=text, capture_output=True, timeout=TIMEOUT_S, check=True)
        ours = [json.loads(line) for line in text.splitlines()]
        for span in spans_of(ours):
            span.pop("flags", None)  # of a later version of the protocol than theirs
        theirs = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(ours), 6)
        self.assertIn(b"rpc.message.type", text)
        self.assertIn(b"wait for Server.handle()", text)
        self.assertEqual([plain(request) for request in theirs], [plain(request) for request in ours])


def plain(value):
    """What JSON leaves open: empty lists may be missing."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item != []}
    return value


if __name__ == "__main__":
    unittest.main()
