//! Uniswap v2 on our chain.

use alloy::{primitives::Address, sol};
use ecosystem_tests::Stage;

use super::compiled::Compiled;

sol! {
    /// Its router, as far as it is used.
    interface Router {
        function addLiquidityETH(
            address token,
            uint256 amountTokenDesired,
            uint256 amountTokenMin,
            uint256 amountETHMin,
            address to,
            uint256 deadline
        ) external payable returns (uint256 amountToken, uint256 amountETH, uint256 liquidity);
        function removeLiquidityETH(
            address token,
            uint256 liquidity,
            uint256 amountTokenMin,
            uint256 amountETHMin,
            address to,
            uint256 deadline
        ) external returns (uint256 amountToken, uint256 amountETH);
        function swapExactETHForTokens(uint256 amountOutMin, address[] path, address to, uint256 deadline)
            external payable returns (uint256[] amounts);
        function swapExactTokensForETH(
            uint256 amountIn,
            uint256 amountOutMin,
            address[] path,
            address to,
            uint256 deadline
        ) external returns (uint256[] amounts);
        function swapETHForExactTokens(uint256 amountOut, address[] path, address to, uint256 deadline)
            external payable returns (uint256[] amounts);
        function swapTokensForExactETH(
            uint256 amountOut,
            uint256 amountInMax,
            address[] path,
            address to,
            uint256 deadline
        ) external returns (uint256[] amounts);
    }

    /// Its factory, as far as it is used.
    interface Factory {
        function getPair(address tokenA, address tokenB) external view returns (address pair);
        function setFeeTo(address feeTo) external;
    }

    /// Its pairs, beyond ERC-20.
    interface Pair {
        function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 timestamp);
        function kLast() external view returns (uint256);
        function price0CumulativeLast() external view returns (uint256);
        function price1CumulativeLast() external view returns (uint256);
        function mint(address to) external returns (uint256 liquidity);
        function burn(address to) external returns (uint256 amount0, uint256 amount1);
        function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes data) external;
        function skim(address to) external;
        function sync() external;
    }

    /// Ether as an ERC-20.
    interface WrappedEther {
        function deposit() external payable;
    }
}

/// What its pairs need.
pub(super) struct Uniswap {
    pub(super) wrapped: Address,
    pub(super) factory: Address,
    pub(super) router: Address,
}

impl Uniswap {
    /// Creates it by the stage's holder, with Ether wrapped by `wrapped`. Its fee is the stage's owner's to switch.
    pub(super) async fn create(stage: &Stage, compiled: &Compiled, wrapped: Address) -> Self {
        let factory = compiled.create(stage, "UniswapV2Factory", stage.owner.address()).await;
        let router = compiled.create(stage, "UniswapV2Router02", (factory, wrapped)).await;
        Self { wrapped, factory, router }
    }

    /// The pair of `token` and wrapped Ether.
    pub(super) async fn pair_of(&self, stage: &Stage, token: Address) -> Address {
        let call = Factory::getPairCall { tokenA: token, tokenB: self.wrapped };
        stage.reads(self.factory, call).await
    }
}
