//! Strangers' public keys: a key that is read can be written in both spellings and read again, and signs nothing.

use instance::crypto::keys::PublicKey;

/// A PEM text or a Multikey.
pub fn keys(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(key) = PublicKey::from_multibase(text) {
        assert_eq!(key.to_multibase(), text, "there is one spelling");
        sound(&key);
    }
    if let Ok(key) = PublicKey::from_pem(text) {
        sound(&key);
    }
}

fn sound(key: &PublicKey) {
    assert_eq!(PublicKey::from_pem(&key.to_pem()).ok().as_ref(), Some(key));
    assert_eq!(PublicKey::from_multibase(&key.to_multibase()).ok().as_ref(), Some(key));
    let stored = serde_json::to_string(key).expect("a key can be stored");
    assert_eq!(serde_json::from_str::<PublicKey>(&stored).ok().as_ref(), Some(key));
    // The signatures that weak keys take for good: none, zero, one.
    for length in [0, 64, 256, 1024] {
        let zero = vec![0; length];
        let one: Vec<u8> = [1].into_iter().chain(std::iter::repeat_n(0, length)).take(length).collect();
        assert!(!key.verify(b"", &zero) && !key.verify(b"message", &zero) && !key.verify(b"message", &one));
    }
}
