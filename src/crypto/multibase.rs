//! Base58 with Bitcoin's alphabet, for Multikey (FEP-521a). Never for more than a public key, which bounds the
//! quadratic work; never with leading zeros, because a multicodec prefix comes first.

use crate::limits;

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Five symbols at once: 58^5 is the largest power below 2^32.
const CHUNK: u64 = 58 * 58 * 58 * 58 * 58;

/// `bytes` must not begin with zero.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut limbs: Vec<u64> = Vec::new();
    for &byte in bytes {
        let mut carry = u64::from(byte);
        for limb in &mut limbs {
            carry += *limb << 8;
            *limb = carry % CHUNK;
            carry /= CHUNK;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let mut digits = Vec::with_capacity(limbs.len() * 5);
    for mut limb in limbs {
        for _ in 0..5 {
            digits.push(limb % 58);
            limb /= 58;
        }
    }
    let length = digits.iter().rposition(|&digit| digit != 0).map_or(0, |last| last + 1);
    let symbol = |&digit: &u64| usize::try_from(digit).ok().and_then(|at| ALPHABET.get(at)).map(|&s| char::from(s));
    digits.iter().take(length).rev().filter_map(symbol).collect()
}

pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() > limits::signature::MULTIBASE || text.starts_with('1') {
        return None;
    }
    let mut limbs: Vec<u64> = Vec::new();
    for symbol in text.bytes() {
        let mut carry = ALPHABET.iter().zip(0..).find_map(|(&s, digit)| (s == symbol).then_some(digit))?;
        for limb in &mut limbs {
            carry += *limb * 58;
            *limb = carry & 0xffff_ffff;
            carry >>= 32;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let bytes = limbs.iter().rev().flat_map(|limb| {
        let [.., a, b, c, d] = limb.to_be_bytes();
        [a, b, c, d]
    });
    Some(bytes.skip_while(|&byte| byte == 0).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_draft() {
        // draft-msporny-base58-03 §5, the two without leading zeros.
        for (plain, coded) in [
            (&b"Hello World!"[..], "2NEpo7TZRRrLZSi2U"),
            (
                b"The quick brown fox jumps over the lazy dog.",
                "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
            ),
        ] {
            assert_eq!(encode(plain), coded);
            assert_eq!(decode(coded).unwrap(), plain);
        }
    }

    #[test]
    fn only_one_spelling_and_a_limit() {
        for wrong in
            ["12NEpo7TZRRrLZSi2U", "0", "O", "I", "l", "2NEpo7 TZ", "é", &"2".repeat(limits::signature::MULTIBASE + 1)]
        {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_key_comes_back(bytes: Vec<u8>) {
            let bytes = [&[0xed, 0x01], bytes.as_slice()].concat();
            proptest::prop_assert_eq!(decode(&encode(&bytes)).unwrap(), bytes);
        }
    }
}
