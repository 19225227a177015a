"""A foreign WebRTC peer (aiortc). `rtc_peer.py offer|answer ICE_SERVERS`, with descriptions as lines of JSON on stdin and stdout.

Only relayed candidates are told to the other side. The one who offers sends a text on a data channel, and says what came back.
"""

import asyncio
import json
import sys

from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription


def say(line):
    print(json.dumps(line), flush=True)


async def heard():
    line = await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    return json.loads(line)


def relayed(description):
    lines = description.sdp.split("\r\n")
    kept = [line for line in lines if not line.startswith("a=candidate") or " typ relay" in line]
    return {"type": description.type, "sdp": "\r\n".join(kept)}


async def main(role, servers):
    servers = [RTCIceServer(**server) for server in servers]
    peer = RTCPeerConnection(RTCConfiguration(iceServers=servers))
    over = asyncio.Event()
    if role == "offer":
        channel = peer.createDataChannel("chat")
        channel.on("open", lambda: channel.send("hello"))

        @channel.on("message")
        def answered(text):
            say({"answered": text})
            over.set()

        await peer.setLocalDescription(await peer.createOffer())
        say(relayed(peer.localDescription))
        await peer.setRemoteDescription(RTCSessionDescription(**await heard()))
    else:

        @peer.on("datachannel")
        def opened(channel):
            channel.on("message", lambda text: channel.send(f"{text} yourself"))

        await peer.setRemoteDescription(RTCSessionDescription(**await heard()))
        await peer.setLocalDescription(await peer.createAnswer())
        say(relayed(peer.localDescription))
    await over.wait()
    await peer.close()


asyncio.run(main(sys.argv[1], json.loads(sys.argv[2])))
