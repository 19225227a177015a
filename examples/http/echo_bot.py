"""A bot that says back what it is told, over the local API of a running kithd. Python 3.9 or later, nothing to install.

    kithd --profile DIR --name Echo &
    python3 echo_bot.py DIR

It prints a link; whoever adds it is accepted and gets every message back.
"""

import base64
import json
import os
import socket
import struct
import sys
import urllib.request

FOLDER = sys.argv[1] if len(sys.argv) > 1 else "."
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def read(name):
    with open(os.path.join(FOLDER, name), encoding="ascii") as file:
        return file.read().strip()


URL, TOKEN = read("api-address"), read("api-token")


def call(method, **params):
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    headers = {"Authorization": "Bearer " + TOKEN, "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(URL + "/v1/rpc", body, headers)) as answer:
        said = json.load(answer)
    if "error" in said:
        raise RuntimeError("%s: %s: %s" % (method, said["error"]["data"]["code"], said["error"]["message"]))
    return said["result"]


class WebSocket:
    """As much of RFC 6455 as talking to a node on the same machine takes."""

    def __init__(self):
        host, port = URL[len("http://"):].rsplit(":", 1)
        self.stream = socket.create_connection((host, int(port)))
        self.file = self.stream.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self.stream.sendall((
            "GET /v1/ws HTTP/1.1\r\nHost: %s:%s\r\nAuthorization: Bearer %s\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n" % (host, port, TOKEN, key)
        ).encode())
        status = self.file.readline()
        if b" 101 " not in status:
            raise RuntimeError("no WebSocket: %r" % status)
        while self.file.readline().strip():
            pass

    def send(self, payload, kind=TEXT):
        mask = os.urandom(4)
        length = struct.pack("!B", 0x80 | len(payload)) if len(payload) < 126 else struct.pack("!BH", 0xFE, len(payload))
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
        self.stream.sendall(bytes([0x80 | kind]) + length + mask + masked)

    def texts(self):
        """Every text message, until the node ends."""
        message = b""
        while True:
            head = self.file.read(2)
            if len(head) < 2 or head[0] & 15 == CLOSE:
                return
            length = head[1] & 127
            if length == 126:
                (length,) = struct.unpack("!H", self.file.read(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", self.file.read(8))
            payload = self.file.read(length)
            if head[0] & 15 == PING:
                self.send(payload, PONG)
            elif head[0] & 15 != PONG:
                message += payload
                if head[0] & 0x80:
                    yield message
                    message = b""


ME = call("profile.get")["account"]


def answer(chat):
    """Says back what is unread in a chat, and marks it read."""
    while call("chats.get", chat=chat)["unread"] > 0:
        for message in call("chats.history", chat=chat, around="unread", before=0, after=100)["messages"]:
            if message["author"] == ME:
                continue
            if "text" in message:
                call("chats.send", chat=chat, text=message["text"], reply_to=message["id"])
            call("chats.mark_read", chat=chat, up_to=message["id"])


def catch_up():
    """Does what there was to do before the events that come from now on."""
    for contact in call("contacts.list")["contacts"]:
        if contact["state"] == "requested":
            call("contacts.accept", account=contact["account"])
    for chat in call("chats.list")["chats"]:
        answer(chat["chat"])


def main():
    events = WebSocket()
    events.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "events.subscribe", "params": {}}).encode())
    for text in events.texts():
        said = json.loads(text)
        if "error" in said:
            raise RuntimeError(said["error"]["message"])
        if said.get("method") != "event":
            print(call("contacts.invite", single_use=False)["link"], flush=True)
            catch_up()
            continue
        event = said["params"]
        if event["kind"] == "lagged":
            catch_up()
        elif event["kind"] == "contact.requested":
            call("contacts.accept", account=event["contact"]["account"])
        elif event["kind"] == "message.upserted" and event["message"]["author"] != ME:
            answer(event["message"]["chat"])


try:
    main()
except KeyboardInterrupt:
    pass
