use kith_api::{ApiError, Command, ErrorCode, Event, Reply, params, views};
use kith_store::{DeliveryState, Search};

use super::world::World;

fn id(world: &World, a: usize, b: usize) -> kith_api::ChatId {
    kith_api::ChatId::from_bytes(world.chat(a, b).to_bytes())
}

fn get(world: &mut World, who: usize, chat: kith_api::ChatId) -> views::Chat {
    match world.call(who, Command::ChatsGet(params::ChatParams { chat })) {
        Ok(Reply::ChatsGet(chat)) => chat,
        other => panic!("{other:?}"),
    }
}

fn draft(world: &mut World, who: usize, chat: kith_api::ChatId, text: &str) -> Result<Reply, ApiError> {
    world.call(who, Command::ChatsSetDraft(params::DraftParams { chat, text: text.to_owned() }))
}

/// What `chat.changed` said of drafts since the last call.
fn told(world: &mut World, who: usize) -> Vec<Option<String>> {
    let events = std::mem::take(&mut world.people[who].events);
    let draft = |event| if let Event::ChatChanged { chat } = event { Some(chat.draft) } else { None };
    events.into_iter().filter_map(draft).collect()
}

#[test]
fn a_draft_is_kept_until_it_is_empty_or_the_contact_is_gone() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let chat = id(&world, 0, 1);
    told(&mut world, 0);
    draft(&mut world, 0, chat, " half a sent").unwrap();
    assert_eq!(get(&mut world, 0, chat).draft.as_deref(), Some(" half a sent"));
    assert_eq!(told(&mut world, 0), [Some(" half a sent".to_owned())]);
    draft(&mut world, 0, chat, " half a sent").unwrap();
    assert!(told(&mut world, 0).is_empty(), "nothing changed");
    world.send(0, 1, "something else").unwrap();
    assert_eq!(get(&mut world, 0, chat).draft.as_deref(), Some(" half a sent"), "sending does not touch it");
    assert_eq!(get(&mut world, 1, chat).draft, None, "it stays here");
    draft(&mut world, 0, chat, "").unwrap();
    assert_eq!(get(&mut world, 0, chat).draft, None);

    draft(&mut world, 0, chat, "never sent").unwrap();
    told(&mut world, 0);
    let account = world.account(1);
    world.call(0, Command::ContactsRemove(params::AccountParams { account })).unwrap();
    assert_eq!((get(&mut world, 0, chat).draft, told(&mut world, 0)), (None, vec![None]));
}

#[test]
fn drafts_have_a_limit_and_a_chat() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let chat = id(&world, 0, 1);
    let large = "x".repeat(16 * 1024 + 1);
    assert_eq!(draft(&mut world, 0, chat, &large).unwrap_err().code, ErrorCode::TooLarge);
    draft(&mut world, 0, chat, &"x".repeat(16 * 1024)).unwrap();
    let nowhere = kith_api::ChatId::from_bytes([7; 16]);
    assert_eq!(draft(&mut world, 0, nowhere, "x").unwrap_err().code, ErrorCode::NotFound);
}

fn open(world: &mut World, who: usize, account: kith_api::AccountId) -> kith_api::ChatId {
    match world.call(who, Command::ChatsOpen(params::AccountParams { account })) {
        Ok(Reply::ChatsOpen(reply)) => reply.chat,
        other => panic!("{other:?}"),
    }
}

fn list(world: &mut World, who: usize) -> Vec<views::Chat> {
    match world.call(who, Command::ChatsList(params::Nothing {})) {
        Ok(Reply::ChatsList(reply)) => reply.chats,
        other => panic!("{other:?}"),
    }
}

#[test]
fn notes_to_oneself_are_a_chat_that_nothing_leaves() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let me = world.account(0);
    assert_eq!(list(&mut world, 0).len(), 1, "until they are opened there are none");
    let chat = open(&mut world, 0, me);
    assert_eq!(told(&mut world, 0).len(), 2, "the chat with a contact, and the notes");
    assert_eq!(open(&mut world, 0, me), chat);
    assert!(told(&mut world, 0).is_empty(), "made once");
    world.people[0].hold = true;
    let send =
        params::SendParams { chat, text: "buy résumé paper".into(), reply_to: None, expires_s: None, preview: None };
    let Ok(Reply::ChatsSend(sent)) = world.call(0, Command::ChatsSend(send)) else { panic!() };
    world.send(0, 1, "about paper").unwrap();
    let rows = world.texts(0, 0);
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].state, rows[0].author), (DeliveryState::Seen, world.people[0].core.account()));
    let core = &world.people[0].core;
    assert_eq!((core.store.outbox_len().unwrap(), world.people[0].held.len()), (1, 1), "only what the contact gets");
    let hits = core.store.search(&Search { query: "resume", limit: 9, ..Default::default() }).unwrap();
    assert_eq!(hits.len(), 1);

    let answer =
        params::SendParams { chat, text: "done".into(), reply_to: Some(sent.message), expires_s: None, preview: None };
    world.call(0, Command::ChatsSend(answer)).unwrap();
    draft(&mut world, 0, chat, "and").unwrap();
    world.call(0, Command::ChatsMarkRead(params::ReadParams { chat, up_to: None })).unwrap();
    let notes = get(&mut world, 0, chat);
    assert_eq!((notes.kind, notes.account, notes.title.as_str()), (views::ChatKind::Notes, Some(me), ""));
    assert_eq!((notes.unread, notes.draft.as_deref()), (0, Some("and")));
    assert_eq!(notes.last.and_then(|last| last.state), Some(views::MessageState::Seen));
    assert_eq!(list(&mut world, 0).len(), 2);
    assert!(!world.people[0].events.iter().any(|event| matches!(event, Event::Notify { .. })));
    world.pass(60_000);
    assert_eq!(world.people[0].core.store.outbox_len().unwrap(), 1, "nor later");
}
