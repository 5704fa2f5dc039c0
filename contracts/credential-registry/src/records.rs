//! The words that the registry keeps, and what is packed into each.
//!
//! An address lies in a word's low 20 bytes, as Solidity would put it, and the rest in the 12 bytes above, highest
//! first. Bytes said to be free are zero and may get a meaning; nothing else ever moves.

use abi::registry::status;
use alloy_primitives::{Address, B256, FixedBytes};

/// Bytes that a word has above an address.
const ABOVE: usize = 12;

/// What decides whether a credential is valid.
///
/// | bytes | 8 | 1 | 3 | 20 |
/// |---|---|---|---|---|
/// | | `expires_at` | `revoked` | free | `holder` |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Who holds it; zero if it isn't registered.
    pub(crate) holder: Address,
    /// First second at which it is no longer valid; 0 = never.
    pub(crate) expires_at: u64,
    /// Whether there is a [`Revocation`].
    pub(crate) revoked: bool,
}

impl Standing {
    pub(crate) fn pack(self) -> B256 {
        let [a, b, c, d, e, f, g, h] = self.expires_at.to_be_bytes();
        above([a, b, c, d, e, f, g, h, u8::from(self.revoked), 0, 0, 0], self.holder)
    }

    pub(crate) fn unpack(word: B256) -> Self {
        let ([a, b, c, d, e, f, g, h, revoked, ..], holder) = split(word);
        Self { holder, expires_at: u64::from_be_bytes([a, b, c, d, e, f, g, h]), revoked: revoked != 0 }
    }

    pub(crate) fn is_registered(&self) -> bool {
        !self.holder.is_zero()
    }

    /// The [`status`] for the holder at the time `now`, by precedence: none, revoked, expired; else active.
    pub(crate) fn status(&self, now: u64) -> u8 {
        if !self.is_registered() {
            status::NONE
        } else if self.revoked {
            status::REVOKED
        } else if has_expired(self.expires_at, now) {
            status::EXPIRED
        } else {
            status::ACTIVE
        }
    }
}

/// How a credential got into the registry.
///
/// | bytes | 6 | 6 | 20 |
/// |---|---|---|---|
/// | | `accepted_at` | `issued_at` | `key` |
///
/// The times keep their low 48 bits, which last for nine million years; the registry accepts no time of issue that is
/// more than minutes ahead of the block's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Acceptance {
    /// The issuer's key that signed. Its [`Key`] says who the issuer is.
    pub(crate) key: Address,
    /// Block time of the registration: what a key that is later distrusted is judged by.
    pub(crate) accepted_at: u64,
    /// When the issuer says that it verified the credential.
    pub(crate) issued_at: u64,
}

impl Acceptance {
    pub(crate) fn pack(self) -> B256 {
        let [_, _, a, b, c, d, e, f] = self.accepted_at.to_be_bytes();
        let [_, _, g, h, i, j, k, l] = self.issued_at.to_be_bytes();
        above([a, b, c, d, e, f, g, h, i, j, k, l], self.key)
    }

    pub(crate) fn unpack(word: B256) -> Self {
        let ([a, b, c, d, e, f, g, h, i, j, k, l], key) = split(word);
        let (accepted_at, issued_at) = ([0, 0, a, b, c, d, e, f], [0, 0, g, h, i, j, k, l]);
        Self { key, accepted_at: u64::from_be_bytes(accepted_at), issued_at: u64::from_be_bytes(issued_at) }
    }
}

/// How a credential was revoked.
///
/// | bytes | 8 | 1 | 3 | 20 |
/// |---|---|---|---|---|
/// | | `at` | `reason` | free | `by` |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Revocation {
    /// The key or owner that revoked.
    pub(crate) by: Address,
    /// Block time; 0 if it wasn't revoked.
    pub(crate) at: u64,
    /// In the revoker's own numbering.
    pub(crate) reason: u8,
}

impl Revocation {
    pub(crate) fn pack(self) -> B256 {
        let [a, b, c, d, e, f, g, h] = self.at.to_be_bytes();
        above([a, b, c, d, e, f, g, h, self.reason, 0, 0, 0], self.by)
    }

    pub(crate) fn unpack(word: B256) -> Self {
        let ([a, b, c, d, e, f, g, h, reason, ..], by) = split(word);
        Self { by, at: u64::from_be_bytes([a, b, c, d, e, f, g, h]), reason }
    }
}

/// What an address is as a key of an issuer.
///
/// | bytes | 1 | 1 | 10 | 20 |
/// |---|---|---|---|---|
/// | | `active` | `every_type` | free | `root` |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// The issuer's first key, which names it; zero if the address was never a key.
    pub(crate) root: Address,
    /// Whether the issuer signs with this key now.
    pub(crate) active: bool,
    /// Whether the issuer may attest every type; else the registry lists which.
    pub(crate) every_type: bool,
}

impl Key {
    pub(crate) fn pack(self) -> B256 {
        let (active, every_type) = (u8::from(self.active), u8::from(self.every_type));
        above([active, every_type, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], self.root)
    }

    pub(crate) fn unpack(word: B256) -> Self {
        let ([active, every_type, ..], root) = split(word);
        Self { root, active: active != 0, every_type: every_type != 0 }
    }
}

/// Whether what expires at `expires_at` (0 = never) has expired at the time `now`.
pub(crate) fn has_expired(expires_at: u64, now: u64) -> bool {
    never_if_zero(expires_at) <= now
}

/// Reads a time that may be absent: 0 stands for one that never comes.
pub(crate) fn never_if_zero(time: u64) -> u64 {
    if time == 0 { u64::MAX } else { time }
}

fn above(high: [u8; ABOVE], address: Address) -> B256 {
    FixedBytes(high).concat_const(address.0)
}

fn split(word: B256) -> ([u8; ABOVE], Address) {
    let high = word.first_chunk().copied().unwrap_or_default();
    (high, Address::from_word(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{address, b256};
    use proptest::prelude::*;

    const ALICE: Address = address!("a11ce00000000000000000000000000000000001");

    #[test]
    fn words_are_laid_out_as_documented() {
        let standing = Standing { holder: ALICE, expires_at: 0x0102_0304_0506_0708, revoked: true };
        let expected = b256!("0102030405060708 01 000000 a11ce00000000000000000000000000000000001");
        assert_eq!(standing.pack(), expected);
        let acceptance =
            Acceptance { key: ALICE, accepted_at: 0x0102_0304_0506, issued_at: 0x1112_1314_1516 };
        let expected = b256!("010203040506 111213141516 a11ce00000000000000000000000000000000001");
        assert_eq!(acceptance.pack(), expected);
        let revocation = Revocation { by: ALICE, at: 0x0102_0304_0506_0708, reason: 9 };
        let expected = b256!("0102030405060708 09 000000 a11ce00000000000000000000000000000000001");
        assert_eq!(revocation.pack(), expected);
        let key = Key { root: ALICE, active: true, every_type: false };
        assert_eq!(key.pack(), b256!("01 00 00000000000000000000 a11ce00000000000000000000000000000000001"));
        let key = Key { active: false, every_type: true, ..key };
        assert_eq!(key.pack(), b256!("00 01 00000000000000000000 a11ce00000000000000000000000000000000001"));
    }

    proptest! {
        #[test]
        fn unpacking_undoes_packing(
            address: [u8; 20],
            time: u64,
            early in 0..1u64 << 48,
            late in 0..1u64 << 48,
            number: u8,
            this: bool,
            that: bool,
        ) {
            let address = Address::from(address);
            let standing = Standing { holder: address, expires_at: time, revoked: this };
            prop_assert_eq!(Standing::unpack(standing.pack()), standing);
            let acceptance = Acceptance { key: address, accepted_at: late, issued_at: early };
            prop_assert_eq!(Acceptance::unpack(acceptance.pack()), acceptance);
            let revocation = Revocation { by: address, at: time, reason: number };
            prop_assert_eq!(Revocation::unpack(revocation.pack()), revocation);
            let key = Key { root: address, active: this, every_type: that };
            prop_assert_eq!(Key::unpack(key.pack()), key);
        }
    }
}
