//! Drafts: written by several, looked at, let pass, planned, stopped. What may become of one is decided in `model::draft`;
//! here it is written down. Whatever changes a draft names the revision that was looked at.

pub mod changing;
pub mod links;
mod passing;
mod release;
mod told;

use super::audit;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::account::Account;
use crate::model::audit::{Act, Deed};
use crate::model::draft::{Approval, Content, Draft, Edits, Event, Sheet, Stage};
use crate::model::ids::{AccountId, DraftId, MediaId, UserId};
use crate::model::media::{About, Media};
use crate::model::post::ReplyTo;
use crate::model::power::{self, Administer, Approve, Power, Publish};
use crate::model::user::{Asker, By, Owner, Who};
use crate::store::schema::MEDIA;
use crate::store::{Rows, Write, accounts, drafts, notes, users};

pub use passing::{approve, ask, comment, hold, plan, send_back, unplan, withdraw};
pub(in crate::actions) use release::owing;
pub use release::{miss, publish, release, resume, stop};

/// The power by which somebody writes: who publishes may change what is planned.
#[derive(Debug, Clone, Copy)]
pub enum Pen {
    Author(By<power::Draft>),
    Editor(By<Publish>),
}

impl Pen {
    pub fn of(asker: &Asker, account: AccountId) -> Result<Self> {
        if asker.can::<Publish>(account) {
            return Ok(Self::Editor(asker.may(account)?));
        }
        Ok(Self::Author(asker.may(account)?))
    }

    pub fn account(self) -> AccountId {
        self.draft().account()
    }

    pub fn who(self) -> Who {
        self.draft().who()
    }

    fn draft(self) -> By<power::Draft> {
        match self {
            Self::Author(by) => by,
            Self::Editor(by) => by.to(),
        }
    }

    /// Whether it is that of somebody who publishes.
    pub fn publishes(self) -> bool {
        matches!(self, Self::Editor(_))
    }
}

/// The power by which somebody judges what others wrote. What a colleague may let pass, the account's rule says.
#[derive(Debug, Clone, Copy)]
pub enum Eyes {
    Approver(By<Approve>),
    Colleague(By<power::Draft>),
}

impl Eyes {
    pub fn of(asker: &Asker, account: AccountId) -> Result<Self> {
        if asker.can::<power::Draft>(account) && !asker.can::<Approve>(account) {
            return Ok(Self::Colleague(asker.may(account)?));
        }
        Ok(Self::Approver(asker.may(account)?))
    }

    pub fn account(self) -> AccountId {
        match self {
            Self::Approver(by) => by.account(),
            Self::Colleague(by) => by.account(),
        }
    }

    pub fn who(self) -> Who {
        match self {
            Self::Approver(by) => by.who(),
            Self::Colleague(by) => by.who(),
        }
    }

    fn approves(self) -> bool {
        matches!(self, Self::Approver(_))
    }
}

/// A draft as somebody looked at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub id: DraftId,
    pub revision: u64,
}

impl Seen {
    pub fn of(draft: &Draft) -> Self {
        Self { id: draft.id, revision: draft.revision }
    }

    /// As it was begun.
    pub fn begun(id: DraftId) -> Self {
        Self { id, revision: 1 }
    }
}

/// Said when somebody else was faster. The caller still has what was typed, and shows it beside what is there now.
pub const CHANGED: &str = "Somebody else saved this draft meanwhile.";

/// What makes room.
const REMEDY: &str = "Drop those that nobody needs: at the foot of the page of drafts, many at a time.";

/// Begins a draft, where the account, and whoever only writes for it, has room for one more.
pub fn begin(tx: &mut Write<'_>, pen: Pen, sheet: &Sheet) -> Result<Draft> {
    let open = drafts::open(tx, pen.account())?;
    let full = |what: String| Problem::new("E509", what).field("text").remedy(REMEDY);
    if open.len() >= limits::draft::PER_ACCOUNT {
        return Err(full(format!("The account has {} drafts, and no more fit.", limits::draft::PER_ACCOUNT)).into());
    }
    let own = open.iter().filter(|(.., whose)| whose.is_same(pen.who())).count();
    if !pen.publishes() && own >= limits::draft::PER_AUTHOR {
        let most = limits::draft::PER_AUTHOR;
        return Err(full(format!("{most} drafts of this account are yours, and no more fit.")).into());
    }
    put_down(tx, pen, sheet)
}

/// The same for what is to be held for a moment and then goes out: however many drafts there are, nobody is kept from
/// publishing by that.
pub fn begin_held(tx: &mut Write<'_>, by: By<Publish>, sheet: &Sheet) -> Result<Draft> {
    put_down(tx, Pen::Editor(by), sheet)
}

fn put_down(tx: &mut Write<'_>, pen: Pen, sheet: &Sheet) -> Result<Draft> {
    let account = accounts::need(tx, pen.account())?;
    let id = DraftId(tx.id());
    let edits = changing::begun(tx, account.id, sheet.edits)?;
    let media = check(tx, &account, (id, edits.as_ref()), &sheet.content)?;
    let draft = Draft {
        mentions: sheet.mentions.clone(),
        when: sheet.when.clone(),
        edits,
        ..Draft::new(id, account.id, pen.who(), tx.now(), sheet.content.clone())
    };
    attach(tx, id, media)?;
    audit::note(tx, pen.who(), &Deed::new(Act::DraftBegin).of(account.id).on(id))?;
    drafts::put(tx, &draft)?;
    Ok(draft)
}

/// Puts another content in the place of the one that was looked at. What does not change leaves the approval as it is;
/// a file that is left out is an upload again. What it says already can be saved from any state: a button was pressed twice.
pub fn save(tx: &mut Write<'_>, pen: Pen, seen: Seen, sheet: &Sheet) -> Result<Draft> {
    let mut draft = own(tx, pen.account(), seen.id)?;
    let says_it = draft.says(sheet) && draft.edits.is_none();
    if draft.revision != seen.revision && !says_it {
        return Err(Error::Conflict(CHANGED));
    }
    let account = accounts::need(tx, pen.account())?;
    let media = check(tx, &account, (draft.id, draft.edits.as_ref()), &sheet.content)?;
    let (was, moved) = (told::Was::of(&draft), changing::moved(tx, &draft)?);
    let old = std::mem::replace(&mut draft.content, sheet.content.clone());
    if old == draft.content && moved.is_none() {
        draft.still_open()?;
        draft.closed(pen.who());
        draft.saved = tx.now();
    } else {
        let event = Event::Changed { publishes: pen.publishes() };
        draft.step(&event, pen.who(), tx.now(), account.approval)?;
        draft.touched(pen.who(), tx.now());
        // It goes out as it is now, and nobody plans it again.
        if draft.due().is_some() {
            check_whole(tx, &draft)?;
        }
        // What takes an approval or a plan back is told each time.
        if draft.tell(pen.who(), tx.now()) || draft.stage() != was.stage {
            let deed = Deed::new(Act::DraftEdit).of(draft.account).on(draft.id);
            audit::note(tx, pen.who(), &was.to(deed, &old, &draft))?;
        }
    }
    draft.edits = moved.or(draft.edits);
    draft.mentions.clone_from(&sheet.mentions);
    draft.when.clone_from(&sheet.when);
    for gone in old.media().filter(|old| draft.content.media().all(|new| new.id != old.id)) {
        if tx.get(&MEDIA, &gone.id)?.is_some_and(|media| media.draft == Some(draft.id)) {
            super::media::let_go(tx, gone.id)?;
        }
    }
    attach(tx, draft.id, media)?;
    drafts::put(tx, &draft)?;
    Ok(draft)
}

/// Takes a draft away, with its files. What was published of it stays.
pub fn discard(tx: &mut Write<'_>, pen: Pen, id: DraftId) -> Result<()> {
    let draft = own(tx, pen.account(), id)?;
    draft.still_open()?;
    if draft.due().is_some() && !pen.publishes() {
        return Err(Error::Forbidden("It is planned, and taking it away needs the role editor."));
    }
    let deed = Deed::new(Act::DraftDrop).of(draft.account).on(id).change(draft.stage().name(), "");
    audit::note(tx, pen.who(), &deed)?;
    changing::drop_it(tx, &draft)
}

/// Takes many away at once: those that can go so, and are as they were looked at. Answers how many.
pub fn discard_many(tx: &mut Write<'_>, pen: Pen, all: &[(Seen, Stage)]) -> Result<usize> {
    let mut gone = 0;
    for (seen, stage) in all {
        let same = |draft: &Draft| {
            let as_seen = draft.revision == seen.revision && draft.stage() == *stage;
            draft.account == pen.account() && as_seen
        };
        let Some(draft) = drafts::get(tx, seen.id)?.filter(same) else { continue };
        if goes_along(pen, draft.stage(), draft.writer) {
            discard(tx, pen, draft.id)?;
            gone += 1;
        }
    }
    Ok(gone)
}

/// Whether somebody takes a draft away together with others: their own, and those of everybody when they publish. What is
/// planned is looked at one by one.
pub fn goes_along(pen: Pen, stage: Stage, whose: Who) -> bool {
    stage.is_open() && stage != Stage::Planned && (pen.publishes() || whose.is_same(pen.who()))
}

/// Notes who has the form open; answers who else has. Nobody is shut out: what is saved names its revision.
pub fn open(tx: &mut Write<'_>, pen: Pen, id: DraftId) -> Result<Vec<Who>> {
    let mut draft = own(tx, pen.account(), id)?;
    let busy = draft.busy(pen.who(), tx.now());
    if draft.stage().is_open() {
        draft.opened(pen.who(), tx.now());
        drafts::put(tx, &draft)?;
    }
    Ok(busy)
}

/// Notes that they have not any more.
pub fn close(tx: &mut Write<'_>, pen: Pen, id: DraftId) -> Result<()> {
    let mut draft = own(tx, pen.account(), id)?;
    draft.closed(pen.who());
    drafts::put(tx, &draft)
}

/// Gives what somebody was writing to somebody else, where they may write too; answers how many drafts that were. Whoever
/// could take none of them is no heir.
pub fn hand_over(tx: &mut Write<'_>, owner: Owner, from: UserId, to: UserId) -> Result<usize> {
    let heir = users::need(tx, to)?;
    if heir.off.is_some() || from == to {
        return Err(Problem::new("E510", "Drafts are handed over to somebody who logs in.")
            .field("heir")
            .remedy("Choose another.")
            .into());
    }
    let asker = Asker::User(heir);
    let (mut left, mut others) = (Vec::new(), 0_usize);
    drafts::each(tx, |_, draft| {
        if draft.is_of(from) && draft.stage().is_open() {
            if asker.can::<power::Draft>(draft.account) { left.push(draft) } else { others += 1 }
        }
        Ok(true)
    })?;
    if left.is_empty() && others > 0 {
        return Err(Problem::new("E510", "They may not write for the accounts of these drafts.")
            .field("heir")
            .remedy("Choose somebody who may, or give them a role there first.")
            .into());
    }
    for draft in &mut left {
        draft.writer = Who::User(to);
        draft.open.retain(|editing| editing.by.user() != Some(from));
        drafts::put(tx, draft)?;
    }
    if !left.is_empty() {
        let told = format!("{} to user {to}", left.len());
        audit::note(tx, owner.who(), &Deed::new(Act::DraftHandOver).on(from).with(told))?;
    }
    Ok(left.len())
}

/// Says whose look an account's posts need from now on; whether its plans are stopped stays.
pub fn set_rule(tx: &mut Write<'_>, by: By<Administer>, approval: Approval) -> Result<Account> {
    let mut account = accounts::need(tx, by.account())?;
    let before = account.approval;
    let approval = Approval { stopped: before.stopped, set: before.set, ..approval };
    if before == approval {
        return Ok(account);
    }
    account.approval = Approval { set: Some((by.who(), tx.now())), ..approval };
    let deed = Deed::new(Act::AccountApproval).of(account.id).on(account.id);
    audit::note(tx, by.who(), &deed.change(before.words(), approval.words()))?;
    accounts::put(tx, &account)?;
    Ok(account)
}

/// Whether whoever did something then has the power for it now: they may have left, or lost the role. Programs of
/// somebody stand for them; the operator can always.
pub(super) fn still_can<P: Power>(rows: &impl Rows, who: Who, account: AccountId) -> Result<bool> {
    match (who, who.user()) {
        (Who::Nobody, _) => Ok(false),
        (Who::Operator | Who::User(_) | Who::Client { .. }, None) => Ok(true),
        (Who::Operator | Who::User(_) | Who::Client { .. }, Some(id)) => {
            Ok(users::get(rows, id)?.is_some_and(|user| Asker::User(user).can::<P>(account)))
        }
    }
}

/// A draft of the account for which a power was shown.
fn own(rows: &impl Rows, account: AccountId, id: DraftId) -> Result<Draft> {
    let draft = drafts::need(rows, id)?;
    if draft.account == account { Ok(draft) } else { Err(Error::NotFound) }
}

/// The same, when nobody changed it since.
fn looked_at(rows: &impl Rows, account: AccountId, seen: Seen) -> Result<Draft> {
    let draft = own(rows, account, seen.id)?;
    if draft.revision == seen.revision { Ok(draft) } else { Err(Error::Conflict(CHANGED)) }
}

/// Whether a content can be kept, and its files as they will be. Those that are published with the post that it is a
/// change of stay as they are until it is made.
fn check(
    tx: &Write<'_>,
    account: &Account,
    (id, edits): (DraftId, Option<&Edits>),
    content: &Content,
) -> Result<Vec<(Media, About)>> {
    content.check_bounds()?;
    if content.is_blank() {
        let problem = Problem::new("E543", "There is nothing to keep: no word and no file.").field("text");
        return Err(problem.remedy("Write something first. A draft that nobody needs can be dropped.").into());
    }
    // A draft shows what it answers and quotes to those who may read it. What is gone is found out when it goes out.
    for named in [content.reply_to, content.quote] {
        if let Some(ReplyTo::Note(id)) = named.filter(|_| edits.is_none())
            && notes::get(tx, id)?.is_some_and(|note| !note.is_open_to(account.id))
        {
            return Err(Error::NotFound);
        }
    }
    let (mut media, published) = (Vec::new(), changing::published(tx, edits)?);
    for attached in content.media() {
        let file = super::media::own(tx, account.id, attached.id)?;
        attached.about.check_bounds(file.sort())?;
        if published.contains(&attached.id) {
            continue;
        }
        if file.draft != Some(id) {
            super::media::free(&file)?;
        }
        media.push((file, attached.about.clone()));
    }
    Ok(media)
}

/// Forgets a file that is part of a draft and of nothing else.
fn let_go(tx: &mut Write<'_>, id: DraftId, file: MediaId) -> Result<()> {
    match tx.get(&MEDIA, &file)?.and_then(|media| media.draft) {
        Some(of) if of == id => super::media::forget(tx, file),
        Some(_) | None => Ok(()),
    }
}

fn attach(tx: &mut Write<'_>, id: DraftId, media: Vec<(Media, About)>) -> Result<()> {
    media
        .into_iter()
        .try_for_each(|(file, about)| super::media::set(tx, Media { draft: Some(id), ..file }, &about).map(|_| ()))
}

/// Whether it may go on its way: everything that is missing is asked for before somebody looks at it or a time is set.
fn check_whole(rows: &impl Rows, draft: &Draft) -> Result<()> {
    check_ready(rows, draft)?;
    draft.content.check_described()
}

/// The same, for a press that changes nothing of it. What somebody let pass or planned was whole then; where that was
/// before descriptions were demanded in every language of a post, it goes its way all the same, at its moment too: to
/// describe a file would be a change, and take the approval with it.
fn check_way(rows: &impl Rows, draft: &Draft, approval: Approval) -> Result<()> {
    if draft.due().is_some() || draft.is_let_pass(approval) {
        check_ready(rows, draft)
    } else {
        check_whole(rows, draft)
    }
}

/// Whether it could be published as it is, descriptions of its files in their main language included.
fn check_ready(rows: &impl Rows, draft: &Draft) -> Result<()> {
    draft.content.check()?;
    for attached in draft.content.media() {
        let file: Media = rows.need(&MEDIA, &attached.id)?;
        file.check(&attached.about)?;
    }
    Ok(())
}
