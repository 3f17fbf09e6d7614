//! A secret in a file of its own: neither in the settings, which are shown and copied, nor in the environment, which
//! every child inherits. A credential of systemd is such a file.

use std::io::Read as _;
use std::path::Path;

/// What stands in the file, without the line end that editors put behind it; or what is wrong with it, as the end of a
/// sentence.
pub(super) fn read(path: &Path, most: u64) -> Result<String, String> {
    let shown = path.display();
    let mut text = String::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(most + 1).read_to_string(&mut text));
    read.map_err(|e| format!("{shown} cannot be read: {e}"))?;
    let secret = text.trim();
    if secret.is_empty() || text.len() as u64 > most || secret.chars().any(char::is_whitespace) {
        return Err(format!("{shown} does not hold one secret and nothing else"));
    }
    Ok(secret.to_owned())
}
