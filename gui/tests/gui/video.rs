//! Two people who see each other, with clicks only, and what that looks like.

use kith_gui::{
    i18n::Code,
    model::{Model, Pixels, video::Side},
    theme::Mode,
};
use kith_node::{
    video::{VideoIn, pattern},
    views::{Call, CallPhase, VideoStats},
};

use crate::{
    calls::{call, during},
    device::Device,
    meeting::{NARROW, WIDE, meet},
    pictures::{NARROW as NARROW_PICTURE, WIDE as WIDE_PICTURE, draw, modes},
};

/// Which picture of the pattern the device shows.
fn number(device: &Device, side: Side) -> Option<u32> {
    let video = &device.window.state().model().video;
    let pixels = match side {
        Side::Mine => video.mine.as_ref(),
        Side::Theirs => video.theirs.as_ref(),
    }?;
    pattern::number_in_rgba(u32::try_from(pixels.width).ok()?, u32::try_from(pixels.height).ok()?, &pixels.rgba)
}

/// Waits until the device shows later pictures than now, and more than one of them.
fn goes_on(device: &mut Device, other: &mut Device, side: Side) {
    for _ in 0..3 {
        let before = number(device, side);
        device.until(&mut [other], "another picture", |device| number(device, side) > before);
    }
}

#[test]
fn two_people_see_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::with_camera(folder.path().join("ada"), WIDE, VideoIn::Pattern);
    let mut mara = Device::with_camera(folder.path().join("mara"), NARROW, VideoIn::Pattern);
    meet(&mut ada, &mut mara);
    ada.press("Call Mara with video");
    mara.until(&mut [&mut ada], "ringing", |mara| mara.sees("calls you with video"));
    assert!(number(&ada, Side::Mine).is_none(), "nothing is filmed before it is answered");
    mara.press("Answer with video");
    ada.until(&mut [&mut mara], "picture", |ada| ada.sees("Picture of Mara") && ada.sees("My own picture"));
    mara.until(&mut [&mut ada], "picture", |mara| mara.sees("Picture of Ada") && mara.sees("My own picture"));
    for side in [Side::Mine, Side::Theirs] {
        goes_on(&mut ada, &mut mara, side);
        goes_on(&mut mara, &mut ada, side);
    }

    // The pages are there beside it.
    ada.press("Settings");
    assert!(ada.sees("Picture of Mara"));

    mara.press("Switch camera off");
    ada.until(&mut [&mut mara], "the end of it", |ada| !ada.sees("Picture of Mara"));
    mara.until(&mut [&mut ada], "the end of it", |mara| !mara.sees("My own picture") && mara.sees("Picture of Ada"));
    mara.press("Switch camera on");
    ada.until(&mut [&mut mara], "picture", |ada| ada.sees("Picture of Mara"));
    goes_on(&mut ada, &mut mara, Side::Theirs);

    ada.press("Hang up");
    let blank = |device: &Device| !device.sees_part("Picture of") && !device.sees("My own picture");
    ada.until(&mut [&mut mara], "end", blank);
    mara.until(&mut [&mut ada], "end", blank);
}

#[test]
fn where_there_is_no_camera_there_is_no_button() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    meet(&mut ada, &mut mara);
    assert!(ada.sees("Call Mara") && !ada.sees("Call Mara with video"));
}

fn pixels(number: u32, width: u32, height: u32) -> Pixels {
    let picture = pattern::draw(number, width, height).unwrap();
    Pixels::new(width as usize, height as usize, picture.rgba())
}

fn seen(call: Call) -> Model {
    let mut model = during(call);
    (model.video.camera, model.video.screen) = (true, true);
    model.video.theirs = Some(pixels(4711, 640, 360));
    model.video.mine = Some(pixels(12, 320, 180));
    model
}

fn both() -> Call {
    Call { camera: true, their_camera: true, ..call(CallPhase::Connected) }
}

#[test]
fn pictures_of_calls_with_video() {
    for (name, mode) in modes() {
        draw(&format!("call-video-{name}"), seen(both()), mode, Code::En, WIDE_PICTURE);
        draw(&format!("call-video-narrow-{name}"), seen(both()), mode, Code::De, NARROW_PICTURE);
    }
    let mine = Call { camera: true, ..call(CallPhase::Connected) };
    draw("call-video-only-mine", seen(mine), Mode::Light, Code::En, WIDE_PICTURE);
    let mut screen = seen(Call { their_screen: true, screen: true, ..call(CallPhase::Connected) });
    screen.video.theirs = Some(pixels(7, 1280, 960));
    screen.calls.stats.as_mut().unwrap().video_out = Some(VideoStats { paused: true, ..VideoStats::default() });
    draw("call-screen", screen, Mode::Dark, Code::En, WIDE_PICTURE);
    let mut tall = seen(both());
    tall.video.theirs = Some(pixels(7, 360, 640));
    draw("call-video-arabic", tall, Mode::Light, Code::Ar, NARROW_PICTURE);
    let rings = Call { outgoing: false, their_camera: true, ..call(CallPhase::Incoming) };
    draw("call-video-incoming", seen(rings), Mode::Dark, Code::En, WIDE_PICTURE);
    let rings = Call { outgoing: false, their_camera: true, ..call(CallPhase::Incoming) };
    draw("call-video-incoming-narrow", seen(rings), Mode::Light, Code::Fr, NARROW_PICTURE);
}
