//! What has to hold of what issuers sign: attestations, renewals and rebindings, each random and brought by anybody.
//!
//! | id | what isn't taken |
//! |---|---|
//! | SIGNED-001 | a signature's twin, with s in the upper half |
//! | SIGNED-002 | one whose v is neither 27 nor 28 |
//! | SIGNED-003 | one with any bit flipped |
//! | SIGNED-004 | one of any other length |
//! | SIGNED-005 | one for another chain |
//! | SIGNED-006 | one for another registry, or another version of it |
//! | SIGNED-007 | somebody else's |
//! | SIGNED-008 | one of another message, of any field that is changed, and of a message of another type |
//! | SIGNED-009 | one after its deadline |
//! | SIGNED-010 | one that was taken before |
//! | SIGNED-011 | one whose nonce was used by another, or voided |
//!
//! Each is refused with the error that says so, and changes nothing. SIGNED-012: what the issuer signed is taken after all
//! that, in the second of its deadline.

use abi::registry::ICredentialRegistry::{
    self as registry, CredentialAlreadyRegistered, CredentialAttestation, CredentialRebind,
    CredentialRenewal, DeadlinePassed, ExpiryNotLater, InvalidSignature, NonceAlreadyUsed, RebindPending,
};
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    signers::SignerSync,
    sol_types::{Eip712Domain, SolCall, SolError, SolStruct},
};
use ecosystem::{
    key::Key,
    signing::{credential_id, registry_domain},
};
use ecosystem_tests::{Stage, run};
use proptest::prelude::*;

use super::{
    Tally,
    arena::{Arena, CHAIN_ID},
    permit::CURVE_ORDER,
    play,
};

const IDS: [&str; 12] = [
    "SIGNED-001",
    "SIGNED-002",
    "SIGNED-003",
    "SIGNED-004",
    "SIGNED-005",
    "SIGNED-006",
    "SIGNED-007",
    "SIGNED-008",
    "SIGNED-009",
    "SIGNED-010",
    "SIGNED-011",
    "SIGNED-012",
];

const CASES: u32 = 10;

/// What is signed, and how it is got wrong.
#[derive(Clone, Debug)]
struct Case {
    /// Among the stage's accounts.
    bringer: usize,
    subject: B256,
    other_subject: B256,
    credential_type: B256,
    other_address: Address,
    nonce: U256,
    other_nonce: U256,
    /// Seconds until the deadline, from it until it is too late, and how long a credential is valid after it.
    lasts: u64,
    late: u64,
    valid: u64,
    other_chain: u64,
    v: u8,
    bit: usize,
    /// How long a signature is, but for 65 bytes.
    length: usize,
}

fn case() -> impl Strategy<Value = Case> {
    let word = || any::<[u8; 32]>().prop_map(B256::from);
    let address = any::<[u8; 20]>().prop_map(Address::from);
    let message = (0..6usize, word(), word(), word(), address);
    let numbers = (word(), word(), 0..10_000u64, 1..10_000_000u64, 1..1_000_000_000u64);
    let wrong = (any::<u64>(), any::<u8>(), 0..65 * 8usize, prop_oneof![0..65usize, 66..200usize]);
    (message, numbers, wrong)
        .prop_map(|(message, numbers, wrong)| {
            let (bringer, subject, other_subject, credential_type, other_address) = message;
            let (nonce, other_nonce, lasts, late, valid) = numbers;
            let (other_chain, v, bit, length) = wrong;
            Case {
                bringer,
                subject,
                other_subject,
                credential_type,
                other_address,
                nonce: nonce.into(),
                other_nonce: other_nonce.into(),
                lasts,
                late,
                valid,
                other_chain,
                v,
                bit,
                length,
            }
        })
        .prop_filter("it has to be wrong", |case| {
            let fresh =
                case.nonce.abs_diff(case.other_nonce) > U256::from(10) && case.nonce != case.other_nonce;
            let different = case.subject != case.other_subject && case.other_chain != CHAIN_ID;
            fresh && different && !matches!(case.v, 27 | 28)
        })
}

/// A message of one of the three types, and how it is brought.
struct Message<M, C> {
    signed: M,
    bring: fn(M, Address, Bytes) -> C,
    /// The same with another deadline.
    until: fn(&M, U256) -> M,
}

struct Play<'a> {
    arena: &'a Arena,
    tally: &'a Tally,
    domain: Eip712Domain,
    case: Case,
}

impl Play<'_> {
    fn stage(&self) -> &Stage {
        &self.arena.stage
    }

    fn bringer(&self) -> Address {
        self.stage().accounts()[self.case.bringer].address()
    }

    fn sign(&self, message: &impl SolStruct) -> Bytes {
        signature(&self.stage().issuer, message.eip712_signing_hash(&self.domain))
    }

    async fn refused<C: SolCall>(
        &self,
        id: &'static str,
        call: C,
        expected: impl SolError,
    ) -> Result<(), TestCaseError> {
        let revert = self.arena.refuses(self.bringer(), self.stage().system.registry, &call).await;
        let holds = revert == Some(Bytes::from(expected.abi_encode()));
        self.tally.test(id, holds, &(C::SIGNATURE, Bytes::from(call.abi_encode()), revert))
    }

    async fn taken<C: SolCall>(&self, call: C) -> Result<(), TestCaseError> {
        let result = self.arena.takes(self.bringer(), self.stage().system.registry, &call).await;
        let (holds, revert) = (result.is_ok(), result.err());
        self.tally.test("SIGNED-012", holds, &(C::SIGNATURE, Bytes::from(call.abi_encode()), revert))
    }

    /// Nothing that is wrong with a signature over `message` is taken; nor what was signed for one of the `altered`, or,
    /// as `foreign`, for something of another type.
    async fn forged<M: SolStruct + Clone, C: SolCall>(
        &self,
        message: &Message<M, C>,
        altered: &[M],
        foreign: &Bytes,
    ) -> Result<(), TestCaseError> {
        let Case { other_address, other_chain, v, bit, length, late, .. } = self.case;
        let Message { signed, bring, until } = message;
        let issuer = &self.stage().issuer;
        let genuine = self.sign(signed);
        let invalid = async |id: &'static str, message: &M, signature: Bytes| {
            let digest = message.eip712_signing_hash(&self.domain);
            let call = bring(message.clone(), issuer.address(), signature);
            self.refused(id, call, InvalidSignature { issuer: issuer.address(), digest }).await
        };
        invalid("SIGNED-001", signed, twin(&genuine)).await?;
        for v in [v, genuine[64] - 27] {
            invalid("SIGNED-002", signed, [&genuine[..64], &[v]].concat().into()).await?;
        }
        let mut flipped = genuine.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        invalid("SIGNED-003", signed, flipped.into()).await?;
        let mut longer = genuine.to_vec();
        longer.resize(length, 0);
        invalid("SIGNED-004", signed, longer.into()).await?;
        let elsewhere = [
            ("SIGNED-005", Eip712Domain { chain_id: Some(U256::from(other_chain)), ..self.domain.clone() }),
            ("SIGNED-006", Eip712Domain { verifying_contract: Some(other_address), ..self.domain.clone() }),
            ("SIGNED-006", Eip712Domain { version: Some("2".into()), ..self.domain.clone() }),
        ];
        for (id, domain) in elsewhere {
            invalid(id, signed, signature(issuer, signed.eip712_signing_hash(&domain))).await?;
        }
        let digest = signed.eip712_signing_hash(&self.domain);
        for other in [&self.stage().owner, &self.stage().holder] {
            invalid("SIGNED-007", signed, signature(other, digest)).await?;
        }
        for altered in altered {
            invalid("SIGNED-008", altered, genuine.clone()).await?;
            invalid("SIGNED-008", signed, self.sign(altered)).await?;
        }
        invalid("SIGNED-008", signed, foreign.clone()).await?;
        let now = self.arena.now().await;
        let deadline = U256::from(now.saturating_sub(late));
        let overdue = until(signed, deadline);
        let call = bring(overdue.clone(), issuer.address(), self.sign(&overdue));
        self.refused("SIGNED-009", call, DeadlinePassed { deadline, timestamp: U256::from(now) }).await
    }

    /// The nonce of `message`, which is signed properly, was used.
    async fn nonce_is_used<M: SolStruct + Clone, C: SolCall>(
        &self,
        bring: fn(M, Address, Bytes) -> C,
        message: M,
        nonce: U256,
    ) -> Result<(), TestCaseError> {
        let (issuer, signature) = (self.stage().issuer.address(), self.sign(&message));
        let used = NonceAlreadyUsed { issuerRoot: issuer, nonce };
        self.refused("SIGNED-011", bring(message, issuer, signature), used).await
    }
}

fn signature(signer: &Key, digest: B256) -> Bytes {
    let signature = signer.signer().sign_hash_sync(&digest).expect("a key in memory signs every digest");
    signature.as_bytes().into()
}

/// The other signature of the same message: s in the upper half, v flipped.
fn twin(signature: &Bytes) -> Bytes {
    let s = CURVE_ORDER - U256::from_be_slice(&signature[32..64]);
    [&signature[..32], &s.to_be_bytes::<32>(), &[27 + 28 - signature[64]]].concat().into()
}

fn registration(
    a: CredentialAttestation,
    issuer: Address,
    signature: Bytes,
) -> registry::registerCredentialCall {
    registry::registerCredentialCall { a, issuer, signature }
}

fn renewal(r: CredentialRenewal, issuer: Address, signature: Bytes) -> registry::renewCredentialCall {
    registry::renewCredentialCall { r, issuer, signature }
}

fn rebinding(r: CredentialRebind, issuer: Address, signature: Bytes) -> registry::rebindCredentialCall {
    registry::rebindCredentialCall { r, issuer, signature }
}

async fn what_an_issuer_signs(play: Play<'_>) -> Result<(), TestCaseError> {
    let case = play.case.clone();
    let (stage, arena) = (play.stage(), play.arena);
    let issuer = stage.issuer.address();
    let now = arena.now().await;
    let deadline = U256::from(now + case.lasts);
    let expires_at = now + 10_000_000 + case.valid;

    let a = CredentialAttestation {
        subject: case.subject,
        holder: stage.holder.address(),
        credentialType: case.credential_type,
        issuedAt: now,
        expiresAt: expires_at,
        nonce: case.nonce,
        deadline,
    };
    let id = credential_id(issuer, a.credentialType, a.subject);
    let r = CredentialRenewal {
        credentialId: id,
        expiresAt: expires_at + case.valid,
        nonce: case.nonce + U256::ONE,
        deadline: deadline + U256::from(1_000_000),
    };
    let b = CredentialRebind {
        credentialId: id,
        newHolder: stage.stranger.address(),
        nonce: case.nonce + U256::from(2),
        deadline: deadline + U256::from(1_000_000),
    };

    let message = Message {
        signed: a.clone(),
        bring: registration,
        until: |a, deadline| CredentialAttestation { deadline, ..a.clone() },
    };
    let altered = [
        CredentialAttestation { subject: case.other_subject, ..a.clone() },
        CredentialAttestation { holder: case.other_address, ..a.clone() },
        CredentialAttestation { credentialType: case.other_subject, ..a.clone() },
        CredentialAttestation { issuedAt: now - case.late, ..a.clone() },
        CredentialAttestation { expiresAt: expires_at + case.late, ..a.clone() },
        CredentialAttestation { nonce: case.other_nonce, ..a.clone() },
        CredentialAttestation { deadline: deadline + U256::from(case.late), ..a.clone() },
    ];
    play.forged(&message, &altered, &play.sign(&r)).await?;
    arena.wait(case.lasts).await;
    let call = registration(a.clone(), issuer, play.sign(&a));
    play.taken(call.clone()).await?;
    play.refused("SIGNED-010", call, CredentialAlreadyRegistered { credentialId: id }).await?;
    let again = CredentialAttestation { subject: case.other_subject, ..a.clone() };
    play.nonce_is_used(registration, again, a.nonce).await?;

    let message = Message {
        signed: r.clone(),
        bring: renewal,
        until: |r, deadline| CredentialRenewal { deadline, ..r.clone() },
    };
    let altered = [
        CredentialRenewal { expiresAt: r.expiresAt + case.late, ..r.clone() },
        CredentialRenewal { expiresAt: 0, ..r.clone() },
        CredentialRenewal { nonce: case.other_nonce, ..r.clone() },
        CredentialRenewal { deadline: r.deadline + U256::from(case.late), ..r.clone() },
    ];
    play.forged(&message, &altered, &play.sign(&b)).await?;
    let call = renewal(r.clone(), issuer, play.sign(&r));
    play.taken(call.clone()).await?;
    play.refused("SIGNED-010", call, ExpiryNotLater { expiresAt: r.expiresAt, asked: r.expiresAt }).await?;
    play.nonce_is_used(renewal, CredentialRenewal { expiresAt: 0, ..r.clone() }, r.nonce).await?;

    let message = Message {
        signed: b.clone(),
        bring: rebinding,
        until: |b, deadline| CredentialRebind { deadline, ..b.clone() },
    };
    let altered = [
        CredentialRebind { newHolder: case.other_address, ..b.clone() },
        CredentialRebind { nonce: case.other_nonce, ..b.clone() },
        CredentialRebind { deadline: b.deadline + U256::from(case.late), ..b.clone() },
    ];
    play.forged(&message, &altered, &play.sign(&r)).await?;
    let call = rebinding(b.clone(), issuer, play.sign(&b));
    play.taken(call.clone()).await?;
    let pending = stage.reads(stage.system.registry, registry::getRebindCall { credentialId: id }).await;
    let pending = RebindPending { credentialId: id, effectiveAt: pending.effectiveAt };
    play.refused("SIGNED-010", call, pending).await?;
    // Once it is cancelled, nothing but its nonce is in the way of the same message.
    let cancel = registry::cancelRebindCall { credentialId: id };
    prop_assert!(arena.takes(issuer, stage.system.registry, &cancel).await.is_ok());
    play.nonce_is_used(rebinding, b.clone(), b.nonce).await?;

    let cancel = registry::cancelNonceCall { nonce: case.other_nonce };
    prop_assert!(arena.takes(issuer, stage.system.registry, &cancel).await.is_ok());
    let voided = CredentialRebind { nonce: case.other_nonce, ..b };
    play.nonce_is_used(rebinding, voided, case.other_nonce).await
}

#[test]
fn nothing_but_what_the_issuer_signed_is_taken() {
    let arena = run(Arena::new("signatures"));
    let domain = registry_domain(CHAIN_ID, arena.stage.system.registry);
    let tally = Tally::default();
    play(file!(), CASES, &arena, &case(), |case| {
        what_an_issuer_signs(Play { arena: &arena, tally: &tally, domain: domain.clone(), case })
    });
    tally.assert_each(&IDS, 2 * CASES);
}
