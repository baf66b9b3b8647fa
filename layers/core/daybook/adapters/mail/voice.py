"""Texts of a catalogue with their gaps filled, once for HTML and once for plain text."""

from collections.abc import Mapping

from markupsafe import Markup, escape

from daybook.adapters.mail.catalogue import Catalogue


class Voice:
    """Speaks one language, about one letter.

    Marked, it speaks HTML: everything put into a sentence is escaped, and kept apart from it in direction.
    """

    def __init__(self, catalogue: Catalogue, values: Mapping[str, str], *, marked: bool) -> None:
        self._texts = catalogue.texts
        self._values = values
        self._marked = marked

    def say(self, key: str, **more: str) -> str:
        """Return a text of the catalogue with its gaps filled. Raises KeyError for a key it does not have."""
        values = {**self._values, **more}
        text = self._texts[key]
        if not self._marked:
            return text.format_map(values)
        return escape(text).format_map({name: apart(value) for name, value in values.items()})


def apart(text: str) -> Markup:
    """Escape a text and keep its direction from turning what stands around it."""
    return Markup("<bdi>{}</bdi>").format(text)
