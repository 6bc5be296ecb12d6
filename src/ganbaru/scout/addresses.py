"""Which addresses of the network a feed may be read from: public ones only, and those that the caller allowed by name.

A name is resolved once, every address that it has is checked, and the connection goes to the address that was checked,
so that a second answer of the name server cannot lead elsewhere. Source of the ranges: IANA's registries of special
addresses, as Python's ``ipaddress`` holds them; those that carry an IPv4 address inside (mapped, 6to4, Teredo, NAT64 of
RFC 6052) are judged by that one too.
"""

import ipaddress
import socket
from urllib.parse import urljoin, urlsplit

from ganbaru.scout.trouble import Out

Address = tuple[str, int]
"""Host and port."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def public_addresses(host: str, port: int, allowed: frozenset[Address]) -> list[str]:
    """The addresses of a host, in the order in which to try them.

    Args:
        host: name or literal address.
        port: of the connection.
        allowed: hosts and ports that may be anywhere, as the caller of the run has said.

    Raises:
        Out: it has no address, or one that is not public.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Out(f"the name {host!r} has no address") from error
    addresses = [str(entry[4][0]) for entry in found]
    if (host, port) not in allowed:
        for address in addresses:
            if not is_public(address):
                raise Out(f"{host!r} leads to {address}, which is not public")
    return list(dict.fromkeys(addresses))


def is_public(address: str) -> bool:
    """Whether an address, and the IPv4 address that it may carry, belongs to the public network."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    judged = (_carried(parsed) if isinstance(parsed, ipaddress.IPv6Address) else None) or [parsed]
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in judged)


def _carried(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """The IPv4 addresses inside an IPv6 address."""
    if address in _NAT64:
        return [ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)]
    teredo = address.teredo or ()
    return [one for one in (address.ipv4_mapped, address.sixtofour, *teredo) if one is not None]


def check_url(url: str, local: frozenset[Address]) -> None:
    """Refuse an address that is not https, or names somebody, or leads nowhere.

    Raises:
        Out: it is.
    """
    try:
        parts = urlsplit(url)
        fine = parts.scheme == "https" or (parts.scheme == "http" and host_and_port(url) in local)
        fine = (
            fine
            and bool(parts.hostname)
            and parts.username is None
            and url.isascii()
            and url.isprintable()
            and " " not in url
        )
    except ValueError:
        fine = False
    if not fine:
        raise Out(f"{url[:100]!r} is not an https address")


def joined(url: str, target: str) -> str:
    """Where a redirect leads.

    Raises:
        Out: to no address.
    """
    try:
        return urljoin(url, target)
    except ValueError as error:
        raise Out(f"it redirects to {target[:100]!r}, which is no address") from error


def host_and_port(url: str) -> Address:
    """Host and port; a host of "" where it is no address."""
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        return "", 0
