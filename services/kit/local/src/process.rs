//! A server's process, from spawning to reaping.

use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::watch;

use crate::Error;
use crate::limits::{LOG_TAIL_LINES, READY_POLL, START_TIMEOUT, STOP_TIMEOUT};

/// A child process with the thread that looks after it.
#[derive(Debug)]
pub(crate) struct Process {
    pid: Pid,
    stop: Signal,
    detached: bool,
    log: Log,
    exited: watch::Receiver<Option<ExitStatus>>,
}

/// What the server writes, from where this process of it begins.
#[derive(Debug)]
struct Log {
    path: PathBuf,
    start: u64,
}

impl Process {
    /// Runs `command` with its output in `log`. `stop` is the signal for an orderly end.
    ///
    /// A thread of its own spawns the child and stays until it has ended: the kernel takes a child's parent to be the
    /// *thread* that made it, and would kill the server with a thread of the runtime that had merely become idle.
    pub(crate) fn spawn(mut command: Command, log: &Path, stop: Signal) -> Result<Self, Error> {
        let output = File::options()
            .create(true)
            .append(true)
            .open(log)
            .map_err(Error::folder(log))?;
        let start = output.metadata().map_err(Error::folder(log))?.len();
        let errors = output.try_clone().map_err(Error::folder(log))?;
        // Not in our group: Ctrl-C is for us, and the server must outlive those who still use it.
        command.stdout(output).stderr(errors).process_group(0);
        let program = command.get_program().to_string_lossy().into_owned();
        let failed = |source: io::Error| Error::Spawn { program, source };

        let (spawned, spawn) = mpsc::sync_channel(1);
        let (exit, exited) = watch::channel(None);
        let keeper = move || match command.spawn() {
            Ok(mut child) => {
                let _ = spawned.send(Ok(child.id()));
                let status = child.wait();
                exit.send_replace(status.ok());
            }
            Err(error) => drop(spawned.send(Err(error))),
        };
        if let Err(error) = std::thread::Builder::new().name("server".to_owned()).spawn(keeper) {
            return Err(failed(error));
        }
        let pid = spawn
            .recv()
            .unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
            .map_err(failed)?;
        let pid = i32::try_from(pid)
            .ok()
            .and_then(Pid::from_raw)
            .expect("a child has a positive number");
        let log = Log {
            path: log.to_owned(),
            start,
        };
        Ok(Self {
            pid,
            stop,
            detached: false,
            log,
            exited,
        })
    }

    /// From now on dropping it leaves the process alone.
    pub(crate) fn detach(&mut self) {
        self.detached = true;
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get().cast_unsigned()
    }

    pub(crate) fn stop_signal(&self) -> i32 {
        self.stop.as_raw()
    }

    /// Waits until `is_ready`, unless the process ends or takes too long.
    pub(crate) async fn ready<F>(&self, program: &'static str, is_ready: impl Fn() -> F) -> Result<(), Error>
    where
        F: Future<Output = bool>,
    {
        let polls = START_TIMEOUT.as_millis() / READY_POLL.as_millis();
        for _ in 0..polls {
            if is_ready().await {
                return Ok(());
            }
            if let Some(status) = self.status() {
                return Err(Error::Ended {
                    program,
                    status,
                    log: self.log.tail(),
                });
            }
            tokio::time::sleep(READY_POLL).await;
        }
        Err(Error::TooSlow {
            program,
            deadline: START_TIMEOUT,
            log: self.log.tail(),
        })
    }

    /// How the process ended, once it has.
    fn status(&self) -> Option<ExitStatus> {
        *self.exited.borrow()
    }

    pub(crate) async fn gone(&self) {
        // The keeper may also end without a status, and then the process is gone as well.
        let _ = self.exited.clone().wait_for(Option::is_some).await;
    }

    pub(crate) async fn stop(self) {
        self.signal(self.stop);
        if tokio::time::timeout(STOP_TIMEOUT, self.gone()).await.is_err() {
            self.signal(Signal::KILL);
            self.gone().await;
        }
    }

    fn signal(&self, signal: Signal) {
        if self.is_running() {
            // It may have ended just now.
            let _ = kill_process(self.pid, signal);
        }
    }

    fn is_running(&self) -> bool {
        self.status().is_none() && self.exited.has_changed().is_ok()
    }

    fn wait(&self, longest: Duration) {
        let polls = longest.as_millis() / READY_POLL.as_millis();
        for _ in 0..polls {
            if !self.is_running() {
                return;
            }
            std::thread::sleep(READY_POLL);
        }
    }
}

impl Log {
    fn tail(&self) -> String {
        let text = std::fs::read(&self.path).unwrap_or_default();
        let start = usize::try_from(self.start).unwrap_or(0).min(text.len());
        last_lines(&text[start..])
    }
}

/// The end of what a program wrote.
pub(crate) fn last_lines(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_TAIL_LINES)..].join("\n")
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.detached {
            return;
        }
        self.signal(self.stop);
        self.wait(STOP_TIMEOUT);
        self.signal(Signal::KILL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_shown_from_its_end() {
        let lines: Vec<String> = (0..50).map(|line| line.to_string()).collect();
        let tail = last_lines(lines.join("\n").as_bytes());
        assert!(tail.starts_with("30\n") && tail.ends_with("\n49"), "{tail}");
        assert_eq!(last_lines(b""), "");
    }
}
