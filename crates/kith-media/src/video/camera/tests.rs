use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::*;
use crate::video::{VideoOut, Viewer, ViewerHandlers, pattern};

const LONG: Duration = Duration::from_secs(60);

/// Gives the pictures it is told to.
struct Told(Receiver<Option<Picture>>);

impl Lens for Told {
    fn next(&mut self) -> Result<Option<Picture>, VideoError> {
        match self.0.recv() {
            Ok(Some(picture)) => Ok(Some(picture)),
            Ok(None) => Err(VideoError::Stream),
            Err(_) => Ok(None),
        }
    }

    fn rate(&self) -> u32 {
        60
    }
}

struct Filmed {
    camera: Camera,
    lens: SyncSender<Option<Picture>>,
    encoded: Receiver<Encoded>,
    failed: Receiver<VideoError>,
}

/// A camera whose pictures go no further than `room` of them.
fn camera(room: usize) -> Filmed {
    let (lens, pictures) = sync_channel(0);
    let (sent, encoded) = sync_channel(room);
    let (fails, failed) = sync_channel(1);
    let handlers = CameraHandlers {
        encoded: Box::new(move |one, _| sent.try_send(one).is_ok()),
        seen: Box::new(drop),
        failed: Box::new(move |error| fails.send(error).unwrap()),
    };
    let camera = Camera::through(Box::new(Told(pictures)), Kind::Camera, 500_000, handlers).unwrap();
    Filmed { camera, lens, encoded, failed }
}

fn drawn(number: u32) -> Option<Picture> {
    Some(pattern::draw(number, 320, 180).unwrap())
}

#[test]
fn the_pattern_is_seen_at_the_other_end() {
    let (shows, shown) = sync_channel(64);
    let handlers = ViewerHandlers {
        shown: Box::new(move |picture| {
            let _full = shows.try_send(pattern::number(&picture));
        }),
        key_wanted: Box::new(|| {}),
    };
    let viewer = Viewer::start(&VideoOut::Null, handlers).unwrap();
    let (sees, seen) = sync_channel(64);
    let handlers = CameraHandlers {
        encoded: Box::new(move |one, _| {
            viewer.push(one.payload);
            true
        }),
        seen: Box::new(move |picture| {
            let _full = sees.try_send(pattern::number(&picture));
        }),
        failed: Box::new(|error| panic!("{error}")),
    };
    let camera = Camera::start(&VideoIn::Pattern, 1_000_000, handlers).unwrap();
    let numbers: Vec<_> = (0..10).map(|_| shown.recv_timeout(LONG).unwrap().unwrap()).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    assert_eq!(seen.recv_timeout(LONG).unwrap(), Some(0), "whoever films sees it too");
    let CameraNumbers { width, height, keys, .. } = camera.numbers();
    assert_eq!((width, height, keys), (640, 360, 1));
}

#[test]
fn what_waits_is_left_out_and_the_newest_is_sent() {
    let Filmed { camera, lens, encoded, .. } = camera(64);
    for number in 0..30 {
        lens.send(drawn(number)).unwrap();
    }
    drop(lens);
    let mut decoder = crate::video::H264Decoder::default();
    let last = std::iter::from_fn(|| {
        let unit = encoded.recv_timeout(LONG).unwrap();
        let number = decoder.decode(&unit.payload).unwrap().and_then(|picture| pattern::number(&picture));
        (number != Some(29)).then_some(number)
    });
    assert!(last.count() < 30);
    let numbers = camera.numbers();
    assert_eq!(numbers.taken, 30);
    assert!(numbers.sent + numbers.dropped <= 30, "{numbers:?}");
}

#[test]
fn a_picture_that_found_no_room_is_made_good_by_one_that_stands_alone() {
    let Filmed { camera, lens, encoded, .. } = camera(1);
    // The first takes the room, the second finds none; what follows waits for a second, and stands alone.
    let begun = Instant::now();
    let mut number = 0;
    let sends = |number: &mut u32| {
        *number += 1;
        lens.send(drawn(*number)).unwrap();
    };
    while camera.numbers().sent == 0 || number < 10 {
        sends(&mut number);
    }
    assert!(encoded.recv_timeout(LONG).unwrap().key);
    let next = loop {
        sends(&mut number);
        if let Ok(next) = encoded.try_recv() {
            break next;
        }
    };
    assert!(next.key);
    assert!(begun.elapsed() >= KEY_INTERVAL);
}

#[test]
fn nothing_is_sent_at_no_rate_and_what_comes_after_stands_alone() {
    let Filmed { camera, lens, encoded, .. } = camera(64);
    lens.send(drawn(0)).unwrap();
    assert!(encoded.recv_timeout(LONG).unwrap().key);
    camera.set_bitrate(0);
    for number in 1..20 {
        lens.send(drawn(number)).unwrap();
    }
    while encoded.try_recv().is_ok() {}
    let sent = camera.numbers().sent;
    for number in 20..40 {
        lens.send(drawn(number)).unwrap();
    }
    assert_eq!(camera.numbers().sent, sent);
    camera.set_bitrate(500_000);
    let mut number = 40;
    let next = loop {
        lens.send(drawn(number)).unwrap();
        number += 1;
        if let Ok(next) = encoded.try_recv() {
            break next;
        }
    };
    assert!(next.key);
}

#[test]
fn what_stands_still_is_sent_no_more_until_it_is_wanted() {
    let Filmed { camera, lens, encoded, .. } = camera(64);
    for _ in 0..40 {
        lens.send(drawn(1)).unwrap();
    }
    let sent = camera.numbers().sent;
    assert!(sent <= u64::from(STILL) + 2, "{sent}");
    drop(lens);
    while encoded.try_recv().is_ok() {}
    camera.want_key();
    assert!(encoded.recv_timeout(LONG).unwrap().key, "also when the source has ended");
}

#[test]
fn at_low_rates_the_picture_is_smaller() {
    let Filmed { camera, lens, encoded, .. } = camera(1024);
    camera.set_bitrate(40_000);
    let size = |low: bool| {
        for number in 0.. {
            lens.send(drawn(number)).unwrap();
            if let Some(last) = encoded.try_iter().last()
                && (last.width < 320) == low
            {
                return last.width;
            }
        }
        0
    };
    assert_eq!(size(true), 160);
    camera.set_bitrate(2_000_000);
    assert_eq!(size(false), 320);
}

#[test]
fn a_source_that_fails_says_so_and_a_camera_that_is_closed_ends() {
    let Filmed { camera, lens, failed, .. } = camera(8);
    lens.send(drawn(0)).unwrap();
    lens.send(None).unwrap();
    assert!(matches!(failed.recv_timeout(LONG), Ok(VideoError::Stream)));
    drop(camera);
    let handlers = CameraHandlers { encoded: Box::new(|_, _| true), seen: Box::new(drop), failed: Box::new(drop) };
    assert!(matches!(Camera::start(&VideoIn::None, 1, handlers), Err(VideoError::NoCamera)));
}
