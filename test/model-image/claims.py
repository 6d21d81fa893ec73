"""The development certificate and its key, as the edge signs with them."""

import base64
import json
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

FILE = Path(__file__).parents[2] / "infra" / "local" / "development-certificate.json"
DEVELOPMENT = json.loads(FILE.read_text())
CERTIFICATES: str = DEVELOPMENT["certificates"]


def number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=="), "big")


KEY = ec.derive_private_key(number(DEVELOPMENT["key"]["d"]), ec.SECP256R1())


def sign(claim: bytes) -> bytes:
    """An ES256 signature, 64 bytes."""
    r, s = utils.decode_dss_signature(KEY.sign(claim, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")
