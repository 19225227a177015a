"""A line between two TAP devices that delays, loses, reorders and queues: this machine's kernel may have no netem.

Usage: wire.py NEAR FAR SEED   (both devices exist, in the namespace this runs in)

Every line of stdin is a JSON object with what holds from then on, in both directions. The answer is a line with what
happened before: packets that passed, were lost, overtook others, found the queue full, and the longest wait.
"""

import fcntl
import heapq
import json
import os
import random
import select
import struct
import sys
import time

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
READS_AT_ONCE = 64
NOTHING = {"passed": 0, "lost": 0, "overtook": 0, "full": 0, "longest_ms": 0}


def tap(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return device


class Direction:
    """Decides when a packet arrives, or that it does not."""

    def __init__(self, chance):
        self.chance = chance
        self.free_at = 0.0  # when the last bit of what waits is on its way
        self.newest = 0.0  # arrival of the last packet that kept its place

    def arrival(self, size, now, line, counts):
        if self.chance.random() * 100 < line["loss_percent"]:
            counts["lost"] += 1
            return None
        leaves = now
        if line["kbit_per_s"]:
            leaves = max(now, self.free_at)
            if (leaves - now) * 1000 > line["queue_ms"]:
                counts["full"] += 1
                return None
            leaves += size * 8 / (line["kbit_per_s"] * 1000)
            self.free_at = leaves
        counts["passed"] += 1
        if self.chance.random() * 100 < line["reorder_percent"]:
            counts["overtook"] += self.newest > leaves
            return leaves
        late = line["delay_ms"] + self.chance.uniform(-line["jitter_ms"], line["jitter_ms"])
        # Jitter alone reorders nothing, as in a real queue.
        self.newest = max(self.newest, leaves + max(0, late) / 1000)
        return self.newest


class Wire:
    def __init__(self, near, far, seed):
        self.other = {near: far, far: near}
        self.directions = {near: Direction(random.Random(seed)), far: Direction(random.Random(seed + 1))}
        self.line = json.loads(sys.stdin.readline())
        self.counts = dict(NOTHING)
        self.waiting = []
        self.number = 0
        print(json.dumps(self.counts), flush=True)

    def take(self, device):
        for _ in range(READS_AT_ONCE):
            try:
                frame = os.read(device, 1 << 16)
            except BlockingIOError:
                return
            now = time.monotonic()
            at = self.directions[device].arrival(len(frame), now, self.line, self.counts)
            if at is not None:
                self.counts["longest_ms"] = max(self.counts["longest_ms"], int((at - now) * 1000))
                self.number += 1
                heapq.heappush(self.waiting, (at, self.number, self.other[device], frame))

    def deliver(self):
        while self.waiting and self.waiting[0][0] <= time.monotonic():
            _, _, device, frame = heapq.heappop(self.waiting)
            try:
                os.write(device, frame)
            except OSError:
                pass  # a full or unplugged device loses it

    def change(self):
        said = sys.stdin.readline()
        if said:
            self.line = json.loads(said)
            print(json.dumps(self.counts), flush=True)
            self.counts = dict(NOTHING)
        return bool(said)

    def run(self):
        while True:
            self.deliver()
            pause = max(0.0, self.waiting[0][0] - time.monotonic()) if self.waiting else None
            ready, _, _ = select.select([*self.other, sys.stdin], [], [], pause)
            for device in ready:
                if device is not sys.stdin:
                    self.take(device)
                elif not self.change():
                    return


Wire(tap(sys.argv[1]), tap(sys.argv[2]), int(sys.argv[3])).run()
