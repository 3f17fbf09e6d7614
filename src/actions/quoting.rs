//! What a post of ours quotes (FEP-044f): whether it may, whose author has to be asked, and what another account of ours
//! has allowed beforehand.

use super::address::{self, Saying};
use crate::activitypub::write;
use crate::base::lang::Lang;
use crate::error::{Problem, Result};
use crate::model::ids::{AccountId, ActivityId, QuoteId};
use crate::model::moderation::Quote;
use crate::model::post::{Post, Quoting, ReplyTo};
use crate::model::quoted::{Answer, Consent, Quoted, Stamp};
use crate::model::site::Site;
use crate::store::{Rows, Write, actors, notes, posts, quotes};

/// What is quoted is public, and of another account of ours only what it lets everybody quote.
pub(super) fn quoted(rows: &impl Rows, account: AccountId, post: ReplyTo) -> Result<Quoted> {
    let uri = match post {
        ReplyTo::Own(id) => {
            let there = posts::get(rows, id)?.filter(Post::is_public);
            if there.as_ref().is_some_and(|post| !allows(post, account)) {
                return Err(Problem::new("E532", "The other account lets nobody quote that post.")
                    .field("quote")
                    .remedy("Link to it, or boost it.")
                    .into());
            }
            there.map(|_| String::new())
        }
        ReplyTo::Note(id) => notes::get(rows, id)?.filter(|note| note.content.public).map(|note| note.content.uri),
    };
    let uri = uri.ok_or_else(|| {
        Problem::new("E147", "The post that this one quotes is not there (any more), or not public.")
            .field("quote")
            .remedy("Quote a public post of another server, or one of an account here.")
    })?;
    Ok(Quoted { post, uri, consents: Vec::new(), stamps: Vec::new() })
}

/// Whether a post may be quoted by an account of ours: by its own, or by whoever wants.
fn allows(post: &Post, account: AccountId) -> bool {
    post.account == account || post.quoting == Quoting::Anyone
}

/// Stamps those Notes of a post that quotes one of another account of ours, as that account's server would answer if it
/// were asked: other servers look the authorization up before they show the quote. Notes that have one keep it.
pub(super) fn stamp(tx: &mut Write<'_>, site: &Site, mut post: Post, notes: &[Option<Lang>]) -> Result<Post> {
    let Some(Quoted { post: ReplyTo::Own(id), .. }) = post.quoted else { return Ok(post) };
    let Some(theirs) = posts::get(tx, id)?.filter(|theirs| theirs.is_public() && theirs.account != post.account) else {
        return Ok(post);
    };
    // It may have become stricter since: then only what is new goes without.
    if !allows(&theirs, post.account) {
        return Ok(post);
    }
    let has = |lang: Option<&Lang>| post.quoted.as_ref().is_some_and(|quoted| quoted.stamp(lang).is_some());
    let new: Vec<_> = notes.iter().filter(|lang| !has(lang.as_ref())).cloned().collect();
    for lang in new {
        let quote = Quote {
            id: QuoteId(tx.id()),
            post: id,
            lang: None,
            account: theirs.account,
            actor: None,
            instrument: site.note(post.id, lang.as_ref()),
            at: tx.now(),
            revoked: None,
        };
        quotes::put(tx, &quote)?;
        if let Some(quoted) = post.quoted.as_mut() {
            quoted.stamps.push(Stamp { lang, quote: quote.id });
        }
    }
    Ok(post)
}

/// A post that is deleted quotes nothing any more.
pub(super) fn unstamp(tx: &mut Write<'_>, post: &Post) -> Result<()> {
    for stamp in post.quoted.iter().flat_map(|quoted| &quoted.stamps) {
        if let Some(quote) = quotes::get(tx, stamp.quote)? {
            quotes::put(tx, &Quote { revoked: quote.revoked.or(Some(tx.now())), ..quote })?;
        }
    }
    Ok(())
}

/// Asks the author of what is quoted, once for each Note: servers show a quote when its author let it pass.
pub(super) fn ask(tx: &mut Write<'_>, site: &Site, mut post: Post, notes: &[Option<Lang>]) -> Result<Post> {
    let Some(Quoted { post: ReplyTo::Note(id), uri, .. }) = post.quoted.clone() else { return Ok(post) };
    let Some(note) = notes::get(tx, id)? else { return Ok(post) };
    let author = actors::named_by_row(tx, note.author)?;
    let inboxes = address::of_actor(tx, author.id)?;
    let mut consents = Vec::with_capacity(notes.len());
    for lang in notes {
        let request = ActivityId(tx.id());
        let quoting = site.note(post.id, lang.as_ref());
        let json = write::quote_request(site, post.account, request, &quoting, &uri, &author.profile.uri);
        let saying = Saying { id: request, account: post.account, post: Some(post.id), listed: false, json: &json };
        address::say(tx, &saying, &inboxes)?;
        consents.push(Consent { lang: lang.clone(), request, answer: Answer::Awaited });
    }
    post.activities.extend(consents.iter().map(|consent| consent.request));
    if let Some(quoted) = post.quoted.as_mut() {
        quoted.consents = consents;
    }
    posts::put(tx, &post)?;
    Ok(post)
}
