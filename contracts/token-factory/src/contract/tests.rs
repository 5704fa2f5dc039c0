//! The factory alone, on a test host that plays registry, `ArbWasm` and token program.

use super::*;
use abi::{
    announced::IAnnounced::{AlreadyLaunched, NotScheduled, NotYetDue, ScheduleExpired},
    factory::ICredentialTokenFactory::{ICredentialTokenFactoryErrors, TokenCreated},
    initializable::IInitializable::{AlreadyInitialized, DirectInitialization},
    ownable::IOwnable::{OwnableInvalidOwner, OwnableUnauthorizedAccount},
    pausable::IPausable::{EnforcedPause, ExpectedPause},
    token::ICredentialToken::initializeCall,
};
use alloy_primitives::{address, b256, uint};
use alloy_sol_types::{SolEvent, SolInterface, SolValue};
use kit::testing::Scripted;
use stylus_sdk::stylus_core::AccountAccess;

mod announced;
mod creation;
mod fees;
mod limits;
mod rates;
mod routed;
mod set_up;
mod views;

const OWNER: Address = address!("00000000000000000000000000000000000000ad");
const REGISTRY: Address = address!("0000000000000000000000000000000000004e61");
const GENERATOR: Address = address!("000000000000000000000000000000000000317e");
const IMPLEMENTATION: Address = address!("0000000000000000000000000000000000000c0d");
const FACTORY: Address = address!("00000000000000000000000000000000000fac10");
const ALICE: Address = address!("00000000000000000000000000000000000a11ce");
const EVE: Address = address!("00000000000000000000000000000000000000ee");
const CREDENTIAL: B256 = b256!("00000000000000000000000000000000000000000000000000000000000c12ed");
const OTHER_CREDENTIAL: B256 = b256!("00000000000000000000000000000000000000000000000000000000000c12ee");

const NOW: u64 = 1_800_000_000;
const NAME: &str = "Alice's PhD";
const SYMBOL: &str = "APHD";
const RATE: U256 = uint!(10_000_000_000_000_000_000_U256);
const CAP: U256 = uint!(1_000_000_000_000_000_000_000_000_U256);

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// A factory behind a proxy, with its surroundings; the next caller is Alice, who holds both credentials.
struct World {
    host: Scripted,
    factory: CredentialTokenFactory,
}

impl World {
    /// A proxy that nobody initialised yet.
    fn blank() -> Self {
        let host = Scripted::new();
        host.vm.set_contract_address(FACTORY);
        host.vm.set_code(FACTORY, vec![0x60, 0x00]);
        host.vm.set_block_timestamp(NOW);
        host.vm.set_sender(ALICE);
        let factory = CredentialTokenFactory::from(&host);
        let world = Self { host, factory };
        world.registry_says(B256::ZERO, Address::ZERO, false, status::NONE);
        world.token_program(IMPLEMENTATION);
        world
    }

    fn new() -> Self {
        let mut world = Self::blank();
        world.factory.initialize(OWNER, REGISTRY, GENERATOR, IMPLEMENTATION).unwrap();
        for credential in [CREDENTIAL, OTHER_CREDENTIAL] {
            world.registry_says(credential, ALICE, true, status::ACTIVE);
            world.registry_says(credential, EVE, false, status::NOT_HOLDER);
        }
        world.forget();
        world
    }

    /// Makes the registry answer so about `credential` and `holder`.
    fn registry_says(&self, credential: B256, holder: Address, valid: bool, status: u8) {
        let question = validateCredentialCall { credentialId: credential, holder }.abi_encode();
        self.host.answer(REGISTRY, question, Ok(validity(valid, status)));
    }

    /// Makes `program` an active token program.
    fn token_program(&self, program: Address) {
        let version = programVersionCall { program }.abi_encode();
        self.host.answer(ARB_WASM, version, Ok(n(2).abi_encode()));
        let no_clone = CredentialTokenNotClone { account: program }.abi_encode();
        self.host.answer(program, getMinterCall {}.abi_encode(), Err(no_clone));
    }

    /// Makes the token of `credential`, where it will be, take its initialisation, and say who created it.
    fn expect_token(&self, credential: B256) -> Address {
        let token = self.factory.predict_token_address(credential);
        self.host.answer(token, terms().abi_encode(), Ok(vec![]));
        self.host.answer(token, getCreatorCall {}.abi_encode(), Ok(ALICE.abi_encode()));
        token
    }

    fn create(&mut self, credential: B256) -> Result<Address, FactoryError> {
        self.factory.create_token(credential, NAME, SYMBOL, RATE, CAP)
    }

    /// Calls as `caller`, then as Alice again.
    fn by<T>(&mut self, caller: Address, call: impl FnOnce(&mut Self) -> T) -> T {
        self.host.vm.set_sender(caller);
        let result = call(self);
        self.host.vm.set_sender(ALICE);
        result
    }

    /// Forgets logs and calls.
    fn forget(&self) {
        self.host.vm.clear_mocks();
        self.host.made();
    }

    fn logs(&self) -> Vec<(Vec<B256>, Vec<u8>)> {
        self.host.vm.get_emitted_logs()
    }

    fn storage(&self) -> Vec<(U256, B256)> {
        let words = self.host.vm.snapshot().storage.into_iter();
        let mut words: Vec<_> = words.filter(|(_, word)| *word != B256::ZERO).collect();
        words.sort();
        words
    }

    /// Calls as `caller` and expects `error`, unchanged state and no log.
    fn refuses<T: core::fmt::Debug, R: Into<Vec<u8>>>(
        &mut self,
        caller: Address,
        error: impl SolError,
        call: impl FnOnce(&mut Self) -> Result<T, R>,
    ) {
        let before = self.storage();
        self.forget();
        let refused: Vec<u8> = self.by(caller, call).expect_err("accepted").into();
        // The chain forgets the guard with the call.
        guard::release();
        assert_eq!(refused, error.abi_encode());
        assert_eq!(self.storage(), before, "state");
        assert!(self.logs().is_empty(), "logs");
        // What a client gets decodes by the declared errors.
        ICredentialTokenFactoryErrors::abi_decode(&refused).unwrap();
    }
}

/// What a registry answers.
fn validity(valid: bool, status: u8) -> Vec<u8> {
    (valid, U256::from(status)).abi_encode_params()
}

/// The initialisation that Alice's token gets.
fn terms() -> initializeCall {
    initializeCall {
        creator: ALICE,
        name: NAME.into(),
        symbol: SYMBOL.into(),
        emissionRate: RATE,
        maxSupply: CAP,
    }
}

/// A log, decoded.
fn decode<E: SolEvent>((topics, data): &(Vec<B256>, Vec<u8>)) -> E {
    E::decode_raw_log_validate(topics, data).unwrap()
}
