use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use kith_crypto::Key;
use kith_wire::{AccountId, ChatId, Hlc};
use proptest::prelude::*;

use super::*;
use crate::open;
use crate::{
    ChatKind, ChatRow, DATABASE_FILE, DeliveryState, Inserted, Marks, MessageRow, Stamp, VERSIONS_MAX, Version,
};

const T0: u64 = 1_700_000_000_000;

fn key() -> Key {
    Key::from_bytes(&[4; 32])
}

fn chat() -> ChatRow {
    ChatRow {
        chat: ChatId::from_bytes([2; 16]),
        kind: ChatKind::Notes,
        account: None,
        created_at_ms: T0,
        pinned: false,
        muted_until_ms: None,
        read_row: 0,
        draft: None,
        archived: false,
        notify: Default::default(),
        expires_s: None,
    }
}

fn message(n: u8) -> MessageRow {
    MessageRow {
        row: 0,
        msg: MsgId::from_bytes([n; 16]),
        chat: chat().chat,
        author: AccountId::from_bytes([3; 32]),
        outgoing: true,
        hlc: Hlc::new(T0 + u64::from(n), 0),
        sent_at_ms: T0,
        received_at_ms: None,
        kind: 1,
        text: Some(":a:".into()),
        reply_to: None,
        body: Vec::new(),
        state: DeliveryState::Seen,
        marks: Marks::default(),
    }
}

fn store() -> Store {
    let store = Store::in_memory(&key()).unwrap();
    store.ensure_chat(&chat()).unwrap();
    store
}

fn written(store: &Store, n: u8, pictures: &[SmallPicture]) -> i64 {
    let Inserted::New(row) = store.insert_message(&message(n)).unwrap() else { panic!("it is there") };
    store.show_pictures(row, None, pictures).unwrap();
    row
}

fn picture(name: &str, n: u8) -> SmallPicture {
    SmallPicture { name: name.to_owned(), png: vec![n; 40] }
}

fn stamp(n: u16) -> Stamp {
    let event = MsgId::from_bytes([200_u8.wrapping_add(n as u8); 16]);
    Stamp { hlc: Hlc::new(T0 + 1000, n), event }
}

fn edit(store: &Store, row: i64, n: u16, pictures: &[SmallPicture]) {
    if store.add_version(row, stamp(n), T0, "edited").unwrap() {
        store.show_pictures(row, Some(&stamp(n).event), pictures).unwrap();
    }
}

fn kept(store: &Store) -> BTreeSet<Vec<u8>> {
    let mut statement = store.conn.prepare("SELECT png FROM pictures").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

fn shown(store: &Store, n: u8) -> Vec<(String, PictureId)> {
    let marks = store.message(&MsgId::from_bytes([n; 16])).unwrap().unwrap().marks;
    marks.pictures.into_iter().map(|shown| (shown.name, shown.picture)).collect()
}

#[test]
fn a_message_shows_the_pictures_of_its_newest_words() {
    let store = store();
    let (a, b) = (picture("a", 1), picture("größe", 2));
    let row = written(&store, 1, &[b.clone(), a.clone()]);
    assert_eq!(shown(&store, 1), [("größe".to_owned(), b.id()), ("a".to_owned(), a.id())]);
    edit(&store, row, 5, std::slice::from_ref(&a));
    assert_eq!(shown(&store, 1), [("a".to_owned(), a.id())]);
    // One that comes late and is older.
    edit(&store, row, 3, std::slice::from_ref(&b));
    assert_eq!(shown(&store, 1), [("a".to_owned(), a.id())]);
    assert_eq!(store.shown_pictures(row, None).unwrap(), [b.clone(), a]);
    assert_eq!(store.shown_pictures(row, Some(&stamp(3).event)).unwrap(), [b]);
    // Twice the same changes nothing.
    store.show_pictures(row, Some(&stamp(3).event), &[picture("a", 9)]).unwrap();
    assert_eq!(store.shown_pictures(row, Some(&stamp(3).event)).unwrap().len(), 1);
}

#[test]
fn a_picture_is_kept_once_and_as_long_as_anything_shows_it() {
    let store = store();
    let a = picture("a", 1);
    let rows = [1, 2].map(|n| written(&store, n, std::slice::from_ref(&a)));
    assert!(store.add_sticker("mine", &a.png, &[7; 9], T0).unwrap());
    assert!(!store.add_sticker("mine", &[8; 9], &[8; 9], T0).unwrap(), "a name twice");
    assert_eq!(kept(&store).len(), 2, "of a refused one nothing is kept");
    store.erase(rows[0]).unwrap();
    store.take_back(rows[1]).unwrap();
    assert!(shown(&store, 2).is_empty());
    assert_eq!(kept(&store).len(), 2);
    assert_eq!(store.sticker("mine").unwrap().unwrap().picture, a.id());
    assert!(store.remove_sticker("mine").unwrap() && !store.remove_sticker("mine").unwrap());
    assert!(kept(&store).is_empty());
    store.show_pictures(rows[1], None, &[a]).unwrap();
    assert!(kept(&store).is_empty(), "for what was taken back nothing is kept");
}

#[test]
fn pictures_of_texts_that_are_not_kept_any_more_go() {
    let store = store();
    let row = written(&store, 1, &[]);
    for n in 1..=u16::try_from(VERSIONS_MAX).unwrap() + 8 {
        edit(&store, row, n, &[picture("a", n as u8)]);
    }
    let versions: Vec<Version> = store.versions(row).unwrap();
    assert_eq!(kept(&store).len(), versions.len() - 1, "the first text shows none");
}

fn holds(folder: &Path, file: &str, marker: &[u8]) -> bool {
    let bytes = fs::read(folder.join(file)).unwrap_or_default();
    bytes.windows(marker.len()).any(|part| part == marker)
}

/// In a database whose pages can be read.
#[test]
fn of_a_deleted_picture_no_byte_is_left() {
    let marker = b"a-picture-nobody-is-to-find-again";
    let folder = tempfile::tempdir().unwrap();
    let store = Store::over(open::plain(folder.path()).unwrap(), &key());
    store.ensure_chat(&chat()).unwrap();
    let shows = SmallPicture { name: "a".into(), png: marker.repeat(300) };
    let rows = [1, 2].map(|n| written(&store, n, std::slice::from_ref(&shows)));
    store.add_sticker("mine", &shows.png, &[7; 9], T0).unwrap();
    store.checkpoint().unwrap();
    assert!(holds(folder.path(), DATABASE_FILE, marker), "it is looked for where it was");
    store.take_back(rows[0]).unwrap();
    store.erase(rows[1]).unwrap();
    store.remove_sticker("mine").unwrap();
    store.checkpoint().unwrap();
    for file in [DATABASE_FILE.to_owned(), format!("{DATABASE_FILE}-wal")] {
        assert!(!holds(folder.path(), &file, marker), "{file}");
    }
}

#[derive(Debug, Clone)]
enum Step {
    Write(u8, Vec<u8>),
    Edit(u8, u16, Vec<u8>),
    TakeBack(u8),
    Erase(u8),
    Add(u8, u8, u8),
    Remove(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let pictures = || proptest::collection::vec(0..6_u8, 0..4);
    prop_oneof![
        (1..6_u8, pictures()).prop_map(|(n, shows)| Step::Write(n, shows)),
        (1..6_u8, 1..5_u16, pictures()).prop_map(|(n, at, shows)| Step::Edit(n, at, shows)),
        (1..6_u8).prop_map(Step::TakeBack),
        (1..6_u8).prop_map(Step::Erase),
        (0..3_u8, 0..6_u8, 0..6_u8).prop_map(|(name, large, small)| Step::Add(name, large, small)),
        (0..3_u8).prop_map(Step::Remove),
    ]
}

/// What is to be kept, by the plainest account of it.
#[derive(Default)]
struct Plain {
    messages: BTreeMap<u8, (i64, BTreeMap<u16, Vec<u8>>)>,
    deleted: BTreeSet<u8>,
    stickers: BTreeMap<u8, (u8, u8)>,
}

impl Plain {
    fn kept(&self) -> BTreeSet<Vec<u8>> {
        let shown = self.messages.values().flat_map(|(_, texts)| texts.values().flatten().copied());
        let own = self.stickers.values().flat_map(|(large, small)| [*large, *small]);
        shown.chain(own).map(|n| vec![n; 40]).collect()
    }

    fn step(&mut self, store: &Store, step: Step) {
        let pictures = |shows: &[u8]| shows.iter().map(|n| picture("a", *n)).collect::<Vec<_>>();
        match step {
            Step::Write(n, shows) if !self.deleted.contains(&n) && !self.messages.contains_key(&n) => {
                let row = written(store, n, &pictures(&shows));
                self.messages.insert(n, (row, BTreeMap::from([(0, shows)])));
            }
            Step::Edit(n, at, shows) => {
                let Some((row, texts)) = self.messages.get_mut(&n) else { return };
                edit(store, *row, at, &pictures(&shows));
                texts.entry(at).or_insert(shows);
            }
            Step::TakeBack(n) | Step::Erase(n) => {
                let Some((row, _)) = self.messages.remove(&n) else { return };
                self.deleted.insert(n);
                if let Step::Erase(_) = step {
                    store.erase(row).unwrap();
                } else {
                    store.take_back(row).unwrap();
                }
            }
            Step::Add(name, large, small) => {
                let added = store.add_sticker(&format!("n{name}"), &[large; 40], &[small; 40], T0).unwrap();
                assert_eq!(added, !self.stickers.contains_key(&name));
                self.stickers.entry(name).or_insert((large, small));
            }
            Step::Remove(name) => {
                let removed = store.remove_sticker(&format!("n{name}")).unwrap();
                assert_eq!(removed, self.stickers.remove(&name).is_some());
            }
            Step::Write(..) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_kept_is_what_is_shown(steps in proptest::collection::vec(step(), 1..40)) {
        let (store, mut plain) = (store(), Plain::default());
        for step in steps {
            plain.step(&store, step);
            prop_assert_eq!(kept(&store), plain.kept());
        }
        store.check().unwrap();
    }
}
