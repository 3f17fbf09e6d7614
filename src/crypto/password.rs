//! Passwords, kept as Argon2id makes them (RFC 9106): each try costs memory and time, whoever tries.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use serde::{Deserialize, Serialize};

use super::random;
use crate::error::{Error, Result};
use crate::limits::login::{MEMORY, PASSES};

/// What is stored instead of a password, with the costs it was made at. No `Debug`: it is to stand in no log.
#[derive(Clone, Serialize, Deserialize)]
pub struct Kept {
    salt: [u8; 16],
    hash: [u8; 32],
    /// KiB of memory.
    memory: u32,
    passes: u32,
}

impl Kept {
    /// About 30 ms of processor time and `limits::login::MEMORY`: off the async threads, and few at once.
    pub fn new(password: &str) -> Result<Self> {
        let mut kept = Self { salt: random::bytes(), hash: [0; 32], memory: MEMORY, passes: PASSES };
        kept.hash = kept.hash_of(password)?;
        Ok(kept)
    }

    /// What no password fits. Trying it costs the same, so that nobody hears from the time whether an address is known.
    pub fn nobody() -> Self {
        Self { salt: random::bytes(), hash: random::bytes(), memory: MEMORY, passes: PASSES }
    }

    /// As costly as `new`.
    pub fn fits(&self, password: &str) -> Result<bool> {
        Ok(super::token::equal(&self.hash, &self.hash_of(password)?))
    }

    fn hash_of(&self, password: &str) -> Result<[u8; 32]> {
        let mut hash = [0; 32];
        let params = Params::new(self.memory, self.passes, 1, Some(hash.len())).map_err(broken)?;
        let mut memory = vec![Block::default(); params.block_count()];
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon
            .hash_password_into_with_memory(password.as_bytes(), &self.salt, &mut hash, &mut memory)
            .map_err(broken)?;
        Ok(hash)
    }
}

fn broken(e: argon2::Error) -> Error {
    Error::bug(format!("hash a password: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::digest::hex;

    #[test]
    fn only_the_password_fits() {
        let kept = Kept::new("correct horse battery").unwrap();
        assert!(kept.fits("correct horse battery").unwrap());
        for wrong in ["correct horse batterz", "", "Correct horse battery", "correct horse battery "] {
            assert!(!kept.fits(wrong).unwrap(), "{wrong}");
        }
        assert!(!Kept::nobody().fits("").unwrap());
        assert_ne!(kept.hash, Kept::new("correct horse battery").unwrap().hash, "each has its own salt");
    }

    #[test]
    fn it_is_the_function_that_others_compute() {
        // `printf password | argon2 somesaltsomesalt -id -t 2 -k 1024 -p 1 -l 32`, of the reference implementation.
        let kept = Kept { salt: *b"somesaltsomesalt", hash: [0; 32], memory: 1024, passes: 2 };
        assert_eq!(hex(&kept.hash_of("password").unwrap()), REFERENCE);
    }

    const REFERENCE: &str = "08a19ee7f6d7f589c2ab6af18d6e724172b19f7d6fd462b38430ab31ceabeaf0";
}
