//! The funded accounts of a development chain. Their keys are public: never send them anything of value elsewhere.

use alloy_primitives::{Address, B256, address, b256};
use alloy_signer_local::{LocalSignerError, MnemonicBuilder, coins_bip39::English};

/// The phrase that Anvil, Hardhat and half of all tutorials use.
pub const MNEMONIC: &str = "test test test test test test test test test test test junk";

/// An account with its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DevAccount {
    /// Its address.
    pub address: Address,
    /// Its key.
    pub private_key: B256,
}

/// The account that Nitro's development node funds and makes a chain owner.
pub const NITRO_DEV: DevAccount = DevAccount {
    address: address!("0x3f1Eae7D46d88F08fc2F8ed27FCb2AB183EB2d0E"),
    private_key: b256!("0xb6b15c8cb491557369f3c7d2c287b053eb229daa9c22138887752191c9520659"),
};

const fn account(address: Address, private_key: B256) -> DevAccount {
    DevAccount { address, private_key }
}

/// The phrase's first accounts, at `m/44'/60'/0'/0/n`: stretching the phrase takes longer than the rest of the boot.
const KNOWN: [DevAccount; 10] = [
    account(
        address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        b256!("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
    ),
    account(
        address!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
        b256!("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
    ),
    account(
        address!("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
        b256!("0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
    ),
    account(
        address!("0x90F79bf6EB2c4f870365E785982E1f101E93b906"),
        b256!("0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"),
    ),
    account(
        address!("0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"),
        b256!("0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"),
    ),
    account(
        address!("0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc"),
        b256!("0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba"),
    ),
    account(
        address!("0x976EA74026E726554dB657fA54763abd0C3a0aa9"),
        b256!("0x92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e"),
    ),
    account(
        address!("0x14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
        b256!("0x4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356"),
    ),
    account(
        address!("0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"),
        b256!("0xdbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97"),
    ),
    account(
        address!("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"),
        b256!("0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"),
    ),
];

/// The first `count` accounts of a phrase.
///
/// # Errors
/// If the phrase is no BIP-39 mnemonic.
pub fn of_mnemonic(phrase: &str, count: u32) -> Result<Vec<DevAccount>, LocalSignerError> {
    let known: &[DevAccount] = if phrase == MNEMONIC { &KNOWN } else { &[] };
    let account = |index| known.get(index as usize).copied().map_or_else(|| derive(phrase, index), Ok);
    (0..count).map(account).collect()
}

fn derive(phrase: &str, index: u32) -> Result<DevAccount, LocalSignerError> {
    let signer = MnemonicBuilder::<English>::default().phrase(phrase).index(index)?.build()?;
    Ok(DevAccount { address: signer.address(), private_key: signer.to_bytes() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_signer_local::PrivateKeySigner;

    #[test]
    fn known_accounts_are_those_of_the_phrase() {
        for (index, known) in KNOWN.iter().enumerate() {
            assert_eq!(derive(MNEMONIC, index as u32).expect("derivable"), *known, "account {index}");
        }
    }

    #[test]
    fn nitros_key_belongs_to_its_address() {
        let signer = PrivateKeySigner::from_bytes(&NITRO_DEV.private_key).expect("a valid key");
        assert_eq!(signer.address(), NITRO_DEV.address);
    }

    #[test]
    fn accounts_beyond_the_known_ones_are_derived() {
        let accounts = of_mnemonic(MNEMONIC, 12).expect("derivable");
        assert_eq!(accounts.len(), 12);
        assert_eq!(accounts[10].address, address!("0xBcd4042DE499D14e55001CcbB24a551F3b954096"));
    }

    #[test]
    fn another_phrase_has_other_accounts_and_nonsense_has_none() {
        let phrase =
            "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
        let accounts = of_mnemonic(phrase, 1).expect("derivable");
        assert_eq!(accounts[0].address, address!("0x9858EfFD232B4033E47d90003D41EC34EcaEda94"));
        assert!(of_mnemonic("test test", 1).is_err());
    }
}
