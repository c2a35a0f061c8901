"""Visitors whose visit began before the run: without them, a run would begin with nobody in the middle of a visit."""

from dataclasses import dataclass

from scalecheck.model.quantities import Between

ONE = Between(1, 1)
AT_ONCE = Between(0, 0)


@dataclass(frozen=True, slots=True)
class Visits:
    """How visits go on: pages of one visit, each number of a range alike, and seconds between two of them."""

    pages: Between = ONE
    think_s: Between = AT_ONCE

    @property
    def fewest(self) -> int:
        """Least pages of a visit."""
        return max(1, round(self.pages.low))

    @property
    def most(self) -> int:
        """Most pages of a visit."""
        return max(self.fewest, round(self.pages.high))

    @property
    def mean(self) -> float:
        """Pages of a visit, on average."""
        return (self.fewest + self.most) / 2

    def drawn(self, share: float) -> int:
        """Return the pages of a visit for a number from 0 to 1 that was drawn."""
        return min(self.fewest + int(share * (self.most - self.fewest + 1)), self.most)

    def thinks_s(self, share: float) -> float:
        """Return the seconds until the next page for a number from 0 to 1 that was drawn."""
        return self.think_s.low + share * (self.think_s.high - self.think_s.low)

    def rest(self, share: float) -> int:
        """Return how many pages somebody in the middle of a visit has still to see, for a number that was drawn.

        Every page of every visit but the first ones is as likely as any other to be the next that somebody sees.
        """
        weights = [self.most - max(left, self.fewest - 1) for left in range(1, self.most)]
        at = share * sum(weights)
        for left, weight in enumerate(weights, 1):
            at -= weight
            if at < 0:
                return left
        return max(1, self.most - 1)

    def residents(self, pages_per_s: float, until_s: float) -> float:
        """Return how many who were there at the beginning have wanted another page by a moment.

        In a steady state of so many page views a second, 1 - 1/mean of them are not the first of their visit; those
        due by t of people who were there at 0 come to that rate times the integral of 1 - F, F being how think times
        are distributed.
        """
        low, high = self.think_s.low, self.think_s.high
        t = min(until_s, high)
        area = t if t <= low else low + ((high - low) ** 2 - (high - t) ** 2) / (2 * (high - low))
        return pages_per_s * (1 - 1 / self.mean) * area
