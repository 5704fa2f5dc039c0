//! The token alone, on the SDK's test host.

use super::*;
use abi::{
    erc20::IERC20,
    token::{DECIMALS, ICredentialToken::ICredentialTokenErrors},
};
use alloy_primitives::{address, b256, keccak256, uint};
use alloy_sol_types::{SolEvent, SolInterface};
use kit::testing::Scripted;
use stylus_sdk::testing::TestVM;

mod lifecycle;
mod limits;
mod money;
mod rates;
mod routed;

const FACTORY: Address = address!("00000000000000000000000000000000000fac10");
const MINTER: Address = address!("000000000000000000000000000000000000317e");
const ALICE: Address = address!("00000000000000000000000000000000000a11ce");
const BOB: Address = address!("0000000000000000000000000000000000000b0b");
const EVE: Address = address!("00000000000000000000000000000000000000ee");
const TOKEN: Address = address!("0000000000000000000000000000000000070ce2");
const IMPLEMENTATION: Address = address!("0000000000000000000000000000000000000c0d");
const CREDENTIAL: B256 = b256!("00000000000000000000000000000000000000000000000000000000000c12ed");

const NOW: u64 = 1_800_000_000;
const RATE: U256 = uint!(10_000_000_000_000_000_000_U256);
const CAP: U256 = uint!(1_000_U256);

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// A clone, as the factory makes it, not yet initialised.
fn clone_of(host: &Scripted) -> CredentialToken {
    let args = CloneArgs { factory: FACTORY, minter: MINTER, credential_id: CREDENTIAL };
    let vm = &host.vm;
    vm.set_contract_address(TOKEN);
    vm.set_code(TOKEN, clone::runtime::<{ CloneArgs::BYTES }>(IMPLEMENTATION, &args.into()));
    vm.set_block_timestamp(NOW);
    CredentialToken::from(host)
}

/// A token of Alice, of which she holds 100 of the most that there can be, 1 000; the next caller is Alice.
struct World {
    host: Scripted,
    vm: TestVM,
    token: CredentialToken,
}

impl World {
    /// A clone that nobody initialised yet.
    fn blank() -> Self {
        let host = Scripted::new();
        let token = clone_of(&host);
        Self { vm: host.vm.clone(), host, token }
    }

    /// A token of this rate and this maximum supply, of which nobody has any.
    fn with(rate: U256, cap: U256) -> Self {
        let mut world = Self::blank();
        world.by(FACTORY, |token| token.initialize(ALICE, "Alice's PhD", "APHD", rate, cap)).unwrap();
        world.forget_logs();
        world
    }

    fn new() -> Self {
        let mut world = Self::with(RATE, CAP);
        assert_eq!(world.by(MINTER, |token| token.mint(ALICE, n(100))), Ok(n(100)));
        world.forget_logs();
        world
    }

    /// Calls as `caller`, then as Alice again.
    fn by<T>(&mut self, caller: Address, call: impl FnOnce(&mut CredentialToken) -> T) -> T {
        self.vm.set_sender(caller);
        let result = call(&mut self.token);
        self.vm.set_sender(ALICE);
        result
    }

    fn forget_logs(&self) {
        self.vm.clear_mocks();
    }

    /// The logs since they were last forgotten, and forgets them.
    fn logs(&self) -> Vec<(Vec<B256>, Vec<u8>)> {
        let logs = self.vm.get_emitted_logs();
        self.forget_logs();
        logs
    }

    fn storage(&self) -> Vec<(U256, B256)> {
        let words = self.vm.snapshot().storage.into_iter();
        let mut words: Vec<_> = words.filter(|(_, word)| *word != B256::ZERO).collect();
        words.sort();
        words
    }

    /// Calls as `caller` and expects `error`, unchanged state and no log.
    fn refuses<T: core::fmt::Debug>(
        &mut self,
        caller: Address,
        error: impl Into<TokenError>,
        call: impl FnOnce(&mut CredentialToken) -> Result<T, TokenError>,
    ) {
        let before = self.storage();
        let refused = self.by(caller, call).unwrap_err();
        assert_eq!(refused, error.into());
        assert_eq!(self.storage(), before, "state");
        assert!(self.logs().is_empty(), "logs");
        // What a client gets decodes by the declared errors.
        ICredentialTokenErrors::abi_decode(&Vec::from(refused)).unwrap();
    }
}

/// A log, decoded.
fn decode<E: SolEvent>((topics, data): &(Vec<B256>, Vec<u8>)) -> E {
    E::decode_raw_log_validate(topics, data).unwrap()
}
