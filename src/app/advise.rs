//! Advice about a text, with what this server knows of its institution, the day, and who was found.

use super::App;
use crate::base::markup::{self, Handle};
use crate::error::Result;
use crate::model::advice::{self, Advice, Around};
use crate::model::post::{Mention, Version};
use crate::store::meta;

/// What there is to say about the versions of a post, in which `found` were found; none where nobody was looked up.
pub fn on(app: &App, versions: &[Version], found: Option<&[Mention]>) -> Result<Vec<Advice>> {
    let institution = app.store.read(meta::institution)?;
    let unknown = found.map(|found| unknown(app, versions, found)).unwrap_or_default();
    let today = app.now().in_zone(&institution.zone()).date();
    Ok(advice::on(versions, &Around { languages: &institution.languages, today, unknown: &unknown }))
}

/// Names that stay plain text. A trial asks no other servers, so it cannot tell of those.
fn unknown(app: &App, versions: &[Version], found: &[Mention]) -> Vec<String> {
    let site = &app.site;
    let ours = |handle: &Handle| site.is_ours(handle.domain.as_deref());
    let is_found = |handle: &Handle| {
        found.iter().any(|mention| {
            let same = mention.user.eq_ignore_ascii_case(&handle.user);
            same && if ours(handle) { mention.own.is_some() } else { Some(&mention.domain) == handle.domain.as_ref() }
        })
    };
    let mut unknown: Vec<String> = Vec::new();
    for handle in versions.iter().flat_map(|version| markup::mentions(&version.text)) {
        let name = handle.domain.as_ref().map_or_else(|| handle.user.clone(), |at| format!("{}@{at}", handle.user));
        if !is_found(&handle) && (site.live || ours(&handle)) && !unknown.contains(&name) {
            unknown.push(name);
        }
    }
    unknown
}
