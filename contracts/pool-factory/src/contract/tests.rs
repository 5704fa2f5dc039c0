//! The factory alone, on a test host that plays token factory, registry, token, `ArbWasm` and pools.

use super::*;
use abi::{
    announced::IAnnounced::{AlreadyLaunched, NotScheduled, NotYetDue, ScheduleExpired},
    initializable::IInitializable::{AlreadyInitialized, DirectInitialization},
    ownable::IOwnable::{OwnableInvalidOwner, OwnableUnauthorizedAccount},
    pausable::IPausable::{EnforcedPause, ExpectedPause, GuardianUnauthorizedAccount},
    pool_factory::IPoolFactory::IPoolFactoryErrors,
};
use alloy_primitives::{address, b256};
use alloy_sol_types::{SolEvent, SolInterface, SolValue};
use kit::testing::Scripted;

mod announced;
mod creation;
mod fees;
mod pools;
mod routed;
mod set_up;
mod views;

const OWNER: Address = address!("00000000000000000000000000000000000000ad");
const GUARDIAN: Address = address!("000000000000000000000000000000000000d09e");
const RECIPIENT: Address = address!("0000000000000000000000000000000000007ea5");
const TOKEN_FACTORY: Address = address!("00000000000000000000000000000000007fac10");
const REGISTRY: Address = address!("0000000000000000000000000000000000004e61");
const ORACLE: Address = address!("0000000000000000000000000000000000004ac1");
const IMPLEMENTATION: Address = address!("0000000000000000000000000000000000000c0d");
const EXTENSION: Address = address!("0000000000000000000000000000000000000e0d");
const FACTORY: Address = address!("00000000000000000000000000000000000fac10");
const ALICE: Address = address!("00000000000000000000000000000000000a11ce");
const EVE: Address = address!("00000000000000000000000000000000000000ee");
const TOKEN: Address = address!("000000000000000000000000000000000007013e");
const OTHER_TOKEN: Address = address!("000000000000000000000000000000000007013f");
const CREDENTIAL: B256 = b256!("00000000000000000000000000000000000000000000000000000000000c12ed");
const OTHER_CREDENTIAL: B256 = b256!("00000000000000000000000000000000000000000000000000000000000c12ee");

const NOW: u64 = 1_800_000_000;
const DAY: u64 = 86_400;
/// A thousand tokens.
const TOKENS: U256 = uint!(1_000_000_000_000_000_000_000_U256);
/// A tenth of an Ether.
const ETHER: U256 = uint!(100_000_000_000_000_000_U256);

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// Code of some contract.
const CODE: [u8; 2] = [0x60, 0x00];

/// A factory behind a proxy, with its surroundings; the next caller is Alice, who holds both credentials and sends the Ether
/// of a pool.
struct World {
    host: Scripted,
    factory: PoolFactory,
}

impl World {
    /// A proxy that nobody initialised yet.
    fn blank() -> Self {
        let host = Scripted::new();
        host.vm.set_contract_address(FACTORY);
        host.vm.set_code(FACTORY, vec![0x60, 0x00]);
        host.vm.set_block_timestamp(NOW);
        host.vm.set_sender(ALICE);
        let factory = PoolFactory::from(&host);
        let world = Self { host, factory };
        world.token_factory(TOKEN_FACTORY);
        world.pool_program(IMPLEMENTATION);
        world.extension_program(EXTENSION);
        world
    }

    fn new() -> Self {
        let mut world = Self::blank();
        world.factory.initialize(OWNER, TOKEN_FACTORY, ORACLE, IMPLEMENTATION, EXTENSION).unwrap();
        for (token, credential) in [(TOKEN, CREDENTIAL), (OTHER_TOKEN, OTHER_CREDENTIAL)] {
            world.token_of(token, credential);
            world.registry_says(credential, ALICE, true, status::ACTIVE);
            world.registry_says(credential, EVE, false, status::NOT_HOLDER);
        }
        world.forget();
        world
    }

    /// Makes `account` a token factory without tokens.
    fn token_factory(&self, account: Address) {
        self.host.answer(account, credential_of(Address::ZERO), Ok(B256::ZERO.abi_encode()));
        self.host.answer(account, registryCall {}.abi_encode(), Ok(REGISTRY.abi_encode()));
    }

    /// Makes `token` the token of `credential`.
    fn token_of(&self, token: Address, credential: B256) {
        self.host.answer(TOKEN_FACTORY, credential_of(token), Ok(credential.abi_encode()));
    }

    /// Makes the registry answer so about `credential` and `holder`.
    fn registry_says(&self, credential: B256, holder: Address, valid: bool, status: u8) {
        let answer = (valid, U256::from(status)).abi_encode_params();
        self.host.answer(REGISTRY, validity_of(credential, holder), Ok(answer));
    }

    /// Makes `program` active, and refuse `question` as pool programs do that are called themselves.
    fn program(&self, program: Address, question: Vec<u8>) {
        let version = programVersionCall { program }.abi_encode();
        self.host.answer(ARB_WASM, version, Ok(n(2).abi_encode()));
        self.host.answer(program, question, Err(PoolNotClone { account: program }.abi_encode()));
    }

    /// Makes `program` an active pool program.
    fn pool_program(&self, program: Address) {
        self.program(program, factoryCall {}.abi_encode());
        self.host.answer(program, getReservesCall {}.abi_encode(), Ok(vec![0; 96]));
    }

    /// Makes `program` an active extension.
    fn extension_program(&self, program: Address) {
        self.program(program, unlockScheduleCall {}.abi_encode());
    }

    /// Makes Alice's pool of `token`, where it will be, take its initialisation, and the token move the first liquidity there.
    fn expect_pool(&self, token: Address) -> Address {
        let pool = self.pool_of(token);
        self.host.answer(token, transfer(pool), Ok(true.abi_encode()));
        let protocol_fee = !self.factory.protocol_fee_recipient().is_zero();
        self.host.answer(pool, start(protocol_fee), Ok(vec![]));
        pool
    }

    /// Where Alice's pool of `token` will be.
    fn pool_of(&self, token: Address) -> Address {
        let args = args(token, self.host.vm.block_timestamp());
        let creation = clone::creation::<{ CloneArgs::BYTES }>(IMPLEMENTATION, &args.into());
        clone::create2_address(FACTORY, token.into_word(), &creation)
    }

    /// Alice's attempt to open the pool of `token`, with what fee there is.
    fn create(&mut self, token: Address) -> Result<Address, PoolFactoryError> {
        let fee = self.factory.pool_creation_fee();
        self.create_with(token, TOKENS, ETHER + fee)
    }

    fn create_with(
        &mut self,
        token: Address,
        tokens: U256,
        value: U256,
    ) -> Result<Address, PoolFactoryError> {
        self.host.vm.set_value(value);
        let created = self.factory.create_pool(token, tokens);
        self.host.vm.set_value(n(0));
        created
    }

    /// As [`Self::create`] where it fails late: what happened before only the chain undoes.
    fn fails(&mut self, error: impl Into<PoolFactoryError>) {
        assert_eq!(self.create(TOKEN), Err(error.into()));
        guard::release();
    }

    /// A factory with Alice's pool.
    fn with_pool() -> (Self, Address) {
        let mut world = Self::new();
        world.expect_pool(TOKEN);
        let pool = world.create(TOKEN).unwrap();
        world.by(OWNER, |world| world.factory.authority.set_guardian(GUARDIAN)).unwrap();
        world.forget();
        (world, pool)
    }

    /// Ends the set-up, with a contract as the oracle.
    fn launch(&mut self) {
        self.host.vm.set_code(ORACLE, CODE.to_vec());
        self.by(OWNER, |world| world.factory.launch()).unwrap();
        self.forget();
    }

    /// Announces `call`, and waits.
    fn announce(&mut self, call: &[u8]) {
        self.by(OWNER, |world| world.factory.authority.schedule(call)).unwrap();
        let due = self.host.vm.block_timestamp() + kit::schedule::DELAY_SECS;
        self.host.vm.set_block_timestamp(due);
        self.forget();
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
        IPoolFactoryErrors::abi_decode(&refused).unwrap();
    }
}

/// What is in the code of Alice's pool of `token`.
fn args(token: Address, created_at: u64) -> CloneArgs {
    CloneArgs {
        extension: EXTENSION,
        factory: FACTORY,
        token,
        creator: ALICE,
        created_at,
        initial_tokens: TOKENS.to(),
        initial_ether: ETHER.to(),
    }
}

/// The question which credential's `token` is.
fn credential_of(token: Address) -> Vec<u8> {
    getCredentialByTokenCall { tokenAddress: token }.abi_encode()
}

/// The question whether `holder` holds `credential`.
fn validity_of(credential: B256, holder: Address) -> Vec<u8> {
    validateCredentialCall { credentialId: credential, holder }.abi_encode()
}

/// The transfer of Alice's first liquidity.
fn transfer(pool: Address) -> Vec<u8> {
    transferFromCall { from: ALICE, to: pool, value: TOKENS }.abi_encode()
}

/// The initialisation of Alice's pool.
fn start(protocol_fee: bool) -> Vec<u8> {
    ICredentialPool::initializeCall { tokenAmount: TOKENS, protocolFee: protocol_fee }.abi_encode()
}

/// A log, decoded.
fn decode<E: SolEvent>((topics, data): &(Vec<B256>, Vec<u8>)) -> E {
    E::decode_raw_log_validate(topics, data).unwrap()
}
