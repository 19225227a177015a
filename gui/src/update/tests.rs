use kith_node::{
    ApiError, ErrorCode, Event, ProfileState, Reply, Snapshot,
    params::{AddReply, ChatReply, Done, HistoryReply, InviteReply, PreviewReply, SendReply, ServeReply, TestReply},
    views::{
        ContactState, METERED, Message, MessageKind, MessageState, Metered, NetworkStatus, Presence, RECEIPTS_SEEN,
        TestStep,
    },
};

use super::*;
use crate::model::{
    AddTab, NewPassword, Preview, Sheet, Step,
    samples::{NOW, account, chat, chat_id, contact, message, message_id, network, profile},
};

mod calls;
mod invites;
mod link_preview;
mod mailboxes;
mod messages;
mod notify;
mod settings;
mod stickers;
mod typing;
mod video;

fn snapshot() -> Box<Snapshot> {
    Box::new(Snapshot {
        seq: 1,
        profile: profile(),
        contacts: vec![contact(1, "Mara")],
        chats: vec![chat(1, "Mara")],
        network: network(),
        settings: Default::default(),
        calls: Vec::new(),
    })
}

/// A window in which the node runs.
fn ready() -> Model {
    let mut model = Model { now: NOW, ..Model::default() };
    let _effects =
        update(&mut model, Action::Node(FromNode::Started { snapshot: snapshot(), lock: Some(ProfileState::Keyring) }));
    model
}

/// The same with the conversation with Mara open and these messages in it.
fn talking(messages: Vec<Message>) -> Model {
    let mut model = ready();
    let _effects = update(&mut model, Action::OpenChat(chat_id(1)));
    page(&mut model, Load::First, messages);
    let _effects = update(&mut model, Action::AtEnd(chat_id(1), true));
    model
}

fn page(model: &mut Model, load: Load, messages: Vec<Message>) -> Vec<Effect> {
    let page = HistoryReply { messages, more_before: false, more_after: false };
    let reply = FromNode::Reply(Then::Page(chat_id(1), load), Ok(Reply::ChatsHistory(page)));
    update(model, Action::Node(reply))
}

fn reply(model: &mut Model, then: Then, result: Result<Reply, ErrorCode>) -> Vec<Effect> {
    let result = result.map_err(|code| ApiError::new(code, "no"));
    update(model, Action::Node(FromNode::Reply(then, result)))
}

fn calls(effects: &[Effect]) -> Vec<&'static str> {
    let name = |effect: &Effect| if let Effect::Call(command, _) = effect { Some(command.name()) } else { None };
    effects.iter().filter_map(name).collect()
}

fn theirs(n: u32) -> Message {
    Message { author: account(1), state: None, ..message(n) }
}

#[test]
fn the_way_to_a_profile() {
    let mut model = Model::default();
    let _effects = update(&mut model, Action::Node(FromNode::NoProfile));
    let _effects = update(&mut model, Action::Step(Step::You));
    assert!(update(&mut model, Action::Create).is_empty(), "without a name there is nothing to make");
    let _effects = update(&mut model, Action::OnboardingName("  Ada ".into()));
    let started = update(&mut model, Action::Create);
    assert_eq!(started, [Effect::Start { name: Some("Ada".into()), password: None }]);
    assert!(update(&mut model, Action::Create).is_empty(), "a second click makes no second profile");
    let _effects =
        update(&mut model, Action::Node(FromNode::Failed { reason: "The disk is full".into(), lasting: false }));
    assert!(
        matches!(&model.stage, Stage::Onboarding(page) if !page.busy && page.name.trim() == "Ada"),
        "typed in vain"
    );
    let mut nowhere = snapshot();
    let addresses = std::mem::take(&mut nowhere.network.addresses);
    let started = FromNode::Started { snapshot: nowhere.clone(), lock: Some(ProfileState::Keyring) };
    assert_eq!(calls(&update(&mut model, Action::Node(started))), ["stickers.list"], "no invite that leads nowhere");
    assert_eq!(calls(&update(&mut model, Action::Tick)), [""; 0]);
    let status = NetworkStatus { addresses, ..nowhere.network };
    let _effects = update(&mut model, Action::Node(FromNode::Events(vec![Event::NetworkChanged { status }])));
    assert_eq!(calls(&update(&mut model, Action::Tick)), ["contacts.invite"]);
    assert_eq!(calls(&update(&mut model, Action::Tick)), [""; 0], "one is enough");
    let invite = InviteReply {
        link: "kith:i/1/x".into(),
        invite: "00".repeat(16).parse().unwrap(),
        expires_at: NOW,
        words: None,
    };
    let _effects = reply(&mut model, Then::Invited, Ok(Reply::ContactsInvite(invite)));
    assert_eq!(model.view.welcome.as_ref().and_then(|add| add.link.clone()).as_deref(), Some("kith:i/1/x"));
}

#[test]
fn a_wrong_password_is_counted_and_can_be_tried_again() {
    let mut model = Model::default();
    let _effects = update(&mut model, Action::Node(FromNode::NeedsPassword));
    for wrong in 1..=2 {
        let _effects = update(&mut model, Action::UnlockPassword("guess".to_owned().into()));
        assert!(matches!(update(&mut model, Action::Unlock)[..], [Effect::Start { name: None, password: Some(_) }]));
        let _effects = update(&mut model, Action::Node(FromNode::WrongPassword));
        assert!(
            matches!(&model.stage, Stage::Unlock(page) if page.wrong == wrong && page.password.as_str().is_empty())
        );
    }
}

#[test]
fn a_node_that_ended_is_opened_again_once() {
    let mut model = talking(vec![message(1)]);
    assert_eq!(update(&mut model, Action::Node(FromNode::Ended)), []);
    assert!(matches!(&model.stage, Stage::Failed(page) if page.reason == "error-ended" && !page.lasting && !page.busy));
    assert!(model.talks.is_empty(), "what it said before may be old");
    assert_eq!(update(&mut model, Action::OpenAgain), [Effect::Open]);
    assert_eq!(update(&mut model, Action::OpenAgain), [], "a second click");
    let started = FromNode::Started { snapshot: snapshot(), lock: Some(ProfileState::Keyring) };
    assert_eq!(calls(&update(&mut model, Action::Node(started))), ["stickers.list"]);
    assert!(matches!(model.stage, Stage::Ready) && model.chats.len() == 1);
}

#[test]
fn what_the_desktop_knows_of_the_connection_is_told_to_every_node() {
    let metered = |seems| Effect::Call(Command::NetworkMetered(Metered { metered: seems }), Then::Nothing);
    let started = || {
        let started = FromNode::Started { snapshot: snapshot(), lock: Some(ProfileState::Keyring) };
        Action::Node(started)
    };
    let mut model = Model::default();
    assert_eq!(update(&mut model, Action::SeemsMetered(true)), [], "no node yet");
    assert!(update(&mut model, started()).contains(&metered(true)));
    assert_eq!(update(&mut model, Action::SeemsMetered(false)), [metered(false)]);
    let _effects = update(&mut model, Action::Node(FromNode::Ended));
    assert_eq!(calls(&update(&mut model, started())), ["stickers.list"], "it is not metered unless told");
    let set = |value: serde_json::Value| {
        let params = params::SettingsSetParams { key: METERED.to_owned(), value };
        Effect::Call(Command::SettingsSet(params), Then::Nothing)
    };
    assert_eq!(update(&mut model, Action::Metered(Some(true))), [set(true.into())]);
    assert_eq!(model.settings.metered, Some(true));
    assert_eq!(update(&mut model, Action::Metered(None)), [set(serde_json::Value::Null)]);
}

#[test]
fn a_test_of_the_network_runs_once_and_its_steps_stay() {
    let mut model = ready();
    let effects = update(&mut model, Action::TestNetwork);
    assert_eq!(calls(&effects), ["network.test"]);
    assert_eq!(model.view.network_test, Some(None), "it runs");
    assert!(update(&mut model, Action::TestNetwork).is_empty(), "a second press does nothing");
    let step = |name: &str, ok| TestStep { name: name.into(), ok, detail: String::new() };
    let steps = vec![step("listen_udp", true), step("bootstrap", false)];
    let tested = Reply::NetworkTest(TestReply { steps: steps.clone() });
    let _effects = reply(&mut model, Then::Tested, Ok(tested));
    assert_eq!(model.view.network_test, Some(Some(steps)));
    assert_eq!(calls(&update(&mut model, Action::TestNetwork)), ["network.test"], "and again");
    let _effects = reply(&mut model, Then::Tested, Err(ErrorCode::Internal));
    assert_eq!(model.view.network_test, None);
}

#[test]
fn a_message_is_shown_once_whichever_comes_first() {
    for event_first in [true, false] {
        let mut model = talking(vec![]);
        let _effects = update(&mut model, Action::Draft(chat_id(1), "Hello ".into()));
        let effects = update(&mut model, Action::Send(chat_id(1)));
        assert!(calls(&effects).starts_with(&["chats.send"]), "{effects:?}");
        let talk = &model.talks[&chat_id(1)];
        assert_eq!((talk.draft.as_str(), talk.pending.len()), ("", 1));
        let local = talk.pending[0].local;
        let event = Event::MessageUpserted { message: Message { text: Some("Hello".into()), ..message(5) } };
        let event = || Action::Node(FromNode::Events(vec![event.clone()]));
        let sent = Reply::ChatsSend(SendReply { message: message_id(5) });
        if event_first {
            let _effects = update(&mut model, event());
            assert_eq!(model.talks[&chat_id(1)].pending.len(), 0, "the same message twice");
        }
        let _effects = reply(&mut model, Then::Sent(chat_id(1), local), Ok(sent));
        if !event_first {
            let _effects = update(&mut model, event());
        }
        let talk = &model.talks[&chat_id(1)];
        assert_eq!((talk.messages.len(), talk.pending.len()), (1, 0));
    }
}

#[test]
fn a_refused_message_stays_and_can_be_tried_again() {
    let mut model = talking(vec![]);
    let _effects = update(&mut model, Action::Draft(chat_id(1), "Hello".into()));
    let _effects = update(&mut model, Action::Send(chat_id(1)));
    let local = model.talks[&chat_id(1)].pending[0].local;
    let _effects = reply(&mut model, Then::Sent(chat_id(1), local), Err(ErrorCode::StorageFull));
    assert_eq!(model.talks[&chat_id(1)].pending[0].error.as_deref(), Some("error-storage-full"));
    let effects = update(&mut model, Action::Retry(chat_id(1), local));
    assert_eq!(calls(&effects), ["chats.send"]);
    let _effects = update(&mut model, Action::Discard(chat_id(1), local));
    assert!(model.talks[&chat_id(1)].pending.is_empty());
}

#[test]
fn only_what_is_seen_is_read() {
    let arrive = |model: &mut Model, n: u32| {
        let mut changed = model.chats[&chat_id(1)].clone();
        changed.unread = 1;
        let events = vec![Event::MessageUpserted { message: theirs(n) }, Event::ChatChanged { chat: changed }];
        calls(&update(model, Action::Node(FromNode::Events(events))))
    };
    let mut model = talking(vec![theirs(1)]);
    assert_eq!(arrive(&mut model, 2), ["chats.mark_read"]);
    let _effects = update(&mut model, Action::AtEnd(chat_id(1), false));
    assert_eq!(arrive(&mut model, 3), [""; 0], "the end is not on the screen");
    let _effects = update(&mut model, Action::Focus(false));
    let _effects = update(&mut model, Action::AtEnd(chat_id(1), true));
    assert_eq!(arrive(&mut model, 4), [""; 0], "somebody looks elsewhere");
    assert_eq!(calls(&update(&mut model, Action::Focus(true))), ["chats.mark_read"]);
    let _effects = update(&mut model, Action::Go(Route::Network));
    assert_eq!(arrive(&mut model, 5), [""; 0]);
}

#[test]
fn a_conversation_opens_at_its_first_unread_message() {
    let mut model = ready();
    model.chats.get_mut(&chat_id(1)).unwrap().unread = 2;
    let effects = update(&mut model, Action::OpenChat(chat_id(1)));
    assert_eq!(calls(&effects), ["chats.history", "chats.pinned"]);
    page(&mut model, Load::First, vec![theirs(1), theirs(2), message(3), theirs(4)]);
    assert_eq!(model.talks[&chat_id(1)].unread_from, Some(message_id(2)));
    assert_eq!(model.talks[&chat_id(1)].scroll.to, Some(message_id(2)));
}

#[test]
fn a_pasted_invite_is_looked_up_and_an_old_answer_is_not_shown() {
    let mut model = ready();
    let _effects = update(&mut model, Action::AddContact(AddTab::Enter));
    let link = |letter: &str| format!("kith:i/1/{}", letter.repeat(80));
    let effects = update(&mut model, Action::AddInput(format!("Look: {} ok?", link("a"))));
    assert_eq!(calls(&effects), ["contacts.preview"]);
    let _effects = update(&mut model, Action::AddInput(link("b")));
    let person = |name: &str| PreviewReply {
        account: account(2),
        link: link("b"),
        name: name.into(),
        state: None,
        mine: false,
        single_use: true,
        expires_at: None,
        work_bits: None,
    };
    let _effects = reply(&mut model, Then::Previewed(link("a")), Ok(Reply::ContactsPreview(person("Old"))));
    let preview = |model: &Model| match &model.view.sheet {
        Some(crate::model::Sheet::AddContact(add)) => add.preview.clone(),
        _ => panic!("the sheet is closed"),
    };
    assert_eq!(preview(&model), Preview::Looking);
    assert!(calls(&update(&mut model, Action::AddConfirm)).is_empty(), "nobody is asked before they are shown");
    let _effects = reply(&mut model, Then::Previewed(link("b")), Ok(Reply::ContactsPreview(person("New"))));
    assert!(matches!(preview(&model), Preview::Person { name, .. } if name == "New"));
    assert_eq!(calls(&update(&mut model, Action::AddConfirm)), ["contacts.add"]);
    assert!(calls(&update(&mut model, Action::AddConfirm)).is_empty(), "a second click");
    let added = AddReply { account: account(2), state: ContactState::Waiting };
    let _effects = reply(&mut model, Then::Added, Ok(Reply::ContactsAdd(added)));
    assert_eq!(model.view.route, Route::Contacts { open: Some(account(2)) });
}

#[test]
fn words_that_were_said_are_looked_up_once_all_are_typed() {
    let mut model = ready();
    let _effects = update(&mut model, Action::AddContact(AddTab::Enter));
    let preview = |model: &Model| match &model.view.sheet {
        Some(Sheet::AddContact(add)) => add.preview.clone(),
        other => panic!("{other:?}"),
    };
    let mut enter = |text: &str| {
        let effects = update(&mut model, Action::AddInput(text.into()));
        (preview(&model), calls(&effects))
    };
    assert_eq!(enter("zoo, able ab"), (Preview::Words(3), vec![]));
    assert_eq!(enter("zoo able umbrela above absent zoo"), (Preview::WrongWord(3), vec![]));
    assert_eq!(enter("zoo able about above absent abando"), (Preview::Words(5), vec![]), "it is being typed");
    assert_eq!(enter("zoo able about above absent abando "), (Preview::WrongWord(6), vec![]));
    assert_eq!(enter("zoo able about above absent abandon zoo"), (Preview::Nothing, vec![]));
    assert_eq!(enter("https://example.org"), (Preview::Nothing, vec![]));
    assert_eq!(enter("Zoo able about above absent abandon"), (Preview::Looking, vec!["contacts.preview"]));
    let words = || "zoo able about above absent abandon".to_owned();
    let _effects = reply(&mut model, Then::Previewed(words()), Err(ErrorCode::NotFound));
    assert_eq!(preview(&model), Preview::Bad("error-words-unheard".into()));
    let _effects = reply(&mut model, Then::Previewed(words()), Err(ErrorCode::Offline));
    assert_eq!(preview(&model), Preview::Bad("error-offline".into()));
    let person = PreviewReply {
        account: account(2),
        link: "kith:i/1/found".into(),
        name: "Mara".into(),
        state: None,
        mine: false,
        single_use: true,
        expires_at: None,
        work_bits: None,
    };
    let _effects = reply(&mut model, Then::Previewed(words()), Ok(Reply::ContactsPreview(person)));
    let asked = update(&mut model, Action::AddConfirm);
    let [Effect::Call(Command::ContactsAdd(params), _)] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(params.link, "kith:i/1/found", "the words may lead to somebody else by now");
}

#[test]
fn words_to_say_are_made_once_and_anew_when_they_are_over() {
    let mut model = ready();
    let _effects = update(&mut model, Action::AddContact(AddTab::Show));
    let speak = |model: &mut Model, speaking| calls(&update(model, Action::AddSpeak(speaking)));
    assert_eq!(speak(&mut model, true), ["contacts.invite"]);
    assert_eq!(speak(&mut model, true), [""; 0], "they are being made");
    let words = Some("zoo able about above absent abandon".to_owned());
    let invite = "00".repeat(16).parse().unwrap();
    let made = InviteReply { link: "kith:i/1/x".into(), invite, expires_at: NOW + 600_000, words };
    let _effects = reply(&mut model, Then::Spoken, Ok(Reply::ContactsInvite(made)));
    assert_eq!(speak(&mut model, false), [""; 0]);
    assert_eq!(speak(&mut model, true), [""; 0], "the same words");
    let shown = |model: &Model| match &model.view.sheet {
        Some(Sheet::AddContact(add)) => add.words.as_ref().map(|words| words.words.len()),
        other => panic!("{other:?}"),
    };
    assert_eq!(shown(&model), Some(6));
    model.now += 600_000;
    assert_eq!(speak(&mut model, true), ["contacts.invite"]);
    assert_eq!(shown(&model), None);
}

#[test]
fn drafts_are_kept_once_typing_pauses_and_when_somebody_leaves() {
    let mut model = talking(vec![]);
    let _effects = update(&mut model, Action::Draft(chat_id(1), "Hel".into()));
    assert!(calls(&update(&mut model, Action::Tick)).is_empty(), "with every letter");
    model.now += 1_500;
    assert_eq!(calls(&update(&mut model, Action::Tick)), ["chats.set_draft"]);
    assert!(calls(&update(&mut model, Action::Tick)).is_empty(), "again and again");
    let _effects = update(&mut model, Action::Draft(chat_id(1), "Hello".into()));
    assert_eq!(calls(&update(&mut model, Action::Go(Route::Network))), ["chats.set_draft", "chats.typing"]);
}

#[test]
fn escape_closes_one_thing_at_a_time() {
    let mut model = ready();
    model.view.info = true;
    let _effects = update(&mut model, Action::Search("umbrella".into()));
    let _effects = update(&mut model, Action::AddContact(AddTab::Show));
    let _effects = update(&mut model, Action::TogglePalette);
    let open = |model: &Model| {
        let view = &model.view;
        [view.palette.is_some(), view.sheet.is_some(), !view.search.is_empty(), view.info]
    };
    let mut left = open(&model).iter().filter(|open| **open).count();
    assert_eq!(left, 4);
    while left > 0 {
        let _effects = update(&mut model, Action::Escape);
        left -= 1;
        assert_eq!(open(&model).iter().filter(|open| **open).count(), left);
    }
}

#[test]
fn a_search_looks_where_it_is_told() {
    let asked = |effects: &[Effect]| {
        let of = |effect: &Effect| {
            if let Effect::Call(Command::ChatsSearch(params), _) = effect { Some(params.clone()) } else { None }
        };
        effects.iter().find_map(of)
    };
    let mut model = talking(vec![theirs(1)]);
    let effects = update(&mut model, Action::SearchIn(chat_id(1)));
    assert!(asked(&effects).is_none() && effects.contains(&Effect::Focus(Target::Search)), "for nothing yet");
    let found = asked(&update(&mut model, Action::Search("umbrella".into()))).unwrap();
    assert_eq!((found.chat, found.from, found.since), (Some(chat_id(1)), None, None));
    let early = Then::Found("umbrella".into(), model.view.narrow);
    let narrow = Narrow { from: Some(account(1)), days: Some(7), ..Narrow::default() };
    let found = asked(&update(&mut model, Action::Narrow(narrow))).unwrap();
    let week = model.now - 7 * 86_400_000;
    assert_eq!((found.chat, found.from, found.since), (None, Some(account(1)), Some(week)));
    let hit = || params::Hit { message: theirs(1), snippet: "an [umbrella]".into() };
    let answer = || Ok(Reply::ChatsSearch(params::SearchReply { hits: vec![hit()] }));
    let _effects = reply(&mut model, early, answer());
    assert!(model.view.hits.hits.is_empty(), "that was asked elsewhere");
    let _effects = reply(&mut model, Then::Found("umbrella".into(), narrow), answer());
    assert_eq!(model.view.hits.hits.len(), 1);
    let _effects = update(&mut model, Action::Escape);
    assert_eq!((model.view.search.as_str(), model.view.narrow), ("", Narrow::default()));
}

#[test]
fn links_that_look_odd_are_asked_about() {
    let mut model = ready();
    let plain = "https://example.org/a".to_owned();
    assert_eq!(update(&mut model, Action::Follow(plain.clone())), [Effect::Browse(plain)]);
    let odd = "https://example.org@evil.example/".to_owned();
    assert!(update(&mut model, Action::Follow(odd.clone())).is_empty());
    assert_eq!(model.view.sheet, Some(crate::model::Sheet::OpenLink(odd.clone())));
    assert_eq!(update(&mut model, Action::FollowAnyway(odd.clone())), [Effect::Browse(odd)]);
}

#[test]
fn missed_events_are_made_up_for() {
    let mut model = talking(vec![message(1)]);
    let effects = update(&mut model, Action::Node(FromNode::Snapshot(snapshot())));
    assert_eq!(calls(&effects), ["chats.history", "stickers.list"]);
    page(&mut model, Load::End, vec![message(1), message(2)]);
    assert_eq!(model.talks[&chat_id(1)].messages.len(), 2);
}

#[test]
fn settings_are_kept_and_come_back() {
    let mut model = ready();
    let settings = Settings { text_scale: 9.0, enter_is_newline: true, ..Settings::default() };
    let effects = update(&mut model, Action::Set(Box::new(settings)));
    let [Effect::Call(Command::SettingsSet(kept), _)] = &effects[..] else { panic!("{effects:?}") };
    let map = [(kept.key.clone(), kept.value.clone()), (RECEIPTS_SEEN.to_owned(), false.into())].into();
    let read = Settings::read(&map);
    assert_eq!((read.text_scale, read.enter_is_newline, read.receipts), (1.4, true, false));
}

#[test]
fn accepting_opens_the_conversation() {
    let mut model = ready();
    let effects = update(&mut model, Action::Accept(account(1)));
    assert_eq!(calls(&effects), ["contacts.accept", "chats.open"]);
    let _effects = reply(&mut model, Then::Nothing, Ok(Reply::ContactsAccept(Done {})));
    let _effects = reply(&mut model, Then::Opened, Ok(Reply::ChatsOpen(ChatReply { chat: chat_id(1) })));
    assert_eq!(model.view.route, Route::Chats { open: Some(chat_id(1)) });
}

#[test]
fn a_state_shows_in_the_list_and_in_the_conversation() {
    let mut model = talking(vec![message(1)]);
    model.chats.get_mut(&chat_id(1)).unwrap().last = Some(message(1));
    let event = Event::MessageState { message: message_id(1), chat: chat_id(1), state: MessageState::Seen, at: NOW };
    let _effects = update(&mut model, Action::Node(FromNode::Events(vec![event])));
    assert_eq!(model.talks[&chat_id(1)].messages[0].state, Some(MessageState::Seen));
    assert_eq!(model.chats[&chat_id(1)].last.as_ref().and_then(|last| last.state), Some(MessageState::Seen));
}

#[test]
fn a_profile_gets_another_lock() {
    let mut model = Model { now: NOW, ..Model::default() };
    let started = FromNode::Started { snapshot: snapshot(), lock: Some(ProfileState::KeyFile) };
    let _effects = update(&mut model, Action::Node(started));
    assert!(model.exposed());
    let sheet = |current: &str, new: &str, remove: bool| {
        let (current, new) = (current.to_owned().into(), new.to_owned().into());
        Action::EditSheet(Sheet::Password(NewPassword { current, new, remove, ..NewPassword::default() }))
    };
    let _effects = update(&mut model, sheet("", "", false));
    assert_eq!(calls(&update(&mut model, Action::SetPassword)), [""; 0], "an empty password is none");
    let _effects = update(&mut model, sheet("", "horse", false));
    assert!(!format!("{:?}", model.view.sheet).contains("horse"), "a password in what is logged");
    assert_eq!(calls(&update(&mut model, Action::SetPassword)), ["profile.set_password"]);
    assert_eq!(calls(&update(&mut model, Action::SetPassword)), [""; 0], "it is being stretched");
    let _effects = reply(&mut model, Then::Locked { removed: false }, Err(ErrorCode::StorageFull));
    assert!(model.exposed() && model.view.sheet.is_some(), "nothing was locked, and nothing typed is lost");
    let _effects = update(&mut model, Action::Node(FromNode::Lock(ProfileState::Password)));
    let _effects = reply(&mut model, Then::Locked { removed: false }, Ok(Reply::ProfileSetPassword(Done {})));
    assert!(!model.exposed() && model.view.sheet.is_none());

    let _effects = update(&mut model, sheet("", "", true));
    assert_eq!(calls(&update(&mut model, Action::SetPassword)), [""; 0], "the one it has is needed");
    let _effects = update(&mut model, sheet("mule", "", true));
    assert_eq!(calls(&update(&mut model, Action::SetPassword)), ["profile.set_password"]);
    let _effects = reply(&mut model, Then::Locked { removed: true }, Err(ErrorCode::WrongPassword));
    assert!(matches!(&model.view.sheet, Some(Sheet::Password(typed)) if typed.wrong && !typed.busy));
}

#[test]
fn the_words_want_the_password_there_is() {
    let mut model = talking(vec![]);
    model.lock = Some(ProfileState::Password);
    assert_eq!(calls(&update(&mut model, Action::ShowPhrase)), [""; 0]);
    let typed = Sheet::Phrase { words: None, password: "mule".to_owned().into(), wrong: false, check: None };
    let _effects = update(&mut model, Action::EditSheet(typed));
    assert_eq!(calls(&update(&mut model, Action::ShowPhrase)), ["profile.recovery_phrase"]);
    let _effects = reply(&mut model, Then::Phrase, Err(ErrorCode::WrongPassword));
    assert!(matches!(&model.view.sheet, Some(Sheet::Phrase { words: None, wrong: true, .. })));
    model.lock = Some(ProfileState::Keyring);
    model.view.sheet = None;
    assert_eq!(calls(&update(&mut model, Action::ShowPhrase)), ["profile.recovery_phrase"]);
}

#[test]
fn closing_the_window_asks_once_where_there_is_a_tray() {
    let mut model = talking(vec![]);
    assert_eq!(update(&mut model, Action::CloseWindow), [Effect::Quit], "nobody could bring it back");
    let _effects = update(&mut model, Action::TrayThere(true));
    assert_eq!(update(&mut model, Action::CloseWindow), []);
    assert_eq!(model.view.sheet, Some(Sheet::Closing));
    assert!(update(&mut model, Action::KeepRunning(true)).contains(&Effect::Hide));
    assert_eq!(update(&mut model, Action::CloseWindow), [Effect::Hide]);
    let _effects = update(&mut model, Action::Hidden(true));
    assert_eq!(update(&mut model, Action::TrayThere(false)), [Effect::Minimize], "the tray went away");
    assert_eq!(update(&mut model, Action::CloseWindow), [Effect::Quit]);
}

#[test]
fn messages_are_chosen_until_somebody_goes_elsewhere() {
    let mut model = talking(vec![message(1), message(2)]);
    for id in [1, 2, 1] {
        let _effects = update(&mut model, Action::Select(message_id(id)));
    }
    assert_eq!(model.view.selected.iter().collect::<Vec<_>>(), [&message_id(2)]);
    let _effects = update(&mut model, Action::Escape);
    assert!(model.view.selected.is_empty());
    let _effects = update(&mut model, Action::Select(message_id(1)));
    let _effects = update(&mut model, Action::Go(Route::Network));
    assert!(model.view.selected.is_empty());
}

#[test]
fn a_profile_is_saved_with_how_one_wants_to_be_seen() {
    let mut model = ready();
    let me = model.me.clone().unwrap();
    let saved = |model: &mut Model, edit: crate::model::ProfileEdit| {
        model.view.sheet = Some(Sheet::Profile(edit));
        match update(model, Action::SaveProfile).into_iter().next() {
            Some(Effect::Call(Command::ProfileSet(params), _)) => params,
            other => panic!("{other:?}"),
        }
    };
    let edit = crate::model::ProfileEdit { presence: Presence::Invisible, ..crate::model::ProfileEdit::of(&me) };
    let params = saved(&mut model, edit.clone());
    assert_eq!((params.presence, params.status_text), (Some(Presence::Invisible), None), "an end it has stays");
    let lasts = crate::model::Lasts::Hours(4);
    let params = saved(&mut model, crate::model::ProfileEdit { status: "Out".into(), lasts, ..edit });
    assert_eq!((params.status_text.as_deref(), params.status_expires_s), (Some("Out"), Some(4 * 3600)));
}

fn served(on: bool) -> ServeReply {
    ServeReply {
        on,
        quota_mb: 256,
        reachable: true,
        link: None,
        token: None,
        used_bytes: 0,
        queues: 0,
        envelopes: 0,
        oldest_until: None,
        offered: Vec::new(),
    }
}

#[test]
fn a_search_can_be_for_one_kind() {
    let mut model = ready();
    let kind = |effects: Vec<Effect>| match effects.into_iter().next() {
        Some(Effect::Call(Command::ChatsSearch(params), _)) => params.kind,
        other => panic!("{other:?}"),
    };
    assert_eq!(kind(update(&mut model, Action::Search("umbrella".into()))), None);
    let polls = Narrow { kind: Some(MessageKind::Poll), ..Narrow::default() };
    assert_eq!(kind(update(&mut model, Action::Narrow(polls))), Some(MessageKind::Poll));
    assert_eq!(
        kind(update(&mut model, Action::Search("umbrellas".into()))),
        Some(MessageKind::Poll),
        "also of more words"
    );
    assert_eq!(
        kind(update(&mut model, Action::Search(" ".into()))),
        Some(MessageKind::Poll),
        "also of none: all of them"
    );
    let texts = Narrow { kind: Some(MessageKind::Text), ..Narrow::default() };
    assert!(update(&mut model, Action::Narrow(texts)).is_empty(), "but not all texts");
    let _effects = update(&mut model, Action::Escape);
    assert_eq!(model.view.narrow, Narrow::default());
}

#[test]
fn backups_are_made_as_often_as_wanted() {
    let mut model = ready();
    let kept = |folder: Option<&str>| kith_node::views::Backups {
        folder: folder.map(str::to_owned),
        every_s: 86_400,
        keep: 3,
        last: None,
        error: None,
        next_at: None,
    };
    model.backups = Some(kept(None));
    assert!(update(&mut model, Action::SetRolling(3_600, 3)).is_empty(), "none are made");
    model.backups = Some(kept(Some("/media/disk")));
    let folder = Some("/media/disk".to_owned());
    let wanted = params::BackupSetParams { folder, every_s: Some(3_600), keep: Some(7), profile_password: None };
    let effects = update(&mut model, Action::SetRolling(3_600, 7));
    assert_eq!(effects, [Effect::Call(Command::BackupSet(wanted), Then::Rolling)]);
}

#[test]
fn keeping_mail_for_others_is_asked_for_where_it_is_shown() {
    let mut model = ready();
    assert_eq!(calls(&update(&mut model, Action::Section(Section::Appearance))), [""; 0]);
    assert_eq!(calls(&update(&mut model, Action::Section(Section::Privacy))), ["mailboxes.serve", "mailboxes.list"]);
    let _effects = reply(&mut model, Then::Served, Ok(Reply::MailboxesServe(served(false))));
    let effects = update(&mut model, Action::ServeMail(true));
    let wanted = params::ServeParams { on: Some(true), quota_mb: None, erase: None };
    assert_eq!(effects, [Effect::Call(Command::MailboxesServe(wanted), Then::Served)]);
    assert!(model.view.served.as_ref().is_some_and(|served| served.on), "the switch shows it at once");
    let _effects = reply(&mut model, Then::Served, Err(ErrorCode::Storage));
    assert!(model.view.served.as_ref().is_some_and(|served| !served.on), "and that it did not work");
    assert_eq!(model.view.toasts.len(), 1);
    let effects = update(&mut model, Action::EraseMail);
    let wanted = params::ServeParams { on: Some(false), quota_mb: None, erase: Some(true) };
    assert_eq!(effects, [Effect::Call(Command::MailboxesServe(wanted), Then::Served)]);

    let opened = update(&mut model, Action::Go(Route::Contacts { open: Some(account(1)) }));
    assert_eq!(calls(&opened), ["contacts.safety_number", "mailboxes.serve", "mailboxes.list"]);
    let effects = update(&mut model, Action::OfferMail(account(1), true));
    let wanted = params::MailboxOfferParams { account: account(1), on: true };
    assert_eq!(effects.first(), Some(&Effect::Call(Command::MailboxesOffer(wanted), Then::Nothing)));
}
