//! Tokens of client programs. Only their hashes are stored.

use crate::error::{Error, Result};
use crate::model::client::{Scopes, Token, TokenId};
use crate::model::ids::{AccountId, UserId};
use crate::model::user::{Own, Owner};
use crate::store::schema::TOKENS;
use crate::store::{Rows, Span, Write, accounts};

/// Keeps a token under the hash of its text.
pub fn add(
    tx: &mut Write<'_>,
    _owner: Owner,
    account: AccountId,
    user: Option<UserId>,
    scopes: &Scopes,
    name: &str,
    hash: [u8; 32],
) -> Result<()> {
    accounts::need(tx, account)?;
    let token = Token { account, scopes: scopes.clone(), name: name.to_owned(), created: tx.now(), user };
    tx.put(&TOKENS, &hash, &token)
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
    let meant: Vec<_> =
        own(tx, by)?.into_iter().map(|(hash, _)| hash).filter(|hash| meant(TokenId::of(hash))).collect();
    for hash in &meant {
        tx.remove(&TOKENS, hash)?;
    }
    Ok(meant.len())
}

/// Revokes the token with this name (see `list`).
pub fn revoke(tx: &mut Write<'_>, _owner: Owner, wanted: &str) -> Result<()> {
    let hash = tx
        .keys(&TOKENS, Span::all())?
        .into_iter()
        .find(|hash| TokenId::of(hash).to_string() == wanted)
        .ok_or(Error::NotFound)?;
    tx.remove(&TOKENS, &hash)?;
    Ok(())
}
