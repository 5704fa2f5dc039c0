//! What ArbOS charges for its own work, and the meters that it charges to (§9.1).

use std::convert::Infallible;

/// Reading one word of ArbOS storage, and opening the ArbOS state at all; neither warm nor cold.
pub(super) const STORAGE_READ: u64 = 800;
/// Writing a word other than zero, whatever stood there.
pub(super) const STORAGE_WRITE: u64 = 20_000;
/// Writing zero; nothing is refunded.
pub(super) const STORAGE_CLEAR: u64 = 5_000;
/// Loading the Stylus parameters.
pub(super) const LOAD_PARAMS: u64 = 100;
/// Reading the code hash of an account.
pub(super) const CODE_HASH: u64 = 2_600;

/// Gas of copying `bytes` bytes: arguments, results, revert data, code.
pub(super) const fn copy(bytes: usize) -> u64 {
    3 * words(bytes)
}

/// Gas of hashing `bytes` bytes, where ArbOS charges for it.
pub(super) const fn keccak(bytes: usize) -> u64 {
    30 + 6 * words(bytes)
}

/// Gas of a log with `topics` topics, its signature among them, and `data` bytes.
pub(super) const fn log(topics: usize, data: usize) -> u64 {
    375 * (1 + topics as u64) + 8 * data as u64
}

/// 32-byte words that hold `bytes` bytes.
const fn words(bytes: usize) -> u64 {
    bytes.div_ceil(32) as u64
}

/// The gas of a frame ran out; nothing of it is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OutOfGas;

/// Whoever pays for an action.
pub(super) trait Meter {
    /// Why the payer may refuse.
    type Stop;

    /// Takes `gas`, or all that is left where it doesn't suffice.
    fn burn(&mut self, gas: u64) -> Result<(), Self::Stop>;

    /// Takes all that is left if that is less than `gas`, and nothing otherwise.
    fn require(&mut self, gas: u64) -> Result<(), Self::Stop>;
}

/// Work that nobody pays for: the chain's own, and what the EVM asks before it enters a program.
pub(super) struct Free;

impl Meter for Free {
    type Stop = Infallible;

    fn burn(&mut self, _gas: u64) -> Result<(), Infallible> {
        Ok(())
    }

    fn require(&mut self, _gas: u64) -> Result<(), Infallible> {
        Ok(())
    }
}

/// The gas of one precompile frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gas {
    left: u64,
}

impl Gas {
    pub(super) const fn new(left: u64) -> Self {
        Self { left }
    }

    pub(super) const fn left(self) -> u64 {
        self.left
    }
}

impl Meter for &mut Gas {
    type Stop = OutOfGas;

    fn burn(&mut self, gas: u64) -> Result<(), OutOfGas> {
        match self.left.checked_sub(gas) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(OutOfGas)
            }
        }
    }

    fn require(&mut self, gas: u64) -> Result<(), OutOfGas> {
        if self.left >= gas {
            return Ok(());
        }
        self.left = 0;
        Err(OutOfGas)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn burning_exactly_what_is_left_succeeds() {
        let mut gas = Gas::new(800);
        assert_eq!((&mut gas).burn(800), Ok(()));
        assert_eq!(gas.left(), 0);
    }

    #[test]
    fn burning_one_more_takes_everything() {
        let mut gas = Gas::new(799);
        assert_eq!((&mut gas).burn(800), Err(OutOfGas));
        assert_eq!(gas.left(), 0);
    }

    #[test]
    fn prices_are_by_whole_words() {
        assert_eq!((copy(0), copy(1), copy(32), copy(33)), (0, 3, 3, 6));
        assert_eq!(keccak(168), 66);
        assert_eq!(log(2, 128), 2_149);
    }
}
