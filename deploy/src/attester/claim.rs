//! What is attested: that somebody holds a credential.

use abi::registry::{ICredentialRegistry::CredentialAttestation, credential_type};
use alloy::primitives::{Address, B256, U256, keccak256};

/// How far an issuer's clock may run ahead of the chain's, in seconds; the registry allows as much.
pub const CLOCK_SKEW: u64 = 300;

/// What is wrong with a claim. The registry would refuse it too, after gas was paid.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ClaimError {
    /// No nullifier.
    #[error("the subject is zero: it has to be the nullifier that the verification gave")]
    ZeroSubject,
    /// No wallet.
    #[error("the holder is the zero address: it has to be the wallet whose owner was logged in")]
    ZeroHolder,
    /// A time that hasn't come.
    #[error(
        "the credential is issued at {issued_at}, but it is {now}: check the clock (both are Unix seconds)"
    )]
    IssuedInFuture {
        /// When it is said to be issued.
        issued_at: u64,
        /// The time.
        now: u64,
    },
    /// A time that is over.
    #[error("the credential expired at {expires_at}, and it is {now} (Unix seconds): have it verified again")]
    Expired {
        /// Until when it was valid.
        expires_at: u64,
        /// The time.
        now: u64,
    },
}

/// A credential and its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Nullifier.
    pub subject: B256,
    /// The wallet that the credential is for.
    pub holder: Address,
    /// The type by its name.
    pub credential_type: String,
    /// Unix seconds.
    pub issued_at: u64,
    /// Unix seconds; 0 never.
    pub expires_at: u64,
}

impl Claim {
    /// Checks what can be told without the registry, at `now` in Unix seconds.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self, now: u64) -> Result<(), ClaimError> {
        if self.subject.is_zero() {
            return Err(ClaimError::ZeroSubject);
        }
        if self.holder.is_zero() {
            return Err(ClaimError::ZeroHolder);
        }
        if self.issued_at > now.saturating_add(CLOCK_SKEW) {
            return Err(ClaimError::IssuedInFuture { issued_at: self.issued_at, now });
        }
        if self.expires_at != 0 && self.expires_at <= now {
            return Err(ClaimError::Expired { expires_at: self.expires_at, now });
        }
        Ok(())
    }

    /// What the issuer signs.
    #[must_use]
    pub fn attestation(&self, nonce: U256, deadline: U256) -> CredentialAttestation {
        CredentialAttestation {
            subject: self.subject,
            holder: self.holder,
            credentialType: credential_type(&self.credential_type),
            issuedAt: self.issued_at,
            expiresAt: self.expires_at,
            nonce,
            deadline,
        }
    }

    /// A nonce that follows from the claim and what proves it, so that the same proof can't be attested twice with two
    /// nonces. Nonces are unordered, and other content has another one.
    #[must_use]
    pub fn nonce(&self, proof: B256) -> U256 {
        let times = [self.issued_at, self.expires_at].map(u64::to_be_bytes).concat();
        let credential_type = credential_type(&self.credential_type);
        let content = [
            self.subject.as_slice(),
            self.holder.as_slice(),
            credential_type.as_slice(),
            &times,
            proof.as_slice(),
        ];
        U256::from_be_bytes(keccak256(content.concat()).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn claim() -> Claim {
        Claim {
            subject: B256::repeat_byte(1),
            holder: Address::repeat_byte(2),
            credential_type: "MASTERS".to_owned(),
            issued_at: NOW - 10,
            expires_at: 0,
        }
    }

    #[test]
    fn check_finds_each_fault_at_its_edge() {
        assert_eq!(claim().check(NOW), Ok(()));
        assert_eq!(Claim { subject: B256::ZERO, ..claim() }.check(NOW), Err(ClaimError::ZeroSubject));
        assert_eq!(Claim { holder: Address::ZERO, ..claim() }.check(NOW), Err(ClaimError::ZeroHolder));
        let issued = |issued_at| Claim { issued_at, ..claim() }.check(NOW);
        assert_eq!(issued(NOW + 300), Ok(()));
        assert_eq!(issued(NOW + 301), Err(ClaimError::IssuedInFuture { issued_at: NOW + 301, now: NOW }));
        let expires = |expires_at| Claim { expires_at, ..claim() }.check(NOW);
        assert_eq!(expires(NOW + 1), Ok(()));
        assert_eq!(expires(NOW), Err(ClaimError::Expired { expires_at: NOW, now: NOW }));
    }

    #[test]
    fn nonce_differs_with_everything_that_is_attested() {
        let proof = B256::repeat_byte(7);
        let others = [
            Claim { subject: B256::repeat_byte(3), ..claim() },
            Claim { holder: Address::repeat_byte(3), ..claim() },
            Claim { credential_type: "PHD".to_owned(), ..claim() },
            Claim { issued_at: 1, ..claim() },
            Claim { expires_at: 1, ..claim() },
        ];
        assert_eq!(claim().nonce(proof), claim().nonce(proof));
        assert_ne!(claim().nonce(proof), claim().nonce(B256::ZERO));
        assert!(others.iter().all(|other| other.nonce(proof) != claim().nonce(proof)));
    }
}
