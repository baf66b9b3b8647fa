"""What scopes are asked for, and what granted ones allow."""

import pytest

from daybook.domain.consent import ASKED, Right, asked_scopes, rights_of

AUTH = "https://www.googleapis.com/auth/"
IDENTITY = ["openid", AUTH + "userinfo.email"]


def test_no_more_is_asked_for_than_is_needed() -> None:
    assert asked_scopes(existing=False) == (
        "openid",
        "email",
        AUTH + "calendar.events.freebusy",
        AUTH + "calendar.calendarlist.readonly",
        AUTH + "calendar.app.created",
    )
    assert set(asked_scopes(existing=True)) - set(asked_scopes(existing=False)) == {AUTH + "calendar.events.owned"}


@pytest.mark.parametrize("right", Right)
def test_each_scope_that_is_asked_for_gives_its_right_alone(right: Right) -> None:
    assert rights_of([*IDENTITY, ASKED[right]]) == {right}


@pytest.mark.parametrize(
    ("scope", "rights"),
    [
        ("calendar", set(Right)),
        ("calendar.readonly", {Right.READ_BUSY, Right.LIST_CALENDARS}),
        ("calendar.events", {Right.READ_BUSY, Right.WRITE_EXISTING}),
        ("calendar.events.readonly", {Right.READ_BUSY}),
        ("calendar.calendarlist", {Right.LIST_CALENDARS}),
        ("calendar.settings.readonly", set()),
        ("calendarists", set()),
        ("drive", set()),
    ],
)
def test_what_was_granted_before_counts(scope: str, rights: set[Right]) -> None:
    assert rights_of([AUTH + scope]) == rights


def test_scopes_of_others_give_nothing() -> None:
    assert rights_of([]) == rights_of(["calendar", "https://evil.example/auth/calendar", *IDENTITY]) == frozenset()
