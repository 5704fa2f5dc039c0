//! Opens the market of a credential token for the credential's valid holder.
//!
//! **Holds** which pool belongs to which token, in the order of creation; what new pools are made of (programs, minimums);
//! the protocol's shares of the pools, and the creation fees until they are withdrawn. What else there is to know of a pool
//! is fixed in the pool's own code.
//!
//! **Who may call**: the valid holder of a credential opens its token's pool; anyone has the protocol's shares redeemed to
//! the recipient of fees, who withdraws the creation fees; the owner changes everything that can be changed, once launched
//! by announcement, but for what only protects; the guardian can stop creations, and entry to pools.
//!
//! **Trusts** (safety) the token factory to say which credential a token belongs to, and its registry to say who holds that;
//! the owner to choose token factory and programs; a pool takes the programs of the moment when it is mined, for ever.
//! (Liveness) token factory, registry and, if it is a contract, oracle to answer: without them nothing is opened, and what
//! was opened goes on.
//!
//! **Invariants**
//! - M1 A token has at most one pool, opened by who was the valid holder of its credential then.
//! - M2 Every pool listed is a clone of an implementation that this factory had, with the extension of that moment, this
//!   factory, its token, its creator and its first liquidity in its code.
//! - M3 The list has each pool once, in the order of creation; it never shrinks.
//! - M4 What the factory holds is at least the creation fees that accrued and were not withdrawn. The protocol's shares leave
//!   it to the recipient of fees, as tokens and Ether, and nowhere else.
//! - M5 `pausedPools` is the number of listed pools that are paused. While there are any the ownership can't be renounced.
//!
//! **Deliberately absent**: a way to change a pool's programs, to move anybody's shares, to close a pool, to stop anybody
//! from redeeming shares.

use abi::{
    arbwasm::{ARB_WASM, IArbWasm::programVersionCall},
    erc20::IERC20::{
        ERC20InsufficientAllowance, ERC20InsufficientBalance, balanceOfCall, totalSupplyCall,
        transferFromCall,
    },
    factory::{
        ICredentialTokenFactory::{getCredentialByTokenCall, registryCall},
        PAGE_MAX,
    },
    market::IMarketListener::onPoolCreatedCall,
    pausable::IPausable::pausedCall,
    pool::{
        CloneArgs,
        ICredentialPool::{
            self, InsufficientLiquidityBurned, PoolEtherRefused, PoolInvalidRecipient, PoolNotClone,
            PoolReserveOverflow, PoolTokenFailed, factoryCall, getReservesCall, removeLiquidityCall,
            setPausedCall, unlockScheduleCall,
        },
    },
    pool_factory::{
        BATCH_MAX,
        IPoolFactory::{
            FeesCollected, FeesWithdrawn, ImplementationSet, InsufficientCreationFee,
            InsufficientInitialLiquidity, InvalidCredential, InvalidRecipient, InvalidToken,
            MinimumLiquiditySet, NotCredentialOwner, OracleSet, PoolAlreadyExists, PoolCreated,
            PoolCreationFeeCollected, PoolCreationFeeUpdated, PoolFactoryCreationFailed,
            PoolFactoryFeeTooHigh, PoolFactoryInvalidMinimum, PoolFactoryOnlyRecipient,
            PoolFactoryOracleFailed, PoolFactoryPoolFailed, PoolFactoryPoolsPaused,
            PoolFactoryRegistryFailed, PoolFactoryTokenFactoryFailed, PoolFactoryTokenFailed,
            PoolFactoryTooManyPools, PoolFactoryUnknownIndex, PoolFactoryUnknownPool, PoolFactoryUnsuitable,
            PoolFactoryWithdrawalFailed, ProtocolFeeRecipientUpdated, ReentrancyGuardReentrantCall,
            TokenFactorySet, setImplementationCall, setMinimumLiquidityCall, setOracleCall,
            setPoolCreationFeeCall, setProtocolFeeCall, setProtocolFeeRecipientCall, setTokenFactoryCall,
        },
    },
    registry::{ICredentialRegistry::validateCredentialCall, status},
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256, uint};
use alloy_sol_types::{SolCall, SolError};
use kit::{
    arguments::Arguments,
    authority::{Authority, AuthorityError},
    calldata, clone, guard,
    namespace::{Namespace, Namespaced},
    reply::{Word as _, collected},
    schedule::call_hash,
    word::{Word, WordMap, account, halves, number},
};
use math::{
    bounds::{CREATION_FEE_CEILING, POOL_ETHER_MIN_DEFAULT, POOL_TOKENS_MIN_DEFAULT},
    curve, lock, page, wide,
};
use stylus_sdk::{deploy::RawDeploy, prelude::*};

use checks::reason;
use settings::above;

mod checks;
mod creation;
mod pools;
mod settings;

/// Bits of an address that stand in the high half of a word, below what is packed above it.
const HIGH_BITS: u32 = 32;

/// First byte of the code of every Stylus program, and of accounts that delegate to other code (EIP-7702).
const NO_CONTRACT_MARK: u8 = 0xef;

/// Basis points in a whole.
const WHOLE_BPS: U256 = uint!(10_000_U256);

kit::errors! {
    /// Why a call was refused.
    pub PoolFactoryError and AuthorityError:
    InvalidToken { token },
    InvalidCredential { credentialId },
    NotCredentialOwner { credentialId, caller },
    PoolAlreadyExists { token },
    InsufficientCreationFee { sent, required },
    InsufficientInitialLiquidity { tokenAmount, ethAmount },
    PoolReserveOverflow { balance0, balance1 },
    PoolFactoryTokenFailed { token },
    PoolFactoryTokenFactoryFailed { tokenFactory },
    PoolFactoryRegistryFailed { registry },
    PoolFactoryCreationFailed { token },
    PoolFactoryOracleFailed { oracle },
    PoolFactoryTooManyPools { count, limit },
    PoolFactoryUnknownIndex { index, count },
    PoolFactoryUnknownPool { pool },
    PoolFactoryPoolFailed { pool },
    PoolFactoryPoolsPaused { count },
    PoolFactoryFeeTooHigh { fee, maximum },
    PoolFactoryInvalidMinimum { tokenAmount, ethAmount, ceiling },
    InvalidRecipient { recipient },
    PoolFactoryOnlyRecipient { caller, expected },
    PoolFactoryWithdrawalFailed { recipient, amount },
    PoolFactoryUnsuitable { account },
    ERC20InsufficientAllowance { spender, allowance, needed },
    ERC20InsufficientBalance { sender, balance, needed },
    PoolEtherRefused { to, amount },
    PoolInvalidRecipient { to },
    PoolTokenFailed { token },
    InsufficientLiquidityBurned {},
    ReentrancyGuardReentrantCall {},
}

impl From<guard::Reentered> for PoolFactoryError {
    fn from(_: guard::Reentered) -> Self {
        ReentrancyGuardReentrantCall {}.into()
    }
}

kit::events! {
    PoolCreated [token, pool, creator] { initialTokenLiquidity, initialEthLiquidity, timestamp }
    PoolCreationFeeCollected [token, payer] { feeAmount }
    FeesWithdrawn [recipient] { amount }
    FeesCollected [pool] { amount }
    TokenFactorySet [previousTokenFactory, newTokenFactory] {}
    OracleSet [previousOracle, newOracle] {}
    ImplementationSet [previousImplementation, newImplementation] { previousExtension, newExtension }
    MinimumLiquiditySet [] { tokenAmount, ethAmount }
    PoolCreationFeeUpdated [] { oldFee, newFee }
    ProtocolFeeRecipientUpdated [oldRecipient, newRecipient] {}
}

/// The contract: its parts, in namespaces of their own.
#[storage]
#[entrypoint]
pub struct PoolFactory {
    pub(crate) authority: Authority,
    pools: Namespaced<Pools>,
}

/// What the factory remembers.
///
/// Layout v1, append-only, namespace `air.storage.PoolFactory`, highest bits first:
///
/// | slot | field | content |
/// |---|---|---|
/// | 0 | `token_factory` | 96 bits free, token factory (160) |
/// | 1 | `oracle` | 96 bits free, oracle (160) |
/// | 2 | `implementation` | number of pools (96), implementation (160): a creation reads both and writes the number |
/// | 3 | `extension` | 96 bits free, extension (160) |
/// | 4 | `by_token` | token → pool |
/// | 5 | `list` | number of the pool, from 0 → pool |
/// | 6 | `minimums` | least tokens (128, base units), least Ether (128, wei): that a pool is opened with |
/// | 7 | `recipient` | creation fee (96, wei), recipient of fees (160): a creation reads both |
/// | 8 | `accrued` | creation fees that were not withdrawn (wei) |
/// | 9 | `paused` | number of pools that are paused |
///
/// A pool takes two new slots here, one of 4 and one of 5; what else it is known by stands in its code.
#[storage]
struct Pools {
    token_factory: Word,
    oracle: Word,
    implementation: Word,
    extension: Word,
    by_token: WordMap<Address>,
    list: WordMap<U256>,
    minimums: Word,
    recipient: Word,
    accrued: Word,
    paused: Word,
}

impl Namespace for Pools {
    const ID: &'static str = "air.storage.PoolFactory";
}

// What the interface declares; `routes.rs` says which call runs which function.
impl PoolFactory {
    /// Sets up a new proxy. `oracle` is who hears of new pools: a contract, or an account, which doesn't.
    ///
    /// Errors: `AlreadyInitialized` the second time; `DirectInitialization` on the program itself;
    /// `OwnableInvalidOwner` for the zero address; [`PoolFactoryUnsuitable`] as the setters.
    /// Events: `Initialized`, `OwnershipTransferred`, [`TokenFactorySet`], [`OracleSet`], [`ImplementationSet`],
    /// [`MinimumLiquiditySet`].
    pub fn initialize(
        &mut self,
        owner: Address,
        token_factory: Address,
        oracle: Address,
        implementation: Address,
        extension: Address,
    ) -> Result<(), PoolFactoryError> {
        self.authority.initialize(owner)?;
        self.replace_token_factory(token_factory)?;
        self.replace_oracle(oracle)?;
        self.replace_implementation(implementation, extension)?;
        self.replace_minimums(POOL_TOKENS_MIN_DEFAULT, POOL_ETHER_MIN_DEFAULT)
    }

    // ── Views ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// The factory whose tokens get pools.
    pub fn token_factory(&self) -> Address {
        self.pools.token_factory.account()
    }

    /// Who hears of new pools, if it is a contract.
    pub fn oracle(&self) -> Address {
        self.pools.oracle.account()
    }

    /// The program that new pools run.
    pub fn implementation(&self) -> Address {
        self.pools.implementation.account()
    }

    /// The program that answers what a new pool's own leaves to it.
    pub fn extension(&self) -> Address {
        self.pools.extension.account()
    }

    /// Least tokens that a pool can be opened with. Units: base units.
    pub fn minimum_initial_liquidity(&self) -> U256 {
        let [tokens, _] = self.pools.minimums.halves();
        U256::from(tokens)
    }

    /// Least Ether that a pool can be opened with. Units: wei.
    pub fn minimum_eth_value(&self) -> U256 {
        let [_, ether] = self.pools.minimums.halves();
        U256::from(ether)
    }

    /// From a pool's creation to the release of the last of its first shares. Units: seconds.
    pub fn initial_lock_period(&self) -> u64 {
        lock::end(0)
    }

    /// What opening a pool costs. Units: wei.
    pub fn pool_creation_fee(&self) -> U256 {
        U256::from(above(&self.pools.recipient))
    }

    /// Creation fees that the recipient can withdraw (M4). Units: wei.
    pub fn accrued_fees(&self) -> U256 {
        self.pools.accrued.number()
    }

    /// Who gets the fees; zero until it is set.
    pub fn protocol_fee_recipient(&self) -> Address {
        self.pools.recipient.account()
    }

    /// Number of pools that are paused (M5).
    pub fn paused_pools(&self) -> U256 {
        self.pools.paused.number()
    }

    /// The pool of `token`; zero if there is none.
    pub fn get_pool(&self, token: Address) -> Address {
        self.pools.by_token.at(token).account()
    }

    /// Number of pools.
    pub fn get_pool_count(&self) -> U256 {
        U256::from(self.count())
    }

    /// The pool numbered `index` (from 0) in the order of creation.
    ///
    /// Errors: [`PoolFactoryUnknownIndex`] beyond the last.
    pub fn all_pools(&self, index: U256) -> Result<Address, PoolFactoryError> {
        let count = self.get_pool_count();
        if index >= count {
            return Err(PoolFactoryUnknownIndex { index, count }.into());
        }
        Ok(self.pool_at(index))
    }

    /// Every pool in the order of creation.
    ///
    /// Errors: [`PoolFactoryTooManyPools`] beyond 1 000: read longer lists by [`Self::get_pools`].
    pub fn get_all_pools(&self) -> Result<Vec<Address>, PoolFactoryError> {
        self.get_pools(U256::ZERO, self.get_pool_count())
    }

    /// Up to `limit` pools in the order of creation, from the one numbered `offset` (from 0); fewer at the list's end.
    ///
    /// Errors: [`PoolFactoryTooManyPools`] for a `limit` beyond 1 000.
    pub fn get_pools(&self, offset: U256, limit: U256) -> Result<Vec<Address>, PoolFactoryError> {
        if limit > PAGE_MAX {
            return Err(PoolFactoryTooManyPools { count: limit, limit: PAGE_MAX }.into());
        }
        let count = u64::try_from(self.count()).unwrap_or(u64::MAX);
        let numbers = page::window(count, offset, limit);
        Ok(collected(numbers.map(|number| self.pool_at(U256::from(number)))))
    }

    /// Whether this factory created `pool`.
    pub fn is_pool(&self, pool: Address) -> bool {
        self.pool_info(pool).is_some()
    }

    /// How `pool` began, if this factory created it. The pool's code says what token it is for; that it is so is known from
    /// the record of that token.
    pub fn pool_info(&self, pool: Address) -> Option<CloneArgs> {
        let args: CloneArgs = clone::args_of(self.vm(), pool)?.into();
        (self.get_pool(args.token) == pool).then_some(args)
    }

    /// The same, and the share of the pool that can't move yet. Units: basis points. Rounding: down.
    ///
    /// Errors: [`PoolFactoryPoolFailed`] if the pool can't be asked for its supply.
    pub fn get_pool_info(&self, pool: Address) -> Result<Option<(CloneArgs, U256)>, PoolFactoryError> {
        let Some(began) = self.pool_info(pool) else {
            return Ok(None);
        };
        let locked_bps = self.locked_bps(pool, &began)?;
        Ok(Some((began, locked_bps)))
    }

    /// Whether some of the first shares of `pool` can't move yet.
    pub fn is_liquidity_locked(&self, pool: Address) -> bool {
        let now = self.vm().block_timestamp();
        self.pool_info(pool).is_some_and(|began| now < lock::end(began.created_at))
    }

    // ── Creators and recipients ─────────────────────────────────────────────────────────────────────────────────

    /// Opens the pool of `token`, for the valid holder of its credential, with `initial_token_amount` of the caller's tokens
    /// and what of the Ether that was sent the fee leaves. If the oracle is a contract, it hears of the pool at once.
    ///
    /// Units: base units.
    /// Errors: `EnforcedPause`; [`InsufficientCreationFee`]; [`InsufficientInitialLiquidity`] below a minimum, or for
    /// amounts that are worth no share; [`PoolReserveOverflow`] for more than 112 bits; [`PoolAlreadyExists`];
    /// [`InvalidToken`] if the token factory didn't create it; [`NotCredentialOwner`] if the credential is valid but somebody
    /// else's; [`InvalidCredential`] if it isn't valid; what the token says ([`ERC20InsufficientAllowance`],
    /// [`ERC20InsufficientBalance`]) if the caller hasn't the tokens or hasn't approved this factory;
    /// [`PoolFactoryTokenFactoryFailed`], [`PoolFactoryRegistryFailed`], [`PoolFactoryTokenFailed`],
    /// [`PoolFactoryCreationFailed`], [`PoolFactoryOracleFailed`] if one of those fails; [`ReentrancyGuardReentrantCall`].
    /// Events: [`PoolCreated`], and before it [`PoolCreationFeeCollected`] unless the fee is zero.
    pub fn create_pool(
        &mut self,
        token: Address,
        initial_token_amount: U256,
    ) -> Result<Address, PoolFactoryError> {
        self.authority.when_running()?;
        guard::enter()?;
        let pool = self.open(token, initial_token_amount)?;
        guard::release();
        Ok(pool)
    }

    /// Redeems the protocol's shares of `pool` to the recipient of fees, and returns what that was. Anyone may have it done;
    /// what the pool owes the protocol since the last change of liquidity becomes shares by this one, for the next time.
    ///
    /// No minimum is asked for, because nothing can be gained from the price at this moment: `s` of the shares give
    /// `s·x` tokens and `s·y` Ether, `x·y` stays `k` however the price is moved, and at the fair price `p` the sum `x·p + y` is
    /// least, `2·√(k·p)`, where `y/x = p`. Who moves the price away first and back after leaves the recipient at least as
    /// much, at their own cost, and pays the trading fee twice.
    ///
    /// Units: base units, wei.
    /// Errors: [`PoolFactoryUnknownPool`]; [`InvalidRecipient`] until one is set; what the pool says
    /// ([`PoolEtherRefused`], [`PoolInvalidRecipient`], [`PoolTokenFailed`], [`InsufficientLiquidityBurned`]), or
    /// [`PoolFactoryPoolFailed`] if it fails without a word; [`ReentrancyGuardReentrantCall`].
    /// Events: [`FeesCollected`], unless there are none.
    pub fn collect_protocol_fees(&mut self, pool: Address) -> Result<(U256, U256), PoolFactoryError> {
        guard::enter()?;
        let amounts = self.redeem(pool)?;
        guard::release();
        Ok(amounts)
    }

    /// Pays the accrued creation fees to the recipient, and returns how much that was. Units: wei.
    ///
    /// Errors: [`PoolFactoryOnlyRecipient`]; [`PoolFactoryWithdrawalFailed`] if the recipient doesn't take it;
    /// [`ReentrancyGuardReentrantCall`].
    /// Events: [`FeesWithdrawn`], unless there are none.
    pub fn withdraw_fees(&mut self) -> Result<U256, PoolFactoryError> {
        let (caller, recipient) = (self.vm().msg_sender(), self.protocol_fee_recipient());
        if caller != recipient {
            return Err(PoolFactoryOnlyRecipient { caller, expected: recipient }.into());
        }
        guard::enter()?;
        let amount = self.accrued_fees();
        if !amount.is_zero() {
            self.pools.accrued.set_number(U256::ZERO);
            FeesWithdrawn { recipient, amount }.emit(self.vm());
            if self.tell(recipient, amount, &[]).is_err() {
                return Err(PoolFactoryWithdrawalFailed { recipient, amount }.into());
            }
        }
        guard::release();
        Ok(amount)
    }

    // ── Owner and guardian ──────────────────────────────────────────────────────────────────────────────────────

    /// Gives up the ownership, and with it the guardian, for ever.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; `EnforcedPause`; [`PoolFactoryPoolsPaused`]
    /// (M5).
    /// Events: `GuardianSet` to zero unless there is none, `OwnershipTransferred` to zero.
    pub fn renounce_ownership(&mut self) -> Result<(), PoolFactoryError> {
        self.authority.only_owner()?;
        let count = self.paused_pools();
        if !count.is_zero() {
            return Err(PoolFactoryPoolsPaused { count }.into());
        }
        Ok(self.authority.renounce_ownership()?)
    }

    /// Stops trades and additions of liquidity in `pools`; those that are paused already stay so.
    ///
    /// Errors: `GuardianUnauthorizedAccount` if the caller is neither guardian nor owner; [`PoolFactoryTooManyPools`]
    /// beyond 100; [`PoolFactoryUnknownPool`]; [`PoolFactoryPoolFailed`]; [`ReentrancyGuardReentrantCall`].
    /// Events: the pools' `PoolPausedSet`.
    pub fn pause_pools(&mut self, pools: &[Address]) -> Result<(), PoolFactoryError> {
        self.authority.only_guardian_or_owner()?;
        self.set_paused(pools, true)
    }

    /// Lets trades and additions of liquidity in `pools` go on; those that aren't paused stay so.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; [`PoolFactoryTooManyPools`] beyond 100;
    /// [`PoolFactoryUnknownPool`]; [`PoolFactoryPoolFailed`]; [`ReentrancyGuardReentrantCall`].
    /// Events: the pools' `PoolPausedSet`.
    pub fn unpause_pools(&mut self, pools: &[Address]) -> Result<(), PoolFactoryError> {
        self.authority.only_owner()?;
        self.set_paused(pools, false)
    }

    /// Ends the set-up, for ever: from now on the setters below need announcements.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; `AlreadyLaunched`; [`PoolFactoryUnsuitable`]
    /// if the oracle is an account: it would hear of no pool until its replacement, two days later.
    /// Events: `Launched`.
    pub fn launch(&mut self) -> Result<(), PoolFactoryError> {
        self.authority.only_owner()?;
        let oracle = self.oracle();
        if !self.authority.launched() && self.is_no_contract(oracle) {
            return Err(PoolFactoryUnsuitable { account: oracle }.into());
        }
        Ok(self.authority.launch()?)
    }

    // Announced functions emit `Executed`, beside their own event, if they were announced.

    /// Takes another token factory. Announced.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; once launched `NotScheduled`, `NotYetDue`,
    /// `ScheduleExpired`; [`PoolFactoryUnsuitable`] if `new_token_factory` doesn't answer as a token factory does, or is a
    /// program and not its proxy.
    /// Events: [`TokenFactorySet`].
    pub fn set_token_factory(&mut self, new_token_factory: Address) -> Result<(), PoolFactoryError> {
        self.authorize(setTokenFactoryCall::SELECTOR, &[new_token_factory.word()])?;
        self.replace_token_factory(new_token_factory)
    }

    /// Takes another oracle, which hears of pools opened from now on. Announced.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; once launched `NotScheduled`, `NotYetDue`,
    /// `ScheduleExpired`; [`PoolFactoryUnsuitable`] for the zero address, for a program itself, and, once launched, for an
    /// address without code.
    /// Events: [`OracleSet`].
    pub fn set_oracle(&mut self, new_oracle: Address) -> Result<(), PoolFactoryError> {
        self.authorize(setOracleCall::SELECTOR, &[new_oracle.word()])?;
        self.replace_oracle(new_oracle)
    }

    /// Takes other pool programs, for pools opened from now on: both at once, because they share a pool's storage and have to
    /// agree on it. Announced.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; once launched `NotScheduled`, `NotYetDue`,
    /// `ScheduleExpired`; [`PoolFactoryUnsuitable`] for the one that isn't an active program that answers as it should.
    /// Events: [`ImplementationSet`].
    pub fn set_implementation(
        &mut self,
        new_implementation: Address,
        new_extension: Address,
    ) -> Result<(), PoolFactoryError> {
        let programs = [new_implementation.word(), new_extension.word()];
        self.authorize(setImplementationCall::SELECTOR, &programs)?;
        self.replace_implementation(new_implementation, new_extension)
    }

    /// Changes what a pool has to be opened with at least. Announced. Units: base units, wei.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; once launched `NotScheduled`, `NotYetDue`,
    /// `ScheduleExpired`; [`PoolFactoryInvalidMinimum`] unless both are above 0 and below 2¹¹².
    /// Events: [`MinimumLiquiditySet`].
    pub fn set_minimum_liquidity(
        &mut self,
        token_amount: U256,
        eth_amount: U256,
    ) -> Result<(), PoolFactoryError> {
        let minimums = [token_amount.word(), eth_amount.word()];
        self.authorize(setMinimumLiquidityCall::SELECTOR, &minimums)?;
        self.replace_minimums(token_amount, eth_amount)
    }

    /// Changes the creation fee. Announced unless it falls. Units: wei.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; once launched `NotScheduled`, `NotYetDue`,
    /// `ScheduleExpired`; [`PoolFactoryFeeTooHigh`] above 0.01 Ether.
    /// Events: [`PoolCreationFeeUpdated`].
    pub fn set_pool_creation_fee(&mut self, new_fee: U256) -> Result<(), PoolFactoryError> {
        let old = self.pool_creation_fee();
        let call = call_hash(setPoolCreationFeeCall::SELECTOR, &[new_fee.word()]);
        self.authorize_unless(new_fee < old, call)?;
        if new_fee > CREATION_FEE_CEILING {
            return Err(PoolFactoryFeeTooHigh { fee: new_fee, maximum: CREATION_FEE_CEILING }.into());
        }
        self.set_recipient_and_fee(self.protocol_fee_recipient(), new_fee);
        PoolCreationFeeUpdated { oldFee: old, newFee: new_fee }.emit(self.vm());
        Ok(())
    }

    /// Takes another recipient of fees, whom everything that wasn't paid out yet goes to. Announced.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; once launched `NotScheduled`, `NotYetDue`,
    /// `ScheduleExpired`; [`InvalidRecipient`] for the zero address.
    /// Events: [`ProtocolFeeRecipientUpdated`].
    pub fn set_protocol_fee_recipient(&mut self, new_recipient: Address) -> Result<(), PoolFactoryError> {
        self.authorize(setProtocolFeeRecipientCall::SELECTOR, &[new_recipient.word()])?;
        if new_recipient.is_zero() {
            return Err(InvalidRecipient { recipient: new_recipient }.into());
        }
        let old = self.protocol_fee_recipient();
        self.set_recipient_and_fee(new_recipient, self.pool_creation_fee());
        ProtocolFeeRecipientUpdated { oldRecipient: old, newRecipient: new_recipient }.emit(self.vm());
        Ok(())
    }

    /// Switches the protocol's part of the trading fees on or off in `pools`. Announced unless it is switched off.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; once launched `NotScheduled`, `NotYetDue`,
    /// `ScheduleExpired`; [`PoolFactoryTooManyPools`] beyond 100; [`PoolFactoryUnknownPool`]; [`PoolFactoryPoolFailed`];
    /// [`ReentrancyGuardReentrantCall`].
    /// Events: the pools' `ProtocolFeeSet`.
    pub fn set_protocol_fee(&mut self, pools: &[Address], on: bool) -> Result<(), PoolFactoryError> {
        guard::enter()?;
        let call = call_hash(setProtocolFeeCall::SELECTOR, &list_and_flag(pools, on));
        self.authorize_unless(!on, call)?;
        self.check_pools(pools)?;
        for pool in pools {
            self.tell_pool(*pool, ICredentialPool::setProtocolFeeCall::SELECTOR, &[on.word()])?;
        }
        guard::release();
        Ok(())
    }
}

/// The arguments of [`setProtocolFeeCall`], as the ABI encodes them.
fn list_and_flag(list: &[Address], flag: bool) -> Vec<[u8; 32]> {
    /// Where the list stands, behind two words.
    const LIST_AT: U256 = uint!(0x40_U256);
    let head = [LIST_AT.word(), flag.word(), U256::from(list.len()).word()];
    collected(head.into_iter().chain(list.iter().map(|item| item.word())))
}

#[cfg(test)]
mod tests;
