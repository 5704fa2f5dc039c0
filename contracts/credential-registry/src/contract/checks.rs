//! Guards: they read, and refuse.

use super::*;

impl CredentialRegistry {
    pub(super) fn now(&self) -> u64 {
        self.vm().block_timestamp()
    }

    /// Refuses a key that isn't the last one of an issuer, which still exists.
    pub(super) fn check_office(&self, address: Address, key: &Key) -> Result<(), RegistryError> {
        match key.office {
            Office::Current => Ok(()),
            Office::None => Err(UnknownIssuer { issuer: address }.into()),
            Office::Removed => Err(IssuerWasRemoved { issuerRoot: key.root }.into()),
            Office::Retired => {
                let current = self.get_issuer_key(key.root);
                Err(IssuerKeyRetired { issuer: address, currentKey: current }.into())
            }
        }
    }

    /// The key that signs for an issuer now.
    pub(super) fn issuer(&self, address: Address) -> Result<Key, RegistryError> {
        let key = self.key(address);
        if key.is_distrusted() {
            return Err(IssuerKeyDistrusted { issuer: address, since: key.distrusted_since }.into());
        }
        self.check_office(address, &key)?;
        Ok(key)
    }

    /// The issuer that signs with `key` now, if it may attest this type.
    pub(super) fn issuer_for(&self, key: Address, credential_type: B256) -> Result<Address, RegistryError> {
        let Key { root, every_type, .. } = self.issuer(key)?;
        if !every_type && self.records.types.at((root, credential_type)).get() != MAY_ATTEST {
            return Err(IssuerNotForType { issuer: key, credentialType: credential_type }.into());
        }
        Ok(root)
    }

    /// The standing of a credential that is registered.
    pub(super) fn registered(&self, id: B256) -> Result<Standing, RegistryError> {
        let standing = self.standing(id);
        if !standing.is_registered() {
            return Err(UnknownCredential { credentialId: id }.into());
        }
        Ok(standing)
    }

    /// The standing of a credential that is registered and not revoked.
    pub(super) fn unrevoked(&self, id: B256) -> Result<Standing, RegistryError> {
        let standing = self.registered(id)?;
        if standing.revoked {
            let revoked_at = self.revocation(id, &standing).at;
            return Err(CredentialAlreadyRevoked { credentialId: id, revokedAt: revoked_at }.into());
        }
        Ok(standing)
    }

    /// The issuer and the standing of a credential that the caller, a current key of its issuer or the owner, may act on.
    pub(super) fn issuer_or_owner(&self, id: B256) -> Result<(Address, Standing), RegistryError> {
        let standing = self.registered(id)?;
        let (root, caller) = (self.root_of(id), self.vm().msg_sender());
        let key = self.key(caller);
        let is_issuer = key.is_active() && key.root == root;
        if !is_issuer && !self.authority.is_owner() {
            return Err(NotIssuerOrOwner { credentialId: id, issuerRoot: root, caller }.into());
        }
        Ok((root, standing))
    }

    /// The issuer and the standing of a credential that `issuer`, whose key signs for it now, may change until `deadline`.
    pub(super) fn changeable(
        &self,
        id: B256,
        issuer: Address,
        deadline: U256,
    ) -> Result<(Address, Standing), RegistryError> {
        self.authority.when_running()?;
        check_deadline(deadline, self.now())?;
        let key = self.issuer(issuer)?;
        let standing = self.unrevoked(id)?;
        let root = self.root_of(id);
        if key.root != root {
            return Err(WrongIssuer { credentialId: id, issuerRoot: root, issuer }.into());
        }
        self.check_counts(id, &standing)?;
        Ok((root, standing))
    }

    /// The lapse that ends now, of a credential of this standing that was valid until `valid_until`: none if it still is,
    /// or if it has become valid only now, too. It never reaches back into the lapse before (R6).
    pub(super) fn lapse_until_now(
        &self,
        id: B256,
        standing: &Standing,
        valid_until: u64,
    ) -> Result<Option<Lapse>, RegistryError> {
        let (mut from, until) = (valid_until, self.now());
        // Before the last lapse is read: most renewals come in time.
        if from < until
            && let Some(last) = standing.lapses.checked_sub(1)
        {
            from = from.max(self.lapse(id, last).until);
        }
        if from >= until {
            return Ok(None);
        }
        if standing.lapses >= LAPSES_MAX {
            return Err(HistoryFull { credentialId: id }.into());
        }
        Ok(Some(Lapse { from, until }))
    }

    /// Refuses a credential that something void has led to where it stands.
    pub(super) fn check_counts(&self, id: B256, standing: &Standing) -> Result<(), RegistryError> {
        if self.voided_at(id, standing) != COUNTS {
            return Err(CredentialIsDistrusted { credentialId: id }.into());
        }
        Ok(())
    }
}

/// Refuses an attestation that says nothing, comes too late or is from the future.
pub(super) fn check_contents(a: &CredentialAttestation, now: u64) -> Result<(), RegistryError> {
    if a.subject.is_zero() {
        return Err(ZeroSubject {}.into());
    }
    if a.holder.is_zero() {
        return Err(ZeroHolder {}.into());
    }
    check_deadline(a.deadline, now)?;
    let latest = now.saturating_add(CLOCK_SKEW_SECS);
    if a.issuedAt > latest {
        return Err(IssuedInFuture { issuedAt: a.issuedAt, latest: U256::from(latest) }.into());
    }
    check_expiry(a.expiresAt, now)
}

/// Refuses what comes after its deadline.
pub(super) fn check_deadline(deadline: U256, now: u64) -> Result<(), RegistryError> {
    let timestamp = U256::from(now);
    if deadline < timestamp { Err(DeadlinePassed { deadline, timestamp }.into()) } else { Ok(()) }
}

/// Refuses an expiry (0 = never) that has passed or can't be kept.
pub(super) fn check_expiry(expires_at: u64, now: u64) -> Result<(), RegistryError> {
    if has_expired(expires_at, now) {
        return Err(CredentialExpired { expiresAt: expires_at, timestamp: U256::from(now) }.into());
    }
    if expires_at > LATEST_EXPIRY {
        return Err(ExpiresTooLate { expiresAt: expires_at, latest: LATEST_EXPIRY }.into());
    }
    Ok(())
}

/// Refuses more than one call lists, revokes or restores.
pub(super) fn check_page(limit: U256) -> Result<(), RegistryError> {
    if limit > PAGE_MAX {
        return Err(PageTooLarge { limit, maximum: PAGE_MAX }.into());
    }
    Ok(())
}

/// One change more than `count`.
pub(super) fn one_more(id: B256, count: u8) -> Result<u8, RegistryError> {
    match count.checked_add(1) {
        Some(more) if count < CHANGES_MAX => Ok(more),
        _ => Err(HistoryFull { credentialId: id }.into()),
    }
}
