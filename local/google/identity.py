"""Who signed in: ID tokens with a true signature, the keys to check them, and userinfo (OpenID Connect)."""

import base64
import json
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from local.google.grants import IDENTITY, Token
from local.google.world import Account, World

Json = dict[str, Any]
ISSUER = "https://accounts.google.com"
_KEY_ID = "local"


@dataclass(frozen=True)
class Identity:
    """Signs with a key of its own, made when first needed."""

    world: World

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def id_token(self, token: Token) -> str:
        """Return a JWT, RS256, good for an hour. Source: OpenID Connect Core 1.0 §2."""
        now = self.world.now()
        claims = self.claims(token) | {
            "iss": ISSUER,
            "aud": token.client_id,
            "azp": token.client_id,
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(hours=1)).timestamp()),
        }
        if token.nonce is not None:
            claims["nonce"] = token.nonce
        head = {"alg": "RS256", "kid": _KEY_ID, "typ": "JWT"}
        signed = ".".join(_base64(json.dumps(part).encode()) for part in (head, claims))
        return signed + "." + _base64(self._key.sign(signed.encode(), padding.PKCS1v15(), SHA256()))

    def claims(self, token: Token) -> Json:
        """Return what a token's scopes let a client know of the person."""
        account: Account = self.world.accounts[token.email]
        claims: Json = {"sub": account.subject}
        if IDENTITY["email"] in token.scopes:
            claims |= {"email": account.email, "email_verified": True}
        if IDENTITY["profile"] in token.scopes:
            claims |= {"name": account.name}
        return claims

    def keys(self) -> Json:
        """Return the public key as a JWK set (RFC 7517)."""
        numbers = self._key.public_key().public_numbers()
        key = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": _KEY_ID}
        return {"keys": [key | {"n": _number(numbers.n), "e": _number(numbers.e)}]}


def _number(value: int) -> str:
    return _base64(value.to_bytes((value.bit_length() + 7) // 8))


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
