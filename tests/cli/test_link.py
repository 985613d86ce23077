"""tests/cli/test_link.py: paintprof link: logs of the field, and two processes with planted delays."""

import itertools
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

from harness import SOURCE, TIMEOUT_S, environment

CLI = os.environ["PAINTPROF_CLI"]
PROGRAM = os.environ["PAINTPROF_LINK_PROGRAM"]
DATA = SOURCE / "tests" / "cli" / "data" / "link"
DELAYS = ("build", "send", "queue", "work", "redraw")
# What takes each of the delays: the stage, its member in the JSON, and what the sentence names.
STAGES = (("client", "client_own_ms", "built specs"),
          ("transport", "transport_ms", "Client.call()"),
          ("wait", "wait_ms", "for the server's GUI thread is the bottleneck"),
          ("server", "server_ms", "looked up rows"),
          ("to_screen", "to_screen_ms", "Server.handle()"))
CALLS = 4


class LinkTest(unittest.TestCase):
    """A test in a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="paintprof-link-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_cli(self, *args, status=0):
        done = subprocess.run([CLI, "link", *map(str, args)], env=environment(), cwd=self.folder,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S,
                              check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertEqual(done.stderr == b"", status == 0, done.stderr)
        return done

    def link(self, *args):
        text = self.run_cli("--json", *args).stdout.decode()
        self.assertEqual(text.count("\n"), 1)
        return json.loads(text)

    def fails(self, *args, status=1):
        return self.run_cli(*args, status=status).stderr.decode()


class Logs(LinkTest):

    def assert_is_the_account(self, link):
        for key, ms in (("client_ms", 376.04), ("server_ms", 104.15), ("transport_ms", 15.11),
                        ("client_own_ms", 256.78)):
            self.assertEqual(link[key], ms, key)
        self.assertEqual(link["largest_own_step"], {"label": "built annotation specs", "ms": 256.48})
        self.assertIn("built annotation specs", link["bottleneck"])
        for unknown in ("wait_ms", "to_screen_ms", "request_transport_ms", "end_to_end_ms"):
            self.assertIsNone(link[unknown])
        self.assertEqual(link["call"]["label"], "batch IPC call complete")
        per_item = [flag["label"] for flag in link["flags"] if flag["flag"] == "step-per-item"]
        self.assertEqual(sorted(per_item), ["built annotation specs", "time_to_row creation"])

    def test_every_variant_of_the_account_gives_its_numbers(self):
        clients = sorted(DATA.glob("client*.txt"))
        servers = sorted(DATA.glob("server*.txt"))
        self.assertGreaterEqual(len(clients), 4)
        for client in clients:
            for server in servers:
                with self.subTest(client=client.name, server=server.name):
                    self.assert_is_the_account(self.link(client, server))
                    self.assert_is_the_account(self.link(server, client))

    def test_the_text_names_the_bottleneck_and_the_call(self):
        text = self.run_cli(DATA / "client.txt", DATA / "server.txt").stdout.decode()
        for part in ("376.040", "104.150", "15.110", "256.780", "256.480  ",
                     "The client's own work is the bottleneck: `built annotation specs`",
                     "batch IPC call complete: its label says IPC", "0.1996 ms each",
                     "0.0766 ms each", "remedy: "):
            self.assertIn(part, text)

    def test_the_call_can_be_named(self):
        link = self.link("--call", "built annotation specs", DATA / "client.txt",
                         DATA / "server.txt")
        self.assertEqual(link["transport_ms"], 152.33)
        self.assertEqual(link["call"]["reason"], "it was named by --call")
        message = self.fails("--call", "nothing", DATA / "client.txt", DATA / "server.txt")
        self.assertIn("no step is called 'nothing'", message)

    def test_what_is_no_log_is_named(self):
        empty = self.folder / "empty.txt"
        empty.write_bytes(b"")
        noise = self.folder / "noise"
        noise.write_bytes(bytes(range(256)) * 4096)
        for path in (empty, noise):
            message = self.fails(path, DATA / "server.txt")
            self.assertIn(f"{path}: is neither a recording nor a log", message)
        self.assertIn("cannot be opened", self.fails(self.folder / "none", DATA / "server.txt"))
        self.assertIn("cannot be read", self.fails(self.folder, DATA / "server.txt"))

    def test_a_wrong_command_line_is_status_2(self):
        one = DATA / "client.txt"
        for args in ((), (one,), (one, one), (one, ""), ("--call", "", one, DATA / "server.txt"),
                     ("--call",), ("--frobnicate", one, one)):
            with self.subTest(args=args):
                self.assertIn("--help", self.fails(*args, status=2))


class Processes(LinkTest):

    def record(self, **delays):
        """Runs the two processes; what each stage really took, in ms of all calls."""
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        us = [str(delays.get(name, 0)) for name in DELAYS + ("offset", "drift")]
        subprocess.run([PROGRAM, self.folder, str(CALLS), *us], env=environment(), check=True,
                       timeout=TIMEOUT_S)
        lines = (self.folder / "truth.txt").read_text().splitlines()
        self.assertEqual(len(lines), 2)
        return [sum(column) / 1e6 for column in zip(*(map(int, line.split()) for line in lines))]

    def join(self):
        return self.link(self.folder / "client.pprec", self.folder / "server.pprec")

    def measure(self, **delays):
        """Joins until each stage is within 5 % or 0.2 ms a call of the truth. The machine may take
        the processor away between two readings of the clock: five runs are enough of them."""
        for _ in range(5):
            truth = self.record(**delays)
            link = self.join()
            far = [(key, link[key], ms) for (_, key, _), ms in zip(STAGES, truth)
                   if link[key] is None or abs(link[key] - ms) > max(ms * 0.05, 0.2 * CALLS)]
            if not far:
                return truth, link
        self.fail(far)

    def test_a_planted_delay_is_found_and_is_the_bottleneck(self):
        planted_ms = 40
        clocks = ({}, {"offset": 5 * 3600, "drift": 80})
        for (number, delay), clock in itertools.product(enumerate(DELAYS), clocks):
            with self.subTest(delay=delay, **clock):
                truth, link = self.measure(**{delay: planted_ms * 1000}, **clock)
                self.assertEqual(link["clocks"][0]["one_clock"], not clock)
                self.assertGreaterEqual(link[STAGES[number][1]], planted_ms * CALLS - 0.1)
                # Where a busy machine delayed another stage even more, that is the bottleneck.
                stage, _, label = STAGES[truth.index(max(truth))]
                self.assertEqual(link["bottleneck_stage"], stage)
                self.assertIn(label, link["bottleneck"])

    def test_all_stages_are_found_at_once_and_add_up(self):
        truth, link = self.measure(build=6000, send=5000, queue=4000, work=9000, redraw=7000)
        for ms, least in zip(truth, (6, 5, 4, 9, 7)):
            self.assertGreaterEqual(ms, least * CALLS)
        for trace in link["traces"] + [link]:
            total = (trace["client_own_ms"] + trace["transport_ms"] + trace["wait_ms"] +
                     trace["server_ms"] - trace["server_after_reply_ms"] + trace["reply_wait_ms"])
            self.assertAlmostEqual(total, trace["client_ms"], 5)
        self.assertEqual([trace["frame"] for trace in link["traces"]], [1, 2, 3, 4])
        self.assertTrue(link["clocks"][0]["one_clock"])

    def test_hours_between_the_clocks_and_a_drift_change_nothing(self):
        _, link = self.measure(build=3000, send=5000, queue=2000, work=9000, redraw=4000,
                               offset=3 * 3600, drift=50)
        clock, = link["clocks"]
        self.assertFalse(clock["one_clock"])
        uptime_ms = time.monotonic() * 1000
        self.assertAlmostEqual(clock["offset_ms"], 3 * 3600 * 1000 + uptime_ms * 50e-6,
                               delta=clock["uncertainty_ms"] + 10)
        self.assertEqual(clock["exchanges"], CALLS)
        both = link["request_transport_ms"] + link["reply_transport_ms"]
        self.assertAlmostEqual(both, link["transport_ms"], 4)

    def test_a_log_of_the_client_joins_the_recording_of_the_server(self):
        self.record(work=3000)
        server = self.link(self.folder / "client.pprec", self.folder / "server.pprec")["server_ms"]
        log = self.folder / "client.txt"
        log.write_text("".join("> Entering client\n  build: 1.00\n  request: 50.00\n"
                               "< Exiting client, total: 52.00 ms\n" for _ in range(CALLS)))
        link = self.link(log, self.folder / "server.pprec")
        self.assertEqual(link["client_ms"], 52.0 * CALLS)
        self.assertAlmostEqual(link["server_ms"], server, 5)
        self.assertEqual(len(link["traces"]), CALLS)
        self.assertEqual(link["traces"][0]["server"], "Server.handle()")

    def test_one_recording_without_the_other_says_what_is_missing(self):
        self.record()
        first = self.folder / "first.pprec"
        (self.folder / "client.pprec").rename(first)
        server = self.folder / "server.pprec"
        other = self.folder / "other"
        other.mkdir()
        subprocess.run([PROGRAM, other, "1"] + 7 * ["0"], env=environment(), check=True,
                       timeout=TIMEOUT_S)
        self.assertIn("no trace in common", self.fails(first, other / "server.pprec"))
        self.assertIn("no trace in common", self.fails(server, other / "server.pprec"))

    def test_a_cut_off_recording_is_joined_as_far_as_it_goes(self):
        self.record()
        path = self.folder / "client.pprec"
        whole = path.read_bytes()
        for size in (4096, len(whole) // 2, len(whole) - 64):
            path.write_bytes(whole[:size])
            done = subprocess.run([CLI, "link", path, self.folder / "server.pprec"],
                                  env=environment(), capture_output=True, timeout=TIMEOUT_S,
                                  check=False)
            self.assertIn(done.returncode, (0, 1), done.stderr)


if __name__ == "__main__":
    unittest.main()
