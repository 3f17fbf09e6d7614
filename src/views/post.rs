//! One post with everything that stands beside it.

use crate::activitypub::write::text;
use crate::base::lang::Lang;
use crate::error::Result;
use crate::model::account::Account;
use crate::model::ids::{MediaId, PostId};
use crate::model::media::Media;
use crate::model::note::{Note, Shown};
use crate::model::post::{Material, Post, ReplyTo};
use crate::model::site::Site;
use crate::store::counts::{self, Count};
use crate::store::schema::MEDIA;
use crate::store::{Rows, accounts, actors, material, notes, posts};

/// A post as everybody may see it.
#[derive(Debug, Clone)]
pub struct PostView {
    pub material: Material,
    pub avatar: Option<Media>,
    /// Strangers' public replies in the thread that this post begins, shown or not.
    pub replies: u64,
    /// Of these, the ones that somebody released.
    pub replies_shown: u64,
    /// What it answers, when everybody may know of it.
    pub parent: Option<Parent>,
    pub quoted: Option<QuotedView>,
}

/// What a post quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotedView {
    /// Its page.
    pub url: String,
    /// Name and `@user@domain` of its author; empty when it is kept no longer.
    pub name: String,
    pub handle: String,
    /// Its words as safe HTML, while its author lets us show them, and their language.
    pub words: Option<(String, Option<Lang>)>,
}

/// What a post answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// Its page.
    pub url: String,
    /// Name and `@user@domain` of its author.
    pub name: String,
    pub handle: String,
    /// By the same account: a post goes on.
    pub same: bool,
}

/// A post by its id. `Gone` for a deleted one, also when its account was closed.
pub fn post(rows: &impl Rows, site: &Site, id: PostId) -> Result<PostView> {
    view(rows, site, posts::need(rows, id)?)
}

/// A post that is not written down yet, as everybody would see it.
pub fn unwritten(rows: &impl Rows, site: &Site, material: Material) -> Result<PostView> {
    let avatar = picture(rows, material.account.avatar)?;
    let parent = parent(rows, site, &material.post)?;
    Ok(PostView { replies: 0, replies_shown: 0, parent, quoted: None, avatar, material })
}

/// A post that was read already.
pub(super) fn view(rows: &impl Rows, site: &Site, post: Post) -> Result<PostView> {
    let replies = counts::get(rows, Count::Replies(post.id))?;
    let replies_shown = counts::get(rows, Count::RepliesShown(post.id))?;
    let parent = parent(rows, site, &post)?;
    let quoted = quoted(rows, site, &post)?;
    let material = material::of(rows, post)?;
    let avatar = picture(rows, material.account.avatar)?;
    Ok(PostView { material, avatar, replies, replies_shown, parent, quoted })
}

/// A picture of a profile.
pub(super) fn picture(rows: &impl Rows, id: Option<MediaId>) -> Result<Option<Media>> {
    id.map_or(Ok(None), |id| rows.get(&MEDIA, &id))
}

fn quoted(rows: &impl Rows, site: &Site, post: &Post) -> Result<Option<QuotedView>> {
    let Some(quoted) = &post.quoted else { return Ok(None) };
    match quoted.post {
        ReplyTo::Own(id) => {
            let Some(post) = posts::get(rows, id)?.filter(Post::is_public) else { return Ok(None) };
            let account = accounts::need(rows, post.account)?;
            let words = post.main().map(|main| (text::html(site, &post, main), Some(main.lang.clone())));
            let url = site.post_page(&account.handle, id);
            Ok(Some(QuotedView { url, handle: site.handle(&account.handle), name: account.name, words }))
        }
        ReplyTo::Note(id) => {
            let Some(known) = notes::get(rows, id)?.filter(|note| note.content.public) else {
                let (name, handle) = (String::new(), String::new());
                return Ok(Some(QuotedView { url: quoted.uri.clone(), name, handle, words: None }));
            };
            let author = actors::named_by_row(rows, known.author)?;
            let (handle, content) = (author.profile.handle(), known.content);
            let open = quoted.is_allowed() && content.warning.is_empty();
            let words = open.then_some((content.html, content.lang));
            Ok(Some(QuotedView { url: content.url, name: author.profile.name, handle, words }))
        }
    }
}

/// A private answer stays between its writer and us, and what was hidden is not pointed at: both have no address here.
fn parent(rows: &impl Rows, site: &Site, post: &Post) -> Result<Option<Parent>> {
    match post.reply_to {
        None => Ok(None),
        Some(ReplyTo::Own(id)) => {
            let Some(above) = posts::get(rows, id)?.filter(Post::is_public) else { return Ok(None) };
            let Some(account) = accounts::get(rows, above.account)?.filter(|a| a.deleted.is_none()) else {
                return Ok(None);
            };
            Ok(Some(Parent {
                url: site.post_page(&account.handle, id),
                handle: site.handle(&account.handle),
                same: account.id == post.account,
                name: account.name,
            }))
        }
        Some(ReplyTo::Note(id)) => {
            // What was never under a post of ours was not hidden by anybody: we looked it up to answer it.
            let open = |note: &Note| note.content.public && (note.shown != Shown::Hidden || note.thread.is_none());
            let Some(note) = notes::get(rows, id)?.filter(open) else { return Ok(None) };
            let author = actors::named_by_row(rows, note.author)?;
            let handle = author.profile.handle();
            let name = if author.profile.name.is_empty() { handle.clone() } else { author.profile.name };
            Ok(Some(Parent { url: note.content.url, name, handle, same: false }))
        }
    }
}

impl PostView {
    pub fn post(&self) -> &Post {
        &self.material.post
    }

    pub fn account(&self) -> &Account {
        &self.material.account
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::views::samples::{self, House};

    #[test]
    fn a_post_knows_its_numbers_and_what_it_answers() {
        let house = House::new();
        let press = house.account("press");
        let first = house.post(&press, "First");
        let second = house.reply(&press, "Second", ReplyTo::Own(first.id));
        let note = house.note(&house.stranger("ann", "Ann"), &first, None, Shown::Released, "Thanks");
        house.note(&house.stranger("bob", "Bob"), &first, None, Shown::Waiting, "Hm");
        let third = house.reply(&press, "Third", ReplyTo::Note(note.id));

        let view = house.store.read(|r| post(r, &samples::site(), first.id)).unwrap();
        assert_eq!((view.replies, view.replies_shown, view.parent), (2, 1, None));
        let view = house.store.read(|r| post(r, &samples::site(), second.id)).unwrap();
        assert!(view.parent.unwrap().same);
        let parent = house.store.read(|r| post(r, &samples::site(), third.id)).unwrap().parent.unwrap();
        assert_eq!((parent.name.as_str(), parent.handle.as_str()), ("Ann", "@ann@other.example"));
    }

    #[test]
    fn a_private_or_hidden_parent_is_not_pointed_at() {
        let house = House::new();
        let press = house.account("press");
        let first = house.post(&press, "First");
        let hidden = house.note(&house.stranger("ann", "Ann"), &first, None, Shown::Hidden, "Rude");
        let mut private = house.note(&house.stranger("bob", "Bob"), &first, None, Shown::Waiting, "Between us");
        private.content.public = false;
        house.put_note(private.clone());
        for note in [hidden.id, private.id] {
            let answer = house.reply(&press, "Answer", ReplyTo::Note(note));
            let view = house.store.read(|r| post(r, &samples::site(), answer.id)).unwrap();
            assert_eq!(view.parent, None);
        }
    }

    #[test]
    fn a_deleted_post_is_gone_and_an_unknown_one_not_found() {
        let house = House::new();
        let press = house.account("press");
        let first = house.post(&press, "First");
        house.delete(&first);
        assert!(matches!(house.store.read(|r| post(r, &samples::site(), first.id)), Err(Error::Gone)));
        assert!(matches!(house.store.read(|r| post(r, &samples::site(), PostId(5))), Err(Error::NotFound)));
    }
}
