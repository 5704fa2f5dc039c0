//! Lends the host to host functions for the time of one program call.
//!
//! wasmer keeps what host functions see in an environment that must be `'static` and `Send`, but a program's host is
//! a borrow of the frame that called it, and not `Send`. Three facts make it sound to pretend otherwise:
//!
//! * [`lend`] takes the pointer back when its closure ends, even by a panic, and [`LentHost::with`] refuses afterwards;
//!   a reference can't outlive `with`, whose closure must work for any lifetime;
//! * `with` refuses on any thread but the one that called `lend`, so nothing is ever sent or shared;
//! * `with` borrows the only `LentHost` mutably, and `lend` holds the caller's `&mut` meanwhile: no second reference.

use std::cell::Cell;
use std::mem::transmute;
use std::ptr::NonNull;
use std::sync::Arc;
use std::thread::{self, ThreadId};

use super::host::Host;

/// A host on loan; usable inside [`lend`] only.
pub(super) struct LentHost {
    slot: Arc<Slot>,
    thread: ThreadId,
}

/// The host while it is lent.
struct Slot(Cell<Option<NonNull<dyn Host>>>);

// SAFETY: the cell is read by `LentHost::with` and written by `lend`, both on the lending thread only; dropping it
// touches nothing.
unsafe impl Send for Slot {}
// SAFETY: as above.
unsafe impl Sync for Slot {}

/// Runs `work` with `host` on loan.
pub(super) fn lend<R>(host: &mut dyn Host, work: impl FnOnce(LentHost) -> R) -> R {
    struct Recall(Arc<Slot>);
    impl Drop for Recall {
        fn drop(&mut self) {
            self.0.0.set(None);
        }
    }
    // SAFETY: only the lifetime of the trait object changes. The pointer is used between here and the drop of
    // `recall`, and `host` is borrowed for longer than that.
    let pointer = unsafe { transmute::<NonNull<dyn Host + '_>, NonNull<dyn Host>>(NonNull::from(host)) };
    let slot = Arc::new(Slot(Cell::new(Some(pointer))));
    let recall = Recall(Arc::clone(&slot));
    let result = work(LentHost { slot, thread: thread::current().id() });
    drop(recall);
    result
}

impl LentHost {
    /// Uses the host.
    pub(super) fn with<R>(&mut self, work: impl FnOnce(&mut dyn Host) -> R) -> R {
        assert!(self.thread == thread::current().id(), "a host is used only on the thread that lent it");
        let mut pointer = self.slot.0.get().expect("a host is used only while it is lent");
        // SAFETY: the slot is filled, so `lend` hasn't ended and the pointee is alive; this thread is the one that
        // lent it; and `&mut self` of the only `LentHost` keeps this the only reference.
        work(unsafe { pointer.as_mut() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vm::testing::MockHost;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn lend_gives_access_and_takes_it_back() {
        let mut host = MockHost::default();
        let mut kept = lend(&mut host, |mut lent| {
            lent.with(|host| host.console("hello".into()));
            lent
        });
        assert_eq!(host.printed, ["hello"]);
        assert!(catch_unwind(AssertUnwindSafe(|| kept.with(|_| ()))).is_err());
    }

    #[test]
    fn lend_takes_the_host_back_when_the_work_panics() {
        let mut host = MockHost::default();
        let mut kept = None;
        let result = catch_unwind(AssertUnwindSafe(|| {
            lend(&mut host, |lent| {
                kept = Some(lent);
                panic!("as planned");
            })
        }));
        assert!(result.is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| kept.as_mut().unwrap().with(|_| ()))).is_err());
    }

    #[test]
    fn a_lent_host_refuses_other_threads() {
        let mut host = MockHost::default();
        lend(&mut host, |mut lent| {
            let refused = thread::scope(|scope| {
                let lent = &mut lent;
                scope
                    .spawn(move || catch_unwind(AssertUnwindSafe(|| lent.with(|_| ()))).is_err())
                    .join()
                    .unwrap()
            });
            assert!(refused);
        });
    }
}
