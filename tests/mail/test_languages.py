"""Each reader is written to in their language, and every language says everything."""

import re
import string
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from daybook.adapters.mail import content
from daybook.adapters.mail.catalogue import LANGUAGES, Catalogue, catalogues, language_for
from daybook.adapters.mail.notices import NoticeDraft
from daybook.domain.mail import Kind, Letter, Method
from tests.mail.letters import (
    ATTENDEE,
    HOST,
    NOTICES,
    all_mails,
    attendee,
    composed,
    host,
    letter,
    notice,
    tenant,
    text_of,
    variants,
)
from tools import mail_preview

ENGLISH = catalogues()["en"]
OTHERS = [tag for tag in catalogues() if tag != "en"]
WHEN = {
    "en": "Tuesday, 1 December 2026, 14:00–14:30 (Europe/Berlin, GMT+01:00)",
    "en-US": "Tuesday, December 1, 2026, 2:00\u00a0– 2:30\u00a0PM (Europe/Berlin, GMT+01:00)",
    "de": "Dienstag, 1. Dezember 2026, 14:00–14:30 Uhr (Europe/Berlin, GMT+01:00)",
    "es": "martes, 1 de diciembre de 2026, 14:00–14:30 (Europe/Berlin, GMT+01:00)",
    "fr": "mardi 1 décembre 2026, 14:00\u00a0– 14:30 (Europe/Berlin, UTC+01:00)",
}


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_there_are_the_four_languages() -> None:
    assert set(catalogues()) == {"en", "de", "es", "fr"}


@pytest.mark.parametrize("tag", OTHERS)
def test_a_language_has_the_texts_of_english_with_the_same_gaps(tag: str) -> None:
    texts = catalogues()[tag].texts
    assert texts.keys() == ENGLISH.texts.keys()
    assert {key: gaps(text) for key, text in texts.items()} == {key: gaps(text) for key, text in ENGLISH.texts.items()}


@pytest.mark.parametrize("tag", OTHERS)
def test_nothing_is_left_in_english(tag: str) -> None:
    texts = catalogues()[tag].texts
    assert [key for key, text in ENGLISH.texts.items() if texts[key] == text] == []
    everyday = re.compile(r"\b(the|your|you|this|with|has|is|was|of|booking|appointment|request)\b")
    assert [text for text in texts.values() if everyday.search(re.sub(r"{\w+}", "", text))] == []


@pytest.mark.parametrize("catalogue", catalogues().values(), ids=list(catalogues()))
def test_a_catalogue_is_set_with_care(catalogue: Catalogue) -> None:
    assert catalogue.direction in {"ltr", "rtl"}
    for key, text in catalogue.texts.items():
        assert text == text.strip(), key
        assert "  " not in text
        assert not re.search(r"""["']""", text), f"{key}: use the language's own quotation marks and apostrophes"
        if catalogue.tag == "fr":
            assert not re.search(r"[^\u00a0¿¡][;!?:]", text), f"{key}: a no-break space before {text}"
        if key.endswith((".lead", "note")) or key.startswith(("notes.", "footer.")):
            assert text.endswith((".", "?", "!")), key
        if key.endswith((".subject", ".heading")):
            assert not text.endswith("."), key


def test_every_mail_has_its_texts_and_every_text_its_mail() -> None:
    used = {content.Draft(one).key for _, one in variants()} | {NoticeDraft(notice(kind)).key for kind in NOTICES}
    sections = {key.rsplit(".", 1)[0] for key in ENGLISH.texts if key.count(".") == 2}
    assert used == sections
    for section in sections:
        assert {f"{section}.subject", f"{section}.heading", f"{section}.lead"} <= ENGLISH.texts.keys()


def test_french_has_a_space_before_every_colon() -> None:
    about = {"location": "https://meet.example/ada", "attendee": attendee(language="fr")}
    one = letter(Kind.BOOKED, host=host(language="fr"), reason="Désolée", booking=about)
    message = composed(one)
    assert "\nQuoi\u00a0: First" in text_of(message)
    [description] = [event["DESCRIPTION"] for event in Calendar.from_ical(text_of(message, "calendar")).walk("VEVENT")]
    for line in (text_of(message) + description).splitlines():
        assert not re.search(r"[^\u00a0\d]:(?!//)", line), line


@pytest.mark.parametrize("tag", list(WHEN))
def test_a_host_reads_their_language_on_their_clock(tag: str) -> None:
    message = composed(letter(Kind.BOOKED, HOST, host=host(language=tag)))
    base = tag.partition("-")[0]
    assert catalogues()[base].texts["booked.host.heading"] in text_of(message)
    assert WHEN[tag] in text_of(message)
    assert f'<html lang="{base}" dir="ltr">' in text_of(message, "html")
    assert message["Content-Language"] == base


def test_each_reads_their_own_language() -> None:
    about = {"attendee": attendee(language="fr-CA", timezone="America/Montreal")}
    one = {"booking": about, "host": host(language="de", zone=ZoneInfo("Europe/Zurich"))}
    to_attendee, to_host = composed(letter(recipient=ATTENDEE, **one)), composed(letter(recipient=HOST, **one))
    assert "Votre rendez-vous est réservé" in text_of(to_attendee)
    assert "(America/Montreal, UTC-05:00)" in text_of(to_attendee)
    assert "Sie haben eine neue Buchung" in text_of(to_host)
    assert "(Europe/Zurich, GMT+01:00)" in text_of(to_host)


@pytest.mark.parametrize(
    ("wishes", "tag", "locale"),
    [
        (("de-AT",), "de", "de_AT"),
        (("DE",), "de", "de"),
        (("en",), "en", "en_GB"),
        (("en-US",), "en", "en_US"),
        (("es-419",), "es", "es_419"),
        (("fr-XX",), "fr", None),
        (("de-Latn-CH-1996",), "de", None),
        (("pl", "es"), "es", "es"),
        (("pl-PL", "tlh"), "en", "en_GB"),
        (("", "de"), "de", "de"),
        ((), "en", "en_GB"),
        (("../../etc/passwd", "de-\x00"), "de", "de"),
    ],
)
def test_a_wish_falls_back_from_region_to_language_to_tenant_to_english(
    wishes: tuple[str, ...], tag: str, locale: str | None
) -> None:
    found = language_for(*wishes)
    assert found.catalogue.tag == tag
    assert found.locale.language == tag
    assert locale is None or str(found.locale) == locale


def test_without_english_there_is_no_last_resort(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        language_for("de", folder=tmp_path)


def test_a_tenants_language_serves_whose_own_is_not_there() -> None:
    about = {"attendee": attendee(language="pl")}
    message = composed(letter(booking=about, tenant=tenant(language="es")))
    assert "Su cita está reservada" in text_of(message)


@pytest.fixture
def mirrored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue that is written from right to left, in place of the others."""
    words = (LANGUAGES / "en.toml").read_text().replace('"en_GB"', '"ar"').replace('"ltr"', '"rtl"')
    (tmp_path / "ar.toml").write_text(words.replace("Your appointment is booked", "تم حجز موعدك"))

    def language(*tags: str) -> object:
        return language_for("ar", folder=tmp_path)

    monkeypatch.setattr(content, "language_for", language)
    return tmp_path


def test_a_language_from_right_to_left_turns_the_page(mirrored: Path) -> None:
    page = text_of(composed(letter()), "html")
    assert page.count('lang="ar" dir="rtl"') == 2
    assert "تم حجز موعدك" in page
    assert "<bdi>Bob Guest</bdi>" in page
    assert "1 ديسمبر 2026" in page
    assert not re.search(r"text-align:\s*(left|right)|(padding|margin|border)-(left|right)", page)


def test_previews_show_every_mail_in_every_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "previews"
    assert mail_preview.main(["--out", str(out)]) == 0
    assert capsys.readouterr().out == f"{out.resolve()}/index.html\n"
    kinds = {re.sub(r"_(pending|session)\b|\.", lambda found: f"-{found[1] or ''}", name) for name, _ in all_mails()}
    index = (out / "index.html").read_text()
    for tag in catalogues():
        for suffix in (".html", ".dark.html", ".txt", ".eml"):
            assert {path.name.removesuffix(suffix) for path in (out / tag).glob("[a-z_-]*" + suffix)} >= kinds
        for kind in kinds:
            for suffix in (".html", ".dark.html", ".txt", ".eml"):
                assert f'"{tag}/{kind}{suffix}"' in index
    assert b"METHOD:CANCEL" in b"".join(_objects((out / "en" / "cancelled-attendee.eml").read_bytes()))


def _objects(raw: bytes) -> list[bytes]:
    from email import message_from_bytes

    parts = [part for part in message_from_bytes(raw).walk() if part.get_content_type() == "application/ics"]
    assert len(parts) == 1
    return [bytes(part.get_payload(decode=True)) for part in parts]  # type: ignore[arg-type]


def test_methods_of_the_previews_are_those_of_the_mails() -> None:
    sent = {one.kind: one.method for _, one in mail_preview.letters("en") if isinstance(one, Letter)}
    assert {kind for kind, method in sent.items() if method is Method.REQUEST} == {
        Kind.BOOKED,
        Kind.CONFIRMED,
        Kind.RESCHEDULED,
    }
