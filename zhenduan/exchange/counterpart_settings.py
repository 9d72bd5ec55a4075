"""Transports of the counterparts 对接平台传送设置: a file of the operator's, in TOML, a table a counterpart. plan P8."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from domain.programme.packages.terms import Counterpart
from zhenduan.exchange.folder import Folder
from zhenduan.exchange.http import Http
from zhenduan.exchange.transport import Transport

COUNTERPARTS = "ZHENDUAN_COUNTERPARTS"
FORMS = ({"folder"}, {"address"}, {"address", "token_file"}, {"address", "key_file", "known_hosts"})


class CounterpartsUnusable(ValueError):  # noqa: N818 - says which
    """A setting of a counterpart is none 对接平台设置无效."""


def transports_of(environment: Mapping[str, str]) -> dict[Counterpart, Transport]:
    """The transports as the operator's file sets them 读取传送设置; none where none is named.

    Raises:
        CounterpartsUnusable: no such file, a counterpart that is none, or what is neither a folder nor an address.
    """
    named = environment.get(COUNTERPARTS, "")
    if not named:
        return {}
    try:
        tables = tomllib.loads(Path(named).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CounterpartsUnusable(f"{COUNTERPARTS}: 文件无法读取 the file cannot be read: {error}") from None
    return {_counterpart(name): _transport(name, table) for name, table in tables.items()}


def _counterpart(name: str) -> Counterpart:
    try:
        return Counterpart(name)
    except ValueError:
        known = "、".join(one.value for one in Counterpart)
        raise CounterpartsUnusable(f"{COUNTERPARTS}: 没有该对接平台 no such counterpart: {name}；可填 one of: {known}") from None


def _transport(name: str, table: object) -> Transport:
    if not isinstance(table, dict) or set(table) not in FORMS or not all(isinstance(one, str) for one in table.values()):
        said = f"{COUNTERPARTS} [{name}]: 须为 folder，或 address 与可选的 token_file，或 address 与 key_file、known_hosts"
        raise CounterpartsUnusable(f"{said} is no folder, and no address with what it is asked with")
    if "folder" in table:
        place = Path(table["folder"])
        if not (place.is_absolute() and place.is_dir()):
            raise CounterpartsUnusable(f"{COUNTERPARTS} [{name}]: 须为已有目录的绝对路径 no absolute path of a folder: {place}")
        return Folder(place)
    parts = urlsplit(table["address"])
    if "key_file" in table:
        from zhenduan.exchange.sftp import sftp_at  # noqa: PLC0415 - its library is loaded where it is asked for

        try:
            return sftp_at(table["address"], Path(table["key_file"]), Path(table["known_hosts"]))
        except ValueError as error:
            raise CounterpartsUnusable(f"{COUNTERPARTS} [{name}]: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CounterpartsUnusable(f"{COUNTERPARTS} [{name}]: 须为 http(s) 地址 no address of HTTP: {table['address']}")
    try:
        token = Path(table["token_file"]).read_text("utf-8").strip() if "token_file" in table else ""
    except (OSError, ValueError) as error:
        raise CounterpartsUnusable(f"{COUNTERPARTS} [{name}]: 令牌文件无法读取 the file cannot be read: {error}") from None
    return Http(table["address"], token)
