"""A desktop that shows nothing: it writes down what it is told to show, and says that its screen is locked.

Each call is one line of JSON. It is told "lock", "unlock" and "click", which is on what it showed last.
"""

import json
import sys

from gi.repository import Gio, GLib

SHOWS = """<node><interface name="org.freedesktop.Notifications">
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
<arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/></method>
<method name="CloseNotification"><arg type="u" direction="in"/></method>
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
<arg type="s" direction="out"/><arg type="s" direction="out"/></method>
<signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
<signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
</interface></node>"""
LOCKS = """<node><interface name="org.freedesktop.ScreenSaver">
<method name="GetActive"><arg type="b" direction="out"/></method>
<signal name="ActiveChanged"><arg type="b"/></signal>
</interface></node>"""
NOTIFICATIONS = ("/org/freedesktop/Notifications", "org.freedesktop.Notifications")
SAVER = ("/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver")

last = 0
# Who showed it: desktops tell nobody else of a click.
shower = None


def said(**line):
    print(json.dumps(line), flush=True)


def called(_bus, sender, _path, interface, method, parameters, invocation):
    global last, shower
    given = parameters.unpack()
    if method == "Notify":
        _app, replaces, _icon, summary, body, actions, hints, _timeout = given
        assert actions[0] == "default" and actions[1], actions
        shower = sender
        last = replaces or last + 1
        said(what="show", id=last, title=summary, body=body, sound=not hints.get("suppress-sound", False))
        invocation.return_value(GLib.Variant("(u)", (last,)))
    elif method == "CloseNotification" and sender != shower:
        invocation.return_dbus_error("org.freedesktop.DBus.Error.AccessDenied", "not yours")
    elif method == "CloseNotification":
        said(what="close", id=given[0], title="", body="", sound=False)
        invocation.return_value(None)
        bus.emit_signal(None, *NOTIFICATIONS, "NotificationClosed", GLib.Variant("(uu)", (given[0], 3)))
    elif method == "GetCapabilities":
        invocation.return_value(GLib.Variant("(as)", (["body", "sound"],)))
    elif method == "GetServerInformation":
        invocation.return_value(GLib.Variant("(ssss)", ("test", "kith", "1", "1.2")))
    else:
        invocation.return_value(GLib.Variant("(b)", (False,)))


def told(source, _condition):
    line = source.readline().strip()
    if not line:
        loop.quit()
        return False
    if line == "click":
        bus.emit_signal(shower, *NOTIFICATIONS, "ActionInvoked", GLib.Variant("(us)", (last, "default")))
    else:
        bus.emit_signal(None, *SAVER, "ActiveChanged", GLib.Variant("(b)", (line == "lock",)))
    return True


bus = Gio.bus_get_sync(Gio.BusType.SESSION)
for (path, _name), interface in [(NOTIFICATIONS, SHOWS), (SAVER, LOCKS)]:
    bus.register_object(path, Gio.DBusNodeInfo.new_for_xml(interface).interfaces[0], called, None, None)
loop = GLib.MainLoop()
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, told)
Gio.bus_own_name_on_connection(bus, SAVER[1], 0, None, None)
Gio.bus_own_name_on_connection(bus, NOTIFICATIONS[1], 0, lambda *_: print("ready", flush=True), None)
loop.run()
