//! Why a pool refuses a call.

use abi::{
    erc20::IERC20::{
        ERC20InsufficientAllowance, ERC20InsufficientBalance, ERC20InvalidApprover, ERC20InvalidReceiver,
        ERC20InvalidSender, ERC20InvalidSpender,
    },
    erc2612::IERC2612::{ERC2612ExpiredSignature, ERC2612InvalidSigner},
    pool::ICredentialPool::{
        DeadlinePassed, EnforcedPause, InsufficientInputAmount, InsufficientLiquidity,
        InsufficientLiquidityBurned, InsufficientLiquidityMinted, InsufficientOutputAmount,
        InvalidConstantProduct, InvalidSwapAmounts, InvalidToken, LiquidityLocked, PoolAboveMaximum,
        PoolAlreadyInitialized, PoolBelowMinimum, PoolCallbackFailed, PoolEtherRefused, PoolHistoryTooShort,
        PoolInvalidRecipient, PoolInvalidWindow, PoolNotClone, PoolOnlyFactory, PoolPlainEther,
        PoolReserveOverflow, PoolTokenFailed, ReentrancyGuardReentrantCall,
    },
};
use alloc::vec::Vec;
use alloy_primitives::Address;
use alloy_sol_types::SolError;
use kit::{erc20::Erc20Error, guard, permit::PermitError};

kit::errors! {
    /// Why a call was refused.
    pub PoolError and Erc20Error and PermitError:
    ERC20InsufficientBalance { sender, balance, needed },
    ERC20InsufficientAllowance { spender, allowance, needed },
    ERC20InvalidSender { sender },
    ERC20InvalidReceiver { receiver },
    ERC20InvalidApprover { approver },
    ERC20InvalidSpender { spender },
    ERC2612ExpiredSignature { deadline },
    ERC2612InvalidSigner { signer, owner },
    InsufficientInputAmount {},
    InsufficientOutputAmount {},
    InsufficientLiquidity {},
    InvalidSwapAmounts {},
    InvalidConstantProduct {},
    InsufficientLiquidityMinted {},
    InsufficientLiquidityBurned {},
    PoolReserveOverflow { balance0, balance1 },
    DeadlinePassed { deadline, timestamp },
    PoolBelowMinimum { amount, minimum },
    PoolAboveMaximum { amount, maximum },
    PoolInvalidRecipient { to },
    InvalidToken { token },
    LiquidityLocked { unlockTime },
    EnforcedPause {},
    PoolTokenFailed { token },
    PoolEtherRefused { to, amount },
    PoolCallbackFailed { callee },
    PoolPlainEther {},
    ReentrancyGuardReentrantCall {},
    PoolHistoryTooShort { window, available },
    PoolInvalidWindow { window, maximum },
    PoolOnlyFactory { caller, expected },
    PoolAlreadyInitialized {},
    PoolNotClone { account },
}

impl From<guard::Reentered> for PoolError {
    fn from(_: guard::Reentered) -> Self {
        ReentrancyGuardReentrantCall {}.into()
    }
}

impl PoolError {
    /// What the token refused a call with: passed on if the user can do something about it, else that the token failed.
    pub(crate) fn of_token(data: Vec<u8>, token: Address) -> Self {
        const TOLD: [[u8; 4]; 4] = [
            ERC20InsufficientBalance::SELECTOR,
            ERC20InsufficientAllowance::SELECTOR,
            ERC2612ExpiredSignature::SELECTOR,
            ERC2612InvalidSigner::SELECTOR,
        ];
        match data.first_chunk() {
            Some(selector) if TOLD.contains(selector) => Self(data),
            _ => PoolTokenFailed { token }.into(),
        }
    }
}
