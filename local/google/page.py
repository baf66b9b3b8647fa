"""What the pages of the local Google have in common: no scripts, nothing from elsewhere, light and dark."""

from html import escape
from http import HTTPStatus

from local.answer import Answer


def page(title: str, body: str, status: HTTPStatus = HTTPStatus.OK, *, allowed: str = "'self'") -> Answer:
    """Put a page around HTML.

    Args:
        title: plain text.
        allowed: where forms may lead, as in the directive form-action.
    """
    whole = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{escape(title)}</title><style>{_STYLE}</style></head>
<body><main>{body}</main></body></html>
"""
    policy = f"default-src 'none'; style-src 'unsafe-inline'; form-action {allowed}; frame-ancestors 'none'"
    return Answer(
        status, "text/html; charset=utf-8", whole.encode(), (("Content-Security-Policy", policy + "; base-uri 'none'"),)
    )


_STYLE = """
:root{--ink:#1c2430;--quiet:#5a6475;--paper:#f6f7f9;--card:#fff;--line:#d9dee6;--link:#1f4fd8;--bad:#a4262c}
@media (prefers-color-scheme:dark){:root{--ink:#e7eaf0;--quiet:#a3adbd;--paper:#14181f;--card:#1c222b;--line:#333c49;
--link:#8fb0ff;--bad:#ff9a9e}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{max-width:38rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.4rem;line-height:1.25}.quiet{color:var(--quiet);font-size:.9rem;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:1.5rem 0 .5rem}h3{font-size:1rem;margin:0;overflow-wrap:anywhere}
a{color:var(--link)}p{margin:.4rem 0}ol,ul{list-style:none;margin:0;padding:0}
.cards>li{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.7rem 1rem;margin:.6rem 0}
.free{border-style:dashed!important}.tag{border:1px solid;border-radius:1rem;padding:0 .5rem;font-size:.8rem;
white-space:nowrap}summary{cursor:pointer}details{margin:.4rem 0}
[role=alert],[role=status]{border:1px solid var(--bad);border-radius:.4rem;padding:.5rem .8rem}
.unseen{position:absolute;clip-path:inset(50%);white-space:nowrap}
.fields{display:grid;grid-template-columns:max-content 1fr;gap:.5rem .8rem;align-items:center;margin:.6rem 0}
input:not([type=checkbox],[type=radio]),select{font:inherit;color:inherit;background:var(--card);min-width:0;
border:1px solid var(--quiet);border-radius:.4rem;padding:.3rem .6rem}
fieldset{background:var(--card);border:1px solid var(--line);border-radius:.6rem;margin:1rem 0;padding:.6rem 1rem}
legend{font-weight:600;padding:0 .3rem}label,fieldset p{display:block;margin:.5rem 0}
button{font:inherit;color:inherit;background:var(--card);border:1px solid var(--quiet);border-radius:.4rem;
padding:.45rem 1rem}.main{border-color:var(--link);color:var(--link);font-weight:600}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}.row{display:flex;flex-wrap:wrap;gap:.7rem}
"""
