//! Creates the token of a credential, for the credential's valid holder.
//!
//! **Holds** which token belongs to which credential, in the order of creation, and what new tokens are made of:
//! registry, generator and implementation. No money: what is sent beyond the fee, which is zero, goes back at once.
//!
//! **Who may call**: the valid holder of a credential creates its token; the owner chooses registry, generator and
//! implementation, for tokens created from then on.
//!
//! **Trusts** (safety) the registry to say who holds a credential, and the owner to choose registry, generator and
//! implementation; a creation takes the ones of the moment when it is mined, for ever. (Liveness) the registry to answer:
//! without it nothing is created, and what was created goes on.
//!
//! **Invariants**
//! - F1 A credential has at most one token, created by who was its valid holder then.
//! - F2 Every token listed is a clone of an implementation that this factory had, with this factory, the generator of
//!   that moment and the credential's id in its code.
//! - F3 The list has each token once, in the order of creation; it never shrinks.
//!
//! **Deliberately absent**: any power over a token that exists.

use abi::{
    arbwasm::{ARB_WASM, IArbWasm::programVersionCall},
    factory::{
        ICredentialTokenFactory::{
            GeneratorSet, ImplementationSet, InvalidCredential, NotCredentialOwner,
            ReentrancyGuardReentrantCall, RegistrySet, TokenAlreadyExists, TokenCreated,
            TokenFactoryCreationFailed, TokenFactoryInvalidEmissionRate, TokenFactoryInvalidMaxSupply,
            TokenFactoryInvalidName, TokenFactoryInvalidSymbol, TokenFactoryRefundFailed,
            TokenFactoryRegistryFailed, TokenFactoryTokenFailed, TokenFactoryTooManyTokens,
            TokenFactoryUnsuitable,
        },
        PAGE_MAX,
    },
    initializable::IInitializable::{AlreadyInitialized, DirectInitialization},
    ownable::IOwnable::{OwnableInvalidOwner, OwnableUnauthorizedAccount},
    registry::{ICredentialRegistry::validateCredentialCall, status},
    token::{
        CloneArgs,
        ICredentialToken::{CredentialTokenNotClone, getCreatorCall, getMinterCall, initializeCall},
    },
};
use alloc::{string::String, vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolError};
use kit::{
    absorb, clone, guard,
    initializer::{InitializeError, Initializer},
    namespace::{Namespace, Namespaced},
    ownership::Ownership,
    word::{Word, WordMap},
};
use math::{
    bounds::{
        EMISSION_RATE_MAX_DEFAULT, EMISSION_RATE_MIN_DEFAULT, MAX_SUPPLY_MAX_DEFAULT, MAX_SUPPLY_MIN_DEFAULT,
    },
    text,
};
use stylus_sdk::{deploy::RawDeploy, prelude::*};

/// Bits of an address.
const ADDRESS_BITS: usize = 160;

/// Version that [`CredentialTokenFactory::initialize`] sets up.
const INITIAL_VERSION: u64 = 1;

/// Why a call was refused.
#[derive(SolidityError, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each error is documented where it is declared, in abi")]
pub enum FactoryError {
    Already(AlreadyInitialized),
    Direct(DirectInitialization),
    OwnableUnauthorizedAccount(OwnableUnauthorizedAccount),
    OwnableInvalidOwner(OwnableInvalidOwner),
    InvalidCredential(InvalidCredential),
    NotCredentialOwner(NotCredentialOwner),
    TokenAlreadyExists(TokenAlreadyExists),
    InvalidName(TokenFactoryInvalidName),
    InvalidSymbol(TokenFactoryInvalidSymbol),
    InvalidEmissionRate(TokenFactoryInvalidEmissionRate),
    InvalidMaxSupply(TokenFactoryInvalidMaxSupply),
    Unsuitable(TokenFactoryUnsuitable),
    RegistryFailed(TokenFactoryRegistryFailed),
    CreationFailed(TokenFactoryCreationFailed),
    TokenFailed(TokenFactoryTokenFailed),
    RefundFailed(TokenFactoryRefundFailed),
    TooManyTokens(TokenFactoryTooManyTokens),
    Reentered(ReentrancyGuardReentrantCall),
}

absorb!(InitializeError into FactoryError: Already, Direct);

impl From<guard::Reentered> for FactoryError {
    fn from(_: guard::Reentered) -> Self {
        ReentrancyGuardReentrantCall {}.into()
    }
}

/// The contract: three parts, each in a namespace of its own.
#[storage]
#[entrypoint]
pub struct CredentialTokenFactory {
    initializer: Namespaced<Initializer>,
    ownership: Namespaced<Ownership>,
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
#[storage]
struct Tokens {
    registry: Word,
    generator: Word,
    implementation: Word,
    by_credential: WordMap<B256>,
    list: WordMap<U256>,
}

impl Namespace for Tokens {
    const ID: &'static str = "air.storage.CredentialTokenFactory";
}

#[public]
impl CredentialTokenFactory {
    /// Sets up a new proxy. `generator` is whom new tokens take as their minter: a contract, or an account.
    ///
    /// Errors: [`AlreadyInitialized`] the second time; [`DirectInitialization`] on the program itself;
    /// [`OwnableInvalidOwner`] for the zero address; [`TokenFactoryUnsuitable`] as the setters.
    /// Events: `Initialized`, `OwnershipTransferred`, [`RegistrySet`], [`GeneratorSet`], [`ImplementationSet`].
    pub fn initialize(
        &mut self,
        owner: Address,
        registry: Address,
        generator: Address,
        implementation: Address,
    ) -> Result<(), FactoryError> {
        self.initializer.begin(INITIAL_VERSION)?;
        self.ownership.initialize(owner)?;
        self.replace_registry(registry)?;
        self.replace_generator(generator)?;
        self.replace_implementation(implementation)
    }

    /// The owner; zero after renouncing.
    pub fn owner(&self) -> Address {
        self.ownership.owner()
    }

    /// Whom the ownership was offered to; zero if nobody.
    pub fn pending_owner(&self) -> Address {
        self.ownership.pending_owner()
    }

    /// The registry that says who holds which credential.
    pub fn registry(&self) -> Address {
        Address::from_word(self.tokens.registry.get())
    }

    /// Who becomes the minter of new tokens.
    pub fn generator(&self) -> Address {
        Address::from_word(self.tokens.generator.get())
    }

    /// The program that new tokens run.
    pub fn implementation(&self) -> Address {
        Address::from_word(self.tokens.implementation.get())
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
        Address::from_word(self.tokens.by_credential.at(credential_id).get())
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
        let creator = answer.ok().and_then(|data| getCreatorCall::abi_decode_returns_validate(&data).ok());
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

    /// Creates the token of `credential_id`, whose valid holder has to be the caller. What was sent is sent back: there
    /// is no fee.
    ///
    /// Units: `emission_rate` in base units a day, `max_supply` in base units.
    /// Errors: [`TokenFactoryInvalidName`], [`TokenFactoryInvalidSymbol`], [`TokenFactoryInvalidEmissionRate`],
    /// [`TokenFactoryInvalidMaxSupply`] out of bounds; [`TokenAlreadyExists`]; [`NotCredentialOwner`] if the credential is
    /// valid but somebody else's; [`InvalidCredential`] if it isn't valid; [`TokenFactoryRegistryFailed`],
    /// [`TokenFactoryCreationFailed`] if registry or implementation fail; [`TokenFactoryRefundFailed`];
    /// [`ReentrancyGuardReentrantCall`].
    /// Events: [`TokenCreated`].
    #[payable]
    pub fn create_token(
        &mut self,
        credential_id: B256,
        name: String,
        symbol: String,
        emission_rate: U256,
        max_supply: U256,
    ) -> Result<Address, FactoryError> {
        guard::enter()?;
        let terms = initializeCall {
            creator: self.vm().msg_sender(),
            name,
            symbol,
            emissionRate: emission_rate,
            maxSupply: max_supply,
        };
        let created = self.create(credential_id, terms);
        guard::release();
        created
    }

    /// Offers the ownership to `new_owner`, which has to accept; the zero address withdraws the offer.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if the caller isn't the owner.
    /// Events: `OwnershipTransferStarted`.
    pub fn transfer_ownership(&mut self, new_owner: Address) -> Result<(), FactoryError> {
        Ok(self.ownership.transfer(new_owner)?)
    }

    /// Takes over the ownership that was offered to the caller.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if it was not offered to the caller.
    /// Events: `OwnershipTransferred`.
    pub fn accept_ownership(&mut self) -> Result<(), FactoryError> {
        Ok(self.ownership.accept()?)
    }

    /// Gives up the ownership for ever.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if the caller isn't the owner.
    /// Events: `OwnershipTransferred` to zero.
    pub fn renounce_ownership(&mut self) -> Result<(), FactoryError> {
        Ok(self.ownership.renounce()?)
    }

    /// Takes another registry.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if the caller isn't the owner; [`TokenFactoryUnsuitable`] if
    /// `new_registry` doesn't answer as a registry does.
    /// Events: [`RegistrySet`].
    pub fn set_registry(&mut self, new_registry: Address) -> Result<(), FactoryError> {
        self.ownership.only_owner()?;
        self.replace_registry(new_registry)
    }

    /// Takes another generator, as the minter of tokens created from now on.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if the caller isn't the owner; [`TokenFactoryUnsuitable`] for the zero
    /// address.
    /// Events: [`GeneratorSet`].
    pub fn set_generator(&mut self, new_generator: Address) -> Result<(), FactoryError> {
        self.ownership.only_owner()?;
        self.replace_generator(new_generator)
    }

    /// Takes another token program, for tokens created from now on.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if the caller isn't the owner; [`TokenFactoryUnsuitable`] unless
    /// `new_implementation` is an active program that answers as a token's does.
    /// Events: [`ImplementationSet`].
    pub fn set_implementation(&mut self, new_implementation: Address) -> Result<(), FactoryError> {
        self.ownership.only_owner()?;
        self.replace_implementation(new_implementation)
    }
}

// Guards and views that several functions share.
impl CredentialTokenFactory {
    /// Number of tokens.
    fn count(&self) -> U256 {
        self.tokens.implementation.number().wrapping_shr(ADDRESS_BITS)
    }

    /// Up to `limit` tokens from the one numbered `offset`.
    fn page(&self, offset: U256, limit: U256) -> Vec<Address> {
        let end = offset.saturating_add(limit).min(self.count());
        let mut tokens = Vec::new();
        let mut index = offset;
        while index < end {
            tokens.push(Address::from_word(self.tokens.list.at(index).get()));
            // Cannot overflow: index < end.
            index = index.wrapping_add(U256::ONE);
        }
        tokens
    }

    /// The credential of `token`, if this factory created it. The token says which credential is its own; that it is so
    /// is known from the record of that credential.
    fn credential_of(&self, token: Address) -> Option<B256> {
        let args: CloneArgs = clone::args_of(self.vm(), token)?.into();
        (self.get_token_by_credential(args.credential_id) == token).then_some(args.credential_id)
    }

    /// Asks `registry` whether `claimant` is the valid holder of `credential_id`, and for the status.
    fn validate(
        &self,
        registry: Address,
        credential_id: B256,
        claimant: Address,
    ) -> Result<(bool, u8), FactoryError> {
        let question = validateCredentialCall { credentialId: credential_id, holder: claimant };
        let answer = static_call(self.vm(), Call::new(), registry, &question.abi_encode());
        let answer =
            answer.ok().and_then(|data| validateCredentialCall::abi_decode_returns_validate(&data).ok());
        let answer = answer.ok_or(TokenFactoryRegistryFailed { registry })?;
        Ok((answer.valid, answer.status))
    }

    /// Refuses anyone but the valid holder of `credential_id`.
    fn check_holder(&self, credential_id: B256, caller: Address) -> Result<(), FactoryError> {
        match self.validate(self.registry(), credential_id, caller)? {
            (true, _) => Ok(()),
            (false, status::NOT_HOLDER) => {
                Err(NotCredentialOwner { credentialId: credential_id, caller }.into())
            }
            (false, _) => Err(InvalidCredential { credentialId: credential_id }.into()),
        }
    }

    /// The code that creates the token of `credential_id` now.
    fn creation_code(&self, credential_id: B256) -> Vec<u8> {
        let args =
            CloneArgs { factory: self.vm().contract_address(), minter: self.generator(), credential_id };
        clone::creation::<{ CloneArgs::BYTES }>(self.implementation(), &args.into())
    }
}

// Effects.
impl CredentialTokenFactory {
    /// Creates the token of `credential_id` with `terms`, under the guard.
    fn create(&mut self, credential_id: B256, terms: initializeCall) -> Result<Address, FactoryError> {
        check_terms(&terms)?;
        if !self.get_token_by_credential(credential_id).is_zero() {
            return Err(TokenAlreadyExists { credentialId: credential_id }.into());
        }
        self.check_holder(credential_id, terms.creator)?;

        // The clone is created before it is recorded: its creation and its initialisation run our own code, which calls
        // nobody, and the guard is held.
        let token = self.create_clone(credential_id, &terms)?;
        self.record(credential_id, token);
        let creator = terms.creator;
        let timestamp = U256::from(self.vm().block_timestamp());
        self.vm().log(TokenCreated {
            credentialId: credential_id,
            tokenAddress: token,
            creator,
            name: terms.name,
            symbol: terms.symbol,
            emissionRate: terms.emissionRate,
            maxSupply: terms.maxSupply,
            timestamp,
        });
        self.refund(creator)?;
        Ok(token)
    }

    /// Creates and initialises the clone.
    fn create_clone(&mut self, credential_id: B256, terms: &initializeCall) -> Result<Address, FactoryError> {
        let creation = self.creation_code(credential_id);
        self.vm().flush_cache(true);
        // SAFETY: the creation code calls nobody, so it can't come back and find our storage half-written; and no
        // accessor's value is kept over the call.
        let created =
            unsafe { RawDeploy::new().salt(credential_id).deploy(self.vm(), &creation, U256::ZERO) };
        let failed = || TokenFactoryCreationFailed { credentialId: credential_id };
        let token = created.map_err(|_| failed())?;
        let context = Call::new_mutating(self);
        call(self.vm(), context, token, &terms.abi_encode()).map_err(|_| failed())?;
        Ok(token)
    }

    /// Records a new token (F1, F3).
    fn record(&mut self, credential_id: B256, token: Address) {
        let entry = token.into_word();
        let count = self.count();
        self.tokens.by_credential.at_mut(credential_id).set(entry);
        self.tokens.list.at_mut(count).set(entry);
        // Cannot overflow: 2^96 creations are out of reach.
        self.set_implementation_and_count(self.implementation(), count.wrapping_add(U256::ONE));
    }

    /// Sends back all that was sent: there is no fee.
    fn refund(&mut self, to: Address) -> Result<(), FactoryError> {
        let amount = self.vm().msg_value();
        if amount.is_zero() {
            return Ok(());
        }
        let context = Call::new_payable(self, amount);
        call(self.vm(), context, to, &[]).map_err(|_| TokenFactoryRefundFailed { to, amount })?;
        Ok(())
    }

    fn set_implementation_and_count(&mut self, implementation: Address, count: U256) {
        let high = count.wrapping_shl(ADDRESS_BITS);
        self.tokens.implementation.set_number(high | U256::from_be_bytes(implementation.into_word().0));
    }

    /// Takes `registry`, if it knows nothing of a credential that can't exist. The question is static, so it needs no guard.
    fn replace_registry(&mut self, registry: Address) -> Result<(), FactoryError> {
        let probe = self.validate(registry, B256::ZERO, Address::ZERO);
        if probe != Ok((false, status::NONE)) {
            return Err(TokenFactoryUnsuitable { account: registry }.into());
        }
        let previous = self.registry();
        self.tokens.registry.set(registry.into_word());
        self.vm().log(RegistrySet { previousRegistry: previous, newRegistry: registry });
        Ok(())
    }

    /// Takes `generator`, if it isn't the zero address.
    fn replace_generator(&mut self, generator: Address) -> Result<(), FactoryError> {
        if generator.is_zero() {
            return Err(TokenFactoryUnsuitable { account: generator }.into());
        }
        let previous = self.generator();
        self.tokens.generator.set(generator.into_word());
        self.vm().log(GeneratorSet { previousGenerator: previous, newGenerator: generator });
        Ok(())
    }

    /// Takes `implementation`, if it is an active program that, asked itself for its minter, says that it is no clone:
    /// only a token's does.
    fn replace_implementation(&mut self, implementation: Address) -> Result<(), FactoryError> {
        let unsuitable = TokenFactoryUnsuitable { account: implementation };
        let active = programVersionCall { program: implementation };
        let active = static_call(self.vm(), Call::new(), ARB_WASM, &active.abi_encode());
        if !active.is_ok_and(|data| programVersionCall::abi_decode_returns_validate(&data).is_ok()) {
            return Err(unsuitable.into());
        }
        let minter = static_call(self.vm(), Call::new(), implementation, &getMinterCall {}.abi_encode());
        let no_clone = CredentialTokenNotClone { account: implementation }.abi_encode();
        if minter != Err(errors::Error::Revert(no_clone)) {
            return Err(unsuitable.into());
        }
        let previous = self.implementation();
        let count = self.count();
        self.set_implementation_and_count(implementation, count);
        self.vm()
            .log(ImplementationSet { previousImplementation: previous, newImplementation: implementation });
        Ok(())
    }
}

/// Refuses texts and amounts that are out of bounds.
fn check_terms(terms: &initializeCall) -> Result<(), FactoryError> {
    let initializeCall { name, symbol, emissionRate: rate, maxSupply: max_supply, .. } = terms;
    if !text::valid_name(name) {
        return Err(TokenFactoryInvalidName { length: U256::from(name.len()) }.into());
    }
    if !text::valid_symbol(symbol) {
        return Err(TokenFactoryInvalidSymbol { length: U256::from(symbol.len()) }.into());
    }
    let (minimum, maximum) = (EMISSION_RATE_MIN_DEFAULT, EMISSION_RATE_MAX_DEFAULT);
    if *rate < minimum || *rate > maximum {
        return Err(TokenFactoryInvalidEmissionRate { rate: *rate, minimum, maximum }.into());
    }
    let (minimum, maximum) = (MAX_SUPPLY_MIN_DEFAULT, MAX_SUPPLY_MAX_DEFAULT);
    if *max_supply < minimum || *max_supply > maximum {
        return Err(TokenFactoryInvalidMaxSupply { maxSupply: *max_supply, minimum, maximum }.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
