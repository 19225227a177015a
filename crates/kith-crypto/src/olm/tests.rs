use proptest::prelude::*;
use vodozemac::olm::SessionConfig;

use super::{CurveKey, ONE_TIME_KEYS_MAX, OlmAccount, OlmError, OlmKind, OlmSession, OlmWire, PICKLE_VERSION, pickled};

/// Two accounts and a session from the first to the second.
struct Pair {
    alice: OlmAccount,
    bob: OlmAccount,
    session: OlmSession,
}

fn pair() -> Pair {
    let (alice, mut bob) = (OlmAccount::new(), OlmAccount::new());
    let one_time = bob.new_one_time_keys(1)[0];
    let session = alice.outbound(bob.identity_key(), one_time).unwrap();
    Pair { alice, bob, session }
}

/// Both ends of a session in which each side has heard of the other.
fn established() -> (OlmSession, OlmSession) {
    let Pair { alice, mut bob, mut session } = pair();
    let first = session.encrypt(b"hello").unwrap();
    let (mut theirs, _) = bob.inbound(alice.identity_key(), &first).unwrap();
    let answer = theirs.encrypt(b"hello yourself").unwrap();
    session.decrypt(&answer).unwrap();
    (session, theirs)
}

fn restored(session: &OlmSession) -> OlmSession {
    OlmSession::unpickle(&session.pickle()).unwrap()
}

#[test]
fn a_conversation_both_ways() {
    let Pair { alice, mut bob, mut session } = pair();
    let first = session.encrypt(b"one").unwrap();
    assert_eq!(first.kind, OlmKind::PreKey);
    assert_eq!(first.prekey_identity(), Some(alice.identity_key()));
    assert_eq!(first.prekey_session_id(), Some(session.id()));
    assert!(!session.has_received());

    let (mut theirs, plain) = bob.inbound(alice.identity_key(), &first).unwrap();
    assert_eq!(plain.as_slice(), b"one");
    assert_eq!(theirs.id(), session.id());
    assert_eq!(bob.one_time_key_count(), 0);

    let second = session.encrypt(b"two").unwrap();
    assert_eq!(second.kind, OlmKind::PreKey);
    assert_eq!(theirs.decrypt(&second).unwrap().as_slice(), b"two");

    let answer = theirs.encrypt(b"three").unwrap();
    assert_eq!((answer.kind, answer.prekey_identity(), answer.prekey_session_id()), (OlmKind::Normal, None, None));
    assert_eq!(session.decrypt(&answer).unwrap().as_slice(), b"three");
    assert!(session.has_received());
    assert_eq!(session.encrypt(b"four").unwrap().kind, OlmKind::Normal);
    assert_eq!(session.id(), theirs.id());
}

#[test]
fn the_wire_carries_the_header_and_the_full_mac() {
    let (mut ours, _) = established();
    let wire = ours.encrypt(&[0; 32]).unwrap();
    assert_eq!((wire.bytes.len(), wire.bytes[0]), (119, 4));
    assert_eq!(pair().session.encrypt(&[0; 32]).unwrap().bytes.len(), 224);
}

#[test]
fn positions_sort_messages() {
    let (mut ours, mut theirs) = established();
    let positions: Vec<_> = (0..3).map(|_| ours.encrypt(b"x").unwrap().position().unwrap()).collect();
    assert!(positions.iter().all(|(chain, _)| *chain == positions[0].0));
    assert_eq!(positions.iter().map(|(_, index)| *index).collect::<Vec<_>>(), [0, 1, 2]);
    assert_ne!(theirs.encrypt(b"x").unwrap().position().unwrap().0, positions[0].0);
    assert_eq!(pair().session.encrypt(b"x").unwrap().position().unwrap().1, 0);
    assert_eq!(OlmWire { kind: OlmKind::Normal, bytes: vec![] }.position(), None);
}

#[test]
fn a_saved_state_goes_on_where_it_was() {
    let Pair { alice, bob, mut session } = pair();
    let first = session.encrypt(b"one").unwrap();
    let mut bob = OlmAccount::unpickle(&bob.pickle()).unwrap();
    let (theirs, _) = bob.inbound(alice.identity_key(), &first).unwrap();
    let (mut session, mut theirs) = (restored(&session), restored(&theirs));
    for round in 0..10_u8 {
        let wire = session.encrypt(&[round]).unwrap();
        theirs = restored(&theirs);
        assert_eq!(theirs.decrypt(&wire).unwrap().as_slice(), [round]);
        let wire = theirs.encrypt(&[round]).unwrap();
        session = restored(&session);
        assert_eq!(session.decrypt(&wire).unwrap().as_slice(), [round]);
    }
    assert_eq!(session.id(), theirs.id());
}

/// I7: what is on disk after a message was read cannot read the recorded message again.
#[test]
fn a_state_saved_after_reading_cannot_read_again() {
    let Pair { alice, mut bob, mut session } = pair();
    let before = bob.pickle();
    let first = session.encrypt(b"first").unwrap();
    let late = session.encrypt(b"late").unwrap();
    let next = session.encrypt(b"next").unwrap();
    let (mut theirs, _) = bob.inbound(alice.identity_key(), &first).unwrap();
    theirs.decrypt(&next).unwrap();
    theirs.decrypt(&late).unwrap();

    for recorded in [&first, &late, &next] {
        assert_eq!(restored(&theirs).decrypt(recorded).unwrap_err(), OlmError::AlreadyUsed);
    }
    let mut saved = OlmAccount::unpickle(&bob.pickle()).unwrap();
    assert_eq!(saved.inbound(alice.identity_key(), &first).unwrap_err(), OlmError::UnknownOneTimeKey);

    // The check means something: the state from before does read it.
    let mut earlier = OlmAccount::unpickle(&before).unwrap();
    assert_eq!(earlier.inbound(alice.identity_key(), &first).unwrap().1.as_slice(), b"first");
}

#[test]
fn an_own_message_cannot_be_read_from_the_sender_state() {
    let (mut ours, _) = established();
    let wire = ours.encrypt(b"secret").unwrap();
    assert!(restored(&ours).decrypt(&wire).is_err());
}

#[test]
fn a_repeated_first_message_is_refused() {
    let Pair { alice, mut bob, mut session } = pair();
    let first = session.encrypt(b"first").unwrap();
    let (mut theirs, _) = bob.inbound(alice.identity_key(), &first).unwrap();
    assert_eq!(bob.inbound(alice.identity_key(), &first).unwrap_err(), OlmError::UnknownOneTimeKey);
    assert_eq!(theirs.decrypt(&first).unwrap_err(), OlmError::AlreadyUsed);
}

/// Why the core has to know its sessions: with a fallback key only the session id tells.
#[test]
fn a_repeated_first_message_to_a_fallback_key_has_a_known_session_id() {
    let (alice, mut bob) = (OlmAccount::new(), OlmAccount::new());
    let fallback = bob.new_fallback_key().unwrap();
    let first = alice.outbound(bob.identity_key(), fallback).unwrap().encrypt(b"first").unwrap();
    let (theirs, _) = bob.inbound(alice.identity_key(), &first).unwrap();
    let (again, _) = bob.inbound(alice.identity_key(), &first).unwrap();
    assert_eq!(again.id(), theirs.id());
    assert_eq!(first.prekey_session_id(), Some(theirs.id()));

    bob.new_fallback_key().unwrap();
    assert!(bob.inbound(alice.identity_key(), &first).is_ok());
    bob.new_fallback_key().unwrap();
    assert_eq!(bob.inbound(alice.identity_key(), &first).unwrap_err(), OlmError::UnknownOneTimeKey);
}

#[test]
fn a_forged_first_message_does_not_burn_the_key() {
    let Pair { alice, mut bob, mut session } = pair();
    let first = session.encrypt(b"first").unwrap();
    let mut forged = first.clone();
    *forged.bytes.last_mut().unwrap() ^= 1;
    assert_eq!(bob.inbound(alice.identity_key(), &forged).unwrap_err(), OlmError::WrongSession);
    let stranger = OlmAccount::new().identity_key();
    assert_eq!(bob.inbound(stranger, &first).unwrap_err(), OlmError::WrongIdentity);
    assert!(bob.inbound(alice.identity_key(), &first).is_ok());
}

#[test]
fn version_1_is_refused() {
    let (alice, mut bob) = (OlmAccount::new(), OlmAccount::new());
    let keys = bob.new_one_time_keys(2);
    let mut old = alice
        .0
        .create_outbound_session(SessionConfig::version_1(), bob.identity_key().to_vodozemac(), keys[0].to_vodozemac())
        .unwrap();
    let (_, bytes) = old.encrypt("hello").unwrap().to_parts();
    let wire = OlmWire { kind: OlmKind::PreKey, bytes };
    assert_eq!(bob.inbound(alice.identity_key(), &wire).unwrap_err(), OlmError::UnsupportedVersion);
    assert_eq!((wire.position(), wire.prekey_identity()), (None, None));

    let saved = pickled(&old.pickle());
    assert_eq!(OlmSession::unpickle(&saved).unwrap_err(), OlmError::UnsupportedVersion);

    let (_, mut theirs) = established();
    assert_eq!(theirs.decrypt(&wire).unwrap_err(), OlmError::UnsupportedVersion);
}

#[test]
fn degenerate_keys_are_refused() {
    let bob = OlmAccount::new();
    let zero = CurveKey::from_bytes([0; 32]);
    let mut one = [0; 32];
    one[0] = 1;
    for weak in [zero, CurveKey::from_bytes(one)] {
        assert_eq!(OlmAccount::new().outbound(bob.identity_key(), weak).unwrap_err(), OlmError::WeakKey);
        assert_eq!(OlmAccount::new().outbound(weak, bob.identity_key()).unwrap_err(), OlmError::WeakKey);
    }
}

#[test]
fn refusals_leave_the_session_as_it_was() {
    let (mut ours, mut theirs) = established();
    let (mut other, _) = established();
    let good = ours.encrypt(b"good").unwrap();
    let state = theirs.pickle();

    let mut changed = good.clone();
    *changed.bytes.last_mut().unwrap() ^= 1;
    assert_eq!(theirs.decrypt(&changed).unwrap_err(), OlmError::WrongSession);
    assert_eq!(theirs.decrypt(&other.encrypt(b"x").unwrap()).unwrap_err(), OlmError::WrongSession);
    assert_eq!(theirs.decrypt(&pair().session.encrypt(b"x").unwrap()).unwrap_err(), OlmError::WrongSession);
    let junk = OlmWire { kind: OlmKind::Normal, bytes: b"junk".to_vec() };
    assert_eq!(theirs.decrypt(&junk).unwrap_err(), OlmError::Malformed);
    let huge = OlmWire { kind: OlmKind::Normal, bytes: vec![4; super::OLM_WIRE_MAX + 1] };
    assert_eq!(theirs.decrypt(&huge).unwrap_err(), OlmError::Malformed);

    assert_eq!(theirs.pickle(), state);
    assert_eq!(theirs.decrypt(&good).unwrap().as_slice(), b"good");
}

/// The MAC does not cover what surrounds the message in a first message.
#[test]
fn a_first_message_relabelled_for_another_session_is_refused() {
    let Pair { alice, mut bob, mut session } = pair();
    let first = session.encrypt(b"first").unwrap();
    let (mut theirs, _) = bob.inbound(alice.identity_key(), &first).unwrap();
    let second = session.encrypt(b"second").unwrap();
    let mut relabelled = second.clone();
    // Inside the one-time key, after the version, the tag and the length.
    relabelled.bytes[10] ^= 1;
    assert_eq!(theirs.decrypt(&relabelled).unwrap_err(), OlmError::WrongSession);
    assert_eq!(theirs.decrypt(&second).unwrap().as_slice(), b"second");
}

/// What the reorder buffer of the core is there for: 40 overtaken messages survive, not more.
#[test]
fn a_burst_in_reverse_keeps_only_the_last_forty() {
    let (mut ours, mut theirs) = established();
    let burst: Vec<_> = (0..100_u8).map(|number| ours.encrypt(&[number]).unwrap()).collect();
    assert_eq!(theirs.decrypt(&burst[99]).unwrap().as_slice(), [99]);
    let readable: Vec<_> = (0..99_usize).filter(|index| theirs.decrypt(&burst[*index]).is_ok()).collect();
    assert_eq!(readable, (59..99).collect::<Vec<_>>());
    assert_eq!(theirs.decrypt(&burst[0]).unwrap_err(), OlmError::AlreadyUsed);
}

#[test]
fn a_burst_in_order_is_read_whole() {
    let (mut ours, mut theirs) = established();
    let burst: Vec<_> = (0..100_u8).map(|number| ours.encrypt(&[number]).unwrap()).collect();
    assert!(burst.iter().all(|wire| theirs.decrypt(wire).is_ok()));
}

#[test]
fn a_message_too_far_ahead_is_refused() {
    let (mut ours, mut theirs) = established();
    let mut last = ours.encrypt(b"x").unwrap();
    for _ in 0..2001 {
        last = ours.encrypt(b"x").unwrap();
    }
    assert_eq!(theirs.decrypt(&last).unwrap_err(), OlmError::TooFarAhead { gap: 2001, limit: 2000 });
}

#[test]
fn one_time_keys_are_distinct_and_bounded() {
    let mut account = OlmAccount::new();
    let mut keys = account.new_one_time_keys(20);
    keys.extend(account.new_one_time_keys(20));
    keys.sort();
    keys.dedup();
    assert_eq!((keys.len(), account.one_time_key_count()), (40, 40));
    assert_eq!(account.new_one_time_keys(usize::MAX).len(), ONE_TIME_KEYS_MAX);
}

#[test]
fn damaged_states_are_refused() {
    let session = pair().session;
    let state = session.pickle();
    assert_eq!(state[0], PICKLE_VERSION);
    for bad in [
        &[][..],
        &state[1..],
        &state[..state.len() - 1],
        &[PICKLE_VERSION],
        &[2, b'{', b'}'],
        &[PICKLE_VERSION, b'{', b'}'],
    ] {
        assert_eq!(OlmSession::unpickle(bad).unwrap_err(), OlmError::DamagedState);
        assert_eq!(OlmAccount::unpickle(bad).unwrap_err(), OlmError::DamagedState);
    }
    assert_eq!(OlmAccount::unpickle(&state).unwrap_err(), OlmError::DamagedState);
}

#[test]
fn the_wiping_writer_keeps_every_byte() {
    let mut account = OlmAccount::new();
    for _ in 0..10 {
        account.new_one_time_keys(100);
    }
    let state = account.pickle();
    assert!(state.len() > 64 * 1024);
    assert_eq!(OlmAccount::unpickle(&state).unwrap().one_time_key_count(), 1000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_order_of_forty_messages_is_read(order in Just((0..40_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let (mut ours, mut theirs) = established();
        let burst: Vec<_> = (0..40_u8).map(|number| ours.encrypt(&[number]).unwrap()).collect();
        for index in order {
            let plain = theirs.decrypt(&burst[index]).unwrap();
            prop_assert_eq!(plain.as_slice(), [index as u8]);
        }
    }

    /// The MAC covers the decoded fields, so an unknown field may slip in; the text never changes.
    #[test]
    fn no_change_on_the_wire_changes_the_text(at in any::<prop::sample::Index>(), bit in 0..8) {
        let Pair { alice, mut bob, mut session } = pair();
        let mut wire = session.encrypt(b"text").unwrap();
        *at.get_mut(&mut wire.bytes) ^= 1_u8 << bit;
        match bob.inbound(alice.identity_key(), &wire) {
            Ok((_, plain)) => prop_assert_eq!(plain.as_slice(), b"text"),
            Err(_) => prop_assert_eq!(bob.one_time_key_count(), 1),
        }
        let (mut ours, mut theirs) = established();
        let mut wire = ours.encrypt(b"text").unwrap();
        *at.get_mut(&mut wire.bytes) ^= 1_u8 << bit;
        if let Ok(plain) = theirs.decrypt(&wire) {
            prop_assert_eq!(plain.as_slice(), b"text");
        }
    }

    #[test]
    fn random_bytes_are_handled(bytes in prop::collection::vec(any::<u8>(), 0..300), first in any::<bool>()) {
        let kind = if first { OlmKind::PreKey } else { OlmKind::Normal };
        let wire = OlmWire { kind, bytes };
        prop_assert_eq!(wire.position(), None);
        prop_assert_eq!(wire.prekey_session_id(), None);
        prop_assert!(OlmAccount::new().inbound(CurveKey::from_bytes([9; 32]), &wire).is_err());
        prop_assert!(OlmSession::unpickle(&wire.bytes).is_err());
        prop_assert!(OlmAccount::unpickle(&wire.bytes).is_err());
    }
}

#[test]
fn a_one_time_key_that_is_forgotten_opens_nothing_more() {
    let (alice, mut bob) = (OlmAccount::new(), OlmAccount::new());
    let keys = bob.new_one_time_keys(2);
    let greet = |key| alice.outbound(bob.identity_key(), key).unwrap().encrypt(b"hello").unwrap();
    let (first, second) = (greet(keys[0]), greet(keys[1]));
    bob.forget_one_time_key(keys[0]).unwrap();
    assert_eq!(bob.inbound(alice.identity_key(), &first).unwrap_err(), OlmError::UnknownOneTimeKey);
    assert_eq!(bob.forget_one_time_key(keys[0]), Err(OlmError::UnknownOneTimeKey));
    assert_eq!(bob.inbound(alice.identity_key(), &second).unwrap().1.as_slice(), b"hello", "the other is untouched");
}
