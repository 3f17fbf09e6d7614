//! Quotes of our posts, and of others' posts in ours (FEP-044f).

use serde_json::{Value, json};

use crate::activitypub::context;
use crate::model::ids::{AccountId, ActivityId, QuoteId};
use crate::model::moderation::Quote;
use crate::model::site::Site;

/// Says yes to a QuoteRequest and names the document that proves it to third servers.
pub fn accept_quote(
    site: &Site,
    account: AccountId,
    id: ActivityId,
    request: &str,
    requester: &str,
    quote: QuoteId,
) -> Value {
    json!({
        "@context": context::quote(),
        "id": site.activity(id),
        "type": "Accept",
        "actor": site.actor(account),
        "to": [requester],
        "object": request,
        "result": site.quote(quote),
    })
}

/// Asks the author of what one of our Notes quotes.
pub fn quote_request(
    site: &Site,
    account: AccountId,
    id: ActivityId,
    quoting: &str,
    quoted: &str,
    author: &str,
) -> Value {
    json!({
        "@context": context::quote(),
        "id": site.activity(id),
        "type": "QuoteRequest",
        "actor": site.actor(account),
        "to": [author],
        "object": quoted,
        "instrument": quoting,
    })
}

/// The proof, bound to both posts.
pub fn quote_authorization(site: &Site, quote: &Quote) -> Value {
    json!({
        "@context": context::quote(),
        "id": site.quote(quote.id),
        "type": "QuoteAuthorization",
        "attributedTo": site.actor(quote.account),
        "interactingObject": quote.instrument,
        "interactionTarget": site.note(quote.post, quote.lang.as_ref()),
    })
}
