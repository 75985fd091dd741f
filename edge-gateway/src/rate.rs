//! How often one client address may do something: bounded token buckets in this process.
//!
//! A bucket is one instant, the generic cell rate algorithm's "theoretical arrival time" (ITU-T I.371): no counter to
//! refill, no timer. The table is bounded; when it is full of active addresses, newcomers share one bucket, so that a
//! flood from many addresses neither grows the table nor frees the addresses that are in it.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use kit_config::Value;
use kit_core::Clock;

use crate::limits::{RATE_ADDRESSES_MAX, RATE_SWEEP_INTERVAL};

/// `2/s burst 20`: twenty at once, then two a second. `0` is no limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Sustained, for each second; 0 for no limit.
    pub per_second: f64,
    /// At once, after a pause.
    pub burst: u32,
}

/// One limit for every address.
#[derive(Debug)]
pub(crate) struct Buckets {
    /// `None` for no limit.
    pace: Option<Pace>,
    clock: Clock,
    table: Mutex<Table>,
    addresses_max: usize,
}

#[derive(Clone, Copy, Debug)]
struct Pace {
    /// Between two at the sustained rate.
    interval: Duration,
    /// How far ahead of that rate an address may run.
    tolerance: Duration,
}

#[derive(Debug)]
struct Table {
    /// When each address would be at the sustained rate. An instant in the past is a full bucket: the same as none.
    arrivals: HashMap<IpAddr, Instant>,
    /// Of the addresses that the table had no room for.
    overflow: Instant,
    swept: Instant,
}

// === impl Buckets ===

impl Buckets {
    pub(crate) fn new(rate: Rate, clock: &Clock) -> Self {
        Self::with_room(rate, clock, RATE_ADDRESSES_MAX)
    }

    fn with_room(rate: Rate, clock: &Clock, addresses_max: usize) -> Self {
        let now = clock.instant();
        let pace = (rate.per_second > 0.0).then(|| {
            let interval = Duration::from_secs_f64(1.0 / rate.per_second);
            let tolerance = interval * (rate.burst.max(1) - 1);
            Pace { interval, tolerance }
        });
        let table = Table {
            arrivals: HashMap::new(),
            overflow: now,
            swept: now,
        };
        Self {
            pace,
            clock: clock.clone(),
            table: Mutex::new(table),
            addresses_max,
        }
    }

    /// Counts one, or says when the next one is allowed.
    pub(crate) fn take(&self, address: IpAddr) -> Result<(), Duration> {
        let Some(pace) = self.pace else {
            return Ok(());
        };
        let now = self.clock.instant();
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let arrival = table.arrival(network_of(address), now, self.addresses_max);
        let ahead = arrival.saturating_duration_since(now);
        if ahead > pace.tolerance {
            return Err(ahead - pace.tolerance);
        }
        *arrival = now + ahead + pace.interval;
        Ok(())
    }
}

// === impl Table ===

impl Table {
    fn arrival(&mut self, address: IpAddr, now: Instant, addresses_max: usize) -> &mut Instant {
        let is_new = !self.arrivals.contains_key(&address);
        if is_new && self.arrivals.len() >= addresses_max {
            self.sweep(now);
            if self.arrivals.len() >= addresses_max {
                return &mut self.overflow;
            }
        }
        self.arrivals.entry(address).or_insert(now)
    }

    /// Forgets the addresses whose buckets are full.
    fn sweep(&mut self, now: Instant) {
        if now.saturating_duration_since(self.swept) >= RATE_SWEEP_INTERVAL {
            self.arrivals.retain(|_, arrival| *arrival > now);
            self.swept = now;
        }
    }
}

/// What one subscriber holds: an IPv4 address, or an IPv6 network of 64 bits.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        address => address,
    }
}

// === impl Rate ===

impl Value for Rate {
    const EXAMPLE: &'static str = "2/s burst 20";

    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "must be a rate such as \"2/s burst 20\", or 0 for no limit".to_owned();
        if text == "0" {
            return Ok(Self {
                per_second: 0.0,
                burst: 1,
            });
        }
        let (per_second, burst) = text.split_once("/s burst ").ok_or_else(wrong)?;
        let per_second: f64 = per_second.trim().parse().map_err(|_| wrong())?;
        let burst: u32 = burst.trim().parse().map_err(|_| wrong())?;
        // Slower than one in a day is a mistake, and would not fit into a duration much later.
        let sound = (1.0 / 86_400.0..=1e6).contains(&per_second) && (1..=1_000_000).contains(&burst);
        if sound {
            Ok(Self { per_second, burst })
        } else {
            Err(wrong())
        }
    }
}

#[cfg(test)]
mod tests {
    use kit_core::ManualClock;

    use super::*;

    const RATE: Rate = Rate {
        per_second: 2.0,
        burst: 3,
    };

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn taken(buckets: &Buckets, address: IpAddr, attempts: usize) -> usize {
        (0..attempts).filter(|_| buckets.take(address).is_ok()).count()
    }

    #[test]
    fn a_burst_then_the_sustained_rate() {
        let hand = ManualClock::fixed();
        let buckets = Buckets::new(RATE, &hand.clock());
        assert_eq!(taken(&buckets, address(1), 10), 3);
        assert_eq!(buckets.take(address(1)), Err(Duration::from_millis(500)));
        hand.advance(Duration::from_millis(500));
        assert_eq!(taken(&buckets, address(1), 10), 1);
        hand.advance(Duration::from_secs(60));
        assert_eq!(taken(&buckets, address(1), 10), 3);
    }

    #[test]
    fn addresses_have_budgets_of_their_own_and_a_home_network_shares_one() {
        let hand = ManualClock::fixed();
        let buckets = Buckets::new(RATE, &hand.clock());
        assert_eq!(taken(&buckets, address(1), 10), 3);
        assert_eq!(taken(&buckets, address(2), 10), 3);
        let ipv6 = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert_eq!(taken(&buckets, ipv6("2001:db8:1:2::1"), 10), 3);
        assert_eq!(taken(&buckets, ipv6("2001:db8:1:2:ffff::9"), 10), 0);
        assert_eq!(taken(&buckets, ipv6("2001:db8:1:3::1"), 10), 3);
        assert_eq!(
            taken(&buckets, ipv6("::ffff:192.0.2.1"), 10),
            0,
            "an IPv4 address in an IPv6 socket"
        );
    }

    #[test]
    fn a_full_table_makes_newcomers_share_and_forgets_the_idle() {
        let hand = ManualClock::fixed();
        let buckets = Buckets::with_room(RATE, &hand.clock(), 2);
        assert_eq!(taken(&buckets, address(1), 3) + taken(&buckets, address(2), 3), 6);
        assert_eq!(taken(&buckets, address(3), 3) + taken(&buckets, address(4), 3), 3);
        assert_eq!(taken(&buckets, address(1), 1), 0, "those in the table stay limited");
        hand.advance(Duration::from_secs(5));
        assert_eq!(taken(&buckets, address(5), 10), 3);
        assert_eq!(buckets.table.lock().expect("not poisoned").arrivals.len(), 1);
    }

    #[test]
    fn rates_are_read_from_text() {
        let rate = |text: &str| Rate::parse(text);
        assert_eq!(rate("2/s burst 3"), Ok(RATE));
        assert_eq!(rate("0").map(|rate| rate.per_second), Ok(0.0));
        for bad in [
            "",
            "2",
            "2/s",
            "2/m burst 3",
            "-1/s burst 3",
            "2/s burst 0",
            "NaN/s burst 1",
            "1e-9/s burst 1",
        ] {
            assert!(rate(bad).is_err(), "{bad}");
        }
        let endless = Buckets::new(rate("0").expect("valid"), &ManualClock::fixed().clock());
        assert_eq!(taken(&endless, address(1), 1_000), 1_000);
    }
}
