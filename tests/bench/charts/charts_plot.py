"""charts/charts_plot.py: milliseconds a frame over points, both logarithmic, as an SVG by hand that
follows the reader's light or dark background."""
import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 900, 520
LEFT, RIGHT, TOP, BOTTOM = 64, 330, 40, 56  # margins; names stand on the right
NAME_PX = 17  # between two of them

# Readable on both backgrounds, and told apart by those who see fewer colours, with the dashes.
COLORS = ["#0a84d8", "#0a84d8", "#8a8a8a", "#8a8a8a", "#d55e00", "#009e73", "#009e73", "#b8860b",
          "#b8860b"]
DASHES = ["", "6 4", "", "6 4", "", "", "6 4", "", "6 4"]

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

STYLE = """
  text { font: 13px sans-serif; fill: #24292f; }
  .title { font-weight: bold; font-size: 15px; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .back { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .grid { stroke: #30363d; }
    .back { fill: #0d1117; }
  }
"""


class Axis:
    """A logarithmic scale over whole decades."""

    def __init__(self, values, start_px, end_px):
        self.first = math.floor(math.log10(min(values)))
        self.last = max(math.ceil(math.log10(max(values))), self.first + 1)
        self.start_px, self.end_px = start_px, end_px

    def at(self, value):
        part = (math.log10(value) - self.first) / (self.last - self.first)
        return self.start_px + part * (self.end_px - self.start_px)

    def decades(self):
        return range(self.first, self.last + 1)


def spread(wanted):
    """Places at least NAME_PX apart, in the order of what is wanted, inside the plot."""
    places = []
    for at in sorted(wanted):
        places.append(max(at, places[-1] + NAME_PX) if places else at)
    lowest = HEIGHT - BOTTOM
    for i in range(len(places) - 1, -1, -1):
        limit = lowest if i == len(places) - 1 else places[i + 1] - NAME_PX
        places[i] = min(places[i], limit)
    return places


def points_of(result, row):
    cells = ((count, cells.get(row.name, {})) for count, cells in result.curves.items())
    return [(count, cell["ms"]) for count, cell in cells if "ms" in cell]


def decade_name(decade):
    return f"{10.0**decade:g}" if decade < 0 else f"{10**decade:,}"


def line(x1, y1, x2, y2):
    return f'<line class="grid" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def text(x, y, anchor, words):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def grid(x, y):
    parts = []
    for decade in y.decades():
        at = y.at(10.0**decade)
        parts.append(line(LEFT, at, x.end_px, at))
        parts.append(text(LEFT - 8, at + 4, "end", decade_name(decade)))
    for decade in x.decades():
        at = x.at(10.0**decade)
        parts.append(line(at, TOP, at, y.start_px))
        power = str(decade).translate(SUPERSCRIPTS)
        parts.append(text(at, y.start_px + 20, "middle", f"10{power}"))
    return parts


def curve(points, x, y, color, look):
    at = [(x.at(count), y.at(ms)) for count, ms in points]
    path = " ".join(f"{px:.1f},{py:.1f}" for px, py in at)
    dots = [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3" fill="{color}"/>' for px, py in at]
    return [f'<polyline points="{path}" fill="none" {look}/>'] + dots


def draw(result):
    series = [(i, row, points_of(result, row)) for i, row in enumerate(result.curve_rows)]
    series = [(i, row, points) for i, row, points in series if points]
    if not series:
        return '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>\n'
    x = Axis([count for _, _, points in series for count, _ in points], LEFT, WIDTH - RIGHT)
    y = Axis([ms for _, _, points in series for _, ms in points], HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
        f' height="{HEIGHT}" role="img">',
        "<title>Milliseconds a panned frame, by points of the curve</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="back" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="title" x="{LEFT}" y="24">Milliseconds a panned frame</text>',
        text((LEFT + x.end_px) / 2, HEIGHT - 14, "middle", "points of the curve"),
    ]
    parts += grid(x, y)
    # Names in the order of where their lines end.
    series.sort(key=lambda entry: y.at(entry[2][-1][1]))
    places = spread([y.at(points[-1][1]) for _, _, points in series])
    for (i, row, points), place in zip(series, places):
        look = f'stroke="{COLORS[i]}" stroke-width="{3 if i < 2 else 1.8}"'
        look += f' stroke-dasharray="{DASHES[i]}"' if DASHES[i] else ""
        parts += curve(points, x, y, COLORS[i], look)
        end_x, end_y = x.at(points[-1][0]), y.at(points[-1][1])
        if end_x < x.end_px - 1:  # the curve was stopped: no line to its name across the plot
            end_x, end_y = x.end_px, place
        parts.append(f'<line x1="{end_x + 4:.1f}" y1="{end_y:.1f}" x2="{x.end_px + 22}"'
                     f' y2="{place:.1f}" {look} stroke-opacity="0.5"/>')
        parts.append(text(x.end_px + 28, place + 4, "start", row.name))
    return "\n".join([*parts, "</svg>", ""])
