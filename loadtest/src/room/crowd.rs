//! The bots of a test: they come, take part, fall behind, go, and others come in their place.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::bot::{Bot, Part, Phase};
use super::client::Overheard;
use super::node::Node;
use super::statistics::Statistics;
use super::{PATIENCE, wait};
use crate::socket::Taking;

/// Viewers that join at a time.
const JOINING_MAX: usize = 16;

/// All bots.
#[derive(Debug)]
pub(crate) struct Crowd<'n> {
    node: &'n Node,
    taking: Taking,
    statistics: Arc<Statistics>,
    phase: watch::Sender<Phase>,
    bots: JoinSet<Result<()>>,
    /// Viewers in the order of their coming: their number, and what tells them to go.
    viewers: VecDeque<(usize, Arc<Notify>)>,
    /// Viewers ever let in.
    came: usize,
}

impl<'n> Crowd<'n> {
    pub(crate) fn new(node: &'n Node, taking: Taking, statistics: Arc<Statistics>) -> Self {
        Self {
            node,
            taking,
            statistics,
            phase: watch::Sender::new(Phase::Prompt),
            bots: JoinSet::new(),
            viewers: VecDeque::new(),
            came: 0,
        }
    }

    /// Lets viewers in until there are so many, all connected.
    pub(crate) async fn fill(&mut self, viewers: usize) -> Result<()> {
        for number in self.viewers.len()..viewers {
            self.admit(number).await?;
            let statistics = self.statistics.clone();
            let admitted = || number + 1 < statistics.connected() + JOINING_MAX;
            wait("viewers to connect", admitted).await?;
        }
        wait("every viewer to connect", || self.statistics.connected() == viewers).await
    }

    /// Lets somebody in who sends.
    pub(crate) async fn source(&mut self, name: &str, part: Part) -> Result<()> {
        let bot = Bot::join(self.node, name, part, self.taking, self.statistics.clone()).await?;
        self.bots
            .spawn(bot.run(self.phase.subscribe(), Arc::new(Notify::new())));
        Ok(())
    }

    /// Lets somebody in who sends, and is overheard.
    pub(crate) async fn overheard_source(&mut self, name: &str, part: Part) -> Result<Overheard> {
        let mut bot = Bot::join(self.node, name, part, self.taking, self.statistics.clone()).await?;
        let connected = tokio::time::timeout(PATIENCE, bot.connect()).await;
        let overheard = connected.context("waited in vain for the source to connect")??;
        self.bots
            .spawn(bot.run(self.phase.subscribe(), Arc::new(Notify::new())));
        Ok(overheard)
    }

    /// For `window`, lets the longest-standing viewer go and another come in their place `per_second` times a second;
    /// answers how many changed.
    pub(crate) async fn come_and_go(&mut self, window: Duration, per_second: f64) -> Result<usize> {
        let end = tokio::time::sleep(window);
        tokio::pin!(end);
        if per_second <= 0.0 {
            end.await;
            return Ok(0);
        }
        let mut beat = tokio::time::interval(Duration::from_secs_f64(per_second.recip()));
        let before = self.came;
        loop {
            let change = async {
                beat.tick().await;
                if let Some((number, go)) = self.viewers.pop_front() {
                    go.notify_one();
                    self.admit(number).await?;
                }
                anyhow::Ok(())
            };
            tokio::select! {
                () = &mut end => return Ok(self.came - before),
                changed = change => changed?,
            }
        }
    }

    /// From now on the first viewers of this share read too little, or nothing.
    pub(crate) fn fall_behind(&self) {
        self.phase.send_replace(Phase::Behind);
    }

    /// Sends everybody home.
    pub(crate) async fn end(mut self) -> Result<()> {
        self.phase.send_replace(Phase::Over);
        while let Some(ended) = self.bots.join_next().await {
            ended?.context("a bot failed")?;
        }
        Ok(())
    }

    async fn admit(&mut self, number: usize) -> Result<()> {
        let name = format!("viewer-{}", self.came);
        self.came += 1;
        let bot = Bot::join(
            self.node,
            &name,
            Part::Viewer { number },
            self.taking,
            self.statistics.clone(),
        )
        .await?;
        let go = Arc::new(Notify::new());
        self.bots.spawn(bot.run(self.phase.subscribe(), go.clone()));
        self.viewers.push_back((number, go));
        Ok(())
    }
}
