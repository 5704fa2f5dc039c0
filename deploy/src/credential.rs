//! Credentials on their way to the registry: attested, signed, registered.

use abi::registry::ICredentialRegistry::{self, CredentialAttestation};
use alloy::primitives::{Address, B256, Bytes};

use crate::{
    chain::{Chain, ChainError, Sent},
    key::Key,
    signing::{credential_id, registry_domain, sign_attestation},
};

/// A credential that an issuer attests, with the signature that proves it.
#[derive(Clone, Debug)]
pub struct Attested {
    /// What is attested.
    pub attestation: CredentialAttestation,
    /// Who attests it: the issuer's first key.
    pub issuer: Address,
    /// Signature over it.
    pub signature: Bytes,
    /// The id that the registry will give to it.
    pub id: B256,
}

impl Attested {
    /// `attestation` with `issuer`'s signature for the registry at `registry`.
    #[must_use]
    pub fn sign(chain_id: u64, registry: Address, issuer: &Key, attestation: CredentialAttestation) -> Self {
        let signature = sign_attestation(issuer, &attestation, &registry_domain(chain_id, registry));
        let id = credential_id(issuer.address(), attestation.credentialType, attestation.subject);
        Self { attestation, issuer: issuer.address(), signature, id }
    }

    /// The call that registers it.
    #[must_use]
    pub fn registration(&self) -> ICredentialRegistry::registerCredentialCall {
        ICredentialRegistry::registerCredentialCall {
            a: self.attestation.clone(),
            issuer: self.issuer,
            signature: self.signature.clone(),
        }
    }

    /// Registers it by a transaction of `relayer`, who needs no other part in it.
    pub async fn register(
        &self,
        chain: &Chain,
        registry: Address,
        relayer: &Key,
    ) -> Result<Sent, ChainError> {
        chain.execute(relayer, registry, self.registration(), "register the credential").await
    }
}
