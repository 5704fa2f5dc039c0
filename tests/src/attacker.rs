//! Contracts that somebody writes who wants more than is due.

use alloy::primitives::{Address, Bytes, hex};

/// Bytes of code for each call.
const CALL_BYTES: usize = 45;
/// Bytes of code after them, and before its last two.
const END_BYTES: usize = 23;

/// Takes plain Ether and takes part in flash swaps, and makes `calls` each time. Logs what each of them returned, under a
/// topic that is 1 if it succeeded. Pays for a flash swap as many wei, as plain Ether, as the first word of its data says.
#[must_use]
pub fn comes_back(calls: &[(Address, Bytes)]) -> Bytes {
    let short = |number: usize| u16::try_from(number).expect("a short program").to_be_bytes();
    let end = calls.len() * CALL_BYTES + END_BYTES;
    // The calls lie behind this code.
    let mut place = end + 2;
    let mut code = Vec::new();
    for (target, call) in calls {
        let length = short(call.len());
        #[rustfmt::skip]
        let making = [
            // codecopy(0, place, length)
            &hex!("61")[..], &length, &hex!("61"), &short(place), &hex!("5f 39"),
            // succeeded = call(gas, target, 0, 0, length, 0, 0)
            &hex!("5f 5f 61"), &length, &hex!("5f 5f 73"), target.as_slice(), &hex!("5a f1"),
            // returndatacopy(0, 0, returndatasize); log1(0, returndatasize, succeeded)
            &hex!("3d 5f 5f 3e 3d 5f a1"),
        ];
        code.extend(making.concat());
        place += call.len();
    }
    let end = short(end);
    #[rustfmt::skip]
    let paying = [
        // if calldatasize == 0 { goto end }
        &hex!("36 15 61")[..], &end, &hex!("57"),
        // if call(gas, caller, calldataload(164), 0, 0, 0, 0) { goto end }
        &hex!("5f 5f 5f 5f 60 a4 35 33 5a f1 61"), &end, &hex!("57"),
        // revert(0, 0)
        &hex!("5f 5f fd"),
        // end: stop
        &hex!("5b 00"),
    ];
    code.extend(paying.concat());
    calls.iter().for_each(|(_, call)| code.extend_from_slice(call));
    code.into()
}
