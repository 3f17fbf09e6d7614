//! Tokens of client programs. Only their hashes are stored.

use crate::error::{Error, Result};
use crate::model::audit::{Act, Deed};
use crate::model::client::{Scopes, Token, TokenId};
use crate::model::ids::{AccountId, UserId};
use crate::model::user::{Own, Owner};
use crate::store::schema::TOKENS;
use crate::store::{Rows, Span, Write, accounts};

use super::audit;

/// Keeps a token under the hash of its text.
pub fn add(
    tx: &mut Write<'_>,
    owner: Owner,
    account: AccountId,
    user: Option<UserId>,
    scopes: &Scopes,
    name: &str,
    hash: [u8; 32],
) -> Result<()> {
    accounts::need(tx, account)?;
    let token = Token { account, scopes: scopes.clone(), name: name.to_owned(), created: tx.now(), user };
    tx.put(&TOKENS, &hash, &token)?;
    let deed = Deed::new(Act::TokenAdd).of(account).on(TokenId::of(&hash)).with(format!("{name}: {scopes}"));
    audit::note(tx, owner.who(), &deed)
}

/// The token with this name.
pub(super) fn named(rows: &impl Rows, id: TokenId) -> Result<Option<Token>> {
    Ok(rows.rows(&TOKENS, Span::under(&id.0).limit(1))?.pop().map(|(_, token)| token))
}

/// All tokens, with the first digits of their hashes as names to revoke them by.
pub fn list(rows: &impl Rows, _owner: Owner) -> Result<Vec<(String, Token)>> {
    let tokens = rows.rows(&TOKENS, Span::all())?;
    Ok(tokens.into_iter().map(|(hash, token)| (TokenId::of(&hash).to_string(), token)).collect())
}

/// A user's own tokens, each with its hash.
pub fn own(rows: &impl Rows, own: Own) -> Result<Vec<([u8; 32], Token)>> {
    Ok(rows.rows(&TOKENS, Span::all())?.into_iter().filter(|(_, token)| token.user == Some(own.user())).collect())
}

/// Revokes those of a user's own tokens that are meant; answers how many.
pub fn revoke_own(tx: &mut Write<'_>, by: Own, meant: impl Fn(TokenId) -> bool) -> Result<usize> {
    let gone = drop_own(tx, by, meant)?;
    for id in &gone {
        audit::note(tx, by.who(), &Deed::new(Act::TokenRevoke).on(*id))?;
    }
    Ok(gone.len())
}

/// The same as part of another act.
pub(super) fn drop_own(tx: &mut Write<'_>, by: Own, meant: impl Fn(TokenId) -> bool) -> Result<Vec<TokenId>> {
    let meant: Vec<_> =
        own(tx, by)?.into_iter().map(|(hash, _)| hash).filter(|hash| meant(TokenId::of(hash))).collect();
    for hash in &meant {
        tx.remove(&TOKENS, hash)?;
    }
    Ok(meant.iter().map(TokenId::of).collect())
}

/// Revokes the token with this name (see `list`).
pub fn revoke(tx: &mut Write<'_>, owner: Owner, wanted: &str) -> Result<()> {
    let hash = tx
        .keys(&TOKENS, Span::all())?
        .into_iter()
        .find(|hash| TokenId::of(hash).to_string() == wanted)
        .ok_or(Error::NotFound)?;
    audit::note(tx, owner.who(), &Deed::new(Act::TokenRevoke).on(TokenId::of(&hash)))?;
    tx.remove(&TOKENS, &hash)?;
    Ok(())
}
