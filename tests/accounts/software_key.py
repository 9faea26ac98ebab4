"""A passkey in software: it does what a browser and a security key do, and what a thief would."""

import hashlib
import json
import os
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

ORIGIN = "http://localhost"
PRESENT, VERIFIED, NEW = 0x01, 0x04, 0x40


class SoftwareKey:
    """`options` are what the shop asks the browser for; each answer is what its form sends back."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(16)

    def make(self, options: dict[str, Any], *, signs_in_alone: bool) -> str:
        self.owner = options["user"]["id"]
        public = ES256.from_cryptography_key(self.private.public_key())
        made = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        shop = hashlib.sha256(options["rp"]["id"].encode()).digest()
        told = AuthenticatorData.create(shop, PRESENT | NEW, 1, made)
        response = {
            "clientDataJSON": self._said("webauthn.create", options),
            "attestationObject": bytes(AttestationObject.create("none", told, {})),
        }
        return self._answer(response, {"credProps": {"rk": signs_in_alone}})

    def use(self, options: dict[str, Any], *, with_pin: bool) -> str:
        shop = hashlib.sha256(options["rpId"].encode()).digest()
        told = bytes(AuthenticatorData.create(shop, PRESENT | (VERIFIED if with_pin else 0), 2))
        said = self._said("webauthn.get", options)
        signed = told + hashlib.sha256(said).digest()
        response = {
            "clientDataJSON": said,
            "authenticatorData": told,
            "signature": self.private.sign(signed, ec.ECDSA(hashes.SHA256())),
        }
        return self._answer(response, {}, userHandle=self.owner)

    def _said(self, what: str, options: dict[str, Any]) -> bytes:
        said = {"type": what, "challenge": options["challenge"], "origin": ORIGIN}
        return json.dumps({**said, "crossOrigin": False}).encode()

    def _answer(self, response: dict[str, bytes], extensions: Any, **more: str) -> str:
        name = websafe_encode(self.id)
        spelled = {key: websafe_encode(value) for key, value in response.items()}
        answer = {"id": name, "rawId": name, "type": "public-key", "response": spelled | more}
        return json.dumps({**answer, "clientExtensionResults": extensions})
