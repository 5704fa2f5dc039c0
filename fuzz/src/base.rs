//! A chain with something on it, which every input finds in the same state.

use std::sync::{Arc, Mutex, PoisonError};

use alloy_consensus::{Signed, TxEip1559, TxEnvelope};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, address};
use alloy_signer_local::PrivateKeySigner;
use stylus_devnode::{
    Config, DevAccount, Node,
    chain::{Chain, Mined, Receipt, SignedTx, TimeSource},
    rpc::Rpc,
};

use crate::code;

/// `ArbWasm`
pub(crate) const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
/// `ArbSys`
pub(crate) const ARB_SYS: Address = address!("0000000000000000000000000000000000000064");

/// Gas that every transaction may have: a block's compute gas.
pub(crate) const MOST_GAS: u64 = 32_000_000;

/// Wei that an activation comes with; what isn't the data fee comes back.
const ACTIVATION_VALUE: u64 = 1_000_000_000_000_000_000;

/// A time that stands still.
#[derive(Debug)]
struct Noon;

impl TimeSource for Noon {
    fn unix_seconds(&self) -> u64 {
        1_800_000_000
    }
}

/// A transaction that needs no signature.
pub(crate) struct Call {
    pub(crate) to: Option<Address>,
    pub(crate) value: U256,
    pub(crate) input: Bytes,
    pub(crate) gas: u64,
}

impl Call {
    pub(crate) fn new(to: Address, input: impl Into<Bytes>, gas: u64) -> Self {
        Self { to: Some(to), value: U256::ZERO, input: input.into(), gas }
    }

    /// A creation of an account with this code.
    pub(crate) fn deploying(runtime: &[u8]) -> Self {
        Self { to: None, value: U256::ZERO, input: code::init(runtime).into(), gas: MOST_GAS }
    }

    pub(crate) fn activating(program: Address) -> Self {
        let input = [&code::selector("activateProgram(address)"), &program.into_word()[..]].concat();
        Self { value: U256::from(ACTIVATION_VALUE), ..Self::new(ARB_WASM, input, MOST_GAS) }
    }
}

/// A chain for one input after the other. It is made anew now and then, as its engine keeps every module that it has
/// compiled.
pub(crate) struct Shared {
    arbos_version: u64,
    /// How many inputs find the same chain.
    most_uses: u32,
    base: Mutex<Option<(Base, u32)>>,
}

impl Shared {
    pub(crate) const fn new(arbos_version: u64, most_uses: u32) -> Self {
        Self { arbos_version, most_uses, base: Mutex::new(None) }
    }

    /// Lends the chain to an input, which says whether others may have it after that.
    pub(crate) fn lend(&self, work: impl FnOnce(&mut Base) -> bool) {
        let mut lock = self.base.lock().unwrap_or_else(PoisonError::into_inner);
        let (base, uses) = lock.get_or_insert_with(|| (Base::new(self.arbos_version), 0));
        *uses += 1;
        let usable = work(base) && base.restore();
        if !usable || *uses >= self.most_uses {
            *lock = None;
        }
    }
}

/// The node, what is deployed on it, and the way back to how it was.
pub(crate) struct Base {
    node: Node,
    snapshot: u64,
    /// EVM contracts and programs, active ones and one that isn't.
    pub(crate) contracts: Vec<Address>,
    /// Hashes of blocks and transactions.
    pub(crate) hashes: Vec<B256>,
}

impl Base {
    /// A chain of an ArbOS version with contracts on it.
    pub(crate) fn new(arbos_version: u64) -> Self {
        let config = Config { arbos_version, time: Arc::new(Noon), ..Config::test() };
        let node = Node::new(&config).expect("the version is on offer");
        let mut base = Self { node, snapshot: 0, contracts: Vec::new(), hashes: Vec::new() };
        for runtime in code::contracts() {
            base.deploy(&runtime);
        }
        for program in code::programs() {
            let program = base.deploy(&program);
            let activated = base.send(base.user(), Call::activating(program));
            assert!(activated.success, "the base's programs are valid");
            base.send(base.user(), Call::new(program, vec![7; 40], MOST_GAS));
        }
        base.deploy(&code::inactive_program());
        let history = base.chain().history();
        for block in (0..=history.head().header.number).filter_map(|number| history.block(number)) {
            base.hashes.push(block.hash);
            base.hashes.extend(block.transactions.last().map(|tx| tx.hash()));
        }
        base.snapshot = base.chain().snapshot();
        base
    }

    fn deploy(&mut self, runtime: &[u8]) -> Address {
        let receipt = self.send(self.user(), Call::deploying(runtime));
        assert!(receipt.success, "the base's contracts can be deployed");
        let address = receipt.contract_address.expect("creations have one");
        self.contracts.push(address);
        address
    }

    /// A front end without a past, which signs for the funded accounts.
    pub(crate) fn front_end(&self) -> Rpc {
        Rpc::new(self.node.rpc().chain().clone(), self.node.accounts().to_vec())
    }

    pub(crate) fn chain(&self) -> &Chain {
        self.node.rpc().chain()
    }

    /// Nitro's dev account, a chain owner.
    pub(crate) fn owner(&self) -> DevAccount {
        self.node.accounts()[0]
    }

    /// A rich account without privileges.
    pub(crate) fn user(&self) -> DevAccount {
        self.node.accounts()[1]
    }

    /// Another one.
    pub(crate) fn other(&self) -> DevAccount {
        self.node.accounts()[2]
    }

    /// An account that owns nothing.
    pub(crate) fn poor(&self) -> DevAccount {
        let key = B256::repeat_byte(1);
        let signer = PrivateKeySigner::from_bytes(&key).expect("a small number is a key");
        DevAccount { address: signer.address(), private_key: key }
    }

    /// Back to how it was; false if the input has thrown the way back away.
    pub(crate) fn restore(&mut self) -> bool {
        let back = self.chain().revert(self.snapshot);
        self.snapshot = self.chain().snapshot();
        back
    }

    /// Mines a call in the name of an account, and answers its receipt.
    pub(crate) fn send(&self, from: DevAccount, call: Call) -> Receipt {
        let limit = call.gas;
        let mined = self.mine(from, call);
        let receipt = mined.receipt();
        assert!(receipt.gas_used <= limit, "{} gas used of {limit}", receipt.gas_used);
        receipt.clone()
    }

    fn mine(&self, from: DevAccount, call: Call) -> Mined {
        let chain = self.chain();
        let history = chain.history();
        let unsigned = TxEip1559 {
            chain_id: chain.chain_id(),
            nonce: history.state().nonce(from.address),
            gas_limit: call.gas,
            max_fee_per_gas: u128::from(history.next_base_fee()),
            max_priority_fee_per_gas: 0,
            to: call.to.map_or(TxKind::Create, TxKind::Call),
            value: call.value,
            access_list: Default::default(),
            input: call.input,
        };
        // Signing and recovering would take longer than the rest; the sender in its place tells hashes apart.
        let signature = Signature::new(U256::from_be_bytes(from.address.into_word().0), U256::ONE, false);
        let envelope = TxEnvelope::from(Signed::new_unhashed(unsigned, signature));
        let hash = chain
            .submit(SignedTx::impersonating(envelope, from.address))
            .unwrap_or_else(|error| panic!("a sound transaction is refused: {error}"));
        chain.history().transaction(&hash).expect("what was accepted is mined")
    }
}
