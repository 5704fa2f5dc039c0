//! The market of one credential token against Ether, with Uniswap v2's curve to the wei.
//!
//! **Holds** the reserves, and what was sent here beyond them; the shares' ledger; the history of prices.
//!
//! **Who may call**: everybody trades and adds liquidity, unless the pool is paused, and redeems shares, always; the factory
//! that created the pool initialises it once, pauses it and switches the protocol's part of the fee. There is no owner.
//! Every pool is an EIP-1167 clone of one program, and nobody can change a clone's code. The program itself is no pool: called
//! directly it refuses what needs a pool's terms, and the rest is about an empty ledger, with allowances of nothing.
//!
//! **Trusts** (safety) the token, which is one of the token factory's, to move exactly what it is asked to move; the
//! factory to send the first tokens before it initialises. (Liveness) that the programs of pool, extension and token are
//! kept active, which anyone can do; nothing else.
//!
//! **Invariants** P1 to P7: see `pool-core`, which has all the rules. This program is what of them is called often, and
//! leaves every other call to the extension whose address is in the clone's code: one address, one storage, one interface.
//!
//! **Deliberately absent**: an owner, a way to change the fee of 0.30 %, plain Ether (but from a flash swap's callee, while it
//! runs).

use alloc::{vec, vec::Vec};
use alloy_primitives::U256;
use kit::reply::Word as _;
use math::curve::RESERVE_BITS;
use pool_core::Market;
use stylus_sdk::{ArbResult, call::RawCall, prelude::*};

/// The pool: its storage is the market's.
///
/// | slot | field | content |
/// |---|---|---|
/// | 0 … 784 | `market` | [`Market`] |
#[storage]
#[entrypoint]
pub struct CredentialPool {
    pub(crate) market: Market,
}

impl CredentialPool {
    /// The reserves, of the token and of Ether, and when they last changed (Unix seconds modulo 2³²). During a flash swap
    /// they are those of before.
    pub fn get_reserves(&self) -> Vec<u8> {
        let ([token, ether], last) = self.market.reserves_and_time();
        const { assert!(RESERVE_BITS <= 128, "a reserve is a number of 128 bits") };
        kit::reply::words(&[U256::from(token).word(), U256::from(ether).word(), u64::from(last).word()])
    }

    /// What the extension answers to a call that isn't for this program; it acts on this pool's storage, with this pool's
    /// caller and Ether.
    ///
    /// Errors: `PoolNotClone` on the program itself; whatever the extension refuses the call with.
    pub fn delegate(&mut self, input: &[u8]) -> ArbResult {
        let extension = self.market.args()?.extension;
        // SAFETY: nothing of the storage has been read or written, so there is nothing that the extension could invalidate;
        // and it is the code that every pool of this kind has next to this one.
        unsafe { RawCall::new_delegate(self.vm()).clear_storage_cache().call(extension, input) }
    }
}
