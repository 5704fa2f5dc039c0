//! What the registry reads from its records, and what it does to them.

use super::*;

/// Reads.
impl CredentialRegistry {
    pub(super) fn standing(&self, id: B256) -> Standing {
        Standing::unpack(self.records.standings.at(id).get())
    }

    pub(super) fn acceptance(&self, id: B256) -> Acceptance {
        Acceptance::unpack(self.records.acceptances.at(id).get())
    }

    /// How a credential was revoked; zeros if it isn't.
    pub(super) fn revocation(&self, id: B256, standing: &Standing) -> Revocation {
        let word = if standing.revoked { self.records.revocations.at(id).get() } else { B256::ZERO };
        Revocation::unpack(word)
    }

    pub(super) fn key(&self, address: Address) -> Key {
        Key::unpack(self.records.keys.at(address).get())
    }

    pub(super) fn root_of(&self, id: B256) -> Address {
        self.key(self.acceptance(id).key).root
    }

    pub(super) fn renewal(&self, id: B256, number: u8) -> Change {
        Change::unpack(self.records.renewals.at((id, U256::from(number))).get())
    }

    pub(super) fn rebind(&self, key: (B256, U256)) -> Change {
        Change::unpack(self.records.rebinds.at(key).get())
    }

    pub(super) fn lapse(&self, id: B256, number: u16) -> Lapse {
        unpack_lapse(self.records.lapses.at((id, U256::from(number))).get())
    }

    /// First second at which a credential is, or was, no longer valid, whatever ends it; [`COUNTS`] if nothing does.
    pub(super) fn valid_until(&self, id: B256, standing: &Standing) -> u64 {
        let revoked_at = self.revocation(id, standing).at;
        let ends = [revoked_at, standing.expires_at].map(never_if_zero);
        ends.into_iter().fold(self.voided_at(id, standing), u64::min)
    }

    /// The [`status`] of a credential for `holder`.
    pub(super) fn status(&self, id: B256, standing: &Standing, holder: Address) -> u8 {
        if !standing.is_registered() {
            status::NONE
        } else if standing.revoked {
            status::REVOKED
        } else if self.voided_at(id, standing) != COUNTS {
            status::ISSUER_DISTRUSTED
        } else if has_expired(standing.expires_at, self.now()) {
            status::EXPIRED
        } else if standing.holder != holder || self.is_moving(id, standing) {
            status::NOT_HOLDER
        } else {
            status::ACTIVE
        }
    }

    /// When it was decided that what led to this standing doesn't count: the registration, the last renewal or the last
    /// rebinding. [`COUNTS`] if all do.
    pub(super) fn voided_at(&self, id: B256, standing: &Standing) -> u64 {
        let mut voided_at = self.registration_voided_at(id);
        if let Some(last) = standing.renewals.checked_sub(1) {
            voided_at = voided_at.min(self.change_voided_at(&self.renewal(id, last)));
        }
        if let Some(last) = standing.rebinds.checked_sub(1) {
            voided_at = voided_at.min(self.change_voided_at(&self.rebind((id, U256::from(last)))));
        }
        voided_at
    }

    pub(super) fn registration_voided_at(&self, id: B256) -> u64 {
        let Acceptance { key, accepted_at, .. } = self.acceptance(id);
        self.key(key).voids(accepted_at)
    }

    pub(super) fn change_voided_at(&self, change: &Change) -> u64 {
        self.key(change.key).voids(change.accepted_at)
    }

    /// Whether a credential is on its way to another holder, by a rebinding that counts.
    pub(super) fn is_moving(&self, id: B256, standing: &Standing) -> bool {
        let under_way = || self.rebind((id, U256::from(standing.rebinds)));
        standing.rebinding && self.change_voided_at(&under_way()) == COUNTS
    }
}

/// Effects.
impl CredentialRegistry {
    /// Takes a message with this struct hash, if `issuer` signed it, and uses up its nonce.
    pub(super) fn accept(
        &mut self,
        issuer: Address,
        root: Address,
        message: B256,
        nonce: U256,
        signature: &[u8],
    ) -> Result<(), RegistryError> {
        if self.is_nonce_used(root, nonce) {
            return Err(NonceAlreadyUsed { issuerRoot: root, nonce }.into());
        }
        // The only call out comes before the stores. It is static, so it can't change what was checked before.
        let digest = messages::digest(self.vm().chain_id(), self.vm().contract_address(), message);
        if !signer::has_signed(self.vm(), issuer, digest, signature) {
            return Err(InvalidSignature { issuer, digest }.into());
        }
        self.use_nonce(root, nonce)
    }

    pub(super) fn use_nonce(&mut self, root: Address, nonce: U256) -> Result<(), RegistryError> {
        let bit = NonceBit::of(nonce);
        let mut used = self.records.nonces.at_mut((root, bit.word));
        let word = used.number();
        if bit.is_set_in(word) {
            return Err(NonceAlreadyUsed { issuerRoot: root, nonce }.into());
        }
        used.set_number(word | bit.mask);
        NonceUsed { issuerRoot: root, nonce }.emit(self.vm());
        Ok(())
    }

    /// Makes an address that never was a key the last key of its issuer.
    pub(super) fn appoint(&mut self, address: Address, key: Key) -> Result<(), RegistryError> {
        if address.is_zero() {
            return Err(ZeroIssuer {}.into());
        }
        if self.key(address).office != Office::None {
            return Err(IssuerAlreadyKnown { issuer: address }.into());
        }
        self.set_key(address, key);
        self.records.issuers.at_mut(key.root).set_account(address);
        Ok(())
    }

    pub(super) fn set_key(&mut self, address: Address, key: Key) {
        self.records.keys.at_mut(address).set(key.pack());
    }

    pub(super) fn set_standing(&mut self, id: B256, standing: Standing) {
        self.records.standings.at_mut(id).set(standing.pack());
    }

    /// Keeps a lapse behind the `count` that the credential had before, and tells how many it has now (R6).
    pub(super) fn keep_lapse(&mut self, id: B256, count: u16, lapse: Option<Lapse>) -> u16 {
        let Some(lapse) = lapse else { return count };
        self.records.lapses.at_mut((id, U256::from(count))).set(pack_lapse(&lapse));
        let Lapse { from, until } = lapse;
        CredentialLapsed { credentialId: id, from, until }.emit(self.vm());
        // Cannot be too much: a lapse beyond the last that there is room for was refused.
        count.saturating_add(1)
    }

    /// Adds a credential at the end of the holder's list, and tells where (R5).
    pub(super) fn join(&mut self, id: B256, holder: Address) -> Result<u32, RegistryError> {
        let mut count = self.records.held_counts.at_mut(holder);
        let position = u32::try_from(count.number()).unwrap_or(HELD_MAX);
        if position >= HELD_MAX {
            return Err(HistoryFull { credentialId: id }.into());
        }
        count.set_number(U256::from(position.saturating_add(1)));
        self.records.held.at_mut((holder, U256::from(position))).set(id);
        Ok(position)
    }

    /// Takes a credential off its holder's list; the last one of the list takes its place (R5).
    pub(super) fn leave(&mut self, standing: &Standing) {
        let holder = standing.holder;
        let mut count = self.records.held_counts.at_mut(holder);
        // The holder has this one at least.
        let last = count.number().saturating_sub(U256::ONE);
        count.set_number(last);
        let mut end = self.records.held.at_mut((holder, last));
        let moved = end.get();
        end.set(B256::ZERO);
        if last != U256::from(standing.position) {
            self.records.held.at_mut((holder, U256::from(standing.position))).set(moved);
            let shifted = Standing { position: standing.position, ..self.standing(moved) };
            self.set_standing(moved, shifted);
        }
    }

    /// The standing of a credential that isn't on its way any more; logs that.
    pub(super) fn stay(&self, id: B256, standing: Standing) -> Standing {
        let cancelled_by = self.vm().msg_sender();
        CredentialRebindCancelled { credentialId: id, cancelledBy: cancelled_by }.emit(self.vm());
        Standing { rebinding: false, ..standing }
    }
}

/// When a rebinding can be completed.
pub(super) fn effective_at(rebind: &Change) -> u64 {
    rebind.accepted_at.saturating_add(DELAY_SECS)
}

/// Appends what an issuer is added with, a list and a text, to an encoding whose head has `words` words, these two last.
pub(super) fn append_terms(out: &mut Vec<u8>, words: usize, types: &[B256], metadata_uri: &[u8]) {
    let list_at = words.saturating_mul(B256::len_bytes());
    let list_bytes = types.len().saturating_add(1).saturating_mul(B256::len_bytes());
    let text_at = list_at.saturating_add(list_bytes);
    for number in [list_at, text_at, types.len()] {
        out.extend_from_slice(&U256::from(number).word());
    }
    for credential_type in types {
        out.extend_from_slice(credential_type.as_slice());
    }
    calldata::append_bytes(out, metadata_uri);
}
