//! `docs/evm.md`: the code of proxies and clones, opcode by opcode.
//!
//! The test fails if it isn't what is assembled; `WRITE_LISTING=1 cargo test --manifest-path contracts/Cargo.toml -p kit
//! listing` writes it anew.

use super::*;
use crate::{
    clone,
    evm::{
        listing::{self, Legend},
        op,
    },
};
use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
};
use alloy_primitives::keccak256;
use std::{env, fs, path::Path};

/// What happens where code jumps to.
const PLACES: [(Label, &str); 21] = [
    (FAILED, "fail as the last call did"),
    (NON_PAYABLE, "refuse Ether"),
    (MALFORMED, "refuse arguments"),
    (BAD_IMPLEMENTATION, "refuse the implementation"),
    (BAD_ADMIN, "refuse the admin"),
    (UNINITIALIZED, "refuse to stay uninitialised"),
    (DELEGATE, "delegate"),
    (SUCCEEDED, "return what the implementation returned"),
    (CHANGE_ADMIN, "changeAdmin"),
    (DONE, "done"),
    (ANNOUNCE, "announceProxyCall"),
    (CANCEL, "cancelProxyCall"),
    (LOCK, "lockUpgrades"),
    (ANNOUNCED, "this call is announced"),
    (USED, "use up the announcement"),
    (AUTHORIZED, "may be done"),
    (NOT_ANNOUNCED, "refuse what isn't announced"),
    (TOO_EARLY, "refuse what comes too early"),
    (TOO_LATE, "refuse what comes too late"),
    (NOTHING_ANNOUNCED, "refuse to cancel nothing"),
    (ALREADY_LOCKED, "refuse to lock twice"),
];

/// What is pushed and isn't a number.
fn constant(value: &[u8]) -> Option<String> {
    let named = |known: &[(&[u8], &str)]| {
        known.iter().find(|(bytes, _)| *bytes == value).map(|(_, name)| (*name).to_owned())
    };
    let slots: [(&[u8], &str); 4] = [
        (IMPLEMENTATION_SLOT.as_slice(), "slot of the implementation"),
        (ADMIN_SLOT.as_slice(), "slot of the admin"),
        (PENDING_SLOT.as_slice(), "slot of the announcement"),
        (GATE_SLOT.as_slice(), "slot of the gate"),
    ];
    let events: [(&[u8], &str); 5] = [
        (Upgraded::SIGNATURE_HASH.as_slice(), Upgraded::SIGNATURE),
        (AdminChanged::SIGNATURE_HASH.as_slice(), AdminChanged::SIGNATURE),
        (ProxyCallAnnounced::SIGNATURE_HASH.as_slice(), ProxyCallAnnounced::SIGNATURE),
        (ProxyCallCancelled::SIGNATURE_HASH.as_slice(), ProxyCallCancelled::SIGNATURE),
        (UpgradesLocked::SIGNATURE_HASH.as_slice(), UpgradesLocked::SIGNATURE),
    ];
    let calls: [(&[u8], &str); 6] = [
        (&upgradeToAndCallCall::SELECTOR, upgradeToAndCallCall::SIGNATURE),
        (&changeAdminCall::SELECTOR, changeAdminCall::SIGNATURE),
        (&announceProxyCallCall::SELECTOR, announceProxyCallCall::SIGNATURE),
        (&cancelProxyCallCall::SELECTOR, cancelProxyCallCall::SIGNATURE),
        (&lockUpgradesCall::SELECTOR, lockUpgradesCall::SIGNATURE),
        (&programVersionCall::SELECTOR, programVersionCall::SIGNATURE),
    ];
    let errors: [(&[u8], &str); 10] = [
        (&ERC1967InvalidAdmin::SELECTOR, ERC1967InvalidAdmin::SIGNATURE),
        (&ERC1967InvalidImplementation::SELECTOR, ERC1967InvalidImplementation::SIGNATURE),
        (&ERC1967NonPayable::SELECTOR, ERC1967NonPayable::SIGNATURE),
        (&ERC1967ProxyUninitialized::SELECTOR, ERC1967ProxyUninitialized::SIGNATURE),
        (&ProxyAlreadyLocked::SELECTOR, ProxyAlreadyLocked::SIGNATURE),
        (&ProxyCallNotAnnounced::SELECTOR, ProxyCallNotAnnounced::SIGNATURE),
        (&ProxyCallTooEarly::SELECTOR, ProxyCallTooEarly::SIGNATURE),
        (&ProxyCallTooLate::SELECTOR, ProxyCallTooLate::SIGNATURE),
        (&ProxyMalformedCall::SELECTOR, ProxyMalformedCall::SIGNATURE),
        (&ProxyNothingAnnounced::SELECTOR, ProxyNothingAnnounced::SIGNATURE),
    ];
    let (delay, window) = (seconds(DELAY_SECS), seconds(WINDOW_SECS));
    let others: [(&[u8], &str); 4] = [
        (ARB_WASM.as_slice(), "ArbWasm"),
        (PLACEHOLDER.as_slice(), "the implementation; this one is an example"),
        (&delay, "48 hours in seconds"),
        (&window, "14 days in seconds"),
    ];
    let table = value.len() == 32 && value.chunks(4).all(|part| SELECTORS.iter().any(|own| own == part));
    named(&slots)
        .or_else(|| named(&events).map(|event| format!("topic of {event}")))
        .or_else(|| named(&calls).map(|call| format!("selector of {call}")))
        .or_else(|| named(&errors).map(|error| format!("selector of {error}")))
        .or_else(|| named(&others))
        .or_else(|| table.then(|| "the five selectors, each where three bits of it say".to_owned()))
}

/// Stands for a clone's implementation.
const PLACEHOLDER: Address = Address::repeat_byte(0xbe);

/// The listing of an assembled piece.
fn assembled<const N: usize>(code: &Code, first: usize) -> String {
    let places = PLACES.iter().filter_map(|(label, what)| Some((listing::place(code, *label)?, *what)));
    let places: Vec<_> = places.collect();
    let bytes: [u8; N] = code.finish();
    listing::of(&bytes, first, &Legend { places: &places, constant: &constant })
}

/// The listing of a clone's code, or of what creates it.
fn of_clone(bytes: &[u8]) -> String {
    let success = bytes.iter().rposition(|byte| *byte == op::JUMPDEST).expect("the clone's only one");
    let places = [(success, "return what the implementation returned")];
    listing::of(bytes, 0, &Legend { places: &places, constant: &constant })
}

/// A number with its thousands apart.
fn grouped(number: usize) -> String {
    if number < 1_000 { number.to_string() } else { format!("{} {:03}", number / 1_000, number % 1_000) }
}

fn document() -> String {
    let runtime = assembled::<{ RUNTIME.len() }>(&runtime(), 0);
    let constructor = assembled::<{ CONSTRUCTOR.len() }>(&constructor(CONSTRUCTOR.len()), 0);
    let creation = clone::creation(PLACEHOLDER, &[]);
    let (header, clone) = creation.split_at(creation.len() - clone::CODE_BYTES);
    let header = listing::of(header, 0, &Legend { places: &[], constant: &|_| None });
    let clone = of_clone(clone);
    let hash = keccak256(RUNTIME);
    let [bytes, constructor_bytes] = [RUNTIME.len(), CONSTRUCTOR.len()].map(grouped);
    format!(
        "\
# The EVM code

Two things here are EVM code and no Stylus programs: the proxy in front of registry and factories, and the clones that
tokens and pools are. They are assembled in Rust (`contracts/kit/src/proxy.rs`, which has the proxy as pseudo-code, and
`contracts/kit/src/clone.rs`), and this is what comes out: offset, bytes, opcode, and what it does, what it pushes, or what
begins there. `a` is the top of the stack, `b` the one below.

A test compares this page with what is assembled. After a change of the code, this writes it anew:

```sh
WRITE_LISTING=1 cargo test --manifest-path contracts/Cargo.toml --target-dir target -p kit listing
```

## The proxy

What `eth_getCode` answers for every proxy: {bytes} bytes, whose keccak-256 is
`{hash}`.

```text
{runtime}```

## What creates a proxy

{constructor_bytes} bytes. The proxy's code follows, then `abi.encode(implementation, admin, initData)`.

```text
{constructor}```

## A clone

What `eth_getCode` answers for a token or a pool (EIP-1167). The arguments follow, which never run: 72 bytes of a token's, 113
of a pool's (`CloneArgs` in `contracts/abi`).

```text
{clone}```

## What creates a clone

The clone's code and its arguments follow. The first number pushed is the length of both, here without arguments.

```text
{header}```
"
    )
}

#[test]
fn the_listing_is_what_is_assembled() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/evm.md");
    let document = document();
    if env::var_os("WRITE_LISTING").is_some() {
        fs::write(&path, &document).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap();
    for (number, (written, assembled)) in written.lines().zip(document.lines()).enumerate() {
        assert_eq!(written, assembled, "docs/evm.md, line {}: write it anew", number + 1);
    }
    assert_eq!(written.lines().count(), document.lines().count(), "docs/evm.md: write it anew");
}
