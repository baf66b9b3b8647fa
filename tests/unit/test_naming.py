"""Of a name that somebody typed, only a name is mailed to others."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from daybook.domain.naming import LONGEST_NAME, one_line, plain_name, printable


@pytest.mark.parametrize(
    "name",
    [
        "Bob",
        "Ærøskøbing; Ünal, José",
        "J.R.R. Tolkien",
        "St. John",
        "محمد علي",
        "👩‍💻 Zoé",
        "می‌خواهم",
        "O'Neil <Bob>",
        "=cmd|' /C calc'!A0",
        "李小龙",
    ],
)
def test_a_name_stays_as_it_is(name: str) -> None:
    assert plain_name(name) == name


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/x?y",
        "HTTP://EVIL",
        "ftp://x",
        "www.evil",
        "evil.com",
        "evil.co.uk/path",
        "(evil.com)",
        "evil。com",
        "ｅｖｉｌ．ｃｏｍ",
        "evil․com",
        "ev\u200bil.com",
        "evil\u200d.com",
        "ev\u0301il.c\u0301om",
        "evil\u0301.com",
        "e\u00advil.com",
        "mailto:x",
        "tel:0900",
        "javascript:alert(1)",
        "a@b",
        "bob@example.com",
        "bob＠example",
        "192.0.2.1",
        "\u202emoc.live",
        "xn--80ak6aa92e.com",
        "пример.рф",
    ],
)
def test_what_could_become_a_link_is_dropped(link: str) -> None:
    assert plain_name(link) == ""
    assert plain_name(f"Bob {link} Guest") == "Bob Guest"


def test_lines_become_words_and_headers_cannot_begin() -> None:
    assert plain_name("x\r\nBcc: a@b.c") == "x Bcc:"
    assert one_line(" Bob\r\n\tGuest\x00\u2028\x85! ") == "Bob Guest !"


def test_a_long_name_is_cut() -> None:
    assert plain_name("🦘" * 200) == "🦘" * LONGEST_NAME
    assert plain_name("a " * 200) == "a " * (LONGEST_NAME // 2 - 1) + "a"


def test_several_lines_end_in_one_way_and_hold_no_controls() -> None:
    assert printable("1\r\n2\r3\n4\u20285\x00\x1b[31m \u202eend ") == "1\n2\n3\n4\n5  [31m end"


@given(st.text(max_size=120))
@example("a.a@b")
def test_nothing_a_client_could_link_is_left_of_any_text(text: str) -> None:
    name = plain_name(text)
    assert len(name) <= LONGEST_NAME
    assert not re.search(r"://|@|www\.|\w\.\w\w", unicodedata.normalize("NFKC", name), re.IGNORECASE)
    assert plain_name(name) == name
    _is_one_tame_line(name)


@given(st.text(alphabet="a1.@:/w \u200d\u0301\n。", max_size=30))
def test_nor_of_texts_made_of_links_own_letters(text: str) -> None:
    name = plain_name(text)
    assert not re.search(r"://|@|www\.|\w\.\w\w", unicodedata.normalize("NFKC", name).replace("\u200d", ""))
    assert plain_name(name) == name


@given(st.text(max_size=120))
def test_a_line_is_one_line_whatever_it_is_made_of(text: str) -> None:
    _is_one_tame_line(one_line(text))
    assert one_line(one_line(text)) == one_line(text)
    assert len(one_line(text).splitlines()) <= 1


def _is_one_tame_line(line: str) -> None:
    assert all(unicodedata.category(one) not in {"Cc", "Cs", "Zl", "Zp"} for one in line)
    assert all(unicodedata.category(one) != "Cf" or one in "\u200c\u200d" for one in line)
    assert line == line.strip()
