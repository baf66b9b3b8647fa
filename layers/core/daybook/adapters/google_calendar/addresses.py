"""Where Google is, or whatever stands in for it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Addresses:
    """Google's endpoints (OAuth 2.0 for Web Server Applications; Calendar API v3)."""

    consent: str = "https://accounts.google.com/o/oauth2/v2/auth"
    token: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    revoke: str = "https://oauth2.googleapis.com/revoke"
    api: str = "https://www.googleapis.com/calendar/v3/"

    @classmethod
    def at(cls, base_url: str | None) -> "Addresses":
        """Return the endpoints of another Google at `base_url`; None: of Google itself."""
        if not base_url:
            return cls()
        base = base_url.rstrip("/")
        return cls(f"{base}/o/oauth2/v2/auth", f"{base}/token", f"{base}/revoke", f"{base}/calendar/v3/")
