//! What was promised of an operation, and what others take for the same.

use serde_json::{Value, json};

use crate::{meter::Cost, peers::Live};

/// Gas used by the earlier system and by other tokens; its `unit` says how it was measured.
const PEERS: &str = include_str!("../peers/peer-baseline.json");

const EARLIER: &str = "earlier system";
pub(crate) const OPEN_ZEPPELIN: &str = "OpenZeppelin";
pub(crate) const SOLADY: &str = "solady";
pub(crate) const ROUTER: &str = "Uniswap v2 by its router";
pub(crate) const PAIR: &str = "Uniswap v2's pair alone";

/// The earlier system's limit for a trade.
const TRADE_CEILING: Option<u64> = Some(200_000);

/// An operation that is promised something, or that others have, too.
struct Operation {
    contract: &'static str,
    function: &'static str,
    case: &'static str,
    /// The product specification's cost budget, with cached programs.
    budget: Option<u64>,
    /// The earlier system's own limit, which holds uncached.
    ceiling: Option<u64>,
    /// Who else has it, and what it is called in the baseline: group and operation.
    peers: &'static [(&'static str, &'static str, &'static str)],
}

/// One of the token that OpenZeppelin and solady have, too, under the same name.
macro_rules! erc20 {
    ($function:literal, $case:literal, $peer:literal $(, $budget:literal)?) => {
        Operation {
            contract: "credential-token",
            function: $function,
            case: $case,
            budget: [$(Some($budget),)? None][0],
            ceiling: None,
            peers: &[
                (EARLIER, "token", $peer),
                (OPEN_ZEPPELIN, "oz-erc20permit", $peer),
                (SOLADY, "solady-erc20", $peer),
            ],
        }
    };
}

/// One of the token that only the earlier system has.
macro_rules! token {
    ($function:literal, $case:literal, $peer:literal) => {
        Operation {
            contract: "credential-token",
            function: $function,
            case: $case,
            budget: None,
            ceiling: None,
            peers: &[(EARLIER, "token", $peer)],
        }
    };
}

/// A permit, which the earlier system doesn't have.
macro_rules! permit {
    ($case:literal, $peer:literal) => {
        Operation {
            contract: "credential-token",
            function: "permit",
            case: $case,
            budget: None,
            ceiling: None,
            peers: &[(OPEN_ZEPPELIN, "oz-erc20permit", $peer), (SOLADY, "solady-erc20", $peer)],
        }
    };
}

/// A creation, within the budget of all creations.
macro_rules! creation {
    ($case:literal, $budget:expr $(, $peer:literal)?) => {
        Operation {
            contract: "token-factory",
            function: "createToken",
            case: $case,
            budget: $budget,
            ceiling: Some(3_000_000),
            peers: &[$((EARLIER, "factory", $peer))?],
        }
    };
}

/// One of the market, with budget and ceiling.
macro_rules! market {
    (
        $contract:literal, $function:literal, $case:literal, $budget:expr, $ceiling:expr
        $(, $peer:ident: $group:literal $operation:literal)*
    ) => {
        Operation {
            contract: $contract,
            function: $function,
            case: $case,
            budget: $budget,
            ceiling: $ceiling,
            peers: &[$(($peer, $group, $operation)),*],
        }
    };
}

const OPERATIONS: [Operation; 82] = [
    creation!("first of the factory", None, "createToken, first ever (name, symbol < 32 B)"),
    creation!("first of a creator", Some(400_000), "createToken, later (name, symbol < 32 B)"),
    creation!("later", Some(400_000)),
    creation!("first of a creator, name of 39 bytes", None, "createToken, later (39 B name)"),
    creation!("first of a creator, longest name and symbol", None),
    creation!(
        "first of a creator, with a fee",
        Some(400_000),
        "createToken, later, with FeeCollector and USDC configured (minting fee pulled)"
    ),
    creation!("first of a creator, with a fee and a refund", Some(400_000)),
    token!("mint", "first of the token", "mint by minter, first mint (supply 0)"),
    token!("mint", "to a new holder", "mint by minter to fresh holder"),
    token!("mint", "to an existing holder", "mint by minter to existing holder"),
    erc20!("transfer", "to a new holder", "transfer to fresh holder"),
    erc20!("transfer", "to an existing holder", "transfer to existing holder", 39_000),
    erc20!("transfer", "whole balance, to an existing holder", "transfer whole balance to existing holder"),
    erc20!("transfer", "whole balance, to a new holder", "transfer whole balance to fresh holder"),
    erc20!("approve", "0 to some", "approve 0 -> x"),
    erc20!("approve", "some to others", "approve x -> y"),
    erc20!("approve", "some to 0", "approve x -> 0"),
    erc20!("approve", "0 to all", "approve 0 -> max"),
    erc20!("transferFrom", "to a new holder, some left", "transferFrom to fresh holder, allowance left"),
    erc20!(
        "transferFrom",
        "to an existing holder, some left",
        "transferFrom to existing holder, allowance left"
    ),
    erc20!(
        "transferFrom",
        "to an existing holder, none left",
        "transferFrom to existing holder, allowance used up"
    ),
    erc20!(
        "transferFrom",
        "to an existing holder, of all",
        "transferFrom to existing holder, infinite allowance"
    ),
    permit!("first of an owner", "permit, first by this owner (nonce 0)"),
    permit!("later, for a new spender", "permit, later (fresh spender)"),
    token!("burn", "first of the token", "burn, first burn of the token"),
    token!("burn", "later", "burn, later"),
    token!("burn", "whole balance", "burn whole balance, later"),
    token!("setEmissionRate", "first of the token", "setEmissionRate by creator"),
    token!("setEmissionRate", "later", "setEmissionRate by creator"),
    creation!("first of the factory that pays a fee", None),
    market!("pool-factory", "createPool", "first of the factory", None, Some(4_000_000),
        EARLIER: "pool" "createPool 1000 tokens + 0.05 ETH, first ever"),
    market!("pool-factory", "createPool", "later", Some(500_000), Some(4_000_000),
        EARLIER: "pool" "createPool 1000 tokens + 0.05 ETH, later",
        ROUTER: "uniswap-v2" "router.addLiquidityETH, creates the pair, 1000 tokens + 0.05 ETH"),
    market!("pool-factory", "createPool", "later, protocol's fee on", Some(500_000), Some(4_000_000)),
    market!("pool-factory", "createPool", "first that pays a fee, protocol's fee on", None, Some(4_000_000)),
    market!(
        "pool-factory",
        "createPool",
        "later, with a fee, protocol's fee on",
        Some(500_000),
        Some(4_000_000)
    ),
    market!("pool", "swapExactEthForTokens", "first of the pool", None, TRADE_CEILING,
        EARLIER: "pool" "buy (ETH -> token), first swap of the pool: SUM of 2 txs",
        ROUTER: "uniswap-v2" "router.swapExactETHForTokens, first swap of the pair"),
    market!("pool", "swapExactEthForTokens", "to an existing holder", Some(75_000), TRADE_CEILING,
        EARLIER: "pool" "buy (ETH -> token), existing holder: SUM of 2 txs",
        ROUTER: "uniswap-v2" "router.swapExactETHForTokens, existing holder"),
    market!("pool", "swapExactEthForTokens", "to a new holder", None, TRADE_CEILING,
        EARLIER: "pool" "buy (ETH -> token), fresh holder: SUM of 2 txs",
        ROUTER: "uniswap-v2" "router.swapExactETHForTokens, fresh holder"),
    market!(
        "pool",
        "swapExactEthForTokens",
        "to an existing holder, in the same second",
        None,
        TRADE_CEILING
    ),
    market!(
        "pool",
        "swapExactEthForTokens",
        "to an existing holder, first of an hour",
        Some(97_000),
        TRADE_CEILING
    ),
    market!(
        "pool",
        "swapExactEthForTokens",
        "to an existing holder, first of a day",
        Some(120_000),
        TRADE_CEILING
    ),
    market!(
        "pool",
        "swapExactEthForTokens",
        "to an existing holder, first of an hour, in a used place",
        Some(97_000),
        TRADE_CEILING
    ),
    market!(
        "pool",
        "swapExactEthForTokens",
        "to an existing holder, first of a day, in used places",
        Some(120_000),
        TRADE_CEILING
    ),
    market!("pool", "swapExactEthForTokens", "first of the pool, a day later", None, TRADE_CEILING),
    market!("pool", "swapExactEthForTokens", "to a new holder, first of a day", None, TRADE_CEILING),
    market!("pool", "swapExactTokensForEth", "of all", Some(90_000), TRADE_CEILING,
        EARLIER: "pool" "sell (token -> ETH), existing holder: SUM of 2 txs",
        ROUTER: "uniswap-v2" "router.swapExactTokensForETH, existing holder, infinite approval"),
    market!("pool", "swapExactTokensForEth", "some left", Some(90_000), TRADE_CEILING,
        ROUTER: "uniswap-v2" "router.swapExactTokensForETH, existing holder, finite approval left"),
    market!("pool", "swapExactTokensForEth", "whole balance, none left", Some(90_000), TRADE_CEILING,
        EARLIER: "pool" "sell (token -> ETH), whole balance: SUM of 2 txs",
        ROUTER: "uniswap-v2" "router.swapExactTokensForETH, whole balance, exact approval"),
    market!("pool", "swapExactTokensForEth", "of all, first of an hour", Some(112_000), TRADE_CEILING),
    market!("pool", "swapExactTokensForEth", "of all, first of a day", Some(135_000), TRADE_CEILING),
    market!(
        "pool",
        "swapExactTokensForEth",
        "of all, first of an hour, in a used place",
        Some(112_000),
        TRADE_CEILING
    ),
    market!(
        "pool",
        "swapExactTokensForEth",
        "of all, first of a day, in used places",
        Some(135_000),
        TRADE_CEILING
    ),
    market!("pool", "swapExactTokensForEth", "of all, to a new account, first of a day", None, TRADE_CEILING),
    market!("pool", "addLiquidity", "to a new holder", None, None,
        EARLIER: "pool" "add liquidity, new LP: SUM of 3 txs",
        ROUTER: "uniswap-v2" "router.addLiquidityETH, new LP"),
    market!("pool", "addLiquidity", "to an existing holder", Some(112_000), None,
        EARLIER: "pool" "add liquidity, existing LP: SUM of 3 txs",
        ROUTER: "uniswap-v2" "router.addLiquidityETH, existing LP"),
    market!("pool", "addLiquidity", "to an existing holder, without a refund", Some(112_000), None),
    market!("pool", "addLiquidity", "to an existing holder, protocol's fee on", Some(112_000), None),
    market!("pool", "removeLiquidity", "part", Some(112_000), None,
        EARLIER: "pool" "remove liquidity, part: SUM of 2 txs",
        ROUTER: "uniswap-v2" "router.removeLiquidityETH, part"),
    market!("pool", "removeLiquidity", "part, by the creator", Some(112_000), None),
    market!("pool", "removeLiquidity", "whole position", Some(112_000), None,
        EARLIER: "pool" "remove liquidity, whole position: SUM of 2 txs",
        ROUTER: "uniswap-v2" "router.removeLiquidityETH, whole position"),
    market!("pool", "removeLiquidity", "part, protocol's fee on", Some(112_000), None),
    market!("pool", "swap", "Ether for tokens", None, TRADE_CEILING,
        EARLIER: "pool" "buy (ETH -> token), existing holder: tx2 pool.swap",
        PAIR: "uniswap-v2" "pair direct, buy (WETH -> token), existing holder: tx2 pair.swap"),
    market!("pool", "swap", "tokens for Ether", None, TRADE_CEILING,
        EARLIER: "pool" "sell (token -> ETH), existing holder: tx2 pool.swap",
        PAIR: "uniswap-v2" "pair direct, sell (token -> WETH), existing holder: tx2 pair.swap"),
    market!("pool", "swap", "of Ether that its callee gives back", None, TRADE_CEILING),
    market!("pool", "swap", "of tokens that its callee gives back", None, TRADE_CEILING),
    market!("pool", "mint", "to a new holder", None, None,
        EARLIER: "pool" "add liquidity, new LP: tx3 pool.mint",
        PAIR: "uniswap-v2" "pair direct, mint, new LP: tx3 pair.mint"),
    market!("pool", "mint", "to an existing holder", None, None,
        EARLIER: "pool" "add liquidity, existing LP: tx3 pool.mint",
        PAIR: "uniswap-v2" "pair direct, mint, existing LP: tx3 pair.mint"),
    market!("pool", "burn", "", None, None,
        EARLIER: "pool" "remove liquidity, part: tx2 pool.burn",
        PAIR: "uniswap-v2" "pair direct, remove part: tx2 pair.burn"),
    market!("pool", "sync", "of nothing", None, None,
        EARLIER: "pool" "sync, nothing to sync",
        PAIR: "uniswap-v2" "pair direct, sync, nothing to sync"),
    market!("pool", "sync", "of tokens", None, None,
        EARLIER: "pool" "sync, after token donation",
        PAIR: "uniswap-v2" "pair direct, sync, after token donation"),
    market!("pool", "skim", "of nothing", None, None, EARLIER: "pool" "skim, nothing to skim"),
    market!("pool", "skim", "of tokens", None, None,
        EARLIER: "pool" "skim, token excess",
        PAIR: "uniswap-v2" "pair direct, skim, token excess"),
    market!("pool-extension", "swapEthForExactTokens", "to an existing holder", None, TRADE_CEILING),
    market!(
        "pool-extension",
        "swapEthForExactTokens",
        "to an existing holder, first of an hour",
        None,
        TRADE_CEILING
    ),
    market!("pool-extension", "swapEthForExactTokens", "first of the pool, a day later", None, TRADE_CEILING),
    market!(
        "pool-extension",
        "swapEthForExactTokens",
        "to a new holder, first of a day",
        None,
        TRADE_CEILING
    ),
    market!("pool-extension", "swapTokensForExactEth", "of all", None, TRADE_CEILING),
    market!("pool-extension", "swapTokensForExactEth", "of all, first of an hour", None, TRADE_CEILING),
    market!("pool-extension", "swapTokensForExactEth", "of all, first of a day", None, TRADE_CEILING),
    market!(
        "pool-extension",
        "swapExactTokensForEthWithPermit",
        "first permit of an owner",
        None,
        TRADE_CEILING
    ),
    market!("pool-extension", "swapExactTokensForEthWithPermit", "later", None, TRADE_CEILING),
    market!("pool-extension", "swapTokensForExactEthWithPermit", "later", None, TRADE_CEILING),
];

fn operation(cost: &Cost) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.is(cost))
}

impl Operation {
    fn is(&self, cost: &Cost) -> bool {
        (self.contract, self.function, self.case) == (cost.contract, cost.name(), cost.case)
    }
}

/// What the operation may cost at most.
pub(crate) fn budget(cost: &Cost, cached: bool) -> Option<u64> {
    let operation = operation(cost)?;
    if cached { operation.budget } else { operation.ceiling }
}

/// What the operation costs others, by their names; compiled by solc 0.8.28 with 200 runs.
pub(crate) fn peers(cost: &Cost) -> Value {
    let figures: Value = serde_json::from_str(PEERS).expect("the baseline is JSON");
    let gas = |group: &str, operation: &str| {
        let gas = &figures["results"][group][operation]["runs200"]["gas"];
        gas.as_u64().unwrap_or_else(|| panic!("the baseline has no `{operation}` in `{group}`"))
    };
    let peers = operation(cost).map(|operation| operation.peers).unwrap_or_default();
    peers.iter().map(|(name, group, operation)| ((*name).to_owned(), json!(gas(group, operation)))).collect()
}

/// Something that is promised and never measured would go unnoticed.
pub(crate) fn assert_all_used(costs: &[Cost]) {
    for operation in &OPERATIONS {
        let Operation { contract, function, case, .. } = operation;
        assert!(
            costs.iter().any(|cost| operation.is(cost)),
            "{contract}: {function}, `{case}` isn't measured"
        );
    }
}

/// What is recorded of others has to be measured of them, too. The earlier system isn't published.
pub(crate) fn assert_all_live(live: &Live) {
    for Operation { contract, function, case, peers, .. } in &OPERATIONS {
        for (peer, ..) in peers.iter().filter(|(peer, ..)| *peer != EARLIER) {
            let key = (*peer, *contract, *function, *case);
            assert!(live.contains_key(&key), "{peer}: {contract}, {function}, `{case}` isn't measured");
        }
    }
}
