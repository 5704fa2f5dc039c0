//! What has to hold of ERC-2612's permits: each with random owner, spender, amount and time, brought by anybody.
//!
//! | id | what holds |
//! |---|---|
//! | ERC2612-001 | What the owner signed sets the allowance, also in the second of its deadline, uses up the owner's nonce, and does nothing else. |
//! | ERC2612-002 | It is taken once. |
//! | ERC2612-003 | After the deadline it isn't taken. |
//! | ERC2612-004 | Nobody else's signature is taken for the owner's. |
//! | ERC2612-005 … -008 | What the owner signed isn't taken for another spender, value, deadline or nonce, earlier or later. |
//! | ERC2612-009 | Nor on another chain. |
//! | ERC2612-010 | Nor by another token. |
//! | ERC2612-011 | The zero address has signed nothing: not what recovers to nobody. |
//! | ERC2612-012 | A signature's twin, with s in the upper half, isn't taken. |
//! | ERC2612-013 | Nor is one whose v is neither 27 nor 28. |
//! | ERC2612-014 | Nor one with any bit flipped. |
//! | ERC2612-015 | The zero address isn't allowed anything, and the nonce stays. |
//!
//! What isn't taken is refused with the error that tells whose signature it is, and changes nothing.

use abi::token::ICredentialToken::{
    self as token, Approval, ERC20InvalidSpender, ERC2612ExpiredSignature, ERC2612InvalidSigner,
};
use alloy::{
    primitives::{Address, B256, Bytes, Signature, U256, uint},
    sol_types::{Eip712Domain, SolError, SolStruct},
};
use ecosystem::{
    key::Key,
    signing::{Parts, Permit, sign_permit, token_domain},
};
use ecosystem_tests::{Stage, run};
use proptest::prelude::*;

use super::{
    Tally,
    arena::{Arena, CHAIN_ID},
    play,
};

/// Order of secp256k1.
pub(super) const CURVE_ORDER: U256 =
    uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

/// The greatest s that is accepted: half of it.
const GREATEST_S: U256 = uint!(0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0_U256);

const IDS: [&str; 15] = [
    "ERC2612-001",
    "ERC2612-002",
    "ERC2612-003",
    "ERC2612-004",
    "ERC2612-005",
    "ERC2612-006",
    "ERC2612-007",
    "ERC2612-008",
    "ERC2612-009",
    "ERC2612-010",
    "ERC2612-011",
    "ERC2612-012",
    "ERC2612-013",
    "ERC2612-014",
    "ERC2612-015",
];

const CASES: u32 = 16;

/// Who allows whom how much, and how it is got wrong.
#[derive(Clone, Debug)]
struct Case {
    /// Among the stage's accounts.
    owner: usize,
    other: usize,
    bringer: usize,
    spender: Address,
    other_spender: Address,
    value: U256,
    other_value: U256,
    /// Seconds until the deadline, and from it until it is too late.
    lasts: u64,
    late: u64,
    /// Permits that the owner has used before.
    used: usize,
    other_nonce: U256,
    other_chain: u64,
    v: u8,
    bit: usize,
}

fn case() -> impl Strategy<Value = Case> {
    let address = || any::<[u8; 20]>().prop_map(Address::from);
    let number =
        || prop_oneof![Just(U256::ZERO), Just(U256::MAX), any::<[u8; 32]>().prop_map(U256::from_be_bytes)];
    let who = (0..6usize, 1..6usize, 0..6usize, address(), address());
    let amounts = (number(), number(), 0..10_000_000u64, 1..10_000_000u64);
    let wrong = (0..3usize, number(), any::<u64>(), any::<u8>(), 0..65 * 8usize);
    (who, amounts, wrong)
        .prop_map(|(who, amounts, wrong)| {
            let (owner, other, bringer, spender, other_spender) = who;
            let (value, other_value, lasts, late) = amounts;
            let (used, other_nonce, other_chain, v, bit) = wrong;
            let other = (owner + other) % 6;
            Case {
                owner,
                other,
                bringer,
                spender,
                other_spender,
                value,
                other_value,
                lasts,
                late,
                used,
                other_nonce,
                other_chain,
                v,
                bit,
            }
        })
        .prop_filter("it has to be wrong", |case| {
            case.spender != case.other_spender
                && case.value != case.other_value
                && case.other_nonce != U256::from(case.used)
                && case.other_chain != CHAIN_ID
                && !matches!(case.v, 27 | 28)
        })
}

/// A token that a case is about.
struct Permits<'a> {
    arena: &'a Arena,
    at: Address,
    domain: Eip712Domain,
    tally: &'a Tally,
}

impl Permits<'_> {
    fn stage(&self) -> &Stage {
        &self.arena.stage
    }

    async fn nonce(&self, owner: Address) -> U256 {
        self.stage().reads(self.at, token::noncesCall { owner }).await
    }

    async fn allowance(&self, permit: &Permit) -> U256 {
        let Permit { owner, spender, .. } = *permit;
        self.stage().reads(self.at, token::allowanceCall { owner, spender }).await
    }

    /// The permit is refused, as somebody's whom the owner isn't.
    async fn refused(
        &self,
        id: &'static str,
        bringer: Address,
        permit: &Permit,
        parts: Parts,
    ) -> Result<(), TestCaseError> {
        let nonce = self.nonce(permit.owner).await;
        let digest = Permit { nonce, ..permit.clone() }.eip712_signing_hash(&self.domain);
        let expected = ERC2612InvalidSigner { signer: signer(digest, parts), owner: permit.owner };
        self.refused_with(id, bringer, permit, parts, expected).await
    }

    async fn refused_with(
        &self,
        id: &'static str,
        bringer: Address,
        permit: &Permit,
        parts: Parts,
        expected: impl SolError,
    ) -> Result<(), TestCaseError> {
        let revert = self.arena.refuses(bringer, self.at, &call(permit, parts)).await;
        let holds = revert == Some(Bytes::from(expected.abi_encode()));
        self.tally.test(id, holds, &(permit, parts, revert))
    }

    /// The permit is taken.
    async fn taken(
        &self,
        id: &'static str,
        bringer: Address,
        permit: &Permit,
        parts: Parts,
    ) -> Result<(), TestCaseError> {
        let result = self.arena.takes(bringer, self.at, &call(permit, parts)).await;
        let Permit { owner, spender, value, nonce, .. } = *permit;
        let told = result.as_ref().is_ok_and(|done| {
            done.logs.len() == 1 && done.events::<Approval>() == [Approval { owner, spender, value }]
        });
        let next = self.nonce(owner).await;
        let holds = told && self.allowance(permit).await == value && next == nonce + U256::ONE;
        self.tally.test(id, holds, &(permit, parts, result.err()))
    }
}

fn call(permit: &Permit, Parts { v, r, s }: Parts) -> token::permitCall {
    let Permit { owner, spender, value, deadline, .. } = *permit;
    token::permitCall { owner, spender, value, deadline, v, r, s }
}

/// Whose signature over `digest` this is, by another implementation; zero if nobody's in the one accepted form.
fn signer(digest: B256, Parts { v, r, s }: Parts) -> Address {
    let (r, s) = (U256::from_be_bytes(r.0), U256::from_be_bytes(s.0));
    if !matches!(v, 27 | 28) || s > GREATEST_S {
        return Address::ZERO;
    }
    Signature::new(r, s, v == 28).recover_address_from_prehash(&digest).unwrap_or_default()
}

/// The signature with one bit of its 65 bytes flipped.
fn flipped(Parts { v, r, s }: Parts, bit: usize) -> Parts {
    let mut bytes = [r.as_slice(), s.as_slice(), &[v]].concat();
    bytes[bit / 8] ^= 1 << (bit % 8);
    Parts { v: bytes[64], r: B256::from_slice(&bytes[..32]), s: B256::from_slice(&bytes[32..64]) }
}

async fn permits_of_a_case(
    permits: &Permits<'_>,
    other_token: &Eip712Domain,
    case: Case,
) -> Result<(), TestCaseError> {
    let domain = &permits.domain;
    let keys: [&Key; 6] = permits.stage().accounts();
    let (owner, other, bringer) = (keys[case.owner], keys[case.other], keys[case.bringer].address());
    let deadline = U256::from(permits.arena.now().await + case.lasts);
    let mut permit = Permit {
        owner: owner.address(),
        spender: case.spender,
        value: case.other_value,
        nonce: U256::ZERO,
        deadline,
    };
    let mut last = None;
    for _ in 0..case.used {
        let signed = sign_permit(owner, &permit, domain);
        permits.taken("ERC2612-001", bringer, &permit, signed).await?;
        last = Some((permit.clone(), signed));
        permit.nonce += U256::ONE;
    }
    if let Some((used, signed)) = last {
        permits.refused("ERC2612-002", bringer, &used, signed).await?;
    }
    permit.value = case.value;
    let signed = sign_permit(owner, &permit, domain);

    let by_other = sign_permit(other, &permit, domain);
    permits.refused("ERC2612-004", bringer, &permit, by_other).await?;
    let changed = Permit { spender: case.other_spender, ..permit.clone() };
    permits.refused("ERC2612-005", bringer, &changed, signed).await?;
    let changed = Permit { value: case.other_value, ..permit.clone() };
    permits.refused("ERC2612-006", bringer, &changed, signed).await?;
    let changed = Permit { deadline: deadline + U256::from(case.late), ..permit.clone() };
    permits.refused("ERC2612-007", bringer, &changed, signed).await?;
    let earlier_or_later = Permit { nonce: case.other_nonce, ..permit.clone() };
    let other_nonce = sign_permit(owner, &earlier_or_later, domain);
    permits.refused("ERC2612-008", bringer, &permit, other_nonce).await?;
    let other_chain = Eip712Domain { chain_id: Some(U256::from(case.other_chain)), ..domain.clone() };
    permits.refused("ERC2612-009", bringer, &permit, sign_permit(owner, &permit, &other_chain)).await?;
    permits.refused("ERC2612-010", bringer, &permit, sign_permit(owner, &permit, other_token)).await?;
    // No point has the coordinate 0.
    let nobodys = Parts { r: B256::ZERO, ..signed };
    let of_nobody = Permit { owner: Address::ZERO, nonce: U256::ZERO, ..permit.clone() };
    permits.refused("ERC2612-011", bringer, &of_nobody, nobodys).await?;
    permits.refused("ERC2612-011", bringer, &of_nobody, signed).await?;
    let twin = CURVE_ORDER - U256::from_be_bytes(signed.s.0);
    let twin = Parts { v: 27 + 28 - signed.v, s: B256::from(twin), ..signed };
    permits.refused("ERC2612-012", bringer, &permit, twin).await?;
    permits.refused("ERC2612-013", bringer, &permit, Parts { v: case.v, ..signed }).await?;
    permits.refused("ERC2612-013", bringer, &permit, Parts { v: signed.v - 27, ..signed }).await?;
    permits.refused("ERC2612-014", bringer, &permit, flipped(signed, case.bit)).await?;
    let to_nobody = Permit { spender: Address::ZERO, ..permit.clone() };
    let signed_for_nobody = sign_permit(owner, &to_nobody, domain);
    let expected = ERC20InvalidSpender { spender: Address::ZERO };
    permits.refused_with("ERC2612-015", bringer, &to_nobody, signed_for_nobody, expected).await?;

    // In the last second it is taken, once; what comes a second later isn't.
    permits.arena.wait(case.lasts).await;
    permits.taken("ERC2612-001", bringer, &permit, signed).await?;
    permits.refused("ERC2612-002", bringer, &permit, signed).await?;
    permit.nonce += U256::ONE;
    let signed = sign_permit(owner, &permit, domain);
    permits.arena.wait(case.late).await;
    let expected = ERC2612ExpiredSignature { deadline };
    permits.refused_with("ERC2612-003", bringer, &permit, signed, expected).await
}

#[test]
fn the_properties_of_permits_hold() {
    let arena = run(Arena::new("permits"));
    let [at, other] = run(async { [arena.stage.token().await, arena.stage.token().await] });
    let [domain, other_token] = [at, other].map(|token| token_domain(CHAIN_ID, token, "Ada Lovelace"));
    let tally = Tally::default();
    let permits = &Permits { arena: &arena, at, domain, tally: &tally };
    play(file!(), CASES, &arena, &case(), |case| permits_of_a_case(permits, &other_token, case));
    tally.assert_each(&IDS, CASES);
}
