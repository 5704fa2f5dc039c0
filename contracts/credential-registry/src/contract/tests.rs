//! The registry alone, on the SDK's test host. Its precompile is a table: [`World::sign`] teaches it one signature
//! over the digest that another EIP-712 implementation computes, so a wrong digest finds nothing.

use super::*;
use abi::registry::ICredentialRegistry::ICredentialRegistryErrors;
use alloy_primitives::{U256, address, b256};
use alloy_sol_types::{SolEvent, SolInterface, SolStruct, eip712_domain};
use std::collections::HashMap;
use stylus_sdk::testing::TestVM;

mod attested;
mod exported;
mod histories;
mod layout;
mod owned;

const OWNER: Address = address!("00000000000000000000000000000000000000ad");
const ISSUER: Address = address!("0000000000000000000000000000000000001550");
const OTHER_ISSUER: Address = address!("0000000000000000000000000000000000001551");
const ALICE: Address = address!("00000000000000000000000000000000000a11ce");
const BOB: Address = address!("0000000000000000000000000000000000000b0b");
const EVE: Address = address!("00000000000000000000000000000000000000ee");

const NOW: u64 = 1_800_000_000;
const DAY: u64 = 86_400;
const BACHELORS: B256 = b256!("00000000000000000000000000000000000000000000000000000000000000ba");
const PHD: B256 = b256!("00000000000000000000000000000000000000000000000000000000000000bd");
const SUBJECT: B256 = b256!("000000000000000000000000000000000000000000000000000000000000050b");
const REASON: u8 = 7;

/// A registry of `OWNER`, in which `ISSUER` may attest every type; the next caller is `EVE`, a relayer.
struct World {
    vm: TestVM,
    registry: CredentialRegistry,
}

impl World {
    fn new() -> Self {
        let vm = TestVM::new();
        vm.set_block_timestamp(NOW);
        let mut registry = CredentialRegistry::from(&vm);
        registry.initialize(OWNER).unwrap();
        vm.set_sender(OWNER);
        registry.add_issuer(ISSUER, vec![], text("https://issuer.example")).unwrap();
        vm.set_sender(EVE);
        Self { vm, registry }
    }

    /// Makes a signature of `signer` over `a`, and teaches it to the precompile.
    fn sign(&self, a: &CredentialAttestation, signer: Address) -> ByteString {
        let digest = a.eip712_signing_hash(&eip712_domain! {
            name: "AIR Credential Registry",
            version: "1",
            chain_id: self.vm.chain_id(),
            verifying_contract: self.vm.contract_address(),
        });
        let (r, s) = (signer.into_word(), B256::with_last_byte(1));
        let question = [digest.0, U256::from(27).to_be_bytes(), r.0, s.0].concat();
        self.vm.mock_static_call(kit::ecdsa::ECRECOVER, question, Ok(signer.into_word().to_vec()));
        ByteString([r.as_slice(), s.as_slice(), &[27]].concat())
    }

    /// Registers `a`, signed by `issuer`.
    fn register_by(&mut self, a: &CredentialAttestation, issuer: Address) -> Result<B256, RegistryError> {
        let signature = self.sign(a, issuer);
        self.registry.register_credential(a.clone(), issuer, signature)
    }

    /// Registers `a`, signed by `ISSUER`.
    fn register(&mut self, a: &CredentialAttestation) -> Result<B256, RegistryError> {
        self.register_by(a, ISSUER)
    }

    /// Calls as `caller`, then as `EVE` again.
    fn by<T>(&mut self, caller: Address, call: impl FnOnce(&mut CredentialRegistry) -> T) -> T {
        self.vm.set_sender(caller);
        let result = call(&mut self.registry);
        self.vm.set_sender(EVE);
        result
    }

    /// Asserts that `call` is refused with `expected`, changes nothing, logs nothing, and that clients can decode why.
    #[track_caller]
    fn refuses<T: std::fmt::Debug>(
        &mut self,
        expected: impl Into<RegistryError>,
        call: impl FnOnce(&mut Self) -> Result<T, RegistryError>,
    ) {
        let (storage, logs) = (self.vm.snapshot().storage, self.vm.get_emitted_logs());
        let error = call(self).expect_err("accepted");
        let expected = expected.into();
        assert_eq!(error, expected);
        let revert = Vec::from(error);
        let decoded = ICredentialRegistryErrors::abi_decode(&revert).expect("an error of the interface");
        assert_eq!(decoded.abi_encode(), revert);
        assert_eq!(written(self.vm.snapshot().storage), written(storage));
        assert_eq!(self.vm.get_emitted_logs(), logs);
    }

    /// The last log, as an event of this type.
    #[track_caller]
    fn last<E: SolEvent>(&self) -> E {
        let (topics, data) = self.vm.get_emitted_logs().pop().expect("a log");
        E::decode_raw_log(topics, &data).expect("an event of this type")
    }

    fn status(&self, id: B256, holder: Address) -> (bool, u8) {
        self.registry.validate_credential(id, holder)
    }
}

fn text(content: &str) -> Text {
    Text(String::from(content))
}

/// The slots that hold something.
fn written(mut storage: HashMap<U256, B256>) -> HashMap<U256, B256> {
    storage.retain(|_, value| !value.is_zero());
    storage
}

/// Alice's bachelor's degree, issued an hour ago, valid for a year, to be registered within a day.
fn degree() -> CredentialAttestation {
    CredentialAttestation {
        subject: SUBJECT,
        holder: ALICE,
        credentialType: BACHELORS,
        issuedAt: NOW - 3_600,
        expiresAt: NOW + 365 * DAY,
        nonce: U256::from(42),
        deadline: U256::from(NOW + DAY),
    }
}
