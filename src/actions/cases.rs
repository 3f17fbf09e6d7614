//! What becomes of what strangers said: who takes it, what is noted, when it is done. Answering and hiding close it.

use super::audit;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::audit::{Act, Deed, Object};
use crate::model::case::{About, Answering, Canned, Case, Stand};
use crate::model::follow::ReactionKind;
use crate::model::ids::{AccountId, ActorId, CannedId, CaseId, NoteId, PostId, UserId};
use crate::model::post::Post;
use crate::model::power::Reply;
use crate::model::user::{Asker, By};
use crate::store::counts::{self, Count};
use crate::store::schema::CANNED;
use crate::store::{Rows, Write, cases, notes, quotes, reactions, users};

/// A case of the account for which the power was shown.
fn own(tx: &Write<'_>, by: By<Reply>, id: CaseId) -> Result<Case> {
    let case = cases::need(tx, id)?;
    if case.accounts.contains(&by.account()) { Ok(case) } else { Err(Error::NotFound) }
}

fn note(tx: &mut Write<'_>, by: By<Reply>, act: Act, case: &Case, (before, after): (String, String)) -> Result<()> {
    let object = match case.about {
        About::Note(id) => Object::Reply(id),
        About::Shares(id) => Object::Post(id),
    };
    audit::note(tx, by.who(), &Deed::new(act).of(by.account()).on(object).change(before, after))
}

/// Gives it to somebody who may answer, or to nobody.
pub fn assign(tx: &mut Write<'_>, by: By<Reply>, id: CaseId, owner: Option<UserId>) -> Result<Case> {
    let mut case = own(tx, by, id)?;
    if case.owner == owner {
        return Ok(case);
    }
    if let Some(user) = owner {
        let user = users::get(tx, user)?.map(Asker::User);
        if !user.is_some_and(|user| case.accounts.iter().any(|account| user.can::<Reply>(*account))) {
            return Err(Problem::new("E586", "They may not answer for this account.")
                .field("owner")
                .remedy("Choose somebody with the role editor or replier.")
                .into());
        }
    }
    let name = |id: Option<UserId>| id.map(|id| id.to_string()).unwrap_or_default();
    note(tx, by, Act::CaseAssign, &case, (name(case.owner), name(owner)))?;
    case.owner = owner;
    cases::put(tx, &case)?;
    Ok(case)
}

/// Says how far it is for the account.
pub fn set(tx: &mut Write<'_>, by: By<Reply>, id: CaseId, stand: Stand) -> Result<Case> {
    let mut case = own(tx, by, id)?;
    let now = tx.now();
    let before = case.stand_of(by.account());
    if before != stand {
        note(tx, by, Act::CaseSet, &case, (before.name().into(), stand.name().into()))?;
    }
    case.set(by.account(), stand, now);
    if let About::Shares(post) = case.about {
        case.seen = counts::get(tx, Count::Boosts(post))?;
    }
    cases::put(tx, &case)?;
    Ok(case)
}

/// Notes something for those alone who work for the account.
pub fn remark(tx: &mut Write<'_>, by: By<Reply>, id: CaseId, text: &str) -> Result<Case> {
    let mut case = own(tx, by, id)?;
    let now = tx.now();
    case.remark(by.account(), by.who().user(), now, text)?;
    note(tx, by, Act::CaseNote, &case, (String::new(), String::new()))?;
    cases::put(tx, &case)?;
    Ok(case)
}

/// Erases an internal note of the account, whoever wrote it: all who may answer for it read the same ones.
pub fn erase_remark(tx: &mut Write<'_>, by: By<Reply>, id: CaseId, number: u32) -> Result<Case> {
    let mut case = own(tx, by, id)?;
    // A colleague was faster.
    let Some(remark) = case.remarks.iter().find(|remark| remark.number == number) else { return Ok(case) };
    if remark.account.is_some_and(|account| account != by.account()) {
        return Err(Error::NotFound);
    }
    case.remarks.retain(|remark| remark.number != number);
    note(tx, by, Act::CaseErase, &case, (number.to_string(), String::new()))?;
    cases::put(tx, &case)?;
    Ok(case)
}

/// Tells the others that somebody begins to answer. Who began before and is not done stays the one they see.
pub fn begin(tx: &mut Write<'_>, by: By<Reply>, id: CaseId) -> Result<Case> {
    let mut case = own(tx, by, id)?;
    let (now, who) = (tx.now(), by.who().user());
    if let Some(who) = who.filter(|who| case.answering(now).is_none_or(|other| other == *who)) {
        case.answering = Some(Answering { who, until: now.plus(limits::desk::ANSWERING) });
        cases::put(tx, &case)?;
    }
    Ok(case)
}

/// An answer of an account is out, from wherever it was written: the case is done, if it is one of theirs.
pub(super) fn answered(tx: &mut Write<'_>, account: AccountId, note: NoteId, post: PostId) -> Result<()> {
    let Some(note) = notes::get(tx, note)?.filter(|note| note.concerns.contains(&account)) else { return Ok(()) };
    let mut case = cases::of_note(tx, &note)?;
    let now = tx.now();
    case.set(account, Stand::Done, now);
    case.answers.push(post);
    if case.answers.len() > limits::desk::ANSWERS {
        case.answers.remove(0);
    }
    cases::put(tx, &case)
}

/// Nobody of the account wants to see it, so there is nothing to answer either.
pub(super) fn close(tx: &mut Write<'_>, account: AccountId, note: &crate::model::note::Note) -> Result<()> {
    let mut case = cases::of_note(tx, note)?;
    let now = tx.now();
    if case.accounts.contains(&account) {
        case.set(account, Stand::Done, now);
    }
    cases::put(tx, &case)
}

/// A post was shared or quoted. One case for each post: opened by the first, by every quote, and by shares when they
/// have doubled since somebody looked.
pub(super) fn shared(tx: &mut Write<'_>, post: &Post, quoted: bool) -> Result<()> {
    let about = About::Shares(post.id);
    match cases::get(tx, about.case())? {
        None => cases::put(tx, &Case::new(about, vec![post.account])),
        Some(mut case) => {
            let shares = counts::get(tx, Count::Boosts(post.id))?;
            if case.is_news(shares) || (quoted && case.stand == Stand::Done) {
                case.stand = Stand::Open;
                cases::put(tx, &case)?;
            }
            Ok(())
        }
    }
}

/// A reaction is taken back: true when there was one. When nothing is left of what was shared, and nobody has done
/// anything about it, the case goes too.
pub(super) fn unshared(tx: &mut Write<'_>, post: PostId, kind: ReactionKind, actor: ActorId) -> Result<bool> {
    let had = reactions::remove(tx, post, kind, actor)?;
    let id = About::Shares(post).case();
    let Some(case) = cases::get(tx, id)?.filter(|_| had && kind == ReactionKind::Boost) else { return Ok(had) };
    let untouched = Case { accounts: case.accounts.clone(), ..Case::new(About::Shares(post), Vec::new()) };
    let left = counts::get(tx, Count::Boosts(post))? > 0 || !quotes::of_post(tx, post)?.is_empty();
    if !left && case == untouched {
        cases::erase(tx, id, &case.accounts)?;
    }
    Ok(had)
}

/// Keeps a text from which answers begin; without an id it is a new one.
pub fn keep_canned(tx: &mut Write<'_>, by: By<Reply>, id: Option<CannedId>, canned: &Canned) -> Result<CannedId> {
    canned.check()?;
    let id = match id {
        Some(id) => {
            tx.need(&CANNED, &(by.account(), id))?;
            id
        }
        None if cases::canned(tx, by.account())?.len() >= limits::desk::CANNED => {
            let what = format!("The account has {} canned answers already.", limits::desk::CANNED);
            return Err(Problem::new("E585", what).field("title").remedy("Delete one that nobody uses.").into());
        }
        None => CannedId(tx.id()),
    };
    tx.put(&CANNED, &(by.account(), id), canned)?;
    audit::note(tx, by.who(), &Deed::new(Act::CannedKeep).of(by.account()).with(canned.title.as_str()))?;
    Ok(id)
}

pub fn drop_canned(tx: &mut Write<'_>, by: By<Reply>, id: CannedId) -> Result<()> {
    let old = tx.need(&CANNED, &(by.account(), id))?;
    tx.remove(&CANNED, &(by.account(), id))?;
    audit::note(tx, by.who(), &Deed::new(Act::CannedDrop).of(by.account()).change(old.title, ""))
}
