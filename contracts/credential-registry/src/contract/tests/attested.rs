//! Registering what an issuer attests, and what becomes of it.

use super::*;
use abi::registry::ICredentialRegistry::eip712DomainCall;

#[test]
fn register_keeps_all_that_was_attested() {
    let mut world = World::new();
    let degree = degree();

    let id = world.register(&degree).unwrap();

    assert_eq!(id, credential::id(ISSUER, BACHELORS, SUBJECT));
    assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
    assert_eq!(
        world.registry.get_credential(id),
        Credential {
            holder: ALICE,
            issuerRoot: ISSUER,
            key: ISSUER,
            credentialType: BACHELORS,
            issuedAt: degree.issuedAt,
            expiresAt: degree.expiresAt,
            acceptedAt: NOW,
            revokedAt: 0,
            reason: 0,
            status: status::ACTIVE,
            validUntil: degree.expiresAt,
        }
    );
}

#[test]
fn register_emits_all_that_the_state_needs() {
    let mut world = World::new();
    let degree = degree();
    let before = world.vm.get_emitted_logs().len();

    let id = world.register(&degree).unwrap();

    let registered: CredentialRegistered = world.last();
    assert_eq!(
        registered,
        CredentialRegistered {
            credentialId: id,
            holder: ALICE,
            issuerRoot: ISSUER,
            key: ISSUER,
            credentialType: BACHELORS,
            issuedAt: degree.issuedAt,
            expiresAt: degree.expiresAt,
        }
    );
    let logs = world.vm.get_emitted_logs();
    assert_eq!(logs.len(), before + 2);
    let (topics, data) = logs[before].clone();
    let used = NonceUsed::decode_raw_log(topics, &data).unwrap();
    assert_eq!(used, NonceUsed { issuerRoot: ISSUER, nonce: degree.nonce });
}

#[test]
fn digests_are_what_wallets_sign() {
    let world = World::new();
    let (attestation, renewal, rebind) = (degree(), renewal(SUBJECT, NOW, 1), rebind(SUBJECT, BOB, 1));
    assert_eq!(messages::ATTESTATION_TYPEHASH, attestation.eip712_type_hash());
    assert_eq!(messages::RENEWAL_TYPEHASH, renewal.eip712_type_hash());
    assert_eq!(messages::REBIND_TYPEHASH, rebind.eip712_type_hash());

    let digest = |message| messages::digest(world.vm.chain_id(), world.vm.contract_address(), message);
    assert_eq!(digest(messages::attestation(&attestation)), world.digest(&attestation));
    assert_eq!(digest(messages::renewal(&renewal)), world.digest(&renewal));
    assert_eq!(digest(messages::rebind(&rebind)), world.digest(&rebind));
}

#[test]
fn eip712_domain_is_the_one_that_is_signed_in() {
    let world = World::new();
    let reply = eip712DomainCall::abi_decode_returns_validate(&world.registry.eip712_domain()).unwrap();
    assert_eq!((reply.salt, reply.extensions), (B256::ZERO, vec![]));
    assert_eq!(reply.fields, kit::eip712::DOMAIN_FIELDS);
    let domain = eip712_domain! {
        name: reply.name,
        version: reply.version,
        chain_id: reply.chainId.to(),
        verifying_contract: reply.verifyingContract,
    };
    assert_eq!(domain, world.domain());
}

#[test]
fn register_reverts_with_invalid_signature_when_any_field_was_changed() {
    let mut world = World::new();
    let signed = degree();
    let signature = world.sign(&signed, ISSUER);
    let forgeries = [
        CredentialAttestation { subject: B256::with_last_byte(9), ..degree() },
        CredentialAttestation { holder: EVE, ..degree() },
        CredentialAttestation { credentialType: PHD, ..degree() },
        CredentialAttestation { issuedAt: signed.issuedAt + 1, ..degree() },
        CredentialAttestation { expiresAt: 0, ..degree() },
        CredentialAttestation { nonce: U256::from(43), ..degree() },
        CredentialAttestation { deadline: U256::MAX, ..degree() },
    ];
    for forged in forgeries {
        let digest = world.digest(&forged);
        world.refuses(InvalidSignature { issuer: ISSUER, digest }, |world| {
            world.registry.register_credential(&forged, ISSUER, &signature)
        });
    }
    assert!(world.registry.register_credential(&signed, ISSUER, &signature).is_ok());
}

#[test]
fn register_reverts_with_invalid_signature_when_signed_for_another_chain_registry_or_issuer() {
    let mut world = World::new();
    world.by(OWNER, |registry| registry.add_issuer(OTHER_ISSUER, &[], b"")).unwrap();
    let signature = world.sign(&degree(), ISSUER);

    let digest = world.digest(&degree());
    world.refuses(InvalidSignature { issuer: OTHER_ISSUER, digest }, |world| {
        world.registry.register_credential(&degree(), OTHER_ISSUER, &signature)
    });
    let chain_id = world.vm.chain_id();
    world.vm.set_chain_id(chain_id + 1);
    let digest = world.digest(&degree());
    world.refuses(InvalidSignature { issuer: ISSUER, digest }, |world| {
        world.registry.register_credential(&degree(), ISSUER, &signature)
    });
    world.vm.set_chain_id(chain_id);
    world.vm.set_contract_address(EVE);
    let digest = world.digest(&degree());
    world.refuses(InvalidSignature { issuer: ISSUER, digest }, |world| {
        world.registry.register_credential(&degree(), ISSUER, &signature)
    });
}

#[test]
fn register_accepts_a_contract_as_issuer() {
    let mut world = World::new();
    let digest = world.digest(&degree());
    let proof = vec![1, 2, 3];
    world.vm.set_code(ISSUER, vec![0x60]);
    let question =
        abi::erc1271::IERC1271::isValidSignatureCall { hash: digest, signature: proof.clone().into() };
    let question = alloy_sol_types::SolCall::abi_encode(&question);

    world.vm.mock_static_call(ISSUER, question.clone(), Ok(vec![0; 32]));
    world.refuses(InvalidSignature { issuer: ISSUER, digest }, |world| {
        world.registry.register_credential(&degree(), ISSUER, &proof)
    });
    let magic = b256!("1626ba7e00000000000000000000000000000000000000000000000000000000");
    world.vm.mock_static_call(ISSUER, question, Ok(magic.to_vec()));
    assert!(world.registry.register_credential(&degree(), ISSUER, &proof).is_ok());
}

#[test]
fn register_reverts_with_unknown_issuer() {
    let mut world = World::new();
    world.refuses(UnknownIssuer { issuer: EVE }, |world| world.register_by(&degree(), EVE));
    world.refuses(UnknownIssuer { issuer: Address::ZERO }, |world| {
        world.register_by(&degree(), Address::ZERO)
    });
}

#[test]
fn register_reverts_with_issuer_not_for_type() {
    let mut world = World::new();
    world.by(OWNER, |registry| registry.add_issuer(OTHER_ISSUER, &[PHD], b"")).unwrap();
    let refused = IssuerNotForType { issuer: OTHER_ISSUER, credentialType: BACHELORS };
    world.refuses(refused, |world| world.register_by(&degree(), OTHER_ISSUER));
    let phd = CredentialAttestation { credentialType: PHD, ..degree() };
    assert!(world.register_by(&phd, OTHER_ISSUER).is_ok());
}

#[test]
fn register_reverts_with_deadline_passed_from_the_next_second() {
    let mut world = World::new();
    let late = CredentialAttestation { deadline: U256::from(NOW - 1), ..degree() };
    let refused = DeadlinePassed { deadline: late.deadline, timestamp: U256::from(NOW) };
    world.refuses(refused, |world| world.register(&late));
    let last_second = CredentialAttestation { deadline: U256::from(NOW), ..degree() };
    assert!(world.register(&last_second).is_ok());
}

#[test]
fn register_reverts_with_issued_in_future_beyond_five_minutes() {
    let mut world = World::new();
    let early = CredentialAttestation { issuedAt: NOW + 301, ..degree() };
    let refused = IssuedInFuture { issuedAt: NOW + 301, latest: U256::from(NOW + 300) };
    world.refuses(refused, |world| world.register(&early));
    let skewed = CredentialAttestation { issuedAt: NOW + 300, ..degree() };
    let id = world.register(&skewed).unwrap();
    assert_eq!(world.registry.get_credential(id).issuedAt, NOW + 300);
}

#[test]
fn register_reverts_with_credential_expired() {
    let mut world = World::new();
    for expires_at in [1, NOW - 1, NOW] {
        let stale = CredentialAttestation { expiresAt: expires_at, ..degree() };
        let refused = CredentialExpired { expiresAt: expires_at, timestamp: U256::from(NOW) };
        world.refuses(refused, |world| world.register(&stale));
    }
    assert!(world.register(&CredentialAttestation { expiresAt: NOW + 1, ..degree() }).is_ok());
}

#[test]
fn register_reverts_with_zero_subject_and_zero_holder() {
    let mut world = World::new();
    let nothing = CredentialAttestation { subject: B256::ZERO, ..degree() };
    world.refuses(ZeroSubject {}, |world| world.register(&nothing));
    let nobody = CredentialAttestation { holder: Address::ZERO, ..degree() };
    world.refuses(ZeroHolder {}, |world| world.register(&nobody));
}

#[test]
fn register_reverts_with_nonce_already_used_per_issuer() {
    let mut world = World::new();
    world.by(OWNER, |registry| registry.add_issuer(OTHER_ISSUER, &[], b"")).unwrap();
    world.register(&degree()).unwrap();
    let other = CredentialAttestation { subject: B256::with_last_byte(2), ..degree() };

    let refused = NonceAlreadyUsed { issuerRoot: ISSUER, nonce: U256::from(42) };
    world.refuses(refused, |world| world.register(&other));
    assert!(world.register_by(&other, OTHER_ISSUER).is_ok(), "each issuer counts for itself");
    let fresh = CredentialAttestation { nonce: U256::from(7), ..other };
    assert!(world.register(&fresh).is_ok(), "nonces need no order");
}

#[test]
fn register_reverts_with_already_registered_when_replayed_or_attested_again() {
    let mut world = World::new();
    let id = world.register(&degree()).unwrap();
    world.refuses(CredentialAlreadyRegistered { credentialId: id }, |world| world.register(&degree()));
    let again = CredentialAttestation { holder: BOB, nonce: U256::from(43), ..degree() };
    world.refuses(CredentialAlreadyRegistered { credentialId: id }, |world| world.register(&again));

    world.by(ISSUER, |registry| registry.revoke_credential(id, REASON)).unwrap();
    world.refuses(CredentialAlreadyRegistered { credentialId: id }, |world| world.register(&again));
}

#[test]
fn nonces_read_back_bit_by_bit() {
    let mut world = World::new();
    for nonce in [0, 255, 256, 1_000] {
        let nonce = U256::from(nonce);
        assert!(!world.registry.is_nonce_used(ISSUER, nonce));
        let one = CredentialAttestation { subject: B256::from(nonce + U256::from(1)), nonce, ..degree() };
        world.register(&one).unwrap();
        assert!(world.registry.is_nonce_used(ISSUER, nonce));
        assert!(!world.registry.is_nonce_used(OTHER_ISSUER, nonce));
    }
    let first_word = (U256::from(1) << 255) | U256::from(1);
    assert_eq!(world.registry.nonce_bitmap(ISSUER, U256::ZERO), first_word);
    assert_eq!(world.registry.nonce_bitmap(ISSUER, U256::from(1)), U256::from(1));
    assert_eq!(world.registry.nonce_bitmap(ISSUER, U256::from(3)), U256::from(1) << (1_000 - 768));
}

#[test]
fn a_credential_is_valid_until_the_second_before_it_expires() {
    let mut world = World::new();
    let expires_at = NOW + 10;
    let id = world.register(&CredentialAttestation { expiresAt: expires_at, ..degree() }).unwrap();
    world.vm.set_block_timestamp(expires_at - 1);
    assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
    world.vm.set_block_timestamp(expires_at);
    assert_eq!(world.status(id, ALICE), (false, status::EXPIRED));
    assert_eq!(world.registry.get_credential(id).status, status::EXPIRED);
}

#[test]
fn a_credential_without_expiry_is_valid_for_ever() {
    let mut world = World::new();
    let id = world.register(&CredentialAttestation { expiresAt: 0, ..degree() }).unwrap();
    world.vm.set_block_timestamp(NOW + 1_000 * 365 * DAY);
    assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
    let kept = world.registry.get_credential(id);
    assert_eq!((kept.expiresAt, kept.validUntil), (0, u64::MAX));
}

#[test]
fn register_reverts_with_expires_too_late_beyond_the_end_of_time() {
    let mut world = World::new();
    let latest = (1 << 40) - 1;
    for expires_at in [latest + 1, u64::MAX] {
        let beyond = CredentialAttestation { expiresAt: expires_at, ..degree() };
        world.refuses(ExpiresTooLate { expiresAt: expires_at, latest }, |world| world.register(&beyond));
    }
    let id = world.register(&CredentialAttestation { expiresAt: latest, ..degree() }).unwrap();
    assert_eq!(world.registry.get_credential(id).expiresAt, latest);
    assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
}

#[test]
fn status_follows_its_precedence() {
    let mut world = World::new();
    let id = credential::id(ISSUER, BACHELORS, SUBJECT);
    assert_eq!(world.status(id, ALICE), (false, status::NONE));
    assert_eq!(world.status(id, Address::ZERO), (false, status::NONE));

    world.register(&degree()).unwrap();
    assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
    assert_eq!(world.status(id, BOB), (false, status::NOT_HOLDER));

    world.vm.set_block_timestamp(degree().expiresAt);
    assert_eq!(world.status(id, ALICE), (false, status::EXPIRED));
    assert_eq!(world.status(id, BOB), (false, status::EXPIRED), "expired goes before not the holder");

    world.by(ISSUER, |registry| registry.revoke_credential(id, REASON)).unwrap();
    assert_eq!(world.status(id, ALICE), (false, status::REVOKED), "revoked goes before expired");
    assert_eq!(world.status(id, BOB), (false, status::REVOKED));
}

#[test]
fn get_credential_is_all_zero_when_nothing_is_registered() {
    assert_eq!(World::new().registry.get_credential(SUBJECT), Credential::default());
}
