//! What the node signs, and whom it acts for without a key.

use alloy::{
    primitives::{Address, Bytes, Signature, U256, b256},
    providers::Provider,
};
use serde_json::json;
use stylus_devnode::{Config, Devnode};

use crate::client::{NOBODY, provider, request, spawn};

#[tokio::test]
async fn node_sends_for_the_funded_accounts() {
    let node = spawn().await;
    let client = provider(&node, 0);
    let sender = node.accounts()[3].address;
    let accounts: Vec<Address> = node.accounts().iter().map(|account| account.address).collect();
    assert_eq!(request(&client, "eth_accounts", json!([])).await, Ok(json!(accounts)));
    for price in [json!({}), json!({ "gasPrice": "0x3b9aca00" })] {
        let mut tx = json!({ "from": sender, "to": NOBODY, "value": "0x5" });
        for (name, value) in price.as_object().expect("an object") {
            tx[name] = value.clone();
        }
        let hash = request(&client, "eth_sendTransaction", json!([tx])).await.expect("a hash");
        let receipt = request(&client, "eth_getTransactionReceipt", json!([hash])).await.expect("a receipt");
        assert_eq!((&receipt["status"], &receipt["gasUsed"]), (&json!("0x1"), &json!("0x5208")));
        assert_eq!(receipt["from"], json!(sender));
    }
    assert_eq!(client.get_balance(NOBODY).await.expect("a balance"), U256::from(10));
}

#[tokio::test]
async fn signatures_belong_to_the_account() {
    let node = spawn().await;
    let client = provider(&node, 0);
    let signer = node.accounts()[1].address;
    let signed = request(&client, "eth_sign", json!([signer, "0x68656c6c6f"])).await.expect("a signature");
    let again =
        request(&client, "personal_sign", json!(["0x68656c6c6f", signer])).await.expect("a signature");
    assert_eq!(signed, again);
    let bytes: Bytes = serde_json::from_value(signed).expect("bytes");
    let signature = Signature::from_raw(&bytes).expect("65 bytes");
    assert_eq!(signature.recover_address_from_msg("hello").expect("a signer"), signer);
    let unknown = request(&client, "eth_sign", json!([NOBODY, "0x"])).await;
    assert_eq!(unknown, Err((-32000, "unknown account".to_owned())));
}

#[tokio::test]
async fn impersonated_accounts_send_even_contracts() {
    let node = spawn().await;
    let client = provider(&node, 1);
    let contract = crate::client::deploy(&client, &[0x00]).await;
    let tx = json!([{ "from": contract, "to": NOBODY, "value": "0x1" }]);
    let ether = b256!("0x0000000000000000000000000000000000000000000000000de0b6b3a7640000");
    request(&client, "anvil_setBalance", json!([contract, U256::from_be_bytes(ether.0)])).await.expect("set");
    let refused = request(&client, "eth_sendTransaction", tx.clone()).await;
    assert_eq!(refused, Err((-32000, "unknown account".to_owned())));

    request(&client, "hardhat_impersonateAccount", json!([contract])).await.expect("done");
    let hash = request(&client, "eth_sendTransaction", tx.clone()).await.expect("a hash");
    let mined = request(&client, "eth_getTransactionByHash", json!([hash])).await.expect("a transaction");
    assert_eq!((&mined["from"], &mined["blockNumber"]), (&json!(contract), &json!("0x2")));
    assert_eq!(client.get_balance(NOBODY).await.expect("a balance"), U256::from(1));

    request(&client, "hardhat_stopImpersonatingAccount", json!([contract])).await.expect("done");
    assert!(request(&client, "eth_sendTransaction", tx.clone()).await.is_err());
    request(&client, "anvil_autoImpersonateAccount", json!([true])).await.expect("done");
    assert!(request(&client, "eth_sendTransaction", tx).await.is_ok());
}

#[tokio::test]
async fn locked_node_knows_no_accounts() {
    let config = Config { unlocked: false, ..Config::test() };
    let node = Devnode::spawn(config).await.expect("a test node starts");
    let client = provider(&node, 0);
    assert_eq!(request(&client, "eth_accounts", json!([])).await, Ok(json!([])));
    let data = json!({
        "types": { "EIP712Domain": [], "Note": [{ "name": "text", "type": "string" }] },
        "primaryType": "Note", "domain": {}, "message": { "text": "hello" },
    });
    let account = node.accounts()[1].address;
    let refused = request(&client, "eth_signTypedData_v4", json!([account, data])).await;
    assert_eq!(refused, Err((-32000, "unknown account".to_owned())));
    // A node that knows the account signs.
    let node = spawn().await;
    let client = provider(&node, 0);
    for method in ["eth_signTypedData", "eth_signTypedData_v4"] {
        let signature = request(&client, method, json!([account, data])).await.expect("a signature");
        assert_eq!(signature.as_str().map(str::len), Some(2 + 2 * 65));
    }
}
