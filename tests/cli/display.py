"""tests/cli/display.py: X servers of the tests' own, their pictures, and a user's keys and mouse."""

import os
import pathlib
import re
import struct
import subprocess
import tempfile
import time
import zlib

from harness import ChartTest, environment

TIMEOUT_S = 60

WINDOW_MANAGER = """<?xml version="1.0"?>
<JWM>
  <FocusModel>click</FocusModel>
  <WindowStyle><Font>DejaVu Sans-9</Font></WindowStyle>
  <Group><Option>nofullscreen</Option><Option>tiled</Option></Group>
  <Key mask="A" key="F4">close</Key>
</JWM>
"""


class Picture:
    """What a display showed: 4 bytes a pixel, of which the fourth says nothing."""

    def __init__(self, width_px, height_px, pixels):
        self.width_px = width_px
        self.height_px = height_px
        self.pixels = pixels

    def row(self, y):
        size = self.width_px * 4
        return self.pixels[y * size:(y + 1) * size]

    def without(self, rectangles):
        """The same with (x, y, width, height) blackened, each."""
        if not rectangles:
            return self
        pixels = bytearray(self.pixels)
        for left, top, width, height in rectangles:
            right = min(left + width, self.width_px)
            for y in range(top, min(top + height, self.height_px)):
                start = (y * self.width_px + left) * 4
                end = (y * self.width_px + right) * 4
                pixels[start:end] = bytes(end - start)
        return Picture(self.width_px, self.height_px, bytes(pixels))

    def changes_from(self, other, tolerance=0):
        """The smallest (x, y, width, height) around what differs by more, or None."""
        if self.pixels == other.pixels:
            return None
        found = []
        for y in range(self.height_px):
            here, there = self.row(y), other.row(y)
            if here != there:
                found += [(at // 4, y) for at, (one, two) in enumerate(zip(here, there))
                          if abs(one - two) > tolerance]
        if not found:
            return None
        columns, rows = zip(*found)
        left, top = min(columns), min(rows)
        return left, top, max(columns) - left + 1, max(rows) - top + 1

    def save(self, path):
        lines = bytearray()
        for y in range(self.height_px):
            row = self.row(y)
            rgb = bytearray(self.width_px * 3)
            rgb[0::3], rgb[1::3], rgb[2::3] = row[2::4], row[1::4], row[0::4]
            lines += b"\0" + rgb
        def chunk(kind, data):
            crc = struct.pack(">I", zlib.crc32(kind + data))
            return struct.pack(">I", len(data)) + kind + data + crc
        header = struct.pack(">IIBBBBB", self.width_px, self.height_px, 8, 2, 0, 0, 0)
        path = pathlib.Path(path)
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
                         + chunk(b"IDAT", zlib.compress(bytes(lines), 6)) + chunk(b"IEND", b""))


class Display:
    """An X server on a number that it chooses itself, and what its user does."""

    def __init__(self, size="1400x900"):
        self.size_px = tuple(map(int, size.split("x")))
        self.folder = tempfile.TemporaryDirectory(prefix="paintprof-display-")
        read_end, write_end = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{size}x24", "-nolisten",
             "tcp", "-noreset", "-nocursor", "-fbdir", self.folder.name], pass_fds=[write_end],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            number = pipe.readline().strip()
        assert number, "Xvfb did not start"
        self.variables = {"QT_QPA_PLATFORM": "xcb", "DISPLAY": f":{number}",
                          "WAYLAND_DISPLAY": None, "XAUTHORITY": None,
                          "LIBGL_ALWAYS_SOFTWARE": "1"}
        self.env = environment(**self.variables)
        self.manager = None

    def close(self):
        for process in (self.manager, self.server):
            if process:
                process.terminate()
                process.wait()
        self.folder.cleanup()

    def manage_windows(self):
        """Starts a window manager. Without one nobody gives dialogs the focus."""
        config = pathlib.Path(self.folder.name, "jwmrc")
        config.write_text(WINDOW_MANAGER)
        self.manager = subprocess.Popen(["jwm", "-f", str(config)], env=self.env,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: "window id" in self.ask("xprop", "-root", "_NET_SUPPORTING_WM_CHECK"),
                   "the window manager is there")

    def split(self, hz):
        """Makes two screens of it, of which the left one has a rate and the right one Qt's own, 60."""
        width, height = self.size_px
        self.set_rate(hz)
        half = f"{width // 2}/300x{height}/200"
        self.ask("xrandr", "--setmonitor", "left", f"{half}+0+0", "screen")
        self.ask("xrandr", "--setmonitor", "right", f"{half}+{width // 2}+0", "none")

    def set_rate(self, hz):
        """A rate for the one output that there is."""
        width, height = self.size_px[0] // 2, self.size_px[1]
        total = (width + 100) * (height + 40)
        self.ask("xrandr", "--newmode", f"{hz}Hz", hz * total / 1e6, width, width + 20, width + 60,
                 width + 100, height, height + 5, height + 10, height + 40)
        self.ask("xrandr", "--addmode", "screen", f"{hz}Hz")
        self.ask("xrandr", "--fb", "{}x{}".format(*self.size_px), "--output", "screen",
                 "--mode", f"{hz}Hz")

    def ask(self, *command):
        done = subprocess.run([*map(str, command)], env=self.env, capture_output=True, text=True,
                              timeout=TIMEOUT_S, check=False)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def xdotool(self, *args):
        return self.ask("xdotool", *args)

    def picture(self):
        """What is shown now: the server keeps its memory in a file of X's own form."""
        data = pathlib.Path(self.folder.name, "Xvfb_screen0").read_bytes()
        header = struct.unpack(">25I", data[:100])
        width_px, height_px, line_bytes, colors = header[4], header[5], header[12], header[19]
        assert line_bytes == 4 * width_px and header[11] == 32, header
        start = header[0] + 12 * colors
        return Picture(width_px, height_px, data[start:start + line_bytes * height_px])

    def windows(self):
        """The titles of the windows that the window manager manages, oldest first."""
        listed = self.ask("xprop", "-root", "_NET_CLIENT_LIST").partition("#")[2]
        titles = []
        for number in listed.replace(",", " ").split():
            done = subprocess.run(["xprop", "-id", number, "_NET_WM_NAME", "WM_NAME"],
                                  env=self.env, capture_output=True, text=True, timeout=TIMEOUT_S,
                                  check=False)
            if done.returncode == 0:  # else it has just gone
                titles.append(re.search(r' = "(.*)"|$', done.stdout).group(1) or "")
        return titles


class Weston:
    """A Wayland compositor of a test's own that shows nothing."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="paintprof-weston-")
        runtime_dir = pathlib.Path(self.folder.name)
        self.env = environment(QT_QPA_PLATFORM="wayland", DISPLAY=None, XAUTHORITY=None,
                               WAYLAND_DISPLAY="paintprof", XDG_RUNTIME_DIR=self.folder.name,
                               LIBGL_ALWAYS_SOFTWARE="1")
        self.server = subprocess.Popen(
            ["weston", "--backend=headless-backend.so", "--socket=paintprof", "--no-config",
             "--idle-time=0", "--width=1600", "--height=1200"], env=self.env,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until((runtime_dir / "paintprof").is_socket, "weston is there")

    def close(self):
        self.server.terminate()
        self.server.wait()
        self.folder.cleanup()


def wait_until(condition, what, timeout_s=TIMEOUT_S):
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)


class DisplayTest(ChartTest):
    """Each test has an X server of its own."""

    def setUp(self):
        super().setUp()
        self.display = Display()
        self.addCleanup(self.display.close)
        self.env = self.display.env

    def xdotool(self, *args):
        return self.display.xdotool(*args)
