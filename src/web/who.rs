//! Who asks: a client program by its token, a browser by its session.

use crate::crypto::token;
use crate::error::{Error, Result};
use crate::model::client::Token;
use crate::store::Rows;
use crate::store::schema::TOKENS;
use crate::web::request::Request;

/// The token that a client program shows as `Authorization: Bearer …`.
pub fn client(rows: &impl Rows, request: &Request) -> Result<Token> {
    let header = request.header("authorization").ok_or(Error::SignIn)?;
    let (scheme, text) = header.split_once(' ').ok_or(Error::SignIn)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Error::SignIn);
    }
    rows.get(&TOKENS, &token::hash(text.trim()))?.ok_or(Error::SignIn)
}
