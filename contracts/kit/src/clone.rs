//! EIP-1167 clones with immutable arguments in the tail of their code.
//!
//! A clone's 45 bytes delegate every call to the implementation; what follows them never runs. The implementation reads
//! it from the acting contract's own code, which costs less than one storage slot and can't ever change. All clones of
//! one implementation are one activated program.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256};
use stylus_sdk::{crypto, stylus_core::Host};

use crate::evm::op::{
    CALLDATACOPY, CALLDATASIZE, CODECOPY, DELEGATECALL, DUP1, DUP2, DUP3, GAS, JUMPDEST, JUMPI, PUSH1,
    PUSH20, RETURN, RETURNDATACOPY, RETURNDATASIZE, REVERT, SWAP1, SWAP2,
};

/// What a clone's code starts with; the implementation's address follows.
///
/// Source: EIP-1167. `RETURNDATASIZE` is the cheapest zero; two of them stay below as the zeros of the last copy.
///
/// ```text
/// calldatacopy(0, 0, calldatasize)
/// delegatecall(gas, IMPLEMENTATION, 0, calldatasize, 0, 0)
/// ```
pub const PREFIX: [u8; 10] = [
    CALLDATASIZE,
    RETURNDATASIZE,
    RETURNDATASIZE,
    CALLDATACOPY,
    RETURNDATASIZE,
    RETURNDATASIZE,
    RETURNDATASIZE,
    CALLDATASIZE,
    RETURNDATASIZE,
    PUSH20,
];

/// What follows the implementation's address; the arguments come after.
///
/// ```text
/// returndatacopy(0, 0, returndatasize)
/// if success { return(0, returndatasize) } else { revert(0, returndatasize) }
/// ```
pub const SUFFIX: [u8; 15] = [
    GAS,
    DELEGATECALL,
    RETURNDATASIZE,
    DUP3,
    DUP1,
    RETURNDATACOPY,
    SWAP1,
    RETURNDATASIZE,
    SWAP2,
    PUSH1,
    SUCCESS,
    JUMPI,
    REVERT,
    JUMPDEST,
    RETURN,
];

/// Offset of the clone's `JUMPDEST`.
const SUCCESS: u8 = 0x2b;

/// Length of the code that creates a clone, before the clone's own.
const CREATION_BYTES: u8 = 10;

/// Length of a clone's code before its arguments.
pub const CODE_BYTES: usize = 45;

/// Longest arguments: the creation code pushes the length of the whole as one byte.
pub const ARGS_BYTES_MAX: usize = 255 - CODE_BYTES;

/// The code of a clone of `implementation` with `args`.
#[must_use]
pub fn runtime<const ARGS: usize>(implementation: Address, args: &[u8; ARGS]) -> Vec<u8> {
    [PREFIX.as_slice(), implementation.as_slice(), &SUFFIX, args].concat()
}

/// The code that creates a clone of `implementation` with `args`: it returns its own tail.
///
/// ```text
/// codecopy(0, 10, LENGTH)
/// return(0, LENGTH)
/// ```
#[must_use]
pub fn creation<const ARGS: usize>(implementation: Address, args: &[u8; ARGS]) -> Vec<u8> {
    const {
        assert!(ARGS <= ARGS_BYTES_MAX, "the arguments are too long for a one-byte length");
    }
    // Neither overflows nor loses bits: ARGS is at most ARGS_BYTES_MAX.
    let [length, ..] = CODE_BYTES.wrapping_add(ARGS).to_le_bytes();
    let header =
        [RETURNDATASIZE, PUSH1, length, DUP1, PUSH1, CREATION_BYTES, RETURNDATASIZE, CODECOPY, DUP2, RETURN];
    [header.as_slice(), &PREFIX, implementation.as_slice(), &SUFFIX, args].concat()
}

/// Where `deployer` creates the contract of `creation` code under `salt`.
///
/// Source: EIP-1014, `keccak256(0xff ‖ deployer ‖ salt ‖ keccak256(creation))[12..]`.
#[must_use]
pub fn create2_address(deployer: Address, salt: B256, creation: &[u8]) -> Address {
    let hash = crypto::keccak(creation);
    let preimage = [[0xff].as_slice(), deployer.as_slice(), salt.as_slice(), hash.as_slice()].concat();
    Address::from_word(crypto::keccak(preimage))
}

/// The arguments of the clone at `account`; `None` if its code isn't exactly a clone's with `ARGS` bytes of arguments.
/// What it is a clone of is not asked: whoever trusts the arguments of another account has to know that.
#[must_use]
pub fn args_of<const ARGS: usize, H: Host + ?Sized>(host: &H, account: Address) -> Option<[u8; ARGS]> {
    const {
        assert!(ARGS <= ARGS_BYTES_MAX, "the arguments are longer than a clone's can be");
    }
    // One byte more than a clone has, so that longer code shows. Cannot overflow: at most 256.
    let wanted = CODE_BYTES.wrapping_add(ARGS).wrapping_add(1);
    let mut buffer = [0; 256];
    let code = read_code(host, account, buffer.get_mut(..wanted)?);
    let (_, tail) = code.strip_prefix(&PREFIX)?.split_first_chunk::<20>()?;
    tail.strip_prefix(&SUFFIX)?.try_into().ok()
}

/// The arguments of the acting contract, the clone that delegated here; `None` if the program was called otherwise.
#[must_use]
pub fn own_args<const ARGS: usize, H: Host + ?Sized>(host: &H) -> Option<[u8; ARGS]> {
    args_of(host, host.contract_address())
}

/// Fills `buffer` with the beginning of `account`'s code, and returns what of it was filled.
fn read_code<'a, H: Host + ?Sized>(host: &H, account: Address, buffer: &'a mut [u8]) -> &'a [u8] {
    #[cfg(target_arch = "wasm32")]
    let written = {
        let _ = host;
        // SAFETY: the pointers are those of a 20-byte address and of `buffer`, which the host fills up to its length.
        unsafe { stylus_sdk::hostio::account_code(account.as_ptr(), 0, buffer.len(), buffer.as_mut_ptr()) }
    };
    // Elsewhere there is no such host call; the SDK's test host gives the whole code.
    #[cfg(not(target_arch = "wasm32"))]
    let written = buffer.iter_mut().zip(host.code(account)).map(|(to, from)| *to = from).count();
    buffer.get(..written).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evm::chain::{Chain, EVE, NOTE, Outcome, REFUSED, echoed};
    use alloy_primitives::{address, b256, hex, keccak256};
    use stylus_sdk::testing::TestVM;

    const IMPLEMENTATION: Address = address!("bebebebebebebebebebebebebebebebebebebebe");
    const CLONE: Address = address!("00000000000000000000000000000000000c1011");

    /// The argument bytes as the acting contract `CLONE`, with `code`, reads them.
    fn read<const ARGS: usize>(code: Vec<u8>) -> Option<[u8; ARGS]> {
        let vm = TestVM::new();
        vm.set_contract_address(CLONE);
        vm.set_code(CLONE, code);
        own_args(&vm)
    }

    #[test]
    fn runtime_is_the_standards_bytes() {
        // EIP-1167's own example, of the implementation 0xbebe….
        let standard = hex!(
            "363d3d373d3d3d363d73bebebebebebebebebebebebebebebebebebebebe5af43d82803e903d91602b57fd5bf3"
        );
        assert_eq!(runtime(IMPLEMENTATION, &[]), standard);
        assert_eq!(standard.len(), CODE_BYTES);
        assert_eq!(standard[usize::from(SUCCESS)], JUMPDEST);
        assert_eq!(
            creation(IMPLEMENTATION, &[]),
            [hex!("3d602d80600a3d3981f3").as_slice(), &standard].concat()
        );
    }

    #[test]
    fn creation_carries_the_arguments_behind_the_code() {
        let args: [u8; 72] = core::array::from_fn(|i| u8::try_from(i).unwrap());
        let creation = creation(IMPLEMENTATION, &args);
        let (header, code) = creation.split_at(usize::from(CREATION_BYTES));
        assert_eq!(header, hex!("3d607580600a3d3981f3"), "117 bytes are returned");
        assert_eq!(code, runtime(IMPLEMENTATION, &args));
        assert_eq!(code.len(), CODE_BYTES + args.len());
    }

    #[test]
    fn a_clone_in_an_evm_delegates_with_value_storage_and_answer() {
        let mut chain = Chain::new();
        chain.put_echo(IMPLEMENTATION, 5);
        let (created, clone) = chain.create(0, &creation(IMPLEMENTATION, &[7; 72]));
        let clone = clone.unwrap();
        assert_eq!(created, Outcome::Returned(runtime(IMPLEMENTATION, &[7; 72]).into(), Vec::new()));
        for data in [&[][..], &[1, 2, 3], &[9; 100]] {
            assert_eq!(chain.call(EVE, clone, 3, data), Outcome::Returned(echoed(5, 3, data), Vec::new()));
        }
        assert_eq!(chain.call(EVE, clone, 0, &REFUSED), Outcome::Reverted(echoed(5, 0, &REFUSED)));
        assert_eq!(chain.word(clone, NOTE).to::<u64>(), 5, "the clone's own storage");
        assert_eq!(chain.word(IMPLEMENTATION, NOTE).to::<u64>(), 0);
    }

    #[test]
    fn create2_address_is_the_standards() {
        // The last but one example of EIP-1014.
        let creation =
            hex!("deadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef");
        let deployer = address!("00000000000000000000000000000000deadbeef");
        let salt = b256!("00000000000000000000000000000000000000000000000000000000cafebabe");
        assert_eq!(
            create2_address(deployer, salt, &creation),
            address!("1d8bfDC5D46DC4f61D6b6115972536eBE6A8854C")
        );
        assert_eq!(create2_address(deployer, salt, &creation), deployer.create2(salt, keccak256(creation)));
    }

    #[test]
    fn own_args_are_read_from_a_clone() {
        assert_eq!(read(runtime(IMPLEMENTATION, &[7; 72])), Some([7; 72]));
        assert_eq!(read(runtime(IMPLEMENTATION, &[])), Some([]));
        assert_eq!(read(runtime(IMPLEMENTATION, &[9; ARGS_BYTES_MAX])), Some([9; ARGS_BYTES_MAX]));
    }

    #[test]
    fn own_args_are_refused_from_anything_else() {
        let clone = runtime(IMPLEMENTATION, &[7; 72]);
        assert_eq!(read::<72>(Vec::new()), None, "no code");
        assert_eq!(
            read::<72>([&[0xef, 0xf0, 0, 0], clone.as_slice()].concat()),
            None,
            "a program called itself"
        );
        assert_eq!(read::<71>(clone.clone()), None, "one byte more");
        assert_eq!(read::<73>(clone.clone()), None, "one byte less");
        for at in (0..PREFIX.len()).chain(PREFIX.len() + 20..CODE_BYTES) {
            let mut other = clone.clone();
            other[at] ^= 1;
            assert_eq!(read::<72>(other), None, "byte {at} differs");
        }
    }
}
