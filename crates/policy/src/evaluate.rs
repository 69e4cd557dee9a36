//! Whether a statement applies to a request, and what one policy layer says.
//!
//! Owns the scan of a layer's statements into "allows" and "denies". Must not know how layers
//! combine: that is `decide`.

use crate::context::View;
use crate::model::{ActionElement, Effect, Policy, ResourceElement, Statement};
use crate::principal::{Covered, Principal};
use crate::template::Matched;
use crate::tri::{Doubt, Tri};

/// A request as the evaluator wants it.
pub(crate) struct Subject<'r, V> {
    pub(crate) principal: &'r Principal,
    /// Lowercase.
    pub(crate) action: &'r str,
    pub(crate) resource: &'r str,
    pub(crate) view: &'r V,
    /// Whether the principal has a permissions boundary (`NotPrincipal` asks).
    pub(crate) bounded: bool,
}

/// The statement that decided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct By<'p> {
    pub(crate) policy: &'p Policy,
    pub(crate) statement: Option<&'p Statement>,
}

/// A truth and the statement it rests on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said<'p> {
    pub(crate) truth: Tri<'p>,
    pub(crate) by: Option<By<'p>>,
}

impl<'p> Said<'p> {
    pub(crate) const NOTHING: Self = Self { truth: Tri::No, by: None };
    pub(crate) const GIVEN: Self = Self { truth: Tri::Yes, by: None };

    fn add(&mut self, truth: Tri<'p>, by: By<'p>) {
        let settles = truth.is_yes() && !self.truth.is_yes();
        let doubts = matches!(truth, Tri::Maybe(_)) && self.truth.is_no();
        if settles || doubts {
            self.by = Some(by);
        }
        self.truth = self.truth.or(truth);
    }

    pub(crate) fn or(self, other: Self) -> Self {
        let truth = self.truth.or(other.truth);
        let by = if self.truth.is_yes() || other.truth.is_no() { self.by } else { other.by };
        Self { truth, by }
    }

    /// Both; the explanation stays with `self`.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { truth: self.truth.and(other.truth), by: self.by }
    }
}

/// What a layer of identity-type policies says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layer<'p> {
    pub(crate) allow: Said<'p>,
    pub(crate) deny: Said<'p>,
}

/// What a resource policy says; grants are kept apart by class.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ResourceLayer<'p> {
    pub(crate) direct: Said<'p>,
    pub(crate) role: Said<'p>,
    pub(crate) account: Said<'p>,
    pub(crate) deny: Said<'p>,
}

impl ResourceLayer<'_> {
    pub(crate) const EMPTY: Self =
        Self { direct: Said::NOTHING, role: Said::NOTHING, account: Said::NOTHING, deny: Said::NOTHING };
}

/// Scans identity policies, a boundary, session policies or one SCP level.
pub(crate) fn layer<'p, V: View>(
    policies: impl IntoIterator<Item = &'p Policy>,
    subject: &Subject<'_, V>,
) -> Layer<'p> {
    let mut layer = Layer { allow: Said::NOTHING, deny: Said::NOTHING };
    for policy in policies {
        blocked(policy, |truth, by| {
            layer.allow.add(truth, by);
            layer.deny.add(truth, by);
        });
        for statement in policy.statements.iter() {
            let by = By { policy, statement: Some(statement) };
            let truth = match &statement.principal {
                None => applies(statement, subject),
                Some(_) => applies(statement, subject)
                    .and(Tri::Maybe(Doubt::Missing("a `Principal` stands in a policy that takes none"))),
            };
            match statement.effect {
                Some(Effect::Allow) => layer.allow.add(truth, by),
                Some(Effect::Deny) => layer.deny.add(truth, by),
                None => {
                    layer.allow.add(truth, by);
                    layer.deny.add(truth, by);
                }
            }
            if layer.deny.truth.is_yes() {
                return layer;
            }
        }
    }
    layer
}

/// Scans a resource policy or one RCP level.
pub(crate) fn resource_layer<'p, V: View>(
    policies: impl IntoIterator<Item = &'p Policy>,
    subject: &Subject<'_, V>,
) -> ResourceLayer<'p> {
    let mut layer = ResourceLayer::EMPTY;
    for policy in policies {
        blocked(policy, |truth, by| {
            layer.direct.add(truth, by);
            layer.deny.add(truth, by);
        });
        for statement in policy.statements.iter() {
            let by = By { policy, statement: Some(statement) };
            let covered = covers(statement, subject);
            if statement.effect != Some(Effect::Deny) {
                layer.direct.add(covered.direct, by);
                layer.role.add(covered.role, by);
                layer.account.add(covered.account, by);
            }
            if statement.effect != Some(Effect::Allow) {
                layer.deny.add(covered.any(), by);
            }
            if layer.deny.truth.is_yes() {
                return layer;
            }
        }
    }
    layer
}

fn blocked<'p>(policy: &'p Policy, mut add: impl FnMut(Tri<'p>, By<'p>)) {
    if let Some(problem) = &policy.blocked {
        add(Tri::Maybe(Doubt::Problem(problem)), By { policy, statement: None });
    }
}

fn covers<'p, V: View>(statement: &'p Statement, subject: &Subject<'_, V>) -> Covered<'p> {
    let who = match &statement.principal {
        Some(element) => element.covers(subject.principal, statement.effect == Some(Effect::Deny), subject.bounded),
        None => Covered::direct(Tri::Maybe(Doubt::Missing("a statement of a resource policy has no `Principal`"))),
    };
    if who.any().is_no() {
        return Covered::NOBODY;
    }
    let applies = applies(statement, subject);
    if applies.is_no() { Covered::NOBODY } else { who.and(applies) }
}

/// Action, resource and conditions together; what could not be read makes it a doubt, never a no.
fn applies<'p, V: View>(statement: &'p Statement, subject: &Subject<'_, V>) -> Tri<'p> {
    let mut truth = Tri::Yes;
    if statement.action.as_ref().is_some_and(|element| !acts(element, subject.action)) {
        return Tri::No;
    }
    if let Some(element) = &statement.resource {
        truth = truth.and(hits(element, subject));
        if truth.is_no() {
            return Tri::No;
        }
    }
    for condition in &statement.conditions {
        truth = truth.and(condition.holds(subject.view));
        if truth.is_no() {
            return Tri::No;
        }
    }
    match &statement.blocked {
        Some(problem) => truth.and(Tri::Maybe(Doubt::Problem(problem))),
        None => truth,
    }
}

/// An empty pattern list is a blocked statement: it must not look like "no action".
pub(crate) fn acts(element: &ActionElement, action: &str) -> bool {
    element.patterns.is_empty() || element.patterns.iter().any(|p| p.matches(action)) != element.negated
}

fn hits<'p, V: View>(element: &'p ResourceElement, subject: &Subject<'_, V>) -> Tri<'p> {
    if element.patterns.is_empty() {
        return Tri::Yes;
    }
    let mut hit = Tri::No;
    for pattern in &element.patterns {
        hit = hit.or(match pattern.matches(subject.resource, subject.view) {
            Matched::Yes => Tri::Yes,
            Matched::No => Tri::No,
            Matched::Unresolved if element.negated => {
                Tri::Maybe(Doubt::Missing("a policy variable in `NotResource` has no value"))
            }
            Matched::Unresolved => Tri::No,
            Matched::Maybe(doubt) => Tri::Maybe(doubt),
        });
        if hit.is_yes() {
            break;
        }
    }
    if element.negated { hit.not() } else { hit }
}
