//! `CredentialToken`: one credential's ERC-20 token.

use alloy_primitives::{Address, B256, FixedBytes};

/// Decimals of every credential token.
pub const DECIMALS: u8 = 18;

/// Version in the EIP-712 domain of permits; the domain's name is the token's.
pub const DOMAIN_VERSION: &str = "1";

/// What is fixed for ever in a token's code, behind the clone's own: factory (20 bytes), minter (20), credential (32).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloneArgs {
    /// The factory that created the token.
    pub factory: Address,
    /// Who may mint.
    pub minter: Address,
    /// The credential that the token belongs to.
    pub credential_id: B256,
}

impl CloneArgs {
    /// Length in the clone's code.
    pub const BYTES: usize = 72;
}

impl From<CloneArgs> for [u8; CloneArgs::BYTES] {
    fn from(CloneArgs { factory, minter, credential_id }: CloneArgs) -> Self {
        let accounts: FixedBytes<40> = factory.concat_const(*minter);
        accounts.concat_const(credential_id).0
    }
}

impl From<[u8; Self::BYTES]> for CloneArgs {
    fn from(bytes: [u8; Self::BYTES]) -> Self {
        let (mut factory, mut minter, mut credential_id) = ([0; 20], [0; 20], [0; 32]);
        for (to, from) in factory.iter_mut().chain(&mut minter).chain(&mut credential_id).zip(bytes) {
            *to = from;
        }
        Self { factory: factory.into(), minter: minter.into(), credential_id: credential_id.into() }
    }
}

declare! {
    /// One credential's ERC-20 token. Amounts are in base units (18 decimals).
    interface ICredentialToken is erc20, erc2612, erc5267 {
        /// Sets what a new clone stores; once, by the factory, in the transaction that creates the clone.
        function initialize(address creator, string name, string symbol, uint256 emissionRate, uint256 maxSupply) external;
        /// Mints to `to` as much of `amount` as the maximum supply leaves room for and the daily limits allow, and returns
        /// it. Only the minter.
        function mint(address to, uint256 amount) external returns (uint256 minted);
        /// Changes what accrues a day, at most once a day. Only the credential's valid holder, or the factory.
        function setEmissionRate(uint256 newRate) external;
        /// Destroys `amount` of the caller's tokens. Makes no room under the maximum supply.
        function burn(uint256 amount) external;
        /// Destroys `amount` of `account`'s tokens, out of the caller's allowance.
        function burnFrom(address account, uint256 amount) external;

        /// The credential that the token belongs to.
        function getCredentialId() external view returns (bytes32);
        /// Base units that accrue a day before any factor.
        function getEmissionRate() external view returns (uint256);
        /// Base units that can ever be minted.
        function getMaxSupply() external view returns (uint256);
        /// Who created the token.
        function getCreator() external view returns (address);
        /// When the token was created, in Unix seconds.
        function getCreatedAt() external view returns (uint256);
        /// Who may mint; fixed for ever.
        function getMinter() external view returns (address);
        /// The factory that created the token.
        function factory() external view returns (address);
        /// Base units burned so far.
        function totalBurned() external view returns (uint256);
        /// Base units in circulation: the total supply, which excludes what was burned.
        function circulatingSupply() external view returns (uint256);

        /// `amount` was minted to `holder`.
        event TokenMinted(address indexed holder, uint256 amount, bytes32 indexed credentialId, uint256 timestamp);
        /// `amount` of `holder`'s tokens was burned.
        event TokenBurned(address indexed holder, uint256 amount, uint256 timestamp);

        /// What accrues a day changed.
        event EmissionRateUpdated(uint256 oldRate, uint256 newRate, uint256 timestamp);

        /// Only the minter, `expected`, mints.
        error OnlyMinter(address caller, address expected);
        /// `amount` is zero, which can't be burned.
        error InvalidAmount(uint256 amount);
        /// `rate` (base units a day) is not between `minimum` and `maximum`.
        error InvalidEmissionRate(uint256 rate, uint256 minimum, uint256 maximum);
        /// `caller` isn't the valid holder of `credentialId` now; the registry says who is, or what is wrong with it.
        error NotCredentialOwner(bytes32 credentialId, address caller);
        /// The emission rate changed within a day: come back at `availableAt` (Unix seconds).
        error CredentialTokenRateChangeTooSoon(uint256 availableAt);
        /// The emission rate is `rate` (base units a day) already.
        error CredentialTokenRateUnchanged(uint256 rate);
        /// The factory at `factory` failed or answered nonsense, or the call had too little gas for it.
        error CredentialTokenFactoryFailed(address factory);
        /// The minter at `minter` couldn't settle what accrued so far, or the call had too little gas for it.
        error CredentialTokenSettlementFailed(address minter);
        /// The function is running already: it can't be entered from what it calls.
        error ReentrancyGuardReentrantCall();
        /// Only the factory, `expected`, initialises.
        error CredentialTokenOnlyFactory(address caller, address expected);
        /// The token is initialised, which happens once.
        error CredentialTokenAlreadyInitialized();
        /// `account` runs this code but is no clone: nobody can mint or initialise there.
        error CredentialTokenNotClone(address account);
        /// A factory passed a value that the token can't keep: a name over 64 or a symbol over 16 bytes, an emission rate
        /// over 72 or a maximum supply over 112 bits.
        error CredentialTokenUnstorable();
    }
}
