"""docs/performance.md, docs/scale.md and plots, from what was measured; the same results make the same files."""

from collections.abc import Iterable, Mapping
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.measure import Line
from benchmarks.sections import DOCS, DOCUMENTS, Result, written

PLOTS = DOCS / "plots"
INK, OURS, OTHERS = "#334155", "#2563eb", "#cbd5e1"
STYLE = {
    "svg.hashsalt": "daybook",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": OTHERS,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
}


def write(results: Mapping[str, Result]) -> None:
    """Put the tables into the documents between their marks, and draw the plots of what has been measured."""
    for document in DOCUMENTS:
        document.write_text(written(document.read_text(), results))
    PLOTS.mkdir(exist_ok=True)
    with mpl.rc_context(STYLE):
        if lines := results["cold"].lines:
            _save(cold_starts(lines), "cold-start.svg")
        if lines := results["slots"].lines:
            _save(growth(lines), "slots.svg")


def cold_starts(lines: Iterable[Line]) -> Figure:
    """Draw the CPU of references, peers, and the functions of the public, each as a multiple of the reference."""
    shown = [line for line in lines if "× boto3 client" in line.figures and not line.name.startswith(("host.", "w"))]
    shown.sort(key=lambda line: -line.figures["× boto3 client"])
    figure = Figure(figsize=(7.2, 0.26 * len(shown) + 0.8))
    axes = figure.add_subplot()
    values = [line.figures["× boto3 client"] for line in shown]
    colours = [OURS if line.name.startswith("public.") else OTHERS for line in shown]
    bars = axes.barh([line.name for line in shown], values, color=colours)
    axes.bar_label(bars, labels=[f"{value:.2f}" for value in values], padding=3)
    axes.axvline(1, color=INK, linewidth=0.8, linestyle=":")
    axes.set_xlabel('CPU until the first answer, × `import boto3; boto3.client("dynamodb")` with byte code')
    figure.tight_layout()
    return figure


def growth(lines: Iterable[Line]) -> Figure:
    """Draw how the engine and the sweep grow with bookings a day, for a month and a year."""
    figure = Figure(figsize=(7.2, 3.2))
    points = [line for line in lines if line.points]
    all_days = sorted({line.points["days"] for line in points})
    for place, days in enumerate(all_days, 1):
        axes = figure.add_subplot(1, len(all_days), place)
        row = [line for line in points if line.points["days"] == days]
        for name, colour in (("sweep", OTHERS), ("engine", OURS)):
            taken = [line.figures[f"{name} µs"] / 1000 for line in row]
            axes.plot([line.points["bookings"] for line in row], taken, color=colour, marker="o", label=name)
        axes.set_title(f"{days:.0f} days", fontsize=9)
        axes.set_xlabel("bookings a day")
        axes.set_ylim(bottom=0)
    figure.axes[0].set_ylabel("CPU ms")
    figure.axes[0].legend(frameon=False)
    figure.tight_layout()
    return figure


def _save(figure: Any, name: str) -> None:
    figure.savefig(PLOTS / name, format="svg", metadata={"Date": None, "Creator": None})
