"""The vault: a secret that can be opened no more is a lost grant; a right that is missing is not."""

import base64
from typing import Any

import pytest
from botocore.exceptions import ClientError

from daybook.adapters.vault import KmsVault
from daybook.provider_ports import GrantLost

PURPOSE = {"tenant": "acme", "host": "ada", "connection": "C1"}
SEALED = base64.b64encode(b"sealed").decode()


class Key:
    """KMS, refusing by a code."""

    def __init__(self, code: str) -> None:
        self._code = code

    def decrypt(self, **_: Any) -> Any:
        raise ClientError({"Error": {"Code": self._code, "Message": ""}}, "Decrypt")


@pytest.mark.parametrize(
    "code", ["InvalidCiphertextException", "KMSInvalidStateException", "NotFoundException", "DisabledException"]
)
def test_what_can_be_opened_no_more_is_a_lost_grant(code: str) -> None:
    with pytest.raises(GrantLost, match=code):
        KmsVault(Key(code), "key").open(SEALED, PURPOSE)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "KMSInternalException"])
def test_what_an_operator_mends_is_none(code: str) -> None:
    with pytest.raises(ClientError, match=code):
        KmsVault(Key(code), "key").open(SEALED, PURPOSE)  # type: ignore[arg-type]
