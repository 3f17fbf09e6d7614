//! What need not be kept any longer, a stretch of rows at a time.

use serde::de::DeserializeOwned;

use super::media::is_stale;
use crate::base::time::Timestamp;
use crate::error::Result;
use crate::limits;
use crate::limits::keep::STEP;
use crate::model::copied::CopyKey;
use crate::model::delivery::{Delivery, State};
use crate::model::ids::{AccountId, ActorId, DraftId, MediaId};
use crate::model::media::Media;
use crate::store::deliveries::{self, Name};
use crate::store::reach::Tally;
use crate::store::schema::{COPIES, DRAFT_LINKS, Fingerprint, GONE, LOGIN_LINKS, MEDIA, SESSIONS};
use crate::store::{Key, Readable, Rows, Span, Table, Write, activities, actors, copies, drafts, follows};

/// Where a round of pruning stands: in a table, behind the row that was looked at last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Gone(Option<Fingerprint>),
    Links(Option<[u8; 32]>),
    DraftLinks(Option<[u8; 32]>),
    Sessions(Option<[u8; 32]>),
    Uploads(Option<MediaId>),
    Copies(Option<CopyKey>),
    Outcomes(Option<Name>),
    Drafts(Option<DraftId>),
    Followers(Option<(AccountId, ActorId)>),
    Audit,
}

impl Place {
    pub const START: Self = Self::Gone(None);
}

/// Looks at up to `limits::keep::STEP` rows, forgets what need not be kept, and answers with where to go on; `None` at
/// the end of a round.
pub fn prune(tx: &mut Write<'_>, at: Place) -> Result<Option<Place>> {
    let now = tx.now();
    let next = match at {
        Place::Gone(from) => {
            let last = expire(tx, &GONE, from, |at| now.since(*at) > limits::keep::GONE)?;
            last.map_or(Place::Links(None), |last| Place::Gone(Some(last)))
        }
        Place::Links(from) => {
            let last = expire(tx, &LOGIN_LINKS, from, |link| link.expires < now)?;
            last.map_or(Place::DraftLinks(None), |last| Place::Links(Some(last)))
        }
        Place::DraftLinks(from) => {
            let last = expire(tx, &DRAFT_LINKS, from, |link| !link.is_open(now))?;
            last.map_or(Place::Sessions(None), |last| Place::DraftLinks(Some(last)))
        }
        Place::Sessions(from) => {
            let last = expire(tx, &SESSIONS, from, |session| session.expires < now)?;
            last.map_or(Place::Uploads(None), |last| Place::Sessions(Some(last)))
        }
        Place::Uploads(from) => {
            let unused = |media: &Media| {
                !media.used && media.draft.is_none() && now.since(media.created) > limits::keep::UNUSED_UPLOAD
            };
            let (found, last) = stretch(tx, &MEDIA, from, |media| unused(media) || is_stale(media, now))?;
            for id in found {
                match tx.get(&MEDIA, &id)? {
                    Some(media) if unused(&media) => super::media::forget(tx, id)?,
                    Some(_) | None => super::media::freshen(tx, id)?,
                }
            }
            last.map_or(Place::Copies(None), |last| Place::Uploads(Some(last)))
        }
        Place::Copies(from) => {
            let (old, last) = stretch(tx, &COPIES, from, |copy| now.since(copy.since) > limits::copies::KEPT)?;
            for key in old {
                copies::forget(tx, key)?;
            }
            last.map_or(Place::Outcomes(None), |last| Place::Copies(Some(last)))
        }
        Place::Outcomes(from) => {
            outcomes(tx, now, from)?.map_or(Place::Drafts(None), |last| Place::Outcomes(Some(last)))
        }
        Place::Drafts(from) => {
            let last = drafts::forget(tx, from, STEP, now.minus(limits::draft::PUBLISHED))?;
            last.map_or(Place::Followers(None), |last| Place::Drafts(Some(last)))
        }
        Place::Followers(from) => {
            let last = follows::leave_departed(tx, from, STEP)?;
            last.map_or(Place::Audit, |last| Place::Followers(Some(last)))
        }
        Place::Audit => return Ok(super::audit::prune(tx)?.then_some(Place::Audit)),
    };
    Ok(Some(next))
}

/// Keys of rows, and that of the last row that was looked at.
type Found<K> = (Vec<K>, Option<K>);

/// Of the next rows behind `from` the keys of those that fit, and the last of all when there may be more.
fn stretch<T: Readable<Key: Copy, Row: DeserializeOwned>>(
    rows: &impl Rows,
    table: &T,
    from: Option<T::Key>,
    fits: impl Fn(&T::Row) -> bool,
) -> Result<Found<T::Key>> {
    let span = from.map_or_else(Span::all, |from| Span::all().after(&from)).limit(STEP);
    let (mut fit, mut seen, mut last) = (Vec::new(), 0, None);
    rows.each(table, &span, |key, row| {
        if fits(&row) {
            fit.push(key);
        }
        (seen, last) = (seen + 1, Some(key));
        Ok(true)
    })?;
    Ok((fit, last.filter(|_| seen == STEP)))
}

/// Removes those of the next rows that are over; answers as `stretch`.
fn expire<K: Key + Copy, V: DeserializeOwned>(
    tx: &mut Write<'_>,
    table: &Table<K, V>,
    from: Option<K>,
    is_over: impl Fn(&V) -> bool,
) -> Result<Option<K>> {
    let (over, last) = stretch(tx, table, from, is_over)?;
    for key in over {
        tx.remove(table, &key)?;
    }
    Ok(last)
}

/// Outcomes older than a month, and the activities that nothing names any more. What has waited longer than a
/// delivery lives is given up here too: its lane may have been suspended all the time.
fn outcomes(tx: &mut Write<'_>, now: Timestamp, from: Option<Name>) -> Result<Option<Name>> {
    let (mut old, mut late, mut seen, mut next) = (Vec::new(), Vec::new(), 0, None);
    deliveries::oldest(tx, from, |name, delivery| {
        let age = now.since(delivery.created);
        // Keys are in order of time: what follows a young one is younger.
        if age <= limits::delivery::OVERDUE {
            return Ok(false);
        }
        if delivery.state != State::Waiting {
            if age > limits::keep::OUTCOMES {
                old.push(name);
            }
        } else if actors::get_server(tx, delivery.server)?.suspended {
            // Not after a mere leap of the clock: a server that is well has its try first.
            late.push((name, delivery));
        }
        seen += 1;
        next = (seen == STEP).then_some(name);
        Ok(next.is_none())
    })?;
    let mut tally = Tally::default();
    for (name, delivery) in late {
        tally.put(tx, name, &Delivery { state: State::GivenUp, ..delivery })?;
    }
    tally.keep(tx)?;
    for name in old {
        deliveries::remove(tx, name)?;
        let spent = !deliveries::has_any(tx, name.0)?;
        let activity = activities::get(tx, name.0)?;
        if spent && activity.is_some_and(|a| !a.listed && a.post.is_none() && !may_be_undone(&a.kind)) {
            activities::erase(tx, name.0)?;
        }
    }
    Ok(next)
}

/// Its Undo repeats it word for word, years later perhaps.
fn may_be_undone(kind: &str) -> bool {
    matches!(kind, "Follow" | "Like" | "Announce")
}
