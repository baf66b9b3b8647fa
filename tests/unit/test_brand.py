"""A tenant's colours: which are ones, and what can be read on them."""

import colorsys

import pytest

from daybook.domain.brand import DARK, LIGHT, Brand, contrast, is_colour


@pytest.mark.parametrize("text", ["#000000", "#1f4fd8", "#ffffff"])
def test_a_colour_is_six_small_hexadecimal_digits(text: str) -> None:
    assert is_colour(text)


@pytest.mark.parametrize(
    "text", ["", "#fff", "1f4fd8", "#1F4FD8", "#1f4fd8 ", "#1f4fd8\n", "#1f4fdg", "red", "#1f4fd88"]
)
def test_nothing_else_is_one(text: str) -> None:
    assert not is_colour(text)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#777777", "#777777", 1), ("#767676", "#ffffff", 4.54), ("#0000ff", "#ffffff", 8.59)],
)
def test_contrast_is_that_of_the_guidelines_in_either_order(one: str, other: str, ratio: float) -> None:
    """The figures are those that published WCAG contrast checkers give."""
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


def test_ink_can_be_read_on_every_colour() -> None:
    steps = [step / 12 for step in range(13)]
    shades = [colorsys.hsv_to_rgb(hue, full, bright) for hue in steps for full in steps for bright in steps]
    for red, green, blue in shades:
        colour = f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
        brand = Brand(colour=colour)
        assert brand.ink in {DARK, LIGHT}
        assert contrast(brand.ink, colour) >= 4.5, colour


def test_ink_is_dark_on_light_and_light_on_dark() -> None:
    assert (Brand(colour="#ffeb3b").ink, Brand().ink) == (DARK, LIGHT)
