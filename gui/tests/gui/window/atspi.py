"""Sees windows as a screen reader does: one JSON request per line comes in, one JSON answer per line goes out.

{"do": "look", "pid": PID, "about": [NAME, ...]}    -> {"app": NAME, "nodes": [...]}, or {} while there is no window
{"do": "press", "pid": PID, "node": PATH}           -> {"done": BOOL}
{"do": "focus", "pid": PID, "node": PATH}           -> {"done": BOOL}

Where things are and what is written in them is told of the window and of what has one of the names only: each is a
question of its own to the window, and everything else comes with one.
"""

import json
import signal
import sys

try:
    from gi.repository import Gio, GLib
except ImportError as error:
    print(json.dumps({"missing": str(error)}), flush=True)
    sys.exit(1)

# Seconds: for the bus of accessibility to be started by its launcher, and for an answer.
PATIENCE = 20
ANSWER = 5

ATSPI = "org.a11y.atspi."
ROOT = "/org/a11y/atspi/accessible/root"

# Of the numbers of AT-SPI, those that are told apart.
ROLES = {
    7: "check box",
    11: "combo box",
    16: "dialog",
    23: "frame",
    29: "label",
    32: "list item",
    35: "menu item",
    37: "page tab",
    39: "panel",
    40: "password text",
    43: "push button",
    44: "radio button",
    48: "scroll bar",
    50: "separator",
    51: "slider",
    52: "spin button",
    62: "toggle button",
    75: "application",
    79: "entry",
    83: "heading",
    88: "link",
    109: "article",
}
STATES = {1: "active", 4: "checked", 8: "enabled", 11: "focusable", 12: "focused", 20: "pressed", 23: "selected"}


def wait_for_name(bus, name):
    """A window that starts before the bus of accessibility is there never looks for it again."""
    loop, found = GLib.MainLoop(), []

    def appeared(*_arguments):
        found.append(True)
        loop.quit()

    watch = Gio.bus_watch_name_on_connection(bus, name, Gio.BusNameWatcherFlags.NONE, appeared, None)
    GLib.timeout_add_seconds(PATIENCE, loop.quit)
    loop.run()
    Gio.bus_unwatch_name(watch)
    return bool(found)


def call(bus, name, path, method, arguments=None):
    interface, _, member = method.rpartition(".")
    answer = bus.call_sync(name, path, interface, member, arguments, None, 0, ANSWER * 1000, None)
    return answer.unpack()


def accessibility():
    session = Gio.bus_get_sync(Gio.BusType.SESSION)
    if not wait_for_name(session, "org.a11y.Bus"):
        return None
    (address,) = call(session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus.GetAddress")
    flags = Gio.DBusConnectionFlags
    flags = flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION
    return Gio.DBusConnection.new_for_address_sync(address, flags, None, None)


def application(bus, pid):
    """The name on the bus of the windows of a process."""
    (windows,) = call(bus, ATSPI + "Registry", ROOT, ATSPI + "Accessible.GetChildren")
    for name, _ in windows:
        owner = GLib.Variant("(s)", (name,))
        try:
            method = "org.freedesktop.DBus.GetConnectionUnixProcessID"
            if call(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", method, owner) == (pid,):
                return name
        except GLib.Error:
            # One that has just ended.
            continue
    return None


def look(bus, app, about):
    (items,) = call(bus, app, "/org/a11y/atspi/cache", ATSPI + "Cache.GetItems")
    under = {}
    for item in items:
        under.setdefault(item[2], []).append(item)
    root = next(item for item in items if item[0][1] == ROOT)
    nodes, todo = [], [root]
    # In the order of the page.
    while todo:
        item = todo.pop()
        if item is not root:
            nodes.append(described(bus, app, item, about))
        todo += sorted(under.get(item[0], []), key=lambda child: child[3], reverse=True)
    return {"app": root[6], "nodes": nodes}


def described(bus, app, item, about):
    (_, path), _, _, _, _, interfaces, name, role, _, states = item
    has = states[0] | states[1] << 32
    node = {
        "node": path,
        "role": ROLES.get(role, f"role {role}"),
        "name": name,
        "states": [text for number, text in STATES.items() if has >> number & 1],
        "pressable": ATSPI + "Action" in interfaces,
        "readable": ATSPI + "Text" in interfaces,
    }
    try:
        if node["role"] == "frame" or name in about:
            # From the corner of the window.
            (node["place"],) = call(bus, app, path, ATSPI + "Component.GetExtents", GLib.Variant("(u)", (1,)))
            if node["readable"]:
                whole = GLib.Variant("(ii)", (0, -1))
                (node["text"],) = call(bus, app, path, ATSPI + "Text.GetText", whole)
    except GLib.Error:
        # It has no place, or is gone since.
        pass
    return node


def answer(bus, request):
    app = application(bus, request["pid"])
    if app is None:
        return {}
    if request["do"] == "look":
        return look(bus, app, request["about"])
    if request["do"] == "press":
        method, arguments = "Action.DoAction", GLib.Variant("(i)", (0,))
    else:
        method, arguments = "Component.GrabFocus", None
    return {"done": call(bus, app, request["node"], ATSPI + method, arguments)[0]}


def main():
    bus = accessibility()
    if bus is None:
        print(json.dumps({"missing": "nobody has the name org.a11y.Bus"}), flush=True)
        sys.exit(1)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        # Rather end than let the test wait for ever.
        signal.alarm(2 * PATIENCE)
        try:
            reply = answer(bus, json.loads(line))
        except GLib.Error as error:
            reply = {"trouble": error.message}
        print(json.dumps(reply), flush=True)


main()
