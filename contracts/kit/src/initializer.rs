//! Initialisation of contracts behind a proxy: once per version, and never on the implementation itself.

use abi::initializable::IInitializable::{AlreadyInitialized, DirectInitialization, Initialized};
use alloc::{vec, vec::Vec};
use alloy_primitives::U256;
use stylus_sdk::prelude::*;

use crate::{authority::AuthorityError, namespace::Namespace, word::Word};

/// First byte of the code of every Stylus program, and of no EVM contract (EIP-3541).
const PROGRAM_MARK: u8 = 0xef;

crate::events! {
    Initialized [] { version }
}

/// Which initialisation has run.
///
/// Layout v1, append-only, namespace `air.storage.Initializer`:
///
/// | slot | field | content |
/// |---|---|---|
/// | 0 | `version` | number of the last initialisation |
#[storage]
pub struct Initializer {
    /// The last initialisation that has run; 0 before the first.
    version: Word,
}

impl Namespace for Initializer {
    const ID: &'static str = "air.storage.Initializer";
}

impl Initializer {
    /// Begins the initialisation of `version` (from 1): every `initialize` function calls this first.
    ///
    /// Errors: [`DirectInitialization`] if the acting contract's own code is a program, which is so exactly when
    /// the implementation is called without a proxy (a proxy's code is EVM code, or still empty while it is being
    /// created); [`AlreadyInitialized`] if this version or a later one has run.
    /// Events: [`Initialized`].
    pub fn begin(&mut self, version: u64) -> Result<(), AuthorityError> {
        let acting = self.vm().contract_address();
        if self.vm().code(acting).first() == Some(&PROGRAM_MARK) {
            return Err(DirectInitialization { implementation: acting }.into());
        }
        let done = self.version();
        if done >= version {
            return Err(AlreadyInitialized { version: done }.into());
        }
        self.version.set_number(U256::from(version));
        Initialized { version }.emit(self.vm());
        Ok(())
    }

    /// The last initialisation that has run; 0 before the first.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version.number().saturating_to()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_sol_types::SolEvent;
    use stylus_sdk::testing::TestVM;

    #[test]
    fn begin_runs_each_version_once() {
        let vm = TestVM::new();
        let mut initializer = Initializer::from(&vm);
        assert_eq!(initializer.version(), 0);

        assert_eq!(initializer.begin(1), Ok(()));
        assert_eq!(initializer.version(), 1);
        let again = AlreadyInitialized { version: 1 }.into();
        assert_eq!(initializer.begin(1), Err(again));

        assert_eq!(initializer.begin(2), Ok(()));
        let older = AlreadyInitialized { version: 2 }.into();
        assert_eq!(initializer.begin(1), Err(older));
        assert_eq!(vm.get_storage(U256::ZERO).last(), Some(&2), "version lives in slot 0");

        let versions: Vec<u64> = vm
            .get_emitted_logs()
            .into_iter()
            .map(|(topics, data)| Initialized::decode_raw_log(topics, &data).unwrap().version)
            .collect();
        assert_eq!(versions, [1, 2]);
    }

    #[test]
    fn begin_reverts_on_the_implementation_itself() {
        let vm = TestVM::new();
        let implementation = vm.contract_address();
        vm.set_code(implementation, vec![0xef, 0xf0, 0x00, 0x00]);
        let mut initializer = Initializer::from(&vm);

        let direct = DirectInitialization { implementation }.into();
        assert_eq!(initializer.begin(1), Err(direct));
        assert_eq!(initializer.version(), 0);
        assert!(vm.get_emitted_logs().is_empty());
    }

    #[test]
    fn begin_works_behind_a_proxy_and_while_the_proxy_is_created() {
        for code in [vec![0x60, 0x80], vec![]] {
            let vm = TestVM::new();
            vm.set_code(vm.contract_address(), code);
            assert_eq!(Initializer::from(&vm).begin(1), Ok(()));
        }
    }
}
