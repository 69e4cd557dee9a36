use super::*;
use crate::{Document, edit::AclChange};

fn change(change: BucketChange) -> Edit {
    edit(Change::Bucket { name: "logs".to_owned(), change })
}

fn created(object_lock: bool) -> Edit {
    edit_as("create", Change::Bucket { name: "logs".to_owned(), change: BucketChange::Created { object_lock } })
}

#[tokio::test]
async fn a_new_bucket_is_as_s3_makes_it_and_nobody_is_asked() {
    // The zone knows nothing: an answer that came from it would be none.
    let overlay = overlay(Zone::default(), vec![created(false)]);
    let bucket = logs();
    assert_eq!(*overlay.bucket_location(&bucket).await.unwrap(), Some(home()));
    let encryption = overlay.bucket_encryption(&bucket).await.unwrap();
    let encryption = encryption.as_ref().unwrap();
    assert_eq!(
        (encryption.algorithm.as_str(), encryption.blocked.as_slice()),
        ("AES256", ["SSE-C".to_owned()].as_slice())
    );
    let block = (*overlay.bucket_public_access_block(&bucket).await.unwrap()).unwrap();
    assert!(block.block_public_acls && block.restrict_public_buckets);
    let ownership = overlay.bucket_ownership(&bucket).await.unwrap();
    assert_eq!(ownership.as_ref().unwrap().object_ownership, "BucketOwnerEnforced");
    assert_eq!(*overlay.bucket_policy(&bucket).await.unwrap(), None);
    assert_eq!(overlay.bucket_acl(&bucket).await.unwrap().grants.len(), 1);
    assert_eq!(overlay.bucket_versioning(&bucket).await.unwrap().status, None);
    assert_eq!(*overlay.object_lock(&bucket).await.unwrap(), None);
    assert!(overlay.bucket_lifecycle(&bucket).await.unwrap().is_empty());
    assert_eq!(*overlay.bucket_logging(&bucket).await.unwrap(), None);
    assert_eq!(*overlay.bucket_replication(&bucket).await.unwrap(), None);
    assert!(overlay.bucket_tags(&bucket).await.unwrap().is_empty());
    // What is in it nobody knows before.
    let Reason::AfterApply { attribute, .. } = refused(overlay.bucket_level(&bucket, "").await) else { panic!() };
    assert_eq!(attribute, "objects");
}

#[tokio::test]
async fn tags_that_aws_sets_stay_when_the_others_are_replaced() {
    let tag = |key: &str, value: &str| BucketTag { key: key.to_owned(), value: value.to_owned() };
    let of_a_stack = || tag("aws:cloudformation:stack-name", "log-store");
    let zone = Zone::default().with("bucket_tags", &[&logs()], vec![of_a_stack(), tag("managed-by", "hand")]);
    let to = BucketChange::Tags(Planned::Known(vec![tag("environment", "organization")]));
    let overlay = overlay(zone, vec![change(to)]);
    assert_eq!(*overlay.bucket_tags(&logs()).await.unwrap(), [tag("environment", "organization"), of_a_stack()]);
}

#[tokio::test]
async fn object_lock_at_creation_enables_versioning() {
    let overlay = overlay(Zone::default(), vec![created(true)]);
    assert_eq!(overlay.bucket_versioning(&logs()).await.unwrap().status.as_deref(), Some("Enabled"));
    assert_eq!(*overlay.object_lock(&logs()).await.unwrap(), Some(ObjectLock { default_retention: None }));
}

#[tokio::test]
async fn a_setting_may_come_before_its_bucket() {
    let policy = BucketChange::Policy(Some(Document::Text("{}".to_owned())));
    let overlay = overlay(Zone::default(), vec![change(policy), created(false)]);
    assert_eq!((*overlay.bucket_policy(&logs()).await.unwrap()).as_deref(), Some("{}"));
}

#[tokio::test]
async fn new_buckets_are_listed_and_deleted_ones_are_not() {
    let summary = |name: &str| BucketSummary { name: name.to_owned(), created: None };
    let zone = || Zone::default().with("buckets", &[&account()], vec![summary("a"), summary("logs")]);
    let names = |listed: &[BucketSummary]| listed.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    let new = edit(Change::Bucket { name: "b".to_owned(), change: BucketChange::Created { object_lock: false } });
    let listed = overlay(zone(), vec![new, change(BucketChange::Deleted)]).buckets(&account()).await.unwrap();
    assert_eq!(names(&listed), ["a", "b"]);
    // A replaced bucket is another one, in whatever order its two edits come.
    for edits in
        [vec![created(false), change(BucketChange::Deleted)], vec![change(BucketChange::Deleted), created(false)]]
    {
        let overlay = overlay(zone(), edits);
        let listed = overlay.buckets(&account()).await.unwrap();
        assert_eq!((names(&listed), listed[1].created), (vec!["a".to_owned(), "logs".to_owned()], Some(as_of())));
        assert_eq!(*overlay.bucket_policy(&logs()).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_deleted_bucket_answers_as_s3_does() {
    let zone = Zone::default().with("bucket_policy", &[&logs()], Some("{}".to_owned()));
    let overlay = overlay(zone, vec![change(BucketChange::Deleted)]);
    assert_eq!(*overlay.bucket_location(&logs()).await.unwrap(), None);
    let gone = Reason::ServiceError { code: "NoSuchBucket".to_owned() };
    assert_eq!(refused(overlay.bucket_policy(&logs()).await), gone);
    assert_eq!(refused(overlay.bucket_level(&logs(), "").await), gone);
}

#[tokio::test]
async fn what_a_removed_setting_leaves() {
    let encryption =
        BucketEncryption { algorithm: "aws:kms".to_owned(), kms_key: None, bucket_key_enabled: true, blocked: vec![] };
    let lock = ObjectLock { default_retention: Some(DefaultRetention { mode: "COMPLIANCE".to_owned(), days: 1 }) };
    let zone = Zone::default()
        .with("bucket_encryption", &[&logs()], Some(encryption))
        .with("bucket_policy", &[&logs()], Some("{}".to_owned()))
        .with("object_lock", &[&logs()], Some(lock))
        .with("bucket_public_access_block", &[&logs()], Some(super::super::bucket::NEW_BLOCK));
    let edits = vec![
        change(BucketChange::Encryption(Planned::Known(None))),
        change(BucketChange::Policy(None)),
        change(BucketChange::ObjectLock(Planned::Known(None))),
        change(BucketChange::PublicAccessBlock(Planned::Known(None))),
    ];
    let overlay = overlay(zone, edits);
    // Back to SSE-S3, not to none.
    let encryption = overlay.bucket_encryption(&logs()).await.unwrap();
    assert_eq!(encryption.as_ref().unwrap().algorithm, "AES256");
    assert_eq!(*overlay.bucket_policy(&logs()).await.unwrap(), None);
    // The rule is gone, the lock stays.
    assert_eq!(*overlay.object_lock(&logs()).await.unwrap(), Some(ObjectLock { default_retention: None }));
    assert_eq!(*overlay.bucket_public_access_block(&logs()).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_blocked_stays_unless_the_plan_says_otherwise() {
    let encryption = |blocked: &[&str]| BucketEncryption {
        algorithm: "aws:kms".to_owned(),
        kms_key: None,
        bucket_key_enabled: true,
        blocked: blocked.iter().map(|kind| (*kind).to_owned()).collect(),
    };
    let set = |blocked| change(BucketChange::Encryption(Planned::Known(Some(encryption(blocked)))));
    let observed = || Zone::default().with("bucket_encryption", &[&logs()], Some(encryption(&["SSE-C"])));
    for (planned, is) in [(&[][..], &["SSE-C"][..]), (&["NONE"], &[]), (&["SSE-C"], &["SSE-C"])] {
        let answer = overlay(observed(), vec![set(planned)]).bucket_encryption(&logs()).await.unwrap();
        assert_eq!(*answer, Some(encryption(is)), "{planned:?}");
    }
    // What was blocked could not be observed.
    assert!(overlay(Zone::default(), vec![set(&[])]).bucket_encryption(&logs()).await.is_err());
    assert!(overlay(Zone::default(), vec![set(&["SSE-C"])]).bucket_encryption(&logs()).await.is_ok());
    // A new bucket blocks it by itself.
    let new = overlay(Zone::default(), vec![created(false), set(&[])]).bucket_encryption(&logs()).await.unwrap();
    assert_eq!(*new, Some(encryption(&["SSE-C"])));
}

#[tokio::test]
async fn a_removed_configuration_of_versioning_suspends_nothing_where_there_is_object_lock() {
    let locked = || Some(ObjectLock { default_retention: None });
    for (lock, is) in [(locked(), "Enabled"), (None, "Suspended")] {
        let zone = Zone::default().with("bucket_versioning", &[&logs()], versioning("Enabled")).with(
            "object_lock",
            &[&logs()],
            lock,
        );
        let answer = overlay(zone, vec![edit_as("delete", suspended())]).bucket_versioning(&logs()).await.unwrap();
        assert_eq!(answer.status.as_deref(), Some(is));
    }
}

#[tokio::test]
async fn versioning_that_never_was_enabled_is_not_suspended() {
    let never = Versioning { status: None, mfa_delete: None };
    for (was, is) in [(never.clone(), None), (versioning("Enabled"), Some("Suspended"))] {
        let zone = Zone::default().with("bucket_versioning", &[&logs()], was);
        let answer = overlay(zone, vec![edit(suspended())]).bucket_versioning(&logs()).await.unwrap();
        assert_eq!(answer.status.as_deref(), is);
    }
}

#[tokio::test]
async fn a_canned_list_keeps_the_owner() {
    let owner = Acl { owner: "abc".to_owned(), grants: vec![] };
    let acl = |name: &str| change(BucketChange::Acl(Planned::Known(AclChange::Canned(name.to_owned()))));
    for (name, grants) in
        [("private", Some(1)), ("log-delivery-write", Some(3)), ("public-read", Some(2)), ("odd", None)]
    {
        let zone = Zone::default().with("bucket_acl", &[&logs()], owner.clone());
        let answer = overlay(zone, vec![acl(name)]).bucket_acl(&logs()).await;
        assert_eq!(answer.as_ref().ok().map(|acl| acl.grants.len()), grants, "{name}");
        assert!(answer.is_err() || answer.unwrap().owner == "abc");
    }
}

#[tokio::test]
async fn what_could_not_be_observed_is_known_when_it_is_replaced() {
    let block = BucketChange::PublicAccessBlock(Planned::Known(None));
    let overlay = overlay(Zone::default(), vec![change(block), edit(suspended())]);
    assert_eq!(*overlay.bucket_public_access_block(&logs()).await.unwrap(), None);
    // Part of what is there now stays, and is not known.
    assert_eq!(refused(overlay.bucket_versioning(&logs()).await), Reason::NotRecorded);
}
