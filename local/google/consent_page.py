"""The page on which a person chooses an account and what to allow, and the one that says why there is none."""

from collections.abc import Iterable, Mapping
from html import escape
from http import HTTPStatus
from urllib.parse import urlsplit

from local.answer import Answer
from local.google.grants import IDENTITY, Request, known_scopes
from local.google.page import page
from local.google.world import Account

# Not to be unticked: they say who somebody is, and nothing else.
_FIXED = set(IDENTITY.values())


def consent_page(request: Request, query: Mapping[str, str], accounts: Iterable[Account], hint: str | None) -> Answer:
    """Ask a person.

    Args:
        query: what the page was called with; it comes back with the answer.
        hint: the address of the account that is chosen already.
    """
    people = list(accounts)
    chosen = hint if any(account.email == hint for account in people) else people[0].email if people else ""
    told = known_scopes()
    carried = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(text)}">' for name, text in query.items()
    )
    choices = "".join(
        f'<label><input type="radio" name="account" value="{escape(account.email)}" required'
        f"{' checked' if account.email == chosen else ''}> {escape(account.name)} "
        f'<span class="quiet">{escape(account.email)}</span></label>'
        for account in people
    )
    scopes = "".join(_scope(IDENTITY.get(scope, scope), told) for scope in request.scopes)
    body = f"""<h1>Sign in with the local Google</h1>
<p class="quiet">This machine's stand-in. No real account is involved, and any password is none of its business.</p>
<form method="post">{carried}
<fieldset><legend>Choose an account</legend>{choices or "<p>There is no account.</p>"}</fieldset>
<fieldset><legend>{escape(request.client_id)} wants to</legend>{scopes}</fieldset>
<p class="row"><button name="decision" value="allow" class="main">Continue</button>
<button name="decision" value="deny" formnovalidate>Cancel</button></p></form>"""
    back = urlsplit(request.redirect)
    # Browsers hold the redirect after a form to form-action, too.
    return page("Sign in – local Google", body, allowed=f"'self' {back.scheme}://{back.netloc}")


def refusal_page(error: str, why: str) -> Answer:
    """Say why nothing can be asked; the person is not sent back to an address that may be a stranger's."""
    body = f"<h1>Access blocked</h1><p>Error 400: {escape(error)}</p><p class=quiet>{escape(why)}</p>"
    return page("Access blocked – local Google", body, HTTPStatus.BAD_REQUEST)


def _scope(scope: str, told: Mapping[str, str]) -> str:
    text = f'{escape(told[scope])} <span class="quiet">{escape(scope.rpartition("/")[2])}</span>'
    if scope in _FIXED:
        return f"<p>✓ {text}</p>"
    return f'<label><input type="checkbox" name="allowed" value="{escape(scope)}" checked> {text}</label>'
