//! `eth_signTypedData_v4`: signatures of structured data (EIP-712), by the accounts whose keys the node holds.

use alloy_dyn_abi::TypedData;
use alloy_primitives::{Address, B256, Bytes};
use serde_json::{Value, json};

use super::{
    Answer, Rpc,
    params::{Parameter, Params},
};

/// The hash of structured data that is signed.
struct SigningHash(B256);

impl Parameter for SigningHash {
    /// Takes the object, and the text of it that some wallets send in its place.
    fn read(value: &Value) -> Result<Self, String> {
        let data: TypedData = serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
        data.eip712_signing_hash().map(Self).map_err(|error| error.to_string())
    }
}

/// Address, then data.
pub(super) fn sign(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let address: Address = params.required(0)?;
    let SigningHash(hash) = params.required(1)?;
    Ok(json!(Bytes::from(rpc.wallet.sign(address, hash)?.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{accounts::DevAccount, rpc::wallet::Wallet};
    use alloy_primitives::{b256, hex};

    /// The example of EIP-712.
    fn mail() -> Value {
        json!({
            "types": {
                "EIP712Domain": [
                    { "name": "name", "type": "string" },
                    { "name": "version", "type": "string" },
                    { "name": "chainId", "type": "uint256" },
                    { "name": "verifyingContract", "type": "address" },
                ],
                "Person": [{ "name": "name", "type": "string" }, { "name": "wallet", "type": "address" }],
                "Mail": [
                    { "name": "from", "type": "Person" },
                    { "name": "to", "type": "Person" },
                    { "name": "contents", "type": "string" },
                ],
            },
            "primaryType": "Mail",
            "domain": {
                "name": "Ether Mail",
                "version": "1",
                "chainId": 1,
                "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
            },
            "message": {
                "from": { "name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" },
                "to": { "name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" },
                "contents": "Hello, Bob!",
            },
        })
    }

    #[test]
    fn the_example_of_the_standard_has_its_hash_and_signature() {
        let digest = b256!("be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");
        for form in [mail(), json!(mail().to_string())] {
            assert_eq!(SigningHash::read(&form).map(|hash| hash.0), Ok(digest));
        }
        let cow = DevAccount {
            address: alloy_primitives::address!("CD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"),
            private_key: alloy_primitives::keccak256("cow"),
        };
        let signature = Wallet::new(vec![cow]).sign(cow.address, digest).expect("its key is known");
        assert_eq!(
            signature.as_bytes(),
            hex!(
                "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d"
                "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562"
                "1c"
            )
        );
    }

    #[test]
    fn data_that_does_not_fit_its_types_is_refused() {
        let mut unknown = mail();
        unknown["primaryType"] = json!("Letter");
        let mut misfit = mail();
        misfit["message"]["to"]["wallet"] = json!("Bob");
        for bad in [unknown, misfit, json!({}), json!("{"), json!(7)] {
            assert!(SigningHash::read(&bad).is_err(), "{bad}");
        }
    }
}
