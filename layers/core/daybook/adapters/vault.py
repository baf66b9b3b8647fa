"""Encrypts secrets with AWS KMS, bound to what they are for.

Source: AWS KMS, "Encryption context": what was encrypted under one context decrypts under the same alone.
"""

import base64
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from daybook.provider_ports import GrantLost

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_LOST = frozenset({"DisabledException", "InvalidCiphertextException", "KMSInvalidStateException", "NotFoundException"})
"""The key is gone or switched off, or what was sealed is not its own: only a new grant helps.

A missing right is none of these, for that is mended by a deployment.
"""


class KmsVault:
    """One key; a secret may have up to 4,096 bytes (AWS KMS: Encrypt)."""

    def __init__(self, client: "KMSClient", key: str) -> None:
        self._client = client
        self._key = key

    def seal(self, secret: str, purpose: dict[str, str]) -> str:
        """Return the ciphertext in Base64."""
        answer = self._client.encrypt(KeyId=self._key, Plaintext=secret.encode(), EncryptionContext=purpose)
        return base64.b64encode(answer["CiphertextBlob"]).decode()

    def open(self, sealed: str, purpose: dict[str, str]) -> str:
        """Return what was sealed for this purpose.

        Raises:
            GrantLost: it was sealed for another, or with a key that opens nothing any more.
        """
        try:
            answer = self._client.decrypt(
                KeyId=self._key, CiphertextBlob=base64.b64decode(sealed), EncryptionContext=purpose
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in _LOST:
                raise
            raise GrantLost(code) from None
        return answer["Plaintext"].decode()
