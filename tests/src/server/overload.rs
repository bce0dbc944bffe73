//! A server that has too much to do.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use futures_util::future::BoxFuture;
use latchkey_server::hashing::QUEUE;
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc};

use super::ServerUnderTest;

/// Keeps the threads of a server inside the test that do costly work busy, and the queue in front of them full, until it is
/// dropped.
pub struct Overload {
    // Dropped first: those who wait give up before a thread is free.
    _waiting: Vec<BoxFuture<'static, ()>>,
    _held: OwnedMutexGuard<()>,
}

impl Overload {
    /// Begins it.
    pub async fn begin(server: &ServerUnderTest) -> Self {
        let gate = Arc::new(Mutex::new(()));
        let held = Arc::clone(&gate).lock_owned().await;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let (starts, mut started) = mpsc::channel(threads);
        for _ in 0..threads {
            let (state, gate, starts) = (Arc::clone(server.state()), gate.clone(), starts.clone());
            tokio::spawn(async move {
                let work = move || {
                    starts.blocking_send(()).expect("the test waits");
                    drop(gate.blocking_lock());
                };
                state.hasher.run(work).await.expect("a free thread");
            });
        }
        for _ in 0..threads {
            started.recv().await.expect("a thread");
        }
        let mut waiting = Vec::with_capacity(QUEUE);
        for _ in 0..QUEUE {
            let state = Arc::clone(server.state());
            let mut job: BoxFuture<'static, ()> = Box::pin(async move {
                let _ = state.hasher.run(|| ()).await;
            });
            // In the queue from its first poll on; never polled again, it does not notice that its time is over.
            poll_fn(|context| Poll::Ready(job.as_mut().poll(context).is_pending())).await;
            waiting.push(job);
        }
        Self {
            _waiting: waiting,
            _held: held,
        }
    }
}
