"""Lifecycle and replication rules of the zone, as the S3 API has them."""


def filter_of(prefix, tags=(), larger=None, smaller=None):
    """A filter: one condition stands alone, several under `And`."""
    conditions = {}
    if prefix:
        conditions["Prefix"] = prefix
    if larger is not None:
        conditions["ObjectSizeGreaterThan"] = larger
    if smaller is not None:
        conditions["ObjectSizeLessThan"] = smaller
    tags = [{"Key": key, "Value": value} for key, value in tags]
    if not tags and len(conditions) < 2:
        return conditions or {"Prefix": ""}
    if len(tags) == 1 and not conditions:
        return {"Tag": tags[0]}
    return {"And": {**conditions, **({"Tags": tags} if tags else {})}}


def lifecycle_rule(id, rule):
    made = {
        "ID": id,
        "Status": rule.get("status") or "Enabled",
        "Filter": filter_of(
            rule.get("prefix", ""),
            rule.get("tags", {}).items(),
            rule.get("size_greater_than"),
            rule.get("size_less_than"),
        ),
    }
    expiration = {}
    if rule.get("expiration_days") is not None:
        expiration["Days"] = rule["expiration_days"]
    if rule.get("expired_object_delete_marker"):
        expiration["ExpiredObjectDeleteMarker"] = True
    if expiration:
        made["Expiration"] = expiration
    if rule.get("transitions"):
        made["Transitions"] = [{"Days": t["days"], "StorageClass": t["storage_class"]} for t in rule["transitions"]]
    noncurrent(made, rule)
    if rule.get("abort_multipart_days") is not None:
        made["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": rule["abort_multipart_days"]}
    return made


def noncurrent(made, rule):
    if rule.get("noncurrent_expiration_days") is not None:
        made["NoncurrentVersionExpiration"] = {"NoncurrentDays": rule["noncurrent_expiration_days"]}
        if rule.get("noncurrent_newer_versions") is not None:
            made["NoncurrentVersionExpiration"]["NewerNoncurrentVersions"] = rule["noncurrent_newer_versions"]
    if rule.get("noncurrent_transitions"):
        made["NoncurrentVersionTransitions"] = [
            {"NoncurrentDays": t["days"], "StorageClass": t["storage_class"]} for t in rule["noncurrent_transitions"]
        ]


def on(switch):
    return {"Status": "Enabled" if switch else "Disabled"}


def replication_rule(priority, id, rule):
    destination = {"Bucket": rule["bucket"]}
    if rule.get("account"):
        destination.update(Account=rule["account"], AccessControlTranslation={"Owner": "Destination"})
    if rule.get("key"):
        destination["EncryptionConfiguration"] = {"ReplicaKmsKeyID": rule["key"]}
    if rule.get("metrics"):
        destination["Metrics"] = {"Status": "Enabled", "EventThreshold": {"Minutes": 15}}
    made = {
        "ID": id,
        "Priority": priority,
        "Status": rule.get("status") or "Enabled",
        "Filter": filter_of(rule.get("prefix", ""), [rule["tag"]] if rule.get("tag") else []),
        "DeleteMarkerReplication": on(rule.get("delete_markers")),
        "Destination": destination,
    }
    if rule.get("kms_objects"):
        made["SourceSelectionCriteria"] = {"SseKmsEncryptedObjects": on(True)}
    return made
