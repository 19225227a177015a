"""Writes the payload of every loopback TCP and UDP packet into FOLDER, one file per direction, until stdin closes.

Usage: capture.py FOLDER [PORT...]   (packets from or to a PORT are left out)
"""

import os
import select
import socket
import struct
import sys

ETH_P_ALL = 3
PACKET_OUTGOING = 4
TCP, UDP = 6, 17


def payload(frame):
    """(source port, destination port, bytes) of an Ethernet frame, or None."""
    kind = struct.unpack_from("!H", frame, 12)[0]
    if kind == 0x0800:
        start, protocol = 14 + (frame[14] & 15) * 4, frame[23]
        end = 14 + struct.unpack_from("!H", frame, 16)[0]
    elif kind == 0x86DD:
        start, protocol = 54, frame[20]
        end = 54 + struct.unpack_from("!H", frame, 18)[0]
    else:
        return None
    if protocol not in (TCP, UDP):
        return None
    source, target = struct.unpack_from("!HH", frame, start)
    head = (frame[start + 12] >> 4) * 4 if protocol == TCP else 8
    return source, target, frame[start + head : end if end > start else len(frame)]


def main():
    folder, hidden = sys.argv[1], set(map(int, sys.argv[2:]))
    try:
        ear = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    except PermissionError:
        print("a packet socket takes root", flush=True)
        return 1
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024 * 1024)
    ear.bind(("lo", 0))
    print("capturing", flush=True)
    files = {}
    while True:
        ready, _, _ = select.select([ear, sys.stdin], [], [])
        if ear in ready:
            frame, address = ear.recvfrom(1 << 17)
            if address[2] == PACKET_OUTGOING:
                continue  # on loopback each packet is seen going out and coming in
            found = payload(frame)
            if found and found[2] and not hidden & {found[0], found[1]}:
                key = found[:2]
                if key not in files:
                    files[key] = open(os.path.join(folder, "%d-%d" % key), "wb")
                files[key].write(found[2])
        elif sys.stdin in ready:
            break
    for file in files.values():
        file.close()
    return 0


sys.exit(main())
