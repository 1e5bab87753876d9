"""goals.py - the goals for speed, from what the other parts have found in the same folder; measures nothing itself"""

from harness import report, runs

NEEDED = ("http", "growth_workers", "open", "mixed", "compare")


def _of(found, field, ours, others, what=None):
    if not ours or not others:
        return None
    return runs.ratio(ours, others, field)


def rows(found):
    """(goal, at least or at most, limit, figure) of each; a figure is None where its part has not run."""
    http = found.get("http", {})
    growth = found.get("growth_workers", {})
    mixed = found.get("mixed", {})
    open_loop = found.get("open", {})
    compare = found.get("compare", {})
    get, put = http.get("GetItem", {}), http.get("PutItem", {})
    yield "GetItem over nginx's constant, per core of the server", "at least", 0.5, _of(found, "cpu", get.get("dynapg"), get.get("nginx, a constant"))
    yield "GetItem over Redis GET, per core of the server", "at least", 0.7, _of(found, "cpu", get.get("dynapg"), get.get("Redis"))
    yield "PutItem over Redis SET, appendfsync always", "at least", 0.6, _of(found, "rate", put.get("dynapg"), put.get("Redis"))
    query = compare.get("Query")
    if query:
        other = next(name for name in query if name != "now")
        yield f"Query of 100 over that of {other}, processor time", "at least", 1.3, _of(found, "cpu", query["now"], query[other])
    for title in (title for title in open_loop if title.startswith("dynapg")):
        yield f"p99 over p50 at 70 % of the peak, {title}", "below", 4, runs.spread(open_loop[title]["0.7"], "ratio")
    if mixed:
        result, samples = mixed["result"], mixed["samples"]
        tail = result["p99"] / max(result["p50"], 1)
        grown = samples[-1][1] - samples[len(samples) // 4][1]
        yield f"p99 over p50 at 70 % of the peak for {result['seconds']:.0f} s with autovacuum", "below", 4, (tail, tail, tail)
        yield f"MB by which the worker's memory grew from a quarter of {result['seconds']:.0f} s to their end", "below", 1, (grown, grown, grown)
    for operation, limit in (("GetItem", 1.7), ("Query", 1.7), ("PutItem", 1.4), ("UpdateItem", 1.4)):
        workers = growth.get(f"Number of workers {operation}", {})
        yield f"two workers over one, {operation}", "at least", limit, _of(found, "rate", workers.get("2"), workers.get("1"))


def run(bench, part):
    found = {name: its["raw"] for name, its in report.read_parts(f"{bench.work}/out", NEEDED).items()}
    table = {"columns": ["goal", "", "figure", "met"], "rows": []}
    for title, how, limit, figure in rows(found):
        met = "not measured" if figure is None else "yes" if (figure[0] >= limit if how == "at least" else figure[0] < limit) else "no"
        table["rows"].append([title, f"{how} {limit:g}", runs.text(figure), met])
    part["tables"].append(table)
