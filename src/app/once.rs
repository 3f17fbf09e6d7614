//! Publishing once: a program or a browser that repeats an attempt, because it heard no answer, gets the same post, or
//! the same plan.

use std::sync::{Arc, Mutex, MutexGuard};

use super::App;
use crate::base::cache::Cache;
use crate::base::time::Timestamp;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::draft::Draft;
use crate::model::ids::{AccountId, DraftId, PostId};
use crate::model::post::Post;
use crate::store::{Rows, Write, drafts, posts};

/// An attempt to publish: for whom, and its own key (`Idempotency-Key`, or what a form carries).
pub type Attempt = (AccountId, String);

/// What an attempt led to.
#[derive(Debug, Clone, Copy)]
pub enum Made {
    Post(PostId),
    Draft(DraftId),
}

impl From<&Post> for Made {
    fn from(post: &Post) -> Self {
        Self::Post(post.id)
    }
}

impl From<&Draft> for Made {
    fn from(draft: &Draft) -> Self {
        Self::Draft(draft.id)
    }
}

/// Said of an attempt that led to something after it was looked at, and before its verb began.
pub const AGAIN: &str = "The same form came twice at the same moment.";

/// What attempts led to, in memory: after a restart a repetition is a new post.
pub struct Attempts(Mutex<Cache<Attempt, (Made, Timestamp)>>);

impl Default for Attempts {
    fn default() -> Self {
        Self(Mutex::new(Cache::new(limits::inbound::ATTEMPTS)))
    }
}

impl Attempts {
    fn lock(&self) -> Result<MutexGuard<'_, Cache<Attempt, (Made, Timestamp)>>> {
        self.0.lock().map_err(|_| Error::bug("a thread panicked while it held the attempts"))
    }

    fn made(&self, attempt: &Attempt, now: Timestamp) -> Result<Option<Made>> {
        let found = self.lock()?.get(attempt).filter(|(_, at)| now.since(*at) < limits::inbound::REPEATS);
        Ok(found.map(|(made, _)| made))
    }

    /// The post that the same attempt led to a moment ago. It has to be there: what was rolled back led to nothing.
    fn post(&self, rows: &impl Rows, attempt: &Attempt, now: Timestamp) -> Result<Option<Post>> {
        match self.made(attempt, now)? {
            Some(Made::Post(id)) => posts::get(rows, id),
            Some(Made::Draft(_)) | None => Ok(None),
        }
    }

    /// The same of one that planned.
    fn draft(&self, rows: &impl Rows, attempt: &Attempt, now: Timestamp) -> Result<Option<Draft>> {
        match self.made(attempt, now)? {
            Some(Made::Draft(id)) => drafts::get(rows, id),
            Some(Made::Post(_)) | None => Ok(None),
        }
    }
}

/// The post that an attempt led to a moment ago, before the work of a new one begins.
pub fn repeated(app: &App, attempt: &Attempt) -> Result<Option<PostId>> {
    let post = app.store.read(|rows| app.attempts.post(rows, attempt, app.now()))?;
    Ok(post.map(|post| post.id))
}

/// The same of one that planned.
pub fn planned(app: &App, attempt: &Attempt) -> Result<Option<Draft>> {
    app.store.read(|rows| app.attempts.draft(rows, attempt, app.now()))
}

/// Runs a verb that publishes, or answers with the post that the same attempt led to.
pub async fn publish<F>(app: &App, attempt: Option<Attempt>, verb: F) -> Result<Post>
where
    F: FnMut(&mut Write<'_>) -> Result<Post> + Send + 'static,
{
    let known: Known<Post> = |attempts, tx, attempt| attempts.post(tx, attempt, tx.now());
    once(app, attempt, verb, known).await
}

/// Runs a verb that plans, or answers with what the same attempt planned.
pub async fn plan<F>(app: &App, attempt: Option<Attempt>, verb: F) -> Result<Draft>
where
    F: FnMut(&mut Write<'_>) -> Result<Draft> + Send + 'static,
{
    let known: Known<Draft> = |attempts, tx, attempt| attempts.draft(tx, attempt, tx.now());
    once(app, attempt, verb, known).await
}

/// Runs a verb of a form that had led to nothing when it was looked at. Where it has meanwhile, by another button or by
/// itself, the verb is not run and the answer is [`AGAIN`]: whoever asked goes on from what is there.
pub async fn first<T, F>(app: &App, attempt: Option<Attempt>, verb: F) -> Result<T>
where
    T: Send + 'static,
    for<'t> Made: From<&'t T>,
    F: FnMut(&mut Write<'_>) -> Result<T> + Send + 'static,
{
    let known: Known<T> = |attempts, tx, attempt| {
        let (post, draft) = (attempts.post(tx, attempt, tx.now())?, attempts.draft(tx, attempt, tx.now())?);
        if post.is_some() || draft.is_some() { Err(Error::Conflict(AGAIN)) } else { Ok(None) }
    };
    once(app, attempt, verb, known).await
}

type Known<T> = fn(&Attempts, &Write<'_>, &Attempt) -> Result<Option<T>>;

/// Asked and remembered on the writer's thread, so that neither two at the same time nor a caller that goes away before
/// the answer makes two of one.
async fn once<T, F>(app: &App, attempt: Option<Attempt>, mut verb: F, known: Known<T>) -> Result<T>
where
    T: Send + 'static,
    for<'t> Made: From<&'t T>,
    F: FnMut(&mut Write<'_>) -> Result<T> + Send + 'static,
{
    let attempts = Arc::clone(&app.attempts);
    let verb = move |tx: &mut Write<'_>| {
        let Some(attempt) = &attempt else { return verb(tx) };
        if let Some(known) = known(&attempts, tx, attempt)? {
            return Ok(known);
        }
        let fresh = verb(tx)?;
        attempts.lock()?.insert(attempt.clone(), (Made::from(&fresh), tx.now()));
        Ok(fresh)
    };
    app.store.write(verb).await
}
