//! Calling, being called, and what the window knows of it.

use kith_node::{
    params::{CallRef, CallSetParams},
    views::{Call, CallOutcome, CallPath, CallPhase, CallRecord, CallStats, Chat, NotifyRule},
};

use super::*;
use crate::model::{calls::OVER_MS, samples::call};

fn heard(model: &mut Model, events: Vec<Event>) -> Vec<Effect> {
    update(model, Action::Node(FromNode::Events(events)))
}

fn changed(model: &mut Model, call: Call) -> Vec<Effect> {
    heard(model, vec![Event::CallChanged { call }])
}

fn incoming(n: u32) -> Call {
    Call { outgoing: false, ..call(n, CallPhase::Incoming) }
}

fn ended(n: u32, outcome: CallOutcome) -> Call {
    Call { outcome: Some(outcome), ..call(n, CallPhase::Ended) }
}

fn stats() -> CallStats {
    CallStats {
        path: Some(CallPath::Direct),
        rtt_ms: Some(12),
        lost_permille: 4,
        their_lost_permille: None,
        jitter_ms: None,
        buffered_ms: 40,
        concealed_permille: 0,
        codec: "opus".into(),
        bitrate_out: 32_000,
        bitrate_in: 32_000,
        packets_out: 100,
        packets_in: 100,
        bandwidth: 500_000,
        video_out: None,
        video_in: None,
    }
}

fn toasts(model: &Model) -> Vec<&str> {
    model.view.toasts.iter().map(|toast| toast.text.as_str()).collect()
}

/// What was told outside the window, and what was taken back.
fn told(effects: Vec<Effect>) -> Vec<(About, Option<Notice>)> {
    let told = |effect| {
        if let Effect::Notify { about, notice, .. } = effect {
            return Some((about, Some(notice)));
        }
        if let Effect::Unnotify(about) = effect { Some((about, None)) } else { None }
    };
    effects.into_iter().filter_map(told).collect()
}

#[test]
fn one_is_called_once() {
    let mut model = talking(vec![]);
    let start = Action::CallStart(chat_id(1));
    assert_eq!(calls(&update(&mut model, start)), ["calls.start"]);
    assert!(update(&mut model, Action::CallStart(chat_id(1))).is_empty(), "a second click");
    assert!(toasts(&model).is_empty(), "of which nobody is told");
    for phase in [CallPhase::Calling, CallPhase::Ringing, CallPhase::Connecting] {
        let _effects = changed(&mut model, call(1, phase));
        assert_eq!(model.calls.in_bar().map(|call| call.phase), Some(phase));
    }
    let _effects = reply(&mut model, Then::CallStarted, Ok(Reply::CallsStart(call(1, CallPhase::Calling))));
    assert_eq!(model.calls.in_bar().map(|call| call.phase), Some(CallPhase::Connecting), "the answer is older");
    assert!(update(&mut model, Action::CallStart(chat_id(1))).is_empty());
    assert_eq!(toasts(&model), ["call-another"]);
    let hang_up = Command::CallsHangUp(CallRef { call: message_id(1) });
    assert_eq!(update(&mut model, Action::HangUp), [Effect::Call(hang_up, Then::CallChanged)]);
    let _effects = changed(&mut model, ended(1, CallOutcome::Cancelled));
    assert_eq!(update(&mut model, Action::HangUp), [], "there is nothing to end");
}

#[test]
fn who_cannot_be_called_is_not() {
    for state in [ContactState::Waiting, ContactState::Requested, ContactState::Blocked] {
        let mut model = talking(vec![]);
        model.contacts.get_mut(&account(1)).unwrap().state = state;
        assert!(update(&mut model, Action::CallStart(chat_id(1))).is_empty(), "{state:?}");
        assert_eq!(toasts(&model), ["call-nobody"]);
    }
    let mut model = talking(vec![]);
    model.me.as_mut().unwrap().presence = Presence::Invisible;
    assert!(update(&mut model, Action::CallStart(chat_id(1))).is_empty());
    assert_eq!(toasts(&model), ["call-invisible"]);
}

#[test]
fn what_the_node_refuses_is_said_and_can_be_tried_again() {
    for (code, says) in [(ErrorCode::NotAllowed, "call-nobody"), (ErrorCode::StorageFull, "error-storage-full")] {
        let mut model = talking(vec![]);
        let _effects = update(&mut model, Action::CallStart(chat_id(1)));
        let _effects = reply(&mut model, Then::CallStarted, Err(code));
        assert_eq!(toasts(&model), [says]);
        assert_eq!(calls(&update(&mut model, Action::CallStart(chat_id(1)))), ["calls.start"]);
    }
    let mut model = talking(vec![]);
    let _effects = reply(&mut model, Then::CallChanged, Err(ErrorCode::NotFound));
    assert!(toasts(&model).is_empty(), "they hung up a moment before");
    let _effects = reply(&mut model, Then::CallChanged, Err(ErrorCode::Internal));
    assert_eq!(toasts(&model), ["error-internal"]);
}

#[test]
fn one_that_rings_is_answered_or_not() {
    let mut model = talking(vec![]);
    assert!(update(&mut model, Action::Answer).is_empty() && update(&mut model, Action::Microphone).is_empty());
    let _effects = heard(&mut model, vec![Event::CallIncoming { call: incoming(1) }]);
    assert_eq!(model.calls.incoming(), Some(&incoming(1)));
    assert_eq!(model.calls.in_bar(), None, "it has a card of its own");
    let params = CallRef { call: message_id(1) };
    let accept = Effect::Call(Command::CallsAccept(params.clone()), Then::CallChanged);
    assert_eq!(update(&mut model, Action::Answer), [accept]);
    let decline = Effect::Call(Command::CallsDecline(params), Then::CallChanged);
    assert_eq!(update(&mut model, Action::HangUp), [decline]);
    let answered = Call { phase: CallPhase::Connecting, ..incoming(1) };
    let _effects = changed(&mut model, answered.clone());
    assert_eq!((model.calls.incoming(), model.calls.in_bar()), (None, Some(&answered)));
    assert!(update(&mut model, Action::Answer).is_empty());
}

#[test]
fn a_microphone_is_switched_and_theirs_is_known() {
    let mut model = talking(vec![]);
    let connected = Call { connected_at: Some(NOW), ..call(1, CallPhase::Connected) };
    let _effects = changed(&mut model, connected.clone());
    let switch = |mic| {
        let params = CallSetParams { mic: Some(mic), ..CallSetParams::nothing(message_id(1)) };
        [Effect::Call(Command::CallsSet(params), Then::CallChanged)]
    };
    assert_eq!(update(&mut model, Action::Microphone), switch(false));
    let _effects = changed(&mut model, Call { mic: false, their_mic: false, ..connected });
    assert!(model.calls.live.as_ref().is_some_and(|call| !call.mic && !call.their_mic));
    assert_eq!(update(&mut model, Action::Microphone), switch(true));
}

#[test]
fn levels_are_those_of_the_call_and_begin_anew() {
    let mut model = talking(vec![]);
    let level = |n, mine, theirs| Event::CallLevel { call: message_id(n), mine, theirs };
    let connected = |n| Call { connected_at: Some(NOW), ..call(n, CallPhase::Connected) };
    let _effects = changed(&mut model, connected(1));
    let _effects = heard(&mut model, vec![level(1, 100, 30)]);
    assert_eq!(model.calls.levels, (5, 2));
    let _effects = heard(&mut model, vec![level(9, 1, 1)]);
    assert_eq!(model.calls.levels, (5, 2), "of another call");
    let _effects = changed(&mut model, Call { phase: CallPhase::Reconnecting, ..connected(1) });
    assert_eq!(model.calls.levels, (5, 2));
    let _effects = changed(&mut model, connected(2));
    assert_eq!(model.calls.levels, (0, 0));
}

#[test]
fn how_it_goes_is_asked_every_two_seconds_while_connected() {
    let mut model = talking(vec![]);
    let connected = Call { connected_at: Some(NOW), ..call(1, CallPhase::Connected) };
    for phase in [CallPhase::Calling, CallPhase::Ringing, CallPhase::Connecting, CallPhase::Reconnecting] {
        let _effects = changed(&mut model, call(1, phase));
        assert!(update(&mut model, Action::AskCallStats).is_empty(), "{phase:?}");
    }
    let _effects = changed(&mut model, connected.clone());
    assert_eq!(calls(&update(&mut model, Action::AskCallStats)), ["calls.stats"]);
    model.now += 1_000;
    assert!(update(&mut model, Action::AskCallStats).is_empty());
    model.now += 1_000;
    assert_eq!(calls(&update(&mut model, Action::AskCallStats)), ["calls.stats"]);
    let _effects = reply(&mut model, Then::CallStats(message_id(2)), Ok(Reply::CallsStats(stats())));
    assert_eq!(model.calls.stats, None, "of another call");
    let _effects = reply(&mut model, Then::CallStats(message_id(1)), Ok(Reply::CallsStats(stats())));
    assert_eq!(model.calls.stats, Some(stats()));
    let _effects = changed(&mut model, ended(1, CallOutcome::Talked));
    let _effects = reply(&mut model, Then::CallStats(message_id(1)), Err(ErrorCode::NotFound));
    assert!(toasts(&model).is_empty(), "it ended meanwhile");
}

#[test]
fn how_it_ended_is_said_for_a_moment() {
    let mut model = talking(vec![]);
    let _effects = changed(&mut model, call(1, CallPhase::Ringing));
    let over = ended(1, CallOutcome::Declined);
    let _effects = changed(&mut model, over.clone());
    assert_eq!((model.calls.live.as_ref(), model.calls.in_bar()), (None, Some(&over)));
    assert_eq!(model.calls.changes_in(model.now), Some(OVER_MS));
    model.now += OVER_MS - 1;
    let _effects = update(&mut model, Action::Tick);
    assert_eq!(model.calls.in_bar(), Some(&over));
    model.now += 1;
    let _effects = update(&mut model, Action::Tick);
    assert_eq!((model.calls.in_bar(), model.calls.changes_in(model.now)), (None, None));

    let _effects = changed(&mut model, call(2, CallPhase::Ringing));
    let _effects = changed(&mut model, ended(2, CallOutcome::Replaced));
    assert_eq!(model.calls.in_bar(), None, "the other one says more");
    let _effects = changed(&mut model, call(3, CallPhase::Ringing));
    let _effects = changed(&mut model, ended(3, CallOutcome::Busy));
    let _effects = changed(&mut model, call(4, CallPhase::Calling));
    assert_eq!(model.calls.in_bar().map(|call| call.call), Some(message_id(4)), "a new one is more than the last");
}

#[test]
fn the_bar_is_drawn_again_once_a_second_at_most() {
    let mut model = talking(vec![]);
    for phase in [CallPhase::Calling, CallPhase::Ringing, CallPhase::Connecting] {
        let _effects = changed(&mut model, Call { until: Some(NOW + 45_000), ..call(1, phase) });
        assert_eq!(model.calls.changes_in(NOW), None, "{phase:?}: it says the same until it is another phase");
    }
    let connected = Call { connected_at: Some(NOW), ..call(1, CallPhase::Connected) };
    let _effects = changed(&mut model, connected);
    let next = |model: &Model, ms| model.calls.changes_in(NOW + ms);
    assert_eq!([0, 1, 41_300, 41_999].map(|ms| next(&model, ms)), [1000, 999, 700, 1].map(Some));
    let until = Some(NOW + 30_000);
    let _effects = changed(&mut model, Call { until, ..call(1, CallPhase::Reconnecting) });
    assert_eq!([0, 1, 999, 29_999].map(|ms| next(&model, ms)), [1000, 999, 1, 1].map(Some));
    assert_eq!(next(&model, 30_000), None);
}

#[test]
fn what_was_missed_comes_with_the_snapshot() {
    let mut model = talking(vec![]);
    let _effects = changed(&mut model, call(1, CallPhase::Ringing));
    let mut news = snapshot();
    news.calls = vec![incoming(2)];
    let _effects = update(&mut model, Action::Node(FromNode::Snapshot(news)));
    assert_eq!(model.calls.live, Some(incoming(2)));
    let _effects = update(&mut model, Action::Node(FromNode::Snapshot(snapshot())));
    assert_eq!(model.calls, Default::default());
}

fn line(n: u32, outcome: Option<CallOutcome>) -> Message {
    let call = Some(CallRecord { outcome, talked_ms: 0 });
    Message { kind: MessageKind::Call, text: None, call, ..theirs(n) }
}

fn arrives(n: u32) -> Vec<Event> {
    let (title, body) = ("Mara".to_owned(), "Call".to_owned());
    vec![
        Event::MessageUpserted { message: line(n, None) },
        Event::Notify { chat: chat_id(1), message: message_id(n), title, body, mention: false, late: false },
        Event::CallIncoming { call: incoming(n) },
    ]
}

#[test]
fn outside_the_window_it_rings_and_what_was_missed_is_told() {
    let mut model = ready();
    model.view.focused = false;
    let ring = || (About::Call(chat_id(1)), Some(Notice::Call { name: "Mara".into() }));
    assert_eq!(told(heard(&mut model, arrives(1))), [ring()], "once");
    let over = vec![
        Event::MessageUpserted { message: line(1, Some(CallOutcome::NoAnswer)) },
        Event::CallChanged { call: Call { outgoing: false, ..ended(1, CallOutcome::NoAnswer) } },
    ];
    let missed = (About::Chat(chat_id(1)), Some(Notice::Missed { name: "Mara".into() }));
    assert_eq!(told(heard(&mut model, over.clone())), [missed, (About::Call(chat_id(1)), None)]);
    assert_eq!(told(heard(&mut model, over)), [], "once");

    assert_eq!(told(heard(&mut model, arrives(2))), [ring()]);
    let answered = Call { phase: CallPhase::Connecting, ..incoming(2) };
    assert_eq!(told(changed(&mut model, answered)), [(About::Call(chat_id(1)), None)]);
    let talked = Event::MessageUpserted { message: line(2, Some(CallOutcome::Talked)) };
    assert_eq!(told(heard(&mut model, vec![talked])), []);

    assert_eq!(told(heard(&mut model, arrives(3))), [ring()]);
    let clicked = update(&mut model, Action::Clicked(About::Call(chat_id(1))));
    assert!(clicked.contains(&Effect::Show));
    assert_eq!(model.view.route, Route::Chats { open: Some(chat_id(1)) });
}

#[test]
fn who_looks_is_not_told_outside_and_silence_is_kept() {
    let mut model = ready();
    assert_eq!(told(heard(&mut model, arrives(1))), [], "it rings in the window");
    let mut model = ready();
    model.view.focused = false;
    let silent = Event::CallIncoming { call: Call { silent: true, ..incoming(1) } };
    assert_eq!(told(heard(&mut model, vec![silent])), []);
    let chat = Chat { notify: NotifyRule::Nothing, ..chat(1, "Mara") };
    assert_eq!(told(heard(&mut model, vec![Event::ChatChanged { chat }])), []);
    assert_eq!(told(heard(&mut model, vec![Event::CallIncoming { call: incoming(2) }])), []);
}
