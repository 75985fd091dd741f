//! Where other programs are, and what a process has used, from /proc.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

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

/// CPU time of a process and all that it has started, by program name. That of processes which have ended is their
/// parent's (proc(5), fields 16 and 17), as a PostgreSQL's ended connections are the server's.
pub(crate) fn cpu_time_of_tree(root: u32) -> Result<BTreeMap<String, Duration>> {
    let mut processes = BTreeMap::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // One that ends while we look is its parent's from now on.
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        processes.extend(Entry::parse(&stat).map(|entry| (pid, entry)));
    }
    ensure!(processes.contains_key(&root), "process {root} is gone");
    let mut used = BTreeMap::new();
    for (pid, entry) in &processes {
        let ancestors = std::iter::successors(Some(*pid), |pid| processes.get(pid).map(|entry| entry.parent));
        if ancestors.take(processes.len()).any(|ancestor| ancestor == root) {
            *used.entry(entry.program.clone()).or_default() += entry.cpu;
        }
    }
    Ok(used)
}

/// A line of /proc/…/stat, as far as a tree of processes needs it.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    program: String,
    parent: u32,
    /// Its own, and that of its ended children.
    cpu: Duration,
}

impl Entry {
    fn parse(stat: &str) -> Option<Self> {
        let (start, fields) = stat.rsplit_once(')')?;
        let (_, program) = start.split_once('(')?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let ticks: u64 = fields
            .get(11..15)?
            .iter()
            .filter_map(|field| field.parse::<u64>().ok())
            .sum();
        Some(Self {
            program: program.to_owned(),
            parent: fields.get(1)?.parse().ok()?,
            cpu: Duration::from_millis(ticks * 1000 / TICKS_A_SECOND),
        })
    }
}

/// The program of the same build that stands beside this one.
pub(crate) fn beside_this_one(name: &str) -> Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(name);
    ensure!(
        program.exists(),
        "{} does not exist; build it first, in the same profile",
        program.display()
    );
    Ok(program)
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

/// Datagrams that the kernel has dropped at each UDP socket of a process, by the socket's inode: there was no room, as
/// nobody took them in time.
pub(crate) fn udp_drops(pid: u32) -> Result<BTreeMap<u64, u64>> {
    let mut own = BTreeSet::new();
    for entry in fs::read_dir(format!("/proc/{pid}/fd")).context("the process is gone, or another's")? {
        // One that is closed while we look is of no interest.
        let target = fs::read_link(entry?.path()).unwrap_or_default();
        own.extend(socket_inode(&target.to_string_lossy()));
    }
    let table = fs::read_to_string(format!("/proc/{pid}/net/udp"))?;
    Ok(table
        .lines()
        .filter_map(parse_drops)
        .filter(|(inode, _)| own.contains(inode))
        .collect())
}

/// `socket:[1234]`
fn socket_inode(target: &str) -> Option<u64> {
    target.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

/// The inode and the drops in a line of /proc/net/udp (proc(5)).
fn parse_drops(line: &str) -> Option<(u64, u64)> {
    const INODE: usize = 9;
    const DROPS: usize = 12;
    let fields: Vec<&str> = line.split_whitespace().collect();
    Some((fields.get(INODE)?.parse().ok()?, fields.get(DROPS)?.parse().ok()?))
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
    fn a_tree_counts_ended_children_with_their_parent() {
        let stat = "7 (a) b (c) S 3 7 7 0 -1 4194304 100 0 0 0 250 50 30 20 20 0 1 0 5 6 7";
        let entry = Entry {
            program: "a) b (c".to_owned(),
            parent: 3,
            cpu: Duration::from_millis(3_500),
        };
        assert_eq!(Entry::parse(stat), Some(entry));
        let own = cpu_time_of_tree(std::process::id()).expect("this process runs");
        assert_eq!(own.len(), 1, "{own:?}");
    }

    #[test]
    fn datagrams_that_nobody_takes_are_found_at_their_socket() {
        let receiver = std::net::UdpSocket::bind("127.0.0.1:0").expect("loopback");
        let sender = std::net::UdpSocket::bind("127.0.0.1:0").expect("loopback");
        nix::sys::socket::setsockopt(&receiver, nix::sys::socket::sockopt::RcvBuf, &2_048).expect("smaller");
        let to = receiver.local_addr().expect("bound");
        let drops = || udp_drops(std::process::id()).expect("own sockets");
        let before = drops();
        assert!(before.len() >= 2, "{before:?}");
        for _ in 0..64 {
            sender.send_to(&[0; 1_200], to).expect("loopback");
        }
        let after = drops();
        let more = after.iter().filter(|(inode, drops)| before.get(inode) < Some(drops));
        assert_eq!(more.count(), 1, "{before:?} {after:?}");
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
