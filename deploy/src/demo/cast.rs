//! Who plays in the demo: accounts of their own, so that every rule about who may do what is really met.

use alloy::{primitives::U256, rpc::types::TransactionRequest};

use crate::{
    chain::{Chain, ChainError},
    key::Key,
    steps::Steps,
};

/// Gas that a player can pay for: several times what its part takes.
const GAS_OF_A_PLAYER: u64 = 4_000_000;
/// The same for a player with one or two transactions.
const GAS_OF_A_GUEST: u64 = 500_000;

/// The players. All but the owner are derived from the owner's key, so what they are left with isn't lost.
#[derive(Clone, Debug)]
pub(super) struct Cast {
    /// Deploys and owns everything.
    pub(super) owner: Key,
    /// Attests credentials; never sends a transaction.
    pub(super) issuer: Key,
    /// Holds the credentials and creates their tokens.
    pub(super) holder: Key,
    /// Brings other people's signatures to the chain, and spends what it was permitted to.
    pub(super) relayer: Key,
    /// Mints: the account that stands where the generator contract will.
    pub(super) generator: Key,
    /// Receives tokens; never sends a transaction.
    pub(super) friend: Key,
    /// Gets the fees.
    pub(super) treasury: Key,
    /// Pauses.
    pub(super) guardian: Key,
    /// An issuer that is announced; never sends a transaction.
    pub(super) newcomer: Key,
}

impl Cast {
    pub(super) fn of(owner: Key) -> Self {
        let role = |name: &str| owner.derive(&format!("ecosystem demo: {name}"));
        Self {
            issuer: role("issuer"),
            holder: role("holder"),
            relayer: role("relayer"),
            generator: role("generator"),
            friend: role("friend"),
            treasury: role("treasury"),
            guardian: role("guardian"),
            newcomer: role("another issuer"),
            owner,
        }
    }

    /// Gives those who send transactions the Ether for them, unless they have it from an earlier run.
    pub(super) async fn fund(&self, chain: &Chain, steps: &mut Steps) -> Result<(), ChainError> {
        let price = chain.gas_price().await?;
        for (name, player, gas) in [
            ("holder", &self.holder, GAS_OF_A_PLAYER),
            ("relayer", &self.relayer, GAS_OF_A_PLAYER),
            ("generator", &self.generator, GAS_OF_A_PLAYER),
            ("treasury", &self.treasury, GAS_OF_A_GUEST),
            ("guardian", &self.guardian, GAS_OF_A_GUEST),
        ] {
            // Twice, because the fee cap of a transaction is twice the price.
            let need = U256::from(price).saturating_mul(U256::from(2 * gas));
            let missing = need.saturating_sub(chain.balance(player.address()).await?);
            if missing.is_zero() {
                continue;
            }
            let what = format!("give the {name} Ether for gas");
            let request = TransactionRequest::default().to(player.address()).value(missing);
            steps.sent(&what, &chain.send(&self.owner, request, &what).await?);
        }
        Ok(())
    }
}
