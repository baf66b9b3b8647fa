"""Requests that are no requests: each gets a problem, none an internal error, and nothing is written."""

import json
from typing import Any

import pytest

from tests.harness import Api, Reply
from tests.integration.scenes import INTRO, asked, at, nothing_written, person

ORDER = asked(at("10:00"))
NESTED: list[Any] = []
for _ in range(20):
    NESTED = [NESTED]


def without(field: str) -> dict[str, Any]:
    return {name: value for name, value in ORDER.items() if name != field}


def sent(api: Api, raw: str, path: str = "/bookings") -> Reply:
    with nothing_written():
        return api.call("POST", path, raw=raw)


@pytest.mark.parametrize(
    "raw",
    [
        "{",
        "nonsense",
        "{'a': 1}",
        '{"a": 1,}',
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": "\\ud800"}',
        '{"a": "\n"}',
        "[" * 5000,
        "\x00",
        '"\\u12"',
        "{} {}",
        "\ufeff{}",
    ],
    ids=repr,
)
def test_what_is_not_json_is_malformed(studio: Api, raw: str) -> None:
    refused = sent(studio, raw)
    assert (refused.status, refused.code) == (422, "malformed"), refused.text
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("raw", ["[]", '"text"', "1", "true", "[" * 50 + "]" * 50])
def test_json_that_is_no_object_is_invalid(studio: Api, raw: str) -> None:
    assert sent(studio, raw).code == "validation"


@pytest.mark.parametrize("raw", ["", "  ", "{}"])
def test_an_empty_body_lacks_every_required_field(studio: Api, raw: str) -> None:
    refused = sent(studio, raw)
    assert [one["pointer"] for one in refused.json["errors"]] == ["/host", "/event_type", "/start", "/attendee"]


@pytest.mark.parametrize("field", ["host", "event_type", "start", "attendee", "answers"])
@pytest.mark.parametrize("value", [None, 1, 1.5, True, [], "", {"a": {}}, NESTED, 10**300], ids=str)
def test_a_field_of_another_type_is_invalid(studio: Api, field: str, value: object) -> None:
    if (field, value) == ("answers", None):
        return  # null is as good as leaving an optional field out
    refused = sent(studio, json.dumps({**ORDER, field: value}))
    assert refused.status == 422, refused.text
    assert refused.code == "validation"
    assert all(one["pointer"].startswith(f"/{field}") for one in refused.json["errors"])


@pytest.mark.parametrize(
    ("attendee", "pointer"),
    [
        ({"name": ""}, "/attendee/name"),
        ({"name": "   "}, "/attendee/name"),
        ({"name": "x" * 501}, "/attendee/name"),
        ({"email": "bob"}, "/attendee/email"),
        ({"email": "bob@example"}, "/attendee/email"),
        ({"email": "bób@example.com"}, "/attendee/email"),
        ({"email": ".bob@example.com"}, "/attendee/email"),
        ({"email": "bob.@example.com"}, "/attendee/email"),
        ({"email": "bob@exa mple.com"}, "/attendee/email"),
        ({"email": "a@example.com,b@example.com"}, "/attendee/email"),
        ({"email": "bob@example.com\n"}, "/attendee/email"),
        ({"email": "bo\x01b@example.com"}, "/attendee/email"),
        ({"email": "bob\x7f@example.com"}, "/attendee/email"),
        ({"email": "bob@example..com"}, "/attendee/email"),
        ({"email": "<bob@example.com>"}, "/attendee/email"),
        ({"email": f"{'b' * 65}@example.com"}, "/attendee/email"),
        ({"email": f"bob@{'e' * 250}.com"}, "/attendee/email"),
        ({"email": f"bob@{'e' * 64}.com"}, "/attendee/email"),
        ({"email": f"bob@mail.{'e' * 64}"}, "/attendee/email"),
        ({"email": f"bob@{'.'.join(['e' * 50] * 5)}.com"}, "/attendee/email"),
        ({"email": "bob@mail.-example.com"}, "/attendee/email"),
        ({"email": "bob@example.c"}, "/attendee/email"),
        ({"language": "english language"}, "/attendee/language"),
        ({"phone": "1"}, "/attendee/phone"),
    ],
    ids=str,
)
def test_an_attendee_has_sound_fields(studio: Api, attendee: dict[str, str], pointer: str) -> None:
    refused = sent(studio, json.dumps({**ORDER, "attendee": {**person(), **attendee}}))
    assert (refused.status, refused.code, refused.json["errors"][0]["pointer"]) == (422, "validation", pointer)


@pytest.mark.parametrize(
    "email", [f"bob@{'e' * 63}.example.museum", "b.o+b@1st.xn--p1ai", f"{'b' * 64}@{'.'.join(['e' * 60] * 3)}.co"]
)
def test_an_address_may_be_as_long_as_the_mail_system_has_it(studio: Api, email: str) -> None:
    booking = studio.post("/bookings", {**ORDER, "attendee": {**person(), "email": email}})
    assert (booking.status, booking.json["attendee"]["email"]) == (201, email)


@pytest.mark.parametrize(
    "zone", ["Europe/Atlantis", "", "../UTC", "/etc/passwd", "Europe", "+01:00", "UTC\x00", "x" * 65]
)
def test_an_unknown_zone_has_a_code_of_its_own(studio: Api, zone: str) -> None:
    refused = sent(studio, json.dumps({**ORDER, "attendee": {**person(), "timezone": zone}}))
    assert (refused.status, refused.code) == (422, "unknown_timezone"), refused.text


@pytest.mark.parametrize("zone", ["Asia/Calcutta", "US/Eastern", "UTC", "Etc/GMT+12", "Pacific/Apia"])
def test_legacy_aliases_are_zones(studio: Api, zone: str) -> None:
    booking = studio.post("/bookings", {**ORDER, "attendee": {**person(), "timezone": zone}})
    assert (booking.status, booking.json["timezone"]) == (201, zone)


class TestTimes:
    @pytest.mark.parametrize(
        ("start", "code"),
        [
            ("2027-03-01T10:00:00", "invalid_local_time"),
            ("2027-03-01T10:00", "invalid_local_time"),
            ("2027-03-01T10:00:00[Europe/Berlin]", "invalid_local_time"),
            ("2027-03-01T10:00:00+02:00[Europe/Berlin]", "invalid_local_time"),
            ("2027-03-28T02:30:00+01:00[Europe/Berlin]", "invalid_local_time"),
            ("2027-03-01T10:00:00+01:00[Europe/Atlantis]", "unknown_timezone"),
            ("2027-03-01T10:00:00+01:00[../../etc]", "validation"),
            ("2027-03-01", "validation"),
            ("2027-03-01 10:00:00+01:00", "validation"),
            ("2027-02-29T10:00:00+01:00", "validation"),
            ("2027-03-01T24:00:00Z", "validation"),
            ("2027-03-01T10:60:00Z", "validation"),
            ("2027-03-01T10:00:60Z", "validation"),
            ("2027-03-01T10:00:00+25:00", "validation"),
            ("2027-03-01T10:00:00+0100", "validation"),
            ("2027-03-01T10:00:00Z\n", "validation"),
            ("２０２７-03-01T10:00:00Z", "validation"),
            ("1999-12-31T23:59:59Z", "validation"),
            ("2200-01-01T00:00:00Z", "validation"),
            ("0000-01-01T00:00:00Z", "validation"),
            ("20270301T100000Z", "validation"),
            ("1803808800", "validation"),
        ],
    )
    def test_need_an_offset_and_keep_to_it(self, studio: Api, start: str, code: str) -> None:
        refused = sent(studio, json.dumps({**ORDER, "start": start}))
        assert (refused.status, refused.code) == (422, code), refused.text
        assert refused.json["errors"][0]["pointer"] == "/start"

    @pytest.mark.parametrize(
        "start",
        [
            "2027-03-01T09:00:00Z",
            "2027-03-01t09:00:00z",
            "2027-03-01T09:00Z",
            "2027-03-01T09:00:00.000Z",
            "2027-03-01T10:00:00+01:00[Europe/Berlin]",
            "2027-03-01T04:00:00-05:00[America/New_York]",
            "2027-03-01T14:45:00+05:45",
        ],
    )
    def test_of_any_offset_are_the_same_moment(self, studio: Api, start: str) -> None:
        reply = studio.post("/bookings", {**ORDER, "start": start})
        assert (reply.status, reply.json["start_utc"]) == (201, "2027-03-01T09:00:00Z")


def test_a_field_given_twice_counts_the_last_time(studio: Api) -> None:
    raw = json.dumps(ORDER)[:-1] + ', "host": "nobody"}'
    assert sent(studio, raw).status == 404


class TestSize:
    def test_of_32_kib_is_accepted(self, studio: Api) -> None:
        raw = json.dumps(ORDER)
        assert studio.call("POST", "/bookings", raw=raw + " " * (32 * 1024 - len(raw))).status == 201

    def test_above_is_refused(self, studio: Api) -> None:
        raw = json.dumps(ORDER)
        refused = sent(studio, raw + " " * (32 * 1024 + 1 - len(raw)))
        assert (refused.status, refused.code) == (413, "too_large")

    def test_counts_bytes(self, studio: Api) -> None:
        raw = json.dumps({**ORDER, "answers": {"x": "€" * 11_000}}, ensure_ascii=False)
        assert len(raw) < 32 * 1024
        assert sent(studio, raw).status == 413


class TestNamesInPaths:
    @pytest.mark.parametrize(
        "name", ["Ada", "a" * 64, "-ada", "ada_", "ada.", "%41da", "ada%2Fx", "%00", "ü", "a%20b", "ada%0A", "*", "a#b"]
    )
    def test_that_are_spelt_otherwise_are_404(self, studio: Api, name: str) -> None:
        for path in (f"/v1/{name}/slots", f"/v1/acme/hosts/{name}", f"/v1/acme/bookings/{name}"):
            assert studio.get(path).status == 404

    @pytest.mark.parametrize("tenant", ["v1", "manage", "oauth", "webhooks", "assets", "static", "docs", "health"])
    def test_that_are_reserved_are_no_tenants(self, studio: Api, tenant: str) -> None:
        assert studio.get(f"/v1/{tenant}/slots").status == 404


class TestPathsWithoutARoute:
    def test_are_404_problems(self, api: Api) -> None:
        reply = api.get("/v1/acme/nothing/here")
        assert (reply.status, reply.code) == (404, "not_found")
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.json["request_id"] == "request-1"

    def test_of_another_method_say_which_are_allowed(self, api: Api) -> None:
        reply = api.call("PUT", "/hosts/ada")
        assert (reply.status, reply.code, reply.headers["allow"]) == (405, "method_not_allowed", "DELETE, GET, PATCH")


def test_unknown_query_parameters_are_refused_on_writes_too(studio: Api) -> None:
    with nothing_written():
        refused = studio.post("/bookings", ORDER, query={"dry_run": "true"})
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/query/dry_run")


def test_a_problem_has_all_its_members(studio: Api) -> None:
    problem = studio.post("/bookings", {**ORDER, "start": at("10:07")}).json
    assert problem.keys() == {"type", "title", "status", "detail", "code", "request_id", "errors"}
    assert problem["errors"] == [{"pointer": "/start", "detail": problem["detail"]}]
    assert (problem["status"], problem["code"], problem["request_id"]) == (422, "not_offered", "request-1")
    assert problem["type"].endswith("not_offered")


def test_no_answer_is_kept_by_caches_and_cors_is_the_gateways(studio: Api) -> None:
    for reply in (studio.get(INTRO), studio.get("/hosts/nobody"), studio.post("/bookings", ORDER)):
        assert reply.headers["cache-control"] == "no-store"
        assert not [name for name in reply.headers if name.startswith("access-control-")]


def test_a_body_in_base64_is_read(studio: Api) -> None:
    """As API Gateway hands over what is not text."""
    from base64 import b64encode

    from public.book import handler
    from tests.harness import Context

    event = studio._event("POST", "/v1/acme/bookings", "POST /v1/{tenant}/bookings")
    encoded = {**event, "pathParameters": {"tenant": "acme"}, "isBase64Encoded": True}
    assert handler(encoded | {"body": b64encode(json.dumps(ORDER).encode()).decode()}, Context())["statusCode"] == 201
    for bad in ("€", b64encode(b"\xff\xfe{}").decode()):
        answer = handler(encoded | {"body": bad}, Context())
        assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (422, "malformed")
