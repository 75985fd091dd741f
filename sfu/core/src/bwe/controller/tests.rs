//! One controller on a link with a queue.

use super::*;

const START: Time = Time::from_micros(1_700_000_000_000_000);
const STEP: Duration = Duration::from_millis(1);
const PACKET: PacketBytes = 1_000;

/// A link of a rate with a queue, and a controller that sends `media` bits a second into it, for `seconds`.
struct Bench {
    controller: Controller,
    now: Time,
    free: Time,
    flying: Vec<(Time, u16)>,
    sent: u64,
    /// Packets wait up to so long for a busy receiver.
    jitter: Duration,
    /// The receiver looks for packets so often.
    reads: Duration,
    noise: u64,
}

impl Bench {
    fn new() -> Self {
        Self {
            controller: Controller::new(),
            now: START,
            free: START,
            flying: Vec::new(),
            sent: 0,
            jitter: Duration::ZERO,
            reads: Duration::ZERO,
            noise: 1,
        }
    }

    /// How long a packet waits for the receiver (xorshift64).
    fn wait(&mut self) -> Duration {
        self.noise ^= self.noise << 13;
        self.noise ^= self.noise >> 7;
        self.noise ^= self.noise << 17;
        self.jitter * u32::try_from(self.noise % 100).unwrap_or_default() / 100
    }

    fn send(&mut self, link: u64, bytes: PacketBytes) {
        let number = self.controller.sent(self.now, bytes);
        let begin = self.free.max(self.now);
        if begin.since(self.now) > Duration::from_millis(300) {
            return;
        }
        self.free = begin + Duration::from_micros(u64::from(bytes) * 8_000_000 / link);
        let mut arrival = self.free + Duration::from_millis(25) + self.wait();
        if let Ok(reads @ 1..) = u64::try_from(self.reads.as_micros()) {
            arrival = Time::from_micros(arrival.as_micros().next_multiple_of(reads));
        }
        self.flying.push((arrival, number));
    }

    fn run(&mut self, link: u64, media: u64, seconds: u32) -> u64 {
        self.run_for(link, media, seconds * 1_000)
    }

    fn run_for(&mut self, link: u64, media: u64, steps: u32) -> u64 {
        let began = self.now;
        self.sent = 0;
        for step in 1..=steps {
            self.now = began + STEP * step;
            while self.sent * 8_000 < media * u64::from(step) {
                self.sent += u64::from(PACKET);
                self.send(link, PACKET);
            }
            let mut padding = self.controller.due(self.now).padding;
            while padding > 0 {
                self.send(link, 300);
                padding = padding.saturating_sub(300);
            }
            if step % 50 == 0 {
                let (came, left) = self.flying.iter().partition(|(at, _)| *at <= self.now);
                self.flying = left;
                let came: Vec<(Time, u16)> = came;
                let micros = |at: &Time| i64::try_from(at.as_micros()).ok();
                let _ = self.controller.feedback(
                    self.now,
                    Duration::ZERO,
                    came.iter().map(|(at, number)| (*number, micros(at))),
                );
            }
        }
        self.controller.path().estimate
    }
}

/// Of one who would like `wanted`.
const fn need(granted: u64, next: u64, wanted: u64, least: u64) -> Need {
    Need {
        granted,
        next,
        wanted,
        least,
        floor: least,
        turn: 0,
    }
}

#[test]
fn a_need_is_probed_for_and_believed_within_a_second() {
    let mut bench = Bench::new();
    bench
        .controller
        .set_need(bench.now, need(300_000, 2_000_000, 2_000_000, 300_000));
    let estimate = bench.run(10_000_000, 300_000, 1);
    assert!(estimate >= 2_000_000, "{estimate}");
    assert_eq!(bench.controller.path().trust, Trust::Measured);
}

#[test]
fn nothing_is_probed_without_a_need() {
    let mut bench = Bench::new();
    let estimate = bench.run(10_000_000, 300_000, 20);
    assert!(estimate <= ESTIMATE_START, "{estimate}");
    assert_eq!(bench.controller.poll_timeout(bench.now), None);
}

#[test]
fn a_path_that_narrows_is_noticed_and_one_that_widens_is_probed() {
    let mut bench = Bench::new();
    let need = |granted, next| need(granted, next, 2_000_000, 200_000);
    bench.controller.set_need(bench.now, need(300_000, 2_000_000));
    bench.run(5_000_000, 300_000, 2);
    bench.controller.set_need(bench.now, need(1_800_000, 0));
    bench.run(5_000_000, 1_800_000, 5);
    let narrow = bench.run(500_000, 1_800_000, 2);
    assert!((300_000..600_000).contains(&narrow), "{narrow}");
    bench.controller.set_need(bench.now, need(400_000, 2_000_000));
    let kept = bench.run(500_000, 400_000, 30);
    assert!((380_000..620_000).contains(&kept), "{kept}");
    let wide = bench.run(5_000_000, 400_000, 16);
    assert!(wide >= 2_000_000, "{wide}");
}

/// With nothing else on its way, for the only picture is paused.
#[test]
fn a_path_that_was_choked_is_found_open_again_by_padding_alone() {
    for jitter in [0, 5, 15, 30] {
        for seed in 1..20 {
            let mut bench = Bench::new();
            bench.noise = seed;
            bench.jitter = Duration::from_millis(jitter);
            let need = |granted, next| need(granted, next, 2_000_000, 170_000);
            bench.controller.set_need(bench.now, need(300_000, 2_000_000));
            bench.run(5_000_000, 300_000, 2);
            bench.run(20_000, 300_000, 4);
            bench.controller.set_need(bench.now, need(0, 195_000));
            let estimate = bench.run(5_000_000, 0, 30);
            assert!(estimate >= 195_000, "jitter of {jitter} ms, seed {seed}: {estimate}");
        }
    }
}

/// Tenths of a second until a paused picture's need is found, over a link that carries it, at worst.
fn longest_search(arrival: impl Fn(&mut Bench)) -> u32 {
    let next = 1_700_000;
    let searches = (1..100).map(|seed| {
        let mut bench = Bench::new();
        bench.noise = seed;
        bench.now = START + STEP * u32::try_from(seed).unwrap_or_default();
        arrival(&mut bench);
        bench.controller.set_need(bench.now, need(0, next, next, 1_500_000));
        let found = (1..300).find(|_| bench.run_for(5_000_000, 0, 100) >= next);
        found.unwrap_or(300)
    });
    searches.max().unwrap_or_default()
}

#[test]
fn a_busy_receiver_is_no_narrow_path() {
    for (millis, seconds) in [(0, 1), (5, 1), (15, 1), (30, 4)] {
        let time = Duration::from_millis(millis);
        let tenths = longest_search(|bench| bench.jitter = time);
        assert!(
            tenths <= seconds * 10,
            "jitter of {millis} ms: {tenths} tenths of a second"
        );
        let tenths = longest_search(|bench| bench.reads = time);
        assert!(
            tenths <= seconds * 10,
            "a look each {millis} ms: {tenths} tenths of a second"
        );
    }
}

#[test]
fn the_round_trip_is_measured_and_news_is_told_once() {
    let mut bench = Bench::new();
    bench.run(10_000_000, 500_000, 1);
    let round_trip = bench.controller.path().round_trip.expect("feedback");
    assert!(round_trip < Duration::from_millis(35), "{round_trip:?}");
    let now = bench.now;
    assert!(bench.controller.news(now).is_none(), "told with the feedback");
    assert!(bench.controller.news(now + TELL_INTERVAL).is_some());
}

#[test]
fn what_a_probe_has_found_is_told_though_nothing_more_arrives() {
    let mut controller = Controller::new();
    let picture = 1_400_000;
    controller.set_need(
        START,
        Need {
            granted: 0,
            next: picture,
            wanted: picture,
            least: picture,
            floor: picture,
            turn: 0,
        },
    );
    let mut told = 0;
    // A path on which all is there, and known, before anything else is done: nothing is outstanding when a probe ends.
    for step in 0..3_000 {
        let now = START + STEP * step;
        let due = controller.due(now);
        let packets: Vec<u16> = (0..due.padding.div_ceil(300))
            .map(|_| controller.sent(now, 300))
            .collect();
        let at_us = i64::try_from(now.as_micros()).ok();
        let heard = (!packets.is_empty())
            .then(|| controller.feedback(now, Duration::ZERO, packets.iter().map(|number| (*number, at_us))))
            .flatten();
        for path in [due.news, heard].into_iter().flatten() {
            told = path.estimate;
        }
    }
    assert!(controller.path().estimate >= picture);
    assert!(told >= picture, "the room goes by what it was told: {told}");
}

#[test]
fn the_room_hears_at_once_that_what_it_wants_is_there() {
    let mut bench = Bench::new();
    bench.run(10_000_000, 500_000, 3);
    let (now, path) = (bench.now, bench.controller.path());
    let told = Path {
        estimate: path.estimate - 2_000,
        ..path
    };
    bench.controller.told = Some((now, told));
    let next = path.estimate - 1_000;
    bench.controller.set_need(
        now,
        Need {
            next,
            ..Need::default()
        },
    );
    assert_eq!(bench.controller.poll_timeout(now), Some(now));
    assert_eq!(bench.controller.due(now).news, Some(path));
    assert_eq!(bench.controller.poll_timeout(now), None, "once");
}

#[test]
fn feedback_that_waits_to_be_read_makes_no_path_longer() {
    let mut controller = Controller::new();
    let start = Time::from_micros(1_000_000);
    let number = controller.sent(start, 1_200);
    let (round_trip, waited) = (Duration::from_millis(30), Duration::from_millis(15));
    let news = controller.feedback(start + round_trip + waited, waited, [(number, Some(7))].into_iter());
    let path = news.expect("the first is news");
    assert_eq!(path.round_trip, Some(round_trip));
    assert_eq!(path.latest_round_trip, Some(round_trip));
}
