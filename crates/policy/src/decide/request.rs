//! A request and the policies that have a say in it.
//!
//! Owns the inputs of a decision. Must not know how it is made.

use std::sync::Arc;

use crate::context::Context;
use crate::model::Policy;
use crate::principal::Principal;

/// One request.
#[derive(Debug, Clone)]
pub struct Request {
    pub(super) principal: Principal,
    action: String,
    /// Action names ignore case.
    pub(super) action_lower: String,
    pub(super) resource: String,
    pub(super) resource_account: Option<String>,
    pub(super) context: Context,
}

impl Request {
    /// A request with an empty context, on a resource of the principal's own account.
    #[must_use]
    pub fn new(principal: Principal, action: &str, resource: &str) -> Self {
        Self {
            resource_account: principal.account().map(str::to_owned),
            principal,
            action: action.to_owned(),
            action_lower: action.to_ascii_lowercase(),
            resource: resource.to_owned(),
            context: Context::new(),
        }
    }

    /// Says which account owns the resource.
    #[must_use]
    pub fn owned_by(mut self, account: &str) -> Self {
        self.resource_account = Some(account.to_owned());
        self
    }

    /// Sets the whole context: the evaluator derives no key of its own.
    #[must_use]
    pub fn with_context(mut self, context: Context) -> Self {
        self.context = context;
        self
    }

    /// The same request with another action.
    #[must_use]
    pub fn calling(mut self, action: &str) -> Self {
        action.clone_into(&mut self.action);
        self.action_lower = action.to_ascii_lowercase();
        self
    }

    /// Who asks.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The action as given.
    #[must_use]
    pub fn action(&self) -> &str {
        &self.action
    }

    /// The resource ARN.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// The account that owns the resource.
    #[must_use]
    pub fn resource_account(&self) -> Option<&str> {
        self.resource_account.as_deref()
    }

    /// The context keys.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }
}

/// Every policy that can have a say in a request.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    /// Policies of the user or role.
    pub identity: Vec<Arc<Policy>>,
    /// Policy of the resource.
    pub resource: Option<Arc<Policy>>,
    /// SCPs on the path of the principal's account: root, OUs, account. `None` if there is no SCP layer.
    pub scps: Option<Vec<Vec<Arc<Policy>>>>,
    /// RCPs on the path of the resource's account; `RCPFullAWSAccess` is implied on each level.
    pub rcps: Option<Vec<Vec<Arc<Policy>>>>,
    /// The principal's permissions boundary.
    pub boundary: Option<Arc<Policy>>,
    /// Policies passed when the session was made.
    pub sessions: Vec<Arc<Policy>>,
    /// The principal belongs to the management account, which no SCP restricts.
    pub principal_in_management_account: bool,
    /// The resource belongs to the management account, which no RCP protects.
    pub resource_in_management_account: bool,
    /// The resource is an AWS managed key, which no RCP protects.
    pub resource_is_aws_managed_key: bool,
}

impl Policies {
    /// Every policy of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Policy>> {
        let own = self.identity.iter().chain(&self.boundary).chain(&self.sessions);
        own.chain(&self.resource).chain(self.scps.iter().chain(&self.rcps).flatten().flatten())
    }
}
