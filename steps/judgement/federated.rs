//! Which identity providers a trust policy lets in, and with what subjects somebody else could come. Whether they are let
//! in is a question for the policy engine.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-federated

use std::collections::BTreeSet;

use logproof_policy::{Named, Policy};

/// Stands for every name that the organization does not choose.
const STRANGER: &str = "a-stranger";

/// Subjects of strangers at the public providers: somebody else's repository, project or workspace.
///
/// See: <https://docs.github.com/en/actions/reference/security/oidc>,
/// <https://docs.gitlab.com/ci/secrets/id_token_authentication/>,
/// <https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration>
const SUBJECTS: [&str; 4] = [
    STRANGER,
    "repo:a-stranger/anything:ref:refs/heads/main",
    "project_path:a-stranger/anything:ref_type:branch:ref:main",
    "organization:a-stranger:project:anything:workspace:anything:run_phase:apply",
];

/// An identity provider that a trust policy names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Provider {
    /// As the policy names it.
    pub(crate) name: String,
    /// The account it belongs to; those that AWS knows by name belong to none.
    pub(crate) account: Option<String>,
    /// What signs in there.
    pub(crate) kind: Kind,
}

/// How somebody signs in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// With a token; the condition key that holds its subject.
    Oidc(String),
    /// With an assertion.
    Saml,
    /// The policy names everybody, and with it every provider.
    Any,
}

impl Provider {
    fn named(name: &str) -> Self {
        let account = name.starts_with("arn:").then(|| name.split(':').nth(4).unwrap_or_default().to_owned());
        let kind = match name.rsplit_once("saml-provider/") {
            _ if name == "*" => Kind::Any,
            Some(_) => Kind::Saml,
            None => Kind::Oidc(subject_key(name.rsplit_once("oidc-provider/").map_or(name, |(_, host)| host))),
        };
        Self { name: name.to_owned(), account, kind }
    }
}

/// The condition key that holds whom the provider vouches for.
///
/// See: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif>
fn subject_key(provider: &str) -> String {
    match provider {
        "www.amazon.com" => "www.amazon.com:user_id".to_owned(),
        "graph.facebook.com" => "graph.facebook.com:id".to_owned(),
        other => format!("{other}:sub"),
    }
}

/// The providers that statements name which may allow, or all of them.
pub(crate) fn providers(trust_policy: &Policy) -> BTreeSet<Provider> {
    let mut found = BTreeSet::new();
    for statement in trust_policy.statements().iter().filter(|statement| statement.may_allow()) {
        found.extend(statement.principals().filter_map(|principal| match principal {
            Named::Provider(name) => Some(Provider::named(name)),
            Named::Everyone | Named::AnyProvider | Named::Unreadable => Some(Provider::named("*")),
            _ => None,
        }));
    }
    if trust_policy.problem().is_some() {
        found.insert(Provider::named("*"));
    }
    found
}

/// Subjects that whoever is not meant could come with: strangers at the public providers, and what the patterns of the
/// policy leave to choose.
pub(crate) fn subjects_of_strangers(trust_policy: &Policy, key: &str) -> Vec<String> {
    let patterns = trust_policy.statements().iter().flat_map(|statement| statement.texts_of(key));
    let chosen = patterns.filter(|pattern| !names_an_owner(pattern)).map(chosen_by_a_stranger);
    SUBJECTS.map(str::to_owned).into_iter().chain(chosen).collect()
}

/// Whether a pattern says whose identities it means: its first part after the word for its kind is written out, up to
/// what parts it from the next.
fn names_an_owner(pattern: &str) -> bool {
    let Some((written, _)) = pattern.split_once(['*', '?']) else { return true };
    let owner = written.split_once(':').map_or(written, |(_, rest)| rest);
    owner.find(['/', ':']).is_some_and(|end| end > 0)
}

fn chosen_by_a_stranger(pattern: &str) -> String {
    pattern.replace('*', STRANGER).replace('?', "x")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy(document: serde_json::Value) -> Policy {
        Policy::parse("the trust policy", document.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn providers_are_told_apart() {
        let trust = policy(json!({"Statement": [
            {"Effect": "Allow", "Principal": {"Federated": [
                "arn:aws:iam::222222222222:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/AB12", "accounts.google.com",
                "www.amazon.com", "arn:aws:iam::333333333333:saml-provider/corporate"]}},
            {"Effect": "Deny", "Principal": {"Federated": "graph.facebook.com"}},
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}}]}));
        let found: Vec<(Option<String>, Kind)> =
            providers(&trust).into_iter().map(|provider| (provider.account, provider.kind)).collect();
        let oidc = |key: &str| Kind::Oidc(key.to_owned());
        assert_eq!(
            found,
            [
                (None, oidc("accounts.google.com:sub")),
                (Some("222222222222".to_owned()), oidc("oidc.eks.eu-central-1.amazonaws.com/id/AB12:sub")),
                (Some("333333333333".to_owned()), Kind::Saml),
                (None, oidc("www.amazon.com:user_id")),
            ]
        );
    }

    #[test]
    fn whoever_names_everybody_names_every_provider() {
        for principal in [
            json!({"Principal": "*"}),
            json!({"Principal": {"AWS": ["*"]}}),
            json!({"NotPrincipal": {}}),
            json!({"Principal": 7}),
        ] {
            let mut statement = principal.clone();
            statement["Effect"] = json!("Allow");
            let found = providers(&policy(json!({"Statement": statement})));
            assert_eq!(found.into_iter().map(|one| one.kind).collect::<Vec<_>>(), [Kind::Any], "{principal}");
        }
    }

    #[test]
    fn a_pattern_names_an_owner_or_leaves_it_to_choose() {
        for pattern in
            ["repo:acme/logs:*", "repo:acme/*", "organization:acme:*", "acme", "system:serviceaccount:audit:*"]
        {
            assert!(names_an_owner(pattern), "{pattern}");
        }
        for pattern in
            ["*", "repo:*", "repo:*/logs:ref:refs/heads/main", "repo:acme*", "?cme", "repo:/*", "*:acme/logs"]
        {
            assert!(!names_an_owner(pattern), "{pattern}");
        }
        let condition = json!({"StringLike": {"X:SUB": ["repo:*/logs:*", "repo:acme/*"]}});
        let trust = policy(json!({"Statement": {"Effect": "Allow", "Action": "*", "Condition": condition}}));
        let subjects = subjects_of_strangers(&trust, "x:sub");
        assert_eq!(subjects[SUBJECTS.len()..], ["repo:a-stranger/logs:a-stranger"]);
    }
}
