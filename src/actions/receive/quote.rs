//! QuoteRequest (FEP-044f): granted for posts that anyone may quote, with an authorization that third servers fetch.

use super::Sender;
use crate::actions::address::{self, Saying};
use crate::actions::cases;
use crate::activitypub::write;
use crate::error::Result;
use crate::model::ids::{ActivityId, QuoteId};
use crate::model::moderation::Quote;
use crate::model::post::Quoting;
use crate::model::site::Site;
use crate::store::{Write, follows, posts, quotes};

pub(super) fn request(
    tx: &mut Write<'_>,
    site: &Site,
    from: &Sender<'_>,
    id: &str,
    object: &str,
    instrument: &str,
) -> Result<()> {
    let Some(post) = site.own_post(object) else { return Ok(()) };
    let Some(post) = posts::get(tx, post)?.filter(|post| post.is_public() && !post.demo) else { return Ok(()) };
    // A quoting post belongs to the server of whoever asks.
    if !crate::base::uri::same_origin(instrument, from.uri) {
        return Ok(());
    }
    let Some(actor) = from.known(tx)? else { return Ok(()) };
    let known = quotes::find(tx, post.id, instrument)?;
    let revoked = known.as_ref().is_some_and(|quote| quote.revoked.is_some() || quote.actor != Some(actor.id));
    let granted = post.quoting == Quoting::Anyone && !revoked && !follows::blocks_us(tx, post.account, actor.id)?;
    let activity = ActivityId(tx.id());
    let json = if granted {
        if known.is_none() {
            cases::shared(tx, &post, true)?;
        }
        let quote = known.unwrap_or(Quote {
            id: QuoteId(tx.id()),
            post: post.id,
            lang: site.own_lang(object),
            account: post.account,
            actor: Some(actor.id),
            instrument: instrument.to_owned(),
            at: tx.now(),
            revoked: None,
        });
        quotes::put(tx, &quote)?;
        write::accept_quote(site, post.account, activity, id, &actor.profile.uri, quote.id)
    } else {
        write::reject(site, post.account, activity, id, &actor.profile.uri)
    };
    let inboxes = address::of_actor(tx, actor.id)?;
    address::say(tx, &Saying { id: activity, account: post.account, post: None, listed: false, json: &json }, &inboxes)
}
