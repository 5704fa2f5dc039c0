//! What the chain remembers of an activated program: one packed word (§2.7) and its age (§2.8).

use crate::arbos::{
    packed::{Packer, Unpacker},
    params::StylusParams,
};
use alloy_primitives::B256;

/// Unix second from which activation hours are counted.
pub(super) const EPOCH: u64 = 1_421_388_000;
const SECONDS_PER_HOUR: u64 = 3_600;
const SECONDS_PER_DAY: u64 = 86_400;
/// Machine code is booked in units of so many bytes.
const KIB: u32 = 1_024;

/// A program's record, by code hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProgramRecord {
    /// Stylus version that it was activated for; 0 if it never was.
    pub version: u16,
    /// Gas of an uncached entry before scaling.
    pub init_cost: u16,
    /// Gas of a cached entry before scaling.
    pub cached_cost: u16,
    /// Memory pages that it starts with.
    pub footprint: u16,
    /// Whole hours between Unix second 1 421 388 000 and its activation, 24 bits.
    pub activated_at: u32,
    /// Estimated size of its machine code in KiB, 24 bits.
    pub asm_kib: u32,
    /// Flagged as cached by a cache manager.
    pub cached: bool,
}

impl ProgramRecord {
    pub(super) fn pack(&self) -> B256 {
        let mut word = Packer::default();
        word.push(&self.version.to_be_bytes());
        word.push(&self.init_cost.to_be_bytes());
        word.push(&self.cached_cost.to_be_bytes());
        word.push(&self.footprint.to_be_bytes());
        word.push(&self.activated_at.to_be_bytes()[1..]);
        word.push(&self.asm_kib.to_be_bytes()[1..]);
        word.push(&[u8::from(self.cached)]);
        word.word
    }

    pub(super) fn unpack(word: B256) -> Self {
        let mut fields = Unpacker::new(word);
        Self {
            version: fields.take(2) as u16,
            init_cost: fields.take(2) as u16,
            cached_cost: fields.take(2) as u16,
            footprint: fields.take(2) as u16,
            activated_at: fields.take(3),
            asm_kib: fields.take(3),
            cached: fields.take(1) != 0,
        }
    }

    /// Estimated size of its machine code, bytes.
    #[must_use]
    pub fn asm_size(&self) -> u32 {
        self.asm_kib.saturating_mul(KIB)
    }

    /// Gas of entering it, memory apart (§5.1). From Stylus version 2 on, which all ArbOS versions on offer have, the
    /// cached part is always paid.
    #[must_use]
    pub fn entry_gas(&self, params: &StylusParams, cached: bool) -> u64 {
        let rules = params.init_rules();
        let init = if cached { 0 } else { rules.init_gas(self.init_cost) };
        rules.cached_gas(self.cached_cost) + init
    }

    /// Seconds since the start of the hour in which it was activated.
    #[must_use]
    pub fn age(&self, now: u64) -> u64 {
        now.saturating_sub(EPOCH + u64::from(self.activated_at) * SECONDS_PER_HOUR)
    }

    /// Whether its activation has run out.
    #[must_use]
    pub fn expired(&self, params: &StylusParams, now: u64) -> bool {
        self.age(now) > lifetime(params)
    }

    /// Seconds until it expires; zero once it has.
    #[must_use]
    pub fn time_left(&self, params: &StylusParams, now: u64) -> u64 {
        lifetime(params).saturating_sub(self.age(now))
    }

    /// Whether it is old enough to be prolonged.
    pub(super) fn may_be_kept_alive(&self, params: &StylusParams, now: u64) -> bool {
        self.age(now) >= u64::from(params.keepalive_days) * SECONDS_PER_DAY
    }
}

/// Seconds that an activation lasts.
fn lifetime(params: &StylusParams) -> u64 {
    u64::from(params.expiry_days) * SECONDS_PER_DAY
}

/// The 24-bit hour of a Unix second.
pub(super) fn hour(now: u64) -> u32 {
    const HOURS: u64 = (1 << 24) - 1;
    (now.saturating_sub(EPOCH) / SECONDS_PER_HOUR).min(HOURS) as u32
}

/// Machine code of `bytes` bytes in KiB, rounded up: at most 2^22, so that it fits its 24 bits.
pub(super) fn kib(bytes: u32) -> u32 {
    bytes.div_ceil(KIB)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arbos::Version;
    use alloy_primitives::hex;

    const DAY: u64 = SECONDS_PER_DAY;

    fn params() -> StylusParams {
        StylusParams::defaults(Version::of(51).expect("the table has it"))
    }

    /// Read from the storage of a Nitro node.
    #[test]
    fn packing_matches_a_recorded_word() {
        let word = B256::new(hex!("00030028000b00010195d90001f7000000000000000000000000000000000000"));
        let record = ProgramRecord {
            version: 3,
            init_cost: 40,
            cached_cost: 11,
            footprint: 1,
            activated_at: 0x0001_95d9,
            asm_kib: 503,
            cached: false,
        };
        assert_eq!(record.pack(), word);
        assert_eq!(ProgramRecord::unpack(word), record);
        let flagged = ProgramRecord { cached: true, ..record };
        assert_eq!(ProgramRecord::unpack(flagged.pack()), flagged);
    }

    #[test]
    fn age_starts_with_the_hour_of_activation() {
        let now = EPOCH + 5 * 3_600 + 3_599;
        let record = ProgramRecord { activated_at: hour(now), ..Default::default() };
        assert_eq!(record.activated_at, 5);
        assert_eq!(record.age(now), 3_599);
        assert_eq!(record.time_left(&params(), now), 365 * DAY - 3_599);
        assert_eq!(record.age(0), 0);
        assert_eq!(hour(0), 0);
        assert_eq!(hour(u64::MAX), 0x00ff_ffff);
    }

    #[test]
    fn expiry_comes_one_second_after_the_last_day() {
        let record = ProgramRecord::default();
        assert!(!record.expired(&params(), EPOCH + 365 * DAY));
        assert!(record.expired(&params(), EPOCH + 365 * DAY + 1));
    }

    #[test]
    fn keepalive_opens_with_its_day() {
        let record = ProgramRecord::default();
        assert!(!record.may_be_kept_alive(&params(), EPOCH + 31 * DAY - 1));
        assert!(record.may_be_kept_alive(&params(), EPOCH + 31 * DAY));
    }

    #[test]
    fn machine_code_is_rounded_up_to_kib() {
        assert_eq!(kib(723_828), 707);
        assert_eq!(ProgramRecord { asm_kib: 707, ..Default::default() }.asm_size(), 723_968);
        assert_eq!(kib(u32::MAX), 1 << 22);
    }
}
