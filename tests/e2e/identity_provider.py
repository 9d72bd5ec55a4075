"""A small OpenID provider, run as a process of its own: real HTTP, real keys, an authorization code with PKCE.

    python identity_provider.py

It prints its address. /control takes JSON from the tests: what to sign next, which key to sign with, which keys to publish.
"""

import base64
import json
import secrets
import sys
import time
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

SERVER = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
ISSUER = f"http://127.0.0.1:{SERVER.server_port}"
KEYS: dict[str, Any] = {"k1": RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})}
STATE: dict[str, Any] = {"published": ["k1"], "subject": "sub-1", "asked_for_keys": 0, "nonce": None}
USED = {"RS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}
CODES: dict[str, dict[str, str]] = {}


def token(claims: dict[str, Any], kid: str, header: dict[str, Any] | None = None) -> str:
    now = int(time.time())
    whole = {"iss": ISSUER, "aud": "zhenduan", "sub": STATE["subject"], "iat": now, "exp": now + 300} | claims
    whole = {name: value for name, value in whole.items() if value is not None}
    given = {"alg": "RS256", "kid": kid} | (header or {})
    return jwt.encode({name: value for name, value in given.items() if value is not None}, whole, KEYS[kid], list(USED))


def shown(name: str) -> dict[str, Any]:
    """A key as it is published: "k1", or "k2 as k1" under another's id, or "k2 as" under none."""
    name, _, other = name.partition(" as")
    key = dict(KEYS[name].as_dict(private=False))
    if _:
        key.pop("kid")
        key |= {"kid": other.strip()} if other else {}
    return key


class Provider(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass

    def answer(self, data: object, status: int = 200) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/.well-known/openid-configuration":
            paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            self.answer({"issuer": ISSUER, **{name: f"{ISSUER}/{path}" for name, path in paths.items()}})
        elif parts.path == "/keys":
            STATE["asked_for_keys"] += 1
            listed = [key if isinstance(key, dict) else shown(key) for key in STATE["published"]]
            self.answer({"keys": listed})
        elif parts.path == "/authorize":
            code = secrets.token_urlsafe(16)
            CODES[code] = asked
            self.send_response(303)
            self.send_header("location", asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]}))
            self.end_headers()
        else:
            self.answer({}, 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        if self.path == "/control":
            instructions = json.loads(body)
            for kid in instructions.pop("make_keys", ()):
                kind = instructions.get("kind", "RS256")
                made = {"RS256": (RSAKey, 2048), "ES256": (ECKey, "P-256"), "EdDSA": (OKPKey, "Ed25519")}[kind]
                KEYS[kid] = made[0].generate_key(made[1], {"kid": kid, "use": "sig", "alg": kind})
            claims, kid, header = instructions.pop("sign", None), instructions.pop("kid", "k1"), instructions.pop("header", None)
            STATE.update(instructions)
            signed = token(claims, kid, header) if claims is not None else None
            self.answer({"token": signed, "public": KEYS[kid].as_pem(private=False).decode(), **STATE})
            return
        given = {name: values[0] for name, values in parse_qs(body).items()}
        asked = CODES.pop(given["code"], None)
        challenge = base64.urlsafe_b64encode(sha256(given.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != given["redirect_uri"]:
            self.answer({"error": "invalid_grant"}, 400)
            return
        self.answer({"id_token": token({"nonce": STATE["nonce"] or asked["nonce"]}, "k1"), "token_type": "Bearer"})


SERVER.RequestHandlerClass = Provider
sys.stdout.write(f"{ISSUER}\n")
sys.stdout.flush()
SERVER.serve_forever()
