//! What people run into on the way from a credential to a token that they spend.

use abi::{
    factory::ICredentialTokenFactory::{
        self as factory, InvalidCredential, NotCredentialOwner, ReentrancyGuardReentrantCall,
        TokenAlreadyExists, TokenFactoryRefundFailed,
    },
    registry::ICredentialRegistry::{
        self as registry, CredentialAlreadyRegistered, CredentialAttestation, InvalidSignature,
        NonceAlreadyUsed,
    },
    token::ICredentialToken::{self as token, ERC2612ExpiredSignature, ERC2612InvalidSigner},
};
use alloy::{
    primitives::{Address, B256, U256, uint},
    rpc::types::TransactionRequest,
    sol_types::{Eip712Domain, SolCall, SolError, SolStruct},
};
use ecosystem::{
    credential::Attested,
    signing::{Parts, Permit, deadline_after, registry_domain, sign_permit, token_domain},
};
use ecosystem_tests::{Stage, World, fixture, run, tokens};

/// Order of secp256k1.
const CURVE_ORDER: U256 = uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

#[test]
fn register_reverts_with_invalid_signature_when_forged() {
    run(async {
        let stage = Stage::shared().await;
        let genuine = stage.signed(stage.attestation().await);

        // Somebody else signs in the issuer's name.
        let mut forged = stage.signed_by(&stage.stranger, genuine.attestation.clone());
        forged.issuer = stage.issuer.address();
        refuses_signature(&stage, &forged).await;

        // The content is changed after it was signed.
        let mut altered = genuine.clone();
        altered.attestation.holder = stage.stranger.address();
        refuses_signature(&stage, &altered).await;

        // The signature is for another registry.
        let elsewhere = stage.system.factory;
        let foreign =
            Attested::sign(stage.chain().chain_id(), elsewhere, &stage.issuer, genuine.attestation.clone());
        refuses_signature(&stage, &foreign).await;
    });
}

#[test]
fn register_reverts_with_invalid_signature_when_malleable_or_misshapen() {
    run(async {
        let stage = Stage::shared().await;
        let genuine = stage.signed(stage.attestation().await);
        let bytes = genuine.signature.to_vec();

        // The other signature of the same message: s in the upper half, v flipped.
        let mut mirrored = bytes.clone();
        let s = CURVE_ORDER - U256::from_be_slice(&bytes[32..64]);
        mirrored[32..64].copy_from_slice(&s.to_be_bytes::<32>());
        mirrored[64] = 27 + 28 - bytes[64];
        // v as 0 or 1; a byte too few; a byte too many; nothing.
        let mut raw_parity = bytes.clone();
        raw_parity[64] -= 27;
        let shorter = bytes[..64].to_vec();
        let longer = [bytes.as_slice(), &[0]].concat();
        for signature in [mirrored, raw_parity, shorter, longer, Vec::new()] {
            let misshapen = Attested { signature: signature.into(), ..genuine.clone() };
            refuses_signature(&stage, &misshapen).await;
        }
        // The genuine one is taken after all that.
        stage.register(&genuine).await;
    });
}

#[test]
fn register_reverts_when_replayed_or_repeated() {
    run(async {
        let stage = Stage::shared().await;
        let first = stage.credential().await;
        let at = stage.system.registry;

        // The very same attestation again, by anyone.
        let registered = CredentialAlreadyRegistered { credentialId: first.id };
        let error: CredentialAlreadyRegistered =
            stage.refuses(&stage.stranger, at, first.registration()).await;
        assert_eq!(error, registered);

        // The same person's credential with a fresh nonce.
        let mut attestation = first.attestation.clone();
        attestation.nonce = stage.attestation().await.nonce;
        let again = stage.signed(attestation);
        let error: CredentialAlreadyRegistered =
            stage.refuses(&stage.relayer, at, again.registration()).await;
        assert_eq!(error, registered);

        // Another person's credential with the same nonce.
        let mut attestation = stage.attestation().await;
        attestation.nonce = first.attestation.nonce;
        let other = stage.signed(attestation);
        let error = stage.refuses(&stage.relayer, at, other.registration()).await;
        let used = NonceAlreadyUsed { issuerRoot: stage.issuer.address(), nonce: first.attestation.nonce };
        assert_eq!(used, error);
    });
}

#[test]
fn create_token_reverts_with_not_credential_owner_for_somebody_else() {
    run(async {
        let stage = Stage::shared().await;
        let credential = stage.credential().await;
        let call = stage.token_call(credential.id);
        let error = stage.refuses(&stage.stranger, stage.system.factory, call).await;
        assert_eq!(
            NotCredentialOwner { credentialId: credential.id, caller: stage.stranger.address() },
            error
        );
    });
}

#[test]
fn create_token_reverts_with_token_already_exists_the_second_time() {
    run(async {
        let stage = Stage::shared().await;
        let token = stage.token().await;
        let credential = stage.reads(token, token::getCredentialIdCall {}).await;
        let error = stage.refuses(&stage.holder, stage.system.factory, stage.token_call(credential)).await;
        assert_eq!(TokenAlreadyExists { credentialId: credential }, error);
    });
}

#[test]
fn create_token_reverts_with_invalid_credential_when_unknown_or_revoked() {
    run(async {
        let stage = Stage::shared().await;
        let unknown = B256::repeat_byte(0x77);
        let error = stage.refuses(&stage.holder, stage.system.factory, stage.token_call(unknown)).await;
        assert_eq!(InvalidCredential { credentialId: unknown }, error);

        let revoked = stage.credential().await.id;
        let call = registry::revokeCredentialCall { credentialId: revoked, reason: 1 };
        stage.executes(&stage.owner, stage.system.registry, call).await;
        let error = stage.refuses(&stage.holder, stage.system.factory, stage.token_call(revoked)).await;
        assert_eq!(InvalidCredential { credentialId: revoked }, error);
    });
}

#[test]
fn create_token_reverts_with_invalid_credential_once_expired() {
    run(async {
        // The clock is moved: not in the world that others share.
        let world = World::own().await;
        let stage = Stage::in_world(world.clone()).await;
        let mut attestation = stage.attestation().await;
        attestation.expiresAt = attestation.issuedAt + 1_000;
        let attested = stage.signed(attestation);
        stage.register(&attested).await;
        world.advance_time(1_001).await;

        let error = stage.refuses(&stage.holder, stage.system.factory, stage.token_call(attested.id)).await;
        assert_eq!(InvalidCredential { credentialId: attested.id }, error);
    });
}

#[test]
fn create_token_reverts_when_the_refund_is_refused() {
    run(async {
        let stage = Stage::shared().await;
        let at = stage.system.factory;
        let to = stage.account_with(fixture::refuses_ether(at)).await;
        let credential = credential_of(&stage, to).await;
        let call = stage.token_call(credential).abi_encode();
        let request = TransactionRequest::default().to(to).input(call.into()).value(U256::from(7));
        let error = stage.refuses_request(&stage.stranger, request).await;
        assert_eq!(TokenFactoryRefundFailed { to, amount: U256::from(7) }, error);
    });
}

#[test]
fn create_token_refuses_to_be_reentered() {
    run(async {
        let stage = Stage::shared().await;
        let at = stage.system.factory;
        let other = stage.credential().await.id;
        let holder = stage.account_with(fixture::reenters(at, &stage.token_call(other).abi_encode())).await;
        let credential = credential_of(&stage, holder).await;
        let call = stage.token_call(credential).abi_encode();
        let request = TransactionRequest::default().to(holder).input(call.into()).value(U256::ONE);
        let sent = stage.chain().send(&stage.stranger, request, "a creation that re-enters").await;
        let sent = sent.unwrap_or_else(|error| panic!("{error}"));

        // The contract logs what its second call got while the first was under way.
        let log =
            sent.receipt.logs().iter().find(|log| log.address() == holder).expect("it was sent Ether back");
        assert_eq!(log.data().data, ReentrancyGuardReentrantCall {}.abi_encode());
        assert_eq!(stage.event::<factory::TokenCreated>(&sent, at).credentialId, credential);
        assert_eq!(stage.reads(at, factory::getTokenCountCall {}).await, U256::ONE);
    });
}

#[test]
fn permit_reverts_when_the_signature_is_wrong_late_or_used() {
    run(async {
        let stage = Stage::shared().await;
        let token = stage.token_with(tokens(10)).await;
        let (owner, spender) = (stage.holder.address(), stage.relayer.address());
        let deadline = deadline_after(stage.chain().now().await.expect("the time"));
        let permit = Permit { owner, spender, value: tokens(3), nonce: U256::ZERO, deadline };
        let domain = token_domain(stage.chain().chain_id(), token, "Ada Lovelace");

        // Somebody else's signature: the error names who signed.
        let error: ERC2612InvalidSigner = stage
            .refuses(&stage.relayer, token, call(&permit, sign_permit(&stage.stranger, &permit, &domain)))
            .await;
        assert_eq!(error, ERC2612InvalidSigner { signer: stage.stranger.address(), owner });

        // The owner's signature over another amount.
        let other = Permit { value: tokens(4), ..permit.clone() };
        let signed = sign_permit(&stage.holder, &other, &domain);
        let error: ERC2612InvalidSigner = stage.refuses(&stage.relayer, token, call(&permit, signed)).await;
        assert!(error.signer != owner && error.owner == owner);

        // The other signature of the same message.
        let signed = sign_permit(&stage.holder, &permit, &domain);
        let s = B256::from(CURVE_ORDER - U256::from_be_bytes(signed.s.0));
        let mirrored = Parts { v: 27 + 28 - signed.v, s, ..signed };
        let _: ERC2612InvalidSigner = stage.refuses(&stage.relayer, token, call(&permit, mirrored)).await;

        // Too late.
        let late = Permit { deadline: U256::ONE, ..permit.clone() };
        let signed_late = sign_permit(&stage.holder, &late, &domain);
        let error = stage.refuses(&stage.relayer, token, call(&late, signed_late)).await;
        assert_eq!(ERC2612ExpiredSignature { deadline: U256::ONE }, error);

        // Twice.
        stage.executes(&stage.relayer, token, call(&permit, signed)).await;
        let error: ERC2612InvalidSigner = stage.refuses(&stage.relayer, token, call(&permit, signed)).await;
        assert_eq!(error.owner, owner);
    });
}

/// A credential whose holder is an account without a key.
async fn credential_of(stage: &Stage, holder: Address) -> B256 {
    let attested = stage.signed(CredentialAttestation { holder, ..stage.attestation().await });
    stage.register(&attested).await;
    attested.id
}

fn call(permit: &Permit, Parts { v, r, s }: Parts) -> token::permitCall {
    let Permit { owner, spender, value, deadline, .. } = *permit;
    token::permitCall { owner, spender, value, deadline, v, r, s }
}

/// The registry refuses the signature and says over which digest the issuer would have to sign.
async fn refuses_signature(stage: &Stage, attested: &Attested) {
    let error = stage.refuses(&stage.relayer, stage.system.registry, attested.registration()).await;
    let domain: Eip712Domain = registry_domain(stage.chain().chain_id(), stage.system.registry);
    let digest = attested.attestation.eip712_signing_hash(&domain);
    assert_eq!(InvalidSignature { issuer: attested.issuer, digest }, error);
}
