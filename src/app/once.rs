//! Publishing once: a program or a browser that repeats an attempt, because it heard no answer, gets the same post.

use std::sync::{Arc, Mutex, MutexGuard};

use super::App;
use crate::base::cache::Cache;
use crate::base::time::Timestamp;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::ids::{AccountId, PostId};
use crate::model::post::Post;
use crate::store::{Rows, Write, posts};

/// An attempt to publish: for whom, and its own key (`Idempotency-Key`, or what a form carries).
pub type Attempt = (AccountId, String);

/// What attempts led to, in memory: after a restart a repetition is a new post.
pub struct Attempts(Mutex<Cache<Attempt, (PostId, Timestamp)>>);

impl Default for Attempts {
    fn default() -> Self {
        Self(Mutex::new(Cache::new(limits::inbound::ATTEMPTS)))
    }
}

impl Attempts {
    fn lock(&self) -> Result<MutexGuard<'_, Cache<Attempt, (PostId, Timestamp)>>> {
        self.0.lock().map_err(|_| Error::bug("a thread panicked while it held the attempts"))
    }

    /// The post that the same attempt led to a moment ago. It has to be there: what was rolled back led to nothing.
    fn post(&self, rows: &impl Rows, attempt: &Attempt, now: Timestamp) -> Result<Option<Post>> {
        let found = self.lock()?.get(attempt).filter(|(_, at)| now.since(*at) < limits::inbound::REPEATS);
        found.map_or(Ok(None), |(post, _)| posts::get(rows, post))
    }
}

/// The post that an attempt led to a moment ago, before the work of a new one begins.
pub fn repeated(app: &App, attempt: &Attempt) -> Result<Option<PostId>> {
    let post = app.store.read(|rows| app.attempts.post(rows, attempt, app.now()))?;
    Ok(post.map(|post| post.id))
}

/// Runs a verb that publishes, or answers with the post that the same attempt led to. Asked and remembered on the
/// writer's thread, so that neither two at the same time nor a caller that goes away before the answer makes two posts
/// of one.
pub async fn publish<F>(app: &App, attempt: Option<Attempt>, mut verb: F) -> Result<Post>
where
    F: FnMut(&mut Write<'_>) -> Result<Post> + Send + 'static,
{
    let attempts = Arc::clone(&app.attempts);
    app.store
        .write(move |tx| {
            let Some(attempt) = &attempt else { return verb(tx) };
            if let Some(post) = attempts.post(tx, attempt, tx.now())? {
                return Ok(post);
            }
            let post = verb(tx)?;
            attempts.lock()?.insert(attempt.clone(), (post.id, tx.now()));
            Ok(post)
        })
        .await
}
