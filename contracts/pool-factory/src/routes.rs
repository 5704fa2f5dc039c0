//! Which call runs which function, and how its answer is encoded: a line for each function of the interface.

use abi::{
    pool::CloneArgs,
    pool_factory::IPoolFactory::{
        INITIAL_LOCK_PERIODCall, MINIMUM_ETH_VALUECall, MINIMUM_INITIAL_LIQUIDITYCall, accruedFeesCall,
        allPoolsCall, collectProtocolFeesCall, createPoolCall, extensionCall, getAllPoolsCall, getPoolCall,
        getPoolCountCall, getPoolInfoCall, getPoolsCall, implementationCall, initializeCall,
        isLiquidityLockedCall, isPoolCall, launchCall, oracleCall, pausePoolsCall, pausedPoolsCall,
        poolCreationFeeCall, poolInfoCall, protocolFeeRecipientCall, renounceOwnershipCall,
        setImplementationCall, setMinimumLiquidityCall, setOracleCall, setPoolCreationFeeCall,
        setProtocolFeeCall, setProtocolFeeRecipientCall, setTokenFactoryCall, tokenFactoryCall,
        tokenToPoolsCall, unpausePoolsCall, withdrawFeesCall,
    },
};
use alloc::vec::Vec;
use alloy_primitives::U256;
use kit::reply::{self, Word, done};
use math::lock;

use crate::contract::PoolFactory;

kit::routes! { PoolFactory, payable [createPoolCall], |this, a| {
    createPoolCall => reply::words(&[this.create_pool(a.address()?, a.number()?)?.word()]);

    getPoolCall => reply::words(&[this.get_pool(a.address()?).word()]);
    tokenToPoolsCall => reply::words(&[this.get_pool(a.address()?).word()]);
    getPoolCountCall => reply::words(&[this.get_pool_count().word()]);
    allPoolsCall => reply::words(&[this.all_pools(a.number()?)?.word()]);
    getAllPoolsCall => reply::list(this.get_all_pools()?.into_iter());
    getPoolsCall => reply::list(this.get_pools(a.number()?, a.number()?)?.into_iter());
    isPoolCall => reply::words(&[this.is_pool(a.address()?).word()]);
    getPoolInfoCall => {
        let (began, locked_bps) = this.get_pool_info(a.address()?)?.unzip();
        let mut reply = beginning(began);
        reply.extend_from_slice(&locked_bps.unwrap_or_default().word());
        reply
    };
    poolInfoCall => beginning(this.pool_info(a.address()?));
    isLiquidityLockedCall => reply::words(&[this.is_liquidity_locked(a.address()?).word()]);

    INITIAL_LOCK_PERIODCall => reply::words(&[this.initial_lock_period().word()]);
    MINIMUM_ETH_VALUECall => reply::words(&[this.minimum_eth_value().word()]);
    MINIMUM_INITIAL_LIQUIDITYCall => reply::words(&[this.minimum_initial_liquidity().word()]);
    poolCreationFeeCall => reply::words(&[this.pool_creation_fee().word()]);
    accruedFeesCall => reply::words(&[this.accrued_fees().word()]);
    protocolFeeRecipientCall => reply::words(&[this.protocol_fee_recipient().word()]);
    tokenFactoryCall => reply::words(&[this.token_factory().word()]);
    oracleCall => reply::words(&[this.oracle().word()]);
    implementationCall => reply::words(&[this.implementation().word()]);
    extensionCall => reply::words(&[this.extension().word()]);
    pausedPoolsCall => reply::words(&[this.paused_pools().word()]);

    collectProtocolFeesCall => pair(this.collect_protocol_fees(a.address()?)?);
    withdrawFeesCall => reply::words(&[this.withdraw_fees()?.word()]);

    pausePoolsCall => done(this.pause_pools(&a.addresses()?)?);
    unpausePoolsCall => done(this.unpause_pools(&a.addresses()?)?);

    initializeCall => {
        let (owner, token_factory, oracle) = (a.address()?, a.address()?, a.address()?);
        done(this.initialize(owner, token_factory, oracle, a.address()?, a.address()?)?)
    };
    setTokenFactoryCall => done(this.set_token_factory(a.address()?)?);
    setOracleCall => done(this.set_oracle(a.address()?)?);
    setImplementationCall => done(this.set_implementation(a.address()?, a.address()?)?);
    setMinimumLiquidityCall => done(this.set_minimum_liquidity(a.number()?, a.number()?)?);
    setPoolCreationFeeCall => done(this.set_pool_creation_fee(a.number()?)?);
    setProtocolFeeRecipientCall => done(this.set_protocol_fee_recipient(a.address()?)?);
    setProtocolFeeCall => {
        let pools = a.addresses()?;
        done(this.set_protocol_fee(&pools, a.flag()?)?)
    };

    renounceOwnershipCall => done(this.renounce_ownership()?);
    launchCall => done(this.launch()?);
} others this.authority }

fn pair((first, second): (U256, U256)) -> Vec<u8> {
    reply::words(&[first.word(), second.word()])
}

/// How a pool began; zeros if there is none.
fn beginning(began: Option<CloneArgs>) -> Vec<u8> {
    let words = began.map(|began| {
        [
            began.token.word(),
            began.creator.word(),
            began.created_at.word(),
            lock::end(began.created_at).word(),
            U256::from(began.initial_tokens).word(),
            U256::from(began.initial_ether).word(),
        ]
    });
    reply::words(&words.unwrap_or_default())
}
