"""What processes have used of a machine, and how much of it they may."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

GROUPS = Path("/sys/fs/cgroup/cpu")
# Microseconds within which a process has its part; short, so that nobody is kept waiting for long.
PERIOD = 10_000


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


@contextmanager
def limited(pids: Sequence[int], cores: float | None) -> Iterator[None]:
    """Give each process this part of a core, so that all of them, and who asks them, have room."""
    if cores is None:
        yield
        return
    if not GROUPS.is_dir():
        raise RuntimeError(f"--cores needs control groups, version 1, at {GROUPS}")
    groups = [GROUPS / f"kl-load-{pid}" for pid in pids]
    for pid, group in zip(pids, groups, strict=True):
        group.mkdir()
        (group / "cpu.cfs_period_us").write_text(str(PERIOD))
        (group / "cpu.cfs_quota_us").write_text(str(round(cores * PERIOD)))
        (group / "cgroup.procs").write_text(str(pid))
    try:
        yield
    finally:
        for pid, group in zip(pids, groups, strict=True):
            if psutil.pid_exists(pid):
                (GROUPS / "cgroup.procs").write_text(str(pid))
            group.rmdir()
