//! What is shown in calls.

use super::*;

/// Camera and screen.
type Shown = (bool, bool);

fn set(world: &mut World, who: usize, call: MessageId, camera: Option<bool>, screen: Option<bool>) {
    world
        .call(who, Command::CallsSet(params::CallSetParams { camera, screen, ..params::CallSetParams::nothing(call) }))
        .unwrap();
}

fn start_with_video(world: &mut World, who: usize, to: usize) -> MessageId {
    let chat = chat(world, who, to);
    match world.call(who, Command::CallsStart(params::CallStartParams { chat, video: true })) {
        Ok(Reply::CallsStart(view)) => view.call,
        other => panic!("{other:?}"),
    }
}

fn mine(world: &mut World, who: usize) -> Shown {
    let call = calls(world, who).remove(0);
    (call.camera, call.screen)
}

fn theirs(world: &mut World, who: usize) -> Shown {
    let call = calls(world, who).remove(0);
    (call.their_camera, call.their_screen)
}

fn opened(world: &mut World, who: usize) -> Vec<Shows> {
    let shows = told(world, who)
        .into_iter()
        .filter_map(|command| if let CallCommand::Open { shows, .. } = command { Some(shows) } else { None });
    shows.collect()
}

fn describe_both(world: &mut World, call: MessageId) {
    news(world, 0, call, described(true, 1));
    news(world, 1, call, described(false, 2));
    for who in [0, 1] {
        news(world, who, call, CallNews::Up);
    }
}

#[test]
fn who_is_called_with_video_sees_that_and_shows_nothing_themselves() {
    let mut world = two();
    let call = start_with_video(&mut world, 0, 1);
    assert_eq!((mine(&mut world, 0), theirs(&mut world, 1)), ((true, false), (true, false)));
    assert_eq!((mine(&mut world, 1), theirs(&mut world, 0)), ((false, false), (false, false)));
    assert_eq!(world.sessions, [], "nothing is filmed before it is answered");
    accept(&mut world, 1, call);
    assert_eq!(opened(&mut world, 0), [Shows::Camera]);
    assert_eq!(opened(&mut world, 1), [Shows::Nothing]);
    describe_both(&mut world, call);
    assert_eq!((theirs(&mut world, 1), theirs(&mut world, 0)), ((true, false), (false, false)));
}

#[test]
fn what_is_changed_before_it_is_answered_counts_from_then_on() {
    let mut world = two();
    let call = start_with_video(&mut world, 0, 1);
    set(&mut world, 0, call, Some(false), None);
    set(&mut world, 1, call, Some(true), None);
    assert_eq!(world.sessions, []);
    assert_eq!(theirs(&mut world, 0), (false, false), "whoever has not answered is not seen");
    accept(&mut world, 1, call);
    assert_eq!(opened(&mut world, 0), [Shows::Nothing]);
    assert_eq!(opened(&mut world, 1), [Shows::Camera]);
    describe_both(&mut world, call);
    assert_eq!((theirs(&mut world, 0), theirs(&mut world, 1)), ((true, false), (false, false)));
}

#[test]
fn a_screen_takes_the_place_of_the_camera_and_gives_it_back() {
    let mut world = two();
    let call = talk(&mut world, 0, 1);
    let show = |shows| CallCommand::Show { call: convert::message(call), shows };
    for (camera, screen, is, shows) in [
        (Some(true), None, (true, false), Some(Shows::Camera)),
        (None, Some(true), (true, true), Some(Shows::Screen)),
        (Some(false), None, (false, true), None),
        (Some(true), None, (true, true), None),
        (None, Some(false), (true, false), Some(Shows::Camera)),
        (None, Some(false), (true, false), None),
        (Some(false), None, (false, false), Some(Shows::Nothing)),
    ] {
        set(&mut world, 0, call, camera, screen);
        assert_eq!((mine(&mut world, 0), theirs(&mut world, 1)), (is, is));
        assert_eq!(told(&mut world, 0), Vec::from_iter(shows.map(show)), "{is:?}");
    }
    assert!(calls(&mut world, 1)[0].their_mic, "the microphone stays as it is");
}

#[test]
fn what_cannot_be_shown_is_off_on_both_sides() {
    let mut world = two();
    let call = talk(&mut world, 0, 1);
    set(&mut world, 0, call, Some(true), Some(true));
    world.sessions.clear();
    news(&mut world, 0, call, CallNews::Blind);
    assert_eq!((mine(&mut world, 0), theirs(&mut world, 1)), ((true, false), (true, false)));
    let show = |shows| CallCommand::Show { call: convert::message(call), shows };
    assert_eq!(told(&mut world, 0), [show(Shows::Camera)], "there is still a camera");
    news(&mut world, 0, call, CallNews::Blind);
    assert_eq!((mine(&mut world, 0), theirs(&mut world, 1)), ((false, false), (false, false)));
}

#[test]
fn who_call_each_other_at_once_are_seen_by_each_other() {
    let mut world = two();
    world.people[0].hold = true;
    start_with_video(&mut world, 0, 1);
    let held = std::mem::take(&mut world.people[0].held);
    world.people[0].hold = false;
    start_with_video(&mut world, 1, 0);
    for output in held {
        deliver(&mut world, 0, 1, output);
    }
    for who in [0, 1] {
        assert!(mine(&mut world, who).0, "{who}");
    }
    let call = calls(&mut world, 0)[0].call;
    assert_eq!(calls(&mut world, 1)[0].call, call);
    let opens =
        world.sessions.iter().filter(|(_, command)| matches!(command, CallCommand::Open { shows: Shows::Camera, .. }));
    assert_eq!(opens.count(), 2);
}
