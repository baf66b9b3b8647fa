"""A tenant's settings over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from daybook.domain.brand import Brand, contrast, is_colour
from daybook.domain.tenant import Tenant
from daybook.edge.fields import Email, Fields, Flag, Language, Line, Slug, Text, View, WebAddress


def colour_code(text: str) -> str:
    """Read `#rrggbb`, as lower case."""
    if not is_colour(text.lower()):
        raise PydanticCustomError("colour", "Use six hexadecimal digits such as #1f4fd8.")
    return text.lower()


class BrandBody(Fields):
    """How mails and pages look; given, it replaces the former one whole.

    `ink` and `contrast` may be sent along, as they were shown: they follow from the colour.
    """

    colour: Annotated[str, AfterValidator(colour_code), Field(min_length=7, max_length=7)] = Brand().colour
    logo_url: WebAddress | None = None
    signature: Annotated[Text, Field(max_length=500)] = ""
    ink: str | None = None
    contrast: float | None = None


class BrandView(View):
    """A brand, the colour of text on it that reads better, and their contrast ratio: 4.5 at least."""

    colour: str
    logo_url: str | None
    signature: str
    ink: str
    contrast: float


class SettingsBody(Fields):
    """What a tenant decides about itself and its mails."""

    slug: Slug
    name: Line
    email: Email
    language: Language = "en"
    brand: BrandBody = BrandBody()
    welcome: Flag = True
    follow_up: Flag = True
    feedback_url: WebAddress | None = None

    def to_domain(self, *, version: int, created_at: datetime) -> Tenant:
        return Tenant(
            slug=self.slug,
            name=self.name,
            email=self.email,
            language=self.language,
            brand=Brand(colour=self.brand.colour, logo_url=self.brand.logo_url, signature=self.brand.signature),
            welcome=self.welcome,
            follow_up=self.follow_up,
            feedback_url=self.feedback_url,
            version=version,
            created_at=created_at,
        )

    @classmethod
    def of(cls, tenant: Tenant) -> Self:
        return cls.model_validate(_plain(tenant))


class SettingsView(View):
    """Settings, with what follows from them."""

    slug: str
    name: str
    email: str
    language: str
    brand: BrandView
    welcome: bool
    follow_up: bool
    feedback_url: str | None

    @classmethod
    def of(cls, tenant: Tenant) -> Self:
        plain = _plain(tenant)
        ink = tenant.brand.ink
        # Rounded down, so that what reads 4.5 is no less.
        ratio = int(contrast(ink, tenant.brand.colour) * 100) / 100
        return cls(**{**plain, "brand": {**plain["brand"], "ink": ink, "contrast": ratio}})


def _plain(tenant: Tenant) -> dict[str, Any]:
    brand = tenant.brand
    return {
        "slug": tenant.slug,
        "name": tenant.name,
        "email": tenant.email,
        "language": tenant.language,
        "brand": {"colour": brand.colour, "logo_url": brand.logo_url, "signature": brand.signature},
        "welcome": tenant.welcome,
        "follow_up": tenant.follow_up,
        "feedback_url": tenant.feedback_url,
    }
