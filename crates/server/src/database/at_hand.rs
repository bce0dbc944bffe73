//! Connections at hand for statements that only read.
//!
//! A connection on its way back into a pool of sqlx is pinged, by a task of its own: as much work again as the statement,
//! with every request. These stay outside of the pool between two statements and pass through it only when they are new,
//! broken, interrupted or old.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::Pool;
use sqlx::pool::PoolConnection;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::open::{FRESH, PATIENCE, ask};

/// After so long a connection goes through the pool once more, which closes what is beyond its lifetime.
const AT_HAND: Duration = Duration::from_mins(10);

/// The connections of one pool that nobody else uses.
#[derive(Debug)]
pub struct AtHand<D: sqlx::Database> {
    pool: Pool<D>,
    /// As many as the pool has connections: with a permit, one is idle or the pool has room for a new one.
    permits: Semaphore,
    idle: Mutex<Vec<Unused<D>>>,
}

#[derive(Debug)]
struct Unused<D: sqlx::Database> {
    connection: PoolConnection<D>,
    outside_since: Instant,
    idle_since: Instant,
}

/// A connection in use. Dropped without [`Taken::put_back`], it goes into the pool, which finds out what is wrong with it.
pub struct Taken<'all, D: sqlx::Database> {
    connection: PoolConnection<D>,
    outside_since: Instant,
    all: &'all AtHand<D>,
    _permit: SemaphorePermit<'all>,
}

impl<D: sqlx::Database> AtHand<D> {
    /// Those of `pool`, which opens them when they are wanted.
    pub fn of(pool: Pool<D>) -> Self {
        let most = pool.options().get_max_connections();
        Self {
            pool,
            permits: Semaphore::new(most as usize),
            idle: Mutex::default(),
        }
    }

    /// One for a statement; [`sqlx::Error::PoolTimedOut`] where none is free for [`PATIENCE`].
    pub async fn take(&self) -> sqlx::Result<Taken<'_, D>> {
        // What is rare is boxed: every open stream keeps room for the longest of its waits.
        let permit = match self.permits.try_acquire() {
            Ok(permit) => permit,
            Err(_) => Box::pin(self.wait()).await?,
        };
        let unused = match self.pop() {
            Some(unused) if unused.idle_since.elapsed() <= FRESH => unused,
            unused => Box::pin(self.alive(unused)).await?,
        };
        Ok(Taken {
            connection: unused.connection,
            outside_since: unused.outside_since,
            all: self,
            _permit: permit,
        })
    }

    async fn wait(&self) -> sqlx::Result<SemaphorePermit<'_>> {
        tokio::time::timeout(PATIENCE, self.permits.acquire())
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)?
            .map_err(|_| sqlx::Error::PoolClosed)
    }

    /// `unused`, or another one, or a new one: the first that is alive.
    async fn alive(&self, mut unused: Option<Unused<D>>) -> sqlx::Result<Unused<D>> {
        while let Some(mut asked) = unused {
            if ask(&mut *asked.connection).await.is_ok() {
                return Ok(asked);
            }
            // Asking it once more, as the pool would, could take for ever.
            asked.connection.close_on_drop();
            unused = self.pop();
        }
        let connection = self.pool.acquire().await?;
        Ok(Unused {
            connection,
            outside_since: Instant::now(),
            idle_since: Instant::now(),
        })
    }

    /// Waits for the connections in use and closes all.
    pub async fn close(&self) {
        // From here on nothing is put back.
        let closed = self.pool.close();
        self.idle().clear();
        closed.await;
    }

    fn pop(&self) -> Option<Unused<D>> {
        self.idle().pop()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Unused<D>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<D: sqlx::Database> Taken<'_, D> {
    /// Gives it back after a statement that came to its end.
    pub fn put_back(self) {
        if self.outside_since.elapsed() >= AT_HAND {
            return;
        }
        let mut idle = self.all.idle();
        // Asked while the list is held, so that closing finds what was put back before.
        if !self.all.pool.is_closed() {
            idle.push(Unused {
                connection: self.connection,
                outside_since: self.outside_since,
                idle_since: Instant::now(),
            });
        }
    }
}

impl<D: sqlx::Database> Deref for Taken<'_, D> {
    type Target = D::Connection;

    fn deref(&self) -> &D::Connection {
        &self.connection
    }
}

impl<D: sqlx::Database> DerefMut for Taken<'_, D> {
    fn deref_mut(&mut self) -> &mut D::Connection {
        &mut self.connection
    }
}
