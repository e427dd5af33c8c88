"""Processes by what they hold, never by a name that others may have too."""

import os
import pathlib


def working_in(directory):
    """The ids of the processes whose current directory is at or below this."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            place = os.readlink(entry / "cwd")
        except OSError:
            continue  # It has gone, or is not ours.
        if pathlib.Path(place).is_relative_to(directory):
            found.append(int(entry.name))
    return found


def resident_kib(process):
    """The memory that a process really has."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    line = next(line for line in status.splitlines()
                if line.startswith("VmRSS:"))
    return int(line.split()[1])
