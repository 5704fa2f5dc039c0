//! Contracts that misbehave, each named for its fault, and those that stand in for the generator and the oracle.

use abi::{
    factory::ICredentialTokenFactory::setGeneratorCall,
    market::IMarketListener::onPoolCreatedCall,
    minter::ITokenMinter::{onEmissionRateChangeCall, onTokenCreatedCall},
    pool::ICredentialPool::PoolNotClone,
    pool_factory::IPoolFactory::setOracleCall,
    token::ICredentialToken::{CredentialTokenNotClone, getEmissionRateCall},
};
use alloy::{
    primitives::{Address, B256, Bytes, U256, hex, keccak256},
    providers::Provider,
    sol_types::{SolCall, SolError},
};
use ecosystem::program::Program;
use serde_json::{Value, json};
use xtask::storage::Layout;

use crate::Stage;

/// Passes every call with calldata, and its value, on to `target`, and the answer back. Refuses plain Ether.
#[must_use]
pub fn refuses_ether(target: Address) -> Bytes {
    #[rustfmt::skip]
    let code = [
        // if calldatasize == 0 { goto 44 }
        &hex!("36 15 60 2c 57")[..],
        // calldatacopy(0, 0, calldatasize)
        &hex!("36 5f 5f 37"),
        // call(gas, target, callvalue, 0, calldatasize, 0, 0)
        &hex!("5f 5f 36 5f 34 73"), target.as_slice(), &hex!("5a f1"),
        // returndatacopy(0, 0, returndatasize); if success { goto 48 }
        &hex!("3d 5f 5f 3e 60 30 57"),
        // 44: revert(0, returndatasize)
        &hex!("5b 3d 5f fd"),
        // 48: return(0, returndatasize)
        &hex!("5b 3d 5f f3"),
    ];
    code.concat().into()
}

/// Makes the call in its calldata, behind a word with the target, and passes its value on, and the answer back. Refuses plain
/// Ether.
#[must_use]
pub fn acts_and_refuses_ether() -> Bytes {
    #[rustfmt::skip]
    let code = [
        // if calldatasize == 0 { goto 37 }
        &hex!("36 15 60 25 57")[..],
        // calldatacopy(0, 32, calldatasize - 32)
        &hex!("60 20 36 03 80 60 20 5f 37"),
        // call(gas, calldataload(0), callvalue, 0, calldatasize - 32, 0, 0)
        &hex!("5f 5f 91 5f 34 5f 35 5a f1"),
        // returndatacopy(0, 0, returndatasize); if success { goto 33 } else { revert(0, returndatasize) }
        &hex!("3d 5f 5f 3e 60 21 57 3d 5f fd"),
        // 33: return(0, returndatasize)
        &hex!("5b 3d 5f f3"),
        // 37: revert(0, 0)
        &hex!("5b 5f 5f fd"),
    ];
    code.concat().into()
}

/// Takes part in flash swaps: pays the pool as many wei, as plain Ether, as the first word of the swap's data says. Takes plain
/// Ether.
#[must_use]
pub fn pays_for_flash_swaps() -> Bytes {
    #[rustfmt::skip]
    let code = [
        // if calldatasize == 0 { goto 21 }
        &hex!("36 15 60 15 57")[..],
        // if call(gas, caller, calldataload(164), 0, 0, 0, 0) { goto 21 }
        &hex!("5f 5f 5f 5f 60 a4 35 33 5a f1 60 15 57"),
        // revert(0, 0)
        &hex!("5f 5f fd"),
        // 21: stop
        &hex!("5b 00"),
    ];
    code.concat().into()
}

/// As [`refuses_ether`], but takes plain Ether, and uses the occasion to make `call` to `target`. Logs what that
/// returned.
#[must_use]
pub fn reenters(target: Address, call: &[u8]) -> Bytes {
    let length = u16::try_from(call.len()).expect("a call of ordinary length").to_be_bytes();
    #[rustfmt::skip]
    let code = [
        // if calldatasize == 0 { goto 44 }
        &hex!("36 15 60 2c 57")[..],
        // calldatacopy(0, 0, calldatasize)
        &hex!("36 5f 5f 37"),
        // call(gas, target, callvalue, 0, calldatasize, 0, 0)
        &hex!("5f 5f 36 5f 34 73"), target.as_slice(), &hex!("5a f1"),
        // returndatacopy(0, 0, returndatasize); return(0, returndatasize)
        &hex!("3d 5f 5f 3e 3d 5f f3"),
        // 44: codecopy(0, 91, length): the call lies behind this code
        &hex!("5b 61"), &length, &hex!("60 5b 5f 39"),
        // call(gas, target, 0, 0, length, 0, 0)
        &hex!("5f 5f 61"), &length, &hex!("5f 5f 73"), target.as_slice(), &hex!("5a f1 50"),
        // returndatacopy(0, 0, returndatasize); log0(0, returndatasize); stop
        &hex!("3d 5f 5f 3e 3d 5f a0 00"),
        call,
    ];
    code.concat().into()
}

/// A program that always reverts as a token program does which is asked itself: it passes for one until it is used.
#[must_use]
pub fn poses_as_token_program() -> Program {
    always_refuses("poses-as-token-program", CredentialTokenNotClone::SELECTOR)
}

/// The same for a pool's program. For its extension it doesn't pass: it has something to say about reserves.
#[must_use]
pub fn poses_as_pool_program() -> Program {
    always_refuses("poses-as-pool-program", PoolNotClone::SELECTOR)
}

/// A program that always reverts with an error of this selector, about itself.
fn always_refuses(name: &str, selector: [u8; 4]) -> Program {
    let selector = selector.map(|byte| format!("\\{byte:02x}")).concat();
    let text = format!(
        r#"(module
            (import "vm_hooks" "contract_address" (func $contract_address (param i32)))
            (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
            (import "vm_hooks" "pay_for_memory_grow" (func $pay_for_memory_grow (param i32)))
            (memory (export "memory") 1 1)
            ;; The selector and a word: 12 zeros and an address.
            (data (i32.const 0) "{selector}")
            (func (export "user_entrypoint") (param i32) (result i32)
                i32.const 16 call $contract_address
                i32.const 0 i32.const 36 call $write_result
                i32.const 1)
            (func (export "never_called") i32.const 0 call $pay_for_memory_grow))"#
    );
    let module = wat::parse_str(text).expect("a module");
    Program::from_wasm(name, &module).expect("a program")
}

/// Stands in for the generator, with what tokens and factory need of one. Under the id of the credential (as the number of
/// a slot) it keeps the token, after it the emission rate, the time of creation, and the rate that it settled at last, which
/// it asks the token for: three fresh slots for a new token. Any other calldata is a token's address, a word, and a call that
/// it makes there: so that it mints.
#[must_use]
pub fn generator() -> Bytes {
    #[rustfmt::skip]
    let code = [
        // selector = calldataload(0) >> 224
        &hex!("5f 35 60 e0 1c")[..],
        // if selector == onTokenCreated { goto 56 }
        &hex!("80 63"), &onTokenCreatedCall::SELECTOR, &hex!("14 60 38 57"),
        // if selector == onEmissionRateChange { goto 83 }
        &hex!("63"), &onEmissionRateChangeCall::SELECTOR, &hex!("14 60 53 57"),
        // calldatacopy(0, 32, calldatasize - 32)
        &hex!("60 20 36 03 80 60 20 5f 37"),
        // call(gas, calldataload(0), 0, 0, calldatasize - 32, 0, 0)
        &hex!("5f 5f 91 5f 5f 5f 35 5a f1"),
        // returndatacopy(0, 0, returndatasize); if success { goto 52 } else { revert(0, returndatasize) }
        &hex!("3d 5f 5f 3e 60 34 57 3d 5f fd"),
        // 52: return(0, returndatasize)
        &hex!("5b 3d 5f f3"),
        // 56: sstore(id, token); sstore(id + 1, emissionRate); sstore(id + 2, timestamp); stop
        &hex!("5b 60 24 35 60 04 35 55 60 44 35 60 04 35 60 01 01 55 42 60 04 35 60 02 01 55 00"),
        // 83: mstore(0, getEmissionRate << 224)
        &hex!("5b 63"), &getEmissionRateCall::SELECTOR, &hex!("60 e0 1b 5f 52"),
        // if !staticcall(gas, caller, 0, 4, 0, 32) { goto 127 }
        &hex!("60 20 5f 60 04 5f 33 5a fa 15 60 7f 57"),
        // sstore(id + 3, mload(0)); sstore(id + 1, newRate); stop
        &hex!("5f 51 60 04 35 60 03 01 55 60 24 35 60 04 35 60 01 01 55 00"),
        // 127: revert(0, 0)
        &hex!("5b 5f 5f fd"),
    ];
    code.concat().into()
}

/// Stands in for the oracle, with what the pool factory needs of one. Under the id of the credential (as the number of a slot)
/// it keeps the token, after it the pool: two fresh slots for a new pool. It refuses everything else without a word.
#[must_use]
pub fn oracle() -> Bytes {
    #[rustfmt::skip]
    let code = [
        // if calldataload(0) >> 224 == onPoolCreated { goto 17 }
        &hex!("5f 35 60 e0 1c 63")[..], &onPoolCreatedCall::SELECTOR, &hex!("14 60 11 57"),
        // revert(0, 0)
        &hex!("5f 5f fd"),
        // 17: sstore(id, token); sstore(id + 1, pool); stop
        &hex!("5b 60 24 35 60 04 35 55 60 44 35 60 04 35 60 01 01 55 00"),
    ];
    code.concat().into()
}

/// A generator that takes new tokens, and refuses everything else without a word.
#[must_use]
pub fn settles_nothing() -> Bytes {
    #[rustfmt::skip]
    let code = [
        // if calldataload(0) >> 224 == onTokenCreated { goto 17 }
        &hex!("5f 35 60 e0 1c 63")[..], &onTokenCreatedCall::SELECTOR, &hex!("14 60 11 57"),
        // revert(0, 0)
        &hex!("5f 5f fd"),
        // 17: stop
        &hex!("5b 00"),
    ];
    code.concat().into()
}

/// Reverts whatever it is asked, without a word.
#[must_use]
pub fn refuses_everything() -> Bytes {
    Bytes::from_static(&hex!("5f 5f fd"))
}

/// Answers every call with this number, and does nothing: for a token 1 is yes, and 0 is no.
#[must_use]
pub fn answers(number: u8) -> Bytes {
    // mstore(0, number); return(0, 32)
    [&hex!("60")[..], &[number], &hex!("5f 52 60 20 5f f3")].concat().into()
}

/// Answers every call by making `call` to the caller, and logs what that returned.
#[must_use]
pub fn calls_back(call: &[u8]) -> Bytes {
    let length = u8::try_from(call.len()).expect("a short call");
    #[rustfmt::skip]
    let code = [
        // codecopy(0, 24, length): the call lies behind this code
        &hex!("60")[..], &[length], &hex!("60 18 5f 39"),
        // call(gas, caller, 0, 0, length, 0, 0)
        &hex!("5f 5f 60"), &[length], &hex!("5f 5f 33 5a f1 50"),
        // returndatacopy(0, 0, returndatasize); log0(0, returndatasize); stop
        &hex!("3d 5f 5f 3e 3d 5f a0 00"),
        call,
    ];
    code.concat().into()
}

/// Where the contract in `contracts/<folder>` has this field, as its recorded layout says.
#[must_use]
pub fn slot_of(folder: &str, label: &str) -> B256 {
    let root = xtask::repo::root().expect("the repository");
    let layout = Layout::recorded(&root, folder).expect("a record that can be read").expect("a record");
    let field = layout.storage.iter().find(|entry| entry.label == label);
    let field = field.unwrap_or_else(|| panic!("{folder} has no field {label}"));
    layout.place(field).expect("its namespace is recorded").into()
}

/// Where a mapping that is at `mapping` has the value of a key.
#[must_use]
pub fn entry_of(mapping: B256, key: impl Into<B256>) -> B256 {
    keccak256([key.into(), mapping].concat())
}

/// Answers every call by making `call` to `target`, and logs what that returned.
#[must_use]
pub fn calls_elsewhere(target: Address, call: &[u8]) -> Bytes {
    let length = u8::try_from(call.len()).expect("a short call");
    #[rustfmt::skip]
    let code = [
        // codecopy(0, 44, length): the call lies behind this code
        &hex!("60")[..], &[length], &hex!("60 2c 5f 39"),
        // call(gas, target, 0, 0, length, 0, 0)
        &hex!("5f 5f 60"), &[length], &hex!("5f 5f 73"), target.as_slice(), &hex!("5a f1 50"),
        // returndatacopy(0, 0, returndatasize); log0(0, returndatasize); stop
        &hex!("3d 5f 5f 3e 3d 5f a0 00"),
        call,
    ];
    code.concat().into()
}

impl Stage {
    /// Leaves nothing in the factory's bucket for all creations together, as of now. Only where the node lets tests change
    /// storage: in a world of the test's own.
    pub async fn exhaust_creations(&self) {
        let now = self.chain().block_time().await.expect("the newest block's time");
        self.stores(self.system.factory, slot_of("token-factory", "creations"), U256::from(now)).await;
    }

    /// Puts a word into a slot, which is there from a new block on. Only in a world of the test's own.
    pub async fn stores(&self, account: Address, slot: B256, word: U256) {
        self.changes_the_chain("anvil_setStorageAt", json!([account, slot, B256::from(word)])).await;
    }

    /// Makes an account's balance `amount` wei, from a new block on. Only in a world of the test's own.
    pub async fn endows(&self, account: Address, amount: U256) {
        self.changes_the_chain("anvil_setBalance", json!([account, amount])).await;
    }

    /// Puts other code at an account, from a new block on. Only in a world of the test's own.
    pub async fn replaces_code(&self, account: Address, code: &Bytes) {
        self.changes_the_chain("anvil_setCode", json!([account, code])).await;
    }

    async fn changes_the_chain(&self, method: &'static str, parameters: Value) {
        for (method, parameters) in [(method, parameters), ("evm_mine", json!([]))] {
            let answer = self.chain().provider().raw_request::<_, Value>(method.into(), parameters).await;
            answer.unwrap_or_else(|error| panic!("{method}: {error}"));
        }
    }

    /// The word in a slot.
    pub async fn stored(&self, account: Address, slot: B256) -> U256 {
        self.chain().storage(account, slot).await.expect("the node answers").into()
    }

    /// Puts a contract on the chain and makes it the minter of new tokens.
    pub async fn install_generator(&self, code: Bytes) -> Address {
        let generator = self.account_with(code).await;
        let call = setGeneratorCall { newGenerator: generator };
        self.executes(&self.owner, self.system.factory, call).await;
        generator
    }

    /// Puts a contract on the chain and has it hear of new pools.
    pub async fn install_oracle(&self, code: Bytes) -> Address {
        let oracle = self.account_with(code).await;
        self.executes(&self.owner, self.system.pool_factory, setOracleCall { newOracle: oracle }).await;
        oracle
    }

    /// Creates an account with this code.
    pub async fn account_with(&self, code: Bytes) -> Address {
        // The prelude that puts programs on the chain does it for any code.
        let creation = Program { name: String::new(), code }.creation_code();
        let (address, _) =
            self.chain().create(&self.owner, creation, "an account with code").await.expect("created");
        address
    }
}
