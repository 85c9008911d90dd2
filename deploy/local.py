"""Several replicas behind nginx on this machine, without root, from the very files of `nginx/`.

For tests, and to see what a host will see: ``python -m deploy.local --replicas 2 --port 8620``
prints one line of JSON, the address and the processes, and stops everything when it is stopped.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
FILES = ROOT / "deploy" / "nginx"
# As the service does (`systemd/klexplained@.service`).
COMMAND = (
    "run app.py --server.address 127.0.0.1 --server.headless true --server.fileWatcherType none"
)
# A replica that is not ready by then will never be.
_PATIENCE = 60.0
# Modules that Debian's nginx is built with, and that nothing here uses, want a folder all the same.
_UNUSED = "".join(
    f"{each}_temp_path {{folder}}/cache/{each};\n" for each in ("fastcgi", "scgi", "uwsgi")
)


@dataclass(frozen=True)
class Site:
    """Replicas behind nginx, for as long as they are served."""

    folder: Path
    port: int
    nginx: subprocess.Popen[bytes]
    replicas: list[subprocess.Popen[bytes]]

    @property
    def address(self) -> str:
        """Return where nginx listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """Return the file that nginx logs requests to."""
        return self.folder / "log" / "access.log"

    def port_of(self, replica: int) -> int:
        """Return the port of a replica, counted from 0."""
        return self.port + 1 + replica

    def kill(self, replica: int) -> None:
        """End a replica at once, as a crash would."""
        self.replicas[replica].kill()
        self.replicas[replica].wait()

    def start(self, replica: int) -> None:
        """Start a replica that has ended, and wait until it answers."""
        self.replicas[replica] = _replica(self.port_of(replica))
        _wait_for(self.port_of(replica), self.replicas[replica])


@contextmanager
def site(replicas: int, port: int) -> Iterator[Site]:
    """Serve that many replicas behind nginx, on this port and those that follow it."""
    running: list[subprocess.Popen[bytes]] = []
    with TemporaryDirectory(prefix="klexplained-") as name:
        folder = Path(name)
        try:
            running += [_replica(port + 1 + each) for each in range(replicas)]
            for each, process in enumerate(running):
                _wait_for(port + 1 + each, process)
            nginx = subprocess.Popen(
                [_nginx(), "-c", str(configured(folder, replicas, port)), "-g", "daemon off;"]
            )
            served = Site(folder, port, nginx, running)
            try:
                _wait_for(port, nginx)
                yield served
            finally:
                _stop([nginx])
        finally:
            _stop(running)


def configured(folder: Path, replicas: int, port: int) -> Path:
    """Write nginx's files into a folder, with places and ports of its own; return the first."""
    for each in ("etc", "log", "cache"):
        (folder / each).mkdir()
    places = {
        "/var/log/nginx": folder / "log",
        "/var/lib/nginx": folder / "cache",
        "/run/": f"{folder}/",
        "user www-data;": "user root;" if os.geteuid() == 0 else "",
    }
    text = (FILES / "nginx.conf").read_text()
    for there, here in places.items():
        text = text.replace(there, str(here))
    first = folder / "etc" / "nginx.conf"
    first.write_text(text)
    [line, *_] = [
        each
        for each in (FILES / "replicas.conf").read_text().splitlines()
        if each.startswith("server")
    ]
    (folder / "etc" / "replicas.conf").write_text(
        "\n".join(line.replace(":8501", f":{port + 1 + each}") for each in range(replicas))
    )
    (folder / "etc" / "listen.conf").write_text(
        f"listen 127.0.0.1:{port} backlog=1024;\n{_UNUSED.format(folder=folder)}"
    )
    return first


def _nginx() -> str:
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        raise SystemExit("nginx is not installed: apt-get install nginx, or brew install nginx")
    return found


def _replica(port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "streamlit", *COMMAND.split(), "--server.port", str(port)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        if process.poll() is not None:
            break
    raise RuntimeError(f"{process.args!r} does not answer on port {port}")


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for each in processes:
        each.terminate()
    for each in processes:
        try:
            each.wait(10)
        except subprocess.TimeoutExpired:
            each.kill()
            each.wait()


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--port", type=int, default=8600, help="nginx's; replicas take the next")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    signal.signal(signal.SIGINT, lambda *_: sys.exit())
    with site(asked.replicas, asked.port) as served:
        said = {
            "address": served.address,
            "nginx": served.nginx.pid,
            "replicas": {served.port_of(i): each.pid for i, each in enumerate(served.replicas)},
            "log": str(served.log),
        }
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
        signal.pause()


if __name__ == "__main__":
    main()
