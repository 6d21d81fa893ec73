"""A benchmark as a picture: ratios by mask, and where each side's time goes."""

from pathlib import Path
from typing import Any

from PIL import Image

from inlay.bench.parts import PARTS
from inlay.chart import Chart

COLOURS = ("#1f4e9c", "#c0562b", "#4a8f3c", "#8a5fb0", "#c9a227", "#9aa0a6", "#3c9c9c", "#b04a6f")
ROW = 34


def plot_bench(report: dict[str, Any], kind: str, target: Path) -> None:
    """Draws a report as a PNG: above, ratios of one kind (`ratios` or `processor ratios`), below, the parts."""
    charts = [ratios(report, kind).image, parts(report).image]
    whole = Image.new("RGB", (charts[0].width, sum(chart.height for chart in charts)), "white")
    top = 0
    for chart in charts:
        whole.paste(chart, (0, top))
        top += chart.height
    whole.save(target)


def ratios(report: dict[str, Any], kind: str) -> Chart:
    """Our time over each rival's by the mask's share: medians with the least and most; 1 is as fast."""
    chart = Chart()
    rows = report["masks"]
    highest = max(ratio["most"] for row in rows for ratio in row[kind].values())
    top = max(1.2, 1.05 * highest)
    chart.draw.line([chart.place(0, 1 / top), chart.place(1, 1 / top)], fill="#999999")
    for colour, rival in zip(COLOURS, rows[0][kind], strict=False):
        points = []
        for row in rows:
            ratio, across = row[kind][rival], row["share"]
            ends = [chart.place(across, ratio[end] / top) for end in ("least", "most")]
            chart.draw.line(ends, fill=colour)
            points.append(chart.place(across, ratio["median"] / top))
        chart.draw.line(points, fill=colour, width=2)
        x, y = points[0]
        # Away from the line of 1, and so from each other.
        beyond = -20 if rows[0][kind][rival]["median"] > 1 else 10
        chart.draw.text((x + 8, y + beyond), rival, fill=colour)
    what = "seconds" if kind == "ratios" else "processor's seconds"
    chart.above(f"our {what} an edit over theirs: median, least and most; below 1 we are faster")
    chart.beside("1", 1 / top)
    chart.beside(f"{top:.2f}", 1.0)
    chart.beside("0", 0.0)
    chart.below("mask, 0 to 100 % of the picture")
    return chart


def parts(report: dict[str, Any]) -> Chart:
    """Seconds by part, a bar a side."""
    sides = report["parts"]
    chart = Chart(height=150 + ROW * len(sides))
    longest = max(sum(part["seconds"] for part in side.values()) for side in sides.values())
    x, y = chart.border, chart.height - chart.border + 20
    for number, (name, side) in enumerate(sides.items()):
        up = 1 - (number + 0.75) / len(sides)
        chart.draw.text(chart.place(0.01, up + 0.6 / len(sides)), name, fill="black")
        across = 0.0
        for colour, part in zip(COLOURS, PARTS, strict=True):
            wide = side[part]["seconds"] / longest
            low, high = chart.place(across, up), chart.place(across + wide, up + 0.3 / len(sides))
            chart.draw.rectangle([low[0], high[1], high[0], low[1]], fill=colour)
            across += wide
    for colour, part in zip(COLOURS, PARTS, strict=True):
        chart.draw.text((x, y), part, fill=colour)
        x += 7 * len(part) + 14
    chart.above("seconds of one edit by part")
    chart.below(f"0 to {longest:.2f} s")
    return chart
