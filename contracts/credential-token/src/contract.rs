//! One credential's token: ERC-20 with permit, minted up to a cap, and no faster than its emission rate lets it, by the
//! minter that it was created with.
//!
//! **Holds** balances and allowances, how much was minted and burned, and how much may be minted now. No Ether.
//!
//! **Who may call**: holders of tokens and whom they allow move and burn; the minter mints; the credential's valid holder
//! of the moment, or the factory, changes the emission rate; the factory initialises, once. There is no owner. Every token
//! is an EIP-1167 clone of one program, and nobody can change a clone's code.
//!
//! **Trusts** (safety) the factory to pass what it checked, and to say who holds the credential and which rates are in
//! bounds; the minter to mint only what is due: it can mint what the bucket holds, up to the cap. (Liveness) factory and
//! minter to answer when the emission rate changes; everything else depends on nobody but the chain's `ecrecover`.
//!
//! **Invariants**
//! - T1 The balances add up to the total supply.
//! - T2 Total supply and total burned together never exceed the maximum supply: burning makes no room under the cap.
//! - T3 Only the minter mints. Minter, factory and credential are in the clone's code; creator, name, symbol and maximum
//!   supply are set once.
//! - T4 What is minted comes out of a bucket: it starts with one day's refill, takes in ten times the emission rate a day,
//!   and holds thirty days of that. A rise of the rate counts at once, a fall thirty days after the last change.
//! - T5 The emission rate changes at most once a day, after the minter has settled what accrued at the old one.
//!
//! **Deliberately absent**: an owner, a way to replace the minter, a pause of transfers.

use abi::{
    erc20::IERC20::{
        ERC20InsufficientAllowance, ERC20InsufficientBalance, ERC20InvalidApprover, ERC20InvalidReceiver,
        ERC20InvalidSender, ERC20InvalidSpender,
    },
    erc2612::IERC2612::{ERC2612ExpiredSignature, ERC2612InvalidSigner},
    factory::ICredentialTokenFactory::{getEmissionRateBoundsCall, validateCredentialOwnershipCall},
    minter::ITokenMinter::onEmissionRateChangeCall,
    token::ICredentialToken::{
        CredentialTokenAlreadyInitialized, CredentialTokenFactoryFailed, CredentialTokenNotClone,
        CredentialTokenOnlyFactory, CredentialTokenRateChangeTooSoon, CredentialTokenRateUnchanged,
        CredentialTokenSettlementFailed, CredentialTokenUnstorable, EmissionRateUpdated, InvalidAmount,
        InvalidEmissionRate, NotCredentialOwner, OnlyMinter, ReentrancyGuardReentrantCall, TokenBurned,
        TokenMinted,
    },
    token::{CloneArgs, DOMAIN_VERSION},
};
use alloc::{string::String, vec, vec::Vec};
use alloy_primitives::{Address, B256, FixedBytes, U256};
use alloy_sol_types::SolCall;
use kit::{
    arguments::Arguments,
    clone, eip712,
    erc20::{Erc20, Erc20Error},
    guard,
    permit::{Approval, PermitError, Permits, Signature},
    text,
    word::{Word, Words},
};
use math::{supply, text::utf8};
use stylus_sdk::{crypto, prelude::*};

use crate::minting::Minting;

const DOMAIN_VERSION_HASH: B256 = eip712::hash_of(DOMAIN_VERSION);

/// Bytes of the name's word that are the name's: all.
const NAME_HEAD: usize = 32;
/// Bytes of the creator's word that are the symbol's.
const SYMBOL_HEAD: usize = 12;
/// Words of the longest name beyond its head: 64 bytes less 31.
const NAME_TAIL: usize = 2;
/// Words of the longest symbol beyond its head: 16 bytes less 11.
const SYMBOL_TAIL: usize = 1;
/// Bits that the maximum supply has.
const SUPPLY_BITS: usize = 112;
/// Bits that the emission rate has, below the time of creation.
const RATE_BITS: usize = 72;
/// How long an emission rate stays at least, once it was changed, in seconds: a day. Fixed.
pub(crate) const RATE_CHANGE_SECS: u64 = math::bounds::DAY_SECS;

kit::errors! {
    /// Why a call was refused.
    pub TokenError and Erc20Error and PermitError:
    ERC20InsufficientBalance { sender, balance, needed },
    ERC20InsufficientAllowance { spender, allowance, needed },
    ERC20InvalidSender { sender },
    ERC20InvalidReceiver { receiver },
    ERC20InvalidApprover { approver },
    ERC20InvalidSpender { spender },
    ERC2612ExpiredSignature { deadline },
    ERC2612InvalidSigner { signer, owner },
    OnlyMinter { caller, expected },
    InvalidAmount { amount },
    InvalidEmissionRate { rate, minimum, maximum },
    NotCredentialOwner { credentialId, caller },
    CredentialTokenOnlyFactory { caller, expected },
    CredentialTokenAlreadyInitialized {},
    CredentialTokenNotClone { account },
    CredentialTokenUnstorable {},
    CredentialTokenRateChangeTooSoon { availableAt },
    CredentialTokenRateUnchanged { rate },
    CredentialTokenFactoryFailed { factory },
    CredentialTokenSettlementFailed { minter },
    ReentrancyGuardReentrantCall {},
}

impl From<guard::Reentered> for TokenError {
    fn from(_: guard::Reentered) -> Self {
        ReentrancyGuardReentrantCall {}.into()
    }
}

kit::events! {
    TokenMinted [holder, credentialId] { amount, timestamp }
    TokenBurned [holder] { amount, timestamp }
    EmissionRateUpdated [] { oldRate, newRate, timestamp }
}

/// The token's storage. A clone's code never changes, so neither does this layout.
///
/// Layout v1, highest bits first:
///
/// | slot | field | content |
/// |---|---|---|
/// | 0 | `supply` | 16 bits free, total burned (112), 16 bits free, total supply (112) |
/// | 1 | `terms` | 16 bits free, created at (40, Unix seconds), emission rate (72, wad a day), 16 bits free, maximum supply (112) |
/// | 2 | `creator` | creator (160), length of the symbol (8), its first bytes (88) |
/// | 3 | `name` | length (8), first bytes (248) |
/// | 4, 5 | `name_tail` | the name's other bytes; untouched by names of up to 31 |
/// | 6 | `symbol_tail` | the symbol's other bytes; untouched by symbols of up to 11 |
/// | 7, 8 | `erc20` | holder → balance; owner → spender → allowance |
/// | 9 | `permits` | owner → next nonce |
/// | 10 | `minting` | `Minting` |
#[storage]
#[entrypoint]
pub struct CredentialToken {
    supply: Word,
    terms: Word,
    creator: Word,
    name: Word,
    name_tail: Words<NAME_TAIL>,
    symbol_tail: Words<SYMBOL_TAIL>,
    erc20: Erc20,
    permits: Permits,
    minting: Word,
}

// What the interface declares; `routes.rs` says which call runs which function.
impl CredentialToken {
    /// Sets what a new clone stores.
    ///
    /// Units: `emission_rate` in base units a day, `max_supply` in base units.
    /// Errors: [`CredentialTokenNotClone`] on the program itself; [`CredentialTokenOnlyFactory`] for anyone but the
    /// factory of the clone's arguments; [`CredentialTokenAlreadyInitialized`] the second time;
    /// [`CredentialTokenUnstorable`] for a value that has no room in its slot (what is sensible is the factory's matter).
    /// Events: none; the factory logs all of it.
    pub fn initialize(
        &mut self,
        creator: Address,
        name: &str,
        symbol: &str,
        emission_rate: U256,
        max_supply: U256,
    ) -> Result<(), TokenError> {
        let factory = self.args()?.factory;
        let caller = self.vm().msg_sender();
        if caller != factory {
            return Err(CredentialTokenOnlyFactory { caller, expected: factory }.into());
        }
        if self.creator.get() != B256::ZERO {
            return Err(CredentialTokenAlreadyInitialized {}.into());
        }
        let now = self.vm().block_timestamp();
        self.store_terms(now, emission_rate, max_supply).ok_or(CredentialTokenUnstorable {})?;
        self.minting.set_halves(Minting::new(self.rate(), now).halves());
        self.store_texts(creator, name.as_bytes(), symbol.as_bytes()).ok_or(CredentialTokenUnstorable {})?;
        Ok(())
    }

    /// Name of the token.
    pub fn name(&self) -> String {
        into_text(text::read(self.name.get().as_slice(), |index| self.name_tail.get(index)))
    }

    /// Symbol of the token.
    pub fn symbol(&self) -> String {
        let (_, symbol) = self.creator_and_symbol();
        into_text(text::read(&symbol, |index| self.symbol_tail.get(index)))
    }

    /// Tokens in existence: minted and not burned. Units: base units.
    pub fn total_supply(&self) -> U256 {
        let [_, total] = self.supply.halves();
        U256::from(total)
    }

    /// Tokens burned so far. Units: base units.
    pub fn total_burned(&self) -> U256 {
        let [burned, _] = self.supply.halves();
        U256::from(burned)
    }

    /// Tokens in circulation: the total supply, which excludes what was burned. Units: base units.
    pub fn circulating_supply(&self) -> U256 {
        self.total_supply()
    }

    /// What `account` holds. Units: base units.
    pub fn balance_of(&self, account: Address) -> U256 {
        self.erc20.balance_of(account)
    }

    /// What `spender` may move of `owner`'s. Units: base units; all ones is without limit.
    pub fn allowance(&self, owner: Address, spender: Address) -> U256 {
        self.erc20.allowance(owner, spender)
    }

    /// The credential that the token belongs to, as its code says: anyone can clone this program with other arguments, so
    /// whether the token is real is for the factory to say (`isValidToken`).
    ///
    /// Errors: [`CredentialTokenNotClone`] on the program itself.
    pub fn get_credential_id(&self) -> Result<B256, TokenError> {
        Ok(self.args()?.credential_id)
    }

    /// Who may mint.
    ///
    /// Errors: [`CredentialTokenNotClone`] on the program itself.
    pub fn get_minter(&self) -> Result<Address, TokenError> {
        Ok(self.args()?.minter)
    }

    /// The factory that created the token.
    ///
    /// Errors: [`CredentialTokenNotClone`] on the program itself.
    pub fn factory(&self) -> Result<Address, TokenError> {
        Ok(self.args()?.factory)
    }

    /// What accrues before any factor. Units: base units a day.
    pub fn get_emission_rate(&self) -> U256 {
        U256::from(self.rate())
    }

    /// What can ever be minted. Units: base units.
    pub fn get_max_supply(&self) -> U256 {
        let [_, max_supply] = self.terms.halves();
        U256::from(max_supply)
    }

    /// When the token was created. Units: Unix seconds.
    pub fn get_created_at(&self) -> U256 {
        let [high, _] = self.terms.halves();
        U256::from(high >> RATE_BITS)
    }

    /// Who created the token.
    pub fn get_creator(&self) -> Address {
        self.creator_and_symbol().0
    }

    /// The nonce that `owner`'s next permit has to carry.
    pub fn nonces(&self, owner: Address) -> U256 {
        self.permits.nonce(owner)
    }

    /// EIP-712 domain separator of this clone on this chain.
    pub fn domain_separator(&self) -> B256 {
        let name = crypto::keccak(self.name());
        let this = self.vm().contract_address();
        eip712::domain_separator(name, DOMAIN_VERSION_HASH, self.vm().chain_id(), this)
    }

    /// The fields of the EIP-712 domain, as the ABI encodes them.
    ///
    /// Source: ERC-5267.
    pub fn eip712_domain(&self) -> Vec<u8> {
        let (chain_id, this) = (self.vm().chain_id(), self.vm().contract_address());
        eip712::domain_reply(&self.name(), DOMAIN_VERSION, chain_id, this)
    }

    /// Moves `value` from the caller to `to`. Units: base units.
    ///
    /// Errors: [`ERC20InsufficientBalance`]; [`ERC20InvalidReceiver`] for the zero address, [`ERC20InvalidSender`] for a
    /// simulated call from it.
    /// Events: `Transfer`.
    pub fn transfer(&mut self, to: Address, value: U256) -> Result<bool, TokenError> {
        let sender = self.vm().msg_sender();
        self.erc20.transfer(sender, to, value)?;
        Ok(true)
    }

    /// Allows `spender` to move `value` of the caller's tokens, instead of what it was allowed before. Units: base units.
    ///
    /// Errors: [`ERC20InvalidSpender`] for the zero address, [`ERC20InvalidApprover`] for a simulated call from it.
    /// Events: `Approval`.
    pub fn approve(&mut self, spender: Address, value: U256) -> Result<bool, TokenError> {
        let owner = self.vm().msg_sender();
        self.erc20.approve(owner, spender, value)?;
        Ok(true)
    }

    /// Moves `value` from `from` to `to`, out of the caller's allowance, which shrinks unless it is without limit. Units:
    /// base units.
    ///
    /// Errors: [`ERC20InsufficientAllowance`]; [`ERC20InsufficientBalance`]; [`ERC20InvalidSender`] and
    /// [`ERC20InvalidReceiver`] for the zero address.
    /// Events: `Transfer`.
    pub fn transfer_from(&mut self, from: Address, to: Address, value: U256) -> Result<bool, TokenError> {
        let spender = self.vm().msg_sender();
        self.erc20.spend_allowance(from, spender, value)?;
        self.erc20.transfer(from, to, value)?;
        Ok(true)
    }

    /// Sets `spender`'s allowance to `value` by `owner`'s signature, which anyone may bring. Units: base units; `deadline`
    /// in Unix seconds.
    ///
    /// Errors: [`ERC2612ExpiredSignature`] after the deadline; [`ERC2612InvalidSigner`] unless the owner signed this, for
    /// this token on this chain, with its current nonce; [`ERC20InvalidSpender`] for the zero address.
    /// Events: `Approval`.
    pub fn permit(
        &mut self,
        owner: Address,
        spender: Address,
        value: U256,
        deadline: U256,
        signature: &Signature,
    ) -> Result<(), TokenError> {
        let domain = self.domain_separator();
        self.permits.consume(domain, &Approval { owner, spender, value, deadline }, signature)?;
        self.erc20.approve(owner, spender, value)?;
        Ok(())
    }

    /// Destroys `amount` of the caller's tokens. Units: base units.
    ///
    /// Errors: [`InvalidAmount`] for zero; [`ERC20InsufficientBalance`]; [`ERC20InvalidSender`] for a simulated call from
    /// the zero address.
    /// Events: `Transfer`, [`TokenBurned`].
    pub fn burn(&mut self, amount: U256) -> Result<(), TokenError> {
        let holder = self.vm().msg_sender();
        self.burn_of(holder, amount)
    }

    /// Destroys `amount` of `account`'s tokens, out of the caller's allowance. Units: base units.
    ///
    /// Errors: [`InvalidAmount`] for zero; [`ERC20InsufficientAllowance`]; [`ERC20InsufficientBalance`].
    /// Events: `Transfer`, [`TokenBurned`].
    pub fn burn_from(&mut self, account: Address, amount: U256) -> Result<(), TokenError> {
        let spender = self.vm().msg_sender();
        self.erc20.spend_allowance(account, spender, amount)?;
        self.burn_of(account, amount)
    }

    /// Mints to `to` as much of `amount` as the maximum supply leaves room for (T2) and the bucket holds (T4), and returns
    /// it. Units: base units.
    ///
    /// Rounding: none; clamped down, so the holder gets nothing beyond the limits and the minter knows.
    /// Errors: [`OnlyMinter`]; [`CredentialTokenNotClone`] on the program itself; [`ERC20InvalidReceiver`] for the zero
    /// address, if there is something to mint.
    /// Events: `Transfer` and [`TokenMinted`], neither when nothing is minted.
    /// Source: [`supply::mintable`], [`supply::mint_limit`].
    pub fn mint(&mut self, to: Address, amount: U256) -> Result<U256, TokenError> {
        let CloneArgs { minter, credential_id, .. } = self.args()?;
        let caller = self.vm().msg_sender();
        if caller != minter {
            return Err(OnlyMinter { caller, expected: minter }.into());
        }
        let [burned, total] = self.supply.halves();
        let [_, max_supply] = self.terms.halves();
        let minting = self.minting().filled(self.rate(), self.vm().block_timestamp());
        let room = supply::mintable(amount, U256::from(total), U256::from(burned), U256::from(max_supply));
        // Saturates only above what the bucket can hold.
        let minted = room.saturating_to::<u128>().min(minting.units());
        if minted == 0 {
            return Ok(U256::ZERO);
        }
        // T2: total + minted <= max supply < 2^112.
        self.supply.set_halves([burned, total.wrapping_add(minted)]);
        self.minting.set_halves(minting.without(minted).halves());
        let minted = U256::from(minted);
        self.erc20.mint(to, minted)?;
        let timestamp = self.now();
        TokenMinted { holder: to, amount: minted, credentialId: credential_id, timestamp }.emit(self.vm());
        Ok(minted)
    }

    /// Changes what accrues a day (T4, T5). Units: base units a day.
    ///
    /// Errors: [`NotCredentialOwner`] unless the caller is the factory, or the credential's valid holder now;
    /// [`InvalidEmissionRate`] for a holder's rate out of the factory's bounds; [`CredentialTokenRateChangeTooSoon`] within
    /// a day of the last change; [`CredentialTokenRateUnchanged`]; [`CredentialTokenFactoryFailed`],
    /// [`CredentialTokenSettlementFailed`] if factory or minter fail; [`CredentialTokenUnstorable`] for a factory's rate over
    /// 72 bits; [`CredentialTokenNotClone`] on the program itself; [`ReentrancyGuardReentrantCall`].
    /// Events: [`EmissionRateUpdated`].
    pub fn set_emission_rate(&mut self, new_rate: U256) -> Result<(), TokenError> {
        guard::enter()?;
        self.change_rate(new_rate)?;
        guard::release();
        Ok(())
    }
}

impl CredentialToken {
    /// What was fixed in the clone's code.
    fn args(&self) -> Result<CloneArgs, TokenError> {
        let vm = self.vm();
        let args = clone::own_args(vm).map(CloneArgs::from);
        args.ok_or_else(|| CredentialTokenNotClone { account: vm.contract_address() }.into())
    }

    /// The emission rate, in base units a day.
    fn rate(&self) -> u128 {
        let [high, _] = self.terms.halves();
        high & low_bits(RATE_BITS)
    }

    fn minting(&self) -> Minting {
        Minting::from(self.minting.halves())
    }

    fn now(&self) -> U256 {
        U256::from(self.vm().block_timestamp())
    }

    fn creator_and_symbol(&self) -> (Address, [u8; SYMBOL_HEAD]) {
        let word = self.creator.get();
        let (creator, symbol) = word.split_last_chunk::<SYMBOL_HEAD>().unwrap_or((&[], &[0; SYMBOL_HEAD]));
        (Address::try_from(creator).unwrap_or_default(), *symbol)
    }

    /// Destroys `amount` of `holder`'s tokens.
    fn burn_of(&mut self, holder: Address, amount: U256) -> Result<(), TokenError> {
        if amount.is_zero() {
            return Err(InvalidAmount { amount }.into());
        }
        self.erc20.burn(holder, amount)?;
        let [burned, total] = self.supply.halves();
        // T1, T2: the holder had `amount`, so amount <= total, and burned + total <= max supply < 2^112.
        let amount_burned = u128::try_from(amount).unwrap_or(total);
        self.supply.set_halves([burned.wrapping_add(amount_burned), total.wrapping_sub(amount_burned)]);
        let timestamp = self.now();
        TokenBurned { holder, amount, timestamp }.emit(self.vm());
        Ok(())
    }

    /// Changes the emission rate, under the guard.
    fn change_rate(&mut self, new_rate: U256) -> Result<(), TokenError> {
        let CloneArgs { factory, minter, credential_id } = self.args()?;
        let caller = self.vm().msg_sender();
        // The factory has checked what it asks for.
        if caller != factory {
            self.check_holder(factory, credential_id, caller)?;
            self.check_bounds(factory, new_rate)?;
        }
        let rate = u128::try_from(new_rate).ok().filter(|rate| *rate <= low_bits(RATE_BITS));
        let rate = rate.ok_or(CredentialTokenUnstorable {})?;
        let now = self.vm().block_timestamp();
        if let Some(changed_at) = self.minting().changed_at() {
            let available_at = changed_at.saturating_add(RATE_CHANGE_SECS);
            if now < available_at {
                let available_at = U256::from(available_at);
                return Err(CredentialTokenRateChangeTooSoon { availableAt: available_at }.into());
            }
        }
        // It would keep the holder from a change for a day, and say that there was one.
        if rate == self.rate() {
            return Err(CredentialTokenRateUnchanged { rate: new_rate }.into());
        }
        // Before anything is stored: the minter may ask for the rate that it settles at (T5). What it mints meanwhile is
        // in what is read afterwards.
        self.settle(minter, credential_id, new_rate)?;

        let old_rate = self.rate();
        let minting = self.minting().changed(old_rate, rate, now);
        self.minting.set_halves(minting.halves());
        let [terms, max_supply] = self.terms.halves();
        self.terms.set_halves([(terms & !low_bits(RATE_BITS)) | rate, max_supply]);
        let timestamp = self.now();
        EmissionRateUpdated { oldRate: U256::from(old_rate), newRate: new_rate, timestamp }.emit(self.vm());
        Ok(())
    }

    /// Refuses anyone but the credential's valid holder; the factory asks its registry.
    fn check_holder(&self, factory: Address, credential_id: B256, caller: Address) -> Result<(), TokenError> {
        let question = validateCredentialOwnershipCall { credentialId: credential_id, claimant: caller };
        let answer = static_call(self.vm(), Call::new(), factory, &question.abi_encode());
        let answer = answer.ok().and_then(|data| Arguments::new(&data).byte().ok());
        match answer {
            Some(1) => Ok(()),
            Some(0) => Err(NotCredentialOwner { credentialId: credential_id, caller }.into()),
            _ => Err(CredentialTokenFactoryFailed { factory }.into()),
        }
    }

    /// Refuses an emission rate that is out of the factory's bounds.
    fn check_bounds(&self, factory: Address, rate: U256) -> Result<(), TokenError> {
        let answer = static_call(self.vm(), Call::new(), factory, &getEmissionRateBoundsCall {}.abi_encode());
        let bounds = answer.ok().and_then(|data| {
            let bounds = &mut Arguments::new(&data);
            Some((bounds.number().ok()?, bounds.number().ok()?))
        });
        let Some((minimum, maximum)) = bounds else {
            return Err(CredentialTokenFactoryFailed { factory }.into());
        };
        if rate < minimum || rate > maximum {
            return Err(InvalidEmissionRate { rate, minimum, maximum }.into());
        }
        Ok(())
    }

    /// Has the minter settle what accrued so far, if it is a contract.
    fn settle(&mut self, minter: Address, credential_id: B256, new_rate: U256) -> Result<(), TokenError> {
        if self.vm().code_size(minter) == 0 {
            return Ok(());
        }
        let notice = onEmissionRateChangeCall { credentialId: credential_id, newRate: new_rate };
        let context = Call::new_mutating(self);
        let settled = call(self.vm(), context, minter, &notice.abi_encode());
        settled.map(drop).map_err(|_| CredentialTokenSettlementFailed { minter }.into())
    }

    /// Stores what the minting follows; `None` if a value has no room.
    fn store_terms(&mut self, created_at: u64, emission_rate: U256, max_supply: U256) -> Option<()> {
        let fits = emission_rate.bit_len() <= RATE_BITS && max_supply.bit_len() <= SUPPLY_BITS;
        let rate = u128::try_from(emission_rate).ok().filter(|_| fits)?;
        let max_supply = u128::try_from(max_supply).ok()?;
        self.terms.set_halves([(u128::from(created_at) << RATE_BITS) | rate, max_supply]);
        Some(())
    }

    /// Stores who created the token and what it is called; `None` if a text has no room.
    fn store_texts(&mut self, creator: Address, name: &[u8], symbol: &[u8]) -> Option<()> {
        if name.len() > math::bounds::NAME_BYTES_MAX || symbol.len() > math::bounds::SYMBOL_BYTES_MAX {
            return None;
        }
        let symbol_head: FixedBytes<SYMBOL_HEAD> = text::head(symbol)?.into();
        self.creator.set(creator.concat_const(symbol_head));
        self.symbol_tail.set(text::tail::<SYMBOL_HEAD>(symbol));
        self.name.set(text::head::<NAME_HEAD>(name)?.into());
        self.name_tail.set(text::tail::<NAME_HEAD>(name));
        Some(())
    }
}

/// A number of which the low `bits` are ones.
const fn low_bits(bits: usize) -> u128 {
    !(u128::MAX << bits)
}

/// The text of bytes that were a text when they were stored.
fn into_text(bytes: Vec<u8>) -> String {
    utf8(&bytes).unwrap_or_default().into()
}

#[cfg(test)]
mod tests;
