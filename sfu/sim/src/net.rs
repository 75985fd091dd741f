//! One direction of a network: a queue in front of a link of some rate, then delay, jitter and loss.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sfu_core::Time;

/// What a link does to packets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conditions {
    /// Time from end to end of an empty link.
    pub delay: Duration,
    /// At most so much is added to the delay of a packet, which may overtake others.
    pub jitter: Duration,
    /// Which packets get lost.
    pub loss: Loss,
    /// Bits a second; `None` for a link that is never full.
    pub rate: Option<u64>,
    /// A packet that would wait longer than this for the link is dropped.
    pub queue: Duration,
}

/// Which packets get lost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Loss {
    /// None.
    Nothing,
    /// Each with this probability.
    Random(f64),
    /// In bursts (Gilbert and Elliott): the chance that one begins, and the chance that it goes on.
    Bursts {
        /// Of each packet outside a burst to begin one.
        begin: f64,
        /// Of each packet inside a burst to be lost too.
        stay: f64,
    },
}

impl Conditions {
    /// A link that does nothing but delay.
    pub const fn clean(delay: Duration) -> Self {
        let (jitter, queue) = (Duration::ZERO, Duration::from_millis(300));
        Self {
            delay,
            jitter,
            loss: Loss::Nothing,
            rate: None,
            queue,
        }
    }

    /// With this loss.
    #[must_use]
    pub const fn losing(self, loss: Loss) -> Self {
        Self { loss, ..self }
    }

    /// With this rate, in bits a second.
    #[must_use]
    pub const fn limited(self, rate: u64) -> Self {
        Self {
            rate: Some(rate),
            ..self
        }
    }

    /// With this jitter.
    #[must_use]
    pub const fn jittery(self, jitter: Duration) -> Self {
        Self { jitter, ..self }
    }
}

/// One direction, and what is on its way.
#[derive(Debug)]
pub struct Link<T> {
    conditions: Conditions,
    rng: StdRng,
    in_burst: bool,
    free_at: Time,
    /// Nothing leaves before.
    opens: Time,
    /// By arrival, then by order of sending.
    flying: BTreeMap<(Time, u64), T>,
    sent: u64,
    lost: u64,
}

impl<T> Link<T> {
    /// An empty link.
    pub fn new(conditions: Conditions, seed: u64) -> Self {
        Self {
            conditions,
            rng: StdRng::seed_from_u64(seed),
            in_burst: false,
            free_at: Time::default(),
            opens: Time::default(),
            flying: BTreeMap::new(),
            sent: 0,
            lost: 0,
        }
    }

    /// Changes what happens to packets from now on.
    pub const fn set_conditions(&mut self, conditions: Conditions) {
        self.conditions = conditions;
    }

    /// What is sent from now on leaves at `time`, if that is later.
    pub const fn open_at(&mut self, time: Time) {
        self.opens = time;
    }

    /// Sends a packet of `bytes`; it may be lost.
    pub fn send(&mut self, now: Time, bytes: usize, packet: T) {
        self.sent += 1;
        let Some(at) = self.arrival(now.max(self.opens), bytes) else {
            self.lost += 1;
            return;
        };
        self.flying.insert((at, self.sent), packet);
    }

    /// The next packet that has arrived.
    pub fn receive(&mut self, now: Time) -> Option<T> {
        self.arrive(now).map(|(_, packet)| packet)
    }

    /// The next packet that has arrived, and exactly when.
    pub fn arrive(&mut self, now: Time) -> Option<(Time, T)> {
        let entry = self.flying.first_entry()?;
        let (at, _) = *entry.key();
        (at <= now).then(|| (at, entry.remove()))
    }

    /// What happens to packets at present.
    pub const fn conditions(&self) -> Conditions {
        self.conditions
    }

    /// Packets sent and lost.
    pub const fn counts(&self) -> (u64, u64) {
        (self.sent, self.lost)
    }

    fn arrival(&mut self, now: Time, bytes: usize) -> Option<Time> {
        let Conditions {
            delay,
            jitter,
            rate,
            queue,
            ..
        } = self.conditions;
        if let Some(rate) = rate {
            let begin = self.free_at.max(now);
            if begin.since(now) > queue {
                return None;
            }
            self.free_at = begin + Duration::from_micros(bytes as u64 * 8 * 1_000_000 / rate);
        }
        if self.is_lost() {
            return None;
        }
        let extra = jitter.mul_f64(self.rng.random::<f64>());
        Some(self.free_at.max(now) + delay + extra)
    }

    fn is_lost(&mut self) -> bool {
        let chance = match self.conditions.loss {
            Loss::Nothing => return false,
            Loss::Random(chance) => chance,
            Loss::Bursts { stay, .. } if self.in_burst => stay,
            Loss::Bursts { begin, .. } => begin,
        };
        self.in_burst = self.rng.random_bool(chance);
        self.in_burst
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrivals(conditions: Conditions, seed: u64, packets: u32, gap: Duration) -> Vec<(u32, Duration)> {
        let mut link = Link::new(conditions, seed);
        let start = Time::from_micros(1);
        for number in 0..packets {
            link.send(start + gap * number, 1250, number);
        }
        let mut seen = Vec::new();
        for step in 0..10_000u32 {
            let now = start + Duration::from_millis(1) * step;
            while let Some(number) = link.receive(now) {
                seen.push((number, now.since(start)));
            }
        }
        seen
    }

    #[test]
    fn a_clean_link_only_delays() {
        let seen = arrivals(Conditions::clean(Duration::from_millis(40)), 1, 3, Duration::ZERO);
        assert_eq!(seen.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [0, 1, 2]);
        assert!(seen.iter().all(|(_, at)| *at == Duration::from_millis(40)));
    }

    #[test]
    fn a_full_link_delays_then_drops() {
        // 10,000 bits each at 1 Mbit/s: 10 ms a packet, and at most 300 ms of them wait.
        let seen = arrivals(
            Conditions::clean(Duration::ZERO).limited(1_000_000),
            1,
            100,
            Duration::ZERO,
        );
        assert_eq!(seen.len(), 31);
        assert_eq!(seen.last().map(|(_, at)| *at), Some(Duration::from_millis(310)));
    }

    #[test]
    fn losses_follow_the_seed_and_their_rate() {
        let lossy = Conditions::clean(Duration::ZERO).losing(Loss::Random(0.1));
        let count = |seed| arrivals(lossy, seed, 5000, Duration::from_micros(100)).len();
        assert_eq!(count(7), count(7));
        assert!((4350..4650).contains(&count(7)), "{}", count(7));
        let bursts = Conditions::clean(Duration::ZERO).losing(Loss::Bursts { begin: 0.01, stay: 0.5 });
        let seen = arrivals(bursts, 7, 5000, Duration::from_micros(100)).len();
        assert!((4820..4960).contains(&seen), "about 2 % in bursts of two: {seen}");
    }
}
