"""A wall clock of its own for real programs; see tests/testing/shifted_clock.c.
"""

import os
import struct
import tempfile

from harness import paths

_NS = 1_000_000_000


class ShiftedClock:
    """For the programs that are started with `environment`."""

    def __init__(self):
        if not paths.SHIFTED_CLOCK.exists():
            raise AssertionError(f"not built: {paths.SHIFTED_CLOCK}")
        self._file = tempfile.NamedTemporaryFile(prefix="e2e-clock-")
        self.step_to(0)

    @property
    def variables(self):
        # A sanitizer's runtime wants to be loaded first, and need not be.
        asan = os.environ.get("ASAN_OPTIONS", "")
        return {"LD_PRELOAD": str(paths.SHIFTED_CLOCK),
                "SHIFTED_CLOCK": self._file.name,
                "ASAN_OPTIONS": f"{asan}:verify_asan_link_order=0"}

    @property
    def environment(self):
        return {**os.environ, **self.variables}

    def step_to(self, seconds):
        """From now on the clock is off by so much."""
        self._file.seek(0)
        self._file.write(struct.pack("=q", seconds * _NS))
        self._file.flush()

    def close(self):
        self._file.close()
