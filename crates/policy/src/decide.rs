//! The decision of one request over all layers.
//!
//! Owns how layers combine: same account, cross-account, services, root users, KMS keys and
//! role trust, SCP and RCP trees and their exemptions. Must not know how statements match.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

mod organization;
mod request;

pub use request::{Policies, Request};

use std::sync::Arc;

use crate::context::View;
use crate::decision::{Decided, Decision, Layer, StatementRef};
use crate::evaluate::{self, ResourceLayer, Said, Subject};
use crate::model::Policy;
use crate::principal::Principal;
use crate::tri::Tri;

/// Decides one request.
///
/// ```
/// use std::sync::Arc;
/// use logproof_policy::{Decision, Policies, Policy, Principal, Request, decide};
///
/// let admin = Policy::parse("admin", br#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#)?;
/// let bob = Principal::User {
///     arn: "arn:aws:iam::222222222222:user/bob".into(),
///     account: "222222222222".into(),
/// };
/// let request = Request::new(bob, "s3:GetObject", "arn:aws:s3:::logs/x");
/// let policies = Policies { identity: vec![Arc::new(admin)], ..Policies::default() };
/// assert_eq!(decide(&request, &policies).decision, Decision::Allowed);
/// # Ok::<(), logproof_policy::ParseError>(())
/// ```
#[must_use]
pub fn decide(request: &Request, policies: &Policies) -> Decided {
    decide_with(request, policies, true)
}

/// Decides one request; the owner's root exemption can be left out, as properties do.
pub(crate) fn decide_with(request: &Request, policies: &Policies, owner_root_exempt: bool) -> Decided {
    let asked = Asked {
        subject: Subject {
            principal: &request.principal,
            action: &request.action_lower,
            resource: &request.resource,
            view: &request.context,
            bounded: policies.boundary.is_some(),
        },
        resource_account: request.resource_account.as_deref(),
        owner_root_exempt,
    };
    weigh(&asked, policies).explain()
}

/// A request whose context may still have open keys.
pub(crate) struct Asked<'r, V> {
    pub(crate) subject: Subject<'r, V>,
    pub(crate) resource_account: Option<&'r str>,
    /// Whether the bucket owner's root user may repair the bucket policy in spite of it.
    pub(crate) owner_root_exempt: bool,
}

/// The outcome before it is put into words.
pub(crate) struct Outcome<'p> {
    pub(crate) verdict: Verdict,
    /// Set when undecided.
    pub(crate) truth: Tri<'p>,
    layer: Layer,
    said: Said<'p>,
    why: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    ExplicitDeny,
    ImplicitDeny,
    Undecided,
}

impl Outcome<'_> {
    pub(crate) fn explain(&self) -> Decided {
        let decision = match self.verdict {
            Verdict::Allowed => Decision::Allowed,
            Verdict::ExplicitDeny => Decision::ExplicitDeny,
            Verdict::ImplicitDeny => Decision::ImplicitDeny,
            Verdict::Undecided => Decision::Undecided(match self.truth {
                Tri::Maybe(doubt) => doubt.to_string(),
                Tri::No | Tri::Yes => String::new(),
            }),
        };
        Decided {
            decision,
            layer: self.layer,
            statement: self.said.by.and_then(StatementRef::of),
            why: self.why.into(),
        }
    }
}

/// Weighs all layers; the heart of the crate.
pub(crate) fn weigh<'p, V: View>(asked: &Asked<'_, V>, policies: &'p Policies) -> Outcome<'p> {
    let subject = &asked.subject;
    let mut denies = Denies::default();

    let scp = organization::scps(subject, policies, &mut denies);
    organization::rcps(subject, policies, &mut denies);

    let resource = match policies.resource.as_deref() {
        Some(policy) => evaluate::resource_layer([policy], subject),
        None => ResourceLayer::EMPTY,
    };
    if !keeps_its_bucket_policy(asked) {
        denies.add(resource.deny, Layer::Resource);
    }
    let limits = Limits::of(subject, policies, &mut denies);

    if let Some((layer, said)) = denies.certain {
        return Outcome { verdict: Verdict::ExplicitDeny, truth: Tri::Yes, layer, said, why: "a Deny applies" };
    }
    let grant = Grants { resource, limits }.combine(asked);
    let allowed = grant.said.truth.and(scp.truth);
    match (allowed, denies.doubtful) {
        (Tri::No, _) => refusal(&grant, &scp),
        (Tri::Yes, None) => Outcome {
            verdict: Verdict::Allowed,
            truth: Tri::Yes,
            layer: grant.layer,
            said: grant.said,
            why: "an Allow applies and no Deny does",
        },
        (_, Some((layer, said))) => Outcome {
            verdict: Verdict::Undecided,
            // An open key in the grant can settle the question as well as one in the Deny.
            truth: said.truth.and(allowed),
            layer,
            said,
            why: "a Deny may apply",
        },
        (Tri::Maybe(_), None) if matches!(grant.said.truth, Tri::Maybe(_)) => Outcome {
            verdict: Verdict::Undecided,
            truth: allowed,
            layer: grant.layer,
            said: grant.said,
            why: "an Allow may apply",
        },
        (Tri::Maybe(_), None) => Outcome {
            verdict: Verdict::Undecided,
            truth: allowed,
            layer: Layer::Scp { level: scp.level },
            said: Said::NOTHING,
            why: "a service control policy may allow it",
        },
    }
}

fn refusal<'p>(grant: &Granted<'p>, scp: &organization::Scps<'p>) -> Outcome<'p> {
    let (layer, why) = if grant.said.truth.is_no() {
        (grant.layer, grant.lacking)
    } else {
        (Layer::Scp { level: scp.level }, "no service control policy on this level allows it")
    };
    Outcome { verdict: Verdict::ImplicitDeny, truth: Tri::No, layer, said: Said::NOTHING, why }
}

/// The first certain Deny and the first doubtful one.
#[derive(Default)]
struct Denies<'p> {
    certain: Option<(Layer, Said<'p>)>,
    doubtful: Option<(Layer, Said<'p>)>,
}

impl<'p> Denies<'p> {
    fn add(&mut self, said: Said<'p>, layer: Layer) {
        match said.truth {
            Tri::No => {}
            Tri::Yes => {
                self.certain.get_or_insert((layer, said));
            }
            Tri::Maybe(_) => {
                self.doubtful.get_or_insert((layer, said));
            }
        }
    }
}

/// The identity side: what grants, and what cuts.
struct Limits<'p> {
    identity: Said<'p>,
    boundary: Said<'p>,
    session: Said<'p>,
    root: bool,
}

impl<'p> Limits<'p> {
    fn of<V: View>(subject: &Subject<'_, V>, policies: &'p Policies, denies: &mut Denies<'p>) -> Self {
        let root = matches!(subject.principal, Principal::Root { .. });
        let mut identity = Said::NOTHING;
        if root {
            identity = Said::GIVEN;
        } else if subject.principal.account().is_some() {
            let layer = evaluate::layer(policies.identity.iter().map(Arc::as_ref), subject);
            denies.add(layer.deny, Layer::Identity);
            identity = layer.allow;
        }
        let mut cut = |list: &'p [Arc<Policy>], layer: Layer| {
            if list.is_empty() {
                return Said::GIVEN;
            }
            let found = evaluate::layer(list.iter().map(Arc::as_ref), subject);
            denies.add(found.deny, layer);
            found.allow
        };
        let boundary = cut(policies.boundary.as_slice(), Layer::Boundary);
        let session = cut(&policies.sessions, Layer::Session);
        Self { identity, boundary, session, root }
    }

    fn cut(&self, said: Said<'p>) -> Said<'p> {
        said.and(self.boundary).and(self.session)
    }

    /// The limit that lacks an Allow.
    fn missing(&self, otherwise: (Layer, &'static str)) -> (Layer, &'static str) {
        if self.boundary.truth.is_no() {
            (Layer::Boundary, "the permissions boundary does not allow it")
        } else if self.session.truth.is_no() {
            (Layer::Session, "no session policy allows it")
        } else {
            otherwise
        }
    }
}

struct Grants<'p> {
    resource: ResourceLayer<'p>,
    limits: Limits<'p>,
}

struct Granted<'p> {
    said: Said<'p>,
    layer: Layer,
    /// Why there is no grant, if there is none; `layer` then is what lacks it.
    lacking: &'static str,
}

impl<'p> Grants<'p> {
    fn combine<V: View>(&self, asked: &Asked<'_, V>) -> Granted<'p> {
        let subject = &asked.subject;
        let Some(account) = subject.principal.account() else {
            let lacking = "the resource policy does not allow it";
            return Granted { said: self.resource.direct, layer: Layer::Resource, lacking };
        };
        if self.limits.root && subject.action.starts_with("sts:assumerole") {
            // See: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
            let lacking = "a root user cannot assume a role";
            return Granted { said: Said::NOTHING, layer: Layer::Identity, lacking };
        }
        if asked.resource_account.is_some_and(|owner| owner != account) {
            return self.across_accounts();
        }
        self.within_account(resource_must_grant(subject))
    }

    /// Both sides must allow, and every limit of the principal's side counts.
    // See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
    fn across_accounts(&self) -> Granted<'p> {
        let side = self.resource.direct.or(self.resource.role).or(self.resource.account);
        let said = self.limits.cut(side.and(self.limits.identity));
        let (layer, lacking) = if !said.truth.is_no() || side.truth.is_no() {
            (Layer::Resource, "the resource policy does not allow this principal of another account")
        } else {
            self.limits.missing((Layer::Identity, "no identity policy allows it, and across accounts both sides must"))
        };
        Granted { said, layer, lacking }
    }

    /// Either side suffices, except for keys and roles, whose own policy must at least delegate.
    fn within_account(&self, must_grant: bool) -> Granted<'p> {
        let limits = &self.limits;
        let delegated = if must_grant {
            limits.identity.and(self.resource.account.or(self.resource.direct))
        } else {
            limits.identity
        };
        let identity = limits.cut(delegated);
        let resource = self.resource.direct.or(limits.cut(self.resource.role));
        let said = identity.or(resource);
        let from_identity = identity.truth.is_yes() || resource.truth.is_no();
        let own = if limits.root { Layer::RootUser } else { Layer::Identity };
        if !said.truth.is_no() {
            return Granted { said, layer: if from_identity { own } else { Layer::Resource }, lacking: "" };
        }
        let (layer, lacking) = if must_grant && !limits.identity.truth.is_no() && delegated.truth.is_no() {
            (Layer::Resource, "the resource's own policy does not give the account's policies a say")
        } else if limits.identity.truth.is_no() && self.resource.role.truth.is_no() {
            (own, "neither an identity policy nor the resource policy allows it")
        } else {
            limits.missing((own, "nothing allows it"))
        };
        Granted { said, layer, lacking }
    }
}

/// KMS keys and roles trust nobody by themselves, not even their own account.
// See: https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-resource-policies.html
fn resource_must_grant<V>(subject: &Subject<'_, V>) -> bool {
    let component = |at: usize| subject.resource.split(':').nth(at).unwrap_or_default();
    let tail = || subject.resource.splitn(6, ':').nth(5).unwrap_or_default();
    match subject.action.split(':').next() {
        Some("kms") => component(2) == "kms" && tail().starts_with("key/"),
        Some("sts") => {
            // Session tags and source identities pass only if the trust policy allows them as well.
            // See: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_permissions-required
            let trusted = matches!(subject.action, "sts:tagsession" | "sts:setsourceidentity")
                || subject.action.starts_with("sts:assumerole");
            trusted && component(2) == "iam" && tail().starts_with("role/")
        }
        _ => false,
    }
}

/// The bucket owner's root user can always repair the bucket policy, whatever that policy says.
// See: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
fn keeps_its_bucket_policy<V>(asked: &Asked<'_, V>) -> bool {
    let Principal::Root { account, .. } = asked.subject.principal else {
        return false;
    };
    if !asked.owner_root_exempt {
        return false;
    }
    let own = asked.resource_account.is_none_or(|owner| owner == account);
    own && matches!(asked.subject.action, "s3:getbucketpolicy" | "s3:putbucketpolicy" | "s3:deletebucketpolicy")
}
