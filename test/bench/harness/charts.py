"""charts.py - draws the charts of the report with matplotlib, small enough to be kept in the tree"""

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "dynapg", "font.size": 9, "axes.spines.top": False,
                            "axes.spines.right": False, "axes.grid": True, "grid.alpha": 0.3})

from matplotlib import pyplot  # noqa: E402


def _bars(axes, chart):
    names = [x for x, _ in next(iter(chart["series"].values()))]
    height = 0.8 / len(chart["series"])
    for k, (name, points) in enumerate(chart["series"].items()):
        bars = axes.barh([i + k * height for i in range(len(points))], [y or 0 for _, y in points], height, label=name)
        axes.bar_label(bars, fmt=chart.get("format", "%.2f"), padding=2, fontsize=7)
    axes.set_yticks([i + (len(chart["series"]) - 1) * height / 2 for i in range(len(names))], names)
    axes.invert_yaxis()
    axes.set_xlabel(chart["y"])
    axes.grid(axis="y", visible=False)
    return len(names) * len(chart["series"])


def _lines(axes, chart):
    for name, points in chart["series"].items():
        axes.plot([x for x, _ in points], [y for _, y in points], marker="o", markersize=3, label=name)
    if chart.get("log_x", True):
        axes.set_xscale("log")
    if chart.get("log_y"):
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.set_xlabel(chart["x"])
    axes.set_ylabel(chart["y"])


def draw(chart, path):
    figure, axes = pyplot.subplots(figsize=(6.4, 3.4))
    if chart.get("bars"):
        figure.set_figheight(max(2.2, 0.9 + 0.24 * _bars(axes, chart)))
    else:
        _lines(axes, chart)
    axes.set_title(chart["title"], fontsize=10)
    if len(chart["series"]) > 1:
        axes.legend(fontsize=8, frameon=False)
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
    pyplot.close(figure)
