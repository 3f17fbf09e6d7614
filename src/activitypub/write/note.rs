//! Notes: our posts as other servers read them.

use serde_json::{Map, Value, json};

use super::parts::NoteParts;
use super::text::quoted_id;
use super::{question, versions};
use crate::activitypub::vocab::PUBLIC;
use crate::base::html as escaping;
use crate::base::lang::Lang;
use crate::model::media::{Media, Small, Sort};
use crate::model::post::{Mention, Post, Quoting, Visibility};
use crate::model::site::Site;
use crate::model::spoken::{Captions, Spoken};

/// The Note, or Question, without `@context`.
pub fn note(parts: &NoteParts<'_>) -> Value {
    let NoteParts { site, account, post, .. } = parts;
    let (to, cc) = audience(site, post);
    let contents = versions::contents(parts);
    let main = contents.values().next().cloned().unwrap_or_default();
    let warning = versions::warning(parts);
    let mut value = json!({
        "id": site.note(post.id, parts.lang),
        "type": "Note",
        "attributedTo": site.actor(post.account),
        "url": page(site, &account.handle, post, parts.lang),
        "published": post.published.rfc3339(),
        "to": to,
        "cc": cc,
        "inReplyTo": parts.in_reply_to,
        "content": main,
        "contentMap": contents,
        "summary": if warning.is_empty() { Value::Null } else { json!(warning) },
        "sensitive": post.sensitive || !warning.is_empty(),
        "attachment": parts.media.iter().filter_map(|media| attachment(parts, media)).collect::<Vec<_>>(),
        "tag": tags(site, post),
        "replies": replies(parts),
        "likes": tally(&site.of_post(post.id, "likes"), parts.likes),
        "shares": tally(&site.of_post(post.id, "shares"), parts.shares),
        "interactionPolicy": { "canQuote": { "automaticApproval": quoting(site, post) } },
    });
    if let Some(object) = value.as_object_mut() {
        object.extend(post.updated.map(|updated| ("updated".to_owned(), json!(updated.rfc3339()))));
        question::add(object, parts);
        quote(object, parts);
    }
    value
}

/// What it quotes, by FEP-044f and by the two names that were there before it (fedibird, Misskey).
fn quote(object: &mut serde_json::Map<String, Value>, parts: &NoteParts<'_>) {
    let Some(quoted) = &parts.post.quoted else { return };
    let id = quoted_id(parts.site, quoted);
    for name in ["quote", "quoteUri", "_misskey_quote"] {
        object.insert(name.to_owned(), json!(id));
    }
    let stamp = quoted.stamp(parts.lang).map(|id| parts.site.quote(id));
    if let Some(authorization) = stamp.as_deref().or_else(|| quoted.authorization(parts.lang)) {
        object.insert("quoteAuthorization".to_owned(), json!(authorization));
    }
}

/// `to` and `cc`: everybody, the followers, and those named.
pub(super) fn audience(site: &Site, post: &Post) -> (Vec<String>, Vec<String>) {
    let followers = site.of_account(post.account, "followers");
    let named = post.mentions.iter().map(|mention| actor(site, mention));
    match post.visibility {
        Visibility::Public => (vec![PUBLIC.to_owned()], std::iter::once(followers).chain(named).collect()),
        Visibility::Quiet => (vec![followers], std::iter::once(PUBLIC.to_owned()).chain(named).collect()),
    }
}

fn actor(site: &Site, mention: &Mention) -> String {
    mention.own.map_or_else(|| mention.uri.clone(), |own| site.actor(own))
}

fn page(site: &Site, handle: &str, post: &Post, lang: Option<&Lang>) -> String {
    lang.map_or_else(|| site.post_page(handle, post.id), |lang| site.version_page(handle, post.id, lang))
}

/// Mastodon before 4.5 reads the description from `name`, later from `summary` first (`media_attachment_parser.rb`).
/// A decorative picture has none. Of a recording that is too heavy there is its poster, or the cover of its series.
fn attachment(parts: &NoteParts<'_>, media: &Media) -> Option<Value> {
    let NoteParts { site, .. } = parts;
    if media.is_local() {
        let cover = || Some(parts.cover.filter(|_| media.sort() == Sort::Sound)?.still()?.clone());
        let Small { file, mime, width, height, .. } = media.still().cloned().or_else(cover)?;
        let poster = Media { file, mime, width, height, clip: None, spoken: Spoken::default(), ..media.clone() };
        return attachment(parts, &poster);
    }
    let mut value = json!({ "type": "Document", "mediaType": media.mime, "url": site.media(&media.file) });
    let object = value.as_object_mut()?;
    let mut add = |name: &str, value: Value| object.insert(name.to_owned(), value);
    if !media.decorative {
        let told = versions::descriptions(parts, media);
        let name = told.values().next().cloned().unwrap_or_else(|| json!(media.alt));
        add("name", name.clone());
        add("nameMap", Value::Object(told));
        add("summary", name);
    }
    if media.width > 0 {
        add("width", json!(media.width));
        add("height", json!(media.height));
    }
    if !media.blurhash.is_empty() {
        add("blurhash", json!(media.blurhash));
    }
    if let Some(clip) = &media.clip {
        add("duration", json!(duration(clip.millis)));
        if !media.spoken.captions.is_empty() {
            let captions = media.spoken.captions.iter().map(|captions| subtitle(site, captions));
            add("subtitleLanguage", captions.collect());
        }
    }
    // Mastodon's picture for video and sound until they play.
    if let (Some(_), Some(poster)) = (&media.clip, media.still()) {
        let url = site.media(&poster.file);
        let (kind, width, height) = (&poster.mime, poster.width, poster.height);
        add("icon", json!({ "type": "Image", "mediaType": kind, "url": url, "width": width, "height": height }));
    } else if let Some(cover) = parts.cover.filter(|_| media.sort() == Sort::Sound) {
        add("icon", json!({ "type": "Image", "mediaType": cover.mime, "url": site.media(&cover.file) }));
    }
    if let Some((x, y)) = media.focus {
        add("focalPoint", json!([hundredth(x), hundredth(y)]));
    }
    Some(value)
}

/// As `PeerTube` writes captions (`VideoCaptionModel.toActivityPubObject`).
fn subtitle(site: &Site, captions: &Captions) -> Value {
    let lang = &captions.lang;
    let file = json!({ "type": "Link", "mediaType": "text/vtt", "href": site.media(&captions.file) });
    json!({ "identifier": lang.as_str(), "name": lang.own_name(), "url": [file] })
}

/// `xsd:duration`, as ActivityStreams has it.
fn duration(millis: u64) -> String {
    format!("PT{}.{:03}S", millis / 1_000, millis % 1_000)
}

/// Two decimals, as Mastodon writes them; a bare `f32` would come out as 0.20000000298023224.
pub fn hundredth(share: f32) -> f64 {
    (f64::from(share) * 100.0).round() / 100.0
}

fn tags(site: &Site, post: &Post) -> Vec<Value> {
    let mentions = post.mentions.iter().map(|mention| {
        let domain = if mention.own.is_some() { &site.handle_domain } else { &mention.domain };
        json!({ "type": "Mention", "href": actor(site, mention), "name": format!("@{}@{domain}", mention.user) })
    });
    let hashtags = post
        .tags
        .iter()
        .map(|tag| json!({ "type": "Hashtag", "href": site.tag(&tag.folded), "name": format!("#{}", tag.shown) }));
    mentions.chain(hashtags).collect()
}

fn replies(parts: &NoteParts<'_>) -> Value {
    let id = parts.site.of_post(parts.post.id, "replies");
    let items: Vec<String> = parts.own_replies.iter().map(|reply| parts.site.post(*reply)).collect();
    json!({
        "id": id,
        "type": "Collection",
        "first": {
            "id": format!("{id}?page=true"),
            "type": "CollectionPage",
            "partOf": id,
            "next": format!("{id}?page=others"),
            "items": items,
        },
    })
}

fn tally(id: &str, total: u64) -> Value {
    json!({ "id": id, "type": "Collection", "totalItems": total })
}

/// FEP-044f: a post without a policy may be quoted by nobody.
fn quoting(site: &Site, post: &Post) -> Vec<String> {
    match post.quoting {
        Quoting::Anyone => vec![PUBLIC.to_owned()],
        Quoting::Nobody => vec![site.actor(post.account)],
    }
}

/// What stays of a deleted Note, with `@context`.
pub fn tombstone(site: &Site, post: &Post, lang: Option<&Lang>) -> Value {
    let mut value = json!({
        "@context": crate::activitypub::context::plain(),
        "id": site.note(post.id, lang),
        "type": "Tombstone",
        "formerType": "Note",
        "deleted": post.deleted.map(crate::base::time::Timestamp::rfc3339),
    });
    if let (Some(object), Some(main)) = (value.as_object_mut(), post.reason.first()) {
        let all: Map<String, Value> = post
            .reason
            .iter()
            .map(|reason| (reason.lang.wire().to_owned(), json!(escaping::escape(&reason.text))))
            .collect();
        object.insert("summary".to_owned(), json!(escaping::escape(&main.text)));
        object.insert("summaryMap".to_owned(), Value::Object(all));
    }
    value
}
