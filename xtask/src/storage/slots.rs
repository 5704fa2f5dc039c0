//! The SDK's rules: which slot each field gets.
//!
//! Source: the macro `#[storage]` of stylus-proc 0.10.10, and ERC-7201 for what `kit` puts into namespaces. Fields fill a
//! slot from its low end in the order of their declaration; one that doesn't fit, and one after a type with slots of its
//! own, starts the next slot.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use syn::{BinOp, Expr, GenericArgument, Lit, PathArguments, Type, TypePath};

use super::documented::{self, Content, Row};
use super::source::{Crate, Field, Room, Storage, last};
use super::{Entry, Layout, Part, SLOT, root_of, written};

/// The types of `kit` whose content is known here; how much room they take is read from their sources.
const WORD: &str = "Word";
const WORDS: &str = "Words";
const MAP: &str = "WordMap";
const NAMESPACED: &str = "Namespaced";

/// The layout of the contract in a crate; `None` if it stores nothing.
pub(super) fn layout(own: &Crate, libraries: &[Crate]) -> Result<Option<Layout>> {
    let mut contracts = own.storages.iter().filter(|storage| storage.entrypoint);
    let contract = contracts.next().context("no #[storage] struct is the #[entrypoint]")?;
    ensure!(contracts.next().is_none(), "several structs are the #[entrypoint]");
    let mut reader = Reader { libraries, namespaces: BTreeMap::new(), entries: Vec::new() };
    reader.storage(own, contract, &Place { namespace: None, slot: 0, prefix: String::new() })?;
    let Reader { namespaces, mut entries, .. } = reader;
    if entries.is_empty() {
        return Ok(None);
    }
    let upgradeable = entries.iter().all(|entry| entry.namespace.is_some());
    ensure!(
        upgradeable || namespaces.is_empty(),
        "{} has namespaces and fields beside them: behind a proxy everything is in a namespace, and what has no proxy \
         needs none",
        contract.name
    );
    entries.sort_by(|a, b| (&a.namespace, a.slot, a.offset).cmp(&(&b.namespace, b.slot, b.offset)));
    Ok(Some(Layout { contract: contract.name.clone(), upgradeable, namespaces, storage: entries }))
}

struct Reader<'a> {
    libraries: &'a [Crate],
    namespaces: BTreeMap<String, String>,
    entries: Vec<Entry>,
}

/// Where a struct begins.
struct Place {
    namespace: Option<String>,
    slot: u64,
    prefix: String,
}

/// What a field is.
enum Shape<'a> {
    /// One or more values of a type that Solidity has a name for.
    Values { name: String, keys: usize },
    /// The fields of a struct.
    Fields(&'a Crate, &'a Storage),
    /// The fields of a struct, elsewhere.
    Elsewhere(&'a Crate, &'a Storage),
}

impl<'a> Reader<'a> {
    fn storage(&mut self, own: &'a Crate, storage: &'a Storage, place: &Place) -> Result<u64> {
        let context = || format!("{} in {}", storage.name, own.name);
        let mut rows = documented::rows(&storage.doc).with_context(context)?.into_iter();
        let (mut slot, mut space) = (0, SLOT);
        for field in &storage.fields {
            let context = || format!("{}.{} in {}", storage.name, field.name, own.name);
            let (bytes, slots) = self.room(own, &field.of_type).with_context(context)?;
            if space < bytes {
                (slot, space) = (slot + 1, SLOT);
            }
            space -= bytes;
            let here = Place {
                namespace: place.namespace.clone(),
                slot: place.slot + slot,
                prefix: format!("{}{}", place.prefix, field.name),
            };
            match self.shape(own, &field.of_type).with_context(context)? {
                Shape::Elsewhere(other, inner) => {
                    ensure!(place.namespace.is_none(), "{}: a namespace in a namespace", context());
                    self.namespace(other, inner).with_context(context)?;
                }
                Shape::Fields(other, inner) => {
                    // A struct whose fields all lie elsewhere has nothing here.
                    if inner.fields.iter().any(|field| last(&field.of_type) != NAMESPACED) {
                        check_row(rows.next(), field, slot, slots, None).with_context(context)?;
                    }
                    self.storage(other, inner, &Place { prefix: here.prefix + ".", ..here })?;
                }
                Shape::Values { name, keys } => {
                    let row = check_row(rows.next(), field, slot, slots.max(1), Some(keys))
                        .with_context(context)?;
                    let parts = self.parts(own, &row).with_context(context)?;
                    ensure!(parts.is_empty() || bytes == SLOT, "{}: only words can be divided", context());
                    self.entries.push(Entry {
                        namespace: here.namespace,
                        slot: here.slot,
                        offset: SLOT - space - bytes,
                        bytes: bytes.max(slots * SLOT),
                        label: here.prefix,
                        of_type: name,
                        parts,
                    });
                }
            }
            if slots > 0 {
                (slot, space) = (slot + slots, SLOT);
            }
        }
        if let Some(row) = rows.next() {
            bail!("{}: the slot table has a row `{}` and there is no such field", context(), row.field);
        }
        Ok(if space != SLOT || slot == 0 { slot + 1 } else { slot })
    }

    fn namespace(&mut self, other: &'a Crate, inner: &'a Storage) -> Result<()> {
        let id = other.namespaces.get(&inner.name);
        let id = id.with_context(|| format!("{} is no namespace", inner.name))?;
        ensure!(
            inner.doc.contains(&format!("namespace `{id}`")),
            "the documentation of {} doesn't say that its namespace is `{id}`",
            inner.name
        );
        let first = written(root_of(id));
        ensure!(self.namespaces.insert(id.clone(), first).is_none(), "two parts share the namespace `{id}`");
        self.storage(other, inner, &Place { namespace: Some(id.clone()), slot: 0, prefix: String::new() })?;
        Ok(())
    }

    /// `SLOT_BYTES` and `REQUIRED_SLOTS` of a type.
    fn room(&self, own: &'a Crate, of_type: &TypePath) -> Result<(u64, u64)> {
        let name = last(of_type);
        if let Some((bytes, _)) = scalar(&name) {
            return Ok((bytes, 0));
        }
        if let Some((other, room)) = self.find(own, |krate| krate.rooms.get(&name)) {
            let value = |expression: &Option<Expr>, default| match expression {
                Some(expression) => number(expression, other, &bound(room, of_type, own)?),
                None => Ok(default),
            };
            return Ok((value(&room.bytes, SLOT)?, value(&room.slots, 0)?));
        }
        let (other, inner) = self.find_storage(own, &name)?;
        // Its fields are laid out where it stands; here only how many slots they take matters.
        let mut aside =
            Reader { libraries: self.libraries, namespaces: BTreeMap::new(), entries: Vec::new() };
        let slots =
            aside.storage(other, inner, &Place { namespace: None, slot: 0, prefix: String::new() })?;
        Ok((SLOT, slots))
    }

    fn shape(&self, own: &'a Crate, of_type: &TypePath) -> Result<Shape<'a>> {
        let name = last(of_type);
        let word = || "word".to_owned();
        if let Some((_, name)) = scalar(&name) {
            return Ok(Shape::Values { name, keys: 0 });
        }
        match name.as_str() {
            WORD => Ok(Shape::Values { name: word(), keys: 0 }),
            WORDS => {
                let (_, slots) = self.room(own, of_type)?;
                Ok(Shape::Values { name: format!("word[{slots}]"), keys: 0 })
            }
            MAP => {
                let [GenericArgument::Type(key)] = arguments(of_type)[..] else {
                    bail!("{MAP} needs one type of keys")
                };
                let keys = keys(key)?;
                let name = keys.iter().rev().fold(word(), |value, key| format!("mapping({key} => {value})"));
                Ok(Shape::Values { name, keys: keys.len() })
            }
            NAMESPACED => {
                let [GenericArgument::Type(Type::Path(inner))] = arguments(of_type)[..] else {
                    bail!("{NAMESPACED} needs one struct")
                };
                let (other, inner) = self.find_storage(own, &last(inner))?;
                Ok(Shape::Elsewhere(other, inner))
            }
            _ => {
                let (other, inner) = self.find_storage(own, &name)?;
                Ok(Shape::Fields(other, inner))
            }
        }
    }

    fn find_storage(&self, own: &'a Crate, name: &str) -> Result<(&'a Crate, &'a Storage)> {
        self.find(own, |krate| krate.storages.iter().find(|storage| storage.name == name)).with_context(
            || {
                format!(
                    "nothing is known of how a {name} is stored: xtask/src/storage/slots.rs has to learn it"
                )
            },
        )
    }

    /// What a crate has itself, or else the first library that has it.
    fn find<T>(&self, own: &'a Crate, get: impl Fn(&'a Crate) -> Option<T>) -> Option<(&'a Crate, T)> {
        [own].into_iter().chain(self.libraries).find_map(|krate| Some((krate, get(krate)?)))
    }

    fn parts(&self, own: &'a Crate, row: &Row) -> Result<Vec<Part>> {
        match Content::parse(&row.content)? {
            Content::Whole => Ok(Vec::new()),
            Content::Parts(parts) => Ok(parts),
            Content::Record(name) => {
                // A record of the ABI is packed by a function of the contract.
                let packing = format!("pack_{}", snake_case(&name));
                for name in [&name, &packing] {
                    for krate in [own].into_iter().chain(self.libraries) {
                        let doc = krate.docs.get(name).map_or("", String::as_str);
                        if let Some(parts) = documented::record(doc).with_context(|| name.clone())? {
                            return Ok(parts);
                        }
                    }
                }
                bail!("neither {name} nor {packing} has a table of what it is divided into")
            }
        }
    }
}

/// Compares a row of the slot table with the field that it should be about. A struct's keys are in its own table.
fn check_row(row: Option<Row>, field: &Field, slot: u64, slots: u64, keys: Option<usize>) -> Result<Row> {
    let row = row.context("the slot table has no row for it")?;
    ensure!(row.field == field.name, "the slot table has `{}` in its place", row.field);
    let expected: Vec<_> = (slot..slot + slots).collect();
    ensure!(
        row.slots == expected,
        "the slot table says {}, and it is in {}",
        listed(&row.slots),
        listed(&expected)
    );
    if let Some(keys) = keys {
        ensure!(row.keys == keys, "the slot table has {} keys, and it has {keys}", row.keys);
    }
    Ok(row)
}

/// Slots as a table writes them.
fn listed(slots: &[u64]) -> String {
    match slots {
        [first, _, .., last] if slots.windows(2).all(|pair| pair[1] == pair[0] + 1) && slots.len() > 2 => {
            format!("{first} … {last}")
        }
        _ => slots.iter().map(u64::to_string).collect::<Vec<_>>().join(", "),
    }
}

/// Bytes and Solidity's name of an SDK type that is smaller than a word or is one.
fn scalar(name: &str) -> Option<(u64, String)> {
    let rest = name.strip_prefix("Storage")?;
    let sized = |prefix: &str, word: &str, unit: u64| {
        let bits: u64 = rest.strip_prefix(prefix)?.parse().ok()?;
        Some((bits / 8, format!("{word}{}", bits / unit)))
    };
    match rest {
        "Bool" => Some((1, "bool".to_owned())),
        "Address" => Some((20, "address".to_owned())),
        _ => sized("U", "uint", 1).or_else(|| sized("I", "int", 1)).or_else(|| sized("B", "bytes", 8)),
    }
}

/// Solidity's names of a map's keys, from the outermost on.
fn keys(key: &Type) -> Result<Vec<&'static str>> {
    match key {
        Type::Tuple(tuple) => {
            let keys: Result<Vec<_>> = tuple.elems.iter().map(keys).collect();
            Ok(keys?.concat())
        }
        Type::Path(path) => Ok(vec![match last(path).as_str() {
            "B256" => "bytes32",
            "Address" => "address",
            "U256" => "uint256",
            other => {
                bail!("{other} is no key that is known here: xtask/src/storage/slots.rs has to learn it")
            }
        }]),
        _ => bail!("a map's key is a type or a tuple of types"),
    }
}

fn arguments(of_type: &TypePath) -> Vec<&GenericArgument> {
    match of_type.path.segments.last().map(|segment| &segment.arguments) {
        Some(PathArguments::AngleBracketed(list)) => list.args.iter().collect(),
        _ => Vec::new(),
    }
}

/// The numbers that a type's parameters stand for at a place that uses it.
fn bound(room: &Room, of_type: &TypePath, own: &Crate) -> Result<BTreeMap<String, u64>> {
    let mut bound = BTreeMap::new();
    for (parameter, argument) in room.parameters.iter().zip(arguments(of_type)) {
        let value = match argument {
            GenericArgument::Const(expression) => number(expression, own, &BTreeMap::new())?,
            // A constant's name alone looks like a type's.
            GenericArgument::Type(Type::Path(name)) => match own.constants.get(&last(name)) {
                Some(expression) => number(expression, own, &BTreeMap::new())?,
                None => continue,
            },
            _ => continue,
        };
        bound.insert(parameter.clone(), value);
    }
    Ok(bound)
}

/// The value of a constant expression: numbers, constants of the crate, parameters, and the four operations.
fn number(expression: &Expr, own: &Crate, bound: &BTreeMap<String, u64>) -> Result<u64> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => Ok(number.base10_parse()?),
            _ => bail!("a constant that is no number"),
        },
        Expr::Paren(inner) => number(&inner.expr, own, bound),
        Expr::Path(path) => {
            let name = path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
            if let Some(value) = bound.get(&name) {
                return Ok(*value);
            }
            let constant =
                own.constants.get(&name).with_context(|| format!("no value is known for {name}"))?;
            number(constant, own, &BTreeMap::new())
        }
        Expr::Binary(binary) => {
            let (left, right) = (number(&binary.left, own, bound)?, number(&binary.right, own, bound)?);
            let result = match binary.op {
                BinOp::Add(_) => left.checked_add(right),
                BinOp::Sub(_) => left.checked_sub(right),
                BinOp::Mul(_) => left.checked_mul(right),
                BinOp::Div(_) => left.checked_div(right),
                _ => None,
            };
            result.context("a constant that can't be calculated here")
        }
        _ => bail!("a constant that can't be calculated here: write it with numbers and + - * /"),
    }
}

/// `name_of_type` of `NameOfType`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (index, character) in name.char_indices() {
        if character.is_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}
