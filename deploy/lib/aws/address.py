"""usage: address.py ADDRESS PREFIX4 PREFIX6

Prints an IP address or network as EC2 writes it, 192.0.2.1/32 or 2001:db8::1/128, or ends with 1 and says why it is no
source to let in. PREFIX4 and PREFIX6 are the lengths of the shortest prefixes that are accepted.
"""

import ipaddress
import sys


def source(text, prefix4, prefix6):
    try:
        network = ipaddress.ip_network(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is no IPv4 or IPv6 address, nor a network without bits behind its prefix.")
    shortest = prefix4 if network.version == 4 else prefix6
    if network.prefixlen < shortest:
        raise ValueError(f"{text} is too wide: a prefix of /{shortest} is the shortest that is accepted.")
    first = network.network_address
    if getattr(first, "scope_id", None):
        raise ValueError(f"{text} names a network interface of one machine.")
    if first.is_unspecified or first.is_loopback or first.is_multicast or first.is_link_local:
        raise ValueError(f"{text} is an address that nobody comes from.")
    return network


try:
    print(source(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
except ValueError as error:
    sys.exit(str(error))
