//! Chapters, in a recording and as they are typed: whatever comes, they follow each other, have titles, and are no more
//! than an episode can have.

use std::io::Cursor;

use instance::limits::{clip, podcast};
use instance::media::clip::chapters as brought;
use instance::model::episode;

pub fn chapters(data: &[u8]) {
    let marks = brought(&mut Cursor::new(data)).expect("memory can be read");
    assert!(marks.len() <= clip::MARKS && marks.is_sorted_by(|(one, _), (next, _)| one < next));
    let kept = episode::found(marks, clip::MILLIS);
    assert!(kept.iter().all(|chapter| chapter.millis < clip::MILLIS && !chapter.title.is_empty()));
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = episode::lines(text).flat_map(episode::person).count();
    let Ok(typed) = episode::chapters(text) else { return };
    assert!(typed.len() <= podcast::CHAPTERS && typed.is_sorted_by(|one, next| one.millis < next.millis));
    let written = episode::chapters_typed(&typed);
    if written.len() > podcast::CHAPTERS_TYPED {
        // Addresses in their normal form can be longer than they were.
        return;
    }
    let again = episode::chapters(&written).expect("what was read is written so that it can be read");
    assert!(again.iter().map(|chapter| chapter.millis).eq(typed.iter().map(|chapter| chapter.millis)));
}
