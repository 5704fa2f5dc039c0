//! Which errors the documentation of a contract promises for which function.
//!
//! Of a program, `routes.rs` says which method answers which function, and the method's doc comment lists its errors: those
//! named in the paragraph that starts with `Errors:`. The method may be one of a field, whose type is in another crate of
//! `contracts/`, and so may be routes: `others this.field` leaves functions to those beside the field's type. The proxy has no
//! methods: there the comments of its interface's declaration do, and the one of the interface itself for its creation.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::interface::{ALL_OTHERS, CREATION, PLAIN_ETHER};
use crate::tidy::errors::documented;

/// Errors by the name of their function.
type Errors = BTreeMap<String, BTreeSet<String>>;

/// The declarations of an interface, a line each, and the errors that its comments list.
pub(super) struct Declared {
    pub(super) declarations: Vec<String>,
    pub(super) errors: Errors,
}

/// What is documented in the folder of a program.
pub(super) fn of_program(root: &Path, folder: &str) -> Result<Errors> {
    let source = root.join("contracts").join(folder).join("src");
    let routes = source.join("routes.rs");
    let routes_text =
        fs::read_to_string(&routes).with_context(|| format!("{} can't be read", routes.display()))?;
    let text = text_of(&source)?;
    let mut methods = by_name("", &text);
    let others = others_of(&routes_text);
    let fields: BTreeSet<_> = routes_of(&routes_text)
        .into_iter()
        .filter_map(|(_, method)| method?.rsplit_once('.').map(|(field, _)| field))
        .chain(others)
        .collect();
    let mut errors = Errors::new();
    for field in fields {
        let (home, of_type) =
            home_of(&text, field).with_context(|| format!("{folder}: no crate has `{field}`'s type"))?;
        let text = text_of(&root.join("contracts").join(home).join("src"))?;
        let its_methods = methods_text(&text, of_type);
        if others == Some(field) {
            let routes = answers_of(&text, of_type)
                .with_context(|| format!("{folder}: `{field}` is left functions and has no routes"))?;
            errors.extend(errors_of(routes, &by_name("", &its_methods))?);
        }
        methods.extend(by_name(&format!("{field}."), &its_methods));
    }
    errors.extend(errors_of(&routes_text, &methods).with_context(|| routes.display().to_string())?);
    Ok(errors)
}

/// The field that the functions without a route are left to.
fn others_of(routes: &str) -> Option<&str> {
    let (_, rest) = routes.split_once("others this.")?;
    rest.split(|c| !is_of_name(c)).next()
}

/// The routes that a type answers others' functions by.
fn answers_of<'a>(text: &'a str, of_type: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("answers! {{ {of_type}, "))?;
    rest.split("\n}").next()
}

/// What stands in the blocks of a type's own methods.
fn methods_text(text: &str, of_type: &str) -> String {
    let start = format!("\nimpl {of_type} {{\n");
    let blocks = text.split(&start).skip(1);
    blocks
        .filter_map(|block| block.split("\n}\n").next())
        .fold(String::new(), |all, block| all + block + "\n}\n")
}

/// The public methods of a text, by their names with what stands before them in routes.
fn by_name(prefix: &str, text: &str) -> BTreeMap<String, Vec<BTreeSet<String>>> {
    let mut methods = BTreeMap::new();
    for (name, errors) in methods_of(text) {
        methods.entry(format!("{prefix}{name}")).or_insert_with(Vec::new).push(errors);
    }
    methods
}

/// The folder of the crate that a field's type is imported from, and the type.
fn home_of<'a>(text: &'a str, field: &str) -> Option<(String, &'a str)> {
    let of_type = text.lines().find_map(|line| {
        let (declared, of_type) = line.trim().strip_suffix(',')?.split_once(": ")?;
        (declared.split(' ').next_back() == Some(field)).then_some(of_type)
    })?;
    let mut imports = text.split(';').filter_map(|statement| Some(statement.rsplit_once("\nuse ")?.1));
    let import = imports.find(|import| import.split(|c| !is_of_name(c)).any(|name| name == of_type))?;
    Some((import.split("::").next()?.replace('_', "-"), of_type))
}

/// What the declaration of the proxy's interface says.
pub(super) fn of_proxy(root: &Path) -> Result<Declared> {
    let path = root.join("contracts/abi/src/proxy.rs");
    let text = fs::read_to_string(&path).with_context(|| format!("{} can't be read", path.display()))?;
    Ok(declared(&text))
}

/// All source of a crate, without its tests.
fn text_of(folder: &Path) -> Result<String> {
    let mut text = String::new();
    for file in rust_files(folder)? {
        text += &fs::read_to_string(&file).with_context(|| format!("{} can't be read", file.display()))?;
    }
    Ok(text)
}

/// The source files of a crate, without its tests.
fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{} can't be read", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && path.file_stem().is_none_or(|stem| stem != "tests")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The errors of each function with a route, given those of each method of that name.
fn errors_of(routes: &str, methods: &BTreeMap<String, Vec<BTreeSet<String>>>) -> Result<Errors> {
    let mut errors = Errors::new();
    for (function, method) in routes_of(routes) {
        let of_function = match method {
            // Answered without the contract, as a constant.
            None => BTreeSet::new(),
            Some(method) => match methods.get(method).map(Vec::as_slice) {
                Some([one]) => one.clone(),
                Some(_) => bail!("{function} runs `{method}`, and there are several of that name"),
                None => bail!("{function} runs `{method}`, which isn't public or isn't there"),
            },
        };
        errors.insert(function.to_owned(), of_function);
    }
    Ok(errors)
}

/// Functions and their methods: from lines such as `transferCall => flag(this.transfer(…)?);`. What takes plain Ether, and
/// what other calls are left to, are functions here, too.
fn routes_of(text: &str) -> Vec<(&str, Option<&str>)> {
    let arrows: Vec<_> = text.match_indices("Call =>").collect();
    let ends = arrows.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
    let special = [("receive |this|", PLAIN_ETHER), ("fallback |this, ", ALL_OTHERS)];
    let special = special.into_iter().filter_map(|(start, name)| {
        let (_, rest) = text.split_once(start)?;
        Some((name, method_of(rest.lines().next()?)))
    });
    let functions = arrows.iter().zip(ends).map(|((at, arrow), end)| {
        let start = text[..*at].rfind(|c| !is_of_name(c)).map_or(0, |before| before + 1);
        (&text[start..*at], method_of(&text[at + arrow.len()..end]))
    });
    functions.chain(special).collect()
}

/// The method that a body calls: `transfer`, or a field's, `market.swap`.
fn method_of(body: &str) -> Option<&str> {
    let (_, rest) = body.split_once("this.")?;
    rest.split(|c| !is_of_name(c) && c != '.').next()
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The public methods of a file, each with the errors that its doc comment lists.
fn methods_of(text: &str) -> Vec<(String, BTreeSet<String>)> {
    let mut methods = Vec::new();
    for (comment, line) in commented(text) {
        if let Some(rest) = line.strip_prefix("pub fn ") {
            let name = rest.split(|c| !is_of_name(c)).next().unwrap_or_default();
            methods.push((name.to_owned(), documented(&comment).into_iter().collect()));
        }
    }
    methods
}

/// What `declare!` is given.
fn declared(text: &str) -> Declared {
    let (mut declarations, mut errors) = (Vec::new(), Errors::new());
    for (comment, line) in commented(text) {
        let errors_of_line = || documented(&comment).into_iter().collect();
        if line.starts_with("interface ") {
            declarations.push(CREATION.to_owned());
            errors.insert(CREATION.to_owned(), errors_of_line());
        } else if let Some(rest) = line.strip_prefix("function ") {
            declarations.push(line.to_owned());
            let name = rest.split('(').next().unwrap_or_default();
            errors.insert(name.to_owned(), errors_of_line());
        } else if line.starts_with("error ") {
            declarations.push(line.to_owned());
        }
    }
    Declared { declarations, errors }
}

/// Every line of code with the doc comment before it; attributes in between belong to neither.
fn commented(text: &str) -> Vec<(String, &str)> {
    let mut comment = String::new();
    let mut lines = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("///") {
            comment += line;
            comment.push('\n');
        } else if !line.starts_with("#[") {
            lines.push((std::mem::take(&mut comment), line));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTES: &str = "use x::{decimalsCall, transferCall};
kit::routes! { Token, payable [buyCall], |this, a| {
    transferCall => flag(this.transfer(a.address()?)?);
    decimalsCall => reply::words(&[DECIMALS.word()]);
    DOMAIN_SEPARATORCall => {
        let (to, amount) = (a.address()?, a.number()?);
        reply::words(&[this.domain_separator(to).word()])
    };
} }
";

    const OF_A_FIELD: &str = "kit::routes! {
    Token, payable [],
    receive |this| Some(this.market.receive().map_err(Vec::from)),
    fallback |this, input| Some(this.transfer(input)),
    |this, a| { ownerCall => reply::words(&[this.market.args()?.owner.word()]); }
}
";

    const CONTRACT: &str = "impl Token {
    /// Moves.
    ///
    /// Errors: [`Poor`] if there is too little;
    /// [`Token::Paused`], see [`Self::pause`].
    /// Events: [`Moved`].
    #[inline(never)]
    pub fn transfer(&mut self) {}

    /// Names the domain.
    pub fn domain_separator(&self) {}

    /// Errors: [`Hidden`].
    fn helper(&self) {}
}
";

    fn methods(text: &str) -> BTreeMap<String, Vec<BTreeSet<String>>> {
        methods_of(text).into_iter().map(|(name, errors)| (name, vec![errors])).collect()
    }

    #[test]
    fn functions_have_the_errors_of_their_methods() {
        let errors = errors_of(ROUTES, &methods(CONTRACT)).unwrap();
        let names: Vec<_> = errors.keys().map(String::as_str).collect();
        assert_eq!(names, ["DOMAIN_SEPARATOR", "decimals", "transfer"]);
        assert_eq!(errors["transfer"].iter().collect::<Vec<_>>(), ["Paused", "Poor"]);
        assert!(errors["decimals"].is_empty() && errors["DOMAIN_SEPARATOR"].is_empty());
    }

    #[test]
    fn methods_of_fields_are_those_of_their_types() {
        let market = "impl Market {\n/// Errors: `Plain`.\npub fn receive() {}\n/// Errors: `NoClone`.\npub fn args() {}\n}";
        let mut all = methods(CONTRACT);
        all.extend(by_name("market.", market));
        let errors = errors_of(OF_A_FIELD, &all).unwrap();
        let of = |function: &str| errors[function].iter().cloned().collect::<Vec<_>>();
        assert_eq!(of("owner"), ["NoClone"]);
        assert_eq!(of(PLAIN_ETHER), ["Plain"]);
        assert_eq!(of(ALL_OTHERS), ["Paused", "Poor"]);
        assert!(errors_of(OF_A_FIELD, &methods(CONTRACT)).is_err());

        let contract = "//! Text.\n\nuse a::B;\nuse pool_core::{Bounds, Market};\nstruct Pool {\n    pub(crate) market: Market,\n}";
        assert_eq!(home_of(contract, "market"), Some(("pool-core".to_owned(), "Market")));
        assert_eq!(home_of(&contract.replace("Bounds, Market", "Bounds, Markets"), "market"), None);
        assert_eq!(home_of(contract, "marke"), None);
    }

    #[test]
    fn functions_that_are_left_to_a_field_have_the_routes_and_methods_of_its_type() {
        let routes = "kit::routes! { Token, |this, a| {\n    launchCall => done(this.launch()?);\n} others this.authority }\n";
        assert_eq!(others_of(routes), Some("authority"));
        assert_eq!(others_of(ROUTES), None);

        let kit = "
impl Guardian {
    /// Errors: [`Other`].
    pub fn pause() {}
}

impl Authority {
    /// Errors: [`Paused`].
    pub fn pause() {}
}

crate::answers! { Authority, |this, a| {
    pauseCall => done(this.pause()?);
} }
crate::answers! { Other, |this, a| {
    stopCall => done(this.stop()?);
} }
";
        let answers = answers_of(kit, "Authority").unwrap();
        assert_eq!(routes_of(answers), [("pause", Some("pause"))]);
        assert_eq!(answers_of(kit, "Guardian"), None);
        let errors = errors_of(answers, &by_name("", &methods_text(kit, "Authority"))).unwrap();
        assert_eq!(errors["pause"].iter().collect::<Vec<_>>(), ["Paused"]);
    }

    #[test]
    fn methods_that_are_missing_hidden_or_not_the_only_ones_are_refused() {
        let without = CONTRACT.replace("pub fn transfer", "pub(crate) fn transfer");
        assert!(errors_of(ROUTES, &methods(&without)).is_err());
        let mut twice = methods(CONTRACT);
        twice.get_mut("transfer").unwrap().push(BTreeSet::new());
        assert!(errors_of(ROUTES, &twice).is_err());
    }

    #[test]
    fn an_interface_is_read_as_it_is_declared() {
        let Declared { declarations, errors } = declared(
            "declare! {
    /// The proxy.
    ///
    /// Errors of its creation: see below.
    /// Errors: [`Uninitialized`].
    interface IProxy {
        /// Locks.
        ///
        /// Errors: [`Locked`].
        function lock() external;
        event Locked();
        /// Is locked.
        error Locked();
    }
}",
        );
        assert_eq!(declarations, ["creation", "function lock() external;", "error Locked();"]);
        assert_eq!(errors["lock"].iter().collect::<Vec<_>>(), ["Locked"]);
        assert_eq!(errors["creation"].iter().collect::<Vec<_>>(), ["Uninitialized"]);
    }
}
