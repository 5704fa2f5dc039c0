//! `PoolFactory`: opens the market of a credential token for the credential's valid holder.

use alloy_primitives::{U256, uint};

/// Most pools that one call of the owner or the guardian changes.
pub const BATCH_MAX: U256 = uint!(100_U256);

declare! {
    /// Opens one pool a credential token, for the credential's valid holder.
    interface IPoolFactory is ownable, initializable, pausable, announced {
        /// Sets up a new proxy; once. New pools run `implementation`, which leaves to `extension` what it doesn't answer itself.
        function initialize(address owner, address tokenFactory, address oracle, address implementation, address extension) external;

        /// Opens the pool of `token` with `initialTokenAmount` (base units) of the caller's tokens, which this factory has to be
        /// allowed to move, and the Ether that comes with the call, less `poolCreationFee` wei. The caller has to be the valid
        /// holder of the token's credential. The first shares are the caller's, and are released on days 37, 44, 51 and 58.
        function createPool(address token, uint256 initialTokenAmount) external payable returns (address pool);

        /// The pool of `token`; zero if there is none.
        function getPool(address token) external view returns (address pool);
        /// The same.
        function tokenToPools(address token) external view returns (address pool);
        /// Number of pools.
        function getPoolCount() external view returns (uint256 count);
        /// The pool numbered `index` (from 0) in the order of creation.
        function allPools(uint256 index) external view returns (address pool);
        /// Every pool in the order of creation, if there are at most 1 000; read longer lists by `getPools`.
        function getAllPools() external view returns (address[] pools);
        /// Up to `limit` (at most 1 000) pools in the order of creation, from the one numbered `offset` (from 0).
        function getPools(uint256 offset, uint256 limit) external view returns (address[] pools);
        /// Whether this factory created `pool`.
        function isPool(address pool) external view returns (bool);
        /// What `poolInfo` tells, and how much of the pool's shares can't move yet; zeros if this factory didn't create it.
        function getPoolInfo(address pool) external view returns (PoolInfo info);
        /// How `pool` began; zeros if this factory didn't create it. Times are Unix seconds, amounts base units and wei.
        function poolInfo(address pool) external view returns (address token, address creator, uint256 createdAt, uint256 initialLockExpiry, uint256 initialTokenLiquidity, uint256 initialEthLiquidity);
        /// Whether some of the first shares of `pool` can't move yet.
        function isLiquidityLocked(address pool) external view returns (bool);

        /// From a pool's creation to the release of the last of its first shares, in seconds.
        function INITIAL_LOCK_PERIOD() external view returns (uint256);
        /// Least Ether that a pool can be opened with, in wei.
        function MINIMUM_ETH_VALUE() external view returns (uint256);
        /// Least tokens that a pool can be opened with, in base units.
        function MINIMUM_INITIAL_LIQUIDITY() external view returns (uint256);
        /// What opening a pool costs, in wei.
        function poolCreationFee() external view returns (uint256);
        /// Creation fees that the recipient can withdraw, in wei.
        function accruedFees() external view returns (uint256);
        /// Who gets the protocol's part of the trading fees, and withdraws the creation fees; zero until it is set.
        function protocolFeeRecipient() external view returns (address);
        /// The factory whose tokens get pools.
        function tokenFactory() external view returns (address);
        /// Who hears of new pools, if it is a contract.
        function oracle() external view returns (address);
        /// The program that new pools run.
        function implementation() external view returns (address);
        /// The program that answers what a new pool's own leaves to it.
        function extension() external view returns (address);
        /// Number of pools that are paused by `pausePools`.
        function pausedPools() external view returns (uint256 count);

        /// Redeems the shares of `pool` that the protocol holds, to `protocolFeeRecipient`; zeros if it holds none. What trades
        /// owe it becomes shares with the next change of the pool's liquidity. Anyone.
        function collectProtocolFees(address pool) external returns (uint256 tokenAmount, uint256 ethAmount);
        /// Pays the accrued creation fees to `protocolFeeRecipient`. Only the recipient.
        function withdrawFees() external returns (uint256 amount);

        /// Stops trades and additions of liquidity in `pools` (at most 100); redeeming goes on. Only the guardian or the owner.
        function pausePools(address[] pools) external;
        /// Lets them go on. Only the owner.
        function unpausePools(address[] pools) external;

        /// Takes another token factory, which is no program itself but its proxy. Only the owner, announced.
        function setTokenFactory(address newTokenFactory) external;
        /// Takes another oracle, for pools created from now on; once launched, it has to be a contract. Only the owner, announced.
        function setOracle(address newOracle) external;
        /// Takes other pool programs, for pools created from now on: both at once, because they share a pool's storage. Each is
        /// asked whether it answers as its kind does; that both store the same is for the owner to know, and for who reads the
        /// announcement: programs of one build do, whose recorded layouts (`snapshots/storage`) are compared. Only the owner,
        /// announced.
        function setImplementation(address newImplementation, address newExtension) external;
        /// Changes what a pool has to be opened with at least: `tokenAmount` (base units) and `ethAmount` (wei). Only the owner,
        /// announced.
        function setMinimumLiquidity(uint256 tokenAmount, uint256 ethAmount) external;
        /// Changes the creation fee, at most 0.01 Ether. Only the owner; announced unless it falls.
        function setPoolCreationFee(uint256 newFee) external;
        /// Takes another recipient of fees. Only the owner, announced.
        function setProtocolFeeRecipient(address newRecipient) external;
        /// Switches the protocol's part of the trading fees on or off in `pools` (at most 100). New pools have it on once there
        /// is a recipient. Only the owner; announced unless it is switched off.
        function setProtocolFee(address[] pools, bool on) external;

        /// How a pool began, and how much of its shares can't move yet.
        struct PoolInfo {
            address token;
            address creator;
            uint256 createdAt;
            uint256 initialLockExpiry;
            uint256 initialTokenLiquidity;
            uint256 initialEthLiquidity;
            uint256 lockedShareBps;
        }

        /// A pool was opened, with all that it started with. What the pool itself logs of it comes after.
        event PoolCreated(address indexed token, address indexed pool, address indexed creator, uint256 initialTokenLiquidity, uint256 initialEthLiquidity, uint256 timestamp);
        /// `feeAmount` wei for the creation of `token`'s pool accrued to the recipient.
        event PoolCreationFeeCollected(address indexed token, address indexed payer, uint256 feeAmount);
        /// `amount` wei of accrued creation fees were paid out.
        event FeesWithdrawn(address indexed recipient, uint256 amount);
        /// `amount` shares that were the protocol's part of `pool`'s fees were redeemed to the recipient.
        event FeesCollected(address indexed pool, uint256 amount);
        /// The token factory changed (from zero at the initialisation).
        event TokenFactorySet(address indexed previousTokenFactory, address indexed newTokenFactory);
        /// The oracle changed (from zero at the initialisation).
        event OracleSet(address indexed previousOracle, address indexed newOracle);
        /// The pool programs changed (from zero at the initialisation).
        event ImplementationSet(address indexed previousImplementation, address indexed newImplementation, address previousExtension, address newExtension);
        /// What a pool has to be opened with at least changed (base units, wei).
        event MinimumLiquiditySet(uint256 tokenAmount, uint256 ethAmount);
        /// The creation fee changed (wei).
        event PoolCreationFeeUpdated(uint256 oldFee, uint256 newFee);
        /// The recipient of fees changed (from zero the first time).
        event ProtocolFeeRecipientUpdated(address indexed oldRecipient, address indexed newRecipient);

        /// `token` isn't the token of a credential: the token factory didn't create it.
        error InvalidToken(address token);
        /// `credentialId` is not valid now: unknown, expired, revoked, or its issuer is distrusted; the registry says which.
        error InvalidCredential(bytes32 credentialId);
        /// `caller` isn't the holder of `credentialId`.
        error NotCredentialOwner(bytes32 credentialId, address caller);
        /// `token` has a pool already: add liquidity there.
        error PoolAlreadyExists(address token);
        /// The creation fee is `required` wei; only `sent` were sent.
        error InsufficientCreationFee(uint256 sent, uint256 required);
        /// `tokenAmount` (base units) and `ethAmount` (wei, after the creation fee) are too little to open a pool with.
        error InsufficientInitialLiquidity(uint256 tokenAmount, uint256 ethAmount);
        /// The pool would hold more than its reserves can count, 2^112 - 1 of each.
        error PoolReserveOverflow(uint256 balance0, uint256 balance1);
        /// From the token: the caller holds `balance`, less than the `needed` first liquidity.
        error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
        /// From the token: this factory, `spender`, is allowed `allowance` of the caller's tokens, less than the `needed` first
        /// liquidity: approve it.
        error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
        /// The token at `token` failed or answered nonsense; its program may have to be renewed (`ArbWasm`), or the call had too
        /// little gas.
        error PoolFactoryTokenFailed(address token);
        /// The token factory at `tokenFactory` failed or answered nonsense, or the call had too little gas for it.
        error PoolFactoryTokenFactoryFailed(address tokenFactory);
        /// The registry at `registry` failed or answered nonsense, or the call had too little gas for it.
        error PoolFactoryRegistryFailed(address registry);
        /// The pool of `token` could not be created, or refused its initialisation: a pool program may have to be renewed, or
        /// the call had too little gas.
        error PoolFactoryCreationFailed(address token);
        /// The oracle at `oracle` refused the new pool or failed, or the call had too little gas for it.
        error PoolFactoryOracleFailed(address oracle);
        /// `count` pools are more than the `limit` of one call: go through them in parts.
        error PoolFactoryTooManyPools(uint256 count, uint256 limit);
        /// There is no pool numbered `index`: there are `count`, numbered from 0.
        error PoolFactoryUnknownIndex(uint256 index, uint256 count);
        /// This factory created no pool at `pool`.
        error PoolFactoryUnknownPool(address pool);
        /// The pool at `pool` failed or answered nonsense; its programs may have to be renewed (`ArbWasm`), or the call had too
        /// little gas. In a list of several, leave it out.
        error PoolFactoryPoolFailed(address pool);
        /// `count` pools are paused, and nobody could let them go on: unpause them before renouncing.
        error PoolFactoryPoolsPaused(uint256 count);
        /// A fee of `fee` wei is more than the highest, `maximum`.
        error PoolFactoryFeeTooHigh(uint256 fee, uint256 maximum);
        /// Minimums have to be at least 1 and at most `ceiling` each.
        error PoolFactoryInvalidMinimum(uint256 tokenAmount, uint256 ethAmount, uint256 ceiling);
        /// `recipient`, the zero address, can't get fees: have the owner set one.
        error InvalidRecipient(address recipient);
        /// Only the recipient of fees, `expected`, withdraws them.
        error PoolFactoryOnlyRecipient(address caller, address expected);
        /// The recipient doesn't take the `amount` wei that it is owed.
        error PoolFactoryWithdrawalFailed(address recipient, uint256 amount);
        /// `account` can't serve here: a token factory has to answer as one does and not to be a program itself (use its proxy),
        /// an oracle not to be zero or a program itself and to be a contract from the launch on, an implementation and an
        /// extension to be active programs that answer as a pool's do, each in its place.
        error PoolFactoryUnsuitable(address account);
        /// From the pool: `to`, the recipient of fees, doesn't take the `amount` wei that it is to get.
        error PoolEtherRefused(address to, uint256 amount);
        /// From the pool: nothing can be sent to `to`, the recipient of fees, which is the token or the pool.
        error PoolInvalidRecipient(address to);
        /// From the pool: the token at `token` failed; its program may have to be renewed (`ArbWasm`).
        error PoolTokenFailed(address token);
        /// From the pool: the protocol's shares are worth nothing of the token, or of Ether, yet.
        error InsufficientLiquidityBurned();
        /// The function is running already, here or in the pool: it can't be entered from what it calls.
        error ReentrancyGuardReentrantCall();
    }
}

/// The structs of the interface as EIP-712 writes them, `Name(type field,…)`.
#[cfg(feature = "json")]
pub(crate) fn structs() -> Vec<String> {
    use alloy_sol_types::SolStruct;
    vec![IPoolFactory::PoolInfo::eip712_root_type().into_owned()]
}
