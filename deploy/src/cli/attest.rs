//! `ecosystem attest`

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use abi::registry::{
    ICredentialRegistry::{getIssuerCall, isIssuerForTypeCall},
    credential_type,
};
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use clap::Args;
use serde_json::{Value, json};

use crate::{
    attester::{
        Asked, Claim, Programmes, Verification,
        keystore::{self, PASSWORD_VARIABLE, Password},
    },
    chain::Chain,
    credential::Attested,
    error::{AttestError, Error},
    key::Key,
    network::Network,
    signing::{credential_id, registry_domain, sign_attestation},
};

/// Options of `ecosystem attest`.
#[derive(Debug, Args)]
pub(super) struct AttestArguments {
    /// The issuer's keystore: see `ecosystem keystore`.
    #[arg(long, value_name = "FILE")]
    keystore: PathBuf,

    /// File with the keystore's password [default: the environment variable ECOSYSTEM_KEYSTORE_PASSWORD, else the
    /// terminal]
    #[arg(long, value_name = "FILE")]
    password_path: Option<PathBuf>,

    /// The registry that the attestation is for.
    #[arg(long, value_name = "ADDRESS")]
    registry: Address,

    /// A node of the registry's chain: it is asked for chain id, time, and whether the key may attest this type
    #[arg(long, value_name = "URL", required_unless_present_any = ["network", "chain_id"])]
    rpc: Option<String>,

    /// The network of the registry: devnode, arbitrum-sepolia or arbitrum-one
    #[arg(long, value_name = "NAME")]
    network: Option<String>,

    /// Sign without a node, for this chain, by this machine's clock
    #[arg(long, value_name = "ID", conflicts_with_all = ["rpc", "network"])]
    chain_id: Option<u64>,

    /// Without a node: the issuer's first key, if the keystore holds a later one [default: the keystore's address]
    #[arg(long, value_name = "ADDRESS", requires = "chain_id")]
    issuer_root: Option<Address>,

    /// The wallet that the credential is for.
    #[arg(long, value_name = "ADDRESS")]
    holder: Address,

    /// The credential's type by name, for example MASTERS.
    #[arg(long = "type", value_name = "NAME")]
    credential_type: String,

    /// A verification result of schema air-verification/1, as JSON.
    #[arg(long, value_name = "FILE", requires = "programmes", required_unless_present = "subject")]
    verification: Option<PathBuf>,

    /// TOML file with the verification programme of each type: MASTERS = "…"
    #[arg(long, value_name = "FILE", requires = "verification")]
    programmes: Option<PathBuf>,

    /// Explicit fields: the nullifier, 32 bytes.
    #[arg(long, value_name = "BYTES32", conflicts_with = "verification")]
    subject: Option<B256>,

    /// Explicit fields: when the credential was issued, Unix seconds [default: now]
    #[arg(long, value_name = "SECONDS", conflicts_with = "verification")]
    issued_at: Option<u64>,

    /// Explicit fields: until when it is valid, Unix seconds; 0 for ever
    #[arg(long, value_name = "SECONDS", default_value_t = 0, conflicts_with = "verification")]
    expires_at: u64,

    /// How long the attestation may wait to be registered, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 3_600)]
    valid_for: u64,

    /// The attestation's nonce, a number [default: follows from what is attested and its proof]
    #[arg(long, value_name = "N")]
    nonce: Option<U256>,

    /// Print one JSON object instead of lines.
    #[arg(long)]
    pub(super) json: bool,
}

/// What the attestation is signed for.
struct Place {
    chain_id: u64,
    /// Unix seconds.
    now: u64,
    /// The issuer's first key.
    root: Address,
}

/// Signs and prints an attestation.
pub(super) async fn run(arguments: &AttestArguments) -> Result<(), Error> {
    // What costs nothing comes first: an input that is refused needs no password.
    let (given, proof) = match &arguments.verification {
        Some(path) => {
            let (claim, proof) = verified(arguments, path)?;
            (Some(claim), Some(proof))
        }
        None => (None, None),
    };
    let variable = std::env::var(PASSWORD_VARIABLE).ok();
    let password = Password::find(arguments.password_path.as_deref(), variable, false)?;
    let key = keystore::open(&arguments.keystore, &password)?;
    let place = place(arguments, &key).await?;

    let claim = given.unwrap_or_else(|| Claim {
        subject: arguments.subject.unwrap_or_default(),
        holder: arguments.holder,
        credential_type: arguments.credential_type.clone(),
        issued_at: arguments.issued_at.unwrap_or(place.now),
        expires_at: arguments.expires_at,
    });
    claim.check(place.now).map_err(AttestError::from)?;
    let nonce = arguments.nonce.unwrap_or_else(|| claim.nonce(proof.unwrap_or_default()));
    let deadline = U256::from(place.now) + U256::from(arguments.valid_for);
    let attestation = claim.attestation(nonce, deadline);
    let signature =
        sign_attestation(&key, &attestation, &registry_domain(place.chain_id, arguments.registry));
    let id = credential_id(place.root, attestation.credentialType, attestation.subject);
    let attested = Attested { attestation, issuer: key.address(), signature, id };
    print(&attested, &claim, &place, arguments, proof).map_err(Error::Output)
}

/// What the verification result says, if it is what was asked for, and the digest of its proof.
fn verified(arguments: &AttestArguments, path: &PathBuf) -> Result<(Claim, B256), AttestError> {
    let unreadable = |reason| AttestError::Unreadable { path: path.clone(), reason };
    let table = Programmes::read(&arguments.programmes.clone().unwrap_or_default())?;
    let verification = Verification::parse(&fs::read_to_string(path).map_err(unreadable)?)?;
    let asked = Asked { holder: arguments.holder, credential_type: arguments.credential_type.clone() };
    let claim = verification.confirm(&asked, &table)?.clone();
    Ok((claim, verification.proof_digest))
}

/// Chain, time and issuer: from the node, which also knows whether the registry would take it, or as given.
async fn place(arguments: &AttestArguments, key: &Key) -> Result<Place, Error> {
    if let Some(chain_id) = arguments.chain_id {
        // A clock before 1970 makes everything expire; the check of the claim tells.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        return Ok(Place { chain_id, now, root: arguments.issuer_root.unwrap_or(key.address()) });
    }
    let network = arguments.network.as_deref().map(Network::named).transpose()?;
    let url = arguments.rpc.clone().or_else(|| network.as_ref().map(|network| network.rpc.clone()));
    let chain = Chain::connect(&url.unwrap_or_default(), network.as_ref()).await?;
    let registry = arguments.registry;
    let issuer = chain.read(registry, getIssuerCall { key: key.address() }).await?;
    let may_attest = isIssuerForTypeCall {
        key: key.address(),
        credentialType: credential_type(&arguments.credential_type),
    };
    if !chain.read(registry, may_attest).await? {
        let credential_type = arguments.credential_type.clone();
        return Err(AttestError::NotAnIssuer { key: key.address(), registry, credential_type }.into());
    }
    Ok(Place { chain_id: chain.chain_id(), now: chain.now().await?, root: issuer.issuerRoot })
}

fn print(
    attested: &Attested,
    claim: &Claim,
    place: &Place,
    arguments: &AttestArguments,
    proof: Option<B256>,
) -> io::Result<()> {
    let attestation = &attested.attestation;
    let calldata = alloy::primitives::hex::encode_prefixed(attested.registration().abi_encode());
    let document = json!({
        "schema": 1,
        "ok": true,
        "chainId": place.chain_id,
        "registry": arguments.registry.to_string(),
        "issuerRoot": place.root.to_string(),
        "issuer": attested.issuer.to_string(),
        "credentialId": attested.id.to_string(),
        "type": claim.credential_type,
        "attestation": {
            "subject": attestation.subject.to_string(),
            "holder": attestation.holder.to_string(),
            "credentialType": attestation.credentialType.to_string(),
            "issuedAt": attestation.issuedAt,
            "expiresAt": attestation.expiresAt,
            "nonce": attestation.nonce.to_string(),
            "deadline": attestation.deadline.to_string(),
        },
        "signature": attested.signature.to_string(),
        "proofDigest": proof.map(|proof| proof.to_string()),
        "calldata": calldata,
    });
    let mut out = io::stdout().lock();
    if arguments.json {
        return writeln!(out, "{document}");
    }
    for (name, value) in lines(&document, "") {
        writeln!(out, "{name:<27}{value}")?;
    }
    writeln!(out, "\nWhoever sends `calldata` to the registry before the deadline registers the credential.")
}

/// Names and values of an object, those of objects in it with both names.
fn lines(object: &Value, prefix: &str) -> Vec<(String, String)> {
    let members = object.as_object().into_iter().flatten();
    let shown = members.filter(|(name, value)| !value.is_null() && *name != "schema" && *name != "ok");
    shown
        .flat_map(|(name, value)| match value {
            Value::Object(_) => lines(value, &format!("{prefix}{name}.")),
            Value::String(text) => vec![(format!("{prefix}{name}"), text.clone())],
            other => vec![(format!("{prefix}{name}"), other.to_string())],
        })
        .collect()
}
