//! What a creator asks for, and how it is passed on.

use abi::{factory::ICredentialTokenFactory::TokenCreated, token::ICredentialToken::initializeCall};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolEvent};
use kit::{
    calldata::append_bytes,
    in_code,
    reply::{self, Word},
};
use stylus_sdk::stylus_core::RawLogAccess;

/// Bytes of the five words that stand before the texts, in the token's initialisation as in the event.
const HEAD_BYTES: usize = 160;

/// What a new token starts with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms<'a> {
    /// Who creates it.
    pub(crate) creator: Address,
    /// Its name.
    pub(crate) name: &'a str,
    /// Its symbol.
    pub(crate) symbol: &'a str,
    /// What accrues a day, in base units.
    pub(crate) emission_rate: U256,
    /// What can ever be minted, in base units.
    pub(crate) max_supply: U256,
}

impl Terms<'_> {
    /// The call that initialises the token: an [`initializeCall`], encoded by hand because alloy's takes owned texts.
    pub(crate) fn initialization(&self) -> Vec<u8> {
        let (symbol_at, texts) = self.texts();
        let head = reply::words(&[
            self.creator.word(),
            U256::from(HEAD_BYTES).word(),
            symbol_at.word(),
            self.emission_rate.word(),
            self.max_supply.word(),
        ]);
        [initializeCall::SELECTOR.as_slice(), &head, &texts].concat()
    }

    /// Emits [`TokenCreated`], by hand for the same reason.
    pub(crate) fn emit_created<H: RawLogAccess + ?Sized>(
        &self,
        host: &H,
        credential_id: B256,
        token: Address,
        timestamp: U256,
    ) {
        let (symbol_at, texts) = self.texts();
        let signature = in_code!(TokenCreated::SIGNATURE_HASH).0;
        let topics = [signature, credential_id.0, token.word(), self.creator.word()];
        let head = reply::words(&[
            U256::from(HEAD_BYTES).word(),
            symbol_at.word(),
            self.emission_rate.word(),
            self.max_supply.word(),
            timestamp.word(),
        ]);
        host.emit_log(&[topics.as_flattened(), &head, &texts].concat(), topics.len());
    }

    /// Where the symbol stands behind the head and the name, and both texts.
    fn texts(&self) -> (U256, Vec<u8>) {
        let mut texts = Vec::new();
        append_bytes(&mut texts, self.name.as_bytes());
        let symbol_at = U256::from(texts.len().saturating_add(HEAD_BYTES));
        append_bytes(&mut texts, self.symbol.as_bytes());
        (symbol_at, texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stylus_sdk::testing::TestVM;

    proptest! {
        #[test]
        fn terms_are_passed_on_as_the_abi_encodes_them(
            creator: [u8; 20], name: String, symbol: String, rate: [u8; 32], cap: [u8; 32],
        ) {
            let (creator, rate, cap) = (Address::from(creator), U256::from_be_bytes(rate), U256::from_be_bytes(cap));
            let terms =
                Terms { creator, name: &name, symbol: &symbol, emission_rate: rate, max_supply: cap };
            let call = initializeCall {
                creator,
                name: name.clone(),
                symbol: symbol.clone(),
                emissionRate: rate,
                maxSupply: cap,
            };
            prop_assert_eq!(terms.initialization(), call.abi_encode());

            let (vm, credential_id, token) = (TestVM::new(), B256::repeat_byte(1), Address::repeat_byte(2));
            terms.emit_created(&vm, credential_id, token, U256::ONE);
            let (topics, data) = vm.get_emitted_logs().remove(0);
            let created = TokenCreated {
                credentialId: credential_id,
                tokenAddress: token,
                creator,
                name: name.clone(),
                symbol: symbol.clone(),
                emissionRate: rate,
                maxSupply: cap,
                timestamp: U256::ONE,
            };
            prop_assert_eq!(TokenCreated::decode_raw_log_validate(topics, &data), Ok(created));
        }
    }
}
