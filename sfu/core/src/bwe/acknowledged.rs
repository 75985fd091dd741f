//! The rate at which packets arrive: libwebrtc's `BitrateEstimator`, samples of 150 ms weighed by how much they surprise.

/// The first sample takes longer: a beginning is bursty.
const FIRST_WINDOW_US: i64 = 500_000;
const WINDOW_US: i64 = 150_000;
/// How much a sample that is off by its own size is doubted.
const SURPRISE: f64 = 10.0;
/// Variance that each sample adds: the rate is expected to change.
const DRIFT: f64 = 5.0;

/// The rate of this moment is counted in so many pieces of so long.
const PIECES: usize = 8;
const PIECE_US: i64 = 25_000;

/// Bits a second that arrive.
#[derive(Debug, Clone, Default)]
pub(super) struct Acknowledged {
    pieces: [u32; PIECES],
    newest: i64,
    /// kbit/s.
    estimate: Option<f64>,
    variance: f64,
    bytes: f64,
    window_us: i64,
    last_us: Option<i64>,
}

impl Acknowledged {
    pub(super) fn new() -> Self {
        Self {
            variance: 50.0,
            ..Self::default()
        }
    }

    /// Bits a second; `None` before the first sample.
    pub(super) fn bits_per_second(&self) -> Option<u64> {
        self.estimate.map(|kilobits| super::aimd::whole(kilobits * 1_000.0))
    }

    /// Bits a second over the last fifth of a second. While a queue stands this is what the path carries, however little
    /// was sent before.
    pub(super) fn at_present(&self) -> Option<u64> {
        let last_us = self.last_us?;
        let span_us = (PIECES as i64 - 1) * PIECE_US + last_us.rem_euclid(PIECE_US);
        let bytes: i64 = self.pieces.iter().map(|bytes| i64::from(*bytes)).sum();
        u64::try_from(bytes * 8_000_000 / span_us).ok()
    }

    /// Takes in a packet that arrived at `at_us` of the receiver's clock.
    pub(super) fn arrived(&mut self, at_us: i64, bytes: u16) {
        self.count_piece(at_us, bytes);
        let sample = self.advance(at_us);
        self.bytes += f64::from(bytes);
        let Some(sample) = sample else { return };
        let Some(estimate) = self.estimate else {
            self.estimate = Some(sample);
            return;
        };
        let doubt = SURPRISE * (estimate - sample).abs() / (estimate + sample).max(1.0);
        let sample_variance = (doubt * doubt).max(1e-6);
        let variance = self.variance + DRIFT;
        self.estimate = Some((sample_variance * estimate + variance * sample) / (sample_variance + variance));
        self.variance = sample_variance * variance / (sample_variance + variance);
    }

    fn count_piece(&mut self, at_us: i64, bytes: u16) {
        let number = at_us.div_euclid(PIECE_US);
        let slot = |number: i64| usize::try_from(number.rem_euclid(PIECES as i64)).unwrap_or_default();
        let steps = number.saturating_sub(self.newest).clamp(0, PIECES as i64);
        (0..steps).for_each(|step| self.pieces[slot(number - step)] = 0);
        self.newest = self.newest.max(number);
        if number > self.newest - PIECES as i64 {
            self.pieces[slot(number)] += u32::from(bytes);
        }
    }

    /// Moves on to `at_us`; a sample in kbit/s when a window is full.
    fn advance(&mut self, at_us: i64) -> Option<f64> {
        let length = if self.estimate.is_some() {
            WINDOW_US
        } else {
            FIRST_WINDOW_US
        };
        let passed = self.last_us.map_or(0, |last| at_us - last);
        if passed < -length {
            // The receiver's clock is another.
            (self.bytes, self.window_us) = (0.0, 0);
            self.last_us = None;
        } else if passed > length {
            (self.bytes, self.window_us) = (0.0, (self.window_us + passed) % length);
        } else {
            self.window_us += passed.max(0);
        }
        // One that was overtaken counts with those that overtook it.
        self.last_us = self.last_us.max(Some(at_us));
        if self.window_us < length {
            return None;
        }
        self.window_us -= length;
        let kilobits = std::mem::take(&mut self.bytes) * 8.0 * 1_000.0 / length as f64;
        Some(kilobits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `rate` for `millis` in packets of 1000 bytes.
    fn feed(acknowledged: &mut Acknowledged, from_us: i64, rate: i64, millis: i64) -> i64 {
        let gap = 8_000 * 1_000_000 / rate;
        let packets = millis * 1_000 / gap;
        (0..packets).for_each(|index| acknowledged.arrived(from_us + index * gap, 1_000));
        from_us + packets * gap
    }

    #[test]
    fn packets_that_overtake_each_other_are_counted_all_the_same() {
        let mut acknowledged = Acknowledged::new();
        for pair in 0..500 {
            let at_us = pair * 4_000;
            acknowledged.arrived(at_us + 3_000, 1_000);
            acknowledged.arrived(at_us, 1_000);
        }
        let rate = acknowledged.bits_per_second().expect("samples");
        assert!((3_900_000..4_100_000).contains(&rate), "{rate}");
    }

    #[test]
    fn it_follows_the_rate_of_arrival() {
        let mut acknowledged = Acknowledged::new();
        assert_eq!(acknowledged.bits_per_second(), None);
        let now = feed(&mut acknowledged, 0, 2_000_000, 2_000);
        let rate = acknowledged.bits_per_second().expect("samples");
        assert!((1_900_000..2_100_000).contains(&rate), "{rate}");
        feed(&mut acknowledged, now, 300_000, 1_500);
        let rate = acknowledged.bits_per_second().expect("samples");
        assert!((270_000..500_000).contains(&rate), "{rate}");
        let rate = acknowledged.at_present().expect("packets");
        assert!((250_000..350_000).contains(&rate), "{rate}");
    }
}
