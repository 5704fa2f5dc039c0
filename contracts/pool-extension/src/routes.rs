//! Which call runs which function, and how its answer is encoded: a line for each function that this program answers.

use abi::pool::ICredentialPool::{
    DOMAIN_SEPARATORCall, MINIMUM_LIQUIDITYCall, addLiquidityWithPermitCall, consultCall, dailyMeansCall,
    decimalsCall, eip712DomainCall, factoryCall, getAmountInCall, getAmountOutCall, kLastCall, liquidityCall,
    lockedBalanceOfCall, nameCall, noncesCall, observeCall, permitCall, price0CumulativeLastCall,
    price1CumulativeLastCall, protocolFeeCall, swapEthForExactTokensCall,
    swapExactTokensForEthWithPermitCall, swapTokensForExactEthCall, swapTokensForExactEthWithPermitCall,
    symbolCall, token0Call, token1Call, unlockScheduleCall, volumeCall,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use kit::{
    arguments::{Arguments, Malformed},
    permit::Signature,
    reply::{self, Word, done},
};
use pool_core::{Addition, Bounds, Permit};

use crate::contract::{PoolExtension, text};

kit::routes! {
    PoolExtension,
    payable [swapEthForExactTokensCall, addLiquidityWithPermitCall],
    |this, a| {
        swapEthForExactTokensCall => {
            let (amount_out, to, deadline) = (a.number()?, a.address()?, a.number()?);
            number(this.market.swap_eth_for_exact_tokens(amount_out, to, deadline)?)
        };
        swapTokensForExactEthCall => {
            let (amount_out, max_in, to, deadline) = (a.number()?, a.number()?, a.address()?, a.number()?);
            number(this.market.swap_tokens_for_exact_eth(amount_out, max_in, to, deadline, None)?)
        };
        swapExactTokensForEthWithPermitCall => {
            let (amount_in, min_out, to, deadline) = (a.number()?, a.number()?, a.address()?, a.number()?);
            let permit = permit(a)?;
            number(this.swap_exact_tokens_for_eth_with_permit(amount_in, min_out, to, deadline, &permit)?)
        };
        swapTokensForExactEthWithPermitCall => {
            let (amount_out, max_in, to, deadline) = (a.number()?, a.number()?, a.address()?, a.number()?);
            let permit = permit(a)?;
            number(this.swap_tokens_for_exact_eth_with_permit(amount_out, max_in, to, deadline, &permit)?)
        };
        addLiquidityWithPermitCall => {
            let (desired, token_min, ether_min) = (a.number()?, a.number()?, a.number()?);
            let bounds = Bounds { token_min, ether_min, to: a.address()?, deadline: a.number()? };
            let permit = permit(a)?;
            let added = this.add_liquidity_with_permit(desired, &bounds, &permit)?;
            let Addition { amounts: [amount0, amount1], shares } = added;
            reply::words(&[amount0.word(), amount1.word(), shares.word()])
        };

        permitCall => {
            let (owner, spender, value, deadline) = (a.address()?, a.address()?, a.number()?, a.number()?);
            let signature = Signature { v: a.byte()?, r: a.word()?, s: a.word()? };
            done(this.market.permit(owner, spender, value, deadline, &signature)?)
        };
        nameCall => text(PoolExtension::name());
        symbolCall => text(PoolExtension::symbol());
        decimalsCall => reply::words(&[PoolExtension::decimals().word()]);
        noncesCall => number(this.market.nonces(a.address()?));
        DOMAIN_SEPARATORCall => reply::words(&[this.market.domain_separator().word()]);
        eip712DomainCall => this.market.eip712_domain();

        getAmountOutCall => number(this.market.get_amount_out(a.number()?, a.address()?)?);
        getAmountInCall => number(this.market.get_amount_in(a.number()?, a.address()?)?);
        kLastCall => number(this.market.k_last());
        price0CumulativeLastCall => {
            let [price0, _] = this.market.cumulative_prices()?;
            number(price0)
        };
        price1CumulativeLastCall => {
            let [_, price1] = this.market.cumulative_prices()?;
            number(price1)
        };
        consultCall => this.consult(short(a)?)?;
        volumeCall => this.volume(short(a)?)?;
        liquidityCall => this.liquidity(short(a)?)?;
        observeCall => this.observe(&shorts(a)?)?;
        dailyMeansCall => this.daily_means()?;

        factoryCall => reply::words(&[this.market.args()?.factory.word()]);
        token0Call => reply::words(&[this.market.args()?.token.word()]);
        token1Call => reply::words(&[Address::ZERO.word()]);
        MINIMUM_LIQUIDITYCall => reply::words(&[PoolExtension::minimum_liquidity().word()]);
        protocolFeeCall => flag(this.market.protocol_fee());
        lockedBalanceOfCall => number(this.market.locked_balance_of(a.address()?)?);
        unlockScheduleCall => {
            let (times, parts) = this.market.unlock_schedule()?;
            let mut reply = reply::words(&times.map(u64::word));
            reply.extend(reply::words(&parts.map(U256::word)));
            reply
        };
    }
}

/// A permit: the last five arguments of the functions that take one.
fn permit(a: &mut Arguments<'_>) -> Result<Permit, Malformed> {
    let (value, deadline) = (a.number()?, a.number()?);
    Ok(Permit { value, deadline, signature: Signature { v: a.byte()?, r: a.word()?, s: a.word()? } })
}

/// The next argument, a `uint32`.
fn short(a: &mut Arguments<'_>) -> Result<u64, Malformed> {
    let number = a.long()?;
    if u32::try_from(number).is_ok() { Ok(number) } else { Err(Malformed) }
}

/// The next argument, a `uint32[]`.
fn shorts(a: &mut Arguments<'_>) -> Result<Vec<u64>, Malformed> {
    let mut numbers = Vec::new();
    for word in a.words()? {
        numbers.push(short(&mut Arguments::new(word.as_slice()))?);
    }
    Ok(numbers)
}

fn flag(flag: bool) -> Vec<u8> {
    reply::words(&[flag.word()])
}

fn number(number: U256) -> Vec<u8> {
    reply::words(&[number.word()])
}
