//! Amazon S3 and S3 Control, path-style and virtual-hosted.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use logproof_wire::{CallTag, WireRequest};

use super::{
    MockZone, bucket_xml,
    chains::Chains,
    decoded,
    format::{Bucket, Object, Zone},
    reply::{Reply, document, element, optional},
    unknown,
};

/// Buckets per page of ListBuckets, and objects per page of ListObjectsV2: small, so that paging is exercised.
const PAGE: usize = 50;

pub(super) fn answer(mock: &MockZone, tag: &CallTag, request: &WireRequest) -> Reply {
    let (zone, chains) = (&mock.zone, &mock.chains);
    if tag.operation == "ListBuckets" {
        return list_buckets(zone, tag, request);
    }
    let (name, key) = address(request);
    match tag.operation.as_str() {
        "GetObjectRetention" => {
            if let Some(reply) = mock.kept.retention(&name, &key) {
                return reply;
            }
        }
        "HeadObject" => {
            return mock.kept.checksum(&name, &key).map_or_else(
                || Reply::error(404, "NotFound", "Not Found"),
                |checksum| Reply::Headers(vec![("x-amz-checksum-sha256".to_owned(), checksum)]),
            );
        }
        _ => {}
    }
    let Some(bucket) = zone.buckets.get(&name) else {
        return Reply::error(404, "NoSuchBucket", "The specified bucket does not exist");
    };
    // Another account's bucket: every caller here asks for its own (ExpectedBucketOwner).
    if bucket.account != tag.account {
        return Reply::error(403, "AccessDenied", "Access Denied");
    }
    // GetBucketLocation is answered in any Region; everything else redirects.
    if bucket.region != tag.region && tag.operation != "GetBucketLocation" {
        return Reply::Redirect(bucket.region.clone());
    }
    match tag.operation.as_str() {
        "ListObjectsV2" => list_objects(&name, bucket, chains, &parameters(request)),
        "GetObject" => get_object(&name, bucket, chains, &key),
        _ => of_bucket(bucket, tag, &key),
    }
}

/// Objects that the description only names are empty.
fn get_object(name: &str, bucket: &Bucket, chains: &Chains, key: &str) -> Reply {
    match chains.object(name, key) {
        Some((body, metadata)) => Reply::Object(body, metadata),
        None if bucket.objects.contains_key(key) => Reply::Object(Bytes::new(), BTreeMap::new()),
        None => Reply::error(404, "NoSuchKey", "The specified key does not exist."),
    }
}

/// An object that is put.
pub(super) fn store(
    mock: &MockZone,
    tag: &CallTag,
    request: &WireRequest,
    headers: &BTreeMap<String, String>,
    content: &[u8],
) -> Reply {
    let (name, key) = address(request);
    let Some(bucket) = mock.zone.buckets.get(&name) else {
        return Reply::error(404, "NoSuchBucket", "The specified bucket does not exist");
    };
    if bucket.region != tag.region {
        return Reply::Redirect(bucket.region.clone());
    }
    mock.kept.put((&name, bucket), &key, headers, content, mock.zone.now)
}

/// Bucket and object key of a request.
fn address(request: &WireRequest) -> (String, String) {
    let path = request.path.split('?').next().unwrap_or_default().trim_start_matches('/');
    if let Some((bucket, _)) = request.host.split_once(".s3.").or_else(|| request.host.split_once(".s3-"))
        && !bucket.is_empty()
    {
        return (bucket.to_owned(), decoded(path));
    }
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    (bucket.to_owned(), decoded(key))
}

fn parameters(request: &WireRequest) -> BTreeMap<String, String> {
    let query = request.path.split_once('?').map_or("", |(_, query)| query);
    query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(k, v)| (decoded(k), decoded(v)))
        .collect()
}

fn list_buckets(zone: &Zone, tag: &CallTag, request: &WireRequest) -> Reply {
    let parameters = parameters(request);
    let owned: Vec<_> = zone.buckets.iter().filter(|(_, bucket)| bucket.account == tag.account).collect();
    // Unpaginated unless asked for, as AWS does.
    let size = parameters.get("max-buckets").and_then(|n| n.parse().ok()).unwrap_or(usize::MAX);
    let (page, next) = super::reply::page(&owned, parameters.get("continuation-token").map(String::as_str), size);
    let listed: String = page
        .iter()
        .map(|(name, bucket)| {
            let created = bucket.created.unwrap_or(zone.now);
            format!("<Bucket>{}{}</Bucket>", element("Name", name), element("CreationDate", created))
        })
        .collect();
    Reply::Xml(format!(
        "<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{}<Buckets>{listed}</Buckets>{}</ListAllMyBucketsResult>",
        owner(&tag.account),
        optional("ContinuationToken", next)
    ))
}

/// The canonical user an account represents.
pub(super) fn canonical(account: &str) -> String {
    logproof_digest::sha256_hex(account.as_bytes())
}

fn owner(account: &str) -> String {
    format!("<Owner>{}</Owner>", element("ID", canonical(account)))
}

fn of_bucket(bucket: &Bucket, tag: &CallTag, key: &str) -> Reply {
    let absent = |code, message: &str| Reply::error(404, code, message);
    match tag.operation.as_str() {
        "HeadBucket" => Reply::Xml(String::new()),
        "GetBucketLocation" => Reply::Xml(bucket_xml::location(&bucket.region)),
        "GetBucketEncryption" => bucket.encryption.as_ref().map_or_else(
            || {
                absent(
                    "ServerSideEncryptionConfigurationNotFoundError",
                    "The server side encryption configuration was not found",
                )
            },
            |encryption| Reply::Xml(bucket_xml::encryption(encryption)),
        ),
        "GetPublicAccessBlock" => bucket.public_access_block.as_ref().map_or_else(
            || absent("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"),
            |flags| Reply::Xml(bucket_xml::public_access_block(flags)),
        ),
        "GetBucketOwnershipControls" => bucket.ownership.as_ref().map_or_else(
            || absent("OwnershipControlsNotFoundError", "The bucket ownership controls were not found"),
            |ownership| Reply::Xml(bucket_xml::ownership(ownership)),
        ),
        "GetBucketPolicy" => bucket.policy.as_ref().map_or_else(
            || absent("NoSuchBucketPolicy", "The bucket policy does not exist"),
            |policy| Reply::Xml(document(policy)),
        ),
        "GetBucketAcl" => Reply::Xml(bucket_xml::acl(bucket, &canonical(&bucket.account))),
        "GetBucketVersioning" => Reply::Xml(bucket_xml::versioning(bucket)),
        "GetObjectLockConfiguration" => bucket.object_lock.as_ref().map_or_else(
            || {
                absent(
                    "ObjectLockConfigurationNotFoundError",
                    "Object Lock configuration does not exist for this bucket",
                )
            },
            |lock| Reply::Xml(bucket_xml::object_lock(lock)),
        ),
        "GetBucketLifecycleConfiguration" if bucket.lifecycle.is_empty() => {
            absent("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")
        }
        "GetBucketLifecycleConfiguration" => Reply::Xml(bucket_xml::lifecycle(&bucket.lifecycle)),
        "ListBucketIntelligentTieringConfigurations" => {
            Reply::Xml(bucket_xml::archive_tiering(&bucket.archive_tiering))
        }
        "GetBucketLogging" => Reply::Xml(bucket_xml::logging(bucket.logging.as_ref())),
        "GetBucketReplication" => bucket.replication.as_ref().map_or_else(
            || absent("ReplicationConfigurationNotFoundError", "The replication configuration was not found"),
            |replication| Reply::Xml(bucket_xml::replication(replication)),
        ),
        "GetBucketTagging" if bucket.tags.is_empty() => absent("NoSuchTagSet", "The TagSet does not exist"),
        "GetBucketTagging" => Reply::Xml(bucket_xml::tagging(&bucket.tags)),
        "GetObjectRetention" => match bucket.objects.get(key) {
            None => absent("NoSuchKey", "The specified key does not exist."),
            Some(object) => match &object.retention {
                None => absent(
                    "NoSuchObjectLockConfiguration",
                    "The specified object does not have a ObjectLock configuration",
                ),
                Some((mode, until)) => Reply::Xml(format!(
                    "<Retention>{}{}</Retention>",
                    element("Mode", mode),
                    element("RetainUntilDate", until)
                )),
            },
        },
        _ => unknown(tag),
    }
}

fn list_objects(name: &str, bucket: &Bucket, chains: &Chains, parameters: &BTreeMap<String, String>) -> Reply {
    let prefix = parameters.get("prefix").map_or("", String::as_str);
    let delimiter = parameters.get("delimiter").map_or("", String::as_str);
    let after = parameters.get("start-after").map_or("", String::as_str);
    let (mut prefixes, mut entries) = (BTreeSet::new(), Vec::new());
    let described = bucket.objects.range(prefix.to_owned()..).take_while(|(key, _)| key.starts_with(prefix));
    let mut objects: BTreeMap<String, Object> = chains.below(name, prefix, delimiter).collect();
    objects.extend(described.map(|(key, object)| (key.clone(), object.clone())));
    for (key, object) in objects.iter().filter(|(key, _)| key.as_str() > after) {
        let rest = key.get(prefix.len()..).unwrap_or_default();
        match rest.split_once(delimiter).filter(|_| !delimiter.is_empty()) {
            Some((head, _)) => {
                let common = format!("{prefix}{head}{delimiter}");
                if prefixes.insert(common.clone()) {
                    entries.push(format!("<CommonPrefixes>{}</CommonPrefixes>", element("Prefix", common)));
                }
            }
            None => {
                let size = chains.size(name, key).unwrap_or(object.size);
                entries.push(bucket_xml::object(key, &Object { size, ..object.clone() }));
            }
        }
    }
    let size = parameters.get("max-keys").and_then(|n| n.parse().ok()).unwrap_or(PAGE).min(PAGE);
    let (page, next) = super::reply::page(&entries, parameters.get("continuation-token").map(String::as_str), size);
    Reply::Xml(format!(
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{}{}{}{}{}{}</ListBucketResult>",
        element("Name", name),
        element("Prefix", prefix),
        element("KeyCount", page.len()),
        element("IsTruncated", next.is_some()),
        optional("NextContinuationToken", next),
        page.concat(),
    ))
}

/// S3 Control.
pub(super) fn account_answer(zone: &Zone, tag: &CallTag) -> Reply {
    if tag.operation != "GetPublicAccessBlock" {
        return unknown(tag);
    }
    match zone.account_public_access_block.get(&tag.account) {
        Some(flags) => Reply::Xml(bucket_xml::public_access_block(flags)),
        None => Reply::error(
            404,
            "NoSuchPublicAccessBlockConfiguration",
            "The public access block configuration was not found",
        ),
    }
}
