//! Messages to the parent chain through `ArbSys` (§9.7).

use super::*;
use crate::arbos::{Ledger, block, precompiles::abi::ArbSys};
use alloy_primitives::{Keccak256, b256};
use alloy_sol_types::SolEvent;

fn withdraw(chain: &mut Chain, wei: u64) -> PrecompileOutcome {
    chain.ledger.add_balance(ARB_SYS, U256::from(wei));
    let call = ArbSys::withdrawEthCall { destination: Address::repeat_byte(0xde) };
    chain.run(&PrecompileCall { value: U256::from(wei), ..plain(ARB_SYS, &call) })
}

#[test]
fn first_withdrawal_costs_what_nitro_charges_and_burns_the_value() {
    for (arbos, gas) in [(40, 46_139), (51, 46_939), (61, 46_939)] {
        let mut chain = Chain::new(arbos);
        let outcome = withdraw(&mut chain, 1_000);
        assert_eq!(GAS - outcome.gas_left, gas, "ArbOS {arbos}");
        assert_eq!(outcome.output.as_ref(), [0; 32]);
        assert_eq!(chain.ledger.balance(ARB_SYS), U256::ZERO);
        assert_eq!(block::send_count(&mut chain.ledger), 1);
    }
}

#[test]
fn a_message_is_logged_with_its_hash() {
    let mut chain = Chain::new(51);
    let call = ArbSys::sendTxToL1Call { destination: Address::repeat_byte(0xde), data: vec![1, 2, 3].into() };
    assert_eq!(chain.call(USER, ARB_SYS, &call).1.status, Status::Success);
    let [(address, topics, data)] = chain.ledger.logs.as_slice() else { panic!("one log") };
    assert_eq!(*address, ARB_SYS);
    let topic = b256!("3e7aafa77dbf186b7fd488006beff893744caa3c4f6f299e8a709fa2087374fc");
    let mut hash = Keccak256::new();
    hash.update(USER);
    hash.update(Address::repeat_byte(0xde));
    for number in [1_000, 0, NOW, 0] {
        hash.update(B256::from(U256::from(number)));
    }
    hash.update([1, 2, 3]);
    assert_eq!(topics[0], topic);
    assert_eq!(topics[2], hash.finalize());
    let event = ArbSys::L2ToL1Tx::abi_decode_data(data).expect("it is that event's data");
    assert_eq!((event.0, event.2, event.3), (USER, U256::ZERO, U256::from(NOW)));
}

#[test]
fn later_messages_tell_which_subtrees_they_complete() {
    let mut chain = Chain::new(51);
    for _ in 0..4 {
        assert_eq!(withdraw(&mut chain, 0).status, Status::Success);
    }
    let positions: Vec<U256> = chain
        .ledger
        .logs
        .iter()
        .filter(|(_, topics, _)| topics[0] == ArbSys::SendMerkleUpdate::SIGNATURE_HASH)
        .map(|(_, topics, _)| topics[3].into())
        .collect();
    let at = |level: u64, index: u64| (U256::from(level) << 192) | U256::from(index);
    assert_eq!(positions, [at(1, 1), at(1, 3), at(2, 3)]);
    assert_eq!(block::send_count(&mut chain.ledger), 4);
    let (_, topics, _) = chain.ledger.logs.iter().rev().nth(1).expect("an update before the message");
    let whole_tree = topics[2];
    assert_eq!(block::send_root(&mut chain.ledger), whole_tree);
}
