"""The lock as its installers read it."""

from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.navigation import ROOT

LOCK = ROOT / "requirements.lock"


@dataclass(frozen=True)
class Locked:
    """One line of the lock."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def version(self) -> str:
        """The one version that it names; a range has none."""
        [pin] = self.requirement.specifier
        assert pin.operator == "==", self.requirement
        return pin.version

    def is_for(self, environment: dict[str, str] | None = None) -> bool:
        """Return whether it is installed there; without an environment, here."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate(environment)


def lines(path) -> list[str]:
    """Return the lines of a list of requirements, without comments, continued ones put together."""
    text = path.read_text("utf-8").replace("\\\n", " ")
    stripped = (line.split(" #")[0].strip() for line in text.splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def locked() -> dict[str, Locked]:
    """Return the lock by the names of its packages."""
    found = {}
    for line in lines(LOCK):
        requirement, *hashes = line.split("--hash=")
        requirement = Requirement(requirement)
        found[canonicalize_name(requirement.name)] = Locked(
            requirement, tuple(each.strip() for each in hashes)
        )
    assert len(found) == len(lines(LOCK))
    return found
