//! What is asked: actions, resources, callers and circumstances.
//!
//! Owns the builders. Must not know how questions are answered.

use crate::condition::Condition;
use crate::glob::Glob;
use crate::json;
use crate::model::Version;
use crate::parse::{Notes, condition};
use crate::principal::Principal;
use crate::problem::ParseError;
use crate::prove::automaton::Machine;
use crate::scalar;
use crate::template::{Reading, Shape, Template};

/// A set of requests: every action of a pattern, on every resource of a pattern, by anyone of a
/// group, in every circumstance that meets the conditions.
#[derive(Debug, Clone)]
pub struct Question {
    pub(crate) actions: Vec<Glob>,
    pub(crate) action_texts: Vec<String>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) except_resources: Vec<Glob>,
    pub(crate) who: Who,
    pub(crate) when: Vec<Condition>,
    pub(crate) source: Source,
    pub(crate) now: Option<String>,
    pub(crate) owner_root_exempt: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum Resource {
    Exact(String),
    Pattern(Glob),
}

/// On whose behalf a service may call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Source {
    /// Anybody's.
    #[default]
    Any,
    /// A resource of an account that is not in the organization (the confused deputy).
    Foreign,
    /// A resource of this account.
    Account(String),
}

impl Question {
    /// Asks about actions by pattern, by anyone, on any resource named with [`Self::on`].
    #[must_use]
    pub fn about<'a>(actions: impl IntoIterator<Item = &'a str>) -> Self {
        let texts: Vec<String> = actions.into_iter().map(str::to_owned).collect();
        Self {
            actions: texts.iter().map(|a| Glob::new(&a.to_ascii_lowercase())).collect(),
            action_texts: texts,
            resources: Vec::new(),
            except_resources: Vec::new(),
            who: Who::anyone(),
            when: Vec::new(),
            source: Source::Any,
            now: None,
            owner_root_exempt: false,
        }
    }

    /// The names and patterns by which the question asks about any of these actions, in its own order.
    #[must_use]
    pub fn asking_about(&self, actions: &[&str]) -> Vec<&str> {
        let lower: Vec<String> = actions.iter().map(|action| action.to_ascii_lowercase()).collect();
        let asked = self.actions.iter().zip(&self.action_texts);
        asked
            .filter(|(glob, _)| lower.iter().any(|action| glob.matches(action)))
            .map(|(_, text)| text.as_str())
            .collect()
    }

    /// Adds one resource; `*` and `?` in it are plain characters.
    #[must_use]
    pub fn on(mut self, arn: &str) -> Self {
        self.resources.push(Resource::Exact(arn.to_owned()));
        self
    }

    /// Adds all resources that a pattern matches. `bucket/*` means the objects: a name is never empty.
    #[must_use]
    pub fn on_all(mut self, pattern: &str) -> Self {
        let pattern = match pattern.strip_suffix("/*") {
            Some(head) => format!("{head}/?*"),
            None => pattern.to_owned(),
        };
        self.resources.push(Resource::Pattern(Glob::new(&pattern)));
        self
    }

    /// Leaves out the resources that a pattern matches: "any object but those under the granted path".
    #[must_use]
    pub fn except_on(mut self, pattern: &str) -> Self {
        self.except_resources.push(Glob::new(pattern));
        self
    }

    /// Says who asks.
    #[must_use]
    pub fn by(mut self, who: Who) -> Self {
        self.who = who;
        self
    }

    /// Says on whose behalf services call.
    #[must_use]
    pub fn from_source(mut self, source: Source) -> Self {
        self.source = source;
        self
    }

    /// Takes into account that the bucket owner's root user can always read, replace and delete the
    /// bucket policy, whatever that policy says. No bucket policy can change it (SCPs and RCPs can),
    /// so questions leave it out unless told: otherwise every bucket policy would fail by it.
    // See: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
    #[must_use]
    pub fn with_owner_root_exemption(mut self) -> Self {
        self.owner_root_exempt = true;
        self
    }

    /// Fixes the time of the request, as a W3C date or epoch seconds. Without it, any time is meant.
    #[must_use]
    pub fn at(mut self, instant: &str) -> Self {
        self.now = scalar::date(instant).map(scalar::show_number);
        self
    }

    /// Narrows the circumstances with a `Condition` element, which means what it means in a policy:
    /// `{"Bool": {"aws:SecureTransport": "false"}}`.
    ///
    /// # Errors
    ///
    /// If the text is no such element, or uses an operator or a value that is not known.
    pub fn when(mut self, conditions: &str) -> Result<Self, ParseError> {
        let name = "the question";
        let lines = json::Lines::of(conditions.as_bytes());
        let malformed = |position, message| ParseError::Malformed { policy: name.to_owned(), position, message };
        let node = json::read(conditions).map_err(|f| malformed(lines.position(f.offset), f.message))?;
        let mut notes = Notes::new(&lines);
        let found = condition::read(&node, Version::V2012, &mut notes);
        if let Some(problem) = notes.into_problems().into_iter().next() {
            return Err(malformed(problem.position, problem.message));
        }
        self.when.extend(found.map_err(|problem| malformed(problem.position, problem.message))?);
        Ok(self)
    }
}

/// A group of callers.
#[derive(Debug, Clone)]
pub struct Who {
    identities: bool,
    roots: bool,
    services: bool,
    anonymous: bool,
    service_linked: bool,
    place: Place,
    only: Vec<Template>,
    except: Vec<Template>,
    only_services: Vec<String>,
    except_services: Vec<String>,
    except_accounts: Vec<String>,
    except_management: bool,
    exactly: Option<Principal>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Anywhere,
    Account(String),
    Inside,
    Outside,
}

/// What [`Who`] needs to know of a caller.
pub(crate) struct Caller<'c> {
    pub(crate) principal: &'c Principal,
    pub(crate) member: bool,
    pub(crate) management: bool,
}

impl Who {
    /// Everybody but service-linked roles: users, roles, root users, services, anonymous callers,
    /// outsiders. Service-linked roles do only what AWS wrote into their policies.
    #[must_use]
    pub fn anyone() -> Self {
        Self {
            identities: true,
            roots: true,
            services: true,
            anonymous: true,
            service_linked: false,
            place: Place::Anywhere,
            only: Vec::new(),
            except: Vec::new(),
            only_services: Vec::new(),
            except_services: Vec::new(),
            except_accounts: Vec::new(),
            except_management: false,
            exactly: None,
        }
    }

    fn signed(place: Place) -> Self {
        Self { services: false, anonymous: false, place, ..Self::anyone() }
    }

    /// Users, roles and the root user of one account.
    #[must_use]
    pub fn account(id: &str) -> Self {
        Self::signed(Place::Account(id.to_owned()))
    }

    /// Users, roles and root users of the organization's accounts.
    #[must_use]
    pub fn organization() -> Self {
        Self::signed(Place::Inside)
    }

    /// Everybody who is not of the organization, anonymous callers too, services not.
    #[must_use]
    pub fn outsiders() -> Self {
        Self { services: false, place: Place::Outside, ..Self::anyone() }
    }

    /// Services only.
    #[must_use]
    pub fn services() -> Self {
        Self { identities: false, roots: false, anonymous: false, ..Self::anyone() }
    }

    /// One service, such as `cloudtrail.amazonaws.com`.
    #[must_use]
    pub fn service(name: &str) -> Self {
        Self { only_services: vec![name.to_owned()], ..Self::services() }
    }

    /// Anonymous callers only.
    #[must_use]
    pub fn anonymous() -> Self {
        Self { identities: false, roots: false, services: false, ..Self::anyone() }
    }

    /// Exactly this caller.
    #[must_use]
    pub fn exactly(principal: Principal) -> Self {
        Self { exactly: Some(principal), service_linked: true, ..Self::anyone() }
    }

    /// Only callers whose `aws:PrincipalArn` matches one of the patterns given so.
    #[must_use]
    pub fn only_arn(mut self, pattern: &str) -> Self {
        self.only.extend(arn_pattern(pattern));
        self.services = false;
        self.anonymous = false;
        self
    }

    /// Without callers whose `aws:PrincipalArn` matches, component by component.
    #[must_use]
    pub fn except_arn(mut self, pattern: &str) -> Self {
        self.except.extend(arn_pattern(pattern));
        self
    }

    /// Without one service.
    #[must_use]
    pub fn except_service(mut self, name: &str) -> Self {
        self.except_services.push(name.to_owned());
        self
    }

    /// Without any service.
    #[must_use]
    pub fn except_services(mut self) -> Self {
        self.services = false;
        self
    }

    /// Without root users.
    #[must_use]
    pub fn except_root_users(mut self) -> Self {
        self.roots = false;
        self
    }

    /// Without anonymous callers.
    #[must_use]
    pub fn except_anonymous(mut self) -> Self {
        self.anonymous = false;
        self
    }

    /// Without the principals of one account.
    #[must_use]
    pub fn except_account(mut self, id: &str) -> Self {
        self.except_accounts.push(id.to_owned());
        self
    }

    /// Without the principals of the management account.
    #[must_use]
    pub fn except_management_account(mut self) -> Self {
        self.except_management = true;
        self
    }

    /// With service-linked roles, taken to be allowed everything.
    #[must_use]
    pub fn with_service_linked_roles(mut self) -> Self {
        self.service_linked = true;
        self
    }

    pub(crate) fn wants_service_linked_roles(&self) -> bool {
        self.service_linked && self.exactly.is_none()
    }

    pub(crate) fn named_services(&self) -> impl Iterator<Item = &str> {
        self.only_services.iter().chain(&self.except_services).map(String::as_str)
    }

    pub(crate) fn exact(&self) -> Option<&Principal> {
        self.exactly.as_ref()
    }

    /// Patterns on `aws:PrincipalArn` that the classes of callers must respect.
    pub(crate) fn machines(&self) -> impl Iterator<Item = Machine> {
        self.only.iter().chain(&self.except).filter_map(|t| match &t.shape {
            Shape::Arn(arn) => Some(Machine::arn(arn)),
            Shape::Text(glob) => Some(Machine::glob(glob)),
            Shape::NotArn | Shape::Variable { .. } => None,
        })
    }

    pub(crate) fn includes(&self, caller: &Caller<'_>) -> bool {
        let principal = caller.principal;
        if let Some(exactly) = &self.exactly {
            return exactly == principal;
        }
        let kind = match principal {
            Principal::Service { name } => {
                self.services
                    && (self.only_services.is_empty() || self.only_services.contains(name))
                    && !self.except_services.contains(name)
            }
            Principal::Anonymous => self.anonymous,
            Principal::Root { .. } => self.roots,
            Principal::Role { service_linked: true, .. } => self.service_linked,
            Principal::User { .. } | Principal::Role { .. } | Principal::Federated { .. } => self.identities,
            Principal::WebIdentity { .. } => self.anonymous,
        };
        let place = match (&self.place, principal.account()) {
            (Place::Anywhere, _) => true,
            (Place::Account(id), account) => account == Some(id),
            (Place::Inside, _) => caller.member,
            (Place::Outside, _) => !caller.member,
        };
        let spared = self.except_management && caller.management
            || principal.account().is_some_and(|a| self.except_accounts.iter().any(|e| e == a));
        kind && place && !spared && self.arn_included(principal)
    }

    fn arn_included(&self, principal: &Principal) -> bool {
        let matches = |t: &Template, arn: &str| match &t.shape {
            Shape::Arn(glob) => glob.matches(arn),
            Shape::Text(glob) => glob.matches(arn),
            Shape::NotArn | Shape::Variable { .. } => false,
        };
        match principal.condition_arn() {
            Some(arn) => {
                (self.only.is_empty() || self.only.iter().any(|t| matches(t, arn)))
                    && !self.except.iter().any(|t| matches(t, arn))
            }
            None => self.only.is_empty(),
        }
    }
}

fn arn_pattern(pattern: &str) -> Option<Template> {
    let arn = pattern.matches(':').count() >= 5;
    Template::parse(pattern, Reading { wildcards: true, variables: false, arn }).ok()
}
