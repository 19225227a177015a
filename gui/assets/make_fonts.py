#!/usr/bin/env python3
"""Makes the fonts in this folder from their released forms.

    make_fonts.py INTER.ttf PHOSPHOR_FOLDER TWEMOJI.woff2

INTER.ttf is `Inter.var.ttf` or `Inter-roman.var.ttf` of Inter 4.0 (OFL 1.1), PHOSPHOR_FOLDER the folder `src` of the npm
package `@phosphor-icons/web` 2.1.2 (MIT), TWEMOJI.woff2 from the npm package `twemoji-colr-font` 15.0.3 (graphics
CC-BY 4.0). Needs fonttools and brotli. Also writes `../src/theme/icons.rs` from the list of names below.
"""
import json
import pathlib
import re
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = pathlib.Path(__file__).parent
FONTS = HERE / "fonts"

ICONS = """
address-book archive arrow-bend-up-left arrow-bend-up-right arrow-clockwise arrow-counter-clockwise arrow-down arrow-left
arrow-right arrow-square-out arrow-u-up-left bell bell-slash broadcast bug calendar-blank camera caret-down caret-left
caret-right caret-up chat-circle chat-circle-dots chat-teardrop-text chats check check-circle checks circle
circle-dashed circle-half circle-notch clipboard clipboard-text clock clock-countdown cloud-slash code copy desktop
device-mobile dots-three dots-three-vertical download-simple envelope-simple eraser eye eye-slash file fingerprint
floppy-disk folder-open folder-simple frame-corners funnel gear-six globe globe-hemisphere-west graph hand-waving hash
hard-drives house identification-badge identification-card image info key keyboard laptop link link-break list
list-bullets list-checks lock-key lock-simple lock-simple-open magnifying-glass magnifying-glass-minus
magnifying-glass-plus megaphone microphone minus minus-circle monitor moon moon-stars network network-slash note
note-pencil notebook palette paper-plane-right paper-plane-tilt paperclip password path pencil-simple phone plugs
plugs-connected plus plus-circle power prohibit push-pin push-pin-slash qr-code question quotes scan seal-check
seal-question seal-warning share-network shield shield-check shield-slash shield-warning sidebar-simple sign-out
smiley sparkle spinner-gap squares-four star sun swatches text-aa text-b text-italic text-strikethrough textbox
timer translate trash tray upload-simple user user-check user-circle user-circle-plus user-minus user-plus users
users-three video-camera warning warning-circle warning-octagon wifi-high wifi-slash wrench x x-circle
""".split()

# Digits and signs that text fonts draw better; Twemoji stands first in the order so that ❤️ and ☎️ are in colour.
KEEP_OUT = {ord(c) for c in "0123456789#*©®™ "} | {0x200D, 0xFE0F, 0x20E3, 0x00A0}


def phosphor(folder: pathlib.Path) -> None:
    styles = {"regular": ("Phosphor.ttf", "Icons.ttf"), "fill": ("Phosphor-Fill.ttf", "IconsFill.ttf")}
    points = {}
    for line in (folder / "regular" / "style.css").read_text().split("}"):
        found = re.search(r"\.ph\.ph-([a-z0-9-]+):before\s*{\s*content:\s*\"\\([0-9a-f]+)\"", line)
        if found:
            points[found[1]] = int(found[2], 16)
    missing = [name for name in ICONS if name not in points]
    if missing:
        sys.exit(f"no such icons: {missing}")
    for style, (source, target) in styles.items():
        font = TTFont(folder / style / source)
        options = subset.Options(layout_features=[], name_IDs=[1, 2, 13, 14], hinting=False, notdef_outline=True)
        worker = subset.Subsetter(options)
        worker.populate(unicodes=[points[name] for name in ICONS])
        worker.subset(font)
        font.save(FONTS / target)
    lines = [
        "//! The icons of the bundled fonts, written by `assets/make_fonts.py`.",
        "",
        "/// A character of the icon fonts.",
        "#[derive(Clone, Copy, Debug, PartialEq, Eq)]",
        "pub(crate) struct Icon(pub(crate) char);",
        "",
    ]
    for name in ICONS:
        constant = name.upper().replace("-", "_")
        lines.append(f"pub(crate) const {constant}: Icon = Icon('\\u{{{points[name]:x}}}');")
    lines += ["", "/// Every icon, for the gallery and the tests.", "pub(crate) const ALL: &[(&str, Icon)] = &["]
    lines += [f'    ("{name}", {name.upper().replace("-", "_")}),' for name in ICONS]
    lines += ["];", ""]
    (HERE.parent / "src" / "theme" / "icons.rs").write_text("\n".join(lines))


def twemoji(source: str) -> None:
    font = TTFont(source)
    font.flavor = None
    for table in font["cmap"].tables:
        for code in KEEP_OUT & set(table.cmap):
            # The joiner and the selector stay: sequences are shaped with them.
            if code not in (0x200D, 0xFE0F):
                del table.cmap[code]
    font.save(FONTS / "Emoji.ttf")


def inter(source: str) -> None:
    font = TTFont(source)
    if "slnt" in {axis.axisTag for axis in font["fvar"].axes}:
        from fontTools.varLib import instancer
        font = instancer.instantiateVariableFont(font, {"slnt": 0})
    font.save(FONTS / "Inter.ttf")


def main() -> None:
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    FONTS.mkdir(exist_ok=True)
    (HERE.parent / "src" / "theme").mkdir(parents=True, exist_ok=True)
    inter(sys.argv[1])
    phosphor(pathlib.Path(sys.argv[2]))
    twemoji(sys.argv[3])


if __name__ == "__main__":
    main()
