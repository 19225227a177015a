### The texts of Kith. Short sentences, no jargon; what a button says is what it does.

app-name = Kith
you = You
back = Back
close = Close
dismiss = Dismiss
cancel = Cancel
save = Save
open = Open
quit = Quit Kith
accept = Accept
decline = Decline
search = Search
palette = Commands
palette-hint = Find a person or a command

## Making a profile

welcome-line = Talk directly. No account, and servers hold nothing but sealed messages, for a while.
welcome-point-account = No phone number, no e-mail: your name is enough.
welcome-point-encrypted = Only you and the people you talk to can read what you write.
welcome-point-disk = Your history stays on this computer, encrypted.
welcome-start = Get started
welcome-restore = I already have a profile
you-title = Who are you?
you-about = People you add see this name. You can change it at any time.
you-name = Your name
you-name-hint = What your friends call you
you-password = Password for this computer (optional)
you-password-hint = Leave empty to open without one
you-password-about = With a password, Kith asks for it at every start. Nobody can reset it.
you-create = Create my profile
you-busy = Creating your keys…
restore-title = Bring your account back
restore-from-file = From a backup
restore-from-words = From the 24 words alone
restore-file-about = Contacts, messages and settings come back. Your contacts learn that you are here now, and the device you had is shut out.
restore-words-about = Your account comes back, without contacts and messages. First add somebody who knows you, with an invite of theirs: then the others recognise you too. If they add you with an invite of yours first, they are warned of a stranger with your key.
restore-words = Your 24 words
restore-words-hint = In order, with spaces between
restore-do = Bring it back
restore-busy = Bringing it back…
restore-after = The device you had cannot be used with this account afterwards.
restore-aside = The profile that does not open is not lost: its folder stays, under a name that ends in “aside” and a number.
ready-title = You are ready, { $name }
ready-identity = Your identity is made; its keys are on this computer only
ready-encrypted = Your history is encrypted on your disk
ready-listening = This computer can be reached in its own network
ready-peers = { $count ->
    [one] Connected to one peer
   *[other] Connected to { $count } peers
}
ready-no-peers = Looking for other nodes…
ready-phrase = Your 24 words are on paper
ready-no-phrase = Write down your 24 words
ready-invite = Show this to a friend, or send them the link. It is how you find each other.
ready-start = Start chatting

## Opening a profile

unlock-title = Welcome back
unlock-about = Your profile is locked with a password.
unlock-password = Password
unlock-open = Unlock
unlock-busy = Opening…
unlock-wrong = { $count ->
    [one] That is not the password.
   *[other] That is not the password either. ({ $count } tries)
}
failed-title = Kith cannot open your profile
failed-ended = Kith's node has stopped
failed-lasting = The profile is damaged, or its key is gone. If the key comes back, with a keyring that is unlocked for example, trying again helps. Otherwise a backup or your 24 words bring your account back.

## Around the window

nav-chats = Chats
nav-contacts = Contacts
nav-network = Network
nav-settings = Settings
nav-profile = My profile
nothing-open-title = Choose a conversation
nothing-open-about = Or press Ctrl+K to find a person or a command.
first-title = Add the first person
first-about = Give somebody your invite, or paste the one they gave you. Until then, notes to yourself are a good place to try things.
first-invite = Show my invite
first-echo = Try it with an echo
first-enter = I have an invite link

## Chats

search-hint = Search
search-people = Search people
search-messages = Messages
search-nothing = Nothing found
search-nothing-about = Try another word, or part of one.
narrow-where = Where
narrow-everywhere = Everywhere
narrow-who = Written by
narrow-anyone = Anyone
narrow-when = When
narrow-any-time = Any time
narrow-week = Last 7 days
narrow-month = Last 30 days
narrow-year = Last year
narrow-what = What
narrow-any-kind = Anything
narrow-texts = Messages
narrow-polls = Polls
narrow-stickers = Stickers
filter-name = Which chats are listed
filter-all = All
filter-unread = Unread
filter-requests = Requests ({ $count })
chats-empty = No conversations yet
chats-empty-about = Add somebody, and you can write to each other.
unread-nothing = All read
unread-nothing-about = New messages appear here.
chat-draft = Draft: { $text }
chat-mine = You: { $text }
standing-away = away
standing-dnd = do not disturb
sharing-title = What you share
privacy-typing = Typing
privacy-typing-about = Contacts who are connected see that you are writing.
privacy-presence = Online and last seen
privacy-presence-about = Contacts see whether you are there and when you last were.
privacy-both-ways = This goes both ways: what you do not share with others, you do not see of them.
sharing-about = For this contact only. What you do not share, you do not see of them either.
share-default = As for everybody
share-on = Always
share-off = Never
profile-lasts = How long the status counts
profile-lasts-kept = Until I change it
profile-lasts-hours = { $count ->
    [one] For an hour
   *[other] For { $count } hours
}
presence-title = Presence
presence-online = Online
presence-online-about = After ten minutes without you in this window, contacts see that you are away.
presence-away = Away
presence-away-about = Contacts see that you are away.
presence-dnd = Do not disturb
presence-dnd-about = Contacts see it, and this computer does not notify you.
presence-invisible = Invisible
presence-invisible-about = Contacts see you offline, and you do not see who is there. Nothing connects to them directly: messages go through mailboxes and take longer, and without a mailbox they wait. What you write, and that messages arrived or were read, still shows that you were there.
typing = typing…
typing-who = { $name } is typing…
chat-nothing-yet = No messages yet
chat-spoken-mention = { $count ->
    [one] { $name }, { $count } unread message, you are mentioned
   *[other] { $name }, { $count } unread messages, you are mentioned
}
chat-spoken = { $count ->
    [0] Chat with { $name }
    [one] Chat with { $name }, one unread message
   *[other] Chat with { $name }, { $count } unread messages
}
chat-next = Next chat
chat-previous = Previous chat
requests-empty = No requests
requests-empty-about = When somebody uses your invite, they appear here.
requests-about = They do not learn whether you have seen their request. Declining is silent.
request-no-text = Wants to be your contact.
request-about = If you accept, you can write to each other, and they see when you are online.
request-by-address = Found you by your public address.
notes-title = Notes to myself
notes-open = Notes to myself
notes-about = Only on this computer
notes-empty-about = Whatever you write here stays on this computer, encrypted.

## A conversation

messages = Messages
conversation-info = About this person
conversation-to-end = To the newest message
to-messages = To the messages
conversation-empty = Say hello
conversation-empty-about = Only the two of you can read what you write here.
unread-line = New messages
gap-line = Messages are missing here
composer-name = Message
composer-hint = Write a message
composer-send = Send
composer-waiting = You can write once { $name } accepts your request.
composer-requested = Accept the request to write.
composer-blocked = You blocked this person. Unblock them to write.
composer-removed = This person is not one of your contacts any more.
composer-alarm = Messages are paused: see the warning above.
message-unknown = This message needs a newer version of Kith.
message-copy = Copy text
message-open-link = Open { $link }
message-uncover = Show what is hidden
toolbar-react = React
toolbar-reply = Reply to this message
toolbar-more = More
pinned-count = { $count ->
    [one] Pinned message
   *[other] { $count } pinned messages
}
pinned-title = Pinned messages
pinned-none = Nothing is pinned here any more.
message-select = Select
selection-count = { $count ->
    [one] One message selected
   *[other] { $count } messages selected
}
selection-copy = Copy messages
message-retry = Try again
message-again = Send again
message-discard = Delete
message-reply = Reply
message-edit = Edit
message-edits = Earlier versions
message-forward = Forward
message-pin = Pin for me
message-unpin = Unpin
message-delete = Delete…
message-react = Another emoji
message-deleted = Message deleted
message-edited = edited
message-forwarded = Forwarded
message-pinned = pinned
quote-name = A message
quote-gone = Not here any more
quote-spoken = In reply to { $text }
reply-to = Reply to { $name }
edit-strip = Edit message
aim-drop = Leave it
composer-emoji = Emoji
emoji-title = Choose an emoji
delete-title = Delete this message?
delete-about = It is removed from this computer for good, its earlier versions and the search included.
delete-about-everyone = For everyone is a request: the other side is asked to delete it too. Somebody may have made a copy, and nobody can be forced.
delete-for-me = Delete for me
delete-for-everyone = Delete for everyone
forward-title = Forward to
forward-about = It is sent as a message of yours, marked as forwarded, without its author’s name.
forward-do = Forward
toast-forwarded = Forwarded
edits-title = Earlier versions
edits-now = as it is now
chat-pin = Pin to the top
chat-unpin = Unpin
chat-mute-hour = Mute for 1 hour
chat-mute-hours = Mute for 8 hours
chat-mute-morning = Mute until tomorrow, { $time }
chat-mute-always = Mute until I switch it on
chat-unmute = Unmute
chat-muted = Muted until you switch it on
chat-muted-until = Muted until { $time }
chat-mute-name = Mute
chat-mute-not = Not muted
chat-notify-title = Notifications
chat-notify-about = A mention is a message with your name in it.
chat-notify-all = Everything
chat-notify-mentions = Mentions only
chat-notify-nothing = Nothing
chat-archive = Archive
chat-unarchive = Take out of the archive
filter-archived = Archived
archived-nothing = Nothing archived
archived-nothing-about = Conversations you put away wait here until something new comes.
state-received = received
state-note = note
state-queued = waiting to be delivered
state-stored = stored for them
state-stored-until = { $count ->
    [one] kept by a mailbox until { $date }
   *[other] kept by { $count } mailboxes until { $date }
}
state-delivered = delivered
state-seen = seen
state-failed = not sent
failed-removed = This person was removed before it arrived.
failed-late = It could not be delivered in 30 days.
failed-other = It could not be delivered.
notice-offline = You are offline. What you write is sent when you are connected again.
notice-offline-more = Details

## People

contacts-requests = Want to be contacts
contacts-people = People
contacts-waiting = Waiting for an answer
contacts-blocked = Blocked
contacts-empty = Nobody here yet
contacts-empty-about = Add somebody with an invite link or a QR code.
standing-requested = wants to be your contact
standing-waiting = has not answered yet
standing-blocked = blocked
standing-online = online
standing-offline = offline
standing-seen = last seen { $when }
contact-open = Show contact
contact-own-name = calls themselves { $name }
contact-write = Write a message
contact-rename = Rename
contact-block = Block
contact-unblock = Unblock
contact-remove = Remove
contact-mail = Mail
contact-mail-keep = Keep mail for { $name }
contact-mail-keep-about = While { $name } is away, sealed messages wait on this computer, and { $name } and those who write see its network address. You cannot read them; you see how many there are and how large.
contact-mail-off = To keep mail for { $name } while away, first switch on “Keep mail for others”.
contact-mail-settings = Privacy settings
contact-mail-theirs = { $name } keeps your mail
contact-mail-theirs-about = While you are away, sealed messages wait on the computer of { $name }, who cannot read them but sees when and from where something is left and fetched, and about how many people write to you.
contact-mail-refuse = Do not let { $name } keep my mail
contact-mail-waits = { $count ->
    [one] While { $name } is away, your messages wait at one mailbox.
   *[other] While { $name } is away, your messages wait at { $count } mailboxes.
}
contact-mail-nowhere = No mailbox is known for { $name }: your messages wait here until you are both online.
contact-id = Account
contact-alarm = Two different device lists of this person were seen. Somebody else may have their key. Messages are paused; talk to them another way.
copy-id = Copy account
waiting-about = Your request is on its way. If the invite names a mailbox, it waits there for them; else it is delivered as soon as both of you are online.
blocked-about = They cannot reach you, and are not told so.
trust-title = Who is it really?
trust-verified = Verified
trust-verified-about = You compared the safety number. Kith warns you if it changes.
trust-introduced = Not verified
trust-introduced-about = Compare these pictures or numbers when you meet or talk. If both of you see the same, nobody is in between.
trust-match = They match
trust-take-back = Not verified any more
trust-copy = Copy numbers
path-title = Connection
path-direct = Direct
path-direct-ipv4 = Direct over IPv4
path-direct-ipv6 = Direct over IPv6
path-direct-lan = Direct in the local network
path-direct-short = direct
path-direct-about = Your computers talk to each other without anybody in between. Each sees the other's network address.
path-relayed = Through a relay
path-relayed-by = Through the relay { $relay }
path-relayed-short = through a relay
path-relayed-about = A relay passes the connection on. It sees only encrypted bytes.
path-because-chosen = You chose to be reached through relays alone.
path-because-no-udp = Your network lets no UDP through, which direct connections need.
path-because-symmetric = Your router takes another port for each connection, so nobody can aim at it from outside.
path-because-other = No direct way has been found: one of the two routers lets none through. It is tried again now and then.
path-none = Not connected
path-none-about = Messages wait on this computer until both of you are online.
path-none-kept-about = Messages wait at mailboxes until this person fetches them.

## Adding somebody

add-contact = Add contact
add-tabs = Give or use an invite
add-tab-show = My invite
add-tab-enter = I have a link
add-show-about = Whoever gets this can ask to be your contact. Give it to one person you trust to pass it on.
add-qr = Your invite as a QR code
add-copy = Copy link
add-making = Making an invite…
add-single-use = For one person
add-single-use-about = It stops working once somebody has used it.
add-speak = Say six words instead
add-speak-not = Show the code and the link
invites-open = Open invites
invites-about = Whoever has one of these can ask to be your contact. One that you revoke leads nowhere any more.
invites-none = No invite is open.
invite-many = For anybody who has it
invite-made = Made: { $when }.
invite-until = Works until { $time }.
invite-used = Last used by { $name }.
invite-copy = Copy the link made: { $when }
invite-revoke = Revoke the invite made: { $when }
add-spoken-about = Say these six words to the other person, on the telephone for example. They type them where a link goes. You both need a bootstrap node in common, or the same network.
add-spoken-until = They work until { $time }, for one person.
add-spoken-over = These words do not work any more.
add-spoken-again = New words
add-words-typed = { $count } of 6 words
add-link = Link, address or six words
add-link-hint = kith:i/1/…, kith1… or the words you were told
add-scan-clipboard = Scan from clipboard
add-scan-file = Scan a picture
add-scan-screen = Scan from screen
add-looking = Looking who this is…
add-mine = This is your own invite. Give it to somebody else.
add-known = You know this person already.
add-preview-about = They will see your name and the line below, and decide whether to accept.
add-message = Say who you are (optional)
add-message-hint = It is me, from the choir
add-ask = Ask { $name }
add-asking = Asking…
add-work-about = Your computer has to work for this request first, for a few seconds as a rule.
add-working = Working for the request…
scan-nothing = There is no QR code that can be read in this picture.
scan-no-picture = There is neither a picture nor text on the clipboard.
scan-no-screen = This desktop does not let Kith see the screen. Make a picture of it and scan that.
scan-unreadable = This file is not a picture Kith can read.

## Questions

confirm-remove-title = Remove { $name }?
confirm-remove-about = { $name } cannot write to you any more. Your history with them stays on this computer.
confirm-remove-do = Remove
confirm-block-title = Block { $name }?
confirm-block-about = { $name } cannot reach you, and is not told so. You can unblock them at any time.
confirm-block-do = Block
rename-about = Only you see this name. Leave it empty to use the one they chose.
rename-name = Name
closing-title = Keep Kith running?
closing-about = Messages reach you only while Kith runs. It can go on without its window; its icon stays in the tray.
closing-keep = Keep running
link-title = Open this link?
link-about = This link may not lead where it seems to.
link-host = It leads to { $host }
link-open = Open anyway

## My profile

profile-edit = Edit profile
profile-status = Status
profile-status-hint = Away until Monday
profile-about = Your contacts see your name and status.
profile-no-status = No status
account-id-about = This is your public key. Your invite contains it; nothing can be done with it alone.
exposed = Your history is encrypted, but its key lies beside it: no keyring took it, and there is no password.
password-title = Set a password
password-is-set = Kith asks for your password at every start.
password-is-not-set = Kith opens without a password. Whoever uses this computer as you can read everything.
password-change = Change password
password-remove = Remove password
password-remove-about = Kith then opens without asking, by this computer's keyring or a key in the profile folder.
password-current = Password now
password-new = New password
password-busy = Working…
phrase-title = Recovery phrase
phrase-about = 24 words that are your account. Whoever has them can become you; without them a lost computer is a lost account.
phrase-show = Show my 24 words
phrase-warning = Write them on paper. Show them to nobody, type them nowhere.
phrase-opening = Opening…
phrase-copy = Copy
phrase-done = I wrote them down
phrase-check-about = So that you find a mistake now and not when you need them: type two of the words from your paper.
phrase-check-word = Word { $position }
phrase-check-wrong = At least one of them is another word. Look at your paper, or at the words again.
phrase-check = Check
phrase-again = Show the words again
phrase-unsaved = Not confirmed yet: show the words, write them on paper and answer two questions.

## Network

health-good = Connected
health-good-about = You are connected to the network, and people can find you.
health-relayed = Limited
health-relayed-about = This network blocks UDP. People are reached through relays more often; a relay sees only encrypted bytes.
health-portal-about = This network answers in place of everybody: it may want you to log in. Open a page in a web browser.
health-nearby = Nearby only
health-nearby-about = You are connected to people directly, but to no bootstrap node. New people cannot find you over the internet.
health-offline = Offline
health-offline-about = You are connected to nobody. Messages wait on this computer.
network-peers = { $count ->
    [0] No peers
    [one] One peer
   *[other] { $count } peers
}
network-test-title = Test
test-listen-udp = Listening for QUIC
test-listen-tcp = Listening for TCP
test-listen-bad = Another program may use the port.
test-bootstrap-bad = No bootstrap node answers. Check your connection, or add another node below.
test-relay = Relay
test-relay-bad = No relay took a reservation. People behind strict routers may not reach you.
test-records = Findable
test-records-bad = Contacts cannot look this computer up just now.
test-public = Reachable from outside
test-public-bad = Neither a public address nor a relay leads here.
test-mdns = Local network
test-mdns-bad = Other computers in this network are not found by themselves: multicast is not available.
test-mapping = Let in by the router
nat-public = open to the internet
nat-mapped = lets connections through once both sides try
nat-symmetric = uses another port for everybody, so a relay is needed
nat-unknown = not known yet
network-test = Test my connection
network-test-running = Testing…
network-details = Details
network-addresses = Addresses of this computer
network-mapped = Addresses at which your router lets others in
network-relays = Relays
network-traffic = Since the start: { $in } received, { $out } sent
network-nat = Router: { $nat }
network-copy = Copy diagnostics
metered-title = Cost of the connection
metered-about = On a connection that costs by volume, Kith meets nobody but your contacts and your bootstrap nodes.
metered-auto = As the desktop says
metered-yes = Costs by volume
metered-no = Does not
metered-now = The desktop says that this connection costs by volume.
metered-not-now = The desktop does not say that this connection costs by volume.
bootstraps-title = Bootstrap nodes
bootstraps-about = Nodes run by communities that help people find each other. They see no messages.
bootstrap-add-label = Add a bootstrap node
bootstrap-add-hint = kith:b/1/… or /…/p2p/…
bootstrap-refused = This node is for members only. Ask those who run it for a link with the token of their community.
bootstrap-borrowed = A neighbour of your nodes, used while none of them answers.
bootstrap-notice = It says: “{ $notice }”
bootstrap-add = Add
bootstrap-remove = Remove { $address }

## Settings

settings-account = Account
settings-privacy = Privacy
settings-appearance = Appearance
settings-language = Language
settings-notifications = Notifications
settings-network = Network
settings-storage = Storage
settings-shortcuts = Keyboard
settings-about = About
privacy-receipts = Read receipts
privacy-receipts-about = People see that you have read their messages.
privacy-status = Status text
privacy-status-about = Contacts see the line you write about yourself.
privacy-relay = Hide my address from contacts
privacy-relay-about = Everything goes through your bootstrap nodes, so nobody else learns the address of this computer. Connections are slower, and mailboxes other than those nodes are not used.
privacy-relay-none = You have no bootstrap node: nobody can reach you like this. Add one under Network.
privacy-mapping = Ask my router to let contacts in
privacy-mapping-about = Many home routers can do that (UPnP, NAT-PMP, PCP). Without it, more connections go through a relay.
privacy-renew = Take a new network key now
privacy-renew-about = Networks and bootstrap nodes recognise this computer by its key. It changes by itself every 30 days, and your contacts are told. It stays while you keep messages for others or have no bootstrap node.
privacy-mail = Mailboxes
privacy-mail-about = While you are away, the nodes below keep sealed messages for you. They cannot read them, but see when and from where something is left and fetched.
mailbox-none = No mailbox is known yet: messages for you wait on the computers of those who write.
mailbox-of = Mailbox of { $name }
mailbox-bootstrap = It is one of your bootstrap nodes.
mailbox-added = You added it.
mailbox-contact = A contact keeps it.
mailbox-used = In use: contacts leave mail there.
mailbox-spare = Not in use.
mailbox-answered = Answered: { $when }.
mailbox-silent = It has not answered yet.
mailbox-refused = It refused to keep your mail ({ $when }). It may want a token of those who run it.
mailbox-remove = Remove { $name }
mailbox-stays = Bootstrap nodes that keep mail can be used as long as they are in your list under Network.
mailbox-link = Link of a mailbox
mailbox-link-hint = kith:b/1/…
mailbox-token = Token, if you were given one
mailbox-token-hint = 64 characters
mailbox-add = Add mailbox
mailbox-bad-link = This is not the whole link of a mailbox. It begins with kith:b.
mailbox-own-link = This is the mailbox of this very computer. Add it on your other one.
mailbox-bad-token = A token has 64 characters: digits and the letters a to f.
mailbox-too-many = 32 mailboxes are known already. Remove one first.
privacy-serve = Keep mail for others
privacy-serve-about = While contacts you choose are away, sealed messages for them wait on this computer. Nobody can read them here. It takes disk space and some traffic, and whoever leaves or fetches something sees the network address of this computer.
privacy-serve-room = Room
privacy-serve-used = { $used } of { $room } used
privacy-serve-for = For { $names }
privacy-serve-nobody = For nobody yet. Choose people on their pages.
privacy-serve-unreachable = Nobody outside can reach this computer directly, so no contact is told of it. It takes a public address, or a router that forwards the port.
privacy-serve-erase = Delete what lies here
privacy-serve-second = For a second computer of yours:
privacy-serve-link = Copy the link
privacy-serve-token = Copy the token
privacy-previews = Link previews
privacy-previews-about = For https links you send. This computer visits the page, so the site learns your network address and when you wrote. The people you write to visit nothing.
preview-looking = Looking at { $host }…
preview-drop = Send without preview
preview-spoken = Preview of { $host }: { $text }
privacy-address = Public address
privacy-address-about = Whoever knows your account id can find you and send one request, after their computer worked for it for a few seconds. They can then also learn the network address of this computer, as contacts do. The nodes that keep it see a random name, unless they know your id.
privacy-address-waits = No bootstrap node has it yet. It is found once one is reached.
privacy-address-code = Your public address as a QR code
privacy-address-copy = Copy address
privacy-address-often = It stays the same. Switched off, it is taken back at once.
privacy-about = Contacts you are connected to directly see your network address. Bootstrap nodes and relays see when you are online, but not what you write.
theme-title = Theme
theme-system = System
theme-light = Light
theme-dark = Dark
theme-high-contrast = High contrast
theme-own = Your own themes are files in { $folder }
palette-light = Use the light theme
palette-dark = Use the dark theme
palette-high-contrast = Use the high-contrast theme
text-size = Text size
zoom = Size of everything
compact = Close together
compact-about = Less room between messages.
still = Reduce motion
still-about = Nothing moves or blinks by itself.
language-system = System
clock-title = Times
clock-language = As the language has it
clock-24 = 24 hours
clock-12 = 12 hours
notify = Notifications
notify-about = Tell me about new messages while I look elsewhere.
notify-sound = Sound
notify-sound-about = The sound of your desktop for a new message, while you look elsewhere.
notify-say = What they say
notify-say-text = Name and text
notify-say-name = Name only
notify-say-nothing = Only that there is one
notify-say-about = While the screen is locked they never say more than that there is one.
quiet-title = Do not disturb by the clock
quiet = Quiet hours
quiet-about = Nothing is told, and nothing rings.
quiet-now = It is quiet until { $time }.
quiet-from = From
quiet-to = To
quiet-days = Beginning on
quiet-presence = Contacts see “do not disturb”
quiet-presence-about = Where they would see that you are online or away.
quiet-mentions = Mentions break through
quiet-mentions-about = You are told of messages with your name in them.
notice-message = New message
notice-messages = { $count ->
    [one] One new message
   *[other] { $count } new messages
}
notice-chats = { $messages } new messages in { $chats } chats
notice-request = { $name } wants to be your contact
notice-requests = { $count ->
    [one] Somebody wants to be your contact
   *[other] { $count } people want to be your contacts
}
background-title = In the background
background-keep = Keep running when the window is closed
background-keep-about = Messages go on reaching you. The icon in the tray brings the window back.
background-no-tray = This desktop has no tray for icons. Minimise the window instead.
background-start = Start when I log in
background-start-about = Kith starts without a window and waits for messages.
tray-open = Open Kith
tray-unread = { $count ->
    [0] Kith
    [one] Kith: one unread message
   *[other] Kith: { $count } unread messages
}
storage-folder = Profile folder
storage-about = Your messages, contacts and keys in it are encrypted. Do not copy it to keep a backup: a copy that is opened later would use keys twice. Make a backup below.
choose-file = Choose…
backup-title = Backup
backup-about = One encrypted file with contacts, messages and settings. Keep it on another disk: it brings everything back if this computer is lost.
backup-make = Make a backup
backup-what = Contacts, messages and settings go into one encrypted file. Kith goes on meanwhile.
backup-file = File
backup-opened-by = What opens it
by-words = My 24 words
by-password = A password
backup-by-words-about = Only your recovery phrase opens it. Without the words it is worth nothing.
backup-by-password-about = Whoever has the file and this password has your account. Choose a long one.
backup-password = Password of the backup
backup-profile-password = Password of this profile
backup-busy = The backup is written and then read back. You can go on meanwhile.
backup-progress = { $percent } %
backup-stop = Stop
backup-auto = Back up by itself
backup-auto-about = Into a folder of your choice.
backup-auto-what = Contacts, messages and settings go into an encrypted file in this folder, again and again. Choose one on another disk, or one that is copied elsewhere.
backup-auto-kept = How often: { $span }. How many are kept: { $keep }.
backup-every = How often
backup-keep = How many are kept
backup-folder = Folder
backup-auto-do = Turn on
backup-auto-failed = No backup was made: { $reason }
backup-auto-last = Last backup: { $when }, { $size }
backup-auto-none = The first backup is being made…
backup-auto-change = Another folder
restored-copy = This profile was put back from an older copy. What was written since comes again from your contacts, as far as they have it.
recovery-asking = Asking your contacts which devices of yours they know…
recovery-alone = Add somebody who knows you, with an invite of theirs: then your old contacts recognise you.
recovery-telling =
    { $count ->
        [one] One contact has not heard yet that you are back. They are told when they are reached.
       *[other] { $count } contacts have not heard yet that you are back. They are told when they are reached.
    }
recovery-unconfirmed = Nobody could be asked before. If you brought this account back elsewhere since the backup, your contacts are warned.
wipe-open = Delete everything…
wipe-title = Delete everything on this computer
wipe-about = The keys go first, then messages and contacts. Nothing here can be read any more, and nobody can bring it back.
wipe-copies = Backups elsewhere, and what others have, stay. A solid-state disk may keep old blocks for a while: with a password they are worth no more than the password.
wipe-type = Type “{ $word }” to go on
wipe-word = delete
wipe-do = Delete everything
wipe-busy = Deleting…
wipe-failed = Not everything could be deleted: { $reason }
enter-newline = Enter makes a new line
enter-newline-about = Ctrl+Enter sends.
about-version = Kith { $version }
about-licence = Free software under the MIT or Apache 2.0 licence.
about-fonts = Fonts and pictures

## Said at the edge of the window

toast-copied = Copied
toast-copied-invite = Invite copied
toast-copied-secret = Copied; it is taken off the clipboard after a minute
toast-echo = Starting the echo…
toast-asked = Asked. You can write once they accept.
toast-declined = Declined
toast-blocked = Blocked
toast-unblocked = Unblocked
toast-removed = Removed
toast-revoked = Invite revoked
toast-verified = Verified
toast-unverified = Not verified any more
toast-password = Password set
toast-no-password = Password removed
toast-profile-saved = Saved
toast-bootstrap-added = Bootstrap node added
toast-bootstrap-removed = Bootstrap node removed
toast-mailbox-added = Mailbox added
toast-mailbox-removed = Mailbox removed
toast-backup = The backup is complete
toast-phrase = Your 24 words are on paper
toast-no-backup = No backup could be made. Look at Storage in the settings.

## What went wrong

error-not-found = That is not there any more.
error-not-a-contact = This person is not one of your contacts.
error-blocked = You blocked this person.
error-too-large = That is too long.
error-not-allowed = That is not possible now.
error-already-exists = That is there already.
error-bad-link = This is not an invite link, or a part of it is missing.
error-expired-link = This invite has expired. Ask for a new one.
error-used-link = This invite has been used already. Ask for a new one.
error-words-wrong = Word { $position } is not one of those that are said. Ask for it again.
error-words-unheard = These six words lead nowhere. Compare each, or ask for new ones. You both need a bootstrap node in common, or the same network.
error-words-used = These words have been used already. Ask for new ones.
error-words-over = These words do not work any more. Ask for new ones.
error-address-unknown = Nobody is found under this address. Check it, or ask the person whether their public address is on.
error-offline = Nobody who could answer can be reached. Check your connection and try again.
error-unsupported = This version of Kith cannot do that.
error-rate-limited = Too many at once. Wait a moment and try again.
error-invalid-argument = That does not look right. Check it and try again.
error-locked = The profile is open in another program.
error-wrong-password = That is not the password.
error-unauthorized = That is not allowed.
error-unknown-method = This version of Kith cannot do that.
error-snapshot-needed = Something was missed. Try again.
error-storage-full = The disk is full. Nothing was lost; make room and try again.
error-storage = The database refused. Nothing was changed.
error-cancelled = Stopped.
error-shutting-down = Kith is closing.
error-internal = Something went wrong inside Kith.
error-ended = Try again. What you have sent is kept.

## Times

time-am = { $time } am
time-pm = { $time } pm
day-today = Today
day-yesterday = Yesterday
date-short = { $day } { $month }
date-short-year = { $day } { $month } { $year }
date-long = { $weekday }, { $day } { $month }
date-long-year = { $weekday }, { $day } { $month } { $year }
date-and-time = { $date }, { $time }
ago-now = just now
ago-minutes = { $count ->
    [one] one minute ago
   *[other] { $count } minutes ago
}
weekday-monday = Monday
weekday-tuesday = Tuesday
weekday-wednesday = Wednesday
weekday-thursday = Thursday
weekday-friday = Friday
weekday-saturday = Saturday
weekday-sunday = Sunday
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

## Disappearing messages

span-seconds = { $count ->
    [one] 1 second
   *[other] { $count } seconds
}
span-minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
span-hours = { $count ->
    [one] 1 hour
   *[other] { $count } hours
}
span-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
span-weeks = { $count ->
    [one] 1 week
   *[other] { $count } weeks
}
left-seconds = { $count } s
left-minutes = { $count } min
left-hours = { $count } h
left-days = { $count } d
left-weeks = { $count } w
unit-minutes = Minutes
unit-hours = Hours
unit-days = Days
unit-weeks = Weeks
expiry-title = Disappearing messages
expiry-menu = Disappearing messages…
expiry-about = What is written here from now on disappears: your messages this long after you send them, theirs this long after you read them. The other side is told and does the same, but can keep a copy, as with a photo of the screen.
expiry-off = Off
expiry-other = Other…
expiry-on = Messages disappear after { $span }
expiry-own = Or after
expiry-amount = How many
expiry-unit = Of what
expiry-set = Set
expiry-too-long = At most a year.
expires-in = disappears in { $span }
expires-after = disappears { $span } after it is read
system-expiry = { $name } set messages to disappear after { $span }
system-expiry-mine = You set messages to disappear after { $span }
system-expiry-off = { $name } turned disappearing messages off
system-expiry-off-mine = You turned disappearing messages off

## Messages written ahead

later-open = Send later…
later-tonight = Tonight at { $time }
later-morning = Tomorrow at { $time }
later-title = Send later
later-text = Text
later-date = Day
later-date-hint = 2026-12-31
later-time = Time
later-time-hint = 09:00
later-at = Is sent on { $time }
later-over = This time is over.
later-unclear = Write the day as 2026-12-31 and the time as 09:00.
later-about = This computer sends it. If Kith does not run at that time, it is sent at the next start.
later-do = Send later
later-waiting = { $count ->
    [one] 1 message waits to be sent
   *[other] { $count } messages wait to be sent
}
scheduled-title = Waiting to be sent
scheduled-none = Nothing waits here.
scheduled-now = Send now
scheduled-change = Change
toast-planned = It waits and is sent at its time
planned-for = written ahead for { $time }
planned-late = written ahead for { $time }, sent late

## Polls

poll = Poll
poll-new = New poll
poll-question = Question
poll-question-hint = What do you want to know?
poll-answers = Answers
poll-answer = Answer { $count }
poll-remove = Remove answer { $count }
poll-add = Another answer
poll-multiple = Several answers at once
poll-closes = Closes after
poll-closes-never = Never
poll-about = Everybody here sees who chose what.
poll-ask = Ask
poll-close = Close poll
poll-closed = closed
poll-until = until { $time }
poll-voters = { $count ->
    [one] 1 person chose
   *[other] { $count } people chose
}
poll-option-spoken = { $count ->
    [one] { $text }, 1 vote
   *[other] { $text }, { $count } votes
}

introduce-to = Introduce to…
introduce-title = Introduce { $name } to
introduce-about = Both are asked. Each learns the other’s name, and nothing more before both agree.
introduce-nobody = There is nobody else yet whom you could introduce.
introduce-do = Introduce
introduction-card = Would you like to get to know { $name }?
introduction-mine = I think you and { $name } should know each other.
introduction-ask = Get to know { $name }
introduction-dismiss = Not now
introduction-show = Show contact
introduction-dismissed = You put this aside. Nobody was told.
introduction-agreed = You agreed. Waiting until { $name } does.
introduction-met = You and { $name } both agreed. Compare the safety number when you can.
introduction-open-mine = Not answered yet
introduction-agreed-mine = Agreed. The other has not answered yet.
introduction-met-mine = Both agreed.
toast-introduced = Suggested to both

# The pictures of a safety number: one word each, easy to tell apart when said aloud.
safety-emoji-fox = fox
safety-emoji-octopus = octopus
safety-emoji-owl = owl
safety-emoji-turtle = turtle
safety-emoji-bee = bee
safety-emoji-whale = whale
safety-emoji-giraffe = giraffe
safety-emoji-elephant = elephant
safety-emoji-hedgehog = hedgehog
safety-emoji-rooster = rooster
safety-emoji-penguin = penguin
safety-emoji-snail = snail
safety-emoji-crab = crab
safety-emoji-frog = frog
safety-emoji-zebra = zebra
safety-emoji-camel = camel
safety-emoji-cactus = cactus
safety-emoji-sunflower = sunflower
safety-emoji-clover = clover
safety-emoji-palm = palm
safety-emoji-mushroom = mushroom
safety-emoji-leaf = leaf
safety-emoji-lemon = lemon
safety-emoji-cherries = cherries
safety-emoji-melon = melon
safety-emoji-carrot = carrot
safety-emoji-corn = corn
safety-emoji-cheese = cheese
safety-emoji-bread = bread
safety-emoji-egg = egg
safety-emoji-cake = cake
safety-emoji-coffee = coffee
safety-emoji-moon = moon
safety-emoji-star = star
safety-emoji-lightning = lightning
safety-emoji-rainbow = rainbow
safety-emoji-fire = fire
safety-emoji-snowman = snowman
safety-emoji-volcano = volcano
safety-emoji-wave = wave
safety-emoji-bicycle = bicycle
safety-emoji-train = train
safety-emoji-rocket = rocket
safety-emoji-sailboat = sailboat
safety-emoji-tractor = tractor
safety-emoji-balloon = balloon
safety-emoji-gift = gift
safety-emoji-dice = dice
safety-emoji-guitar = guitar
safety-emoji-trumpet = trumpet
safety-emoji-drum = drum
safety-emoji-bell = bell
safety-emoji-key = key
safety-emoji-lock = lock
safety-emoji-hammer = hammer
safety-emoji-anchor = anchor
safety-emoji-clock = clock
safety-emoji-clip = clip
safety-emoji-book = book
safety-emoji-lamp = lamp
safety-emoji-glasses = glasses
safety-emoji-hat = hat
safety-emoji-umbrella = umbrella
safety-emoji-compass = compass

sticker-words = Sticker :{ $name }:
sticker-keep = Add to my stickers
stickers-title = Stickers
emoji-tab = Emoji
stickers-tab = Stickers
stickers-none = No stickers yet
stickers-none-about = Add a small picture and give it a name. You send it as a sticker, and it stands in your texts where you write its name between colons.
stickers-add = Add a sticker
stickers-manage = Manage stickers
stickers-own = Stickers and emoji of your own
stickers-about = Each picture has a name. It can be sent as a sticker, and as an emoji between words: write :name:. Only its pixels are kept.
stickers-yours = Yours
stickers-count =
    { $count ->
        [one] One sticker
       *[other] { $count } stickers
    }
sticker-remove = Remove :{ $name }:
sticker-from-clipboard = From the clipboard
sticker-choose = Choose a picture
sticker-paste = From the clipboard
sticker-name = Name
sticker-name-hint = party
sticker-name-wrong = 1 to 32 letters and digits, _, - or +; not digits alone
sticker-add = Add
toast-sticker-added = Sticker added
sticker-taken = You have a sticker of this name. Take another name.
sticker-too-large = This picture does not become small enough. Take a simpler one, at most 16 MB.
sticker-no-picture = This is no picture that can be read. Take a PNG, JPEG or WebP file.
sticker-unreadable = The picture cannot be read any more. Choose it again.
sticker-too-many = You have 200 stickers. Remove one first.

call-start = Call { $name }
call-another = You are in a call already. End it first.
call-invisible = You are invisible, and calls need a connection. Be seen first.
call-nobody = This person cannot be called now.
call-rings = { $name } calls you
call-you = calls you
call-answer = Answer
call-decline = Decline
call-hang-up = Hang up
call-mute = Mute microphone
call-unmute = Unmute microphone
call-start-video = Call { $name } with video
call-you-video = calls you with video
call-answer-video = Answer with video
call-camera-on = Switch camera on
call-camera-off = Switch camera off
call-screen-on = Show my screen
call-screen-off = Stop showing my screen
call-their-picture = Picture of { $name }
call-their-screen = Screen of { $name }
call-my-picture = My own picture
call-video-rests = Your video rests to keep the sound
call-microphone = Microphone on or off
call-to-chat = Open the chat with { $name }
call-calling = Calling…
call-ringing = Ringing…
call-connecting = Connecting…
call-reconnecting = Reconnecting… { $left }
call-muted = muted
call-they-muted = { $name } is muted
call-my-voice = Your voice
call-their-voice = Voice of { $name }
call-way-direct = The sound goes from device to device.
call-way-relayed = The sound goes through a relay, which cannot hear it.
call-way-overlay = No UDP gets through, so the sound goes over TCP through a relay, which cannot hear it.
call-round-trip = There and back in { $time }.
call-lost-share = { $percent } % lost on the way.
call-lost-short = { $percent } % lost
call-ended = Call ended
call-outgoing = Outgoing call
call-incoming = Incoming call
call-missed = Missed call
call-going-on = Not over yet
call-cancelled = Cancelled
call-declined = Declined
call-busy = In another call
call-was-busy = You were in another call
call-no-answer = No answer
call-not-answered = Not answered
call-failed = Could not connect
call-lost = Connection lost
call-replaced = Went on in another call
call-back = Call back

settings-sound = Sound
sound-input = Microphone
sound-output = Speaker
sound-ring = Ringing
sound-ring-same = Same speaker
sound-default = Default of the system
sound-away = { $name } (not connected)
sound-stands-in = { $name } is not connected. The default of the system stands in until it is back.
sound-given = Chosen when the program was started.
sound-looking = Looking for devices…
sound-no-system = This computer has no sound system, or it does not run: neither PulseAudio nor PipeWire nor ALSA answers.
sound-no-answer = The sound system does not answer. Starting it anew may help.
sound-no-microphone = There is no microphone. Connect one, or others will not hear you.
sound-no-speaker = There is no speaker. Connect one or headphones, or you will hear nobody.
sound-not-allowed = The system does not let Kith use it. Allow it in the settings of the system.
sound-failed = It does not open. Another program may have it.
sound-check-title = Check
sound-check-about = See whether your microphone and your speaker work before somebody calls.
sound-check = Check microphone and speaker
sound-check-busy = You are in a call, which has the microphone and the speaker. Its bar shows how loud you are.
sound-check-stop = Stop
sound-level = How loud the microphone is
sound-record = Record and play back
sound-tone = Play a tone
sound-recording = Say something… { $seconds } s
sound-playing = This is what others hear.
sound-tone-playing = Do you hear the tone?
sound-listening = The microphone hears you.
sound-listening-silent = Nothing is heard. Speak, or choose another microphone.
sound-mode = When others hear you
sound-mode-always = Always
sound-mode-always-about = As long as the microphone is on.
sound-mode-voice = While I speak
sound-mode-voice-about = Between your words nothing leaves, not even noise.
sound-mode-key = While I hold a key
sound-mode-key-about = Nothing leaves unless you hold the key, or the button in the bar of the call.
sound-key = Key
sound-key-about = It works while this window has the keyboard.
sound-clean = Cleaning
sound-noise = Background noise
sound-noise-off = Leave it
sound-noise-normal = Less
sound-noise-strong = As little as possible
sound-noise-about = As little as possible also takes out keyboards and dogs; it needs more of the processor.
sound-echo = Cancel echo
sound-echo-about = Others do not hear themselves out of your speaker. Switch it off only with headphones.
sound-gain = Even out loudness
sound-gain-about = Quiet and loud voices reach others equally loud.
sound-volume = Volume of { $name }
sound-volume-about = Only for you, and remembered for the next call.
sound-more = All about sound
call-sound = Microphone, speaker and volume
call-hold = Hold { $key } to talk
