//! What an answer does not wait for.

use std::time::Duration;

/// How long what an account alone causes waits for the answer to be gone.
const AFTER_THE_ANSWER: Duration = Duration::from_millis(50);

/// Does `work` when the answer is gone, so that neither the answer nor one right after it takes another time for an
/// account than for a name that nobody has. For such a name, `work` does nothing.
pub(crate) fn after_the_answer(work: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(async move {
        tokio::time::sleep(AFTER_THE_ANSWER).await;
        work.await;
    });
}
