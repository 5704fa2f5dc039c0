//! Issuers that are contracts (ERC-1271): whatever such a contract does when it is asked, the registry takes a message if
//! it answers with the magic word, refuses it otherwise, and goes on with the gas that is left.
//!
//! | id | of a contract that |
//! |---|---|
//! | ERC1271-001 | answers the magic word, whatever follows it: taken |
//! | ERC1271-002 | judges what it is asked: taken for the digest of the message and its signature, and for no other |
//! | ERC1271-003 | answers anything else, or too little: refused |
//! | ERC1271-004 | reverts, with whatever: refused |
//! | ERC1271-005 | uses all the gas that it gets, by a loop or by a fault: refused, and the gas is bounded |
//! | ERC1271-006 | wants to write: refused, as it is asked by a static call |
//! | ERC1271-007 | isn't there any more: refused |

use abi::{
    erc1271::IERC1271::isValidSignatureCall,
    registry::ICredentialRegistry::{
        self as registry, CredentialAttestation, CredentialRebind, CredentialRenewal, InvalidSignature,
    },
};
use alloy::{
    primitives::{Address, B256, Bytes, U256, hex, keccak256},
    sol_types::{Eip712Domain, SolCall, SolError, SolStruct},
};
use ecosystem::signing::{credential_id, registry_domain};
use ecosystem_tests::run;
use proptest::prelude::*;

use super::{
    Tally,
    arena::{Arena, CHAIN_ID},
    play,
};

const IDS: [&str; 7] =
    ["ERC1271-001", "ERC1271-002", "ERC1271-003", "ERC1271-004", "ERC1271-005", "ERC1271-006", "ERC1271-007"];

/// How often each property is tested at least.
const TIMES: u32 = 3;
const CASES: u32 = 60;

/// Gas that a transaction takes at most whose contract burns what it gets, 500 000.
const GAS_OF_A_BURNER: u64 = 800_000;

/// What a contract does when it is asked.
#[derive(Clone, Debug)]
enum Behaviour {
    /// Answers the magic word and this.
    Accepts(Vec<u8>),
    /// Accepts what its own digest and signature are asked about; or those of something else.
    Judges {
        this: bool,
    },
    Answers(Vec<u8>),
    /// Answers so many zeros.
    AnswersAtLength(u32),
    Reverts(Vec<u8>),
    Loops,
    Fails,
    Writes,
    IsGone,
}

fn behaviour() -> impl Strategy<Value = Behaviour> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..100);
    let magic = magic();
    // Close to the magic word: cut off, or with a bit of it flipped.
    let cut = (0..32usize).prop_map(move |length| magic[..length].to_vec());
    let flipped = (0..256usize, bytes()).prop_map(move |(bit, rest)| {
        let mut answer = magic.to_vec();
        answer[bit / 8] ^= 1 << (bit % 8);
        [answer, rest].concat()
    });
    prop_oneof![
        3 => bytes().prop_map(Behaviour::Accepts),
        3 => any::<bool>().prop_map(|this| Behaviour::Judges { this }),
        2 => bytes().prop_map(Behaviour::Answers),
        2 => cut.prop_map(Behaviour::Answers),
        2 => flipped.prop_map(Behaviour::Answers),
        1 => (0..400_000u32).prop_map(Behaviour::AnswersAtLength),
        2 => bytes().prop_map(Behaviour::Reverts),
        2 => bytes().prop_map(move |rest| Behaviour::Reverts([magic.to_vec(), rest].concat())),
        2 => Just(Behaviour::Loops),
        2 => Just(Behaviour::Fails),
        4 => Just(Behaviour::Writes),
        4 => Just(Behaviour::IsGone),
    ]
}

impl Behaviour {
    const fn id(&self) -> &'static str {
        match self {
            Self::Accepts(_) => "ERC1271-001",
            Self::Judges { .. } => "ERC1271-002",
            Self::Answers(_) | Self::AnswersAtLength(_) => "ERC1271-003",
            Self::Reverts(_) => "ERC1271-004",
            Self::Loops | Self::Fails => "ERC1271-005",
            Self::Writes => "ERC1271-006",
            Self::IsGone => "ERC1271-007",
        }
    }

    const fn accepts(&self) -> bool {
        matches!(self, Self::Accepts(_) | Self::Judges { this: true })
    }

    /// The code of such a contract, which is asked about this digest and signature.
    fn code(&self, digest: B256, signature: &Bytes) -> Vec<u8> {
        match self {
            Self::Accepts(rest) => ends_with(0xf3, &[magic().as_slice(), rest].concat()),
            Self::Judges { this } => {
                let hash = if *this { digest } else { !digest };
                judges(&isValidSignatureCall { hash, signature: signature.clone() })
            }
            Self::Answers(answer) => ends_with(0xf3, answer),
            // return(0, length)
            Self::AnswersAtLength(length) => {
                [&hex!("63")[..], &length.to_be_bytes(), &hex!("5f f3")].concat()
            }
            Self::Reverts(data) => ends_with(0xfd, data),
            // 0: goto 0
            Self::Loops => hex!("5b 5f 56").to_vec(),
            // invalid
            Self::Fails => hex!("fe").to_vec(),
            // sstore(0, 1), and then accept
            Self::Writes => {
                [&hex!("60 01 5f 55")[..], &hex!("63 1626ba7e 60 e0 1b 5f 52 60 20 5f f3")].concat()
            }
            Self::IsGone => Vec::new(),
        }
    }
}

/// ERC-1271's magic word.
fn magic() -> B256 {
    let mut word = B256::ZERO;
    word[..4].copy_from_slice(&isValidSignatureCall::SELECTOR);
    word
}

/// Returns or reverts, as `opcode` says, with `data`.
fn ends_with(opcode: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("a short answer").to_be_bytes();
    #[rustfmt::skip]
    let code = [
        // codecopy(0, 12, length): the data lies behind this code
        &hex!("61")[..], &length, &hex!("60 0c 5f 39"),
        // opcode(0, length)
        &hex!("61"), &length, &[0x5f, opcode],
        data,
    ];
    code.concat()
}

/// Answers the magic word to exactly this question, and zero to any other.
fn judges(question: &isValidSignatureCall) -> Vec<u8> {
    let question = keccak256(question.abi_encode());
    #[rustfmt::skip]
    let code = [
        // calldatacopy(0, 0, calldatasize); keccak256(0, calldatasize)
        &hex!("36 5f 5f 37 36 5f 20")[..],
        // mstore(0, (it is that of the question) * magic)
        &hex!("7f"), question.as_slice(), &hex!("14 63 1626ba7e 60 e0 1b 02 5f 52"),
        // return(0, 32)
        &hex!("60 20 5f f3"),
    ];
    code.concat()
}

struct Play<'a> {
    arena: &'a Arena,
    tally: &'a Tally,
    domain: Eip712Domain,
    issuer: Address,
    /// Whatever the contract takes for one.
    signature: Bytes,
}

impl Play<'_> {
    /// The contract, behaving like this, is asked about a message; and is as before if that was refused.
    async fn asked<M: SolStruct, C: SolCall>(
        &self,
        behaviour: &Behaviour,
        message: M,
        bring: impl FnOnce(M, Address, Bytes) -> C,
    ) -> Result<(), TestCaseError> {
        let (arena, at) = (self.arena, self.arena.stage.system.registry);
        let digest = message.eip712_signing_hash(&self.domain);
        arena.set_code(self.issuer, &behaviour.code(digest, &self.signature)).await;
        let call = bring(message, self.issuer, self.signature.clone());
        let relayer = arena.stage.relayer.address();
        if behaviour.accepts() {
            let result = arena.takes(relayer, at, &call).await;
            return self.tally.test(behaviour.id(), result.is_ok(), &(behaviour, result.err()));
        }
        let revert = arena.refuses(relayer, at, &call).await;
        let expected = InvalidSignature { issuer: self.issuer, digest }.abi_encode();
        let refused = revert == Some(Bytes::from(expected));
        let bounded = arena.mined(relayer, at, &call).await.gas_used < GAS_OF_A_BURNER;
        self.tally.test(behaviour.id(), refused && bounded, &(behaviour, revert, bounded))
    }
}

/// A contract attests, renews and rebinds; each first as it likes, and then, if that was refused, as it should.
async fn messages(play: Play<'_>, [attests, renews, rebinds]: [Behaviour; 3]) -> Result<(), TestCaseError> {
    let stage = &play.arena.stage;
    let now = play.arena.now().await;
    let deadline = U256::from(now);
    let a = CredentialAttestation {
        holder: stage.holder.address(),
        expiresAt: now + 1_000,
        deadline,
        ..stage.attestation().await
    };
    let id = credential_id(play.issuer, a.credentialType, a.subject);
    let bring = |a, issuer, signature| registry::registerCredentialCall { a, issuer, signature };
    for behaviour in as_it_should(&attests) {
        play.asked(behaviour, a.clone(), bring).await?;
    }
    let nonce = a.nonce + U256::ONE;
    let r = CredentialRenewal { credentialId: id, expiresAt: 0, nonce, deadline };
    let bring = |r, issuer, signature| registry::renewCredentialCall { r, issuer, signature };
    for behaviour in as_it_should(&renews) {
        play.asked(behaviour, r.clone(), bring).await?;
    }
    let (nonce, new_holder) = (nonce + U256::ONE, stage.stranger.address());
    let b = CredentialRebind { credentialId: id, newHolder: new_holder, nonce, deadline };
    let bring = |b, issuer, signature| registry::rebindCredentialCall { r: b, issuer, signature };
    for behaviour in as_it_should(&rebinds) {
        play.asked(behaviour, b.clone(), bring).await?;
    }
    Ok(())
}

/// A behaviour; and one that is right, if that one isn't.
fn as_it_should(behaviour: &Behaviour) -> impl Iterator<Item = &Behaviour> {
    const RIGHT: Behaviour = Behaviour::Judges { this: true };
    [behaviour, &RIGHT].into_iter().take(if behaviour.accepts() { 1 } else { 2 })
}

#[test]
fn a_contracts_word_counts_and_nothing_else_that_it_does() {
    let arena = run(Arena::new("contracts that sign"));
    let at = arena.stage.system.registry;
    let issuer = run(async {
        let stage = &arena.stage;
        let issuer = stage.account_with(Bytes::from_static(&hex!("fe"))).await;
        let add = registry::addIssuerCall { issuer, types: Vec::new(), metadataURI: String::new() };
        stage.executes(&stage.owner, at, add).await;
        issuer
    });
    let tally = Tally::default();
    let signature = prop::collection::vec(any::<u8>(), 0..200).prop_map(Bytes::from);
    let cases = (prop::array::uniform3(behaviour()), signature);
    play(file!(), CASES, &arena, &cases, |(behaviours, signature)| {
        let domain = registry_domain(CHAIN_ID, at);
        messages(Play { arena: &arena, tally: &tally, domain, issuer, signature }, behaviours)
    });
    tally.assert_each(&IDS, TIMES);
}
