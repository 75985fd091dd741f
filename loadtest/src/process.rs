//! What a process has used, from /proc.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};

/// Linux counts CPU time in these for user space, whatever the kernel's own tick is.
const TICKS_A_SECOND: u64 = 100;

/// CPU time (user + system, all threads, ended ones too) of a process since its start.
pub(crate) fn cpu_time(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("the process is gone")?;
    parse_cpu_time(&stat).context("/proc/…/stat is not as expected")
}

/// proc(5): fields 14 and 15, counted from the state, as the name before it may contain anything.
fn parse_cpu_time(stat: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11).map(str::parse::<u64>);
    let ticks = fields.next()?.ok()? + fields.next()?.ok()?;
    Some(Duration::from_millis(ticks * 1000 / TICKS_A_SECOND))
}

/// Resident memory of a process, in bytes.
pub(crate) fn resident_bytes(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the process is gone")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("no VmRSS")?;
    let kilobytes: u64 = line
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .context("VmRSS is no number")?;
    Ok(kilobytes * 1024)
}

/// CPU time of the calling thread, in nanoseconds: finer than the process' ticks.
pub(crate) fn thread_cpu_time() -> Result<Duration> {
    let schedstat = fs::read_to_string("/proc/thread-self/schedstat").context("no schedstat")?;
    let nanoseconds = schedstat
        .split_whitespace()
        .next()
        .context("schedstat is empty")?
        .parse()?;
    Ok(Duration::from_nanos(nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_blanks_and_brackets_does_not_shift_the_fields() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 1 0 5 6 7";
        assert_eq!(parse_cpu_time(stat), Some(Duration::from_secs(3)));
    }

    #[test]
    fn this_process_has_used_memory_and_its_thread_time() {
        let own = std::process::id();
        assert!(resident_bytes(own).expect("own status") > 100_000);
        cpu_time(own).expect("own stat");
        let before = thread_cpu_time().expect("own schedstat");
        let sum: u64 = (0..30_000_000u64).fold(0, |sum, number| sum.wrapping_mul(31).wrapping_add(number));
        assert!(thread_cpu_time().expect("own schedstat") > before, "{sum}");
    }
}
