//! Answers, edits, emoji, deletions; conversations put aside.

use kith_node::{
    params::DeleteFor,
    views::{Chat, NotifyRule},
};

use super::*;
use crate::{
    action::Mute,
    model::{Aim, EmojiFor, Filter, Quote},
};

fn aim(model: &Model) -> Option<&Aim> {
    model.talks[&chat_id(1)].aim.as_ref()
}

fn draft(model: &Model) -> &str {
    &model.talks[&chat_id(1)].draft
}

fn sent(effects: &[Effect]) -> Option<&params::SendParams> {
    effects.iter().find_map(
        |effect| {
            if let Effect::Call(Command::ChatsSend(params), _) = effect { Some(params) } else { None }
        },
    )
}

fn event(model: &mut Model, event: Event) -> Vec<Effect> {
    update(model, Action::Node(FromNode::Events(vec![event])))
}

#[test]
fn an_answer_names_what_it_answers_once() {
    let mut model = talking(vec![theirs(1)]);
    let focused = update(&mut model, Action::Reply(message_id(1)));
    assert_eq!((aim(&model), focused), (Some(&Aim::Reply(message_id(1))), vec![Effect::Focus(Target::Composer)]));
    let _effects = update(&mut model, Action::Draft(chat_id(1), "Yes".into()));
    let effects = update(&mut model, Action::Send(chat_id(1)));
    assert_eq!(sent(&effects).unwrap().reply_to, Some(message_id(1)));
    let Some(Effect::Call(_, Then::Sent(_, local))) =
        effects.iter().find(|effect| matches!(effect, Effect::Call(Command::ChatsSend(_), _)))
    else {
        panic!()
    };
    let refused = reply(&mut model, Then::Sent(chat_id(1), *local), Err(ErrorCode::Offline));
    assert!(refused.is_empty());
    let again = update(&mut model, Action::Retry(chat_id(1), *local));
    assert_eq!(sent(&again).unwrap().reply_to, Some(message_id(1)), "also when it is tried again");
    let _effects = update(&mut model, Action::Draft(chat_id(1), "And".into()));
    assert_eq!(sent(&update(&mut model, Action::Send(chat_id(1)))).unwrap().reply_to, None);
}

#[test]
fn an_edit_borrows_the_composer() {
    let mut model = talking(vec![message(1), theirs(2)]);
    let _effects = update(&mut model, Action::Draft(chat_id(1), "half a thought".into()));
    let _effects = update(&mut model, Action::EditLast(chat_id(1)));
    assert_eq!(draft(&model), "Message 1", "theirs cannot be edited");
    model.now += 60_000;
    let saved = update(&mut model, Action::Tick);
    let kept = saved.iter().find_map(|effect| {
        if let Effect::Call(Command::ChatsSetDraft(params), _) = effect { Some(params.text.as_str()) } else { None }
    });
    assert_eq!(kept, Some("half a thought"), "the edit is no draft");
    let _effects = update(&mut model, Action::Draft(chat_id(1), "Message one".into()));
    let effects = update(&mut model, Action::Send(chat_id(1)));
    let edited = params::EditParams { message: message_id(1), text: "Message one".into() };
    assert!(effects.contains(&Effect::Call(Command::ChatsEdit(edited), Then::Nothing)), "{effects:?}");
    assert_eq!((draft(&model), aim(&model)), ("half a thought", None));
    assert!(model.talks[&chat_id(1)].pending.is_empty());
}

#[test]
fn escape_gives_an_answer_up_before_it_closes_anything_else() {
    let mut model = talking(vec![message(1)]);
    model.view.info = true;
    let _effects = update(&mut model, Action::Draft(chat_id(1), "kept".into()));
    for start in [Action::Reply(message_id(1)), Action::EditMessage(message_id(1))] {
        let _effects = update(&mut model, start);
        assert!(aim(&model).is_some());
        let _effects = update(&mut model, Action::Escape);
        assert_eq!((aim(&model), draft(&model), model.view.info), (None, "kept", true));
    }
}

#[test]
fn what_is_deleted_is_not_answered_or_edited_any_more() {
    let mut model = talking(vec![message(1), theirs(2)]);
    let _effects = update(&mut model, Action::EditMessage(message_id(1)));
    let gone = Message { deleted: true, text: None, ..message(1) };
    let _effects = event(&mut model, Event::MessageUpserted { message: gone });
    assert_eq!((aim(&model), draft(&model)), (None, ""));
    let _effects = update(&mut model, Action::EditMessage(message_id(1)));
    assert_eq!(aim(&model), None);

    let _effects = update(&mut model, Action::Reply(message_id(2)));
    let _effects = update(&mut model, Action::Select(message_id(2)));
    let _effects = event(&mut model, Event::MessageRemoved { message: message_id(2), chat: chat_id(1) });
    assert_eq!((aim(&model), model.view.selected.len()), (None, 0));
    assert_eq!(model.talks[&chat_id(1)].messages.len(), 1);
}

#[test]
fn answered_messages_that_are_not_loaded_are_asked_for_once() {
    let answer = |n, to| Message { reply_to: Some(message_id(to)), ..theirs(n) };
    let mut model = ready();
    let _effects = update(&mut model, Action::OpenChat(chat_id(1)));
    let asked = page(&mut model, Load::First, vec![theirs(1), answer(2, 1), answer(3, 90), answer(4, 90)]);
    assert_eq!(calls(&asked), ["chats.history"]);
    let found = HistoryReply { messages: vec![theirs(90)], more_before: true, more_after: true };
    let then = Then::Quoted(chat_id(1), message_id(90));
    let _effects = reply(&mut model, then, Ok(Reply::ChatsHistory(found)));
    let quote = |model: &Model, n| model.talks[&chat_id(1)].quotes.get(&message_id(n)).cloned();
    assert_eq!(quote(&model, 90), Some(Quote::Found(Box::new(theirs(90)))));
    let edited = Message { text: Some("better".into()), ..theirs(90) };
    let again = event(&mut model, Event::MessageUpserted { message: edited.clone() });
    assert_eq!(quote(&model, 90), Some(Quote::Found(Box::new(edited))), "it follows");
    assert!(!calls(&again).contains(&"chats.history"));

    let asked = event(&mut model, Event::MessageUpserted { message: answer(5, 91) });
    assert_eq!(calls(&asked).iter().filter(|name| **name == "chats.history").count(), 1);
    let _effects = reply(&mut model, Then::Quoted(chat_id(1), message_id(91)), Err(ErrorCode::NotFound));
    assert_eq!(quote(&model, 91), Some(Quote::Gone));
    assert!(model.view.toasts.is_empty());
}

#[test]
fn what_is_done_with_a_message_reaches_the_node() {
    let mut model = talking(vec![message(1)]);
    let (id, chat) = (message_id(1), chat_id(1));
    model.view.sheet = Some(Sheet::Emoji(EmojiFor::Reaction(id)));
    let reacted = update(&mut model, Action::React(id, "👍".into(), true));
    assert_eq!((calls(&reacted), &model.view.sheet), (vec!["chats.react"], &None));
    model.view.sheet = Some(Sheet::DeleteMessage(id));
    assert_eq!(calls(&update(&mut model, Action::Delete(id, DeleteFor::Everyone))), ["chats.delete"]);
    assert_eq!(model.view.sheet, None);
    assert_eq!(calls(&update(&mut model, Action::PinMessage(id, true))), ["chats.pin_message"]);
    assert!(update(&mut model, Action::Forward(id, [].into())).is_empty());
    assert_eq!(calls(&update(&mut model, Action::Forward(id, [chat].into()))), ["chats.forward"]);
    assert_eq!(calls(&update(&mut model, Action::ShowEdits(id))), ["chats.edits"]);
    let edits = vec![params::EditedText { text: "before".into(), at: 7 }];
    let answer = Reply::ChatsEdits(params::EditsReply { edits: edits.clone() });
    let _effects = reply(&mut model, Then::Edits(id), Ok(answer));
    assert_eq!(model.view.sheet, Some(Sheet::Edits { message: id, edits: Some(edits) }));
    let unknown = Message { kind: MessageKind::Unknown, text: None, ..message(2) };
    let _effects = event(&mut model, Event::MessageUpserted { message: unknown });
    assert!(update(&mut model, Action::EditMessage(message_id(2))).is_empty());

    let muted = |model: &mut Model, how| {
        let effect = update(model, Action::Mute(chat, how)).remove(0);
        let Effect::Call(Command::ChatsMute(params), _) = effect else { panic!("{effect:?}") };
        params.until_ms
    };
    assert_eq!(muted(&mut model, Mute::For(1_000)), Some(NOW + 1_000));
    assert_eq!(muted(&mut model, Mute::Until(NOW + 7)), Some(NOW + 7));
    assert_eq!((muted(&mut model, Mute::Always), muted(&mut model, Mute::Off)), (None, Some(0)));
    let _effects = update(&mut model, Action::Insert(chat, "🦀".into()));
    assert_eq!(draft(&model), "🦀");
}

#[test]
fn muted_chats_do_not_count_and_archived_ones_are_passed_over() {
    let mut model = talking(vec![]);
    let other = Chat { unread: 4, muted_until: Some(NOW + 1), ..chat(2, "Jun") };
    let _effects = event(&mut model, Event::ChatChanged { chat: other.clone() });
    assert_eq!(model.unread(), 0);
    model.now += 1;
    assert_eq!(model.unread(), 4, "its time is over");
    for (notify, unread) in [(NotifyRule::Mentions, 3), (NotifyRule::Nothing, 0)] {
        let _effects = event(&mut model, Event::ChatChanged { chat: Chat { notify, mentions: 3, ..other.clone() } });
        assert_eq!(model.unread(), unread, "{notify:?}");
    }
    let _effects = event(&mut model, Event::ChatChanged { chat: Chat { archived: true, ..other } });
    let _effects = update(&mut model, Action::StepChat(1));
    assert_eq!(model.open_chat().map(|chat| chat.chat), Some(chat_id(1)));
    let _effects = update(&mut model, Action::Filter(Filter::Archived));
    assert_eq!(model.view.filter, Filter::Archived);
}

#[test]
fn what_is_pinned_is_known_without_being_loaded() {
    let mut model = talking(vec![message(1), theirs(2)]);
    let pinned = |model: &Model| model.talks[&chat_id(1)].pinned.iter().map(|message| message.id).collect::<Vec<_>>();
    let old = Message { pinned: true, ..theirs(9) };
    let found = Reply::ChatsPinned(params::PinnedReply { messages: vec![old.clone()] });
    let _effects = reply(&mut model, Then::Pinned(chat_id(1)), Ok(found));
    let _effects = event(&mut model, Event::MessageUpserted { message: Message { pinned: true, ..theirs(2) } });
    assert_eq!(pinned(&model), [message_id(2), message_id(9)], "the last pinned first");
    let edited = Message { text: Some("Other".into()), ..old.clone() };
    let _effects = event(&mut model, Event::MessageUpserted { message: edited });
    assert_eq!(model.talks[&chat_id(1)].pinned[1].text.as_deref(), Some("Other"));
    let _effects = event(&mut model, Event::MessageUpserted { message: theirs(2) });
    assert_eq!(pinned(&model), [message_id(9)], "taken off");
    let gone = Message { deleted: true, text: None, ..old };
    let _effects = event(&mut model, Event::MessageUpserted { message: gone });
    assert!(pinned(&model).is_empty());
    let _effects = event(&mut model, Event::MessageUpserted { message: Message { pinned: true, ..theirs(2) } });
    let _effects = event(&mut model, Event::MessageRemoved { message: message_id(2), chat: chat_id(1) });
    assert!(pinned(&model).is_empty());
}

#[test]
fn a_message_that_was_given_up_is_sent_anew_and_goes() {
    let failed = |n| Message {
        state: Some(MessageState::Failed),
        reply_to: Some(message_id(1)),
        expires_s: Some(60),
        ..message(n)
    };
    let mut model = talking(vec![message(1), failed(2), failed(3)]);
    assert_eq!(update(&mut model, Action::SendAgain(message_id(1))), [], "it is on its way");
    let effects = update(&mut model, Action::SendAgain(message_id(2)));
    let again = sent(&effects).expect("the same once more");
    assert_eq!((again.text.as_str(), again.reply_to, again.expires_s), ("Message 2", Some(message_id(1)), Some(60)));
    assert_eq!(update(&mut model, Action::SendAgain(message_id(2))), [], "a second click");
    let then = || Then::SentAgain(message_id(2));
    assert_eq!(calls(&reply(&mut model, then(), Err(ErrorCode::StorageFull))), [""; 0], "it stays");
    assert_eq!(model.view.toasts.len(), 1);
    assert_eq!(calls(&update(&mut model, Action::SendAgain(message_id(2)))), ["chats.send"]);
    let effects = reply(&mut model, then(), Ok(Reply::ChatsSend(SendReply { message: message_id(9) })));
    let wanted = params::DeleteParams { message: message_id(2), scope: DeleteFor::Me };
    assert_eq!(effects, [Effect::Call(Command::ChatsDelete(wanted), Then::Nothing)]);
}
