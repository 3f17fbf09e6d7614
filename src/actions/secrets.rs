//! What people prove themselves by: passwords, the second factor, codes for when it is lost.

use crate::crypto::password::Kept;
use crate::crypto::{token, totp};
use crate::error::{Error, Problem, Result};
use crate::model::audit::{Act, Deed};
use crate::model::ids::UserId;
use crate::model::login::{Secrets, Totp};
use crate::model::user::{Own, Owner};
use crate::store::schema::SECRETS;
use crate::store::{Rows, Write, meta, users};

use super::{audit, calendar, passkeys, sessions};

pub fn of(rows: &impl Rows, user: UserId) -> Result<Secrets> {
    Ok(rows.get(&SECRETS, &user)?.unwrap_or_default())
}

/// Sets a password, and ends every session but the one it was set in: whoever knew the old one is out.
pub fn set_password(tx: &mut Write<'_>, own: Own, password: &Kept, here: Option<[u8; 32]>) -> Result<()> {
    users::need(tx, own.user())?;
    let secrets = Secrets { password: Some(password.clone()), ..of(tx, own.user())? };
    sessions::close(tx, own, |key| Some(key) != here)?;
    calendar::forget(tx, own)?;
    tx.put(&SECRETS, &own.user(), &secrets)?;
    audit::note(tx, own.who(), &Deed::new(Act::PasswordSet).on(own.user()))
}

/// Whether a code is that of somebody's second factor, or one of those that stand in for it; then it is used up. Who
/// has no second factor needs none.
pub(super) fn second(tx: &mut Write<'_>, user: UserId, typed: &str) -> Result<bool> {
    let mut secrets = of(tx, user)?;
    let Some(kept) = &mut secrets.totp else { return Ok(true) };
    if let Some(step) = totp::find(&kept.secret, typed, tx.now(), kept.last) {
        kept.last = step;
    } else {
        let hash = token::hash(&typed.trim().to_ascii_uppercase());
        let Some(at) = secrets.recovery.iter().position(|known| *known == hash) else { return Ok(false) };
        secrets.recovery.remove(at);
    }
    tx.put(&SECRETS, &user, &secrets)?;
    Ok(true)
}

/// The same for what asks for a code once more, although somebody is logged in.
pub(super) fn insist(tx: &mut Write<'_>, user: UserId, typed: &str) -> Result<()> {
    if second(tx, user, typed)? {
        return Ok(());
    }
    let problem = Problem::new("E315", "The code of the second factor is not right.").field("code");
    let remedy =
        "Type the one that the app shows now, or a recovery code. Each opens one thing: wait for the next one.";
    Err(problem.remedy(remedy).into())
}

/// Takes a second factor into use, once a code shows that the phone has the secret. `codes` are the hashes of those that
/// stand in for it.
pub fn set_second(
    tx: &mut Write<'_>,
    own: Own,
    secret: totp::Secret,
    typed: &str,
    codes: &[[u8; 32]],
    here: [u8; 32],
) -> Result<()> {
    let Some(last) = totp::find(&secret, typed, tx.now(), 0) else {
        return Err(Problem::new("E309", "This is not the code that the app shows for this secret.")
            .field("code")
            .remedy("Type the six digits that it shows now; check that the clock of the phone is right.")
            .into());
    };
    let secrets = Secrets { totp: Some(Totp { secret, last }), recovery: codes.to_vec(), ..of(tx, own.user())? };
    sessions::close(tx, own, |key| key != here)?;
    tx.put(&SECRETS, &own.user(), &secrets)?;
    audit::note(tx, own.who(), &Deed::new(Act::SecondFactorSet).on(own.user()))
}

/// Fresh codes in place of those that are left, for whoever shows one.
pub fn set_codes(tx: &mut Write<'_>, own: Own, typed: &str, codes: &[[u8; 32]]) -> Result<()> {
    if !of(tx, own.user())?.has_second() {
        return Err(Error::Conflict("There is no second factor that these codes could stand in for."));
    }
    insist(tx, own.user(), typed)?;
    let mut secrets = of(tx, own.user())?;
    secrets.recovery = codes.to_vec();
    tx.put(&SECRETS, &own.user(), &secrets)?;
    audit::note(tx, own.who(), &Deed::new(Act::SecondFactorCodes).on(own.user()))
}

/// Goes on without a second factor, where that is allowed, for whoever shows it.
pub fn drop_second(tx: &mut Write<'_>, own: Own, typed: &str) -> Result<()> {
    if meta::institution(tx)?.second_factor {
        return Err(Error::Conflict("This institution requires a second factor of everybody."));
    }
    insist(tx, own.user(), typed)?;
    forget_second(tx, own.user())?;
    audit::note(tx, own.who(), &Deed::new(Act::SecondFactorOff).on(own.user()))
}

/// Takes somebody's second factor away, who has lost it: they come in by password or link, and set up another.
pub fn take_second(tx: &mut Write<'_>, owner: Owner, user: UserId) -> Result<()> {
    users::need(tx, user)?;
    sessions::close(tx, owner.for_user(user), |_| true)?;
    calendar::forget(tx, owner.for_user(user))?;
    passkeys::remove(tx, owner.for_user(user), |_| true)?;
    forget_second(tx, user)?;
    audit::note(tx, owner.who(), &Deed::new(Act::SecondFactorTake).on(user))
}

fn forget_second(tx: &mut Write<'_>, user: UserId) -> Result<()> {
    let secrets = Secrets { totp: None, recovery: Vec::new(), ..of(tx, user)? };
    tx.put(&SECRETS, &user, &secrets)
}
