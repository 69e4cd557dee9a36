//! The access control list of a bucket: whom it lets in beside the policies.

use cucumber::then;
use logproof_estate::{
    facts::AclGrant,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld},
};

/// Whom S3 lets deliver access logs by a grant, where the bucket's policy does not.
// See: https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

#[then("its access control list grants nothing to anyone but its owner")]
async fn the_acl_grants_nothing_to_others(w: &mut LogproofWorld) -> Judged {
    let (bucket, estate) = (w.bucket()?, w.estate()?);
    let acl = w.see(estate.bucket_acl(&bucket).await)?;
    let subject = Subject::bucket(&bucket);
    let expected = "no grant to anyone but the bucket's owner";
    let config = w.config()?;
    let named = [config.log_bucket_name(), config.config_bucket_name()].contains(&bucket.name);
    let delivers = |grant: &AclGrant| {
        !named && grant.grantee == LOG_DELIVERY && ["WRITE", "READ_ACP"].contains(&grant.permission.as_str())
    };
    let others: Vec<_> = acl.grants.iter().filter(|grant| grant.grantee != acl.owner && !delivers(grant)).collect();
    if others.is_empty() {
        let delivery = if acl.grants.iter().any(delivers) { " or to S3's delivery of access logs" } else { "" };
        let found = format!("{} grants, all to the owner{delivery}", acl.grants.len());
        w.observe(Observation::new(subject, expected, found, true).resting_on(acl.exchanges()));
        return w.settle();
    }
    for grant in others {
        let found = format!("{} to {} {}", grant.permission, grant.kind, grant.grantee);
        w.observe(
            Observation::new(subject.clone(), expected, found, false)
                .place("access control list")
                .hint("set object ownership to BucketOwnerEnforced, which disables access control lists")
                .resting_on(acl.exchanges()),
        );
    }
    w.settle()
}
