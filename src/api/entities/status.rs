//! Status: of ours, and strangers' answers.

use serde_json::{Value, json};

use crate::activitypub::write::text;
use crate::app::App;
use crate::base::time::Timestamp;
use crate::error::Result;
use crate::model::note::Note;
use crate::model::post::{Material, Post, Quoting, ReplyTo, Version, Visibility};
use crate::store::counts::{self, Count};
use crate::store::{Rows, actors, material, notes, posts};

/// One of our posts.
pub fn status(app: &App, rows: &impl Rows, post: Post) -> Result<Value> {
    let material = material::of(rows, post)?;
    let account = super::account::account(app, rows, &material.account)?;
    let (parent, parent_account) = parent(rows, &material.post)?;
    let Material { post, media, likes, boosts, .. } = &material;
    let empty = Version { lang: material.account.language.clone(), text: String::new(), warning: String::new() };
    let main = post.main().unwrap_or(&empty);
    let replies = counts::get(rows, Count::RepliesShown(post.id))? + material.own_replies.len() as u64;
    let tags: Vec<Value> =
        post.tags.iter().map(|tag| json!({ "name": tag.folded, "url": app.site.tag(&tag.folded) })).collect();
    Ok(json!({
        "id": post.id.to_string(),
        "created_at": post.published.rfc3339_millis(),
        "edited_at": post.updated.map(Timestamp::rfc3339_millis),
        "in_reply_to_id": parent,
        "in_reply_to_account_id": parent_account,
        "sensitive": post.sensitive || !main.warning.is_empty(),
        "spoiler_text": main.warning,
        "visibility": visibility(post.visibility),
        "language": main.lang.to_string(),
        "uri": app.site.post(post.id),
        "url": app.site.post_page(&material.account.handle, post.id),
        "replies_count": replies,
        "reblogs_count": boosts,
        "favourites_count": likes,
        "quotes_count": 0,
        "content": text::titled(&app.site, post, main),
        "reblog": null,
        "application": null,
        "account": account,
        "media_attachments": media.iter().map(|m| super::media::media(app, m)).collect::<Vec<_>>(),
        "mentions": mentions(app, rows, post)?,
        "tags": tags,
        "emojis": [],
        "card": null,
        "poll": super::poll::poll(&material),
        "quote": quote(app, rows, post)?,
        "quote_approval": quoting(post.quoting),
        "filtered": [],
        "favourited": false,
        "reblogged": false,
        "muted": false,
        "bookmarked": false,
        "pinned": material.account.pinned.contains(&post.id),
    }))
}

/// What it quotes, and how its author answered.
fn quote(app: &App, rows: &impl Rows, post: &Post) -> Result<Value> {
    let Some(quoted) = &post.quoted else { return Ok(Value::Null) };
    let state = match (quoted.is_allowed(), quoted.is_refused()) {
        (true, _) => "accepted",
        (false, true) => "rejected",
        (false, false) => "pending",
    };
    let shown = match quoted.post {
        // Quotes of quotes are named, not carried: a chain of them has no end.
        ReplyTo::Own(id) => posts::get(rows, id)?.filter(Post::is_public).map(|post| Post { quoted: None, ..post }),
        ReplyTo::Note(_) => None,
    };
    let whole = shown.map(|post| status(app, rows, post)).transpose()?;
    let foreign = match quoted.post {
        ReplyTo::Note(id) if quoted.is_allowed() => notes::get(rows, id)?,
        ReplyTo::Note(_) | ReplyTo::Own(_) => None,
    };
    let foreign = foreign.map(|note| answer(app, rows, &note)).transpose()?;
    Ok(json!({ "state": state, "quoted_status": whole.or(foreign) }))
}

fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Quiet => "unlisted",
    }
}

fn quoting(quoting: Quoting) -> Value {
    let automatic: &[&str] = match quoting {
        Quoting::Anyone => &["public"],
        Quoting::Nobody => &[],
    };
    json!({ "automatic": automatic, "manual": [], "current_user": "automatic" })
}

/// The ids of what a post answers and of its author.
fn parent(rows: &impl Rows, post: &Post) -> Result<(Option<String>, Option<String>)> {
    Ok(match post.reply_to {
        Some(ReplyTo::Own(id)) => (Some(id.to_string()), posts::get(rows, id)?.map(|p| p.account.to_string())),
        Some(ReplyTo::Note(id)) => (Some(id.to_string()), notes::get(rows, id)?.map(|n| n.author.to_string())),
        None => (None, None),
    })
}

fn mentions(app: &App, rows: &impl Rows, post: &Post) -> Result<Vec<Value>> {
    let mut listed = Vec::new();
    for mention in &post.mentions {
        let (id, url, acct) = match mention.own {
            Some(own) => (Some(own.to_string()), app.site.profile(&mention.user), mention.user.clone()),
            None => (
                actors::by_uri(rows, &mention.uri)?.map(|actor| actor.id.to_string()),
                mention.url.clone(),
                format!("{}@{}", mention.user, mention.domain),
            ),
        };
        listed.push(json!({ "id": id.unwrap_or_default(), "username": mention.user, "url": url, "acct": acct }));
    }
    Ok(listed)
}

/// A stranger's answer.
pub fn answer(app: &App, rows: &impl Rows, note: &Note) -> Result<Value> {
    let author = actors::named_by_row(rows, note.author)?;
    let content = &note.content;
    let parent = content.in_reply_to.as_deref();
    let parent_id = match parent.and_then(|uri| app.site.own_post(uri)) {
        Some(post) => Some(post.to_string()),
        None => parent.map_or(Ok(None), |uri| notes::by_uri(rows, uri))?.map(|note| note.id.to_string()),
    };
    Ok(json!({
        "id": note.id.to_string(),
        "created_at": content.published.rfc3339_millis(),
        "edited_at": content.updated.map(Timestamp::rfc3339_millis),
        "in_reply_to_id": parent_id,
        "in_reply_to_account_id": null,
        "sensitive": !content.warning.is_empty(),
        "spoiler_text": content.warning,
        "visibility": if content.public { "public" } else { "direct" },
        "language": content.lang.as_ref().map(ToString::to_string),
        "uri": content.uri,
        "url": content.url,
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "content": content.html,
        "reblog": null,
        "account": super::account::stranger(app, &author),
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "emojis": [],
        "card": null,
        "poll": null,
        "filtered": [],
        "favourited": false,
        "reblogged": false,
        "muted": false,
        "bookmarked": false,
    }))
}

/// `StatusEdit` for each state of a post in its main language, the present one last. Files of before are gone.
pub fn history(app: &App, rows: &impl Rows, post: Post) -> Result<Value> {
    let material = material::of(rows, post)?;
    let account = super::account::account(app, rows, &material.account)?;
    let post = &material.post;
    let media: Vec<Value> = material.media.iter().map(|m| super::media::media(app, m)).collect();
    let state = |since: Timestamp, versions: &[Version], media: &[Value]| {
        let main = versions.first();
        let warning = main.map(|version| version.warning.as_str()).unwrap_or_default();
        json!({
            "content": main.map(|version| text::titled(&app.site, post, version)).unwrap_or_default(),
            "spoiler_text": warning,
            "sensitive": post.sensitive || !warning.is_empty(),
            "created_at": since.rfc3339_millis(),
            "account": account,
            "media_attachments": media,
            "emojis": [],
        })
    };
    let mut since = post.published;
    let mut states = Vec::with_capacity(post.revisions.len() + 1);
    for revision in &post.revisions {
        let same = if revision.media == post.media { media.as_slice() } else { &[] };
        states.push(state(since, &revision.versions, same));
        since = revision.until;
    }
    states.push(state(since, &post.versions, &media));
    Ok(Value::Array(states))
}

/// What was typed, for editing.
pub fn source(post: &Post) -> Value {
    let main = post.main();
    json!({
        "id": post.id.to_string(),
        "text": main.map(|v| v.text.as_str()).unwrap_or_default(),
        "spoiler_text": main.map(|v| v.warning.as_str()).unwrap_or_default(),
    })
}
