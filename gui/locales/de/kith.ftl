### The texts of Kith. Short sentences, no jargon; what a button says is what it does.

app-name = Kith
you = Du
back = Zurück
close = Schließen
dismiss = Ausblenden
cancel = Abbrechen
save = Speichern
open = Öffnen
quit = Kith beenden
accept = Annehmen
decline = Ablehnen
search = Suchen
palette = Befehle
palette-hint = Person oder Befehl suchen

## Making a profile

welcome-line = Direkt miteinander schreiben. Kein Konto, und Server halten höchstens versiegelte Nachrichten für eine Weile.
welcome-point-account = Keine Telefonnummer, keine E-Mail-Adresse: Dein Name genügt.
welcome-point-encrypted = Nur du und die Menschen, mit denen du sprichst, können lesen, was du schreibst.
welcome-point-disk = Dein Verlauf bleibt verschlüsselt auf diesem Computer.
welcome-start = Loslegen
welcome-restore = Ich habe schon ein Profil
you-title = Wer bist du?
you-about = Leute, die du hinzufügst, sehen diesen Namen. Du kannst ihn jederzeit ändern.
you-name = Dein Name
you-name-hint = Wie deine Freunde dich nennen
you-password = Passwort für diesen Computer (optional)
you-password-hint = Leer lassen, um ohne zu öffnen
you-password-about = Mit einem Passwort fragt Kith bei jedem Start danach. Niemand kann es zurücksetzen.
you-create = Profil erstellen
you-busy = Schlüssel werden erstellt…
restore-title = Konto zurückholen
restore-from-file = Aus einer Sicherung
restore-from-words = Nur aus den 24 Wörtern
restore-file-about = Kontakte, Nachrichten und Einstellungen kommen zurück. Deine Kontakte erfahren, dass du jetzt hier bist, und das bisherige Gerät wird ausgeschlossen.
restore-words-about = Dein Konto kommt zurück, ohne Kontakte und Nachrichten. Füge zuerst jemanden hinzu, der dich kennt, mit einer Einladung von dort: Dann erkennen dich auch die anderen. Nutzen sie zuerst eine Einladung von dir, werden sie vor einem Fremden mit deinem Schlüssel gewarnt.
restore-words = Deine 24 Wörter
restore-words-hint = Der Reihe nach, mit Leerzeichen
restore-do = Zurückholen
restore-busy = Wird zurückgeholt…
restore-after = Das bisherige Gerät lässt sich danach nicht mehr mit diesem Konto verwenden.
restore-aside = Das Profil, das sich nicht öffnen lässt, geht nicht verloren: Sein Ordner bleibt, unter einem Namen, der auf „aside“ und eine Zahl endet.
ready-title = Alles bereit, { $name }
ready-identity = Identität erstellt; die Schlüssel sind nur auf diesem Computer
ready-encrypted = Dein Verlauf liegt verschlüsselt auf deiner Festplatte
ready-listening = Dieser Computer ist im eigenen Netzwerk erreichbar
ready-peers = { $count ->
    [one] Mit einer Gegenstelle verbunden
   *[other] Mit { $count } Gegenstellen verbunden
}
ready-no-peers = Andere Knoten werden gesucht…
ready-phrase = Deine 24 Wörter stehen auf Papier
ready-no-phrase = Schreib deine 24 Wörter auf
ready-invite = Zeig das jemandem, den du kennst, oder verschick den Link. So findet ihr einander.
ready-start = Jetzt chatten

## Opening a profile

unlock-title = Willkommen zurück
unlock-about = Dein Profil ist mit einem Passwort geschützt.
unlock-password = Passwort
unlock-open = Entsperren
unlock-busy = Wird geöffnet…
unlock-wrong = { $count ->
    [one] Das Passwort stimmt nicht.
   *[other] Auch dieses Passwort stimmt nicht. ({ $count } Versuche)
}
failed-title = Kith kann dein Profil nicht öffnen
failed-ended = Der Knoten von Kith läuft nicht mehr
failed-lasting = Das Profil ist beschädigt, oder sein Schlüssel fehlt. Kommt der Schlüssel wieder, etwa mit einem entsperrten Schlüsselbund, hilft ein neuer Versuch. Sonst bringen eine Sicherung oder deine 24 Wörter dein Konto zurück.

## Around the window

nav-chats = Chats
nav-contacts = Kontakte
nav-network = Netzwerk
nav-settings = Einstellungen
nav-profile = Mein Profil
nothing-open-title = Wähle eine Unterhaltung
nothing-open-about = Oder drücke Ctrl+K, um eine Person oder einen Befehl zu finden.
first-title = Füge die erste Person hinzu
first-about = Gib jemandem deine Einladung oder füge eine ein, die du bekommen hast. Bis dahin kannst du mit Notizen an dich selbst alles ausprobieren.
first-invite = Meine Einladung zeigen
first-echo = Mit einem Echo ausprobieren
first-enter = Ich habe einen Einladungslink

## Chats

search-hint = Suchen
search-people = Personen suchen
search-messages = Nachrichten
search-nothing = Nichts gefunden
search-nothing-about = Versuch es mit einem anderen Wort oder einem Teil davon.
narrow-where = Wo
narrow-everywhere = Überall
narrow-who = Geschrieben von
narrow-anyone = Allen
narrow-when = Wann
narrow-any-time = Jederzeit
narrow-week = Letzte 7 Tage
narrow-month = Letzte 30 Tage
narrow-year = Letztes Jahr
narrow-what = Was
narrow-any-kind = Alles
narrow-texts = Nachrichten
narrow-polls = Umfragen
narrow-stickers = Sticker
filter-name = Welche Chats angezeigt werden
filter-all = Alle
filter-unread = Ungelesen
filter-requests = Anfragen ({ $count })
chats-empty = Noch keine Unterhaltungen
chats-empty-about = Füge jemanden hinzu, dann könnt ihr einander schreiben.
unread-nothing = Alles gelesen
unread-nothing-about = Neue Nachrichten erscheinen hier.
chat-draft = Entwurf: { $text }
chat-mine = Du: { $text }
standing-away = abwesend
standing-dnd = bitte nicht stören
sharing-title = Was du teilst
privacy-typing = Schreiben
privacy-typing-about = Verbundene Kontakte sehen, dass du gerade schreibst.
privacy-presence = Online und zuletzt gesehen
privacy-presence-about = Kontakte sehen, ob du da bist und wann du zuletzt da warst.
privacy-both-ways = Das gilt in beide Richtungen: Was du nicht mit anderen teilst, siehst du auch nicht von ihnen.
sharing-about = Nur für diesen Kontakt. Was du nicht teilst, siehst du auch nicht.
share-default = Wie für alle
share-on = Immer
share-off = Nie
profile-lasts = Wie lange der Status gilt
profile-lasts-kept = Bis ich ihn ändere
profile-lasts-hours = { $count ->
    [one] Eine Stunde
   *[other] { $count } Stunden
}
presence-title = Anwesenheit
presence-online = Online
presence-online-about = Nach zehn Minuten ohne dich in diesem Fenster sehen Kontakte, dass du abwesend bist.
presence-away = Abwesend
presence-away-about = Kontakte sehen, dass du abwesend bist.
presence-dnd = Nicht stören
presence-dnd-about = Kontakte sehen es, und dieser Computer benachrichtigt dich nicht.
presence-invisible = Unsichtbar
presence-invisible-about = Kontakte sehen dich offline, und du siehst nicht, wer da ist. Nichts verbindet sich direkt mit ihnen: Nachrichten gehen über Postfächer und brauchen länger, ohne Postfach warten sie. Was du schreibst und dass Nachrichten angekommen oder gelesen sind, zeigt weiterhin, dass du da warst.
typing = schreibt …
typing-who = { $name } schreibt …
chat-nothing-yet = Noch keine Nachrichten
chat-spoken-mention = { $count ->
    [one] { $name }, { $count } ungelesene Nachricht, du wirst erwähnt
   *[other] { $name }, { $count } ungelesene Nachrichten, du wirst erwähnt
}
chat-spoken = { $count ->
    [0] Chat mit { $name }
    [one] Chat mit { $name }, eine ungelesene Nachricht
   *[other] Chat mit { $name }, { $count } ungelesene Nachrichten
}
chat-next = Nächster Chat
chat-previous = Vorheriger Chat
requests-empty = Keine Anfragen
requests-empty-about = Wer deine Einladung benutzt, erscheint hier.
requests-about = Wer anfragt, erfährt nicht, ob du die Anfrage gesehen oder abgelehnt hast.
request-no-text = Möchte dein Kontakt werden.
request-about = Wenn du annimmst, könnt ihr einander schreiben, und die Person sieht, wann du online bist.
request-by-address = Hat dich über deine öffentliche Adresse gefunden.
notes-title = Notizen an mich
notes-open = Notizen an mich
notes-about = Nur auf diesem Computer
notes-empty-about = Was du hier schreibst, bleibt verschlüsselt auf diesem Computer.

## A conversation

messages = Nachrichten
conversation-info = Über diese Person
conversation-to-end = Zur neuesten Nachricht
to-messages = Zu den Nachrichten
conversation-empty = Sag Hallo
conversation-empty-about = Nur ihr beide könnt lesen, was ihr hier schreibt.
unread-line = Neue Nachrichten
gap-line = Hier fehlen Nachrichten
composer-name = Nachricht
composer-hint = Nachricht schreiben
composer-send = Senden
composer-waiting = Du kannst schreiben, sobald { $name } deine Anfrage annimmt.
composer-requested = Nimm die Anfrage an, um zu schreiben.
composer-blocked = Du hast diese Person blockiert. Gib sie frei, um zu schreiben.
composer-removed = Diese Person gehört nicht mehr zu deinen Kontakten.
composer-alarm = Nachrichten sind angehalten, siehe die Warnung oben.
message-unknown = Diese Nachricht braucht eine neuere Version von Kith.
message-copy = Text kopieren
message-open-link = { $link } öffnen
message-uncover = Verborgenes zeigen
toolbar-react = Reagieren
toolbar-reply = Auf diese Nachricht antworten
toolbar-more = Mehr
pinned-count = { $count ->
    [one] Angeheftete Nachricht
   *[other] { $count } angeheftete Nachrichten
}
pinned-title = Angeheftete Nachrichten
pinned-none = Hier ist nichts mehr angeheftet.
message-select = Auswählen
selection-count = { $count ->
    [one] Eine Nachricht ausgewählt
   *[other] { $count } Nachrichten ausgewählt
}
selection-copy = Nachrichten kopieren
message-retry = Erneut versuchen
message-again = Neu senden
message-discard = Löschen
message-reply = Antworten
message-edit = Bearbeiten
message-edits = Frühere Fassungen
message-forward = Weiterleiten
message-pin = Für mich anheften
message-unpin = Lösen
message-delete = Löschen…
message-react = Anderes Emoji
message-deleted = Nachricht gelöscht
message-edited = bearbeitet
message-forwarded = Weitergeleitet
message-pinned = angeheftet
quote-name = Eine Nachricht
quote-gone = Nicht mehr hier
quote-spoken = Antwort auf { $text }
reply-to = Antwort an { $name }
edit-strip = Nachricht bearbeiten
aim-drop = Abbrechen
composer-emoji = Emoji
emoji-title = Emoji auswählen
delete-title = Diese Nachricht löschen?
delete-about = Sie wird endgültig von diesem Computer entfernt, mit früheren Fassungen und aus der Suche.
delete-about-everyone = Für alle ist eine Bitte: Die andere Seite soll sie auch löschen. Jemand kann sie kopiert haben, und zwingen lässt sich niemand.
delete-for-me = Für mich löschen
delete-for-everyone = Für alle löschen
forward-title = Weiterleiten an
forward-about = Sie geht als deine Nachricht, als weitergeleitet gekennzeichnet, ohne den Namen des Verfassers.
forward-do = Weiterleiten
toast-forwarded = Weitergeleitet
edits-title = Frühere Fassungen
edits-now = jetzige Fassung
chat-pin = Oben anheften
chat-unpin = Lösen
chat-mute-hour = 1 Stunde stumm
chat-mute-hours = 8 Stunden stumm
chat-mute-morning = Stumm bis morgen, { $time }
chat-mute-always = Stumm, bis ich es ändere
chat-unmute = Ton an
chat-muted = Stumm, bis du es änderst
chat-muted-until = Stumm bis { $time }
chat-mute-name = Stummschalten
chat-mute-not = Nicht stumm
chat-notify-title = Benachrichtigungen
chat-notify-about = Eine Erwähnung ist eine Nachricht, in der dein Name steht.
chat-notify-all = Alles
chat-notify-mentions = Nur Erwähnungen
chat-notify-nothing = Nichts
chat-archive = Archivieren
chat-unarchive = Aus dem Archiv holen
filter-archived = Archiv
archived-nothing = Nichts archiviert
archived-nothing-about = Archivierte Unterhaltungen warten hier, bis etwas Neues kommt.
state-received = empfangen
state-note = Notiz
state-queued = wartet auf Zustellung
state-stored = zur Abholung hinterlegt
state-stored-until = { $count ->
    [one] bei einem Postfach bis { $date }
   *[other] bei { $count } Postfächern bis { $date }
}
state-delivered = zugestellt
state-seen = gelesen
state-failed = nicht gesendet
failed-removed = Die Person wurde vorher entfernt.
failed-late = 30 Tage lang unzustellbar.
failed-other = Unzustellbar.
notice-offline = Du bist offline. Was du schreibst, wird gesendet, sobald du wieder verbunden bist.
notice-offline-more = Details

## People

contacts-requests = Kontaktanfragen
contacts-people = Personen
contacts-waiting = Warten auf Antwort
contacts-blocked = Blockiert
contacts-empty = Noch niemand hier
contacts-empty-about = Füge jemanden mit einem Einladungslink oder QR-Code hinzu.
standing-requested = möchte dein Kontakt werden
standing-waiting = hat noch nicht geantwortet
standing-blocked = blockiert
standing-online = online
standing-offline = offline
standing-seen = zuletzt online: { $when }
contact-open = Kontakt anzeigen
contact-own-name = nennt sich { $name }
contact-write = Nachricht schreiben
contact-rename = Umbenennen
contact-block = Blockieren
contact-unblock = Freigeben
contact-remove = Entfernen
contact-mail = Post
contact-mail-keep = Post für { $name } aufbewahren
contact-mail-keep-about = Während { $name } weg ist, warten versiegelte Nachrichten auf diesem Computer; { $name } und alle, die schreiben, sehen seine Netzwerkadresse. Lesen kannst du sie nicht, nur sehen, wie viele und wie groß sie sind.
contact-mail-off = Um Post für { $name } aufzubewahren, schalte zuerst „Post für andere aufbewahren“ ein.
contact-mail-settings = Datenschutz-Einstellungen
contact-mail-theirs = { $name } bewahrt deine Post auf
contact-mail-theirs-about = Während du weg bist, warten versiegelte Nachrichten auf dem Computer von { $name }. Lesbar sind sie dort nicht; zu sehen ist aber, wann und von wo etwas hinterlegt und abgeholt wird und wie viele Leute dir etwa schreiben.
contact-mail-refuse = Meine Post nicht mehr von { $name } aufbewahren lassen
contact-mail-waits = { $count ->
    [one] Ist { $name } nicht da, warten deine Nachrichten in einem Postfach.
   *[other] Ist { $name } nicht da, warten deine Nachrichten in { $count } Postfächern.
}
contact-mail-nowhere = Für { $name } ist kein Postfach bekannt: Deine Nachrichten warten hier, bis ihr beide online seid.
contact-id = Konto
contact-alarm = Von dieser Person wurden zwei verschiedene Gerätelisten gesehen. Vielleicht hat jemand anderes ihren Schlüssel. Nachrichten sind angehalten; sprich auf einem anderen Weg mit ihr.
copy-id = Konto kopieren
waiting-about = Deine Anfrage ist unterwegs. Nennt die Einladung ein Postfach, wartet sie dort; sonst wird sie zugestellt, sobald ihr beide online seid.
blocked-about = Diese Person kann dich nicht erreichen und erfährt nichts davon.
trust-title = Wer ist es wirklich?
trust-verified = Verifiziert
trust-verified-about = Du hast die Sicherheitsnummer verglichen. Kith warnt dich, wenn sie sich ändert.
trust-introduced = Nicht verifiziert
trust-introduced-about = Vergleicht diese Bilder oder Zahlen, wenn ihr euch trefft oder miteinander sprecht. Seht ihr beide dasselbe, ist niemand dazwischen.
trust-match = Sie stimmen überein
trust-take-back = Verifizierung aufheben
trust-copy = Zahlen kopieren
path-title = Verbindung
path-direct = Direkt
path-direct-ipv4 = Direkt über IPv4
path-direct-ipv6 = Direkt über IPv6
path-direct-lan = Direkt im lokalen Netz
path-direct-short = direkt
path-direct-about = Eure Computer sprechen miteinander, ohne dass jemand dazwischen ist. Jeder sieht die Netzwerkadresse des anderen.
path-relayed = Über ein Relay
path-relayed-by = Über das Relay { $relay }
path-relayed-short = über ein Relay
path-relayed-about = Ein Relay leitet die Verbindung weiter. Es sieht nur verschlüsselte Daten.
path-because-chosen = Du wolltest nur über Relays erreichbar sein.
path-because-no-udp = Dein Netz lässt kein UDP durch, das direkte Verbindungen brauchen.
path-because-symmetric = Dein Router nimmt für jede Verbindung einen anderen Port; von außen kann niemand darauf zielen.
path-because-other = Ein direkter Weg wurde nicht gefunden: Einer der beiden Router lässt keinen zu. Er wird immer wieder versucht.
path-none = Nicht verbunden
path-none-about = Nachrichten warten auf diesem Computer, bis ihr beide online seid.
path-none-kept-about = Nachrichten warten in Postfächern, bis die andere Person sie abholt.

## Adding somebody

add-contact = Kontakt hinzufügen
add-tabs = Einladung geben oder benutzen
add-tab-show = Meine Einladung
add-tab-enter = Ich habe einen Link
add-show-about = Wer diese Einladung hat, kann anfragen, dein Kontakt zu werden. Gib sie einer Person, der du auch beim Weitergeben vertraust.
add-qr = Deine Einladung als QR-Code
add-copy = Link kopieren
add-making = Einladung wird erstellt…
add-single-use = Für eine Person
add-single-use-about = Sie gilt nicht mehr, sobald jemand sie benutzt hat.
add-speak = Stattdessen sechs Wörter sagen
add-speak-not = Code und Link zeigen
invites-open = Offene Einladungen
invites-about = Wer eine davon hat, kann anfragen, dein Kontakt zu werden. Eine zurückgezogene führt nirgends mehr hin.
invites-none = Keine Einladung ist offen.
invite-many = Für alle, die sie haben
invite-made = Erstellt: { $when }.
invite-until = Gilt bis { $time }.
invite-used = Zuletzt benutzt von { $name }.
invite-copy = Link kopieren, erstellt: { $when }
invite-revoke = Einladung zurückziehen, erstellt: { $when }
add-spoken-about = Sag der anderen Person diese sechs Wörter, zum Beispiel am Telefon. Sie tippt sie dort ein, wo sonst ein Link hinkommt. Ihr braucht einen gemeinsamen Bootstrap-Knoten oder dasselbe Netz.
add-spoken-until = Sie gelten bis { $time }, für eine Person.
add-spoken-over = Diese Wörter gelten nicht mehr.
add-spoken-again = Neue Wörter
add-words-typed = { $count } von 6 Wörtern
add-link = Link, Adresse oder sechs Wörter
add-link-hint = kith:i/1/…, kith1… oder die Wörter, die dir gesagt wurden
add-scan-clipboard = Aus Zwischenablage lesen
add-scan-file = Bild scannen
add-scan-screen = Vom Bildschirm scannen
add-looking = Suche, wer das ist…
add-mine = Das ist deine eigene Einladung. Gib sie jemand anderem.
add-known = Du kennst diese Person schon.
add-preview-about = Die Person sieht deinen Namen und die Zeile unten und entscheidet, ob sie annimmt.
add-message = Sag, wer du bist (optional)
add-message-hint = Ich bin’s, aus dem Chor
add-ask = Bei { $name } anfragen
add-asking = Anfrage wird gesendet…
add-work-about = Für diese Anfrage muss dein Computer erst arbeiten, in der Regel einige Sekunden.
add-working = Arbeitet für die Anfrage…
scan-nothing = In diesem Bild ist kein lesbarer QR-Code.
scan-no-picture = In der Zwischenablage ist weder ein Bild noch Text.
scan-no-screen = Dieser Desktop lässt Kith den Bildschirm nicht sehen. Mach ein Bild davon und scanne es.
scan-unreadable = Diese Datei ist kein Bild, das Kith lesen kann.

## Questions

confirm-remove-title = { $name } entfernen?
confirm-remove-about = { $name } kann dir nicht mehr schreiben. Euer Verlauf bleibt auf diesem Computer.
confirm-remove-do = Entfernen
confirm-block-title = { $name } blockieren?
confirm-block-about = { $name } kann dich nicht erreichen und erfährt nichts davon. Du kannst die Blockierung jederzeit aufheben.
confirm-block-do = Blockieren
rename-about = Nur du siehst diesen Namen. Lass ihn leer, um den Namen zu verwenden, den die Person gewählt hat.
rename-name = Name
closing-title = Kith weiterlaufen lassen?
closing-about = Nachrichten erreichen dich nur, solange Kith läuft. Es kann ohne Fenster weiterlaufen; sein Symbol bleibt im Infobereich.
closing-keep = Weiterlaufen lassen
link-title = Diesen Link öffnen?
link-about = Dieser Link führt vielleicht nicht dorthin, wohin er zu führen scheint.
link-host = Er führt zu { $host }
link-open = Trotzdem öffnen

## My profile

profile-edit = Profil bearbeiten
profile-status = Status
profile-status-hint = Bis Montag weg
profile-about = Deine Kontakte sehen deinen Namen und deinen Status.
profile-no-status = Kein Status
account-id-about = Das ist dein öffentlicher Schlüssel. Deine Einladung enthält ihn; mit ihm allein lässt sich nichts anfangen.
exposed = Dein Verlauf ist verschlüsselt, aber der Schlüssel liegt daneben: Es gibt weder einen Schlüsselbund noch ein Passwort.
password-title = Passwort festlegen
password-is-set = Kith fragt bei jedem Start nach deinem Passwort.
password-is-not-set = Kith öffnet sich ohne Passwort. Wer diesen Computer als du benutzt, kann alles lesen.
password-change = Passwort ändern
password-remove = Passwort entfernen
password-remove-about = Kith öffnet sich dann ohne Nachfrage, mit dem Schlüsselbund dieses Computers oder einem Schlüssel im Profilordner.
password-current = Bisheriges Passwort
password-new = Neues Passwort
password-busy = Einen Moment…
phrase-title = Wiederherstellungswörter
phrase-about = 24 Wörter, die dein Konto sind. Wer sie hat, kann als du auftreten; ohne sie ist ein verlorener Computer ein verlorenes Konto.
phrase-show = Meine 24 Wörter zeigen
phrase-warning = Schreib sie auf Papier. Zeig sie niemandem, tipp sie nirgends ein.
phrase-opening = Wird geöffnet…
phrase-copy = Kopieren
phrase-done = Ich habe sie aufgeschrieben
phrase-check-about = Damit du einen Fehler jetzt findest und nicht, wenn du sie brauchst: Tipp zwei der Wörter von deinem Papier ab.
phrase-check-word = Wort { $position }
phrase-check-wrong = Mindestens eines lautet anders. Sieh auf dein Papier oder noch einmal auf die Wörter.
phrase-check = Prüfen
phrase-again = Wörter noch einmal zeigen
phrase-unsaved = Noch nicht bestätigt: Lass dir die Wörter zeigen, schreib sie auf Papier und beantworte zwei Fragen.

## Network

health-good = Verbunden
health-good-about = Du bist mit dem Netzwerk verbunden, und andere können dich finden.
health-relayed = Eingeschränkt
health-relayed-about = Dieses Netz sperrt UDP. Andere werden öfter über Relays erreicht; ein Relay sieht nur verschlüsselte Bytes.
health-portal-about = Dieses Netz antwortet anstelle aller anderen: Vielleicht will es eine Anmeldung. Öffne eine Seite im Browser.
health-nearby = Nur in der Nähe
health-nearby-about = Du bist direkt mit anderen verbunden, aber mit keinem Bootstrap-Knoten. Neue Leute können dich über das Internet nicht finden.
health-offline = Offline
health-offline-about = Du bist mit niemandem verbunden. Nachrichten warten auf diesem Computer.
network-peers = { $count ->
    [0] Keine Gegenstellen
    [one] Eine Gegenstelle
   *[other] { $count } Gegenstellen
}
network-test-title = Test
test-listen-udp = Empfang über QUIC
test-listen-tcp = Empfang über TCP
test-listen-bad = Vielleicht benutzt ein anderes Programm den Port.
test-bootstrap-bad = Kein Bootstrap-Knoten antwortet. Prüfe deine Verbindung oder füge unten einen anderen hinzu.
test-relay = Relay
test-relay-bad = Kein Relay hat eine Reservierung angenommen. Personen hinter strengen Routern erreichen dich vielleicht nicht.
test-records = Auffindbar
test-records-bad = Kontakte können diesen Computer gerade nicht nachschlagen.
test-public = Von außen erreichbar
test-public-bad = Weder eine öffentliche Adresse noch ein Relay führt hierher.
test-mdns = Lokales Netz
test-mdns-bad = Andere Computer in diesem Netz werden nicht von selbst gefunden: Multicast ist nicht verfügbar.
test-mapping = Vom Router hereingelassen
nat-public = zum Internet offen
nat-mapped = lässt Verbindungen durch, wenn beide Seiten es versuchen
nat-symmetric = benutzt für jeden einen anderen Port, daher ist ein Relay nötig
nat-unknown = noch nicht bekannt
network-test = Verbindung testen
network-test-running = Wird getestet…
network-details = Details
network-addresses = Adressen dieses Computers
network-mapped = Adressen, an denen dein Router andere hereinlässt
network-relays = Relays
network-traffic = Seit dem Start: { $in } empfangen, { $out } gesendet
network-nat = Router: { $nat }
network-copy = Diagnose kopieren
metered-title = Kosten der Verbindung
metered-about = Auf einer Verbindung, die nach Menge kostet, trifft Kith nur deine Kontakte und deine Bootstrap-Knoten.
metered-auto = Wie der Desktop sagt
metered-yes = Kostet nach Menge
metered-no = Kostet nicht
metered-now = Der Desktop sagt, dass diese Verbindung nach Menge kostet.
metered-not-now = Der Desktop sagt nicht, dass diese Verbindung nach Menge kostet.
bootstraps-title = Bootstrap-Knoten
bootstraps-about = Knoten, die von Gemeinschaften betrieben werden und Leuten helfen, einander zu finden. Sie sehen keine Nachrichten.
bootstrap-add-label = Bootstrap-Knoten hinzufügen
bootstrap-add-hint = kith:b/1/… oder /…/p2p/…
bootstrap-refused = Dieser Knoten ist nur für Mitglieder. Bitte die Betreiber um einen Link mit dem Token ihrer Gemeinschaft.
bootstrap-borrowed = Ein Nachbar deiner Knoten; er springt ein, solange keiner von ihnen antwortet.
bootstrap-notice = Er sagt: „{ $notice }“
bootstrap-add = Hinzufügen
bootstrap-remove = { $address } entfernen

## Settings

settings-account = Konto
settings-privacy = Datenschutz
settings-appearance = Darstellung
settings-language = Sprache
settings-notifications = Benachrichtigungen
settings-network = Netzwerk
settings-storage = Speicher
settings-shortcuts = Tastatur
settings-about = Über Kith
privacy-receipts = Lesebestätigungen
privacy-receipts-about = Andere sehen, dass du ihre Nachrichten gelesen hast.
privacy-status = Statustext
privacy-status-about = Kontakte sehen die Zeile, die du über dich schreibst.
privacy-relay = Meine Adresse vor Kontakten verbergen
privacy-relay-about = Alles läuft über deine Bootstrap-Knoten, sodass sonst niemand die Adresse dieses Computers erfährt. Verbindungen sind langsamer, und andere Postfächer als diese Knoten werden nicht benutzt.
privacy-relay-none = Du hast keinen Bootstrap-Knoten: So kann dich niemand erreichen. Füge unter Netzwerk einen hinzu.
privacy-mapping = Meinen Router bitten, Kontakte hereinzulassen
privacy-mapping-about = Viele Router zu Hause können das (UPnP, NAT-PMP, PCP). Ohne das gehen mehr Verbindungen über ein Relay.
privacy-renew = Jetzt einen neuen Netzschlüssel nehmen
privacy-renew-about = An ihm erkennen Netze und Bootstrap-Knoten diesen Computer wieder. Er wechselt alle 30 Tage von selbst, und deine Kontakte erfahren es. Er bleibt, solange du Nachrichten für andere aufbewahrst oder keinen Bootstrap-Knoten hast.
privacy-mail = Postfächer
privacy-mail-about = Während du weg bist, bewahren die Knoten unten versiegelte Nachrichten für dich auf. Lesen können sie sie nicht; sie sehen aber, wann und von wo etwas hinterlegt und abgeholt wird.
mailbox-none = Noch ist kein Postfach bekannt: Nachrichten für dich warten auf den Computern derer, die schreiben.
mailbox-of = Postfach von { $name }
mailbox-bootstrap = Es ist einer deiner Bootstrap-Knoten.
mailbox-added = Du hast es hinzugefügt.
mailbox-contact = Ein Kontakt betreibt es.
mailbox-used = In Gebrauch: Kontakte hinterlegen dort Post.
mailbox-spare = Nicht in Gebrauch.
mailbox-answered = Hat geantwortet: { $when }.
mailbox-silent = Es hat noch nicht geantwortet.
mailbox-refused = Es wollte deine Post nicht aufbewahren ({ $when }). Vielleicht verlangt es ein Token derer, die es betreiben.
mailbox-remove = { $name } entfernen
mailbox-stays = Bootstrap-Knoten, die Post aufbewahren, können benutzt werden, solange sie unter „Netzwerk“ in deiner Liste stehen.
mailbox-link = Link eines Postfachs
mailbox-link-hint = kith:b/1/…
mailbox-token = Token, falls du eines bekommen hast
mailbox-token-hint = 64 Zeichen
mailbox-add = Postfach hinzufügen
mailbox-bad-link = Das ist nicht der ganze Link eines Postfachs. Er beginnt mit kith:b.
mailbox-own-link = Das ist das Postfach dieses Computers. Füge es auf deinem anderen hinzu.
mailbox-bad-token = Ein Token hat 64 Zeichen: Ziffern und die Buchstaben a bis f.
mailbox-too-many = Es sind schon 32 Postfächer bekannt. Entferne zuerst eines.
privacy-serve = Post für andere aufbewahren
privacy-serve-about = Während ausgewählte Kontakte weg sind, warten versiegelte Nachrichten für sie auf diesem Computer. Lesen kann sie hier niemand. Das kostet Speicherplatz und etwas Datenverkehr, und wer etwas hinterlegt oder abholt, sieht die Netzwerkadresse dieses Computers.
privacy-serve-room = Platz
privacy-serve-used = { $used } von { $room } belegt
privacy-serve-for = Für { $names }
privacy-serve-nobody = Noch für niemanden. Wähle Leute auf ihren Seiten aus.
privacy-serve-unreachable = Von außen ist dieser Computer nicht direkt erreichbar, deshalb erfährt kein Kontakt davon. Nötig ist eine öffentliche Adresse oder ein Router, der den Port weiterleitet.
privacy-serve-erase = Löschen, was hier liegt
privacy-serve-second = Für einen zweiten Computer von dir:
privacy-serve-link = Link kopieren
privacy-serve-token = Token kopieren
privacy-previews = Link-Vorschauen
privacy-previews-about = Für https-Links, die du verschickst. Dieser Computer besucht die Seite; die Website erfährt so deine Netzwerkadresse und wann du geschrieben hast. Wer deine Nachricht bekommt, besucht nichts.
preview-looking = { $host } wird angesehen …
preview-drop = Ohne Vorschau senden
preview-spoken = Vorschau von { $host }: { $text }
privacy-address = Öffentliche Adresse
privacy-address-about = Wer deine Konto-ID kennt, kann dich finden und eine Anfrage senden, nachdem der eigene Computer einige Sekunden dafür gearbeitet hat. Diese Person kann dann auch die Netzwerkadresse dieses Computers erfahren, wie Kontakte auch. Die Knoten, die sie aufbewahren, sehen einen zufälligen Namen, es sei denn, sie kennen deine ID.
privacy-address-waits = Noch hat sie kein Bootstrap-Knoten. Sie wird gefunden, sobald einer erreicht ist.
privacy-address-code = Deine öffentliche Adresse als QR-Code
privacy-address-copy = Adresse kopieren
privacy-address-often = Sie bleibt immer gleich. Ausgeschaltet wird sie sofort zurückgenommen.
privacy-about = Kontakte, mit denen du direkt verbunden bist, sehen deine Netzwerkadresse. Bootstrap-Knoten und Relays sehen, wann du online bist, aber nicht, was du schreibst.
theme-title = Design
theme-system = System
theme-light = Hell
theme-dark = Dunkel
theme-high-contrast = Hoher Kontrast
theme-own = Eigene Designs sind Dateien in { $folder }
palette-light = Helles Design verwenden
palette-dark = Dunkles Design verwenden
palette-high-contrast = Design mit hohem Kontrast verwenden
text-size = Textgröße
zoom = Anzeigegröße
compact = Kompakt
compact-about = Weniger Abstand zwischen Nachrichten.
still = Weniger Bewegung
still-about = Nichts bewegt sich oder blinkt von selbst.
language-system = System
clock-title = Uhrzeit
clock-language = Je nach Sprache
clock-24 = 24 Stunden
clock-12 = 12 Stunden
notify = Benachrichtigungen
notify-about = Neue Nachrichten melden, während ich woanders hinsehe.
notify-sound = Ton
notify-sound-about = Der Ton deines Desktops für neue Nachrichten, während du woanders hinsiehst.
notify-say = Was sie sagen
notify-say-text = Name und Text
notify-say-name = Nur den Namen
notify-say-nothing = Nur, dass etwas da ist
notify-say-about = Solange der Bildschirm gesperrt ist, sagen sie nie mehr, als dass etwas da ist.
quiet-title = Nicht stören nach der Uhr
quiet = Ruhezeiten
quiet-about = Es wird nichts gemeldet, und nichts klingelt.
quiet-now = Ruhe bis { $time }.
quiet-from = Von
quiet-to = Bis
quiet-days = Beginnt am
quiet-presence = Kontakte sehen „nicht stören“
quiet-presence-about = Wo sie sonst sähen, dass du online oder abwesend bist.
quiet-mentions = Erwähnungen kommen durch
quiet-mentions-about = Nachrichten, in denen dein Name steht, werden gemeldet.
notice-message = Neue Nachricht
notice-messages = { $count ->
    [one] Eine neue Nachricht
   *[other] { $count } neue Nachrichten
}
notice-chats = { $messages } neue Nachrichten in { $chats } Chats
notice-request = { $name } möchte dein Kontakt werden
notice-requests = { $count ->
    [one] Jemand möchte dein Kontakt werden
   *[other] { $count } Personen möchten deine Kontakte werden
}
background-title = Im Hintergrund
background-keep = Weiterlaufen, wenn das Fenster geschlossen wird
background-keep-about = Nachrichten erreichen dich weiterhin. Das Symbol im Infobereich holt das Fenster zurück.
background-no-tray = Dieser Desktop hat keinen Infobereich. Minimiere das Fenster stattdessen.
background-start = Beim Anmelden starten
background-start-about = Kith startet ohne Fenster und wartet auf Nachrichten.
tray-open = Kith öffnen
tray-unread = { $count ->
    [0] Kith
    [one] Kith: eine ungelesene Nachricht
   *[other] Kith: { $count } ungelesene Nachrichten
}
storage-folder = Profilordner
storage-about = Nachrichten, Kontakte und Schlüssel darin sind verschlüsselt. Kopiere ihn nicht als Sicherung: Eine Kopie, die später geöffnet wird, würde Schlüssel zweimal verwenden. Erstelle unten eine Sicherung.
choose-file = Auswählen…
backup-title = Sicherung
backup-about = Eine verschlüsselte Datei mit Kontakten, Nachrichten und Einstellungen. Bewahre sie auf einem anderen Datenträger auf: Sie bringt alles zurück, wenn dieser Computer verloren geht.
backup-make = Sicherung erstellen
backup-what = Kontakte, Nachrichten und Einstellungen kommen in eine verschlüsselte Datei. Kith läuft währenddessen weiter.
backup-file = Datei
backup-opened-by = Womit sie sich öffnet
by-words = Meine 24 Wörter
by-password = Ein Passwort
backup-by-words-about = Nur deine Wiederherstellungswörter öffnen sie. Ohne sie ist sie wertlos.
backup-by-password-about = Wer die Datei und dieses Passwort hat, hat dein Konto. Wähle ein langes.
backup-password = Passwort der Sicherung
backup-profile-password = Passwort dieses Profils
backup-busy = Die Sicherung wird geschrieben und dann gelesen. Du kannst währenddessen weitermachen.
backup-progress = { $percent } %
backup-stop = Abbrechen
backup-auto = Von selbst sichern
backup-auto-about = In einen Ordner deiner Wahl.
backup-auto-what = Kontakte, Nachrichten und Einstellungen kommen immer wieder verschlüsselt in eine Datei in diesem Ordner. Nimm einen auf einer anderen Festplatte oder einen, der anderswohin kopiert wird.
backup-auto-kept = Abstand: { $span }. So viele bleiben: { $keep }.
backup-every = Abstand
backup-keep = So viele bleiben
backup-folder = Ordner
backup-auto-do = Einschalten
backup-auto-failed = Es wurde keine Sicherung gemacht: { $reason }
backup-auto-last = Letzte Sicherung: { $when }, { $size }
backup-auto-none = Die erste Sicherung wird gemacht…
backup-auto-change = Anderer Ordner
restored-copy = Dieses Profil ist eine ältere Kopie, die zurückgespielt wurde. Was seitdem geschrieben wurde, kommt von deinen Kontakten wieder, soweit sie es haben.
recovery-asking = Deine Kontakte werden gefragt, welche Geräte sie von dir kennen…
recovery-alone = Füge jemanden hinzu, der dich kennt, mit einer Einladung von dort: Dann erkennen dich deine bisherigen Kontakte.
recovery-telling =
    { $count ->
        [one] Ein Kontakt weiß noch nicht, dass du zurück bist. Er erfährt es, sobald er erreichbar ist.
       *[other] { $count } Kontakte wissen noch nicht, dass du zurück bist. Sie erfahren es, sobald sie erreichbar sind.
    }
recovery-unconfirmed = Vorher konnte niemand gefragt werden. Hast du dieses Konto seit der Sicherung anderswo zurückgeholt, werden deine Kontakte gewarnt.
wipe-open = Alles löschen…
wipe-title = Alles auf diesem Computer löschen
wipe-about = Zuerst die Schlüssel, dann Nachrichten und Kontakte. Nichts davon ist hier noch lesbar, und niemand kann es zurückholen.
wipe-copies = Sicherungen anderswo und was andere haben, bleiben. Ein SSD-Laufwerk kann alte Blöcke eine Weile behalten: Mit einem Passwort sind sie nicht mehr wert als das Passwort.
wipe-type = Tippe „{ $word }“, um fortzufahren
wipe-word = löschen
wipe-do = Alles löschen
wipe-busy = Wird gelöscht…
wipe-failed = Nicht alles konnte gelöscht werden: { $reason }
enter-newline = Enter beginnt eine neue Zeile
enter-newline-about = Ctrl+Enter sendet.
about-version = Kith { $version }
about-licence = Freie Software unter der MIT- oder Apache-2.0-Lizenz.
about-fonts = Schriften und Bilder

## Said at the edge of the window

toast-copied = Kopiert
toast-copied-invite = Einladung kopiert
toast-copied-secret = Kopiert; nach einer Minute wird es aus der Zwischenablage entfernt
toast-echo = Das Echo wird gestartet…
toast-asked = Angefragt. Du kannst schreiben, sobald die Person annimmt.
toast-declined = Abgelehnt
toast-blocked = Blockiert
toast-unblocked = Freigegeben
toast-removed = Entfernt
toast-revoked = Einladung zurückgezogen
toast-verified = Verifiziert
toast-unverified = Nicht mehr verifiziert
toast-password = Passwort festgelegt
toast-no-password = Passwort entfernt
toast-profile-saved = Gespeichert
toast-bootstrap-added = Bootstrap-Knoten hinzugefügt
toast-bootstrap-removed = Bootstrap-Knoten entfernt
toast-mailbox-added = Postfach hinzugefügt
toast-mailbox-removed = Postfach entfernt
toast-backup = Die Sicherung ist fertig
toast-phrase = Deine 24 Wörter stehen auf Papier
toast-no-backup = Es konnte nicht gesichert werden. Sieh in den Einstellungen unter Speicher nach.

## What went wrong

error-not-found = Das gibt es nicht mehr.
error-not-a-contact = Diese Person gehört nicht zu deinen Kontakten.
error-blocked = Du hast diese Person blockiert.
error-too-large = Das ist zu lang.
error-not-allowed = Das geht gerade nicht.
error-already-exists = Das gibt es schon.
error-bad-link = Das ist kein Einladungslink, oder ein Teil davon fehlt.
error-expired-link = Diese Einladung ist abgelaufen. Bitte um eine neue.
error-used-link = Diese Einladung wurde schon benutzt. Bitte um eine neue.
error-words-wrong = Wort { $position } ist keines von denen, die gesagt werden. Frag noch einmal nach.
error-words-unheard = Diese sechs Wörter führen nirgendwohin. Vergleich jedes, oder bitte um neue. Ihr braucht einen gemeinsamen Bootstrap-Knoten oder dasselbe Netz.
error-words-used = Diese Wörter wurden schon benutzt. Bitte um neue.
error-words-over = Diese Wörter gelten nicht mehr. Bitte um neue.
error-address-unknown = Unter dieser Adresse ist niemand zu finden. Prüfe sie, oder frag die Person, ob ihre öffentliche Adresse an ist.
error-offline = Niemand, der antworten könnte, ist erreichbar. Prüfe deine Verbindung und versuch es noch einmal.
error-unsupported = Das kann diese Version von Kith nicht.
error-rate-limited = Zu viel auf einmal. Warte einen Moment und versuch es noch einmal.
error-invalid-argument = Da stimmt etwas nicht. Prüfe die Eingabe und versuch es noch einmal.
error-locked = Das Profil ist in einem anderen Programm geöffnet.
error-wrong-password = Das Passwort stimmt nicht.
error-unauthorized = Das ist nicht erlaubt.
error-unknown-method = Das kann diese Version von Kith nicht.
error-snapshot-needed = Etwas wurde verpasst. Versuch es noch einmal.
error-storage-full = Die Festplatte ist voll. Es ging nichts verloren; schaff Platz und versuch es noch einmal.
error-storage = Die Datenbank hat das verweigert. Es wurde nichts geändert.
error-cancelled = Abgebrochen.
error-shutting-down = Kith wird gerade beendet.
error-internal = In Kith ist etwas schiefgelaufen.
error-ended = Versuche es noch einmal. Was du gesendet hast, ist noch da.

## Times

time-am = { $time } AM
time-pm = { $time } PM
day-today = Heute
day-yesterday = Gestern
date-short = { $day }. { $month }
date-short-year = { $day }. { $month } { $year }
date-long = { $weekday }, { $day }. { $month }
date-long-year = { $weekday }, { $day }. { $month } { $year }
date-and-time = { $date }, { $time }
ago-now = gerade eben
ago-minutes = { $count ->
    [one] vor einer Minute
   *[other] vor { $count } Minuten
}
weekday-monday = Montag
weekday-tuesday = Dienstag
weekday-wednesday = Mittwoch
weekday-thursday = Donnerstag
weekday-friday = Freitag
weekday-saturday = Samstag
weekday-sunday = Sonntag
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember

## Disappearing messages

span-seconds = { $count ->
    [one] 1 Sekunde
   *[other] { $count } Sekunden
}
span-minutes = { $count ->
    [one] 1 Minute
   *[other] { $count } Minuten
}
span-hours = { $count ->
    [one] 1 Stunde
   *[other] { $count } Stunden
}
span-days = { $count ->
    [one] 1 Tag
   *[other] { $count } Tage
}
span-weeks = { $count ->
    [one] 1 Woche
   *[other] { $count } Wochen
}
left-seconds = { $count } s
left-minutes = { $count } min
left-hours = { $count } h
left-days = { $count } T
left-weeks = { $count } W
unit-minutes = Minuten
unit-hours = Stunden
unit-days = Tage
unit-weeks = Wochen
expiry-title = Verschwindende Nachrichten
expiry-menu = Verschwindende Nachrichten…
expiry-about = Was ab jetzt hier geschrieben wird, verschwindet: deine Nachrichten so lange nach dem Senden, ihre so lange nach dem Lesen. Die andere Seite erfährt davon und macht dasselbe, kann aber eine Kopie behalten, etwa ein Foto des Bildschirms.
expiry-off = Aus
expiry-other = Andere…
expiry-on = Verschwindende Nachrichten: { $span }
expiry-own = Oder nach
expiry-amount = Wie viele
expiry-unit = Wovon
expiry-set = Einstellen
expiry-too-long = Höchstens ein Jahr.
expires-in = verschwindet in { $span }
expires-after = verschwindet nach dem Lesen: { $span }
system-expiry = { $name } lässt Nachrichten verschwinden: { $span }
system-expiry-mine = Du lässt Nachrichten verschwinden: { $span }
system-expiry-off = { $name } hat verschwindende Nachrichten ausgeschaltet
system-expiry-off-mine = Du hast verschwindende Nachrichten ausgeschaltet

## Messages written ahead

later-open = Später senden…
later-tonight = Heute Abend um { $time }
later-morning = Morgen um { $time }
later-title = Später senden
later-text = Text
later-date = Tag
later-date-hint = 2026-12-31
later-time = Uhrzeit
later-time-hint = 09:00
later-at = Wird gesendet: { $time }
later-over = Diese Zeit ist vorbei.
later-unclear = Schreibe den Tag wie 2026-12-31 und die Zeit wie 09:00.
later-about = Dieser Computer sendet es. Läuft Kith dann nicht, wird es beim nächsten Start gesendet.
later-do = Später senden
later-waiting = { $count ->
    [one] 1 Nachricht wartet auf das Senden
   *[other] { $count } Nachrichten warten auf das Senden
}
scheduled-title = Wartet auf das Senden
scheduled-none = Hier wartet nichts.
scheduled-now = Jetzt senden
scheduled-change = Ändern
toast-planned = Sie wartet und wird zu ihrer Zeit gesendet
planned-for = vorausgeschrieben für { $time }
planned-late = vorausgeschrieben für { $time }, verspätet gesendet

## Polls

poll = Umfrage
poll-new = Neue Umfrage
poll-question = Frage
poll-question-hint = Was möchtest du wissen?
poll-answers = Antworten
poll-answer = Antwort { $count }
poll-remove = Antwort { $count } entfernen
poll-add = Weitere Antwort
poll-multiple = Mehrere Antworten zugleich
poll-closes = Endet nach
poll-closes-never = Nie
poll-about = Alle hier sehen, wer was gewählt hat.
poll-ask = Fragen
poll-close = Umfrage beenden
poll-closed = beendet
poll-until = bis { $time }
poll-voters = { $count ->
    [one] 1 Person hat gewählt
   *[other] { $count } Personen haben gewählt
}
poll-option-spoken = { $count ->
    [one] { $text }, 1 Stimme
   *[other] { $text }, { $count } Stimmen
}

introduce-to = Vorstellen…
introduce-title = { $name } vorstellen
introduce-about = Beide werden gefragt. Jeder erfährt den Namen des anderen, und nichts weiter, bevor beide zustimmen.
introduce-nobody = Es gibt noch niemanden sonst, den du vorstellen könntest.
introduce-do = Vorstellen
introduction-card = Möchtest du { $name } kennenlernen?
introduction-mine = Ich glaube, du und { $name } solltet euch kennen.
introduction-ask = { $name } kennenlernen
introduction-dismiss = Jetzt nicht
introduction-show = Kontakt zeigen
introduction-dismissed = Du hast das beiseitegelegt. Niemand erfährt davon.
introduction-agreed = Du hast zugestimmt. Jetzt fehlt noch { $name }.
introduction-met = Du und { $name } habt beide zugestimmt. Vergleicht bei Gelegenheit die Sicherheitsnummer.
introduction-open-mine = Noch nicht beantwortet
introduction-agreed-mine = Zugestimmt. Die andere Antwort steht noch aus.
introduction-met-mine = Beide haben zugestimmt.
toast-introduced = Beiden vorgeschlagen

# The pictures of a safety number: one word each, easy to tell apart when said aloud.
safety-emoji-fox = Fuchs
safety-emoji-octopus = Krake
safety-emoji-owl = Eule
safety-emoji-turtle = Schildkröte
safety-emoji-bee = Biene
safety-emoji-whale = Wal
safety-emoji-giraffe = Giraffe
safety-emoji-elephant = Elefant
safety-emoji-hedgehog = Igel
safety-emoji-rooster = Hahn
safety-emoji-penguin = Pinguin
safety-emoji-snail = Schnecke
safety-emoji-crab = Krabbe
safety-emoji-frog = Frosch
safety-emoji-zebra = Zebra
safety-emoji-camel = Kamel
safety-emoji-cactus = Kaktus
safety-emoji-sunflower = Sonnenblume
safety-emoji-clover = Kleeblatt
safety-emoji-palm = Palme
safety-emoji-mushroom = Pilz
safety-emoji-leaf = Blatt
safety-emoji-lemon = Zitrone
safety-emoji-cherries = Kirschen
safety-emoji-melon = Melone
safety-emoji-carrot = Karotte
safety-emoji-corn = Mais
safety-emoji-cheese = Käse
safety-emoji-bread = Brot
safety-emoji-egg = Ei
safety-emoji-cake = Torte
safety-emoji-coffee = Kaffee
safety-emoji-moon = Mond
safety-emoji-star = Stern
safety-emoji-lightning = Blitz
safety-emoji-rainbow = Regenbogen
safety-emoji-fire = Feuer
safety-emoji-snowman = Schneemann
safety-emoji-volcano = Vulkan
safety-emoji-wave = Welle
safety-emoji-bicycle = Fahrrad
safety-emoji-train = Zug
safety-emoji-rocket = Rakete
safety-emoji-sailboat = Segelboot
safety-emoji-tractor = Traktor
safety-emoji-balloon = Luftballon
safety-emoji-gift = Geschenk
safety-emoji-dice = Würfel
safety-emoji-guitar = Gitarre
safety-emoji-trumpet = Trompete
safety-emoji-drum = Trommel
safety-emoji-bell = Glocke
safety-emoji-key = Schlüssel
safety-emoji-lock = Schloss
safety-emoji-hammer = Hammer
safety-emoji-anchor = Anker
safety-emoji-clock = Uhr
safety-emoji-clip = Klammer
safety-emoji-book = Buch
safety-emoji-lamp = Lampe
safety-emoji-glasses = Brille
safety-emoji-hat = Hut
safety-emoji-umbrella = Schirm
safety-emoji-compass = Kompass

sticker-words = Sticker :{ $name }:
sticker-keep = Zu meinen Stickern
stickers-title = Sticker
emoji-tab = Emoji
stickers-tab = Sticker
stickers-none = Noch keine Sticker
stickers-none-about = Füge ein kleines Bild hinzu und gib ihm einen Namen. Du schickst es als Sticker, und es steht in deinen Texten, wo du seinen Namen zwischen Doppelpunkte schreibst.
stickers-add = Sticker hinzufügen
stickers-manage = Sticker verwalten
stickers-own = Eigene Sticker und Emoji
stickers-about = Jedes Bild hat einen Namen. Es kann als Sticker verschickt werden und als Emoji zwischen Wörtern stehen: schreib :name:. Nur seine Pixel werden behalten.
stickers-yours = Deine
stickers-count =
    { $count ->
        [one] Ein Sticker
       *[other] { $count } Sticker
    }
sticker-remove = :{ $name }: entfernen
sticker-from-clipboard = Aus der Zwischenablage
sticker-choose = Bild auswählen
sticker-paste = Aus der Zwischenablage
sticker-name = Name
sticker-name-hint = party
sticker-name-wrong = 1 bis 32 Buchstaben und Ziffern, _, - oder +; nicht nur Ziffern
sticker-add = Hinzufügen
toast-sticker-added = Sticker hinzugefügt
sticker-taken = Du hast schon einen Sticker mit diesem Namen. Nimm einen anderen Namen.
sticker-too-large = Dieses Bild wird nicht klein genug. Nimm ein einfacheres, höchstens 16 MB.
sticker-no-picture = Das ist kein lesbares Bild. Nimm eine PNG-, JPEG- oder WebP-Datei.
sticker-unreadable = Das Bild lässt sich nicht mehr lesen. Wähle es noch einmal aus.
sticker-too-many = Du hast 200 Sticker. Entferne zuerst einen.

call-start = { $name } anrufen
call-another = Du bist schon in einem Gespräch. Beende es zuerst.
call-invisible = Du bist unsichtbar, und Anrufe brauchen eine Verbindung. Zeig dich zuerst.
call-nobody = Diese Person kann jetzt nicht angerufen werden.
call-rings = { $name } ruft dich an
call-you = ruft dich an
call-answer = Annehmen
call-decline = Ablehnen
call-hang-up = Auflegen
call-mute = Mikrofon ausschalten
call-unmute = Mikrofon einschalten
call-start-video = { $name } mit Video anrufen
call-you-video = ruft dich mit Video an
call-answer-video = Mit Video annehmen
call-camera-on = Kamera einschalten
call-camera-off = Kamera ausschalten
call-screen-on = Meinen Bildschirm zeigen
call-screen-off = Bildschirm nicht mehr zeigen
call-their-picture = Bild von { $name }
call-their-screen = Bildschirm von { $name }
call-my-picture = Mein eigenes Bild
call-video-rests = Dein Video ruht, damit der Ton bleibt
call-microphone = Mikrofon ein oder aus
call-to-chat = Chat mit { $name } öffnen
call-calling = Anruf…
call-ringing = Es klingelt…
call-connecting = Verbinden…
call-reconnecting = Neu verbinden… { $left }
call-muted = stumm
call-they-muted = { $name } ist stumm
call-my-voice = Deine Stimme
call-their-voice = Stimme von { $name }
call-way-direct = Der Ton geht von Gerät zu Gerät.
call-way-relayed = Der Ton geht über ein Relay, das ihn nicht hören kann.
call-way-overlay = UDP kommt nicht durch, darum geht der Ton über TCP durch ein Relay, das ihn nicht hören kann.
call-round-trip = Hin und zurück in { $time }.
call-lost-share = { $percent } % gehen unterwegs verloren.
call-lost-short = { $percent } % verloren
call-ended = Gespräch beendet
call-outgoing = Ausgehender Anruf
call-incoming = Eingehender Anruf
call-missed = Verpasster Anruf
call-going-on = Noch nicht vorbei
call-cancelled = Abgebrochen
call-declined = Abgelehnt
call-busy = In einem anderen Gespräch
call-was-busy = Du warst in einem anderen Gespräch
call-no-answer = Keine Antwort
call-not-answered = Nicht angenommen
call-failed = Keine Verbindung
call-lost = Verbindung verloren
call-replaced = In einem anderen Anruf fortgesetzt
call-back = Zurückrufen

settings-sound = Ton
sound-input = Mikrofon
sound-output = Lautsprecher
sound-ring = Klingeln
sound-ring-same = Derselbe Lautsprecher
sound-default = Standard des Systems
sound-away = { $name } (nicht verbunden)
sound-stands-in = { $name } ist nicht verbunden. Bis es wieder da ist, wird der Standard des Systems benutzt.
sound-given = Beim Start des Programms festgelegt.
sound-looking = Suche Geräte…
sound-no-system = Dieser Computer hat kein Tonsystem, oder es läuft nicht: weder PulseAudio noch PipeWire noch ALSA antwortet.
sound-no-answer = Das Tonsystem antwortet nicht. Ein Neustart davon kann helfen.
sound-no-microphone = Es gibt kein Mikrofon. Schließ eines an, sonst hört dich niemand.
sound-no-speaker = Es gibt keinen Lautsprecher. Schließ einen oder Kopfhörer an, sonst hörst du niemanden.
sound-not-allowed = Das System lässt Kith nicht daran. Erlaube es in den Einstellungen des Systems.
sound-failed = Es lässt sich nicht öffnen. Vielleicht benutzt es ein anderes Programm.
sound-check-title = Ausprobieren
sound-check-about = Sieh nach, ob Mikrofon und Lautsprecher funktionieren, bevor jemand anruft.
sound-check = Mikrofon und Lautsprecher ausprobieren
sound-check-busy = Du bist in einem Gespräch, das Mikrofon und Lautsprecher benutzt. Seine Leiste zeigt, wie laut du bist.
sound-check-stop = Beenden
sound-level = Wie laut das Mikrofon ist
sound-record = Aufnehmen und abspielen
sound-tone = Ton abspielen
sound-recording = Sag etwas… { $seconds } s
sound-playing = So hören dich andere.
sound-tone-playing = Hörst du den Ton?
sound-listening = Das Mikrofon hört dich.
sound-listening-silent = Es ist nichts zu hören. Sprich, oder wähle ein anderes Mikrofon.
sound-mode = Wann dich andere hören
sound-mode-always = Immer
sound-mode-always-about = Solange das Mikrofon eingeschaltet ist.
sound-mode-voice = Wenn ich spreche
sound-mode-voice-about = Zwischen deinen Worten geht nichts hinaus, auch kein Rauschen.
sound-mode-key = Wenn ich eine Taste halte
sound-mode-key-about = Nichts geht hinaus, außer du hältst die Taste oder den Knopf in der Gesprächsleiste.
sound-key = Taste
sound-key-about = Sie wirkt, solange dieses Fenster die Tastatur hat.
sound-clean = Aufbereitung
sound-noise = Hintergrundgeräusche
sound-noise-off = Lassen
sound-noise-normal = Weniger
sound-noise-strong = So wenig wie möglich
sound-noise-about = So wenig wie möglich nimmt auch Tastaturen und Hunde weg; das braucht mehr Rechenzeit.
sound-echo = Echo unterdrücken
sound-echo-about = Andere hören sich nicht aus deinem Lautsprecher. Schalte es nur mit Kopfhörern aus.
sound-gain = Lautstärke angleichen
sound-gain-about = Leise und laute Stimmen kommen gleich laut an.
sound-volume = Lautstärke von { $name }
sound-volume-about = Nur für dich, und für das nächste Gespräch gemerkt.
sound-more = Alles zum Ton
call-sound = Mikrofon, Lautsprecher und Lautstärke
call-hold = Zum Sprechen { $key } halten
