"""report.py - what the parts found, as JSON, as Markdown with tables, and as charts

A part is {"title", "about", "tables", "charts", "notes"}. A table is {"title", "columns", "rows"}, rows are lists of texts. A chart is
{"name", "title", "x", "y", "series"} with series {name: [[x, y], ...]}, or bars where "bars" is true: then x are names. The parts of
earlier runs stay in the folder, so that parts can be measured one at a time.
"""

import glob
import json
import os


def write_part(folder, name, part):
    with open(f"{folder}/{name}.json", "w") as file:
        json.dump(part, file, indent=1)


def read_parts(folder, order):
    parts = {}
    for name in order:
        path = f"{folder}/{name}.json"
        if os.path.exists(path):
            with open(path) as file:
                parts[name] = json.load(file)
    return parts


def _markdown_table(table):
    lines = ["| " + " | ".join(table["columns"]) + " |", "|" + "---|" * len(table["columns"])]
    return lines + ["| " + " | ".join(map(str, row)) + " |" for row in table["rows"]]


def markdown_of(name, part, charts):
    lines = [f"## {part['title']}", "", part["about"], "", f"`make bench PARTS={name}`, {part['when']}, commit {part['commit']}, {part['machine']}", ""]
    for table in part["tables"]:
        lines += [f"### {table['title']}", ""] if table.get("title") else []
        lines += _markdown_table(table) + [""]
    for chart in part["charts"]:
        if chart["name"] in charts:
            lines += [f"![{chart['title']}]({chart['name']}.svg)", ""]
    lines += [f"- {note}" for note in part["notes"]]
    return lines + [""] * bool(part["notes"])


def write(folder, order, draw):
    """results.json, results.md and the charts, of every part that is in the folder. draw may be None."""
    parts = read_parts(folder, order)
    for old in glob.glob(f"{folder}/*.svg"):
        os.unlink(old)
    drawn = set()
    for part in parts.values():
        for chart in part["charts"] if draw else ():
            draw(chart, f"{folder}/{chart['name']}.svg")
            drawn.add(chart["name"])
    with open(f"{folder}/results.json", "w") as file:
        json.dump(parts, file, indent=1)
    with open(f"{folder}/results.md", "w") as file:
        lines = ["# Measurements", ""]
        for name, part in parts.items():
            lines += markdown_of(name, part, drawn)
        file.write("\n".join(lines).rstrip("\n") + "\n")
