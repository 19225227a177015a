#!/usr/bin/env bash
# UNTESTED: never run. Makes Kith.app, unsigned and without an icon: macos.sh TARGET_FOLDER OUTPUT_FOLDER
set -euo pipefail
[ $# = 2 ] || { sed -n 2p "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' "$here/../../../Cargo.toml")
app=$2/Kith.app/Contents
mkdir -p "$app/MacOS" "$app/Resources"
cp "$1/kith" "$1/kithd" "$app/MacOS/"
cp "$here"/../../../LICENSE-* "$here"/../../assets/licences/* "$app/Resources/"
cat > "$app/Info.plist" <<PLIST
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
  <key>CFBundleIdentifier</key><string>org.kith.Kith</string>
  <key>CFBundleName</key><string>Kith</string>
  <key>CFBundleExecutable</key><string>kith</string>
  <key>CFBundlePackageType</key><string>APPL</string>
  <key>CFBundleShortVersionString</key><string>$version</string>
  <key>NSHighResolutionCapable</key><true/>
</dict></plist>
PLIST
