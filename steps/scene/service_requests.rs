//! Requests that an AWS service makes under its own name, decided one by one.

use std::sync::Arc;

use logproof_estate::{AccountId, Region};
use logproof_policy::{Context, ContextValue, Decided, Policy, Principal, Request};

use crate::scene::organization::OrganizationView;

pub(crate) const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";
pub(crate) const CONFIG: &str = "config.amazonaws.com";

/// Context of a call a service makes for one of our resources.
pub(crate) fn context_of_service(organization: &str, account: &AccountId, source_arn: &str) -> Context {
    Context::new()
        .with("aws:SecureTransport", "true")
        .with("s3:TlsVersion", "1.3")
        .with("aws:PrincipalIsAWSService", "true")
        .with("aws:SourceAccount", account.as_str())
        .with("aws:SourceArn", source_arn)
        .with("aws:SourceOrgID", organization)
}

pub(crate) fn by_service(service: &str, action: &str, resource: &str, owner: &AccountId, context: Context) -> Request {
    let principal = Principal::Service { name: service.to_owned() };
    let context = context.with("aws:PrincipalServiceName", service).with("aws:ResourceAccount", owner.as_str());
    Request::new(principal, action, resource).owned_by(owner.as_str()).with_context(context)
}

/// Decides a service's request: the resource side only, its RCPs included. Where the source account is in the
/// organization is told by another key of the request.
pub(crate) fn decide_for_service(
    view: &OrganizationView,
    owner: &AccountId,
    policy: Option<Arc<Policy>>,
    request: &Request,
) -> Option<Decided> {
    let mut context = request.context().clone();
    if let Some(ContextValue::One(source)) = context.get("aws:SourceAccount")
        && let Some(path) = view.path(source)
    {
        context.insert("aws:SourceOrgPaths", vec![path.to_owned()]);
    }
    view.scene(owner, policy).decide(request.principal(), request.action(), request.resource(), &context)
}

/// What AWS Config puts into `aws:SourceArn`.
///
/// See: <https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html>
pub(crate) fn config_arn(region: &Region, account: &AccountId) -> String {
    region.partition().arn("config", region.as_str(), account.as_str(), "*")
}
