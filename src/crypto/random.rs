//! Randomness: the only place in the house that asks for it.

/// Bytes that nobody can guess, from the operating system's generator.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system's generator does not fail once the process runs");
    bytes
}

/// The random part of a new id (`base::id::Ids::next`).
pub fn salt() -> u16 {
    u16::from_ne_bytes(bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_differ_and_fill_the_whole_array() {
        let (one, other) = (bytes::<64>(), bytes::<64>());
        assert_ne!(one, other);
        assert_ne!(one[48..], [0; 16]);
        assert!((0..64).any(|_| salt() != salt()));
    }
}
