use kith_api::{ApiError, Command, ErrorCode, Event, Reply, params, views};

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
    draft(&mut world, 0, chat, &large[1..]).unwrap();
    let nowhere = kith_api::ChatId::from_bytes([7; 16]);
    assert_eq!(draft(&mut world, 0, nowhere, "x").unwrap_err().code, ErrorCode::NotFound);
}
