"""Who comes: devices and regions, drawn by the shares that they have at that moment."""

from bisect import bisect_right
from collections.abc import Callable
from datetime import date
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING

from scalecheck.model.profile import Profile
from scalecheck.plan.shapes import EVERYWHERE, courses
from scalecheck.swarm.asked import devices
from scalecheck.swarm.devices import guise
from scalecheck.swarm.errands import Pose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scalecheck.plan.courses import Course


def numbers(seed: int, shard: int, of: int, stream: str) -> Callable[[], float]:
    """Return what draws the numbers of one stream's arrivals, from 0 to 1: the same ones in every run."""
    return Random(f"{seed}/{stream}/{shard}/{of}").random


class Poses:
    """Every device of every region."""

    def __init__(self, profile: Profile, shape: str, on: date, run_id: str) -> None:
        traffic = profile.traffic
        regions = traffic.regions or EVERYWHERE
        self._courses: Sequence[Course] = tuple(courses(traffic.shapes[shape], regions, on).values())
        self._devices = list(accumulate(device.share for device in devices(profile).values()))
        self._second = -1
        self._regions: list[float] = []
        mark = profile.safety.mark
        self._poses = tuple(
            tuple(
                Pose(number * len(self._devices) + at, name, guise(each, name, region.language, mark, run_id),
                     each.connections_per_host)
                for at, (name, each) in enumerate(devices(profile).items())
            )
            for number, region in enumerate(regions.values())
        )  # fmt: skip

    @property
    def all(self) -> tuple[Pose, ...]:
        """Every pose."""
        return tuple(pose for region in self._poses for pose in region)

    def drawn(self, elapsed_s: float, share: float, other: float) -> Pose:
        """Return a pose for two numbers from 0 to 1 that were drawn, for the region and for the device."""
        second = int(elapsed_s)
        if second != self._second:
            self._second = second
            levels = [each.at(elapsed_s) for each in self._courses]
            self._regions = list(accumulate(levels if any(levels) else [each.peak for each in self._courses]))
        region = bisect_right(self._regions, share * self._regions[-1])
        device = bisect_right(self._devices, other * self._devices[-1])
        return self._poses[min(region, len(self._poses) - 1)][min(device, len(self._devices) - 1)]
