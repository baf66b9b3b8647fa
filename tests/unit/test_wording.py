"""The words of pages: every language says all there is to say, with the same blanks to fill in."""

import re
from datetime import UTC, datetime
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from daybook.adapters.mail.catalogue import catalogues
from daybook.domain import errors
from daybook.domain.booking import Status
from daybook.edge.pages import TEMPLATES
from daybook.edge.wording import LANGUAGES, Wording, accepted

TEXTS = {tag: catalogue.texts for tag, catalogue in catalogues(LANGUAGES).items()}
OTHERS = sorted(TEXTS.keys() - {"en"})


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_there_are_four_languages() -> None:
    assert sorted(TEXTS) == ["de", "en", "es", "fr"]


@pytest.mark.parametrize("tag", OTHERS)
def test_a_language_says_all_that_english_says_with_the_same_blanks(tag: str) -> None:
    assert {key: blanks(text) for key, text in TEXTS[tag].items()} == {
        key: blanks(text) for key, text in TEXTS["en"].items()
    }


@pytest.mark.parametrize("tag", OTHERS)
def test_a_language_leaves_nothing_in_english(tag: str) -> None:
    assert [key for key, text in TEXTS[tag].items() if text and text == TEXTS["en"][key]] == []


def test_every_state_has_a_word_and_a_sentence() -> None:
    for status in Status:
        assert TEXTS["en"][f"status.{status}"]
        assert f"lead.{status}" in TEXTS["en"]


def test_a_refusal_names_an_error_that_exists() -> None:
    codes = {each.code for each in vars(errors).values() if isinstance(each, type) and hasattr(each, "code")}
    named = {key.rsplit(".", 1)[1] for key in TEXTS["en"] if key.startswith("refusals.")}
    assert named - codes == {"other"}


def test_templates_use_the_words_there_are() -> None:
    used = {
        key
        for path in TEMPLATES.glob("*.html")
        for key in re.findall(r"""\bt\(["']([\w.]+)["'][,)]""", path.read_text(encoding="utf-8"))
    }
    assert used <= TEXTS["en"].keys()
    assert len(used) > 20


def test_a_language_is_chosen_by_wish_then_by_its_root_then_english() -> None:
    tags = [Wording.of(*wishes).tag for wishes in (("de-AT",), ("xx", "fr"), ("", "es"), ("tlh",), ())]
    assert tags == ["de", "fr", "es", "en", "en"]


def test_moments_read_as_in_mails() -> None:
    start, end = datetime(2027, 3, 1, 9, tzinfo=UTC), datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
    berlin = ZoneInfo("Europe/Berlin")
    said = Wording.of("de").span(start, end, berlin).replace("\u00a0", " ")
    assert said == "Montag, 1. März 2027, 10:00–10:30 Uhr (Europe/Berlin, GMT+01:00)"
    assert Wording.of("en-US").time(start, berlin) == "10:00\u00a0AM"


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("", ()),
        ("de", ("de",)),
        ("en;q=0.5, fr-CA, *;q=0.1", ("fr-CA", "en")),
        ("de;q=0, fr;q=1.0", ("fr",)),
        ("de;q=nan, fr;q=1e9, es;q=-1", ()),
        ("../../etc;q=1, <b>", ()),
        ("x," * 10_000, tuple("x" * 250)),
    ],
)
def test_a_browsers_languages_are_read_most_wanted_first(header: str, tags: tuple[str, ...]) -> None:
    assert accepted(header) == tags
