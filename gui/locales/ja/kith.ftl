### The texts of Kith. Short sentences, no jargon; what a button says is what it does.

app-name = Kith
you = 自分
back = 戻る
close = 閉じる
dismiss = 閉じる
cancel = キャンセル
save = 保存
open = 開く
quit = Kithを終了
accept = 承認
decline = 拒否
search = 検索
palette = コマンド
palette-hint = 人やコマンドを検索

## Making a profile

welcome-line = 直接つながって話せます。アカウント登録はなく、サーバーには封印されたメッセージがしばらく置かれるだけです。
welcome-point-account = 電話番号もメールアドレスも不要です。名前だけで使えます。
welcome-point-encrypted = 書いた内容を読めるのは、あなたと相手だけです。
welcome-point-disk = 履歴は暗号化され、このパソコンに残ります。
welcome-start = 始める
welcome-restore = プロフィールを持っています
you-title = お名前を教えてください
you-about = 追加した相手に表示されます。いつでも変更できます。
you-name = 名前
you-name-hint = 友だちからの呼び名
you-password = このパソコンで使うパスワード（任意）
you-password-hint = 空欄ならパスワードなしで開きます
you-password-about = 設定すると、起動のたびに入力が必要です。パスワードは誰にもリセットできません。
you-create = プロフィールを作成
you-busy = 鍵を作成しています…
restore-title = アカウントを復元
restore-from-file = バックアップから
restore-from-words = 24語だけから
restore-file-about = 連絡先、メッセージ、設定が戻ります。連絡先にはあなたがここにいることが伝わり、以前の端末は締め出されます。
restore-words-about = アカウントは戻りますが、連絡先とメッセージは戻りません。まず、あなたを知っている人をその人の招待で追加してください。そうすれば他の人もあなたと分かります。先にあなたの招待が使われると、あなたの鍵を持つ他人として警告されます。
restore-words = あなたの24語
restore-words-hint = 順番どおり、空白で区切って
restore-do = 復元する
restore-busy = 復元しています…
restore-after = 以前の端末では、このアカウントを使えなくなります。
restore-aside = 開けないプロフィールは失われません。フォルダーは「aside」と数字で終わる名前で残ります。
ready-title = { $name }さん、準備ができました
ready-identity = IDを作成しました（鍵はこのパソコンだけにあります）
ready-encrypted = 履歴はディスク上で暗号化されています
ready-listening = 同じネットワークからこのパソコンに接続できます
ready-peers = { $count }台のピアに接続しました
ready-no-peers = ほかのノードを探しています…
ready-invite = 友だちに見せるか、リンクを送ってください。これでお互いを見つけられます。
ready-start = チャットを始める

## Opening a profile

unlock-title = おかえりなさい
unlock-about = プロフィールはパスワードで保護されています。
unlock-password = パスワード
unlock-open = ロックを解除
unlock-busy = 開いています…
unlock-wrong = { $count ->
    [1] パスワードが違います。
   *[other] このパスワードも違います。（{ $count }回目）
}
failed-title = プロフィールを開けません
failed-ended = Kithのノードが停止しました
failed-lasting = プロフィールが壊れているか、鍵がありません。キーリングのロック解除などで鍵が戻れば、もう一度試すと開けます。そうでなければ、バックアップか24の単語でアカウントを復元できます。

## Around the window

nav-chats = チャット
nav-contacts = 連絡先
nav-network = ネットワーク
nav-settings = 設定
nav-profile = マイプロフィール
nothing-open-title = 会話を選んでください
nothing-open-about = Ctrl+Kで人やコマンドを探すこともできます。
first-title = 最初の相手を追加しましょう
first-about = 招待を渡すか、受け取った招待を貼り付けてください。それまでは「自分用メモ」でいろいろ試せます。
first-invite = 自分の招待を表示
first-echo = エコーで試す
first-enter = 招待リンクを使う

## Chats

search-hint = 検索
search-people = 人を検索
search-messages = メッセージ
search-nothing = 見つかりません
search-nothing-about = 別の言葉か、言葉の一部で試してください。
narrow-where = 場所
narrow-everywhere = すべて
narrow-who = 送信者
narrow-anyone = すべての人
narrow-when = 期間
narrow-any-time = すべての期間
narrow-week = 過去7日間
narrow-month = 過去30日間
narrow-year = 過去1年
narrow-what = 種類
narrow-any-kind = すべての種類
narrow-texts = メッセージ
narrow-polls = 投票
filter-name = 表示するチャット
filter-all = すべて
filter-unread = 未読
filter-requests = リクエスト（{ $count }）
chats-empty = 会話はまだありません
chats-empty-about = 相手を追加すると、メッセージをやり取りできます。
unread-nothing = すべて既読です
unread-nothing-about = 新しいメッセージはここに表示されます。
chat-draft = 下書き：{ $text }
chat-mine = 自分：{ $text }
standing-away = 離席中
standing-dnd = 取り込み中
sharing-title = 共有する情報
privacy-typing = 入力中の表示
privacy-typing-about = 接続中の連絡先に、入力していることが表示されます。
privacy-presence = オンラインと最終接続
privacy-presence-about = オンラインかどうかと、最後にいた時刻が連絡先に表示されます。
privacy-both-ways = お互いさまです。共有しない情報は、相手のものも見えません。
sharing-about = この連絡先だけの設定です。共有しない情報は、相手のものも見えません。
share-default = 全員と同じ
share-on = 常に
share-off = しない
profile-lasts = ステータスの期間
profile-lasts-kept = 変更するまで
profile-lasts-hours = { $count ->
   *[other] { $count }時間
}
presence-title = 在席状況
presence-online = オンライン
presence-online-about = このウィンドウを10分間使わないと、連絡先には離席中と表示されます。
presence-away = 離席中
presence-away-about = 連絡先に離席中と表示されます。
presence-dnd = 取り込み中
presence-dnd-about = 連絡先に表示され、このパソコンは通知しません。
presence-invisible = 非表示
presence-invisible-about = 連絡先にはオフラインと表示され、誰がいるかも見えません。直接の接続は行わず、メッセージはメールボックスを通るため時間がかかり、メールボックスがなければ待機します。書いた内容や、届いた・読んだという通知からは、いたことが分かります。
typing = 入力中…
typing-who = { $name }さんが入力中…
chat-nothing-yet = メッセージはまだありません
chat-spoken-mention = { $count ->
   *[other] { $name }、未読 { $count } 件、あなたへの言及あり
}
chat-spoken = { $count ->
    [0] { $name }とのチャット
   *[other] { $name }とのチャット、未読メッセージ{ $count }件
}
chat-next = 次のチャット
chat-previous = 前のチャット
requests-empty = リクエストはありません
requests-empty-about = 招待が使われると、相手がここに表示されます。
requests-about = リクエストを見たかどうかは相手に伝わりません。拒否しても通知されません。
request-no-text = 連絡先への追加を希望しています。
request-about = 承認すると、お互いにメッセージを送れるようになり、あなたがいつオンラインかが相手に表示されます。
notes-title = 自分用メモ
notes-open = 自分用メモ
notes-about = このパソコンのみ
notes-empty-about = ここに書いた内容は暗号化され、このパソコンの外には出ません。

## A conversation

messages = メッセージ
conversation-info = 相手の情報
conversation-to-end = 最新のメッセージへ
to-messages = メッセージへ
conversation-empty = あいさつしてみましょう
conversation-empty-about = ここに書いた内容を読めるのは、お二人だけです。
unread-line = 新しいメッセージ
gap-line = ここに届いていないメッセージがあります
composer-name = メッセージ
composer-hint = メッセージを入力
composer-send = 送信
composer-waiting = { $name }さんがリクエストを承認すると、メッセージを送れます。
composer-requested = リクエストを承認すると、メッセージを送れます。
composer-blocked = この人をブロックしています。メッセージを送るにはブロックを解除してください。
composer-removed = この人はもう連絡先にいません。
composer-alarm = メッセージを停止しています。上の警告をご覧ください。
message-unknown = このメッセージの表示には、新しいバージョンのKithが必要です。
message-copy = テキストをコピー
message-open-link = { $link } を開く
message-uncover = 隠された部分を表示
toolbar-react = リアクション
toolbar-reply = このメッセージに返信
toolbar-more = その他
pinned-count = { $count ->
   *[other] ピン留め { $count } 件
}
pinned-title = ピン留めしたメッセージ
pinned-none = ここにピン留めはもうありません。
message-select = 選択
selection-count = { $count ->
   *[other] メッセージ { $count } 件を選択中
}
selection-copy = メッセージをコピー
message-retry = 再試行
message-discard = 削除
message-reply = 返信
message-edit = 編集
message-edits = 以前の内容
message-forward = 転送
message-pin = 自分用にピン留め
message-unpin = ピン留めを外す
message-delete = 削除…
message-react = ほかの絵文字
message-deleted = 削除されたメッセージ
message-edited = 編集済み
message-forwarded = 転送
message-pinned = ピン留め
quote-name = メッセージ
quote-gone = もうここにありません
quote-spoken = { $text } への返信
reply-to = { $name } への返信
edit-strip = メッセージを編集
aim-drop = やめる
composer-emoji = 絵文字
emoji-title = 絵文字を選ぶ
delete-title = このメッセージを削除しますか？
delete-about = このコンピューターから、以前の内容と検索も含めて完全に取り除かれます。
delete-about-everyone = 「全員から削除」はお願いです。相手にも削除するよう頼みますが、すでに写しがあるかもしれず、強制はできません。
delete-for-me = 自分から削除
delete-for-everyone = 全員から削除
forward-title = 転送先
forward-about = 転送の印が付き、書いた人の名前なしで、自分のメッセージとして送られます。
forward-do = 転送する
toast-forwarded = 転送しました
edits-title = 以前の内容
edits-now = 今の内容
chat-pin = 一番上にピン留め
chat-unpin = ピン留めを外す
chat-mute-hour = 1時間ミュート
chat-mute-hours = 8時間ミュート
chat-mute-morning = 明日の{ $time }までミュート
chat-mute-always = 解除するまでミュート
chat-unmute = ミュートを解除
chat-muted = 解除するまでミュート中
chat-muted-until = { $time }までミュート中
chat-mute-name = ミュート
chat-mute-not = ミュートしない
chat-notify-title = 通知
chat-notify-about = メンションとは、あなたの名前を含むメッセージです。
chat-notify-all = すべて
chat-notify-mentions = メンションのみ
chat-notify-nothing = なし
chat-archive = アーカイブ
chat-unarchive = アーカイブから戻す
filter-archived = アーカイブ
archived-nothing = アーカイブは空です
archived-nothing-about = しまった会話は、新しいものが届くまでここにあります。
state-received = 受信済み
state-note = メモ
state-queued = 配信待ち
state-stored = 受け取り待ち
state-stored-until = { $count ->
   *[other] { $count } か所のメールボックスが { $date } まで保管
}
state-delivered = 配信済み
state-seen = 既読
state-failed = 未送信
notice-offline = オフラインです。書いたメッセージは、再び接続したときに送信されます。
notice-offline-more = 詳細

## People

contacts-requests = 連絡先リクエスト
contacts-people = つながっている人
contacts-waiting = 返事待ち
contacts-blocked = ブロック中
contacts-empty = まだ誰もいません
contacts-empty-about = 招待リンクかQRコードで追加してください。
standing-requested = 連絡先への追加を希望
standing-waiting = まだ返事がありません
standing-blocked = ブロック中
standing-online = オンライン
standing-offline = オフライン
standing-seen = 最終オンライン：{ $when }
contact-open = 連絡先を表示
contact-own-name = 本人が付けた名前：{ $name }
contact-write = メッセージを書く
contact-rename = 名前を変更
contact-block = ブロック
contact-unblock = ブロックを解除
contact-remove = 削除
contact-mail = メール
contact-mail-keep = { $name } のメールを預かる
contact-mail-keep-about = { $name } が不在の間、封印されたメッセージがこのコンピューターで待ちます。{ $name } と書く人にはこのコンピューターのネットワークアドレスが見えます。あなたは読めませんが、数と大きさは見えます。
contact-mail-off = { $name } のメールを預かるには、まず「ほかの人のメールを預かる」をオンにしてください。
contact-mail-settings = プライバシー設定
contact-mail-theirs = { $name } があなたのメールを預かっています
contact-mail-theirs-about = あなたが不在の間、封印されたメッセージが { $name } のコンピューターで待ちます。そこでは読めませんが、いつどこから預けられ、受け取られたか、およそ何人があなたに書いているかは見えます。
contact-mail-waits = { $name } が不在の間、メッセージは { $count } 個のメールボックスで待ちます。
contact-mail-nowhere = { $name } のメールボックスは分かっていません。二人ともオンラインになるまで、メッセージはここで待ちます。
contact-id = アカウント
contact-alarm = この人の端末リストが2種類見つかりました。別の誰かが鍵を持っている可能性があります。メッセージを停止しています。別の方法で本人に連絡してください。
copy-id = アカウントをコピー
waiting-about = リクエストを送りました。お互いがオンラインになると届きます。
blocked-about = 相手はあなたに連絡できません。そのことは相手に通知されません。
trust-title = 本当に本人ですか？
trust-verified = 確認済み
trust-verified-about = 安全番号を照合しました。変わった場合はKithが警告します。
trust-introduced = 未確認
trust-introduced-about = 会ったときや話すときに、この絵か数字を見比べてください。お互いに同じなら、間に誰も入り込んでいません。
trust-match = 一致しました
trust-take-back = 確認を取り消す
trust-copy = 数字をコピー
path-title = 接続
path-direct = 直接
path-direct-short = 直接
path-direct-about = お互いのパソコンが、間に誰も挟まずに通信しています。お互いのネットワークアドレスが相手に見えます。
path-relayed = リレー経由
path-relayed-short = リレー経由
path-relayed-about = リレーが接続を中継しています。リレーに見えるのは暗号化されたデータだけです。
path-none = 未接続
path-none-about = お互いがオンラインになるまで、メッセージはこのパソコンで待機します。

## Adding somebody

add-contact = 連絡先を追加
add-tabs = 招待を渡す・使う
add-tab-show = 自分の招待
add-tab-enter = リンクを使う
add-show-about = これを受け取った人は、あなたに連絡先リクエストを送れます。ほかの人に渡ることもあるので、信頼できる1人に渡してください。
add-qr = 招待のQRコード
add-copy = リンクをコピー
add-making = 招待を作成しています…
add-single-use = 1人用
add-single-use-about = 誰かが使うと無効になります。
add-link = 招待リンク
add-link-hint = kith:i/1/…
add-scan-clipboard = クリップボードから読み取る
add-scan-file = 画像を読み取る
add-scan-screen = 画面をスキャン
add-looking = 相手を確認しています…
add-mine = これはあなた自身の招待です。ほかの人に渡してください。
add-known = すでに知っている相手です。
add-preview-about = 相手にはあなたの名前と下のメッセージが表示され、承認するかどうかを決めます。
add-message = ひとこと自己紹介（任意）
add-message-hint = 合唱団でご一緒している者です
add-ask = { $name }さんにリクエスト
add-asking = リクエストを送信中…
scan-nothing = この画像に、読み取れるQRコードはありません。
scan-no-picture = クリップボードに画像もテキストもありません。
scan-no-screen = このデスクトップでは Kith が画面を見られません。画面の画像を作り、それをスキャンしてください。
scan-unreadable = このファイルは、Kithで読み取れる画像ではありません。

## Questions

confirm-remove-title = { $name }さんを削除しますか？
confirm-remove-about = { $name }さんはあなたにメッセージを送れなくなります。これまでの履歴はこのパソコンに残ります。
confirm-remove-do = 削除
confirm-block-title = { $name }さんをブロックしますか？
confirm-block-about = { $name }さんはあなたに連絡できなくなります。そのことは相手に通知されません。ブロックはいつでも解除できます。
confirm-block-do = ブロック
rename-about = この名前はあなたにだけ表示されます。空欄にすると、本人が付けた名前を使います。
rename-name = 名前
closing-title = Kith を動かし続けますか？
closing-about = メッセージは Kith が動いている間だけ届きます。ウィンドウがなくても動き続け、アイコンはトレイに残ります。
closing-keep = 動かし続ける
link-title = このリンクを開きますか？
link-about = このリンクは、見た目とは違う場所につながるかもしれません。
link-host = リンク先：{ $host }
link-open = それでも開く

## My profile

profile-edit = プロフィールを編集
profile-status = ステータス
profile-status-hint = 月曜まで不在です
profile-about = 名前とステータスは連絡先に表示されます。
profile-no-status = ステータスなし
account-id-about = これはあなたの公開鍵です。招待に含まれています。これだけでは何もできません。
exposed = 履歴は暗号化されていますが、鍵がすぐ隣にあります。キーリングもパスワードもありません。
password-title = パスワードを設定
password-is-set = 起動するたびにパスワードを確認します。
password-is-not-set = パスワードなしで開きます。このコンピューターをあなたとして使う人は、すべてを読めます。
password-change = パスワードを変更
password-remove = パスワードを削除
password-remove-about = その後は確認なしで、このコンピューターのキーリングかプロフィールフォルダー内の鍵で開きます。
password-current = 現在のパスワード
password-new = 新しいパスワード
password-busy = 処理中…
phrase-title = リカバリーフレーズ
phrase-about = この24語があなたのアカウントそのものです。これを知った人はあなたになりすませます。これがないままパソコンを失うと、アカウントも失われます。
phrase-show = 24語を表示
phrase-warning = 紙に書き留めてください。誰にも見せず、どこにも入力しないでください。
phrase-opening = 開いています…
phrase-copy = コピー
phrase-done = 書き留めました

## Network

health-good = 接続済み
health-good-about = ネットワークに接続しています。ほかの人はあなたを見つけられます。
health-relayed = リレー経由で接続可能
health-relayed-about = ルーターが外からの接続を通しません。リレーが接続を中継します。リレーに見えるのは暗号化されたデータだけです。
health-nearby = 近くの人のみ
health-nearby-about = 直接つながっている人はいますが、ブートストラップノードには接続していません。新しい人は、インターネット経由ではあなたを見つけられません。
health-offline = オフライン
health-offline-about = 誰ともつながっていません。メッセージはこのパソコンで待機します。
network-peers = { $count ->
    [0] ピアなし
   *[other] ピア{ $count }台
}
network-test-title = テスト
test-listen-udp = QUIC で待ち受け
test-listen-tcp = TCP で待ち受け
test-listen-bad = ほかのプログラムがポートを使っている可能性があります。
test-bootstrap-bad = 応答するブートストラップノードがありません。接続を確認するか、下で別のノードを追加してください。
test-relay = リレー
test-relay-bad = 予約を受け付けたリレーがありません。厳しいルーターの内側の人からは届かないことがあります。
test-rendezvous = 見つけてもらえる
test-rendezvous-bad = 今は連絡先からこのコンピューターを見つけられません。
test-public = 外部から到達可能
test-public-bad = 公開アドレスもリレーもここに通じていません。
test-mdns = ローカルネットワーク
test-mdns-bad = このネットワークのほかのコンピューターは自動では見つかりません。マルチキャストが使えません。
nat-public = インターネットに開いています
nat-mapped = 双方が試みれば接続できます
nat-symmetric = 相手ごとに別のポートを使うため、リレーが必要です
nat-unknown = まだ不明です
network-test = 接続をテスト
network-test-running = テスト中…
network-details = 詳細
network-addresses = このパソコンのアドレス
network-relays = リレー
network-traffic = 起動してから：受信{ $in }、送信{ $out }
network-nat = ルーター：{ $nat }
network-copy = 診断情報をコピー
bootstraps-title = ブートストラップノード
bootstraps-about = コミュニティが運営し、人と人が見つけ合うのを助けるノードです。メッセージは見えません。
bootstrap-add-label = ブートストラップノードを追加
bootstrap-add-hint = kith:b/1/… または /…/p2p/…
bootstrap-add = 追加
bootstrap-remove = { $address }を削除

## Settings

settings-account = アカウント
settings-privacy = プライバシー
settings-appearance = 外観
settings-language = 言語
settings-notifications = 通知
settings-network = ネットワーク
settings-storage = ストレージ
settings-shortcuts = キーボード
settings-about = Kithについて
privacy-receipts = 既読通知
privacy-receipts-about = メッセージを読んだことが相手に表示されます。
privacy-mail = メールボックス
privacy-mail-about = 不在の間、使用中のブートストラップノードが封をしたメッセージを預かります。内容は読めませんが、いつどこから預けられ、受け取られたかは分かります。
privacy-serve = ほかの人のメールを預かる
privacy-serve-about = 選んだ連絡先が不在の間、その人宛ての封印されたメッセージがこのコンピューターで待ちます。ここでは誰も読めません。ディスク容量といくらかの通信量を使い、預けたり受け取ったりする人にはこのコンピューターのネットワークアドレスが見えます。
privacy-serve-room = 容量
privacy-serve-used = { $room } 中 { $used } 使用
privacy-serve-for = 対象: { $names }
privacy-serve-nobody = まだ誰の分もありません。それぞれのページで選んでください。
privacy-serve-unreachable = 外部からこのコンピューターに直接つながらないため、どの連絡先にも知らされません。公開アドレスか、ポートを転送するルーターが必要です。
privacy-serve-erase = ここにあるものを削除
privacy-serve-second = 自分の 2 台目のコンピューター用:
privacy-serve-link = リンクをコピー
privacy-serve-token = トークンをコピー
privacy-about = 直接つながっている連絡先には、あなたのネットワークアドレスが見えます。ブートストラップノードとリレーには、あなたがいつオンラインかは見えますが、書いた内容は見えません。
theme-title = テーマ
theme-system = システム
theme-light = ライト
theme-dark = ダーク
theme-high-contrast = ハイコントラスト
theme-own = 自分のテーマは { $folder } にファイルとして置きます
palette-light = ライトテーマを使う
palette-dark = ダークテーマを使う
palette-high-contrast = ハイコントラストテーマを使う
text-size = 文字サイズ
zoom = 全体のサイズ
compact = コンパクト表示
compact-about = メッセージの間隔を狭くします。
still = 動きを減らす
still-about = 勝手に動いたり点滅したりするものがなくなります。
language-system = システム
clock-title = 時刻
clock-language = 言語に合わせる
clock-24 = 24時間
clock-12 = 12時間
notify = 通知
notify-about = ほかのことをしている間も、新しいメッセージを知らせます。
notify-sound = 音
notify-sound-about = ほかのことをしている間、新しいメッセージをデスクトップの音で知らせます。
notify-say = 通知の内容
notify-say-text = 名前と本文
notify-say-name = 名前のみ
notify-say-nothing = 届いたことのみ
notify-say-about = 画面がロックされている間は、届いたことだけを知らせます。
quiet-title = 時刻による「取り込み中」
quiet = おやすみ時間
quiet-about = 通知も音もありません。
quiet-now = { $time }まで通知しません。
quiet-from = 開始
quiet-to = 終了
quiet-days = 開始する曜日
quiet-presence = 連絡先に「取り込み中」と表示
quiet-presence-about = オンラインまたは離席中の代わりに表示されます。
quiet-mentions = メンションは通知する
quiet-mentions-about = あなたの名前を含むメッセージは通知されます。
notice-message = 新しいメッセージ
notice-messages = 新しいメッセージ { $count } 件
notice-chats = { $chats } 件のチャットに新しいメッセージ { $messages } 件
notice-request = { $name } さんが連絡先になることを希望しています
notice-requests = { $count } 人が連絡先になることを希望しています
background-title = バックグラウンド
background-keep = ウィンドウを閉じても動かし続ける
background-keep-about = メッセージは引き続き届きます。トレイのアイコンでウィンドウを戻せます。
background-no-tray = このデスクトップにはトレイがありません。代わりにウィンドウを最小化してください。
background-start = ログイン時に起動する
background-start-about = Kith はウィンドウなしで起動し、メッセージを待ちます。
tray-open = Kith を開く
tray-unread = { $count ->
    [0] Kith
   *[other] Kith: 未読メッセージ { $count } 件
}
storage-folder = プロフィールのフォルダー
storage-about = 中のメッセージ、連絡先、鍵は暗号化されています。バックアップとしてコピーしないでください。コピーを後で開くと鍵が二度使われます。下でバックアップを作成してください。
choose-file = 選択…
backup-title = バックアップ
backup-about = 連絡先、メッセージ、設定を入れた暗号化ファイルです。別のディスクに保管してください。このコンピューターを失っても、すべてを戻せます。
backup-make = バックアップを作成
backup-what = 連絡先、メッセージ、設定を一つの暗号化ファイルに入れます。その間も Kith は動き続けます。
backup-file = ファイル
backup-opened-by = 開く方法
by-words = 自分の24語
by-password = パスワード
backup-by-words-about = 復元フレーズだけで開きます。語がなければ役に立ちません。
backup-by-password-about = ファイルとこのパスワードを持つ人は、あなたのアカウントを持ちます。長いものを選んでください。
backup-password = バックアップのパスワード
backup-profile-password = このプロフィールのパスワード
backup-busy = バックアップを書き、読み返して確かめています。その間も続けられます。
backup-progress = { $percent } %
backup-stop = 中止
recovery-asking = 連絡先が知っているあなたの端末を確認しています…
recovery-alone = あなたを知っている人を、その人の招待で追加してください。そうすれば以前の連絡先があなたと分かります。
recovery-telling = { $count } 件の連絡先には、復元がまだ伝わっていません。つながったときに伝わります。
recovery-unconfirmed = 事前に誰にも確認できませんでした。バックアップの後に別の場所で復元していた場合、連絡先に警告が出ます。
wipe-open = すべて削除…
wipe-title = このコンピューターからすべて削除
wipe-about = まず鍵を、次にメッセージと連絡先を削除します。ここにあるものは二度と読めず、誰も元に戻せません。
wipe-copies = 他の場所のバックアップや相手の手元のものは残ります。SSD には古いブロックがしばらく残ることがありますが、パスワードがあればそれ以上の価値はありません。
wipe-type = 続けるには「{ $word }」と入力してください
wipe-word = 削除
wipe-do = すべて削除
wipe-busy = 削除しています…
wipe-failed = すべては削除できませんでした: { $reason }
enter-newline = Enterで改行
enter-newline-about = Ctrl+Enterで送信します。
about-version = Kith { $version }
about-licence = MITまたはApache 2.0ライセンスの自由ソフトウェアです。
about-fonts = フォントと画像

## Said at the edge of the window

toast-copied = コピーしました
toast-copied-invite = 招待をコピーしました
toast-copied-secret = コピーしました。1分後にクリップボードから消去されます
toast-echo = エコーを起動しています…
toast-asked = リクエストを送りました。承認されるとメッセージを送れます。
toast-declined = 拒否しました
toast-blocked = ブロックしました
toast-unblocked = ブロックを解除しました
toast-removed = 削除しました
toast-verified = 確認済みにしました
toast-unverified = 確認を取り消しました
toast-password = パスワードを設定しました
toast-no-password = パスワードを削除しました
toast-profile-saved = 保存しました
toast-bootstrap-added = ブートストラップノードを追加しました
toast-bootstrap-removed = ブートストラップノードを削除しました
toast-backup = バックアップが完了しました

## What went wrong

error-not-found = もう存在しません。
error-not-a-contact = この人は連絡先にいません。
error-blocked = この人をブロックしています。
error-too-large = 長すぎます。
error-not-allowed = 今はできません。
error-already-exists = すでに存在します。
error-bad-link = 招待リンクではないか、一部が欠けています。
error-expired-link = この招待は期限切れです。新しい招待を頼んでください。
error-used-link = この招待はすでに使われています。新しい招待を頼んでください。
error-offline = 応答できる相手に接続できません。接続を確認して、もう一度お試しください。
error-unsupported = このバージョンのKithではできません。
error-rate-limited = 一度に多すぎます。少し待ってから、もう一度お試しください。
error-invalid-argument = 正しくないようです。確認して、もう一度お試しください。
error-locked = プロフィールは別のプログラムで開かれています。
error-wrong-password = パスワードが違います。
error-unauthorized = 許可されていません。
error-unknown-method = このバージョンのKithではできません。
error-snapshot-needed = 一部を受け取れませんでした。もう一度お試しください。
error-storage-full = ディスクがいっぱいです。失われたものはありません。空きを作って、もう一度お試しください。
error-storage = データベースに拒否されました。何も変更されていません。
error-cancelled = 中止しました。
error-shutting-down = Kithを終了しています。
error-internal = Kithの内部で問題が発生しました。
error-ended = もう一度お試しください。送信したものは残っています。

## Times

time-am = 午前{ $time }
time-pm = 午後{ $time }
day-today = 今日
day-yesterday = 昨日
date-short = { $month }{ $day }日
date-short-year = { $year }年{ $month }{ $day }日
date-long = { $month }{ $day }日（{ $weekday }）
date-long-year = { $year }年{ $month }{ $day }日（{ $weekday }）
date-and-time = { $date } { $time }
ago-now = たった今
ago-minutes = { $count }分前
weekday-monday = 月曜日
weekday-tuesday = 火曜日
weekday-wednesday = 水曜日
weekday-thursday = 木曜日
weekday-friday = 金曜日
weekday-saturday = 土曜日
weekday-sunday = 日曜日
month-1 = 1月
month-2 = 2月
month-3 = 3月
month-4 = 4月
month-5 = 5月
month-6 = 6月
month-7 = 7月
month-8 = 8月
month-9 = 9月
month-10 = 10月
month-11 = 11月
month-12 = 12月

## Disappearing messages

span-seconds = { $count }秒
span-minutes = { $count }分
span-hours = { $count }時間
span-days = { $count }日
span-weeks = { $count }週間
left-seconds = { $count }秒
left-minutes = { $count }分
left-hours = { $count }時間
left-days = { $count }日
left-weeks = { $count }週
unit-minutes = 分
unit-hours = 時間
unit-days = 日
unit-weeks = 週間
expiry-title = 消えるメッセージ
expiry-menu = 消えるメッセージ…
expiry-about = これから書くメッセージは消えます。自分のものは送信後、相手のものは読んだ後、この時間が過ぎると消えます。相手にも知らされ同じように消えますが、画面の写真などのコピーは残せます。
expiry-off = オフ
expiry-other = その他…
expiry-on = メッセージは{ $span }後に消えます
expiry-own = または
expiry-amount = 数
expiry-unit = 単位
expiry-set = 設定
expiry-too-long = 最長1年です。
expires-in = { $span }後に消えます
expires-after = 読んでから{ $span }後に消えます
system-expiry = { $name }さんがメッセージを{ $span }後に消えるようにしました
system-expiry-mine = メッセージを{ $span }後に消えるようにしました
system-expiry-off = { $name }さんが消えるメッセージをオフにしました
system-expiry-off-mine = 消えるメッセージをオフにしました

## Messages written ahead

later-open = 後で送信…
later-tonight = 今夜 { $time }
later-morning = 明日 { $time }
later-title = 後で送信
later-text = 本文
later-date = 日付
later-date-hint = 2026-12-31
later-time = 時刻
later-time-hint = 09:00
later-at = 送信日時: { $time }
later-over = この時刻は過ぎています。
later-unclear = 日付は2026-12-31、時刻は09:00のように入力してください。
later-about = このコンピューターが送信します。その時にKithが動いていなければ、次の起動時に送信します。
later-do = 後で送信
later-waiting = { $count }件のメッセージが送信待ちです
scheduled-title = 送信待ち
scheduled-none = 送信待ちはありません。
scheduled-now = 今すぐ送信
scheduled-change = 変更
toast-planned = 指定の時刻に送信します
planned-for = { $time }に予約
planned-late = { $time }に予約、遅れて送信

## Polls

poll = 投票
poll-new = 新しい投票
poll-question = 質問
poll-question-hint = 何を聞きますか？
poll-answers = 選択肢
poll-answer = 選択肢{ $count }
poll-remove = 選択肢{ $count }を削除
poll-add = 選択肢を追加
poll-multiple = 複数選択
poll-closes = 締め切り
poll-closes-never = なし
poll-about = 誰が何を選んだかは全員に見えます。
poll-ask = 投票を始める
poll-close = 投票を締め切る
poll-closed = 締め切り済み
poll-until = { $time }まで
poll-voters = { $count }人が投票
poll-option-spoken = { $text }、{ $count }票

introduce-to = 紹介する…
introduce-title = { $name } さんを紹介する相手
introduce-about = 両方に尋ねます。互いの名前だけが伝わり、両方が同意するまでそれ以外は何も伝わりません。
introduce-nobody = 紹介できる人がほかにまだいません。
introduce-do = 紹介する
introduction-card = { $name } さんと知り合いになりますか？
introduction-mine = { $name } さんと知り合うとよいと思います。
introduction-ask = { $name } さんと知り合う
introduction-dismiss = 今はしない
introduction-show = 連絡先を表示
introduction-dismissed = 見送りました。誰にも伝わっていません。
introduction-agreed = 同意しました。{ $name } さんの同意を待っています。
introduction-met = { $name } さんとお互いに同意しました。機会があれば安全番号を比べてください。
introduction-open-mine = まだ返事がありません
introduction-agreed-mine = 同意しました。もう一人の返事を待っています。
introduction-met-mine = 両方が同意しました。
toast-introduced = 両方に提案しました
