"""report.py - what the parts found, as JSON, as Markdown with tables, and as charts

A part is {"title", "about", "tables", "charts", "notes"}. A table is {"title", "columns", "rows"}, rows are lists of texts. A chart is
{"name", "title", "x", "y", "series"} with series {name: [[x, y], ...]}, or bars where "bars" is true: then x are names. The parts of
earlier runs stay in the folder, so that parts can be measured one at a time.
"""

import glob
import json
import os
import re


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


def _body_of(part, charts, where):
    lines = []
    for table in part["tables"]:
        lines += [f"**{table['title']}**", ""] if table.get("title") and len(part["tables"]) > 1 else []
        lines += _markdown_table(table) + [""]
    for chart in part["charts"]:
        if chart["name"] in charts:
            lines += [f"![{chart['title']}]({where}{chart['name']}.svg)", ""]
    lines += [f"- {note}" for note in part["notes"]]
    return lines + [""] * bool(part["notes"])


def markdown_of(name, part, charts):
    return [f"## {part['title']}", "", part["about"], "", f"`make bench PARTS={name}`, {part['when']}, commit {part['commit']}, {part['machine']}", "",
            *_body_of(part, charts, "")]


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


def document(folder, order, path):
    """Puts the parts that are in the folder into a document, each between the lines <!-- part NAME --> and <!-- end -->, with its charts in the
    folder beside it that has the document's name."""
    parts = read_parts(folder, order)
    beside = os.path.splitext(path)[0]
    os.makedirs(beside, exist_ok=True)

    def replace(match):
        part = parts.get(match[1])
        if part is None:
            return match[0]
        charts = {chart["name"] for chart in part["charts"] if os.path.exists(f"{folder}/{chart['name']}.svg")}
        for name in charts:
            with open(f"{folder}/{name}.svg") as source, open(f"{beside}/{name}.svg", "w") as target:
                target.write(re.sub(r"[ \t]+$", "", source.read(), flags=re.MULTILINE))
        command = "make bench-compare" if match[1] == "compare" else f"make bench PARTS={match[1]}"
        lines = [f"`{command}`, {part['when']}, commit {part['commit']}, load average {part['load'][0]:g} to {part['load'][1]:g}", "",
                 *_body_of(part, charts, os.path.basename(beside) + "/")]
        return f"<!-- part {match[1]} -->\n\n" + "\n".join(lines).rstrip("\n") + "\n\n<!-- end -->"

    with open(path) as file:
        text = re.sub(r"<!-- part (\w+) -->.*?<!-- end -->", replace, file.read(), flags=re.DOTALL)
    with open(path, "w") as file:
        file.write(text)
