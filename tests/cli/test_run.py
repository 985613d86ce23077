"""tests/cli/test_run.py: paintprof run and ctl, with programs that are none of Qt 6.

The probe has suites of its own. Here its place is taken by a file that nothing can load, and where
a test needs one that did load, by a script that does what the probe would tell and leave.
"""

import json
import os
import pathlib
import pty
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

CLI = os.environ["PAINTPROF_CLI"]
RECORD_PROGRAM = os.environ["PAINTPROF_RECORD_PROGRAM"]
TIMEOUT_S = 20

# What a probe does in a program: says that it is loaded and leaves a recording.
PROBED = f"""#!/bin/sh
echo "loaded $$ 6.4.2 offscreen" >>"$PAINTPROF_PROBE_STATUS"
if [ -n "$PAINTPROF_PROBE_RECORD" ]; then
    {RECORD_PROGRAM} "$(printf %s "$PAINTPROF_PROBE_RECORD" | sed "s/%p/$$/")" finish 20
fi
"""


def wait_until(condition, what):
    end = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < end, f"timed out: {what}"
        time.sleep(0.02)


class RunTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="paintprof-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.tree = self.make_tree(self.folder / "tree")
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith(("PAINTPROF", "QT_", "LD_"))}
        for name in ("LD_LIBRARY_PATH",):
            if name in os.environ:
                self.env[name] = os.environ[name]
        self.env["TMPDIR"] = str(self.temporary)

    def make_tree(self, tree):
        """The program with something beside it that stands for the probe."""
        (tree / "bin").mkdir(parents=True)
        (tree / "lib/paintprof/plugins/generic").mkdir(parents=True)
        shutil.copy(CLI, tree / "bin/paintprof")
        (tree / "lib/paintprof/plugins/generic/libpaintprofprobe.so").write_text("")
        return tree

    def script(self, text, name="program", mode=0o755):
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        return str(path)

    def command(self, *args):
        return [str(self.tree / "bin/paintprof"), "run", *map(str, args)]

    def run_it(self, *args, status=0, env=None, **more):
        done = subprocess.run(self.command(*args), env=env or self.env, capture_output=True,
                              text=True, timeout=TIMEOUT_S, check=False, cwd=self.folder, **more)
        self.assertEqual(done.returncode, status, f"{args}\n{done.stdout}{done.stderr}")
        self.assertEqual(list(self.temporary.iterdir()), [], "a temporary file was left")
        return done

    def start(self, *args, **more):
        process = subprocess.Popen(self.command(*args), env=self.env, cwd=self.folder, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   preexec_fn=os.setpgrp, **more)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        """Kills it and what it started, if they are still there."""
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.communicate()

    def assert_says_once(self, done, text):
        self.assertEqual(done.stderr.count("was not profiled"), 1, done.stderr)
        self.assertIn(text, done.stderr)


class Programs(RunTest):
    """Programs in which there is nothing to profile run as ever."""

    def test_a_console_program_runs_unharmed_and_it_is_said_why(self):
        done = self.run_it("--report", "--", "/bin/echo", "a b", "--json")
        self.assertEqual(done.stdout, "a b --json\n")
        self.assert_says_once(done, "echo was not profiled: it does not use Qt")

    def test_a_shell_script_runs_unharmed(self):
        done = self.run_it("--", self.script("#!/bin/sh\necho out; echo err >&2; exit 3\n"),
                           status=3)
        self.assertEqual(done.stdout, "out\n")
        self.assertIn("err\n", done.stderr)
        self.assert_says_once(done, "it is a script")

    def test_a_script_without_a_first_line_runs_as_a_shell_runs_it(self):
        done = self.run_it(self.script("echo $0 $1\n"), "x y")
        self.assertEqual(done.stdout, f"{self.folder}/program x y\n")

    def test_a_python_script_without_qt_runs_unharmed(self):
        done = self.run_it("--report", "--", sys.executable, "-c", "print(6 * 7)")
        self.assertEqual(done.stdout, "42\n")
        self.assert_says_once(done, "does not use Qt")

    def test_a_missing_program_is_127_as_in_a_shell(self):
        done = self.run_it("--", "no-such-program-at-all", status=127)
        self.assertEqual(done.stderr, "paintprof run: no-such-program-at-all: there is no such "
                                      "program\n")
        self.run_it("--", "/no/such/program", status=127)

    def test_what_cannot_be_executed_is_126(self):
        done = self.run_it("--", self.script("#!/bin/sh\n", mode=0o644), status=126)
        self.assertIn("Permission denied", done.stderr)
        done = self.run_it("--", str(self.folder), status=126)
        self.assertIn("Is a directory", done.stderr)
        self.run_it("--", self.script("#!/no/such/interpreter\n"), status=127)

    def test_a_program_of_another_architecture_is_named_as_one(self):
        binary = bytearray(pathlib.Path("/bin/true").read_bytes())
        binary[18:20] = (0x28 if binary[18] != 0x28 else 0x3e, 0)  # e_machine: 32-bit Arm
        path = self.folder / "foreign"
        path.write_bytes(binary)
        path.chmod(0o755)
        done = subprocess.run(self.command("--", path), env=self.env, capture_output=True,
                              text=True, timeout=TIMEOUT_S, check=False)
        # The kernel refuses it, or an emulator that is set up for it does.
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("LD_PRELOAD", done.stderr)
        self.assertIn("foreign", done.stderr)

    @unittest.skipUnless(os.getuid() == 0, "only root makes setuid files of another user")
    def test_a_setuid_program_is_named_as_one_and_gets_none_of_our_variables(self):
        path = self.folder / "secure"
        shutil.copy(shutil.which("env"), path)
        os.chown(path, 65534, 65534)
        path.chmod(0o4755)
        done = self.run_it("--", path)
        self.assert_says_once(done, "it is setuid, setgid or has capabilities")
        self.assertNotIn("PAINTPROF_PROBE", done.stdout)
        self.assertNotIn("QT_PLUGIN_PATH", done.stdout)

    @unittest.skipUnless(shutil.which("gcc"), "needs gcc")
    def test_static_programs_and_those_linked_to_qt_5_are_told_apart(self):
        source = self.script("int main(void) { return 7; }\n", "main.c")
        static = self.folder / "static"
        if subprocess.run(["gcc", "-static", source, "-o", static], capture_output=True,
                          check=False).returncode == 0:
            self.assert_says_once(self.run_it("--", static, status=7), "it is linked statically")
        # A library of that name is all that can be seen of Qt 5 in a file.
        empty = self.script("int qt5;\n", "qt5.c")
        library = self.folder / "libQt5Core.so.5"
        subprocess.run(["gcc", "-shared", "-fPIC", empty, "-o", library, "-Wl,-soname,"
                        "libQt5Core.so.5"], check=True)
        old = self.folder / "old"
        subprocess.run(["gcc", source, "-o", old, "-Wl,--no-as-needed", library,
                        f"-Wl,-rpath,{self.folder}"], check=True)
        self.assert_says_once(self.run_it("--", old, status=7), "old was not profiled: it uses Qt 5")

    @unittest.skipUnless(shutil.which("gcc"), "needs gcc")
    def test_a_qt_that_is_too_old_is_told_with_its_version(self):
        line = "Qt 6.2.4 (x86_64-little_endian-lp64 shared (dynamic) release build; by GCC 11)"
        library = self.folder / "libQt6Core.so.6"
        source = self.script(f'const char qt_build[] = "{line}";\n', "qt6.c")
        subprocess.run(["gcc", "-shared", "-fPIC", source, "-o", library, "-Wl,-soname,"
                        "libQt6Core.so.6"], check=True)
        program = self.folder / "elder"
        main = self.script("#include <unistd.h>\nint main(void) { return sleep(2); }\n", "main.c")
        subprocess.run(["gcc", main, "-o", program, "-Wl,--no-as-needed", library,
                        f"-Wl,-rpath,{self.folder}"], check=True)
        self.assert_says_once(self.run_it("--", program),
                              "elder was not profiled: it uses Qt 6.2.4, and 6.4 or later")

    def test_without_the_probe_nothing_is_started(self):
        (self.tree / "lib/paintprof/plugins/generic/libpaintprofprobe.so").unlink()
        done = self.run_it("--", "/bin/echo", "started", status=1)
        self.assertEqual(done.stdout, "")
        self.assertIn("the probe is not there", done.stderr)


class Passing(RunTest):
    """Streams, environment, signals and statuses are the program's."""

    def test_standard_input_and_output_are_the_program_s(self):
        data = "line\n" * 20000
        done = self.run_it("--", "/bin/cat", input=data)
        self.assertEqual(done.stdout, data)

    def test_the_exit_status_is_the_program_s(self):
        for status in (0, 1, 2, 77, 255):
            self.run_it("--", "/bin/sh", "-c", f"exit {status}", status=status)

    def test_a_signal_that_ends_the_program_ends_us(self):
        self.run_it("--", "/bin/sh", "-c", "kill -SEGV $$", status=-signal.SIGSEGV)
        done = subprocess.run(["/bin/sh", "-c", '"$@"; echo $?', "sh",
                               *self.command("--", "/bin/sh", "-c", "kill -TERM $$")],
                              env=self.env, capture_output=True, text=True, timeout=TIMEOUT_S,
                              check=False)
        self.assertEqual(done.stdout, f"{128 + signal.SIGTERM}\n")

    def test_signals_are_passed_on(self):
        for name in ("INT", "TERM", "HUP", "QUIT", "USR1", "USR2", "WINCH"):
            with self.subTest(name):
                ready = self.folder / f"ready-{name}"
                program = (f"trap 'echo got {name}; exit 5' {name}; touch {ready}; "
                           "while :; do sleep 0.02; done")
                process = self.start("--", "/bin/bash", "-c", program)
                wait_until(ready.exists, "the program starts")
                process.send_signal(getattr(signal, "SIG" + name))
                out, err = process.communicate(timeout=TIMEOUT_S)
                self.assertEqual((out, process.returncode), (f"got {name}\n", 5), err)

    def test_stopping_and_going_on_stop_the_program_and_let_it_go_on(self):
        count = self.folder / "count"
        process = self.start("--", "/bin/sh", "-c",
                             f"while :; do echo x >>{count}; sleep 0.01; done")
        size = lambda: count.stat().st_size if count.exists() else 0
        wait_until(size, "the program starts")
        process.send_signal(signal.SIGTSTP)
        state = lambda: pathlib.Path(f"/proc/{process.pid}/stat").read_text().split(")")[1][1]
        wait_until(lambda: state() == "T", "it stops")
        before = size()
        time.sleep(0.2)
        self.assertLessEqual(size() - before, 2)
        process.send_signal(signal.SIGCONT)
        wait_until(lambda: size() > before + 10, "it goes on")

    def test_an_interrupt_from_the_terminal_comes_once(self):
        ready = self.folder / "ready"
        program = (f"trap 'echo got' INT; touch {ready}; for i in $(seq 50); do sleep 0.02; done; "
                   "echo end")
        main, side = pty.openpty()
        process = subprocess.Popen(
            self.command("--", "/bin/bash", "-c", program), env=self.env, stdin=side, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0))
        self.addCleanup(self.end, process)
        wait_until(ready.exists, "the program starts")
        os.write(main, b"\x03")
        out, err = process.communicate(timeout=TIMEOUT_S)
        os.close(main)
        os.close(side)
        self.assertEqual(out, "got\nend\n", err)

    def test_signals_that_were_ignored_stay_so_and_a_broken_pipe_is_the_program_s(self):
        show = "grep -E 'SigIgn|SigBlk' /proc/self/status"
        direct = subprocess.run(["/bin/sh", "-c", show], capture_output=True, text=True,
                                check=True, env=self.env).stdout
        self.assertEqual(self.run_it("--", "/bin/sh", "-c", show).stdout, direct)

    def variables(self, *options, **changes):
        """The variables of the program that have to do with the probe."""
        env = dict(self.env, **changes)
        done = self.run_it(*options, "--", "/usr/bin/env", "-0", env=env)
        pairs = (entry.split("=", 1) for entry in done.stdout.split("\0") if entry)
        return dict(pairs), env

    def test_the_program_s_environment_is_ours_and_the_probe_s_variables(self):
        got, env = self.variables()
        added = {k for k in got if k not in env}
        self.assertEqual(added, {"QT_PLUGIN_PATH", "QT_QPA_GENERIC_PLUGINS",
                                 "PAINTPROF_PROBE_STATUS"})
        self.assertEqual({k: got[k] for k in env}, env)
        self.assertEqual(got["QT_PLUGIN_PATH"], str(self.tree / "lib/paintprof/plugins"))
        self.assertEqual(got["QT_QPA_GENERIC_PLUGINS"], "paintprof")

    def test_what_the_user_had_in_these_variables_is_kept_and_can_be_put_back(self):
        (self.tree / "lib/paintprof/libpaintprof-causes.so").write_text("")
        got, _ = self.variables("--no-causes", QT_PLUGIN_PATH="/a:/b", QT_QPA_GENERIC_PLUGINS="tslib",
                                LD_PRELOAD="")
        self.assertEqual(got["QT_PLUGIN_PATH"], f"{self.tree}/lib/paintprof/plugins:/a:/b")
        self.assertEqual(got["QT_QPA_GENERIC_PLUGINS"], "tslib,paintprof")
        self.assertEqual(got["LD_PRELOAD"], "")
        self.assertEqual(got["PAINTPROF_PROBE_SAVED_QT_PLUGIN_PATH"], "/a:/b")
        self.assertEqual(got["PAINTPROF_PROBE_SAVED_QT_QPA_GENERIC_PLUGINS"], "tslib")
        self.assertEqual(got["PAINTPROF_PROBE_SAVED_LD_PRELOAD"], "")

    def test_the_library_that_finds_callers_is_preloaded_before_others(self):
        if b"__asan_init" in pathlib.Path(os.environ["PAINTPROF_CLI"]).read_bytes():
            self.skipTest("nothing may be preloaded before the sanitizer's runtime")
        shutil.copy(self.find_library(), self.tree / "lib/paintprof/libpaintprof-causes.so")
        other = self.folder / "other.so"
        shutil.copy(self.find_library(), other)
        got, _ = self.variables(LD_PRELOAD=str(other))
        self.assertEqual(got["LD_PRELOAD"], f"{self.tree}/lib/paintprof/libpaintprof-causes.so:{other}")
        self.assertEqual(got["PAINTPROF_PROBE_SAVED_LD_PRELOAD"], str(other))
        self.assertNotIn("LD_PRELOAD", self.variables("--no-causes")[0])

    @staticmethod
    def find_library():
        """Any that can be loaded into any program."""
        for line in pathlib.Path("/proc/self/maps").read_text().splitlines():
            if "/libm.so" in line or "/libm-" in line:
                return line.split()[-1]
        raise unittest.SkipTest("no libm is loaded")

    def test_a_folder_with_a_colon_in_its_name_is_no_obstacle(self):
        self.tree = self.make_tree(self.folder / "a:b c")
        shutil.copy(self.find_library(), self.tree / "lib/paintprof/libpaintprof-causes.so")
        got, _ = self.variables()
        self.assertNotIn(":", got["QT_PLUGIN_PATH"])
        self.assertNotIn(":", got["LD_PRELOAD"])
        self.assertNotIn(" ", got["LD_PRELOAD"])

    def test_options_reach_the_probe(self):
        got, _ = self.variables("--overlay", "mini", "--record", "r.pprec", "--record-size", "3",
                                "--csv", "/tmp/x.csv", "--flash", "--no-items", "--no-causes", "--profile=2.5",
                                "--slow-event", "0.5", "--duration", "7")
        probe = {k[len("PAINTPROF_PROBE_"):]: v for k, v in got.items()
                 if k.startswith("PAINTPROF_PROBE_")}
        status = probe.pop("STATUS")
        self.assertTrue(status.startswith(str(self.temporary)))
        self.assertEqual(probe, {
            "OVERLAY": "mini", "RECORD": f"{self.folder}/r.pprec", "RECORD_SIZE": str(3 << 20),
            "CSV": "/tmp/x.csv", "FLASH": "1", "ITEMS": "0", "CAUSES": "0", "PROFILE": "2.500000", "SLOW_EVENT": "0.500000",
            "DURATION": "7.000000000"})
        got, _ = self.variables("--attach-children", "--record", "a.b/r.pprec", "--profile")
        self.assertEqual(got["PAINTPROF_PROBE_RECORD"], f"{self.folder}/a.b/r.%p.pprec")
        self.assertEqual(got["PAINTPROF_PROBE_CHILDREN"], "1")
        self.assertEqual(got["PAINTPROF_PROBE_PROFILE"], "0.000000")

    def test_wrong_options_are_refused_before_anything_starts(self):
        for args, text in (
                (("--overlay", "huge", "--", "true"), "--overlay is"),
                (("--duration", "soon", "--", "true"), "--duration is"),
                (("--csv", "-", "--", "true"), "--csv needs a file"),
                (("--slow-event", "-1", "--", "true"), "--slow-event is"),
                (("--csv", "a", "--attach-children", "--", "true"), "--attach-children"),
                (("--record-size", "1", "--", "true"), "--record-size needs"),
                (("--what", "--", "true"), "--what"),
                (("--report",), "no program was named")):
            with self.subTest(args):
                done = self.run_it(*args, status=2)
                self.assertEqual(done.stdout, "")
                self.assertIn(text, done.stderr)


class Ends(RunTest):
    """Durations and reports, told by a stand-in of the probe."""

    def test_a_program_without_a_probe_is_ended_when_its_time_is_over(self):
        start = time.monotonic()
        self.run_it("--duration", "0.3", "--", "/bin/sleep", "100")
        self.assertGreater(time.monotonic() - start, 0.25)

    def test_a_program_that_ignores_its_end_is_killed(self):
        self.run_it("--duration", "0.2", "--", "/bin/sh", "-c",
                    "trap '' TERM; while :; do sleep 0.05; done")

    def test_a_program_that_ends_by_itself_keeps_its_status(self):
        self.run_it("--duration", "50", "--", "/bin/sh", "-c", "exit 9", status=9)

    def test_a_program_that_the_probe_ended_is_a_success(self):
        program = self.script('#!/bin/sh\necho "loaded $$ 6.4.2 x" >>$PAINTPROF_PROBE_STATUS\n'
                              'sleep 0.3\necho "ending $$" >>$PAINTPROF_PROBE_STATUS\nexit 4\n')
        self.run_it("--duration", "0.3", "--", program)

    def test_the_report_comes_after_the_program_s_output(self):
        done = self.run_it("--report", "--", self.script(PROBED + "echo its own\n"))
        self.assertTrue(done.stdout.startswith("its own\n\n"), done.stdout)
        self.assertIn("\nframes       20, of which ", done.stdout)
        self.assertEqual(done.stderr, "")

    def test_json_is_the_last_line(self):
        done = self.run_it("--json", "--", self.script(PROBED + "printf 'no end of line'; exit 6\n"),
                           status=6)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "no end of line")
        self.assertEqual(json.loads(lines[-1])["frames"], 20)

    def test_a_report_can_go_to_a_file(self):
        done = self.run_it("--report-file", "out.json", "--json", "--", self.script(PROBED))
        self.assertEqual(done.stdout, "")
        self.assertEqual(json.loads((self.folder / "out.json").read_text())["frames"], 20)
        done = self.run_it("--report-file", "/nowhere/out", "--", self.script(PROBED), status=1)
        self.assertIn("/nowhere/out", done.stderr)

    def test_a_recording_that_was_asked_for_stays(self):
        self.run_it("--record", "kept.pprec", "--report", "--", self.script(PROBED))
        done = subprocess.run([CLI, "info", self.folder / "kept.pprec"], capture_output=True,
                              text=True, check=True)
        self.assertIn("frames       20", done.stdout)

    def test_each_attached_process_has_a_report_of_its_own(self):
        child = self.script(PROBED, "child")
        done = self.run_it("--attach-children", "--report", "--",
                           self.script(PROBED + f"{child}\n{child}\n"))
        self.assertEqual(done.stdout.count("frames       20, of which "), 3)
        self.assertEqual(done.stdout.count("process "), 6, done.stdout)  # a heading and a line each

    def test_what_the_probe_complains_of_is_said(self):
        program = self.script('#!/bin/sh\necho "loaded $$ 6.4.2 x" >>$PAINTPROF_PROBE_STATUS\n'
                              'echo "error $$ no room for it" >>$PAINTPROF_PROBE_STATUS\n')
        done = self.run_it("--", program)
        self.assertRegex(done.stderr, r"^paintprof run: process \d+: no room for it\n$")

    def test_a_lost_recording_is_said(self):
        program = self.script('#!/bin/sh\necho "loaded $$ 6.4.2 x" >>$PAINTPROF_PROBE_STATUS\n')
        done = self.run_it("--report", "--", program, status=1)
        self.assertIn("left no recording", done.stderr)


class Control(RunTest):
    """paintprof ctl, with a socket of this test's own."""

    def setUp(self):
        super().setUp()
        self.env["XDG_RUNTIME_DIR"] = str(self.folder)
        self.place = self.folder / f"paintprof-{os.getuid()}"
        self.place.mkdir(mode=0o700)
        self.requests = []

    def listen(self, answer):
        """Answers one request as the probe of this process."""
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(self.place / f"{os.getpid()}.ctl"))
        server.listen()
        self.addCleanup(server.close)

        def serve():
            connection, _ = server.accept()
            with connection:
                self.requests.append(connection.makefile().readline())
                connection.sendall(answer.encode())
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()

    def ctl(self, *args, status=0):
        done = subprocess.run([str(self.tree / "bin/paintprof"), "ctl", *map(str, args)],
                              env=self.env, capture_output=True, text=True, timeout=TIMEOUT_S,
                              check=False, cwd=self.folder)
        self.assertEqual(done.returncode, status, f"{args}\n{done.stdout}{done.stderr}")
        return done

    def ask(self, *args, answer="ok\n", status=0):
        self.listen(answer)
        done = self.ctl(os.getpid(), *args, status=status)
        (self.place / f"{os.getpid()}.ctl").unlink()
        return done

    def test_each_command_is_one_line(self):
        for args, line in ((("overlay", "full"), "overlay full\n"), (("reset",), "reset\n"),
                           (("record", "start"), "record start\n"),
                           (("record", "start", "/a b/c"), "record start /a b/c\n"),
                           (("record", "stop"), "record stop\n"),
                           (("snapshot", "s.pprec"), f"snapshot {self.folder}/s.pprec\n"),
                           (("flash", "on"), "flash on\n"), (("status",), "status\n")):
            with self.subTest(args):
                self.ask(*args)
                self.assertEqual(self.requests[-1], line)

    def test_answers_are_printed_and_refusals_are_failures(self):
        self.assertEqual(self.ask("status", answer="ok: 60 frames\n").stdout, "60 frames\n")
        self.assertEqual(self.ask("reset", answer="ok\n").stdout, "")
        done = self.ask("record", "start", answer="error: the disk is full\n", status=1)
        self.assertIn("refused: the disk is full", done.stderr)
        self.assertIn("hung up", self.ask("status", answer="", status=1).stderr)

    def test_it_says_why_nobody_answers(self):
        self.assertIn("is not profiled", self.ctl(os.getpid(), "status", status=1).stderr)
        self.assertIn("does not exist", self.ctl(4194304, "status", status=1).stderr)
        if os.getuid() != 0:
            self.assertIn("another user", self.ctl(1, "status", status=1).stderr)

    def test_a_program_that_is_busy_is_not_waited_for_long(self):
        server = socket.socket(socket.AF_UNIX)
        self.addCleanup(server.close)
        server.bind(str(self.place / f"{os.getpid()}.ctl"))
        server.listen()
        self.assertIn("within 5 seconds", self.ctl(os.getpid(), "status", status=1).stderr)

    def test_wrong_commands_are_refused(self):
        for args in ((), ("x", "status"), ("0", "status"), ("12",), ("12", "overlay"),
                     ("12", "overlay", "huge"), ("12", "flash", "maybe"), ("12", "what"),
                     ("12", "record"), ("12", "reset", "now"), ("12", "status", "a", "b")):
            with self.subTest(args):
                self.ctl(*args, status=2)


if __name__ == "__main__":
    unittest.main()
