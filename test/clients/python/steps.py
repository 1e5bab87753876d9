"""What the clients' programs in Python share: where the server is, steps and assertions."""

import importlib.metadata
import os
import sys
import traceback

ENDPOINT = os.environ["DYNAPG_ENDPOINT"]
LOSSY = os.environ["DYNAPG_LOSSY_ENDPOINT"]
TABLE = os.environ["CLIENT_TABLE"]
LARGE = os.environ["CLIENT_LARGE_TABLE"]


def version(package):
    print("version:", importlib.metadata.version(package))


def equal(found, expected):
    if found != expected:
        raise AssertionError(f"expected {expected!r}\n     found {found!r}")


def raises(kind, call, *arguments, **named):
    try:
        result = call(*arguments, **named)
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} expected, but the call succeeded: {result!r}")


def step(name):
    """Runs the function that it decorates at once."""
    def run(function):
        try:
            function()
        except Exception:
            print("FAILED:", name)
            traceback.print_exc(file=sys.stdout)
            sys.exit(1)
        print("ok:", name)
    return run
