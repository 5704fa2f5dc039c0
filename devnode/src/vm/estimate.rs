//! The figures of activation: what it charges and what it stores (§2.4, §2.6).

use alloy_primitives::{B256, keccak256};

use super::Rules;
use super::error::{ActivationError, refuse};
use super::instrument::{ADDED_GLOBALS, Instrumented};
use super::parse::Source;

/// What activation found out about a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activation {
    /// Estimated bytes of native code, the base of the data fee.
    pub asm_estimate: u32,
    /// Gas of entering the program when it is cached, before scaling.
    pub cached_cost: u16,
    /// Gas that an uncached entry costs more, before scaling.
    pub init_cost: u16,
    /// Pages of memory that the program starts with.
    pub footprint: u16,
    /// Gas of wasm bytes, functions, data, elements, memory and code, charged in this order.
    pub charges: [u64; 6],
    /// Identifies the program's module: unique and deterministic, but no commitment to a WAVM translation.
    pub module_hash: B256,
}

/// Sizes that the formulas use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sizes {
    wasm_bytes: u64,
    functions: u64,
    /// Parameters and results of all functions.
    signature_words: u64,
    /// The added ones included.
    globals: u64,
    data_payload_bytes: u64,
    data_encoded_bytes: u64,
    element_encoded_bytes: u64,
    pages: u64,
    /// Operators of all functions, the added ones included.
    operators: u64,
}

impl Activation {
    pub(super) fn of(
        source: &Source<'_>,
        instrumented: &Instrumented,
        rules: Rules,
    ) -> Result<Self, ActivationError> {
        let sizes = Sizes::of(source, instrumented);
        let Ok(footprint) = u16::try_from(sizes.pages) else { refuse!("footprint exceeds 65 535 pages") };
        Ok(Self {
            asm_estimate: sizes.asm_estimate()?,
            cached_cost: sizes.cached_cost()?,
            init_cost: sizes.init_cost()?,
            footprint,
            charges: sizes.charges(rules.arbos_version),
            module_hash: module_hash(source.wasm, rules.stylus_version),
        })
    }
}

impl Sizes {
    fn of(source: &Source<'_>, instrumented: &Instrumented) -> Self {
        let words = |type_index: &u32| {
            let ty = source.types.get(*type_index as usize);
            ty.map_or(0, |ty| (ty.params().len() + ty.results().len()) as u64)
        };
        Self {
            wasm_bytes: source.wasm.len() as u64,
            functions: source.functions.len() as u64,
            signature_words: source.functions.iter().map(words).sum(),
            globals: (source.globals.len() + ADDED_GLOBALS) as u64,
            data_payload_bytes: source.data.payload_bytes,
            data_encoded_bytes: source.data.encoded_bytes,
            element_encoded_bytes: source.elements.encoded_bytes,
            pages: source.memory.initial,
            operators: instrumented.operators(),
        }
    }

    fn charges(self, arbos_version: u64) -> [u64; 6] {
        let wasm = if arbos_version >= 32 { self.wasm_bytes * 31_733 / 100_000 } else { 0 };
        let microseconds = [
            wasm,
            self.functions * 17_263 / 100_000,
            self.data_payload_bytes * 17_376 / 100_000,
            self.element_encoded_bytes * 17_376 / 100_000,
            self.pages * 2_217,
            self.operators * 535 / 1_000,
        ];
        microseconds.map(|us| us * GAS_PER_MICROSECOND)
    }

    fn asm_estimate(self) -> Result<u32, ActivationError> {
        let bytes = 512_000
            + self.functions * 996_829 / 1_000
            + self.signature_words * 11_416 / 1_000
            + self.wasm_bytes * 62_628 / 10_000;
        u32::try_from(bytes)
            .map_err(|_| ActivationError::new(format!("native code of {bytes} bytes is too large")))
    }

    fn cached_cost(self) -> Result<u16, ActivationError> {
        let gas = self.functions * 13_420 / 100_000
            + self.signature_words * 89 / 100_000
            + self.wasm_bytes * 122 / 100_000
            + self.globals * 1_628 / 1_000
            + (self.data_encoded_bytes + self.element_encoded_bytes) * 75_244 / 100_000
            + self.pages * 5;
        u16::try_from(gas)
            .map_err(|_| ActivationError::new(format!("cached init cost of {gas} gas is too high")))
    }

    fn init_cost(self) -> Result<u16, ActivationError> {
        let gas = self.functions * 8_252 / 1_000
            + self.signature_words * 1_059 / 1_000
            + self.wasm_bytes * 1_286 / 10_000;
        u16::try_from(gas).map_err(|_| ActivationError::new(format!("init cost of {gas} gas is too high")))
    }
}

/// The chain's speed limit and its model of a validating machine give 28 gas per microsecond.
const GAS_PER_MICROSECOND: u64 = 2 * 7_000_000 / 500_000;

fn module_hash(wasm: &[u8], stylus_version: u16) -> B256 {
    let digest = keccak256(wasm);
    keccak256([b"stylus module".as_slice(), &stylus_version.to_be_bytes(), digest.as_slice()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: Sizes = Sizes {
        wasm_bytes: 24_000,
        functions: 60,
        signature_words: 150,
        globals: 7,
        data_payload_bytes: 4_200,
        data_encoded_bytes: 4_250,
        element_encoded_bytes: 50,
        pages: 2,
        operators: 30_000,
    };

    #[test]
    fn charges_match_the_example_of_the_specification() {
        assert_eq!(EXAMPLE.charges(51), [213_220, 280, 20_412, 224, 124_152, 449_400]);
        assert_eq!(EXAMPLE.charges(51).iter().sum::<u64>(), 807_688);
        assert_eq!(EXAMPLE.charges(31)[0], 0);
    }

    #[test]
    fn stored_costs_match_the_example_of_the_specification() {
        assert_eq!(EXAMPLE.asm_estimate().unwrap(), 723_828);
        assert_eq!(EXAMPLE.cached_cost().unwrap(), 3_293);
        assert_eq!(EXAMPLE.init_cost().unwrap(), 3_739);
    }

    #[test]
    fn costs_that_do_not_fit_the_record_are_refused() {
        let data = Sizes { data_encoded_bytes: 100_000, ..EXAMPLE };
        assert!(data.cached_cost().unwrap_err().to_string().contains("cached init cost"));
        let functions = Sizes { functions: 8_000, ..EXAMPLE };
        assert!(functions.init_cost().unwrap_err().to_string().contains("init cost"));
        let wasm = Sizes { wasm_bytes: 1 << 30, ..EXAMPLE };
        assert!(wasm.asm_estimate().unwrap_err().to_string().contains("native code"));
    }
}
