//! One statement of a policy document.

use std::sync::Arc;

use super::{Notes, condition, items, principal};
use crate::glob::Glob;
use crate::json::{Member, Node, Value};
use crate::model::{ActionElement, Effect, ResourceElement, Statement, Version};
use crate::template::{Reading, Template};

pub(super) fn read(node: &Node, index: usize, version: Version, notes: &mut Notes<'_>) -> Statement {
    let mut statement = Statement {
        sid: None,
        index,
        span: node.span,
        effect: None,
        principal: None,
        action: None,
        resource: None,
        conditions: Vec::new(),
        blocked: None,
    };
    let Value::Object(members) = &node.value else {
        let message = format!("a statement is an object, found {}", node.value.kind());
        statement.blocked = Some(notes.block(node.span.start, message));
        return statement;
    };
    statement.blocked = notes.duplicates(members);
    let vague = statement.blocked.is_some();
    let mut reader = Reader { version, notes, statement: &mut statement, vague };
    for member in members {
        reader.member(member);
    }
    reader.missing(node);
    if reader.vague {
        forget(&mut statement);
    }
    statement
}

/// With elements that can be read in two ways, the statement may mean anything: it must not be
/// taken as not applying because one of the readings does not apply.
fn forget(statement: &mut Statement) {
    statement.effect = None;
    statement.principal = None;
    statement.action = None;
    statement.resource = None;
    statement.conditions.clear();
}

struct Reader<'r, 'l> {
    version: Version,
    notes: &'r mut Notes<'l>,
    statement: &'r mut Statement,
    /// An element is ambiguous.
    vague: bool,
}

impl Reader<'_, '_> {
    fn block(&mut self, offset: usize, message: String) {
        let problem = self.notes.block(offset, message);
        self.statement.blocked.get_or_insert(problem);
    }

    fn member(&mut self, member: &Member) {
        let value = &member.value;
        match member.key.as_str() {
            "Sid" => self.sid(value),
            "Effect" => self.effect(value),
            "Principal" | "NotPrincipal" => {
                self.exclusive(member, self.statement.principal.is_some());
                let element = principal::read(value, member.key == "NotPrincipal", self.notes);
                self.statement.principal = Some(element);
            }
            "Action" | "NotAction" => {
                self.exclusive(member, self.statement.action.is_some());
                let patterns = self.actions(value);
                self.statement.action = Some(ActionElement { negated: member.key == "NotAction", patterns });
            }
            "Resource" | "NotResource" => {
                self.exclusive(member, self.statement.resource.is_some());
                let patterns = self.resources(value);
                self.statement.resource = Some(ResourceElement { negated: member.key == "NotResource", patterns });
            }
            "Condition" => match condition::read(value, self.version, self.notes) {
                Ok(conditions) => self.statement.conditions = conditions,
                Err(problem) => {
                    self.statement.blocked.get_or_insert(problem);
                }
            },
            other => {
                let message = format!("unknown statement element `{other}`; remove it or correct its name");
                self.block(member.key_span.start, message);
            }
        }
    }

    fn sid(&mut self, value: &Node) {
        match &value.value {
            Value::String(text) => self.statement.sid = Some(Arc::from(text.as_str())),
            other => {
                self.notes
                    .lint(value.span.start, format!("a Sid is a string, found {}; put it in quotes", other.kind()));
            }
        }
    }

    fn effect(&mut self, value: &Node) {
        match &value.value {
            Value::String(text) if text == "Allow" => self.statement.effect = Some(Effect::Allow),
            Value::String(text) if text == "Deny" => self.statement.effect = Some(Effect::Deny),
            other => {
                let found = if let Value::String(text) = other { format!("`{text}`") } else { other.kind().to_owned() };
                self.block(value.span.start, format!("unknown effect {found}; write `Allow` or `Deny`"));
            }
        }
    }

    /// An element and its `Not` form cannot stand together.
    fn exclusive(&mut self, member: &Member, present: bool) {
        if present {
            self.vague = true;
            let message = format!("`{}` stands beside its opposite or itself; keep one of them", member.key);
            self.block(member.key_span.start, message);
        }
    }

    fn strings<'n>(&mut self, value: &'n Node, what: &str) -> Vec<(&'n Node, &'n str)> {
        let mut out = Vec::new();
        for item in items(value) {
            match &item.value {
                Value::String(text) => out.push((item, text.as_str())),
                other => {
                    self.block(item.span.start, format!("{what} is a string, found {}; put it in quotes", other.kind()))
                }
            }
        }
        if items(value).is_empty() {
            self.block(value.span.start, format!("an empty list of {what}s; name at least one"));
        }
        out
    }

    /// Action names are ASCII and ignore case, so patterns are kept in lowercase; other letters must not
    /// fold into ASCII ones (a Kelvin sign is no `k`).
    // See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
    fn actions(&mut self, value: &Node) -> Vec<Glob> {
        let mut patterns = Vec::new();
        for (item, text) in self.strings(value, "action") {
            if text != "*" && !text.contains(':') {
                let message = format!("the action `{text}` names no service; write it as `service:Action`");
                self.notes.lint(item.span.start, message);
            }
            patterns.push(Glob::new(&text.to_ascii_lowercase()));
        }
        patterns
    }

    fn resources(&mut self, value: &Node) -> Vec<Template> {
        let mut patterns = Vec::new();
        for (item, text) in self.strings(value, "resource") {
            match resource(text, self.version) {
                Ok(template) => {
                    if text != "*" && !text.starts_with("arn:") && !text.contains('*') {
                        let message = format!("the resource `{text}` is not an ARN and matches nothing; write its ARN");
                        self.notes.lint(item.span.start, message);
                    }
                    patterns.push(template);
                }
                Err(message) => {
                    self.vague = true;
                    self.block(item.span.start, message);
                }
            }
        }
        patterns
    }

    fn missing(&mut self, node: &Node) {
        let start = node.span.start;
        let statement = &*self.statement;
        let (effect, action, resource, principal) = (
            statement.effect.is_some(),
            statement.action.is_some(),
            statement.resource.is_some(),
            statement.principal.is_some(),
        );
        if !effect && self.statement.blocked.is_none() {
            self.block(start, "a statement needs an `Effect`; write `Allow` or `Deny`".to_owned());
        }
        if !action {
            self.block(start, "a statement needs an `Action` or a `NotAction`".to_owned());
        }
        // Role trust policies have a principal and no resource: the role itself is the resource.
        if !resource && !principal {
            self.block(start, "a statement needs a `Resource` or a `NotResource`".to_owned());
        }
    }
}

/// Compiles a resource pattern.
///
/// Variables count only after the fifth colon; earlier ones stay plain text, which no ARN equals.
/// Missing components are completed with `*`.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-wheretouse
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
fn resource(text: &str, version: Version) -> Result<Template, String> {
    let variables = version == Version::V2012;
    let whole = Reading { wildcards: true, variables, arn: false };
    let colons = text.matches(':').count();
    if !text.starts_with("arn:") {
        return Template::parse(text, whole);
    }
    if colons < 5 {
        return Template::parse(&format!("{text}{}", ":*".repeat(5 - colons)), Reading { variables: false, ..whole });
    }
    let head = text.splitn(6, ':').take(5);
    let early = head.into_iter().any(|component| component.contains("${"));
    Template::parse(text, Reading { variables: variables && !early, ..whole })
}
