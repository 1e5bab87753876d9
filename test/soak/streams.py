"""streams.py - judges what the followers read of the table's stream: the committed history of each item, whole, in order, each change once."""

import collections

import model

NAME = "stream-"        # a follower's file


class Record:
    """A record as a follower read it.  n and c are those of the images, None where there is none."""
    __slots__ = ("shard", "number", "id", "event", "item", "new_n", "new_c", "old_n", "old_c")

    def __init__(self, line):
        (self.shard, number, self.id, self.event, self.item, new_n, self.new_c, old_n, self.old_c) = line.split("\t")
        self.number = int(number)
        self.new_n, self.old_n = [None if n == "-" else int(n) for n in (new_n, old_n)]


def load(path):
    with open(path, encoding="utf-8") as file:
        return [Record(line[:-1]) for line in file]


def told(record):
    return f"{record.event} of {record.item} in {record.shard} from version {record.old_n} by {record.old_c} to {record.new_n} by {record.new_c}"


def expected_of(item):
    """What the records of an item are, as (event, n, c) of the new image, or c of the old one where that is all."""
    if model.is_account(item.name):
        return [("MODIFY" if version else "INSERT", version, maker) for version, maker in enumerate(item.makers)]
    return [("INSERT", None, maker) if version & 1 else ("REMOVE", None, item.makers[version - 1])
            for version, maker in enumerate(item.makers) if version]


def is_as_expected(record, expected):
    event, n, c = expected
    maker = record.old_c if event == "REMOVE" else record.new_c
    if record.event != event or c is not None and maker != c:
        return False
    return n is None or record.new_n == n and record.old_n == (n - 1 if n else None)


class Judge:
    def __init__(self, checker, name, records):
        self.checker, self.name, self.records = checker, name, records

    def violation(self, kind, text):
        self.checker.violation(kind, f"{self.name}: {text}")

    def check(self):
        self.check_once()
        by_item = collections.defaultdict(list)
        for record in self.records:
            by_item[record.item].append(record)
        for item in self.checker.items.values():
            if item.name not in self.checker.unsure:
                self.check_item(expected_of(item), by_item[item.name], item.name)
        for name in by_item.keys() - self.checker.items.keys() - self.checker.unsure:
            self.violation("record of nothing", f"{told(by_item[name][0])}, which nobody wrote")

    def check_once(self):
        """Numbers, too, since they rise within a shard."""
        ids, last = set(), {}
        for record in self.records:
            if record.id in ids:
                self.violation("record twice", told(record))
            ids.add(record.id)
            if record.number <= last.get(record.shard, 0):
                self.violation("records out of order", f"{told(record)} has number {record.number} after {last[record.shard]}")
            last[record.shard] = record.number

    def check_item(self, expected, records, name):
        for place, record in enumerate(records):
            if place < len(expected) and is_as_expected(record, expected[place]):
                continue
            kind = "records out of order"
            if place >= len(expected):
                # a request whose reply was lost may have been done after the last read
                write = self.checker.history.writes.get(record.new_c)
                if write and write.outcome == "lost" or record.event == "REMOVE":
                    continue
                kind = "record of nothing"
            elif any(is_as_expected(record, later) for later in expected[place + 1:]):
                kind = "missing record"
            self.violation(kind, f"{told(record)} is record {place} of {name}, of which {expected[place:place + 1]} was expected")
            return
        if len(records) < len(expected):
            self.violation("missing record", f"{name} has {len(records)} records, and not {expected[len(records)]}")


def check(checker):
    for name, records in checker.history.streams.items():
        Judge(checker, name, records).check()
