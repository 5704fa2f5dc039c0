//! `CredentialPool`: the market of one credential token against Ether.

use alloy_primitives::{Address, FixedBytes};

/// Decimals of pool shares.
pub const DECIMALS: u8 = 18;

/// Name of pool shares, and of the EIP-712 domain of their permits.
pub const NAME: &str = "Credential Pool LP";

/// Symbol of pool shares.
pub const SYMBOL: &str = "CRED-LP";

/// Version in the EIP-712 domain of permits.
pub const DOMAIN_VERSION: &str = "1";

/// Where the first shares that stay in the pool for ever are.
pub const DEAD: Address = Address::new(alloy_primitives::hex!("000000000000000000000000000000000000dead"));

/// The functions that the pool's own program answers; the others are its extension's.
#[cfg(feature = "json")]
pub(crate) const OWN_FUNCTIONS: [&str; 20] = [
    "addLiquidity",
    "allowance",
    "approve",
    "balanceOf",
    "burn",
    "getReserves",
    "initialize",
    "mint",
    "paused",
    "removeLiquidity",
    "setPaused",
    "setProtocolFee",
    "skim",
    "swap",
    "swapExactEthForTokens",
    "swapExactTokensForEth",
    "sync",
    "totalSupply",
    "transfer",
    "transferFrom",
];

/// What is fixed for ever in a pool's code, behind the clone's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloneArgs {
    /// The program that answers what the pool's own program leaves to it.
    pub extension: Address,
    /// The factory that created the pool.
    pub factory: Address,
    /// The credential token, token 0.
    pub token: Address,
    /// Who created the pool and holds the first shares, which are released little by little.
    pub creator: Address,
    /// When the pool was created. Units: Unix seconds.
    pub created_at: u64,
    /// Tokens of the first liquidity. Units: base units; at most 112 bits.
    pub initial_tokens: u128,
    /// Ether of the first liquidity. Units: wei; at most 112 bits.
    pub initial_ether: u128,
}

/// Bytes of a time in the clone's code.
const TIME_BYTES: usize = 5;
/// Bytes of an amount in the clone's code.
const AMOUNT_BYTES: usize = 14;

impl CloneArgs {
    /// Length in the clone's code: four addresses, a time of 5 bytes, two amounts of 14.
    pub const BYTES: usize = 113;
}

impl From<CloneArgs> for [u8; CloneArgs::BYTES] {
    fn from(args: CloneArgs) -> Self {
        let CloneArgs { extension, factory, token, creator, created_at, initial_tokens, initial_ether } =
            args;
        let accounts: FixedBytes<40> = extension.concat_const(*factory);
        let accounts: FixedBytes<60> = accounts.concat_const(*token);
        let accounts: FixedBytes<80> = accounts.concat_const(*creator);
        let (mut time, mut tokens, mut ether) = ([0; TIME_BYTES], [0; AMOUNT_BYTES], [0; AMOUNT_BYTES]);
        copy_end(&mut time, &created_at.to_be_bytes());
        copy_end(&mut tokens, &initial_tokens.to_be_bytes());
        copy_end(&mut ether, &initial_ether.to_be_bytes());
        let amounts: FixedBytes<28> = FixedBytes(tokens).concat_const(FixedBytes(ether));
        let tail: FixedBytes<33> = FixedBytes(time).concat_const(amounts);
        accounts.concat_const::<33, { CloneArgs::BYTES }>(tail).0
    }
}

impl From<[u8; Self::BYTES]> for CloneArgs {
    fn from(bytes: [u8; Self::BYTES]) -> Self {
        let mut rest = bytes.as_slice();
        let (mut time, mut tokens, mut ether) = ([0; 8], [0; 16], [0; 16]);
        let [extension, factory, token, creator] = [(); 4].map(|()| {
            let (address, after) = rest.split_first_chunk::<20>().unwrap_or((&[0; 20], &[]));
            rest = after;
            Address::from(*address)
        });
        let (created_at, amounts) = rest.split_first_chunk::<TIME_BYTES>().unwrap_or((&[0; TIME_BYTES], &[]));
        let (first, second) =
            amounts.split_first_chunk::<AMOUNT_BYTES>().unwrap_or((&[0; AMOUNT_BYTES], &[]));
        copy_end(&mut time, created_at);
        copy_end(&mut tokens, first);
        copy_end(&mut ether, second);
        Self {
            extension,
            factory,
            token,
            creator,
            created_at: u64::from_be_bytes(time),
            initial_tokens: u128::from_be_bytes(tokens),
            initial_ether: u128::from_be_bytes(ether),
        }
    }
}

/// Copies the last bytes of `from` to the end of `to`, as many as both have.
fn copy_end(to: &mut [u8], from: &[u8]) {
    for (to, from) in to.iter_mut().rev().zip(from.iter().rev()) {
        *to = *from;
    }
}

declare! {
    /// A constant-product market of one credential token (token 0) against Ether (token 1), whose shares are an ERC-20.
    /// Amounts of the token and of shares are in base units (18 decimals), of Ether in wei.
    interface ICredentialPool is erc20, erc2612, erc5267 {
        /// Takes in the first liquidity: `tokenAmount`, which is there already, and the Ether that comes with the call. Once,
        /// by the factory, in the transaction that creates the pool.
        function initialize(uint256 tokenAmount, bool protocolFee) external payable;
        /// Stops trades and additions of liquidity, or lets them go on. Only the factory.
        function setPaused(bool paused) external;
        /// Switches the protocol's part of the fee on or off, at once: what grows from now on is charged with changes of
        /// liquidity, and what was not charged yet when it is switched off never is. (A pair of Uniswap v2 takes notice with
        /// its next change of liquidity: what grew before that is never charged, and what grew between two of them is,
        /// even while it was off in between.) Only the factory.
        function setProtocolFee(bool on) external;

        /// Sells the Ether that comes with the call for at least `minOut` tokens to `to`.
        function swapExactEthForTokens(uint256 minOut, address to, uint256 deadline) external payable returns (uint256 amountOut);
        /// Sells `amountIn` of the caller's tokens, which the pool has to be allowed to move, for at least `minOut` wei to `to`.
        function swapExactTokensForEth(uint256 amountIn, uint256 minOut, address to, uint256 deadline) external returns (uint256 amountOut);
        /// Buys `amountOut` tokens to `to` for at most the Ether that comes with the call; the rest goes back.
        function swapEthForExactTokens(uint256 amountOut, address to, uint256 deadline) external payable returns (uint256 amountIn);
        /// Buys `amountOut` wei to `to` for at most `maxIn` of the caller's tokens, which the pool has to be allowed to move.
        function swapTokensForExactEth(uint256 amountOut, uint256 maxIn, address to, uint256 deadline) external returns (uint256 amountIn);
        /// Adds liquidity in the pool's ratio: at most `tokenDesired` of the caller's tokens, which the pool has to be allowed
        /// to move, and the Ether that comes with the call, but at least `tokenMin` and `ethMin`; the rest of the Ether goes
        /// back. The shares go to `to`.
        function addLiquidity(uint256 tokenDesired, uint256 tokenMin, uint256 ethMin, address to, uint256 deadline) external payable returns (uint256 tokenAmount, uint256 ethAmount, uint256 shares);
        /// Redeems `shares` of the caller for at least `tokenMin` tokens and `ethMin` wei to `to`.
        function removeLiquidity(uint256 shares, uint256 tokenMin, uint256 ethMin, address to, uint256 deadline) external returns (uint256 tokenAmount, uint256 ethAmount);
        /// `swapExactTokensForEth` after a permit of the token over `value`; a permit that doesn't work, because somebody
        /// brought it before, is ignored if the pool is allowed enough.
        function swapExactTokensForEthWithPermit(uint256 amountIn, uint256 minOut, address to, uint256 deadline, uint256 value, uint256 permitDeadline, uint8 v, bytes32 r, bytes32 s) external returns (uint256 amountOut);
        /// `swapTokensForExactEth` after a permit of the token over `value`, as above.
        function swapTokensForExactEthWithPermit(uint256 amountOut, uint256 maxIn, address to, uint256 deadline, uint256 value, uint256 permitDeadline, uint8 v, bytes32 r, bytes32 s) external returns (uint256 amountIn);
        /// `addLiquidity` after a permit of the token over `value`, as above.
        function addLiquidityWithPermit(uint256 tokenDesired, uint256 tokenMin, uint256 ethMin, address to, uint256 deadline, uint256 value, uint256 permitDeadline, uint8 v, bytes32 r, bytes32 s) external payable returns (uint256 tokenAmount, uint256 ethAmount, uint256 shares);

        /// Gives `amount0Out` tokens and `amount1Out` wei to `to`, for what was put in: tokens sent here before, the Ether that
        /// comes with the call. With `data`, `to`, a contract, is called in between (`credentialPoolCall`) and can put in
        /// then, Ether too (by a call with gas: a pool needs more than a transfer's 2 300). For contracts that do all of it in
        /// one transaction.
        function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes data) external payable;
        /// Gives shares to `to` for the tokens sent here before and the Ether that comes with the call. For contracts.
        function mint(address to) external payable returns (uint256 shares);
        /// Redeems the shares sent here before to `to`. For contracts.
        function burn(address to) external returns (uint256 amount0, uint256 amount1);
        /// Sends what the pool has beyond its reserves to `to`.
        function skim(address to) external;
        /// Makes what the pool has its reserves.
        function sync() external;

        /// The reserves, of the token and of Ether, and when they last changed (Unix seconds modulo 2^32).
        function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 blockTimestampLast);
        /// The product of the reserves after the last change of liquidity, or when the protocol's fee was switched on if that
        /// was later; zero while it is off. (Uniswap v2 sets it with changes of liquidity alone.)
        function kLast() external view returns (uint256);
        /// Sum over time of the token's price in Ether, as UQ112.112 times seconds, modulo 2^256.
        function price0CumulativeLast() external view returns (uint256);
        /// Sum over time of Ether's price in tokens, as UQ112.112 times seconds, modulo 2^256.
        function price1CumulativeLast() external view returns (uint256);
        /// Shares that stay in the pool for ever.
        function MINIMUM_LIQUIDITY() external pure returns (uint256);
        /// The factory that created the pool.
        function factory() external view returns (address);
        /// The credential token.
        function token0() external view returns (address);
        /// The zero address: Ether.
        function token1() external view returns (address);
        /// What `amountIn` of `tokenIn` (zero: Ether) buys now.
        function getAmountOut(uint256 amountIn, address tokenIn) external view returns (uint256 amountOut);
        /// What buys `amountOut` of `tokenOut` (zero: Ether) now.
        function getAmountIn(uint256 amountOut, address tokenOut) external view returns (uint256 amountIn);
        /// Whether trades and additions of liquidity are stopped.
        function paused() external view returns (bool);
        /// Whether the protocol takes its part of the fee.
        function protocolFee() external view returns (bool);
        /// Shares of `account` that can't move yet.
        function lockedBalanceOf(address account) external view returns (uint256);
        /// When (Unix seconds) how many of the first shares are released.
        function unlockSchedule() external view returns (uint64[4] times, uint256[4] shares);

        /// Geometric mean over time of the price in the last `window` seconds, in wei per whole token. A window that would begin
        /// inside an hour with trades begins with that hour: `elapsed` is its real length.
        function consult(uint32 window) external view returns (uint256 price, uint32 elapsed);
        /// Wei of Ether that changed hands in the last `window` seconds, as above. A trade counts in steps of 2^34 wei, rounded
        /// down; more than 2^80 wei in a window wrap around.
        function volume(uint32 window) external view returns (uint256 amount, uint32 elapsed);
        /// Mean over time of the Ether reserve in the last `window` seconds, in wei, as above. A reserve counts by its first 19
        /// bits, in steps of 2^40 wei, and as no more than 2^75 wei.
        function liquidity(uint32 window) external view returns (uint256 meanEthReserve, uint32 elapsed);
        /// Running totals at each of `secondsAgo`, less those at the earliest of them: log2(price in wei per base unit) times
        /// seconds with 24 fractional bits, wei of the Ether reserve times seconds, wei that changed hands. Inside an hour with
        /// trades they are interpolated.
        function observe(uint32[] secondsAgo) external view returns (int256[] log2PriceSeconds, uint256[] ethReserveSeconds, uint256[] ethVolume);
        /// Up to 30 finished days, the newest last: the day since 1970, the mean of log2(price in wei per base unit) with 32
        /// fractional bits, the mean Ether reserve and the volume in wei, the number of trades. Volume and reserve count as
        /// above; more than 2^80 wei or 2^21 trades a day wrap around.
        function dailyMeans() external view returns (DailyMean[] means);

        /// One finished day.
        struct DailyMean {
            uint32 day;
            int64 log2Price;
            uint128 ethReserve;
            uint128 ethVolume;
            uint32 trades;
        }

        /// Liquidity was added by `sender`.
        event Mint(address indexed sender, uint256 amount0, uint256 amount1);
        /// Liquidity was redeemed by `sender`, to `to`.
        event Burn(address indexed sender, uint256 amount0, uint256 amount1, address indexed to);
        /// A trade by `sender`, to `to`.
        event Swap(address indexed sender, uint256 amount0In, uint256 amount1In, uint256 amount0Out, uint256 amount1Out, address indexed to);
        /// The reserves from now on.
        event Sync(uint112 reserve0, uint112 reserve1);
        /// Trades and additions of liquidity were stopped, or go on.
        event PoolPausedSet(bool paused);
        /// The protocol's part of the fee was switched on or off.
        event ProtocolFeeSet(bool on);

        /// Nothing was put in.
        error InsufficientInputAmount();
        /// The amount buys nothing: it rounds to zero.
        error InsufficientOutputAmount();
        /// The reserves don't hold as much.
        error InsufficientLiquidity();
        /// A trade that asks for nothing.
        error InvalidSwapAmounts();
        /// What was put in is too little for what was taken out.
        error InvalidConstantProduct();
        /// The amounts are worth no share.
        error InsufficientLiquidityMinted();
        /// The shares are worth nothing of the token, or of Ether.
        error InsufficientLiquidityBurned();
        /// The pool would hold `balance0` tokens and `balance1` wei, more than its reserves can count, 2^112 - 1 of each. What
        /// doesn't fit by itself stands here as it was brought: the amounts of an addition, the input of a trade twice.
        error PoolReserveOverflow(uint256 balance0, uint256 balance1);
        /// The transaction was mined at `timestamp`, after its `deadline`.
        error DeadlinePassed(uint256 deadline, uint256 timestamp);
        /// The price has moved: `amount` is less than the `minimum` that was asked for.
        error PoolBelowMinimum(uint256 amount, uint256 minimum);
        /// The price has moved: `amount` is more than the `maximum` that was offered.
        error PoolAboveMaximum(uint256 amount, uint256 maximum);
        /// Nothing can be sent to `to`: it is zero, the token, or the pool.
        error PoolInvalidRecipient(address to);
        /// `token` isn't traded here.
        error InvalidToken(address token);
        /// First shares are locked: as many as asked for can leave their holder from `unlockTime` (Unix seconds) on.
        error LiquidityLocked(uint256 unlockTime);
        /// The pool is paused: liquidity can be redeemed, trades and additions come later.
        error EnforcedPause();
        /// The token at `token` failed; its program may have to be renewed (`ArbWasm`), or the call had too little gas.
        error PoolTokenFailed(address token);
        /// `to` doesn't take the `amount` wei that it is to get.
        error PoolEtherRefused(address to, uint256 amount);
        /// The flash swap's callee at `callee` failed, or has no code.
        error PoolCallbackFailed(address callee);
        /// Ether comes in by the functions that take it, not by itself.
        error PoolPlainEther();
        /// The function is running already, or prices are about to change: it can't be entered from what it calls.
        error ReentrancyGuardReentrantCall();
        /// The pool has existed for `available` seconds, less than the `window` that was asked for.
        error PoolHistoryTooShort(uint256 window, uint256 available);
        /// A window is 1 to `maximum` seconds, not `window`.
        error PoolInvalidWindow(uint256 window, uint256 maximum);
        /// Only the factory, `expected`.
        error PoolOnlyFactory(address caller, address expected);
        /// The pool has its first liquidity, which it gets once.
        error PoolAlreadyInitialized();
        /// `account` runs this code but is no pool: the program itself, or a clone with other arguments.
        error PoolNotClone(address account);
    }
}

declare! {
    /// Who takes part in a flash swap.
    interface ICredentialPoolCallee {
        /// Called by a pool in the middle of a `swap` with data: the amounts are here already, and what buys them has to be in
        /// the pool when this returns.
        function credentialPoolCall(address sender, uint256 amount0, uint256 amount1, bytes data) external;
    }
}

/// The structs of the interface as EIP-712 writes them, `Name(type field,…)`.
#[cfg(feature = "json")]
pub(crate) fn structs() -> Vec<String> {
    use alloy_sol_types::SolStruct;
    vec![ICredentialPool::DailyMean::eip712_root_type().into_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clone_arguments_read_back() {
        let args = CloneArgs {
            extension: Address::repeat_byte(1),
            factory: Address::repeat_byte(2),
            token: Address::repeat_byte(3),
            creator: Address::repeat_byte(4),
            created_at: (1 << 40) - 2,
            initial_tokens: (1 << 112) - 3,
            initial_ether: (1 << 111) + 5,
        };
        let bytes = <[u8; CloneArgs::BYTES]>::from(args);
        assert_eq!(CloneArgs::from(bytes), args);
        assert_eq!(bytes[..20], [1; 20]);
        assert_eq!(bytes[60..80], [4; 20]);
        assert_eq!(bytes[80..85], [0xff, 0xff, 0xff, 0xff, 0xfe]);
        assert_eq!(bytes[112], 5);
    }
}
