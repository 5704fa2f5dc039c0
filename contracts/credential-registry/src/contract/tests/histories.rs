//! Random histories against a plain model: what is valid, for whom, what each holder's list has, and which nonces are
//! gone, and when credentials had lapsed (R1 to R6), with keys that turn out to be stolen.

use super::*;
use proptest::{prelude::*, test_runner::TestRunner};
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet, HashSet},
};

#[derive(Clone, Debug)]
enum Step {
    Register { issuer: usize, subject: u8, holder: usize, nonce: u16, lifetime: u64, honest: bool },
    Renew { issuer: usize, subject: u8, by: usize, more: u64 },
    Rebind { issuer: usize, subject: u8, by: usize, holder: usize },
    Complete { issuer: usize, subject: u8 },
    Cancel { issuer: usize, subject: u8, caller: usize },
    Revoke { issuer: usize, subject: u8, caller: usize },
    Distrust { issuer: usize, ago: u64 },
    Restore { issuer: usize, subject: u8 },
    Wait { seconds: u64 },
}

const ISSUERS: [Address; 2] = [ISSUER, OTHER_ISSUER];
const HOLDERS: [Address; 2] = [ALICE, BOB];
const CALLERS: [Address; 4] = [OWNER, ISSUER, OTHER_ISSUER, EVE];
const SUBJECTS: std::ops::RangeInclusive<u8> = 1..=2;

fn step() -> impl Strategy<Value = Step> {
    let which = || (0..2usize, SUBJECTS);
    // Mostly whose turn it is, sometimes somebody else's.
    let by = |issuer: usize, other: bool| if other { 1 - issuer } else { issuer };
    let caller = |issuer: usize, any: usize| if any < CALLERS.len() { any } else { issuer + 1 };
    prop_oneof![
        8 => (which(), 0..2usize, 0..40u16, 0..9 * DAY, prop::bool::weighted(0.8)).prop_map(
            |((issuer, subject), holder, nonce, lifetime, honest)| Step::Register {
                issuer, subject, holder, nonce: nonce * 50, lifetime, honest,
            }
        ),
        8 => (which(), prop::bool::weighted(0.1), 0..9 * DAY).prop_map(
            move |((issuer, subject), other, more)| Step::Renew { issuer, subject, by: by(issuer, other), more }
        ),
        16 => (which(), prop::bool::weighted(0.1), 0..2usize).prop_map(
            move |((issuer, subject), other, holder)| Step::Rebind { issuer, subject, by: by(issuer, other), holder }
        ),
        16 => which().prop_map(|(issuer, subject)| Step::Complete { issuer, subject }),
        2 => (which(), 0..6usize).prop_map(
            move |((issuer, subject), any)| Step::Cancel { issuer, subject, caller: caller(issuer, any) }
        ),
        1 => (which(), 0..6usize).prop_map(
            move |((issuer, subject), any)| Step::Revoke { issuer, subject, caller: caller(issuer, any) }
        ),
        1 => (0..2usize, 0..9 * DAY).prop_map(|(issuer, ago)| Step::Distrust { issuer, ago }),
        6 => which().prop_map(|(issuer, subject)| Step::Restore { issuer, subject }),
        12 => (1..3 * DAY).prop_map(|seconds| Step::Wait { seconds }),
    ]
}

/// What the registry should know, kept without slots, signatures or bits.
#[derive(Default)]
struct Model {
    now: u64,
    credentials: BTreeMap<(usize, u8), Kept>,
    nonces: HashSet<(usize, u16)>,
    /// When each credential wasn't valid for a while.
    lapses: BTreeMap<(usize, u8), Vec<Lapse>>,
    /// Since when each issuer's only key is distrusted.
    distrusted: [Option<u64>; 2],
}

/// A credential with all that ever happened to it: its issuer's key did each at the given time.
struct Kept {
    registered_at: u64,
    /// The last is what holds now; each with the time of the change that led to it.
    expiries: Vec<(u64, u64)>,
    holders: Vec<(usize, u64)>,
    /// Where it is to move, and since when it is on its way.
    moving: Option<(usize, u64)>,
    /// By its issuer's key, or by the owner; and when.
    revoked: Option<(bool, u64)>,
}

impl Kept {
    fn expires_at(&self) -> u64 {
        self.expiries.last().unwrap().0
    }

    fn holder(&self) -> usize {
        self.holders.last().unwrap().0
    }
}

impl Model {
    fn counts(&self, issuer: usize, at: u64) -> bool {
        self.distrusted[issuer].is_none_or(|since| at < since)
    }

    /// Whether all that led to the credential's standing counts.
    fn is_trusted(&self, (issuer, subject): (usize, u8)) -> bool {
        let kept = &self.credentials[&(issuer, subject)];
        let last =
            |changes: &[(u64, u64)]| changes.len() < 2 || self.counts(issuer, changes.last().unwrap().1);
        let holders: Vec<_> = kept.holders.iter().map(|(_, at)| (0, *at)).collect();
        self.counts(issuer, kept.registered_at) && last(&kept.expiries) && last(&holders)
    }

    fn status(&self, key: (usize, u8), holder: Address) -> u8 {
        match self.credentials.get(&key) {
            None => status::NONE,
            Some(kept) if kept.revoked.is_some() => status::REVOKED,
            Some(_) if !self.is_trusted(key) => status::ISSUER_DISTRUSTED,
            Some(kept) if kept.expires_at() != 0 && self.now >= kept.expires_at() => status::EXPIRED,
            Some(kept) if HOLDERS[kept.holder()] != holder => status::NOT_HOLDER,
            Some(kept) if kept.moving.is_some_and(|(_, at)| self.counts(key.0, at)) => status::NOT_HOLDER,
            Some(_) => status::ACTIVE,
        }
    }

    /// Whether `by` may change the credential by a signature.
    fn changeable(&self, key: (usize, u8), by: usize) -> bool {
        self.distrusted[by].is_none()
            && by == key.0
            && self.credentials.get(&key).is_some_and(|kept| kept.revoked.is_none())
            && self.is_trusted(key)
    }

    fn may_act(&self, issuer: usize, caller: usize) -> bool {
        caller == 0 || (caller == issuer + 1 && self.distrusted[issuer].is_none())
    }
}

fn subject(number: u8) -> B256 {
    B256::with_last_byte(number)
}

fn id_of((issuer, number): (usize, u8)) -> B256 {
    credential::id(ISSUERS[issuer], BACHELORS, subject(number))
}

/// Takes a step in the registry and in the model, which have to agree on whether it is allowed; tells that.
fn take(world: &mut World, model: &mut Model, step: Step, number: u64) -> Result<bool, TestCaseError> {
    let now = model.now;
    let allowed = match step {
        Step::Register { issuer, subject: of, holder, nonce, lifetime, honest } => {
            let expires_at = if lifetime == 0 { 0 } else { now + lifetime };
            let attestation = CredentialAttestation {
                subject: subject(of),
                holder: HOLDERS[holder],
                issuedAt: now,
                expiresAt: expires_at,
                nonce: U256::from(nonce),
                deadline: U256::from(now),
                ..degree()
            };
            let signer = if honest { ISSUERS[issuer] } else { EVE };
            let signature = world.sign(&attestation, signer);
            let result = world.registry.register_credential(&attestation, ISSUERS[issuer], &signature);
            let key = (issuer, of);
            let free =
                model.credentials.get(&key).is_none_or(|kept| !model.counts(issuer, kept.registered_at));
            let fresh = !model.nonces.contains(&(issuer, nonce));
            let expected = honest && model.distrusted[issuer].is_none() && free && fresh;
            prop_assert_eq!(result.is_ok(), expected, "{:?}", result);
            if expected {
                let kept = Kept {
                    registered_at: now,
                    expiries: vec![(expires_at, now)],
                    holders: vec![(holder, now)],
                    moving: None,
                    revoked: None,
                };
                model.credentials.insert(key, kept);
                model.nonces.insert((issuer, nonce));
            }
            expected
        }
        Step::Renew { issuer, subject, by, more } => {
            let key = (issuer, subject);
            let expires_at = now + more;
            let result = world.renew_by(&renewal(id_of(key), expires_at, 10_000 + number), ISSUERS[by]);
            let later = |kept: &Kept| kept.expires_at() != 0 && expires_at > kept.expires_at();
            let expected =
                more > 0 && model.changeable(key, by) && model.credentials.get(&key).is_some_and(later);
            prop_assert_eq!(result.is_ok(), expected, "{:?}", result);
            if expected {
                let kept = model.credentials.get_mut(&key).unwrap();
                let lapses = model.lapses.entry(key).or_default();
                let from = lapses.last().map_or(0, |lapse| lapse.until).max(kept.expires_at());
                if from < now {
                    lapses.push(Lapse { from, until: now });
                }
                kept.expiries.push((expires_at, now));
            }
            expected
        }
        Step::Rebind { issuer, subject, by, holder } => {
            let key = (issuer, subject);
            let result = world.rebind_by(&rebind(id_of(key), HOLDERS[holder], 20_000 + number), ISSUERS[by]);
            let free = |kept: &Kept| {
                kept.holder() != holder && kept.moving.is_none_or(|(_, at)| !model.counts(issuer, at))
            };
            let expected = model.changeable(key, by) && model.credentials.get(&key).is_some_and(free);
            prop_assert_eq!(result.is_ok(), expected, "{:?}", result);
            if expected {
                model.credentials.get_mut(&key).unwrap().moving = Some((holder, now));
            }
            expected
        }
        Step::Complete { issuer, subject } => {
            let key = (issuer, subject);
            let result = world.registry.complete_rebind(id_of(key));
            let due = |kept: &Kept| {
                let due = |(_, at)| now >= at + DELAY_SECS && model.counts(issuer, at);
                kept.revoked.is_none() && kept.moving.is_some_and(due)
            };
            let expected = model.credentials.get(&key).is_some_and(due) && model.is_trusted(key);
            prop_assert_eq!(result.is_ok(), expected, "{:?}", result);
            if expected {
                let kept = model.credentials.get_mut(&key).unwrap();
                kept.holders.extend(kept.moving.take());
            }
            expected
        }
        Step::Cancel { issuer, subject, caller } => {
            let key = (issuer, subject);
            let result = world.by(CALLERS[caller], |registry| registry.cancel_rebind(id_of(key)));
            let moving = model.credentials.get(&key).is_some_and(|kept| kept.moving.is_some());
            let expected = moving && model.may_act(issuer, caller);
            prop_assert_eq!(result.is_ok(), expected, "{:?}", result);
            if expected {
                model.credentials.get_mut(&key).unwrap().moving = None;
            }
            expected
        }
        Step::Revoke { issuer, subject, caller } => {
            let key = (issuer, subject);
            let result = world.by(CALLERS[caller], |registry| registry.revoke_credential(id_of(key), REASON));
            let valid = model.credentials.get(&key).is_some_and(|kept| kept.revoked.is_none());
            let expected = valid && model.may_act(issuer, caller);
            prop_assert_eq!(result.is_ok(), expected, "{:?}", result);
            if expected {
                model.credentials.get_mut(&key).unwrap().revoked = Some((caller != 0, now));
            }
            expected
        }
        Step::Distrust { issuer, ago } => {
            let since = now - ago;
            let result = world.by(OWNER, |registry| registry.distrust_issuer_since(ISSUERS[issuer], since));
            let expected = model.distrusted[issuer].is_none_or(|before| since < before);
            prop_assert_eq!(result.is_ok(), expected, "{:?}", result);
            if expected {
                model.distrusted[issuer] = Some(since);
            }
            expected
        }
        Step::Restore { issuer, subject } => {
            let key = (issuer, subject);
            let result = world.by(OWNER, |registry| registry.restore_credential(id_of(key)));
            let mut changed = false;
            let distrusted = model.distrusted[issuer];
            if let Some(kept) = model.credentials.get_mut(&key) {
                let void = |at: u64| distrusted.is_some_and(|since| at >= since);
                if kept.revoked.is_some_and(|(by_issuer, at)| by_issuer && void(at)) {
                    (kept.revoked, changed) = (None, true);
                }
                if kept.expiries.len() > 1 && void(kept.expiries.last().unwrap().1) {
                    kept.expiries.pop();
                    changed = true;
                }
                if kept.moving.is_some_and(|(_, at)| void(at)) {
                    (kept.moving, changed) = (None, true);
                }
                if kept.holders.len() > 1 && void(kept.holders.last().unwrap().1) {
                    kept.holders.pop();
                    (kept.moving, changed) = (None, true);
                }
            }
            prop_assert_eq!(result.is_ok(), changed, "{:?}", result);
            changed
        }
        Step::Wait { seconds } => {
            model.now = world.wait(seconds);
            true
        }
    };
    Ok(allowed)
}

/// Everything that can be asked agrees.
fn compare(world: &World, model: &Model) -> Result<(), TestCaseError> {
    for (issuer, root) in ISSUERS.into_iter().enumerate() {
        for number in SUBJECTS {
            let (key, id) = ((issuer, number), id_of((issuer, number)));
            for holder in HOLDERS {
                let status = model.status(key, holder);
                prop_assert_eq!(world.status(id, holder), (status == status::ACTIVE, status));
            }
            if let Some(kept) = model.credentials.get(&key) {
                let found = world.registry.get_credential(id);
                prop_assert_eq!((found.holder, found.expiresAt), (HOLDERS[kept.holder()], kept.expires_at()));
                prop_assert_eq!(found.revokedAt, kept.revoked.map_or(0, |(_, at)| at));
                prop_assert_eq!((found.issuerRoot, found.acceptedAt), (root, kept.registered_at));
            }
            let lapses = world.registry.get_lapses(id, U256::ZERO, PAGE_MAX).unwrap();
            prop_assert_eq!(&lapses, &model.lapses.get(&key).cloned().unwrap_or_default());
            prop_assert!(lapses.iter().all(|lapse| lapse.from < lapse.until && lapse.until <= model.now));
            prop_assert!(lapses.is_sorted_by(|earlier, later| earlier.until <= later.from));
        }
        for nonce in (0..2_000).step_by(50) {
            let used = world.registry.is_nonce_used(root, U256::from(nonce));
            prop_assert_eq!(used, model.nonces.contains(&(issuer, nonce)));
        }
    }
    for (number, holder) in HOLDERS.into_iter().enumerate() {
        let held = model.credentials.iter().filter(|(_, kept)| kept.holder() == number);
        let held: BTreeSet<B256> = held.map(|(key, _)| id_of(*key)).collect();
        let listed = world.registry.get_credentials_of(holder, U256::ZERO, PAGE_MAX).unwrap();
        prop_assert_eq!(listed.len(), held.len());
        prop_assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), held);
        let count: usize = world.registry.get_credential_count_of(holder).to();
        prop_assert_eq!(count, model.credentials.values().filter(|kept| kept.holder() == number).count());
    }
    Ok(())
}

/// A step by its kind.
fn kind(step: &Step) -> &'static str {
    match step {
        Step::Register { .. } => "register",
        Step::Renew { .. } => "renew",
        Step::Rebind { .. } => "rebind",
        Step::Complete { .. } => "complete",
        Step::Cancel { .. } => "cancel",
        Step::Revoke { .. } => "revoke",
        Step::Distrust { .. } => "distrust",
        Step::Restore { .. } => "restore",
        Step::Wait { .. } => "wait",
    }
}

#[test]
fn the_registry_agrees_with_a_plain_model() {
    // How often each kind of step was allowed, or a check that nothing ever is would pass.
    let (allowed, lapsed) = (RefCell::new(BTreeMap::<_, u32>::new()), Cell::new(0));
    let history = |steps: Vec<Step>| {
        let mut world = World::new();
        world.by(OWNER, |registry| registry.add_issuer(OTHER_ISSUER, &[BACHELORS], b"")).unwrap();
        let mut model = Model { now: NOW, ..Model::default() };
        for (step, number) in steps.into_iter().zip(0..) {
            let kind = kind(&step);
            if take(&mut world, &mut model, step, number)? {
                *allowed.borrow_mut().entry(kind).or_default() += 1;
            }
            compare(&world, &model)?;
        }
        lapsed.set(lapsed.get() + model.lapses.values().flatten().count());
        Ok(())
    };
    let mut runner = TestRunner::new(ProptestConfig::with_source_file(file!()));
    runner.run(&prop::collection::vec(step(), 1..160), history).unwrap();
    let allowed = allowed.into_inner();
    assert_eq!(allowed.len(), 9, "{allowed:?}");
    assert!(allowed.values().all(|times| *times >= 15), "{allowed:?}");
    assert!(lapsed.get() >= 15, "{lapsed:?}");
}
