"""What processes have used of a machine."""

from collections.abc import Sequence
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Use:
    """Seconds of processor and resident megabytes of processes and their children."""

    seconds: float
    megabytes: float


def use(pids: Sequence[int]) -> Use:
    """Return what these processes and their children have used until now."""
    found = [
        each
        for pid in pids
        if psutil.pid_exists(pid)
        for each in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True))
    ]
    times = [each.cpu_times() for each in found]
    return Use(
        sum(each.user + each.system for each in times),
        sum(each.memory_info().rss for each in found) / 1e6,
    )
