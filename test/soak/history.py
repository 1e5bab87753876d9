"""history.py - what the clients wrote down, in memory: operations that write, and what was read."""

import json
import os

import model
import streams

NEVER = float("inf")


class Image:
    """An account as somebody saw it: its list l, and those before it as p; None where they were not asked for.  Of a claim only
    c matters."""
    __slots__ = ("n", "c", "bal", "res", "l", "p")

    def __init__(self, n, c, bal, res, l=None, p=None):
        self.n, self.c, self.bal, self.res, self.l, self.p = n, c, bal, res, l, p


class Write:
    """An operation that writes.  outcome: ok, no, lost; end: when the first reply told that it was done.  seen: (item, Image)
    of its reply.  Of several attempts with one token the operation begins with the first."""
    __slots__ = ("name", "kind", "actions", "begin", "end", "outcome", "seen", "open")

    def __init__(self, name, kind, actions, begin):
        self.name, self.kind, self.actions, self.begin = name, kind, actions, begin
        self.end, self.outcome, self.seen, self.open = NEVER, "no", None, 0


class Read:
    """A read that was answered.  images: {item: Image or None}; together: at one moment.  failed: the condition that did not hold
    on the only image."""
    __slots__ = ("name", "kind", "begin", "end", "images", "together", "failed")

    def __init__(self, name, kind, begin, end, images, together=True, failed=None):
        self.name, self.kind, self.begin, self.end, self.images = name, kind, begin, end, images
        self.together, self.failed = together, failed


class History:
    def __init__(self):
        self.writes = {}        # name: Write
        self.reads = []
        self.accounts = 0
        self.counts = {}        # (kind, outcome): attempts
        self.refusals = {}      # why: attempts
        self.surprises = []     # replies that nothing here should cause
        self.streams = {}       # follower: its records

    def everything(self):
        return [model.account(i) for i in range(self.accounts)]


def names_of(attribute):
    return [element["S"] for element in attribute["L"]] if attribute else None


def image_of(attributes):
    """The image of an item; None if there is none."""
    if not attributes:
        return None
    c = attributes["c"]["S"]
    if "n" not in attributes:
        return Image(None, c, 0, 0)
    return Image(int(attributes["n"]["N"]), c, int(attributes["bal"]["N"]), int(attributes["res"]["N"]),
                 names_of(attributes.get("l")), names_of(attributes["q"]) + names_of(attributes["p"]) if "q" in attributes else None)


def images_of(kind, items, reply):
    if kind == "R":
        return {item: image_of(part.get("Item")) for item, part in zip(items, reply["Responses"], strict=True)}
    if kind == "G":
        return {items[0]: image_of(reply.get("Item"))}
    found = reply["Items"] if kind == "Q" else reply["Responses"].get(model.TABLE, [])
    images = dict.fromkeys(items)
    images.update((attributes["id"]["S"], image_of(attributes)) for attributes in found)
    return images


class Loader:
    def __init__(self):
        self.history = History()

    def load(self, path):
        self.specs, self.begins = {}, {}
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line[-1] != "\n":
                    break       # the client was killed while it wrote
                fields = line[:-1].split("\t")
                if fields[0] == "i":
                    self.begin(*fields[1:])
                else:
                    self.end(*fields[1:])
        for name, _ in self.begins:
            self.count(name, "lost")
            if name in self.history.writes:
                self.history.writes[name].open += 1

    def count(self, name, outcome):
        key = self.specs[name][0], outcome
        self.history.counts[key] = self.history.counts.get(key, 0) + 1

    def begin(self, time, name, attempt, kind, spec):
        self.begins[name, attempt] = int(time)
        if attempt != "0":
            return
        self.specs[name] = kind, spec
        if kind in "TUB":
            self.history.writes[name] = Write(name, kind, [model.split_action(action) for action in spec.split(" ")], int(time))

    def end(self, time, name, attempt, outcome, text):
        begin, end = self.begins.pop((name, attempt)), int(time)
        kind, spec = self.specs[name]
        self.count(name, outcome)
        if outcome == "bad":
            self.history.surprises.append(f"{kind} {name} ({spec}) was answered with {text}")
            outcome = "lost"
        if kind in "TUB":
            self.end_write(self.history.writes[name], begin, end, outcome, text)
        elif outcome == "ok":
            items = spec.split(" ")
            self.history.reads.append(Read(name, kind, begin, end, images_of(kind, items, json.loads(text)), kind != "M"))

    def end_write(self, write, begin, end, outcome, text):
        if outcome == "ok":
            write.end = min(write.end, end)
            write.outcome = "ok"
            if write.kind == "U":
                write.seen = write.actions[0][1], image_of(json.loads(text)["Attributes"])
        elif outcome == "lost":
            write.open += 1
        else:
            self.refused(write, begin, end, json.loads(text))

    def refused(self, write, begin, end, reply):
        """Items that failed a condition are reads, each of its own."""
        codes = {reason["Code"] for reason in reply.get("CancellationReasons", ())} - {"None"}
        for code in codes or {reply["__type"].split("#")[1]}:
            self.history.refusals[code] = self.history.refusals.get(code, 0) + 1
        if "CancellationReasons" in reply:
            reasons = reply["CancellationReasons"]
            failed = [(action, reason.get("Item")) for action, reason in zip(write.actions, reasons, strict=True)
                      if reason["Code"] == "ConditionalCheckFailed"]
        elif "Item" in reply:
            item = reply["Item"]["id"]["S"]
            failed = [(action, reply["Item"]) for action in write.actions if action[1] == item]
        else:
            return
        for (_, item, _, _, condition), attributes in failed:
            self.history.reads.append(Read(write.name, "failed", begin, end, {item: image_of(attributes)}, True, condition))

    def finish(self):
        for write in self.history.writes.values():
            if write.outcome == "no" and write.open:
                write.outcome = "lost"
        last = max((read for read in self.history.reads if read.kind == "R"), key=lambda read: read.end)
        self.history.accounts = sum(model.is_account(item) for item in last.images)
        return self.history


def load(folder):
    loader = Loader()
    for name in sorted(os.listdir(folder)):
        if name.startswith(streams.NAME):
            loader.history.streams[name] = streams.load(os.path.join(folder, name))
        else:
            loader.load(os.path.join(folder, name))
    return loader.finish()
