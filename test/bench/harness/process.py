"""process.py - the processes of a server: the processor's time and the memory that they use, from /proc

A process whose parent has waited for it counts with its parent, so that sessions that end during a run are not lost.
"""

import os
import signal
import subprocess

TICK = os.sysconf("SC_CLK_TCK")


def _stat(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[1]), sum(map(int, fields[11:15]))     # the parent; ticks of the process and of its children that ended


def _tree(root):
    """The processes below root with their ticks, and root's."""
    ticks, children = {}, {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            parent, ticks[int(name)] = _stat(name)
        except (OSError, IndexError):
            continue
        children.setdefault(parent, []).append(int(name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return {pid: ticks[pid] for pid in found if pid in ticks}


def processor_seconds(root):
    return sum(_tree(root).values()) / TICK


def _proportional(pid, name):
    """A figure of smaps_rollup in bytes; pages that several processes share are split among them."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            return sum(int(line.split()[1]) * 1024 for line in file if line.startswith(name + ":"))
    except OSError:
        return 0


def own_memory(pid):
    """What the process has allocated, in bytes: neither programs nor the shared buffers that it has touched."""
    return _proportional(pid, "Pss_Anon")


def memory(root):
    return sum(_proportional(pid, "Pss") for pid in _tree(root))


def start(arguments, log, **options):
    with open(log, "ab") as out:
        return subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, **options)


def stop(process, how=signal.SIGTERM):
    if process is None or process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
