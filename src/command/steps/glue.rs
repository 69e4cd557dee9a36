//! The sentences as step definitions in JavaScript, for the Cucumber plugin of an editor: it reads them to complete and
//! check the steps of features. Nothing runs them.

use std::{collections::BTreeSet, io, io::Write};

use super::Described;

/// Parameter types that every implementation of Cucumber expressions has.
///
/// See: <https://github.com/cucumber/cucumber-expressions#parameter-types>
const BUILT_IN: [&str; 5] = ["string", "int", "float", "word", ""];

/// Writes the file.
///
/// # Errors
/// When `out` cannot be written.
pub(super) fn write(all: &[Described], out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "// Written by `logproof steps --format javascript`, for the Cucumber plugin of an editor. Nothing runs it."
    )?;
    writeln!(out, "const {{ Given, Then, defineParameterType }} = require('@cucumber/cucumber')\n")?;
    for name in all.iter().flat_map(parameters).collect::<BTreeSet<&str>>() {
        // What a parameter of an owner's crate takes is known to that crate.
        let known = logproof_steps::parameters().into_iter().find(|(known, _)| *known == name);
        let regexp = literal(known.map_or(".+", |(_, regexp)| regexp));
        writeln!(out, "defineParameterType({{ name: '{name}', regexp: /{regexp}/ }})")?;
    }
    for one in all {
        writeln!(out)?;
        for line in one.entry.map(|entry| entry.about).unwrap_or_default().lines() {
            writeln!(out, "// {line}")?;
        }
        writeln!(out, "{}({}, () => {{}})", one.keyword, expression(one))?;
    }
    Ok(())
}

/// A regular expression as JavaScript writes it between slashes. In a class of characters a slash needs no backslash, and
/// the plugin reads one there as a character.
fn literal(regexp: &str) -> String {
    let (mut text, mut inside) = (String::new(), false);
    for c in regexp.chars() {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            '/' if !inside => text.push('\\'),
            _ => {}
        }
        text.push(c);
    }
    text
}

/// Names of the parameters of a sentence that are not built in.
fn parameters(one: &Described) -> Vec<&str> {
    if one.entry.is_none() {
        return Vec::new();
    }
    let names = one.sentence.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names.filter(|name| !BUILT_IN.contains(name)).collect()
}

/// The sentence as a Cucumber expression; as a regular one where a character of its own words means something else there.
fn expression(one: &Described) -> String {
    let has_parameters = one.entry.is_some() && one.sentence.contains('{');
    if has_parameters || !one.sentence.contains(['(', '{', '/', '\\']) {
        return format!("'{}'", one.sentence.replace('\'', "\\'"));
    }
    format!("/^{}$/", regex::escape(&one.sentence).replace('/', "\\/"))
}
