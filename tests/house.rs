//! The rooms of the application and the wings of the steps: who may import whom, read from the paths in the sources.
//!
//! Modules of one folder may import each other in one direction only. A module and the file above it (`mod.rs`) are one
//! thing seen from outside and inside: a path to an item of the file above is no arrow, unless the item is passed on from a
//! module beside.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// What each room of `src/` may import. A room may import nothing that stands below it here, so there is no circle.
const ROOMS: [(&str, &[&str]); 17] = [
    ("files", &[]),
    ("clock", &[]),
    ("exit", &[]),
    ("console", &["exit"]),
    ("guard", &[]),
    ("logging", &["console"]),
    ("error", &["exit"]),
    ("report", &["files"]),
    ("catalogue", &["console", "error", "exit", "guard", "report"]),
    ("run", &["catalogue", "clock", "console", "error", "exit", "files", "guard"]),
    ("bundle", &["catalogue", "clock", "error", "exit", "files", "report", "run"]),
    ("ending", &["bundle", "console", "report", "run"]),
    ("command", &["bundle", "catalogue", "clock", "console", "ending", "error", "exit", "files", "report", "run"]),
    ("cli", &["catalogue", "command"]),
    ("program", &["catalogue", "cli", "command", "console", "error", "exit", "logging"]),
    ("own", &["catalogue", "program"]),
    ("main", &["own", "program"]),
];

/// What each wing of `steps/` may import.
const WINGS: [(&str, &[&str]); 4] = [
    ("judgement", &[]),
    ("scene", &["judgement"]),
    ("given", &["judgement", "scene"]),
    ("vocabulary", &["judgement", "scene"]),
];

type Name = Vec<String>;

/// The modules of a crate, by path, with the text of each that is not about tests.
#[derive(Default)]
struct House(BTreeMap<Name, String>);

/// An arrow between two modules of one folder: the folder, from, to.
type Arrow = (Name, String, String);

impl House {
    fn of(root: &Path) -> Self {
        let mut house = Self::default();
        let mut folders = vec![(root.to_owned(), Name::new())];
        while let Some((folder, name)) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
                let below = || name.iter().cloned().chain([stem.clone()]).collect::<Name>();
                if path.is_dir() && stem != "tests" {
                    folders.push((path.clone(), below()));
                } else if path.extension().is_some_and(|kind| kind == "rs") && !stem.ends_with("tests") {
                    let text = fs::read_to_string(&path).unwrap();
                    house.add(if ["mod", "lib"].contains(&stem.as_str()) { name.clone() } else { below() }, &text);
                }
            }
        }
        house
    }

    fn add(&mut self, name: Name, text: &str) {
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let lines = code.lines().map(|line| line.split("//").next().unwrap_or_default());
        self.0.insert(name, lines.collect::<Vec<_>>().join("\n"));
    }

    /// Every path in a module that leads into this crate, from its root.
    fn paths(&self, module: &Name) -> BTreeSet<Name> {
        let text = &self.0[module];
        let mut found = BTreeSet::new();
        for (at, _) in text.match_indices("::") {
            let head = text[..at].rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |before| before + 1);
            // Only the beginning of a path.
            if text[..head].ends_with("::") {
                continue;
            }
            let mut tree = Vec::new();
            expand(&text[head..], &mut Name::new(), &mut tree);
            found.extend(tree.into_iter().filter_map(|path| self.absolute(module, path)));
        }
        found
    }

    /// The path from the root; nothing when it leads into another crate, or is a local name.
    fn absolute(&self, module: &Name, path: Name) -> Option<Name> {
        let mut base = module.clone();
        let mut rest = path.as_slice();
        match rest.first()?.as_str() {
            "crate" | "logproof" => (base, rest) = (Name::new(), &rest[1..]),
            "self" => rest = &rest[1..],
            "super" => {}
            child if self.0.contains_key(&[base.as_slice(), &[child.to_owned()]].concat()) => {}
            _ => return None,
        }
        while rest.first().is_some_and(|part| part == "super") {
            base.pop();
            rest = &rest[1..];
        }
        Some([base.as_slice(), rest].concat())
    }

    /// The module an absolute path leads to: where the item is, not where it is passed on.
    fn module(&self, path: &Name) -> Name {
        let deepest = (0..=path.len()).rev().map(|length| &path[..length]).find(|name| self.0.contains_key(*name));
        let deepest = deepest.unwrap_or_default().to_vec();
        let Some(item) = path.get(deepest.len()) else { return deepest };
        let text = self.0.get(&deepest).map(String::as_str).unwrap_or_default();
        for passed_on in text.split("pub use ").skip(1).map(|rest| rest.split(';').next().unwrap_or_default()) {
            let mut tree = Vec::new();
            expand(passed_on, &mut Name::new(), &mut tree);
            let of_item = tree.into_iter().find(|path| path.last() == Some(item));
            if let Some(path) = of_item.and_then(|path| self.absolute(&deepest, path)).filter(|to| to != path) {
                return self.module(&path);
            }
        }
        deepest
    }

    /// The arrows between modules of one folder, each with a module it comes from.
    fn arrows(&self) -> BTreeMap<Arrow, Name> {
        let mut arrows = BTreeMap::new();
        for from in self.0.keys() {
            for path in self.paths(from) {
                let to = self.module(&path);
                let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
                if let (Some(one), Some(other)) = (from.get(common), to.get(common)) {
                    arrows.insert((from[..common].to_vec(), one.clone(), other.clone()), from.clone());
                }
            }
        }
        arrows
    }

    /// Modules of one folder that import each other, directly or through others.
    fn circles(&self) -> Vec<String> {
        let arrows = self.arrows();
        let reachable = |folder: &Name, from: &String| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![from.clone()]);
            while let Some(module) = open.pop() {
                for (place, one, other) in arrows.keys() {
                    if place == folder && *one == module && seen.insert(other.clone()) {
                        open.push(other.clone());
                    }
                }
            }
            seen
        };
        let back = |(folder, one, other): &&Arrow| reachable(folder, other).contains(one);
        arrows
            .keys()
            .filter(back)
            .map(|(folder, one, other)| format!("{}: {one} -> {other}", folder.join("/")))
            .collect()
    }
}

/// The paths of a use tree, or the one path, at the beginning of a text; returns what follows it.
fn expand<'a>(text: &'a str, before: &mut Name, into: &mut Vec<Name>) -> &'a str {
    let text = text.trim_start();
    let depth = before.len();
    if let Some(inner) = text.strip_prefix('{') {
        let mut rest = inner;
        loop {
            rest = expand(rest, before, into).trim_start();
            match rest.strip_prefix(',') {
                Some(next) if !next.trim_start().starts_with('}') => rest = next,
                next => {
                    rest = next.unwrap_or(rest).trim_start();
                    break;
                }
            }
        }
        return rest.strip_prefix('}').unwrap_or(rest);
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    // `self` at the end of a tree is the module itself.
    let names_its_own = word == "self" && depth > 0;
    if !word.is_empty() && !names_its_own {
        before.push(word.to_owned());
    }
    let rest = match after.strip_prefix("::") {
        Some(deeper) => expand(deeper, before, into),
        None => {
            into.push(before.clone());
            // A renaming says nothing of where the item is.
            let name = after.trim_start().strip_prefix("as ").map(str::trim_start);
            name.map_or(after, |name| name.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'))
        }
    };
    before.truncate(depth);
    rest
}

fn house(folder: &str) -> House {
    House::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
}

#[test]
fn every_room_imports_only_what_it_may() {
    let house = house("src");
    let mut problems = Vec::new();
    for ((folder, from, to), module) in house.arrows() {
        let allowed = ROOMS.iter().find(|(room, _)| *room == from).map(|(_, allowed)| *allowed);
        if folder.is_empty() && !allowed.unwrap_or_default().contains(&to.as_str()) {
            problems.push(format!("{} imports {to}", module.join("/")));
        }
    }
    assert!(house.arrows().contains_key(&(Name::new(), "bundle".to_owned(), "run".to_owned())), "arrows are found");
    assert_eq!(problems, Vec::<String>::new(), "rooms import what they may not: see ROOMS in this file");
    let there: BTreeSet<&str> = house.0.keys().filter_map(|name| Some(name.first()?.as_str())).collect();
    assert_eq!(there, ROOMS.iter().map(|(room, _)| *room).collect(), "ROOMS names every room");
    for (index, (room, allowed)) in ROOMS.iter().enumerate() {
        for other in *allowed {
            assert!(ROOMS[..index].iter().any(|(above, _)| above == other), "{room} may not import {other}");
        }
    }
}

/// What is wrong with the wings of `steps/`, each with the module it is wrong in.
fn wrong_in_wings(house: &House) -> Vec<String> {
    let mut wrong = Vec::new();
    for ((folder, from, to), module) in house.arrows() {
        let module = module.join("/");
        let allowed = WINGS.iter().find(|(wing, _)| *wing == from).map(|(_, allowed)| *allowed).unwrap_or_default();
        if folder.is_empty() && !allowed.contains(&to.as_str()) {
            wrong.push(format!("{module} imports {to}"));
        }
        if folder.first().is_some_and(|wing| wing == "vocabulary") {
            wrong.push(format!("{module} imports {to} of the vocabulary"));
        }
    }
    for (module, text) in &house.0 {
        let wing = module.first().map(String::as_str).unwrap_or_default();
        let name = module.join("/");
        if !module.is_empty() && WINGS.iter().all(|(known, _)| *known != wing) {
            wrong.push(format!("{name} is in no wing"));
        }
        let registers: Vec<&str> =
            ["given", "when", "then"].into_iter().filter(|kind| text.contains(&format!("#[{kind}("))).collect();
        let may_register: &[&str] = match wing {
            "given" => &["given"],
            "vocabulary" => &["then"],
            _ => &[],
        };
        wrong.extend(
            registers
                .iter()
                .filter(|kind| !may_register.contains(kind))
                .map(|kind| format!("{name} registers a {kind}")),
        );
        if wing == "judgement" && ["World", "world::", "Estate"].iter().any(|word| text.contains(word)) {
            wrong.push(format!("{name} knows the World or asks the estate"));
        }
    }
    wrong
}

#[test]
fn the_wings_of_the_steps_import_only_what_they_may() {
    let house = house("steps");
    let scene = (Name::new(), "vocabulary".to_owned(), "scene".to_owned());
    assert!(house.arrows().contains_key(&scene), "arrows are found");
    assert_eq!(wrong_in_wings(&house), Vec::<String>::new(), "see WINGS in this file");
    let there: BTreeSet<&str> = house.0.keys().filter_map(|name| Some(name.first()?.as_str())).collect();
    assert_eq!(there, WINGS.iter().map(|(wing, _)| *wing).collect());
}

#[test]
fn what_is_wrong_in_a_wing_is_found() {
    let name = |text: &str| text.split('/').map(str::to_owned).collect::<Name>();
    let mut house = House::default();
    house.add(name("judgement/age"), "use logproof_estate::facts::Trail;");
    house.add(name("scene/bucket"), "use crate::judgement::age;\nuse logproof_estate::world::LogproofWorld;");
    house.add(name("given/bucket"), "use crate::scene::bucket::Bucket;\n#[given(\"a bucket\")]");
    house.add(name("vocabulary/bucket/policy"), "use crate::scene::bucket::Bucket;\n#[then(\"it is closed\")]");
    house.add(name("vocabulary/bucket/lifecycle"), "// use super::policy;\n#[then(\"it is kept\")]");
    house.add(name("vocabulary/key/policy"), "use crate::{judgement::age, scene};");
    assert_eq!(wrong_in_wings(&house), Vec::<String>::new());
    for (module, text, expected) in [
        (
            "vocabulary/bucket/policy",
            "use super::lifecycle::Rule;",
            "vocabulary/bucket/policy imports lifecycle of the vocabulary",
        ),
        (
            "vocabulary/key/policy",
            "use crate::{vocabulary::bucket::{policy}};",
            "vocabulary/key/policy imports bucket of the vocabulary",
        ),
        ("vocabulary/key/policy", "use crate::given::bucket::Given;", "vocabulary/key/policy imports given"),
        ("scene/bucket", "fn f() { crate::vocabulary::key::policy::g() }", "scene/bucket imports vocabulary"),
        ("scene/bucket", "use crate::given::bucket;", "scene/bucket imports given"),
        ("scene/bucket", "#[then(\"it is closed\")]", "scene/bucket registers a then"),
        ("judgement/age", "use crate::scene::bucket;", "judgement/age imports scene"),
        (
            "judgement/age",
            "use logproof_estate::world::LogproofWorld;",
            "judgement/age knows the World or asks the estate",
        ),
        ("given/bucket", "#[then(\"it is closed\")]", "given/bucket registers a then"),
        ("utils", "", "utils is in no wing"),
    ] {
        let mut bad = House(house.0.clone());
        bad.add(name(module), text);
        assert_eq!(wrong_in_wings(&bad), [expected], "{module}: {text}");
    }
}

#[test]
fn no_command_imports_another_and_no_modules_import_each_other() {
    let house = house("src");
    let commands = house.arrows().into_iter().filter(|((folder, ..), _)| folder == &["command"]);
    assert_eq!(commands.collect::<Vec<_>>(), [], "a command imports another command");
    // The other crates have circles of two files; those without any stay without.
    for folder in ["src", "steps", "crates/aws/src", "crates/wire/src", "crates/zone/src"] {
        assert_eq!(self::house(folder).circles(), Vec::<String>::new(), "modules of {folder} import each other");
    }
}

/// What each package of a `Cargo.lock` depends on, tests included.
fn packages(lock: &str) -> BTreeMap<&str, Vec<&str>> {
    fn quoted(line: &str) -> Option<&str> {
        let (_, rest) = line.split_once('"')?;
        rest.split(['"', ' ']).next()
    }
    let mut packages: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for block in lock.split("[[package]]").skip(1) {
        let mut names = block.lines().filter(|line| line.starts_with("name = ") || line.starts_with(" \""));
        let Some(package) = names.next().and_then(quoted) else { continue };
        // Two versions of a package are one here.
        packages.entry(package).or_default().extend(names.filter_map(quoted));
    }
    packages
}

/// Crates of the AWS SDK that a package depends on, directly or through others.
fn sdk_below<'a>(packages: &BTreeMap<&'a str, Vec<&'a str>>, package: &'a str) -> BTreeSet<&'a str> {
    let (mut seen, mut open) = (BTreeSet::new(), vec![package]);
    while let Some(name) = open.pop() {
        if seen.insert(name) {
            open.extend(packages.get(name).into_iter().flatten());
        }
    }
    let is_sdk = |name: &&str| name.starts_with("aws-") && !["aws-lc-rs", "aws-lc-sys"].contains(name);
    seen.into_iter().filter(is_sdk).collect()
}

#[test]
fn only_the_crate_that_asks_aws_needs_the_sdk() {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    let packages = packages(&lock);
    assert!(sdk_below(&packages, "logproof-aws").contains("aws-sdk-s3"), "dependencies are found");
    let ours = packages.keys().filter(|name| name.starts_with("logproof-") && **name != "logproof-aws");
    let with_sdk: Vec<_> =
        ours.map(|name| (*name, sdk_below(&packages, name))).filter(|(_, sdk)| !sdk.is_empty()).collect();
    assert_eq!(with_sdk, [], "crates that need the SDK");
    for name in ["logproof-zone", "logproof-wire", "logproof-steps", "logproof-estate"] {
        assert!(packages.contains_key(name), "{name} is a package");
    }
}

#[test]
fn an_sdk_behind_another_crate_is_found() {
    let lock = "[[package]]\nname = \"a\"\nversion = \"1\"\ndependencies = [\n \"b\",\n]\n\n[[package]]\nname = \"b\"\n\
        dependencies = [\n \"aws-lc-rs\",\n \"aws-smithy-types 1.2.0\",\n]\n\n[[package]]\nname = \"c\"\n";
    let packages = packages(lock);
    assert_eq!(sdk_below(&packages, "a").into_iter().collect::<Vec<_>>(), ["aws-smithy-types"]);
    assert!(sdk_below(&packages, "c").is_empty());
}

#[test]
fn a_circle_is_found_through_trees_super_and_what_is_passed_on() {
    let mut house = House::default();
    let name = |text: &str| text.split('/').map(str::to_owned).collect::<Name>();
    house.add(Name::new(), "pub mod a;\npub mod b;\npub mod c;");
    house.add(name("a"), "use crate::{b::{self, Thing as Other}, c};\nuse serde::Serialize;");
    house.add(name("b"), "// use crate::a;\npub fn f() { let _ = other::a(); }");
    house.add(name("c"), "mod inner;\nmod outer;\npub use self::outer::Item;");
    house.add(name("c/inner"), "use super::Item;");
    house.add(name("c/outer"), "pub struct Item;\n#[cfg(test)]\nmod tests { use super::super::inner; }");
    let arrows: Vec<String> = house.arrows().keys().map(|(_, one, other)| format!("{one}-{other}")).collect();
    assert_eq!(arrows, ["a-b", "a-c", "inner-outer"]);
    assert_eq!(house.circles(), Vec::<String>::new());
    house.add(name("b"), "pub fn f() -> super::c::Item { crate::c::Item }");
    house.add(name("c/outer"), "pub struct Item;\npub fn f() { crate::a::go(super::inner::g) }");
    let circles = house.circles();
    assert_eq!(circles, [": a -> b", ": a -> c", ": b -> c", ": c -> a", "c: inner -> outer", "c: outer -> inner"]);
}
