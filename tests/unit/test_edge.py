"""The edge by itself: addresses, tags, cursors, problems, fields."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from daybook.domain import errors
from daybook.edge import fields, problems, requests
from daybook.edge.cursors import sealed, unsealed
from daybook.edge.editing import Patch, patched, require_match

SECRET = b"s" * 32
START = datetime(2027, 3, 1, 9, tzinfo=UTC)


class Thing(BaseModel, extra="forbid"):
    id: str
    size: int = 3
    colour: str | None = None


class TestAddresses:
    @pytest.mark.parametrize(
        ("source", "counted"),
        [
            ("203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:DB8:1:2::9", "2001:db8:1:2::"),
            ("", "unknown"),
            ("nonsense", "unknown"),
        ],
    )
    def test_are_counted_by_themselves_or_by_their_64(self, source: str, counted: str) -> None:
        assert requests.address_of(source) == counted


class TestTags:
    @pytest.mark.parametrize(
        ("header", "version"),
        [(None, None), ("*", None), ('"7"', 7), ('W/"7"', 7), (' "7" ', 7), ('"x"', -1), ("", -1), ('"٣"', -1)],
    )
    def test_name_a_version_or_match_nothing(self, header: str | None, version: int | None) -> None:
        assert requests.if_match(header) == version

    def test_of_another_version_are_refused(self) -> None:
        for wanted in (None, 2):
            require_match(wanted, 2)
        with pytest.raises(errors.PreconditionFailed):
            require_match(1, 2)


class TestPatches:
    def test_keep_what_they_leave_out_and_reset_what_they_null(self) -> None:
        current = Thing(id="a", size=5, colour="red")
        after = patched(Thing, current, Patch({"colour": None}), fixed="id", name="a")
        assert after == Thing(id="a", size=5)

    def test_never_rename(self) -> None:
        for name in ("b", None):
            with pytest.raises(errors.ValidationFailed):
                patched(Thing, Thing(id="a"), Patch({"id": name}), fixed="id", name="a")

    def test_are_validated_as_a_whole(self) -> None:
        with pytest.raises(errors.ValidationFailed) as refused:
            patched(Thing, Thing(id="a"), Patch({"size": "big", "weight": 1}), fixed="id", name="a")
        assert [one.pointer for one in refused.value.errors] == ["/size", "/weight"]


class TestCursors:
    def test_open_the_list_they_were_made_for(self) -> None:
        assert sealed(SECRET, "hosts", None) is None
        assert unsealed(SECRET, "hosts", None) is None
        assert unsealed(SECRET, "hosts", sealed(SECRET, "hosts", '{"pk": "ü"}')) == '{"pk": "ü"}'

    @pytest.mark.parametrize(("secret", "listing"), [(b"x" * 32, "hosts"), (SECRET, "keys")])
    def test_open_no_other(self, secret: bytes, listing: str) -> None:
        with pytest.raises(errors.ValidationFailed):
            unsealed(secret, listing, sealed(SECRET, "hosts", "x"))

    @pytest.mark.parametrize("text", ["", "x", "é", "\ud800", "AAAA"])
    def test_are_not_made_up(self, text: str) -> None:
        with pytest.raises(errors.ValidationFailed):
            unsealed(SECRET, "hosts", text)


class TestIdempotencyKeys:
    @pytest.mark.parametrize("key", [None, "k" * 16, "k" * 128, "a key with ~!@# "])
    def test_are_16_to_128_printable_characters(self, key: str | None) -> None:
        assert requests.idempotency_key(key) == key

    @pytest.mark.parametrize("key", ["", "k" * 15, "k" * 129, "ü" * 16, "k" * 16 + "\n"])
    def test_are_nothing_else(self, key: str) -> None:
        with pytest.raises(errors.ValidationFailed):
            requests.idempotency_key(key)


class TestProblems:
    def answer(self, error: errors.DaybookError) -> tuple[int, dict[str, object], dict[str, object]]:
        import json

        response = problems.problem(error, "r-1")
        return response.status, json.loads(str(response.body)), dict(response.headers)

    def test_name_alternatives_of_a_taken_time(self) -> None:
        _, body, _ = self.answer(errors.SlotTaken(alternatives=[START]))
        assert body["alternatives"] == ["2027-03-01T09:00:00Z"]

    def test_say_when_to_come_again(self) -> None:
        limited = errors.TooManyRequests("", limit=5, retry_after=timedelta(seconds=0.2))
        assert self.answer(limited)[2]["Retry-After"] == "1"
        assert self.answer(errors.Busy())[2]["Retry-After"] == "2"
        assert self.answer(errors.RequestInProgress())[2]["Retry-After"] == "1"

    def test_say_what_is_allowed(self) -> None:
        assert self.answer(errors.MethodNotAllowed("", ["GET", "POST"]))[2]["Allow"] == "GET, POST"

    def test_of_ours_tell_nothing_but_the_request(self) -> None:
        body = problems.unexpected("r-1").body
        assert '"code":"internal"' in body
        assert "r-1" in body

    def test_quote_no_input(self) -> None:
        with pytest.raises(errors.ValidationFailed) as refused:
            requests.validated(Thing, {"id": 5, "size": "bob@example.com"})
        assert "bob@example.com" not in str(self.answer(refused.value))


class TestRefusalsOfFields:
    @pytest.mark.parametrize(
        ("kinds", "chosen"),
        [
            (["invalid_local_time"], errors.InvalidLocalTime),
            (["unknown_timezone"], errors.UnknownTimezone),
            (["range_too_large"], errors.RangeTooLarge),
            (["unknown_timezone", "invalid_local_time"], errors.InvalidLocalTime),
            (["unknown_timezone", "missing"], errors.ValidationFailed),
            (["missing"], errors.ValidationFailed),
        ],
    )
    def test_have_a_code_of_their_own_if_nothing_else_is_wrong(
        self, kinds: list[str], chosen: type[errors.Invalid]
    ) -> None:
        found = [{"type": kind, "loc": ("a", n), "msg": "wrong", "input": None} for n, kind in enumerate(kinds)]
        refusal = requests.refusal(found, "/query")
        assert type(refusal) is chosen
        assert [one.pointer for one in refusal.errors] == [f"/query/a/{n}" for n in range(len(kinds))]


def read(kind: object, value: object) -> object:
    """Return what a field reads, or the type of error that it gives."""
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        return error.errors()[0]["type"]


class TestFields:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2027-03-01T09:00:00Z", START),
            ("2027-03-01T10:00:00.000000001+01:00", START + timedelta(microseconds=1)),
            ("2000-01-01T00:00:00+14:00", datetime(1999, 12, 31, 10, tzinfo=UTC)),
            ("2027-10-31T02:30:00+01:00[Europe/Berlin]", datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
            ("2027-10-31T02:30:00+02:00[Europe/Berlin]", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
            ("2027-10-31T02:30:00+03:00[Europe/Berlin]", "invalid_local_time"),
            ("2027-03-01T09:00:00", "invalid_local_time"),
            ("2027-03-01T09:00:00Z[Nowhere]", "unknown_timezone"),
            (START, "moment"),
            (0, "moment"),
            (None, "moment"),
        ],
        ids=str,
    )
    def test_read_moments_as_utc(self, text: object, expected: object) -> None:
        assert read(fields.Moment, text) == expected

    @pytest.mark.parametrize(
        ("text", "expected"),
        [("2027-02-28", date(2027, 2, 28)), ("2027-02-29", "date"), ("2027-2-28", "date"), (20270228, "date")],
    )
    def test_read_dates(self, text: object, expected: object) -> None:
        assert read(fields.Day, text) == expected

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("00:00", timedelta(0)),
            ("23:55", timedelta(hours=23, minutes=55)),
            ("24:00", timedelta(hours=24)),
            ("24:05", "wall_time"),
            ("23:59", "wall_time"),
            ("9:00", "wall_time"),
            ("09:00\n", "wall_time"),
            (9, "wall_time"),
        ],
    )
    def test_read_wall_times_on_the_grid(self, text: object, expected: object) -> None:
        assert read(fields.WallTime, text) == expected

    @pytest.mark.parametrize("text", ["a\nb", "a\x00", "a\x7f", "a\x9f", "a\u2028b", "a\u2029b", "\t"])
    def test_refuse_control_characters_in_lines(self, text: str) -> None:
        assert read(fields.Line, text) == "control"

    @pytest.mark.parametrize(
        ("text", "expected"), [("a\n\tb\r\nc", "a\n\tb\r\nc"), ("a\rb", "control"), ("\x1b[0m", "control"), ("", "")]
    )
    def test_allow_line_breaks_and_tabs_in_texts(self, text: str, expected: str) -> None:
        assert read(fields.Text, text) == expected

    @pytest.mark.parametrize(
        "text",
        ["a@b.co", "first.last+tag@sub.example.com", "o'brien@example.com", "a@xn--bcher-kva.de"],
    )
    def test_take_ordinary_addresses(self, text: str) -> None:
        assert read(fields.Email, text) == text

    @pytest.mark.parametrize("value", [True, 30.0, "30", 7, -5, 1441, None, 10**400])
    def test_take_whole_minutes_alone(self, value: object) -> None:
        assert isinstance(read(fields.Minutes, value), str)

    @pytest.mark.parametrize(
        ("name", "known"), [("Europe/Berlin", True), ("Asia/Calcutta", True), ("Mars/Base", False)]
    )
    def test_know_zones_by_name(self, name: str, known: bool) -> None:
        assert (read(fields.ZoneName, name) == name) is known
        assert (read(fields.Zone, name) == "unknown_timezone") is not known

    @pytest.mark.parametrize("value", [1, None, True, [], {}])
    def test_take_no_zone_that_is_no_text(self, value: object) -> None:
        assert isinstance(read(fields.Zone, value), str)
