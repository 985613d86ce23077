"""charts/charts_report.py: the table of a comparison of charts, and its place in a document."""
import os
import subprocess
import textwrap

BEGIN, END = "<!-- charts: begin -->", "<!-- charts: end -->"


class Result:
    """Rows have name and version; curves and gaps are {count: {row's name: cell}}."""

    def __init__(self, curve_rows, gap_rows, machine, month):
        self.curve_rows, self.gap_rows = curve_rows, gap_rows
        self.machine, self.month = machine, month
        self.curves, self.gaps = {}, {}


def first_line(command):
    try:
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    return output.strip().split("\n")[0]


def describe_machine():
    processor, virtual, system = "an unnamed processor", "", ""
    with open("/proc/cpuinfo") as lines:
        for line in lines:
            if line.startswith("model name"):
                processor = line.split(":", 1)[1].strip()
    lscpu = subprocess.run(["lscpu"], capture_output=True, text=True, check=False).stdout
    for line in lscpu.splitlines():
        if line.startswith("Hypervisor vendor:"):
            virtual = " under " + line.split(":", 1)[1].strip()
    with open("/etc/os-release") as lines:
        names = dict(line.rstrip().split("=", 1) for line in lines if "=" in line)
    system = f"{names.get('NAME', '')} {names.get('VERSION_ID', '')}".replace('"', "")
    mesa = first_line(["dpkg-query", "-W", "-f", "${source:Upstream-Version}", "libgl1-mesa-dri"])
    text = f"{os.cpu_count()} cores of {processor}{virtual}, {system}"
    return text + (f", OpenGL by Mesa {mesa} in software (llvmpipe) under Xvfb" if mesa else "")


def number(ms):
    if ms >= 100:
        return f"{ms:,.0f}"
    return f"{ms:.2g}" if ms < 0.1 else f"{ms:.2f}" if ms < 10 else f"{ms:.1f}"


def factor(ratio):
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2g}" if ratio < 1 else f"{ratio:.1f}"


def cell_text(cell, ours, key="ms"):
    """Time and its ratio to ours; bold where it is faster."""
    if cell is None:
        return ""
    if "why" in cell:
        return f"not measured: {cell['why']}"
    if "slow" in cell:
        return f"> 3 s: {cell['slow']}"
    if "skipped" in cell:
        return f"not tried: {cell['skipped']}"
    if key not in cell:
        return ""
    text = number(cell[key])
    if key == "ms" and cell[key] > 3000:
        text = f"> 3 s: {text}"
    if not ours or key not in ours or ours is cell:
        return text
    ratio = cell[key] / ours[key]
    text = f"{text} ({factor(ratio)} x)"
    return f"**{text}**" if ratio < 1 else text


def row_name(row):
    """With the version behind the library, which ends at the first comma."""
    name, comma, rest = row.name.partition(",")
    return f"{name} {row.version}{comma}{rest}" if row.version else row.name


def size_name(count):
    digits = str(count)
    return f"10^{len(digits) - 1}" if digits.strip("0") == "1" else f"{count:,}"


def table(rows, columns):
    """columns: (title, cells, key); the first row is what the others are compared with."""
    if not rows:
        return ""
    lines = ["| drawn by | " + " | ".join(title for title, _, _ in columns) + " |"]
    lines.append("|---" * (len(columns) + 1) + "|")
    for row in rows:
        cells = [
            cell_text(cells.get(row.name), cells.get(rows[0].name), key)
            for _, cells, key in columns
        ]
        lines.append(f"| {row_name(row)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def curve_table(result):
    columns = [(size_name(count), cells, "ms") for count, cells in result.curves.items()]
    return table(result.curve_rows, columns)


def gap_table(result):
    columns = []
    for count, cells in result.gaps.items():
        columns.append((f"create {count:,}", cells, "create_ms"))
        columns.append((f"pan {count:,}", cells, "ms"))
    return table(result.gap_rows, columns)


def losses(rows, sizes, key="ms", what=""):
    """Where a row is faster than the first one, or that is missing."""
    found = []
    for count, cells in sizes.items():
        ours = cells.get(rows[0].name, {})
        for row in rows[1:]:
            cell = cells.get(row.name, {})
            if key in cell and key in ours and cell[key] < ours[key]:
                found.append(
                    f"{row_name(row)} {what}{size_name(count)} in {number(cell[key])} ms, "
                    f"ours in {number(ours[key])} ms"
                )
    return found


def losing_sentence(result):
    found = losses(result.curve_rows, result.curves, what="draws ")
    found += losses(result.gap_rows, result.gaps, what="pans ")
    found += losses(result.gap_rows, result.gaps, "create_ms", "creates ")
    if not found:
        return "No row is faster than ours on raster."
    return "Faster than ours on raster: " + "; ".join(found) + "."


def repainters(result):
    """Rows that paint more than once for each move."""
    found = []
    for row in result.curve_rows + result.gap_rows:
        if row.paints_per_frame > 1.01:
            found.append(f"{row_name(row)} {row.paints_per_frame:.2g}")
    return "; ".join(found)


def busy_sentence(result):
    """Frames of one process on a core of its own take their CPU time. Where others want the core as
    well, long frames are cut into more often than short ones, and ratios are too high."""
    rows = [row for row in result.curve_rows + result.gap_rows if not row.on_x11]
    wall_ns, cpu_ns = sum(row.wall_ns for row in rows), sum(row.cpu_ns for row in rows)
    if cpu_ns == 0 or wall_ns < 1.15 * cpu_ns:
        return ""
    return (
        f"**The machine was busy: raster frames took {wall_ns / cpu_ns:.1f} times their CPU time, "
        "long ones more than short ones. Measure again.** "
    )


def frame_range(result):
    counts = [
        cell["frames"]
        for sizes in (result.curves, result.gaps)
        for cells in sizes.values()
        for cell in cells.values()
        if "frames" in cell and cell["ms"] < 500
    ]
    return f"{min(counts)} to {max(counts)}" if counts else "no"


def paragraph(text, indent=""):
    return textwrap.fill(" ".join(text.split()), 100, subsequent_indent=indent,
                         break_long_words=False, break_on_hyphens=False)


def bullet(text):
    return paragraph("- " + text, "  ")


def method(result):
    repainted = repainters(result)
    again = f" What is painted again is not timed; paints a move: {repainted}." if repainted else ""
    return "\n".join(bullet(text) for text in (
        """Each is a program of its own with a window of 1280x720 at device-pixel-ratio 1 and a pen
        of one pixel, without antialiasing. All of one size stand ready together and draw in turn,
        in up to 6 rounds, each of which begins with another one, all pinned to one core; the X
        server is not.""",
        """The data are the same random walk, all of it in sight; every frame the view moves by 3.84
        pixels, so that nothing drawn before can be used again. All programs report the last value
        of their data; one where it differs is not measured.""",
        f"""A frame is the wall time from the move of the view to the end of the first flush after
        it, the median of {frame_range(result)} frames (fewer where one takes over half a second).
        Where a frame passes 3 s no larger size is tried.{again}""",
        """Raster ones are shown on Qt's off-screen platform, OpenGL ones on Xvfb: their frames hold
        the composition and the copy to the X server as well, and say nothing of a graphics
        card.""",
        """Ours is the shipped scene through the C ABI, with background, grid and axes, as
        QCustomPlot, Qt Charts and pyqtgraph draw them; plain QPainter and the graphics items draw
        none.""",
        """QCustomPlot's line is not antialiased, its sampling as it comes. pyqtgraph's downsampling
        and clipping are set after `addItem`, which overwrites them. The plain graphics view is told
        to repaint all at once: left alone it paints twice a move.""",
        """Gaps of ours as a batch are merged where they begin in one pixel column; the others draw
        each. Creating is timed from data in memory to items or arrays that are ready to be
        drawn.""",
    ))


def section(result, plot_link):
    introduction = paragraph(f"""{result.machine}, {result.month}. {busy_sentence(result)}
        Milliseconds a frame, and in parentheses how often as long as ours on raster; bold is
        faster than that. {losing_sentence(result)}""")
    return f"""## Charts

What draws the same chart with Qt, in one run with ours: `./do bench charts` installs it, measures
and writes this section and the plot.

{introduction}

A curve, panned, by its number of points:

{curve_table(result)}

![Milliseconds a frame over the number of points, both logarithmic]({plot_link})

Gaps, a rectangle of 6x24 pixels and an arrow each:

{gap_table(result)}

{method(result)}"""


def replace_section(document, text):
    with open(document) as lines:
        content = lines.read()
    before, begin, rest = content.partition(BEGIN + "\n")
    _, end, after = rest.partition(END + "\n")
    if not begin or not end:
        raise SystemExit(f"{document} lacks the markers {BEGIN} and {END}")
    with open(document, "w") as out:
        out.write(before + begin + text + "\n" + end + after)
