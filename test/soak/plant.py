"""plant.py - the proof that check.py finds what it is to find: violations of each kind, planted into a good history.

    plant.py FOLDER [PLANT...]

The folder holds the histories of a short run without kills.  Each plant, or each of those named, changes a copy of them as
a server with that flaw would have, as little as it can; check.py has to name it.  Some changes are no violations, and
check.py must not complain of them.  Prints a line for each, and exits with 1 if one was not as it is to be; the history may have no place for it.
"""

import copy
import pickle
import sys

import check
import history as histories
import model
from history import NEVER, Image, Read


class Planter:
    """A copy of the good history, and what its check found out about it."""

    def __init__(self, history, good):
        self.history, self.good = history, good

    def image(self, item, version):
        of_item = self.good.items[item]
        return Image(version, of_item.makers[version], *of_item.values[version])

    def writes(self, kinds="TUB"):
        """(write, {account: version}) of those that were done."""
        for node in self.good.nodes:
            if node.write and node.kind in kinds:
                accounts = {item: version for item, version in node.writes.items() if model.is_account(item)}
                yield self.history.writes[node.name], accounts

    def reads(self, kinds):
        return [read for read in self.history.reads if read.kind in kinds]

    def account_reads(self, kinds="GQ"):
        for read in self.reads(kinds):
            for item, image in read.images.items():
                if model.is_account(item):
                    yield read, item, image

    def add_read(self, begin, end, images, kind="R"):
        self.history.reads.append(Read("99.1", kind, begin, end, images, kind != "M"))

    def rewrite(self, item, makers):
        """Makes the makers of an item's versions other ones, in all that was seen of it."""
        old = self.good.items[item].makers
        new_version, last = [], 0
        for maker in old:
            last = makers.index(maker) if maker in makers else last
            new_version.append(last)
        values, value = [], (model.START, 0)
        for version, maker in enumerate(makers):
            if version:
                bal, res = check.delta_of(self.history.writes[maker], item)
                value = value[0] + bal, value[1] + res
            values.append(value)
        images = [(read.images[item], None) for read in self.history.reads if read.images.get(item)]
        images += [(write.seen[1], write) for write in self.history.writes.values() if write.seen and write.seen[0] == item]
        for image, write in images:
            image.n = new_version[image.n]
            image.c = makers[image.n]
            image.bal, image.res = values[image.n]
            for name, end in (("l", image.n), ("p", image.n - len(image.l or ()))):
                if getattr(image, name) is not None:
                    begin = max(end - len(getattr(image, name)), 0)
                    setattr(image, name, makers[begin + 1:end + 1])
            if write and write.name not in makers:
                write.seen = None

    def without(self, write, items):
        for item in items:
            self.rewrite(item, [maker for maker in self.good.items[item].makers if maker != write.name])

    def lives(self):
        """(claim, put, delete) of claims that were put and deleted again."""
        for item in self.good.items.values():
            if not model.is_account(item.name):
                for version in range(1, len(item.makers) - 1, 2):
                    yield item.name, self.history.writes[item.makers[version]], self.history.writes[item.makers[version + 1]]


# -- violations: each returns whether it found a place for itself --

def stale_read(planter):
    for read, item, image in planter.account_reads():
        known = planter.good.items[item].known
        if image.n > 3 and known[image.n - 1] < read.begin:
            read.images[item] = planter.image(item, image.n - 2)
            return True


def stale_batch(planter):
    for read, item, image in planter.account_reads("M"):
        if image.n > 3 and planter.good.items[item].known[image.n - 1] < read.begin:
            read.images[item] = planter.image(item, image.n - 2)
            return True


def stale_image_of_refusal(planter):
    for read, item, image in planter.account_reads(("failed",)):
        if image.n > 3 and read.failed[0] == "=" and planter.good.items[item].known[image.n - 1] < read.begin:
            read.images[item] = planter.image(item, image.n - 2)
            return True


def read_of_the_future(planter):
    for read, item, image in planter.account_reads():
        of_item = planter.good.items[item]
        if image.n + 1 < len(of_item.makers) and of_item.begun[image.n + 1] > read.end:
            read.images[item] = planter.image(item, image.n + 1)
            return True


def lost_update(planter):
    """Two updates of the same version, each of which makes the next one."""
    for write, accounts in planter.writes("U"):
        (item, version), = accounts.items()
        if version > 3 and write.seen:
            write.seen = item, Image(version - 1, write.name, *planter.good.items[item].values[version])
            return True


def torn_transaction(planter):
    for write, accounts in planter.writes("T"):
        if len(accounts) > 2 and write.end != NEVER:
            planter.without(write, [min(accounts)])
            return True


def torn_lost_transaction(planter):
    for write, accounts in planter.writes("T"):
        if len(accounts) > 1:
            planter.without(write, [max(accounts)])
            write.outcome, write.end = "lost", NEVER
            return True


def torn_block(planter):
    for write, accounts in planter.writes("B"):
        planter.without(write, [max(accounts)])
        return True


def lost_write(planter):
    for write, accounts in planter.writes("T"):
        if len(accounts) > 1:
            planter.without(write, accounts)
            return True


def lost_last_write(planter):
    """As a crash would lose it: nothing came after it."""
    for write, accounts in planter.writes("U"):
        (item, version), = accounts.items()
        if version == len(planter.good.items[item].makers) - 1:
            planter.without(write, accounts)
            return True


def done_twice(planter):
    """As a token that is not kept would let a request be done again."""
    for write, accounts in planter.writes("T"):
        if len(accounts) == 2:
            for item, version in accounts.items():
                makers = planter.good.items[item].makers
                planter.rewrite(item, makers[:version + 1] + [write.name] + makers[version + 1:])
                bal, res = check.delta_of(write, item)
                once = planter.image(item, version)
                planter.add_read(write.begin, write.end, {item: once})
                planter.add_read(write.begin, write.end, {item: Image(version + 1, write.name, once.bal + bal, once.res + res)})
            return True


def refused_but_done(planter):
    for write, _ in planter.writes("T"):
        write.outcome, write.end = "no", NEVER
        return True


def wrong_value(planter):
    for _, _, image in planter.account_reads():
        image.bal += 1
        return True


def wrong_sum(planter):
    for read in planter.reads("R"):
        if len(read.images) >= planter.history.accounts:
            read.images[model.account(3)].res -= 1
            return True


def broken_rule(planter):
    for read in planter.reads("R"):
        if len(read.images) >= planter.history.accounts:
            read.images[model.account(4)].bal = read.images[model.account(5)].bal = model.LINE - 1
            return True


def condition_ignored(planter):
    for write, accounts in planter.writes("T"):
        for place, (verb, item, bal, res, condition) in enumerate(write.actions):
            if verb == "u" and condition[:1] == "b":
                enough = planter.good.items[item].values[accounts[item] - 1][0]
                write.actions[place] = verb, item, bal, res, f"b{enough + 1}"
                return True


def check_ignored(planter):
    """A ConditionCheck let a transaction pass that needed more than there ever was."""
    for write, _ in planter.writes("T"):
        for place, (verb, item, bal, res, condition) in enumerate(write.actions):
            if verb == "c" and condition[0] == "b":
                write.actions[place] = verb, item, bal, res, "b1000000"
                return True


def refused_wrongly(planter):
    for read in planter.reads(("failed",)):
        if read.failed[0] == "b":
            (_, image), = read.images.items()
            image.bal = int(read.failed[1:])
            return True


def write_skew(planter):
    """Two transactions, each of which read what the other replaced."""
    for first, accounts in planter.writes("T"):
        for verb, item, _, _, condition in first.actions:
            if verb != "c" or condition[0] != "=" or not model.is_account(item):
                continue
            version = planter.good.items[item].version_of[condition[1:]]
            name = (planter.good.items[item].makers + [model.NEW])[version + 1]
            second = planter.history.writes.get(name)
            if not second or second.kind != "T" or {action[1] for action in second.actions} & set(accounts):
                continue
            own, own_version = next(iter(accounts.items()))
            second.actions.append(("c", own, 0, 0, "=" + planter.good.items[own].makers[own_version - 1]))
            second.begin = min(first.begin, second.begin)
            return True


def read_skew(planter):
    """A TransactGetItems that saw a transaction in one account and not in another."""
    for write, accounts in planter.writes("T"):
        if len(accounts) > 1:
            (one, seen), (other, unseen) = list(accounts.items())[:2]
            planter.add_read(write.begin, write.end, {one: planter.image(one, seen), other: planter.image(other, unseen - 1)})
            return True


def read_skews(planter):
    """One at the beginning and one at the end, and all is well in between."""
    writes = [(write, accounts) for write, accounts in planter.writes("T") if len(accounts) > 1]
    writes.sort(key=lambda pair: pair[0].begin)
    for write, accounts in writes[:1] + writes[-1:]:
        (one, seen), (other, unseen) = list(accounts.items())[:2]
        planter.add_read(write.begin, write.end, {one: planter.image(one, seen), other: planter.image(other, unseen - 1)})
    return len(writes) > 1


def against_real_time(planter):
    """A TransactGetItems that saw a write, and not another that had ended before that began."""
    before = []
    for write, accounts in sorted(planter.writes("U"), key=lambda pair: pair[0].begin):
        (item, version), = accounts.items()
        for earlier, other, other_version in before:
            if earlier.end < write.begin and other != item:
                planter.add_read(earlier.begin, write.end, {item: planter.image(item, version), other: planter.image(other, other_version - 1)})
                return True
        before.append((write, item, version))


def overtaken_write(planter):
    for write, accounts in planter.writes("U"):
        (item, version), = accounts.items()
        makers = planter.good.items[item].makers
        before = planter.history.writes.get(makers[version - 1])
        if before and before.kind == "U" and before.end < write.begin:
            planter.rewrite(item, makers[:version - 1] + [write.name, before.name] + makers[version + 1:])
            return True


def two_owners(planter):
    for item, put, delete in planter.lives():
        makers = planter.good.items[item].makers
        if len(makers) % 2 == 0 and makers[-2] == delete.name:
            place = next(place for place, action in enumerate(delete.actions) if action[1] == item)
            delete.actions[place] = ("c", *delete.actions[place][1:])
            return True


def long_life(planter):
    """A claim, and an operation without claims within its life."""
    lives = list(planter.lives())
    for write, _ in planter.writes("T"):
        if all(model.is_account(action[1]) for action in write.actions):
            for item, put, delete in lives:
                if put.end < write.begin and write.end < delete.begin:
                    return item, write
    return None, None


def claim_ignored(planter):
    """A transaction that wanted a claim to be missing while somebody held it."""
    item, write = long_life(planter)
    if item:
        write.actions.append(("c", item, 0, 0, "!"))
        return True


def claim_not_seen(planter):
    item, write = long_life(planter)
    if item:
        planter.add_read(write.begin, write.end, {item: None}, "G")
        return True


def read_of_nothing(planter):
    """Somebody saw a claim of a transaction that was refused."""
    for write in planter.history.writes.values():
        if write.outcome == "no":
            planter.add_read(write.begin, write.end, {model.claim(0): Image(None, write.name, 0, 0)}, "G")
            return True


# -- in the stream --

def records_of_accounts(planter):
    """(records of a follower, place) of the records of accounts but the first of each."""
    for records in planter.history.streams.values():
        for place, record in enumerate(records):
            if record.event == "MODIFY":
                yield records, place


def record_missing(planter):
    for records, place in records_of_accounts(planter):
        del records[place]
        return True


def last_record_missing(planter):
    for records in planter.history.streams.values():
        del records[-1]
        return True


def record_twice(planter):
    for records, place in records_of_accounts(planter):
        records.insert(place + 1, records[place])
        return True


def records_swapped(planter):
    """Two changes of one item, with the numbers as they should be."""
    for records, place in records_of_accounts(planter):
        for other in range(place + 1, len(records)):
            if records[other].item == records[place].item:
                first, second = records[place], records[other]
                records[place], records[other] = second, first
                first.number, second.number = second.number, first.number
                first.shard, second.shard = second.shard, first.shard
                return True


def record_of_refusal(planter):
    """A record of a write that was rolled back."""
    refused = next((write for write in planter.history.writes.values() if write.outcome == "no" and model.is_account(write.actions[0][1])), None)
    for records in planter.history.streams.values():
        last = max((record for record in records if refused and record.item == refused.actions[0][1]), key=lambda record: record.new_n, default=None)
        if last:
            extra = copy.copy(last)
            extra.number, extra.id = max(record.number for record in records) + 1, "another"
            extra.old_n, extra.old_c, extra.new_n, extra.new_c = last.new_n, last.new_c, last.new_n + 1, refused.name
            records.append(extra)
            return True


def wrong_old_image(planter):
    for records, place in records_of_accounts(planter):
        records[place].old_n -= 1
        return True


# -- no violations --

def nothing(planter):
    return True


def replies_lost(planter):
    """Writes that were done, and of which nobody was told."""
    for number, write in enumerate(planter.history.writes.values()):
        if write.outcome == "ok" and number % 7 == 0:
            write.outcome, write.end = "lost", NEVER
    return True


def never_arrived(planter):
    for write in planter.history.writes.values():
        if write.outcome == "no":
            write.outcome = "lost"
    return True


def batch_in_between(planter):
    """BatchGetItem may see a transaction in one account and not in another."""
    for write, accounts in planter.writes("T"):
        if len(accounts) > 1:
            (one, seen), (other, unseen) = list(accounts.items())[:2]
            planter.add_read(write.begin, write.end, {one: planter.image(one, seen), other: planter.image(other, unseen - 1)}, "M")
            return True


PLANTS = (
    (stale_read, "stale read"), (stale_batch, "stale read"), (stale_image_of_refusal, "stale read"),
    (read_of_the_future, "read before it was written"), (lost_update, "lost update"), (torn_transaction, "torn transaction"),
    (torn_lost_transaction, "torn transaction"), (torn_block, "torn transaction"), (lost_write, "lost write"),
    (lost_last_write, "lost write"), (done_twice, "done twice"), (refused_but_done, "refused but done"), (wrong_value, "wrong value"),
    (wrong_sum, "wrong sum"), (broken_rule, "broken rule"), (condition_ignored, "condition did not hold"),
    (check_ignored, "condition did not hold"), (refused_wrongly, "refused wrongly"), (write_skew, "write skew"),
    (read_skew, "read skew"), (read_skews, "read skew"), (against_real_time, "against real time"), (overtaken_write, "overtaken write"),
    (two_owners, "two owners"), (claim_ignored, "condition did not hold"), (claim_not_seen, "condition did not hold"),
    (read_of_nothing, "read of nothing"), (record_missing, "missing record"), (last_record_missing, "missing record"),
    (record_twice, "record twice"), (records_swapped, "missing record"), (record_of_refusal, "record of nothing"),
    (wrong_old_image, "records out of order"),
    (nothing, None), (replies_lost, None), (never_arrived, None), (batch_in_between, None),
)


def main():
    original = histories.load(sys.argv[1])
    good = check.Checker(original)
    if good.check():
        sys.exit(f"the history is no good one: {good.violations[0]}")
    image = pickle.dumps(original)
    wrong = 0
    for plant, expected in PLANTS:
        if sys.argv[2:] and plant.__name__ not in sys.argv[2:]:
            continue
        history = pickle.loads(image)
        placed = plant(Planter(history, good))
        found = {kind for kind, _ in check.Checker(history).check()} if placed else {"no place for it"}
        right = expected in found if expected else not found
        wrong += not right
        print(f"{'ok' if right else 'not ok'} - {plant.__name__}: {', '.join(sorted(found)) or 'nothing found'}")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
