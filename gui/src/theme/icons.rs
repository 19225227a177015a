//! The icons of the bundled fonts, written by `assets/make_fonts.py`.

/// A character of the icon fonts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Icon(pub(crate) char);

pub(crate) const ADDRESS_BOOK: Icon = Icon('\u{e6f8}');
pub(crate) const ARCHIVE: Icon = Icon('\u{e00c}');
pub(crate) const ARROW_BEND_UP_LEFT: Icon = Icon('\u{e024}');
pub(crate) const ARROW_BEND_UP_RIGHT: Icon = Icon('\u{e026}');
pub(crate) const ARROW_CLOCKWISE: Icon = Icon('\u{e036}');
pub(crate) const ARROW_COUNTER_CLOCKWISE: Icon = Icon('\u{e038}');
pub(crate) const ARROW_DOWN: Icon = Icon('\u{e03e}');
pub(crate) const ARROW_LEFT: Icon = Icon('\u{e058}');
pub(crate) const ARROW_RIGHT: Icon = Icon('\u{e06c}');
pub(crate) const ARROW_SQUARE_OUT: Icon = Icon('\u{e5de}');
pub(crate) const ARROW_U_UP_LEFT: Icon = Icon('\u{e08a}');
pub(crate) const BELL: Icon = Icon('\u{e0ce}');
pub(crate) const BELL_SLASH: Icon = Icon('\u{e0d4}');
pub(crate) const BROADCAST: Icon = Icon('\u{e0f2}');
pub(crate) const BUG: Icon = Icon('\u{e5f4}');
pub(crate) const CALENDAR_BLANK: Icon = Icon('\u{e10a}');
pub(crate) const CAMERA: Icon = Icon('\u{e10e}');
pub(crate) const CARET_DOWN: Icon = Icon('\u{e136}');
pub(crate) const CARET_LEFT: Icon = Icon('\u{e138}');
pub(crate) const CARET_RIGHT: Icon = Icon('\u{e13a}');
pub(crate) const CARET_UP: Icon = Icon('\u{e13c}');
pub(crate) const CHAT_CIRCLE: Icon = Icon('\u{e168}');
pub(crate) const CHAT_CIRCLE_DOTS: Icon = Icon('\u{e16c}');
pub(crate) const CHAT_TEARDROP_TEXT: Icon = Icon('\u{e178}');
pub(crate) const CHATS: Icon = Icon('\u{e17c}');
pub(crate) const CHECK: Icon = Icon('\u{e182}');
pub(crate) const CHECK_CIRCLE: Icon = Icon('\u{e184}');
pub(crate) const CHECKS: Icon = Icon('\u{e53a}');
pub(crate) const CIRCLE: Icon = Icon('\u{e18a}');
pub(crate) const CIRCLE_DASHED: Icon = Icon('\u{e602}');
pub(crate) const CIRCLE_HALF: Icon = Icon('\u{e18c}');
pub(crate) const CIRCLE_NOTCH: Icon = Icon('\u{eb44}');
pub(crate) const CLIPBOARD: Icon = Icon('\u{e196}');
pub(crate) const CLIPBOARD_TEXT: Icon = Icon('\u{e198}');
pub(crate) const CLOCK: Icon = Icon('\u{e19a}');
pub(crate) const CLOCK_COUNTDOWN: Icon = Icon('\u{ed2c}');
pub(crate) const CLOUD_SLASH: Icon = Icon('\u{e1b6}');
pub(crate) const CODE: Icon = Icon('\u{e1bc}');
pub(crate) const COPY: Icon = Icon('\u{e1ca}');
pub(crate) const DESKTOP: Icon = Icon('\u{e560}');
pub(crate) const DEVICE_MOBILE: Icon = Icon('\u{e1e0}');
pub(crate) const DOTS_THREE: Icon = Icon('\u{e1fe}');
pub(crate) const DOTS_THREE_VERTICAL: Icon = Icon('\u{e208}');
pub(crate) const DOWNLOAD_SIMPLE: Icon = Icon('\u{e20c}');
pub(crate) const ENVELOPE_SIMPLE: Icon = Icon('\u{e218}');
pub(crate) const ERASER: Icon = Icon('\u{e21e}');
pub(crate) const EYE: Icon = Icon('\u{e220}');
pub(crate) const EYE_SLASH: Icon = Icon('\u{e224}');
pub(crate) const FILE: Icon = Icon('\u{e230}');
pub(crate) const FINGERPRINT: Icon = Icon('\u{e23e}');
pub(crate) const FLOPPY_DISK: Icon = Icon('\u{e248}');
pub(crate) const FOLDER_OPEN: Icon = Icon('\u{e256}');
pub(crate) const FOLDER_SIMPLE: Icon = Icon('\u{e25a}');
pub(crate) const FRAME_CORNERS: Icon = Icon('\u{e626}');
pub(crate) const FUNNEL: Icon = Icon('\u{e266}');
pub(crate) const GEAR_SIX: Icon = Icon('\u{e272}');
pub(crate) const GLOBE: Icon = Icon('\u{e288}');
pub(crate) const GLOBE_HEMISPHERE_WEST: Icon = Icon('\u{e28c}');
pub(crate) const GRAPH: Icon = Icon('\u{eb58}');
pub(crate) const HAND_WAVING: Icon = Icon('\u{e580}');
pub(crate) const HASH: Icon = Icon('\u{e2a2}');
pub(crate) const HARD_DRIVES: Icon = Icon('\u{e2a0}');
pub(crate) const HOUSE: Icon = Icon('\u{e2c2}');
pub(crate) const IDENTIFICATION_BADGE: Icon = Icon('\u{e6f6}');
pub(crate) const IDENTIFICATION_CARD: Icon = Icon('\u{e2c8}');
pub(crate) const IMAGE: Icon = Icon('\u{e2ca}');
pub(crate) const INFO: Icon = Icon('\u{e2ce}');
pub(crate) const KEY: Icon = Icon('\u{e2d6}');
pub(crate) const KEYBOARD: Icon = Icon('\u{e2d8}');
pub(crate) const LAPTOP: Icon = Icon('\u{e586}');
pub(crate) const LINK: Icon = Icon('\u{e2e2}');
pub(crate) const LINK_BREAK: Icon = Icon('\u{e2e4}');
pub(crate) const LIST: Icon = Icon('\u{e2f0}');
pub(crate) const LIST_BULLETS: Icon = Icon('\u{e2f2}');
pub(crate) const LIST_CHECKS: Icon = Icon('\u{eadc}');
pub(crate) const LOCK_KEY: Icon = Icon('\u{e2fe}');
pub(crate) const LOCK_SIMPLE: Icon = Icon('\u{e308}');
pub(crate) const LOCK_SIMPLE_OPEN: Icon = Icon('\u{e30a}');
pub(crate) const MAGNIFYING_GLASS: Icon = Icon('\u{e30c}');
pub(crate) const MAGNIFYING_GLASS_MINUS: Icon = Icon('\u{e30e}');
pub(crate) const MAGNIFYING_GLASS_PLUS: Icon = Icon('\u{e310}');
pub(crate) const MEGAPHONE: Icon = Icon('\u{e324}');
pub(crate) const MICROPHONE: Icon = Icon('\u{e326}');
pub(crate) const MINUS: Icon = Icon('\u{e32a}');
pub(crate) const MINUS_CIRCLE: Icon = Icon('\u{e32c}');
pub(crate) const MONITOR: Icon = Icon('\u{e32e}');
pub(crate) const MOON: Icon = Icon('\u{e330}');
pub(crate) const MOON_STARS: Icon = Icon('\u{e58e}');
pub(crate) const NETWORK: Icon = Icon('\u{edde}');
pub(crate) const NETWORK_SLASH: Icon = Icon('\u{eddc}');
pub(crate) const NOTE: Icon = Icon('\u{e348}');
pub(crate) const NOTE_PENCIL: Icon = Icon('\u{e34c}');
pub(crate) const NOTEBOOK: Icon = Icon('\u{e34e}');
pub(crate) const PALETTE: Icon = Icon('\u{e6c8}');
pub(crate) const PAPER_PLANE_RIGHT: Icon = Icon('\u{e396}');
pub(crate) const PAPER_PLANE_TILT: Icon = Icon('\u{e398}');
pub(crate) const PAPERCLIP: Icon = Icon('\u{e39a}');
pub(crate) const PASSWORD: Icon = Icon('\u{e752}');
pub(crate) const PATH: Icon = Icon('\u{e39c}');
pub(crate) const PENCIL_SIMPLE: Icon = Icon('\u{e3b4}');
pub(crate) const PHONE: Icon = Icon('\u{e3b8}');
pub(crate) const PLUGS: Icon = Icon('\u{eb56}');
pub(crate) const PLUGS_CONNECTED: Icon = Icon('\u{eb5a}');
pub(crate) const PLUS: Icon = Icon('\u{e3d4}');
pub(crate) const PLUS_CIRCLE: Icon = Icon('\u{e3d6}');
pub(crate) const POWER: Icon = Icon('\u{e3da}');
pub(crate) const PROHIBIT: Icon = Icon('\u{e3de}');
pub(crate) const PUSH_PIN: Icon = Icon('\u{e3e2}');
pub(crate) const PUSH_PIN_SLASH: Icon = Icon('\u{e3e4}');
pub(crate) const QR_CODE: Icon = Icon('\u{e3e6}');
pub(crate) const QUESTION: Icon = Icon('\u{e3e8}');
pub(crate) const QUOTES: Icon = Icon('\u{e660}');
pub(crate) const SCAN: Icon = Icon('\u{ebb6}');
pub(crate) const SEAL_CHECK: Icon = Icon('\u{e606}');
pub(crate) const SEAL_QUESTION: Icon = Icon('\u{e608}');
pub(crate) const SEAL_WARNING: Icon = Icon('\u{e60c}');
pub(crate) const SHARE_NETWORK: Icon = Icon('\u{e408}');
pub(crate) const SHIELD: Icon = Icon('\u{e40a}');
pub(crate) const SHIELD_CHECK: Icon = Icon('\u{e40c}');
pub(crate) const SHIELD_SLASH: Icon = Icon('\u{e410}');
pub(crate) const SHIELD_WARNING: Icon = Icon('\u{e412}');
pub(crate) const SIDEBAR_SIMPLE: Icon = Icon('\u{ec24}');
pub(crate) const SIGN_OUT: Icon = Icon('\u{e42a}');
pub(crate) const SMILEY: Icon = Icon('\u{e436}');
pub(crate) const SPARKLE: Icon = Icon('\u{e6a2}');
pub(crate) const SPINNER_GAP: Icon = Icon('\u{e66c}');
pub(crate) const SQUARES_FOUR: Icon = Icon('\u{e464}');
pub(crate) const STAR: Icon = Icon('\u{e46a}');
pub(crate) const SUN: Icon = Icon('\u{e472}');
pub(crate) const SWATCHES: Icon = Icon('\u{e5b8}');
pub(crate) const TEXT_AA: Icon = Icon('\u{e6ee}');
pub(crate) const TEXT_B: Icon = Icon('\u{e5be}');
pub(crate) const TEXT_ITALIC: Icon = Icon('\u{e5c0}');
pub(crate) const TEXT_STRIKETHROUGH: Icon = Icon('\u{e5c2}');
pub(crate) const TEXTBOX: Icon = Icon('\u{eb0a}');
pub(crate) const TIMER: Icon = Icon('\u{e492}');
pub(crate) const TRANSLATE: Icon = Icon('\u{e4a2}');
pub(crate) const TRASH: Icon = Icon('\u{e4a6}');
pub(crate) const TRAY: Icon = Icon('\u{e4aa}');
pub(crate) const UPLOAD_SIMPLE: Icon = Icon('\u{e4c0}');
pub(crate) const USER: Icon = Icon('\u{e4c2}');
pub(crate) const USER_CHECK: Icon = Icon('\u{eafa}');
pub(crate) const USER_CIRCLE: Icon = Icon('\u{e4c4}');
pub(crate) const USER_CIRCLE_PLUS: Icon = Icon('\u{e4ca}');
pub(crate) const USER_MINUS: Icon = Icon('\u{e4ce}');
pub(crate) const USER_PLUS: Icon = Icon('\u{e4d0}');
pub(crate) const USERS: Icon = Icon('\u{e4d6}');
pub(crate) const USERS_THREE: Icon = Icon('\u{e68e}');
pub(crate) const VIDEO_CAMERA: Icon = Icon('\u{e4da}');
pub(crate) const WARNING: Icon = Icon('\u{e4e0}');
pub(crate) const WARNING_CIRCLE: Icon = Icon('\u{e4e2}');
pub(crate) const WARNING_OCTAGON: Icon = Icon('\u{e4e4}');
pub(crate) const WIFI_HIGH: Icon = Icon('\u{e4ea}');
pub(crate) const WIFI_SLASH: Icon = Icon('\u{e4f2}');
pub(crate) const WRENCH: Icon = Icon('\u{e5d4}');
pub(crate) const X: Icon = Icon('\u{e4f6}');
pub(crate) const X_CIRCLE: Icon = Icon('\u{e4f8}');

/// Every icon, for the gallery and the tests.
pub(crate) const ALL: &[(&str, Icon)] = &[
    ("address-book", ADDRESS_BOOK),
    ("archive", ARCHIVE),
    ("arrow-bend-up-left", ARROW_BEND_UP_LEFT),
    ("arrow-bend-up-right", ARROW_BEND_UP_RIGHT),
    ("arrow-clockwise", ARROW_CLOCKWISE),
    ("arrow-counter-clockwise", ARROW_COUNTER_CLOCKWISE),
    ("arrow-down", ARROW_DOWN),
    ("arrow-left", ARROW_LEFT),
    ("arrow-right", ARROW_RIGHT),
    ("arrow-square-out", ARROW_SQUARE_OUT),
    ("arrow-u-up-left", ARROW_U_UP_LEFT),
    ("bell", BELL),
    ("bell-slash", BELL_SLASH),
    ("broadcast", BROADCAST),
    ("bug", BUG),
    ("calendar-blank", CALENDAR_BLANK),
    ("camera", CAMERA),
    ("caret-down", CARET_DOWN),
    ("caret-left", CARET_LEFT),
    ("caret-right", CARET_RIGHT),
    ("caret-up", CARET_UP),
    ("chat-circle", CHAT_CIRCLE),
    ("chat-circle-dots", CHAT_CIRCLE_DOTS),
    ("chat-teardrop-text", CHAT_TEARDROP_TEXT),
    ("chats", CHATS),
    ("check", CHECK),
    ("check-circle", CHECK_CIRCLE),
    ("checks", CHECKS),
    ("circle", CIRCLE),
    ("circle-dashed", CIRCLE_DASHED),
    ("circle-half", CIRCLE_HALF),
    ("circle-notch", CIRCLE_NOTCH),
    ("clipboard", CLIPBOARD),
    ("clipboard-text", CLIPBOARD_TEXT),
    ("clock", CLOCK),
    ("clock-countdown", CLOCK_COUNTDOWN),
    ("cloud-slash", CLOUD_SLASH),
    ("code", CODE),
    ("copy", COPY),
    ("desktop", DESKTOP),
    ("device-mobile", DEVICE_MOBILE),
    ("dots-three", DOTS_THREE),
    ("dots-three-vertical", DOTS_THREE_VERTICAL),
    ("download-simple", DOWNLOAD_SIMPLE),
    ("envelope-simple", ENVELOPE_SIMPLE),
    ("eraser", ERASER),
    ("eye", EYE),
    ("eye-slash", EYE_SLASH),
    ("file", FILE),
    ("fingerprint", FINGERPRINT),
    ("floppy-disk", FLOPPY_DISK),
    ("folder-open", FOLDER_OPEN),
    ("folder-simple", FOLDER_SIMPLE),
    ("frame-corners", FRAME_CORNERS),
    ("funnel", FUNNEL),
    ("gear-six", GEAR_SIX),
    ("globe", GLOBE),
    ("globe-hemisphere-west", GLOBE_HEMISPHERE_WEST),
    ("graph", GRAPH),
    ("hand-waving", HAND_WAVING),
    ("hash", HASH),
    ("hard-drives", HARD_DRIVES),
    ("house", HOUSE),
    ("identification-badge", IDENTIFICATION_BADGE),
    ("identification-card", IDENTIFICATION_CARD),
    ("image", IMAGE),
    ("info", INFO),
    ("key", KEY),
    ("keyboard", KEYBOARD),
    ("laptop", LAPTOP),
    ("link", LINK),
    ("link-break", LINK_BREAK),
    ("list", LIST),
    ("list-bullets", LIST_BULLETS),
    ("list-checks", LIST_CHECKS),
    ("lock-key", LOCK_KEY),
    ("lock-simple", LOCK_SIMPLE),
    ("lock-simple-open", LOCK_SIMPLE_OPEN),
    ("magnifying-glass", MAGNIFYING_GLASS),
    ("magnifying-glass-minus", MAGNIFYING_GLASS_MINUS),
    ("magnifying-glass-plus", MAGNIFYING_GLASS_PLUS),
    ("megaphone", MEGAPHONE),
    ("microphone", MICROPHONE),
    ("minus", MINUS),
    ("minus-circle", MINUS_CIRCLE),
    ("monitor", MONITOR),
    ("moon", MOON),
    ("moon-stars", MOON_STARS),
    ("network", NETWORK),
    ("network-slash", NETWORK_SLASH),
    ("note", NOTE),
    ("note-pencil", NOTE_PENCIL),
    ("notebook", NOTEBOOK),
    ("palette", PALETTE),
    ("paper-plane-right", PAPER_PLANE_RIGHT),
    ("paper-plane-tilt", PAPER_PLANE_TILT),
    ("paperclip", PAPERCLIP),
    ("password", PASSWORD),
    ("path", PATH),
    ("pencil-simple", PENCIL_SIMPLE),
    ("phone", PHONE),
    ("plugs", PLUGS),
    ("plugs-connected", PLUGS_CONNECTED),
    ("plus", PLUS),
    ("plus-circle", PLUS_CIRCLE),
    ("power", POWER),
    ("prohibit", PROHIBIT),
    ("push-pin", PUSH_PIN),
    ("push-pin-slash", PUSH_PIN_SLASH),
    ("qr-code", QR_CODE),
    ("question", QUESTION),
    ("quotes", QUOTES),
    ("scan", SCAN),
    ("seal-check", SEAL_CHECK),
    ("seal-question", SEAL_QUESTION),
    ("seal-warning", SEAL_WARNING),
    ("share-network", SHARE_NETWORK),
    ("shield", SHIELD),
    ("shield-check", SHIELD_CHECK),
    ("shield-slash", SHIELD_SLASH),
    ("shield-warning", SHIELD_WARNING),
    ("sidebar-simple", SIDEBAR_SIMPLE),
    ("sign-out", SIGN_OUT),
    ("smiley", SMILEY),
    ("sparkle", SPARKLE),
    ("spinner-gap", SPINNER_GAP),
    ("squares-four", SQUARES_FOUR),
    ("star", STAR),
    ("sun", SUN),
    ("swatches", SWATCHES),
    ("text-aa", TEXT_AA),
    ("text-b", TEXT_B),
    ("text-italic", TEXT_ITALIC),
    ("text-strikethrough", TEXT_STRIKETHROUGH),
    ("textbox", TEXTBOX),
    ("timer", TIMER),
    ("translate", TRANSLATE),
    ("trash", TRASH),
    ("tray", TRAY),
    ("upload-simple", UPLOAD_SIMPLE),
    ("user", USER),
    ("user-check", USER_CHECK),
    ("user-circle", USER_CIRCLE),
    ("user-circle-plus", USER_CIRCLE_PLUS),
    ("user-minus", USER_MINUS),
    ("user-plus", USER_PLUS),
    ("users", USERS),
    ("users-three", USERS_THREE),
    ("video-camera", VIDEO_CAMERA),
    ("warning", WARNING),
    ("warning-circle", WARNING_CIRCLE),
    ("warning-octagon", WARNING_OCTAGON),
    ("wifi-high", WIFI_HIGH),
    ("wifi-slash", WIFI_SLASH),
    ("wrench", WRENCH),
    ("x", X),
    ("x-circle", X_CIRCLE),
];
