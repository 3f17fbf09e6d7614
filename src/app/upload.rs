//! A file comes in: written down as it arrives, looked at under limits, stripped, stored, and known by a row.

use std::io::{Read as _, Seek as _};
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::pieces::{Ready, Whole};
use super::{App, pieces};
use crate::actions;
use crate::error::{Error, Problem, Result};
use crate::media::clip;
use crate::media::files::{Files, Unfinished};
use crate::media::hold::Hold;
use crate::media::picture::{self, Shape};
use crate::model::episode;
use crate::model::ids::{AccountId, MediaId};
use crate::model::media::{About, Clip, Media, Small};
use crate::model::power::Attach;
use crate::model::spoken::Spoken;
use crate::model::user::By;
use crate::store::schema::MEDIA;
use crate::store::{Rows as _, media};

/// Takes a file in for an account. A description may still be missing; it is required when it is published.
pub async fn take(app: &Arc<App>, by: By<Attach>, file: Unfinished, about: About) -> Result<Media> {
    take_as(app, by, file, about, Shape::Whole).await
}

/// As `take`; a picture, which is to have a shape.
pub async fn take_as(app: &Arc<App>, by: By<Attach>, file: Unfinished, about: About, shape: Shape) -> Result<Media> {
    let place = admit(app, by, file.length()?).await?;
    let (_, kept, hold) = look_at(app, file, shape, place).await?;
    known(app, by, kept.map(|media| media.with(about)), hold).await
}

/// The place of who looks at a file.
struct Place(OwnedSemaphorePermit);

/// Whether a file of this length may come, and its turn to be looked at. What is refused here can be tried again.
async fn admit(app: &App, by: By<Attach>, length: u64) -> Result<Place> {
    clip::check_weight(length, app.heaviest())?;
    check_room(app, by.account(), length)?;
    app.decoding_room().await.map(Place)
}

/// Takes a file in that came in pieces, once, however often it is named: whoever did not hear what came of it asks again.
/// What stands in its way for now, or is our own fault, leaves it there.
pub async fn take_pieces(app: &Arc<App>, by: By<Attach>, name: &str, about: About) -> Result<Media> {
    let ready = match pieces::whole(app, by, name).await? {
        Whole::Ready(ready) => ready,
        Whole::Ended(Ok(id)) => {
            let there = app.store.read(|rows| rows.get(&MEDIA, &id))?;
            return there.filter(|media| media.account == by.account()).ok_or(Error::NotFound);
        }
        Whole::Ended(Err(problem)) => return Err(Error::Invalid(problem)),
    };
    let place = admit(app, by, ready.length()?).await?;
    let (tell, told) = oneshot::channel();
    let task = Arc::clone(app);
    // Copying two gigabytes takes half a minute: it goes on when its client hangs up.
    app.spawn(async move {
        // Nobody listens any more: the next who asks is told.
        _ = tell.send(end(&task, by, ready, about, place).await);
    });
    told.await.map_err(|e| Error::broken("look at a file", e))?
}

async fn end(app: &Arc<App>, by: By<Attach>, mut ready: Ready, about: About, place: Place) -> Result<Media> {
    let (file, kept, hold) = look_at(app, ready.take()?, Shape::Whole, place).await?;
    let done = known(app, by, kept.map(|media| media.with(about)), hold).await;
    match &done {
        Ok(media) => ready.end(Ok(media.id)),
        Err(Error::Invalid(problem)) => ready.end(Err(problem.clone())),
        Err(_) => ready.put_back(file),
    }
    done
}

/// Looks at a file that was admitted, and keeps what is good in it.
async fn look_at(
    app: &Arc<App>,
    mut file: Unfinished,
    shape: Shape,
    Place(permit): Place,
) -> Result<(Unfinished, Result<Media>, Hold)> {
    let (files, federated) = (app.files.clone(), app.config.media.federated_mb << 20);
    // The place is kept until the work ends, also when its client hangs up.
    let look = move || {
        let mut hold = files.hold();
        let kept = keep(&files, &mut hold, &mut file, shape, federated, permit);
        (file, kept, hold)
    };
    tokio::task::spawn_blocking(look).await.map_err(|e| Error::broken("look at a file", e))
}

/// Writes down what was kept. Where that cannot be, nothing of it stays: see [`Hold`].
async fn known(app: &Arc<App>, by: By<Attach>, kept: Result<Media>, hold: Hold) -> Result<Media> {
    let (media, row) = kept.map(|media| (media.clone(), media))?;
    let id = app.store.write(hold.until(move |tx| actions::media::add(tx, by, &row))).await?;
    Ok(Media { id, account: by.account(), ..media })
}

/// Whether a file fits on the disk, where it is written once more, clean, and among those of its account.
pub(super) fn check_room(app: &App, account: AccountId, length: u64) -> Result<()> {
    app.files.expect(length)?;
    check_quota(app, account, length)
}

/// Whether the account's files leave room for one more. Those that come at the same moment do not see each other.
pub(super) fn check_quota(app: &App, account: AccountId, length: u64) -> Result<()> {
    let taken = app.store.read(|rows| media::weight(rows, account))?.bytes;
    let quota = app.config.media.quota_gb;
    if taken.saturating_add(length) <= quota << 30 {
        return Ok(());
    }
    let what = format!("The files of this account take {} MiB of {quota} GiB; this one does not fit.", taken >> 20);
    let remedy =
        "Delete posts whose files are not needed any more, or let whoever runs the server raise media.quota_gb.";
    Err(Problem::new("E193", what).field("media").remedy(remedy).into())
}

/// As `take`, of bytes at hand.
pub async fn take_bytes(app: &Arc<App>, by: By<Attach>, bytes: &[u8], about: About) -> Result<Media> {
    let mut file = app.files.begin()?;
    file.write(bytes)?;
    take(app, by, file, about).await
}

/// `federated`: bytes of the largest recording that other servers get. `place` is that of who decodes.
fn keep(
    files: &Files,
    hold: &mut Hold,
    file: &mut Unfinished,
    shape: Shape,
    federated: u64,
    place: OwnedSemaphorePermit,
) -> Result<Media> {
    let failed = |e| Error::broken("reading a media file", e);
    let length = file.length()?;
    if length == 0 {
        return Err(Problem::new("E134", "The file is empty.").field("media").remedy("Choose the file again.").into());
    }
    let mut head = Vec::new();
    file.file.rewind().map_err(failed)?;
    (&mut file.file).take(crate::limits::media::HEAD).read_to_end(&mut head).map_err(failed)?;
    if shape == Shape::Whole && clip::is_clip(&head) {
        return keep_clip(files, hold, file, federated, place);
    }
    picture::check_weight(length)?;
    file.file.rewind().map_err(failed)?;
    let mut bytes = Vec::new();
    bytes.reserve_exact(usize::try_from(length).unwrap_or_default());
    file.file.read_to_end(&mut bytes).map_err(failed)?;
    keep_picture(hold, &picture::take(bytes, shape)?)
}

fn keep_clip(
    files: &Files,
    hold: &mut Hold,
    file: &mut Unfinished,
    federated: u64,
    place: OwnedSemaphorePermit,
) -> Result<Media> {
    let found = clip::read(&mut file.file)?;
    let chapters = clip::chapters(&mut file.file)?;
    // Copying takes no memory, and with two gigabytes half a minute: others need not wait for it.
    drop(place);
    let mut clean = files.begin()?;
    found.write(&mut file.file, &mut clean.file)?;
    let (width, height) = found.frame.unwrap_or_default();
    Ok(Media {
        file: hold.keep(clean, found.ext)?,
        mime: found.mime.to_owned(),
        width,
        height,
        bytes: found.bytes(),
        clip: Some(Clip {
            millis: found.millis,
            sound: found.sound,
            chapters: episode::found(chapters, found.millis),
            local: found.bytes() >= federated,
        }),
        ..blank()
    })
}

fn keep_picture(hold: &mut Hold, picture: &picture::Picture) -> Result<Media> {
    let mut put = |file: &picture::Encoded| keep_copy(hold, file);
    let original = put(&picture.original)?;
    Ok(Media {
        small: Some(put(&picture.small)?),
        middle: picture.middle.as_ref().map(put).transpose()?,
        file: original.file,
        mime: original.mime,
        width: picture.width,
        height: picture.height,
        bytes: picture.original.bytes.len() as u64,
        blurhash: picture.blurhash.clone(),
        ..blank()
    })
}

/// Keeps a smaller copy of a picture.
pub(super) fn keep_copy(hold: &mut Hold, copy: &picture::Encoded) -> Result<Small> {
    let file = hold.put(&copy.bytes, copy.ext)?;
    let bytes = copy.bytes.len() as u64;
    Ok(Small { file, mime: copy.mime.to_owned(), width: copy.width, height: copy.height, bytes })
}

/// What the row, its account and its description add.
fn blank() -> Media {
    Media {
        id: MediaId(0),
        account: AccountId(0),
        created: crate::base::time::Timestamp(0),
        alt: String::new(),
        alts: Vec::new(),
        decorative: false,
        file: String::new(),
        mime: String::new(),
        width: 0,
        height: 0,
        bytes: 0,
        small: None,
        blurhash: String::new(),
        middle: None,
        clip: None,
        spoken: Spoken::default(),
        focus: None,
        used: false,
        draft: None,
        fresh: Vec::new(),
    }
}
