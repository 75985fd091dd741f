//! The short run: some 100,000 mutations of the corpora, the same each time.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use sfu_fuzz::mutate::{Generator, mutated};
use sfu_fuzz::{TARGETS, Target};

fn corpus(target: &Target) -> Vec<Vec<u8>> {
    let folder = Path::new("corpus").join(target.name);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("each target has a corpus")
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.sort();
    files.iter().map(|file| fs::read(file).expect("readable")).collect()
}

/// Runs one input, and says which it was when it panics.
fn run(target: &Target, input: &[u8]) {
    let hex: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(
        catch_unwind(|| (target.run)(input)).is_ok(),
        "{} panics with {hex}",
        target.name
    );
}

#[test]
fn no_target_panics_on_its_corpus_or_on_mutations_of_it() {
    for (number, target) in (1u64..).zip(TARGETS) {
        let seeds = corpus(target);
        assert!(!seeds.is_empty(), "{} has no corpus", target.name);
        seeds.iter().for_each(|seed| run(target, seed));
        let mut generator = Generator::new(number << 32);
        for _ in 0..target.short_runs {
            run(target, &mutated(&mut generator, &seeds));
        }
    }
}

#[test]
fn the_same_seed_makes_the_same_inputs() {
    let seeds = [b"abc".to_vec(), b"0123456789".to_vec()];
    let inputs = |seed| {
        let mut generator = Generator::new(seed);
        (0..100).map(|_| mutated(&mut generator, &seeds)).collect::<Vec<_>>()
    };
    assert_eq!(inputs(7), inputs(7));
    assert_ne!(inputs(7), inputs(9));
}
