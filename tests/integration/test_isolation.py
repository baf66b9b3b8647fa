"""Tenants see nothing of each other, and a key does what its scopes and its host allow: on every endpoint."""

import pytest

from tests.harness import Api, Reply, routes
from tests.integration.calendars import Queues
from tests.integration.endpoints import CASES, EVERYBODY, Case, World, world
from tests.integration.scenes import INTRO, asked, at, book, issue, nothing_written, person, shown

each = pytest.mark.parametrize("case", CASES, ids=str)
of_tenants = pytest.mark.parametrize("case", [case for case in CASES if case.scopes], ids=str)
with_ids = pytest.mark.parametrize("case", [case for case in CASES if "{" in case.path], ids=str)

OPEN_TO_ALL = {"GET /v1/{tenant}/hosts/{host}", "GET /v1/{tenant}/hosts/{host}/event-types/{event_type}"}


@pytest.fixture
def ids(studio: Api, deployed: Queues) -> World:
    return world(studio)


def test_every_endpoint_is_listed_here_once() -> None:
    paths = [f"{endpoint.method} {endpoint.path}" for _, _, endpoint, _ in routes()]
    # Pages are for people (test_manage_page.py, test_connecting.py), webhooks for other services.
    declared = [path for path in paths if " /v1/{tenant}/" in path or path.endswith("/health")]
    assert sorted(case.route for case in CASES) == sorted(declared)


@each
def test_the_request_of_the_table_succeeds(studio: Api, ids: World, case: Case) -> None:
    case.prepare(studio)
    reply = case.send(studio, ids, bearer=studio.key)
    assert reply.status == case.status, reply.text


@pytest.mark.parametrize("case", [case for case in CASES if case.method == "GET"], ids=str)
def test_a_get_changes_nothing(studio: Api, ids: World, case: Case) -> None:
    with nothing_written():
        for bearer in (studio.key, ids["token"], None):
            case.send(studio, ids, bearer=bearer)


@of_tenants
def test_another_tenants_key_finds_nothing_and_writes_nothing(studio: Api, globex: Api, ids: World, case: Case) -> None:
    case.prepare(studio)
    with nothing_written():
        reply = case.send(studio, ids, bearer=globex.key)
    assert (reply.status, reply.code) == (404, "not_found"), reply.text


@with_ids
def test_another_tenants_ids_are_unknown_in_ones_own_path(studio: Api, globex: Api, ids: World, case: Case) -> None:
    case.prepare(studio)
    with nothing_written():
        reply = case.send(globex, ids, bearer=globex.key)
    assert (reply.status, reply.code) == (404, "not_found"), reply.text


@of_tenants
def test_an_unknown_tenant_is_404(studio: Api, ids: World, case: Case) -> None:
    with nothing_written():
        reply = case.send(studio, ids, bearer=studio.key, tenant="nobody")
    assert (reply.status, reply.code) == (404, "not_found"), reply.text


@each
def test_without_a_credential_only_public_endpoints_answer(studio: Api, ids: World, case: Case) -> None:
    reply = case.send(studio, ids, bearer=None)
    if case.keyed:
        assert reply.status in {401, 404}, reply.text
    else:
        assert reply.status == case.status, reply.text


@of_tenants
def test_a_key_that_is_not_live_is_refused(studio: Api, ids: World, case: Case) -> None:
    key_id, secret = studio.key.removeprefix("dbk_").split("_", 1)
    stranger = "0" * len(key_id)
    with nothing_written():
        for bad in (f"dbk_{key_id}_{secret[:-1]}", f"dbk_{stranger}_{secret}", f"dbk_{key_id}", "dbk_"):
            assert case.send(studio, ids, bearer=bad).status in {401, 403}


def refused(case: Case, reply: Reply) -> None:
    """Refuse, or show what everybody sees where there is such a thing: a key never sees less than none."""
    if case.route in OPEN_TO_ALL:
        assert reply.status == 200
        assert not {"email", "schedule", "hidden"} & reply.json.keys()
    else:
        assert (reply.status, reply.code) == (403, "scope"), reply.text


@of_tenants
def test_a_key_without_the_endpoints_scopes_is_refused(studio: Api, ids: World, case: Case) -> None:
    keys = [issue(studio, scope) for scope in EVERYBODY - case.scopes]
    case.prepare(studio)
    with nothing_written():
        for key in keys:
            refused(case, case.send(studio, ids, bearer=key))


@pytest.mark.parametrize(
    ("case", "scope"), [(case, scope) for case in CASES for scope in sorted(case.scopes - {"admin"})], ids=str
)
def test_a_key_with_one_of_the_endpoints_scopes_passes(studio: Api, ids: World, case: Case, scope: str) -> None:
    key = issue(studio, scope)
    case.prepare(studio)
    assert case.send(studio, ids, bearer=key).status == case.status


@of_tenants
def test_a_key_of_another_host_is_refused(studio: Api, ids: World, case: Case) -> None:
    body = {"slug": "grace", "name": "Grace", "email": "grace@example.com", "timezone": "UTC"}
    assert studio.host("POST", "/hosts", body).status == 201
    bound = issue(studio, "admin", host="grace")
    case.prepare(studio)
    if not case.of_host:
        assert case.send(studio, ids, bearer=bound).status == case.status
        return
    with nothing_written():
        refused(case, case.send(studio, ids, bearer=bound))


class TestWhatIsCarriedFromTenantToTenant:
    def test_a_cursor_opens_nothing(self, studio: Api, globex: Api) -> None:
        for n in range(101):
            studio.host("POST", "/api-keys", {"name": str(n), "scopes": ["read"]})
        cursor = studio.host("GET", "/api-keys").json["next_cursor"]
        assert studio.host("GET", "/api-keys", query={"cursor": cursor}).json["items"]
        assert globex.host("GET", "/api-keys", query={"cursor": cursor}).status == 422
        assert studio.host("GET", "/hosts", query={"cursor": cursor}).status == 422

    def test_a_manage_token_opens_nothing(self, studio: Api, globex: Api, ids: World) -> None:
        assert globex.get(f"/bookings/{ids['booking']}", bearer=ids["token"]).status == 404

    def test_an_idempotency_key_replays_nothing(self, studio: Api, globex: Api) -> None:
        ours, theirs = (book(api, key="idempotency-key-1").json for api in (studio, globex))
        assert ours["id"] != theirs["id"]

    def test_a_name_that_both_have_is_two(self, studio: Api, globex: Api) -> None:
        book(studio)
        assert book(globex).status == 201
        globex.host("PATCH", INTRO, {"title": "Theirs"})
        assert studio.get(INTRO).json["title"] == "Intro"
        assert len(studio.host("GET", "/bookings").json["items"]) == 1


class TestAKeyOfOneHost:
    def test_works_for_that_host(self, studio: Api, ids: World) -> None:
        bound = issue(studio, "admin", host="ada")
        assert studio.post("/bookings", asked(at("16:00")), bearer=bound).status == 201
        assert studio.call("PATCH", "/hosts/ada", {"name": "A."}, bearer=bound).status == 200
        assert len(studio.get("/bookings", bearer=bound).json["items"]) == 4

    @pytest.mark.parametrize(("method", "path"), [("GET", "/hosts"), ("GET", "/api-keys"), ("POST", "/api-keys")])
    def test_reaches_nothing_of_the_tenant_as_a_whole(self, studio: Api, method: str, path: str) -> None:
        bound = issue(studio, "admin", host="ada")
        body = {"name": "free", "scopes": ["admin"]} if method == "POST" else None
        assert studio.call(method, path, body, bearer=bound).code == "scope"


def test_a_manage_token_is_no_key(studio: Api, ids: World) -> None:
    with nothing_written():
        for case in CASES:
            public = case.route.split("/")[-1] in {"reschedule", "cancel"} or not case.keyed
            if not public and case.method != "GET":
                assert case.send(studio, ids, bearer=ids["token"]).status in {401, 403}, case.route


def test_an_attendee_who_books_twice_is_not_told_who_holds_the_time(studio: Api) -> None:
    book(studio)
    for reply in (book(studio), book(studio, who="eve")):
        assert "bob" not in reply.text
        assert person()["name"] not in reply.text


def test_the_public_sees_no_address_of_a_host(studio: Api, ids: World) -> None:
    for path in ("/hosts/ada", INTRO, f"{INTRO}/slots?from=2027-03-01&to=2027-03-01&timezone=UTC", "/slots"):
        assert "ada@example.com" not in studio.get(path).text
    assert shown(studio, {"id": ids["booking"]})["attendee"]["email"] == "bob@example.com"
