//! A Stylus program: wasm, checked on this machine and packed as it is deployed.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use alloy::primitives::{B256, Bytes, U256, keccak256};
use wasmparser::{ExternalKind, Parser, Payload, Validator};
use xtask::artifacts::wasm::{self, CODE_LIMIT};

/// What Nitro calls to run a program.
const ENTRYPOINT: &str = "user_entrypoint";
/// A program ready to be deployed.
#[derive(Clone, Debug)]
pub struct Program {
    /// What people call it: the folder of its contract.
    pub name: String,
    /// The account's code: the prefix and the compressed wasm.
    pub code: Bytes,
}

/// Why a file can't be deployed as a program.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// The file can't be read.
    #[error("the program {} can't be read ({reason}): build it by `cargo xtask build-contracts`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// The bytes are something else.
    #[error(
        "{name} isn't wasm: it should start with 0x0061736d, but starts with {start}; build it by `cargo xtask \
         build-contracts`"
    )]
    NotWasm {
        /// The program.
        name: String,
        /// Its first bytes.
        start: Bytes,
    },
    /// The bytes start as wasm and go on as something else, or end too early.
    #[error("{name} is damaged wasm ({reason}): build it again by `cargo xtask build-contracts`")]
    Damaged {
        /// The program.
        name: String,
        /// What the parser said.
        reason: String,
    },
    /// Good wasm, but no Stylus program.
    #[error(
        "{name} has no entrypoint: a Stylus program exports the function `{ENTRYPOINT}`, which the SDK's \
         #[entrypoint] makes"
    )]
    NoEntrypoint {
        /// The program.
        name: String,
    },
    /// The code is too long.
    #[error(
        "{name} is {size} bytes when compressed, and Arbitrum takes {CODE_LIMIT}: make it smaller or split it"
    )]
    TooLarge {
        /// The program.
        name: String,
        /// Its size, prefix included.
        size: usize,
    },
    /// The compressor failed.
    #[error("{name} can't be compressed ({reason})")]
    Compression {
        /// The program.
        name: String,
        /// What it said.
        reason: String,
    },
}

impl Program {
    /// The program in a file of uncompressed wasm.
    pub fn read(name: &str, path: &Path) -> Result<Self, ProgramError> {
        let wasm =
            fs::read(path).map_err(|reason| ProgramError::Unreadable { path: path.to_owned(), reason })?;
        Self::from_wasm(name, &wasm)
    }

    /// The program made of `wasm`. Says here, for free, what the chain would say after a deployment was paid for.
    pub fn from_wasm(name: &str, module: &[u8]) -> Result<Self, ProgramError> {
        let name = name.to_owned();
        check(&name, module)?;
        let code = wasm::code(module).map_err(|reason| ProgramError::Compression {
            name: name.clone(),
            reason: format!("{reason:#}"),
        })?;
        if code.len() > CODE_LIMIT {
            return Err(ProgramError::TooLarge { name, size: code.len() });
        }
        Ok(Self { name, code: code.into() })
    }

    /// What the chain knows the program by: accounts with the same code share one activation.
    #[must_use]
    pub fn code_hash(&self) -> B256 {
        keccak256(&self.code)
    }

    /// What creates an account with this code: the prelude that Stylus tools share, then the code.
    ///
    /// `PUSH32 length, DUP1, PUSH1 43, PUSH1 0, CODECOPY, PUSH1 0, RETURN`, and a version byte that is never run.
    #[must_use]
    pub fn creation_code(&self) -> Bytes {
        let mut creation = vec![0x7f];
        creation.extend(U256::from(self.code.len()).to_be_bytes::<32>());
        creation.extend([0x80, 0x60, 0x2b, 0x60, 0x00, 0x39, 0x60, 0x00, 0xf3, 0x00]);
        creation.extend(&self.code);
        creation.into()
    }
}

fn check(name: &str, wasm: &[u8]) -> Result<(), ProgramError> {
    if !wasm.starts_with(b"\0asm") {
        let start = Bytes::copy_from_slice(&wasm[..wasm.len().min(4)]);
        return Err(ProgramError::NotWasm { name: name.to_owned(), start });
    }
    let damaged = |error: wasmparser::BinaryReaderError| ProgramError::Damaged {
        name: name.to_owned(),
        reason: format!("{} at byte {}", error.message(), error.offset()),
    };
    Validator::new().validate_all(wasm).map_err(damaged)?;
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ExportSection(exports) = payload.map_err(damaged)? {
            for export in exports {
                let export = export.map_err(damaged)?;
                if export.name == ENTRYPOINT && export.kind == ExternalKind::Func {
                    return Ok(());
                }
            }
        }
    }
    Err(ProgramError::NoEntrypoint { name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use xtask::artifacts::wasm::PREFIX;

    use super::*;

    /// `(module (func (export "user_entrypoint") (param i32) (result i32) local.get 0) (memory (export "memory") 1))`
    fn echo() -> Vec<u8> {
        wat::parse_str(
            r#"(module (func (export "user_entrypoint") (param i32) (result i32) local.get 0)
                       (memory (export "memory") 1))"#,
        )
        .expect("a valid text")
    }

    #[test]
    fn from_wasm_packs_what_the_decompressor_gives_back() {
        let program = Program::from_wasm("echo", &echo()).expect("good");
        assert_eq!(program.code[..4], PREFIX);
        let mut back = Vec::new();
        brotli2::read::BrotliDecoder::new(&program.code[4..]).read_to_end(&mut back).expect("a stream");
        assert_eq!(back, echo());
    }

    #[test]
    fn creation_code_is_the_prelude_and_the_code() {
        let program = Program::from_wasm("echo", &echo()).expect("good");
        let creation = program.creation_code();
        assert_eq!(creation.len(), 43 + program.code.len());
        assert_eq!(creation[0], 0x7f);
        assert_eq!(U256::from_be_slice(&creation[1..33]), U256::from(program.code.len()));
        assert_eq!(creation[33..43], [0x80, 0x60, 0x2b, 0x60, 0, 0x39, 0x60, 0, 0xf3, 0]);
        assert_eq!(creation[43..], program.code);
    }

    #[test]
    fn from_wasm_reverts_on_other_bytes() {
        for bytes in [&b""[..], b"\0as", b"\x7fELF and so on"] {
            let error = Program::from_wasm("it", bytes).expect_err("no wasm");
            assert!(matches!(error, ProgramError::NotWasm { .. }), "{error}");
        }
    }

    #[test]
    fn from_wasm_reverts_on_every_truncation() {
        let whole = echo();
        for end in 4..whole.len() {
            let error = Program::from_wasm("it", &whole[..end]).expect_err("cut off");
            // Cut between two sections, what is left can be a complete module that lacks the entrypoint.
            assert!(
                matches!(error, ProgramError::Damaged { .. } | ProgramError::NoEntrypoint { .. }),
                "{end}: {error}"
            );
        }
    }

    #[test]
    fn from_wasm_reverts_without_entrypoint() {
        let named_but_no_function = r#"(module (memory (export "user_entrypoint") 1))"#;
        for text in ["(module)", named_but_no_function] {
            let error =
                Program::from_wasm("it", &wat::parse_str(text).expect("valid")).expect_err("no entrypoint");
            assert!(matches!(error, ProgramError::NoEntrypoint { .. }), "{error}");
        }
    }

    #[test]
    fn from_wasm_reverts_when_too_large() {
        // Multiplicative congruential noise, which brotli can't shrink.
        let mut state = 1_u64;
        let noise: String = (0..30_000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                format!("\\{:02x}", state >> 56)
            })
            .collect();
        let text = format!(
            r#"(module (func (export "user_entrypoint") (param i32) (result i32) local.get 0)
                       (memory 1) (data (i32.const 0) "{noise}"))"#
        );
        let error = Program::from_wasm("it", &wat::parse_str(text).expect("valid")).expect_err("too large");
        assert!(matches!(error, ProgramError::TooLarge { size, .. } if size > 30_000), "{error}");
    }

    #[test]
    fn read_reverts_naming_the_file_that_is_missing() {
        let error = Program::read("it", Path::new("/nowhere/it.wasm")).expect_err("missing");
        assert!(error.to_string().contains("/nowhere/it.wasm"), "{error}");
    }
}
