//! One target, named by `FUZZ_TARGET`, under libFuzzer.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sfu_fuzz::{Target, by_name};

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").expect("FUZZ_TARGET names the target");
    by_name(&name).expect("FUZZ_TARGET names a target of sfu_fuzz::TARGETS")
});

fuzz_target!(|input: &[u8]| (TARGET.run)(input));
