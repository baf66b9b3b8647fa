"""Connected accounts as a host's keys see, choose and disconnect them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from daybook import calendar_wiring, wiring
from daybook.domain.connection import Channel, Connection, State
from tests.harness import Api
from tests.integration.calendars import GMAIL, Office
from tests.integration.scenes import at, change, nothing_written


@pytest.fixture
def connection(office: Office) -> Connection:
    """Ada's account, with a second calendar of hers and one of somebody else's that she can only read."""
    office.google.people.add_calendar(GMAIL, "Family")
    office.google.people.add_account("eve@gmail.example")
    office.google.people.share("eve@gmail.example", GMAIL, _reader())
    found = office.connect()
    office.queued("sync")
    office.queued("calendar")
    return found


def _reader() -> Any:
    from local.google.world import ROLES

    return next(access for access, name in ROLES.items() if name == "reader")


def named(connection: Connection, name: str) -> str:
    [found] = [one.id for one in connection.calendars if one.name == name]
    return found


def put(before: Connection, **fields: Any) -> Connection:
    after = replace(before, version=before.version + 1, **fields)
    calendar_wiring.connections().put(after, version=before.version)
    return after


class TestShowing:
    def test_tells_state_rights_calendars_and_freshness(self, office: Office, connection: Connection) -> None:
        [shown] = office.calendars()
        assert (shown["id"], shown["provider"], shown["account"]) == (connection.id, "google", GMAIL)
        assert (shown["state"], shown["problem"], shown["synced_at"], shown["behind"]) == (
            "connected", None, None, False,
        )  # fmt: skip
        assert shown["granted"] == ["list_calendars", "make_calendar", "read_busy"]
        assert (shown["busy_from"], shown["write_to"]) == ([GMAIL], connection.dedicated)
        assert (shown["on_edit"], shown["guests"], shown["unsettled_block"]) == ("follow", "daybook", True)
        by_name = {one["name"]: one for one in shown["calendars"]}
        assert by_name["Family"]["busy"] is False
        assert by_name["Daybook"]["writable"] is True
        [main] = [one for one in shown["calendars"] if one["primary"]]
        assert (main["id"], main["timezone"], main["busy"]) == (GMAIL, "Europe/Berlin", True)
        reply = office.api.host("GET", office.path(connection))
        assert reply.json == shown
        assert reply.headers["etag"] == '"1"'

    def test_tells_until_when_changes_are_told_and_when_it_fell_behind(
        self, office: Office, connection: Connection
    ) -> None:
        now = office.api.clock()
        channel = Channel(id="c", resource="r", token_sha256="t", expires_at=now + timedelta(days=7))
        put(connection, channels={GMAIL: channel}, synced_at=now)
        office.api.clock.advance(minutes=59)
        [shown] = office.calendars()
        assert (shown["synced_at"], shown["behind"]) == ("2027-03-01T06:00:00Z", False)
        assert [one["pushed_until"] for one in shown["calendars"] if one["primary"]] == ["2027-03-08T06:00:00Z"]
        office.api.clock.advance(minutes=2)
        assert office.calendars()[0]["behind"] is True

    def test_tells_no_secret(self, office: Office, connection: Connection) -> None:
        channel = Channel(id="c", resource="r", token_sha256="t" * 64, expires_at=office.api.clock())
        connection = put(connection, channels={GMAIL: channel})
        text = office.api.host("GET", office.path(connection)).text
        for secret in (connection.sealed_token, connection.subject, "t" * 64):
            assert secret not in text

    def test_names_what_is_broken(self, office: Office, connection: Connection) -> None:
        broken = connection.broken("invalid_grant", now=office.api.clock())
        calendar_wiring.connections().put(broken, version=connection.version)
        [shown] = office.calendars()
        assert (shown["state"], shown["problem"]) == ("broken", "invalid_grant")

    def test_lists_none_and_finds_none_of_another_host(self, office: Office, connection: Connection) -> None:
        host = {"slug": "eve", "name": "Eve", "email": "eve@example.com", "timezone": "UTC"}
        assert office.api.host("POST", "/hosts", host).status == 201
        assert office.api.host("GET", "/hosts/eve/calendars").json == {"items": [], "next_cursor": None}
        assert office.api.host("GET", "/hosts/nobody/calendars").status == 404
        for method in ("GET", "PATCH", "DELETE"):
            assert office.api.host(method, f"/hosts/eve/calendars/{connection.id}", {}).status == 404


class TestChoosing:
    def choose(self, office: Office, connection: Connection, **fields: Any) -> Any:
        return office.api.host("PATCH", office.path(connection), fields)

    def test_what_blocks_has_everything_read_afresh(self, office: Office, connection: Connection) -> None:
        family = named(connection, "Family")
        reply = self.choose(office, connection, busy_from=[family, GMAIL])
        assert (reply.status, reply.headers["etag"]) == (200, '"2"')
        assert reply.json["busy_from"] == sorted([family, GMAIL])
        [after] = office.connections()
        assert after.busy_from == {family, GMAIL}
        assert after.due_at == office.api.clock()
        [message] = office.queued("sync")
        assert (message["sync"]["connection"], message["sync"]["afresh"]) == (connection.id, True)
        assert office.queued("calendar") == []

    def test_where_bookings_appear_is_written_down_for_who_has_them_written_again(
        self, office: Office, connection: Connection
    ) -> None:
        calendar_wiring.connections().note(replace(connection, to_copy=False))
        assert self.choose(office, connection, write_to=None).json["write_to"] is None
        host = wiring.catalogue().host("acme", "ada")
        assert host is not None
        assert host.written_by is None
        assert self.choose(office, connection, write_to=connection.dedicated).status == 200
        assert office.connections()[0].to_copy
        assert [message["sync"].get("afresh", False) for message in office.queued("sync")] == [False, False]

    def test_guests_and_edits_are_told_to_mails_and_workers(self, office: Office, connection: Connection) -> None:
        assert self.choose(office, connection, guests="provider", on_edit="restore").status == 200
        host = wiring.catalogue().host("acme", "ada")
        assert host is not None
        assert host.guests_invited
        assert office.connections()[0].on_edit == "restore"

    def test_of_the_same_again_changes_nothing(self, office: Office, connection: Connection) -> None:
        with nothing_written():
            reply = self.choose(office, connection, busy_from=[GMAIL], id=connection.id)
        assert (reply.status, reply.headers["etag"]) == (200, '"1"')
        assert office.queued("sync") == []

    def test_on_an_older_version_is_refused(self, office: Office, connection: Connection) -> None:
        put(connection)
        with nothing_written():
            reply = office.api.host(
                "PATCH", office.path(connection), {"on_edit": "restore"}, headers={"If-Match": '"1"'}
            )
        assert (reply.status, reply.code) == (412, "precondition_failed")

    @pytest.mark.parametrize(
        ("fields", "pointer"),
        [
            ({"busy_from": ["nobody@example.com"]}, "/busy_from"),
            ({"busy_from": [f"c{number}" for number in range(21)]}, "/busy_from"),
            ({"busy_from": [7]}, "/busy_from/0"),
            ({"write_to": "nobody@example.com"}, "/write_to"),
            ({"write_to": GMAIL}, "/write_to"),
            ({"write_to": "eve@gmail.example"}, "/write_to"),
            ({"on_edit": "ignore"}, "/on_edit"),
            ({"guests": "both"}, "/guests"),
            ({"unsettled_block": "no"}, "/unsettled_block"),
            ({"account": "x"}, "/account"),
            ({"id": "other"}, "/id"),
        ],
    )
    def test_what_cannot_be_is_refused_by_its_field(
        self, office: Office, connection: Connection, fields: dict[str, Any], pointer: str
    ) -> None:
        with nothing_written():
            reply = self.choose(office, connection, **fields)
        assert reply.status == 422, reply.text
        assert pointer in [error["pointer"] for error in reply.json["errors"]]

    def test_existing_calendars_want_a_right_of_their_own_and_to_be_writable(self, office: Office) -> None:
        office.google.people.add_account("eve@gmail.example")
        office.google.people.share("eve@gmail.example", GMAIL, _reader())
        office.connect()
        connection = office.connect(link=office.link(write_to="existing"))
        assert self.choose(office, connection, write_to="eve@gmail.example").status == 422
        assert self.choose(office, connection, write_to=GMAIL).status == 200
        [after] = office.connections()
        assert (after.write_to, after.dedicated is None) == (GMAIL, False)

    def test_bookings_appear_in_one_account_at_most(self, office: Office, connection: Connection) -> None:
        office.came_back(email="eve@gmail.example")
        [other] = [one for one in office.connections() if one.id != connection.id]
        assert other.write_to is None
        office.google.people.add_calendar("eve@gmail.example", "Work")
        again = office.came_back(email="eve@gmail.example", link=office.link(write_to="existing"))
        assert again.status == 200
        assert self.choose(office, other, write_to="eve@gmail.example").code == "in_use"
        assert self.choose(office, connection, write_to=None).status == 200
        assert self.choose(office, other, write_to="eve@gmail.example").status == 200

    def test_a_host_changed_meanwhile_keeps_its_connections(self, office: Office, connection: Connection) -> None:
        change(office.api, "/hosts/ada", name="Ada L.")
        host = wiring.catalogue().host("acme", "ada")
        assert host is not None
        assert (host.connections, host.written_by) == ({connection.id}, connection.id)
        assert "connections" not in office.api.host("GET", "/hosts/ada").text


class TestDisconnecting:
    def test_lets_it_go_at_once_and_asks_for_the_rest(self, office: Office, connection: Connection) -> None:
        assert office.api.host("DELETE", office.path(connection)).status == 204
        [after] = office.connections()
        assert after.state is State.LEAVING
        assert office.calendars()[0]["state"] == "leaving"
        host = wiring.catalogue().host("acme", "ada")
        assert host is not None
        assert (host.connections, host.written_by) == (frozenset(), None)
        [message] = office.queued("sync")
        assert message["sync"]["connection"] == connection.id

    def test_twice_is_no_mistake_and_choosing_then_is_one(self, office: Office, connection: Connection) -> None:
        assert office.api.host("DELETE", office.path(connection)).status == 204
        with nothing_written():
            assert office.api.host("DELETE", office.path(connection)).status == 204
            reply = office.api.host("PATCH", office.path(connection), {"on_edit": "restore"})
        assert (reply.status, reply.code) == (409, "in_use")

    def test_comes_before_removing_a_host(self, office: Office, connection: Connection) -> None:
        with nothing_written():
            reply = office.api.host("DELETE", "/hosts/ada")
        assert (reply.status, reply.code) == (409, "in_use")
        assert "calendar" in reply.json["detail"]


def test_another_tenants_host_of_the_same_name_has_none_of_it(
    office: Office, globex: Api, connection: Connection
) -> None:
    assert globex.host("GET", "/hosts/ada/calendars").json["items"] == []
    with nothing_written():
        for method in ("GET", "PATCH", "DELETE"):
            assert globex.host(method, office.path(connection), {"write_to": None}).status == 404
    assert at("10:00")
