//! ERC-2612: an approval that the owner signs and anyone brings.

use abi::erc2612::IERC2612::{ERC2612ExpiredSignature, ERC2612InvalidSigner};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use stylus_sdk::prelude::*;

use crate::{
    ecdsa, eip712,
    word::{WordMap, account},
};

/// `keccak256` of the permit's EIP-712 type.
pub const PERMIT_TYPEHASH: B256 =
    eip712::hash_of("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

crate::errors! {
    /// Why a permit was refused.
    pub PermitError: ERC2612ExpiredSignature { deadline }, ERC2612InvalidSigner { signer, owner }
}

/// What the owner signs, without the nonce, which the contract knows.
#[derive(Clone, Copy, Debug)]
pub struct Approval {
    /// Whose tokens.
    pub owner: Address,
    /// Who may move them.
    pub spender: Address,
    /// How many, in base units.
    pub value: U256,
    /// Last second in which the permit can be brought, in Unix seconds.
    pub deadline: U256,
}

/// A secp256k1 signature.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// Recovery id, 27 or 28.
    pub v: u8,
    /// x coordinate of the nonce point.
    pub r: B256,
    /// The proof; only the lower half of the group order is accepted.
    pub s: B256,
}

/// The nonces of permits.
///
/// Layout v1, append-only:
///
/// | slot | field | content |
/// |---|---|---|
/// | 0 | `next` | owner → nonce |
#[storage]
pub struct Permits {
    /// The nonce of the next permit, by owner.
    next: WordMap<Address>,
}

impl Permits {
    /// The nonce that `owner`'s next permit has to carry.
    #[must_use]
    pub fn nonce(&self, owner: Address) -> U256 {
        self.next.at(owner).number()
    }

    /// Checks that `approval` is signed by its owner for the EIP-712 domain `domain` with the current nonce, and uses
    /// the nonce up. The contract then approves.
    ///
    /// Errors: [`ERC2612ExpiredSignature`] after the deadline; [`ERC2612InvalidSigner`] unless the owner signed exactly
    /// this in the one accepted form (low `s`, `v` 27 or 28).
    pub fn consume(
        &mut self,
        domain: B256,
        approval: &Approval,
        signature: &Signature,
    ) -> Result<(), PermitError> {
        let Approval { owner, spender, value, deadline } = *approval;
        if U256::from(self.vm().block_timestamp()) > deadline {
            return Err(ERC2612ExpiredSignature { deadline }.into());
        }
        let nonce = self.nonce(owner);
        let message = eip712::hash_words(&[
            PERMIT_TYPEHASH.0,
            account(owner).0,
            account(spender).0,
            value.to_be_bytes(),
            nonce.to_be_bytes(),
            deadline.to_be_bytes(),
        ]);
        let digest = eip712::digest(domain, message);
        let signer = ecdsa::recover(self.vm(), digest, signature.v, signature.r, signature.s);
        if signer != Some(owner) {
            let signer = signer.unwrap_or_default();
            return Err(ERC2612InvalidSigner { signer, owner }.into());
        }
        // Cannot overflow: a nonce counts transactions.
        self.next.at_mut(owner).set_number(nonce.wrapping_add(U256::ONE));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
