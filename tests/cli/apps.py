"""tests/cli/apps.py: programs of Debian, started, used and closed without and with the probe.

A program is used twice in the same way. The first time what it shows is kept as soon as nothing
moves any more; the second time, with the probe, the same must be seen. PAINTPROF_APPS_KEEP names a
folder in which the pictures, reports and messages stay for people to look at.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from display import Display, wait_until
from harness import TIMEOUT_S

CLI = pathlib.Path(os.environ["PAINTPROF_CLI"])
PLUGIN = CLI.parent.parent / "lib/paintprof/plugins/generic/libpaintprofprobe.so"
KEEP = os.environ.get("PAINTPROF_APPS_KEEP")

PYTHON = "/usr/bin/python3"  # of Debian, with Debian's PyQt6
EXAMPLES = "/usr/share/doc/pyqt6-examples/examples"

QUIET_S = 0.6       # nothing moves for so long: it is done
BUSY_TICKS = 3      # of a process that does nothing, in that time
DIFFERS_S = 20      # after it has come to rest
ATTEMPTS = 3
KINDS = {"widget", "item", "quick", "gl", "window"}

# No blinking cursor: Qt's own theme for KDE reads that from a file.
KDE_GLOBALS = "[KDE]\nCursorBlinkRate=0\n"


def plot(name):
    """An example of pyqtgraph, whose random numbers are the same each time."""
    return [PYTHON, "-c", "import numpy, runpy\n"
                          "numpy.random.seed(7)\n"
                          f"runpy.run_module('pyqtgraph.examples.{name}', run_name='__main__')"]


def processes_below(root):
    """The process ids of a process and of all that it started."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = pathlib.Path("/proc", entry, "stat").read_text()
            except OSError:
                continue
            children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def activity(pids):
    """Whether a thread of theirs wants to run, and the clock ticks that they have run."""
    ticks, is_running = 0, False
    for pid in pids:
        for stat in pathlib.Path("/proc", str(pid), "task").glob("*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            is_running |= fields[0] in "RD"
            ticks += int(fields[11]) + int(fields[12])
    return is_running, ticks


class Differs(AssertionError):
    """What is shown with the probe is not what was shown without."""


class App:
    """A program that runs on a display of its own."""

    def __init__(self, command, home, env, seen=None, options=None, files=()):
        """seen: by name, what was shown in the runs without the probe; options: those of `paintprof run`, and
        None without the probe; files: copied to where it starts."""
        self.seen = seen
        self.shown = {}  # by name: the picture and the titles of the windows
        self.display = Display()
        self.display.manage_windows()
        self.env = {**self.display.env, **make_home(home), **env}
        self.env = {name: value for name, value in self.env.items() if value is not None}
        self.home = home
        for file in files:
            shutil.copy(file, home / "work")
        self.out = home / "stdout"
        self.err = home / "stderr"
        if options is not None:
            command = [str(CLI), "run", *options, "--", *command]
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(command, env=self.env, cwd=home / "work",
                                            stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                            start_new_session=True)

    def kill(self):
        """With all that it started, if they are still there."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.display.close()

    # ---- Looking

    def fail(self, message):
        raise AssertionError(f"{message}; the program says {self.process.poll()}\n"
                             f"{self.err.read_text(errors='replace')}")

    def window(self, title):
        """Waits for a window whose title has that in it."""
        self.until(lambda: any(title in window for window in self.display.windows()),
                   f"a window {title!r}")

    def no_window(self, title):
        wait_until(lambda: not any(title in window for window in self.display.windows()),
                   f"the window {title!r} goes")

    def until(self, condition, what):
        def is_so():
            if self.process.poll() is not None:
                self.fail(f"it ended before {what}")
            return condition()
        wait_until(is_so, what)

    def settle(self):
        """Waits until the program sleeps and nothing changes, however slow the machine is."""
        watched = [self.display.server.pid, self.display.manager.pid]
        end = time.monotonic() + TIMEOUT_S
        since, last = time.monotonic(), None
        while time.monotonic() - since < QUIET_S:
            if time.monotonic() > end:
                self.fail("it never came to rest")
            pids = processes_below(self.process.pid) + watched
            is_running, ticks = activity(pids)
            now = (ticks // BUSY_TICKS, self.display.picture().pixels)
            if is_running or now != last:
                since = time.monotonic()
            last = now
            time.sleep(0.05)

    def see(self, name, besides=(), tolerance=0):
        """What is shown must be the same with the probe, besides rectangles that move. tolerance:
        by how much each part of a color may differ."""
        self.settle()
        picture, windows = self.look(name, besides)
        if self.seen is None:
            return
        end = time.monotonic() + DIFFERS_S
        while all(windows != wanted_windows or picture.changes_from(wanted, tolerance)
                  for wanted, wanted_windows in self.seen[name]):
            if time.monotonic() > end:
                wanted, wanted_windows = self.seen[name][-1]
                raise Differs(f"{name}: the picture differs in {picture.changes_from(wanted)}, "
                              f"and there are {windows}, not {wanted_windows}")
            time.sleep(0.1)
            picture, windows = self.look(name, besides)

    def look(self, name, besides=()):
        """Keeps what is shown as it is now."""
        self.shown[name] = self.display.picture().without(besides), self.display.windows()
        return self.shown[name]

    # ---- Using

    def key(self, *keys, rests=True):
        for key in keys:
            self.display.xdotool("key", key)
            if rests:
                self.settle()

    def type(self, text):
        self.display.xdotool("type", "--delay", "20", text)
        self.settle()

    def move(self, x, y):
        self.display.xdotool("mousemove", x, y)

    def click(self, x, y, button=1, times=1, rests=True):
        """rests: whether the program comes to rest then."""
        self.move(x, y)
        self.display.xdotool("click", "--repeat", times, "--delay", 30, button)
        if rests:
            self.settle()

    def drag(self, start, end, steps=8):
        self.move(*start)
        self.display.xdotool("mousedown", 1)
        for step in range(1, steps + 1):
            self.move(start[0] + (end[0] - start[0]) * step // steps,
                      start[1] + (end[1] - start[1]) * step // steps)
            time.sleep(0.03)
        self.display.xdotool("mouseup", 1)
        self.settle()

    def scroll(self, x, y, clicks, rests=True):
        """Down, or up if clicks is negative."""
        self.click(x, y, button=5 if clicks > 0 else 4, times=abs(clicks), rests=rests)

    def play(self, seconds):
        """Lets it go on where it never comes to rest."""
        time.sleep(seconds)

    def close(self):
        """As its user does, and waits for its end."""
        self.display.xdotool("key", "alt+F4")
        return self.wait()

    def wait(self):
        return self.process.wait(timeout=TIMEOUT_S)

    def pid(self):
        """Of the program itself."""
        return next(pid for pid in processes_below(self.process.pid) if self.socket(pid).exists())

    def socket(self, pid):
        folder = pathlib.Path(self.env["XDG_RUNTIME_DIR"], f"paintprof-{os.getuid()}")
        return folder / f"{pid}.ctl"

    def ctl(self, *request):
        done = subprocess.run([CLI, "ctl", str(self.pid()), *request], env=self.env, text=True,
                              capture_output=True, timeout=TIMEOUT_S, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


def make_home(home):
    """A user's folders with nothing in them, and the variables that name them."""
    shutil.rmtree(home, ignore_errors=True)
    folders = {"HOME": "home", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data",
               "XDG_CACHE_HOME": "cache", "XDG_RUNTIME_DIR": "runtime", "TMPDIR": "tmp"}
    for folder in [*folders.values(), "work"]:
        (home / folder).mkdir(parents=True, mode=0o700)
    (home / "config/kdeglobals").write_text(KDE_GLOBALS)
    return {**{name: str(home / folder) for name, folder in folders.items()},
            "QT_QPA_PLATFORMTHEME": "kde", "KDE_SESSION_VERSION": "5", "LC_ALL": "C.UTF-8",
            "TZ": "UTC", "DBUS_SESSION_BUS_ADDRESS": "disabled:", "NO_AT_BRIDGE": "1"}


def without_addresses(text):
    """They are never the same."""
    return re.sub(r"0x[0-9a-f]{6,}", "0x", text)


def head_of(path):
    """The first bytes of a file that may be gone."""
    try:
        with open(path, "rb") as file:
            return file.read(65536)
    except OSError:
        return b""


def need(test, program):
    """Skips a test whose program is not installed, unless all have to be."""
    if not shutil.which(str(program)) and not os.environ.get("PAINTPROF_APPS_REQUIRED"):
        test.skipTest(f"{program} is not installed: ./do test --only apps installs it")


@unittest.skipUnless(PLUGIN.exists(), "the probe is not built")
class AppTest(unittest.TestCase):
    """Compares a program without and with the probe."""

    noise = ()  # regular expressions of messages that come and go by themselves

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="paintprof-apps-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, command, seen=None, options=None, env=None, files=()):
        for program in (command[0], "jwm", "xdotool", "Xvfb"):
            need(self, program)
        app = App([*map(str, command)], self.folder / "user", env or {}, seen, options, files)
        self.addCleanup(app.kill)
        return app

    def messages(self, app):
        text = app.err.read_text(errors="replace")
        lines = [line for line in text.splitlines()
                 if not any(re.search(noise, line) for noise in self.noise)]
        return [without_addresses(line) for line in lines]

    def compare(self, command, use, env=None, options=(), files=(), has_callers=True):
        """Uses it without and with the probe; returns the report. Some programs are not always the
        same by themselves (where a window manager and Qt put a dialog may depend on who is faster),
        so that it is enough if what is shown with the probe was shown without it in one of several
        runs. has_callers: whether something outside Qt asks for repaints."""
        seen = {}
        options = ["--json", "--record", str(self.folder / "app.pprec"), *options]
        for attempt in range(ATTEMPTS):
            plain = self.start(command, env=env, files=files)
            use(plain)
            status = plain.wait()
            messages, said = self.messages(plain), plain.out.read_text(errors="replace")
            self.keep(plain, "plain")
            for name, look in plain.shown.items():
                seen.setdefault(name, []).append(look)
            probed = self.start(command, seen, options, env=env, files=files)
            try:
                use(probed)
                self.assertEqual(probed.wait(), status)
                break
            except Differs:
                if attempt == ATTEMPTS - 1:
                    raise
                probed.kill()
            finally:
                self.keep(probed, "probed")
        own, _, report = probed.out.read_text(errors="replace").rstrip("\n").rpartition("\n")
        self.assertEqual(self.messages(probed), messages)
        self.assertEqual(without_addresses(own).rstrip(), without_addresses(said).rstrip())
        self.assert_nothing_is_left(probed)
        report = json.loads(report)
        self.assert_is_sound(report)
        callers = {cause["caller"] for cause in report["causes"]} - {""}
        self.assertEqual(bool(callers), has_callers, callers)
        return report

    def painters(self, report, class_name, kind):
        """Those of that class, which must be there and of that kind."""
        painters = [p for p in report["painters"] if p["class"] == class_name and p["count"]]
        self.assertTrue(painters, f"{class_name} is not among "
                                  f"{sorted({p['class'] for p in report['painters']})}")
        self.assertEqual({p["kind"] for p in painters}, {kind})
        return painters

    def wasteful(self, report):
        """The painters that it finds wasteful; a slow handler may be a slow machine."""
        return {(f["painter"], f["event"]) for f in report["findings"] if "painter" in f}

    def assert_nothing_is_left(self, app):
        left = [path for folder in ("runtime", "tmp") for path in (app.home / folder).rglob("*")
                if "paintprof" in str(path.relative_to(app.home)) and not path.is_dir()]
        self.assertEqual(left, [])
        # The live part of a recording begins with the name of the recording.
        self.assertEqual([path for path in pathlib.Path("/dev/shm").glob("paintprof-live-*")
                          if str(self.folder).encode() in head_of(path)], [])

    def assert_is_sound(self, report):
        """What holds of each report of a program that was used."""
        self.assertGreater(report["frames"], 0)
        self.assertEqual(report["dropped"], 0)
        self.assertGreater(report["overhead_ms"], 0)
        self.assertTrue(report["painters"])
        for painter in report["painters"]:
            self.assertIn(painter["kind"], KINDS, painter)
            self.assertTrue(painter["class"], painter)
            self.assertGreaterEqual(painter["total_ms"], painter["self_ms"], painter)
        self.assertTrue(any(cause["event"] and cause["receiver"] for cause in report["causes"]),
                        report["causes"])
        # A place in PyQt's bindings is nobody who asked.
        self.assertEqual([cause for cause in report["causes"] if ".abi3.so" in cause["caller"]], [])

    def keep(self, app, name):
        if not KEEP:
            return
        place = pathlib.Path(KEEP, self.id().rpartition(".")[2], name)
        place.mkdir(parents=True, exist_ok=True)
        for title, (picture, _) in app.shown.items():
            picture.save(place / f"{title}.png")
        shutil.copy(app.err, place)
        recording = self.folder / "app.pprec"
        if name == "probed" and recording.exists():
            done = subprocess.run([CLI, "report", recording], capture_output=True, text=True,
                                  check=False)
            (place / "report.txt").write_text(done.stdout + done.stderr)
            shutil.copy(recording, place)
