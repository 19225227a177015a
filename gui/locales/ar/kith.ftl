### The texts of Kith. Short sentences, no jargon; what a button says is what it does.

app-name = Kith
you = أنت
back = رجوع
close = إغلاق
dismiss = إخفاء
cancel = إلغاء
save = حفظ
open = فتح
quit = إنهاء Kith
accept = قبول
decline = رفض
search = بحث
palette = الأوامر
palette-hint = ابحث عن شخص أو أمر

## Making a profile

welcome-line = تواصل مباشرة. بلا حساب، والخوادم لا تحتفظ إلا برسائل مختومة لبعض الوقت.
welcome-point-account = بلا رقم هاتف ولا بريد إلكتروني: اسمك يكفي.
welcome-point-encrypted = لا يقرأ ما تكتبه إلا أنت ومن تتحدث معهم.
welcome-point-disk = يبقى سجل محادثاتك مشفّرًا على هذا الحاسوب.
welcome-start = البدء
welcome-restore = لديّ ملف شخصي بالفعل
you-title = عرّف بنفسك
you-about = يرى هذا الاسم من تضيفهم. يمكنك تغييره في أي وقت.
you-name = اسمك
you-name-hint = كما يناديك أصدقاؤك
you-password = كلمة مرور لهذا الحاسوب (اختيارية)
you-password-hint = اتركها فارغة للفتح من دونها
you-password-about = إن وضعت كلمة مرور، فسيطلبها Kith عند كل تشغيل. لا أحد يستطيع إعادة تعيينها.
you-create = إنشاء ملفي الشخصي
you-busy = يجري إنشاء مفاتيحك…
restore-title = استعادة حسابك
restore-from-file = من نسخة احتياطية
restore-from-words = من الكلمات الأربع والعشرين وحدها
restore-file-about = تعود جهات الاتصال والرسائل والإعدادات. تعرف جهات اتصالك أنك هنا الآن، ويُستبعد الجهاز السابق.
restore-words-about = يعود حسابك دون جهات اتصال ورسائل. أضف أولًا شخصًا يعرفك بدعوة منه: عندها يتعرّف عليك الآخرون أيضًا. إذا استخدموا دعوة منك أولًا فسيُحذَّرون من غريب يملك مفتاحك.
restore-words = كلماتك الأربع والعشرون
restore-words-hint = بالترتيب وبينها مسافات
restore-do = استعادة
restore-busy = تجري الاستعادة…
restore-after = لا يمكن بعد ذلك استخدام الجهاز السابق مع هذا الحساب.
restore-aside = الملف الذي لا يُفتح لا يضيع: يبقى مجلده باسم ينتهي بـ «aside» ورقم.
ready-title = كل شيء جاهز يا { $name }
ready-identity = أُنشئت هويتك، ومفاتيحها على هذا الحاسوب فقط
ready-encrypted = سجل محادثاتك مشفّر على قرصك
ready-listening = يمكن الوصول إلى هذا الحاسوب داخل شبكته
ready-peers = { $count ->
    [zero] غير متصل بأي نظير
    [one] متصل بنظير واحد
    [two] متصل بنظيرين
    [few] متصل بـ { $count } نظراء
    [many] متصل بـ { $count } نظيرًا
   *[other] متصل بـ { $count } نظير
}
ready-no-peers = يجري البحث عن عُقد أخرى…
ready-phrase = كلماتك الـ24 مكتوبة على ورق
ready-no-phrase = اكتب كلماتك الـ24
ready-invite = اعرض هذا على شخص تعرفه أو أرسل إليه الرابط. هكذا يجد أحدكما الآخر.
ready-start = بدء المحادثة

## Opening a profile

unlock-title = أهلًا بعودتك
unlock-about = ملفك الشخصي محمي بكلمة مرور.
unlock-password = كلمة المرور
unlock-open = فتح القفل
unlock-busy = يجري الفتح…
unlock-wrong = { $count ->
    [zero] كلمة المرور غير صحيحة.
    [one] كلمة المرور غير صحيحة.
    [two] كلمة المرور هذه غير صحيحة أيضًا. (محاولتان)
    [few] كلمة المرور هذه غير صحيحة أيضًا. ({ $count } محاولات)
    [many] كلمة المرور هذه غير صحيحة أيضًا. ({ $count } محاولة)
   *[other] كلمة المرور هذه غير صحيحة أيضًا. ({ $count } محاولة)
}
failed-title = يتعذّر على Kith فتح ملفك الشخصي
failed-ended = توقفت عقدة Kith
failed-lasting = الملف الشخصي تالف أو أن مفتاحه مفقود. إن عاد المفتاح، مثلًا بعد فتح سلسلة المفاتيح، فالمحاولة من جديد تكفي. وإلا فنسخة احتياطية أو كلماتك الأربع والعشرون تعيد حسابك.

## Around the window

nav-chats = المحادثات
nav-contacts = جهات الاتصال
nav-network = الشبكة
nav-settings = الإعدادات
nav-profile = ملفي الشخصي
nothing-open-title = اختر محادثة
nothing-open-about = أو اضغط Ctrl+K للعثور على شخص أو أمر.
first-title = أضف أول شخص
first-about = أعطِ أحدًا دعوتك، أو ألصق دعوة تلقيتها. وإلى ذلك الحين يمكنك التجربة في «ملاحظات لنفسي».
first-invite = عرض دعوتي
first-echo = جرّبه مع الصدى
first-enter = لديّ رابط دعوة

## Chats

search-hint = بحث
search-people = البحث عن أشخاص
search-messages = الرسائل
search-nothing = لا توجد نتائج
search-nothing-about = جرّب كلمة أخرى أو جزءًا من كلمة.
narrow-where = أين
narrow-everywhere = في كل مكان
narrow-who = كتبها
narrow-anyone = أي شخص
narrow-when = متى
narrow-any-time = أي وقت
narrow-week = آخر 7 أيام
narrow-month = آخر 30 يومًا
narrow-year = آخر سنة
narrow-what = ماذا
narrow-any-kind = كل شيء
narrow-texts = رسائل
narrow-polls = استطلاعات
narrow-stickers = ملصقات
filter-name = المحادثات المعروضة
filter-all = الكل
filter-unread = غير المقروءة
filter-requests = الطلبات ({ $count })
chats-empty = لا محادثات بعد
chats-empty-about = أضف شخصًا ليمكنكما تبادل الرسائل.
unread-nothing = لا رسائل غير مقروءة
unread-nothing-about = تظهر الرسائل الجديدة هنا.
chat-draft = مسودة: { $text }
chat-mine = أنت: { $text }
standing-away = بعيد
standing-dnd = عدم الإزعاج
sharing-title = ما تشاركه
privacy-typing = الكتابة
privacy-typing-about = ترى جهات الاتصال المتصلة أنك تكتب.
privacy-presence = الاتصال وآخر ظهور
privacy-presence-about = ترى جهات الاتصال هل أنت موجود ومتى كنت آخر مرة.
privacy-both-ways = الأمر متبادل: ما لا تشاركه مع الآخرين لا تراه منهم.
sharing-about = لجهة الاتصال هذه فقط. ما لا تشاركه لا تراه منها أيضًا.
share-default = كما للجميع
share-on = دائمًا
share-off = أبدًا
profile-lasts = مدة الحالة
profile-lasts-kept = حتى أغيّرها
profile-lasts-hours = { $count ->
    [one] ساعة واحدة
   *[other] الساعات: { $count }
}
presence-title = الحضور
presence-online = متصل
presence-online-about = بعد عشر دقائق من غيابك عن هذه النافذة ترى جهات الاتصال أنك بعيد.
presence-away = بعيد
presence-away-about = ترى جهات الاتصال أنك بعيد.
presence-dnd = عدم الإزعاج
presence-dnd-about = ترى جهات الاتصال ذلك، ولا ينبّهك هذا الحاسوب.
presence-invisible = مخفي
presence-invisible-about = تراك جهات الاتصال غير متصل، ولا ترى من هو موجود. لا يتصل بها شيء مباشرة: تمر الرسائل عبر صناديق البريد وتستغرق وقتًا أطول، وبدون صندوق تنتظر. ما تكتبه، ووصول الرسائل أو قراءتها، يُظهر مع ذلك أنك كنت هنا.
typing = يكتب الآن…
typing-who = { $name } يكتب الآن…
chat-nothing-yet = لا رسائل بعد
chat-spoken-mention = { $count ->
   *[other] { $name }، رسائل غير مقروءة: { $count }، وقد ذُكر اسمك
}
chat-spoken = { $count ->
    [zero] محادثة مع { $name }
    [one] محادثة مع { $name }، رسالة واحدة غير مقروءة
    [two] محادثة مع { $name }، رسالتان غير مقروءتين
    [few] محادثة مع { $name }، { $count } رسائل غير مقروءة
    [many] محادثة مع { $name }، { $count } رسالة غير مقروءة
   *[other] محادثة مع { $name }، { $count } رسالة غير مقروءة
}
chat-next = المحادثة التالية
chat-previous = المحادثة السابقة
requests-empty = لا طلبات
requests-empty-about = عندما يستخدم أحد دعوتك، يظهر طلبه هنا.
requests-about = لا يعلم أصحاب الطلبات إن كنت قد رأيتها، ولا يُبلَّغون بالرفض.
request-no-text = طلب إضافة إلى جهات اتصالك.
request-about = إن قبلت، يمكنكما تبادل الرسائل، ويرى هذا الشخص متى تكون متصلًا.
request-by-address = عثر عليك عبر عنوانك العام.
notes-title = ملاحظات لنفسي
notes-open = ملاحظات لنفسي
notes-about = على هذا الحاسوب فقط
notes-empty-about = كل ما تكتبه هنا يبقى مشفّرًا على هذا الحاسوب.

## A conversation

messages = الرسائل
conversation-info = عن هذا الشخص
conversation-to-end = إلى أحدث رسالة
to-messages = إلى الرسائل
conversation-empty = ألقِ التحية
conversation-empty-about = لا أحد سواكما يستطيع قراءة ما يُكتب هنا.
unread-line = رسائل جديدة
gap-line = توجد رسائل ناقصة هنا
composer-name = الرسالة
composer-hint = اكتب رسالة
composer-send = إرسال
composer-waiting = يمكنك الكتابة بعد قبول { $name } طلبك.
composer-requested = اقبل الطلب لتتمكن من الكتابة.
composer-blocked = لقد حظرت هذا الشخص. ألغِ الحظر لتتمكن من الكتابة.
composer-removed = لم يعد هذا الشخص من جهات اتصالك.
composer-alarm = الرسائل متوقفة مؤقتًا: انظر التحذير أعلاه.
message-unknown = تحتاج هذه الرسالة إلى إصدار أحدث من Kith.
message-copy = نسخ النص
message-open-link = فتح { $link }
message-uncover = إظهار المخفي
toolbar-react = تفاعل
toolbar-reply = الرد على هذه الرسالة
toolbar-more = المزيد
pinned-count = { $count ->
    [zero] لا رسائل مثبتة
    [one] رسالة مثبتة
    [two] رسالتان مثبتتان
    [few] { $count } رسائل مثبتة
    [many] { $count } رسالة مثبتة
   *[other] { $count } رسالة مثبتة
}
pinned-title = الرسائل المثبتة
pinned-none = لم يعد هنا شيء مثبت.
message-select = تحديد
selection-count = { $count ->
    [one] رسالة واحدة محددة
    [two] رسالتان محددتان
    [few] { $count } رسائل محددة
   *[other] { $count } رسالة محددة
}
selection-copy = نسخ الرسائل
message-retry = إعادة المحاولة
message-again = إرسال من جديد
message-discard = حذف
message-reply = رد
message-edit = تعديل
message-edits = النسخ السابقة
message-forward = إعادة توجيه
message-pin = تثبيت عندي
message-unpin = إلغاء التثبيت
message-delete = حذف…
message-react = رمز تعبيري آخر
message-deleted = حُذفت الرسالة
message-edited = معدّلة
message-forwarded = مُعاد توجيهها
message-pinned = مثبّتة
quote-name = رسالة
quote-gone = لم تعد هنا
quote-spoken = ردًّا على { $text }
reply-to = رد على { $name }
edit-strip = تعديل الرسالة
aim-drop = تراجع
composer-emoji = رموز تعبيرية
emoji-title = اختر رمزًا تعبيريًا
delete-title = حذف هذه الرسالة؟
delete-about = تُزال نهائيًا من هذا الحاسوب، مع نسخها السابقة ومن البحث.
delete-about-everyone = الحذف للجميع طلب: يُطلب من الطرف الآخر حذفها أيضًا. ربما نسخها أحد، ولا يمكن إجبار أحد.
delete-for-me = حذف عندي
delete-for-everyone = حذف للجميع
forward-title = إعادة توجيه إلى
forward-about = تُرسل كرسالة منك، بعلامة إعادة التوجيه، دون اسم كاتبها.
forward-do = إعادة توجيه
toast-forwarded = أُعيد توجيهها
edits-title = النسخ السابقة
edits-now = النسخة الحالية
chat-pin = تثبيت في الأعلى
chat-unpin = إلغاء التثبيت
chat-mute-hour = كتم لمدة ساعة
chat-mute-hours = كتم لمدة 8 ساعات
chat-mute-morning = كتم حتى الغد، { $time }
chat-mute-always = كتم حتى أعيد تشغيله
chat-unmute = إلغاء الكتم
chat-muted = مكتومة حتى تعيد تشغيلها
chat-muted-until = مكتومة حتى { $time }
chat-mute-name = كتم
chat-mute-not = غير مكتومة
chat-notify-title = الإشعارات
chat-notify-about = الإشارة رسالة يرد فيها اسمك.
chat-notify-all = كل شيء
chat-notify-mentions = الإشارات فقط
chat-notify-nothing = لا شيء
chat-archive = أرشفة
chat-unarchive = إخراج من الأرشيف
filter-archived = الأرشيف
archived-nothing = لا شيء في الأرشيف
archived-nothing-about = تنتظر المحادثات المؤرشفة هنا حتى يصل جديد.
state-received = مستلمة
state-note = ملاحظة
state-queued = بانتظار التسليم
state-stored = محفوظة إلى حين الاستلام
state-stored-until = { $count ->
    [zero] محفوظة حتى { $date }
    [one] محفوظة في صندوق بريد حتى { $date }
    [two] محفوظة في صندوقَي بريد حتى { $date }
    [few] محفوظة في { $count } صناديق بريد حتى { $date }
    [many] محفوظة في { $count } صندوق بريد حتى { $date }
   *[other] محفوظة في { $count } صندوق بريد حتى { $date }
}
state-delivered = تم التسليم
state-seen = تمت القراءة
state-failed = لم تُرسل
failed-removed = أُزيل هذا الشخص قبل التسليم.
failed-late = تعذّر التسليم خلال 30 يومًا.
failed-other = تعذّر التسليم.
notice-offline = أنت غير متصل. يُرسل ما تكتبه عند عودة الاتصال.
notice-offline-more = التفاصيل

## People

contacts-requests = طلبات الإضافة
contacts-people = الأشخاص
contacts-waiting = بانتظار الرد
contacts-blocked = المحظورون
contacts-empty = لا أحد هنا بعد
contacts-empty-about = أضف شخصًا برابط دعوة أو رمز QR.
standing-requested = طلب إضافة إلى جهات اتصالك
standing-waiting = لم يصل رد بعد
standing-blocked = جهة اتصال محظورة
standing-online = متصل الآن
standing-offline = غير متصل
standing-seen = آخر ظهور: { $when }
contact-open = عرض جهة الاتصال
contact-own-name = الاسم الأصلي: { $name }
contact-write = كتابة رسالة
contact-rename = تغيير الاسم
contact-block = حظر
contact-unblock = إلغاء الحظر
contact-remove = إزالة
contact-mail = البريد
contact-mail-keep = حفظ البريد لأجل { $name }
contact-mail-keep-about = أثناء غياب { $name } تنتظر رسائل مختومة على هذا الحاسوب، ويرى { $name } ومن يكتبون عنوانه على الشبكة. لا يمكنك قراءتها، لكنك ترى عددها وحجمها.
contact-mail-off = لحفظ البريد لأجل { $name } فعّل أولًا «حفظ البريد للآخرين».
contact-mail-settings = إعدادات الخصوصية
contact-mail-theirs = { $name } يحفظ بريدك
contact-mail-theirs-about = أثناء غيابك تنتظر رسائل مختومة على حاسوب { $name }. لا يمكن قراءتها هناك، لكن يُرى متى ومن أين أُودِع شيء أو استُلم، وكم شخصًا يكتب إليك تقريبًا.
contact-mail-refuse = عدم ترك بريدي لدى { $name }
contact-mail-waits = { $count ->
    [one] أثناء غياب { $name } تنتظر رسائلك في صندوق بريد واحد.
    [two] أثناء غياب { $name } تنتظر رسائلك في صندوقَي بريد.
    [few] أثناء غياب { $name } تنتظر رسائلك في { $count } صناديق بريد.
   *[other] أثناء غياب { $name } تنتظر رسائلك في { $count } صندوق بريد.
}
contact-mail-nowhere = لا يُعرف صندوق بريد لـ { $name }: تنتظر رسائلك هنا حتى تكونا متصلَين معًا.
contact-id = الحساب
contact-alarm = ظهرت لهذا الشخص قائمتان مختلفتان بالأجهزة. ربما حصل شخص آخر على مفتاحه. الرسائل متوقفة مؤقتًا؛ تواصل معه بطريقة أخرى.
copy-id = نسخ الحساب
waiting-about = طلبك في الطريق. إن ذكرت الدعوة صندوق بريد انتظر هناك، وإلا سُلِّم حالما يكون كلاكما متصلًا.
blocked-about = لا يستطيع هذا الشخص الوصول إليك، ولا يُبلَّغ بذلك.
trust-title = من هذا حقًا؟
trust-verified = تم التحقق
trust-verified-about = لقد قارنت رقم الأمان. يحذّرك Kith إن تغيّر.
trust-introduced = لم يتم التحقق
trust-introduced-about = قارنا هذه الصور أو الأرقام عندما تلتقيان أو تتحدثان. إن رأى كلاكما الشيء نفسه، فلا أحد بينكما.
trust-match = متطابقة
trust-take-back = إلغاء التحقق
trust-copy = نسخ الأرقام
path-title = الاتصال
path-direct = مباشر
path-direct-ipv4 = مباشر عبر IPv4
path-direct-ipv6 = مباشر عبر IPv6
path-direct-lan = مباشر في الشبكة المحلية
path-direct-short = اتصال مباشر
path-direct-about = يتصل حاسوباكما أحدهما بالآخر دون أي وسيط. يرى كل منهما عنوان الآخر على الشبكة.
path-relayed = عبر مرحّل
path-relayed-by = عبر المرحّل { $relay }
path-relayed-short = عبر مرحّل
path-relayed-about = ينقل المرحّل الاتصال، ولا يرى سوى بيانات مشفّرة.
path-because-chosen = اخترت أن يُوصَل إليك عبر المُرحِّلات وحدها.
path-because-no-udp = شبكتك لا تمرّر UDP الذي تحتاجه الاتصالات المباشرة.
path-because-symmetric = يستخدم جهاز التوجيه لديك منفذًا مختلفًا لكل اتصال، فلا يستطيع أحد استهدافه من الخارج.
path-because-other = لم يُعثر على طريق مباشر: أحد جهازي التوجيه لا يسمح به. تُعاد المحاولة من حين لآخر.
path-none = غير متصل
path-none-about = تنتظر الرسائل على هذا الحاسوب إلى أن يكون كلاكما متصلًا.
path-none-kept-about = تنتظر الرسائل في صناديق البريد إلى أن يستلمها هذا الشخص.

## Adding somebody

add-contact = إضافة جهة اتصال
add-tabs = إعطاء دعوة أو استخدامها
add-tab-show = دعوتي
add-tab-enter = لديّ رابط
add-show-about = كل من يحصل على هذه الدعوة يمكنه طلب إضافته إلى جهات اتصالك. أعطها لشخص واحد تثق به حتى إن مرّرها.
add-qr = دعوتك على شكل رمز QR
add-copy = نسخ الرابط
add-making = يجري إنشاء دعوة…
add-single-use = لشخص واحد
add-single-use-about = تتوقف عن العمل بعد أن يستخدمها أحد.
add-speak = قول ست كلمات بدلًا من ذلك
add-speak-not = عرض الرمز والرابط
invites-open = الدعوات المفتوحة
invites-about = كل من لديه إحداها يمكنه طلب إضافته إلى جهات اتصالك. الدعوة التي تلغيها لا تؤدي إلى شيء بعد ذلك.
invites-none = لا توجد دعوة مفتوحة.
invite-many = لكل من لديه الرابط
invite-made = أُنشئت: { $when }.
invite-until = تعمل حتى { $time }.
invite-used = استخدمها أخيرًا { $name }.
invite-copy = نسخ الرابط المُنشأ: { $when }
invite-revoke = إلغاء الدعوة المُنشأة: { $when }
add-spoken-about = قل هذه الكلمات الست للشخص الآخر، في الهاتف مثلًا. يكتبها حيث يوضع الرابط. يلزمكما عقدة تمهيد مشتركة أو الشبكة نفسها.
add-spoken-until = تعمل حتى { $time }، لشخص واحد.
add-spoken-over = لم تعد هذه الكلمات تعمل.
add-spoken-again = كلمات جديدة
add-words-typed = { $count } من 6 كلمات
add-link = رابط أو عنوان أو ست كلمات
add-link-hint = kith:i/1/… أو kith1… أو الكلمات التي قيلت لك
add-scan-clipboard = قراءة من الحافظة
add-scan-file = قراءة من صورة
add-scan-screen = مسح من الشاشة
add-looking = يجري البحث عن صاحب الدعوة…
add-mine = هذه دعوتك أنت. أعطها لشخص آخر.
add-known = أنت تعرف هذا الشخص بالفعل.
add-preview-about = سيرى هذا الشخص اسمك والسطر أدناه، ثم يقرر إن كان سيقبل.
add-message = قل من أنت (اختياري)
add-message-hint = هذا أنا، من الجوقة
add-ask = إرسال طلب إلى { $name }
add-asking = يجري إرسال الطلب…
add-work-about = على حاسوبك أن يعمل لأجل هذا الطلب أولًا، بضع ثوانٍ في العادة.
add-working = يجري العمل لأجل الطلب…
scan-nothing = لا يوجد في هذه الصورة رمز QR يمكن قراءته.
scan-no-picture = لا توجد صورة ولا نص في الحافظة.
scan-no-screen = لا يسمح سطح المكتب هذا لبرنامج Kith برؤية الشاشة. التقط صورة لها وامسحها.
scan-unreadable = هذا الملف ليس صورة يستطيع Kith قراءتها.

## Questions

confirm-remove-title = إزالة { $name }؟
confirm-remove-about = لن تتمكن جهة الاتصال { $name } من الكتابة إليك بعد الآن. يبقى سجل محادثتكما على هذا الحاسوب.
confirm-remove-do = إزالة
confirm-block-title = حظر { $name }؟
confirm-block-about = لن تتمكن جهة الاتصال { $name } من الوصول إليك، ولن تُبلَّغ بذلك. يمكنك إلغاء الحظر في أي وقت.
confirm-block-do = حظر
rename-about = لا يرى هذا الاسم أحد غيرك. اتركه فارغًا لاستخدام الاسم الأصلي.
rename-name = الاسم
closing-title = هل يستمر Kith في العمل؟
closing-about = لا تصلك الرسائل إلا أثناء عمل Kith. يمكنه الاستمرار دون نافذته، وتبقى أيقونته في علبة النظام.
closing-keep = الاستمرار في العمل
link-title = فتح هذا الرابط؟
link-about = قد لا يؤدي هذا الرابط إلى حيث يبدو.
link-host = يؤدي إلى { $host }
link-open = فتح على أي حال

## My profile

profile-edit = تعديل الملف الشخصي
profile-status = الحالة
profile-status-hint = في إجازة حتى الاثنين
profile-about = ترى جهات اتصالك اسمك وحالتك.
profile-no-status = بلا حالة
account-id-about = هذا مفتاحك العام. تحتوي عليه دعوتك، ولا يمكن فعل شيء به وحده.
exposed = سجلك مشفَّر، لكن مفتاحه بجانبه: لا توجد سلسلة مفاتيح ولا كلمة مرور.
password-title = تعيين كلمة مرور
password-is-set = يطلب Kith كلمة المرور عند كل بدء.
password-is-not-set = يفتح Kith دون كلمة مرور. كل من يستخدم هذا الحاسوب باسمك يمكنه قراءة كل شيء.
password-change = تغيير كلمة المرور
password-remove = إزالة كلمة المرور
password-remove-about = بعدها يفتح Kith دون سؤال، بحلقة مفاتيح هذا الحاسوب أو بمفتاح في مجلد الملف الشخصي.
password-current = كلمة المرور الحالية
password-new = كلمة المرور الجديدة
password-busy = لحظة…
phrase-title = عبارة الاسترداد
phrase-about = 24 كلمة هي حسابك. من يملكها يستطيع أن يحلّ محلّك؛ ومن دونها يضيع الحساب إن ضاع الحاسوب.
phrase-show = عرض كلماتي الـ24
phrase-warning = اكتبها على ورق. لا تعرضها على أحد، ولا تُدخلها في أي مكان.
phrase-opening = يجري الفتح…
phrase-copy = نسخ
phrase-done = لقد دوّنتها
phrase-check-about = لتكتشف الخطأ الآن وليس عندما تحتاج إليها: اكتب كلمتين من ورقتك.
phrase-check-word = الكلمة { $position }
phrase-check-wrong = إحداهما على الأقل كلمة أخرى. انظر إلى ورقتك أو إلى الكلمات مرة أخرى.
phrase-check = تحقق
phrase-again = عرض الكلمات مرة أخرى
phrase-unsaved = لم يتأكد بعد أنها مكتوبة على ورق: اعرضها واكتبها وأجب عن سؤالين.

## Network

health-good = متصل
health-good-about = أنت متصل بالشبكة، ويمكن للآخرين العثور عليك.
health-relayed = محدود
health-relayed-about = تحجب هذه الشبكة UDP. يُوصل إلى الآخرين عبر مرحّلات أكثر؛ ولا يرى المرحّل إلا بايتات مشفّرة.
health-portal-about = تجيب هذه الشبكة بدل الجميع: قد تطلب تسجيل الدخول. افتح صفحة في متصفح الويب.
health-nearby = القريبون فقط
health-nearby-about = أنت متصل مباشرة بأشخاص، لكنك غير متصل بأي عقدة تمهيد. لا يمكن لأشخاص جدد العثور عليك عبر الإنترنت.
health-offline = غير متصل
health-offline-about = أنت غير متصل بأحد. تنتظر الرسائل على هذا الحاسوب.
network-peers = { $count ->
    [zero] لا نظراء
    [one] نظير واحد
    [two] نظيران
    [few] { $count } نظراء
    [many] { $count } نظيرًا
   *[other] { $count } نظير
}
network-test-title = اختبار
test-listen-udp = الاستماع عبر QUIC
test-listen-tcp = الاستماع عبر TCP
test-listen-bad = ربما يستخدم برنامج آخر هذا المنفذ.
test-bootstrap-bad = لا تجيب أي عقدة تمهيد. تحقق من اتصالك أو أضف عقدة أخرى أدناه.
test-relay = المُرحِّل
test-relay-bad = لم يقبل أي مُرحِّل حجزًا. قد لا يصل إليك من هم خلف موجهات صارمة.
test-records = يمكن العثور عليك
test-records-bad = لا تستطيع جهات اتصالك العثور على هذا الحاسوب الآن.
test-public = يمكن الوصول من الخارج
test-public-bad = لا يقود إلى هنا عنوان عام ولا مُرحِّل.
test-mdns = الشبكة المحلية
test-mdns-bad = لا يُعثر تلقائيًا على الحواسيب الأخرى في هذه الشبكة: البث المتعدد غير متاح.
test-mapping = السماح من جهاز التوجيه
nat-public = مفتوح على الإنترنت
nat-mapped = يسمح بالاتصال حين يحاول الطرفان
nat-symmetric = يستخدم منفذًا مختلفًا لكل طرف، لذا يلزم مُرحِّل
nat-unknown = غير معروف بعد
network-test = اختبار اتصالي
network-test-running = يجري الاختبار…
network-details = التفاصيل
network-addresses = عناوين هذا الحاسوب
network-mapped = العناوين التي يسمح فيها جهاز التوجيه للآخرين بالدخول
network-relays = المرحّلات
network-traffic = منذ التشغيل: استُلم { $in }، وأُرسل { $out }
network-nat = جهاز التوجيه: { $nat }
network-copy = نسخ بيانات التشخيص
metered-title = تكلفة الاتصال
metered-about = عند اتصال يُحاسَب بالحجم لا يتصل Kith إلا بجهات اتصالك وعقد البداية الخاصة بك.
metered-auto = كما يقول سطح المكتب
metered-yes = يُحاسَب بالحجم
metered-no = لا يُحاسَب
metered-now = يقول سطح المكتب إن هذا الاتصال يُحاسَب بالحجم.
metered-not-now = لا يقول سطح المكتب إن هذا الاتصال يُحاسَب بالحجم.
bootstraps-title = عُقد التمهيد
bootstraps-about = عُقد تديرها مجتمعات لتساعد الناس على أن يجد بعضهم بعضًا. لا ترى الرسائل.
bootstrap-add-label = إضافة عقدة تمهيد
bootstrap-add-hint = kith:b/1/… أو /…/p2p/…
bootstrap-refused = هذه العقدة للأعضاء فقط. اطلب ممن يديرونها رابطًا يحمل رمز مجتمعهم.
bootstrap-borrowed = عقدة مجاورة لعقدك، تُستخدم ما دام لا يجيب أيٌّ منها.
bootstrap-notice = تقول: «{ $notice }»
bootstrap-add = إضافة
bootstrap-remove = إزالة { $address }

## Settings

settings-account = الحساب
settings-privacy = الخصوصية
settings-appearance = المظهر
settings-language = اللغة
settings-notifications = الإشعارات
settings-network = الشبكة
settings-storage = التخزين
settings-shortcuts = لوحة المفاتيح
settings-about = حول
privacy-receipts = مؤشرات القراءة
privacy-receipts-about = يرى الآخرون أنك قرأت رسائلهم.
privacy-status = نص الحالة
privacy-status-about = ترى جهات الاتصال السطر الذي تكتبه عن نفسك.
privacy-relay = إخفاء عنواني عن جهات الاتصال
privacy-relay-about = يمر كل شيء عبر عُقد التمهيد التي تستخدمها، فلا يعرف أحد سواها عنوان هذا الحاسوب. تصبح الاتصالات أبطأ، ولا تُستخدم صناديق بريد غير تلك العُقد.
privacy-relay-none = ليس لديك أي عقدة تمهيد: لا يستطيع أحد الوصول إليك هكذا. أضف واحدة في صفحة الشبكة.
privacy-mapping = اطلب من جهاز التوجيه السماح لجهات الاتصال بالدخول
privacy-mapping-about = كثير من أجهزة التوجيه المنزلية تستطيع ذلك (UPnP وNAT-PMP وPCP). من دونه تمر اتصالات أكثر عبر مرحّل.
privacy-renew = استخدام مفتاح شبكة جديد الآن
privacy-renew-about = به تتعرّف الشبكات وعُقد التمهيد على هذا الحاسوب. يتغيّر تلقائيًا كل 30 يومًا وتُبلَّغ جهات اتصالك بذلك. لا يتغيّر ما دمت تحفظ رسائل للآخرين أو لم تكن لديك عقدة تمهيد.
privacy-mail = صناديق البريد
privacy-mail-about = أثناء غيابك تحفظ العُقد أدناه رسائل مختومة لك. لا يمكنها قراءتها، لكنها ترى متى ومن أين أُودِع شيء أو استُلم.
mailbox-none = لا يُعرف صندوق بريد بعد: تنتظر الرسائل الموجهة إليك على حواسيب من يكتبون.
mailbox-of = صندوق بريد { $name }
mailbox-bootstrap = إنه إحدى عقد التمهيد لديك.
mailbox-added = أضفته أنت.
mailbox-contact = تديره جهة اتصال.
mailbox-used = مستخدَم: تودع جهات الاتصال البريد فيه.
mailbox-spare = غير مستخدَم.
mailbox-answered = أجاب: { $when }.
mailbox-silent = لم يُجب بعد.
mailbox-refused = رفض حفظ بريدك ({ $when }). ربما يطلب رمزًا ممن يديرونه.
mailbox-remove = إزالة { $name }
mailbox-stays = يمكن استخدام عقد التمهيد التي تحفظ البريد ما دامت في قائمتك تحت «الشبكة».
mailbox-link = رابط صندوق بريد
mailbox-link-hint = kith:b/1/…
mailbox-token = الرمز، إن أُعطيت رمزًا
mailbox-token-hint = 64 خانة
mailbox-add = إضافة صندوق البريد
mailbox-bad-link = هذا ليس رابط صندوق بريد كاملًا. يبدأ الرابط بـ kith:b.
mailbox-own-link = هذا صندوق بريد هذا الحاسوب نفسه. أضفه على حاسوبك الآخر.
mailbox-bad-token = للرمز 64 خانة: أرقام والحروف من a إلى f.
mailbox-too-many = يوجد 32 صندوق بريد بالفعل. أزل واحدًا أولًا.
privacy-serve = حفظ البريد للآخرين
privacy-serve-about = أثناء غياب جهات الاتصال التي تختارها تنتظرها رسائل مختومة على هذا الحاسوب. لا يمكن لأحد قراءتها هنا. يأخذ ذلك مساحة على القرص وبعض حركة البيانات، ومن يودع شيئًا أو يستلمه يرى عنوان هذا الحاسوب على الشبكة.
privacy-serve-room = المساحة
privacy-serve-used = المستخدَم { $used } من { $room }
privacy-serve-for = لأجل { $names }
privacy-serve-nobody = ليس لأحد بعد. اختر أشخاصًا في صفحاتهم.
privacy-serve-unreachable = لا يستطيع أحد من الخارج الوصول مباشرةً إلى هذا الحاسوب، ولذلك لا تُخبَر به أي جهة اتصال. يلزم عنوان عام أو موجّه يعيد توجيه المنفذ.
privacy-serve-erase = حذف ما هو محفوظ هنا
privacy-serve-second = لحاسوب ثانٍ لك:
privacy-serve-link = نسخ الرابط
privacy-serve-token = نسخ الرمز
privacy-previews = معاينات الروابط
privacy-previews-about = لروابط https التي ترسلها. يزور هذا الحاسوب الصفحة، فيعرف الموقع عنوانك على الشبكة ومتى كتبت. أما من تكتب إليهم فلا يزورون شيئًا.
preview-looking = تُفحص { $host }…
preview-drop = الإرسال دون معاينة
preview-spoken = معاينة { $host }: { $text }
privacy-address = العنوان العام
privacy-address-about = كل من يعرف معرّف حسابك يمكنه العثور عليك وإرسال طلب واحد، بعد أن يعمل حاسوبه لأجله بضع ثوانٍ. ويمكنه حينها أيضًا معرفة عنوان هذا الحاسوب على الشبكة كما تعرفه جهات اتصالك. العُقد التي تحفظه ترى اسمًا عشوائيًا، إلا إن كانت تعرف معرّفك.
privacy-address-waits = لا توجد عقدة تمهيد تحفظه بعد. سيُعثر عليه عند الوصول إلى واحدة.
privacy-address-code = عنوانك العام على شكل رمز QR
privacy-address-copy = نسخ العنوان
privacy-address-often = يبقى كما هو دائمًا. وعند إيقافه يُسحب فورًا.
privacy-about = جهات الاتصال المتصلة بك مباشرة ترى عنوانك على الشبكة. عُقد التمهيد والمرحّلات ترى متى تكون متصلًا، لكنها لا ترى ما تكتبه.
theme-title = السمة
theme-system = النظام
theme-light = فاتحة
theme-dark = داكنة
theme-high-contrast = تباين عالٍ
theme-own = السمات الخاصة بك ملفات في { $folder }
palette-light = استخدام السمة الفاتحة
palette-dark = استخدام السمة الداكنة
palette-high-contrast = استخدام سمة التباين العالي
text-size = حجم النص
zoom = حجم الواجهة
compact = عرض مضغوط
compact-about = مسافة أقل بين الرسائل.
still = تقليل الحركة
still-about = لا شيء يتحرك أو يومض من تلقاء نفسه.
language-system = النظام
clock-title = الوقت
clock-language = حسب اللغة
clock-24 = 24 ساعة
clock-12 = 12 ساعة
notify = الإشعارات
notify-about = التنبيه إلى الرسائل الجديدة عند الانشغال بشيء آخر.
notify-sound = الصوت
notify-sound-about = صوت سطح المكتب للرسالة الجديدة عند الانشغال بشيء آخر.
notify-say = ما تقوله
notify-say-text = الاسم والنص
notify-say-name = الاسم فقط
notify-say-nothing = وجود رسالة فقط
notify-say-about = ما دامت الشاشة مقفلة فهي لا تقول أكثر من وجود رسالة.
quiet-title = عدم الإزعاج حسب الساعة
quiet = ساعات الهدوء
quiet-about = لا تنبيه ولا صوت.
quiet-now = هدوء حتى { $time }.
quiet-from = من
quiet-to = إلى
quiet-days = تبدأ يوم
quiet-presence = يرى جهات الاتصال «عدم الإزعاج»
quiet-presence-about = بدلًا من أنك متصل أو بعيد.
quiet-mentions = الإشارات تصل
quiet-mentions-about = يصل التنبيه إلى الرسائل التي يرد فيها اسمك.
notice-message = رسالة جديدة
notice-messages = { $count ->
    [one] رسالة جديدة
    [two] رسالتان جديدتان
    [few] { $count } رسائل جديدة
   *[other] { $count } رسالة جديدة
}
notice-chats = { $messages ->
    [two] رسالتان جديدتان
    [few] { $messages } رسائل جديدة
   *[other] { $messages } رسالة جديدة
} { $chats ->
    [two] في محادثتين
    [few] في { $chats } محادثات
   *[other] في { $chats } محادثة
}
notice-request = يريد { $name } أن يكون من جهات اتصالك
notice-requests = { $count ->
    [one] يريد أحدهم أن يكون من جهات اتصالك
    [two] يريد شخصان أن يكونا من جهات اتصالك
    [few] يريد { $count } أشخاص أن يكونوا من جهات اتصالك
   *[other] يريد { $count } شخصًا أن يكونوا من جهات اتصالك
}
background-title = في الخلفية
background-keep = الاستمرار عند إغلاق النافذة
background-keep-about = تستمر الرسائل في الوصول إليك. أيقونة علبة النظام تعيد النافذة.
background-no-tray = لا توجد علبة أيقونات في سطح المكتب هذا. صغّر النافذة بدلًا من ذلك.
background-start = البدء عند تسجيل الدخول
background-start-about = يبدأ Kith دون نافذة وينتظر الرسائل.
tray-open = فتح Kith
tray-unread = { $count ->
    [0] Kith
    [one] Kith: رسالة واحدة غير مقروءة
   *[other] Kith: { $count } من الرسائل غير المقروءة
}
storage-folder = مجلد الملف الشخصي
storage-about = الرسائل وجهات الاتصال والمفاتيح فيه مشفّرة. لا تنسخه كنسخة احتياطية: فتح نسخة لاحقًا يستخدم المفاتيح مرتين. أنشئ نسخة احتياطية أدناه.
choose-file = اختيار…
backup-title = نسخة احتياطية
backup-about = ملف واحد مشفّر فيه جهات الاتصال والرسائل والإعدادات. احفظه على قرص آخر: يعيد كل شيء إذا ضاع هذا الحاسوب.
backup-make = إنشاء نسخة احتياطية
backup-what = توضع جهات الاتصال والرسائل والإعدادات في ملف واحد مشفّر. يستمر Kith في العمل أثناء ذلك.
backup-file = الملف
backup-opened-by = ما الذي يفتحها
by-words = كلماتي الأربع والعشرون
by-password = كلمة مرور
backup-by-words-about = لا يفتحها إلا عبارة الاستعادة. دون الكلمات لا قيمة لها.
backup-by-password-about = من يملك الملف وكلمة المرور هذه يملك حسابك. اختر كلمة طويلة.
backup-password = كلمة مرور النسخة
backup-profile-password = كلمة مرور هذا الملف الشخصي
backup-busy = تُكتب النسخة ثم تُقرأ للتحقق. يمكنك المتابعة أثناء ذلك.
backup-progress = { $percent } ٪
backup-stop = إيقاف
backup-auto = نسخ احتياطي تلقائي
backup-auto-about = في مجلد تختاره.
backup-auto-what = تُحفظ جهات الاتصال والرسائل والإعدادات مرة بعد مرة في ملف مشفّر داخل هذا المجلد. اختر مجلدًا على قرص آخر أو مجلدًا يُنسخ إلى مكان آخر.
backup-auto-kept = الفاصل الزمني: { $span }. عدد النسخ المحفوظة: { $keep }.
backup-every = الفاصل الزمني
backup-keep = عدد النسخ المحفوظة
backup-folder = المجلد
backup-auto-do = تشغيل
backup-auto-failed = لم تُنشأ نسخة احتياطية: { $reason }
backup-auto-last = آخر نسخة احتياطية: { $when }، { $size }
backup-auto-none = يجري إنشاء النسخة الأولى…
backup-auto-change = مجلد آخر
restored-copy = أُعيد هذا الملف الشخصي من نسخة أقدم. ما كُتب بعدها يعود من جهات اتصالك بقدر ما لديها منه.
recovery-asking = تُسأل جهات اتصالك عن أجهزتك التي تعرفها…
recovery-alone = أضف شخصًا يعرفك بدعوة منه: عندها تتعرّف عليك جهات اتصالك السابقة.
recovery-telling =
    { $count ->
        [one] جهة اتصال واحدة لم تعلم بعد أنك عدت. ستعلم حين يمكن الوصول إليها.
       *[other] { $count } من جهات الاتصال لم تعلم بعد أنك عدت. ستعلم حين يمكن الوصول إليها.
    }
recovery-unconfirmed = لم يمكن سؤال أحد من قبل. إذا استعدت هذا الحساب في مكان آخر منذ النسخة فستُحذَّر جهات اتصالك.
wipe-open = حذف كل شيء…
wipe-title = حذف كل شيء على هذا الحاسوب
wipe-about = المفاتيح أولًا، ثم الرسائل وجهات الاتصال. لن يُقرأ هنا شيء بعدها ولن يستعيده أحد.
wipe-copies = تبقى النسخ الاحتياطية في أماكن أخرى وما عند الآخرين. قد يحتفظ قرص SSD بكتل قديمة مدة: مع كلمة مرور لا تساوي أكثر منها.
wipe-type = اكتب «{ $word }» للمتابعة
wipe-word = حذف
wipe-do = حذف كل شيء
wipe-busy = يجري الحذف…
wipe-failed = تعذّر حذف كل شيء: { $reason }
enter-newline = مفتاح Enter يبدأ سطرًا جديدًا
enter-newline-about = الإرسال بالضغط على Ctrl+Enter.
about-version = Kith { $version }
about-licence = برنامج حر برخصة MIT أو Apache 2.0.
about-fonts = الخطوط والصور

## Said at the edge of the window

toast-copied = تم النسخ
toast-copied-invite = تم نسخ الدعوة
toast-copied-secret = تم النسخ؛ ويُزال من الحافظة بعد دقيقة
toast-echo = يبدأ الصدى…
toast-asked = أُرسل الطلب. يمكنك الكتابة بعد قبوله.
toast-declined = تم الرفض
toast-blocked = تم الحظر
toast-unblocked = أُلغي الحظر
toast-removed = تمت الإزالة
toast-revoked = أُلغيت الدعوة
toast-verified = تم التحقق
toast-unverified = أُلغي التحقق
toast-password = تم تعيين كلمة المرور
toast-no-password = أُزيلت كلمة المرور
toast-profile-saved = تم الحفظ
toast-bootstrap-added = تمت إضافة عقدة التمهيد
toast-bootstrap-removed = تمت إزالة عقدة التمهيد
toast-mailbox-added = تمت إضافة صندوق البريد
toast-mailbox-removed = تمت إزالة صندوق البريد
toast-backup = اكتملت النسخة الاحتياطية
toast-phrase = كلماتك الـ24 مكتوبة على ورق
toast-no-backup = تعذّر إنشاء نسخة احتياطية. انظر التخزين في الإعدادات.

## What went wrong

error-not-found = لم يعد هذا موجودًا.
error-not-a-contact = هذا الشخص ليس من جهات اتصالك.
error-blocked = لقد حظرت هذا الشخص.
error-too-large = النص طويل جدًا.
error-not-allowed = هذا غير ممكن الآن.
error-already-exists = هذا موجود بالفعل.
error-bad-link = هذا ليس رابط دعوة، أو أن جزءًا منه ناقص.
error-expired-link = انتهت صلاحية هذه الدعوة. اطلب دعوة جديدة.
error-used-link = سبق استخدام هذه الدعوة. اطلب دعوة جديدة.
error-words-wrong = الكلمة رقم { $position } ليست من الكلمات التي تُقال. اطلبها مرة أخرى.
error-words-unheard = هذه الكلمات الست لا تقود إلى أحد. قارن كل كلمة أو اطلب كلمات جديدة. يلزمكما عقدة تمهيد مشتركة أو الشبكة نفسها.
error-words-used = سبق استخدام هذه الكلمات. اطلب كلمات جديدة.
error-words-over = لم تعد هذه الكلمات تعمل. اطلب كلمات جديدة.
error-address-unknown = لا أحد تحت هذا العنوان. تحقق منه، أو اسأل الشخص إن كان عنوانه العام مفعّلًا.
error-offline = لا يمكن الوصول إلى أحد يستطيع الرد. تحقق من اتصالك وحاول مرة أخرى.
error-unsupported = لا يستطيع هذا الإصدار من Kith فعل ذلك.
error-rate-limited = محاولات كثيرة دفعة واحدة. انتظر قليلًا ثم حاول مرة أخرى.
error-invalid-argument = هناك خطأ ما. تحقق مما أدخلته وحاول مرة أخرى.
error-locked = الملف الشخصي مفتوح في برنامج آخر.
error-wrong-password = كلمة المرور غير صحيحة.
error-unauthorized = هذا غير مسموح.
error-unknown-method = لا يستطيع هذا الإصدار من Kith فعل ذلك.
error-snapshot-needed = فات شيء ما. حاول مرة أخرى.
error-storage-full = القرص ممتلئ. لم يُفقد شيء؛ أفسح مكانًا وحاول مرة أخرى.
error-storage = رفضت قاعدة البيانات ذلك. لم يتغير شيء.
error-cancelled = أُوقف.
error-shutting-down = يجري إغلاق Kith.
error-internal = حدث خطأ داخل Kith.
error-ended = حاول مرة أخرى. ما أرسلته محفوظ.

## Times

time-am = { $time } ص
time-pm = { $time } م
day-today = اليوم
day-yesterday = أمس
date-short = { $day } { $month }
date-short-year = { $day } { $month } { $year }
date-long = { $weekday }، { $day } { $month }
date-long-year = { $weekday }، { $day } { $month } { $year }
date-and-time = { $date }، { $time }
ago-now = الآن
ago-minutes = { $count ->
    [zero] الآن
    [one] منذ دقيقة
    [two] منذ دقيقتين
    [few] منذ { $count } دقائق
    [many] منذ { $count } دقيقة
   *[other] منذ { $count } دقيقة
}
weekday-monday = الاثنين
weekday-tuesday = الثلاثاء
weekday-wednesday = الأربعاء
weekday-thursday = الخميس
weekday-friday = الجمعة
weekday-saturday = السبت
weekday-sunday = الأحد
month-1 = يناير
month-2 = فبراير
month-3 = مارس
month-4 = أبريل
month-5 = مايو
month-6 = يونيو
month-7 = يوليو
month-8 = أغسطس
month-9 = سبتمبر
month-10 = أكتوبر
month-11 = نوفمبر
month-12 = ديسمبر

## Disappearing messages

span-seconds = { $count ->
    [zero] { $count } ثانية
    [one] ثانية واحدة
    [two] ثانيتين
    [few] { $count } ثوانٍ
    [many] { $count } ثانية
   *[other] { $count } ثانية
}
span-minutes = { $count ->
    [zero] { $count } دقيقة
    [one] دقيقة واحدة
    [two] دقيقتين
    [few] { $count } دقائق
    [many] { $count } دقيقة
   *[other] { $count } دقيقة
}
span-hours = { $count ->
    [zero] { $count } ساعة
    [one] ساعة واحدة
    [two] ساعتين
    [few] { $count } ساعات
    [many] { $count } ساعة
   *[other] { $count } ساعة
}
span-days = { $count ->
    [zero] { $count } يوم
    [one] يوم واحد
    [two] يومين
    [few] { $count } أيام
    [many] { $count } يومًا
   *[other] { $count } يوم
}
span-weeks = { $count ->
    [zero] { $count } أسبوع
    [one] أسبوع واحد
    [two] أسبوعين
    [few] { $count } أسابيع
    [many] { $count } أسبوعًا
   *[other] { $count } أسبوع
}
left-seconds = { $count } ث
left-minutes = { $count } د
left-hours = { $count } س
left-days = { $count } ي
left-weeks = { $count } أ
unit-minutes = دقائق
unit-hours = ساعات
unit-days = أيام
unit-weeks = أسابيع
expiry-title = الرسائل المؤقتة
expiry-menu = الرسائل المؤقتة…
expiry-about = كل ما يُكتب هنا من الآن يختفي: رسائلك بعد هذه المدة من إرسالها، ورسائلهم بعد هذه المدة من قراءتها. يُبلَّغ الطرف الآخر ويفعل الشيء نفسه، لكنه يستطيع الاحتفاظ بنسخة، كصورة للشاشة.
expiry-off = إيقاف
expiry-other = أخرى…
expiry-on = تختفي الرسائل بعد { $span }
expiry-own = أو بعد
expiry-amount = كم
expiry-unit = الوحدة
expiry-set = تعيين
expiry-too-long = سنة على الأكثر.
expires-in = تختفي خلال { $span }
expires-after = تختفي بعد { $span } من قراءتها
system-expiry = ضبط { $name } اختفاء الرسائل بعد { $span }
system-expiry-mine = ضبطتَ اختفاء الرسائل بعد { $span }
system-expiry-off = أوقف { $name } الرسائل المؤقتة
system-expiry-off-mine = أوقفتَ الرسائل المؤقتة

## Messages written ahead

later-open = الإرسال لاحقًا…
later-tonight = الليلة في { $time }
later-morning = غدًا في { $time }
later-title = الإرسال لاحقًا
later-text = النص
later-date = اليوم
later-date-hint = 2026-12-31
later-time = الوقت
later-time-hint = 09:00
later-at = سيُرسل: { $time }
later-over = مضى هذا الوقت.
later-unclear = اكتب اليوم هكذا 2026-12-31 والوقت هكذا 09:00.
later-about = يرسلها هذا الحاسوب. إن لم يكن Kith يعمل حينها، تُرسل عند تشغيله التالي.
later-do = الإرسال لاحقًا
later-waiting = { $count ->
    [zero] لا رسائل تنتظر الإرسال
    [one] رسالة واحدة تنتظر الإرسال
    [two] رسالتان تنتظران الإرسال
    [few] { $count } رسائل تنتظر الإرسال
    [many] { $count } رسالة تنتظر الإرسال
   *[other] { $count } رسالة تنتظر الإرسال
}
scheduled-title = بانتظار الإرسال
scheduled-none = لا شيء ينتظر هنا.
scheduled-now = أرسل الآن
scheduled-change = تعديل
toast-planned = ستُرسل في وقتها
planned-for = كُتبت مسبقًا لـ { $time }
planned-late = كُتبت مسبقًا لـ { $time } وأُرسلت متأخرة

## Polls

poll = استطلاع
poll-new = استطلاع جديد
poll-question = السؤال
poll-question-hint = ماذا تريد أن تعرف؟
poll-answers = الإجابات
poll-answer = الإجابة { $count }
poll-remove = إزالة الإجابة { $count }
poll-add = إجابة أخرى
poll-multiple = عدة إجابات معًا
poll-closes = يُغلق بعد
poll-closes-never = أبدًا
poll-about = يرى الجميع هنا من اختار ماذا.
poll-ask = اسأل
poll-close = إغلاق الاستطلاع
poll-closed = مغلق
poll-until = حتى { $time }
poll-voters = { $count ->
    [zero] لم يختر أحد
    [one] اختار شخص واحد
    [two] اختار شخصان
    [few] اختار { $count } أشخاص
    [many] اختار { $count } شخصًا
   *[other] اختار { $count } شخص
}
poll-option-spoken = { $count ->
    [zero] { $text }، لا أصوات
    [one] { $text }، صوت واحد
    [two] { $text }، صوتان
    [few] { $text }، { $count } أصوات
    [many] { $text }، { $count } صوتًا
   *[other] { $text }، { $count } صوت
}

introduce-to = تعريف بـ…
introduce-title = تعريف { $name } بـ
introduce-about = يُسأل الاثنان. يعرف كل منهما اسم الآخر، ولا شيء غيره قبل أن يوافقا.
introduce-nobody = لا يوجد بعد شخص آخر يمكنك تعريفه.
introduce-do = تعريف
introduction-card = هل تود التعرف على { $name }؟
introduction-mine = أظن أنه ينبغي أن تتعارفا، أنت و{ $name }.
introduction-ask = التعرف على { $name }
introduction-dismiss = ليس الآن
introduction-show = عرض جهة الاتصال
introduction-dismissed = وضعت هذا جانبًا. لم يُخبَر أحد.
introduction-agreed = لقد وافقت. بانتظار موافقة { $name }.
introduction-met = وافقتما أنت و{ $name }. قارنا رقم الأمان عندما تستطيعان.
introduction-open-mine = لا رد بعد
introduction-agreed-mine = تمت الموافقة. لم يرد الآخر بعد.
introduction-met-mine = وافق الاثنان.
toast-introduced = اقتُرح على الاثنين

# The pictures of a safety number: one word each, easy to tell apart when said aloud.
safety-emoji-fox = ثعلب
safety-emoji-octopus = أخطبوط
safety-emoji-owl = بومة
safety-emoji-turtle = سلحفاة
safety-emoji-bee = نحلة
safety-emoji-whale = حوت
safety-emoji-giraffe = زرافة
safety-emoji-elephant = فيل
safety-emoji-hedgehog = قنفذ
safety-emoji-rooster = ديك
safety-emoji-penguin = بطريق
safety-emoji-snail = حلزون
safety-emoji-crab = سلطعون
safety-emoji-frog = ضفدع
safety-emoji-zebra = حمار وحشي
safety-emoji-camel = جمل
safety-emoji-cactus = صبار
safety-emoji-sunflower = دوار الشمس
safety-emoji-clover = برسيم
safety-emoji-palm = نخلة
safety-emoji-mushroom = فطر
safety-emoji-leaf = ورقة شجر
safety-emoji-lemon = ليمون
safety-emoji-cherries = كرز
safety-emoji-melon = بطيخ
safety-emoji-carrot = جزر
safety-emoji-corn = ذرة
safety-emoji-cheese = جبن
safety-emoji-bread = خبز
safety-emoji-egg = بيضة
safety-emoji-cake = كعكة
safety-emoji-coffee = قهوة
safety-emoji-moon = قمر
safety-emoji-star = نجمة
safety-emoji-lightning = برق
safety-emoji-rainbow = قوس قزح
safety-emoji-fire = نار
safety-emoji-snowman = رجل ثلج
safety-emoji-volcano = بركان
safety-emoji-wave = موجة
safety-emoji-bicycle = دراجة
safety-emoji-train = قطار
safety-emoji-rocket = صاروخ
safety-emoji-sailboat = مركب شراعي
safety-emoji-tractor = جرار
safety-emoji-balloon = بالون
safety-emoji-gift = هدية
safety-emoji-dice = نرد
safety-emoji-guitar = غيتار
safety-emoji-trumpet = بوق
safety-emoji-drum = طبل
safety-emoji-bell = جرس
safety-emoji-key = مفتاح
safety-emoji-lock = قفل
safety-emoji-hammer = مطرقة
safety-emoji-anchor = مرساة
safety-emoji-clock = ساعة
safety-emoji-clip = مشبك
safety-emoji-book = كتاب
safety-emoji-lamp = مصباح
safety-emoji-glasses = نظارة
safety-emoji-hat = قبعة
safety-emoji-umbrella = مظلة
safety-emoji-compass = بوصلة

sticker-words = ملصق :{ $name }:
sticker-keep = أضف إلى ملصقاتي
stickers-title = الملصقات
emoji-tab = الرموز التعبيرية
stickers-tab = الملصقات
stickers-none = لا ملصقات بعد
stickers-none-about = أضف صورة صغيرة وأعطها اسمًا. تُرسل ملصقًا، وتظهر في نصوصك حيث تكتب اسمها بين نقطتين رأسيتين.
stickers-add = أضف ملصقًا
stickers-manage = إدارة الملصقات
stickers-own = ملصقاتك ورموزك التعبيرية
stickers-about = لكل صورة اسم. يمكن إرسالها ملصقًا، أو رمزًا بين الكلمات: اكتب :الاسم:. لا يُحفظ منها إلا بكسلاتها.
stickers-yours = ملصقاتك
stickers-count =
    { $count ->
        [zero] لا ملصقات
        [one] ملصق واحد
        [two] ملصقان
        [few] { $count } ملصقات
        [many] { $count } ملصقًا
       *[other] { $count } ملصق
    }
sticker-remove = إزالة :{ $name }:
sticker-from-clipboard = من الحافظة
sticker-choose = اختر صورة
sticker-paste = من الحافظة
sticker-name = الاسم
sticker-name-hint = حفلة
sticker-name-wrong = من 1 إلى 32 حرفًا أو رقمًا أو _ أو - أو +، لا أرقام وحدها
sticker-add = إضافة
toast-sticker-added = أُضيف الملصق
sticker-taken = لديك ملصق بهذا الاسم. اختر اسمًا آخر.
sticker-too-large = لا تصغر هذه الصورة بما يكفي. اختر صورة أبسط، 16 ميغابايت على الأكثر.
sticker-no-picture = ليست صورة يمكن قراءتها. اختر ملف PNG أو JPEG أو WebP.
sticker-unreadable = لم يعد ممكنًا قراءة الصورة. اخترها من جديد.
sticker-too-many = لديك 200 ملصق. أزل واحدًا أولًا.

call-start = اتصل بـ { $name }
call-another = أنت في مكالمة بالفعل. أنهها أولًا.
call-invisible = أنت مخفي، والمكالمات تحتاج إلى اتصال. اظهر أولًا.
call-nobody = لا يمكن الاتصال بهذا الشخص الآن.
call-rings = { $name } يتصل بك
call-you = يتصل بك
call-answer = رد
call-decline = رفض
call-hang-up = إنهاء المكالمة
call-mute = كتم الميكروفون
call-unmute = تشغيل الميكروفون
call-start-video = اتصال فيديو بـ { $name }
call-you-video = يتصل بك بالفيديو
call-answer-video = الرد بالفيديو
call-camera-on = تشغيل الكاميرا
call-camera-off = إيقاف الكاميرا
call-screen-on = عرض شاشتي
call-screen-off = إيقاف عرض شاشتي
call-their-picture = صورة { $name }
call-their-screen = شاشة { $name }
call-my-picture = صورتي
call-video-rests = توقف الفيديو لديك للحفاظ على الصوت
call-microphone = تشغيل الميكروفون أو كتمه
call-to-chat = افتح المحادثة مع { $name }
call-calling = جارٍ الاتصال…
call-ringing = يرن…
call-connecting = جارٍ التوصيل…
call-reconnecting = جارٍ إعادة التوصيل… { $left }
call-muted = صامت
call-they-muted = { $name } صامت
call-my-voice = صوتك
call-their-voice = صوت { $name }
call-way-direct = يمر الصوت من جهاز إلى جهاز.
call-way-relayed = يمر الصوت عبر مرحّل لا يستطيع سماعه.
call-way-overlay = لا يمر UDP، لذلك يمر الصوت بواسطة TCP عبر مرحّل لا يستطيع سماعه.
call-round-trip = ذهابًا وإيابًا في { $time }.
call-lost-share = فُقد { $percent } % في الطريق.
call-lost-short = فُقد { $percent } %
call-ended = انتهت المكالمة
call-outgoing = مكالمة صادرة
call-incoming = مكالمة واردة
call-missed = مكالمة فائتة
call-going-on = لم تنته بعد
call-cancelled = أُلغيت
call-declined = رُفضت
call-busy = في مكالمة أخرى
call-was-busy = كنت في مكالمة أخرى
call-no-answer = لا رد
call-not-answered = لم يُرد عليها
call-failed = تعذّر التوصيل
call-lost = انقطع الاتصال
call-replaced = استمرت في مكالمة أخرى
call-back = معاودة الاتصال

settings-sound = الصوت
sound-input = الميكروفون
sound-output = مكبر الصوت
sound-ring = الرنين
sound-ring-same = مكبر الصوت نفسه
sound-default = الافتراضي في النظام
sound-away = { $name } (غير متصل)
sound-stands-in = { $name } غير متصل. يُستخدم الافتراضي في النظام حتى يعود.
sound-given = اختير عند تشغيل البرنامج.
sound-looking = جارٍ البحث عن الأجهزة…
sound-no-system = لا يوجد في هذا الحاسوب نظام صوت، أو أنه لا يعمل: لا يجيب PulseAudio ولا PipeWire ولا ALSA.
sound-no-answer = نظام الصوت لا يجيب. قد تفيد إعادة تشغيله.
sound-no-microphone = لا يوجد ميكروفون. صِل واحدًا وإلا فلن يسمعك الآخرون.
sound-no-speaker = لا يوجد مكبر صوت. صِل واحدًا أو سماعات وإلا فلن تسمع أحدًا.
sound-not-allowed = النظام لا يسمح لـ Kith باستخدامه. اسمح بذلك في إعدادات النظام.
sound-failed = لا يمكن فتحه. ربما يستخدمه برنامج آخر.
sound-check-title = التجربة
sound-check-about = تأكد من عمل الميكروفون ومكبر الصوت قبل أن يتصل أحد.
sound-check = جرّب الميكروفون ومكبر الصوت
sound-check-busy = أنت في مكالمة تستخدم الميكروفون ومكبر الصوت. شريطها يُظهر مدى ارتفاع صوتك.
sound-check-stop = إيقاف
sound-level = مستوى الميكروفون
sound-record = سجّل واستمع
sound-tone = شغّل نغمة
sound-recording = قل شيئًا… { $seconds } ث
sound-playing = هكذا يسمعك الآخرون.
sound-tone-playing = هل تسمع النغمة؟
sound-listening = الميكروفون يسمعك.
sound-listening-silent = لا يُسمع شيء. تحدث أو اختر ميكروفونًا آخر.
sound-mode = متى يسمعك الآخرون
sound-mode-always = دائمًا
sound-mode-always-about = ما دام الميكروفون مشغّلًا.
sound-mode-voice = عندما أتحدث
sound-mode-voice-about = بين كلماتك لا يخرج شيء، ولا حتى ضوضاء.
sound-mode-key = عندما أضغط مفتاحًا
sound-mode-key-about = لا يخرج شيء إلا إذا ضغطت المفتاح أو الزر في شريط المكالمة.
sound-key = المفتاح
sound-key-about = يعمل ما دامت هذه النافذة هي النشطة.
sound-clean = تنقية الصوت
sound-noise = ضوضاء الخلفية
sound-noise-off = اتركها
sound-noise-normal = أقل
sound-noise-strong = أقل ما يمكن
sound-noise-about = «أقل ما يمكن» يزيل أيضًا أصوات لوحات المفاتيح والكلاب، ويستهلك المعالج أكثر.
sound-echo = إلغاء الصدى
sound-echo-about = لا يسمع الآخرون أنفسهم من مكبر صوتك. لا تعطّله إلا مع السماعات.
sound-gain = موازنة مستوى الصوت
sound-gain-about = تصل الأصوات الخافتة والعالية بالمستوى نفسه.
sound-volume = مستوى صوت { $name }
sound-volume-about = لك وحدك، ويُحفظ للمكالمة التالية.
sound-more = كل إعدادات الصوت
call-sound = الميكروفون ومكبر الصوت ومستواه
call-hold = اضغط { $key } للتحدث
