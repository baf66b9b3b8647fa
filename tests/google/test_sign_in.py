"""Consent, codes, tokens: what the person left ticked, PKCE, Basic or form, refresh, revocation."""

import base64
import json
import re
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

import google_auth_httplib2
import httplib2
import pytest
import urllib3
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from google.auth.exceptions import RefreshError

from local.google.oauth import RefusedError
from local.google.trouble import Failure
from tests.google.desk import ADA, AUTH, CLIENT, REDIRECT, SECRET, VERIFIER, Desk, refused

EVENTS, LIST = AUTH + "calendar.events.owned", AUTH + "calendar.calendarlist.readonly"
CHALLENGE = base64.urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


def test_the_page_asks_for_account_and_scopes_and_sends_back_what_was_left_ticked(desk: Desk) -> None:
    desk.google.people.add_account("bob@example.com")
    page = desk.http.request("GET", desk.authorization("openid", "email", EVENTS, LIST))
    text = page.data.decode()
    assert page.status == 200
    assert set(re.findall(r'name="account" value="([^"]+)"', text)) == {ADA, "bob@example.com"}
    assert set(re.findall(r'name="allowed" value="([^"]+)"', text)) == {EVENTS, LIST}
    assert "form-action 'self' http://127.0.0.1:9" in page.headers["Content-Security-Policy"]
    carried = re.findall(r'type="hidden" name="([^"]+)" value="([^"]+)"', text)
    form = [*carried, ("account", "bob@example.com"), ("allowed", EVENTS), ("decision", "allow")]
    answer = desk.http.request(
        "POST",
        desk.url + "/o/oauth2/v2/auth",
        body=urlencode(form),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        redirect=False,
    )
    assert answer.status == 302
    assert answer.headers["Location"].startswith(REDIRECT + "?")
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == ["st-1"]
    assert back["scope"] == [f"openid {AUTH}userinfo.email {EVENTS}"]
    status, tokens = desk.token(grant_type="authorization_code", code=back["code"][0], redirect_uri=REDIRECT)
    assert (status, tokens["scope"]) == (200, back["scope"][0])
    assert refused(desk.service(credentials=desk.credentials(tokens)).calendarList().list()) == (
        403,
        "insufficientPermissions",
    )


def test_who_cancels_is_sent_back_without_a_code(desk: Desk) -> None:
    back = desk.google.people.consent(desk.authorization(EVENTS), ADA, cancel=True)
    assert parse_qs(urlsplit(back).query) == {"state": ["st-1"], "error": ["access_denied"]}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_id": "other"}, "invalid_client"),
        ({"redirect_uri": REDIRECT + "/"}, "redirect_uri_mismatch"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": AUTH + "calendar.nonsense"}, "invalid_scope"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
    ],
)
def test_a_wrong_request_gets_a_page_and_no_redirect(desk: Desk, change: dict[str, str], error: str) -> None:
    url = desk.authorization(EVENTS, **change)
    page = desk.http.request("GET", url, redirect=False)
    assert page.status == 400
    assert error in page.data.decode()
    with pytest.raises(RefusedError):
        desk.google.people.consent(url, ADA)


def test_the_code_wants_its_verifier_and_is_good_once(desk: Desk) -> None:
    def code() -> str:
        return desk.code(EVENTS, code_challenge=CHALLENGE, code_challenge_method="S256")

    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT}
    for wrong in ({}, {"code_verifier": "w" * 43}, {"code_verifier": CHALLENGE}):
        status, answer = desk.token(**form, code=code(), **wrong)
        assert (status, answer["error"]) == (400, "invalid_grant")
    good = code()
    status, tokens = desk.token(**form, code=good, code_verifier=VERIFIER)
    assert status == 200
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3599
    status, answer = desk.token(**form, code=good, code_verifier=VERIFIER)
    assert (status, answer["error"]) == (400, "invalid_grant")


def test_a_code_dies_after_ten_minutes_and_belongs_to_its_address(desk: Desk) -> None:
    late = desk.code(EVENTS)
    desk.clock.pass_(minutes=10)
    assert desk.token(grant_type="authorization_code", code=late, redirect_uri=REDIRECT)[0] == 400
    elsewhere = desk.token(grant_type="authorization_code", code=desk.code(EVENTS), redirect_uri=REDIRECT + "x")
    assert (elsewhere[0], elsewhere[1]["error"]) == (400, "redirect_uri_mismatch")


def test_the_client_may_show_itself_by_basic_and_not_without_its_secret(desk: Desk) -> None:
    def ask(secret: str) -> urllib3.BaseHTTPResponse:
        pair = urlencode({"a": CLIENT})[2:] + ":" + urlencode({"a": secret})[2:].replace("+", "%20")
        return desk.http.request_encode_body(
            "POST",
            desk.url + "/token",
            fields={"grant_type": "authorization_code", "code": desk.code(EVENTS), "redirect_uri": REDIRECT},
            headers={"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()},
            encode_multipart=False,
        )

    assert ask(SECRET).status == 200
    wrong = ask("guess")
    assert (wrong.status, wrong.json()["error"]) == (401, "invalid_client")


def test_a_refresh_token_comes_once_or_with_a_new_consent(desk: Desk) -> None:
    assert "refresh_token" in desk.tokens(EVENTS, prompt="select_account")
    assert "refresh_token" not in desk.tokens(EVENTS, prompt="select_account")
    assert "refresh_token" in desk.tokens(EVENTS, prompt="consent")
    assert "refresh_token" not in desk.tokens(EVENTS, access_type="online")


def test_granted_scopes_are_added_on_request(desk: Desk) -> None:
    desk.tokens(EVENTS)
    assert desk.tokens(LIST)["scope"] == LIST
    assert desk.tokens(LIST, include_granted_scopes="true")["scope"] == f"{EVENTS} {LIST}"


def test_the_official_client_renews_an_access_token_that_has_expired(desk: Desk) -> None:
    credentials = desk.credentials(desk.tokens(EVENTS))
    service, first = desk.service(credentials=credentials), credentials.token
    service.events().list(calendarId="primary").execute()
    desk.clock.pass_(seconds=3599)
    service.events().list(calendarId="primary").execute()
    assert credentials.token != first
    assert [call.status for call in desk.google.calls if call.method == "events.list"] == [200, 401, 200]


def revoke_at_google(desk: Desk, token: str) -> None:
    answer = desk.http.request_encode_body(
        "POST", desk.url + "/revoke", fields={"token": token}, encode_multipart=False
    )
    assert answer.status == 200
    again = desk.http.request_encode_body("POST", desk.url + "/revoke", fields={"token": token}, encode_multipart=False)
    assert (again.status, again.json()["error"]) == (400, "invalid_token")


@pytest.mark.parametrize("way", ["refresh_token", "access_token", "by hand"])
def test_revoked_access_ends_at_once_and_refreshing_says_invalid_grant(desk: Desk, way: str) -> None:
    tokens = desk.tokens(EVENTS)
    other = desk.tokens(EVENTS)
    if way == "by hand":
        desk.google.people.withdraw(ADA, CLIENT)
    else:
        revoke_at_google(desk, tokens[way])
    for held in (tokens, other):
        with pytest.raises(RefreshError) as caught:
            desk.service(credentials=desk.credentials(held)).events().list(calendarId="primary").execute()
        assert caught.value.args[1]["error"] == "invalid_grant"
    assert "refresh_token" in desk.tokens(EVENTS, prompt="select_account"), "a new start"


def test_another_clients_refresh_token_is_worth_nothing(desk: Desk) -> None:
    desk.google.people.register("other", "secret", [REDIRECT])
    tokens = desk.tokens(EVENTS)
    form = {"client_id": "other", "client_secret": "secret", "refresh_token": tokens["refresh_token"]}
    status, answer = desk.token(grant_type="refresh_token", **form)
    assert (status, answer["error"]) == (400, "invalid_grant")
    assert desk.token(grant_type="password")[1]["error"] == "unsupported_grant_type"


def test_who_signed_in_is_said_in_a_signed_token_and_by_userinfo(desk: Desk) -> None:
    tokens = desk.tokens("openid", "email", EVENTS, nonce="n-1")
    head, payload, signature = tokens["id_token"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert claims["iss"] == "https://accounts.google.com"
    assert (claims["aud"], claims["email"], claims["email_verified"], claims["nonce"]) == (CLIENT, ADA, True, "n-1")
    assert claims["exp"] - claims["iat"] == 3600
    key = desk.http.request("GET", desk.url + "/oauth2/v3/certs").json()["keys"][0]
    n, e = (int.from_bytes(base64.urlsafe_b64decode(key[name] + "==")) for name in ("n", "e"))
    rsa.RSAPublicNumbers(e, n).public_key().verify(
        base64.urlsafe_b64decode(signature + "=="), f"{head}.{payload}".encode(), padding.PKCS1v15(), SHA256()
    )
    headers = {"Authorization": "Bearer " + tokens["access_token"]}
    info = desk.http.request("GET", desk.url + "/v1/userinfo", headers=headers)
    assert info.json() == {"sub": claims["sub"], "email": ADA, "email_verified": True}
    assert desk.http.request("GET", desk.url + "/v1/userinfo").status == 401
    assert "id_token" not in desk.tokens(EVENTS)


def test_the_token_endpoint_can_be_down_too(desk: Desk) -> None:
    credentials = desk.credentials(desk.tokens(EVENTS))
    desk.google.trouble.fail(Failure.UNAVAILABLE, only="oauth.token")
    http = httplib2.Http(timeout=10)
    credentials.refresh(google_auth_httplib2.Request(http))
    http.close()
    assert [call.status for call in desk.google.calls if call.method == "oauth.token"][1:] == [503, 200]
