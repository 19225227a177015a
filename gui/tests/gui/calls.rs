//! Calls between two people, with clicks only, and what they look like.

use std::{cell::RefCell, rc::Rc};

use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use kith_gui::{
    i18n::{Code, Lang},
    model::{Model, Route, Sheet},
    preview::Preview,
    theme::{Mode, Theme},
    update::Effect,
};
use kith_node::{
    Command,
    params::CallRef,
    views::{
        Call, CallOutcome, CallPath, CallPhase, CallRecord, CallStats, ContactState, Message, MessageKind, Presence,
    },
};

use crate::{
    device::Device,
    meeting::{NARROW, WIDE, meet, write},
    pictures::{NARROW as NARROW_PICTURE, WIDE as WIDE_PICTURE, draw, draw_after, modes},
    sample,
};

/// The call of the device, connected.
pub(crate) fn hears(device: &Device) -> bool {
    let live = device.window.state().model().calls.live.as_ref();
    live.is_some_and(|call| call.phase == CallPhase::Connected)
}

/// Two who have met; Mara's page is the list.
fn two(folder: &std::path::Path) -> (Device, Device) {
    let mut ada = Device::new(folder.join("ada"), WIDE);
    let mut mara = Device::new(folder.join("mara"), NARROW);
    meet(&mut ada, &mut mara);
    (ada, mara)
}

#[test]
fn two_people_call_talk_and_hang_up() {
    let folder = tempfile::tempdir().unwrap();
    let (mut ada, mut mara) = two(folder.path());
    ada.press("Call Mara");
    mara.until(&mut [&mut ada], "ringing", |mara| mara.sees("Ada calls you") && mara.sees("Answer"));
    ada.until(&mut [&mut mara], "ringing there", |ada| ada.sees("Mara, Ringing…"));
    mara.press("Answer");
    ada.until(&mut [&mut mara], "call", |ada| hears(ada) && ada.sees_part("Mara, 0:"));
    mara.until(&mut [&mut ada], "call", |mara| hears(mara) && mara.sees_part("Ada, 0:"));
    assert!(!mara.sees("Answer"), "the card is gone");

    mara.press("Mute microphone");
    ada.until(&mut [&mut mara], "mark", |ada| ada.sees("Mara is muted"));
    mara.until(&mut [&mut ada], "switch", |mara| mara.sees("Unmute microphone"));
    mara.press("Unmute microphone");
    ada.until(&mut [&mut mara], "end of it", |ada| !ada.sees("Mara is muted") && ada.sees("Voice of Mara"));
    ada.until(&mut [&mut mara], "quality", |ada| ada.sees_part("The sound goes from device to device."));

    // The bar is on every page and leads back.
    ada.press("Settings");
    assert!(ada.sees("Hang up") && !ada.sees("Call Mara"));
    ada.window.get_by_label_contains("Mara, 0:").click();
    ada.until(&mut [&mut mara], "conversation", |ada| ada.sees("Call Mara"));
    write(&mut ada, "I hear you");
    mara.until(&mut [&mut ada], "message", |mara| mara.sees_part("Chat with Ada, one unread message"));

    mara.press("Hang up");
    ada.until(&mut [&mut mara], "end", |ada| ada.sees_part("Mara, Call ended · 0:") && !ada.sees("Hang up"));
    ada.until(&mut [&mut mara], "line", |ada| ada.sees_part(": Outgoing call (0:"));
    ada.until(&mut [&mut mara], "end of the bar", |ada| !ada.sees_part("Mara, Call") && !ada.sees_part("Mara, 0:"));
    mara.press("Chat with Ada, one unread message");
    mara.until(&mut [&mut ada], "line", |mara| mara.sees_part(": Incoming call (0:"));
    assert!(!mara.sees("Call back"), "it was not missed");
}

#[test]
fn who_misses_a_call_calls_back() {
    let folder = tempfile::tempdir().unwrap();
    let (mut ada, mut mara) = two(folder.path());
    ada.press("Call Mara");
    mara.until(&mut [&mut ada], "ringing", |mara| mara.sees("Decline"));
    mara.press("Decline");
    ada.until(&mut [&mut mara], "answer", |ada| ada.sees("Mara, Declined") && ada.sees_part("call (Declined)"));
    ada.until(&mut [&mut mara], "end of the bar", |ada| !ada.sees("Mara, Declined"));

    ada.press("Call Mara");
    mara.until(&mut [&mut ada], "ringing", |mara| mara.sees("Answer"));
    ada.press("Hang up");
    mara.until(&mut [&mut ada], "end", |mara| !mara.sees("Answer") && mara.sees("Ada, Missed call"));
    mara.until(&mut [&mut ada], "chat", |mara| mara.sees_part("Chat with Ada"));
    let row = |mara: &Device| mara.window.state().model().chats.values().any(|chat| chat.unread == 1);
    mara.until(&mut [&mut ada], "one unread", row);
    mara.press("Chat with Ada, one unread message");
    mara.until(&mut [&mut ada], "line", |mara| mara.sees_part(": Missed call (Not answered)"));
    mara.press("Call back");
    ada.until(&mut [&mut mara], "ringing", |ada| ada.sees("Mara calls you"));
    ada.press("Answer");
    mara.until(&mut [&mut ada], "call", hears);
    ada.press("Hang up");
    mara.until(&mut [&mut ada], "end", |mara| mara.sees_part(": Outgoing call (0:"));
}

pub(crate) fn call(phase: CallPhase) -> Call {
    Call {
        call: sample::message_id(900),
        chat: sample::chat_id(1),
        account: sample::account(1),
        outgoing: true,
        phase,
        outcome: None,
        started_at: sample::NOW - 60_000,
        connected_at: Some(sample::NOW - 42_000),
        until: Some(sample::NOW + 18_000),
        mic: true,
        their_mic: true,
        camera: false,
        screen: false,
        their_camera: false,
        their_screen: false,
        silent: false,
    }
}

fn stats(path: CallPath, rtt_ms: u32, lost_permille: u32) -> CallStats {
    CallStats {
        path: Some(path),
        rtt_ms: Some(rtt_ms),
        lost_permille,
        their_lost_permille: None,
        jitter_ms: Some(3),
        buffered_ms: 40,
        concealed_permille: 0,
        codec: "opus".into(),
        bitrate_out: 32_000,
        bitrate_in: 32_000,
        packets_out: 2_100,
        packets_in: 2_100,
        bandwidth: 500_000,
        video_out: None,
        video_in: None,
    }
}

/// The conversation with Mara while this goes on.
pub(crate) fn during(call: Call) -> Model {
    let mut model = sample::talking();
    model.calls.fold(call, sample::NOW);
    model.calls.levels = (2, 4);
    model.calls.stats = Some(stats(CallPath::Direct, 12, 2));
    model
}

pub(crate) fn connected() -> Model {
    during(call(CallPhase::Connected))
}

/// The conversation with Mara with every kind of call in it.
fn history(arabic: bool) -> Model {
    let (mut model, chat, from) = if arabic { (sample::talking_arabic(), 5, 1) } else { (sample::talking(), 1, 9) };
    let them = sample::account(chat);
    let ends = [
        (false, Some(CallOutcome::Talked), 3_723_000),
        (true, Some(CallOutcome::NoAnswer), 0),
        (false, Some(CallOutcome::Cancelled), 0),
        (true, Some(CallOutcome::Failed), 0),
        (false, Some(CallOutcome::Declined), 0),
        (true, Some(CallOutcome::Talked), 42_000),
        (false, Some(CallOutcome::Busy), 0),
    ];
    let talk = model.talk_mut(sample::chat_id(chat));
    for (message, (mine, outcome, talked_ms)) in talk.messages.iter_mut().skip(from).zip(ends) {
        (message.kind, message.text) = (MessageKind::Call, None);
        message.call = Some(CallRecord { outcome, talked_ms });
        message.author = if mine { sample::account(0) } else { them };
        (message.reply_to, message.reactions) = (None, Vec::new());
    }
    let talk = model.talk_mut(sample::chat_id(chat));
    talk.messages.truncate(from + ends.len());
    (talk.unread_from, talk.draft) = (None, String::new());
    let last: Option<Message> = talk.messages.last().cloned();
    model.chats.get_mut(&sample::chat_id(chat)).expect("theirs").last = last;
    model
}

#[test]
fn pictures_of_calls_that_ring() {
    let ringing = || Call { outgoing: false, ..call(CallPhase::Incoming) };
    for (name, mode) in modes() {
        draw(&format!("call-incoming-{name}"), during(ringing()), mode, Code::En, WIDE_PICTURE);
    }
    draw("call-incoming-narrow", during(ringing()), Mode::Dark, Code::De, NARROW_PICTURE);
    let mut elsewhere = during(ringing());
    elsewhere.view.sheet = Some(Sheet::Rename { account: sample::account(1), name: "Mara".into() });
    draw("call-incoming-over-a-sheet", elsewhere, Mode::Light, Code::En, WIDE_PICTURE);
    let long = during(Call { account: sample::account(6), ..ringing() });
    draw("call-incoming-long-name", long, Mode::Light, Code::En, NARROW_PICTURE);
    let mut arabic = during(Call { account: sample::account(5), ..ringing() });
    arabic.view.route = Route::Contacts { open: None };
    draw("call-incoming-arabic", arabic, Mode::Dark, Code::Ar, NARROW_PICTURE);
    draw("call-outgoing", during(call(CallPhase::Ringing)), Mode::Dark, Code::En, WIDE_PICTURE);
    draw("call-outgoing-narrow", during(call(CallPhase::Calling)), Mode::Light, Code::Fr, NARROW_PICTURE);
}

#[test]
fn pictures_of_calls_that_go_on() {
    for (name, mode) in modes() {
        draw(&format!("call-connected-{name}"), connected(), mode, Code::En, WIDE_PICTURE);
        draw(&format!("call-connected-narrow-{name}"), connected(), mode, Code::En, NARROW_PICTURE);
    }
    let muted = || during(Call { mic: false, their_mic: false, ..call(CallPhase::Connected) });
    let mut long = during(Call { account: sample::account(6), chat: sample::chat_id(6), ..call(CallPhase::Connected) });
    long.view.route = Route::Chats { open: Some(sample::chat_id(6)) };
    draw("call-connected-long-name", long, Mode::Dark, Code::De, NARROW_PICTURE);
    draw("call-muted-dark", muted(), Mode::Dark, Code::En, NARROW_PICTURE);
    let mut poor = muted();
    poor.view.route = Route::Network;
    poor.calls.stats = Some(stats(CallPath::Relayed, 430, 83));
    draw("call-poor", poor, Mode::Light, Code::De, WIDE_PICTURE);
    draw("call-reconnecting", during(call(CallPhase::Reconnecting)), Mode::Light, Code::En, NARROW_PICTURE);
    let over = Call { outcome: Some(CallOutcome::Talked), ..call(CallPhase::Ended) };
    draw("call-ended", during(over), Mode::Dark, Code::En, WIDE_PICTURE);
    let mut arabic = during(Call { account: sample::account(5), ..call(CallPhase::Connected) });
    arabic.view.route = Route::Contacts { open: None };
    draw("call-connected-arabic", arabic, Mode::Dark, Code::Ar, NARROW_PICTURE);
}

#[test]
fn pictures_of_calls_in_a_conversation() {
    for (name, mode) in modes() {
        draw(&format!("call-lines-{name}"), history(false), mode, Code::En, WIDE_PICTURE);
    }
    draw("call-lines-narrow", history(false), Mode::Dark, Code::De, NARROW_PICTURE);
    draw("call-lines-arabic", history(true), Mode::Light, Code::Ar, NARROW_PICTURE);
    let menu = |window: &mut Harness<'_>| {
        let found = window.get_all_by_label_contains(": Outgoing call (0:42)").last().expect("a call");
        found.click_secondary();
        window.run_steps(2);
        assert!(window.query_by_label("Reply").is_some(), "a call can be answered in words");
        for senseless in ["Edit", "Forward", "Copy text", "Pin for me"] {
            assert!(window.query_by_label(senseless).is_none(), "{senseless}");
        }
    };
    draw_after("call-menu", history(false), Mode::Dark, Code::En, WIDE_PICTURE, menu);
}

/// A window that shows a model and does nothing else.
fn shown(model: Model) -> Harness<'static> {
    let mut preview = Preview::new(model, Theme::new(Mode::Dark), Lang::new(Code::En, Some(true)).in_utc());
    let builder = Harness::builder().with_size(WIDE_PICTURE).allow_missing_glyphs();
    let mut window = builder.build_ui(move |ui| preview.show(ui));
    window.run_steps(6);
    window
}

/// It can be answered wherever one is, also while something else wants an answer first.
#[test]
fn a_call_is_answered_with_the_mouse_and_with_the_keyboard_over_a_sheet() {
    let sheet = || Sheet::Rename { account: sample::account(2), name: "Jun".into() };
    for (over, by_key) in [(None, false), (Some(sheet()), false), (None, true), (Some(sheet()), true)] {
        let mut model = during(Call { outgoing: false, ..call(CallPhase::Incoming) });
        model.view.sheet.clone_from(&over);
        let language = Lang::new(Code::En, Some(true)).in_utc();
        let preview = Rc::new(RefCell::new(Preview::new(model, Theme::new(Mode::Dark), language)));
        let shown = Rc::clone(&preview);
        let builder = Harness::builder().with_size(WIDE_PICTURE).allow_missing_glyphs();
        let mut window = builder.build_ui(move |ui| shown.borrow_mut().show(ui));
        window.run_steps(6);
        if by_key {
            let tabs = (0..80).position(|_| {
                window.key_press(egui::Key::Tab);
                window.run_steps(2);
                window.get_by_label("Answer").is_focused()
            });
            assert!(tabs.is_some(), "the Tab key does not lead there over {over:?}");
            window.key_press(egui::Key::Enter);
        } else {
            window.get_by_label("Answer").click();
        }
        window.run_steps(3);
        let answer = Command::CallsAccept(CallRef { call: sample::message_id(900) });
        let asked = |effect: &Effect| matches!(effect, Effect::Call(command, _) if *command == answer);
        assert_eq!(preview.borrow().asked.iter().filter(|effect| asked(effect)).count(), 1, "{over:?} {by_key}");
    }
}

/// Whether the button of the conversation can be pressed, if it is there.
fn button(model: Model) -> Option<bool> {
    let window = shown(model);
    let found = window.query_by_label("Call Mara Okafor")?;
    Some(!found.accesskit_node().is_disabled())
}

#[test]
fn a_bar_is_drawn_again_with_the_next_second_only() {
    let delay = |model: Model| {
        let mut window = shown(model);
        window.step();
        window.output().viewport_output.values().map(|viewport| viewport.repaint_delay).min().unwrap()
    };
    let ms = std::time::Duration::from_millis;
    let since = |ago| during(Call { connected_at: Some(sample::NOW - ago), ..call(CallPhase::Connected) });
    assert_eq!(delay(since(42_000)), ms(1_000));
    assert_eq!(delay(since(42_300)), ms(700));
    assert_eq!(delay(during(call(CallPhase::Reconnecting))), ms(1_000));
    assert!(delay(during(call(CallPhase::Ringing))) > ms(10_000), "it says the same until it is another phase");
}

#[test]
fn who_can_be_called_has_a_button() {
    let mara = |change: fn(&mut Model)| {
        let mut model = sample::talking();
        change(&mut model);
        button(model)
    };
    assert_eq!(mara(|_| {}), Some(true));
    assert_eq!(mara(|model| model.calls.fold(call(CallPhase::Ringing), sample::NOW)), Some(false));
    assert_eq!(mara(|model| model.me.as_mut().unwrap().presence = Presence::Invisible), Some(false));
    let state = |model: &mut Model, state| model.contacts.get_mut(&sample::account(1)).unwrap().state = state;
    assert_eq!(mara(|model| model.contacts.clear()), None, "notes have nobody");
    let mut waits = sample::talking();
    state(&mut waits, ContactState::Waiting);
    assert_eq!(button(waits), None);
}
