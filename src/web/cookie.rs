//! The two cookies of the house: the session of the desk, and for a few minutes the log-in of whoever is at the identity
//! provider. Readers get none.

use std::time::Duration;

use crate::web::request::Request;

/// A cookie by its two names.
pub struct Cookie {
    /// Behind https the `__Host-` prefix binds it to this host and to https …
    secure: &'static str,
    /// … a trial on http cannot use that.
    plain: &'static str,
}

pub const SESSION: Cookie = Cookie { secure: "__Host-session", plain: "session" };
pub const LOGIN: Cookie = Cookie { secure: "__Host-login", plain: "login" };

impl Cookie {
    fn name(&self, secure: bool) -> &'static str {
        if secure { self.secure } else { self.plain }
    }

    /// The value as the browser sent it.
    pub fn read(&self, request: &Request, secure: bool) -> Option<String> {
        let header = request.header("cookie")?;
        let mut found = header
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(key, _)| *key == self.name(secure));
        let value = found.next()?.1.to_owned();
        // Two cookies of one name mean that somebody planted one.
        found.next().is_none().then_some(value)
    }

    /// The `Set-Cookie` value for a new one.
    pub fn keep(&self, value: &str, age: Duration, secure: bool) -> String {
        let secured = if secure { "; Secure" } else { "" };
        let name = self.name(secure);
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secured}", age.as_secs())
    }

    /// The `Set-Cookie` value that takes it away.
    pub fn drop(&self, secure: bool) -> String {
        self.keep("", Duration::ZERO, secure)
    }
}
