//! What `data.aws_iam_policy_document` will render, rebuilt from its blocks.
//!
//! The provider leaves the whole document open as soon as anything it depends on is, even when every statement is known.
// See: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{
    configuration::block,
    index::{Found, Index},
    link::Link,
    model::ResourceChange,
};
use crate::tree::{Gap, Part, Tree};

/// Documents are taken into others no deeper than this.
const DEEP_ENOUGH: usize = 12;

/// A document in the making.
#[derive(Default)]
struct Made {
    version: Option<String>,
    id: Option<String>,
    statements: Vec<Tree>,
}

impl Made {
    /// Takes another document in: a statement replaces the one of the same `Sid`.
    fn merge(&mut self, other: Self) {
        if other.id.is_some() {
            self.id = other.id;
        }
        if other.version > self.version {
            self.version = other.version;
        }
        for statement in other.statements {
            let sid = statement.get("Sid").text().ok().flatten();
            let same = |own: &&mut Tree| sid.is_some() && own.get("Sid").text().ok().flatten() == sid;
            match self.statements.iter_mut().find(same) {
                Some(own) => *own = statement,
                None => self.statements.push(statement),
            }
        }
    }

    fn read(text: &str) -> Option<Self> {
        let tree = Tree::from(serde_json::from_str::<Value>(text).ok()?);
        let statements = match tree.get("Statement") {
            Tree::List(statements) => statements.clone(),
            Tree::Map(_) => vec![tree.get("Statement").clone()],
            _ => Vec::new(),
        };
        let text = |name: &str| tree.get(name).text().ok().flatten();
        Some(Self { version: text("Version"), id: text("Id"), statements })
    }

    fn tree(self) -> Tree {
        let version = self.version.unwrap_or_else(|| "2012-10-17".to_owned());
        let mut map = BTreeMap::from([
            ("Version".to_owned(), Tree::Text(version)),
            ("Statement".to_owned(), Tree::List(self.statements)),
        ]);
        if let Some(id) = self.id {
            map.insert("Id".to_owned(), Tree::Text(id));
        }
        Tree::Map(map)
    }
}

impl Index<'_> {
    /// The document that a data source will render, as a text or an object with open parts; unknown where it takes in a
    /// document that is not known.
    pub(super) fn rendered(&self, data: &ResourceChange, depth: usize) -> Tree {
        if let Ok(Some(text)) = data.after.get("json").text() {
            return Tree::Text(text);
        }
        let made = match self.made(data, depth) {
            Ok(made) => named(made.tree(), &data.address),
            Err(gap) => named(Tree::Unknown(gap), &data.address),
        };
        // What it renders is as sensitive as what it is given.
        if data.after.has_sensitive() { Tree::Sensitive(Box::new(made)) } else { made }
    }

    fn made(&self, data: &ResourceChange, depth: usize) -> Result<Made, Arc<Gap>> {
        let after = &data.after;
        let mut made = Made::default();
        for attribute in ["source_json", "source_policy_documents"] {
            self.taken_in(data, attribute, depth, &mut made)?;
        }
        made.merge(self.own(data, depth)?);
        for attribute in ["override_json", "override_policy_documents"] {
            self.taken_in(data, attribute, depth, &mut made)?;
        }
        made.id = made.id.or(after.get("policy_id").text().ok().flatten());
        Ok(made)
    }

    /// Merges the documents that an attribute names.
    fn taken_in(&self, data: &ResourceChange, attribute: &str, depth: usize, made: &mut Made) -> Result<(), Arc<Gap>> {
        let value = data.after.get(attribute);
        if value.is_absent() {
            return Ok(());
        }
        let whole = std::slice::from_ref(value);
        let items = match value.open() {
            Tree::List(items) => items.as_slice(),
            _ => whole,
        };
        let count = items.iter().filter(|item| item.gap().is_some()).count();
        let found = self.expressions(data).and_then(|all| all.get(attribute)).filter(|_| count > 0);
        // Each item that is open is one document, in the order in which the expression names them.
        let open = found.and_then(|found| self.resolve_each(data, found, count, Link::Document, depth + 1));
        let mut open = open.unwrap_or_default().into_iter();
        for item in items {
            let tree = match (item.gap(), open.next_if_open(item)) {
                (None, _) => item.clone(),
                (Some(_), Some(Found::Data(at))) if depth < DEEP_ENOUGH => {
                    self.data(at).map_or_else(|| item.clone(), |inner| self.rendered(inner, depth + 1))
                }
                (Some(_), _) => item.clone(),
            };
            if let (Tree::Unknown(_), Some(gap)) = (tree.open(), tree.gap()) {
                return Err(Arc::clone(gap));
            }
            let part = match tree.open() {
                Tree::Null => continue,
                Tree::Text(text) if text.is_empty() => continue,
                Tree::Text(text) => Made::read(text),
                other => Some(Made {
                    version: other.get("Version").text().ok().flatten(),
                    id: other.get("Id").text().ok().flatten(),
                    statements: other.get("Statement").items().unwrap_or_default().to_vec(),
                }),
            };
            match part {
                Some(part) => made.merge(part),
                None => {
                    return Err(Arc::new(Gap {
                        attribute: attribute.to_owned(),
                        references: Vec::new(),
                        why: "no JSON".to_owned(),
                    }));
                }
            }
        }
        Ok(())
    }

    /// The statements of the data source itself.
    fn own(&self, data: &ResourceChange, depth: usize) -> Result<Made, Arc<Gap>> {
        let expressions = self.expressions(data);
        let blocks = match data.after.get("statement").open() {
            Tree::Unknown(gap) => return Err(Arc::clone(gap)),
            Tree::List(blocks) => blocks.as_slice(),
            _ => &[],
        };
        let mut statements = Vec::new();
        for (at, statement) in blocks.iter().enumerate() {
            if let Tree::Unknown(gap) = statement.open() {
                return Err(Arc::clone(gap));
            }
            let found = block(expressions, "statement", blocks, at);
            statements.push(self.statement(data, statement, found, depth));
        }
        let version = data.after.get("version").text().ok().flatten();
        Ok(Made { version: Some(version.unwrap_or_else(|| "2012-10-17".to_owned())), id: None, statements })
    }

    fn statement(&self, data: &ResourceChange, statement: &Tree, expressions: Option<&Value>, depth: usize) -> Tree {
        let mut map = BTreeMap::new();
        if let Ok(Some(sid)) = statement.get("sid").text() {
            map.insert("Sid".to_owned(), Tree::Text(sid));
        }
        let effect = statement.get("effect");
        let effect = if effect.is_absent() { Tree::from("Allow") } else { effect.clone() };
        map.insert("Effect".to_owned(), effect);
        for (attribute, element) in [
            ("actions", "Action"),
            ("not_actions", "NotAction"),
            ("resources", "Resource"),
            ("not_resources", "NotResource"),
        ] {
            let list = statement.get(attribute);
            if !list.is_absent() {
                let found = expressions.and_then(|all| all.get(attribute));
                map.insert(element.to_owned(), self.texts(data, list, found, Link::Arn, depth));
            }
        }
        for (attribute, element) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
            if let Some(principals) = self.principals(data, statement, attribute, expressions, depth) {
                map.insert(element.to_owned(), principals);
            }
        }
        if let Some(conditions) = self.conditions(data, statement, expressions, depth) {
            map.insert("Condition".to_owned(), conditions);
        }
        Tree::Map(map)
    }

    /// A list of texts, each open one as far as it follows from what it is derived from.
    fn texts(&self, data: &ResourceChange, list: &Tree, found: Option<&Value>, link: Link, depth: usize) -> Tree {
        let items = match list.open() {
            Tree::List(items) => items.as_slice(),
            // It is not known how many there are: one that is open represents them.
            other => return Tree::List(vec![other.clone()]),
        };
        let count = items.iter().filter(|item| item.gap().is_some()).count();
        let open = found.filter(|_| count > 0).and_then(|f| self.resolve_each(data, f, count, link, depth + 1));
        let mut open = open.unwrap_or_default().into_iter();
        let text = |item: &Tree| match (item.open(), item.gap()) {
            (Tree::Text(text), _) => Tree::Text(text.replace("&{", "${")),
            (_, Some(gap)) => match open.next() {
                Some(Found::Value(arn)) if is_beginning(&arn) => {
                    Tree::Parts(vec![Part::Text(arn), Part::Unknown(Arc::clone(gap))])
                }
                Some(Found::Value(arn)) => Tree::Text(arn),
                _ => item.clone(),
            },
            _ => item.clone(),
        };
        Tree::List(items.iter().map(text).collect())
    }

    fn principals(
        &self,
        data: &ResourceChange,
        statement: &Tree,
        attribute: &str,
        expressions: Option<&Value>,
        depth: usize,
    ) -> Option<Tree> {
        let blocks = match statement.get(attribute).open() {
            unknown @ Tree::Unknown(_) => return Some(unknown.clone()),
            Tree::List(blocks) if !blocks.is_empty() => blocks.as_slice(),
            _ => return None,
        };
        let mut by_type: BTreeMap<String, Vec<Tree>> = BTreeMap::new();
        for (at, principal) in blocks.iter().enumerate() {
            let found = block(expressions, attribute, blocks, at).and_then(|all| all.get("identifiers"));
            let Ok(Some(kind)) = principal.get("type").text() else {
                // A principal of an unknown type.
                return Some(principal.get("type").clone());
            };
            if let Tree::List(named) = self.texts(data, principal.get("identifiers"), found, Link::Principal, depth) {
                by_type.entry(kind).or_default().extend(named);
            }
        }
        let everybody = by_type.get("*").is_some_and(|named| named.as_slice() == [Tree::from("*")]);
        if everybody && by_type.len() == 1 {
            return Some(Tree::from("*"));
        }
        Some(Tree::Map(by_type.into_iter().map(|(kind, named)| (kind, Tree::List(named))).collect()))
    }

    fn conditions(
        &self,
        data: &ResourceChange,
        statement: &Tree,
        expressions: Option<&Value>,
        depth: usize,
    ) -> Option<Tree> {
        let blocks = match statement.get("condition").open() {
            unknown @ Tree::Unknown(_) => return Some(unknown.clone()),
            Tree::List(blocks) if !blocks.is_empty() => blocks.as_slice(),
            _ => return None,
        };
        let mut tests: BTreeMap<String, BTreeMap<String, Vec<Tree>>> = BTreeMap::new();
        for (at, condition) in blocks.iter().enumerate() {
            let (Ok(Some(test)), Ok(Some(key))) = (condition.get("test").text(), condition.get("variable").text())
            else {
                return condition.gap().map(|gap| Tree::Unknown(Arc::clone(gap)));
            };
            let found = block(expressions, "condition", blocks, at).and_then(|all| all.get("values"));
            if let Tree::List(values) = self.texts(data, condition.get("values"), found, Link::Arn, depth) {
                tests.entry(test).or_default().entry(key).or_default().extend(values);
            }
        }
        let keys = |keys: BTreeMap<String, Vec<Tree>>| {
            Tree::Map(keys.into_iter().map(|(key, values)| (key, Tree::List(values))).collect())
        };
        Some(Tree::Map(tests.into_iter().map(|(test, found)| (test, keys(found))).collect()))
    }
}

/// The same with every gap named by the data source in which it is.
fn named(tree: Tree, data: &str) -> Tree {
    let gap = |gap: Arc<Gap>| {
        let inner = gap.attribute.starts_with("data.") || gap.attribute.contains(".data.");
        let attribute = if inner { gap.attribute.clone() } else { format!("{data}.{}", gap.attribute) };
        Arc::new(Gap { attribute, references: gap.references.clone(), why: gap.why.clone() })
    };
    match tree {
        Tree::Unknown(inner) => Tree::Unknown(gap(inner)),
        Tree::Parts(parts) => {
            let part = |part| match part {
                Part::Unknown(inner) => Part::Unknown(gap(inner)),
                known => known,
            };
            Tree::Parts(parts.into_iter().map(part).collect())
        }
        Tree::List(items) => Tree::List(items.into_iter().map(|item| named(item, data)).collect()),
        Tree::Map(map) => Tree::Map(map.into_iter().map(|(key, value)| (key, named(value, data))).collect()),
        Tree::Sensitive(inner) => Tree::Sensitive(Box::new(named(*inner, data))),
        known => known,
    }
}

/// Whether an ARN is often the beginning of a longer one in a policy, as that of a bucket: `arn/*`.
fn is_beginning(arn: &str) -> bool {
    let mut fields = arn.splitn(6, ':');
    let service = fields.nth(2).unwrap_or_default();
    service == "s3" || service == "logs"
}

/// The next of what open items are, when the item is open.
trait NextIfOpen {
    fn next_if_open(&mut self, item: &Tree) -> Option<Found>;
}

impl<I: Iterator<Item = Found>> NextIfOpen for I {
    fn next_if_open(&mut self, item: &Tree) -> Option<Found> {
        item.gap().and_then(|_| self.next())
    }
}
