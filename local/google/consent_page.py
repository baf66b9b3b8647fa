"""The page on which a person chooses an account and what to allow, and the one that says why there is none."""

from collections.abc import Iterable, Mapping
from html import escape
from http import HTTPStatus
from urllib.parse import urlsplit

from local.answer import Answer
from local.google.grants import IDENTITY, Request, known_scopes
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
    return _page("Sign in – local Google", body, allowed=f"'self' {back.scheme}://{back.netloc}")


def refusal_page(error: str, why: str) -> Answer:
    """Say why nothing can be asked; the person is not sent back to an address that may be a stranger's."""
    body = f"<h1>Access blocked</h1><p>Error 400: {escape(error)}</p><p class=quiet>{escape(why)}</p>"
    return _page("Access blocked – local Google", body, HTTPStatus.BAD_REQUEST)


def _scope(scope: str, told: Mapping[str, str]) -> str:
    text = f'{escape(told[scope])} <span class="quiet">{escape(scope.rpartition("/")[2])}</span>'
    if scope in _FIXED:
        return f"<p>✓ {text}</p>"
    return f'<label><input type="checkbox" name="allowed" value="{escape(scope)}" checked> {text}</label>'


def _page(title: str, body: str, status: HTTPStatus = HTTPStatus.OK, *, allowed: str = "'self'") -> Answer:
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{escape(title)}</title><style>{_STYLE}</style></head>
<body><main>{body}</main></body></html>
"""
    policy = f"default-src 'none'; style-src 'unsafe-inline'; form-action {allowed}; frame-ancestors 'none'"
    return Answer(
        status, "text/html; charset=utf-8", page.encode(), (("Content-Security-Policy", policy + "; base-uri 'none'"),)
    )


_STYLE = """
:root{--ink:#1c2430;--quiet:#5a6475;--paper:#f6f7f9;--card:#fff;--line:#d9dee6;--link:#1f4fd8}
@media (prefers-color-scheme:dark){:root{--ink:#e7eaf0;--quiet:#a3adbd;--paper:#14181f;--card:#1c222b;--line:#333c49;
--link:#8fb0ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{max-width:34rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.4rem;line-height:1.25}.quiet{color:var(--quiet);font-size:.9rem;overflow-wrap:anywhere}
fieldset{background:var(--card);border:1px solid var(--line);border-radius:.6rem;margin:1rem 0;padding:.6rem 1rem}
legend{font-weight:600;padding:0 .3rem}label,fieldset p{display:block;margin:.5rem 0}
button{font:inherit;color:inherit;background:var(--card);border:1px solid var(--quiet);border-radius:.4rem;
padding:.45rem 1rem}.main{border-color:var(--link);color:var(--link);font-weight:600}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}.row{display:flex;gap:.7rem}
"""
