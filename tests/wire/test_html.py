import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.html import LINKS_AT_MOST, LoadKind, Page, read_page

URL = "https://shop.test/products/1?a=b"


def page(markup: str | bytes, content_type: str = "text/html; charset=utf-8", url: str = URL) -> Page:
    return read_page(markup.encode() if isinstance(markup, str) else markup, url, content_type)


def loads(markup: str) -> list[tuple[str, str]]:
    return [(load.kind.value, load.url.removeprefix("https://shop.test")) for load in page(markup).loads]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("", ()),
        ("<a>no</a><a href>no</a><a name=x>", ()),
        ("<a href='#top'><a href='javascript:x'><a href='mailto:a@b.test'><a href='data:,x'><a href='http://['>", ()),
        ("<!-- <a href=/x> --><script>'<a href=/x>'</script><textarea><a href=/x></textarea>", ()),
        ("<noscript><a href=/x></noscript><template><a href=/x><template></template><a href=/y></template>", ()),
        ("<style><a href=/x></style><iframe><a href=/x></iframe><!a href='/x'><?a href=/x>", ()),
        ("<a href=/x", ()),
        ('<a href="/x', ()),
        ("<link href=/x>", ()),
        ("<a href=/x#1><a href=/x#2><a href='/x'>", ("/x",)),
        ('<A HREF = "/x?a=1&amp;b=2" HREF=/y>', ("/x?a=1&b=2",)),
        ("<a href=/x?a=1&copy=2>", ("/x?a=1&copy=2",)),
        ("<a href=/x?a=1&copy;>", ("/x?a=1%C2%A9",)),
        ("<a title='>' data-x=it's href=/x>", ("/x",)),
        ("<a/href=/x/y/>", ("/x/y/",)),
        ("<a\nhref\n=\n/x\n>", ("/x",)),
        ("<area href=x>", ("/products/x",)),
        ("<svg><a xlink:href=/x></a></svg>", ("/x",)),
        ("<script><!-- <script> '</script>' <a href=/y> --></script><a href=/x>", ("/x",)),
        ("<script><!-- </script><a href=/x>", ("/x",)),
        ("<title></titles><a href=/y></title><a href=/x>", ("/x",)),
        ("<!--><a href=/x>", ("/x",)),
        ("<!---><a href=/x>", ("/x",)),
        ("<!-- --!><a href=/x>", ("/x",)),
        ("</ a href=/y><a href=/x>", ("/x",)),
        ("a < b <a href=/x>", ("/x",)),
        ("</template><a href=/x>", ("/x",)),
        ("<a href=' /x\n'>", ("/x",)),
        ("<a href=/a><plaintext><a href=/b>", ("/a",)),
    ],
)
def test_links(markup: str, expected: tuple[str, ...]) -> None:
    assert tuple(link.removeprefix("https://shop.test") for link in page(markup).links) == expected


@pytest.mark.parametrize(
    ("markup", "base"),
    [
        ("<base>", URL),
        ("<base href='data:,x'>", URL),
        (f"<base href='/{'x' * 3000}'>", URL),
        ("<template><base href=/no/></template>", URL),
        ("<base href=/first/><base href=/second/>", "https://shop.test/first/"),
        ("<base target=_top><base href=//cdn.test/d/>", "https://cdn.test/d/"),
    ],
)
def test_the_first_base_counts(markup: str, base: str) -> None:
    read = page(f"{markup}<a href=x>")
    assert read.base == base
    assert read.links == (base.rpartition("/")[0] + "/x",)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<script>x</script><script src></script><script src=''></script>", []),
        ("<script type=application/json src=/x.js></script><script type=importmap src=/y></script>", []),
        ("<img><img src=data:image/png;base64,x><img src='blob:https://shop.test/1'><img srcset='data:,x 1x'>", []),
        ("<link rel=preconnect href=/x><link rel=prefetch href=/x><link rel=canonical href=/x><link href=/x>", []),
        ("<link rel=stylesheet disabled href=/x><link rel=stylesheet type=text/less href=/x>", []),
        ("<script type='text/javascript; v=1' src=/x.js>", []),
        ("<noscript><img src=/x></noscript><template><img src=/x></template>", []),
        ("<svg><use href='#icon'/></svg><source src><audio></audio>", []),
        ("<script src=/x.js>", [("script", "/x.js")]),
        ("<script type=' text/JavaScript\n' src=/x.js>", [("script", "/x.js")]),
        ("<script type='' src=/x.js>", [("script", "/x.js")]),
        ("<script src=/x.js></script><script src=/x.js></script>", [("script", "/x.js"), ("script", "/x.js")]),
        ("<link rel='StyleSheet' href=/x.css>", [("style", "/x.css")]),
        ("<link rel='alternate stylesheet' href=/x.css>", [("style", "/x.css")]),
        ("<link rel=stylesheet type='text/CSS; v=1' href=/x.css>", [("style", "/x.css")]),
        ("<link rel=preload as=font href=/x.woff2>", [("preload", "/x.woff2")]),
        ("<link rel='preload stylesheet' as=style href=/x>", [("style", "/x"), ("preload", "/x")]),
        ("<link rel=modulepreload href=/x.js>", [("modulepreload", "/x.js")]),
        ("<link rel='shortcut icon' href=/x.ico>", [("icon", "/x.ico")]),
        ("<link rel=apple-touch-icon href=/y.png>", [("icon", "/y.png")]),
        ("<link rel=manifest href=/m.webmanifest>", [("manifest", "/m.webmanifest")]),
        ("<img src=/x.png>", [("image", "/x.png")]),
        ("<img srcset='/a.png 1x, /b.png 2x'>", [("image", "/a.png")]),
        ("<picture><source srcset=/a.avif><img src=/a.png></picture>", [("image", "/a.avif"), ("image", "/a.png")]),
        ("<video poster=/p.jpg src=/v.mp4><source src=/w.mp4><track src=/t.vtt></video>",
         [("media", "/v.mp4"), ("image", "/p.jpg"), ("media", "/w.mp4"), ("media", "/t.vtt")]),
        ("<iframe src=/f></iframe><iframe src=about:blank></iframe>", [("iframe", "/f")]),
        ("<object data=/o.pdf></object><embed src=/e.swf>", [("media", "/o.pdf"), ("media", "/e.swf")]),
        ("<input type=image src=/i.png><input src=/no.png>", [("image", "/i.png")]),
        ("<svg><image href=/i.png /><use xlink:href='/s.svg#a'/></svg>", [("image", "/i.png"), ("image", "/s.svg")]),
    ],
)  # fmt: skip
def test_loads(markup: str, expected: list[tuple[str, str]]) -> None:
    assert loads(markup) == expected


@pytest.mark.parametrize(
    ("markup", "blocking"),
    [
        ("<script async src=x>", False),
        ("<script defer src=x>", False),
        ("<script type=module src=x>", False),
        ("<script nomodule src=x>", False),
        ("<body><script src=x>", False),
        ("<p><script src=x>", False),
        ("text<script src=x>", False),
        ("</head><script src=x>", False),
        ("<link rel=stylesheet media=print href=x>", False),
        ("<link rel=stylesheet media='print, speech' href=x>", False),
        ("<link rel=stylesheet media='not all' href=x>", False),
        ("<body><link rel=stylesheet href=x>", False),
        ("<link rel=preload as=style href=x>", False),
        ("<script src=x>", True),
        ("<html><head>\n<!-- c --><title>t</title><meta charset=utf-8><noscript><img></noscript><script src=x>", True),
        ("<script type=module blocking=render src=x>", True),
        ("<link rel=stylesheet href=x>", True),
        ("<link rel=stylesheet media='(min-width: 1px)' href=x>", True),
        ("<link rel=stylesheet media='print, screen' href=x>", True),
    ],
)
def test_what_blocks(markup: str, blocking: bool) -> None:
    (load,) = page(markup).loads
    assert load.blocking is blocking


def test_attributes_of_a_load() -> None:
    (script,) = page("<script src=x type=MODULE integrity=sha384-x crossorigin async fetchpriority=HIGH>").loads
    assert (script.module, script.async_, script.defer, script.nomodule) == (True, True, False, False)
    assert (script.integrity, script.crossorigin, script.fetchpriority) == ("sha384-x", "anonymous", "high")
    (font,) = page("<link rel=preload as=FONT type=font/woff2 href=x crossorigin=use-credentials>").loads
    assert (font.as_, font.type, font.crossorigin) == ("font", "font/woff2", "use-credentials")
    (image,) = page("<body><img loading=LAZY src=x>").loads
    assert (image.loading, image.in_head, image.crossorigin, image.integrity, image.kind) == (
        "lazy", False, None, "", LoadKind.IMAGE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("srcset", "expected"),
    [
        ("", []),
        (",, ,", []),
        ("/a", [("/a", "")]),
        ("/a,/b", [("/a,/b", "")]),
        ("/a, /b 2x", [("/a", ""), ("/b", "2x")]),
        ("/a 100w,/b 200w", [("/a", "100w"), ("/b", "200w")]),
        ("/w_1,h_2/a 1x, data:image/png,x 2x, /b 3x", [("/w_1,h_2/a", "1x"), ("/b", "3x")]),
        ("/a (x,y), /b 2x", [("/a", "(x,y)"), ("/b", "2x")]),
    ],
)
def test_srcset(srcset: str, expected: list[tuple[str, str]]) -> None:
    (load,) = page(f'<img src=/main srcset="{srcset}">').loads
    assert [(each.url.removeprefix("https://shop.test"), each.descriptor) for each in load.srcset] == expected
    assert load.url == "https://shop.test/main"


def test_title_text_and_metadata() -> None:
    read = page(
        "<head><title> A &amp;\n B </title><meta name=Robots content=noindex><meta http-equiv=Content-Security-Policy"
        " content=\"default-src 'self'\"><meta name=viewport><style>p{}</style></head>"
        "<body style='color:red'><p>Hi  there</p><script>var é</script><script type=x-y/z>no</script>"
        "<svg><title>icon</title></svg><noscript>no</noscript>&nbsp;&lt;"
    )
    assert read.title == "A & B"
    assert read.text_length == len("Hi there<")
    assert read.meta("robots") == "noindex"
    assert read.meta("content-security-policy") == "default-src 'self'"
    assert read.meta("viewport") is None
    assert (read.inline_scripts, read.inline_script_count, read.inline_script_bytes) == (("var é",), 1, 6)
    assert (read.inline_styles, read.inline_style_count, read.inline_style_bytes) == (("p{}",), 1, 3 + len("color:red"))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<title>größe</title>".encode(), ""),
        ("<title>größe</title>".encode(), "text/html; charset=nonsense"),
        ("<title>größe</title>".encode("latin1"), "text/html; charset=ISO-8859-1"),
        ("<title>größe</title>".encode("utf-8-sig"), "text/html; charset=iso-8859-1"),
        ("\ufeff<title>größe</title>".encode("utf-16-le"), "text/html"),
        ("\ufeff<title>größe</title>".encode("utf-16-be"), "text/html; charset=utf-8"),
        ("<meta charset=windows-1252><title>größe</title>".encode("latin1"), "text/html"),
        ("<meta http-equiv=x content='text/html; charset=latin1'><title>größe</title>".encode("latin1"), ""),
        ("<meta charset=utf-16><title>größe</title>".encode(), ""),
    ],
)
def test_encodings(body: bytes, content_type: str) -> None:
    assert page(body, content_type).title == "größe"


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b"\0" * 1000,
        b"<\0a href=x>\0",
        b"<title>\xc3\x28\xed\xa0\x80</title>",
        b"<title>&#" + b"9" * 10_000 + b";&#xffffffff;&#xd800;</title>",
        b"<a " * 1000,
        b"%PDF-1.7\n\xff",
    ],
)
def test_garbage_is_read(body: bytes) -> None:
    assert page(body, "text/html").url == URL


@pytest.mark.slow
def test_many_links_are_bounded() -> None:
    read = page(b"".join(b"<a href=/%d>" % each for each in range(LINKS_AT_MOST + 1)))
    assert len(read.links) == LINKS_AT_MOST
    assert read.truncated
    assert not page(b"".join(b"<a href=/%d>" % each for each in range(LINKS_AT_MOST))).truncated


HOSTILE = {
    "nested elements": b"<div>" * 200_000,
    "nested formatting": b"<p>" + b"".join(b"<b a=%d>" % each for each in range(1000)) + b"<p>x" * 20_000,
    "open comments": b"<!--" * 300_000,
    "angle brackets": b"<" * 1_000_000,
    "open quotes": b"<a b='\"<" * 200_000,
    "many attributes": b"<a " + b"".join(b"a%d=1 " % each for each in range(50_000)) + b">",
    "attribute without end": b"<a b" + b"= " * 500_000,
    "open scripts": b"<script><!--<script" * 100_000,
    "open titles": b"<title>" * 200_000 + b"</title" * 100_000,
    "commas in srcset": b"<img srcset='" + b"," * 500_000 + b"'>",
    "parentheses in srcset": b"<img srcset='a " + b"(" * 500_000 + b"'>",
    "images of one srcset": b"<img srcset='" + b"a 1x," * 100_000 + b"'>",
    "bases": b"<base href=':'>" * 20_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_markup_takes_linear_time(body: bytes) -> None:
    """Anything quadratic would not come back within the test run."""
    read = page(body + b"<a href=/x>")
    assert len(read.links) <= 1
    assert len(read.loads) <= 1


PIECES = """
<a href= <script> </script <!-- --> <base href='//x'> <svg> <template> </template> <img srcset=' <link
rel=stylesheet href= <meta charset= > " ' &#x &amp; <title> </title> http://[ \\ / = < utf-16
""".split()  # noqa: SIM905
MARKUP = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=30)
BODIES = st.one_of(MARKUP.map(lambda pieces: " ".join(pieces).encode("utf-8", "replace")), st.binary(max_size=60))


@settings(max_examples=200, deadline=None)
@given(BODIES, st.text(max_size=20))
def test_never_raises(body: bytes, text: str) -> None:
    read = read_page(body, text, text)
    assert all(link.startswith("http") for link in read.links)
    assert all(load.url.startswith("http") for load in read.loads)
    assert all(isinstance(load.blocking, bool) for load in read.loads)
