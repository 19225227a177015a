#!/usr/bin/env bash
# Lays out what every package holds, as it is under /usr: tree.sh TARGET_FOLDER ROOT
# TARGET_FOLDER is any folder with a built kith and kithd; symbols are taken off the copies.
set -euo pipefail
[ $# = 2 ] || { sed -n 2,3p "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
share=$2/usr/share
install -Dm755 -t "$2/usr/bin" "$1/kith" "$1/kithd"
strip --strip-unneeded "$2/usr/bin/kith" "$2/usr/bin/kithd"
install -Dm644 -t "$share/applications" "$here/org.kith.Kith.desktop"
install -Dm644 -t "$share/metainfo" "$here/org.kith.Kith.metainfo.xml"
install -Dm644 -t "$share/icons/hicolor/scalable/apps" "$here/org.kith.Kith.svg"
install -Dm644 -t "$share/doc/kith" "$here/../../LICENSE-MIT" "$here/../../LICENSE-APACHE" "$here"/../assets/licences/*
