//! Samples written and read where they lie in the ring, without a copy in between.

use std::thread;

use ringway::ring;

fn main() {
    let (mut recorder, mut meter) = ring::spsc::<f32>(480);

    let recording = thread::spawn(move || {
        let mut samples = (0..48_000).map(|n| (n as f32 * 0.05).sin());
        loop {
            let mut slots = recorder.reserve(64);
            slots.fill(&mut samples);
            let room = slots.room();
            if slots.commit() == 0 {
                if room > 0 {
                    return;
                }
                thread::yield_now();
            }
        }
    });

    let (mut peak, mut seen) = (0.0_f32, 0);
    while seen < 48_000 {
        let samples = meter.peek(64);
        peak = samples.iter().fold(peak, |peak, sample| peak.max(sample.abs()));
        match samples.release(64) {
            0 => thread::yield_now(),
            released => seen += released,
        }
    }
    recording.join().expect("the recording has panicked");
    println!("peak of {seen} samples: {peak:.3}");
}
