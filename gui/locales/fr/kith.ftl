### The texts of Kith. Short sentences, no jargon; what a button says is what it does.

app-name = Kith
you = Vous
back = Retour
close = Fermer
dismiss = Masquer
cancel = Annuler
save = Enregistrer
open = Ouvrir
quit = Quitter Kith
accept = Accepter
decline = Refuser
search = Rechercher
palette = Commandes
palette-hint = Chercher une personne ou une commande

## Making a profile

welcome-line = Échangez directement. Pas de compte, et les serveurs ne gardent que des messages scellés, pour un temps.
welcome-point-account = Ni numéro de téléphone, ni e-mail : votre nom suffit.
welcome-point-encrypted = Vous et les personnes à qui vous parlez êtes les seuls à pouvoir lire ce que vous écrivez.
welcome-point-disk = Votre historique reste sur cet ordinateur, chiffré.
welcome-start = Commencer
welcome-restore = J’ai déjà un profil
you-title = Qui êtes-vous ?
you-about = Les personnes que vous ajoutez voient ce nom. Vous pouvez le changer à tout moment.
you-name = Votre nom
you-name-hint = Le nom que vos amis vous donnent
you-password = Mot de passe pour cet ordinateur (facultatif)
you-password-hint = Laisser vide pour ouvrir sans
you-password-about = Si vous en choisissez un, Kith le demande à chaque démarrage. Personne ne peut le réinitialiser.
you-create = Créer mon profil
you-busy = Création de vos clés…
restore-title = Récupérer votre compte
restore-from-file = Depuis une sauvegarde
restore-from-words = Avec les 24 mots seuls
restore-file-about = Contacts, messages et réglages reviennent. Vos contacts apprennent que vous êtes ici, et l’ancien appareil est exclu.
restore-words-about = Votre compte revient, sans contacts ni messages. Ajoutez d’abord quelqu’un qui vous connaît, avec une invitation de sa part : les autres vous reconnaîtront aussi. S’ils utilisent d’abord une invitation de vous, ils seront avertis qu’un inconnu a votre clé.
restore-words = Vos 24 mots
restore-words-hint = Dans l’ordre, séparés par des espaces
restore-do = Récupérer
restore-busy = Récupération…
restore-after = L’ancien appareil ne pourra plus servir avec ce compte.
restore-aside = Le profil qui ne s’ouvre pas n’est pas perdu : son dossier reste, sous un nom qui se termine par « aside » et un nombre.
ready-title = Tout est prêt, { $name }
ready-identity = Identité créée ; ses clés ne sont que sur cet ordinateur
ready-encrypted = Votre historique est chiffré sur votre disque
ready-listening = Cet ordinateur est joignable sur son réseau local
ready-peers = { $count ->
    [one] Connecté à un pair
   *[other] Connecté à { $count } pairs
}
ready-no-peers = Recherche d’autres nœuds…
ready-phrase = Vos 24 mots sont sur papier
ready-no-phrase = Notez vos 24 mots
ready-invite = Montrez ceci à quelqu’un que vous connaissez, ou envoyez-lui le lien. C’est ainsi que vous vous retrouverez.
ready-start = Commencer à discuter

## Opening a profile

unlock-title = Bon retour
unlock-about = Votre profil est protégé par un mot de passe.
unlock-password = Mot de passe
unlock-open = Déverrouiller
unlock-busy = Ouverture…
unlock-wrong = { $count ->
    [one] Ce n’est pas le bon mot de passe.
   *[other] Ce n’est pas le bon mot de passe non plus. ({ $count } essais)
}
failed-title = Kith ne peut pas ouvrir votre profil
failed-ended = Le nœud de Kith s’est arrêté
failed-lasting = Le profil est endommagé, ou sa clé a disparu. Si la clé revient, par exemple avec un trousseau déverrouillé, réessayer suffit. Sinon, une sauvegarde ou vos 24 mots ramènent votre compte.

## Around the window

nav-chats = Discussions
nav-contacts = Contacts
nav-network = Réseau
nav-settings = Paramètres
nav-profile = Mon profil
nothing-open-title = Choisissez une conversation
nothing-open-about = Ou appuyez sur Ctrl+K pour trouver une personne ou une commande.
first-title = Ajoutez une première personne
first-about = Donnez votre invitation à quelqu’un, ou collez celle que vous avez reçue. En attendant, vos notes personnelles permettent de faire des essais.
first-invite = Afficher mon invitation
first-echo = Essayer avec un écho
first-enter = J’ai un lien d’invitation

## Chats

search-hint = Rechercher
search-people = Rechercher des personnes
search-messages = Messages
search-nothing = Aucun résultat
search-nothing-about = Essayez un autre mot, ou une partie d’un mot.
narrow-where = Où
narrow-everywhere = Partout
narrow-who = Écrit par
narrow-anyone = Tout le monde
narrow-when = Quand
narrow-any-time = N’importe quand
narrow-week = 7 derniers jours
narrow-month = 30 derniers jours
narrow-year = Année passée
narrow-what = Quoi
narrow-any-kind = Tout
narrow-texts = Messages
narrow-polls = Sondages
narrow-stickers = Autocollants
filter-name = Discussions à afficher
filter-all = Toutes
filter-unread = Non lues
filter-requests = Demandes ({ $count })
chats-empty = Pas encore de conversation
chats-empty-about = Ajoutez quelqu’un, et vous pourrez vous écrire.
unread-nothing = Tout est lu
unread-nothing-about = Les nouveaux messages s’affichent ici.
chat-draft = Brouillon : { $text }
chat-mine = Vous : { $text }
standing-away = absent
standing-dnd = ne pas déranger
sharing-title = Ce que vous partagez
privacy-typing = Saisie
privacy-typing-about = Les contacts connectés voient que vous écrivez.
privacy-presence = En ligne et vu pour la dernière fois
privacy-presence-about = Les contacts voient si vous êtes là et quand vous l’étiez.
privacy-both-ways = C’est réciproque : ce que vous ne partagez pas, vous ne le voyez pas chez les autres.
sharing-about = Pour ce contact seulement. Ce que vous ne partagez pas, vous ne le voyez pas non plus.
share-default = Comme pour tous
share-on = Toujours
share-off = Jamais
profile-lasts = Durée du statut
profile-lasts-kept = Jusqu’à modification
profile-lasts-hours = { $count ->
    [one] Une heure
   *[other] { $count } heures
}
presence-title = Présence
presence-online = En ligne
presence-online-about = Après dix minutes sans vous dans cette fenêtre, vos contacts vous voient absent.
presence-away = Absent
presence-away-about = Vos contacts voient que vous êtes absent.
presence-dnd = Ne pas déranger
presence-dnd-about = Vos contacts le voient, et cet ordinateur ne vous notifie pas.
presence-invisible = Invisible
presence-invisible-about = Vos contacts vous voient hors ligne, et vous ne voyez pas qui est là. Rien ne se connecte directement à eux : les messages passent par des boîtes et prennent plus de temps ; sans boîte, ils attendent. Ce que vous écrivez, et les accusés d’arrivée ou de lecture, montrent encore que vous étiez là.
typing = écrit…
typing-who = { $name } écrit…
chat-nothing-yet = Pas encore de message
chat-spoken-mention = { $count ->
    [one] { $name }, { $count } message non lu, on vous mentionne
   *[other] { $name }, { $count } messages non lus, on vous mentionne
}
chat-spoken = { $count ->
    [0] Discussion avec { $name }
    [one] Discussion avec { $name }, un message non lu
   *[other] Discussion avec { $name }, { $count } messages non lus
}
chat-next = Discussion suivante
chat-previous = Discussion précédente
requests-empty = Aucune demande
requests-empty-about = Quand quelqu’un utilise votre invitation, sa demande s’affiche ici.
requests-about = Ces personnes ne savent pas si vous avez vu leur demande. Un refus ne leur est pas signalé.
request-no-text = Souhaite faire partie de vos contacts.
request-about = Si vous acceptez, vous pourrez vous écrire, et cette personne verra quand vous êtes en ligne.
request-by-address = Vous a trouvé par votre adresse publique.
notes-title = Notes personnelles
notes-open = Notes personnelles
notes-about = Sur cet ordinateur uniquement
notes-empty-about = Ce que vous écrivez ici reste sur cet ordinateur, chiffré.

## A conversation

messages = Messages
conversation-info = À propos de cette personne
conversation-to-end = Aller au dernier message
to-messages = Aux messages
conversation-empty = Dites bonjour
conversation-empty-about = Personne d’autre que vous deux ne peut lire ce que vous écrivez ici.
unread-line = Nouveaux messages
gap-line = Il manque des messages ici
composer-name = Message
composer-hint = Écrire un message
composer-send = Envoyer
composer-waiting = Vous pourrez écrire quand { $name } aura accepté votre demande.
composer-requested = Acceptez la demande pour écrire.
composer-blocked = Vous avez bloqué cette personne. Débloquez-la pour écrire.
composer-removed = Cette personne ne fait plus partie de vos contacts.
composer-alarm = Les messages sont en pause : voir l’avertissement ci-dessus.
message-unknown = Ce message nécessite une version plus récente de Kith.
message-copy = Copier le texte
message-open-link = Ouvrir { $link }
message-uncover = Montrer ce qui est masqué
toolbar-react = Réagir
toolbar-reply = Répondre à ce message
toolbar-more = Plus
pinned-count = { $count ->
    [one] Message épinglé
   *[other] { $count } messages épinglés
}
pinned-title = Messages épinglés
pinned-none = Plus rien n’est épinglé ici.
message-select = Sélectionner
selection-count = { $count ->
    [one] Un message sélectionné
   *[other] { $count } messages sélectionnés
}
selection-copy = Copier les messages
message-retry = Réessayer
message-again = Renvoyer
message-discard = Supprimer
message-reply = Répondre
message-edit = Modifier
message-edits = Versions précédentes
message-forward = Transférer
message-pin = Épingler pour moi
message-unpin = Désépingler
message-delete = Supprimer…
message-react = Autre émoji
message-deleted = Message supprimé
message-edited = modifié
message-forwarded = Transféré
message-pinned = épinglé
quote-name = Un message
quote-gone = N’est plus ici
quote-spoken = En réponse à { $text }
reply-to = Réponse à { $name }
edit-strip = Modifier le message
aim-drop = Abandonner
composer-emoji = Émoji
emoji-title = Choisir un émoji
delete-title = Supprimer ce message ?
delete-about = Il est retiré définitivement de cet ordinateur, versions précédentes et recherche comprises.
delete-about-everyone = Pour tous est une demande : l’autre côté est prié de le supprimer aussi. Quelqu’un a pu le copier, et on ne peut forcer personne.
delete-for-me = Supprimer pour moi
delete-for-everyone = Supprimer pour tous
forward-title = Transférer à
forward-about = Il part comme un message de vous, marqué comme transféré, sans le nom de son auteur.
forward-do = Transférer
toast-forwarded = Transféré
edits-title = Versions précédentes
edits-now = version actuelle
chat-pin = Épingler en haut
chat-unpin = Désépingler
chat-mute-hour = Muet pendant 1 heure
chat-mute-hours = Muet pendant 8 heures
chat-mute-morning = Muet jusqu’à demain, { $time }
chat-mute-always = Muet jusqu’à ce que je le réactive
chat-unmute = Réactiver le son
chat-muted = Muet jusqu’à ce que vous le réactiviez
chat-muted-until = Muet jusqu’à { $time }
chat-mute-name = Rendre muet
chat-mute-not = Non muet
chat-notify-title = Notifications
chat-notify-about = Une mention est un message qui contient votre nom.
chat-notify-all = Tout
chat-notify-mentions = Mentions seulement
chat-notify-nothing = Rien
chat-archive = Archiver
chat-unarchive = Sortir des archives
filter-archived = Archives
archived-nothing = Rien dans les archives
archived-nothing-about = Les conversations archivées attendent ici jusqu’à ce qu’il y ait du nouveau.
state-received = reçu
state-note = note
state-queued = en attente de distribution
state-stored = déposé à son intention
state-stored-until = { $count ->
    [one] dans une boîte aux lettres jusqu’au { $date }
   *[other] dans { $count } boîtes aux lettres jusqu’au { $date }
}
state-delivered = distribué
state-seen = lu
state-failed = non envoyé
failed-removed = La personne a été retirée avant.
failed-late = Non distribué en 30 jours.
failed-other = Non distribué.
notice-offline = Vous êtes hors ligne. Ce que vous écrivez sera envoyé au retour de la connexion.
notice-offline-more = Détails

## People

contacts-requests = Demandes de contact
contacts-people = Personnes
contacts-waiting = En attente de réponse
contacts-blocked = Contacts bloqués
contacts-empty = Personne pour l’instant
contacts-empty-about = Ajoutez quelqu’un avec un lien d’invitation ou un code QR.
standing-requested = souhaite faire partie de vos contacts
standing-waiting = n’a pas encore répondu
standing-blocked = contact bloqué
standing-online = en ligne
standing-offline = hors ligne
standing-seen = dernière connexion : { $when }
contact-open = Afficher le contact
contact-own-name = a choisi le nom { $name }
contact-write = Écrire un message
contact-rename = Renommer
contact-block = Bloquer
contact-unblock = Débloquer
contact-remove = Retirer
contact-mail = Courrier
contact-mail-keep = Garder le courrier de { $name }
contact-mail-keep-about = Pendant l’absence de { $name }, des messages scellés attendent sur cet ordinateur ; { $name } et les personnes qui écrivent voient son adresse réseau. Vous ne pouvez pas les lire ; vous voyez combien il y en a et leur taille.
contact-mail-off = Pour garder le courrier de { $name }, activez d’abord « Garder du courrier pour d’autres ».
contact-mail-settings = Paramètres de confidentialité
contact-mail-theirs = { $name } garde votre courrier
contact-mail-theirs-about = Pendant votre absence, des messages scellés attendent sur l’ordinateur de { $name }. Ils y sont illisibles, mais on y voit quand et d’où quelque chose est déposé et relevé, et combien de personnes environ vous écrivent.
contact-mail-refuse = Ne plus laisser { $name } garder mon courrier
contact-mail-waits = { $count ->
    [one] Quand { $name } est absent, vos messages attendent dans une boîte aux lettres.
   *[other] Quand { $name } est absent, vos messages attendent dans { $count } boîtes aux lettres.
}
contact-mail-nowhere = Aucune boîte aux lettres connue pour { $name } : vos messages attendent ici que vous soyez tous deux en ligne.
contact-id = Compte
contact-alarm = Deux listes d’appareils différentes ont été vues pour cette personne. Quelqu’un d’autre a peut-être sa clé. Les messages sont en pause ; parlez-lui par un autre moyen.
copy-id = Copier le compte
waiting-about = Votre demande est en route. Si l’invitation indique une boîte aux lettres, elle y attend ; sinon, elle sera remise dès que vous serez en ligne tous les deux.
blocked-about = Cette personne ne peut pas vous joindre, et n’en sait rien.
trust-title = Qui est-ce vraiment ?
trust-verified = Contact vérifié
trust-verified-about = Vous avez comparé le numéro de sécurité. Kith vous avertit s’il change.
trust-introduced = Contact non vérifié
trust-introduced-about = Comparez ces images ou ces chiffres quand vous vous voyez ou vous parlez. Si vous voyez la même chose tous les deux, personne ne s’est glissé entre vous.
trust-match = Tout correspond
trust-take-back = Annuler la vérification
trust-copy = Copier les chiffres
path-title = Connexion
path-direct = Directe
path-direct-ipv4 = Directe par IPv4
path-direct-ipv6 = Directe par IPv6
path-direct-lan = Directe dans le réseau local
path-direct-short = connexion directe
path-direct-about = Vos ordinateurs communiquent sans personne entre eux. Chacun voit l’adresse réseau de l’autre.
path-relayed = Par un relais
path-relayed-by = Par le relais { $relay }
path-relayed-short = par un relais
path-relayed-about = Un relais transmet la connexion. Il ne voit que des données chiffrées.
path-because-chosen = Vous avez choisi de n’être joignable que par des relais.
path-because-no-udp = Votre réseau ne laisse pas passer l’UDP, dont les connexions directes ont besoin.
path-because-symmetric = Votre routeur prend un autre port pour chaque connexion : personne ne peut le viser de l’extérieur.
path-because-other = Aucune voie directe n’a été trouvée : l’un des deux routeurs n’en laisse pas passer. Un nouvel essai a lieu de temps en temps.
path-none = Pas de connexion
path-none-about = Les messages attendent sur cet ordinateur que vous soyez en ligne tous les deux.
path-none-kept-about = Les messages attendent dans des boîtes aux lettres que cette personne les relève.

## Adding somebody

add-contact = Ajouter un contact
add-tabs = Donner ou utiliser une invitation
add-tab-show = Mon invitation
add-tab-enter = J’ai un lien
add-show-about = Qui reçoit cette invitation peut demander à faire partie de vos contacts. Donnez-la à une personne à qui vous faites confiance, y compris pour la transmettre.
add-qr = Votre invitation sous forme de code QR
add-copy = Copier le lien
add-making = Création d’une invitation…
add-single-use = Pour une seule personne
add-single-use-about = Elle cesse de fonctionner dès que quelqu’un l’a utilisée.
add-speak = Dire plutôt six mots
add-speak-not = Afficher le code et le lien
invites-open = Invitations ouvertes
invites-about = Qui a l’une d’elles peut demander à faire partie de vos contacts. Une invitation révoquée ne mène plus nulle part.
invites-none = Aucune invitation n’est ouverte.
invite-many = Pour quiconque l’a
invite-made = Créée : { $when }.
invite-until = Valable jusqu’au { $time }.
invite-used = Utilisée en dernier par { $name }.
invite-copy = Copier le lien créé : { $when }
invite-revoke = Révoquer l’invitation créée : { $when }
add-spoken-about = Dites ces six mots à l’autre personne, par exemple au téléphone. Elle les saisit à la place d’un lien. Il vous faut un nœud d’amorçage en commun, ou le même réseau.
add-spoken-until = Ils sont valables jusqu’à { $time }, pour une seule personne.
add-spoken-over = Ces mots ne sont plus valables.
add-spoken-again = Nouveaux mots
add-words-typed = { $count } mots sur 6
add-link = Lien, adresse ou six mots
add-link-hint = kith:i/1/…, kith1… ou les mots qu’on vous a dits
add-scan-clipboard = Lire le presse-papiers
add-scan-file = Scanner une image
add-scan-screen = Scanner l’écran
add-looking = Recherche de cette personne…
add-mine = C’est votre propre invitation. Donnez-la à quelqu’un d’autre.
add-known = Vous connaissez déjà cette personne.
add-preview-about = Cette personne verra votre nom et la ligne ci-dessous, et décidera d’accepter ou non.
add-message = Dites qui vous êtes (facultatif)
add-message-hint = C’est moi, de la chorale
add-ask = Demander à { $name }
add-asking = Envoi de la demande…
add-work-about = Votre ordinateur doit d’abord travailler pour cette demande, quelques secondes en général.
add-working = Travail pour la demande…
scan-nothing = Cette image ne contient aucun code QR lisible.
scan-no-picture = Le presse-papiers ne contient ni image ni texte.
scan-no-screen = Ce bureau ne laisse pas Kith voir l’écran. Faites-en une image et scannez-la.
scan-unreadable = Ce fichier n’est pas une image que Kith peut lire.

## Questions

confirm-remove-title = Retirer { $name } ?
confirm-remove-about = { $name } ne pourra plus vous écrire. Vos échanges restent sur cet ordinateur.
confirm-remove-do = Retirer
confirm-block-title = Bloquer { $name } ?
confirm-block-about = { $name } ne pourra pas vous joindre, et n’en saura rien. Vous pouvez débloquer cette personne à tout moment.
confirm-block-do = Bloquer
rename-about = Ce nom n’est visible que par vous. Laissez-le vide pour utiliser celui que cette personne a choisi.
rename-name = Nom
closing-title = Laisser Kith ouvert ?
closing-about = Les messages ne vous parviennent que pendant que Kith fonctionne. Il peut continuer sans sa fenêtre ; son icône reste dans la zone de notification.
closing-keep = Laisser ouvert
link-title = Ouvrir ce lien ?
link-about = Ce lien ne mène peut-être pas là où il semble mener.
link-host = Il mène à { $host }
link-open = Ouvrir quand même

## My profile

profile-edit = Modifier le profil
profile-status = Statut
profile-status-hint = De retour lundi
profile-about = Vos contacts voient votre nom et votre statut.
profile-no-status = Aucun statut
account-id-about = C’est votre clé publique. Votre invitation la contient ; à elle seule, elle ne permet rien.
exposed = Votre historique est chiffré, mais sa clé se trouve à côté : il n’y a ni trousseau ni mot de passe.
password-title = Définir un mot de passe
password-is-set = Kith demande votre mot de passe à chaque démarrage.
password-is-not-set = Kith s’ouvre sans mot de passe. Quiconque utilise cet ordinateur sous votre nom peut tout lire.
password-change = Changer le mot de passe
password-remove = Supprimer le mot de passe
password-remove-about = Kith s’ouvre alors sans rien demander, avec le trousseau de cet ordinateur ou une clé dans le dossier du profil.
password-current = Mot de passe actuel
password-new = Nouveau mot de passe
password-busy = Un instant…
phrase-title = Phrase de récupération
phrase-about = 24 mots qui sont votre compte. Toute personne qui les possède peut prendre votre place ; sans eux, un ordinateur perdu est un compte perdu.
phrase-show = Afficher mes 24 mots
phrase-warning = Notez-les sur papier. Ne les montrez à personne, ne les saisissez nulle part.
phrase-opening = Ouverture…
phrase-copy = Copier
phrase-done = Je les ai notés
phrase-check-about = Pour trouver une erreur maintenant et non le jour où vous en aurez besoin : saisissez deux des mots de votre papier.
phrase-check-word = Mot { $position }
phrase-check-wrong = Au moins l’un des deux est un autre mot. Regardez votre papier, ou les mots à nouveau.
phrase-check = Vérifier
phrase-again = Afficher à nouveau les mots
phrase-unsaved = Pas encore confirmé : affichez les mots, notez-les sur papier et répondez à deux questions.

## Network

health-good = Connecté
health-good-about = Kith est connecté au réseau, et les autres peuvent vous trouver.
health-relayed = Limité
health-relayed-about = Ce réseau bloque UDP. On joint plus souvent les autres par des relais ; un relais ne voit que des octets chiffrés.
health-portal-about = Ce réseau répond à la place de tous : il demande peut-être une connexion. Ouvrez une page dans un navigateur.
health-nearby = À proximité seulement
health-nearby-about = Kith est connecté directement à des personnes, mais à aucun nœud d’amorçage. De nouvelles personnes ne peuvent pas vous trouver par Internet.
health-offline = Hors ligne
health-offline-about = Kith n’est connecté à personne. Les messages attendent sur cet ordinateur.
network-peers = { $count ->
    [0] Aucun pair
    [one] Un pair
   *[other] { $count } pairs
}
network-test-title = Test
test-listen-udp = Écoute en QUIC
test-listen-tcp = Écoute en TCP
test-listen-bad = Un autre programme utilise peut-être le port.
test-bootstrap-bad = Aucun nœud d’amorçage ne répond. Vérifiez votre connexion ou ajoutez-en un autre ci-dessous.
test-relay = Relais
test-relay-bad = Aucun relais n’a accepté de réservation. Les personnes derrière un routeur strict ne vous joindront peut-être pas.
test-records = Trouvable
test-records-bad = Vos contacts ne peuvent pas trouver cet ordinateur pour le moment.
test-public = Joignable de l’extérieur
test-public-bad = Ni adresse publique ni relais ne mène ici.
test-mdns = Réseau local
test-mdns-bad = Les autres ordinateurs de ce réseau ne sont pas trouvés d’eux-mêmes : la multidiffusion n’est pas disponible.
test-mapping = Entrées ouvertes par le routeur
nat-public = ouvert sur Internet
nat-mapped = laisse passer les connexions quand les deux côtés essaient
nat-symmetric = utilise un port différent pour chacun, il faut donc un relais
nat-unknown = pas encore connu
network-test = Tester ma connexion
network-test-running = Test en cours…
network-details = Détails
network-addresses = Adresses de cet ordinateur
network-mapped = Adresses où votre routeur laisse entrer les autres
network-relays = Relais
network-traffic = Depuis le démarrage : { $in } reçus, { $out } envoyés
network-nat = Routeur : { $nat }
network-copy = Copier le diagnostic
metered-title = Coût de la connexion
metered-about = Sur une connexion facturée au volume, Kith ne rejoint que vos contacts et vos nœuds d’amorçage.
metered-auto = Selon le bureau
metered-yes = Facturée au volume
metered-no = Non facturée
metered-now = Le bureau dit que cette connexion est facturée au volume.
metered-not-now = Le bureau ne dit pas que cette connexion est facturée au volume.
bootstraps-title = Nœuds d’amorçage
bootstraps-about = Des nœuds tenus par des communautés, qui aident les gens à se trouver. Ils ne voient aucun message.
bootstrap-add-label = Ajouter un nœud d’amorçage
bootstrap-add-hint = kith:b/1/… ou /…/p2p/…
bootstrap-refused = Ce nœud est réservé à ses membres. Demandez à ceux qui le tiennent un lien avec le jeton de leur communauté.
bootstrap-borrowed = Un voisin de vos nœuds, utilisé tant qu’aucun d’eux ne répond.
bootstrap-notice = Il dit : « { $notice } »
bootstrap-add = Ajouter
bootstrap-remove = Retirer { $address }

## Settings

settings-account = Compte
settings-privacy = Confidentialité
settings-appearance = Apparence
settings-language = Langue
settings-notifications = Notifications
settings-network = Réseau
settings-storage = Stockage
settings-shortcuts = Clavier
settings-about = À propos
privacy-receipts = Accusés de lecture
privacy-receipts-about = Les autres voient que vous avez lu leurs messages.
privacy-status = Texte de statut
privacy-status-about = Les contacts voient la ligne que vous écrivez sur vous.
privacy-relay = Cacher mon adresse à mes contacts
privacy-relay-about = Tout passe par vos nœuds d’amorçage : personne d’autre n’apprend l’adresse de cet ordinateur. Les connexions sont plus lentes, et les boîtes aux lettres hors de ces nœuds ne sont pas utilisées.
privacy-relay-none = Vous n’avez aucun nœud d’amorçage : personne ne peut vous joindre ainsi. Ajoutez-en un sous Réseau.
privacy-mapping = Demander à mon routeur de laisser entrer mes contacts
privacy-mapping-about = Beaucoup de routeurs domestiques le peuvent (UPnP, NAT-PMP, PCP). Sans cela, plus de connexions passent par un relais.
privacy-renew = Prendre une nouvelle clé réseau maintenant
privacy-renew-about = C’est à elle que les réseaux et les nœuds d’amorçage reconnaissent cet ordinateur. Elle change d’elle-même tous les 30 jours et vos contacts en sont informés. Pas tant que vous gardez des messages pour d’autres, ni sans nœud d’amorçage.
privacy-mail = Boîtes aux lettres
privacy-mail-about = Pendant votre absence, les nœuds ci-dessous gardent pour vous des messages scellés. Ils ne peuvent pas les lire, mais voient quand et d’où quelque chose est déposé et relevé.
mailbox-none = Aucune boîte n’est encore connue : les messages pour vous attendent sur les ordinateurs de ceux qui écrivent.
mailbox-of = Boîte de { $name }
mailbox-bootstrap = C’est un de vos nœuds d’amorçage.
mailbox-added = Vous l’avez ajoutée.
mailbox-contact = Un contact la tient.
mailbox-used = En service : vos contacts y déposent du courrier.
mailbox-spare = Pas en service.
mailbox-answered = A répondu : { $when }.
mailbox-silent = Elle n’a pas encore répondu.
mailbox-refused = Elle a refusé de garder votre courrier ({ $when }). Elle veut peut-être un jeton de ceux qui la tiennent.
mailbox-remove = Retirer { $name }
mailbox-stays = Les nœuds d’amorçage qui gardent du courrier peuvent servir tant qu’ils sont dans votre liste, sous Réseau.
mailbox-link = Lien d’une boîte aux lettres
mailbox-link-hint = kith:b/1/…
mailbox-token = Jeton, si vous en avez reçu un
mailbox-token-hint = 64 caractères
mailbox-add = Ajouter la boîte
mailbox-bad-link = Ce n’est pas le lien entier d’une boîte aux lettres. Il commence par kith:b.
mailbox-own-link = C’est la boîte de cet ordinateur même. Ajoutez-la sur votre autre ordinateur.
mailbox-bad-token = Un jeton a 64 caractères : des chiffres et les lettres a à f.
mailbox-too-many = 32 boîtes sont déjà connues. Retirez-en d’abord une.
privacy-serve = Garder du courrier pour d’autres
privacy-serve-about = Pendant l’absence des contacts que vous choisissez, des messages scellés les attendent sur cet ordinateur. Personne ne peut les lire ici. Cela prend de l’espace disque et un peu de trafic, et quiconque dépose ou relève quelque chose voit l’adresse réseau de cet ordinateur.
privacy-serve-room = Espace
privacy-serve-used = { $used } utilisés sur { $room }
privacy-serve-for = Pour { $names }
privacy-serve-nobody = Pour personne encore. Choisissez des personnes sur leurs pages.
privacy-serve-unreachable = Personne ne peut joindre cet ordinateur directement de l’extérieur : aucun contact n’en est informé. Il faut une adresse publique, ou un routeur qui redirige le port.
privacy-serve-erase = Supprimer ce qui se trouve ici
privacy-serve-second = Pour un second ordinateur à vous :
privacy-serve-link = Copier le lien
privacy-serve-token = Copier le jeton
privacy-previews = Aperçus des liens
privacy-previews-about = Pour les liens https que vous envoyez. Cet ordinateur visite la page : le site apprend votre adresse réseau et quand vous avez écrit. Vos destinataires ne visitent rien.
preview-looking = Consultation de { $host }…
preview-drop = Envoyer sans aperçu
preview-spoken = Aperçu de { $host } : { $text }
privacy-address = Adresse publique
privacy-address-about = Quiconque connaît l’identifiant de votre compte peut vous trouver et vous envoyer une demande, après que son ordinateur a travaillé quelques secondes. Cette personne peut alors aussi apprendre l’adresse réseau de cet ordinateur, comme vos contacts. Les nœuds qui la gardent voient un nom aléatoire, sauf s’ils connaissent votre identifiant.
privacy-address-waits = Aucun nœud d’amorçage ne l’a encore. On la trouvera dès que l’un d’eux sera joint.
privacy-address-code = Votre adresse publique en code QR
privacy-address-copy = Copier l’adresse
privacy-address-often = Elle reste toujours la même. Désactivée, elle est retirée aussitôt.
privacy-about = Les contacts en connexion directe avec vous voient votre adresse réseau. Les nœuds d’amorçage et les relais voient quand vous êtes en ligne, mais pas ce que vous écrivez.
theme-title = Thème
theme-system = Système
theme-light = Clair
theme-dark = Sombre
theme-high-contrast = Contraste élevé
theme-own = Vos propres thèmes sont des fichiers dans { $folder }
palette-light = Utiliser le thème clair
palette-dark = Utiliser le thème sombre
palette-high-contrast = Utiliser le thème à contraste élevé
text-size = Taille du texte
zoom = Taille de l’affichage
compact = Affichage compact
compact-about = Moins d’espace entre les messages.
still = Réduire les animations
still-about = Rien ne bouge ni ne clignote tout seul.
language-system = Système
clock-title = Heure
clock-language = Selon la langue
clock-24 = 24 heures
clock-12 = 12 heures
notify = Notifications
notify-about = Me signaler les nouveaux messages quand je regarde ailleurs.
notify-sound = Son
notify-sound-about = Le son de votre bureau pour un nouveau message, quand vous regardez ailleurs.
notify-say = Ce qu’elles disent
notify-say-text = Nom et texte
notify-say-name = Nom seulement
notify-say-nothing = Seulement qu’il y en a un
notify-say-about = Tant que l’écran est verrouillé, elles disent seulement qu’il y a un message.
quiet-title = Ne pas déranger selon l’heure
quiet = Heures calmes
quiet-about = Rien n’est signalé et rien ne sonne.
quiet-now = Calme jusqu’à { $time }.
quiet-from = De
quiet-to = À
quiet-days = Commencent le
quiet-presence = Les contacts voient « ne pas déranger »
quiet-presence-about = Là où ils verraient que vous êtes en ligne ou absent.
quiet-mentions = Les mentions passent
quiet-mentions-about = Les messages qui contiennent votre nom sont signalés.
notice-message = Nouveau message
notice-messages = { $count ->
    [one] Un nouveau message
   *[other] { $count } nouveaux messages
}
notice-chats = { $messages } nouveaux messages dans { $chats } discussions
notice-request = { $name } veut être votre contact
notice-requests = { $count ->
    [one] Quelqu’un veut être votre contact
   *[other] { $count } personnes veulent être vos contacts
}
background-title = En arrière-plan
background-keep = Continuer quand la fenêtre est fermée
background-keep-about = Les messages continuent d’arriver. L’icône de la zone de notification rouvre la fenêtre.
background-no-tray = Ce bureau n’a pas de zone de notification. Réduisez plutôt la fenêtre.
background-start = Démarrer à l’ouverture de session
background-start-about = Kith démarre sans fenêtre et attend les messages.
tray-open = Ouvrir Kith
tray-unread = { $count ->
    [0] Kith
    [one] Kith : un message non lu
   *[other] Kith : { $count } messages non lus
}
storage-folder = Dossier du profil
storage-about = Messages, contacts et clés y sont chiffrés. Ne le copiez pas comme sauvegarde : une copie ouverte plus tard utiliserait des clés deux fois. Faites une sauvegarde ci-dessous.
choose-file = Choisir…
backup-title = Sauvegarde
backup-about = Un fichier chiffré avec contacts, messages et réglages. Gardez-le sur un autre disque : il ramène tout si cet ordinateur est perdu.
backup-make = Faire une sauvegarde
backup-what = Contacts, messages et réglages vont dans un seul fichier chiffré. Kith continue pendant ce temps.
backup-file = Fichier
backup-opened-by = Ce qui l’ouvre
by-words = Mes 24 mots
by-password = Un mot de passe
backup-by-words-about = Seule votre phrase de récupération l’ouvre. Sans les mots, elle ne vaut rien.
backup-by-password-about = Qui a le fichier et ce mot de passe a votre compte. Choisissez-en un long.
backup-password = Mot de passe de la sauvegarde
backup-profile-password = Mot de passe de ce profil
backup-busy = La sauvegarde est écrite puis relue. Vous pouvez continuer pendant ce temps.
backup-progress = { $percent } %
backup-stop = Arrêter
backup-auto = Sauvegarder automatiquement
backup-auto-about = Dans un dossier de votre choix.
backup-auto-what = Contacts, messages et réglages sont enregistrés régulièrement dans un fichier chiffré de ce dossier. Choisissez-en un sur un autre disque, ou un dossier copié ailleurs.
backup-auto-kept = Intervalle : { $span }. Nombre conservé : { $keep }.
backup-every = Intervalle
backup-keep = Nombre conservé
backup-folder = Dossier
backup-auto-do = Activer
backup-auto-failed = Aucune sauvegarde n’a été faite : { $reason }
backup-auto-last = Dernière sauvegarde : { $when }, { $size }
backup-auto-none = La première sauvegarde est en cours…
backup-auto-change = Autre dossier
restored-copy = Ce profil est une ancienne copie remise en place. Ce qui a été écrit depuis revient de vos contacts, dans la mesure où ils l’ont.
recovery-asking = Vos contacts sont interrogés sur les appareils qu’ils vous connaissent…
recovery-alone = Ajoutez quelqu’un qui vous connaît, avec une invitation de sa part : vos anciens contacts vous reconnaîtront.
recovery-telling =
    { $count ->
        [one] Un contact ne sait pas encore que vous êtes de retour. Il l’apprendra dès qu’il sera joignable.
       *[other] { $count } contacts ne savent pas encore que vous êtes de retour. Ils l’apprendront dès qu’ils seront joignables.
    }
recovery-unconfirmed = Personne n’a pu être interrogé avant. Si vous avez récupéré ce compte ailleurs depuis la sauvegarde, vos contacts seront avertis.
wipe-open = Tout supprimer…
wipe-title = Tout supprimer sur cet ordinateur
wipe-about = D’abord les clés, puis messages et contacts. Plus rien ici n’est lisible, et personne ne peut le récupérer.
wipe-copies = Les sauvegardes ailleurs et ce que les autres ont restent. Un disque SSD peut garder d’anciens blocs un moment : avec un mot de passe, ils ne valent pas plus que lui.
wipe-type = Tapez « { $word } » pour continuer
wipe-word = supprimer
wipe-do = Tout supprimer
wipe-busy = Suppression…
wipe-failed = Tout n’a pas pu être supprimé : { $reason }
enter-newline = Entrée va à la ligne
enter-newline-about = Ctrl+Entrée envoie.
about-version = Kith { $version }
about-licence = Logiciel libre sous licence MIT ou Apache 2.0.
about-fonts = Polices et images

## Said at the edge of the window

toast-copied = Copié
toast-copied-invite = Invitation copiée
toast-copied-secret = Copié ; retiré du presse-papiers après une minute
toast-echo = L’écho démarre…
toast-asked = Demande envoyée. Vous pourrez écrire une fois qu’elle sera acceptée.
toast-declined = Demande refusée
toast-blocked = Contact bloqué
toast-unblocked = Contact débloqué
toast-removed = Contact retiré
toast-revoked = Invitation révoquée
toast-verified = Contact vérifié
toast-unverified = Vérification annulée
toast-password = Mot de passe défini
toast-no-password = Mot de passe supprimé
toast-profile-saved = Enregistré
toast-bootstrap-added = Nœud d’amorçage ajouté
toast-bootstrap-removed = Nœud d’amorçage retiré
toast-mailbox-added = Boîte ajoutée
toast-mailbox-removed = Boîte retirée
toast-backup = La sauvegarde est terminée
toast-phrase = Vos 24 mots sont sur papier
toast-no-backup = La sauvegarde a échoué. Voyez Stockage dans les réglages.

## What went wrong

error-not-found = Cela n’existe plus.
error-not-a-contact = Cette personne ne fait pas partie de vos contacts.
error-blocked = Vous avez bloqué cette personne.
error-too-large = C’est trop long.
error-not-allowed = Ce n’est pas possible pour le moment.
error-already-exists = Cela existe déjà.
error-bad-link = Ce n’est pas un lien d’invitation, ou il en manque une partie.
error-expired-link = Cette invitation a expiré. Demandez-en une nouvelle.
error-used-link = Cette invitation a déjà été utilisée. Demandez-en une nouvelle.
error-words-wrong = Le mot { $position } ne fait pas partie de ceux que l’on dit. Demandez-le à nouveau.
error-words-unheard = Ces six mots ne mènent nulle part. Comparez chacun d’eux, ou demandez-en de nouveaux. Il vous faut un nœud d’amorçage en commun, ou le même réseau.
error-words-used = Ces mots ont déjà été utilisés. Demandez-en de nouveaux.
error-words-over = Ces mots ne sont plus valables. Demandez-en de nouveaux.
error-address-unknown = Personne ne se trouve à cette adresse. Vérifiez-la, ou demandez à la personne si son adresse publique est activée.
error-offline = Impossible de joindre qui que ce soit qui puisse répondre. Vérifiez votre connexion et réessayez.
error-unsupported = Cette version de Kith ne sait pas faire cela.
error-rate-limited = Trop de choses à la fois. Patientez un instant et réessayez.
error-invalid-argument = Quelque chose ne va pas. Vérifiez votre saisie et réessayez.
error-locked = Le profil est ouvert dans un autre programme.
error-wrong-password = Ce n’est pas le bon mot de passe.
error-unauthorized = Ce n’est pas autorisé.
error-unknown-method = Cette version de Kith ne sait pas faire cela.
error-snapshot-needed = Quelque chose a été manqué. Réessayez.
error-storage-full = Le disque est plein. Rien n’a été perdu ; libérez de la place et réessayez.
error-storage = La base de données a refusé. Rien n’a été modifié.
error-cancelled = Arrêté.
error-shutting-down = Kith se ferme.
error-internal = Un problème est survenu dans Kith.
error-ended = Réessayez. Ce que vous avez envoyé est conservé.

## Times

time-am = { $time } AM
time-pm = { $time } PM
day-today = Aujourd’hui
day-yesterday = Hier
date-short = { $day } { $month }
date-short-year = { $day } { $month } { $year }
date-long = { $weekday } { $day } { $month }
date-long-year = { $weekday } { $day } { $month } { $year }
date-and-time = { $date } à { $time }
ago-now = à l’instant
ago-minutes = { $count ->
    [one] il y a une minute
   *[other] il y a { $count } minutes
}
weekday-monday = lundi
weekday-tuesday = mardi
weekday-wednesday = mercredi
weekday-thursday = jeudi
weekday-friday = vendredi
weekday-saturday = samedi
weekday-sunday = dimanche
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

## Disappearing messages

span-seconds = { $count ->
    [one] { $count } seconde
   *[other] { $count } secondes
}
span-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
span-hours = { $count ->
    [one] { $count } heure
   *[other] { $count } heures
}
span-days = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}
span-weeks = { $count ->
    [one] { $count } semaine
   *[other] { $count } semaines
}
left-seconds = { $count } s
left-minutes = { $count } min
left-hours = { $count } h
left-days = { $count } j
left-weeks = { $count } sem
unit-minutes = Minutes
unit-hours = Heures
unit-days = Jours
unit-weeks = Semaines
expiry-title = Messages éphémères
expiry-menu = Messages éphémères…
expiry-about = Ce qui est écrit ici à partir de maintenant disparaît : vos messages ce délai après l’envoi, les leurs ce délai après lecture. L’autre côté en est informé et fait de même, mais peut garder une copie, par exemple une photo de l’écran.
expiry-off = Non
expiry-other = Autre…
expiry-on = Les messages disparaissent après { $span }
expiry-own = Ou après
expiry-amount = Combien
expiry-unit = De quoi
expiry-set = Définir
expiry-too-long = Un an au plus.
expires-in = disparaît dans { $span }
expires-after = disparaît { $span } après lecture
system-expiry = { $name } a réglé les messages pour disparaître après { $span }
system-expiry-mine = Vous avez réglé les messages pour disparaître après { $span }
system-expiry-off = { $name } a désactivé les messages éphémères
system-expiry-off-mine = Vous avez désactivé les messages éphémères

## Messages written ahead

later-open = Envoyer plus tard…
later-tonight = Ce soir à { $time }
later-morning = Demain à { $time }
later-title = Envoyer plus tard
later-text = Texte
later-date = Jour
later-date-hint = 2026-12-31
later-time = Heure
later-time-hint = 09:00
later-at = Sera envoyé : { $time }
later-over = Ce moment est passé.
later-unclear = Écrivez le jour comme 2026-12-31 et l’heure comme 09:00.
later-about = Cet ordinateur l’envoie. Si Kith n’est pas ouvert à ce moment, l’envoi se fait au prochain démarrage.
later-do = Envoyer plus tard
later-waiting = { $count ->
    [one] { $count } message attend d’être envoyé
   *[other] { $count } messages attendent d’être envoyés
}
scheduled-title = En attente d’envoi
scheduled-none = Rien n’attend ici.
scheduled-now = Envoyer maintenant
scheduled-change = Modifier
toast-planned = Il attend et sera envoyé à son heure
planned-for = écrit à l’avance pour { $time }
planned-late = écrit à l’avance pour { $time }, envoyé en retard

## Polls

poll = Sondage
poll-new = Nouveau sondage
poll-question = Question
poll-question-hint = Que voulez-vous savoir ?
poll-answers = Réponses
poll-answer = Réponse { $count }
poll-remove = Supprimer la réponse { $count }
poll-add = Autre réponse
poll-multiple = Plusieurs réponses à la fois
poll-closes = Se termine après
poll-closes-never = Jamais
poll-about = Tout le monde ici voit qui a choisi quoi.
poll-ask = Demander
poll-close = Clore le sondage
poll-closed = clos
poll-until = jusqu’au { $time }
poll-voters = { $count ->
    [one] { $count } personne a choisi
   *[other] { $count } personnes ont choisi
}
poll-option-spoken = { $count ->
    [one] { $text }, { $count } voix
   *[other] { $text }, { $count } voix
}

introduce-to = Présenter à…
introduce-title = Présenter { $name } à
introduce-about = Les deux sont consultés. Chacun apprend le nom de l’autre, et rien de plus avant que les deux aient accepté.
introduce-nobody = Il n’y a encore personne d’autre à présenter.
introduce-do = Présenter
introduction-card = Aimeriez-vous faire la connaissance de { $name } ?
introduction-mine = Je pense que { $name } et vous devriez vous connaître.
introduction-ask = Faire la connaissance de { $name }
introduction-dismiss = Pas maintenant
introduction-show = Voir le contact
introduction-dismissed = Vous avez laissé cela de côté. Personne n’en sait rien.
introduction-agreed = Vous avez accepté. En attente de l’accord de { $name }.
introduction-met = { $name } et vous avez accepté. Comparez le numéro de sécurité dès que possible.
introduction-open-mine = Pas encore de réponse
introduction-agreed-mine = Accepté. L’autre n’a pas encore répondu.
introduction-met-mine = Les deux ont accepté.
toast-introduced = Suggéré aux deux

# The pictures of a safety number: one word each, easy to tell apart when said aloud.
safety-emoji-fox = renard
safety-emoji-octopus = pieuvre
safety-emoji-owl = hibou
safety-emoji-turtle = tortue
safety-emoji-bee = abeille
safety-emoji-whale = baleine
safety-emoji-giraffe = girafe
safety-emoji-elephant = éléphant
safety-emoji-hedgehog = hérisson
safety-emoji-rooster = coq
safety-emoji-penguin = pingouin
safety-emoji-snail = escargot
safety-emoji-crab = crabe
safety-emoji-frog = grenouille
safety-emoji-zebra = zèbre
safety-emoji-camel = chameau
safety-emoji-cactus = cactus
safety-emoji-sunflower = tournesol
safety-emoji-clover = trèfle
safety-emoji-palm = palmier
safety-emoji-mushroom = champignon
safety-emoji-leaf = feuille
safety-emoji-lemon = citron
safety-emoji-cherries = cerises
safety-emoji-melon = pastèque
safety-emoji-carrot = carotte
safety-emoji-corn = maïs
safety-emoji-cheese = fromage
safety-emoji-bread = pain
safety-emoji-egg = œuf
safety-emoji-cake = gâteau
safety-emoji-coffee = café
safety-emoji-moon = lune
safety-emoji-star = étoile
safety-emoji-lightning = éclair
safety-emoji-rainbow = arc-en-ciel
safety-emoji-fire = feu
safety-emoji-snowman = bonhomme
safety-emoji-volcano = volcan
safety-emoji-wave = vague
safety-emoji-bicycle = vélo
safety-emoji-train = train
safety-emoji-rocket = fusée
safety-emoji-sailboat = voilier
safety-emoji-tractor = tracteur
safety-emoji-balloon = ballon
safety-emoji-gift = cadeau
safety-emoji-dice = dé
safety-emoji-guitar = guitare
safety-emoji-trumpet = trompette
safety-emoji-drum = tambour
safety-emoji-bell = cloche
safety-emoji-key = clé
safety-emoji-lock = cadenas
safety-emoji-hammer = marteau
safety-emoji-anchor = ancre
safety-emoji-clock = réveil
safety-emoji-clip = trombone
safety-emoji-book = livre
safety-emoji-lamp = ampoule
safety-emoji-glasses = lunettes
safety-emoji-hat = chapeau
safety-emoji-umbrella = parapluie
safety-emoji-compass = boussole

sticker-words = Autocollant :{ $name }:
sticker-keep = Ajouter à mes autocollants
stickers-title = Autocollants
emoji-tab = Émojis
stickers-tab = Autocollants
stickers-none = Pas encore d’autocollants
stickers-none-about = Ajoute une petite image et donne-lui un nom. Elle s’envoie comme autocollant et apparaît dans tes textes là où tu écris son nom entre deux-points.
stickers-add = Ajouter un autocollant
stickers-manage = Gérer les autocollants
stickers-own = Autocollants et émojis personnels
stickers-about = Chaque image a un nom. Elle peut être envoyée comme autocollant, et comme émoji entre les mots : écris :nom:. Seuls ses pixels sont conservés.
stickers-yours = Les tiens
stickers-count =
    { $count ->
        [one] Un autocollant
       *[other] { $count } autocollants
    }
sticker-remove = Retirer :{ $name }:
sticker-from-clipboard = Depuis le presse-papiers
sticker-choose = Choisir une image
sticker-paste = Depuis le presse-papiers
sticker-name = Nom
sticker-name-hint = fete
sticker-name-wrong = 1 à 32 lettres et chiffres, _, - ou + ; pas uniquement des chiffres
sticker-add = Ajouter
toast-sticker-added = Autocollant ajouté
sticker-taken = Tu as déjà un autocollant de ce nom. Choisis-en un autre.
sticker-too-large = Cette image ne devient pas assez petite. Prends-en une plus simple, de 16 Mo au plus.
sticker-no-picture = Ce n’est pas une image lisible. Prends un fichier PNG, JPEG ou WebP.
sticker-unreadable = L’image ne peut plus être lue. Choisis-la de nouveau.
sticker-too-many = Tu as 200 autocollants. Retires-en un d’abord.

call-start = Appeler { $name }
call-another = Vous êtes déjà en appel. Terminez-le d’abord.
call-invisible = Vous êtes invisible, et un appel demande une connexion. Rendez-vous visible d’abord.
call-nobody = Cette personne ne peut pas être appelée maintenant.
call-rings = { $name } vous appelle
call-you = vous appelle
call-answer = Répondre
call-decline = Refuser
call-hang-up = Raccrocher
call-mute = Couper le micro
call-unmute = Rétablir le micro
call-start-video = Appeler { $name } en vidéo
call-you-video = vous appelle en vidéo
call-answer-video = Répondre en vidéo
call-camera-on = Activer la caméra
call-camera-off = Couper la caméra
call-screen-on = Montrer mon écran
call-screen-off = Ne plus montrer mon écran
call-their-picture = Image de { $name }
call-their-screen = Écran de { $name }
call-my-picture = Ma propre image
call-video-rests = Votre vidéo est suspendue pour garder le son
call-microphone = Micro ouvert ou coupé
call-to-chat = Ouvrir la discussion avec { $name }
call-calling = Appel…
call-ringing = Ça sonne…
call-connecting = Connexion…
call-reconnecting = Reconnexion… { $left }
call-muted = micro coupé
call-they-muted = { $name } a coupé son micro
call-my-voice = Votre voix
call-their-voice = Voix de { $name }
call-way-direct = Le son va d’appareil à appareil.
call-way-relayed = Le son passe par un relais, qui ne peut pas l’entendre.
call-way-overlay = UDP ne passe pas, donc le son passe en TCP par un relais, qui ne peut pas l’entendre.
call-round-trip = Aller-retour en { $time }.
call-lost-share = { $percent } % perdus en route.
call-lost-short = { $percent } % perdus
call-ended = Appel terminé
call-outgoing = Appel sortant
call-incoming = Appel entrant
call-missed = Appel manqué
call-going-on = Pas encore terminé
call-cancelled = Annulé
call-declined = Refusé
call-busy = Dans un autre appel
call-was-busy = Vous étiez dans un autre appel
call-no-answer = Pas de réponse
call-not-answered = Sans réponse
call-failed = Connexion impossible
call-lost = Connexion perdue
call-replaced = Poursuivi dans un autre appel
call-back = Rappeler

settings-sound = Son
sound-input = Microphone
sound-output = Haut-parleur
sound-ring = Sonnerie
sound-ring-same = Le même haut-parleur
sound-default = Par défaut du système
sound-away = { $name } (non connecté)
sound-stands-in = { $name } n’est pas connecté. En attendant, celui par défaut du système est utilisé.
sound-given = Choisi au démarrage du programme.
sound-looking = Recherche d’appareils…
sound-no-system = Cet ordinateur n’a pas de système de son, ou il ne tourne pas : ni PulseAudio, ni PipeWire, ni ALSA ne répondent.
sound-no-answer = Le système de son ne répond pas. Le redémarrer peut aider.
sound-no-microphone = Il n’y a pas de microphone. Branchez-en un, sinon personne ne vous entendra.
sound-no-speaker = Il n’y a pas de haut-parleur. Branchez-en un ou un casque, sinon vous n’entendrez personne.
sound-not-allowed = Le système ne laisse pas Kith l’utiliser. Autorisez-le dans les réglages du système.
sound-failed = Il ne s’ouvre pas. Un autre programme l’utilise peut-être.
sound-check-title = Essai
sound-check-about = Vérifiez que votre microphone et votre haut-parleur marchent avant qu’on vous appelle.
sound-check = Essayer le microphone et le haut-parleur
sound-check-busy = Vous êtes en appel, et il utilise le microphone et le haut-parleur. Sa barre montre votre volume.
sound-check-stop = Arrêter
sound-level = Volume du microphone
sound-record = Enregistrer et réécouter
sound-tone = Jouer un son
sound-recording = Dites quelque chose… { $seconds } s
sound-playing = Voici ce que les autres entendent.
sound-tone-playing = Entendez-vous le son ?
sound-listening = Le microphone vous entend.
sound-listening-silent = On n’entend rien. Parlez, ou choisissez un autre microphone.
sound-mode = Quand les autres vous entendent
sound-mode-always = Toujours
sound-mode-always-about = Tant que le microphone est allumé.
sound-mode-voice = Quand je parle
sound-mode-voice-about = Entre vos mots, rien ne part, pas même du bruit.
sound-mode-key = Quand je tiens une touche
sound-mode-key-about = Rien ne part sans que vous teniez la touche, ou le bouton de la barre d’appel.
sound-key = Touche
sound-key-about = Elle marche tant que cette fenêtre a le clavier.
sound-clean = Nettoyage
sound-noise = Bruit de fond
sound-noise-off = Le laisser
sound-noise-normal = Moins
sound-noise-strong = Le moins possible
sound-noise-about = Le moins possible enlève aussi claviers et chiens ; le processeur travaille plus.
sound-echo = Supprimer l’écho
sound-echo-about = Les autres ne s’entendent pas par votre haut-parleur. À couper seulement avec un casque.
sound-gain = Égaliser le volume
sound-gain-about = Voix faibles et fortes arrivent au même volume.
sound-volume = Volume de { $name }
sound-volume-about = Seulement pour vous, et gardé pour le prochain appel.
sound-more = Tout sur le son
call-sound = Microphone, haut-parleur et volume
call-hold = Tenez { $key } pour parler
