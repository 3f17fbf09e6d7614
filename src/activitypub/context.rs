//! `@context` of what we write: one for each kind of document, with the terms that it uses and no others.

use serde_json::{Value, json};

pub const ACTIVITYSTREAMS: &str = "https://www.w3.org/ns/activitystreams";

/// For activities whose object is an address, and for collections.
pub fn plain() -> Value {
    json!(ACTIVITYSTREAMS)
}

/// For actors. Mastodon keeps `http://schema.org#`, a historic mistake, and expects it.
pub fn actor() -> Value {
    json!([
        ACTIVITYSTREAMS,
        "https://w3id.org/security/v1",
        "https://w3id.org/security/multikey/v1",
        {
            "toot": "http://joinmastodon.org/ns#",
            "schema": "http://schema.org#",
            "PropertyValue": "schema:PropertyValue",
            "value": "schema:value",
            "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
            "discoverable": "toot:discoverable",
            "indexable": "toot:indexable",
            "featured": { "@id": "toot:featured", "@type": "@id" },
            "featuredTags": { "@id": "toot:featuredTags", "@type": "@id" },
            "alsoKnownAs": { "@id": "as:alsoKnownAs", "@type": "@id" },
            "movedTo": { "@id": "as:movedTo", "@type": "@id" },
            "attributionDomains": { "@id": "toot:attributionDomains", "@container": "@set" },
            "assertionMethod": { "@id": "https://w3id.org/security#assertionMethod", "@type": "@id", "@container": "@set" },
            "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger"
        }
    ])
}

/// For notes, alone or inside an activity.
pub fn note() -> Value {
    json!([
        ACTIVITYSTREAMS,
        {
            "toot": "http://joinmastodon.org/ns#",
            "gts": "https://gotosocial.org/ns#",
            "sensitive": "as:sensitive",
            "Hashtag": "as:Hashtag",
            "blurhash": "toot:blurhash",
            "sc": "http://schema.org/",
            "subtitleLanguage": "sc:subtitleLanguage",
            "identifier": "sc:identifier",
            "votersCount": "toot:votersCount",
            "quote": { "@id": "https://w3id.org/fep/044f#quote", "@type": "@id" },
            "quoteAuthorization": { "@id": "https://w3id.org/fep/044f#quoteAuthorization", "@type": "@id" },
            "quoteUri": "http://fedibird.com/ns#quoteUri",
            "_misskey_quote": "https://misskey-hub.net/ns/#_misskey_quote",
            "focalPoint": { "@container": "@list", "@id": "toot:focalPoint" },
            "interactionPolicy": { "@id": "gts:interactionPolicy", "@type": "@id" },
            "canQuote": { "@id": "gts:canQuote", "@type": "@id" },
            "automaticApproval": { "@id": "gts:automaticApproval", "@type": "@id" }
        }
    ])
}

/// For quote authorizations and the answers that carry them (FEP-044f).
pub fn quote() -> Value {
    json!([
        ACTIVITYSTREAMS,
        {
            "gts": "https://gotosocial.org/ns#",
            "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
            "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
            "interactingObject": { "@id": "gts:interactingObject", "@type": "@id" },
            "interactionTarget": { "@id": "gts:interactionTarget", "@type": "@id" }
        }
    ])
}

/// A document without its context, to stand inside another.
pub fn without(mut document: Value) -> Value {
    if let Some(object) = document.as_object_mut() {
        object.shift_remove("@context");
    }
    document
}
