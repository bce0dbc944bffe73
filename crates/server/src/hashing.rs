//! Work that costs: hashing passwords by Argon2id, and whatever else takes longer than an async thread has. It runs on
//! threads of its own, so that a storm of sign-ins neither eats memory nor stalls anything else.
//!
//! There are as many threads as cores, each keeps its block memory for the next hash (a fresh 64 MiB for each would be
//! slower and leave every allocator arena with one), and the queue in front of them is short.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use latchkey_protocol::password;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::clock::Randomness;
use crate::config::HashCost;

/// Jobs that may wait.
pub const QUEUE: usize = 64;

/// How long one may wait for its turn.
const PATIENCE: Duration = Duration::from_secs(2);

/// Octets of a salt and of a hash (RFC 9106, section 3.1).
const SALT: usize = 16;
const OUTPUT: usize = 32;

/// Why a password was not hashed, or other work not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The queue is full, or the turn did not come in time.
    #[error("too busy at the moment")]
    Busy,
    /// A stored hash that is none, or parameters that Argon2 refuses.
    #[error("a password hash is malformed")]
    Malformed,
}

/// What came of a password and a stored hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Whether they fit.
    pub matches: bool,
    /// Whether the hash was made at a lower cost than new ones are.
    pub outdated: bool,
}

/// The threads that do what costs. Dropped, it lets them finish and go.
#[derive(Debug)]
pub struct Hasher {
    queue: Arc<Queue>,
    cost: HashCost,
    /// A hash that nothing fits, for accounts that do not exist.
    nobody: String,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    closed: bool,
}

type Work = Box<dyn FnOnce(&mut Vec<Block>) + Send>;

struct Job {
    /// Does the work, with the thread's memory, and gives the result to whoever waits for it.
    work: Work,
    progress: Arc<AtomicU8>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Job").finish_non_exhaustive()
    }
}

/// The states of [`Job::progress`]: whoever moves it away from `WAITING` decides whether it is done or given up.
const WAITING: u8 = 0;
const STARTED: u8 = 1;
const GIVEN_UP: u8 = 2;

/// Moves a job away from `WAITING`; false when something else did.
fn decide(progress: &AtomicU8, next: u8) -> bool {
    progress
        .compare_exchange(WAITING, next, Ordering::AcqRel, Ordering::Acquire)
        .is_ok()
}

/// Gives a job up that nobody waits for any more.
struct Wanted(Arc<AtomicU8>);

impl Drop for Wanted {
    fn drop(&mut self) {
        decide(&self.0, GIVEN_UP);
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        let mut memory: Vec<Block> = Vec::new();
        loop {
            let job = {
                let mut waiting = self.lock();
                loop {
                    if let Some(job) = waiting.jobs.pop_front() {
                        break job;
                    }
                    if waiting.closed {
                        return;
                    }
                    waiting = self
                        .arrived
                        .wait(waiting)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            };
            if decide(&job.progress, STARTED) {
                // A thread that went with a panic would be missing for good; whoever waits learns of it by the channel.
                let work = AssertUnwindSafe(|| (job.work)(&mut memory));
                if catch_unwind(work).is_err() {
                    tracing::error!("a costly job panicked");
                }
            }
        }
    }
}

fn derive(
    password: &[u8],
    salt: &[u8],
    params: Params,
    memory: &mut Vec<Block>,
) -> Result<[u8; OUTPUT], HashError> {
    let blocks = params.block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::new());
    }
    let mut output = [0; OUTPUT];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password, salt, &mut output, memory.as_mut_slice())
        .map_err(|_| HashError::Malformed)?;
    Ok(output)
}

impl Hasher {
    /// Starts the threads. Their memory is taken with the first hash.
    pub fn start(cost: HashCost, randomness: &dyn Randomness) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        for number in 0..threads {
            let queue = Arc::clone(&queue);
            std::thread::Builder::new()
                .name(format!("hash-{number}"))
                .spawn(move || {
                    step_back();
                    queue.work();
                })?;
        }
        let (mut salt, mut output) = ([0; SALT], [0; OUTPUT]);
        randomness.fill(&mut salt);
        randomness.fill(&mut output);
        Ok(Self {
            queue,
            cost,
            nobody: phc_string(cost, &salt, &output),
        })
    }

    /// Hashes a new password into a PHC string.
    pub async fn hash(
        &self,
        password: &str,
        randomness: &dyn Randomness,
    ) -> Result<String, HashError> {
        let mut salt = [0; SALT];
        randomness.fill(&mut salt);
        let output = self
            .derive(password, salt.to_vec(), params(self.cost)?)
            .await?;
        Ok(phc_string(self.cost, &salt, &output))
    }

    /// Compares a password with an account's PHC string; with `None`, for an account that does not exist, it does the
    /// same work and nothing fits.
    pub async fn verify(
        &self,
        password: &str,
        stored: Option<&str>,
    ) -> Result<Verified, HashError> {
        let stored =
            PasswordHash::new(stored.unwrap_or(&self.nobody)).map_err(|_| HashError::Malformed)?;
        let params = Params::try_from(&stored).map_err(|_| HashError::Malformed)?;
        let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
            return Err(HashError::Malformed);
        };
        let outdated =
            params.m_cost() < self.cost.memory_kib || params.t_cost() < self.cost.iterations;
        let output = self.derive(password, salt.to_vec(), params).await?;
        // The comparison of `Output` takes the same time wherever they differ.
        let matches = Output::new(&output).is_ok_and(|output| output == *expected);
        Ok(Verified { matches, outdated })
    }

    async fn derive(
        &self,
        password: &str,
        salt: Vec<u8>,
        params: Params,
    ) -> Result<[u8; OUTPUT], HashError> {
        let password = Zeroizing::new(password::normalize(password).into_bytes());
        self.queue(move |memory| derive(&password, &salt, params, memory))
            .await?
    }

    /// Does `work` on one of the threads when its turn comes.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashError> {
        self.queue(|_| work()).await
    }

    async fn queue<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let (answer, mut answered) = oneshot::channel();
        let progress = Arc::new(AtomicU8::new(WAITING));
        let wanted = Wanted(Arc::clone(&progress));
        let job = Job {
            work: Box::new(|memory| {
                let _ = answer.send(work(memory));
            }),
            progress,
        };
        {
            let mut waiting = self.queue.lock();
            if waiting.jobs.len() >= QUEUE {
                // Those whose clients have given up hold no place.
                let is_waiting = |job: &Job| job.progress.load(Ordering::Acquire) == WAITING;
                waiting.jobs.retain(is_waiting);
                if waiting.jobs.len() >= QUEUE {
                    return Err(HashError::Busy);
                }
            }
            waiting.jobs.push_back(job);
        }
        self.queue.arrived.notify_one();
        let in_time = tokio::time::timeout(PATIENCE, &mut answered).await;
        let answer = match in_time {
            Ok(answer) => answer,
            Err(_) if decide(&wanted.0, GIVEN_UP) => return Err(HashError::Busy),
            Err(_) => answered.await,
        };
        answer.map_err(|_| HashError::Busy)
    }
}

/// Lets everything else on this machine go first: a storm of sign-ins must not stall session checks, which share the
/// cores. On Linux a priority is a thread's own; elsewhere it would slow the whole process.
#[cfg(target_os = "linux")]
fn step_back() {
    let thread = rustix::thread::gettid();
    if let Err(error) = rustix::process::setpriority_process(Some(thread), 10) {
        tracing::debug!(%error, "hashing runs at the usual priority");
    }
}

#[cfg(not(target_os = "linux"))]
fn step_back() {}

impl Drop for Hasher {
    fn drop(&mut self) {
        self.queue.lock().closed = true;
        self.queue.arrived.notify_all();
    }
}

fn params(cost: HashCost) -> Result<Params, HashError> {
    Params::new(cost.memory_kib, cost.iterations, 1, Some(OUTPUT)).map_err(|_| HashError::Malformed)
}

/// The PHC string format, version 1, with the parameters in the order of the Argon2 reference implementation.
fn phc_string(cost: HashCost, salt: &[u8], output: &[u8]) -> String {
    format!(
        "$argon2id$v=19$m={},t={},p=1${}${}",
        cost.memory_kib,
        cost.iterations,
        STANDARD_NO_PAD.encode(salt),
        STANDARD_NO_PAD.encode(output)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemRandomness;

    fn hasher(cost: HashCost) -> Hasher {
        Hasher::start(cost, &SystemRandomness).unwrap()
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_alone() {
        let hasher = hasher(HashCost::FLOOR);
        let stored = hasher
            .hash("pa\u{308}ssword", &SystemRandomness)
            .await
            .unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let verified = hasher.verify("pässword", Some(&stored)).await.unwrap();
        assert_eq!((verified.matches, verified.outdated), (true, false));
        assert!(
            !hasher
                .verify("passwords", Some(&stored))
                .await
                .unwrap()
                .matches
        );
        assert!(!hasher.verify("passwords", None).await.unwrap().matches);
        assert_eq!(
            hasher.verify("x", Some("plain text")).await,
            Err(HashError::Malformed)
        );
    }

    #[tokio::test]
    async fn the_reference_implementation_agrees() {
        use argon2::PasswordVerifier as _;
        let stored = hasher(HashCost::FLOOR)
            .hash("correct horse", &SystemRandomness)
            .await
            .unwrap();
        let stored = PasswordHash::new(&stored).unwrap();
        assert!(
            Argon2::default()
                .verify_password(b"correct horse", &stored)
                .is_ok()
        );
    }

    #[tokio::test]
    async fn a_hash_of_a_lower_cost_still_fits_and_is_outdated() {
        let stored = hasher(HashCost::FLOOR)
            .hash("x", &SystemRandomness)
            .await
            .unwrap();
        let raised = hasher(HashCost {
            memory_kib: 20 * 1024,
            iterations: 3,
        });
        let verified = raised.verify("x", Some(&stored)).await.unwrap();
        assert_eq!((verified.matches, verified.outdated), (true, true));
    }

    #[tokio::test]
    async fn what_the_queue_does_not_hold_is_refused_at_once() {
        let hasher = hasher(HashCost::FLOOR);
        let many = (0..400).map(|_| hasher.verify("x", None));
        let outcomes = futures_util::future::join_all(many).await;
        let refused = outcomes
            .iter()
            .filter(|outcome| **outcome == Err(HashError::Busy))
            .count();
        let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        assert!(refused >= 400 - QUEUE - threads, "{refused} refused");
        assert!(done >= 1 && done + refused == 400, "{done} hashed");
        assert!(hasher.verify("x", None).await.is_ok());
    }

    #[tokio::test]
    async fn work_that_panics_takes_no_thread_with_it() {
        let hasher = hasher(HashCost::FLOOR);
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..threads {
            let outcome = hasher.run(|| panic!("on purpose")).await;
            assert_eq!(outcome, Err(HashError::Busy));
        }
        assert_eq!(hasher.run(|| 7).await, Ok(7));
    }
}
