//! The opcodes in use, by their names in the yellow paper. `a` is the top of the stack, `b` the one below.

macro_rules! opcodes {
    ($($name:ident = $code:literal, $doc:literal;)+) => {
        $(#[doc = $doc] pub const $name: u8 = $code;)+

        /// Name of an opcode in use.
        #[must_use]
        pub const fn name(code: u8) -> Option<&'static str> {
            match code {
                $($code => Some(stringify!($name)),)+
                _ => None,
            }
        }

        /// What an opcode in use does.
        #[cfg(test)]
        pub(crate) const fn meaning(code: u8) -> Option<&'static str> {
            match code {
                $($code => Some($doc),)+
                _ => None,
            }
        }
    };
}

opcodes! {
    STOP = 0x00, "Ends the call, returning nothing.";
    ADD = 0x01, "`a + b`.";
    SUB = 0x03, "`a - b`.";
    LT = 0x10, "Whether `a < b`.";
    GT = 0x11, "Whether `a > b`.";
    EQ = 0x14, "Whether `a == b`.";
    ISZERO = 0x15, "Whether `a` is zero.";
    AND = 0x16, "Bitwise `a & b`.";
    OR = 0x17, "Bitwise `a | b`.";
    XOR = 0x18, "Bitwise `a ^ b`: zero if they are equal.";
    SHL = 0x1b, "`b` shifted left by `a` bits.";
    SHR = 0x1c, "`b` shifted right by `a` bits.";
    KECCAK256 = 0x20, "Hash of memory at `a` of length `b`.";
    CALLER = 0x33, "Who called.";
    CALLVALUE = 0x34, "Wei that came with the call.";
    CALLDATALOAD = 0x35, "Word of the calldata at `a`.";
    CALLDATASIZE = 0x36, "Length of the calldata.";
    CALLDATACOPY = 0x37, "Copies to memory `a` from calldata `b` as many bytes as the third says.";
    CODESIZE = 0x38, "Length of the running code.";
    CODECOPY = 0x39, "Copies to memory `a` from the running code at `b` as many bytes as the third says.";
    RETURNDATASIZE = 0x3d, "Length of what the last call returned.";
    RETURNDATACOPY = 0x3e, "Copies to memory `a` from the returned data at `b` as many bytes as the third says.";
    TIMESTAMP = 0x42, "Time of the block, in Unix seconds.";
    POP = 0x50, "Drops `a`.";
    MLOAD = 0x51, "Word of memory at `a`.";
    MSTORE = 0x52, "Writes the word `b` to memory at `a`.";
    SLOAD = 0x54, "Word of storage at `a`.";
    SSTORE = 0x55, "Writes the word `b` to storage at `a`.";
    JUMP = 0x56, "Goes to `a`.";
    JUMPI = 0x57, "Goes to `a` unless `b` is zero.";
    GAS = 0x5a, "Gas left.";
    JUMPDEST = 0x5b, "Where a jump may go.";
    PUSH0 = 0x5f, "Pushes zero.";
    PUSH1 = 0x60, "Pushes the byte that follows.";
    PUSH2 = 0x61, "Pushes the two bytes that follow.";
    PUSH3 = 0x62, "Pushes the three bytes that follow.";
    PUSH4 = 0x63, "Pushes the four bytes that follow.";
    PUSH20 = 0x73, "Pushes the twenty bytes that follow.";
    PUSH32 = 0x7f, "Pushes the 32 bytes that follow.";
    DUP1 = 0x80, "Copies `a`.";
    DUP2 = 0x81, "Copies `b`.";
    DUP3 = 0x82, "Copies the third.";
    DUP4 = 0x83, "Copies the fourth.";
    DUP5 = 0x84, "Copies the fifth.";
    SWAP1 = 0x90, "Exchanges `a` and `b`.";
    SWAP2 = 0x91, "Exchanges `a` and the third.";
    LOG1 = 0xa1, "Logs memory at `a` of length `b` with one topic.";
    LOG2 = 0xa2, "Logs memory at `a` of length `b` with two topics.";
    RETURN = 0xf3, "Ends the call, returning memory at `a` of length `b`.";
    DELEGATECALL = 0xf4, "Runs another's code here: gas, address, input, its length, output, its length; pushes success.";
    STATICCALL = 0xfa, "Calls without changes: gas, address, input, its length, output, its length; pushes success.";
    REVERT = 0xfd, "Undoes the call, returning memory at `a` of length `b`.";
}
