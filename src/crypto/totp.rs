//! The second factor: codes that a phone computes from a shared secret and the time (RFC 6238, SHA-1, six digits, as
//! every app of the kind knows it).

use aws_lc_rs::hmac;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::random;
use crate::base::time::Timestamp;
use crate::limits::login::{DRIFT, STEP};

/// 160 bits, as RFC 4226 §4 recommends.
pub type Secret = [u8; 20];

pub fn secret() -> Secret {
    random::bytes()
}

/// The step whose code was typed: one of now, or of a phone whose clock is a little wrong; never one up to `last`, so
/// that a code that was looked at over a shoulder is worth nothing.
pub fn find(secret: &Secret, typed: &str, now: Timestamp, last: u64) -> Option<u64> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let step = now.seconds() / STEP;
    let from = step.saturating_sub(DRIFT).max(last.saturating_add(1));
    (from..=step + DRIFT).find(|step| super::token::equal(code(secret, *step).as_bytes(), typed.as_bytes()))
}

/// The six digits of a step (RFC 4226 §5.3).
pub fn code(secret: &Secret, step: u64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let at = bytes.last().map_or(0, |last| usize::from(last & 15));
    let four = bytes.get(at..at + 4).and_then(|part| part.try_into().ok()).map_or(0, u32::from_be_bytes);
    format!("{:06}", (four & 0x7fff_ffff) % 1_000_000)
}

/// The secret as people type it into an app: base 32 (RFC 4648 §6) in groups of four.
pub fn spelled(secret: &Secret) -> String {
    let text = base32(secret);
    let mut spelled = String::with_capacity(text.len() + text.len() / 4);
    for (at, symbol) in text.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            spelled.push(' ');
        }
        spelled.push(symbol);
    }
    spelled
}

/// Reads what `spelled` wrote.
pub fn read(text: &str) -> Option<Secret> {
    let mut secret = [0; 20];
    let (mut bits, mut count, mut at) = (0_u32, 0, 0);
    for symbol in text.bytes().filter(|byte| *byte != b' ') {
        let five = SYMBOLS.iter().position(|known| *known == symbol)?;
        bits = (bits << 5) | u32::try_from(five).ok()?;
        count += 5;
        if count >= 8 {
            count -= 8;
            *secret.get_mut(at)? = u8::try_from((bits >> count) & 0xff).ok()?;
            at += 1;
        }
    }
    (at == secret.len() && count == 0).then_some(secret)
}

const SYMBOLS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Twenty bytes are thirty-two symbols, without padding.
fn base32(secret: &Secret) -> String {
    let mut text = String::with_capacity(32);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in secret {
        bits = (bits << 8) | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            let five = usize::try_from((bits >> count) & 31).unwrap_or_default();
            text.push(SYMBOLS.get(five).map_or('A', |symbol| char::from(*symbol)));
        }
    }
    text
}

/// What the picture for the phone says: the `otpauth` address that apps of the kind read.
pub fn address(secret: &Secret, institution: &str, email: &str) -> String {
    let spell = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let (issuer, name) = (spell(institution), spell(email));
    format!("otpauth://totp/{issuer}:{name}?secret={}&issuer={issuer}", base32(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B; its secret is the digits 1 to 0, twice.
    const SECRET: Secret = *b"12345678901234567890";

    #[test]
    fn the_codes_of_the_standard() {
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(&SECRET, seconds / 30), expected);
            let now = Timestamp(seconds * 1000);
            assert_eq!(find(&SECRET, expected, now, 0), Some(seconds / 30));
            assert_eq!(find(&SECRET, &format!(" {} {}", &expected[..3], &expected[3..]), now, 0), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_is_taken_a_step_early_or_late_and_once() {
        let at = |step: u64| Timestamp(step * STEP * 1000);
        let typed = code(&SECRET, 1_000);
        assert_eq!(find(&SECRET, &typed, at(999), 0), Some(1_000));
        assert_eq!(find(&SECRET, &typed, at(1_001), 0), Some(1_000));
        assert_eq!(find(&SECRET, &typed, at(998), 0), None);
        assert_eq!(find(&SECRET, &typed, at(1_002), 0), None);
        assert_eq!(find(&SECRET, &typed, at(1_000), 999), Some(1_000));
        assert_eq!(find(&SECRET, &typed, at(1_000), 1_000), None, "used");
        assert_eq!(find(&SECRET, "", at(1_000), 0), None);
        assert_eq!(find(&SECRET, &typed, at(1_000), u64::MAX), None);
    }

    #[test]
    fn secrets_are_spelled_and_read() {
        assert_eq!(spelled(&SECRET), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(read(&spelled(&SECRET)), Some(SECRET));
        let fresh = secret();
        assert_eq!(read(&spelled(&fresh)), Some(fresh));
        for wrong in ["", "GEZD", "gezdgnbvgy3tqojqgezdgnbvgy3tqojq", &"A".repeat(33), &"A".repeat(40), &"0".repeat(32)]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(
            address(&SECRET, "City of X", "a@x.example"),
            "otpauth://totp/City%20of%20X:a%40x%2Eexample?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=City%20of%20X"
        );
    }
}
