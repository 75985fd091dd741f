//! Mutations of inputs that are well formed to begin with: most of them get past the first checks.

/// A small generator (xorshift64*): the same seed makes the same inputs everywhere.
#[derive(Debug, Clone)]
pub struct Generator(u64);

impl Generator {
    /// From a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `bound`, or 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let high = usize::try_from(self.next() >> 32).unwrap_or_default();
        high.checked_rem(bound).unwrap_or_default()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[0]
    }
}

/// Bytes that lie at the edges of fields.
const EDGES: [u8; 8] = [0x00, 0x01, 0x7f, 0x80, 0x81, 0xc0, 0xfe, 0xff];
/// Longest input, a little above the largest datagram that matters.
const BYTES_MAX: usize = 4096;

/// One of the seeds after one to eight changes; now and then a random string.
pub fn mutated(generator: &mut Generator, seeds: &[Vec<u8>]) -> Vec<u8> {
    if seeds.is_empty() || generator.below(32) == 0 {
        let length = generator.below(96);
        return (0..length).map(|_| generator.byte()).collect();
    }
    let mut input = seeds[generator.below(seeds.len())].clone();
    for _ in 0..=generator.below(8) {
        change(generator, &mut input, seeds);
    }
    input.truncate(BYTES_MAX);
    input
}

fn change(generator: &mut Generator, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    let at = generator.below(input.len());
    let length = 1 + generator.below(8);
    let end = (at + length).min(input.len());
    match generator.below(8) {
        0 => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << generator.below(8);
            }
        }
        1 => {
            let edge = EDGES[generator.below(EDGES.len())];
            input[at..end].fill(edge);
        }
        2 => {
            if let Some(byte) = input.get_mut(at) {
                *byte = generator.byte();
            }
        }
        3 => input.truncate(at),
        4 => drop(input.drain(at..end)),
        5 => {
            let copy = input[at..end].to_vec();
            drop(input.splice(at..at, copy));
        }
        6 => {
            let bytes: Vec<u8> = (0..length).map(|_| generator.byte()).collect();
            drop(input.splice(at..at, bytes));
        }
        _ => {
            // The beginning of one and the end of another.
            let other = &seeds[generator.below(seeds.len())];
            let from = generator.below(other.len());
            input.truncate(at);
            input.extend_from_slice(&other[from..]);
        }
    }
}
