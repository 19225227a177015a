#!/usr/bin/env bash
# Makes a Debian package of a release build: deb.sh TARGET_FOLDER OUTPUT.deb
#     cargo build --release -p kith-gui -p kith-node --bins && gui/packaging/deb.sh target/release kith.deb
# KITH_PACKAGE_FAST=1 packs quickly instead of small, for tests.
set -euo pipefail
[ $# = 2 ] || { sed -n 2,4p "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' "$here/../../Cargo.toml")
pack=(-Zxz)
[ -z "${KITH_PACKAGE_FAST:-}" ] || pack=(-Zgzip -z1)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
"$here/tree.sh" "$1" "$root"
mkdir -p "$root/DEBIAN"
# The window looks for the recommended libraries while it runs; kithd needs none of them. Newer systems give libasound2 another
# name.
cat > "$root/DEBIAN/control" <<CONTROL
Package: kith
Version: $version
Architecture: $(dpkg --print-architecture)
Maintainer: The Kith developers <kith@localhost>
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Depends: libc6 (>= 2.36), libgcc-s1, libstdc++6, libasound2 | libasound2t64
Recommends: libegl1, libgl1, libwayland-client0, libwayland-egl1, libx11-6, libx11-xcb1, libxcb1, libxcursor1, libxi6, libxrender1, libxkbcommon0, libxkbcommon-x11-0, libfontconfig1, fonts-noto-core, libdbus-1-3, dbus-user-session, xdg-desktop-portal
Section: net
Priority: optional
Description: Talk directly, without an account
 A messenger between people's own machines. People add each other with a link
 or a QR code, and their computers talk to each other, end-to-end encrypted.
CONTROL
dpkg-deb --root-owner-group "${pack[@]}" --build "$root" "$2"
