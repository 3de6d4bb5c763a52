"""usage: lets_in.py NETWORK PORT <RULES

Prints the id of the first of those RULES of a security group that let all of NETWORK reach a TCP port, as EC2 decides
it, or nothing. A rule is a line with tabs between id, source, protocol, first and last port.
"""

import ipaddress
import sys


def lets_in(source, protocol, first, last, network, port):
    source = ipaddress.ip_network(source, strict=False)
    if source.version != network.version or not network.subnet_of(source):
        return False
    # -1 is every protocol, on all ports.
    return protocol == "-1" or (protocol == "tcp" and int(first) <= port <= int(last))


network, port = ipaddress.ip_network(sys.argv[1]), int(sys.argv[2])
rules = (line.split() for line in sys.stdin if line.strip())
print(next((rule for rule, *what in rules if lets_in(*what, network, port)), ""))
