use kith_api::{
    Command, Event, Reply, params,
    views::{self, NotifyContent, NotifyRule},
};
use serde_json::json;

use super::world::World;
use crate::{
    Input, Output,
    notify::{Facts, Happened, Looking, Quiet, Told, decide},
};

/// A row of the decision table; `None` stands for anything.
#[derive(Default)]
struct Row {
    on: Option<bool>,
    looking: Option<Looking>,
    locked: Option<bool>,
    what: Option<Happened>,
    muted: Option<bool>,
    rule: Option<NotifyRule>,
    quiet: Option<Quiet>,
    told: bool,
}

impl Row {
    fn fits(&self, facts: &Facts) -> bool {
        fn any<T: PartialEq>(wanted: Option<T>, is: T) -> bool {
            wanted.is_none_or(|wanted| wanted == is)
        }
        any(self.on, facts.on)
            && any(self.looking, facts.looking)
            && any(self.locked, facts.locked)
            && any(self.what, facts.what)
            && any(self.muted, facts.muted)
            && any(self.rule, facts.rule)
            && any(self.quiet, facts.quiet)
    }
}

/// The first row that fits decides.
fn table() -> Vec<Row> {
    use Happened::{Mention, Message, Request};
    let row = Row::default;
    vec![
        Row { on: Some(false), ..row() },
        Row { looking: Some(Looking::There), locked: Some(false), ..row() },
        Row { quiet: Some(Quiet::Yes), ..row() },
        Row { quiet: Some(Quiet::ButMentions), what: Some(Message), ..row() },
        Row { quiet: Some(Quiet::ButMentions), what: Some(Request), ..row() },
        Row { what: Some(Request), told: true, ..row() },
        Row { muted: Some(true), ..row() },
        Row { rule: Some(NotifyRule::Nothing), ..row() },
        Row { rule: Some(NotifyRule::Mentions), what: Some(Message), ..row() },
        Row { rule: Some(NotifyRule::Mentions), what: Some(Mention), told: true, ..row() },
        Row { rule: Some(NotifyRule::All), told: true, ..row() },
    ]
}

/// What may be said of what, with what is wanted: unlocked, and locked.
const SAID: [(Happened, NotifyContent, [NotifyContent; 2]); 9] = {
    use Happened::{Mention, Message, Request};
    use NotifyContent::{Name, Nothing, Text};
    [
        (Message, Text, [Text, Nothing]),
        (Message, Name, [Name, Nothing]),
        (Message, Nothing, [Nothing, Nothing]),
        (Mention, Text, [Text, Nothing]),
        (Mention, Name, [Name, Nothing]),
        (Mention, Nothing, [Nothing, Nothing]),
        (Request, Text, [Name, Nothing]),
        (Request, Name, [Name, Nothing]),
        (Request, Nothing, [Nothing, Nothing]),
    ]
};

/// Whether there is a sound, where a sound is wanted and the screen is not locked.
const SOUNDS: [(Happened, Looking, bool); 6] = {
    use Happened::{Mention, Message, Request};
    use Looking::{Elsewhere, Near};
    [
        (Message, Elsewhere, true),
        (Message, Near, false),
        (Mention, Elsewhere, true),
        (Mention, Near, false),
        (Request, Elsewhere, false),
        (Request, Near, false),
    ]
};

fn all() -> Vec<Facts> {
    let mut all = vec![Facts::of(Happened::Message)];
    fn each<T: Copy>(all: &mut Vec<Facts>, values: &[T], set: fn(&mut Facts, T)) {
        let with = |facts: &Facts| {
            let facts = *facts;
            values.iter().map(move |value| {
                let mut facts = facts;
                set(&mut facts, *value);
                facts
            })
        };
        *all = all.iter().flat_map(with).collect();
    }
    let both = [false, true];
    each(&mut all, &[Happened::Message, Happened::Mention, Happened::Request], |facts, what| facts.what = what);
    each(&mut all, &both, |facts, on| facts.on = on);
    each(&mut all, &both, |facts, sound| facts.sound = sound);
    each(&mut all, &[NotifyRule::All, NotifyRule::Mentions, NotifyRule::Nothing], |facts, rule| facts.rule = rule);
    each(&mut all, &both, |facts, muted| facts.muted = muted);
    each(&mut all, &[Quiet::No, Quiet::ButMentions, Quiet::Yes], |facts, quiet| facts.quiet = quiet);
    each(&mut all, &[Looking::Elsewhere, Looking::Near, Looking::There], |facts, looking| facts.looking = looking);
    each(&mut all, &both, |facts, locked| facts.locked = locked);
    let contents = [NotifyContent::Nothing, NotifyContent::Name, NotifyContent::Text];
    each(&mut all, &contents, |facts, content| facts.content = content);
    each(&mut all, &both, |facts, late| facts.late = late);
    all
}

#[test]
fn everything_is_told_as_the_table_says() {
    let (table, all) = (table(), all());
    assert_eq!(all.len(), 7776);
    for facts in all {
        let row = table.iter().find(|row| row.fits(&facts)).expect("a row for everything");
        let expected = row.told.then(|| {
            let said = SAID.iter().find(|(what, wanted, _)| (*what, *wanted) == (facts.what, facts.content)).unwrap();
            let looking = if facts.locked { Looking::Elsewhere } else { facts.looking };
            let sound = SOUNDS.iter().find(|(what, at, _)| (*what, *at) == (facts.what, looking)).unwrap();
            Told {
                sound: facts.sound && sound.2,
                content: said.2[usize::from(facts.locked)],
                together: facts.late && facts.what != Happened::Request,
            }
        });
        assert_eq!(decide(&facts), expected, "{facts:?}");
    }
}

#[test]
fn who_knows_more_tells_no_more() {
    for facts in all() {
        let node = Facts { on: true, sound: true, looking: Looking::Elsewhere, locked: false, ..facts };
        let (there, here) = (decide(&node), decide(&facts));
        assert!(here.is_none() || there.is_some(), "{facts:?}");
        if let (Some(there), Some(here)) = (there, here) {
            assert!(here.content <= there.content && here.sound <= there.sound, "{facts:?}");
        }
    }
}

fn call(world: &mut World, command: Command) {
    world.call(1, command).unwrap();
}

fn set(world: &mut World, key: &str, value: serde_json::Value) {
    call(world, Command::SettingsSet(params::SettingsSetParams { key: key.into(), value }));
}

/// What is told of a text: who, what, whether it names me, whether it is late.
fn told(world: &mut World, text: &str) -> Option<(String, String, bool, bool)> {
    world.people[1].events.clear();
    world.send(0, 1, text).unwrap();
    told_of(world)
}

fn told_of(world: &mut World) -> Option<(String, String, bool, bool)> {
    let events = std::mem::take(&mut world.people[1].events);
    events.into_iter().find_map(|event| {
        if let Event::Notify { title, body, mention, late, .. } = event {
            Some((title, body, mention, late))
        } else {
            None
        }
    })
}

fn two() -> (World, kith_api::ChatId) {
    let mut world = World::new(2);
    world.introduce(0, 1);
    world.now += 60_000;
    let chat = kith_api::ChatId::from_bytes(world.chat(0, 1).to_bytes());
    (world, chat)
}

fn chat(world: &mut World, chat: kith_api::ChatId) -> views::Chat {
    match world.call(1, Command::ChatsGet(params::ChatParams { chat })) {
        Ok(Reply::ChatsGet(chat)) => chat,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_chat_has_a_rule() {
    let (mut world, id) = two();
    let rule = |world: &mut World, rule| {
        call(world, Command::ChatsNotify(params::NotifyParams { chat: id, rule }));
        assert_eq!(chat(world, id).notify, rule);
    };
    assert!(told(&mut world, "one").is_some());
    rule(&mut world, NotifyRule::Mentions);
    assert_eq!(told(&mut world, "two"), None);
    assert_eq!(told(&mut world, "@Person 1, three").map(|told| told.2), Some(true));
    rule(&mut world, NotifyRule::Nothing);
    let archive = Command::ChatsArchive(params::SwitchParams { chat: id, on: true });
    call(&mut world, archive);
    assert_eq!(told(&mut world, "@Person 1, four"), None);
    assert!(chat(&mut world, id).archived, "it stays where it was put");
    rule(&mut world, NotifyRule::All);
    assert!(told(&mut world, "five").is_some_and(|told| !told.2));
    assert!(!chat(&mut world, id).archived);
    call(&mut world, Command::ChatsMute(params::MuteParams { chat: id, until_ms: None }));
    assert_eq!(told(&mut world, "@Person 1, six"), None, "muted is muted");
    let missing = params::NotifyParams { chat: kith_api::ChatId::from_bytes([7; 16]), rule: NotifyRule::All };
    assert_eq!(world.call(1, Command::ChatsNotify(missing)).unwrap_err().code, kith_api::ErrorCode::NotFound);
}

#[test]
fn what_is_told_says_no_more_than_it_may() {
    let (mut world, _) = two();
    let says = |world: &mut World, text: &str| told(world, text).map(|(title, body, ..)| (title, body)).unwrap();
    assert_eq!(says(&mut world, "xylophone"), ("Person 0".into(), "xylophone".into()));
    set(&mut world, "notify.content", json!("name"));
    assert_eq!(says(&mut world, "xylophone"), ("Person 0".into(), String::new()));
    set(&mut world, "notify.content", json!("nothing"));
    assert_eq!(says(&mut world, "xylophone"), (String::new(), String::new()));
    for wrong in [json!("all"), json!(true), json!({ "text": true })] {
        let params = params::SettingsSetParams { key: "notify.content".into(), value: wrong };
        assert!(world.call(1, Command::SettingsSet(params)).is_err());
    }
    set(&mut world, "notify.content", json!(null));
    assert_eq!(says(&mut world, "xylophone").1, "xylophone");
    let dnd = params::ProfileSetParams { presence: Some(views::Presence::Dnd), ..Default::default() };
    call(&mut world, Command::ProfileSet(dnd));
    assert_eq!(told(&mut world, "@Person 1!"), None);
}

#[test]
fn what_was_written_before_is_late() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    assert!(told(&mut world, "just after the start").unwrap().3);
    world.now += 10_000;
    assert!(!told(&mut world, "now").unwrap().3);
    world.people[0].hold = true;
    told(&mut world, "while you were away");
    world.people[0].hold = false;
    let held = std::mem::take(&mut world.people[0].held);
    let from = world.transport(0);
    world.now += 61_000;
    for output in held {
        if let Output::Send { bytes, .. } = output {
            world.give(1, Input::Peer { from, bytes });
        }
    }
    let told = told_of(&mut world).unwrap();
    assert_eq!((told.1.as_str(), told.3), ("while you were away", true));
}
