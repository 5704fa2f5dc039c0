//! What the owner and the issuers do: initialisation, issuers, revocations, ownership.

use super::*;
use abi::initializable::IInitializable::Initialized;
use abi::ownable::IOwnable::OwnershipTransferred;

#[test]
fn initialize_sets_the_owner_once() {
    let vm = TestVM::new();
    let mut registry = CredentialRegistry::from(&vm);
    assert_eq!(registry.authority.owner(), Address::ZERO);
    registry.initialize(OWNER).unwrap();
    assert_eq!(registry.authority.owner(), OWNER);
    let logs = vm.get_emitted_logs();
    let (topics, data) = logs[0].clone();
    assert_eq!(Initialized::decode_raw_log(topics, &data).unwrap(), Initialized { version: 1 });
    let (topics, data) = logs[1].clone();
    let handed = OwnershipTransferred { previousOwner: Address::ZERO, newOwner: OWNER };
    assert_eq!(OwnershipTransferred::decode_raw_log(topics, &data).unwrap(), handed);

    let mut world = World { vm, registry };
    world.refuses(AlreadyInitialized { version: 1 }, |world| world.registry.initialize(EVE));
    world.by(OWNER, |registry| registry.authority.renounce_ownership()).unwrap();
    world.refuses(AlreadyInitialized { version: 1 }, |world| world.registry.initialize(EVE));
}

/// As an upgraded program does it: who decides stays.
#[test]
fn a_later_version_is_initialised_once_and_changes_no_owner() {
    let mut world = World::new();
    let heir = address!("0000000000000000000000000000000000000e18");
    world.by(OWNER, |registry| registry.authority.transfer_ownership(heir)).unwrap();
    world.registry.authority.initialize_again(2).unwrap();
    assert_eq!(world.last::<Initialized>(), Initialized { version: 2 });
    let authority = &world.registry.authority;
    assert_eq!((authority.owner(), authority.pending_owner()), (OWNER, heir));
    for version in [1, 2] {
        let again = AlreadyInitialized { version: 2 }.abi_encode();
        let refused = world.registry.authority.initialize_again(version).unwrap_err();
        assert_eq!(RegistryError::from(refused), RegistryError(again));
    }
}

#[test]
fn initialize_reverts_with_direct_initialization_on_the_implementation_itself() {
    let vm = TestVM::new();
    let implementation = vm.contract_address();
    vm.set_code(implementation, vec![0xef, 0xf0, 0x00, 0x00]);
    let registry = CredentialRegistry::from(&vm);
    let mut world = World { vm, registry };
    world.refuses(DirectInitialization { implementation }, |world| world.registry.initialize(EVE));
}

#[test]
fn initialize_reverts_with_invalid_owner_for_nobody() {
    let mut registry = CredentialRegistry::from(&TestVM::new());
    let nobody = OwnableInvalidOwner { owner: Address::ZERO };
    assert_eq!(registry.initialize(Address::ZERO), Err(RegistryError(nobody.abi_encode())));
}

#[test]
fn add_issuer_lets_it_attest_its_types() {
    let mut world = World::new();
    assert_eq!(world.registry.get_issuer(OTHER_ISSUER), (Address::ZERO, false, false));
    world.by(OWNER, |registry| registry.add_issuer(OTHER_ISSUER, &[PHD], b"ipfs://university")).unwrap();

    let added: IssuerAdded = world.last();
    assert_eq!(
        added,
        IssuerAdded {
            issuerRoot: OTHER_ISSUER,
            types: vec![PHD],
            metadataURI: String::from("ipfs://university")
        }
    );
    assert_eq!(world.registry.get_issuer(OTHER_ISSUER), (OTHER_ISSUER, true, false));
    assert!(world.registry.is_issuer_for_type(OTHER_ISSUER, PHD));
    assert!(!world.registry.is_issuer_for_type(OTHER_ISSUER, BACHELORS));

    assert_eq!(world.registry.get_issuer(ISSUER), (ISSUER, true, true));
    assert!(world.registry.is_issuer_for_type(ISSUER, BACHELORS));
    assert!(!world.registry.is_issuer_for_type(EVE, BACHELORS));
}

#[test]
fn add_issuer_reverts_for_strangers_nobody_and_known_keys() {
    let mut world = World::new();
    world.refuses(OwnableUnauthorizedAccount { account: EVE }, |world| {
        world.registry.add_issuer(EVE, &[], b"")
    });
    world.refuses(ZeroIssuer {}, |world| {
        world.by(OWNER, |registry| registry.add_issuer(Address::ZERO, &[], b""))
    });
    world.refuses(IssuerAlreadyKnown { issuer: ISSUER }, |world| {
        world.by(OWNER, |registry| registry.add_issuer(ISSUER, &[PHD], b""))
    });
}

#[test]
fn revoke_by_the_issuer_or_the_owner_ends_a_credential() {
    for revoker in [ISSUER, OWNER] {
        let mut world = World::new();
        let id = world.register(&degree()).unwrap();
        world.vm.set_block_timestamp(NOW + 5);

        world.by(revoker, |registry| registry.revoke_credential(id, REASON)).unwrap();

        let revoked: CredentialRevoked = world.last();
        let expected =
            CredentialRevoked { credentialId: id, issuerRoot: ISSUER, revokedBy: revoker, reason: REASON };
        assert_eq!(revoked, expected);
        assert_eq!(world.status(id, ALICE), (false, status::REVOKED));
        let kept = world.registry.get_credential(id);
        assert_eq!((kept.status, kept.revokedAt, kept.reason), (status::REVOKED, NOW + 5, REASON));
        assert_eq!(kept.validUntil, NOW + 5);
        assert_eq!((kept.holder, kept.expiresAt), (ALICE, degree().expiresAt), "the rest is kept");
    }
}

#[test]
fn revoking_what_has_expired_does_not_make_it_valid_longer() {
    let mut world = World::new();
    let id = world.register(&CredentialAttestation { expiresAt: NOW + 10, ..degree() }).unwrap();
    world.vm.set_block_timestamp(NOW + 20);
    world.by(ISSUER, |registry| registry.revoke_credential(id, REASON)).unwrap();
    let kept = world.registry.get_credential(id);
    assert_eq!((kept.revokedAt, kept.validUntil), (NOW + 20, NOW + 10));
}

#[test]
fn revoke_reverts_for_everybody_else() {
    let mut world = World::new();
    world.by(OWNER, |registry| registry.add_issuer(OTHER_ISSUER, &[], b"")).unwrap();
    let id = world.register(&degree()).unwrap();
    for caller in [EVE, ALICE, OTHER_ISSUER, Address::ZERO] {
        world.refuses(NotIssuerOrOwner { credentialId: id, issuerRoot: ISSUER, caller }, |world| {
            world.by(caller, |registry| registry.revoke_credential(id, REASON))
        });
    }
    assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
}

#[test]
fn revoke_reverts_when_there_is_nothing_to_revoke() {
    let mut world = World::new();
    let id = credential::id(ISSUER, BACHELORS, SUBJECT);
    world.refuses(UnknownCredential { credentialId: id }, |world| {
        world.by(OWNER, |registry| registry.revoke_credential(id, REASON))
    });
    world.register(&degree()).unwrap();
    world.by(ISSUER, |registry| registry.revoke_credential(id, REASON)).unwrap();
    world.vm.set_block_timestamp(NOW + 1);
    world.refuses(CredentialAlreadyRevoked { credentialId: id, revokedAt: NOW }, |world| {
        world.by(OWNER, |registry| registry.revoke_credential(id, REASON))
    });
}

#[test]
fn ownership_is_handed_over_in_two_steps_or_given_up() {
    let mut world = World::new();
    world.refuses(OwnableUnauthorizedAccount { account: EVE }, |world| {
        world.registry.authority.transfer_ownership(EVE)
    });
    world.refuses(OwnableUnauthorizedAccount { account: EVE }, |world| {
        world.registry.authority.accept_ownership()
    });
    world.refuses(OwnableUnauthorizedAccount { account: EVE }, |world| {
        world.registry.authority.renounce_ownership()
    });

    world.by(OWNER, |registry| registry.authority.transfer_ownership(BOB)).unwrap();
    assert_eq!((world.registry.authority.owner(), world.registry.authority.pending_owner()), (OWNER, BOB));
    world.by(BOB, |registry| registry.authority.accept_ownership()).unwrap();
    assert_eq!(
        (world.registry.authority.owner(), world.registry.authority.pending_owner()),
        (BOB, Address::ZERO)
    );
    world.refuses(OwnableUnauthorizedAccount { account: OWNER }, |world| {
        world.by(OWNER, |registry| registry.add_issuer(EVE, &[], b""))
    });
    world.by(BOB, |registry| registry.authority.renounce_ownership()).unwrap();
    assert_eq!(world.registry.authority.owner(), Address::ZERO);
}
