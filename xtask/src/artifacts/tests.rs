use std::fs;
use std::path::PathBuf;

use super::*;

/// A complete folder with one program, `token`.
fn complete(name: &str) -> PathBuf {
    let folder = env::temp_dir().join(format!("xtask-artifacts-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let export = [&[2, 15][..], b"user_entrypoint", &[0, 0, 6], b"memory", &[2, 0]].concat();
    let module = [b"\0asm\x01\0\0\0", &[7, u8::try_from(export.len()).unwrap()][..], &export].concat();
    wasm::check(&module).unwrap();
    let code = wasm::code(&module).unwrap();
    let program = Program {
        raw_bytes: module.len(),
        compressed_bytes: code.len(),
        limit_bytes: wasm::CODE_LIMIT,
        code_hash: wasm::code_hash(&code),
        rustc: "rustc 1.96.0".into(),
        wasm_opt: "132 -Oz".into(),
    };
    Manifest([("token".to_owned(), program)].into()).write(&folder).unwrap();
    fs::write(folder.join("token.wasm"), module).unwrap();
    for file in ["token.sol", "token.abi.json", "evm.json"] {
        fs::write(folder.join(file), "{}").unwrap();
    }
    folder
}

#[test]
fn a_complete_folder_gives_the_code_of_its_manifest() {
    let folder = complete("complete");
    let artifacts = Artifacts::open(&folder).unwrap();
    let code = artifacts.code("token").unwrap();
    assert_eq!(wasm::code_hash(&code), artifacts.programs()["token"].code_hash);
    assert_eq!(code.len(), artifacts.programs()["token"].compressed_bytes);
    assert!(!artifacts.was_built());
    let error = artifacts.code("pool").unwrap_err().to_string();
    assert!(error.contains("no program `pool`"), "{error}");
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_hash_of_the_sources_does_not_change_the_settled_length() {
    let folder = complete("settled");
    let artifacts = Artifacts::open(&folder).unwrap();
    let path = artifacts.wasm_path("token");
    let module = fs::read(&path).unwrap();
    let lengths = [[0; 32], [0x5a; 32]].map(|hash| {
        fs::write(&path, wasm::with_only_custom_section(&module, project_hash::SECTION, &hash).unwrap())
            .unwrap();
        artifacts.settled_bytes("token").unwrap()
    });
    assert_eq!(lengths[0], lengths[1]);
    // The hash doesn't compress.
    assert!(lengths[0] > artifacts.programs()["token"].compressed_bytes + 32);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_missing_file_is_named() {
    let folder = complete("missing");
    fs::remove_file(folder.join("token.wasm")).unwrap();
    let error = Artifacts::open(&folder).unwrap_err().to_string();
    assert!(error.contains("token.wasm") && error.contains("build-contracts"), "{error}");
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn truncated_and_exchanged_programs_are_refused() {
    let folder = complete("exchanged");
    let artifacts = Artifacts::open(&folder).unwrap();
    let path = artifacts.wasm_path("token");
    let module = fs::read(&path).unwrap();

    fs::write(&path, &module[..module.len() - 1]).unwrap();
    let error = format!("{:#}", artifacts.code("token").unwrap_err());
    assert!(error.contains("cut off"), "{error}");

    let other = wasm::with_only_custom_section(&module, "other", b"").unwrap();
    fs::write(&path, other).unwrap();
    let error = artifacts.code("token").unwrap_err().to_string();
    assert!(error.contains("manifest"), "{error}");
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_folder_without_a_manifest_says_what_to_do() {
    let error =
        Artifacts::open(&env::temp_dir().join("no-such-folder-of-artifacts")).unwrap_err().to_string();
    assert!(error.contains("cargo xtask build-contracts"), "{error}");
}
