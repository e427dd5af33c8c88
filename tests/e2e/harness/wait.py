"""Waiting for conditions, never for time."""

import time

DEADLINE_S = 20.0


def until(condition, what, deadline_s=DEADLINE_S):
    """Returns the first true value of `condition()`; fails after a deadline."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline_s:g} s in vain for {what}")
        time.sleep(0.01)
