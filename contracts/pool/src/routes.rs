//! Which call runs which function, and how its answer is encoded: a line for each function that this program answers.

use abi::pool::ICredentialPool::{
    addLiquidityCall, addLiquidityWithPermitCall, allowanceCall, approveCall, balanceOfCall, burnCall,
    getReservesCall, initializeCall, mintCall, pausedCall, removeLiquidityCall, setPausedCall,
    setProtocolFeeCall, skimCall, swapCall, swapEthForExactTokensCall, swapExactEthForTokensCall,
    swapExactTokensForEthCall, syncCall, totalSupplyCall, transferCall, transferFromCall,
};
use alloc::vec::Vec;
use alloy_primitives::U256;
use kit::reply::{self, Word};
use pool_core::{Addition, Bounds};

use crate::contract::CredentialPool;

// The most frequent calls first: each line costs those after it a comparison. The last two payable functions are the
// extension's.
kit::routes! {
    CredentialPool,
    payable [
        swapExactEthForTokensCall, addLiquidityCall, swapCall, mintCall, initializeCall, swapEthForExactTokensCall,
        addLiquidityWithPermitCall
    ],
    receive |this| Some(this.market.receive().map_err(Vec::from)),
    fallback |this, input| Some(this.delegate(input)),
    |this, a| {
        swapExactEthForTokensCall => {
            let (min_out, to, deadline) = (a.number()?, a.address()?, a.number()?);
            number(this.market.swap_exact_eth_for_tokens(min_out, to, deadline)?)
        };
        swapExactTokensForEthCall => {
            let (amount_in, min_out, to, deadline) = (a.number()?, a.number()?, a.address()?, a.number()?);
            number(this.market.swap_exact_tokens_for_eth(amount_in, min_out, to, deadline, None)?)
        };
        addLiquidityCall => {
            let desired = a.number()?;
            let bounds = bounds(a.number()?, a.number()?, a.address()?, a.number()?);
            let Addition { amounts: [amount0, amount1], shares } = this.market.add_liquidity(desired, &bounds, None)?;
            reply::words(&[amount0.word(), amount1.word(), shares.word()])
        };
        removeLiquidityCall => {
            let shares = a.number()?;
            let bounds = bounds(a.number()?, a.number()?, a.address()?, a.number()?);
            pair(this.market.remove_liquidity(shares, &bounds)?)
        };
        getReservesCall => this.get_reserves();
        balanceOfCall => number(this.market.balance_of(a.address()?));
        transferCall => flag(this.market.transfer(a.address()?, a.number()?)?);
        approveCall => flag(this.market.approve(a.address()?, a.number()?)?);
        transferFromCall => flag(this.market.transfer_from(a.address()?, a.address()?, a.number()?)?);
        allowanceCall => number(this.market.allowance(a.address()?, a.address()?));
        totalSupplyCall => number(this.market.total_supply());
        swapCall => {
            let (amounts_out, to) = ([a.number()?, a.number()?], a.address()?);
            done(this.market.swap(amounts_out, to, a.bytes()?)?)
        };
        mintCall => number(this.market.mint(a.address()?)?);
        burnCall => pair(this.market.burn(a.address()?)?);
        syncCall => done(this.market.sync()?);
        skimCall => done(this.market.skim(a.address()?)?);
        pausedCall => flag(this.market.paused());
        initializeCall => done(this.market.initialize(a.number()?, a.flag()?)?);
        setPausedCall => done(this.market.set_paused(a.flag()?)?);
        setProtocolFeeCall => done(this.market.set_protocol_fee(a.flag()?)?);
    }
}

const fn bounds(token_min: U256, ether_min: U256, to: alloy_primitives::Address, deadline: U256) -> Bounds {
    Bounds { token_min, ether_min, to, deadline }
}

/// The answer of functions that give nothing back.
fn done((): ()) -> Vec<u8> {
    Vec::new()
}

fn flag(flag: bool) -> Vec<u8> {
    reply::words(&[flag.word()])
}

fn number(number: U256) -> Vec<u8> {
    reply::words(&[number.word()])
}

fn pair([first, second]: [U256; 2]) -> Vec<u8> {
    reply::words(&[first.word(), second.word()])
}
