//! `CredentialTokenFactory`: creates the token of a credential for the credential's valid holder.

use alloy_primitives::{U256, uint};

/// Most tokens that one answer lists.
pub const PAGE_MAX: U256 = uint!(1_000_U256);

declare! {
    /// Creates one token a credential, for the credential's valid holder.
    interface ICredentialTokenFactory is ownable, initializable, pausable, announced {
        /// Sets up a new proxy; once. `generator` is whom new tokens take as their minter.
        function initialize(address owner, address registry, address generator, address implementation) external;

        /// Creates the token of `credentialId`, whose valid holder has to be the caller. `emissionRate` is in base units a
        /// day, `maxSupply` in base units. Takes `creationFee` wei; what is sent beyond goes back.
        function createToken(bytes32 credentialId, string name, string symbol, uint256 emissionRate, uint256 maxSupply) external payable returns (address tokenAddress);
        /// Where the token of `credentialId` will be, while generator and implementation stay as they are.
        function predictTokenAddress(bytes32 credentialId) external view returns (address tokenAddress);

        /// The token of `credentialId`; zero if there is none.
        function getTokenByCredential(bytes32 credentialId) external view returns (address tokenAddress);
        /// The credential of `tokenAddress`; zero if this factory didn't create it.
        function getCredentialByToken(address tokenAddress) external view returns (bytes32 credentialId);
        /// Whether this factory created `tokenAddress`.
        function isValidToken(address tokenAddress) external view returns (bool isValid);
        /// The token of `credentialId` and who created it; false and zeros if there is none.
        function getTokenDetails(bytes32 credentialId) external view returns (bool exists, address tokenAddress, address creator);
        /// Number of tokens.
        function getTokenCount() external view returns (uint256 count);
        /// Every token in the order of creation, if there are at most 1 000; read longer lists by `getTokens`.
        function getAllTokens() external view returns (address[] tokens);
        /// Up to `limit` (at most 1 000) tokens in the order of creation, from the one numbered `offset` (from 0).
        function getTokens(uint256 offset, uint256 limit) external view returns (address[] tokens);
        /// Whether `claimant` is the valid holder of `credentialId` now.
        function validateCredentialOwnership(bytes32 credentialId, address claimant) external view returns (bool isValid);

        /// Lowest and highest emission rate that are accepted now, in base units a day.
        function getEmissionRateBounds() external view returns (uint256 minimum, uint256 maximum);
        /// Lowest and highest maximum supply that are accepted now, in base units.
        function getMaxSupplyBounds() external view returns (uint256 minimum, uint256 maximum);
        /// How many tokens `creator`, and how many all together, can create now.
        function getAvailableCreations(address creator) external view returns (uint256 byCreator, uint256 overall);
        /// What creating a token costs, in wei.
        function creationFee() external view returns (uint256);
        /// Fees that the treasury can withdraw, in wei.
        function accruedFees() external view returns (uint256);
        /// Who withdraws the fees; zero until it is set.
        function treasury() external view returns (address);
        /// The registry that says who holds which credential.
        function registry() external view returns (address);
        /// Who becomes the minter of new tokens.
        function generator() external view returns (address);
        /// The program that new tokens run.
        function implementation() external view returns (address);

        /// Pays the accrued fees to the treasury. Only the treasury.
        function withdrawFees() external returns (uint256 amount);

        /// Takes another registry, which is no program itself but its proxy. Only the owner, announced.
        function setRegistry(address newRegistry) external;
        /// Takes another generator, for tokens created from now on; once launched, it has to be a contract. Only the owner,
        /// announced.
        function setGenerator(address newGenerator) external;
        /// Takes another token program, for tokens created from now on. Only the owner, announced.
        function setImplementation(address newImplementation) external;
        /// Accepts emission rates (base units a day) from `minimum` to `maximum`, at most 1 000 tokens a day. Only the owner,
        /// announced.
        function setEmissionRateBounds(uint256 minimum, uint256 maximum) external;
        /// Accepts maximum supplies (base units) of new tokens from `minimum` to `maximum`, at most 2^112 - 1. Only the owner,
        /// announced.
        function setMaxSupplyBounds(uint256 minimum, uint256 maximum) external;
        /// Changes the creation fee, at most 0.01 Ether. Only the owner; announced unless it falls.
        function setCreationFee(uint256 newFee) external;
        /// Takes another treasury. Only the owner, announced.
        function setTreasury(address newTreasury) external;
        /// Changes the emission rate of a token of this factory, within the bounds and at most once a day. Only the owner,
        /// announced, even before the launch. What the token refuses it with is passed on.
        function setTokenEmissionRate(address tokenAddress, uint256 newRate) external;

        /// A token was created, with all that it started with.
        event TokenCreated(bytes32 indexed credentialId, address indexed tokenAddress, address indexed creator, string name, string symbol, uint256 emissionRate, uint256 maxSupply, uint256 timestamp);
        /// `feeAmount` wei for the creation of `credentialId`'s token accrued to the treasury.
        event MintingFeeCollected(bytes32 indexed credentialId, address indexed payer, uint256 feeAmount);
        /// `amount` wei of accrued fees were paid out.
        event FeesWithdrawn(address indexed treasury, uint256 amount);
        /// The registry changed (from zero at the initialisation).
        event RegistrySet(address indexed previousRegistry, address indexed newRegistry);
        /// The generator changed (from zero at the initialisation).
        event GeneratorSet(address indexed previousGenerator, address indexed newGenerator);
        /// The token program changed (from zero at the initialisation).
        event ImplementationSet(address indexed previousImplementation, address indexed newImplementation);

        /// The bounds of emission rates changed (base units a day).
        event EmissionRateBoundsSet(uint256 minimum, uint256 maximum);
        /// The bounds of maximum supplies changed (base units).
        event MaxSupplyBoundsSet(uint256 minimum, uint256 maximum);
        /// The creation fee changed (wei).
        event CreationFeeSet(uint256 previousFee, uint256 newFee);
        /// The treasury changed (from zero the first time).
        event TreasurySet(address indexed previousTreasury, address indexed newTreasury);

        /// `credentialId` is not valid now: unknown, expired, revoked, or its issuer is distrusted; the registry says which.
        error InvalidCredential(bytes32 credentialId);
        /// `caller` isn't the holder of `credentialId`.
        error NotCredentialOwner(bytes32 credentialId, address caller);
        /// `credentialId` has a token already.
        error TokenAlreadyExists(bytes32 credentialId);
        /// A name is 1 to 64 bytes of UTF-8 without control or bidirectional characters; this one has `length` bytes.
        error TokenFactoryInvalidName(uint256 length);
        /// A symbol is 1 to 16 bytes of UTF-8 without control or bidirectional characters; this one has `length` bytes.
        error TokenFactoryInvalidSymbol(uint256 length);
        /// `rate` (base units a day) is not between `minimum` and `maximum`.
        error TokenFactoryInvalidEmissionRate(uint256 rate, uint256 minimum, uint256 maximum);
        /// `maxSupply` (base units) is not between `minimum` and `maximum`.
        error TokenFactoryInvalidMaxSupply(uint256 maxSupply, uint256 minimum, uint256 maximum);
        /// `creator` has created too many tokens lately: come back at `availableAt` (Unix seconds).
        error TokenFactoryCreatorLimit(address creator, uint256 availableAt);
        /// Too many tokens have been created lately, by all together: come back at `availableAt` (Unix seconds).
        error TokenFactoryOverallLimit(uint256 availableAt);
        /// The creation fee is `required` wei; only `sent` were sent.
        error InsufficientCreationFee(uint256 sent, uint256 required);
        /// A fee of `fee` wei is more than the highest, `maximum`.
        error TokenFactoryFeeTooHigh(uint256 fee, uint256 maximum);
        /// Bounds have to be 0 < `minimum` <= `maximum` <= `ceiling`.
        error TokenFactoryInvalidBounds(uint256 minimum, uint256 maximum, uint256 ceiling);
        /// Only the treasury, `expected`, withdraws fees.
        error TokenFactoryOnlyTreasury(address caller, address expected);
        /// The treasury doesn't take the `amount` wei that it is owed.
        error TokenFactoryWithdrawalFailed(address treasury, uint256 amount);
        /// `to`, who sent `amount` wei beyond the fee, doesn't take it back.
        error TokenFactoryRefundFailed(address to, uint256 amount);
        /// `count` tokens are more than the `limit` of one answer: read them by `getTokens`.
        error TokenFactoryTooManyTokens(uint256 count, uint256 limit);
        /// The registry at `registry` failed or answered nonsense, or the call had too little gas for it.
        error TokenFactoryRegistryFailed(address registry);
        /// The token at `tokenAddress` failed or answered nonsense; its program may have to be renewed (`ArbWasm`).
        error TokenFactoryTokenFailed(address tokenAddress);
        /// This factory created no token at `tokenAddress`.
        error TokenFactoryUnknownToken(address tokenAddress);
        /// The generator at `generator` refused the new token or failed, or the call had too little gas for it.
        error TokenFactoryGeneratorFailed(address generator);
        /// From the token: its emission rate changed within a day, come back at `availableAt` (Unix seconds).
        error CredentialTokenRateChangeTooSoon(uint256 availableAt);
        /// From the token: its emission rate is `rate` (base units a day) already.
        error CredentialTokenRateUnchanged(uint256 rate);
        /// From the token: its minter at `minter` couldn't settle what accrued so far.
        error CredentialTokenSettlementFailed(address minter);
        /// The clone could not be created, or refused its initialisation: the token program may have to be renewed, or the
        /// call had too little gas.
        error TokenFactoryCreationFailed(bytes32 credentialId);
        /// `account` can't serve here: a registry has to answer as one does, registry and generator not to be programs
        /// themselves (use their proxies), the generator to be a contract once launched, an implementation to be an active
        /// token program, and nobody to be zero.
        error TokenFactoryUnsuitable(address account);
        /// The function is running already: it can't be entered from what it calls.
        error ReentrancyGuardReentrantCall();
    }
}
