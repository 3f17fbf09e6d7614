//! The one cookie of the house: the session of the desk. Readers get none.

use std::time::Duration;

use crate::web::request::Request;

/// Behind https the `__Host-` prefix binds it to this host and to https; a trial on http cannot use that.
fn name(secure: bool) -> &'static str {
    if secure { "__Host-session" } else { "session" }
}

/// The session's token as the browser sent it.
pub fn session(request: &Request, secure: bool) -> Option<String> {
    let header = request.header("cookie")?;
    let mut found =
        header.split(';').filter_map(|pair| pair.trim().split_once('=')).filter(|(key, _)| *key == name(secure));
    let token = found.next()?.1.to_owned();
    // Two cookies of one name mean that somebody planted one.
    found.next().is_none().then_some(token)
}

/// The `Set-Cookie` value for a new session.
pub fn keep(token: &str, age: Duration, secure: bool) -> String {
    let secured = if secure { "; Secure" } else { "" };
    format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secured}", name(secure), age.as_secs())
}

/// The `Set-Cookie` value that takes it away.
pub fn drop(secure: bool) -> String {
    keep("", Duration::ZERO, secure)
}
