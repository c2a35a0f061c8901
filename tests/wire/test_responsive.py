import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalecheck.wire.html import read_page
from scalecheck.wire.loads import Load
from scalecheck.wire.responsive import Choice, choice
from scalecheck.wire.viewport import Viewport

PHONE = Viewport(412, 823, 1.75)
TABLET = Viewport(820, 1180, 2)
DESK = Viewport(1350, 940, 1)
STEPS = "srcset='/320 320w,/640 640w,/1280 1280w,/2560 2560w'"


def chosen(html: str, viewport: Viewport) -> Choice | None:
    loads = read_page(f"<picture>{html}</picture>".encode(), "https://shop.test/").loads
    img = next((load for load in loads if load.tag != "source"), None)
    return None if img is None else choice(img.sources, img, viewport)


def told(html: str, viewport: Viewport) -> tuple[str, float, float | None] | None:
    """Return path, density to two places, and width."""
    found = chosen(html, viewport)
    if found is None:
        return None
    return found.url.removeprefix("https://shop.test/"), round(found.density, 2), found.width_px


@pytest.mark.parametrize(
    ("html", "path", "density", "width"),
    [
        ("<img src=/a>", "a", 1, None),
        ("<img src=/a width=300>", "a", 1, 300),
        ("<img src=/a width='300px'>", "a", 1, 300),
        ("<img src=/a width='50%'>", "a", 1, None),
        ("<img src=/a srcset='/b 2x'>", "b", 2, None),
        ("<img src=/a srcset='/b 4x'>", "b", 4, None),
        ("<img src=/a srcset='/b 1x, /c 1x'>", "b", 1, None),
        ("<img src=/a srcset='/b, /c 1.75x, /d 3x' width=20>", "c", 1.75, 20),
        ("<img src=/a srcset='/b 2q, /c 1x 2x, /d -1x, /e 0w, /f 10h'>", "a", 1, None),
        ("<img src=/a srcset='/b 640w 480h'>", "b", 1.55, 412),
        (f"<img src=/a {STEPS}>", "1280", 3.11, 412),
        (f"<img src=/a {STEPS} sizes=100px>", "320", 3.2, 100),
        (f"<img src=/a {STEPS} sizes='bogus, 50%, -4px, 100px, 3px'>", "320", 3.2, 100),
        (f"<img src=/a {STEPS} sizes='(min-width: 500px) 900px, calc(50vw - 6px)'>", "640", 3.2, 200),
        (f"<img src=/a {STEPS} sizes='(width < 500px) min(90vw, 20rem), 900px'>", "640", 2, 320),
        (f"<img src=/a {STEPS} sizes='(unheard-of) 10px, clamp(1px, 50vh, 350px)'>", "640", 1.83, 350),
        (f"<img src=/a {STEPS} sizes='screen and (color) 10px'>", "1280", 3.11, 412),
        (f"<img src=/a {STEPS} sizes=auto width=300>", "1280", 3.11, 412),
        (f"<img src=/a {STEPS} sizes=auto loading=lazy width=300>", "640", 2.13, 300),
        (f"<img src=/a {STEPS} sizes=auto loading=lazy width=3000>", "1280", 3.11, 412),
        (f"<img src=/a {STEPS} sizes='auto, 100px' loading=lazy>", "320", 3.2, 100),
        (f"<img src=/a {STEPS} sizes='auto, 100px' loading=lazy style='width:360px'>", "640", 1.78, 360),
        (f"<img src=/a {STEPS} sizes=auto loading=lazy>", "1280", 3.11, None),
        (f"<img src=/a {STEPS} sizes=0>", "320", float("inf"), 0),
        ("<source srcset=/s><img src=/a>", "s", 1, None),
        ("<source srcset='/s 2x' width=80><img src=/a width=90>", "s", 2, 80),
        ("<source srcset='/s 9q'><img src=/a>", "a", 1, None),
        ("<source media='(min-width: 600px)' srcset=/wide><img src=/a>", "a", 1, None),
        ("<source media='(max-width: 600px)' srcset=/narrow><img src=/a>", "narrow", 1, None),
        ("<source media='' srcset=/s><img src=/a>", "s", 1, None),
        ("<source type=image/jp2 srcset=/s><source type=image/jxl srcset=/t><img src=/a>", "t", 1, None),
        ("<source type='IMAGE/WebP; q=1' srcset=/s><img src=/a>", "s", 1, None),
        ("<source type=image/heic srcset=/s><img src=/a>", "a", 1, None),
        ("<source type='' srcset=/s><img src=/a>", "s", 1, None),
        (f"<source {STEPS} sizes=50px><img src=/a sizes=900px>", "320", 6.4, 50),
        ("<source srcset=/s><img src='data:image/gif;base64,R0lGODlh'>", "s", 1, None),
        ("<source srcset='/s 9w' sizes=auto><img src='data:,' loading=lazy width=300>", "s", 0.03, 300),
        ("<link rel=preload as=image href=/a imagesrcset='/b 2x'>", "b", 2, None),
        (f"<link rel=preload as=image imagesizes=100px {STEPS.replace('src', 'imagesrc')}>", "320", 3.2, 100),
    ],
)  # fmt: skip
def test_what_a_phone_fetches(html: str, path: str, density: float, width: float | None) -> None:
    assert told(html, PHONE) == (path, density, width)


@pytest.mark.parametrize(
    ("wanted", "path"),
    [(0.5, "1"), (1.0, "1"), (1.001, "2"), (2, "2"), (2.01, "3"), (3, "3"), (9, "3")],
)
def test_the_least_dense_that_will_do(wanted: float, path: str) -> None:
    html = "<img srcset='/3 3x, /1 1x, /2 2x, /4 3x'>"
    assert told(html, Viewport(100, 100, wanted)) == (path, float(path), None)


def test_what_just_fits_fits() -> None:
    html = "<img srcset='/640 640w, /1280 1280w' sizes='calc(100vw / 3)'>"
    assert told(html, Viewport(640, 480, 3)) == ("640", 3, 640 / 3)
    assert told(html, Viewport(641, 480, 3)) == ("1280", 5.99, 641 / 3)


def test_windows_differ() -> None:
    html = f"<source media='(min-width: 1000px)' {STEPS} sizes='33vw'><img {STEPS} sizes='100vw'>"
    assert told(html, PHONE) == ("1280", 3.11, 412)
    assert told(html, TABLET) == ("2560", 3.12, 820)
    assert told(html, DESK) == ("640", 1.44, 445.5)


def test_nothing_to_fetch() -> None:
    assert choice((), None, DESK) is None
    assert chosen("<img srcset='/a 2q'>", DESK) is None
    assert chosen("<source srcset=/s media=print><img src='data:,'>", DESK) is None


def test_the_element_is_told() -> None:
    found = chosen("<source srcset=/s type=image/webp><img src=/a>", DESK)
    assert found is not None
    assert found.by.attributes == {"srcset": "/s", "type": "image/webp"}


ATTRIBUTES = st.fixed_dictionaries(
    {},
    optional={
        "src": st.text(max_size=5),
        "srcset": st.text("/ab, 0123.wxh-e()", max_size=60),
        "sizes": st.text("(),.0123 minaxlcvwhpe-width:*/+<>", max_size=60),
        "media": st.text(max_size=20),
        "type": st.sampled_from(["image/png", "image/jxl", ""]),
        "width": st.text("0123456789.% ", max_size=12),
        "style": st.text("width:0.px; ", max_size=30),
        "loading": st.sampled_from(["lazy", "eager"]),
    },
)


@given(st.lists(ATTRIBUTES, max_size=3), ATTRIBUTES, st.sampled_from([PHONE, DESK, Viewport(0, 0, 0)]))
def test_it_never_raises(sources: list[dict[str, str]], img: dict[str, str], viewport: Viewport) -> None:
    def quoted(attributes: dict[str, str]) -> str:
        return " ".join(f'{name}="{value.replace(chr(34), "")}"' for name, value in attributes.items())

    html = "".join(f"<source {quoted(each)}>" for each in sources) + f"<img {quoted(img)}>"
    found = chosen(html, viewport)
    assert found is None or isinstance(found.by, Load)
