#!/usr/bin/env bash
# Makes a Debian package of a release build: deb.sh TARGET_FOLDER OUTPUT.deb
#     cargo build --release -p kith-gui -p kith-node --bins && gui/packaging/deb.sh target/release kith.deb
set -euo pipefail
[ $# = 2 ] || { sed -n 2,3p "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' "$here/../../Cargo.toml")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
install -Dm755 -t "$root/usr/bin" "$1/kith" "$1/kithd"
strip --strip-unneeded "$root/usr/bin/kith" "$root/usr/bin/kithd"
install -Dm644 -t "$root/usr/share/applications" "$here/org.kith.Kith.desktop"
install -Dm644 -t "$root/usr/share/metainfo" "$here/org.kith.Kith.metainfo.xml"
install -Dm644 -t "$root/usr/share/icons/hicolor/scalable/apps" "$here/org.kith.Kith.svg"
install -Dm644 -t "$root/usr/share/doc/kith" "$here/../../LICENSE-MIT" "$here/../../LICENSE-APACHE" "$here"/../assets/licences/*
mkdir -p "$root/DEBIAN"
cat > "$root/DEBIAN/control" <<CONTROL
Package: kith
Version: $version
Architecture: $(dpkg --print-architecture)
Maintainer: The Kith developers <kith@localhost>
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Depends: libc6 (>= 2.36), libgcc-s1
Recommends: libgl1, libxkbcommon-x11-0, libfontconfig1, fonts-noto-core, dbus-user-session
Section: net
Priority: optional
Description: Talk directly, without an account
 A messenger between people's own machines. People add each other with a link
 or a QR code, and their computers talk to each other, end-to-end encrypted.
CONTROL
dpkg-deb --root-owner-group -Zxz --build "$root" "$2"
