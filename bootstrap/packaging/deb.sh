#!/usr/bin/env bash
# Makes a Debian package of a release build: deb.sh TARGET_FOLDER OUTPUT.deb
#     cargo build --locked --release -p kith-bootstrap && bootstrap/packaging/deb.sh target/release kith-bootstrap.deb
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
doc=$root/usr/share/doc/kith-bootstrap
install -Dm755 -t "$root/usr/bin" "$1/kith-bootstrap"
strip --strip-unneeded "$root/usr/bin/kith-bootstrap"
install -dm755 "$root/usr/lib/systemd/system"
sed 's|/usr/local/bin/|/usr/bin/|' "$here/../kith-bootstrap.service" > "$root/usr/lib/systemd/system/kith-bootstrap.service"
chmod 644 "$root/usr/lib/systemd/system/kith-bootstrap.service"
install -Dm644 -t "$doc" "$here/../../LICENSE-MIT" "$here/../../LICENSE-APACHE" "$here/../../docs/OPERATING.md"
mkdir -p "$root/DEBIAN"
install -m755 -t "$root/DEBIAN" "$here/postinst" "$here/prerm" "$here/postrm"
cat > "$root/DEBIAN/control" <<CONTROL
Package: kith-bootstrap
Version: $version
Architecture: $(dpkg --print-architecture)
Maintainer: The Kith developers <kith@localhost>
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Depends: libc6 (>= 2.36), libgcc-s1
Section: net
Priority: optional
Description: Public node for a Kith community
 Helps people's devices find and reach each other and keeps sealed mail for
 those who are away. It has no accounts and reads nothing.
CONTROL
dpkg-deb --root-owner-group "${pack[@]}" --build "$root" "$2"
