"""Print what N learners wait for, who arrive together: ``python -m benchmarks.load --help``."""

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.load.learner import Address, Learner, Waits
from benchmarks.load.machine import Use, limited, use
from benchmarks.load.recording import Lesson, Recording, record
from benchmarks.table import table

BARE = "bare"
LESSONS = {
    BARE: Lesson("/", ("weight",)),
    "die": Lesson("/die?die_p1=2", ("P, face 1", "Q, face 1")),
    # The heaviest: what a move asks for costs most.
    "forward_reverse": Lesson("/forward-reverse?forward_q_mean=0.5", ("Q, mean", "Q, spread")),
}
# What a learner waits for after a hand has moved something.
MOVES = ("film, chart", "release, chart", "key, chart")


@dataclass(frozen=True)
class Load:
    """What came of N learners."""

    learners: int
    waits: Waits
    seconds: float
    before: Use
    after: Use

    def row(self, left: float) -> list[str]:
        """Return a line of the table; `left` are the megabytes once all have gone."""
        moves = [wait for what in MOVES for wait in self.waits.seconds[what]]
        return [
            str(self.learners),
            _times(self.waits.seconds["open, chart"]),
            _times(moves),
            _times(self.waits.seconds["release, rest"]),
            str(len(moves)),
            str(len(self.waits.errors)),
            f"{(self.after.seconds - self.before.seconds) / self.seconds:.0%}",
            f"{(self.after.megabytes - self.before.megabytes) / self.learners:.2f} MB",
            f"{left - self.before.megabytes:+.0f} MB",
        ]


HEAD = [
    "learners",
    "arrival → chart: p50, p95, p99",
    "move → chart",
    "release → rest",
    "moves",
    "errors",
    "CPU",
    "memory each",
    "once they have left",
]


def _times(seconds: Sequence[float]) -> str:
    """Return median, 95th and 99th percentile in milliseconds."""
    if len(seconds) < 2:
        return "–"
    parts = statistics.quantiles(seconds, n=100, method="inclusive")
    return ", ".join(f"{1000 * parts[each - 1]:.0f}" for each in (50, 95, 99)) + " ms"


async def together(
    recording: Recording,
    address: Address,
    pids: Sequence[int],
    learners: int,
    asked: argparse.Namespace,
) -> Load:
    """Let that many arrive, and stay; what was used is read while all are still there."""
    waits, chance = Waits(), random.Random(0)
    before, began = use(pids), time.monotonic()
    until = began + asked.arrival + asked.seconds
    visits = asyncio.gather(
        *(
            Learner(recording, waits, seed, still=asked.still).visit(
                address, chance.uniform(0, asked.arrival), until
            )
            for seed in range(learners)
        )
    )
    await asyncio.sleep(until - 1 - time.monotonic())
    seconds, after = time.monotonic() - began, use(pids)
    await visits
    return Load(learners, waits, seconds, before, after)


@contextmanager
def one_process(script: str) -> Iterator[tuple[str, list[int]]]:
    """Serve a script by one process; yield its address and that process."""
    from benchmarks.load.serving import serving_with_pid

    with serving_with_pid("-m", "streamlit", "run", script) as (address, pid):
        yield address, [pid]


@contextmanager
def replicas(count: int, port: int) -> Iterator[tuple[str, list[int]]]:
    """Serve the app by replicas behind nginx, from the project's own files."""
    from deploy.local import site

    with site(count, port) as here:
        yield here.address, [here.nginx.pid, *(each.pid for each in here.replicas)]


def measure(lesson: str, asked: argparse.Namespace) -> None:
    """Print the table of one lesson."""
    script = "benchmarks/bare_streamlit.py" if lesson == BARE else "app.py"
    rows = []
    for learners in asked.learners:
        # A server each: what the one before has left in caches and memory is no part of it.
        serving = replicas(asked.replicas, asked.port) if asked.replicas else one_process(script)
        with serving as (address, pids):
            recording = record(address, LESSONS[lesson])
            servers = pids[1:] if asked.replicas else pids
            with limited(servers, asked.cores):
                load = asyncio.run(together(recording, Address.of(address), pids, learners, asked))
            time.sleep(asked.after)
            left = use(pids).megabytes
        rows.append(load.row(left))
        print("|", " | ".join(rows[-1]), "|", *sorted(set(load.waits.errors))[:3], flush=True)
        if asked.verbose:
            for what, seconds in sorted(load.waits.seconds.items()):
                print(f"  {what}: {_times(seconds)} of {len(seconds)}")
    how = f"{asked.replicas} replicas behind nginx" if asked.replicas else "one process"
    table(f"{lesson}, {how}", HEAD, rows)


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lesson", nargs="+", choices=LESSONS, default=list(LESSONS))
    parser.add_argument("--learners", nargs="+", type=int, default=[50, 100, 200])
    parser.add_argument("--arrival", type=float, default=20.0, help="seconds within which all come")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long they stay after that")
    parser.add_argument("--replicas", type=int, default=0, help="behind nginx; 0 for one process")
    parser.add_argument("--port", type=int, default=8650)
    parser.add_argument("--cores", type=float, help="of a core for each process; all of it if not")
    parser.add_argument("--still", action="store_true", help="they read and touch nothing")
    parser.add_argument("--after", type=float, default=10.0, help="seconds until memory is read")
    parser.add_argument("--verbose", action="store_true")
    asked = parser.parse_args()
    for lesson in asked.lesson:
        measure(lesson, asked)


if __name__ == "__main__":
    main()
