//! The registry alone, on the SDK's test host. Its precompile is a table: [`World::sign`] teaches it one signature
//! over the digest that another EIP-712 implementation computes, so a wrong digest finds nothing.

use super::*;
use abi::{
    announced::IAnnounced::{AlreadyLaunched, NotScheduled, NotYetDue, ScheduleExpired},
    initializable::IInitializable::{AlreadyInitialized, DirectInitialization},
    ownable::IOwnable::{OwnableInvalidOwner, OwnableUnauthorizedAccount},
    pausable::IPausable::{EnforcedPause, ExpectedPause, GuardianUnauthorizedAccount},
    registry::ICredentialRegistry::ICredentialRegistryErrors,
};
use alloy_primitives::{address, b256};
use alloy_sol_types::{Eip712Domain, SolError, SolInterface, SolStruct, eip712_domain};
use std::collections::HashMap;
use stylus_sdk::testing::TestVM;

mod announced;
mod attested;
mod changed;
mod histories;
mod issuers;
mod lapses;
mod layout;
mod owned;
mod routed;
mod stolen;

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
        registry.add_issuer(ISSUER, &[], b"https://issuer.example").unwrap();
        vm.set_sender(EVE);
        Self { vm, registry }
    }

    fn domain(&self) -> Eip712Domain {
        eip712_domain! {
            name: "AIR Credential Registry",
            version: "1",
            chain_id: self.vm.chain_id(),
            verifying_contract: self.vm.contract_address(),
        }
    }

    /// What has to be signed, by another implementation.
    fn digest(&self, message: &impl SolStruct) -> B256 {
        message.eip712_signing_hash(&self.domain())
    }

    /// Makes a signature of `signer` over `message`, and teaches it to the precompile.
    fn sign(&self, message: &impl SolStruct, signer: Address) -> Vec<u8> {
        let digest = self.digest(message);
        let (r, s) = (signer.into_word(), B256::with_last_byte(1));
        let question = [digest.0, U256::from(27).to_be_bytes(), r.0, s.0].concat();
        self.vm.mock_static_call(kit::ecdsa::ECRECOVER, question, Ok(signer.into_word().to_vec()));
        [r.as_slice(), s.as_slice(), &[27]].concat()
    }

    /// Registers `a`, signed by `issuer`.
    fn register_by(&mut self, a: &CredentialAttestation, issuer: Address) -> Result<B256, RegistryError> {
        let signature = self.sign(a, issuer);
        self.registry.register_credential(a, issuer, &signature)
    }

    /// Registers `a`, signed by `ISSUER`.
    fn register(&mut self, a: &CredentialAttestation) -> Result<B256, RegistryError> {
        self.register_by(a, ISSUER)
    }

    /// Brings `r`, signed by `issuer`.
    fn renew_by(&mut self, r: &CredentialRenewal, issuer: Address) -> Result<(), RegistryError> {
        let signature = self.sign(r, issuer);
        self.registry.renew_credential(r, issuer, &signature)
    }

    /// Brings `r`, signed by `issuer`.
    fn rebind_by(&mut self, r: &CredentialRebind, issuer: Address) -> Result<(), RegistryError> {
        let signature = self.sign(r, issuer);
        self.registry.rebind_credential(r, issuer, &signature)
    }

    /// Moves the clock.
    fn wait(&mut self, seconds: u64) -> u64 {
        let now = self.registry.now() + seconds;
        self.vm.set_block_timestamp(now);
        now
    }

    /// Calls as `caller`, then as `EVE` again.
    fn by<T>(&mut self, caller: Address, call: impl FnOnce(&mut CredentialRegistry) -> T) -> T {
        self.vm.set_sender(caller);
        let result = call(&mut self.registry);
        self.vm.set_sender(EVE);
        result
    }

    /// Asserts that `call` is refused with `expected`, as clients decode it, changes nothing and logs nothing.
    #[track_caller]
    fn refuses<T: std::fmt::Debug, R: Into<Vec<u8>>, E: SolError + std::fmt::Debug>(
        &mut self,
        expected: E,
        call: impl FnOnce(&mut Self) -> Result<T, R>,
    ) {
        let (storage, logs) = (self.vm.snapshot().storage, self.vm.get_emitted_logs());
        let revert: Vec<u8> = call(self).expect_err("accepted").into();
        let declared = ICredentialRegistryErrors::abi_decode(&revert).expect("an error of the interface");
        assert_eq!(revert, expected.abi_encode(), "{declared:?} instead of {expected:?}");
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

/// Lets a credential last until `expires_at`; each number is another renewal.
fn renewal(id: B256, expires_at: u64, number: u64) -> CredentialRenewal {
    CredentialRenewal {
        credentialId: id,
        expiresAt: expires_at,
        nonce: U256::from(1_000 + number),
        deadline: U256::MAX,
    }
}

/// Moves a credential to `new_holder`; each number is another rebinding.
fn rebind(id: B256, new_holder: Address, number: u64) -> CredentialRebind {
    CredentialRebind {
        credentialId: id,
        newHolder: new_holder,
        nonce: U256::from(2_000 + number),
        deadline: U256::MAX,
    }
}
