//! What the binary says when the node answers.

use serde_json::json;
use std::io::Write;
use stylus_devnode::Devnode;

/// For people.
pub(crate) fn print(node: &Devnode, arbos_version: u64, ether: u64, mnemonic: &str) {
    let mut text =
        format!("\n  stylus-devnode {}\n\nAccounts ({ether} ETH each)\n\n", env!("CARGO_PKG_VERSION"));
    for (index, account) in node.accounts().iter().enumerate() {
        let note = if index == 0 { "  Nitro's dev account, chain owner" } else { "" };
        text += &format!("({index}) {}{note}\n", account.address);
    }
    text += "\nPrivate keys\n\n";
    for (index, account) in node.accounts().iter().enumerate() {
        text += &format!("({index}) {}\n", account.private_key);
    }
    text += &format!(
        "\nMnemonic       {mnemonic}\nChain id       {}\nArbOS version  {arbos_version}\n\nListening on {} and {}\n",
        node.chain_id(),
        node.rpc_url(),
        node.ws_url(),
    );
    out(&text);
}

/// For scripts: one line.
pub(crate) fn print_json(node: &Devnode) {
    let accounts = node.accounts().iter();
    let accounts: Vec<_> = accounts
        .map(|account| json!({ "address": account.address.to_checksum(None), "privateKey": account.private_key }))
        .collect();
    let line = json!({ "rpc": node.rpc_url(), "ws": node.ws_url(), "chainId": node.chain_id(), "accounts": accounts });
    out(&format!("{line}\n"));
}

/// A reader that has gone away is no reason to stop serving.
fn out(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}
