"""The layer of Google's client is small, and what was cut out of it is not missed."""

import json
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from shutil import copy2

import pytest

from layers.google import trim as layer
from tests.google.desk import AUTH, CLIENT, SECRET, Desk

ROOT = Path(__file__).parents[2]
MEGABYTE = 1_000_000
FROM_THE_OTHER_LAYER = ["typing-extensions", "urllib3"]


def packages(folder: Path, names: list[str]) -> Path:
    """Copy installed packages from this environment: the locked versions, for this machine."""
    for name in names:
        for file in distribution(name).files or []:
            source, target = Path(str(file.locate())), folder / file
            if ".." not in file.parts and source.suffix != ".pyc" and source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                copy2(source, target)
    return folder


@pytest.fixture(scope="module")
def trimmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lines = (ROOT / "layers" / "google" / "requirements.txt").read_text().splitlines()
    names = [line.partition("==")[0] for line in lines if "==" in line]
    assert not set(names) & set(FROM_THE_OTHER_LAYER)
    folder = packages(tmp_path_factory.mktemp("google"), names)
    layer.trim(folder)
    return folder


def test_the_trimmed_packages_are_small(trimmed: Path) -> None:
    assert sum(path.stat().st_size for path in trimmed.rglob("*") if path.is_file()) < 23 * MEGABYTE


def test_calendars_document_is_the_only_one(trimmed: Path) -> None:
    documents = trimmed / "googleapiclient" / "discovery_cache" / "documents"
    assert [path.name for path in documents.iterdir()] == ["calendar.v3.json"]


def test_the_trimmed_packages_refresh_a_token_and_list_events(desk: Desk, trimmed: Path, tmp_path: Path) -> None:
    """Everything on the way from a refresh token to a page of events, a refusal and a broken connection."""
    other = packages(tmp_path / "deps", FROM_THE_OTHER_LAYER)
    refresh = desk.tokens(AUTH + "calendar")["refresh_token"]
    program = f"""
import json, sys
sys.path[:0] = {[str(trimmed), str(other)]!r}
import google_auth_httplib2, httplib2
import google.auth.transport.requests, google.oauth2.id_token
from google.auth.exceptions import RefreshError
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
def service(refresh):
    keys = dict(token_uri="{desk.url}/token", client_id={CLIENT!r}, client_secret={SECRET!r})
    http = google_auth_httplib2.AuthorizedHttp(Credentials(None, refresh_token=refresh, **keys), http=httplib2.Http())
    options = {{"api_endpoint": "{desk.url}/calendar/v3/"}}
    return build("calendar", "v3", http=http, static_discovery=True, cache_discovery=False, client_options=options)
good = service({refresh!r}).events()
told = [good.list(calendarId="primary").execute()["items"]]
try:
    good.get(calendarId="primary", eventId="n0never").execute()
except HttpError as error:
    told.append(error.status_code)
try:
    service("revoked").events().list(calendarId="primary").execute()
except RefreshError as error:
    told.append(error.args[1]["error"])
print(json.dumps(told))
"""
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[], 404, "invalid_grant"]
