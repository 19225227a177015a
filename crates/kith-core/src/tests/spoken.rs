//! Six words on the telephone lead to an invite.

use kith_api::{
    ApiError, Command, ErrorCode, Reply,
    params::{self, InviteParams, InviteReply},
    views::ContactState,
};

use super::world::World;

fn say(world: &mut World, who: usize) -> InviteReply {
    let params = InviteParams { single_use: true, expires_s: None, note: None, spoken: true };
    let Ok(Reply::ContactsInvite(reply)) = world.call(who, Command::ContactsInvite(params)) else {
        panic!("another answer")
    };
    reply
}

fn words(world: &mut World, who: usize) -> String {
    say(world, who).words.expect("words")
}

fn preview(world: &mut World, who: usize, text: &str) -> Result<Reply, ApiError> {
    world.call(who, Command::ContactsPreview(params::PreviewParams { link: text.to_owned() }))
}

fn code<T: std::fmt::Debug>(result: Result<T, ApiError>) -> (ErrorCode, String) {
    let error = result.unwrap_err();
    (error.code, error.message)
}

#[test]
fn words_lead_to_who_said_them() {
    let mut world = World::new(2);
    let said = words(&mut world, 0);
    assert_eq!(said.split(' ').count(), 6);
    let heard = said.replace(' ', ", ").to_uppercase();
    let Reply::ContactsPreview(person) = preview(&mut world, 1, &heard).unwrap() else { panic!("another answer") };
    assert_eq!((person.account, person.name.as_str(), person.single_use), (world.account(0), "Person 0", true));
    assert_eq!(person.expires_at, Some(world.now + 600_000));
    let Reply::ContactsPreview(own) = preview(&mut world, 0, &said).unwrap() else { panic!("another answer") };
    assert!(own.mine && own.link == person.link);

    world.add(1, &heard).unwrap();
    let account = world.account(1);
    world.call(0, Command::ContactsAccept(params::AccountParams { account })).unwrap();
    let knows = |world: &World, who: usize, other: usize| {
        world.people[who].contact(world.account(other)).map(|contact| contact.state)
    };
    let both = (Some(ContactState::Introduced), Some(ContactState::Introduced));
    assert_eq!((knows(&world, 0, 1), knows(&world, 1, 0)), both);
}

#[test]
fn words_serve_one_person() {
    let mut world = World::new(3);
    let said = words(&mut world, 0);
    world.add(1, &said).unwrap();
    assert_eq!(
        code(world.add(2, &said)),
        (ErrorCode::UsedLink, "these words were for one person and have been used".into())
    );
    assert!(world.slots().values().all(Option::is_none), "something is left behind");
}

#[test]
fn words_are_over_with_the_invite_and_after_ten_minutes() {
    let mut world = World::new(2);
    let reply = say(&mut world, 0);
    let said = reply.words.expect("words");
    let revoked = params::InviteRef { invite: reply.invite };
    world.call(0, Command::ContactsRevokeInvite(revoked)).unwrap();
    assert_eq!(code(preview(&mut world, 1, &said)).0, ErrorCode::UsedLink);

    let said = words(&mut world, 0);
    assert_eq!(world.people[0].core.spoken.len(), 1);
    world.pass(600_000);
    assert!(world.people[0].core.spoken.is_empty());
    assert_eq!(code(world.add(1, &said)).0, ErrorCode::ExpiredLink, "the bootstrap node kept it too long");
}

#[test]
fn what_is_wrong_with_words_is_said() {
    let mut world = World::new(2);
    let said = words(&mut world, 0);
    let mut parts: Vec<&str> = said.split(' ').collect();
    parts[3] = "umbrela";
    let message = "word number 4 is not one of those that codes are made of".to_owned();
    assert_eq!(code(preview(&mut world, 1, &parts.join(" "))), (ErrorCode::BadLink, message));
    let message = "a spoken code has 6 words, this has 5".to_owned();
    assert_eq!(code(world.add(1, &parts[..5].join(" "))), (ErrorCode::BadLink, message));
    let message = "this is not a link of the expected kind".to_owned();
    assert_eq!(code(world.add(1, "umbrella")), (ErrorCode::BadLink, message));
    assert_eq!(code(world.add(0, &said)).0, ErrorCode::InvalidArgument, "one's own");
}

#[test]
fn words_for_many_or_for_long_are_refused() {
    let mut world = World::new(1);
    for (single_use, expires_s) in [(false, None), (true, Some(601)), (true, Some(0))] {
        let params = InviteParams { single_use, expires_s, note: None, spoken: true };
        assert_eq!(code(world.call(0, Command::ContactsInvite(params))).0, ErrorCode::InvalidArgument);
    }
    assert!(world.people[0].core.spoken.is_empty());
}

/// The words are said aloud as soon as they are shown: by then a bootstrap node has to have both.
#[test]
fn words_are_shown_once_both_places_are_known() {
    use crate::{Input, Output};

    let mut world = World::new(1);
    let core = &mut world.people[0].core;
    let mut now = world.now;
    let mut feed = |input, ms| {
        now += ms;
        core.batch(now, |core, out| core.handle(input, now, out)).unwrap()
    };
    feed(Input::Bootstraps(vec!["/ip4/192.0.2.1/udp/4001/quic-v1".into()]), 0);
    let params = InviteParams { single_use: true, expires_s: None, note: None, spoken: true };
    feed(Input::Command(crate::CommandId(7), Command::ContactsInvite(params)), 0);
    // Until then it waits for a mailbox.
    let out = feed(Input::Wake, 10_000);
    let put = |one: &Output| if let Output::PutSlot { id, .. } = one { Some(*id) } else { None };
    let puts: Vec<u64> = out.iter().filter_map(put).collect();
    assert_eq!(puts.len(), 2);
    let replied = |out: &[Output]| out.iter().any(|one| matches!(one, Output::Reply(..)));
    assert!(!replied(&out));
    assert!(!replied(&feed(Input::SlotPut { id: puts[1], stored: 1 }, 0)));
    assert!(!replied(&feed(Input::SlotPut { id: puts[0], stored: 0 }, 0)), "nobody took it");
    assert!(replied(&feed(Input::SlotPut { id: puts[0], stored: 1 }, 0)));
}
