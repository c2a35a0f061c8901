"""One view of a page: the document, then what it loads and calls, as a browser asks for them. Callbacks throughout."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from scalecheck.engine.exchange import Exchange
from scalecheck.engine.outgoing import Outgoing
from scalecheck.model.calls import SAFE
from scalecheck.swarm.cache import Entry, Essence, Shelf, decided
from scalecheck.swarm.errands import Errand
from scalecheck.swarm.facts import Facts, facts
from scalecheck.swarm.ledger import REFUSALS
from scalecheck.swarm.pages import Page, Step
from scalecheck.swarm.rows import Had, value_of
from scalecheck.swarm.visitor import Sends, Visitor
from scalecheck.wire.fields import Fields
from scalecheck.wire.redirects import HOPS_AT_MOST, REDIRECTS
from scalecheck.wire.reuse import Reuse

if TYPE_CHECKING:
    from scalecheck.swarm.template import Value

TOO_MANY = f"more than {HOPS_AT_MOST} redirects"
ROW, THINK, CALLS = 0, 1, 2
"""Which of the numbers that a view is given are for what; those for calls come last."""


class Around(Protocol):
    """What views need of the process that they are in."""

    shelf: Shelf
    cdn: str
    epoch_s: float
    """What turns moments of exchanges into seconds since the epoch, by adding it."""

    def now(self) -> float:
        """Return the moment on the clock of exchanges."""

    def pool(self, origin: Any, most: int) -> Sends:
        """Return connections of one's own."""

    def hop(self, visitor: Visitor, errand: Errand, status: int, location: str) -> Errand | None:
        """Return how a redirect is followed; None where it leads elsewhere."""

    def over(self, view: "View", ended_s: float) -> None:
        """Take note that a view is over."""


class View:
    """One page view under way."""

    __slots__ = (
        "_around",
        "_document",
        "_pending",
        "cold",
        "draws",
        "due_s",
        "failure",
        "page",
        "size",
        "visitor",
        "wait_s",
    )

    def __init__(self, around: Around, page: Page, visitor: Visitor, due_s: float, draws: list[float]) -> None:
        self._around = around
        self._pending = 1
        self._document: Step | None = None
        self.page = page
        self.visitor = visitor
        self.due_s = due_s
        self.draws = draws
        """Numbers from 0 to 1 that were drawn for it: the row, the think time, rows of calls."""
        self.cold = visitor.cold
        self.size = 0
        """Bytes received."""
        self.failure: str | None = None
        """Why it failed first."""
        self.wait_s = 0.0
        """How long the server asked this visitor to stay away (Retry-After)."""

    def begin(self) -> None:
        """Ask for the document."""
        visitor, page = self.visitor, self.page
        if page.drawing is not None:
            visitor.had(page.drawing.row(self.draws[ROW]))
        errand = page.document.errand(visitor.pose, self._value, visitor.number, "")
        self._document = Step(errand)
        if self._ask(errand, self.due_s, self._document):
            self._arrived(self._document, self._around.now())
        self._one_less(self._around.now())

    def _ask(self, errand: Errand, due_s: float, step: Step | None, hops: int = 0) -> bool:
        """Ask for something, where the cache does not have it; return whether it had."""
        visitor, essence, entry = self.visitor, None, None
        if errand.by_cache:
            entry = visitor.own.get(errand.url)
            if entry is None and visitor.held and errand.url not in visitor.own:
                entry = visitor.held.get(errand.url)
        if entry is not None:
            decision = self._decided(errand, entry, due_s)
            if decision.from_store:
                errand.counter.kept(due_s)
                if decision is Reuse.STALE_WHILE_REVALIDATE:
                    self._send(errand, due_s, self._behind, (errand, entry), entry.essence)
                return self._kept(errand, entry, due_s, step, hops)
            if decision is Reuse.REVALIDATE:
                essence = entry.essence
            else:
                entry = None
        self._pending += 1
        self._send(errand, due_s, self._ended, (errand, entry, step, hops), essence)
        return False

    def _decided(self, errand: Errand, entry: Entry, due_s: float) -> Reuse:
        visitor, request = self.visitor, errand.fields
        now = due_s + self._around.epoch_s
        if errand.url not in visitor.own:
            now -= visitor.held_later_s
        if entry.asked is not None and entry.asked is not request and visitor.jar is not None:
            request = Fields(self._outgoing(errand, due_s, None).fields)
        return decided(entry, request, now, directed=errand.directed)

    def _outgoing(self, errand: Errand, due_s: float, essence: Essence | None) -> Outgoing:
        jar = self.visitor.jar
        if jar is not None and errand.credentialed:
            sent = jar.sent(errand.host, errand.path, due_s + self._around.epoch_s, secure=errand.secure)
            if sent[0]:
                return errand.with_cookies(sent, essence)
        return errand.outgoing if essence is None else errand.conditional(essence)

    def _send(
        self,
        errand: Errand,
        due_s: float,
        done: Callable[[Exchange], None],
        tag: Any,
        essence: Essence | None,
    ) -> None:
        visitor = self.visitor
        pool = visitor.pools.get(errand.origin)
        if pool is None:
            pool = visitor.pools[errand.origin] = self._around.pool(errand.origin, visitor.pose.connections)
        errand.counter.planned(due_s)
        pool.send(Exchange(self._outgoing(errand, due_s, essence), due_s, done, tag))

    def _kept(self, errand: Errand, entry: Entry, due_s: float, step: Step | None, hops: int) -> bool:
        """Use what the cache has; where that is a redirect, follow it."""
        stored = entry.stored
        location = stored.fields.first("location") if stored.status in REDIRECTS else None
        if location is None or hops >= HOPS_AT_MOST:
            return True
        onward = self._around.hop(self.visitor, errand, stored.status, location)
        return True if onward is None else self._ask(onward, due_s, step, hops + 1)

    def _ended(self, exchange: Exchange) -> None:
        """Take an answer, or that there is none."""
        errand, entry, step, hops = exchange.tag
        self.size += exchange.size
        said = None
        if exchange.head is not None:
            said = self._read(exchange, errand, entry)
            if said.location is not None and exchange.status in REDIRECTS and exchange.status not in errand.stops:
                onward = self._around.hop(self.visitor, errand, exchange.status, said.location)
                if onward is not None:
                    self._follow(exchange, errand, onward, step, hops, said.state)
                    return
        status = exchange.status
        if (errand.simple is not None and status in errand.simple) or (status == 304 and entry is not None):
            failure = None
        else:
            failure = errand.expected.failure(exchange)
        errand.counter.ended(exchange, failure, said.state if said is not None else None)
        if failure is None:
            self._arrived(step, exchange.ended_s)
        else:
            self.failure = self.failure or failure
            if said is not None and said.wait_s and exchange.status in REFUSALS:
                self.wait_s = max(self.wait_s, said.wait_s)
        self._one_less(exchange.ended_s)

    def _behind(self, exchange: Exchange) -> None:
        """Take an answer by which the cache renews what it gave out already; the page does not wait for it."""
        errand, entry = exchange.tag
        said = self._read(exchange, errand, entry) if exchange.head is not None else None
        fine = exchange.status == 304 or exchange.status in REDIRECTS
        failure = None if fine else errand.expected.failure(exchange)
        errand.counter.ended(exchange, failure, said.state if said is not None else None)

    def _read(self, exchange: Exchange, errand: Errand, entry: Entry | None) -> Facts:
        """Return what a head says, cookies and cache seen to."""
        head, visitor, around = exchange.head, self.visitor, self._around
        assert head is not None
        said = facts(head, around.cdn)
        now = exchange.ended_s + around.epoch_s
        if said.cookies and errand.credentialed:
            visitor.take(said.cookies, errand, now)
        waited_s = exchange.ended_s - exchange.sent_s
        whole = exchange.outgoing if visitor.jar is not None else None
        if not errand.by_cache:
            if exchange.status < 400 and errand.wanted.method not in SAFE:
                visitor.keep(errand.url, None)  # what was written is not what is stored (RFC 9111 section 4.4)
        elif exchange.status == 304 and entry is not None:
            visitor.keep(errand.url, around.shelf.renewed(entry, head, errand.fields, now, waited_s, whole))
            errand.counter.renewed(exchange.due_s)
        elif exchange.status < 500 or entry is None:
            new = around.shelf.stored(head, exchange.status, errand.fields, now, waited_s, whole)
            if new is not None or entry is not None:
                visitor.keep(errand.url, new)
        return said

    def _follow(
        self, exchange: Exchange, errand: Errand, onward: Errand, step: Step | None, hops: int, state: str | None
    ) -> None:
        """Ask where an answer leads, unless it has led on too often."""
        too_many = hops >= HOPS_AT_MOST
        errand.counter.ended(exchange, TOO_MANY if too_many else None, state)
        if too_many:
            self.failure = self.failure or TOO_MANY
        elif self._ask(onward, exchange.ended_s, step, hops + 1):
            self._arrived(step, exchange.ended_s)
        self._one_less(exchange.ended_s)

    def _arrived(self, step: Step | None, moment_s: float) -> None:
        """Ask for what follows something that is there: the document, a sheet, a script."""
        if step is None:
            return
        if step is self._document:
            self._document_arrived(moment_s)
        elif step.then:
            self._load(step.then, moment_s)

    def _document_arrived(self, moment_s: float) -> None:
        visitor, page = self.visitor, self.page
        row = visitor.rows[0][1] if page.drawing is not None else None
        sample = page.sample(visitor.pose, row)
        if sample is not None:
            self._load(page.assets(visitor.pose, sample, visitor.number), moment_s)
        url = sample.url if sample is not None else self._document.errand.url if self._document is not None else ""
        alike = page.calls_alike(visitor.pose, visitor.number, url)
        for errand in self._calls(url) if alike is None else alike:
            self._ask(errand, moment_s, None)

    def _load(self, steps: tuple[Step, ...], moment_s: float) -> None:
        """Ask for assets, and at once for those that follow one which the cache has."""
        waiting = steps
        while waiting:
            onward: list[Step] = []
            for step in self._asked(waiting, moment_s):
                onward += step.then
            waiting = tuple(onward)

    def _asked(self, steps: tuple[Step, ...], moment_s: float) -> Iterator[Step]:
        """Ask for assets; yield those that the cache has, and that something follows.

        Most of what a warm cache has needs no more than a look at the time.
        """
        own, held = self.visitor.own, self.visitor.held
        now = moment_s + self._around.epoch_s
        held_now = now - self.visitor.held_later_s
        counter, count = None, 0
        for step in steps:
            errand = step.errand
            url = errand.url
            entry, at = own.get(url), now
            if entry is None and url not in own:
                entry, at = held.get(url), held_now
            fits = entry is not None and (entry.asked is None or entry.asked is errand.fields)
            if entry is not None and fits and at < entry.fresh_until and errand.plain:
                if errand.counter is not counter:
                    if counter is not None:
                        counter.kept(moment_s, count)
                    counter, count = errand.counter, 0
                count += 1
                if step.then:
                    yield step
            elif self._ask(errand, moment_s, step) and step.then:
                yield step
        if counter is not None:
            counter.kept(moment_s, count)

    def _calls(self, page: str) -> Iterator[Errand]:
        visitor = self.visitor
        drawn = iter(self.draws[CALLS:])
        for call in self.page.calls:
            for _ in range(call.times):
                value: Value = self._value
                if call.drawing is not None:
                    value = self._of(call.drawing.row(next(drawn)))
                yield call.request.errand(visitor.pose, value, visitor.number, page)

    def _value(self, name: str) -> str:
        """Return the value of a parameter that the visitor had last; one that they never had is drawn now."""
        found = self.visitor.value(name)
        if found is None:
            row = self.page.missing(name, self.draws[ROW])
            self.visitor.had(row)
            found = value_of(row, name) or ""
        return found

    def _of(self, row: Had) -> Callable[[str], str]:
        """Return the values of a row, and of those that the visitor had where it has no such column."""

        def value(name: str) -> str:
            found = value_of(row, name)
            return self._value(name) if found is None else found

        return value

    def _one_less(self, moment_s: float) -> None:
        self._pending -= 1
        if not self._pending:
            self._around.over(self, moment_s)
