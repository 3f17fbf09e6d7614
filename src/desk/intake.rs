//! A file that a form brings, taken in the same way wherever it belongs: what came is kept at once, so that it need not be
//! sent again whatever else is wrong, and what came earlier has to be there for this account and for this place still.

use std::sync::Arc;

use super::faults::Faults;
use crate::app::{App, upload};
use crate::error::{Error, Problem, Result};
use crate::media::files::Unfinished;
use crate::media::picture::Shape;
use crate::model::ids::MediaId;
use crate::model::media::{About, Media};
use crate::model::power::Attach;
use crate::model::user::By;
use crate::store::Rows as _;
use crate::store::schema::MEDIA;

/// A place of a form for one file.
pub(super) struct Place<'a> {
    /// Where it is said what is wrong.
    pub field: String,
    pub file: Option<Unfinished>,
    /// What is there from before; what came takes its place, unless it is refused.
    pub kept: &'a mut Option<MediaId>,
    /// Files that are part of what the form changes: others must be part of nothing.
    pub of: &'a [MediaId],
    pub shape: Shape,
    /// Whether a file can stand here.
    pub check: fn(&Media) -> Result<()>,
}

/// Keeps what came; answers what is there now. What is wrong stands at the field.
pub(super) async fn take(
    app: &Arc<App>,
    by: By<Attach>,
    place: Place<'_>,
    faults: &mut Faults,
) -> Result<Option<Media>> {
    let Place { field, file, kept, of, shape, check } = place;
    if let Some(file) = file {
        let came = upload::take_as(app, by, file, About::default(), shape).await;
        match came.and_then(|media| check(&media).map(|()| media.id)) {
            Ok(id) => *kept = Some(id),
            Err(Error::Invalid(problem)) => faults.push(field.clone(), &problem),
            Err(e) => return Err(e),
        }
    }
    let Some(id) = *kept else { return Ok(None) };
    let free = |media: &Media| !media.used && media.draft.is_none();
    let ours = |media: &Media| media.account == by.account() && (free(media) || of.contains(&id));
    let there = app.store.read(|rows| rows.get(&MEDIA, &id))?.filter(ours);
    let fits = there.as_ref().map_or_else(|| Err(gone()), check);
    match fits {
        Ok(()) => Ok(there),
        Err(Error::Invalid(problem)) => {
            *kept = None;
            faults.push(field, &problem);
            Ok(None)
        }
        Err(e) => Err(e),
    }
}

fn gone() -> Error {
    Problem::new("E158", "The file is not there for this account (any more).").remedy("Choose it again.").into()
}
