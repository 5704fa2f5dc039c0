//! What AIR found: documents of schema `air-verification/1` (`docs/schemas/air-verification-1.json`).

use alloy::primitives::{Address, B256, hex};
use serde::Deserialize;

use super::{claim::Claim, programmes::Programmes};

/// The schema that this reads.
pub const SCHEMA: &str = "air-verification/1";

/// Why a document is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum VerificationError {
    /// Not a document of this kind.
    #[error("this is no verification result of schema {SCHEMA}: {0}")]
    Malformed(String),
    /// A document of another kind.
    #[error("the verification result is of schema {0:?}; only {SCHEMA:?} is understood")]
    OtherSchema(String),
    /// The proof did not hold.
    #[error("the verification failed (`verified` is not true): nothing can be attested")]
    NotVerified,
    /// Somebody else's.
    #[error(
        "the verification is for the holder {found}, not for {asked}: have it done again with that wallet logged in"
    )]
    OtherHolder {
        /// Whom the attestation is for.
        asked: Address,
        /// Whom the verification is for.
        found: Address,
    },
    /// Of something else.
    #[error("the verification is of a credential of type {found}, not {asked}")]
    OtherType {
        /// The type that is to be attested.
        asked: String,
        /// The type that was verified.
        found: String,
    },
    /// A type that nobody verifies.
    #[error("the table of programmes has no line for {0}: add its programme, the only one for this type")]
    NoProgramme(String),
    /// Another programme, whose nullifiers are others.
    #[error(
        "credentials of type {credential_type} are verified by the programme {expected:?}, this one was by {found:?}"
    )]
    OtherProgramme {
        /// The type.
        credential_type: String,
        /// Its programme.
        expected: String,
        /// The document's.
        found: String,
    },
}

/// What is to be attested.
#[derive(Clone, Debug)]
pub struct Asked {
    /// To whom.
    pub holder: Address,
    /// A credential of which type, by name.
    pub credential_type: String,
}

/// A verification result, as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The programme that verified.
    pub programme: String,
    /// What it found.
    pub claim: Claim,
    /// Hash of the proof.
    pub proof_digest: B256,
}

/// The document itself. Unknown, missing and repeated keys are refused: what isn't understood may change the meaning.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Document {
    schema: String,
    verified: bool,
    programme: String,
    subject: String,
    holder: String,
    credential_type: String,
    issued_at: u64,
    expires_at: u64,
    proof_digest: String,
}

impl Verification {
    /// Reads a document. This is the one place that knows its form: whoever receives AIR's own payload, which isn't
    /// public, maps it to this schema before, key by key: the nullifier to `subject`, the wallet that was logged in to
    /// `holder`, and the proof that was checked, hashed, to `proofDigest`.
    ///
    /// # Errors
    /// If it isn't of this schema, or says that nothing was verified.
    pub fn parse(json: &str) -> Result<Self, VerificationError> {
        // The schema first: a newer document should be told from a broken one.
        let any: serde_json::Value =
            serde_json::from_str(json).map_err(|error| VerificationError::Malformed(error.to_string()))?;
        if let Some(schema) = any.get("schema").and_then(serde_json::Value::as_str)
            && schema != SCHEMA
        {
            return Err(VerificationError::OtherSchema(schema.to_owned()));
        }
        let document: Document =
            serde_json::from_str(json).map_err(|error| VerificationError::Malformed(error.to_string()))?;
        if document.schema != SCHEMA {
            return Err(VerificationError::OtherSchema(document.schema));
        }
        if !document.verified {
            return Err(VerificationError::NotVerified);
        }
        let claim = Claim {
            subject: word("subject", &document.subject)?,
            holder: address("holder", &document.holder)?,
            credential_type: document.credential_type,
            issued_at: document.issued_at,
            expires_at: document.expires_at,
        };
        let proof_digest = word("proofDigest", &document.proof_digest)?;
        Ok(Self { programme: document.programme, claim, proof_digest })
    }

    /// The claim, if it is what was asked for and comes from the programme that its type has.
    ///
    /// # Errors
    /// What differs.
    pub fn confirm(&self, asked: &Asked, programmes: &Programmes) -> Result<&Claim, VerificationError> {
        let Claim { holder, credential_type, .. } = &self.claim;
        if *holder != asked.holder {
            return Err(VerificationError::OtherHolder { asked: asked.holder, found: *holder });
        }
        if *credential_type != asked.credential_type {
            return Err(VerificationError::OtherType {
                asked: asked.credential_type.clone(),
                found: credential_type.clone(),
            });
        }
        let expected = programmes
            .of(credential_type)
            .ok_or_else(|| VerificationError::NoProgramme(credential_type.clone()))?;
        if self.programme != expected {
            return Err(VerificationError::OtherProgramme {
                credential_type: credential_type.clone(),
                expected: expected.to_owned(),
                found: self.programme.clone(),
            });
        }
        Ok(&self.claim)
    }
}

fn word(key: &str, text: &str) -> Result<B256, VerificationError> {
    let bytes = text.strip_prefix("0x").and_then(|digits| hex::decode_to_array::<_, 32>(digits).ok());
    let wrong = || VerificationError::Malformed(format!("`{key}` is not 0x and 64 hexadecimal digits"));
    bytes.map(B256::from).ok_or_else(wrong)
}

/// An address; mixed case is a checksum, which has to be right (EIP-55).
fn address(key: &str, text: &str) -> Result<Address, VerificationError> {
    let digits = text.strip_prefix("0x").unwrap_or_default();
    let mixed = digits.bytes().any(|byte| byte.is_ascii_uppercase())
        && digits.bytes().any(|byte| byte.is_ascii_lowercase());
    let parsed = if mixed {
        Address::parse_checksummed(text, None).ok()
    } else {
        hex::decode_to_array::<_, 20>(digits).ok().map(Address::from)
    };
    parsed.ok_or_else(|| {
        VerificationError::Malformed(format!("`{key}` is not an address, or its checksum is wrong"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn document() -> Value {
        json!({
            "schema": SCHEMA,
            "verified": true,
            "programme": "degree-1",
            "subject": format!("0x{}", "ab".repeat(32)),
            "holder": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
            "credentialType": "MASTERS",
            "issuedAt": 1_700_000_000,
            "expiresAt": 0,
            "proofDigest": format!("0x{}", "07".repeat(32)),
        })
    }

    /// The document with one key replaced.
    fn with(key: &str, value: Value) -> Result<Verification, VerificationError> {
        let mut changed = document();
        changed[key] = value;
        Verification::parse(&changed.to_string())
    }

    fn asked() -> Asked {
        let holder = "f39fd6e51aad88f6f4ce6ab8827279cfffb92266".parse().expect("an address");
        Asked { holder, credential_type: "MASTERS".to_owned() }
    }

    #[test]
    fn a_sound_document_is_confirmed_for_its_holder_type_and_programme() {
        let read = Verification::parse(&document().to_string()).expect("sound");
        let claim = read.confirm(&asked(), &[("MASTERS", "degree-1")].into()).expect("as asked");
        assert_eq!(claim.subject, B256::repeat_byte(0xab));
        assert_eq!((claim.issued_at, claim.expires_at), (1_700_000_000, 0));
        assert_eq!(read.proof_digest, B256::repeat_byte(7));
    }

    #[test]
    fn the_schema_in_the_documentation_has_these_keys() {
        let path = xtask::repo::root().expect("the repository").join("docs/schemas/air-verification-1.json");
        let schema: Value =
            serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("JSON");
        let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&schema["properties"]), keys(&document()));
        assert_eq!(schema["required"].as_array().map(Vec::len), Some(keys(&document()).len()));
    }

    #[test]
    fn parse_refuses_other_schemas_failed_verifications_and_keys_it_does_not_know() {
        assert_eq!(
            with("schema", json!("air-verification/2")),
            Err(VerificationError::OtherSchema("air-verification/2".into()))
        );
        assert_eq!(with("verified", json!(false)), Err(VerificationError::NotVerified));
        for (key, value) in [
            ("verified", json!("true")),
            ("verified", json!(1)),
            ("note", json!("hello")),
            ("subject", json!("ab".repeat(32))),
            ("subject", json!("0xab")),
            ("subject", json!(format!("0x{}", "zz".repeat(32)))),
            ("proofDigest", json!(null)),
            ("holder", json!("0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266")),
            ("holder", json!("f39fd6e51aad88f6f4ce6ab8827279cfffb92266")),
            ("issuedAt", json!(-1)),
            ("expiresAt", json!(1.5)),
        ] {
            let refusal = with(key, value.clone()).expect_err("it has to be refused");
            assert!(matches!(refusal, VerificationError::Malformed(_)), "{key} {value}: {refusal}");
        }
        for key in document().as_object().expect("an object").keys() {
            let mut less = document();
            less.as_object_mut().expect("an object").remove(key);
            assert!(Verification::parse(&less.to_string()).is_err(), "without {key}");
        }
        let twice = document().to_string().replacen('{', r#"{"verified":true,"#, 1);
        assert!(Verification::parse(&twice).is_err(), "a key that is there twice");
        assert!(Verification::parse("").is_err());
    }

    #[test]
    fn confirm_refuses_what_was_not_asked_for() {
        let read = Verification::parse(&document().to_string()).expect("sound");
        let table = Programmes::from([("MASTERS", "degree-1"), ("PHD", "degree-1")]);
        let other = Asked { holder: Address::repeat_byte(1), ..asked() };
        assert!(matches!(read.confirm(&other, &table), Err(VerificationError::OtherHolder { .. })));
        let other = Asked { credential_type: "PHD".to_owned(), ..asked() };
        assert!(matches!(read.confirm(&other, &table), Err(VerificationError::OtherType { .. })));
        let none = Programmes::from([("PHD", "degree-1")]);
        assert_eq!(read.confirm(&asked(), &none), Err(VerificationError::NoProgramme("MASTERS".to_owned())));
        let elsewhere = Programmes::from([("MASTERS", "degree-2")]);
        assert!(matches!(read.confirm(&asked(), &elsewhere), Err(VerificationError::OtherProgramme { .. })));
    }
}
