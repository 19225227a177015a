"""A tray that shows nothing: the watcher small icons are told to, and a finger on the last of them.

"open" touches the icon, "menu TEXT" the line of its menu with this text, "title" asks what it says; each is answered with
one line.
"""

import sys

from gi.repository import Gio, GLib

INTERFACE = """<node><interface name="org.kde.StatusNotifierWatcher">
<method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
<method name="RegisterStatusNotifierHost"><arg type="s" direction="in"/></method>
<property name="RegisteredStatusNotifierItems" type="as" access="read"/>
<property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
<property name="ProtocolVersion" type="i" access="read"/>
<signal name="StatusNotifierItemRegistered"><arg type="s"/></signal>
<signal name="StatusNotifierHostRegistered"/>
</interface></node>"""
NAME = "org.kde.StatusNotifierWatcher"
ITEM = ("/StatusNotifierItem", "org.kde.StatusNotifierItem")
MENU = ("/MenuBar", "com.canonical.dbusmenu")
ANSWER_MS = 5000

items = []


def said(line):
    print(line, flush=True)


def called(_bus, sender, _path, _interface, method, parameters, invocation):
    invocation.return_value(None)
    if method == "RegisterStatusNotifierItem":
        name = parameters.unpack()[0]
        items.append(sender if name.startswith("/") else name)
        said("item")


def asked(_bus, _sender, _path, _interface, name):
    return {
        "RegisteredStatusNotifierItems": GLib.Variant("as", items),
        "IsStatusNotifierHostRegistered": GLib.Variant("b", True),
        "ProtocolVersion": GLib.Variant("i", 0),
    }[name]


def call(place, method, parameters):
    path, interface = place
    return bus.call_sync(items[-1], path, interface, method, parameters, None, 0, ANSWER_MS, None)


def menu(text):
    _revision, (_id, _about, lines) = call(MENU, "GetLayout", GLib.Variant("(iias)", (0, -1, []))).unpack()
    number = next(number for number, about, _below in lines if about.get("label") == text)
    call(MENU, "Event", GLib.Variant("(isvu)", (number, "clicked", GLib.Variant("i", 0), 0)))
    return "done"


def title():
    wanted = GLib.Variant("(ss)", (ITEM[1], "Title"))
    place = (ITEM[0], "org.freedesktop.DBus.Properties")
    return call(place, "Get", wanted).unpack()[0]


def told(source, _condition):
    line = source.readline().strip()
    if not line:
        loop.quit()
        return False
    if line == "open":
        call(ITEM, "Activate", GLib.Variant("(ii)", (0, 0)))
        said("done")
    elif line == "title":
        said(title())
    else:
        said(menu(line.removeprefix("menu ")))
    return True


bus = Gio.bus_get_sync(Gio.BusType.SESSION)
bus.register_object("/StatusNotifierWatcher", Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0], called, asked, None)
loop = GLib.MainLoop()
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, told)
Gio.bus_own_name_on_connection(bus, NAME, 0, lambda *_: said("ready"), None)
loop.run()
