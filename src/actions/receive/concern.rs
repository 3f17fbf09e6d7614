//! Whether an activity is for us at all: told from its addresses, before anything is proven or fetched. What is not for
//! us would have no effect anyway.

use serde_json::Value;

use crate::activitypub::read::{Incoming, Intent, note};
use crate::activitypub::vocab;
use crate::error::Result;
use crate::model::site::Site;
use crate::store::{Rows, actors, follows, notes};

/// Whether it may have an effect. Errs on the side of yes.
pub fn is_for_us(rows: &impl Rows, site: &Site, incoming: &Incoming) -> Result<bool> {
    match &incoming.intent {
        Intent::Follow { object }
        | Intent::Accept { object, .. }
        | Intent::Reject { object }
        | Intent::Like { object }
        | Intent::Announce { object, .. }
        | Intent::Block { object }
        | Intent::QuoteRequest { object, .. } => Ok(site.is_own(object)),
        Intent::Undo(undone) => {
            let named = undone.object.as_deref().is_none_or(|object| site.is_own(object));
            if named {
                return Ok(true);
            }
            let actor = actors::by_uri(rows, &incoming.actor)?;
            actor.map_or(Ok(false), |actor| Ok(!follows::acts(rows, &actor, &undone.id)?.is_empty()))
        }
        Intent::Create { object } => is_note_for_us(rows, site, object),
        Intent::Update { object } => is_known(rows, vocab::id(object).unwrap_or_default()),
        Intent::Delete { .. } | Intent::Move { .. } => Ok(actors::by_uri(rows, &incoming.actor)?.is_some()),
        Intent::Flag { objects, .. } => {
            for object in objects {
                if site.is_own(object) || notes::by_uri(rows, object)?.is_some() {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Intent::Other(_) => Ok(false),
    }
}

/// A note that answers one of ours or one that we know, or names one of us. An address alone tells nothing.
fn is_note_for_us(rows: &impl Rows, site: &Site, object: &Value) -> Result<bool> {
    if object.is_string() {
        return Ok(true);
    }
    let (parent, mentions) = note::links(object);
    if mentions.iter().any(|who| site.is_own(who)) || parent.is_some_and(|parent| site.is_own(parent)) {
        return Ok(true);
    }
    parent.map_or(Ok(false), |parent| Ok(notes::by_uri(rows, parent)?.is_some()))
}

fn is_known(rows: &impl Rows, id: &str) -> Result<bool> {
    Ok(notes::by_uri(rows, id)?.is_some() || actors::by_uri(rows, id)?.is_some())
}
