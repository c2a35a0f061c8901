from collections.abc import Callable
from pathlib import Path

import pytest

from scalecheck.model.profile_file import ProfileError, parse_profile, read_profile, unknown_ids

HEAD = "scalecheck: 1\n"
ENV = {"SECRET": "hunter2", "EMPTY": "", "BROKEN": "a\nb: hunter2"}


def said(text: str) -> list[str]:
    """Return the lines that a profile's mistakes print."""
    with pytest.raises(ProfileError) as refused:
        parse_profile(text, ENV, "profiles/shop.yaml")
    assert str(refused.value).splitlines() == [str(problem) for problem in refused.value.problems]
    return str(refused.value).splitlines()


DURATION = "expected a duration such as 60s, or a span of them such as 1h.., ..5m or 30s..2m"
KINDS = "ssg, isr, ssr, csr, api, hashed, static, image, font, service-worker, health, auth, beacon or socket"
MISTAKES = [
    (
        "routes: {home: {path: /, kind: ssg, cache: {shared: fast}}}",
        f'routes.home.cache.shared: {DURATION}, found "fast"',
    ),
    ("routes: {home: {path: /, kind: ssg, cache: {shared: }}}", f"routes.home.cache.shared: {DURATION}, found nothing"),
    (
        "routes: {home: {path: /, kind: ssg, cache: {shared: [1s]}}}",
        f"routes.home.cache.shared: {DURATION}, found a list",
    ),
    ("routes: {home: {path: /, kind: ssg, cahce: {}}}", 'routes.home.cahce: unknown key; did you mean "cache"?'),
    ("routes: {home: {path: /, kind: ssg, name: x}}", "routes.home.name: unknown key"),
    (
        "routes: {home: {path: /, kind: ssg, cache: {zzz: 1}}}",
        "routes.home.cache.zzz: unknown key; known here are browser, shared, stale_while_revalidate, storing, immut",
    ),
    ("routs: {}", 'routs: unknown key; did you mean "routes"?'),
    ("<<: {a: b}", "<<: unknown key"),
    ("routes: {home: {path: /}}", "routes.home.kind: this key is required"),
    ("routes: {home: {path: /, kind: sssg}}", f'routes.home.kind: expected {KINDS}, found "sssg"; did you mean "ssg"?'),
    ("kinds: {page: {}}", f'kinds.page: expected {KINDS}, found "page"; did you mean "image"?'),
    ("routes: [home]", "routes: expected a mapping, found a list"),
    ("routes: {home: /}", 'routes.home: expected a mapping, found "/"'),
    ("routes: {home: off}", "routes.home: no inherited route of this name to switch off"),
    ("routes: {a.b: {path: /, kind: ssg}}", 'routes.a.b: expected a name of letters, digits, - and _, found "a.b"'),
    (
        "routes: {home: {path: home, kind: ssg}}",
        (
            "routes.home.path: expected a path such as /products/{id} or /assets/**; "
            'query parameters stand under query, found "home"'
        ),
    ),
    (
        "routes: {a: {path: '/{id', kind: ssg}}",
        "routes.a.path: expected parameters such as {id}, each within one segment",
    ),
    ("routes: {a: {path: '/a**', kind: ssg}}", "routes.a.path: expected ** as a whole segment, such as /assets/**"),
    ("routes: {home: {path: /, kind: ssg, personal: NO}}", 'routes.home.personal: expected true or false, found "NO"'),
    ("routes: {home: {path: /, kind: ssg, samples: /}}", 'routes.home.samples: expected a list, found "/"'),
    (
        "routes: {home: {path: /, kind: ssg, samples: [//e.test]}}",
        'routes.home.samples[0]: expected a path such as /products/1, or an URL with http or https, found "//e.test"',
    ),
    (
        "routes: {home: {path: /, kind: ssg, status: [099]}}",
        'routes.home.status[0]: expected a status code from 200 to 599, found "099"',
    ),
    ("routes: {home: {path: /, kind: ssg, query: {q: [a]}}}", "routes.home.query.q: expected text, found a list"),
    (
        "routes: {home: {path: /, kind: ssg, methods: [get]}}",
        'routes.home.methods[0]: expected a method such as GET, found "get"',
    ),
    (
        'routes: {home: {path: /, kind: ssg, content_at: "main >"}}',
        (
            "routes.home.content_at: expected a CSS selector such as main h1 (Expected selector, got <EOF at 6>), "
            'found "main >"'
        ),
    ),
    (
        'routes: {home: {path: /, kind: ssg, content_at: "a:hover"}}',
        (
            "routes.home.content_at: expected a CSS selector such as main h1 (expected elements, #ids, .classes and "
            '[attributes], without pseudo-classes), found "a:hover"'
        ),
    ),
    ("budgets: {js: 200}", 'budgets.js: expected a size such as 180KB or 8MiB, found "200"'),
    ("budgets: {requests: 6.5}", 'budgets.requests: expected a whole number such as 60, found "6.5"'),
    ("targets: {ttfb: 9:00}", 'targets.ttfb: expected a duration such as 60s or 200ms, found "9:00"'),
    ("targets: {error_rate: 101%}", 'targets.error_rate: expected a share such as 95%, at most 100%, found "101%"'),
    ("targets: {hit_speedup: 2}", 'targets.hit_speedup: expected a factor such as 2x, found "2"'),
    ("levels: {cache.contract: no}", 'levels.cache.contract: expected off, warn or fail, found "no"'),
    (
        "waivers: [{check: a.b, reason: x, until: 2027-02-30}]",
        'waivers[0].until: expected a day such as 2027-05-31, found "2027-02-30"',
    ),
    ("waivers: [{check: a.b, reason: ' ', until: 2027-02-01}]", 'waivers[0].reason: expected text, found " "'),
    ("waivers: [{check: a.b, until: 2027-02-01}]", "waivers[0].reason: this key is required"),
    ("safety: {requests: 0}", 'safety.requests: expected at least 1, found "0"'),
    ("safety: {concurrency: 1001}", 'safety.concurrency: expected at most 1000, found "1001"'),
    ("safety: {rate: 0/s}", 'safety.rate: expected more than 0, found "0/s"'),
    (
        "safety: {allow_hosts: ['*.example.com']}",
        (
            "safety.allow_hosts[0]: expected a host such as cdn.example.com, without scheme, path or *, "
            'found "*.example.com"'
        ),
    ),
    (
        "site: https://user:hunter2@example.com",
        (
            "site: expected an origin such as https://shop.example.com, with http or https and without path, "
            'found "https://…@example.com"'
        ),
    ),
    (
        "edge: {origin: example.com}",
        'edge.origin: expected host:port or an origin such as https://origin.example.com, found "example.com"',
    ),
    ("identities: {alice: {headers: {}}}", "identities.alice.marker: this key is required"),
    (
        "identities: {anonymous: {headers: {}, marker: x}}",
        'identities.anonymous: expected a name of letters, digits, - and _, found "anonymous"',
    ),
    (
        "identities: {a: {headers: {'Coo kie': x}, marker: x}}",
        "identities.a.headers.Coo kie: expected the name of a header such as Cookie",
    ),
    (
        'identities: {a: {headers: {Cookie: "hunter2\\r\\nX-Evil: 1"}, marker: x}}',
        "identities.a.headers.Cookie: expected a header's value in printable ASCII",
    ),
    (
        "identities: {a: {headers: {Cookie: [hunter2]}, marker: x}}",
        "identities.a.headers.Cookie: expected a header's value in printable ASCII",
    ),
    (
        "slo: {all: [fast]}",
        'slo.all[0]: expected a sentence such as p95 < 300ms, errors < 0.1% or p95 < 300ms within 60s, found "fast"',
    ),
    ("abort: [{when: errors > 5%, then: die}]", 'abort[0].then: expected fail or inconclusive, found "die"'),
    ("traffic: {arrivals: odd}", 'traffic.arrivals: expected random or even, found "odd"'),
    ("site: https://a.example\nsite: https://b.example", "site: declared twice, first on line 2"),
    ("extends: shpo", 'extends: profiles/shpo: no such file, nor a built-in profile; did you mean "shop"?'),
    ("extends: [shop]", "extends: expected text, found a list"),
    (
        "identities: {a: {headers: {Cookie: '${env:NOWHERE}'}, marker: x}}",
        "identities.a.headers.Cookie: the environment variable NOWHERE is not set",
    ),
    (
        "identities: {a: {headers: {Cookie: '${env:EMPTY}'}, marker: x}}",
        "identities.a.headers.Cookie: the environment variable EMPTY is empty",
    ),
    (
        "identities: {a: {headers: {Cookie: '${env:BROKEN}'}, marker: x}}",
        "identities.a.headers.Cookie: the environment variable BROKEN holds a line break or another control character",
    ),
    (
        "identities: {a: {headers: {Cookie: '${SECRET}'}, marker: x}}",
        "identities.a.headers.Cookie: expected a secret as ${env:NAME}",
    ),
    (
        "cdn: ${env:SECRET}",
        "cdn: a secret may stand in the headers of identities and of traffic, and in traffic.proxy, only",
    ),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES, ids=[text[:60] for text, _ in MISTAKES])
def test_a_mistake_is_named_with_file_line_and_key(text: str, message: str) -> None:
    (line,) = said(f"{HEAD}{text}")
    place = f"profiles/shop.yaml:{3 if 'declared twice' in message else 2}  "
    assert line.startswith(place + message)
    assert "hunter2" not in line


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "profiles/shop.yaml  the file is empty; expected a mapping such as scalecheck: 1"),
        ("# nothing\n", "profiles/shop.yaml  the file is empty; expected a mapping such as scalecheck: 1"),
        ("- a", "profiles/shop.yaml:1  expected a mapping such as scalecheck: 1, found a list"),
        ("\nfast", "profiles/shop.yaml:2  expected a mapping such as scalecheck: 1, found text"),
        (
            "site: https://a.example",
            "profiles/shop.yaml:1  scalecheck: this key is required; begin the file with scalecheck: 1",
        ),
        (
            "scalecheck: 2",
            'profiles/shop.yaml:1  scalecheck: expected 1, the number of the profile\'s format, found "2"',
        ),
    ],
)
def test_what_is_no_profile_is_named(text: str, message: str) -> None:
    assert said(text) == [message]


def test_every_mistake_is_named_at_once_from_top_to_bottom() -> None:
    lines = said(
        "scalecheck: 1\n"
        "routes:\n"
        "  home: {path: /, kind: ssg, cahce: {}}\n"
        "  a:\n"
        "    path: /a\n"
        "    kind: ssg\n"
        "    cache: {shared: fast}\n"
        "budgets: {js: 1}\n"
        "budgets: {}\n"
        "identities: {a: {headers: {Cookie: '${env:NOWHERE}'}, marker: x}}\n"
    )
    assert [line.split("  ")[0].rpartition(":")[2] for line in lines] == ["3", "7", "8", "9", "10"]


def test_a_message_holds_no_control_characters() -> None:
    (line,) = said('scalecheck: 1\nlevels: {"a\\e[31m\\n::error::b": "\\e[2Jx"}')
    assert line.isprintable()


def test_a_message_is_short_whatever_the_file_holds() -> None:
    (line,) = said(f"scalecheck: 1\nlevels: {{{'k' * 5000}: {'v' * 5000}}}")
    assert len(line) < 400


def test_later_keys_win_lists_replace_and_mappings_merge(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "scalecheck: 1\nbudgets: {js: 1KB}\nsafety: {allow_hosts: [a.example, b.example], samples: 7}\n"
        "routes: {home: {path: /, kind: ssg, personal: false}, a: {path: /a, kind: ssg}, b: {path: /b, kind: ssg}}\n"
    )
    own = tmp_path / "nested" / "own.yaml"
    own.parent.mkdir()
    own.write_text(
        "scalecheck: 1\nextends: ../base.yaml\nsafety: {allow_hosts: [c.example]}\n"
        "routes: {new: {path: /new, kind: isr}, b: {kind: isr}, a: off}\n"
    )
    profile = read_profile(own, {})
    assert (profile.budgets.js, profile.budgets.css) == (1000, 60_000)
    assert (profile.safety.allow_hosts, profile.safety.samples) == (("c.example",), 7)
    assert [(route.name, route.kind.value) for route in profile.routes.values()] == [
        ("new", "isr"),
        ("b", "isr"),
        ("home", "ssg"),
    ]
    assert profile.source == str(own)
    assert (profile.line("routes", "b", "kind"), profile.line("budgets", "js"), profile.line("routes", "home")) == (
        4,
        None,
        4,
    )


def test_a_mistake_in_an_inherited_file_names_that_file(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("scalecheck: 1\n\nbudgets: {js: much}\n")
    (tmp_path / "own.yaml").write_text("scalecheck: 1\nextends: base.yaml\nbudgets: {css: 1}\n")
    with pytest.raises(ProfileError) as refused:
        read_profile(tmp_path / "own.yaml", {})
    assert [(Path(each.file).name, each.line, each.key) for each in refused.value.problems] == [
        ("own.yaml", 3, "budgets.css"),
        ("base.yaml", 3, "budgets.js"),
    ]


def _cycle(folder: Path) -> Path:
    (folder / "a.yaml").write_text("scalecheck: 1\nextends: ./b.yaml\n")
    (folder / "b.yaml").write_text("scalecheck: 1\nextends: ../" + folder.name + "/a.yaml\n")
    return folder / "a.yaml"


def _chain(folder: Path) -> Path:
    for number in range(20):
        (folder / f"{number}.yaml").write_text(f"scalecheck: 1\nextends: {number + 1}.yaml\n")
    return folder / "0.yaml"


def _written(data: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / "own.yaml").write_bytes(data)
        return folder / "own.yaml"

    return write


UNREADABLE: list[tuple[Callable[[Path], Path], str]] = [
    (lambda folder: folder / "missing.yaml", "no such file, nor a built-in profile"),
    (lambda folder: folder, "cannot be read: is a directory"),
    (lambda folder: Path("a\0b"), "cannot be read: embedded null byte"),
    (lambda folder: folder / ("x" * 300), "cannot be read: file name too long"),
    (_written(b"\x89PNG\r\n\0\0"), "expected YAML, found a binary file"),
    (_written(b"scalecheck: 1\nsite: \xff\n"), "expected YAML in UTF-8"),
    (_written(b"scalecheck: 1\n#" + b"x" * 300_000), "larger than 256KiB"),
    (_cycle, "extends itself"),
    (_chain, "more than 10 files extend one another"),
]


@pytest.mark.parametrize(("make", "message"), UNREADABLE, ids=[message for _, message in UNREADABLE])
def test_a_file_that_cannot_be_read_is_one_clear_line(
    make: Callable[[Path], Path], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ProfileError) as refused:
        read_profile(make(tmp_path), {})
    (problem,) = refused.value.problems
    assert message in problem.message
    assert str(problem).isprintable()


def test_a_built_in_is_guessed() -> None:
    with pytest.raises(ProfileError, match='did you mean "shop"'):
        read_profile("shpo", {})


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert read_profile(_written(b"\xef\xbb\xbfscalecheck: 1\n")(tmp_path), {}).scalecheck == 1


def test_yaml_words_stay_what_they_say() -> None:
    text = (
        "scalecheck: 1\nroutes: {a: {path: /a, kind: ssg, query: {country: NO, at: 9:00, n: 010, off: 'off', e: ''}}}"
    )
    assert parse_profile(text).routes["a"].query == {"country": "NO", "at": "9:00", "n": "010", "off": "off", "e": ""}


def test_aliases_are_written_out() -> None:
    text = (
        "scalecheck: 1\nroutes: {a: {path: /a, kind: ssg, cache: &c {shared: 5s}}, b: {path: /b, kind: ssr, cache: *c}}"
    )
    profile = parse_profile(text)
    assert profile.routes["a"].cache == profile.routes["b"].cache


def test_secrets_are_not_needed_to_show_a_profile() -> None:
    profile = parse_profile(f"{HEAD}identities: {{a: {{headers: {{Cookie: '${{env:NOWHERE}}'}}, marker: x}}}}", None)
    assert profile.identities["a"].headers == {"Cookie": "${env:NOWHERE}"}
    assert profile.secrets == frozenset()


KNOWN = ("cache.contract", "cache.explicit", "assets.typed")
NAMED = [
    ("levels: {cache.contract: warn, cache: off}", []),
    (
        "levels: {cache.contrct: warn}",
        ['s:2  levels.cache.contrct: no such name "cache.contrct"; did you mean "cache.contract"?'],
    ),
    ("levels: {zzz: warn}", ['s:2  levels.zzz: no such name "zzz"']),
    ("waivers: [{check: cache.contract, reason: x, until: 2027-01-01}]", []),
    ("waivers: [{check: cache, reason: x, until: 2027-01-01}]", ['s:2  waivers[0].check: no such name "cache"']),
    ("cdn: cloudfare", ['s:2  cdn: no such name "cloudfare"; did you mean "cloudflare"?']),
    ("cdn: auto", []),
]


@pytest.mark.parametrize(("text", "lines"), NAMED)
def test_names_that_nothing_has_are_named(text: str, lines: list[str]) -> None:
    profile = parse_profile(f"{HEAD}{text}", {}, "s")
    assert [str(problem) for problem in unknown_ids(profile, KNOWN, ("cloudflare", "fastly"))] == lines
