//! `ecosystem attest` and `ecosystem keystore` as processes: from a verification result to a token on a chain.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use abi::{
    factory::ICredentialTokenFactory::{createTokenCall, getTokenDetailsCall},
    registry::ICredentialRegistry::validateCredentialCall,
};
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
};
use ecosystem::{
    attester::keystore::{self, PASSWORD_VARIABLE, Password},
    chain::Chain,
    key::{KEY_VARIABLE, Key},
};
use serde_json::{Value, json};
use stylus_devnode::{Config, Devnode};
use tokio::runtime::Runtime;

/// Exit codes: something was wrong with what was to be attested, or with the command.
const FAILED: i32 = 1;
const USAGE: i32 = 2;
const PASSWORD: &str = "correct horse battery staple";
const REGISTRY: &str = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const SUBJECT: &str = "0xabababababababababababababababababababababababababababababababab";

/// A folder with an issuer's keystore, a table of programmes and a verification result; gone when the test is.
struct Desk {
    folder: PathBuf,
    issuer: Key,
    holder: Address,
}

impl Desk {
    fn new(name: &str, issuer: Key, holder: Address) -> Self {
        let folder = std::env::temp_dir().join(format!("ecosystem-attest-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        let desk = Self { folder, issuer, holder };
        let password = Password::find(None, Some(PASSWORD.to_owned()), true).expect("long enough");
        keystore::create(&desk.path("issuer.json"), &desk.issuer, &password).expect("written");
        fs::write(desk.path("programmes.toml"), "MASTERS = \"degree-1\"\nPHD = \"degree-1\"\n")
            .expect("written");
        desk.write(&desk.verification());
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn verification(&self) -> Value {
        json!({
            "schema": "air-verification/1",
            "verified": true,
            "programme": "degree-1",
            "subject": SUBJECT,
            "holder": self.holder.to_string(),
            "credentialType": "MASTERS",
            "issuedAt": 1_700_000_000,
            "expiresAt": 0,
            "proofDigest": B256::repeat_byte(7).to_string(),
        })
    }

    fn write(&self, verification: &Value) {
        fs::write(self.path("verification.json"), verification.to_string()).expect("written");
    }

    /// `ecosystem attest` for this desk's holder, with these arguments more.
    fn attest(&self, arguments: &[&str]) -> Command {
        let mut command = ecosystem(&["attest", "--keystore"]);
        command.arg(self.path("issuer.json")).args(["--holder", &self.holder.to_string()]).args(arguments);
        command.env(PASSWORD_VARIABLE, PASSWORD);
        command
    }

    /// The same from the verification result, without a node.
    fn attest_verified(&self, arguments: &[&str]) -> Command {
        let mut command = self.attest(&["--type", "MASTERS", "--registry", REGISTRY, "--chain-id", "412346"]);
        command.arg("--verification").arg(self.path("verification.json"));
        command.arg("--programmes").arg(self.path("programmes.toml")).args(arguments);
        command
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // What can't be removed is left to the system's cleaning.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn desk(name: &str) -> Desk {
    Desk::new(name, Key::dev().derive("an issuer"), Address::repeat_byte(0x42))
}

/// `ecosystem` with these arguments, and without what the environment might tell it.
fn ecosystem(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecosystem"));
    command.args(arguments).env_remove(KEY_VARIABLE).env_remove(PASSWORD_VARIABLE);
    command
}

fn succeeds(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().expect("the binary runs");
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).expect("text")
}

/// Ends with `code` and one sentence on stderr, which is returned; nothing on stdout.
#[track_caller]
fn refuses(command: &mut Command, code: i32) -> String {
    let Output { status, stdout, stderr } = command.output().expect("the binary runs");
    let said = String::from_utf8(stderr).expect("text");
    assert_eq!(status.code(), Some(code), "{said}");
    assert!(stdout.is_empty(), "{}", String::from_utf8_lossy(&stdout));
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("ecosystem: ") && !said.contains(PASSWORD), "{said}");
    said
}

#[test]
fn attest_prints_what_the_registry_takes_and_never_the_key() {
    let desk = desk("prints");
    let told: Value = serde_json::from_str(&succeeds(&mut desk.attest_verified(&["--json"]))).expect("JSON");
    assert_eq!(told["ok"], true);
    assert_eq!(told["issuer"], desk.issuer.address().to_string());
    assert_eq!(told["attestation"]["subject"], SUBJECT);
    assert_eq!(told["attestation"]["issuedAt"], 1_700_000_000);
    let again: Value = serde_json::from_str(&succeeds(&mut desk.attest_verified(&["--json"]))).expect("JSON");
    assert_eq!(again["attestation"]["nonce"], told["attestation"]["nonce"], "one proof, one nonce");
    let text = succeeds(&mut desk.attest_verified(&[]));
    let secret = alloy::primitives::hex::encode(desk.issuer.signer().to_bytes());
    for part in ["credentialId", "attestation.nonce", "signature", "calldata"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!text.contains(&secret) && !told.to_string().contains(&secret));
}

#[test]
fn attest_refuses_what_was_not_verified() {
    let desk = desk("refuses");
    let sound = desk.verification();
    for (key, value, part) in [
        ("verified", json!(false), "nothing can be attested"),
        ("schema", json!("air-verification/2"), "air-verification/2"),
        ("programme", json!("degree-2"), "degree-2"),
        ("holder", json!("0x0000000000000000000000000000000000000001"), "wallet logged in"),
        ("credentialType", json!("PHD"), "PHD"),
        ("comment", json!("trust me"), "comment"),
        ("subject", json!(B256::ZERO.to_string()), "subject is zero"),
        ("issuedAt", json!(99_999_999_999_u64), "99999999999"),
        ("expiresAt", json!(1_700_000_001), "1700000001"),
    ] {
        let mut changed = sound.clone();
        changed[key] = value;
        desk.write(&changed);
        let said = refuses(&mut desk.attest_verified(&[]), FAILED);
        assert!(said.contains(part), "{key}: {said}");
    }
    fs::write(desk.path("verification.json"), "verified: yes").expect("written");
    let said = refuses(&mut desk.attest_verified(&[]), FAILED);
    assert!(said.contains("air-verification/1"), "{said}");
}

#[test]
fn attest_takes_explicit_fields_instead() {
    let desk = desk("explicit");
    let place = ["--registry", REGISTRY, "--chain-id", "1", "--type", "PATENT"];
    let mut command = desk.attest(&place);
    command.args(["--subject", SUBJECT, "--issued-at", "5", "--nonce", "9", "--json"]);
    let told: Value = serde_json::from_str(&succeeds(&mut command)).expect("JSON");
    assert_eq!(told["attestation"]["nonce"], "9");
    assert_eq!(told["proofDigest"], Value::Null);
    // One of the two, not both and not neither.
    for arguments in [&["--subject", SUBJECT, "--verification", "x", "--programmes", "y"][..], &[][..]] {
        let output = desk.attest(&place).args(arguments).output().expect("the binary runs");
        assert_eq!(output.status.code(), Some(USAGE), "{arguments:?}");
    }
}

#[test]
fn attest_says_what_is_wrong_with_the_keystore() {
    let desk = desk("keystore");
    let said = refuses(desk.attest_verified(&[]).env(PASSWORD_VARIABLE, "another password"), USAGE);
    assert!(said.contains("issuer.json") && !said.contains("another"), "{said}");
    let said = refuses(desk.attest_verified(&[]).env_remove(PASSWORD_VARIABLE), USAGE);
    assert!(said.contains("--password-path") && said.contains(PASSWORD_VARIABLE), "{said}");
    fs::write(desk.path("issuer.json"), "{}").expect("written");
    let said = refuses(&mut desk.attest_verified(&[]), USAGE);
    assert!(said.contains("ecosystem keystore new"), "{said}");
}

#[test]
fn keystores_are_made_once_and_open_again() {
    let desk = desk("made");
    let (key_file, out) = (desk.path("key"), desk.path("new.json"));
    fs::write(&key_file, alloy::primitives::hex::encode(desk.issuer.signer().to_bytes())).expect("written");
    let text = |path: &Path| path.to_str().expect("text").to_owned();
    let import = ["keystore", "import", "--private-key-path", &text(&key_file), "--out", &text(&out)];
    let made = succeeds(ecosystem(&import).env(PASSWORD_VARIABLE, PASSWORD));
    assert_eq!(made.trim(), desk.issuer.address().to_string());
    let said = refuses(ecosystem(&import).env(PASSWORD_VARIABLE, PASSWORD), USAGE);
    assert!(said.contains("never overwritten"), "{said}");
    let opened = PrivateKeySigner::decrypt_keystore(&out, PASSWORD).expect("opens");
    assert_eq!(opened.address(), desk.issuer.address());

    let other = desk.path("other.json");
    let new = ["keystore", "new", "--out", &text(&other)];
    let said = refuses(ecosystem(&new).env(PASSWORD_VARIABLE, "short"), USAGE);
    assert!(said.contains("8 characters"), "{said}");
    let made = succeeds(ecosystem(&new).env(PASSWORD_VARIABLE, PASSWORD));
    let opened = PrivateKeySigner::decrypt_keystore(&other, PASSWORD).expect("opens");
    assert_eq!(made.trim(), opened.address().to_string());
}

#[test]
fn a_verified_credential_is_registered_by_anyone_and_gets_its_token() {
    let runtime = Runtime::new().expect("a runtime");
    let node = runtime.block_on(Devnode::spawn(Config::test())).expect("a devnode");
    let url = node.rpc_url();
    // The demo leaves a system with an issuer for degrees behind.
    let report: Value =
        serde_json::from_str(&succeeds(&mut ecosystem(&["demo", "--json", "--rpc", &url]))).expect("JSON");
    let address = |name: &str| -> Address {
        report["addresses"][name].as_str().and_then(|text| text.parse().ok()).expect("an address")
    };
    let (registry, factory) = (address("registry"), address("factory"));
    let issuer = Key::dev().derive("ecosystem demo: issuer");
    let holder = Key::dev().derive("somebody with a degree");
    let desk = Desk::new("token", issuer, holder.address());

    let mut command =
        desk.attest(&["--type", "MASTERS", "--rpc", &url, "--registry", &registry.to_string(), "--json"]);
    command.arg("--verification").arg(desk.path("verification.json"));
    command.arg("--programmes").arg(desk.path("programmes.toml"));
    let told: Value = serde_json::from_str(&succeeds(&mut command)).expect("JSON");
    let calldata: Bytes = told["calldata"].as_str().and_then(|text| text.parse().ok()).expect("calldata");
    let id: B256 = told["credentialId"].as_str().and_then(|text| text.parse().ok()).expect("an id");

    runtime.block_on(async {
        let chain = Chain::connect(&url, None).await.expect("the devnode answers");
        let relayer = Key::dev();
        let ether =
            TransactionRequest::default().to(holder.address()).value(U256::from(10).pow(U256::from(18)));
        chain.send(&relayer, ether, "Ether for gas").await.expect("sent");
        let request = TransactionRequest::default().to(registry).input(calldata.into());
        chain.send(&relayer, request, "register what was attested").await.expect("registered");
        let validity = validateCredentialCall { credentialId: id, holder: holder.address() };
        assert!(chain.read(registry, validity).await.expect("an answer").valid);
        let call = createTokenCall {
            credentialId: id,
            name: "Somebody's degree".to_owned(),
            symbol: "DEGREE".to_owned(),
            emissionRate: U256::from(10).pow(U256::from(19)),
            maxSupply: U256::from(10).pow(U256::from(24)),
        };
        chain.execute(&holder, factory, call, "create the token").await.expect("created");
        let details = chain.read(factory, getTokenDetailsCall { credentialId: id }).await.expect("an answer");
        assert!(details.exists && details.creator == holder.address(), "the token is known");
    });

    // A type that this issuer isn't registered for is refused before anybody pays for it.
    let mut other = desk.attest(&["--type", "PATENT", "--rpc", &url, "--registry", &registry.to_string()]);
    let said = refuses(other.args(["--subject", SUBJECT]), FAILED);
    assert!(said.contains("PATENT"), "{said}");
}
