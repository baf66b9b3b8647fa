"""The demo data."""

from datetime import UTC, datetime

from local.demo import requests


def test_the_studio_has_two_hosts_three_event_types_and_slots_of_the_next_days() -> None:
    now = datetime(2026, 3, 27, 22, 30, tzinfo=UTC)
    posts = requests(now)
    assert [body["slug"] for path, body in posts if path == "/hosts"] == ["ada", "grace"]
    types = {body["slug"]: body for path, body in posts if path.endswith("/event-types")}
    assert set(types) == {"intro", "consulting", "workshop"}
    assert types["workshop"]["capacity"] == 5
    assert types["consulting"]["buffer_after_minutes"] == 15
    starts = [datetime.fromisoformat(body["start"]) for path, body in posts if path == "/slots"]
    assert all(start > now for start in starts)
    # Clocks go forward in Berlin on the 29th: wall clock and offset must belong together.
    assert starts[0].isoformat() == "2026-03-28T18:00:00+01:00"
    assert starts[1].isoformat() == "2026-03-29T18:30:00+02:00"
