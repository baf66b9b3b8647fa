"""Clients of AWS, made by botocore itself: boto3 would add its resources and file transfers to every cold start."""

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.httpsession import DEFAULT_CA_BUNDLE
from botocore.session import Session, get_session

if TYPE_CHECKING:
    from botocore.config import Config

_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
"""What Lambda sets once for as long as a process may live; so botocore need not look in a dozen other places."""


@cache
def session() -> Session:
    made = get_session()
    credentials = [os.environ.get(name, "") for name in _CREDENTIALS]
    if all(credentials):
        made.set_credentials(*credentials)
    return made


def client(service: str, config: "Config") -> Any:
    """Make a client; region, credentials and endpoint come from the environment, as Lambda sets it.

    It trusts whom layers/deps/trim.py left in botocore's bundle, unless `AWS_CA_BUNDLE` names another: where certifi
    can be imported, as Google's client has it, botocore would read all authorities in that, at each connection.
    """
    trusted = session().get_config_variable("ca_bundle") or DEFAULT_CA_BUNDLE
    return session().create_client(service, config=config, verify=trusted)
