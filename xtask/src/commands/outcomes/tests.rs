use super::interface::selector;
use super::*;

const ABI: &str = r#"[
    {"type": "function", "name": "buy", "stateMutability": "payable", "inputs": []},
    {"type": "function", "name": "sell", "stateMutability": "nonpayable", "inputs": [{"type": "uint256"}]},
    {"type": "error", "name": "TooLittle", "inputs": []}
]"#;

/// Everything that a pool promises, as it is written down.
fn promised() -> Vec<String> {
    let (buy, sell) = (hex(selector("buy()")), hex(selector("sell(uint256)")));
    let too_little = hex(selector("TooLittle()"));
    vec![
        format!("pool {buy} succeeds"),
        format!("pool {sell} succeeds"),
        format!("pool {sell} reverts"),
        format!("pool {sell} reverts {too_little}"),
        "pool nothing reverts".to_owned(),
        "pool 0xdeadbeef reverts".to_owned(),
    ]
}

fn errors(of: &[(&str, &[&str])]) -> BTreeMap<String, BTreeSet<String>> {
    let set = |errors: &[&str]| errors.iter().map(|error| (*error).to_owned()).collect();
    of.iter().map(|(function, errors)| ((*function).to_owned(), set(errors))).collect()
}

fn pool() -> Contract {
    let documented = errors(&[("buy", &[]), ("sell", &["TooLittle"])]);
    Contract::of_program("pool", Interface::of_json(ABI).unwrap(), &documented)
}

fn judged(contract: Contract, lines: &[String]) -> Outcome {
    let seen = lines.iter().map(|line| line.parse().unwrap()).collect();
    tell(&[contract], &seen)
}

/// The only thing that is wrong.
fn wrong(contract: Contract, lines: &[String]) -> String {
    let outcome = judged(contract, lines);
    let problems: Vec<_> = outcome.rows.iter().filter(|row| row["ok"] == false).collect();
    assert_eq!(problems.len(), 1, "{}", outcome.text);
    let report::Verdict::Failed(reason) = outcome.verdict else { panic!("it passes: {}", outcome.text) };
    assert!(reason.starts_with("1 of "), "{reason}");
    outcome.text.lines().last().unwrap().to_owned()
}

#[test]
fn what_is_promised_and_seen_is_well() {
    let outcome = judged(pool(), &promised());
    assert!(matches!(outcome.verdict, report::Verdict::Ok), "{}", outcome.text);
    assert_eq!(outcome.rows.len(), 6);
    assert_eq!(outcome.rows[0]["contract"], "pool");
}

#[test]
fn what_is_promised_and_was_not_seen_is_named() {
    for missing in 0..promised().len() {
        let mut lines = promised();
        lines.remove(missing);
        // Somebody else's outcome is none of the pool's.
        lines.push(promised()[missing].replace("pool", "oracle"));
        let wrong = wrong(pool(), &lines);
        assert!(wrong.ends_with("is promised, and no test saw it"), "{wrong}");
    }
    let mut lines = promised();
    lines.remove(3);
    assert!(wrong(pool(), &lines).contains("pool: sell: TooLittle"));
}

#[test]
fn what_was_seen_and_is_not_promised_is_named() {
    let (buy, too_little) = (hex(selector("buy()")), hex(selector("TooLittle()")));
    for (line, name) in [
        (format!("pool {buy} reverts {too_little}"), "pool: buy: TooLittle"),
        (format!("pool {buy} reverts 0x01020304"), "0x01020304"),
        (format!("pool {buy} reverts"), "pool: buy: no data"),
        (format!("pool {buy} reverts garbled"), "pool: buy: data that is no error"),
        (format!("pool {buy} traps"), "pool: buy: a trap"),
        ("pool 0xdeadbeef succeeds".to_owned(), "pool: 0xdeadbeef: success"),
        ("pool nothing succeeds".to_owned(), "pool: less than a selector: success"),
    ] {
        let lines = [promised(), vec![line]].concat();
        let wrong = wrong(pool(), &lines);
        assert!(wrong.contains(name) && wrong.ends_with("was seen, and isn't documented"), "{wrong}");
    }
}

#[test]
fn documentation_and_interface_have_to_agree() {
    let of = |documented| Contract::of_program("pool", Interface::of_json(ABI).unwrap(), &documented);
    let unknown = of(errors(&[("buy", &["Gone"]), ("sell", &["TooLittle"])]));
    assert!(wrong(unknown, &promised()).contains("buy documents Gone"));
    let unrouted = of(errors(&[("sell", &["TooLittle"])]));
    assert!(wrong(unrouted, &promised()).contains("buy has no route"));
    let mut lines = promised();
    lines.remove(3);
    let silent = of(errors(&[("buy", &[]), ("sell", &[])]));
    assert!(wrong(silent, &lines).contains("TooLittle is declared, and no function documents it"));
}

#[test]
fn a_proxy_passes_on_what_is_not_its_own() {
    let proxy = || {
        let declarations = ["creation", "function lock() external;", "error Locked();"];
        Contract::of_proxy(&docs::Declared {
            declarations: declarations.map(str::to_owned).into(),
            errors: errors(&[("creation", &[]), ("lock", &["Locked"])]),
        })
        .unwrap()
    };
    let (lock, locked) = (hex(selector("lock()")), hex(selector("Locked()")));
    let own = vec![
        "proxy creation succeeds".to_owned(),
        format!("proxy {lock} succeeds"),
        format!("proxy {lock} reverts"),
        format!("proxy {lock} reverts {locked}"),
    ];
    let passed_on = ["0xdeadbeef succeeds", "0xdeadbeef reverts 0x01020304", "nothing reverts"]
        .map(|line| format!("proxy {line}"))
        .into_iter()
        .chain([format!("proxy {lock} reverts 0x01020304"), "proxy creation reverts 0x01020304".to_owned()])
        .chain(["proxy creation reverts".to_owned()]);
    let all: Vec<_> = own.iter().cloned().chain(passed_on).collect();
    assert!(matches!(judged(proxy(), &all).verdict, report::Verdict::Ok));
    for missing in 0..own.len() {
        let mut lines = own.clone();
        lines.remove(missing);
        wrong(proxy(), &lines);
    }
    let own_error = [own, vec![format!("proxy creation reverts {locked}")]].concat();
    assert!(wrong(proxy(), &own_error).contains("proxy: creation: Locked was seen"));
}

#[test]
fn a_program_leaves_other_calls_to_another_and_may_take_plain_ether() {
    let pool = || {
        let documented = errors(&[
            ("buy", &["TooLittle"]),
            (interface::ALL_OTHERS, &["NoClone"]),
            (interface::PLAIN_ETHER, &["Plain"]),
        ]);
        let declared = ["TooLittle", "NoClone", "Plain"].map(|name| format!("error {name}();"));
        let functions = ["function buy() external payable;", "function sell() external payable;"];
        let lines = functions.map(str::to_owned).into_iter().chain(declared).collect::<Vec<_>>();
        Contract::of_program("pool", Interface::of_declarations(&lines).unwrap(), &documented)
    };
    let of = |signature| hex(selector(signature));
    let (buy, sell) = (of("buy()"), of("sell()"));
    let (too_little, no_clone, plain) = (of("TooLittle()"), of("NoClone()"), of("Plain()"));
    let promised: Vec<_> = [
        format!("{buy} succeeds"),
        format!("{buy} reverts {too_little}"),
        format!("{sell} succeeds"),
        "0xdeadbeef reverts".to_owned(),
        format!("{sell} reverts {no_clone}"),
        "nothing succeeds".to_owned(),
        "nothing reverts".to_owned(),
        format!("nothing reverts {plain}"),
        format!("nothing reverts {no_clone}"),
    ]
    .map(|line| format!("pool {line}"))
    .into();
    let well = [promised.clone(), vec![format!("pool {sell} reverts {}", of("Another()"))]].concat();
    assert!(matches!(judged(pool(), &well).verdict, report::Verdict::Ok), "{}", judged(pool(), &well).text);
    for missing in 0..promised.len() {
        let mut lines = promised.clone();
        lines.remove(missing);
        wrong(pool(), &lines);
    }
    for end in [no_clone, "0x01020304".to_owned()] {
        let lines = [promised.clone(), vec![format!("pool {buy} reverts {end}")]].concat();
        assert!(wrong(pool(), &lines).ends_with("was seen, and isn't documented"));
    }
}

#[test]
fn a_program_and_its_extension_may_document_each_others_errors() {
    let lines = ["function buy() external payable;", "error A();", "error B();"].map(str::to_owned);
    let of = |name, errors_of_buy: &[&str]| {
        let interface = Interface::of_declarations(&lines).unwrap();
        Contract::of_program(name, interface, &errors(&[("buy", errors_of_buy)]))
    };
    let silent = |contracts: &[Contract]| {
        tell(contracts, &BTreeSet::new()).text.matches("is declared, and no function documents it").count()
    };
    assert_eq!(silent(&[of("pool", &["A"]), of("pool-extension", &["B"])]), 0);
    assert_eq!(silent(&[of("pool", &["A"]), of("pool-extension", &["A"])]), 2);
    assert_eq!(silent(&[of("pool", &["A"]), of("pool-factory", &["B"])]), 2);
}

#[test]
fn files_are_read_up_to_their_last_whole_line() {
    let folder = env::temp_dir().join(format!("outcomes-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    assert!(seen(&folder).is_err(), "nothing was seen");
    fs::write(folder.join("1"), "pool nothing reverts\npool 0xdeadbeef reverts 0x01").unwrap();
    fs::write(folder.join("2"), "pool nothing reverts\noracle nothing reverts\n").unwrap();
    assert_eq!(seen(&folder).unwrap().len(), 2);
    fs::write(folder.join("3"), "pool\n").unwrap();
    assert!(seen(&folder).is_err());
    fs::remove_dir_all(&folder).unwrap();
    assert!(seen(&folder).is_err(), "there is no folder");
}
