use super::*;

fn buffer() -> JitterBuffer<Numbers> {
    JitterBuffer::new(Numbers)
}

/// The packets heard, by the last sample of each frame, without repetition.
fn numbers(sound: &[f32]) -> Vec<u16> {
    let mut numbers: Vec<u16> = sound
        .chunks(FRAME)
        .map(|frame| frame[FRAME - 1])
        .filter(|sample| *sample > 0.09)
        .map(|sample| ((sample - 0.1) * 1000.0).round() as u16)
        .collect();
    numbers.dedup();
    numbers
}

#[test]
fn packets_that_come_in_time_are_played_in_order_twenty_milliseconds_later() {
    let mut buffer = buffer();
    let (kinds, sound) = listen(&mut buffer, stream(50, 0, |_| Some(0)), 1_000);
    assert_eq!(kinds[..2], [Played::Quiet; 2]);
    assert!(kinds[2..].iter().all(|played| *played == Played::Speech), "{kinds:?}");
    assert_eq!(numbers(&sound), (0..49).collect::<Vec<_>>());
    let stats = buffer.stats();
    assert_eq!((stats.received, stats.late, stats.duplicate, stats.concealed_samples), (50, 0, 0, 0));
    assert_eq!((stats.delay, stats.target), (Duration::from_millis(20), Duration::from_millis(20)));
}

#[test]
fn packets_out_of_order_are_put_in_order() {
    let mut buffer = buffer();
    let arrivals = stream(50, 0, |number| Some(if number % 5 == 0 { 25_000 } else { 0 }));
    let (_, sound) = listen(&mut buffer, arrivals, 1_000);
    assert_eq!(numbers(&sound), (0..48).collect::<Vec<_>>());
    assert_eq!(buffer.stats().concealed_samples, 0);
}

#[test]
fn a_packet_that_comes_twice_is_played_once() {
    let mut buffer = buffer();
    let once = stream(50, 0, |_| Some(0));
    let mut twice: Arrivals =
        once.iter().flat_map(|(at, packet)| [0, 100, 30_000].map(|later| (at + later, packet.clone()))).collect();
    twice.sort_by_key(|(at, _)| *at);
    let (_, sound) = listen(&mut buffer, twice, 1_000);
    assert_eq!(numbers(&sound), (0..49).collect::<Vec<_>>());
    let stats = buffer.stats();
    assert_eq!((stats.duplicate, stats.late, stats.accelerated_samples), (99, 0, 0));
}

#[test]
fn a_lost_packet_is_recovered_from_the_next() {
    let mut buffer = buffer();
    let (kinds, sound) = listen(&mut buffer, stream(50, COPY, |number| (number % 10 != 5).then_some(0)), 1_000);
    assert_eq!(numbers(&sound), (0..49).collect::<Vec<_>>());
    assert_eq!(kinds.iter().filter(|played| **played == Played::Recovered).count(), 2 * 5);
    let stats = buffer.stats();
    assert_eq!((stats.recovered, stats.concealed_samples), (5, 0));
}

#[test]
fn of_two_lost_packets_one_is_concealed_and_one_recovered() {
    let mut buffer = buffer();
    let (kinds, sound) = listen(&mut buffer, stream(50, COPY, |number| (number / 2 != 5).then_some(0)), 1_000);
    let heard: Vec<u16> = numbers(&sound);
    assert_eq!(heard, (0..49).filter(|number| *number != 10).collect::<Vec<_>>());
    assert_eq!(kinds.iter().filter(|played| **played == Played::Concealed).count(), 2);
    let stats = buffer.stats();
    assert_eq!((stats.recovered, stats.concealed_samples), (1, 960));
}

#[test]
fn without_a_copy_a_lost_packet_is_concealed() {
    let mut buffer = buffer();
    let (kinds, sound) = listen(&mut buffer, stream(50, 0, |number| (number != 20).then_some(0)), 1_000);
    assert_eq!(numbers(&sound), (0..49).filter(|number| *number != 20).collect::<Vec<_>>());
    let at = kinds.iter().position(|played| *played == Played::Concealed).unwrap();
    assert_eq!(kinds[at..at + 3], [Played::Concealed, Played::Concealed, Played::Speech]);
    assert_eq!(buffer.stats().concealed_samples, 960);
}

#[test]
fn a_packet_that_comes_when_its_time_is_over_is_counted_and_not_played() {
    let mut buffer = buffer();
    let arrivals = stream(50, 0, |number| Some(if number == 20 { 70_000 } else { 0 }));
    let (_, sound) = listen(&mut buffer, arrivals, 1_000);
    assert!(!numbers(&sound).contains(&20));
    let stats = buffer.stats();
    assert_eq!((stats.late, stats.concealed_samples), (1, 960));
}

#[test]
fn guessing_ends_after_five_packets() {
    let mut buffer = buffer();
    let (kinds, sound) = listen(&mut buffer, stream(20, 0, |_| Some(0)), 2_000);
    assert_eq!(kinds.iter().filter(|played| **played == Played::Concealed).count(), 10);
    let end = kinds.iter().rposition(|played| *played == Played::Concealed).unwrap();
    assert!(kinds[end + 1..].iter().all(|played| *played == Played::Quiet));
    // The frame behind the last guess dies away, the rest is as faint as noise may be.
    assert!(sound[(end + 2) * FRAME..].iter().all(|sample| sample.abs() < 0.02));
    assert!(roughness(&sound[end * FRAME..]) < 0.02);
}

#[test]
fn all_of_a_long_loss_counts_as_concealed() {
    let mut buffer = buffer();
    let arrivals = stream(100, 0, |number| (!(20..50).contains(&number)).then_some(0));
    listen(&mut buffer, arrivals, 2_000);
    assert_eq!(buffer.stats().concealed_samples, 30 * 960);
}

/// Speech, a pause of two seconds in the timestamps, speech; the sequence goes on without a gap.
fn pause(last: u8) -> Arrivals {
    let talk = |from: u16, start: u64| {
        (from..from + 25).map(move |number| {
            let at = start + 20 * u64::from(number - from);
            let flags = if number == 24 { last } else { 0 };
            (at * 1_000, packet(number, u32::try_from(at * 48).unwrap(), flags))
        })
    };
    talk(0, 0).chain(talk(25, 2_500)).collect()
}

#[test]
fn a_pause_the_sender_announced_is_quiet_at_once() {
    let mut buffer = buffer();
    let (kinds, sound) = listen(&mut buffer, pause(DTX), 3_000);
    assert!(!kinds.contains(&Played::Concealed), "{kinds:?}");
    assert_eq!(numbers(&sound), (0..49).filter(|number| *number != 24).collect::<Vec<_>>());
    let stats = buffer.stats();
    assert_eq!((stats.concealed_samples, stats.late, stats.dropped), (0, 0, 0));
    assert_eq!(stats.delay, Duration::from_millis(20));
}

#[test]
fn a_pause_nobody_announced_is_no_loss_either() {
    let mut buffer = buffer();
    let (_, sound) = listen(&mut buffer, pause(0), 3_000);
    assert_eq!(numbers(&sound), (0..49).collect::<Vec<_>>());
    assert_eq!(buffer.stats().concealed_samples, 0);
}

#[test]
fn the_first_word_after_a_pause_is_recovered_too() {
    let mut buffer = buffer();
    let mut arrivals = pause(DTX);
    arrivals.remove(25);
    for (_, packet) in &mut arrivals[25..] {
        packet.payload[6] |= COPY;
    }
    let (_, sound) = listen(&mut buffer, arrivals, 3_000);
    assert!(numbers(&sound).contains(&25));
    let stats = buffer.stats();
    assert_eq!((stats.recovered, stats.concealed_samples), (1, 0));
}

#[test]
fn numbers_that_wrap_go_on() {
    let mut buffer = buffer();
    let arrivals = stream(100, 0, |_| Some(0))
        .into_iter()
        .map(|(at, sent)| {
            let mut moved = sent;
            moved.sequence = moved.sequence.wrapping_sub(50);
            moved.timestamp = moved.timestamp.wrapping_sub(30 * PACKET);
            (at, moved)
        })
        .collect();
    let (kinds, sound) = listen(&mut buffer, arrivals, 2_000);
    assert!(kinds[2..].iter().all(|played| *played == Played::Speech));
    assert_eq!(numbers(&sound), (0..99).collect::<Vec<_>>());
}

#[test]
fn a_sender_that_begins_anew_is_followed() {
    let mut buffer = buffer();
    let mut arrivals = stream(100, 0, |_| Some(0));
    for (_, sent) in &mut arrivals[50..] {
        sent.sequence = sent.sequence.wrapping_add(30_000);
        sent.timestamp = sent.timestamp.wrapping_add(0x7000_0000);
    }
    let (kinds, sound) = listen(&mut buffer, arrivals, 2_000);
    let heard = numbers(&sound);
    assert!(heard.ends_with(&(53..99).collect::<Vec<_>>()), "{heard:?}");
    assert!(kinds[110..].iter().all(|played| *played == Played::Speech));
    assert_eq!(buffer.stats().refused, 1);
}

#[test]
fn a_stray_packet_disturbs_nothing() {
    let mut buffer = buffer();
    let mut arrivals = stream(100, 0, |_| Some(0));
    arrivals.insert(50, (arrivals[50].0, packet(40_000, 7, 0)));
    arrivals.insert(70, (arrivals[70].0, packet(69, 0x5000_0000, 0)));
    let (kinds, sound) = listen(&mut buffer, arrivals, 2_000);
    assert!(kinds[2..].iter().all(|played| *played == Played::Speech));
    assert_eq!(numbers(&sound), (0..99).collect::<Vec<_>>());
    assert_eq!(buffer.stats().refused, 2);
}

#[test]
fn a_packet_that_cannot_be_read_is_as_good_as_lost() {
    let mut buffer = buffer();
    let mut arrivals = stream(50, COPY, |_| Some(0));
    arrivals[20].1.payload = vec![1, 2, 3];
    arrivals[30].1.payload[6] |= BROKEN;
    arrivals[40].1.payload = vec![0; MAX_PACKET + 1];
    let (_, sound) = listen(&mut buffer, arrivals, 1_000);
    assert_eq!(numbers(&sound), (0..49).filter(|number| *number != 30).collect::<Vec<_>>());
    let stats = buffer.stats();
    assert_eq!((stats.refused, stats.recovered, stats.concealed_samples), (2, 2, 960));
}

#[test]
fn noise_in_pauses_is_as_loud_as_the_room_and_never_loud() {
    let noise = |comfort: &mut Comfort| loudness(&(0..48_000).map(|_| comfort.sample()).collect::<Vec<_>>());
    let mut comfort = Comfort::new();
    assert_eq!(noise(&mut comfort), 0.0);
    comfort.hear(&[0.5; 960]);
    assert!((0.0027..0.0033).contains(&noise(&mut comfort)), "{}", noise(&mut comfort));
    comfort.hear(&[0.001; 960]);
    assert!((0.0009..0.0011).contains(&noise(&mut comfort)), "{}", noise(&mut comfort));
    for _ in 0..25 {
        comfort.hear(&[0.5; 960]);
    }
    assert!((0.0011..0.0015).contains(&noise(&mut comfort)), "{}", noise(&mut comfort));
}

#[test]
fn more_than_two_seconds_of_packets_are_not_kept() {
    let mut buffer = buffer();
    for number in 0..1_000 {
        buffer.push(packet(number, u32::from(number) * PACKET, 0), Duration::from_millis(u64::from(number)));
        assert!(buffer.queue.len() <= queue::MAX_PACKETS);
    }
    assert_eq!(buffer.stats().dropped, 1_000 - queue::MAX_PACKETS as u64);
    assert_eq!(buffer.queue.front().unwrap().sequence, (1 << 16) + 800);
}

#[test]
fn packets_are_bounded_by_bytes_too() {
    struct Blob;
    impl Decode for Blob {
        fn inspect(&self, _: &[u8]) -> Result<Shape, CodecError> {
            Ok(Shape { samples: 960, copy: 0, silence: false })
        }
        fn decode(&mut self, _: &[u8], _: &mut [f32]) -> Result<usize, CodecError> {
            Ok(960)
        }
        fn decode_fec(&mut self, _: &[u8], _: &mut [f32]) -> Result<(), CodecError> {
            Ok(())
        }
        fn conceal(&mut self, _: &mut [f32]) -> Result<(), CodecError> {
            Ok(())
        }
    }
    let mut buffer = JitterBuffer::new(Blob);
    for number in 0..100 {
        let sent = Packet { sequence: number, timestamp: u32::from(number) * PACKET, payload: vec![0; MAX_PACKET] };
        buffer.push(sent, Duration::ZERO);
    }
    assert_eq!(buffer.queue.len(), queue::MAX_BYTES / MAX_PACKET);
    assert_eq!(buffer.queue.bytes(), queue::MAX_BYTES / MAX_PACKET * MAX_PACKET);
    buffer.push(Packet { sequence: 100, timestamp: 100 * PACKET, payload: vec![0; MAX_PACKET + 1] }, Duration::ZERO);
    assert_eq!(buffer.stats().refused, 1);
}

#[test]
fn the_target_is_what_ninety_five_in_a_hundred_need_and_a_packet() {
    let mut buffer = buffer();
    // One in ten is 50 ms later than the rest; after two seconds it is one in fifty, which is too few to wait for.
    let arrivals =
        stream(400, 0, |number| Some(if number % 10 == 0 && number < 200 || number % 50 == 0 { 50_000 } else { 0 }));
    let mut targets = Vec::new();
    play(&mut buffer, arrivals, 8_000, |_, _, _, stats| targets.push(stats.target.as_millis()));
    assert_eq!((targets[350], targets[750]), (70, 20));
}
