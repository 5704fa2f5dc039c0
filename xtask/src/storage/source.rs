//! The sources of a crate: storage structs, how much room types take, namespaces, tables of packed words, constants.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use syn::{
    Attribute, Expr, Fields, GenericParam, ImplItem, Item, ItemImpl, ItemStruct, Lit, Meta, Type, TypePath,
};

/// What a crate says about storage.
#[derive(Default)]
pub(super) struct Crate {
    pub(super) name: String,
    /// Its `#[storage]` structs.
    pub(super) storages: Vec<Storage>,
    /// Types that implement `StorageType` by hand.
    pub(super) rooms: BTreeMap<String, Room>,
    /// The ids of the structs that are namespaces.
    pub(super) namespaces: BTreeMap<String, String>,
    /// Documentation by the name of what it belongs to: records are looked up here.
    pub(super) docs: BTreeMap<String, String>,
    pub(super) constants: BTreeMap<String, Expr>,
}

/// A `#[storage]` struct.
pub(super) struct Storage {
    pub(super) name: String,
    /// Whether it is the contract itself.
    pub(super) entrypoint: bool,
    pub(super) doc: String,
    pub(super) fields: Vec<Field>,
}

pub(super) struct Field {
    pub(super) name: String,
    pub(super) of_type: TypePath,
}

/// How much room a type takes: constants of its `StorageType`, if it doesn't leave them to the SDK.
#[derive(Default)]
pub(super) struct Room {
    /// `SLOT_BYTES`.
    pub(super) bytes: Option<Expr>,
    /// `REQUIRED_SLOTS`.
    pub(super) slots: Option<Expr>,
    /// The names of the type's parameters, in their order.
    pub(super) parameters: Vec<String>,
}

/// The folders of `contracts/` that are libraries: crates without a `Stylus.toml`.
pub(super) fn libraries(contracts: &Path) -> Result<Vec<String>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(contracts).with_context(|| format!("{} can't be read", contracts.display()))? {
        let path = entry?.path();
        if path.join("Cargo.toml").is_file() && !path.join("Stylus.toml").is_file() {
            folders.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    folders.sort();
    Ok(folders)
}

impl Crate {
    /// Reads the crate in `folder`, without its tests.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut found = Self { name, ..Self::default() };
        found.read_folder(&folder.join("src"))?;
        Ok(found)
    }

    fn read_folder(&mut self, folder: &Path) -> Result<()> {
        let context = || format!("{} can't be read", folder.display());
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).with_context(context)? {
            paths.push(entry.with_context(context)?.path());
        }
        paths.sort();
        for path in paths {
            if path.file_stem().is_some_and(|name| name == "tests") {
                continue;
            }
            if path.is_dir() {
                self.read_folder(&path)?;
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
                self.absorb(&text).with_context(|| format!("{}", path.display()))?;
            }
        }
        Ok(())
    }

    /// Takes in the text of a file.
    pub(super) fn absorb(&mut self, text: &str) -> Result<()> {
        let file = syn::parse_file(text)?;
        self.items(file.items)
    }

    fn items(&mut self, items: Vec<Item>) -> Result<()> {
        for item in items {
            match item {
                Item::Struct(item) if !is_of_tests(&item.attrs) => self.storage(item)?,
                Item::Impl(item) if !is_of_tests(&item.attrs) => self.implementation(&item)?,
                Item::Fn(item) if !is_of_tests(&item.attrs) => {
                    self.docs.insert(item.sig.ident.to_string(), doc(&item.attrs));
                }
                Item::Const(item) if !is_of_tests(&item.attrs) => {
                    self.constants.insert(item.ident.to_string(), *item.expr);
                }
                Item::Mod(item) if !is_of_tests(&item.attrs) => {
                    self.items(item.content.map(|(_, items)| items).unwrap_or_default())?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn storage(&mut self, item: ItemStruct) -> Result<()> {
        let name = item.ident.to_string();
        let doc = doc(&item.attrs);
        self.docs.insert(name.clone(), doc.clone());
        let has = |attribute: &str| item.attrs.iter().any(|found| is(found, attribute));
        if !has("storage") {
            return Ok(());
        }
        let Fields::Named(fields) = item.fields else { bail!("{name} has fields without names") };
        let mut found = Storage { name, entrypoint: has("entrypoint"), doc, fields: Vec::new() };
        for field in fields.named {
            let field_name = field.ident.map(|ident| ident.to_string()).unwrap_or_default();
            let Type::Path(of_type) = field.ty else {
                bail!("{}.{field_name} is of a type that can't be stored", found.name)
            };
            if last(&of_type) != "PhantomData" {
                found.fields.push(Field { name: field_name, of_type });
            }
        }
        self.storages.push(found);
        Ok(())
    }

    fn implementation(&mut self, item: &ItemImpl) -> Result<()> {
        let (Some((_, of_trait, _)), Type::Path(of_type)) = (&item.trait_, &*item.self_ty) else {
            return Ok(());
        };
        let name = last(of_type);
        let constant = |wanted: &str| {
            item.items.iter().find_map(|item| match item {
                ImplItem::Const(item) if item.ident == wanted => Some(item.expr.clone()),
                _ => None,
            })
        };
        match of_trait.segments.last().map(|segment| segment.ident.to_string()).as_deref() {
            Some("StorageType") => {
                let parameters = item.generics.params.iter().filter_map(|parameter| match parameter {
                    GenericParam::Type(parameter) => Some(parameter.ident.to_string()),
                    GenericParam::Const(parameter) => Some(parameter.ident.to_string()),
                    GenericParam::Lifetime(_) => None,
                });
                let room = Room {
                    bytes: constant("SLOT_BYTES"),
                    slots: constant("REQUIRED_SLOTS"),
                    parameters: parameters.collect(),
                };
                self.rooms.insert(name, room);
            }
            Some("Namespace") => {
                if constant("ROOT").is_some() {
                    bail!("{name} sets a namespace's first slot by hand: it is the hash of its id");
                }
                let Some(Expr::Lit(id)) = constant("ID") else {
                    bail!("{name} is a namespace without an id")
                };
                let Lit::Str(id) = id.lit else { bail!("the id of namespace {name} is no string") };
                self.namespaces.insert(name, id.value());
            }
            _ => {}
        }
        Ok(())
    }
}

/// The last segment of a type's path.
pub(super) fn last(of_type: &TypePath) -> String {
    of_type.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

fn is(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == name)
}

fn is_of_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    })
}

/// The documentation, a line for each of its lines.
fn doc(attributes: &[Attribute]) -> String {
    let mut text = String::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        if let Meta::NameValue(pair) = &attribute.meta
            && let Expr::Lit(value) = &pair.value
            && let Lit::Str(line) = &value.lit
        {
            text += &line.value();
            text.push('\n');
        }
    }
    text
}
