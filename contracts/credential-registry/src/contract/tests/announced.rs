//! What the owner has to announce once the registry is launched, the guardian, and the pause.

use super::*;
use kit::schedule::WINDOW_SECS;

impl World {
    fn announce(&mut self, call: &impl SolCall) -> B256 {
        let call = call.abi_encode();
        self.by(OWNER, |registry| registry.authority.schedule(&call)).unwrap();
        crypto::keccak(call)
    }

    fn launch(&mut self) {
        self.by(OWNER, |registry| registry.authority.launch()).unwrap();
    }
}

fn adding(issuer: Address, types: Vec<B256>, uri: &str) -> addIssuerCall {
    addIssuerCall { issuer, types, metadataURI: uri.into() }
}

#[test]
fn issuers_are_added_as_announced_after_the_launch() {
    let mut world = World::new();
    assert!(!world.registry.authority.launched());
    world.launch();
    assert!(world.registry.authority.launched());
    let add = |registry: &mut CredentialRegistry| {
        registry.add_issuer(OTHER_ISSUER, &[PHD, BACHELORS], b"ipfs://university")
    };

    let hash = world.announce(&adding(OTHER_ISSUER, vec![PHD, BACHELORS], "ipfs://university"));
    let due = NOW + DELAY_SECS;
    assert_eq!(
        world.registry.authority.get_scheduled(hash),
        (U256::from(due), U256::from(due + WINDOW_SECS))
    );
    let early = NotYetDue { callHash: hash, from: U256::from(due) };
    world.refuses(early, |world| world.by(OWNER, add));
    world.wait(DELAY_SECS);
    world.refuses(OwnableUnauthorizedAccount { account: EVE }, |world| world.by(EVE, add));
    world.by(OWNER, add).unwrap();
    let added: IssuerAdded = world.last();
    let expected = IssuerAdded {
        issuerRoot: OTHER_ISSUER,
        types: vec![PHD, BACHELORS],
        metadataURI: "ipfs://university".into(),
    };
    assert_eq!(added, expected);
    assert!(world.registry.is_issuer_for_type(OTHER_ISSUER, PHD));
    // Once.
    world.refuses(NotScheduled { callHash: hash }, |world| world.by(OWNER, add));
}

#[test]
fn other_arguments_than_the_announced_are_not_announced() {
    let mut world = World::new();
    world.launch();
    world.announce(&adding(OTHER_ISSUER, vec![PHD], "ipfs://university"));
    world.wait(DELAY_SECS);
    for other in [
        adding(EVE, vec![PHD], "ipfs://university"),
        adding(OTHER_ISSUER, vec![], "ipfs://university"),
        adding(OTHER_ISSUER, vec![PHD], "ipfs://elsewhere"),
    ] {
        let refused = NotScheduled { callHash: crypto::keccak(other.abi_encode()) };
        world.refuses(refused, |world| {
            world.by(OWNER, |registry| {
                registry.add_issuer(other.issuer, &other.types, other.metadataURI.as_bytes())
            })
        });
    }
}

#[test]
fn an_announcement_expires_and_can_be_withdrawn() {
    let mut world = World::new();
    world.by(OWNER, |registry| registry.authority.set_guardian(BOB)).unwrap();
    world.launch();
    let call = adding(OTHER_ISSUER, vec![], "");
    let add = |registry: &mut CredentialRegistry| registry.add_issuer(OTHER_ISSUER, &[], b"");
    let hash = world.announce(&call);
    let until = NOW + DELAY_SECS + WINDOW_SECS;
    world.wait(DELAY_SECS + WINDOW_SECS + 1);
    world.refuses(ScheduleExpired { callHash: hash, until: U256::from(until) }, |world| world.by(OWNER, add));

    world.announce(&call);
    world
        .refuses(GuardianUnauthorizedAccount { account: EVE }, |world| world.registry.authority.cancel(hash));
    world.by(BOB, |registry| registry.authority.cancel(hash)).unwrap();
    world.refuses(NotScheduled { callHash: hash }, |world| {
        world.by(BOB, |registry| registry.authority.cancel(hash))
    });
    world.wait(DELAY_SECS);
    world.refuses(NotScheduled { callHash: hash }, |world| world.by(OWNER, add));
    world.refuses(OwnableUnauthorizedAccount { account: BOB }, |world| {
        world.by(BOB, |registry| registry.authority.schedule(&call.abi_encode()))
    });
}

#[test]
fn the_owner_rotates_a_key_as_announced_and_the_key_itself_at_once() {
    let mut world = World::new();
    world.launch();
    let rotate = |registry: &mut CredentialRegistry| registry.rotate_issuer(ISSUER, BOB);
    let hash = crypto::keccak(rotateIssuerCall { oldKey: ISSUER, newKey: BOB }.abi_encode());
    world.refuses(NotScheduled { callHash: hash }, |world| world.by(OWNER, rotate));
    world.refuses(OwnableUnauthorizedAccount { account: EVE }, |world| world.by(EVE, rotate));
    world.announce(&rotateIssuerCall { oldKey: ISSUER, newKey: BOB });
    world.wait(DELAY_SECS);
    world.by(OWNER, rotate).unwrap();
    let rotated: IssuerRotated = world.last();
    assert_eq!(rotated, IssuerRotated { issuerRoot: ISSUER, oldKey: ISSUER, newKey: BOB });
    world.by(BOB, |registry| registry.rotate_issuer(BOB, OTHER_ISSUER)).unwrap();
    assert_eq!(world.registry.get_issuer_key(ISSUER), OTHER_ISSUER);
}

#[test]
fn launching_is_once_and_the_owners() {
    let mut world = World::new();
    world.refuses(OwnableUnauthorizedAccount { account: EVE }, |world| world.registry.authority.launch());
    world.launch();
    world.refuses(AlreadyLaunched {}, |world| world.by(OWNER, |registry| registry.authority.launch()));
}

#[test]
fn a_pause_stops_entry_and_never_exit() {
    let mut world = World::new();
    world.by(OWNER, |registry| registry.authority.set_guardian(BOB)).unwrap();
    let id = world.register(&degree()).unwrap();
    let moving = world
        .register(&CredentialAttestation { subject: subject(2), nonce: U256::from(43), ..degree() })
        .unwrap();
    world.rebind_by(&rebind(moving, BOB, 1), ISSUER).unwrap();
    world.wait(DELAY_SECS);
    world.by(BOB, |registry| registry.authority.pause()).unwrap();
    assert_eq!((world.registry.authority.paused(), world.registry.authority.guardian()), (true, BOB));

    let other = CredentialAttestation { subject: subject(3), nonce: U256::from(44), ..degree() };
    world.refuses(EnforcedPause {}, |world| world.register(&other));
    world.refuses(EnforcedPause {}, |world| world.renew_by(&renewal(id, 0, 1), ISSUER));
    world.refuses(EnforcedPause {}, |world| world.rebind_by(&rebind(id, BOB, 2), ISSUER));
    world.refuses(EnforcedPause {}, |world| world.registry.complete_rebind(moving));
    world.refuses(EnforcedPause {}, |world| world.by(BOB, |registry| registry.authority.pause()));
    world.refuses(EnforcedPause {}, |world| {
        world.by(OWNER, |registry| registry.authority.renounce_ownership())
    });
    world.refuses(OwnableUnauthorizedAccount { account: BOB }, |world| {
        world.by(BOB, |registry| registry.authority.unpause())
    });

    assert_eq!(world.status(id, ALICE), (true, status::ACTIVE), "what is valid stays valid");
    world.by(ISSUER, |registry| registry.cancel_rebind(moving)).unwrap();
    world.by(ISSUER, |registry| registry.cancel_nonce(U256::from(44))).unwrap();
    world.by(ISSUER, |registry| registry.revoke_credential(id, REASON)).unwrap();
    world.by(OWNER, |registry| registry.distrust_issuer_since(ISSUER, NOW)).unwrap();
    world.by(OWNER, |registry| registry.restore_credential(id)).unwrap();
    world.by(OWNER, |registry| registry.remove_issuer(ISSUER)).unwrap();

    world.by(OWNER, |registry| registry.authority.unpause()).unwrap();
    world.refuses(ExpectedPause {}, |world| world.by(OWNER, |registry| registry.authority.unpause()));
    world.refuses(GuardianUnauthorizedAccount { account: EVE }, |world| world.registry.authority.pause());
    world.by(OWNER, |registry| registry.authority.renounce_ownership()).unwrap();
    assert_eq!(
        (world.registry.authority.owner(), world.registry.authority.guardian()),
        (Address::ZERO, Address::ZERO)
    );
}

fn subject(number: u8) -> B256 {
    B256::with_last_byte(number)
}
