#!/usr/bin/env bash
# Makes an AppImage of a release build: appimage.sh TARGET_FOLDER OUTPUT.AppImage
#     cargo build --release -p kith-gui -p kith-node --bins && gui/packaging/appimage.sh target/release Kith.AppImage
# RUNTIME=FILE puts another type-2 runtime in front: on a machine that is not x86_64, or for hosts without libfuse2.
# KITH_PACKAGE_FAST=1 packs quickly instead of small, for tests. docs/packaging.md says more.
set -euo pipefail
[ $# = 2 ] || { sed -n 2,5p "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
command -v mksquashfs >/dev/null || { echo "mksquashfs is in the Debian package squashfs-tools" >&2; exit 1; }
# What every type-2 runtime reads; the one below reads no zstd.
pack=(-comp gzip -Xcompression-level 9)
[ -z "${KITH_PACKAGE_FAST:-}" ] || pack=(-comp gzip -Xcompression-level 1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# runtime-x86_64 of AppImageKit 13, as the crate in runtime/Cargo.lock has it.
sum=328e0d745c5c6817048c27bc3e8314871703f8f47ffa81a37cb06cd95a94b323
runtime=${RUNTIME:-}
if [ -z "$runtime" ]; then
  [ "$(uname -m)" = x86_64 ] || { echo "there is no runtime for $(uname -m) here: set RUNTIME" >&2; exit 1; }
  cargo vendor --quiet --locked --manifest-path "$here/runtime/Cargo.toml" "$work/crates" >/dev/null
  runtime=$work/crates/appimage/assets/runtime-x86_64
  echo "$sum  $runtime" | sha256sum --check --quiet
fi
[ "$(head -c 11 "$runtime" | tail -c 3 | od -An -tx1 | tr -d ' ')" = 414902 ] \
  || { echo "$runtime is no type-2 runtime" >&2; exit 1; }

root=$work/AppDir
mkdir "$root"
chmod 755 "$root"
"$here/tree.sh" "$1" "$root"
install -m755 "$here/AppRun" "$root/AppRun"
ln -s usr/share/applications/org.kith.Kith.desktop usr/share/icons/hicolor/scalable/apps/org.kith.Kith.svg "$root"
ln -s org.kith.Kith.svg "$root/.DirIcon"
[ -n "${RUNTIME:-}" ] || install -Dm644 "$here/runtime/LICENCES.txt" "$root/usr/share/doc/kith/AppImage-runtime.txt"

mksquashfs "$root" "$work/image" "${pack[@]}" -root-owned -noappend -no-xattrs -no-progress -quiet >/dev/null
cat "$runtime" "$work/image" > "$work/out"
install -m755 "$work/out" "$2"
