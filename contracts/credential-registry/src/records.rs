//! The words that the registry keeps, and what is packed into each.
//!
//! An address lies in a word's low 20 bytes, as Solidity would put it, and the rest in the 12 bytes above, highest
//! first. Bytes said to be free are zero and may get a meaning; nothing else ever moves.

use abi::registry::ICredentialRegistry::Lapse;
use alloy_primitives::{Address, B256, FixedBytes};

/// Bytes that a word has above an address.
const ABOVE: usize = 12;

/// The last second that the registry can keep as an expiry: 40 bits, which last until the year 36 812.
pub(crate) const LATEST_EXPIRY: u64 = (1 << 40) - 1;

/// How often a credential can be renewed, and how often rebound.
pub(crate) const CHANGES_MAX: u8 = u8::MAX;

/// How many credentials a holder can have.
pub(crate) const HELD_MAX: u32 = 1 << 24;

/// How often a credential can lapse: 14 bits. A stolen key can make a credential lapse once for each renewal that it may
/// have, and lapses stay when those are undone, so this is far more than [`CHANGES_MAX`].
pub(crate) const LAPSES_MAX: u16 = REBINDING - 1;

/// Marks of a [`Standing`], above the number of lapses.
const REVOKED: u16 = 1 << 15;
const REBINDING: u16 = 1 << 14;

/// What decides whether a credential is valid.
///
/// | bytes | 5 | 2 | 1 | 1 | 3 | 20 |
/// |---|---|---|---|---|---|---|
/// | | `expires_at` | from the highest bit: `revoked`, `rebinding`, 14 bits of `lapses` | `renewals` | `rebinds` | `position` | `holder` |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Who holds it; zero if it isn't registered.
    pub(crate) holder: Address,
    /// First second at which it is no longer valid; 0 = never.
    pub(crate) expires_at: u64,
    /// Whether there is a [`Revocation`].
    pub(crate) revoked: bool,
    /// Whether it is on its way to another holder: there is one more [`Change`] among the rebindings.
    pub(crate) rebinding: bool,
    /// How many [`Lapse`]s it has had; 14 bits.
    pub(crate) lapses: u16,
    /// How many renewals, each a [`Change`], led to `expires_at`.
    pub(crate) renewals: u8,
    /// How many rebindings, each a [`Change`], led to `holder`.
    pub(crate) rebinds: u8,
    /// Where it stands in the holder's list; 24 bits.
    pub(crate) position: u32,
}

impl Standing {
    pub(crate) fn pack(self) -> B256 {
        let [a, b, c, d, e] = time(self.expires_at);
        let marks = if self.revoked { REVOKED } else { 0 } | if self.rebinding { REBINDING } else { 0 };
        let [f, g] = (marks | self.lapses.min(LAPSES_MAX)).to_be_bytes();
        let [_, h, i, j] = self.position.to_be_bytes();
        above([a, b, c, d, e, f, g, self.renewals, self.rebinds, h, i, j], self.holder)
    }

    pub(crate) fn unpack(word: B256) -> Self {
        let ([a, b, c, d, e, f, g, renewals, rebinds, h, i, j], holder) = split(word);
        let marks = u16::from_be_bytes([f, g]);
        Self {
            holder,
            expires_at: seconds([a, b, c, d, e]),
            revoked: marks & REVOKED != 0,
            rebinding: marks & REBINDING != 0,
            lapses: marks & LAPSES_MAX,
            renewals,
            rebinds,
            position: u32::from_be_bytes([0, h, i, j]),
        }
    }

    pub(crate) fn is_registered(&self) -> bool {
        !self.holder.is_zero()
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

/// A renewal or a rebinding.
///
/// | bytes | 5 | 5 | 2 | 20 |
/// |---|---|---|---|---|
/// | | `accepted_at` | `expired_at` | free | `key` |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The issuer's key that signed.
    pub(crate) key: Address,
    /// Block time at which the registry accepted it: what a key that is later distrusted is judged by.
    pub(crate) accepted_at: u64,
    /// Of a renewal: the expiry that it replaced.
    pub(crate) expired_at: u64,
}

impl Change {
    pub(crate) fn pack(self) -> B256 {
        let [a, b, c, d, e] = time(self.accepted_at);
        let [f, g, h, i, j] = time(self.expired_at);
        above([a, b, c, d, e, f, g, h, i, j, 0, 0], self.key)
    }

    pub(crate) fn unpack(word: B256) -> Self {
        let ([a, b, c, d, e, f, g, h, i, j, ..], key) = split(word);
        Self { key, accepted_at: seconds([a, b, c, d, e]), expired_at: seconds([f, g, h, i, j]) }
    }
}

/// A time during which a credential wasn't valid though it was before and after: the interface's `Lapse`.
///
/// | bytes | 16 | 8 | 8 |
/// |---|---|---|---|
/// | | free | `from` | `until` |
pub(crate) fn pack_lapse(lapse: &Lapse) -> B256 {
    let times: FixedBytes<16> =
        FixedBytes(lapse.from.to_be_bytes()).concat_const(FixedBytes(lapse.until.to_be_bytes()));
    FixedBytes([0; 16]).concat_const(times)
}

pub(crate) fn unpack_lapse(word: B256) -> Lapse {
    let [.., a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = word.0;
    let (from, until) = ([a, b, c, d, e, f, g, h], [i, j, k, l, m, n, o, p]);
    Lapse { from: u64::from_be_bytes(from), until: u64::from_be_bytes(until) }
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Office {
    /// Never was one.
    #[default]
    None,
    /// The issuer's last one: it signs, unless it is distrusted.
    Current,
    /// Was replaced.
    Retired,
    /// Was the last one when the issuer was removed.
    Removed,
}

/// A key of an issuer.
///
/// | bytes | 1 | 1 | 5 | 5 | 20 |
/// |---|---|---|---|---|---|
/// | | `office` (0 to 3) | `every_type` | `distrusted_since` | `distrusted_at` | `root` |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Key {
    /// The issuer's first key, which names it; zero if the address was never a key.
    pub(crate) root: Address,
    /// Whether it signs for the issuer.
    pub(crate) office: Office,
    /// Whether the issuer may attest every type; else the registry lists which.
    pub(crate) every_type: bool,
    /// What it did from then on doesn't count, if `distrusted_at` isn't 0.
    pub(crate) distrusted_since: u64,
    /// When that was decided: 0 if it is trusted.
    pub(crate) distrusted_at: u64,
}

impl Key {
    pub(crate) fn pack(self) -> B256 {
        let office = match self.office {
            Office::None => 0,
            Office::Current => 1,
            Office::Retired => 2,
            Office::Removed => 3,
        };
        let [a, b, c, d, e] = time(self.distrusted_since);
        let [f, g, h, i, j] = time(self.distrusted_at);
        above([office, u8::from(self.every_type), a, b, c, d, e, f, g, h, i, j], self.root)
    }

    pub(crate) fn unpack(word: B256) -> Self {
        let ([office, every_type, a, b, c, d, e, f, g, h, i, j], root) = split(word);
        let office = match office {
            1 => Office::Current,
            2 => Office::Retired,
            3 => Office::Removed,
            _ => Office::None,
        };
        Self {
            root,
            office,
            every_type: every_type != 0,
            distrusted_since: seconds([a, b, c, d, e]),
            distrusted_at: seconds([f, g, h, i, j]),
        }
    }

    pub(crate) fn is_distrusted(&self) -> bool {
        self.distrusted_at != 0
    }

    /// Whether it signs for the issuer now.
    pub(crate) fn is_active(&self) -> bool {
        self.office == Office::Current && !self.is_distrusted()
    }

    /// When it was decided that what the key did at the time `at` doesn't count; [`u64::MAX`] if it counts.
    pub(crate) fn voids(&self, at: u64) -> u64 {
        if self.is_distrusted() && at >= self.distrusted_since { self.distrusted_at } else { u64::MAX }
    }
}

/// A time of up to 40 bits.
fn time(seconds: u64) -> [u8; 5] {
    let [_, _, _, a, b, c, d, e] = seconds.min(LATEST_EXPIRY).to_be_bytes();
    [a, b, c, d, e]
}

fn seconds([a, b, c, d, e]: [u8; 5]) -> u64 {
    u64::from_be_bytes([0, 0, 0, a, b, c, d, e])
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
        let standing = Standing {
            holder: ALICE,
            expires_at: 0x01_0203_0405,
            revoked: true,
            rebinding: false,
            lapses: 0x1011,
            renewals: 6,
            rebinds: 7,
            position: 0x0008_090a,
        };
        let expected = b256!("0102030405 9011 06 07 08090a a11ce00000000000000000000000000000000001");
        assert_eq!(standing.pack(), expected);
        let moving = Standing { revoked: false, rebinding: true, lapses: LAPSES_MAX, ..standing };
        let expected = b256!("0102030405 7fff 06 07 08090a a11ce00000000000000000000000000000000001");
        assert_eq!(moving.pack(), expected);
        let lapse = Lapse { from: 0x0102_0304_0506_0708, until: 0x1112_1314_1516_1718 };
        let expected = b256!("00000000000000000000000000000000 0102030405060708 1112131415161718");
        assert_eq!(pack_lapse(&lapse), expected);
        let acceptance =
            Acceptance { key: ALICE, accepted_at: 0x0102_0304_0506, issued_at: 0x1112_1314_1516 };
        let expected = b256!("010203040506 111213141516 a11ce00000000000000000000000000000000001");
        assert_eq!(acceptance.pack(), expected);
        let change = Change { key: ALICE, accepted_at: 0x01_0203_0405, expired_at: 0x11_1213_1415 };
        let expected = b256!("0102030405 1112131415 0000 a11ce00000000000000000000000000000000001");
        assert_eq!(change.pack(), expected);
        let revocation = Revocation { by: ALICE, at: 0x0102_0304_0506_0708, reason: 9 };
        let expected = b256!("0102030405060708 09 000000 a11ce00000000000000000000000000000000001");
        assert_eq!(revocation.pack(), expected);
        let key = Key { root: ALICE, office: Office::Current, every_type: true, ..Key::default() };
        assert_eq!(key.pack(), b256!("01 01 0000000000 0000000000 a11ce00000000000000000000000000000000001"));
        let key = Key {
            office: Office::Retired,
            every_type: false,
            distrusted_since: 0x01_0203_0405,
            distrusted_at: 0x11_1213_1415,
            ..key
        };
        assert_eq!(key.pack(), b256!("02 00 0102030405 1112131415 a11ce00000000000000000000000000000000001"));
        assert_eq!(Key { office: Office::Removed, ..key }.pack()[0], 3);
    }

    #[test]
    fn a_key_voids_what_it_did_since_it_is_distrusted() {
        let key = Key { root: ALICE, office: Office::Current, ..Key::default() };
        assert!(key.is_active());
        assert_eq!((key.voids(0), key.voids(u64::MAX)), (u64::MAX, u64::MAX));
        let stolen = Key { distrusted_since: 100, distrusted_at: 500, ..key };
        assert!(!stolen.is_active());
        assert_eq!([99, 100, 600].map(|at| stolen.voids(at)), [u64::MAX, 500, 500]);
        let from_the_start = Key { distrusted_since: 0, ..stolen };
        assert_eq!(from_the_start.voids(0), 500);
        assert!(!Key { office: Office::Retired, ..key }.is_active());
    }

    proptest! {
        #[test]
        fn unpacking_undoes_packing(
            address: [u8; 20],
            time: u64,
            early in 0..1u64 << 40,
            late in 0..1u64 << 40,
            number: u8,
            other: u8,
            position in 0..HELD_MAX,
            lapses in 0..=LAPSES_MAX,
            this: bool,
            that: bool,
        ) {
            let address = Address::from(address);
            let standing = Standing {
                holder: address,
                expires_at: early,
                revoked: this,
                rebinding: that,
                lapses,
                renewals: number,
                rebinds: other,
                position,
            };
            prop_assert_eq!(Standing::unpack(standing.pack()), standing);
            let acceptance = Acceptance { key: address, accepted_at: late << 8, issued_at: early << 8 };
            prop_assert_eq!(Acceptance::unpack(acceptance.pack()), acceptance);
            let change = Change { key: address, accepted_at: late, expired_at: early };
            prop_assert_eq!(Change::unpack(change.pack()), change);
            let lapse = Lapse { from: early, until: time };
            prop_assert_eq!(unpack_lapse(pack_lapse(&lapse)), lapse);
            let revocation = Revocation { by: address, at: time, reason: number };
            prop_assert_eq!(Revocation::unpack(revocation.pack()), revocation);
            for office in [Office::None, Office::Current, Office::Retired, Office::Removed] {
                let key = Key {
                    root: address,
                    office,
                    every_type: this,
                    distrusted_since: early,
                    distrusted_at: late,
                };
                prop_assert_eq!(Key::unpack(key.pack()), key);
            }
        }
    }
}
