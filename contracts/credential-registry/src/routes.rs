//! Which call runs which function, and how its answer is encoded: a line for each function of the interface.

use abi::registry::ICredentialRegistry::{
    Credential, CredentialAttestation, CredentialRebind, CredentialRenewal, Lapse, addIssuerCall,
    batchValidateCredentialsCall, cancelNonceCall, cancelRebindCall, completeRebindCall,
    distrustIssuerSinceCall, eip712DomainCall, getCredentialCall, getCredentialCountOfCall,
    getCredentialsOfCall, getDistrustCall, getIssuerCall, getIssuerKeyCall, getLapseCountCall, getLapsesCall,
    getRebindCall, initializeCall, isIssuerForTypeCall, isNonceUsedCall, launchCall, nonceBitmapCall,
    rebindCredentialCall, registerCredentialCall, removeIssuerCall, renewCredentialCall,
    renounceOwnershipCall, restoreBatchCall, restoreCredentialCall, revokeBatchCall, revokeCredentialCall,
    rotateIssuerCall, validateCredentialCall,
};
use alloc::vec::Vec;
use alloy_primitives::U256;
use kit::{
    arguments::{Arguments, Malformed},
    reply::{self, Word, done},
};

use crate::contract::CredentialRegistry;

kit::routes! { CredentialRegistry, |this, a| {
    initializeCall => done(this.initialize(a.address()?)?);

    validateCredentialCall => {
        let (valid, status) = this.validate_credential(a.word()?, a.address()?);
        reply::words(&[valid.word(), status.word()])
    };
    batchValidateCredentialsCall => {
        reply::list(this.batch_validate_credentials(&a.words()?, &a.addresses()?)?.into_iter())
    };
    getCredentialCall => credential(&this.get_credential(a.word()?));
    getCredentialsOfCall => {
        reply::list(this.get_credentials_of(a.address()?, a.number()?, a.number()?)?.into_iter())
    };
    getCredentialCountOfCall => reply::words(&[this.get_credential_count_of(a.address()?).word()]);
    getLapsesCall => lapses(&this.get_lapses(a.word()?, a.number()?, a.number()?)?);
    getLapseCountCall => reply::words(&[this.get_lapse_count(a.word()?).word()]);
    getRebindCall => {
        let (new_holder, effective_at) = this.get_rebind(a.word()?);
        reply::words(&[new_holder.word(), effective_at.word()])
    };
    getIssuerCall => {
        let (root, active, every_type) = this.get_issuer(a.address()?);
        reply::words(&[root.word(), active.word(), every_type.word()])
    };
    getIssuerKeyCall => reply::words(&[this.get_issuer_key(a.address()?).word()]);
    getDistrustCall => {
        let (since, decided_at) = this.get_distrust(a.address()?);
        reply::words(&[since.word(), decided_at.word()])
    };
    isIssuerForTypeCall => reply::words(&[this.is_issuer_for_type(a.address()?, a.word()?).word()]);
    isNonceUsedCall => reply::words(&[this.is_nonce_used(a.address()?, a.number()?).word()]);
    nonceBitmapCall => reply::words(&[this.nonce_bitmap(a.address()?, a.number()?).word()]);
    eip712DomainCall => this.eip712_domain();

    registerCredentialCall => {
        let id = this.register_credential(&attestation(a)?, a.address()?, a.bytes()?)?;
        reply::words(&[id.word()])
    };
    renewCredentialCall => done(this.renew_credential(&renewal(a)?, a.address()?, a.bytes()?)?);
    rebindCredentialCall => done(this.rebind_credential(&rebind(a)?, a.address()?, a.bytes()?)?);
    completeRebindCall => done(this.complete_rebind(a.word()?)?);

    cancelRebindCall => done(this.cancel_rebind(a.word()?)?);
    revokeCredentialCall => done(this.revoke_credential(a.word()?, a.byte()?)?);
    revokeBatchCall => done(this.revoke_batch(&a.words()?, a.byte()?)?);
    cancelNonceCall => done(this.cancel_nonce(a.number()?)?);
    rotateIssuerCall => done(this.rotate_issuer(a.address()?, a.address()?)?);

    addIssuerCall => done(this.add_issuer(a.address()?, &a.words()?, a.bytes()?)?);
    removeIssuerCall => done(this.remove_issuer(a.address()?)?);
    distrustIssuerSinceCall => done(this.distrust_issuer_since(a.address()?, a.long()?)?);
    restoreCredentialCall => done(this.restore_credential(a.word()?)?);
    restoreBatchCall => done(this.restore_batch(&a.words()?)?);

    renounceOwnershipCall => done(this.authority.renounce_ownership()?);
    launchCall => done(this.authority.launch()?);
} others this.authority }

fn attestation(a: &mut Arguments<'_>) -> Result<CredentialAttestation, Malformed> {
    Ok(CredentialAttestation {
        subject: a.word()?,
        holder: a.address()?,
        credentialType: a.word()?,
        issuedAt: a.long()?,
        expiresAt: a.long()?,
        nonce: a.number()?,
        deadline: a.number()?,
    })
}

fn renewal(a: &mut Arguments<'_>) -> Result<CredentialRenewal, Malformed> {
    let (credential_id, expires_at) = (a.word()?, a.long()?);
    Ok(CredentialRenewal {
        credentialId: credential_id,
        expiresAt: expires_at,
        nonce: a.number()?,
        deadline: a.number()?,
    })
}

fn rebind(a: &mut Arguments<'_>) -> Result<CredentialRebind, Malformed> {
    let (credential_id, new_holder) = (a.word()?, a.address()?);
    Ok(CredentialRebind {
        credentialId: credential_id,
        newHolder: new_holder,
        nonce: a.number()?,
        deadline: a.number()?,
    })
}

fn lapses(lapses: &[Lapse]) -> Vec<u8> {
    let mut reply = reply::words(&[0x20_u8.word(), U256::from(lapses.len()).word()]);
    for Lapse { from, until } in lapses {
        reply.extend_from_slice([from.word(), until.word()].as_flattened());
    }
    reply
}

fn credential(c: &Credential) -> Vec<u8> {
    reply::words(&[
        c.holder.word(),
        c.issuerRoot.word(),
        c.key.word(),
        c.credentialType.word(),
        c.issuedAt.word(),
        c.expiresAt.word(),
        c.acceptedAt.word(),
        c.revokedAt.word(),
        c.reason.word(),
        c.status.word(),
        c.validUntil.word(),
    ])
}
