"""The HTTP API as clients see it, through the whole stack."""

import json
import socket
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import urllib3

from local.gateway import listen
from local.stack import Stack
from local.state import StartFailedError


def test_status_headers_cookies_and_body_come_through(sample: Stack, http: urllib3.PoolManager) -> None:
    answer = http.request("GET", sample.url + "/v1/echo/ada?x=1&x=2&y=a%20b")
    assert answer.status == 203
    assert answer.headers["X-Sample"] == "yes"
    assert answer.headers.getlist("Set-Cookie") == ["a=1", "b=2"]
    event = answer.json()["event"]
    assert event["rawQueryString"] == "x=1&x=2&y=a%20b"
    assert event["pathParameters"] == {"name": "ada"}


def test_null_is_no_body(sample: Stack, http: urllib3.PoolManager) -> None:
    answer = http.request("GET", sample.url + "/v1/echo/nobody")
    assert (answer.status, answer.data) == (204, b"")


def test_functions_import_layers_and_get_local_parameters(sample: Stack, http: urllib3.PoolManager) -> None:
    told = http.request("GET", sample.url + "/v1/echo/ada").json()
    assert (told["greeting"], told["cap"]) == ("hello", "0")


def test_a_client_cannot_claim_to_be_somebody_else(sample: Stack, http: urllib3.PoolManager) -> None:
    forged = {"X-Daybook-Source-Ip": "9.9.9.9", "X-Daybook-Host": "evil.example", "X-Forwarded-For": "8.8.8.8"}
    event = http.request("GET", sample.url + "/v1/echo/ada", headers=forged).json()["event"]
    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    assert event["requestContext"]["domainName"] == event["headers"]["host"] == urlsplit(sample.url).netloc
    assert event["headers"]["x-forwarded-for"] == "8.8.8.8, 127.0.0.1"
    assert not [name for name in event["headers"] if "daybook" in name]


def test_cookies_reach_the_function_as_a_list(sample: Stack, http: urllib3.PoolManager) -> None:
    event = http.request("GET", sample.url + "/v1/echo/ada", headers={"Cookie": "a=1; b=2"}).json()["event"]
    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookie" not in event["headers"]


@pytest.mark.parametrize(("body", "chunked"), [(b'{"n": 1}', False), (b'{"n": 1}', True), (b"", False)])
def test_bodies_arrive_whole(sample: Stack, http: urllib3.PoolManager, body: bytes, chunked: bool) -> None:
    headers = {"Content-Type": "application/json"}
    answer = http.request("POST", sample.url + "/v1/echo/ada", body=body, headers=headers, chunked=chunked)
    assert answer.json()["event"].get("body", "") == body.decode()


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 401), ({"Authorization": "Bearer bad"}, 403), ({"Authorization": "Bearer good"}, 203)]
)
def test_the_authorizer_decides(sample: Stack, http: urllib3.PoolManager, headers: dict[str, str], status: int) -> None:
    answer = http.request("GET", sample.url + "/v1/private", headers=headers)
    assert answer.status == status
    if status == 203:
        assert answer.json()["event"]["requestContext"]["authorizer"]["lambda"] == {"tenant": "sample"}


def test_a_failing_function_tells_the_log_and_not_the_client(sample: Stack, http: urllib3.PoolManager) -> None:
    answer = http.request("GET", sample.url + "/v1/broken")
    assert (answer.status, answer.json()) == (500, {"message": "Internal Server Error"})
    assert "secret detail" not in str(answer.data)
    assert "RuntimeError: secret detail" in sample.log.read_text()


def test_preflights_are_answered_by_the_gateway(sample: Stack, http: urllib3.PoolManager) -> None:
    headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "GET"}
    answer = http.request("OPTIONS", sample.url + "/v1/private", headers=headers)
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_one_connection_serves_many_requests(sample: Stack) -> None:
    port = urlsplit(sample.url).port
    with urllib3.HTTPConnectionPool("127.0.0.1", port, retries=False) as pool:
        for method in ("GET", "HEAD", "OPTIONS", "POST", "GET"):
            pool.request(method, "/v1/echo/ada")
        assert pool.num_connections == 1


@pytest.mark.parametrize(
    "request_lines", [b"NONSENSE\r\n\r\n", b"GET * HTTP/1.1\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"]
)
def test_what_is_no_request_is_refused_in_json(sample: Stack, request_lines: bytes) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(sample.url).port or 0), timeout=10) as client:
        client.sendall(request_lines)
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert json.loads(body) == {"message": "Bad Request"}


def test_fifty_parallel_claims_have_one_winner_each_round(sample: Stack, http: urllib3.PoolManager) -> None:
    def claim(number: int) -> int:
        body = {"key": f"race-{number // 50}", "by": str(number)}
        return http.request("POST", sample.url + "/v1/claims", json=body).status

    with ThreadPoolExecutor(50) as clients:
        for key in range(5):
            statuses = Counter(clients.map(claim, range(50 * key, 50 * key + 50)))
            assert statuses == {201: 1, 409: 49}


def test_functions_have_their_roles_rights_and_no_more(sample: Stack, http: urllib3.PoolManager) -> None:
    assert http.request("POST", sample.url + "/v1/trespass", json={"key": "k", "by": "me"}).status == 500
    assert "AccessDenied" in sample.log.read_text()


def test_mail_that_a_function_sends_lies_in_the_outbox(sample: Stack, http: urllib3.PoolManager) -> None:
    answer = http.request("POST", sample.url + "/v1/mails")
    assert answer.status == 202
    assert answer.json()["id"] in [mail.name for mail in sample.outbox.mails()]
    page = http.request("GET", sample.outbox_url)
    assert answer.json()["id"] in page.data.decode()
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    message = http.request("GET", f"{sample.outbox_url}/{answer.json()['id']}.eml")
    assert message.data.startswith(b"From: a@example.com")


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StartFailedError, match=rf"127\.0\.0\.1:{port}: address already in use"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize(("host", "port"), [("::1", 0), ("192.0.2.1", 0)])
def test_an_address_that_is_not_ours_is_named(host: str, port: int) -> None:
    with pytest.raises(StartFailedError, match="cannot listen on"):
        listen(host, port)
