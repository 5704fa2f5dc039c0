use super::source::Crate;
use super::*;

/// `kit` as far as storage needs it.
const KIT: &str = r#"
    impl StorageType for Word { type Wraps<'a> = B256; }
    impl<const N: usize> StorageType for Words<N> { const REQUIRED_SLOTS: usize = N; }
    impl<K: Key> StorageType for WordMap<K> {}
    impl<S: Namespace> StorageType for Namespaced<S> { const SLOT_BYTES: usize = 0; const REQUIRED_SLOTS: usize = 0; }

    /// Layout v1, namespace `air.storage.Ownership`:
    ///
    /// | slot | field | content |
    /// |---|---|---|
    /// | 0 | `owner` | tenure (96), owner (160) |
    #[storage]
    pub struct Ownership { owner: Word }
    impl Namespace for Ownership { const ID: &'static str = "air.storage.Ownership"; }
    #[storage]
    pub struct Authority { ownership: Namespaced<Ownership> }

    /// | slot | field | content |
    /// |---|---|---|
    /// | 0 | `balances` | holder → base units |
    /// | 1 | `allowances` | owner → spender → base units |
    #[storage]
    pub struct Erc20 { balances: WordMap<Address>, allowances: WordMap<(Address, Address)> }

    #[cfg(test)]
    mod tests { #[storage] struct Ownership { other: Word } }
"#;

/// A contract behind a proxy.
const REGISTRY: &str = r#"
    #[storage]
    #[entrypoint]
    pub struct Registry { ownership: Namespaced<Ownership>, records: Namespaced<Records> }

    /// Layout v1, namespace `air.storage.Registry`:
    ///
    /// | slot | field | content |
    /// |---|---|---|
    /// | 0 | `fee` | 96 bits free, fee (160, wei) |
    /// | 1, 2 | `row` | two words |
    /// | 3 | `standings` | id → [`Standing`] |
    /// | 4 | `nonces` | issuer → word → 256 nonces |
    #[storage]
    struct Records {
        fee: Word,
        row: Words<LENGTH>,
        standings: WordMap<B256>,
        nonces: WordMap<(Address, U256)>,
    }
    impl Namespace for Records { const ID: &'static str = "air.storage.Registry"; }
    const LENGTH: usize = (3 * 4) / 6;

    /// | bytes | 5 | 7 | 20 |
    /// |---|---|---|---|
    /// | | `expires_at` | free | `holder` |
    struct Standing {}
"#;

fn krate(name: &str, text: &str) -> Crate {
    let mut krate = Crate { name: name.to_owned(), ..Crate::default() };
    krate.absorb(text).unwrap();
    krate
}

fn read(text: &str) -> Result<Option<Layout>> {
    slots::layout(&krate("registry", text), &[krate("kit", KIT)])
}

fn layout(text: &str) -> Layout {
    read(text).unwrap().unwrap()
}

fn refusal(text: &str) -> String {
    format!("{:#}", read(text).unwrap_err())
}

/// The registry with one text in place of another, which it has once.
fn edited(from: &str, to: &str) -> String {
    assert_eq!(REGISTRY.matches(from).count(), 1, "{from}");
    REGISTRY.replace(from, to)
}

/// The lines of a table as documentation.
fn row(line: &str) -> String {
    format!("    /// {line}\n    #[storage]\n    struct Records")
}

fn kinds(text: &str) -> Vec<(Kind, String)> {
    let changes = changes(&layout(REGISTRY), &layout(text));
    changes.into_iter().map(|change| (change.kind, change.what)).collect()
}

fn one(kind: Kind, what: &str) -> Vec<(Kind, String)> {
    vec![(kind, format!("air.storage.Registry {what}"))]
}

#[test]
fn a_struct_of_namespaces_alone_has_nothing_where_it_stands() {
    let grouped = edited("ownership: Namespaced<Ownership>", "authority: Authority");
    assert_eq!(layout(&grouped), layout(REGISTRY));
}

#[test]
fn fields_lie_where_the_sdk_puts_them() {
    let layout = layout(REGISTRY);
    assert_eq!((layout.contract.as_str(), layout.upgradeable), ("Registry", true));
    let ids: Vec<_> = layout.namespaces.keys().map(String::as_str).collect();
    assert_eq!(ids, ["air.storage.Ownership", "air.storage.Registry"]);
    let found: Vec<_> = layout
        .storage
        .iter()
        .map(|entry| (entry.slot, entry.bytes, &*entry.label, &*entry.of_type))
        .collect();
    let expected = [
        (0, 32, "owner", "word"),
        (0, 32, "fee", "word"),
        (1, 64, "row", "word[2]"),
        (3, 32, "standings", "mapping(bytes32 => word)"),
        (4, 32, "nonces", "mapping(address => mapping(uint256 => word))"),
    ];
    assert_eq!(found, expected);
    let part = |shift, bits, label: &str| Part { shift, bits, label: label.to_owned(), unit: None };
    assert_eq!(layout.storage[0].parts, [part(160, 96, "tenure"), part(0, 160, "owner")]);
    assert_eq!(layout.storage[3].parts, [part(216, 40, "expires_at"), part(0, 160, "holder")]);
    assert_eq!(layout.storage[1].parts[0].unit.as_deref(), Some("wei"));
}

#[test]
fn a_contract_without_proxy_has_slots_from_0_on_and_the_fields_of_its_parts() {
    let token = layout(
        r#"
        /// | slot | field | content |
        /// |---|---|---|
        /// | 0 | `supply` | in base units |
        /// | 1, 2 | `erc20` | holder → balance; owner → spender → allowance |
        /// | 3 | `small` | |
        /// | 3 | `flag` | |
        /// | 4 | `large` | |
        #[storage]
        #[entrypoint]
        pub struct Token {
            supply: Word, erc20: Erc20, small: StorageU64, flag: StorageBool, large: StorageB256,
            phantom: PhantomData<u8>,
        }
        "#,
    );
    assert!(!token.upgradeable);
    let found: Vec<_> = token.storage.iter().map(|entry| (entry.slot, entry.offset, &*entry.label)).collect();
    let expected = [
        (0, 0, "supply"),
        (1, 0, "erc20.balances"),
        (2, 0, "erc20.allowances"),
        (3, 0, "small"),
        (3, 8, "flag"),
        (4, 0, "large"),
    ];
    assert_eq!(found, expected);
    assert_eq!(token.storage[4].of_type, "bool");
    assert_eq!(token.storage[5].of_type, "bytes32");
    assert_eq!(token.place(&token.storage[2]).unwrap(), plus([0; 32], 2));
}

#[test]
fn a_struct_and_a_record_may_be_of_other_crates() {
    let core = r#"
        /// | slot | field | content |
        /// |---|---|---|
        /// | 0 | `live` | `math::history::Live`; and a remark |
        /// | 1 … 9 | `ring` | one [`Live`] an hour |
        #[storage]
        pub struct Market { live: Word, ring: Words<PLACES> }
        const PLACES: usize = 9;
    "#;
    let math = r#"
        /// | bits | 135 | 121 |
        /// |---|---|---|
        /// | | hours | total |
        pub struct Live {}
    "#;
    let pool = r#"
        /// | slot | field | content |
        /// |---|---|---|
        /// | 0 … 9 | `market` | [`Market`] |
        #[storage]
        #[entrypoint]
        pub struct Pool { market: Market }
    "#;
    let read = |pool: &str, core: &str| {
        slots::layout(&krate("pool", pool), &[krate("kit", KIT), krate("math", math), krate("core", core)])
    };
    let layout = read(pool, core).unwrap().unwrap();
    let [live, ring] = &layout.storage[..] else { panic!("{layout:?}") };
    assert_eq!((ring.label.as_str(), ring.slot, ring.of_type.as_str()), ("market.ring", 1, "word[9]"));
    assert_eq!((live.parts[1].shift, live.parts[1].bits), (0, 121));
    assert_eq!(live.parts, ring.parts);
    let refusal = |pool: &str, core: &str| format!("{:#}", read(pool, core).unwrap_err());
    assert!(refusal(&pool.replace('9', "8"), core).contains("says 0 … 8, and it is in 0 … 9"));
    assert!(refusal(pool, &core.replace("1 … 9", "1 … 10")).contains("says 1 … 10, and it is in 1 … 9"));
    assert!(refusal(pool, &core.replace("[`Live`]", "[`Lives`]")).contains("neither Lives nor pack_lives"));
}

/// A pool runs the code of both on one storage.
#[test]
fn the_two_programs_of_a_pool_have_one_layout() {
    let contracts = crate::repo::root().unwrap().join("contracts");
    let storage = |folder| Layout::of(&contracts, folder).unwrap().unwrap().storage;
    assert_eq!(storage("pool"), storage("pool-extension"));
}

#[test]
fn a_contract_that_stores_nothing_has_no_layout() {
    assert_eq!(read("#[storage] #[entrypoint] pub struct Lens {}").unwrap(), None);
    assert!(read("pub struct Lens {}").is_err());
}

#[test]
fn namespaces_begin_where_the_standard_says() {
    // ERC-7201's own example.
    let expected = "0x183a6125c38840424c4a85fa12bab2ab606c4b6d0e7cc73c0c06ba5300eab500";
    assert_eq!(written(root_of("example.main")), expected);
    assert_eq!(word(expected), Some(root_of("example.main")));
    let layout = layout(REGISTRY);
    let place = layout.place(&layout.storage[4]).unwrap();
    assert_eq!(written(place)[..64], written(root_of("air.storage.Registry"))[..64]);
    assert_eq!(place[31], 4);
    assert_eq!(minus_one([0; 32]), [0xff; 32]);
    assert_eq!(plus([0xff; 32], 1), [0; 32]);
    for text in ["", "0x", "0xzz", "183a"] {
        assert_eq!(word(text), None, "{text}");
    }
}

#[test]
fn slot_tables_that_are_not_true_are_refused() {
    let wrong = |from: &str, to: &str| refusal(&edited(from, to));
    assert!(wrong("| 3 | `standings`", "| 4 | `standings`").contains("says 4, and it is in 3"));
    assert!(wrong("| 1, 2 | `row`", "| 1 | `row`").contains("says 1, and it is in 1, 2"));
    assert!(wrong("| `fee` |", "| `fees` |").contains("`fees` in its place"));
    assert!(wrong("issuer → word →", "issuer →").contains("1 keys, and it has 2"));
    assert!(wrong("fee (160", "fee (168").contains("264 bits"));
    assert!(wrong("| bytes | 5 |", "| bytes | 6 |").contains("264 bits"));
    assert!(wrong("[`Standing`]", "[`Standings`]").contains("neither Standings nor pack_standings"));
    assert!(wrong("namespace `air.storage.Registry`", "").contains("doesn't say that its namespace"));
    let with_row = edited("    #[storage]\n    struct Records", &row("| 5 | `more` | more |"));
    assert!(refusal(&with_row).contains("a row `more` and there is no such field"));
    assert!(wrong("fee: Word,", "fee: Word, more: Word,").contains("`row` in its place"));
}

#[test]
fn what_is_not_known_is_refused_by_name() {
    let wrong = |from: &str, to: &str| refusal(&edited(from, to));
    assert!(wrong("fee: Word", "fee: StorageString").contains("how a StorageString is stored"));
    assert!(wrong("WordMap<B256>", "WordMap<u64>").contains("u64 is no key"));
    assert!(wrong("(3 * 4) / 6", "LENGTHS").contains("LENGTHS"));
    let shared = edited("\"air.storage.Registry\"", "\"air.storage.Ownership\"");
    let shared = shared.replace("namespace `air.storage.Registry`", "namespace `air.storage.Ownership`");
    assert!(refusal(&shared).contains("two parts share the namespace"));
    let mixed = edited("ownership: Namespaced<Ownership>", "ownership: Ownership");
    assert!(refusal(&mixed).contains("no row for it"), "{}", refusal(&mixed));
    let mixed = edited(
        "#[storage]\n    #[entrypoint]",
        "/// | slot | field | content |\n/// |---|---|---|\n/// | 0 | `ownership` | all |\n#[storage]\n    #[entrypoint]",
    );
    let mixed = mixed.replace("ownership: Namespaced<Ownership>", "ownership: Ownership");
    assert!(refusal(&mixed).contains("fields beside them"), "{}", refusal(&mixed));
}

#[test]
fn nothing_changed_is_no_change() {
    assert_eq!(kinds(REGISTRY), []);
    let json = serde_json::to_string_pretty(&layout(REGISTRY)).unwrap();
    assert_eq!(serde_json::from_str::<Layout>(&json).unwrap(), layout(REGISTRY));
}

#[test]
fn an_appended_field_is_safe() {
    let text = edited("    #[storage]\n    struct Records", &row("| 5 | `notes` | id → note |"));
    let text = text.replace(
        "nonces: WordMap<(Address, U256)>,",
        "nonces: WordMap<(Address, U256)>, notes: WordMap<B256>,",
    );
    assert_eq!(kinds(&text), one(Kind::Appended, "notes"));
    assert_eq!(Kind::Appended.safety(), Safety::Safe);
}

#[test]
fn an_inserted_field_breaks_what_it_displaces() {
    let text = edited("| 3 | `standings`", "| 3 | `notes` | id → note |\n    /// | 4 | `standings`");
    let text = text.replace("| 4 | `nonces`", "| 5 | `nonces`");
    let text = text.replace("standings: WordMap<B256>,", "notes: WordMap<B256>, standings: WordMap<B256>,");
    let expected = [one(Kind::Moved, "standings"), one(Kind::Moved, "nonces"), one(Kind::Inserted, "notes")];
    assert_eq!(kinds(&text), expected.concat());
    assert_eq!(Kind::Moved.safety(), Safety::Breaks);
    assert_eq!(Kind::Inserted.safety(), Safety::Breaks);
}

#[test]
fn a_field_that_is_gone_breaks_and_a_retired_one_does_not() {
    let text = edited("    /// | 4 | `nonces` | issuer → word → 256 nonces |\n", "");
    let text = text.replace("nonces: WordMap<(Address, U256)>,", "");
    assert_eq!(kinds(&text), one(Kind::Removed, "nonces"));
    assert_eq!(Kind::Removed.safety(), Safety::Breaks);

    let text = REGISTRY
        .replace("nonces: WordMap", "_retired_nonces: WordMap")
        .replace("`nonces`", "`_retired_nonces`");
    assert_eq!(kinds(&text), one(Kind::Retired, "nonces"));
    assert_eq!(Kind::Retired.safety(), Safety::Safe);
}

#[test]
fn another_name_asks_for_a_review() {
    let text = REGISTRY.replace("nonces: WordMap", "used: WordMap").replace("`nonces`", "`used`");
    assert_eq!(kinds(&text), one(Kind::Renamed, "nonces"));
    assert_eq!(kinds(&edited("`expires_at`", "`until`")), one(Kind::Renamed, "standings: expires_at"));
    assert_eq!(Kind::Renamed.safety(), Safety::Review);
}

#[test]
fn another_type_breaks() {
    let text = edited("nonces: WordMap<(Address, U256)>", "nonces: WordMap<(Address, B256)>");
    assert_eq!(kinds(&text), one(Kind::Retyped, "nonces"));
    assert_eq!(kinds(&edited("fee (160, wei)", "fee (160, gwei)")), one(Kind::Retyped, "fee: fee"));
    let whole = edited("96 bits free, fee (160, wei)", "the fee");
    assert_eq!(kinds(&whole), one(Kind::Retyped, "fee"));
    // Under another name, too.
    let text = edited("nonces: WordMap<(Address, U256)>", "used: WordMap<Address>");
    let text = text.replace("`nonces` | issuer → word →", "`used` | issuer →");
    assert_eq!(kinds(&text), one(Kind::Retyped, "nonces"));
    assert_eq!(Kind::Retyped.safety(), Safety::Breaks);
}

#[test]
fn parts_of_a_word_are_compared_like_fields() {
    let parts = |widths: &str, names: &str| {
        let text = edited("| bytes | 5 | 7 | 20 |", &format!("| bytes | {widths} |"));
        let text = text.replace("| | `expires_at` | free | `holder` |", &format!("| | {names} |"));
        kinds(&text.replace("|---|---|---|---|\n    /// | | `exp", "|---|---|\n    /// | | `exp"))
    };
    let marks = one(Kind::Filled, "standings: marks");
    assert_eq!(parts("5 | 1 | 6 | 20", "`expires_at` | marks | free | `holder`"), marks);
    assert_eq!(Kind::Filled.safety(), Safety::Safe);
    let moved = one(Kind::Moved, "standings: expires_at");
    assert_eq!(parts("7 | 5 | 20", "free | `expires_at` | `holder`"), moved);
    let grown = one(Kind::Retyped, "standings: expires_at");
    assert_eq!(parts("6 | 6 | 20", "`expires_at` | free | `holder`"), grown);
    assert_eq!(parts("5 | 7 | 20", "free | free | `holder`"), one(Kind::Removed, "standings: expires_at"));
    let displaced = [one(Kind::Removed, "standings: expires_at"), one(Kind::Inserted, "standings: marks")];
    assert_eq!(parts("1 | 11 | 20", "marks | free | `holder`"), displaced.concat());
}

#[test]
fn another_namespace_loses_everything_in_it() {
    let text = REGISTRY.replace("air.storage.Registry", "air.storage.Registry2");
    let labels = ["fee", "row", "standings", "nonces"];
    let expected: Vec<_> = labels.iter().flat_map(|label| one(Kind::Moved, label)).collect();
    assert_eq!(kinds(&text), expected);
}

#[test]
fn a_contract_cannot_move_out_of_its_proxy() {
    let with = layout(REGISTRY);
    let without = Layout { upgradeable: false, ..with.clone() };
    let found = changes(&with, &without);
    assert_eq!((found.len(), found[0].kind.safety()), (1, Safety::Breaks));
}

#[test]
fn every_kind_says_what_to_do() {
    let kinds = [
        Kind::Appended,
        Kind::Filled,
        Kind::Retired,
        Kind::Renamed,
        Kind::Moved,
        Kind::Retyped,
        Kind::Removed,
        Kind::Inserted,
        Kind::Housed,
    ];
    for kind in kinds {
        assert_eq!(kind.advice().starts_with("safe"), kind.safety() != Safety::Breaks, "{kind}");
    }
}
