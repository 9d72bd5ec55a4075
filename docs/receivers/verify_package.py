"""Verifies a package offline: python verify_package.py package.zip package.note KEY · 离线核验数据包.

KEY is the log's verifier key, as text or a file of it, had from elsewhere. Needs `cryptography` and nothing of ours.
Says what the package states of itself, and ends with 0 where everything holds, else with 1 and the first thing that does not.
"""

import base64
import hashlib
import json
import re
import sys
import zipfile
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT, LARGEST = "zhenduan.package.v1", 2**31


class Fault(ValueError):  # noqa: N818 - an answer, no error
    """What does not hold, in Chinese and English."""


def require(holds, chinese, english):
    if not holds:
        raise Fault(f"{chinese} · {english}")


def signed(note, key):
    """The text of a signed note (c2sp.org/signed-note), once a signature of the key holds."""
    name, identity, material = key.strip().split("+", 2)
    raw = base64.b64decode(material, validate=True)
    own = hashlib.sha256(f"{name}\n".encode() + raw).digest()[:4]
    require(raw[0] == 1 and own.hex() == identity, "密钥格式不符", "no Ed25519 verifier key")
    text, _, lines = note.partition("\n\n")
    for line in lines.splitlines():
        dash, signer, encoded = line.split(" ")
        signature = base64.b64decode(encoded, validate=True)
        if dash == "—" and signer == name and signature[:4] == own:
            Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signature[4:], f"{text}\n".encode())
            return text.split("\n"), name
    raise Fault("没有该密钥的签名 · no signature of this key")


def sm3(content):
    hashing = hashes.Hash(hashes.SM3())
    hashing.update(content)
    return hashing.finalize().hex()


def verify(package, note, key):
    """The manifest of a package, once everything in it holds."""
    (form, identity, digest), signer = signed(note, key)
    found = hashlib.sha256(Path(package).read_bytes()).hexdigest()
    require(form == FORMAT and digest == f"sha256 {found}", "数据包与签名不符", "the package is not the one that was signed")
    with zipfile.ZipFile(package) as archive:
        members = archive.infolist()
        names = [one.filename for one in members]
        require(len(set(names)) == len(names), "包内文件重名", "a member stands there twice")
        require(sum(one.file_size for one in members) < LARGEST, "数据包过大", "the package is too large")
        contents = {name: archive.read(name) for name in names}
    manifest = json.loads(contents.pop("manifest.json", b"{}"))
    require(manifest["format"] == FORMAT, "清单格式不识", "the format of the manifest is unknown")
    require(manifest["id"] == identity and manifest["signer"] == signer, "清单与签署者不符", "another package or signer")
    listed = {one["name"]: one for one in manifest["files"]}
    require(set(listed) == set(contents), "文件与清单不一致", "the members are not those that the manifest lists")
    for name, content in contents.items():
        one, lines = listed[name], content.splitlines()
        require(re.fullmatch(r"[a-z]+/[a-z-]+\.jsonl?|crosswalk\.sssom\.tsv", name), f"{name} 文件名不识", f"{name}: unknown name")
        same = (len(content), hashlib.sha256(content).hexdigest(), sm3(content)) == (one["size"], one["sha256"], one["sm3"])
        require(same, f"{name} 与清单不符", f"{name} is not as the manifest says")
        if name.startswith("data/"):
            require(len(lines) == one["count"], f"{name} 行数不符", f"{name} has another number of lines")
            require(all(isinstance(json.loads(line), dict) for line in lines), f"{name} 行格式不符", f"{name}: no object")
    return manifest


if __name__ == "__main__":
    try:
        where, note_file, key_text = sys.argv[1:]
    except ValueError:
        sys.exit("用法 · usage: python verify_package.py package.zip package.note KEY")
    try:
        key_given = Path(key_text).read_text("utf-8") if Path(key_text).is_file() else key_text
        told = verify(where, Path(note_file).read_text("utf-8"), key_given)
    except InvalidSignature:
        sys.exit("不成立 · does not hold: 签名无效 · the signature is not valid")
    except (KeyError, ValueError, OSError, zipfile.BadZipFile) as fault:
        sys.exit(f"不成立 · does not hold: {fault}")
    said = f"成立 · holds: {told['id']}\n企业结果 · results: {told['counts']['results']}\n日志位置 · position: {told['position']}\n"
    said += f"接收单位 · recipient: {told['recipient']}\n用途 · purpose: {told['purpose']}\n"
    sys.stdout.write(said + ("示例数据 · synthetic data\n" if told["synthetic"] else ""))
