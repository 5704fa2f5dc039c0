//! Creates the token of a credential, for the credential's valid holder.
//!
//! **Holds** which token belongs to which credential, in the order of creation, what new tokens are made of (registry,
//! generator, implementation, bounds), and the fees until the treasury withdraws them. What is sent beyond the fee goes
//! back at once.
//!
//! **Who may call**: the valid holder of a credential creates its token; the treasury withdraws the fees; the owner changes
//! everything that can be changed, once launched by announcement, but for what only protects; the guardian can stop
//! creations.
//!
//! **Trusts** (safety) the registry to say who holds a credential, and the owner to choose registry, generator and
//! implementation; a creation takes the ones of the moment when it is mined, for ever. (Liveness) registry and, if it is a
//! contract, generator to answer: without them nothing is created, and what was created goes on.
//!
//! **Invariants**
//! - F1 A credential has at most one token, created by who was its valid holder then.
//! - F2 Every token listed is a clone of an implementation that this factory had, with this factory, the generator of
//!   that moment and the credential's id in its code.
//! - F3 The list has each token once, in the order of creation; it never shrinks.
//! - F4 No creator creates more than 5 tokens and 5 a day, all together no more than 1 000 and 1 000 a day.
//! - F5 What the factory holds is at least the fees that accrued and were not withdrawn.
//!
//! **Deliberately absent**: a way to replace the minter of a token that exists; to stop its transfers.

use abi::{
    arbwasm::{ARB_WASM, IArbWasm::programVersionCall},
    factory::{
        ICredentialTokenFactory::{
            CreationFeeSet, CredentialTokenRateChangeTooSoon, CredentialTokenRateUnchanged,
            CredentialTokenSettlementFailed, EmissionRateBoundsSet, FeesWithdrawn, GeneratorSet,
            ImplementationSet, InsufficientCreationFee, InvalidCredential, MaxSupplyBoundsSet,
            MintingFeeCollected, NotCredentialOwner, ReentrancyGuardReentrantCall, RegistrySet,
            TokenAlreadyExists, TokenFactoryCreationFailed, TokenFactoryCreatorLimit, TokenFactoryFeeTooHigh,
            TokenFactoryGeneratorFailed, TokenFactoryInvalidBounds, TokenFactoryInvalidEmissionRate,
            TokenFactoryInvalidMaxSupply, TokenFactoryInvalidName, TokenFactoryInvalidSymbol,
            TokenFactoryOnlyTreasury, TokenFactoryOverallLimit, TokenFactoryRefundFailed,
            TokenFactoryRegistryFailed, TokenFactoryTokenFailed, TokenFactoryTooManyTokens,
            TokenFactoryUnknownToken, TokenFactoryUnsuitable, TokenFactoryWithdrawalFailed, TreasurySet,
            setCreationFeeCall, setEmissionRateBoundsCall, setGeneratorCall, setImplementationCall,
            setMaxSupplyBoundsCall, setRegistryCall, setTokenEmissionRateCall, setTreasuryCall,
        },
        PAGE_MAX,
    },
    minter::ITokenMinter::onTokenCreatedCall,
    registry::{ICredentialRegistry::validateCredentialCall, status},
    token::{
        CloneArgs,
        ICredentialToken::{CredentialTokenNotClone, getCreatorCall, getMinterCall, setEmissionRateCall},
    },
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolError};
use kit::{
    arguments::Arguments,
    authority::{Authority, AuthorityError},
    clone, guard,
    namespace::{Namespace, Namespaced},
    reply::{Word as _, collected},
    schedule::call_hash,
    word::{Word, WordMap, account, number},
};
use math::{
    bounds::{
        CREATION_FEE_CEILING, CREATIONS_OF_ALL, CREATIONS_OF_ONE, EMISSION_RATE_CEILING,
        EMISSION_RATE_MAX_DEFAULT, EMISSION_RATE_MIN_DEFAULT, MAX_SUPPLY_CEILING, MAX_SUPPLY_MAX_DEFAULT,
        MAX_SUPPLY_MIN_DEFAULT,
    },
    bucket::{Bucket, Limit},
    page, text,
};
use stylus_sdk::{deploy::RawDeploy, prelude::*};

use crate::terms::Terms;
use checks::bucket;
use settings::bounds;

mod checks;
mod creation;
mod settings;

/// Bits of an address.
const ADDRESS_BITS: usize = 160;

/// First byte of the code of every Stylus program, and of accounts that delegate to other code (EIP-7702).
const NO_CONTRACT_MARK: u8 = 0xef;

kit::errors! {
    /// Why a call was refused.
    pub FactoryError and AuthorityError:
    InvalidCredential { credentialId },
    NotCredentialOwner { credentialId, caller },
    TokenAlreadyExists { credentialId },
    TokenFactoryInvalidName { length },
    TokenFactoryInvalidSymbol { length },
    TokenFactoryInvalidEmissionRate { rate, minimum, maximum },
    TokenFactoryInvalidMaxSupply { maxSupply, minimum, maximum },
    TokenFactoryCreatorLimit { creator, availableAt },
    TokenFactoryOverallLimit { availableAt },
    InsufficientCreationFee { sent, required },
    TokenFactoryFeeTooHigh { fee, maximum },
    TokenFactoryInvalidBounds { minimum, maximum, ceiling },
    TokenFactoryOnlyTreasury { caller, expected },
    TokenFactoryWithdrawalFailed { treasury, amount },
    TokenFactoryRefundFailed { to, amount },
    TokenFactoryTooManyTokens { count, limit },
    TokenFactoryRegistryFailed { registry },
    TokenFactoryTokenFailed { tokenAddress },
    TokenFactoryUnknownToken { tokenAddress },
    TokenFactoryGeneratorFailed { generator },
    TokenFactoryCreationFailed { credentialId },
    TokenFactoryUnsuitable { account },
    CredentialTokenRateChangeTooSoon { availableAt },
    CredentialTokenRateUnchanged { rate },
    CredentialTokenSettlementFailed { minter },
    ReentrancyGuardReentrantCall {},
}

impl From<guard::Reentered> for FactoryError {
    fn from(_: guard::Reentered) -> Self {
        ReentrancyGuardReentrantCall {}.into()
    }
}

kit::events! {
    MintingFeeCollected [credentialId, payer] { feeAmount }
    FeesWithdrawn [treasury] { amount }
    RegistrySet [previousRegistry, newRegistry] {}
    GeneratorSet [previousGenerator, newGenerator] {}
    ImplementationSet [previousImplementation, newImplementation] {}
    EmissionRateBoundsSet [] { minimum, maximum }
    MaxSupplyBoundsSet [] { minimum, maximum }
    CreationFeeSet [] { previousFee, newFee }
    TreasurySet [previousTreasury, newTreasury] {}
}

/// The contract: its parts, in namespaces of their own.
#[storage]
#[entrypoint]
pub struct CredentialTokenFactory {
    pub(crate) authority: Authority,
    tokens: Namespaced<Tokens>,
}

/// What the factory remembers.
///
/// Layout v1, append-only, namespace `air.storage.CredentialTokenFactory`, highest bits first:
///
/// | slot | field | content |
/// |---|---|---|
/// | 0 | `registry` | 96 bits free, registry (160) |
/// | 1 | `generator` | 96 bits free, generator (160) |
/// | 2 | `implementation` | number of tokens (96), implementation (160): a creation reads both and writes the number |
/// | 3 | `by_credential` | credential id → token |
/// | 4 | `list` | number of the token, from 0 → token |
/// | 5 | `emission_rates` | lowest (128), highest emission rate (128, base units a day) |
/// | 6 | `max_supplies` | lowest (128), highest maximum supply (128, base units) |
/// | 7 | `treasury` | creation fee (96, wei), treasury (160): a creation reads both |
/// | 8 | `accrued` | fees that were not withdrawn (wei) |
/// | 9 | `creations` | content (128, shares), when that was (128, Unix seconds): the bucket of all |
/// | 10 | `creations_of` | creator → content (128, shares), when that was (128, Unix seconds): the bucket of one |
///
/// An untouched word of 9 or 10 is a bucket that has been filling since 1970: full.
#[storage]
struct Tokens {
    registry: Word,
    generator: Word,
    implementation: Word,
    by_credential: WordMap<B256>,
    list: WordMap<U256>,
    emission_rates: Word,
    max_supplies: Word,
    treasury: Word,
    accrued: Word,
    creations: Word,
    creations_of: WordMap<Address>,
}

impl Namespace for Tokens {
    const ID: &'static str = "air.storage.CredentialTokenFactory";
}

// What the interface declares; `routes.rs` says which call runs which function.
impl CredentialTokenFactory {
    /// Sets up a new proxy. `generator` is whom new tokens take as their minter: a contract, or an account.
    ///
    /// Errors: `AlreadyInitialized` the second time; `DirectInitialization` on the program itself;
    /// `OwnableInvalidOwner` for the zero address; [`TokenFactoryUnsuitable`] as the setters.
    /// Events: `Initialized`, `OwnershipTransferred`, [`RegistrySet`], [`GeneratorSet`], [`ImplementationSet`],
    /// [`EmissionRateBoundsSet`], [`MaxSupplyBoundsSet`].
    pub fn initialize(
        &mut self,
        owner: Address,
        registry: Address,
        generator: Address,
        implementation: Address,
    ) -> Result<(), FactoryError> {
        self.authority.initialize(owner)?;
        self.replace_registry(registry)?;
        self.replace_generator(generator)?;
        self.replace_implementation(implementation)?;
        self.replace_emission_rate_bounds(EMISSION_RATE_MIN_DEFAULT, EMISSION_RATE_MAX_DEFAULT)?;
        self.replace_max_supply_bounds(MAX_SUPPLY_MIN_DEFAULT, MAX_SUPPLY_MAX_DEFAULT)
    }

    // ── Views ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// The registry that says who holds which credential.
    pub fn registry(&self) -> Address {
        self.tokens.registry.account()
    }

    /// Who becomes the minter of new tokens.
    pub fn generator(&self) -> Address {
        self.tokens.generator.account()
    }

    /// The program that new tokens run.
    pub fn implementation(&self) -> Address {
        self.tokens.implementation.account()
    }

    /// Lowest and highest emission rate that are accepted. Units: base units a day.
    pub fn get_emission_rate_bounds(&self) -> (U256, U256) {
        bounds(&self.tokens.emission_rates)
    }

    /// Lowest and highest maximum supply that are accepted. Units: base units.
    pub fn get_max_supply_bounds(&self) -> (U256, U256) {
        bounds(&self.tokens.max_supplies)
    }

    /// How many tokens `creator`, and how many all together, can create now (F4).
    pub fn get_available_creations(&self, creator: Address) -> (U256, U256) {
        let now = self.vm().block_timestamp();
        let one = bucket(self.tokens.creations_of.at(creator).halves()).filled(CREATIONS_OF_ONE, now);
        let all = bucket(self.tokens.creations.halves()).filled(CREATIONS_OF_ALL, now);
        (U256::from(one.units()), U256::from(all.units()))
    }

    /// What creating a token costs. Units: wei.
    pub fn creation_fee(&self) -> U256 {
        self.tokens.treasury.number().wrapping_shr(ADDRESS_BITS)
    }

    /// Fees that the treasury can withdraw (F5). Units: wei.
    pub fn accrued_fees(&self) -> U256 {
        self.tokens.accrued.number()
    }

    /// Who withdraws the fees; zero until it is set.
    pub fn treasury(&self) -> Address {
        self.tokens.treasury.account()
    }

    /// Where the token of `credential_id` will be, while generator and implementation stay as they are. Meaningless once
    /// the token exists: ask [`Self::get_token_by_credential`].
    ///
    /// Source: EIP-1014, with the credential's id as the salt.
    pub fn predict_token_address(&self, credential_id: B256) -> Address {
        let creation = self.creation_code(credential_id);
        clone::create2_address(self.vm().contract_address(), credential_id, &creation)
    }

    /// The token of `credential_id`; zero if there is none.
    pub fn get_token_by_credential(&self, credential_id: B256) -> Address {
        self.tokens.by_credential.at(credential_id).account()
    }

    /// The credential of `token_address`; zero if this factory didn't create it.
    pub fn get_credential_by_token(&self, token_address: Address) -> B256 {
        self.credential_of(token_address).unwrap_or_default()
    }

    /// Whether this factory created `token_address`.
    pub fn is_valid_token(&self, token_address: Address) -> bool {
        self.credential_of(token_address).is_some()
    }

    /// Whether `credential_id` has a token, which, and who created it; zeros if there is none.
    ///
    /// Errors: [`TokenFactoryTokenFailed`] if the token can't be asked for its creator.
    pub fn get_token_details(&self, credential_id: B256) -> Result<(bool, Address, Address), FactoryError> {
        let token = self.get_token_by_credential(credential_id);
        if token.is_zero() {
            return Ok((false, token, Address::ZERO));
        }
        let answer = static_call(self.vm(), Call::new(), token, &getCreatorCall {}.abi_encode());
        let creator = answer.ok().and_then(|data| Arguments::new(&data).address().ok());
        let creator = creator.ok_or(TokenFactoryTokenFailed { tokenAddress: token })?;
        Ok((true, token, creator))
    }

    /// Number of tokens.
    pub fn get_token_count(&self) -> U256 {
        self.count()
    }

    /// Every token in the order of creation.
    ///
    /// Errors: [`TokenFactoryTooManyTokens`] beyond 1 000: read longer lists by [`Self::get_tokens`].
    pub fn get_all_tokens(&self) -> Result<Vec<Address>, FactoryError> {
        let count = self.count();
        if count > PAGE_MAX {
            return Err(TokenFactoryTooManyTokens { count, limit: PAGE_MAX }.into());
        }
        Ok(self.page(U256::ZERO, count))
    }

    /// Up to `limit` tokens in the order of creation, from the one numbered `offset` (from 0); fewer at the list's end.
    ///
    /// Errors: [`TokenFactoryTooManyTokens`] for a `limit` beyond 1 000.
    pub fn get_tokens(&self, offset: U256, limit: U256) -> Result<Vec<Address>, FactoryError> {
        if limit > PAGE_MAX {
            return Err(TokenFactoryTooManyTokens { count: limit, limit: PAGE_MAX }.into());
        }
        Ok(self.page(offset, limit))
    }

    /// Whether `claimant` is the valid holder of `credential_id` now.
    ///
    /// Errors: [`TokenFactoryRegistryFailed`] if the registry doesn't answer.
    pub fn validate_credential_ownership(
        &self,
        credential_id: B256,
        claimant: Address,
    ) -> Result<bool, FactoryError> {
        let (valid, _) = self.validate(self.registry(), credential_id, claimant)?;
        Ok(valid)
    }

    // ── Creators and treasury ───────────────────────────────────────────────────────────────────────────────────

    /// Creates the token of `credential_id`, whose valid holder has to be the caller. Takes the fee out of what was sent,
    /// and sends back the rest. If the generator is a contract, it hears of the token at once.
    ///
    /// Units: `emission_rate` in base units a day, `max_supply` in base units.
    /// Errors: `EnforcedPause`; [`TokenFactoryInvalidName`], [`TokenFactoryInvalidSymbol`],
    /// [`TokenFactoryInvalidEmissionRate`], [`TokenFactoryInvalidMaxSupply`] out of bounds; [`InsufficientCreationFee`];
    /// [`TokenAlreadyExists`]; [`NotCredentialOwner`] if the credential is valid but somebody else's; [`InvalidCredential`]
    /// if it isn't valid; [`TokenFactoryCreatorLimit`], [`TokenFactoryOverallLimit`] (F4); [`TokenFactoryRegistryFailed`],
    /// [`TokenFactoryCreationFailed`], [`TokenFactoryGeneratorFailed`] if registry, implementation or generator fail;
    /// [`TokenFactoryRefundFailed`]; [`ReentrancyGuardReentrantCall`].
    /// Events: `TokenCreated`, and before it [`MintingFeeCollected`] unless the fee is zero.
    pub fn create_token(
        &mut self,
        credential_id: B256,
        name: &str,
        symbol: &str,
        emission_rate: U256,
        max_supply: U256,
    ) -> Result<Address, FactoryError> {
        self.authority.when_running()?;
        guard::enter()?;
        let creator = self.vm().msg_sender();
        let terms = Terms { creator, name, symbol, emission_rate, max_supply };
        let created = self.create(credential_id, terms);
        guard::release();
        created
    }

    /// Pays the accrued fees to the treasury, and returns how much that was. Units: wei.
    ///
    /// Errors: [`TokenFactoryOnlyTreasury`]; [`TokenFactoryWithdrawalFailed`] if the treasury doesn't take it;
    /// [`ReentrancyGuardReentrantCall`].
    /// Events: [`FeesWithdrawn`], unless there are none.
    pub fn withdraw_fees(&mut self) -> Result<U256, FactoryError> {
        let (caller, treasury) = (self.vm().msg_sender(), self.treasury());
        if caller != treasury {
            return Err(TokenFactoryOnlyTreasury { caller, expected: treasury }.into());
        }
        guard::enter()?;
        let amount = self.accrued_fees();
        if !amount.is_zero() {
            self.tokens.accrued.set_number(U256::ZERO);
            FeesWithdrawn { treasury, amount }.emit(self.vm());
            if !self.pay(treasury, amount) {
                return Err(TokenFactoryWithdrawalFailed { treasury, amount }.into());
            }
        }
        guard::release();
        Ok(amount)
    }

    // ── Owner and guardian ──────────────────────────────────────────────────────────────────────────────────────

    /// Ends the set-up, for ever: from now on the setters below need announcements.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; `AlreadyLaunched`; [`TokenFactoryUnsuitable`]
    /// if the generator is an account: its key would mint every token to come.
    /// Events: `Launched`.
    pub fn launch(&mut self) -> Result<(), FactoryError> {
        self.authority.only_owner()?;
        let generator = self.generator();
        if !self.authority.launched() && self.is_no_contract(generator) {
            return Err(TokenFactoryUnsuitable { account: generator }.into());
        }
        Ok(self.authority.launch()?)
    }

    // What is announced: once launched it is refused with `NotScheduled`, `NotYetDue` or `ScheduleExpired` unless it was
    // announced for now. It emits `Executed`, beside its own event, if it was.

    /// Takes another registry. Announced.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; once launched `NotScheduled`, `NotYetDue`,
    /// `ScheduleExpired`; [`TokenFactoryUnsuitable`] if `new_registry` doesn't answer as a registry does, or is a
    /// program and not its proxy.
    /// Events: [`RegistrySet`].
    pub fn set_registry(&mut self, new_registry: Address) -> Result<(), FactoryError> {
        self.authorize(setRegistryCall::SELECTOR, &[new_registry.word()])?;
        self.replace_registry(new_registry)
    }

    /// Takes another generator, as the minter of tokens created from now on. Announced.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; once launched `NotScheduled`, `NotYetDue`,
    /// `ScheduleExpired`; [`TokenFactoryUnsuitable`] for the zero address, for a program itself, and, once
    /// launched, for an address without code.
    /// Events: [`GeneratorSet`].
    pub fn set_generator(&mut self, new_generator: Address) -> Result<(), FactoryError> {
        self.authorize(setGeneratorCall::SELECTOR, &[new_generator.word()])?;
        self.replace_generator(new_generator)
    }

    /// Takes another token program, for tokens created from now on. Announced.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; once launched `NotScheduled`, `NotYetDue`,
    /// `ScheduleExpired`; [`TokenFactoryUnsuitable`] unless `new_implementation` is an active program that answers as
    /// a token's does.
    /// Events: [`ImplementationSet`].
    pub fn set_implementation(&mut self, new_implementation: Address) -> Result<(), FactoryError> {
        self.authorize(setImplementationCall::SELECTOR, &[new_implementation.word()])?;
        self.replace_implementation(new_implementation)
    }

    /// Accepts emission rates from `minimum` to `maximum` from now on. Announced. Units: base units a day.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; once launched `NotScheduled`, `NotYetDue`,
    /// `ScheduleExpired`; [`TokenFactoryInvalidBounds`] unless 0 < `minimum` <= `maximum` <= 1 000 tokens a day.
    /// Events: [`EmissionRateBoundsSet`].
    pub fn set_emission_rate_bounds(&mut self, minimum: U256, maximum: U256) -> Result<(), FactoryError> {
        self.authorize(setEmissionRateBoundsCall::SELECTOR, &[minimum.word(), maximum.word()])?;
        self.replace_emission_rate_bounds(minimum, maximum)
    }

    /// Accepts maximum supplies from `minimum` to `maximum` from now on. Announced. Units: base units.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; once launched `NotScheduled`, `NotYetDue`,
    /// `ScheduleExpired`; [`TokenFactoryInvalidBounds`] unless 0 < `minimum` <= `maximum` < 2¹¹².
    /// Events: [`MaxSupplyBoundsSet`].
    pub fn set_max_supply_bounds(&mut self, minimum: U256, maximum: U256) -> Result<(), FactoryError> {
        self.authorize(setMaxSupplyBoundsCall::SELECTOR, &[minimum.word(), maximum.word()])?;
        self.replace_max_supply_bounds(minimum, maximum)
    }

    /// Changes the creation fee. Announced unless it falls. Units: wei.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; once launched `NotScheduled`, `NotYetDue`,
    /// `ScheduleExpired`; [`TokenFactoryFeeTooHigh`] above 0.01 Ether.
    /// Events: [`CreationFeeSet`].
    pub fn set_creation_fee(&mut self, new_fee: U256) -> Result<(), FactoryError> {
        let previous = self.creation_fee();
        if new_fee < previous {
            let call = call_hash(setCreationFeeCall::SELECTOR, &[new_fee.word()]);
            self.authority.authorize_at_once(call)?;
        } else {
            self.authorize(setCreationFeeCall::SELECTOR, &[new_fee.word()])?;
        }
        if new_fee > CREATION_FEE_CEILING {
            return Err(TokenFactoryFeeTooHigh { fee: new_fee, maximum: CREATION_FEE_CEILING }.into());
        }
        self.set_treasury_and_fee(self.treasury(), new_fee);
        CreationFeeSet { previousFee: previous, newFee: new_fee }.emit(self.vm());
        Ok(())
    }

    /// Takes another treasury. Announced. What has accrued is the new one's.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; once launched `NotScheduled`, `NotYetDue`,
    /// `ScheduleExpired`; [`TokenFactoryUnsuitable`] for the zero address.
    /// Events: [`TreasurySet`].
    pub fn set_treasury(&mut self, new_treasury: Address) -> Result<(), FactoryError> {
        self.authorize(setTreasuryCall::SELECTOR, &[new_treasury.word()])?;
        if new_treasury.is_zero() {
            return Err(TokenFactoryUnsuitable { account: new_treasury }.into());
        }
        let previous = self.treasury();
        self.set_treasury_and_fee(new_treasury, self.creation_fee());
        TreasurySet { previousTreasury: previous, newTreasury: new_treasury }.emit(self.vm());
        Ok(())
    }

    /// Changes the emission rate of `token`, after its generator has settled at the old one. Announced, even before the
    /// launch: tokens are their holders' from the start. Units: base units a day.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; `NotScheduled`, `NotYetDue`,
    /// `ScheduleExpired`; [`TokenFactoryUnknownToken`] if this factory didn't create it;
    /// [`TokenFactoryInvalidEmissionRate`] out of bounds; what the token refuses it with
    /// ([`CredentialTokenRateChangeTooSoon`], [`CredentialTokenRateUnchanged`], [`CredentialTokenSettlementFailed`]), or
    /// [`TokenFactoryTokenFailed`] if it fails without a word; [`ReentrancyGuardReentrantCall`].
    /// Events: the token's `EmissionRateUpdated`.
    pub fn set_token_emission_rate(&mut self, token: Address, new_rate: U256) -> Result<(), FactoryError> {
        guard::enter()?;
        let announced = call_hash(setTokenEmissionRateCall::SELECTOR, &[token.word(), new_rate.word()]);
        self.authority.authorize_announced(announced)?;
        if self.credential_of(token).is_none() {
            return Err(TokenFactoryUnknownToken { tokenAddress: token }.into());
        }
        self.check_emission_rate(new_rate)?;
        let change = setEmissionRateCall { newRate: new_rate }.abi_encode();
        let context = Call::new_mutating(self);
        match call(self.vm(), context, token, &change) {
            Ok(_) => {}
            Err(errors::Error::Revert(reason)) if !reason.is_empty() => return Err(FactoryError(reason)),
            Err(_) => return Err(TokenFactoryTokenFailed { tokenAddress: token }.into()),
        }
        guard::release();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
