//! Where ArbOS keeps its values: spaces in the storage of one account (§2.7).
//!
//! A space is named by the path of ids that leads to it. Its key is the hash of its parent's key and its own id; the
//! slot of a value keeps the last byte of the value's key, so 256 neighbours share one hash. Fixed spaces are constants
//! here, hashes included, because every call of a program reads some of them.

use super::{Ledger, STATE_ACCOUNT, gas};
use alloy_primitives::{Address, B256, Keccak256, U256, b256};
use gas::Meter;

/// A slot in the storage of [`STATE_ACCOUNT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot(pub(super) B256);

/// A set of slots of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Space {
    /// Hashed in front of everything below; the root space has none.
    key: Option<B256>,
    /// The slot of the key zero: its neighbours differ in the last byte.
    page: B256,
}

impl Space {
    /// The slot of a field by its number.
    pub(super) const fn field(&self, number: u8) -> Slot {
        let mut slot = self.page.0;
        slot[31] = number;
        Slot(B256::new(slot))
    }

    /// A space below this one, for those that a call seldom needs.
    pub(super) fn child(&self, id: &[u8]) -> Self {
        let key = hash(self.key, id);
        let mut page = hash(Some(key), &[0; 31]);
        page[31] = 0;
        Self { key: Some(key), page }
    }

    /// The slot of any key.
    pub(super) fn slot(&self, key: B256) -> Slot {
        let mut slot = hash(self.key, &key[..31]);
        slot[31] = key[31];
        Slot(slot)
    }

    /// The slot of a number that may outgrow one byte.
    pub(super) fn index(&self, number: u64) -> Slot {
        match u8::try_from(number) {
            Ok(number) => self.field(number),
            Err(_) => self.slot(U256::from(number).into()),
        }
    }
}

/// `keccak256(prefix ‖ tail)`.
fn hash(prefix: Option<B256>, tail: &[u8]) -> B256 {
    let mut hasher = Keccak256::new();
    if let Some(prefix) = prefix {
        hasher.update(prefix);
    }
    hasher.update(tail);
    hasher.finalize()
}

/// The ledger with somebody who pays for what is done to it.
pub(super) struct Store<'a, M> {
    pub(super) ledger: &'a mut dyn Ledger,
    pub(super) meter: M,
}

impl<'a> Store<'a, gas::Free> {
    /// For the chain itself.
    pub(super) fn free(ledger: &'a mut dyn Ledger) -> Self {
        Self { ledger, meter: gas::Free }
    }
}

impl<M: Meter> Store<'_, M> {
    pub(super) fn burn(&mut self, gas: u64) -> Result<(), M::Stop> {
        self.meter.burn(gas)
    }

    /// Fails unless `gas` is left, as if it had been burned; takes nothing otherwise.
    pub(super) fn require(&mut self, gas: u64) -> Result<(), M::Stop> {
        self.meter.require(gas)
    }

    pub(super) fn read(&mut self, slot: Slot) -> Result<B256, M::Stop> {
        self.burn(gas::STORAGE_READ)?;
        Ok(self.ledger.load(STATE_ACCOUNT, slot.0))
    }

    pub(super) fn write(&mut self, slot: Slot, value: B256) -> Result<(), M::Stop> {
        self.burn(if value.is_zero() { gas::STORAGE_CLEAR } else { gas::STORAGE_WRITE })?;
        self.ledger.store(STATE_ACCOUNT, slot.0, value);
        Ok(())
    }

    pub(super) fn read_uint(&mut self, slot: Slot) -> Result<U256, M::Stop> {
        self.read(slot).map(Into::into)
    }

    pub(super) fn write_uint(&mut self, slot: Slot, value: U256) -> Result<(), M::Stop> {
        self.write(slot, value.into())
    }

    /// Reads a number that only [`Store::write_u64`] writes; a larger one, put there from outside, saturates.
    pub(super) fn read_u64(&mut self, slot: Slot) -> Result<u64, M::Stop> {
        self.read_uint(slot).map(|value| value.saturating_to())
    }

    pub(super) fn write_u64(&mut self, slot: Slot, value: u64) -> Result<(), M::Stop> {
        self.write_uint(slot, U256::from(value))
    }

    pub(super) fn read_address(&mut self, slot: Slot) -> Result<Address, M::Stop> {
        self.read(slot).map(Address::from_word)
    }

    pub(super) fn write_address(&mut self, slot: Slot, value: Address) -> Result<(), M::Stop> {
        self.write(slot, value.into_word())
    }
}

/// The chain as a whole.
const ROOT: Space =
    Space { key: None, page: b256!("15fed0451499512d95f3ec5a41c878b9de55f21878b5b4e190d4667ec709b400") };

macro_rules! spaces {
    ($($(#[$doc:meta])* $name:ident = [$($id:literal),*], $key:literal, $page:literal;)*) => {
        $(
            $(#[$doc])*
            pub(super) const $name: Space = Space { key: Some(b256!($key)), page: b256!($page) };
        )*

        /// Every fixed space with the path of ids that its constants must follow from.
        #[cfg(test)]
        const SPACES: &[(&str, &[u8], Space)] =
            &[("ROOT", &[], ROOT), $((stringify!($name), &[$($id),*], $name)),*];
    };
}

// Path of one-byte ids, key, page.
spaces! {
    /// What the L1 part of the fee is made of.
    L1_PRICING = [0],
        "bc36789e7a1e281436464229828f817d6612f7b477d66591ff96a9e064bcc98a",
        "a9f6f085d78d1d37c5819e5c16c9e03198bd14e08cd1f6f8191bc6207b9e9700";
    /// What is owed to those who post batches; nobody does on a dev chain.
    BATCH_POSTERS = [0, 0],
        "a7d489980df70070e6f02eaa41af05d1f1b01241baec163d31e2226bdd480ebd",
        "33f46529933152e1782e51b69b5bebb0810705b1e56844f07ef4225ddbc0d700";
    /// The batch posters themselves.
    BATCH_POSTER_LIST = [0, 0, 0],
        "8dce731bafbe553626d71b558af9eec376302ce1e31622197caad572d6e5db8a",
        "19cc27d300234c0bd290398e6aaf8b7680a1006d08dc01e871b6d473bc9d6000";
    /// Index of each batch poster in the list.
    BATCH_POSTERS_BY_ADDRESS = [0, 0, 0, 0],
        "85c8a782edd976169e2858d5df50c27637b5fdac5c8990dbd4089c7b8d4b2d9c",
        "3f4a0d9db9dc9aee88e70a7379fdb477438c6252bea17ee5edadbf3fac2b5500";
    /// A space for each batch poster by its address.
    BATCH_POSTER_INFO = [0, 0, 1],
        "dbf9cca4ed265bd7e9b58952b243c801d9e4c03696c25dcb7e6c410f8cba4b00",
        "a0b2533a0fde4da8cc84975449b83589c52fa69aee289a76796670df742c0c00";
    /// Base fee, backlog, limits.
    L2_PRICING = [1],
        "5fe7f977e71dba2ea1a68e21057beebb9be2ac30c6410aa38d4f3fbe41dcffd2",
        "e54de2a4cdacc0a0059d2b6e16348103df8c4aff409c31e40ec73d11926c8200";
    /// Short names of addresses.
    ADDRESS_TABLE = [3],
        "69c322e3248a5dfc29d73c5b0553b0185a35cd5bb6386747517ef7e53b15e287",
        "d67fcbdb5ccc9c47c8fd6cc1963c044325ad7e5e8b81b7d4b400c61ffc317300";
    /// Who may call `ArbOwner`.
    CHAIN_OWNERS = [4],
        "f343681465b9efe82c933c3e8748c70cb8aa06539c361de20f72eac04e766393",
        "41e0d7d38ffe0727248ee6ed6ea1250b08279ad004e3ab07b7ffe78352d8c400";
    /// Index of each chain owner in the list.
    CHAIN_OWNERS_BY_ADDRESS = [4, 0],
        "461ef513ff88dfcd5cbf236e8071fa84069140df93a4c44947d2e0f62087c818",
        "37192be5664335effab6c4791ad91657d6876466f3466460f6551f43ec46c500";
    /// Accumulator of the messages to the parent chain.
    SEND_MERKLE = [5],
        "dbb8d0f4c497851a5043c6363657698cb1387682cac2f786c731f8936109d795",
        "8ed3c0e39eb17caceecf73012310eda8ac7666f91cbd29ae3a0bd264002b3d00";
    /// L1 blocks that ArbOS knows.
    BLOCK_HASHES = [6],
        "d0591206d9e81e07f4defc5327957173572bcd1bca7838caa7be39b0c12b1873",
        "3c79da47f96b0f39664f73c0a1f350580be90742947dddfa21ba64d578dfe600";
    /// Stylus parameters.
    STYLUS_PARAMS = [8, 0],
        "775fa6b44b1ccbcb652ffedeb311d199288bb735fb219026a5eea161e32bd480",
        "fb3a65ee2a3cc0d9ce98ddab7e30ebb719b46a87b8706ff1bf3aef1dcfb0e300";
    /// Program records by code hash.
    PROGRAM_RECORDS = [8, 1],
        "cab2bcfacd31ed72211059c5457e8ca6b761d9e9aaeae6e0e6be3fa914161560",
        "ad120ac95b41fc0e1cd1f633af55b6908300bc38db86d1da1f22839c99a3ba00";
    /// Module hashes by code hash.
    MODULE_HASHES = [8, 2],
        "8caf8ffab9b73cda0ea6d4dc4dff731ca3c449b409a3479e4ba3641f7a42b08f",
        "2713579f62e42e962311596a5b747bf8c3f112f3e85b0733f44104289cbebe00";
    /// What activation pays per byte of machine code.
    DATA_PRICER = [8, 3],
        "de827a84aaf8d357d300be2bbd6042d499e9c46fee2177c886b958ed8487e9f5",
        "32f3a25635b90f501d25f654cd2ff8f009d6c539bf8691682a31ded63f25ed00";
    /// Who may flag programs as cached.
    CACHE_MANAGERS = [8, 4],
        "afea9c6afea43702f842fc64246e605c221e0c8f9305aca6c29dc1ae68260f4b",
        "c3feb5bda5de37f032af420c09aac98a021186010eb68d237141a37b0bcb1100";
    /// Index of each cache manager in the list.
    CACHE_MANAGERS_BY_ADDRESS = [8, 4, 0],
        "c9b5b988749a3dc2129095aa5adeebbd55154d31622fa70da2ffb707087d6f49",
        "349483ea858de5f7d616b5ea159cdc226cc1693f42f95922489a7bc8f4bdf800";
    /// Extra gas of an activation (ArbOS 60 on).
    ACTIVATION_GAS_SPACE = [8, 5],
        "a4ae1021b1053207e8acefaed4123a29ae26fa1b2a5c713e4ed410cac07f31dd",
        "d6e0f573b510103b170857a1dc1215a71f2b5b33dd994da95b2667a3119eb600";
    /// Switches.
    FEATURE_SPACE = [9],
        "b2e7b7a21d986ae84d62a7de4a916f006c4e42a596358b93bad65492d174c4ff",
        "efc8dd7022cc6868c21a903d9f02794bd02dbc621457d359f75e9f68bc7b1100";
    /// Who may mint the native token (ArbOS 41 on); nobody on a dev chain.
    NATIVE_TOKEN_OWNERS = [10],
        "0ef9d8f8804d174666011a394cab7901679a8944d24249fd148a6a36071151f8",
        "23a75394800fe3109c38dbafb88ebedb71e631a6ede000a9bf894836f5a4af00";
    /// Index of each owner of the native token in the list.
    NATIVE_TOKEN_OWNERS_BY_ADDRESS = [10, 0],
        "d3860f90f8cf7c6804674401e59121916d384aae40c2d94dfe4057de76dce993",
        "ed707406f26ccee7554589e0d1fee5dafac93c16c5d5fc0dbbd3931ff769c000";
}

/// ArbOS version of the chain.
pub(super) const VERSION: Slot = ROOT.field(0);
/// Version that a scheduled upgrade leads to.
pub(super) const UPGRADE_VERSION: Slot = ROOT.field(1);
/// First second at which the scheduled upgrade is due.
pub(super) const UPGRADE_TIMESTAMP: Slot = ROOT.field(2);
/// Who gets the base fees and the data fees of activations.
pub(super) const NETWORK_FEE_ACCOUNT: Slot = ROOT.field(3);
/// Chain id.
pub(super) const CHAIN_ID: Slot = ROOT.field(4);
/// Who gets the infrastructure part of the base fee; nobody on a dev chain.
pub(super) const INFRA_FEE_ACCOUNT: Slot = ROOT.field(6);
/// Brotli level that the L1 part of the fee measures transactions with.
pub(super) const BROTLI_LEVEL: Slot = ROOT.field(7);
/// Whether priority fees are collected, 0 or 1 (ArbOS 60 on).
pub(super) const COLLECT_TIPS: Slot = ROOT.field(11);
/// Flags; bit 0 is EIP-7623's floor price of calldata.
pub(super) const FEATURES: Slot = FEATURE_SPACE.field(0);
/// Extra gas of every activation (ArbOS 60 on).
pub(super) const ACTIVATION_GAS: Slot = ACTIVATION_GAS_SPACE.field(0);
/// The packed Stylus parameters.
pub(super) const PARAMS: Slot = STYLUS_PARAMS.field(0);
/// The newest L1 block number that ArbOS knows.
pub(super) const L1_BLOCK_NUMBER: Slot = BLOCK_HASHES.field(0);

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::keccak256;

    #[test]
    fn constants_follow_from_their_paths() {
        for (name, path, space) in SPACES {
            let mut key: Option<B256> = None;
            for id in *path {
                key = Some(hash(key, &[*id]));
            }
            let mut page = hash(key, &[0; 31]);
            page[31] = 0;
            assert_eq!((space.key, space.page), (key, page), "{name}");
        }
    }

    #[test]
    fn children_follow_from_their_parents() {
        assert_eq!(ROOT.child(&[8]).child(&[1]), PROGRAM_RECORDS);
        assert_eq!(CHAIN_OWNERS.child(&[0]), CHAIN_OWNERS_BY_ADDRESS);
    }

    #[test]
    fn a_slot_keeps_the_last_byte_of_its_key() {
        let key = keccak256("key");
        let slot = PROGRAM_RECORDS.slot(key).0;
        assert_eq!(slot[31], key[31]);
        assert_eq!(slot[..31], hash(PROGRAM_RECORDS.key, &key[..31])[..31]);
    }

    #[test]
    fn fields_and_indices_are_slots_of_small_keys() {
        let word = |n: u64| B256::from(U256::from(n));
        for number in [0, 1, 255, 256, 70_000] {
            assert_eq!(CHAIN_OWNERS.index(number), CHAIN_OWNERS.slot(word(number)));
        }
        assert_eq!(CHAIN_OWNERS.field(7), CHAIN_OWNERS.slot(word(7)));
    }

    /// Slots seen in the storage of a Nitro node.
    #[test]
    fn slots_are_those_of_nitro() {
        let seen = b256!("15fed0451499512d95f3ec5a41c878b9de55f21878b5b4e190d4667ec709b407");
        assert_eq!(BROTLI_LEVEL.0, seen);
        let counter = b256!("b79d69eb88eb2e528629f402fa012ba2a8c84c5b57bd8908f36f067d155f3f91");
        let record = b256!("58161bd169d4c81e3ecedb99416b24c8f52488f5520b48e624536bb15e982291");
        let module_hash = b256!("4901681d4ba8d184935263bbe51f30acfbd903b973b04e3a12bba5c88d0ccc91");
        assert_eq!(PROGRAM_RECORDS.slot(counter).0, record);
        assert_eq!(MODULE_HASHES.slot(counter).0, module_hash);
        let backlog = b256!("e54de2a4cdacc0a0059d2b6e16348103df8c4aff409c31e40ec73d11926c8204");
        assert_eq!(L2_PRICING.field(4).0, backlog);
        let l1_fees = b256!("a9f6f085d78d1d37c5819e5c16c9e03198bd14e08cd1f6f8191bc6207b9e970b");
        assert_eq!(L1_PRICING.field(11).0, l1_fees);
        let l1_number = b256!("3c79da47f96b0f39664f73c0a1f350580be90742947dddfa21ba64d578dfe600");
        assert_eq!(L1_BLOCK_NUMBER.0, l1_number);
    }
}
