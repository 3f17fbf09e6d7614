//! What the verbs write down of themselves: one entry of the audit log, in the transaction of the act.

use crate::crypto::{digest, random};
use crate::error::Result;
use crate::model::audit::{Deed, Object, Told};
use crate::model::client::TokenId;
use crate::model::user::Who;
use crate::store::schema::TOKENS;
use crate::store::{Rows, Span, Write, accounts, audit, users};

/// Writes down who did what. Every verb that a person causes calls it, after its last check.
pub fn note(tx: &mut Write<'_>, who: Who, deed: &Deed) -> Result<()> {
    let told = Told::new(digest::hex(&random::bytes::<16>()), &called(tx, who)?, &object(tx, deed)?, deed);
    audit::append(tx, who, deed, &told, None).map(|_| ())
}

/// What whoever did it is called.
fn called(rows: &impl Rows, who: Who) -> Result<String> {
    let user = who.user().map_or(Ok(None), |id| users::get(rows, id))?;
    let user = user.map(|user| user.shown().to_owned()).unwrap_or_default();
    Ok(match who {
        Who::Operator | Who::Nobody | Who::User(_) => user,
        Who::Client { token, .. } => {
            let tokens = rows.rows(&TOKENS, Span::all())?;
            let token = tokens.into_iter().find(|(hash, _)| TokenId::of(hash) == token);
            let name = token.map(|(_, token)| token.name).unwrap_or_default();
            if user.is_empty() { name } else { format!("{user} ({name})") }
        }
    })
}

/// What the object is called, where its number alone tells people nothing.
fn object(rows: &impl Rows, deed: &Deed) -> Result<String> {
    Ok(match &deed.object {
        Some(Object::User(id)) => users::get(rows, *id)?.map(|user| user.shown().to_owned()).unwrap_or_default(),
        Some(Object::Account(id)) => {
            accounts::get(rows, *id)?.map(|account| format!("@{}", account.handle)).unwrap_or_default()
        }
        Some(
            Object::Post(_)
            | Object::Draft(_)
            | Object::Reply(_)
            | Object::Media(_)
            | Object::Podcast(_)
            | Object::Token(_)
            | Object::Elsewhere(_)
            | Object::Server(_)
            | Object::Setting(_),
        )
        | None => String::new(),
    })
}
