"""Egress 出站限制: to which machines this program may be sent by an address that somebody else wrote. plan P8.

A name is looked up once, every address that it has is judged, and the connection is made to an address that was judged: who
changes the answer in between changes nothing. Private, shared, loopback and link-local ranges, where the city's own machines and
the clouds' metadata lie, are nobody's to have asked, unless the operator names a network.
"""

import asyncio
import logging
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

log = logging.getLogger(__name__)

EGRESS_NETWORKS = "ZHENDUAN_EGRESS_NETWORKS"
EGRESS_PLAIN = "ZHENDUAN_EGRESS_PLAIN"
NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
"""Addresses of IPv6 that lead to one of IPv4 behind a translator."""
SPECIAL = (ip_network("192.0.0.0/24"), ip_network("192.88.99.0/24"), ip_network("fec0::/10"))
"""Of no machine on the public network, though the library calls some of them global."""
METADATA = tuple(map(ip_network, ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "100.100.100.200/32")))
"""Never asked, whatever the operator names: link-local, and where clouds keep the keys of their machines."""

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class EgressRefused(OSError):  # noqa: N818 - says what is refused
    """A name leads nowhere that this program may be sent 出站地址不允许.

    Whoever wrote the name is told so, and neither where it leads nor whether there is such a name: names of the city's own network
    are looked up here that it can't look up itself.
    """

    def __init__(self) -> None:
        super().__init__("the host has no address that may be asked")


class EgressUnusable(ValueError):  # noqa: N818 - says which setting
    """A setting of the egress is none 出站设置无效."""


@dataclass(frozen=True)
class Egress:
    """Where to one may be sent 出站限制. networks: allowed besides public ones. plain: http is taken as well, for development."""

    networks: tuple[Network, ...] = ()
    plain: bool = False

    def permits(self, address: Address) -> bool:
        """Whether an address may be asked."""
        address = _meant(address)
        if any(address in one for one in METADATA if one.version == address.version):
            return False
        if any(address in one for one in self.networks if one.version == address.version):
            return True
        return is_public(address)

    def permits_host(self, host: str) -> bool:
        """Whether a host may be written down to be asked: a name is judged when it is looked up, an address as it stands."""
        try:
            return self.permits(ip_address(host.strip("[]").partition("%")[0]))
        except ValueError:
            pass
        try:
            return self.permits(IPv4Address(socket.inet_aton(host)))  # such as 127.1 and 0x7f000001, which are looked up so
        except OSError:
            return True

    async def resolved(self, host: str, port: int) -> str:
        """The address to connect to, of all that a name has now.

        Raises:
            EgressRefused: one of them may not be asked; who hides it among others has something to hide. Or there is no such name.
        """
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            log.info("%s is not looked up: %s", host, error)
            raise EgressRefused from None
        addresses = list(dict.fromkeys(str(where[0]) for *_, where in found))
        for one in addresses:
            if not self.permits(ip_address(one)):
                log.info("%s leads to %s, which may not be asked", host, one)
                raise EgressRefused
        if not addresses:
            raise EgressRefused
        return addresses[0]


def _meant(address: Address) -> Address:
    """The address of IPv4 that one of IPv6 stands for, where it stands for one; a zone is no part of it."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in one for one in NAT64):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return IPv6Address(int(address))


def is_public(address: Address) -> bool:
    """Whether an address is of the public network, and of one machine there."""
    if any(address in one for one in SPECIAL if one.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def egress_of(environment: Mapping[str, str]) -> Egress:
    """The egress as the environment sets it 读取出站设置.

    Raises:
        EgressUnusable: a network that is none, or a plain that is neither yes nor no.
    """
    plain = environment.get(EGRESS_PLAIN, "")
    if plain not in ("", "no", "yes"):
        raise EgressUnusable(f"{EGRESS_PLAIN}: 须为 yes 或 no，is neither yes nor no: {plain}")
    return Egress(_networks(environment.get(EGRESS_NETWORKS, "").replace(",", " ").split()), plain == "yes")


def _networks(named: Sequence[str]) -> tuple[Network, ...]:
    try:
        return tuple(map(ip_network, named))
    except ValueError as error:
        raise EgressUnusable(f"{EGRESS_NETWORKS}: 须为网段，如 not a network, such as 10.2.0.0/16: {error}") from None
