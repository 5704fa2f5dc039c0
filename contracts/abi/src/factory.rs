//! `CredentialTokenFactory`: creates the token of a credential for the credential's valid holder.

use alloy_primitives::{U256, uint};

/// Most tokens that one answer lists.
pub const PAGE_MAX: U256 = uint!(1_000_U256);

declare! {
    /// Creates one token a credential, for the credential's valid holder.
    interface ICredentialTokenFactory is ownable, initializable {
        /// Sets up a new proxy; once. `generator` is whom new tokens take as their minter.
        function initialize(address owner, address registry, address generator, address implementation) external;

        /// Creates the token of `credentialId`, whose valid holder has to be the caller. `emissionRate` is in base units a
        /// day, `maxSupply` in base units.
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

        /// The registry that says who holds which credential.
        function registry() external view returns (address);
        /// Who becomes the minter of new tokens.
        function generator() external view returns (address);
        /// The program that new tokens run.
        function implementation() external view returns (address);
        /// Takes another registry. Only the owner.
        function setRegistry(address newRegistry) external;
        /// Takes another generator, for tokens created from now on. Only the owner.
        function setGenerator(address newGenerator) external;
        /// Takes another token program, for tokens created from now on. Only the owner.
        function setImplementation(address newImplementation) external;

        /// A token was created, with all that it started with.
        event TokenCreated(bytes32 indexed credentialId, address indexed tokenAddress, address indexed creator, string name, string symbol, uint256 emissionRate, uint256 maxSupply, uint256 timestamp);
        /// The registry changed (from zero at the initialisation).
        event RegistrySet(address indexed previousRegistry, address indexed newRegistry);
        /// The generator changed (from zero at the initialisation).
        event GeneratorSet(address indexed previousGenerator, address indexed newGenerator);
        /// The token program changed (from zero at the initialisation).
        event ImplementationSet(address indexed previousImplementation, address indexed newImplementation);

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
        /// `to`, who sent `amount` wei beyond the fee, doesn't take it back.
        error TokenFactoryRefundFailed(address to, uint256 amount);
        /// `count` tokens are more than the `limit` of one answer: read them by `getTokens`.
        error TokenFactoryTooManyTokens(uint256 count, uint256 limit);
        /// The registry at `registry` failed or answered nonsense, or the call had too little gas for it.
        error TokenFactoryRegistryFailed(address registry);
        /// The token at `tokenAddress` failed or answered nonsense; its program may have to be renewed (`ArbWasm`).
        error TokenFactoryTokenFailed(address tokenAddress);
        /// The clone could not be created, or refused its initialisation: the token program may have to be renewed, or the
        /// call had too little gas.
        error TokenFactoryCreationFailed(bytes32 credentialId);
        /// `account` can't serve here: a registry has to answer as one does, a generator not to be zero, an implementation to
        /// be an active token program.
        error TokenFactoryUnsuitable(address account);
        /// The function is running already: it can't be entered from what it calls.
        error ReentrancyGuardReentrantCall();
    }
}
