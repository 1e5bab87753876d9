"""settings.py - the sizes of a run, from the environment; test/tools/bench and the Makefile hand them over."""

import dataclasses
import os


@dataclasses.dataclass(frozen=True)
class Settings:
    rounds: int = 5             # alternations
    seconds: float = 3          # of a run
    items: int = 100_000        # of a table, where it is not what grows
    max_items: int = 10_000_000     # up to which tables grow
    max_tables: int = 10_000    # up to which their number grows
    max_connections: int = 1024
    connections: int = 64
    open_seconds: float = 20    # of a run at a fixed rate
    mixed_seconds: float = 600  # of the long run
    query_items: int = 100_000  # of the tables of the part sql with a hundred items a partition
    shared_buffers: str = "1GB"
    port: int = 8200            # the first of those that the servers use


def from_environment():
    values = {}
    for field in dataclasses.fields(Settings):
        text = os.environ.get("BENCH_" + field.name.upper(), "")
        if text:
            values[field.name] = field.type(float(text)) if field.type in (int, float) else text
    return Settings(**values)
