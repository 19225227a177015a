use proptest::prelude::*;
use serde_json::json;

use crate::{
    params::{Around, HistoryParams},
    *,
};

proptest! {
    #[test]
    fn ids_read_back(bytes: [u8; 32], short: [u8; 16]) {
        let account = AccountId::from_bytes(bytes);
        prop_assert_eq!(account.to_string().parse::<AccountId>(), Ok(account));
        prop_assert_eq!(serde_json::from_value::<AccountId>(json!(account)).unwrap(), account);
        let chat = ChatId::from_bytes(short);
        prop_assert_eq!(chat.to_string().parse::<ChatId>(), Ok(chat));
    }

    #[test]
    fn one_wrong_character_is_not_an_account(bytes: [u8; 32], at in 5usize..63, other in "[02-9ac-hj-np-z]") {
        let mut text = AccountId::from_bytes(bytes).to_string();
        prop_assume!(text[at..=at] != other);
        text.replace_range(at..=at, &other);
        prop_assert!(text.parse::<AccountId>().is_err());
    }

    #[test]
    fn any_text_is_an_id_or_an_error(text in ".*") {
        let _account = text.parse::<AccountId>();
        let _chat = text.parse::<ChatId>();
    }
}

#[test]
fn places_in_a_chat_have_three_spellings() {
    let chat = ChatId::from_bytes([1; 16]);
    let read = |around: serde_json::Value| {
        serde_json::from_value::<HistoryParams>(json!({ "chat": chat, "around": around })).map(|p| p.around)
    };
    assert_eq!(read(json!("end")).unwrap(), Around::End);
    assert_eq!(read(json!("unread")).unwrap(), Around::Unread);
    assert_eq!(
        read(json!("02020202020202020202020202020202")).unwrap(),
        Around::Message(MessageId::from_bytes([2; 16]))
    );
    assert_eq!(read(json!({ "at_ms": 7 })).unwrap(), Around::At { at_ms: 7 });
    assert!(read(json!("somewhere")).is_err());
    for around in [Around::End, Around::Unread, Around::At { at_ms: 1 }] {
        assert_eq!(read(json!(around)).unwrap(), around);
    }
}

#[test]
fn unknown_methods_and_fields_are_errors_with_a_code() {
    let error = Command::from_json("chats.explode", json!({})).unwrap_err();
    assert_eq!(error.code, ErrorCode::UnknownMethod);
    let error = Command::from_json("contacts.add", json!({ "link": "x", "surprise": 1 })).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidArgument);
    assert!(error.message.contains("surprise"), "{error}");
    let error = Command::from_json("contacts.add", json!({})).unwrap_err();
    assert!(error.message.contains("link"), "{error}");
}

#[test]
fn invites_serve_one_person_unless_said_otherwise() {
    let command = Command::from_json("contacts.invite", json!(null)).unwrap();
    let Command::ContactsInvite(params) = command else { panic!("{command:?}") };
    assert!(params.single_use);
}

#[test]
fn a_setting_without_a_value_is_not_removed() {
    let error = Command::from_json("settings.set", json!({ "key": "a" })).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidArgument);
    let command = Command::from_json("settings.set", json!({ "key": "a", "value": null })).unwrap();
    assert!(matches!(command, Command::SettingsSet(params) if params.value.is_null()));
}

#[test]
fn a_password_is_read_and_not_shown() {
    let params = json!({ "current": "correct horse", "new": "battery staple" });
    let command = Command::from_json("profile.set_password", params.clone()).unwrap();
    let shown = format!("{command:?}");
    assert!(!shown.contains("horse") && !shown.contains("staple"), "{shown}");
    let Command::ProfileSetPassword(read) = command else { panic!("{command:?}") };
    assert_eq!(read.new.as_ref().map(Password::as_str), Some("battery staple"));
    assert_eq!(json!(read), params);
    let command = Command::from_json("profile.recovery_phrase", json!({ "password": "correct horse" })).unwrap();
    assert!(!format!("{command:?}").contains("horse"), "{command:?}");
}

#[test]
fn error_words_in_json_and_in_code_agree() {
    for code in [ErrorCode::NotAContact, ErrorCode::UsedLink, ErrorCode::InvalidArgument, ErrorCode::ShuttingDown] {
        assert_eq!(json!(code), json!(code.as_str()));
    }
}

#[test]
fn method_names_are_unique_and_documented() {
    let mut names: Vec<_> = METHODS.iter().map(|m| m.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), METHODS.len());
    assert!(METHODS.iter().all(|m| m.name.contains('.') && !m.doc.trim().is_empty()));
}

/// The shapes are a contract: a change here is a change for every client and belongs in the changelog.
#[test]
fn every_json_form() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&openrpc::openrpc()).unwrap());
}
