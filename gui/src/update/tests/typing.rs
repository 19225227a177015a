use super::*;

fn told(effects: &[Effect]) -> Vec<bool> {
    let on = |effect: &Effect| {
        if let Effect::Call(Command::ChatsTyping(params), _) = effect { Some(params.on) } else { None }
    };
    effects.iter().filter_map(on).collect()
}

fn draft(model: &mut Model, text: &str) -> Vec<bool> {
    told(&update(model, Action::Draft(chat_id(1), text.to_owned())))
}

#[test]
fn writing_is_told_now_and_then_and_its_end_once() {
    let mut model = talking(vec![theirs(1)]);
    assert_eq!(draft(&mut model, "h"), [true]);
    assert!(draft(&mut model, "he").is_empty(), "not with every letter");
    model.now += 3_000;
    assert_eq!(draft(&mut model, "hey"), [true]);
    assert_eq!(draft(&mut model, " "), [false]);
    assert!(draft(&mut model, "").is_empty());
    assert_eq!(draft(&mut model, "again"), [true]);
    assert!(told(&update(&mut model, Action::Send(chat_id(1)))).is_empty(), "the message says it");
    assert!(told(&update(&mut model, Action::Go(Route::Network))).is_empty());
}

#[test]
fn leaving_a_conversation_ends_it_and_an_edit_is_not_told() {
    let mut model = talking(vec![theirs(1), message(2)]);
    assert_eq!(draft(&mut model, "half"), [true]);
    assert_eq!(told(&update(&mut model, Action::Go(Route::Network))), [false]);
    let _effects = update(&mut model, Action::OpenChat(chat_id(1)));
    let _effects = update(&mut model, Action::EditMessage(message_id(2)));
    assert!(draft(&mut model, "other words").is_empty());
}

#[test]
fn who_writes_is_known_until_they_stop_or_everything_is_read_anew() {
    let mut model = talking(vec![]);
    let event = |on| FromNode::Events(vec![Event::Typing { chat: chat_id(1), account: account(1), on }]);
    let _effects = update(&mut model, Action::Node(event(true)));
    assert_eq!(model.typing_in(chat_id(1)), Some(account(1)));
    let _effects = update(&mut model, Action::Node(event(false)));
    assert_eq!(model.typing_in(chat_id(1)), None);
    let _effects = update(&mut model, Action::Node(event(true)));
    let _effects = update(&mut model, Action::Node(FromNode::Snapshot(snapshot())));
    assert_eq!(model.typing_in(chat_id(1)), None);
}
