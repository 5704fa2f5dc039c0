//! A proxy: what it runs, and whose it is.

use abi::proxy::IProxy::IProxyEvents;
use alloy::{
    primitives::{Address, LogData},
    sol_types::SolEventInterface,
};
use ecosystem::proxy::{ADMIN_SLOT, IMPLEMENTATION_SLOT};
use ecosystem_tests::Stage;

#[derive(Default)]
pub(super) struct Follower {
    implementation: Address,
    admin: Address,
}

impl Follower {
    /// Whether it is the proxy's own log.
    pub(super) fn hears(&mut self, log: &LogData) -> bool {
        let Ok(event) = IProxyEvents::decode_raw_log(log.topics(), &log.data) else { return false };
        match event {
            IProxyEvents::Upgraded(event) => self.implementation = event.implementation,
            IProxyEvents::AdminChanged(event) => self.admin = event.newAdmin,
            // Neither changes what it runs.
            IProxyEvents::ProxyCallAnnounced(_)
            | IProxyEvents::ProxyCallCancelled(_)
            | IProxyEvents::UpgradesLocked(_) => {}
        }
        true
    }

    pub(super) async fn agree(&self, stage: &Stage, at: Address) {
        let stored =
            async |slot| Address::from_word(stage.chain().storage(at, slot).await.expect("the node answers"));
        assert_eq!(self.implementation, stored(IMPLEMENTATION_SLOT).await);
        assert_eq!(self.admin, stored(ADMIN_SLOT).await);
    }
}
