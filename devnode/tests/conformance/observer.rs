//! Who asks is told what ran and how it ended.

use alloy_primitives::{Address, B256, Bytes, hex};
use std::sync::{Arc, Mutex};
use stylus_devnode::{
    Config,
    evm::{End, Observer, Run},
};

use crate::{
    chain::{Chain, on_chain_of, tx},
    wasm::{caller, delegator, init_code, program, through},
};

/// Account, hash of the code, calldata, end, output.
type Ended = (Address, B256, Bytes, End, Bytes);

#[derive(Debug, Default)]
struct Notes(Mutex<Vec<Ended>>);

impl Observer for Notes {
    fn ended(&self, run: &Run<'_>) {
        let (input, output) = (Bytes::copy_from_slice(run.input), Bytes::copy_from_slice(run.output));
        let code_hash =
            if run.code_hash.is_zero() { B256::ZERO } else { alloy_primitives::keccak256(run.code) };
        assert_eq!(run.code_hash, code_hash);
        self.0.lock().expect("nobody panics").push((run.account, code_hash, input, run.end, output));
    }
}

impl Notes {
    /// What was noted since the last time.
    fn take(&self) -> Vec<Ended> {
        std::mem::take(&mut *self.0.lock().expect("nobody panics"))
    }
}

/// Runs a test on a chain that is observed.
fn observed(test: impl FnOnce(&mut Chain, &Notes) + Send) {
    let notes = Arc::new(Notes::default());
    let config = Config { observer: Some(notes.clone()), ..Config::test() };
    on_chain_of(&config, |chain| test(chain, &notes));
}

#[test]
fn ends_of_programs_are_told_as_they_are() {
    observed(|chain, notes| {
        let answer =
            "(i32.store (i32.const 0) (i32.const 7)) (call $write_result (i32.const 0) (i32.const 4))";
        for (body, end, output) in [
            (format!("{answer} i32.const 0"), End::Success, &hex!("07000000")[..]),
            (format!("{answer} i32.const 1"), End::Revert, &hex!("07000000")),
            ("unreachable".to_owned(), End::Trap, &[]),
            ("(call $write_result (i32.const 65536) (i32.const 1)) i32.const 0".to_owned(), End::Trap, &[]),
            (
                "(call $emit_log (i32.const 0) (i32.const 0) (i32.const 5)) i32.const 0".to_owned(),
                End::Refused("a log has at most four topics, all of them in its data"),
                &[],
            ),
            ("(loop $again (br $again)) i32.const 0".to_owned(), End::Exhausted, &[]),
        ] {
            let at = chain.program(&program(&body));
            notes.take();
            let call = tx(at, hex!("c0ffee")).gas(1_000_000);
            chain.send(&call);
            let told =
                vec![(at, chain.code_hash(at), Bytes::from(hex!("c0ffee")), end, output.to_vec().into())];
            assert_eq!(notes.take(), told, "{body}");
            // What is only tried has run as well.
            assert_eq!(chain.call(&call).is_ok(), end == End::Success);
            assert_eq!(notes.take(), told, "{body}");
        }
    });
}

#[test]
fn inner_frames_are_told_first_with_the_account_that_they_work_on() {
    observed(|chain, notes| {
        let failing = chain.program(&program("i32.const 1"));
        let calling = chain.program(&caller());
        let delegating = chain.deploy(&delegator(calling));
        notes.take();
        chain.send(&tx(delegating, through(failing, &[1, 2])));

        let [inner, program, outer] = &notes.take()[..] else { panic!("three frames") };
        assert_eq!((inner.0, inner.1, inner.3), (failing, chain.code_hash(failing), End::Revert));
        assert_eq!(inner.2[..], hex!("0102"));
        assert_eq!((program.0, program.1, program.3), (delegating, chain.code_hash(calling), End::Revert));
        assert_eq!((outer.0, outer.1, outer.3), (delegating, chain.code_hash(delegating), End::Revert));
    });
}

#[test]
fn evm_code_is_told_too_and_what_never_ran_is_not() {
    observed(|chain, notes| {
        let creation = chain.create(init_code(&hex!("fe")));
        let invalid = creation.contract.expect("created");
        let init = (invalid, B256::ZERO, Bytes::new(), End::Success, Bytes::from(hex!("fe")));
        assert_eq!(notes.take(), [init]);
        chain.send(&tx(invalid, []));
        assert_eq!(
            notes.take()[..],
            [(invalid, chain.code_hash(invalid), Bytes::new(), End::Trap, Bytes::new())]
        );

        // 5b5f56: round and round.
        let endless = chain.deploy(&hex!("5b5f56"));
        notes.take();
        chain.send(&tx(endless, []).gas(100_000));
        assert_eq!(notes.take()[0].3, End::Exhausted);

        // Not active, not there, not code.
        let inactive = chain.deploy(&crate::wasm::classic(&crate::wasm::parse(&program("i32.const 0"))));
        notes.take();
        for to in [inactive, Address::repeat_byte(0x77), Address::with_last_byte(2)] {
            chain.send(&tx(to, []));
        }
        assert_eq!(notes.take(), []);
    });
}
