//! The registry of credentials.

use std::sync::Arc;

use abi::{
    announced::IAnnounced,
    registry::{
        ICredentialRegistry::{self as registry, CredentialAttestation},
        credential_type,
    },
};
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use ecosystem::{key::Key, signing::credential_id};
use ecosystem_tests::{Stage, World};
use math::bounds::DAY_SECS;

use crate::{
    meter::{Costs, Meter},
    roles,
};

const TWO_DAYS: u64 = 2 * DAY_SECS;

/// How many credentials the batches have.
const BATCH: usize = 10;

pub(crate) async fn measure(world: &Arc<World>, costs: &mut Costs) {
    let stage = &Stage::named(world.clone(), "gas: registry").await;
    let meter = &mut costs.of("credential-registry", stage);
    initialisation(meter).await;
    issuers(meter).await;
    let credential = registrations(meter).await;
    renewals(meter).await;
    rebindings(meter).await;
    let batch = revocations(meter).await;
    views(meter, credential, batch).await;
    keys(meter).await;

    let stage = &Stage::named(world.clone(), "gas: a stolen key").await;
    a_stolen_key(&mut costs.of("credential-registry", stage)).await;

    let stage = &Stage::named(world.clone(), "gas: registry's roles").await;
    let change = add(stage.holder.address(), Vec::new());
    roles::measure(&mut costs.of("credential-registry", stage), stage.system.registry, change.abi_encode())
        .await;
}

fn add(issuer: Address, types: Vec<B256>) -> registry::addIssuerCall {
    registry::addIssuerCall { issuer, types, metadataURI: "ipfs://issuer".to_owned() }
}

async fn initialisation(meter: &mut Meter<'_>) {
    let stage = meter.stage;
    let owner = stage.owner.address();
    let setup = registry::initializeCall { owner };
    let program = stage.world.programs.registry.address;
    let code = stage.world.artifacts.evm.proxy_creation(program, owner, setup.abi_encode());
    let created = stage.chain().create(&stage.owner, code, "a proxy of the registry").await;
    let (_, sent) = created.unwrap_or_else(|error| panic!("{error}"));
    meter.keep(registry::initializeCall::SIGNATURE, "in the creation of the proxy", &sent);
}

async fn issuers(meter: &mut Meter<'_>) {
    let stage = meter.stage;
    let at = stage.system.registry;
    let [one, three] = ["one type", "three types"].map(|name| issuer(stage, name).address());
    let types = ["PHD", "MASTERS", "BACHELORS"].map(credential_type);
    meter.call("for every type", &stage.owner, at, add(stage.generator.address(), Vec::new())).await;
    meter.call("for 1 type", &stage.owner, at, add(one, types[..1].to_vec())).await;
    meter.call("for 3 types", &stage.owner, at, add(three, types.to_vec())).await;
}

fn issuer(stage: &Stage, name: &str) -> Key {
    stage.world.payer().derive(&format!("gas: issuer of {name}"))
}

async fn registrations(meter: &mut Meter<'_>) -> B256 {
    let stage = meter.stage;
    let (at, relayer) = (stage.system.registry, &stage.relayer);
    let first = stage.signed(stage.attestation().await);
    meter.call("first of an issuer and a holder", relayer, at, first.registration()).await;
    let later = stage.signed(stage.attestation().await);
    meter.call("later, of the same holder", relayer, at, later.registration()).await;
    let newcomer = Address::repeat_byte(0xa1);
    let other = stage.signed(CredentialAttestation { holder: newcomer, ..stage.attestation().await });
    meter.call("first of a holder", relayer, at, other.registration()).await;
    let ends = stage.attestation().await;
    let ends = stage.signed(CredentialAttestation { expiresAt: ends.issuedAt + DAY_SECS, ..ends });
    meter.call("later, of the same holder, with an expiry", relayer, at, ends.registration()).await;
    first.id
}

async fn renewals(meter: &mut Meter<'_>) {
    let stage = meter.stage;
    let at = stage.system.registry;
    let attestation = stage.attestation().await;
    let end = attestation.issuedAt + DAY_SECS;
    let attested = stage.signed(CredentialAttestation { expiresAt: end, ..attestation });
    stage.register(&attested).await;
    let renew = |until| stage.renewal(&stage.issuer, attested.id, until);
    meter.call("first", &stage.relayer, at, renew(end + DAY_SECS).await).await;
    meter.call("later", &stage.relayer, at, renew(end + 2 * DAY_SECS).await).await;
    stage.world.advance_time(4 * DAY_SECS).await;
    meter.call("later, after a lapse", &stage.relayer, at, renew(end + 4 * DAY_SECS).await).await;
    stage.world.advance_time(4 * DAY_SECS).await;
    meter.call("later, after another lapse", &stage.relayer, at, renew(0).await).await;

    let credential_id = attested.id;
    let page =
        registry::getLapsesCall { credentialId: credential_id, offset: U256::ZERO, limit: U256::from(2) };
    meter.view("2 lapses", at, page).await;
    meter.view("", at, registry::getLapseCountCall { credentialId: credential_id }).await;
}

async fn rebindings(meter: &mut Meter<'_>) {
    let stage = meter.stage;
    let at = stage.system.registry;
    let id = stage.credential().await.id;
    let to = |holder: &Key| stage.rebinding(&stage.issuer, id, holder.address());
    let cancel = || registry::cancelRebindCall { credentialId: id };
    meter.call("first", &stage.relayer, at, to(&stage.stranger).await).await;
    meter.view("", at, registry::getRebindCall { credentialId: id }).await;
    meter.call("by the issuer", &stage.issuer, at, cancel()).await;
    meter.call("later", &stage.relayer, at, to(&stage.stranger).await).await;
    meter.call("by the owner", &stage.owner, at, cancel()).await;
    stage.executes(&stage.relayer, at, to(&stage.stranger).await).await;
    stage.world.advance_time(TWO_DAYS).await;
    let complete = registry::completeRebindCall { credentialId: id };
    meter.call("to a new holder", &stage.relayer, at, complete.clone()).await;
    stage.executes(&stage.relayer, at, to(&stage.holder).await).await;
    stage.world.advance_time(TWO_DAYS).await;
    meter.call("to an existing holder", &stage.relayer, at, complete).await;
}

async fn revocations(meter: &mut Meter<'_>) -> Vec<B256> {
    let stage = meter.stage;
    let at = stage.system.registry;
    for (case, who) in [("by the issuer", &stage.issuer), ("by the owner", &stage.owner)] {
        let credential_id = stage.credential().await.id;
        meter
            .call(case, who, at, registry::revokeCredentialCall { credentialId: credential_id, reason: 1 })
            .await;
    }
    let mut batch = Vec::new();
    for _ in 0..BATCH {
        batch.push(stage.credential().await.id);
    }
    let call = registry::revokeBatchCall { credentialIds: batch.clone(), reason: 1 };
    meter.call("10 credentials", &stage.issuer, at, call).await;
    batch
}

async fn views(meter: &mut Meter<'_>, credential: B256, batch: Vec<B256>) {
    let stage = meter.stage;
    let at = stage.system.registry;
    let (holder, issuer) = (stage.holder.address(), stage.issuer.address());
    let one = registry::validateCredentialCall { credentialId: credential, holder };
    meter.view("", at, one).await;
    let (holders, ids) = (vec![holder; BATCH], batch);
    let several = registry::batchValidateCredentialsCall { credentialIds: ids, holders };
    meter.view("10 credentials", at, several).await;
    meter.view("", at, registry::getCredentialCall { credentialId: credential }).await;
    meter.view("", at, registry::getCredentialCountOfCall { holder }).await;
    for (case, limit) in [("1 credential", 1), ("10 credentials", BATCH)] {
        let (offset, limit) = (U256::ZERO, U256::from(limit));
        meter.view(case, at, registry::getCredentialsOfCall { holder, offset, limit }).await;
    }
    meter.view("", at, registry::getIssuerCall { key: issuer }).await;
    meter.view("", at, registry::getIssuerKeyCall { issuerRoot: issuer }).await;
    meter.view("", at, registry::getDistrustCall { key: issuer }).await;
    let ask = registry::isIssuerForTypeCall { key: issuer, credentialType: credential_type("PHD") };
    meter.view("", at, ask).await;
    meter.view("", at, registry::isNonceUsedCall { issuerRoot: issuer, nonce: U256::ZERO }).await;
    meter.view("", at, registry::nonceBitmapCall { issuerRoot: issuer, word: U256::ZERO }).await;
    meter.view("", at, registry::eip712DomainCall {}).await;
}

/// The keys of an issuer of its own, so that the stage's stays as it is.
async fn keys(meter: &mut Meter<'_>) {
    let stage = meter.stage;
    let at = stage.system.registry;
    let (first, second, third) =
        (&stage.generator, &issuer(stage, "a second key"), &issuer(stage, "a third key"));
    stage.world.fund([second]).await;
    let rotate =
        |old: &Key, new: &Key| registry::rotateIssuerCall { oldKey: old.address(), newKey: new.address() };
    meter.call("by the key", first, at, rotate(first, second)).await;
    let nonce = |nonce: u64| registry::cancelNonceCall { nonce: U256::from(nonce) };
    meter.call("first of an issuer", second, at, nonce(1)).await;
    meter.call("later", second, at, nonce(2)).await;
    meter.call("by the owner, before the launch", &stage.owner, at, rotate(second, third)).await;
    meter.call("", &stage.owner, at, registry::removeIssuerCall { issuerRoot: first.address() }).await;

    stage.executes(&stage.owner, at, IAnnounced::launchCall {}).await;
    let call = add(stage.relayer.address(), Vec::new());
    let announce = IAnnounced::scheduleCall { call: call.abi_encode().into() };
    stage.executes(&stage.owner, at, announce).await;
    stage.world.advance_time(TWO_DAYS).await;
    meter.call("for every type, as announced", &stage.owner, at, call).await;
}

/// What a thief did is undone.
async fn a_stolen_key(meter: &mut Meter<'_>) {
    let stage = meter.stage;
    let (at, owner) = (stage.system.registry, &stage.owner);
    let mut ids = Vec::new();
    for _ in 0..=BATCH {
        ids.push(stage.credential().await.id);
    }
    stage.world.advance_time(DAY_SECS).await;
    let theft = stage.chain().block_time().await.expect("the newest block's time");
    let forged = stage.signed(stage.attestation().await);
    stage.register(&forged).await;
    let revoke = registry::revokeBatchCall { credentialIds: ids.clone(), reason: 1 };
    stage.executes(&stage.issuer, at, revoke).await;

    let key = stage.issuer.address();
    let distrust = |since| registry::distrustIssuerSinceCall { key, since };
    meter.call("first", owner, at, distrust(theft)).await;
    meter.call("since an earlier time", owner, at, distrust(theft - 1)).await;
    let restore = registry::restoreCredentialCall { credentialId: ids.remove(0) };
    meter.call("revoked by a stolen key", owner, at, restore).await;
    let restore = registry::restoreBatchCall { credentialIds: ids };
    meter.call("10 credentials", owner, at, restore).await;

    // Another key of the same issuer registers to whom it belongs what the thief registered.
    let next = &stage.generator;
    let rotate = registry::rotateIssuerCall { oldKey: key, newKey: next.address() };
    stage.executes(owner, at, rotate).await;
    let subject = forged.attestation.subject;
    let genuine = CredentialAttestation { subject, ..stage.attestation().await };
    let mut genuine = stage.signed_by(next, genuine);
    genuine.id = credential_id(key, genuine.attestation.credentialType, subject);
    assert_eq!(genuine.id, forged.id, "the same id");
    let case = "again, what a stolen key registered";
    meter.call(case, &stage.relayer, at, genuine.registration()).await;
}
