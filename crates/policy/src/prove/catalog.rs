//! What AWS says about condition keys: which exist together, which hold several values.
//!
//! Owns the couplings that remove impossible requests. A key not listed here may be present or
//! absent on any request: sound for "holds", at worst an exotic witness.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html

/// Both spellings of the request time are one dimension.
pub(crate) const TIME: &str = "aws:currenttime";
pub(crate) const TLS: &str = "aws:securetransport";
pub(crate) const TLS_VERSION: &str = "s3:tlsversion";
/// Not a real key: the account a service acts for.
pub(crate) const SOURCE: &str = "logproof:source";

/// One name per dimension.
pub(crate) fn canonical(key: &str) -> &str {
    if key == "aws:epochtime" { TIME } else { key }
}

/// Keys whose value must be chosen before this one means anything.
pub(crate) fn prerequisite(key: &str) -> Option<&'static str> {
    match key {
        TLS_VERSION => Some(TLS),
        "aws:sourceaccount" | "aws:sourcearn" | "kms:encryptioncontext:aws:cloudtrail:arn" => Some(SOURCE),
        "aws:sourceorgid" | "aws:sourceorgpaths" => Some("aws:sourceaccount"),
        _ => None,
    }
}

/// Keys about the resource on whose behalf a service calls; nobody else can set them.
pub(crate) fn is_source(key: &str) -> bool {
    matches!(key, "aws:sourceaccount" | "aws:sourcearn" | "aws:sourceorgid" | "aws:sourceorgpaths")
}

/// Keys that exist only when an IAM principal signs the request.
pub(crate) fn is_signed_only(key: &str) -> bool {
    key.starts_with("aws:principaltag/")
        || key.starts_with("aws:multifactorauth")
        || key.starts_with("saml:")
        || key.starts_with("sts:")
        || matches!(
            key,
            "aws:principalarn"
                | "aws:principalaccount"
                | "aws:principalorgid"
                | "aws:principalorgpaths"
                | "aws:username"
                | "aws:userid"
                | "aws:tokenissuetime"
                | "aws:federatedprovider"
                | "aws:sourceidentity"
                | "aws:assumedroot"
                | "kms:calleraccount"
        )
}

/// Keys of those that a caller has who signs in with the token or assertion of an identity provider.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
pub(crate) fn comes_with_a_token(key: &str) -> bool {
    key.starts_with("saml:") || key.starts_with("sts:") || key == "aws:federatedprovider"
}

/// Keys that every request has.
pub(crate) fn always_present(key: &str) -> bool {
    matches!(key, TLS | TIME | "aws:requestedregion" | TLS_VERSION)
}

/// Keys with a closed list of values.
pub(crate) fn domain(key: &str) -> Option<&'static [&'static str]> {
    match key {
        TLS
        | "aws:viaawsservice"
        | "aws:multifactorauthpresent"
        | "aws:principalisawsservice"
        | "kms:grantisforawsresource"
        | "kms:bypasspolicylockoutsafetycheck" => Some(&["true", "false"]),
        // See: https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
        TLS_VERSION => Some(&["1.2", "1.3", "1.1", "1.0"]),
        _ => None,
    }
}

/// Keys that hold a set of values.
pub(crate) fn is_multivalued(key: &str) -> bool {
    matches!(
        key,
        "aws:tagkeys"
            | "aws:calledvia"
            | "aws:principalorgpaths"
            | "aws:sourceorgpaths"
            | "aws:resourceorgpaths"
            | "aws:vpceorgpaths"
            | "aws:principalservicenameslist"
            | "kms:encryptioncontextkeys"
            | "kms:grantoperations"
            | "kms:resourcealiases"
            | "s3:requestobjecttagkeys"
    )
}

/// Keys of which AWS documents that they hold one value. A set operator on one of them sees a set of one.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
pub(crate) fn is_single(key: &str) -> bool {
    let catalogued = ["aws:", "s3:", "kms:"].iter().any(|service| key.starts_with(service));
    catalogued && !is_multivalued(key)
}

/// Numeric keys that hold whole numbers: nothing lies between 29 and 30.
pub(crate) fn is_whole(key: &str) -> bool {
    ["days", "years", "age", "keys", "length", "port", "seconds"].iter().any(|end| key.ends_with(end))
}

/// Whether a key of one service cannot occur on an action of another.
pub(crate) fn belongs_elsewhere(key: &str, service: &str) -> bool {
    let owner = key.split(':').next().unwrap_or_default();
    matches!(owner, "s3" | "kms" | "cloudtrail" | "iam" | "ec2" | "sns") && owner != service
}

/// Pairs of network keys of which one request has at most one: a VPC endpoint hides the public address.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip
pub(crate) fn excludes(key: &str) -> &'static [&'static str] {
    match key {
        "aws:sourceip" => &["aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"],
        "aws:sourcevpc" | "aws:sourcevpce" | "aws:vpcsourceip" => &["aws:sourceip"],
        _ => &[],
    }
}
