"""check.py - judges the histories of a soak: was everything as if the operations had happened one after the other, each
between its beginning and its end?

    check.py FOLDER

1. The versions of every account are put together from what was seen of them: who made which version.  Two makers of one
   version, or one maker of two, are violations; so is a value that does not follow from the version before.
2. A transaction is in all of its accounts or in none; one that was acknowledged is, one that was refused is not, and
   one whose reply was lost may be either.
3. The claims (items that come and go) are put in order by who deleted whom: no two live at once.
4. Whoever read an item knows its version, or bounds of it: where a condition held, those versions for which it holds and which
   could have been there between beginning and end.
5. Each item by itself is linearizable: in the order of its versions no operation comes before one that had ended
   when it began.
6. All of it is strictly serializable: the graph with an edge from X to Y where Y overwrote or read what X wrote, where Y
   overwrote what X read, and where X ended before Y began has no cycle.  It is known completely, since the order of the versions is;
   so a history passes if and only if there is such an order (but for conditions with several versions that may have
   met them, which give the edges that all of those have in common).
7. What each follower read of the table's stream is this history of every item: in order, nothing twice, nothing missing (streams.py).

A violation has a kind, and a text that tells what happened in words.  Prints counts, and exits with 1 when it found any.
"""

import bisect
import collections
import gc
import sys
import time

import history as histories
import model
import streams
from history import NEVER

TOLD = 12       # violations that are told in full, and cycles that are looked for: 3
GAPS = 1e-4     # share of the versions of which nobody may have seen the maker


def holds(condition, image):
    if not condition:
        return True
    if condition == "!":
        return image is None
    if image is None:
        return False
    if condition[0] == "=":
        return image.c == condition[1:]
    if condition == "z":
        return len(image.l) > model.LONG
    return image.bal >= int(condition[1:])


class Item:
    """The versions of an item: makers[v] made version v (None: unknown); values[v] is (bal, res), or whether a claim is there."""

    def __init__(self, name):
        self.name = name
        self.makers = []
        self.values = []
        self.version_of = {}        # maker: version
        self.begun = []             # version v was not there before
        self.known = []             # version v was there by then

    def value_holds(self, version, condition):
        value = self.values[version]
        if value is None or condition == "z":
            return True             # unknown
        if condition[0] == "b":
            return value[0] >= int(condition[1:])
        if condition[0] == "!":
            return not value
        return self.makers[version] == condition[1:]

    def within(self, begin, end):
        """The versions that could be seen between the two."""
        first = bisect.bisect_right(self.known, begin) - 1
        last = bisect.bisect_left(self.begun, end) - 1
        return max(first, 0), max(last, first, 0)


class Node:
    """An operation in the graph: versions written, {item: version}, and read, {item: (first, last)}."""
    __slots__ = ("name", "kind", "begin", "end", "writes", "reads", "write")

    def __init__(self, name, kind, begin, end, write=None):
        self.name, self.kind, self.begin, self.end = name, kind, begin, end
        self.writes, self.reads, self.write = {}, {}, write


class Checker:
    def __init__(self, history):
        self.history = history
        self.violations = []        # (kind, text)
        self.items = {}
        self.nodes = []
        self.edges = 0
        self.gaps = 0
        self.ranges = 0
        self.happened = {}          # name: Write
        self.unsure = set()         # claims of lost operations of which a gap may hide that they were done

    def violation(self, kind, text):
        self.violations.append((kind, text))

    def check(self):
        for surprise in self.history.surprises:
            self.violation("unexpected reply", surprise)
        self.collect_versions()
        self.check_atomicity()
        self.compute_values()
        self.order_claims()
        self.make_nodes()
        self.check_values()
        self.check_snapshots()
        touching = collections.defaultdict(list)
        for node in self.nodes:
            for item in node.writes.keys() | node.reads.keys():
                touching[item].append(node)
        for item in self.items.values():
            self.check_item(item, touching[item.name])
        self.check_graph()
        streams.check(self)
        return self.violations

    # -- 1: versions of accounts --

    def account_images(self):
        for read in self.history.reads:
            for item, image in read.images.items():
                if model.is_account(item):
                    yield read.name, item, image
        for write in self.history.writes.values():
            if write.seen:
                yield write.name, *write.seen

    def collect_versions(self):
        makers = {item: {0: model.NEW} for item in self.history.everything()}
        torn = set()

        def tell(reader, item, version, maker):
            known = makers[item].setdefault(version, maker)
            if known != maker and (item, version) not in torn:
                torn.add((item, version))
                self.violation("lost update", f"version {version} of {item} was made by {known} and by {maker}, says {reader}")

        for reader, item, image in self.account_images():
            if image is None:
                self.violation("lost item", f"{reader} found no {item}")
                continue
            tell(reader, item, image.n, image.c)
            if image.l is not None:
                self.tell_list(tell, makers[item], reader, item, image)
        for name, of_item in makers.items():
            item = self.items[name] = Item(name)
            item.makers = [of_item.get(version) for version in range(max(of_item) + 1)]
            self.gaps += item.makers.count(None)
            for version, maker in enumerate(item.makers):
                if maker is not None and item.version_of.setdefault(maker, version) != version:
                    self.violation("done twice", f"{maker} made versions {item.version_of[maker]} and {version} of {name}")

    def tell_list(self, tell, makers, reader, item, image):
        if image.n and (not image.l or image.l[-1] != image.c):
            self.violation("wrong value", f"{reader} saw {item} made by {image.c}, with the list {image.l}")
        version = image.n
        for maker in reversed((image.p or []) + image.l):
            if makers.get(version) != maker:
                tell(reader, item, version, maker)
            version -= 1
        if version < 0:
            self.violation("wrong value", f"{reader} saw {item} with more makers than versions")

    # -- 2: all or nothing --

    def check_atomicity(self):
        made = collections.defaultdict(dict)        # maker: {item: version}
        for item in self.items.values():
            for maker, version in item.version_of.items():
                if maker != model.NEW:
                    made[maker][item.name] = version
        for maker in made:
            if maker not in self.history.writes:
                self.violation("unknown writer", f"{maker} made {made[maker]}, but never began")
        unseen = {item.name for item in self.items.values() if None in item.makers}
        for write in self.history.writes.values():
            wanted = {action[1] for action in write.actions if action[0] in "uf"}
            found = made.get(write.name, {})
            missing = wanted - set(found) - unseen
            if set(found) - wanted:
                self.violation("unknown writer", f"{told(write)} made {found}")
            if found and write.outcome == "no":
                self.violation("refused but done", f"{told(write)} was refused, but made {found}")
            if found and missing:
                self.violation("torn transaction", f"{told(write)} made {found}, but did not change {sorted(missing)}")
            elif missing and write.outcome == "ok":
                self.violation("lost write", f"{told(write)} was acknowledged, but did not change {sorted(missing)}")
            if found or write.outcome == "ok":
                self.happened[write.name] = write
            elif write.outcome == "lost" and wanted & unseen:
                self.unsure.update(action[1] for action in write.actions if action[0] in "pd")

    def compute_values(self):
        seen = collections.defaultdict(dict)
        for _, item, image in self.account_images():
            if image:
                seen[item].setdefault(image.n, (image.bal, image.res))
        for item in self.items.values():
            value = model.START, 0
            for version, maker in enumerate(item.makers):
                if version and maker in self.happened and value is not None:
                    bal, res = delta_of(self.happened[maker], item.name)
                    value = value[0] + bal, value[1] + res
                elif version:
                    value = seen[item.name].get(version)
                item.values.append(value)

    # -- 3: claims --

    def order_claims(self):
        puts, deletes = collections.defaultdict(list), {}
        for write in self.happened.values():
            for verb, item, _, _, condition in write.actions:
                if verb == "p":
                    puts[item].append(write)
                elif verb == "d":
                    of_claim = deletes.setdefault((item, condition[1:]), write)
                    if of_claim is not write:
                        self.violation("done twice", f"{told(of_claim)} and {told(write)} both deleted {item} of {condition[1:]}")
        names = set(puts) | {item for read in self.history.reads for item in read.images if not model.is_account(item)}
        for name in sorted((names | {item for item, _ in deletes}) - self.unsure):
            self.order_claim(name, puts[name], deletes)

    def order_claim(self, name, puts, deletes):
        item = self.items[name] = Item(name)
        item.makers, item.values = [model.NEW], [False]
        ends = {put.name: deletes.get((name, put.name)) for put in puts}
        # A deleter knew whom it deletes when it began, so lives end in the order in which the deletes began.
        alive = [put for put in puts if not ends[put.name]]
        if len(alive) > 1:
            self.violation("two owners", f"{' and '.join(told(put) for put in alive)} own {name} at once")
        for (deleted, owner), write in deletes.items():
            if deleted == name and owner not in ends:
                self.violation("unknown writer", f"{told(write)} deleted {name} of {owner}, who had not put it")
        for put in sorted(puts, key=lambda put: ends[put.name].begin if ends[put.name] else NEVER):
            item.version_of[put.name] = len(item.makers)
            item.makers.append(put.name)
            item.values.append(True)
            if ends[put.name]:
                item.version_of[ends[put.name].name] = len(item.makers)
                item.makers.append(ends[put.name].name)
                item.values.append(False)

    # -- 4: who read which versions --

    def make_nodes(self):
        for write in self.happened.values():
            node = Node(write.name, write.kind, write.begin, write.end, write)
            for verb, item, _, _, condition in write.actions:
                if item in self.unsure:
                    continue
                version = self.items[item].version_of.get(write.name)
                if verb != "c" and version is not None:
                    node.writes[item] = version
                elif verb == "c" and condition[0] == "=":
                    self.pin(node, item, condition[1:], f"the condition of {told(write)}")
            self.nodes.append(node)
        loose = []          # (node, item, condition): several versions may do
        for read in self.history.reads:
            parts = [read.images] if read.together else [{item: image} for item, image in read.images.items()]
            for images in parts:
                node = Node(read.name, read.kind, read.begin, read.end)
                self.nodes.append(node)
                for item, image in images.items():
                    if item in self.unsure:
                        continue
                    if image is None:
                        loose.append((node, item, "!"))
                    elif model.is_account(item):
                        node.reads[item] = image.n, image.n
                    else:
                        self.pin(node, item, image.c, f"{read.kind} {read.name}")
        self.bound_times()
        for node in self.nodes:
            if node.write:
                loose.extend((node, action[1], action[4]) for action in node.write.actions
                             if action[0] == "c" and action[4][0] != "=" and action[1] not in self.unsure)
        for node, item, condition in loose:
            self.narrow(node, item, condition)

    def pin(self, node, item, maker, reader):
        version = self.items[item].version_of.get(maker)
        if version is None and not self.gaps:
            self.violation("read of nothing", f"{reader} saw {item} made by {maker}, which did not happen")
        elif version is not None:
            node.reads[item] = version, version

    def bound_times(self):
        """When versions began to be possible, and when they are known to have been there."""
        for item in self.items.values():
            item.begun = [0] * len(item.makers)
            item.known = [NEVER] * len(item.makers)
        for node in self.nodes:
            for name, version in node.writes.items():
                item = self.items[name]
                item.begun[version] = node.begin
                item.known[version] = min(item.known[version], node.end)
            for name, (version, _) in node.reads.items():
                item = self.items[name]
                item.known[version] = min(item.known[version], node.end)
        for item in self.items.values():
            item.known[0] = 0
            for version in range(1, len(item.makers)):
                item.begun[version] = max(item.begun[version], item.begun[version - 1])
            for version in range(len(item.makers) - 2, -1, -1):
                item.known[version] = min(item.known[version], item.known[version + 1])

    def narrow(self, node, name, condition):
        item = self.items[name]
        end = min([node.end] + [self.items[other].known[version] for other, version in node.writes.items()])
        first, last = item.within(node.begin, end)
        fitting = [version for version in range(first, last + 1) if item.value_holds(version, condition)]
        if not fitting:
            self.violation("condition did not hold", f"{node.kind} {node.name} saw {condition} of {name}, "
                           f"which was so of none of the versions {first} to {last} that it could see")
        else:
            node.reads[name] = fitting[0], fitting[-1]
            self.ranges += len(fitting) > 1

    # -- what was seen --

    def check_values(self):
        for reader, name, image in self.account_images():
            value = self.items[name].values[image.n] if image else None
            if value is not None and value != (image.bal, image.res):
                self.violation("wrong value", f"{reader} saw version {image.n} of {name} with bal {image.bal} and res {image.res}; "
                               f"by its makers they are {value[0]} and {value[1]}")
        for write in self.happened.values():
            for verb, name, _, _, condition in write.actions:
                item = self.items.get(name)
                version = item and item.version_of.get(write.name)
                if verb != "c" and condition and version and not item.value_holds(version - 1, condition):
                    self.violation("condition did not hold", f"{told(write)} made version {version} of {name} on condition "
                                   f"{condition}, but version {version - 1}, by {item.makers[version - 1]}, is {item.values[version - 1]}")
        for read in self.history.reads:
            for name, image in read.images.items():
                if read.failed is not None and holds(read.failed, image):
                    self.violation("refused wrongly", f"{read.name} failed the condition {read.failed!r} on {name}, where it holds")

    def check_snapshots(self):
        """The sum of all accounts, and the rule of pairs, in what was read at one moment."""
        total = self.history.accounts * model.START
        for read in self.history.reads:
            if not read.together:
                continue
            accounts = {item: image for item, image in read.images.items() if model.is_account(item) and image}
            if len(accounts) == self.history.accounts:
                found = sum(image.bal + image.res for image in accounts.values())
                if found != total:
                    self.violation("wrong sum", f"{read.kind} {read.name} saw accounts of {found} together; they are {total}")
            for item, image in accounts.items():
                mate = accounts.get(model.partner(item))
                if mate and image.bal < model.LINE and mate.bal < model.LINE:
                    self.violation("broken rule", f"{read.kind} {read.name} saw {item} and its pair below {model.LINE}: {image.bal}, {mate.bal}")

    # -- 5: each item by itself --

    def check_item(self, item, nodes):
        events = []     # (begin, end, place, node): places 2v of the writer, 2v + 1 of readers of version v
        writers = {}
        for node in nodes:
            version = node.writes.get(item.name)
            if version is not None:
                writers[version] = node
                events.append((node.begin, node.end, 2 * version, node))
            else:
                first, last = node.reads[item.name]
                if first == last:
                    events.append((node.begin, node.end, 2 * first + 1, node))
        for event in events:
            writer = writers.get(event[2] >> 1)
            if writer and writer.begin > event[1]:
                self.violation("read before it was written", f"{tell_place(item, event)} "
                               f"{(writer.begin - event[1]) / 1e6:.3f} ms before {writer.name} began to write it")
                break
        ends = sorted((event for event in events if event[1] != NEVER), key=lambda event: event[1])
        at, farthest, kinds = 0, None, set()
        for event in sorted(events, key=lambda event: event[0]):
            while at < len(ends) and ends[at][1] < event[0]:
                if farthest is None or ends[at][2] > farthest[2]:
                    farthest = ends[at]
                at += 1
            if farthest and farthest[2] > event[2]:
                before, after = farthest[3], event[3]
                kind = "stale read" if event[2] & 1 else "overtaken write"
                if kind in kinds:
                    continue
                kinds.add(kind)
                self.violation(kind, f"{tell_place(item, event)}, though {tell_place(item, farthest)} and "
                               f"had ended {(after.begin - before.end) / 1e6:.3f} ms before that began")

    # -- 6: all together --

    def makers_of(self):
        by_name = {node.name: number for number, node in enumerate(self.nodes) if node.write}
        return {item.name: [by_name.get(maker) for maker in item.makers] for item in self.items.values()}

    def dependencies(self):
        """Edges between operations."""
        following = [[] for _ in self.nodes]
        makers = self.makers_of()
        for number, node in enumerate(self.nodes):
            for item, version in node.writes.items():
                after = makers[item][version + 1:version + 2]
                if after and after[0] is not None:
                    following[number].append(after[0])
            for item, (first, last) in node.reads.items():
                writer = makers[item][first]
                if writer is not None and writer != number:
                    following[writer].append(number)
                after = makers[item][last + 1:last + 2]
                if after and after[0] is not None and after[0] != number:
                    following[number].append(after[0])
        return following

    def add_times(self, following):
        """Moments, as nodes after the operations: one that ended leads to the next moment, which leads to the next
        and to those that began in between.  So there are few edges for 'ended before'."""
        events = [(node.begin, 1, number) for number, node in enumerate(self.nodes)]
        events += [(node.end, 0, number) for number, node in enumerate(self.nodes) if node.end != NEVER]
        events.sort()
        current, fresh = None, []
        for _, begins, number in events:
            if not begins:
                fresh.append(number)
                continue
            if fresh:
                moment = len(following)
                following.append([])
                for ended in fresh:
                    following[ended].append(moment)
                if current is not None:
                    following[current].append(moment)
                current, fresh = moment, []
            if current is not None:
                following[current].append(number)

    def check_graph(self):
        following = self.dependencies()
        self.add_times(following)
        self.edges = sum(map(len, following))
        for knot in sorted(knots(following), key=len)[:3]:
            cycle = shortest_cycle(following, knot, len(self.nodes))
            self.tell_cycle([number for number in cycle if number < len(self.nodes)])

    def reason(self, before, after):
        """Why one comes before the other."""
        for item, version in before.writes.items():
            if after.writes.get(item) == version + 1:
                return "ww", f"wrote version {version} of {item}, which the next replaced"
            if item in after.reads and after.reads[item][0] == version:
                return "wr", f"wrote version {version} of {item}, which the next saw"
        for item, (_, last) in before.reads.items():
            if after.writes.get(item) == last + 1:
                return "rw", f"saw version {last} of {item}, which the next replaced"
        return "time", f"ended {(after.begin - before.end) / 1e6:.3f} ms before the next began"

    def tell_cycle(self, numbers):
        nodes = [self.nodes[number] for number in numbers]
        reasons = [self.reason(node, nodes[(i + 1) % len(nodes)]) for i, node in enumerate(nodes)]
        sorts = [sort for sort, _ in reasons]
        if "time" in sorts:
            kind = "against real time"
        elif sorts.count("rw") > 1 and all(node.writes for node in nodes):
            kind = "write skew"
        elif any(not node.writes for node in nodes):
            kind = "read skew"
        else:
            kind = "circle"
        lines = [f"    {told(node.write) if node.write else node.kind + ' ' + node.name} {text}" for node, (_, text) in zip(nodes, reasons)]
        self.violation(kind, "each before the next, and the last before the first:\n" + "\n".join(lines))


def delta_of(write, item):
    return next(((bal, res) for _, name, bal, res, _ in write.actions if name == item), (0, 0))


def told(write):
    return f"{write.kind} {write.name} ({' '.join(':'.join(map(str, action)) for action in write.actions)})"


def tell_place(item, event):
    _, _, place, node = event
    return f"{node.kind} {node.name} {'saw' if place & 1 else 'wrote'} version {place >> 1} of {item.name}"


def knots(following):
    """The strongly connected components with more than one node: in each there is a cycle, and none elsewhere."""
    left = unordered(following)
    index, low, components, path, stacked = {}, {}, [], [], set()
    for root in left:
        if root in index:
            continue
        work = [(root, iter(following[root]))]
        index[root] = low[root] = len(index)
        path.append(root)
        stacked.add(root)
        while work:
            number, successors = work[-1]
            for successor in successors:
                if successor not in left:
                    continue
                if successor not in index:
                    index[successor] = low[successor] = len(index)
                    path.append(successor)
                    stacked.add(successor)
                    work.append((successor, iter(following[successor])))
                    break
                if successor in stacked:
                    low[number] = min(low[number], index[successor])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[number])
                if low[number] == index[number]:
                    at = len(path) - 1
                    while path[at] != number:
                        at -= 1
                    if len(path) - at > 1:
                        components.append(set(path[at:]))
                    stacked.difference_update(path[at:])
                    del path[at:]
    return components


def unordered(following):
    """The nodes that are left when those without predecessors are taken away again and again: cycles, and what follows them."""
    degree = [0] * len(following)
    for successors in following:
        for successor in successors:
            degree[successor] += 1
    free = [number for number, count in enumerate(degree) if count == 0]
    while free:
        for successor in following[free.pop()]:
            degree[successor] -= 1
            if degree[successor] == 0:
                free.append(successor)
    return {number for number, count in enumerate(degree) if count}


def shortest_cycle(following, knot, operations):
    """The cycle with the fewest operations (moments do not count) through one of the first of the knot."""
    best = None
    for start in sorted(number for number in knot if number < operations)[:min(200, 1 + 1_000_000 // len(knot))]:
        came, lengths = {start: None}, {start: 0}
        queue = collections.deque([(0, start)])
        while queue:
            length, number = queue.popleft()
            if length > lengths[number] or best and length >= best[0]:
                continue
            for successor in following[number]:
                if successor == start:
                    best = length, trace(came, number)
                    queue.clear()
                    break
                farther = length + (successor < operations)
                if successor in knot and farther < lengths.get(successor, NEVER):
                    came[successor], lengths[successor] = number, farther
                    if farther > length:
                        queue.append((farther, successor))
                    else:
                        queue.appendleft((farther, successor))
        if best and best[0] <= 1:
            break
    return best[1]


def trace(came, number):
    path = []
    while number is not None:
        path.append(number)
        number = came[number]
    return path[::-1]


def tell_counts(checker):
    history = checker.history
    kinds = {"T": "TransactWriteItems", "U": "UpdateItem", "B": "SQL blocks of UpdateItem", "R": "TransactGetItems",
             "M": "BatchGetItem", "G": "GetItem", "Q": "Query"}
    for kind, name in kinds.items():
        parts = [f"{history.counts.get((kind, outcome), 0)} {word}" for outcome, word in (("ok", "done"), ("no", "refused"), ("lost", "lost"))]
        print(f"{name}: {', '.join(parts)}")
    print("refusals: " + ", ".join(f"{number} {why}" for why, number in sorted(history.refusals.items())))
    unsure = [write for write in history.writes.values() if write.outcome == "lost"]
    print(f"{sum(history.counts.values())} requests; {len(unsure)} writes with lost replies, of which {sum(w.name in checker.happened for w in unsure)} were done; "
          f"{sum(read.kind == 'failed' for read in history.reads)} items of failed conditions")
    print(f"{sum(len(item.makers) - 1 for item in checker.items.values())} versions of {len(checker.items)} items, {checker.gaps} of unknown makers; "
          f"graph of {len(checker.nodes)} operations and {checker.edges} edges, {checker.ranges} reads of one of several versions")
    for name, records in history.streams.items():
        print(f"{name}: {len(records)} records from {len({record.shard for record in records})} shards")


def main():
    gc.disable()        # what is made stays
    start = time.process_time()
    checker = Checker(histories.load(sys.argv[1]))
    checker.check()
    tell_counts(checker)
    print(f"checked in {time.process_time() - start:.1f} s of CPU")
    for kind, text in checker.violations[:TOLD]:
        print(f"VIOLATION: {kind}: {text}")
    if checker.violations:
        sys.exit(f"{len(checker.violations)} violations; the histories are in {sys.argv[1]}")
    if checker.gaps > GAPS * sum(len(item.makers) for item in checker.items.values()):
        sys.exit("too many versions of unknown makers: the histories are in " + sys.argv[1])


if __name__ == "__main__":
    main()
