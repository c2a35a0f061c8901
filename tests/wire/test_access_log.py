"""Access logs: every dialect that is read, and lines that are none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalecheck.wire.access_log import Hit, LogReader

AT = 1_795_168_800.0
"""2026-11-20T10:00:00Z"""
TIME = "[20/Nov/2026:10:00:00 +0000]"
WHO = '203.0.113.7 - alice [20/Nov/2026:10:00:00 +0000] "GET /a?b=c HTTP/1.1" 200'
CHROME = "Mozilla/5.0 (X11; Linux x86_64)"

LINES = [
    (f"{WHO} 512", Hit(AT, "GET", "/a?b=c", 200, "203.0.113.7", 512)),
    (f"{WHO} -", Hit(AT, "GET", "/a?b=c", 200, "203.0.113.7")),
    (
        f'{WHO} 512 "https://shop.example/" "{CHROME}"',
        Hit(AT, "GET", "/a?b=c", 200, "203.0.113.7", 512, "https://shop.example/", CHROME),
    ),
    (f'{WHO} 512 "-" "a \\" b" 0.123 HIT', Hit(AT, "GET", "/a?b=c", 200, "203.0.113.7", 512, "", 'a \\" b')),
    (f"shop.example:443 {WHO} 512", Hit(AT, "GET", "/a?b=c", 200, "203.0.113.7", 512)),
    (f'::1 - "al ice" {TIME} "HEAD /" 304 0', Hit(AT, "HEAD", "/", 304, "::1", 0)),
    (
        '::1 - - [20/Nov/2026:11:00:00 +0100] "GET https://Shop.example/x HTTP/2" 200 1',
        Hit(AT, "GET", "/x", 200, "::1", 1, host="shop.example"),
    ),
]
NONE = [
    "",
    "hello",
    f'::1 - - {TIME} "GET /" 200',
    f'::1 - - {TIME} "" 400 0',
    f'::1 - - {TIME} "\\x16\\x03\\x01" 400 0',
    f'::1 - - {TIME} "CONNECT shop.example:443 HTTP/1.1" 200 0',
    f'::1 - - {TIME} "get / HTTP/1.1" 200 0',
    f'::1 - - {TIME} "GET / HTTP/1.1" ok 0',
    '::1 - - [20/Nox/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 0',
    '::1 - - [31/Feb/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 0',
    f'::1 - - {TIME} "GET http://[ HTTP/1.1" 200 0',
    "{",
    "[]",
    "{}",
    '{"status": 200, "uri": "/"}',
    '{"time": "soon", "status": 200, "uri": "/"}',
    '{"time": 5, "status": 200, "uri": "/"}',
    '{"time": 1795168800, "status": "ok", "uri": "/"}',
    '{"time": 1795168800, "status": 200, "uri": ["/"]}',
    "x" * 100_000,
]


@pytest.mark.parametrize(("line", "hit"), LINES)
def test_a_line_in_the_common_or_combined_format(line: str, hit: Hit) -> None:
    assert LogReader().hit(line + "\n") == hit


@pytest.mark.parametrize("line", NONE, ids=[line[:50] for line in NONE])
def test_what_is_no_request_has_no_reading(line: str) -> None:
    assert LogReader().hit(line) is None


VENDORS = {
    "cloudflare": {
        "EdgeStartTimestamp": 1_795_168_800_000_000_000,
        "ClientRequestMethod": "GET",
        "ClientRequestURI": "/a?b=c",
        "ClientRequestHost": "shop.example",
        "EdgeResponseStatus": 200,
        "EdgeResponseBytes": 512,
        "ClientIP": "203.0.113.7",
        "ClientRequestUserAgent": CHROME,
    },
    "fastly": {
        "timestamp": "2026-11-20T10:00:00+0000",
        "client_ip": "203.0.113.7",
        "host": "shop.example",
        "url": "/a?b=c",
        "request_method": "GET",
        "response_status": "200",
        "response_body_size": "512",
        "request_user_agent": CHROME,
    },
    "akamai": {
        "reqTimeSec": "1795168800.000",
        "reqMethod": "GET",
        "reqPath": "/a",
        "queryStr": "b=c",
        "reqHost": "shop.example",
        "statusCode": "200",
        "totalBytes": "512",
        "cliIP": "203.0.113.7",
        "UA": CHROME,
    },
    "google": {
        "timestamp": "2026-11-20T10:00:00.000000000Z",
        "httpRequest": {
            "requestMethod": "GET",
            "requestUrl": "https://shop.example/a?b=c",
            "status": 200,
            "responseSize": "512",
            "remoteIp": "203.0.113.7",
            "userAgent": CHROME,
        },
    },
    "azure": {
        "time": "2026-11-20T10:00:00Z",
        "properties": {
            "httpMethod": "GET",
            "requestUri": "https://shop.example:443/a?b=c",
            "httpStatusCode": "200",
            "responseBytes": "512",
            "clientIp": "203.0.113.7",
            "userAgent": CHROME,
        },
    },
    "vercel": {
        "proxy": {
            "timestamp": 1_795_168_800_000,
            "method": "GET",
            "path": "/a?b=c",
            "host": "shop.example",
            "statusCode": 200,
            "responseByteSize": 512,
            "clientIp": "203.0.113.7",
            "userAgent": CHROME,
        },
    },
    "nginx": {
        "time_iso8601": "2026-11-20T11:00:00+01:00",
        "request_method": "GET",
        "request_uri": "/a?b=c",
        "host": "shop.example",
        "status": "200",
        "bytes_sent": "512",
        "remote_addr": "203.0.113.7",
        "http_user_agent": CHROME,
    },
    "caddy": {
        "ts": 1_795_168_800.0,
        "request": {"method": "GET", "uri": "/a?b=c", "host": "shop.example", "remote_ip": "203.0.113.7"},
        "status": 200,
        "size": 512,
        "user_agent": CHROME,
    },
}


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_line_of_a_servers_json(vendor: str) -> None:
    hit = LogReader().hit(json.dumps(VENDORS[vendor]))
    assert hit is not None
    assert (hit.at, hit.method, hit.target, hit.status, hit.size) == (AT, "GET", "/a?b=c", 200, 512)
    assert (hit.client, hit.agent, hit.host.removesuffix(":443")) == ("203.0.113.7", CHROME, "shop.example")


def test_a_w3c_file_says_what_its_columns_are() -> None:
    reader = LogReader()
    head = [
        "#Version: 1.0",
        "#Fields: date time c-ip cs-method cs-uri-stem sc-status cs(User-Agent) cs-uri-query sc-bytes",
    ]
    assert [reader.hit(line) for line in head] == [None, None]
    assert all(reader.comment(line) for line in (*head, "\n"))
    cells = ["2026-11-20", "10:00:00", "203.0.113.7", "GET", "/a", "200", "Mozilla/5.0%2520(X11)", "b=c", "512"]
    hit = reader.hit("\t".join(cells))
    assert hit == Hit(AT, "GET", "/a?b=c", 200, "203.0.113.7", 512, agent="Mozilla/5.0 (X11)")
    assert reader.hit("\t".join([*cells[:7], "-", "-"])) == Hit(
        AT, "GET", "/a", 200, "203.0.113.7", agent="Mozilla/5.0 (X11)"
    )
    assert reader.hit("\t".join(cells[:5])) is None


@given(
    st.text(max_size=200)
    | st.dictionaries(st.sampled_from(["time", "uri", "status", "request"]), st.text() | st.floats()).map(json.dumps)
)
def test_whatever_stands_in_a_line_is_read_or_not(line: str) -> None:
    hit = LogReader().hit(line)
    assert hit is None or hit.target.startswith("/")
