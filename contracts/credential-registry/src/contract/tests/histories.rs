//! Random histories against a plain model: what is valid, for whom, and which nonces are gone (R1 to R4).

use super::*;
use proptest::prelude::*;
use std::collections::HashSet;

#[derive(Clone, Debug)]
enum Step {
    Register { issuer: usize, subject: u8, holder: usize, nonce: u16, lifetime: u64, honest: bool },
    Revoke { issuer: usize, subject: u8, caller: usize },
    Wait { seconds: u64 },
}

const ISSUERS: [Address; 2] = [ISSUER, OTHER_ISSUER];
const HOLDERS: [Address; 2] = [ALICE, BOB];
const CALLERS: [Address; 4] = [OWNER, ISSUER, OTHER_ISSUER, EVE];
const SUBJECTS: std::ops::RangeInclusive<u8> = 1..=3;

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..2usize, SUBJECTS, 0..2usize, 0..6u16, 0..50u64, prop::bool::weighted(0.8)).prop_map(
            |(issuer, subject, holder, nonce, lifetime, honest)| Step::Register {
                issuer, subject, holder, nonce: nonce * 100, lifetime, honest,
            }
        ),
        2 => (0..2usize, SUBJECTS, 0..4usize)
            .prop_map(|(issuer, subject, caller)| Step::Revoke { issuer, subject, caller }),
        2 => (1..30u64).prop_map(|seconds| Step::Wait { seconds }),
    ]
}

/// What the registry should know, kept without slots, signatures or bits.
#[derive(Default)]
struct Model {
    credentials: HashMap<(usize, u8), Kept>,
    nonces: HashSet<(usize, u16)>,
}

struct Kept {
    holder: Address,
    expires_at: u64,
    revoked_at: Option<u64>,
}

impl Model {
    fn status(&self, key: (usize, u8), holder: Address, now: u64) -> u8 {
        match self.credentials.get(&key) {
            None => status::NONE,
            Some(kept) if kept.revoked_at.is_some() => status::REVOKED,
            Some(kept) if kept.expires_at != 0 && now >= kept.expires_at => status::EXPIRED,
            Some(kept) if kept.holder != holder => status::NOT_HOLDER,
            Some(_) => status::ACTIVE,
        }
    }
}

fn subject(number: u8) -> B256 {
    B256::with_last_byte(number)
}

proptest! {
    #[test]
    fn the_registry_agrees_with_a_plain_model(steps in prop::collection::vec(step(), 1..40)) {
        let mut world = World::new();
        world.by(OWNER, |registry| registry.add_issuer(OTHER_ISSUER, vec![BACHELORS], text(""))).unwrap();
        let mut model = Model::default();
        let mut now = NOW;

        for step in steps {
            match step {
                Step::Register { issuer, subject: number, holder, nonce, lifetime, honest } => {
                    let expires_at = if lifetime == 0 { 0 } else { now + lifetime };
                    let attestation = CredentialAttestation {
                        subject: subject(number),
                        holder: HOLDERS[holder],
                        issuedAt: now,
                        expiresAt: expires_at,
                        nonce: U256::from(nonce),
                        deadline: U256::from(now),
                        ..degree()
                    };
                    let signer = if honest { ISSUERS[issuer] } else { EVE };
                    let signature = world.sign(&attestation, signer);
                    let result = world.registry.register_credential(attestation, ISSUERS[issuer], signature);
                    let expected = honest
                        && !model.credentials.contains_key(&(issuer, number))
                        && !model.nonces.contains(&(issuer, nonce));
                    prop_assert_eq!(result.is_ok(), expected, "{:?}", result);
                    if expected {
                        let kept = Kept { holder: HOLDERS[holder], expires_at, revoked_at: None };
                        model.credentials.insert((issuer, number), kept);
                        model.nonces.insert((issuer, nonce));
                    }
                }
                Step::Revoke { issuer, subject: number, caller } => {
                    let id = credential::id(ISSUERS[issuer], BACHELORS, subject(number));
                    let result = world.by(CALLERS[caller], |registry| registry.revoke_credential(id, REASON));
                    let allowed = CALLERS[caller] == OWNER || CALLERS[caller] == ISSUERS[issuer];
                    match model.credentials.get_mut(&(issuer, number)) {
                        Some(kept) if allowed && kept.revoked_at.is_none() => {
                            prop_assert_eq!(result, Ok(()));
                            kept.revoked_at = Some(now);
                        }
                        _ => prop_assert!(result.is_err()),
                    }
                }
                Step::Wait { seconds } => {
                    now += seconds;
                    world.vm.set_block_timestamp(now);
                }
            }
            for (issuer, root) in ISSUERS.into_iter().enumerate() {
                for number in SUBJECTS {
                    let id = credential::id(root, BACHELORS, subject(number));
                    for holder in HOLDERS {
                        let status = model.status((issuer, number), holder, now);
                        prop_assert_eq!(world.status(id, holder), (status == status::ACTIVE, status));
                    }
                    if let Some(kept) = model.credentials.get(&(issuer, number)) {
                        let found = world.registry.get_credential(id);
                        prop_assert_eq!((found.holder, found.expiresAt), (kept.holder, kept.expires_at));
                        prop_assert_eq!(found.revokedAt, kept.revoked_at.unwrap_or(0));
                        prop_assert_eq!(found.issuerRoot, root);
                    }
                }
                for nonce in (0..600).step_by(50) {
                    let used = world.registry.is_nonce_used(root, U256::from(nonce));
                    prop_assert_eq!(used, model.nonces.contains(&(issuer, nonce)));
                }
            }
        }
    }
}
