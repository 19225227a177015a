### The texts of Kith. Short sentences, no jargon; what a button says is what it does.

app-name = Kith
you = Tú
back = Atrás
close = Cerrar
dismiss = Ocultar
cancel = Cancelar
save = Guardar
open = Abrir
quit = Salir de Kith
accept = Aceptar
decline = Rechazar
search = Buscar
palette = Comandos
palette-hint = Buscar una persona o un comando

## Making a profile

welcome-line = Habla directamente. Sin cuenta, y los servidores solo guardan mensajes sellados por un tiempo.
welcome-point-account = Ni número de teléfono ni correo: basta con tu nombre.
welcome-point-encrypted = Nadie más que tú y las personas con las que hablas puede leer lo que escribes.
welcome-point-disk = Tu historial se queda en este equipo, cifrado.
welcome-start = Empezar
welcome-restore = Ya tengo un perfil
you-title = ¿Quién eres?
you-about = Las personas que añadas ven este nombre. Puedes cambiarlo cuando quieras.
you-name = Tu nombre
you-name-hint = Como te llaman tus amigos
you-password = Contraseña para este equipo (opcional)
you-password-hint = Déjala vacía para abrir sin ella
you-password-about = Si pones una, Kith la pide cada vez que se inicia. Nadie puede restablecerla.
you-create = Crear mi perfil
you-busy = Creando tus claves…
restore-title = Recuperar tu cuenta
restore-from-file = De una copia de seguridad
restore-from-words = Solo con las 24 palabras
restore-file-about = Vuelven los contactos, los mensajes y los ajustes. Tus contactos saben que ahora estás aquí y el dispositivo anterior queda excluido.
restore-words-about = Tu cuenta vuelve, sin contactos ni mensajes. Añade primero a alguien que te conozca, con una invitación suya: así los demás también te reconocen. Si antes usan una invitación tuya, se les avisa de un extraño con tu clave.
restore-words = Tus 24 palabras
restore-words-hint = En orden, separadas por espacios
restore-do = Recuperar
restore-busy = Recuperando…
restore-after = El dispositivo anterior ya no podrá usarse con esta cuenta.
restore-aside = El perfil que no se abre no se pierde: su carpeta se queda, con un nombre que termina en «aside» y un número.
ready-title = Todo listo, { $name }
ready-identity = Tu identidad está creada; sus claves solo están en este equipo
ready-encrypted = Tu historial está cifrado en tu disco
ready-listening = Este equipo es accesible en su propia red
ready-peers = { $count ->
    [one] Conectado a un par
   *[other] Conectado a { $count } pares
}
ready-no-peers = Buscando otros nodos…
ready-phrase = Tus 24 palabras están en papel
ready-no-phrase = Escribe tus 24 palabras en papel
ready-invite = Muéstraselo a alguien que conozcas o envíale el enlace. Es la forma de encontrarse.
ready-start = Empezar a chatear

## Opening a profile

unlock-title = Hola de nuevo
unlock-about = Tu perfil está protegido con una contraseña.
unlock-password = Contraseña
unlock-open = Desbloquear
unlock-busy = Abriendo…
unlock-wrong = { $count ->
    [one] Esa no es la contraseña.
   *[other] Esa tampoco es la contraseña. ({ $count } intentos)
}
failed-title = Kith no puede abrir tu perfil
failed-ended = El nodo de Kith se ha detenido
failed-lasting = El perfil está dañado o falta su clave. Si la clave vuelve, por ejemplo con un llavero desbloqueado, basta con intentarlo de nuevo. Si no, una copia de seguridad o tus 24 palabras recuperan tu cuenta.

## Around the window

nav-chats = Chats
nav-contacts = Contactos
nav-network = Red
nav-settings = Ajustes
nav-profile = Mi perfil
nothing-open-title = Elige una conversación
nothing-open-about = O pulsa Ctrl+K para encontrar una persona o un comando.
first-title = Añade a la primera persona
first-about = Dale tu invitación a alguien o pega la que te hayan dado. Mientras tanto, «Mis notas» es un buen sitio para probar.
first-invite = Mostrar mi invitación
first-echo = Probar con un eco
first-enter = Tengo un enlace de invitación

## Chats

search-hint = Buscar
search-people = Buscar personas
search-messages = Mensajes
search-nothing = Sin resultados
search-nothing-about = Prueba con otra palabra o con parte de ella.
narrow-where = Dónde
narrow-everywhere = En todas partes
narrow-who = Escrito por
narrow-anyone = Cualquiera
narrow-when = Cuándo
narrow-any-time = En cualquier momento
narrow-week = Últimos 7 días
narrow-month = Últimos 30 días
narrow-year = Último año
narrow-what = Qué
narrow-any-kind = Todo
narrow-texts = Mensajes
narrow-polls = Encuestas
narrow-stickers = Pegatinas
filter-name = Qué chats se muestran
filter-all = Todos
filter-unread = No leídos
filter-requests = Solicitudes ({ $count })
chats-empty = Aún no hay conversaciones
chats-empty-about = Añade a alguien para empezar a escribir.
unread-nothing = Todo leído
unread-nothing-about = Los mensajes nuevos aparecen aquí.
chat-draft = Borrador: { $text }
chat-mine = Tú: { $text }
standing-away = ausente
standing-dnd = no molestar
sharing-title = Lo que compartes
privacy-typing = Escritura
privacy-typing-about = Los contactos conectados ven que estás escribiendo.
privacy-presence = En línea y última vez
privacy-presence-about = Los contactos ven si estás y cuándo estuviste por última vez.
privacy-both-ways = Es recíproco: lo que no compartes con los demás, tampoco lo ves de ellos.
sharing-about = Solo para este contacto. Lo que no compartes, tampoco lo ves.
share-default = Como con todos
share-on = Siempre
share-off = Nunca
profile-lasts = Cuánto vale el estado
profile-lasts-kept = Hasta que lo cambie
profile-lasts-hours = { $count ->
    [one] Una hora
   *[other] { $count } horas
}
presence-title = Presencia
presence-online = En línea
presence-online-about = Tras diez minutos sin ti en esta ventana, tus contactos te ven ausente.
presence-away = Ausente
presence-away-about = Tus contactos ven que estás ausente.
presence-dnd = No molestar
presence-dnd-about = Tus contactos lo ven, y este equipo no te avisa.
presence-invisible = Invisible
presence-invisible-about = Tus contactos te ven sin conexión, y tú no ves quién está. Nada se conecta directamente con ellos: los mensajes van por buzones y tardan más; sin buzón, esperan. Lo que escribes, y que los mensajes llegaron o se leyeron, aún muestra que estuviste.
typing = escribiendo…
typing-who = { $name } está escribiendo…
chat-nothing-yet = Aún no hay mensajes
chat-spoken-mention = { $count ->
    [one] { $name }, { $count } mensaje sin leer, te mencionan
   *[other] { $name }, { $count } mensajes sin leer, te mencionan
}
chat-spoken = { $count ->
    [0] Chat con { $name }
    [one] Chat con { $name }, un mensaje no leído
   *[other] Chat con { $name }, { $count } mensajes no leídos
}
chat-next = Chat siguiente
chat-previous = Chat anterior
requests-empty = No hay solicitudes
requests-empty-about = Cuando alguien usa tu invitación, aparece aquí.
requests-about = Estas personas no saben si has visto su solicitud. Tampoco se les avisa si la rechazas.
request-no-text = Quiere ser tu contacto.
request-about = Si aceptas, podrás hablar con esta persona, y verá cuándo estás en línea.
request-by-address = Te encontró por tu dirección pública.
notes-title = Mis notas
notes-open = Mis notas
notes-about = Solo en este equipo
notes-empty-about = Lo que escribas aquí se queda en este equipo, cifrado.

## A conversation

messages = Mensajes
conversation-info = Sobre esta persona
conversation-to-end = Ir al último mensaje
to-messages = A los mensajes
conversation-empty = Saluda
conversation-empty-about = Nadie más puede leer lo que se escribe aquí.
unread-line = Mensajes nuevos
gap-line = Faltan mensajes aquí
composer-name = Mensaje
composer-hint = Escribe un mensaje
composer-send = Enviar
composer-waiting = Podrás escribir cuando { $name } acepte tu solicitud.
composer-requested = Acepta la solicitud para escribir.
composer-blocked = Tienes bloqueada a esta persona. Desbloquéala para escribir.
composer-removed = Esta persona ya no está entre tus contactos.
composer-alarm = Los mensajes están en pausa: mira la advertencia de arriba.
message-unknown = Este mensaje necesita una versión más reciente de Kith.
message-copy = Copiar texto
message-open-link = Abrir { $link }
message-uncover = Mostrar lo oculto
toolbar-react = Reaccionar
toolbar-reply = Responder a este mensaje
toolbar-more = Más
pinned-count = { $count ->
    [one] Mensaje fijado
   *[other] { $count } mensajes fijados
}
pinned-title = Mensajes fijados
pinned-none = Aquí ya no hay nada fijado.
message-select = Seleccionar
selection-count = { $count ->
    [one] Un mensaje seleccionado
   *[other] { $count } mensajes seleccionados
}
selection-copy = Copiar mensajes
message-retry = Reintentar
message-again = Reenviar
message-discard = Eliminar
message-reply = Responder
message-edit = Editar
message-edits = Versiones anteriores
message-forward = Reenviar
message-pin = Fijar para mí
message-unpin = Desfijar
message-delete = Eliminar…
message-react = Otro emoji
message-deleted = Mensaje eliminado
message-edited = editado
message-forwarded = Reenviado
message-pinned = fijado
quote-name = Un mensaje
quote-gone = Ya no está aquí
quote-spoken = En respuesta a { $text }
reply-to = Respuesta a { $name }
edit-strip = Editar mensaje
aim-drop = Dejarlo
composer-emoji = Emoji
emoji-title = Elige un emoji
delete-title = ¿Eliminar este mensaje?
delete-about = Se quita de este equipo para siempre, también sus versiones anteriores y de la búsqueda.
delete-about-everyone = Para todos es una petición: se pide al otro lado que también lo elimine. Alguien puede haberlo copiado, y no se puede obligar a nadie.
delete-for-me = Eliminar para mí
delete-for-everyone = Eliminar para todos
forward-title = Reenviar a
forward-about = Se envía como mensaje tuyo, marcado como reenviado, sin el nombre de su autor.
forward-do = Reenviar
toast-forwarded = Reenviado
edits-title = Versiones anteriores
edits-now = versión actual
chat-pin = Fijar arriba
chat-unpin = Desfijar
chat-mute-hour = Silenciar 1 hora
chat-mute-hours = Silenciar 8 horas
chat-mute-morning = Silenciar hasta mañana, { $time }
chat-mute-always = Silenciar hasta que lo reactive
chat-unmute = Reactivar sonido
chat-muted = Silenciado hasta que lo reactives
chat-muted-until = Silenciado hasta { $time }
chat-mute-name = Silenciar
chat-mute-not = Sin silenciar
chat-notify-title = Notificaciones
chat-notify-about = Una mención es un mensaje que contiene tu nombre.
chat-notify-all = Todo
chat-notify-mentions = Solo menciones
chat-notify-nothing = Nada
chat-archive = Archivar
chat-unarchive = Sacar del archivo
filter-archived = Archivo
archived-nothing = Nada archivado
archived-nothing-about = Las conversaciones archivadas esperan aquí hasta que llegue algo nuevo.
state-received = recibido
state-note = nota
state-queued = pendiente de entrega
state-stored = guardado para su entrega
state-stored-until = { $count ->
    [one] en un buzón hasta el { $date }
   *[other] en { $count } buzones hasta el { $date }
}
state-delivered = entregado
state-seen = leído
state-failed = no enviado
failed-removed = Quitaste antes a esta persona.
failed-late = Sin entregar en 30 días.
failed-other = Sin entregar.
notice-offline = No tienes conexión. Lo que escribas se enviará cuando vuelvas a conectarte.
notice-offline-more = Detalles

## People

contacts-requests = Solicitudes de contacto
contacts-people = Personas
contacts-waiting = Esperando respuesta
contacts-blocked = Contactos bloqueados
contacts-empty = Aún no hay nadie
contacts-empty-about = Añade a alguien con un enlace de invitación o un código QR.
standing-requested = quiere ser tu contacto
standing-waiting = aún no ha respondido
standing-blocked = contacto bloqueado
standing-online = en línea
standing-offline = sin conexión
standing-seen = última conexión: { $when }
contact-open = Ver contacto
contact-own-name = eligió el nombre { $name }
contact-write = Escribir mensaje
contact-rename = Cambiar nombre
contact-block = Bloquear
contact-unblock = Desbloquear
contact-remove = Eliminar
contact-mail = Correo
contact-mail-keep = Guardar correo para { $name }
contact-mail-keep-about = Mientras { $name } no está, los mensajes sellados esperan en este ordenador; { $name } y quienes escriben ven su dirección de red. No puedes leerlos; ves cuántos hay y su tamaño.
contact-mail-off = Para guardar correo para { $name }, activa primero «Guardar correo para otras personas».
contact-mail-settings = Ajustes de privacidad
contact-mail-theirs = { $name } guarda tu correo
contact-mail-theirs-about = Mientras no estás, los mensajes sellados esperan en el ordenador de { $name }. Allí no se pueden leer, pero se ve cuándo y desde dónde se deja y se recoge algo, y más o menos cuántas personas te escriben.
contact-mail-refuse = No dejar que { $name } guarde mi correo
contact-mail-waits = { $count ->
    [one] Mientras { $name } no está, tus mensajes esperan en un buzón.
   *[other] Mientras { $name } no está, tus mensajes esperan en { $count } buzones.
}
contact-mail-nowhere = No se conoce ningún buzón de { $name }: tus mensajes esperan aquí hasta que ambos estéis en línea.
contact-id = Cuenta
contact-alarm = Se han visto dos listas de dispositivos distintas de esta persona. Puede que alguien más tenga su clave. Los mensajes están en pausa; habla con ella por otro medio.
copy-id = Copiar cuenta
waiting-about = Tu solicitud está en camino. Si la invitación indica un buzón, espera allí; si no, se entregará en cuanto los dos equipos estén en línea a la vez.
blocked-about = Esta persona no puede comunicarse contigo, y no se le avisa de ello.
trust-title = ¿Quién es en realidad?
trust-verified = Contacto verificado
trust-verified-about = Has comparado el número de seguridad. Kith te avisa si cambia.
trust-introduced = Contacto sin verificar
trust-introduced-about = Compara estas imágenes o números con esta persona al verla o al hablar con ella. Si son los mismos en los dos lados, no hay nadie en medio.
trust-match = Coinciden
trust-take-back = Quitar verificación
trust-copy = Copiar números
path-title = Conexión
path-direct = Directa
path-direct-ipv4 = Directa por IPv4
path-direct-ipv6 = Directa por IPv6
path-direct-lan = Directa en la red local
path-direct-short = conexión directa
path-direct-about = Los dos equipos se comunican sin nadie en medio. Cada uno ve la dirección de red del otro.
path-relayed = A través de un relé
path-relayed-by = A través del relé { $relay }
path-relayed-short = a través de un relé
path-relayed-about = Un relé transmite la conexión. Solo ve datos cifrados.
path-because-chosen = Elegiste que solo se te alcance a través de relés.
path-because-no-udp = Tu red no deja pasar UDP, que las conexiones directas necesitan.
path-because-symmetric = Tu router usa otro puerto para cada conexión, así que nadie puede apuntar a él desde fuera.
path-because-other = No se ha encontrado un camino directo: uno de los dos routers no lo deja pasar. Se vuelve a intentar de vez en cuando.
path-none = Sin conexión
path-none-about = Los mensajes esperan en este equipo hasta que los dos equipos estén en línea.
path-none-kept-about = Los mensajes esperan en buzones hasta que esta persona los recoja.

## Adding somebody

add-contact = Añadir contacto
add-tabs = Dar o usar una invitación
add-tab-show = Mi invitación
add-tab-enter = Tengo un enlace
add-show-about = Quien reciba esta invitación puede pedir ser tu contacto. Dásela a una sola persona, y que sea de confianza por si la comparte.
add-qr = Tu invitación como código QR
add-copy = Copiar enlace
add-making = Creando una invitación…
add-single-use = Para una sola persona
add-single-use-about = Deja de funcionar cuando alguien la ha usado.
add-speak = Decir seis palabras en su lugar
add-speak-not = Mostrar el código y el enlace
invites-open = Invitaciones abiertas
invites-about = Quien tenga una puede pedir ser tu contacto. Una revocada ya no lleva a ninguna parte.
invites-none = No hay ninguna invitación abierta.
invite-many = Para quien la tenga
invite-made = Creada: { $when }.
invite-until = Sirve hasta el { $time }.
invite-used = La usó por última vez { $name }.
invite-copy = Copiar el enlace creado: { $when }
invite-revoke = Revocar la invitación creada: { $when }
add-spoken-about = Di estas seis palabras a la otra persona, por ejemplo por teléfono. Las escribe donde iría un enlace. Necesitáis un nodo de arranque en común o la misma red.
add-spoken-until = Sirven hasta las { $time }, para una sola persona.
add-spoken-over = Estas palabras ya no sirven.
add-spoken-again = Palabras nuevas
add-words-typed = { $count } de 6 palabras
add-link = Enlace, dirección o seis palabras
add-link-hint = kith:i/1/…, kith1… o las palabras que te han dicho
add-scan-clipboard = Leer del portapapeles
add-scan-file = Escanear una imagen
add-scan-screen = Escanear la pantalla
add-looking = Buscando quién es…
add-mine = Esta es tu propia invitación. Dásela a otra persona.
add-known = Ya conoces a esta persona.
add-preview-about = Esta persona verá tu nombre y la línea de abajo, y decidirá si acepta.
add-message = Di quién eres (opcional)
add-message-hint = Soy yo, del coro
add-ask = Preguntar a { $name }
add-asking = Enviando solicitud…
add-work-about = Tu ordenador tiene que trabajar antes para esta solicitud, normalmente unos segundos.
add-working = Trabajando para la solicitud…
scan-nothing = No hay ningún código QR legible en esta imagen.
scan-no-picture = No hay ni imagen ni texto en el portapapeles.
scan-no-screen = Este escritorio no deja que Kith vea la pantalla. Haz una imagen de ella y escanéala.
scan-unreadable = Este archivo no es una imagen que Kith pueda leer.

## Questions

confirm-remove-title = ¿Eliminar a { $name } de tus contactos?
confirm-remove-about = { $name } ya no podrá escribirte. Tu historial con esta persona se queda en este equipo.
confirm-remove-do = Eliminar
confirm-block-title = ¿Bloquear a { $name }?
confirm-block-about = { $name } no podrá comunicarse contigo, y no se le avisará de ello. Puedes desbloquear a esta persona cuando quieras.
confirm-block-do = Bloquear
rename-about = Solo tú ves este nombre. Déjalo vacío para usar el que eligió esta persona.
rename-name = Nombre
closing-title = ¿Dejar Kith abierto?
closing-about = Los mensajes solo te llegan mientras Kith está en marcha. Puede seguir sin su ventana; su icono se queda en la bandeja.
closing-keep = Dejar abierto
link-title = ¿Abrir este enlace?
link-about = Puede que este enlace no lleve a donde parece.
link-host = Lleva a { $host }
link-open = Abrir de todos modos

## My profile

profile-edit = Editar perfil
profile-status = Estado
profile-status-hint = Fuera hasta el lunes
profile-about = Tus contactos ven tu nombre y tu estado.
profile-no-status = Sin estado
account-id-about = Esta es tu clave pública. Tu invitación la contiene; con ella sola no se puede hacer nada.
exposed = Tu historial está cifrado, pero la clave está al lado: no hay llavero ni contraseña.
password-title = Poner una contraseña
password-is-set = Kith pide tu contraseña cada vez que se abre.
password-is-not-set = Kith se abre sin contraseña. Quien use este ordenador con tu cuenta puede leerlo todo.
password-change = Cambiar contraseña
password-remove = Quitar contraseña
password-remove-about = Kith se abrirá sin preguntar, con el llavero de este ordenador o una clave en la carpeta del perfil.
password-current = Contraseña actual
password-new = Contraseña nueva
password-busy = Un momento…
phrase-title = Frase de recuperación
phrase-about = 24 palabras que son tu cuenta. Quien las tenga puede hacerse pasar por ti; sin ellas, perder el equipo es perder la cuenta.
phrase-show = Mostrar mis 24 palabras
phrase-warning = Escríbelas en papel. No se las muestres a nadie ni las teclees en ningún sitio.
phrase-opening = Abriendo…
phrase-copy = Copiar
phrase-done = Ya las tengo escritas
phrase-check-about = Para encontrar un error ahora y no cuando las necesites: escribe dos de las palabras de tu papel.
phrase-check-word = Palabra { $position }
phrase-check-wrong = Al menos una es otra palabra. Mira tu papel o vuelve a ver las palabras.
phrase-check = Comprobar
phrase-again = Mostrar las palabras otra vez
phrase-unsaved = Aún sin confirmar: mira las palabras, escríbelas en papel y responde a dos preguntas.

## Network

health-good = Conectado
health-good-about = Kith está conectado a la red, y otras personas pueden encontrarte.
health-relayed = Limitado
health-relayed-about = Esta red bloquea UDP. Se llega a las personas más a menudo por relés; un relé solo ve bytes cifrados.
health-portal-about = Esta red responde en lugar de todos: puede que pida iniciar sesión. Abre una página en el navegador.
health-nearby = Solo cerca
health-nearby-about = Kith está conectado directamente con personas, pero con ningún nodo de arranque. Las personas nuevas no pueden encontrarte por internet.
health-offline = Sin conexión
health-offline-about = Kith no está conectado con nadie. Los mensajes esperan en este equipo.
network-peers = { $count ->
    [0] Ningún par
    [one] Un par
   *[other] { $count } pares
}
network-test-title = Prueba
test-listen-udp = Escucha por QUIC
test-listen-tcp = Escucha por TCP
test-listen-bad = Puede que otro programa use el puerto.
test-bootstrap-bad = Ningún nodo de arranque responde. Revisa tu conexión o añade otro abajo.
test-relay = Relé
test-relay-bad = Ningún relé aceptó una reserva. Quizá no te alcancen personas tras routers estrictos.
test-records = Localizable
test-records-bad = Ahora mismo tus contactos no pueden encontrar este ordenador.
test-public = Accesible desde fuera
test-public-bad = Ni una dirección pública ni un relé llevan hasta aquí.
test-mdns = Red local
test-mdns-bad = Los demás ordenadores de esta red no se encuentran solos: no hay multidifusión.
test-mapping = Entrada abierta por el router
nat-public = abierto a internet
nat-mapped = deja pasar conexiones cuando ambos lados lo intentan
nat-symmetric = usa un puerto distinto para cada uno, así que hace falta un relé
nat-unknown = aún no se sabe
network-test = Probar mi conexión
network-test-running = Probando…
network-details = Detalles
network-addresses = Direcciones de este equipo
network-mapped = Direcciones en las que tu router deja entrar a otros
network-relays = Relés
network-traffic = Desde el inicio: { $in } recibidos, { $out } enviados
network-nat = Router: { $nat }
network-copy = Copiar diagnóstico
metered-title = Coste de la conexión
metered-about = En una conexión que cuesta por volumen, Kith solo se conecta con tus contactos y tus nodos de arranque.
metered-auto = Según el escritorio
metered-yes = Cuesta por volumen
metered-no = No cuesta
metered-now = El escritorio dice que esta conexión cuesta por volumen.
metered-not-now = El escritorio no dice que esta conexión cueste por volumen.
bootstraps-title = Nodos de arranque
bootstraps-about = Nodos mantenidos por comunidades que ayudan a las personas a encontrarse. No ven los mensajes.
bootstrap-add-label = Añadir un nodo de arranque
bootstrap-add-hint = kith:b/1/… o /…/p2p/…
bootstrap-refused = Este nodo es solo para miembros. Pide a quienes lo mantienen un enlace con el token de su comunidad.
bootstrap-borrowed = Un vecino de tus nodos; se usa mientras ninguno de ellos responde.
bootstrap-notice = Dice: «{ $notice }»
bootstrap-add = Añadir
bootstrap-remove = Quitar { $address }

## Settings

settings-account = Cuenta
settings-privacy = Privacidad
settings-appearance = Apariencia
settings-language = Idioma
settings-notifications = Notificaciones
settings-network = Red
settings-storage = Almacenamiento
settings-shortcuts = Teclado
settings-about = Acerca de
privacy-receipts = Confirmaciones de lectura
privacy-receipts-about = Las demás personas ven que has leído sus mensajes.
privacy-status = Texto de estado
privacy-status-about = Los contactos ven la línea que escribes sobre ti.
privacy-relay = Ocultar mi dirección a los contactos
privacy-relay-about = Todo pasa por tus nodos de arranque, así que nadie más conoce la dirección de este ordenador. Las conexiones son más lentas y no se usan otros buzones que esos nodos.
privacy-relay-none = No tienes ningún nodo de arranque: así nadie puede alcanzarte. Añade uno en Red.
privacy-mapping = Pedir a mi router que deje entrar a mis contactos
privacy-mapping-about = Muchos routers domésticos pueden hacerlo (UPnP, NAT-PMP, PCP). Sin ello, más conexiones pasan por un relé.
privacy-renew = Usar ahora una clave de red nueva
privacy-renew-about = Por ella las redes y los nodos de arranque reconocen este equipo. Cambia sola cada 30 días y tus contactos lo saben. No mientras guardes mensajes para otros ni sin un nodo de arranque.
privacy-mail = Buzones
privacy-mail-about = Mientras no estás, los nodos de abajo guardan mensajes sellados para ti. No pueden leerlos, pero ven cuándo y desde dónde se deja y se recoge algo.
mailbox-none = Aún no se conoce ningún buzón: los mensajes para ti esperan en los ordenadores de quienes escriben.
mailbox-of = Buzón de { $name }
mailbox-bootstrap = Es uno de tus nodos de arranque.
mailbox-added = Lo añadiste tú.
mailbox-contact = Lo mantiene un contacto.
mailbox-used = En uso: tus contactos dejan correo allí.
mailbox-spare = Sin usar.
mailbox-answered = Respondió: { $when }.
mailbox-silent = Aún no ha respondido.
mailbox-refused = No quiso guardar tu correo ({ $when }). Quizá pida un token de quienes lo mantienen.
mailbox-remove = Quitar { $name }
mailbox-stays = Los nodos de arranque que guardan correo pueden usarse mientras estén en tu lista, en Red.
mailbox-link = Enlace de un buzón
mailbox-link-hint = kith:b/1/…
mailbox-token = Token, si te dieron uno
mailbox-token-hint = 64 caracteres
mailbox-add = Añadir buzón
mailbox-bad-link = Este no es el enlace completo de un buzón. Empieza por kith:b.
mailbox-own-link = Este es el buzón de este mismo ordenador. Añádelo en el otro.
mailbox-bad-token = Un token tiene 64 caracteres: cifras y las letras de la a a la f.
mailbox-too-many = Ya se conocen 32 buzones. Quita uno primero.
privacy-serve = Guardar correo para otras personas
privacy-serve-about = Mientras los contactos que elijas no están, sus mensajes sellados esperan en este ordenador. Aquí nadie puede leerlos. Ocupa espacio en disco y algo de tráfico, y quien deja o recoge algo ve la dirección de red de este ordenador.
privacy-serve-room = Espacio
privacy-serve-used = { $used } de { $room } en uso
privacy-serve-for = Para { $names }
privacy-serve-nobody = Para nadie todavía. Elige personas en sus páginas.
privacy-serve-unreachable = Nadie puede llegar directamente a este ordenador desde fuera, así que no se informa a ningún contacto. Hace falta una dirección pública o un router que redirija el puerto.
privacy-serve-erase = Borrar lo que hay aquí
privacy-serve-second = Para un segundo ordenador tuyo:
privacy-serve-link = Copiar el enlace
privacy-serve-token = Copiar el token
privacy-previews = Vistas previas de enlaces
privacy-previews-about = Para los enlaces https que envías. Este ordenador visita la página, así que el sitio conoce tu dirección de red y cuándo escribiste. Quienes reciben tu mensaje no visitan nada.
preview-looking = Mirando { $host }…
preview-drop = Enviar sin vista previa
preview-spoken = Vista previa de { $host }: { $text }
privacy-address = Dirección pública
privacy-address-about = Quien conozca el identificador de tu cuenta puede encontrarte y enviarte una solicitud, después de que su ordenador trabaje unos segundos. Entonces también puede conocer la dirección de red de este ordenador, como tus contactos. Los nodos que la guardan ven un nombre aleatorio, salvo que conozcan tu identificador.
privacy-address-waits = Ningún nodo de arranque la tiene todavía. Se encontrará cuando se alcance uno.
privacy-address-code = Tu dirección pública como código QR
privacy-address-copy = Copiar dirección
privacy-address-often = Es siempre la misma. Al desactivarla se retira enseguida.
privacy-about = Los contactos con los que tienes conexión directa ven tu dirección de red. Los nodos de arranque y los relés ven cuándo estás en línea, pero no lo que escribes.
theme-title = Tema
theme-system = Sistema
theme-light = Claro
theme-dark = Oscuro
theme-high-contrast = Alto contraste
theme-own = Tus propios temas son archivos en { $folder }
palette-light = Usar el tema claro
palette-dark = Usar el tema oscuro
palette-high-contrast = Usar el tema de alto contraste
text-size = Tamaño del texto
zoom = Tamaño de la interfaz
compact = Vista compacta
compact-about = Menos espacio entre los mensajes.
still = Reducir movimiento
still-about = Nada se mueve ni parpadea por sí solo.
language-system = Sistema
clock-title = Hora
clock-language = Según el idioma
clock-24 = 24 horas
clock-12 = 12 horas
notify = Notificaciones
notify-about = Avisarme de los mensajes nuevos cuando miro a otra parte.
notify-sound = Sonido
notify-sound-about = El sonido de tu escritorio para un mensaje nuevo, mientras miras a otra parte.
notify-say = Qué dicen
notify-say-text = Nombre y texto
notify-say-name = Solo el nombre
notify-say-nothing = Solo que hay uno
notify-say-about = Mientras la pantalla está bloqueada, solo dicen que hay un mensaje.
quiet-title = No molestar según la hora
quiet = Horas de silencio
quiet-about = No se avisa de nada y nada suena.
quiet-now = En silencio hasta { $time }.
quiet-from = Desde
quiet-to = Hasta
quiet-days = Empiezan el
quiet-presence = Los contactos ven «no molestar»
quiet-presence-about = Donde verían que estás en línea o ausente.
quiet-mentions = Las menciones sí avisan
quiet-mentions-about = Se avisa de los mensajes que contienen tu nombre.
notice-message = Mensaje nuevo
notice-messages = { $count ->
    [one] Un mensaje nuevo
   *[other] { $count } mensajes nuevos
}
notice-chats = { $messages } mensajes nuevos en { $chats } chats
notice-request = { $name } quiere ser tu contacto
notice-requests = { $count ->
    [one] Alguien quiere ser tu contacto
   *[other] { $count } personas quieren ser tus contactos
}
background-title = En segundo plano
background-keep = Seguir en marcha al cerrar la ventana
background-keep-about = Los mensajes te siguen llegando. El icono de la bandeja recupera la ventana.
background-no-tray = Este escritorio no tiene bandeja de iconos. Minimiza la ventana en su lugar.
background-start = Abrir al iniciar sesión
background-start-about = Kith se abre sin ventana y espera mensajes.
tray-open = Abrir Kith
tray-unread = { $count ->
    [0] Kith
    [one] Kith: un mensaje sin leer
   *[other] Kith: { $count } mensajes sin leer
}
storage-folder = Carpeta del perfil
storage-about = Los mensajes, contactos y claves en ella están cifrados. No la copies como copia de seguridad: una copia abierta más tarde usaría claves dos veces. Haz una copia abajo.
choose-file = Elegir…
backup-title = Copia de seguridad
backup-about = Un archivo cifrado con contactos, mensajes y ajustes. Guárdalo en otro disco: lo devuelve todo si pierdes este equipo.
backup-make = Hacer una copia
backup-what = Contactos, mensajes y ajustes van a un solo archivo cifrado. Kith sigue mientras tanto.
backup-file = Archivo
backup-opened-by = Qué la abre
by-words = Mis 24 palabras
by-password = Una contraseña
backup-by-words-about = Solo tu frase de recuperación la abre. Sin las palabras no vale nada.
backup-by-password-about = Quien tenga el archivo y esta contraseña tiene tu cuenta. Elige una larga.
backup-password = Contraseña de la copia
backup-profile-password = Contraseña de este perfil
backup-busy = La copia se escribe y luego se lee. Puedes seguir mientras tanto.
backup-progress = { $percent } %
backup-stop = Detener
backup-auto = Copias automáticas
backup-auto-about = En una carpeta que elijas.
backup-auto-what = Contactos, mensajes y ajustes se guardan una y otra vez en un archivo cifrado en esta carpeta. Elige una en otro disco, o una que se copie a otro sitio.
backup-auto-kept = Intervalo: { $span }. Copias que se conservan: { $keep }.
backup-every = Intervalo
backup-keep = Copias que se conservan
backup-folder = Carpeta
backup-auto-do = Activar
backup-auto-failed = No se hizo ninguna copia: { $reason }
backup-auto-last = Última copia: { $when }, { $size }
backup-auto-none = Se está haciendo la primera copia…
backup-auto-change = Otra carpeta
restored-copy = Este perfil es una copia anterior restaurada. Lo escrito desde entonces vuelve de tus contactos, en la medida en que lo tengan.
recovery-asking = Preguntando a tus contactos qué dispositivos tuyos conocen…
recovery-alone = Añade a alguien que te conozca, con una invitación suya: así tus contactos de antes te reconocen.
recovery-telling =
    { $count ->
        [one] Un contacto aún no sabe que has vuelto. Lo sabrá cuando se le alcance.
       *[other] { $count } contactos aún no saben que has vuelto. Lo sabrán cuando se les alcance.
    }
recovery-unconfirmed = Antes no se pudo preguntar a nadie. Si recuperaste esta cuenta en otro sitio desde la copia, se avisa a tus contactos.
wipe-open = Borrarlo todo…
wipe-title = Borrar todo en este equipo
wipe-about = Primero las claves, luego los mensajes y contactos. Aquí ya no se podrá leer nada y nadie podrá recuperarlo.
wipe-copies = Las copias en otros sitios y lo que tienen otros se quedan. Un disco SSD puede guardar bloques antiguos un tiempo: con contraseña no valen más que ella.
wipe-type = Escribe «{ $word }» para seguir
wipe-word = borrar
wipe-do = Borrarlo todo
wipe-busy = Borrando…
wipe-failed = No se pudo borrar todo: { $reason }
enter-newline = Enter inserta un salto de línea
enter-newline-about = Ctrl+Enter envía.
about-version = Kith { $version }
about-licence = Software libre bajo la licencia MIT o Apache 2.0.
about-fonts = Tipografías e imágenes

## Said at the edge of the window

toast-copied = Copiado
toast-copied-invite = Invitación copiada
toast-copied-secret = Copiado; se quita del portapapeles al cabo de un minuto
toast-echo = Iniciando el eco…
toast-asked = Solicitud enviada. Podrás escribir cuando la acepten.
toast-declined = Solicitud rechazada
toast-blocked = Contacto bloqueado
toast-unblocked = Contacto desbloqueado
toast-removed = Contacto eliminado
toast-revoked = Invitación revocada
toast-verified = Contacto verificado
toast-unverified = Ya no está verificado
toast-password = Contraseña puesta
toast-no-password = Contraseña quitada
toast-profile-saved = Guardado
toast-bootstrap-added = Nodo de arranque añadido
toast-bootstrap-removed = Nodo de arranque quitado
toast-mailbox-added = Buzón añadido
toast-mailbox-removed = Buzón quitado
toast-backup = La copia está completa
toast-phrase = Tus 24 palabras están en papel
toast-no-backup = No se pudo hacer la copia. Mira Almacenamiento en los ajustes.

## What went wrong

error-not-found = Eso ya no existe.
error-not-a-contact = Esta persona no está entre tus contactos.
error-blocked = Tienes bloqueada a esta persona.
error-too-large = Es demasiado largo.
error-not-allowed = Eso no es posible ahora.
error-already-exists = Eso ya existe.
error-bad-link = Esto no es un enlace de invitación, o le falta una parte.
error-expired-link = Esta invitación ha caducado. Pide una nueva.
error-used-link = Esta invitación ya se ha usado. Pide una nueva.
error-words-wrong = La palabra { $position } no es de las que se dicen. Pídela otra vez.
error-words-unheard = Estas seis palabras no llevan a nadie. Compara cada una o pide otras nuevas. Necesitáis un nodo de arranque en común o la misma red.
error-words-used = Estas palabras ya se han usado. Pide otras nuevas.
error-words-over = Estas palabras ya no sirven. Pide otras nuevas.
error-address-unknown = No se encuentra a nadie en esta dirección. Compruébala o pregunta a la persona si tiene activada su dirección pública.
error-offline = No se puede llegar a nadie que pueda responder. Comprueba tu conexión e inténtalo de nuevo.
error-unsupported = Esta versión de Kith no puede hacer eso.
error-rate-limited = Demasiado a la vez. Espera un momento e inténtalo de nuevo.
error-invalid-argument = Algo no está bien. Compruébalo e inténtalo de nuevo.
error-locked = El perfil está abierto en otro programa.
error-wrong-password = Esa no es la contraseña.
error-unauthorized = Eso no está permitido.
error-unknown-method = Esta versión de Kith no puede hacer eso.
error-snapshot-needed = Algo se pasó por alto. Inténtalo de nuevo.
error-storage-full = El disco está lleno. No se ha perdido nada; libera espacio e inténtalo de nuevo.
error-storage = La base de datos lo ha rechazado. No se ha cambiado nada.
error-cancelled = Detenido.
error-shutting-down = Kith se está cerrando.
error-internal = Algo ha fallado dentro de Kith.
error-ended = Inténtalo de nuevo. Lo que has enviado se conserva.

## Times

time-am = { $time } a. m.
time-pm = { $time } p. m.
day-today = Hoy
day-yesterday = Ayer
date-short = { $day } de { $month }
date-short-year = { $day } de { $month } de { $year }
date-long = { $weekday }, { $day } de { $month }
date-long-year = { $weekday }, { $day } de { $month } de { $year }
date-and-time = { $date }, { $time }
ago-now = ahora mismo
ago-minutes = { $count ->
    [one] hace un minuto
   *[other] hace { $count } minutos
}
weekday-monday = lunes
weekday-tuesday = martes
weekday-wednesday = miércoles
weekday-thursday = jueves
weekday-friday = viernes
weekday-saturday = sábado
weekday-sunday = domingo
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre

## Disappearing messages

span-seconds = { $count ->
    [one] 1 segundo
   *[other] { $count } segundos
}
span-minutes = { $count ->
    [one] 1 minuto
   *[other] { $count } minutos
}
span-hours = { $count ->
    [one] 1 hora
   *[other] { $count } horas
}
span-days = { $count ->
    [one] 1 día
   *[other] { $count } días
}
span-weeks = { $count ->
    [one] 1 semana
   *[other] { $count } semanas
}
left-seconds = { $count } s
left-minutes = { $count } min
left-hours = { $count } h
left-days = { $count } d
left-weeks = { $count } sem
unit-minutes = Minutos
unit-hours = Horas
unit-days = Días
unit-weeks = Semanas
expiry-title = Mensajes temporales
expiry-menu = Mensajes temporales…
expiry-about = Lo que se escriba aquí desde ahora desaparece: tus mensajes ese tiempo después de enviarlos, los suyos después de leerlos. La otra parte lo sabe y hace lo mismo, pero puede guardar una copia, como una foto de la pantalla.
expiry-off = No
expiry-other = Otro…
expiry-on = Los mensajes desaparecen después de { $span }
expiry-own = O después de
expiry-amount = Cuántos
expiry-unit = De qué
expiry-set = Establecer
expiry-too-long = Un año como máximo.
expires-in = desaparece en { $span }
expires-after = desaparece { $span } después de leerse
system-expiry = { $name } hizo que los mensajes desaparezcan después de { $span }
system-expiry-mine = Hiciste que los mensajes desaparezcan después de { $span }
system-expiry-off = { $name } desactivó los mensajes temporales
system-expiry-off-mine = Desactivaste los mensajes temporales

## Messages written ahead

later-open = Enviar más tarde…
later-tonight = Esta noche a las { $time }
later-morning = Mañana a las { $time }
later-title = Enviar más tarde
later-text = Texto
later-date = Día
later-date-hint = 2026-12-31
later-time = Hora
later-time-hint = 09:00
later-at = Se enviará: { $time }
later-over = Ese momento ya pasó.
later-unclear = Escribe el día como 2026-12-31 y la hora como 09:00.
later-about = Lo envía este ordenador. Si Kith no está abierto en ese momento, se envía al iniciarlo.
later-do = Enviar más tarde
later-waiting = { $count ->
    [one] 1 mensaje espera a ser enviado
   *[other] { $count } mensajes esperan a ser enviados
}
scheduled-title = En espera de envío
scheduled-none = Aquí no espera nada.
scheduled-now = Enviar ahora
scheduled-change = Cambiar
toast-planned = Espera y se enviará a su hora
planned-for = escrito con antelación para { $time }
planned-late = escrito con antelación para { $time }, enviado tarde

## Polls

poll = Encuesta
poll-new = Nueva encuesta
poll-question = Pregunta
poll-question-hint = ¿Qué quieres saber?
poll-answers = Respuestas
poll-answer = Respuesta { $count }
poll-remove = Quitar la respuesta { $count }
poll-add = Otra respuesta
poll-multiple = Varias respuestas a la vez
poll-closes = Se cierra después de
poll-closes-never = Nunca
poll-about = Todos aquí ven quién eligió qué.
poll-ask = Preguntar
poll-close = Cerrar la encuesta
poll-closed = cerrada
poll-until = hasta { $time }
poll-voters = { $count ->
    [one] 1 persona eligió
   *[other] { $count } personas eligieron
}
poll-option-spoken = { $count ->
    [one] { $text }, 1 voto
   *[other] { $text }, { $count } votos
}

introduce-to = Presentar a…
introduce-title = Presentar a { $name } a
introduce-about = Se pregunta a ambos. Cada uno conoce el nombre del otro, y nada más hasta que ambos acepten.
introduce-nobody = Todavía no hay nadie más a quien presentar.
introduce-do = Presentar
introduction-card = ¿Te gustaría conocer a { $name }?
introduction-mine = Creo que { $name } y tú deberíais conoceros.
introduction-ask = Conocer a { $name }
introduction-dismiss = Ahora no
introduction-show = Ver contacto
introduction-dismissed = Lo dejaste de lado. Nadie lo sabe.
introduction-agreed = Aceptaste. Falta que { $name } acepte.
introduction-met = { $name } y tú habéis aceptado. Comparad el número de seguridad cuando podáis.
introduction-open-mine = Sin respuesta todavía
introduction-agreed-mine = Aceptado. La otra persona aún no ha respondido.
introduction-met-mine = Ambos aceptaron.
toast-introduced = Sugerido a ambos

# The pictures of a safety number: one word each, easy to tell apart when said aloud.
safety-emoji-fox = zorro
safety-emoji-octopus = pulpo
safety-emoji-owl = búho
safety-emoji-turtle = tortuga
safety-emoji-bee = abeja
safety-emoji-whale = ballena
safety-emoji-giraffe = jirafa
safety-emoji-elephant = elefante
safety-emoji-hedgehog = erizo
safety-emoji-rooster = gallo
safety-emoji-penguin = pingüino
safety-emoji-snail = caracol
safety-emoji-crab = cangrejo
safety-emoji-frog = rana
safety-emoji-zebra = cebra
safety-emoji-camel = camello
safety-emoji-cactus = cactus
safety-emoji-sunflower = girasol
safety-emoji-clover = trébol
safety-emoji-palm = palmera
safety-emoji-mushroom = seta
safety-emoji-leaf = hoja
safety-emoji-lemon = limón
safety-emoji-cherries = cerezas
safety-emoji-melon = sandía
safety-emoji-carrot = zanahoria
safety-emoji-corn = maíz
safety-emoji-cheese = queso
safety-emoji-bread = pan
safety-emoji-egg = huevo
safety-emoji-cake = tarta
safety-emoji-coffee = café
safety-emoji-moon = luna
safety-emoji-star = estrella
safety-emoji-lightning = rayo
safety-emoji-rainbow = arcoíris
safety-emoji-fire = fuego
safety-emoji-snowman = muñeco
safety-emoji-volcano = volcán
safety-emoji-wave = ola
safety-emoji-bicycle = bicicleta
safety-emoji-train = tren
safety-emoji-rocket = cohete
safety-emoji-sailboat = velero
safety-emoji-tractor = tractor
safety-emoji-balloon = globo
safety-emoji-gift = regalo
safety-emoji-dice = dado
safety-emoji-guitar = guitarra
safety-emoji-trumpet = trompeta
safety-emoji-drum = tambor
safety-emoji-bell = campana
safety-emoji-key = llave
safety-emoji-lock = candado
safety-emoji-hammer = martillo
safety-emoji-anchor = ancla
safety-emoji-clock = reloj
safety-emoji-clip = clip
safety-emoji-book = libro
safety-emoji-lamp = bombilla
safety-emoji-glasses = gafas
safety-emoji-hat = sombrero
safety-emoji-umbrella = paraguas
safety-emoji-compass = brújula

sticker-words = Pegatina :{ $name }:
sticker-keep = Añadir a mis pegatinas
stickers-title = Pegatinas
emoji-tab = Emojis
stickers-tab = Pegatinas
stickers-none = Aún no hay pegatinas
stickers-none-about = Añade una imagen pequeña y ponle un nombre. Se envía como pegatina y aparece en tus textos donde escribas su nombre entre dos puntos.
stickers-add = Añadir una pegatina
stickers-manage = Gestionar pegatinas
stickers-own = Pegatinas y emojis propios
stickers-about = Cada imagen tiene un nombre. Puede enviarse como pegatina y como emoji entre palabras: escribe :nombre:. Solo se guardan sus píxeles.
stickers-yours = Las tuyas
stickers-count =
    { $count ->
        [one] Una pegatina
       *[other] { $count } pegatinas
    }
sticker-remove = Quitar :{ $name }:
sticker-from-clipboard = Del portapapeles
sticker-choose = Elegir una imagen
sticker-paste = Del portapapeles
sticker-name = Nombre
sticker-name-hint = fiesta
sticker-name-wrong = De 1 a 32 letras y cifras, _, - o +; no solo cifras
sticker-add = Añadir
toast-sticker-added = Pegatina añadida
sticker-taken = Ya tienes una pegatina con ese nombre. Elige otro.
sticker-too-large = Esta imagen no queda lo bastante pequeña. Elige una más sencilla, de 16 MB como máximo.
sticker-no-picture = No es una imagen que se pueda leer. Usa un archivo PNG, JPEG o WebP.
sticker-unreadable = La imagen ya no se puede leer. Elígela otra vez.
sticker-too-many = Tienes 200 pegatinas. Quita una antes.

call-start = Llamar a { $name }
call-another = Ya estás en una llamada. Termínala primero.
call-invisible = Estás invisible, y las llamadas necesitan una conexión. Hazte visible primero.
call-nobody = Ahora no se puede llamar a esta persona.
call-rings = { $name } te llama
call-you = te llama
call-answer = Responder
call-decline = Rechazar
call-hang-up = Colgar
call-mute = Silenciar el micrófono
call-unmute = Activar el micrófono
call-start-video = Llamar a { $name } con vídeo
call-you-video = te llama con vídeo
call-answer-video = Contestar con vídeo
call-camera-on = Encender la cámara
call-camera-off = Apagar la cámara
call-screen-on = Mostrar mi pantalla
call-screen-off = Dejar de mostrar mi pantalla
call-their-picture = Imagen de { $name }
call-their-screen = Pantalla de { $name }
call-my-picture = Mi propia imagen
call-video-rests = Tu vídeo se detiene para mantener el sonido
call-microphone = Micrófono encendido o apagado
call-to-chat = Abrir el chat con { $name }
call-calling = Llamando…
call-ringing = Sonando…
call-connecting = Conectando…
call-reconnecting = Reconectando… { $left }
call-muted = en silencio
call-they-muted = { $name } está en silencio
call-my-voice = Tu voz
call-their-voice = Voz de { $name }
call-way-direct = El sonido va de dispositivo a dispositivo.
call-way-relayed = El sonido pasa por un relé, que no puede oírlo.
call-way-overlay = UDP no pasa, así que el sonido va por TCP a través de un relé, que no puede oírlo.
call-round-trip = Ida y vuelta en { $time }.
call-lost-share = { $percent } % perdido por el camino.
call-lost-short = { $percent } % perdido
call-ended = Llamada terminada
call-outgoing = Llamada saliente
call-incoming = Llamada entrante
call-missed = Llamada perdida
call-going-on = Aún no ha terminado
call-cancelled = Cancelada
call-declined = Rechazada
call-busy = En otra llamada
call-was-busy = Estabas en otra llamada
call-no-answer = Sin respuesta
call-not-answered = Sin contestar
call-failed = No se pudo conectar
call-lost = Conexión perdida
call-replaced = Siguió en otra llamada
call-back = Devolver la llamada

settings-sound = Sonido
sound-input = Micrófono
sound-output = Altavoz
sound-ring = Timbre
sound-ring-same = El mismo altavoz
sound-default = Predeterminado del sistema
sound-away = { $name } (no conectado)
sound-stands-in = { $name } no está conectado. Mientras tanto se usa el predeterminado del sistema.
sound-given = Elegido al iniciar el programa.
sound-looking = Buscando dispositivos…
sound-no-system = Este equipo no tiene sistema de sonido o no está en marcha: ni PulseAudio, ni PipeWire, ni ALSA responden.
sound-no-answer = El sistema de sonido no responde. Reiniciarlo puede ayudar.
sound-no-microphone = No hay micrófono. Conecta uno o nadie te oirá.
sound-no-speaker = No hay altavoz. Conecta uno o unos auriculares o no oirás a nadie.
sound-not-allowed = El sistema no deja que Kith lo use. Permítelo en los ajustes del sistema.
sound-failed = No se abre. Quizá lo tenga otro programa.
sound-check-title = Prueba
sound-check-about = Comprueba que tu micrófono y tu altavoz funcionan antes de que alguien llame.
sound-check = Probar micrófono y altavoz
sound-check-busy = Estás en una llamada, que usa el micrófono y el altavoz. Su barra muestra tu volumen.
sound-check-stop = Parar
sound-level = Volumen del micrófono
sound-record = Grabar y escuchar
sound-tone = Reproducir un tono
sound-recording = Di algo… { $seconds } s
sound-playing = Así te oyen los demás.
sound-tone-playing = ¿Oyes el tono?
sound-listening = El micrófono te oye.
sound-listening-silent = No se oye nada. Habla o elige otro micrófono.
sound-mode = Cuándo te oyen
sound-mode-always = Siempre
sound-mode-always-about = Mientras el micrófono esté encendido.
sound-mode-voice = Cuando hablo
sound-mode-voice-about = Entre tus palabras no sale nada, ni ruido.
sound-mode-key = Al mantener una tecla
sound-mode-key-about = No sale nada salvo que mantengas la tecla o el botón de la barra de la llamada.
sound-key = Tecla
sound-key-about = Funciona mientras esta ventana tenga el teclado.
sound-clean = Limpieza
sound-noise = Ruido de fondo
sound-noise-off = Dejarlo
sound-noise-normal = Menos
sound-noise-strong = El mínimo posible
sound-noise-about = El mínimo también quita teclados y perros; gasta más procesador.
sound-echo = Cancelar el eco
sound-echo-about = Los demás no se oyen a través de tu altavoz. Desactívalo solo con auriculares.
sound-gain = Igualar el volumen
sound-gain-about = Las voces bajas y altas llegan con el mismo volumen.
sound-volume = Volumen de { $name }
sound-volume-about = Solo para ti, y se recuerda para la próxima llamada.
sound-more = Todo sobre el sonido
call-sound = Micrófono, altavoz y volumen
call-hold = Mantén { $key } para hablar
