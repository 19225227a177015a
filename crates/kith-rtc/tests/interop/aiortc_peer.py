"""A foreign WebRTC peer (aiortc). It offers, with signalling as lines of JSON on stdin and stdout.

It sends back the sound it hears and the messages it gets, on the data channel both sides open by themselves; it sends
pictures, and tells how many of those it gets it could decode.
"""

import asyncio
import json
import sys

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, VideoStreamTrack
from aiortc.sdp import candidate_from_sdp


class Echo(AudioStreamTrack):
    """The sound of another track, once there is one."""

    def __init__(self):
        super().__init__()
        self.source = asyncio.get_running_loop().create_future()

    async def recv(self):
        return await (await asyncio.shield(self.source)).recv()


def modern(sdp):
    """The data section as RFC 8841 writes it; older aiortc offers the draft's form."""
    sdp = sdp.replace(" DTLS/SCTP 5000", " UDP/DTLS/SCTP webrtc-datachannel")
    return sdp.replace("a=sctpmap:5000 webrtc-datachannel 65535", "a=sctp-port:5000")


def say(line):
    print(json.dumps(line), flush=True)


async def see(track):
    """Tells of every tenth picture."""
    seen = 0
    while True:
        try:
            picture = await track.recv()
        except MediaStreamError:
            return
        seen += 1
        if seen % 10 == 0:
            say({"seen": seen, "width": picture.width, "height": picture.height})


async def main():
    peer = RTCPeerConnection()
    echo = Echo()
    seeing = []

    def on_track(track):
        if track.kind == "video":
            seeing.append(asyncio.ensure_future(see(track)))
        elif not echo.source.done():
            echo.source.set_result(track)

    channel = peer.createDataChannel("kith", negotiated=True, id=0)
    channel.on("message", lambda message: channel.send(message))
    peer.on("track", on_track)
    peer.addTrack(echo)
    peer.addTrack(VideoStreamTrack())

    await peer.setLocalDescription(await peer.createOffer())
    say({"type": "offer", "sdp": modern(peer.localDescription.sdp)})
    while True:
        line = json.loads(await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline) or "{}")
        if "sdp" in line:
            await peer.setRemoteDescription(RTCSessionDescription(**line))
        elif "candidate" in line:
            candidate = candidate_from_sdp(line["candidate"].removeprefix("candidate:"))
            candidate.sdpMid = line["sdpMid"]
            candidate.sdpMLineIndex = line["sdpMLineIndex"]
            await peer.addIceCandidate(candidate)
        else:
            await peer.close()
            return


asyncio.run(main())
