//! What is told outside the window and what is taken back.

use kith_node::views::{Chat, Contact, NotifyContent, NotifyRule, QuietHours};

use super::*;
use crate::model::{Filter, Notice, Unlock};

/// What a test looks at: what was told, and what was taken back.
#[derive(Debug, PartialEq)]
enum Said {
    Show(About, Notice, bool),
    Close(About),
}

fn said(effects: Vec<Effect>) -> Vec<Said> {
    let said = |effect| {
        if let Effect::Notify { about, notice, sound } = effect {
            return Some(Said::Show(about, notice, sound));
        }
        if let Effect::Unnotify(about) = effect { Some(Said::Close(about)) } else { None }
    };
    effects.into_iter().filter_map(said).collect()
}

fn events(model: &mut Model, events: Vec<Event>) -> Vec<Said> {
    said(update(model, Action::Node(FromNode::Events(events))))
}

fn tick(model: &mut Model, ms: u64) -> Vec<Said> {
    model.now += ms;
    said(update(model, Action::Tick))
}

fn one(chat: u8, n: u32, late: bool) -> Event {
    let (title, body) = (format!("Person {chat}"), format!("**Text** {n}"));
    Event::Notify { chat: chat_id(chat), message: message_id(n), title, body, mention: false, late }
}

fn of(chat: u8) -> About {
    About::Chat(chat_id(chat))
}

fn message_notice(name: &str, text: &str) -> Notice {
    Notice::Message { name: name.into(), text: text.into() }
}

fn unread(chat: u8, unread: u64) -> Event {
    Event::ChatChanged { chat: Chat { unread, ..samples_chat(chat) } }
}

fn samples_chat(n: u8) -> Chat {
    chat(n, &format!("Person {n}"))
}

/// A window with three conversations, of which nothing is on the screen.
fn three() -> Model {
    let mut model = ready();
    model.view.focused = false;
    for n in 1..=3 {
        model.contacts.insert(account(n), contact(n, &format!("Person {n}")));
        model.chats.insert(chat_id(n), samples_chat(n));
    }
    model
}

#[test]
fn notifications_are_for_what_is_not_looked_at() {
    let told = |model: &mut Model| events(model, vec![one(1, 1, false)]).pop();
    let full = || message_notice("Person 1", "Text 1");
    assert_eq!(told(&mut three()), Some(Said::Show(of(1), full(), true)));
    let mut model = three();
    let _effects = update(&mut model, Action::Focus(true));
    assert_eq!(told(&mut model), Some(Said::Show(of(1), full(), false)), "beside it");
    let mut model = talking(vec![]);
    let _effects = update(&mut model, Action::Focus(true));
    assert_eq!(told(&mut model), None, "it is on the screen");
    let _effects = update(&mut model, Action::Focus(false));
    assert!(told(&mut model).is_some(), "the window is behind others");
    let _effects = update(&mut model, Action::Focus(true));
    let _effects = update(&mut model, Action::Locked(true));
    assert_eq!(told(&mut model), Some(Said::Show(of(1), message_notice("", ""), true)), "nobody sees it");
}

#[test]
fn what_was_chosen_decides() {
    let told = |change: fn(&mut Model)| {
        let mut model = three();
        change(&mut model);
        events(&mut model, vec![one(1, 1, false)]).pop()
    };
    fn row(model: &mut Model) -> &mut Chat {
        model.chats.get_mut(&chat_id(1)).unwrap()
    }
    let show = |notice, sound| Some(Said::Show(of(1), notice, sound));
    assert_eq!(told(|model| model.settings.notify = false), None);
    assert_eq!(told(|model| model.me.as_mut().unwrap().presence = Presence::Dnd), None);
    assert_eq!(told(|model| model.me.as_mut().unwrap().quiet_until = Some(NOW + 1)), None);
    assert!(told(|model| model.me.as_mut().unwrap().quiet_until = Some(NOW)).is_some(), "they are over");
    assert_eq!(told(|model| row(model).muted_until = Some(NOW + 1)), None);
    assert_eq!(told(|model| row(model).notify = NotifyRule::Nothing), None);
    assert_eq!(told(|model| row(model).notify = NotifyRule::Mentions), None);
    let silent = told(|model| model.settings.notify_sound = false);
    assert_eq!(silent, show(message_notice("Person 1", "Text 1"), false));
    let name = told(|model| model.settings.notify_content = NotifyContent::Name);
    assert_eq!(name, show(message_notice("Person 1", ""), true));
    let nothing = told(|model| model.settings.notify_content = NotifyContent::Nothing);
    assert_eq!(nothing, show(message_notice("", ""), true));

    let mut model = three();
    model.me.as_mut().unwrap().quiet_until = Some(NOW + 1);
    model.settings.quiet.mentions = true;
    let Event::Notify { chat, message, title, body, late, .. } = one(1, 1, false) else { panic!() };
    assert!(events(&mut model, vec![one(1, 1, false)]).is_empty());
    let mention = Event::Notify { chat, message, title, body, late, mention: true };
    assert_eq!(events(&mut model, vec![mention]).len(), 1);
}

#[test]
fn choices_are_kept_by_the_node() {
    let mut model = three();
    let kept = |effects: Vec<Effect>| match effects.into_iter().next() {
        Some(Effect::Call(Command::SettingsSet(params), _)) => (params.key, params.value),
        other => panic!("{other:?}"),
    };
    let (key, value) = kept(update(&mut model, Action::NotifySay(NotifyContent::Name)));
    assert_eq!((key.as_str(), value), ("notify.content", serde_json::json!("name")));
    let hours = QuietHours { on: true, from_min: 60, ..QuietHours::default() };
    let (key, value) = kept(update(&mut model, Action::Quiet(hours)));
    assert_eq!((key.as_str(), &value["from_min"]), ("notify.quiet", &serde_json::json!(60)));
    let settings = [("notify.quiet".to_owned(), value), ("notify.content".to_owned(), "nothing".into())].into();
    let _effects = update(&mut model, Action::Set(Box::default()));
    assert_eq!((model.settings.notify_content, model.settings.quiet), (NotifyContent::Name, hours));
    events(&mut model, vec![Event::SettingsChanged { settings }]);
    assert_eq!((model.settings.notify_content, model.settings.quiet), (NotifyContent::Nothing, hours));
    let rule = params::NotifyParams { chat: chat_id(1), rule: NotifyRule::Mentions };
    let effects = update(&mut model, Action::NotifyOf(chat_id(1), NotifyRule::Mentions));
    assert_eq!(effects, [Effect::Call(Command::ChatsNotify(rule), Then::Nothing)]);
}

#[test]
fn what_came_late_rings_once() {
    let mut model = three();
    for n in 0..4 {
        assert!(events(&mut model, vec![one(1, n, true)]).is_empty());
        assert!(tick(&mut model, 1_000).is_empty(), "more may come");
    }
    assert!(events(&mut model, vec![one(2, 4, true), one(3, 5, true)]).is_empty());
    let all = Notice::Chats { messages: 6, chats: 3 };
    assert_eq!(model.told.due(), Some(NOW + 5_500));
    assert_eq!(tick(&mut model, 1_500), [Said::Show(About::Several, all, true)]);
    assert!(tick(&mut model, 60).is_empty() && model.told.due().is_none());
    // Stragglers do not ring again.
    events(&mut model, vec![one(2, 6, true)]);
    let more = Notice::Chats { messages: 7, chats: 3 };
    assert_eq!(tick(&mut model, 1_500), [Said::Show(About::Several, more, false)]);
    // What is not late is told as always.
    assert_eq!(
        events(&mut model, vec![one(1, 9, false)]),
        [Said::Show(of(1), message_notice("Person 1", "Text 9"), true)]
    );
}

#[test]
fn what_keeps_coming_is_told_after_a_while() {
    let mut model = three();
    let mut told = Vec::new();
    for n in 0..10 {
        events(&mut model, vec![one(1, n, true)]);
        told.extend(tick(&mut model, 1_000));
    }
    let count = Notice::Messages { name: "Person 1".into(), count: 8 };
    assert_eq!(told, [Said::Show(of(1), count, true)]);
}

#[test]
fn one_that_came_late_is_told_as_any_other() {
    let mut model = three();
    events(&mut model, vec![one(2, 1, true)]);
    let told = tick(&mut model, 1_500);
    assert_eq!(told, [Said::Show(of(2), message_notice("Person 2", "Text 1"), true)]);
    // Read, deleted or behind a locked screen before it was told.
    events(&mut model, vec![unread(2, 2), one(2, 2, true), one(2, 3, true), unread(2, 0)]);
    assert!(tick(&mut model, 1_500).is_empty());
    events(&mut model, vec![one(3, 4, true), one(3, 5, true)]);
    events(&mut model, vec![Event::MessageRemoved { message: message_id(4), chat: chat_id(3) }]);
    let _effects = update(&mut model, Action::Locked(true));
    assert_eq!(tick(&mut model, 1_500), [Said::Show(of(3), message_notice("", ""), false)]);
}

#[test]
fn what_was_read_elsewhere_is_taken_back() {
    let mut model = three();
    events(&mut model, vec![unread(1, 5), one(1, 1, false), unread(1, 6)]);
    assert_eq!(events(&mut model, vec![unread(1, 6)]), [], "a pin, or a draft");
    assert_eq!(events(&mut model, vec![unread(1, 3)]), [Said::Close(of(1))]);
    assert_eq!(events(&mut model, vec![unread(1, 0)]), [], "once");
    // Deleted by their author: of the rest one is still told.
    events(&mut model, vec![one(1, 2, false), one(1, 3, false), unread(1, 2)]);
    let gone = |n| Event::MessageUpserted { message: Message { deleted: true, text: None, ..theirs(n) } };
    assert_eq!(events(&mut model, vec![gone(2), unread(1, 1)]), []);
    assert_eq!(events(&mut model, vec![gone(3), unread(1, 0)]), [Said::Close(of(1))]);
    // Expired.
    events(&mut model, vec![one(1, 4, false)]);
    let removed = Event::MessageRemoved { message: message_id(4), chat: chat_id(1) };
    assert_eq!(events(&mut model, vec![removed]), [Said::Close(of(1))]);
    // Their author was blocked, or removed.
    let blocked = Event::ContactChanged { contact: Contact { state: ContactState::Blocked, ..contact(1, "Mara") } };
    for event in [blocked, Event::ContactRemoved { account: account(1) }] {
        events(&mut model, vec![one(1, 5, false), one(2, 6, false)]);
        assert_eq!(events(&mut model, vec![event]), [Said::Close(of(1))]);
    }
    // Read while events were missed.
    events(&mut model, vec![one(1, 7, false)]);
    let closed = said(update(&mut model, Action::Node(FromNode::Snapshot(snapshot()))));
    assert_eq!(closed, [Said::Close(of(1)), Said::Close(of(2))]);
}

#[test]
fn a_summary_goes_when_all_of_it_is_over() {
    let mut model = three();
    events(&mut model, vec![unread(1, 1), unread(2, 2), one(1, 1, true), one(2, 2, true), one(2, 3, true)]);
    tick(&mut model, 1_500);
    assert_eq!(events(&mut model, vec![unread(1, 0)]), []);
    let removed = |n| Event::MessageRemoved { message: message_id(n), chat: chat_id(2) };
    assert_eq!(events(&mut model, vec![removed(2)]), []);
    assert_eq!(events(&mut model, vec![removed(3)]), [Said::Close(About::Several)]);
}

#[test]
fn a_locked_screen_says_nothing() {
    let mut model = three();
    model.settings.notify_content = NotifyContent::Nothing;
    events(&mut model, vec![one(1, 1, false)]);
    model.settings.notify_content = NotifyContent::Text;
    events(&mut model, vec![one(2, 2, false)]);
    assert_eq!(said(update(&mut model, Action::Locked(true))), [Said::Close(of(2))], "what says something");
    assert_eq!(events(&mut model, vec![one(2, 3, false)]), [Said::Show(of(2), message_notice("", ""), true)]);
    assert!(said(update(&mut model, Action::Locked(false))).is_empty());
}

#[test]
fn a_click_leads_to_what_was_told_of() {
    let mut model = three();
    model.view.route = Route::Settings(Section::About);
    model.view.filter = Filter::Requests;
    let click = |model: &mut Model, about| update(model, Action::Clicked(about)).contains(&Effect::Show);
    assert!(click(&mut model, of(2)));
    assert_eq!((model.view.route, model.view.filter), (Route::Chats { open: Some(chat_id(2)) }, Filter::All));
    assert!(click(&mut model, About::Requests));
    assert_eq!((model.view.route, model.view.filter), (Route::Chats { open: None }, Filter::Requests));
    assert!(click(&mut model, of(99)), "a conversation that is gone");
    assert_eq!((model.view.route, model.view.filter), (Route::Chats { open: None }, Filter::All));
    model.stage = Stage::Unlock(Unlock::default());
    model.view.route = Route::Settings(Section::About);
    assert!(click(&mut model, of(2)), "where the password is asked for");
    assert_eq!(model.view.route, Route::Settings(Section::About));
}

#[test]
fn people_who_ask_are_told_of_until_they_are_answered() {
    let mut model = three();
    let asks = |n: u8, name: &str| Event::ContactRequested {
        contact: Contact { state: ContactState::Requested, ..contact(n, name) },
    };
    let notice = |name: &str, count| Notice::Requests { name: name.into(), count };
    let told = events(&mut model, vec![asks(7, "Robin")]);
    assert_eq!(told, [Said::Show(About::Requests, notice("Robin", 1), false)]);
    assert!(events(&mut model, vec![asks(7, "Robin")]).is_empty(), "once");
    let told = events(&mut model, vec![asks(8, "Sam")]);
    assert_eq!(told, [Said::Show(About::Requests, notice("Sam", 2), false)]);
    assert!(events(&mut model, vec![Event::ContactChanged { contact: contact(7, "Robin") }]).is_empty());
    assert_eq!(events(&mut model, vec![Event::ContactRemoved { account: account(8) }]), [Said::Close(About::Requests)]);
    events(&mut model, vec![asks(9, "Kim")]);
    let _effects = update(&mut model, Action::Focus(true));
    assert_eq!(said(update(&mut model, Action::Filter(Filter::Requests))), [Said::Close(About::Requests)]);
    assert!(events(&mut model, vec![asks(10, "Lou")]).is_empty(), "it is on the screen");
}
