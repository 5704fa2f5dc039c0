//! The registry: issuers and their keys, credentials and what became of them.

use std::collections::{BTreeMap, BTreeSet};

use abi::registry::{
    ICredentialRegistry::{self as registry, Credential, ICredentialRegistryEvents as Event, Lapse},
    credential_type, status,
};
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolEventInterface,
};
use ecosystem_tests::Stage;

use super::{Heard, now, offices::Offices};

/// A time that never comes.
const NEVER: u64 = u64::MAX;

#[derive(Default)]
pub(super) struct Follower {
    offices: Offices,
    issuers: BTreeMap<Address, Issuer>,
    /// The issuer of everyone that is or was a key.
    roots: BTreeMap<Address, Address>,
    /// By key: since when, and when that was decided.
    distrusted: BTreeMap<Address, [u64; 2]>,
    nonces: BTreeSet<(Address, U256)>,
    credentials: BTreeMap<B256, Kept>,
}

struct Issuer {
    key: Address,
    removed: bool,
    types: Vec<B256>,
}

/// What somebody signed, and when it was accepted.
#[derive(Clone, Copy)]
struct Signed {
    key: Address,
    at: u64,
}

/// A credential, and what led to how it stands.
struct Kept {
    holder: Address,
    root: Address,
    credential_type: B256,
    issued_at: u64,
    expires_at: u64,
    registered: Signed,
    renewed: Vec<Signed>,
    rebound: Vec<Signed>,
    moving: Option<(Signed, Address, u64)>,
    revoked: Option<(u64, u8)>,
    lapses: Vec<Lapse>,
}

impl Follower {
    pub(super) fn hear(&mut self, heard: &Heard) {
        let (log, at) = (&heard.data, heard.time);
        if self.offices.hears(log) {
            return;
        }
        match Event::decode_raw_log(log.topics(), &log.data).expect("a declared event") {
            Event::IssuerAdded(event) => {
                let key = event.issuerRoot;
                self.roots.insert(key, key);
                self.issuers.insert(key, Issuer { key, removed: false, types: event.types });
            }
            Event::IssuerRotated(event) => {
                self.roots.insert(event.newKey, event.issuerRoot);
                let issuer = self.issuers.get_mut(&event.issuerRoot).expect("it was added");
                (issuer.key, issuer.removed) = (event.newKey, false);
            }
            Event::IssuerRemoved(event) => {
                self.issuers.get_mut(&event.issuerRoot).expect("it was added").removed = true;
            }
            Event::IssuerDistrusted(event) => {
                let [since, _] = self.distrusted.entry(event.key).or_insert([event.since, at]);
                *since = event.since;
            }
            Event::NonceUsed(event) => assert!(self.nonces.insert((event.issuerRoot, event.nonce))),
            Event::CredentialRegistered(event) => {
                let before = self.credentials.remove(&event.credentialId);
                let kept = Kept {
                    holder: event.holder,
                    root: event.issuerRoot,
                    credential_type: event.credentialType,
                    issued_at: event.issuedAt,
                    expires_at: event.expiresAt,
                    registered: Signed { key: event.key, at },
                    renewed: Vec::new(),
                    rebound: Vec::new(),
                    moving: None,
                    revoked: None,
                    lapses: before.map(|before| before.lapses).unwrap_or_default(),
                };
                self.credentials.insert(event.credentialId, kept);
            }
            Event::CredentialRevoked(event) => {
                self.credential(event.credentialId).revoked = Some((at, event.reason));
            }
            Event::CredentialLapsed(event) => {
                let lapse = Lapse { from: event.from, until: event.until };
                self.credential(event.credentialId).lapses.push(lapse);
            }
            Event::CredentialRenewed(event) => {
                let kept = self.credential(event.credentialId);
                kept.expires_at = event.expiresAt;
                kept.renewed.push(Signed { key: event.key, at });
            }
            Event::CredentialRebindStarted(event) => {
                let signed = Signed { key: event.key, at };
                self.credential(event.credentialId).moving =
                    Some((signed, event.newHolder, event.effectiveAt));
            }
            Event::CredentialRebindCancelled(event) => self.credential(event.credentialId).moving = None,
            Event::CredentialRebound(event) => {
                let kept = self.credential(event.credentialId);
                let (signed, ..) = kept.moving.take().expect("it was started");
                assert_eq!(kept.holder, event.previousHolder);
                kept.holder = event.newHolder;
                kept.rebound.push(signed);
            }
            Event::CredentialRestored(event) => {
                let kept = self.credential(event.credentialId);
                // A renewal is always later, and a rebinding always somebody else's.
                if kept.expires_at != event.expiresAt {
                    kept.renewed.pop();
                }
                if kept.holder != event.holder {
                    kept.rebound.pop();
                }
                if !event.revoked {
                    kept.revoked = None;
                }
                (kept.expires_at, kept.holder) = (event.expiresAt, event.holder);
            }
            Event::Initialized(event) => assert_eq!(event.version, 1),
            Event::OwnershipTransferStarted(_)
            | Event::OwnershipTransferred(_)
            | Event::GuardianSet(_)
            | Event::Paused(_)
            | Event::Unpaused(_)
            | Event::Scheduled(_)
            | Event::Executed(_)
            | Event::Cancelled(_)
            | Event::Launched(_) => unreachable!("the offices'"),
        }
    }

    fn credential(&mut self, id: B256) -> &mut Kept {
        self.credentials.get_mut(&id).expect("it was registered")
    }

    pub(super) async fn agree(&self, stage: &Stage, accounts: &[Address]) {
        let at = stage.system.registry;
        self.offices.agree(stage, at).await;
        self.agree_on_issuers(stage, accounts).await;
        let now = now(stage).await;
        for (id, kept) in &self.credentials {
            let id = *id;
            let told = stage.reads(at, registry::getCredentialCall { credentialId: id }).await;
            assert_eq!(self.told(kept, now), told);
            let rebind = stage.reads(at, registry::getRebindCall { credentialId: id }).await;
            let moving = self.moving(kept).unwrap_or_default();
            assert_eq!(moving, (rebind.newHolder, rebind.effectiveAt), "{id}");
            let call =
                registry::getLapsesCall { credentialId: id, offset: U256::ZERO, limit: U256::from(1_000) };
            assert_eq!(kept.lapses, stage.reads(at, call).await, "{id}");
            for holder in accounts {
                let call = registry::validateCredentialCall { credentialId: id, holder: *holder };
                let told = stage.reads(at, call).await;
                let expected = self.status(kept, *holder, now);
                assert_eq!(
                    (expected == status::ACTIVE, expected),
                    (told.valid, told.status),
                    "{id} {holder}"
                );
            }
        }
        for holder in accounts {
            let ids: BTreeSet<_> = self
                .credentials
                .iter()
                .filter(|(_, kept)| kept.holder == *holder)
                .collect::<Vec<_>>()
                .into_iter()
                .map(|(id, _)| *id)
                .collect();
            let call = registry::getCredentialsOfCall {
                holder: *holder,
                offset: U256::ZERO,
                limit: U256::from(1_000),
            };
            let listed = stage.reads(at, call).await;
            assert_eq!(ids.len(), listed.len(), "{holder}");
            assert_eq!(ids, listed.into_iter().collect(), "{holder}");
        }
    }

    async fn agree_on_issuers(&self, stage: &Stage, accounts: &[Address]) {
        let at = stage.system.registry;
        let types: BTreeSet<_> = self.issuers.values().flat_map(|issuer| issuer.types.clone()).collect();
        let types: Vec<_> = types.into_iter().chain([credential_type("PHD")]).collect();
        for account in accounts {
            let account = *account;
            let root = self.roots.get(&account).copied().unwrap_or_default();
            let issuer = self.issuers.get(&root);
            let distrust = self.distrusted.get(&account).copied();
            let active =
                distrust.is_none() && issuer.is_some_and(|issuer| issuer.key == account && !issuer.removed);
            let every_type = issuer.is_some_and(|issuer| issuer.types.is_empty());
            let told = stage.reads(at, registry::getIssuerCall { key: account }).await;
            assert_eq!(
                (root, active, every_type),
                (told.issuerRoot, told.active, told.everyType),
                "{account}"
            );
            let told = stage.reads(at, registry::getDistrustCall { key: account }).await;
            assert_eq!(distrust.unwrap_or_default(), [told.since, told.decidedAt], "{account}");
            let key = self.issuers.get(&account).map(|issuer| issuer.key).unwrap_or_default();
            let told = stage.reads(at, registry::getIssuerKeyCall { issuerRoot: account }).await;
            assert_eq!(key, told, "{account}");
            for of_type in &types {
                let call = registry::isIssuerForTypeCall { key: account, credentialType: *of_type };
                let may = active
                    && issuer.is_some_and(|issuer| issuer.types.is_empty() || issuer.types.contains(of_type));
                assert_eq!(may, stage.reads(at, call).await, "{account} {of_type}");
            }
        }
        let mut words: BTreeMap<(Address, U256), U256> = BTreeMap::new();
        for (root, nonce) in &self.nonces {
            *words.entry((*root, *nonce >> 8)).or_default() |= U256::ONE << (*nonce & U256::from(0xff));
        }
        for ((root, word), used) in words {
            assert_eq!(used, stage.reads(at, registry::nonceBitmapCall { issuerRoot: root, word }).await);
        }
    }

    /// All that is told of a credential.
    fn told(&self, kept: &Kept, now: u64) -> Credential {
        let (revoked_at, reason) = kept.revoked.unwrap_or_default();
        let ends = [never_if_zero(revoked_at), never_if_zero(kept.expires_at), self.voided_at(kept)];
        Credential {
            holder: kept.holder,
            issuerRoot: kept.root,
            key: kept.registered.key,
            credentialType: kept.credential_type,
            issuedAt: kept.issued_at,
            expiresAt: kept.expires_at,
            acceptedAt: kept.registered.at,
            revokedAt: revoked_at,
            reason,
            status: self.status(kept, kept.holder, now),
            validUntil: ends.into_iter().fold(NEVER, u64::min),
        }
    }

    /// By precedence, as the interface has it.
    fn status(&self, kept: &Kept, holder: Address, now: u64) -> u8 {
        if kept.revoked.is_some() {
            status::REVOKED
        } else if self.voided_at(kept) != NEVER {
            status::ISSUER_DISTRUSTED
        } else if never_if_zero(kept.expires_at) <= now {
            status::EXPIRED
        } else if kept.holder != holder || self.moving(kept).is_some() {
            status::NOT_HOLDER
        } else {
            status::ACTIVE
        }
    }

    /// When it was decided that what led to how a credential stands doesn't count.
    fn voided_at(&self, kept: &Kept) -> u64 {
        let led = [Some(&kept.registered), kept.renewed.last(), kept.rebound.last()];
        led.into_iter().flatten().map(|signed| self.decided_against(signed)).fold(NEVER, u64::min)
    }

    /// When it was decided that this doesn't count.
    fn decided_against(&self, signed: &Signed) -> u64 {
        match self.distrusted.get(&signed.key) {
            Some([since, decided_at]) if *since <= signed.at => *decided_at,
            _ => NEVER,
        }
    }

    /// Where a credential is on its way to, and from when on, if that counts.
    fn moving(&self, kept: &Kept) -> Option<(Address, u64)> {
        let (signed, to, effective_at) = kept.moving?;
        (self.decided_against(&signed) == NEVER).then_some((to, effective_at))
    }
}

/// A time of which zero says that it never comes.
fn never_if_zero(time: u64) -> u64 {
    if time == 0 { NEVER } else { time }
}
