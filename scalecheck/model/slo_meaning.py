"""What a profile says of service levels and aborts that cannot be meant, although every sentence is well formed."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from scalecheck.model.guess import guess
from scalecheck.model.profile_shapes import Stage
from scalecheck.model.profile_slo import Abort, Slo
from scalecheck.model.profile_traffic import Traffic
from scalecheck.model.sentence import Measure, Sentence, Span, Unit
from scalecheck.model.traffic_meaning import Mistake, endpoints
from scalecheck.wire import units

if TYPE_CHECKING:
    from scalecheck.model.profile import Profile

NAMES_AT_MOST = 8
"""Known names that a message lists where none is close."""
RUN_ONLY = frozenset({Measure.DELIVERED, Measure.LAG, Measure.WORKERS_LOST})
"""Metrics of the whole run."""
OF_PAGES = frozenset({Measure.PAGE, Measure.PAGES})
OF_VISITS = frozenset({Measure.FIRST_BYTES, Measure.REPEAT_BYTES})
Place = tuple[str | int, ...]


def mistakes(profile: "Profile") -> Iterator[Mistake]:
    """Yield everything in `slo` and `abort` that contradicts itself or what they speak of."""
    slo, traffic = profile.slo, profile.traffic
    yield from _unknown(slo, traffic)
    for place, sentence in _sentences(slo):
        yield from ((place, said) for said in _level(place, sentence, traffic))
    for number, rule in enumerate(profile.abort):
        for key, said in _abort(rule, profile):
            yield ("abort", number, key), said
        yield from ((("abort", number), said) for said in _overtaken(number, profile.abort))


def _unknown(slo: Slo, traffic: Traffic) -> Iterator[Mistake]:
    """Yield names of no page, route, shape or stage."""
    judged = (stage.judge for stages in traffic.shapes.values() for stage in stages if stage.judge)
    known: dict[str, tuple[str, Collection[str]]] = {
        "pages": ("page", traffic.pages),
        "routes": ("route", endpoints(traffic)),
        "during": ("shape, nor a stage,", (*traffic.shapes, *judged)),
    }
    for table, (what, names) in known.items():
        for name in getattr(slo, table):
            if name not in names:
                listed = f"; known are {', '.join(names)}" if 0 < len(names) <= NAMES_AT_MOST else ""
                yield ("slo", table, name), f'no {what} of the traffic is named "{name}"{guess(name, names) or listed}'


def _sentences(slo: Slo) -> Iterator[tuple[Place, Sentence]]:
    """Yield every sentence with its place."""
    for table in ("all", "assets"):
        yield from ((("slo", table, number), each) for number, each in enumerate(getattr(slo, table)))
    for table in ("pages", "routes", "during"):
        for name, sentences in getattr(slo, table).items():
            yield from ((("slo", table, name, number), each) for number, each in enumerate(sentences))


def _level(place: Place, sentence: Sentence, traffic: Traffic) -> Iterator[str]:
    """Yield why a service level cannot be judged where it stands."""
    table, measure = place[1], sentence.metric.measure
    if sentence.certain is not None:
        yield "holds whatever happens" if sentence.certain else "can never hold"
    if measure in RUN_ONLY and table not in {"all", "during"}:
        yield f"{measure} is of the whole run: say it under slo.all, slo.during or abort"
    if (measure in OF_PAGES or (measure in OF_VISITS and table == "routes")) and table in {"assets", "routes"}:
        yield f"{measure} is of pages: say it under slo.pages"
    if sentence.span is Span.WITHIN and table != "during":
        yield "within says how soon a stage settles: say it under slo.during"
    elif sentence.span is not None:
        yield from _too_long(sentence, place, traffic)


def _too_long(sentence: Sentence, place: Place, traffic: Traffic) -> Iterator[str]:
    """Yield the stage, or shape, that ends before a sentence's window does."""
    name = place[2] if place[1] == "during" else None
    stretches = _stretches(str(name), traffic) if name is not None else _whole(traffic)
    if name is None:  # everywhere: the longest of them must hold one window
        stretches = dict([max(stretches.items(), key=lambda each: each[1])]) if stretches else {}
    for what, duration_s in stretches.items():
        if duration_s < sentence.window_s:
            window, lasts = units.show_seconds(sentence.window_s), units.show_seconds(duration_s)
            yield f"the window of {window} is longer than {what}, which lasts {lasts}"
            return


def _stretches(name: str, traffic: Traffic) -> dict[str, float]:
    """Return what a name stands for, with its seconds."""
    found = {f"traffic.shapes.{name}": _length(traffic.shapes[name])} if name in traffic.shapes else {}
    for shape, stages in traffic.shapes.items():
        for number, stage in enumerate(stages):
            if stage.judge == name:
                found[f"traffic.shapes.{shape}[{number}]"] = stage.duration_s
    return found


def _whole(traffic: Traffic) -> dict[str, float]:
    return {f"traffic.shapes.{name}": _length(stages) for name, stages in traffic.shapes.items()}


def _length(stages: tuple[Stage, ...]) -> float:
    return sum(stage.duration_s for stage in stages)


def _abort(rule: Abort, profile: "Profile") -> Iterator[tuple[str, str]]:
    """Yield key and reason why a rule never stops a run, or always does."""
    when, bound = rule.when, profile.safety.max_rate
    if when.metric.growth or when.metric.measure in OF_VISITS:
        yield "when", f"{when.metric} is known at the end only: say it under slo"
    elif when.span is not None:
        yield "when", "has no window: say `for`, how long it must hold"
    elif when.certain is not None:
        yield "when", "always holds: every run would stop at once" if when.certain else "can never fire"
    elif when.unit is Unit.RATE and when.operator.upwards and bound is not None and when.value >= bound:
        yield "when", f"can never fire: safety.max_rate allows {units.show_rate(bound)}"
    longest = max(_whole(profile.traffic).items(), key=lambda each: each[1], default=None)
    if rule.lasting_s is not None and longest is not None and rule.lasting_s > longest[1]:
        name, lasts = longest[0], units.show_seconds(longest[1])
        yield "for", f"can never fire: the longest run, {name}, lasts {lasts}"


def _overtaken(number: int, rules: tuple[Abort, ...]) -> Iterator[str]:
    """Yield the rule that stops a run before this one can."""
    mine = rules[number]
    for other, rule in enumerate(rules):
        if other != number and _same_kind(rule.when, mine.when) and _sooner(rule, mine, earlier=other < number):
            yield f"can never fire: abort[{other}] ({rule.when}) stops the run before"
            return


def _same_kind(one: Sentence, other: Sentence) -> bool:
    return (one.metric, one.unit, one.operator.upwards) == (other.metric, other.unit, other.operator.upwards)


def _sooner(rule: Abort, mine: Abort, *, earlier: bool) -> bool:
    """Whether a rule holds whenever another does, and need not hold for longer."""
    theirs, ours = (each.when.value if each.when.operator.upwards else -each.when.value for each in (rule, mine))
    if (rule.lasting_s or 0.0) > (mine.lasting_s or 0.0):
        return False
    if theirs == ours and rule.when.operator == mine.when.operator:
        return earlier if rule.lasting_s == mine.lasting_s else True
    return theirs < ours
