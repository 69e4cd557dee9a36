//! A request as Terraform resources.
//!
//! See: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket>

use serde_json::Value;

use super::deployment::Deployment;

/// The resources.
pub(super) fn render(deployment: &Deployment) -> String {
    let name = label(&deployment.streams);
    let bucket = format!("aws_s3_bucket.{name}.id");
    let mut text = format!("# Log bucket of {}, in account {}.\n", deployment.streams.join(", "), deployment.account);
    for note in &deployment.notes {
        text.push_str(&format!("# {note}\n"));
    }
    let mut tags = String::new();
    for (key, value) in &deployment.tags {
        tags.push_str(&format!("    {} = {}\n", quoted(key), quoted(value)));
    }
    tags.push_str("    \"managed-by\" = \"terraform\"\n");
    let mut body = format!("  bucket = {}\n  region = {}\n", quoted(&deployment.bucket), quoted(&deployment.region));
    if deployment.object_lock.is_some() {
        body.push_str("  object_lock_enabled = true\n");
    }
    body.push_str(&format!("  tags = {{\n{tags}  }}\n  lifecycle {{\n    prevent_destroy = true\n  }}\n"));
    resource(&mut text, "aws_s3_bucket", &name, &body);
    for (kind, body) in parts(deployment) {
        resource(&mut text, kind, &name, &format!("  bucket = {bucket}\n{body}"));
    }
    if !deployment.key_statements.is_empty() {
        let statements = Value::Array(deployment.key_statements.clone());
        text.push_str(&format!(
            "\nlocals {{\n  {name}_key_policy_statements = jsondecode({})\n}}\n",
            quoted(&statements.to_string())
        ));
    }
    aligned(&text)
}

/// The text as `terraform fmt` leaves it: the equals signs of neighbouring arguments below each other. An argument that
/// opens a block or a map stands for itself.
fn aligned(text: &str) -> String {
    let argument = |line: &str| -> Option<(String, String)> {
        let (name, value) = line.split_once('=')?;
        let name = name.trim_end();
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '"');
        let is_argument = !name.trim().is_empty() && name.trim_start().chars().all(is_name) && !value.ends_with('{');
        is_argument.then(|| (name.to_owned(), value.trim_start().to_owned()))
    };
    let mut lines: Vec<String> = Vec::new();
    let mut group: Vec<(String, String)> = Vec::new();
    let flush = |group: &mut Vec<(String, String)>, lines: &mut Vec<String>| {
        let width = group.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        lines.extend(group.drain(..).map(|(name, value)| format!("{name:width$} = {value}")));
    };
    for line in text.lines() {
        match argument(line) {
            Some(pair) => group.push(pair),
            None => {
                flush(&mut group, &mut lines);
                lines.push(line.to_owned());
            }
        }
    }
    flush(&mut group, &mut lines);
    lines.join("\n") + "\n"
}

/// What belongs to the bucket: kind of resource, and its body.
fn parts(deployment: &Deployment) -> Vec<(&'static str, String)> {
    let encryption = match &deployment.key {
        Some(key) => format!(
            "  rule {{\n    apply_server_side_encryption_by_default {{\n      sse_algorithm     = \"aws:kms\"\n      kms_master_key_id = {}\n    }}\n    bucket_key_enabled = true\n  }}\n",
            quoted(key)
        ),
        None => {
            "  rule {\n    apply_server_side_encryption_by_default {\n      sse_algorithm = \"AES256\"\n    }\n  }\n"
                .to_owned()
        }
    };
    let mut parts = vec![
        (
            "aws_s3_bucket_ownership_controls",
            "  rule {\n    object_ownership = \"BucketOwnerEnforced\"\n  }\n".to_owned(),
        ),
        (
            "aws_s3_bucket_public_access_block",
            ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]
                .map(|flag| format!("  {flag} = true\n"))
                .concat(),
        ),
        ("aws_s3_bucket_versioning", "  versioning_configuration {\n    status = \"Enabled\"\n  }\n".to_owned()),
        ("aws_s3_bucket_server_side_encryption_configuration", encryption),
        ("aws_s3_bucket_lifecycle_configuration", lifecycle(deployment)),
        ("aws_s3_bucket_policy", format!("  policy = {}\n", quoted(&deployment.policy.to_string()))),
    ];
    if let Some((mode, days)) = &deployment.object_lock {
        let rule = format!(
            "  rule {{\n    default_retention {{\n      mode = {}\n      days = {days}\n    }}\n  }}\n",
            quoted(mode)
        );
        parts.push(("aws_s3_bucket_object_lock_configuration", rule));
    }
    if let Some((target, prefix)) = &deployment.access_logs {
        let logging = format!("  target_bucket = {}\n  target_prefix = {}\n", quoted(target), quoted(prefix));
        parts.push(("aws_s3_bucket_logging", logging));
    }
    parts
}

fn lifecycle(deployment: &Deployment) -> String {
    let days = deployment.delete_after;
    let transition = deployment.archive_after.map_or_else(String::new, |after| {
        format!("    transition {{\n      days          = {after}\n      storage_class = \"GLACIER\"\n    }}\n")
    });
    format!(
        "  rule {{\n    id     = \"retention\"\n    status = \"Enabled\"\n    filter {{}}\n{transition}    expiration {{\n      days = {days}\n    }}\n    noncurrent_version_expiration {{\n      noncurrent_days = {days}\n    }}\n  }}\n  rule {{\n    id     = \"clean-up\"\n    status = \"Enabled\"\n    filter {{}}\n    expiration {{\n      expired_object_delete_marker = true\n    }}\n    abort_incomplete_multipart_upload {{\n      days_after_initiation = 7\n    }}\n  }}\n"
    )
}

fn resource(text: &mut String, kind: &str, name: &str, body: &str) {
    text.push_str(&format!("\nresource \"{kind}\" \"{name}\" {{\n{body}}}\n"));
}

/// A name Terraform takes.
fn label(streams: &[String]) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    format!("log_{}", streams.join("_").chars().map(kept).collect::<String>())
}

/// A string in which nothing is a template.
fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string().replace("${", "$${").replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_signs_of_neighbours_stand_below_each_other() {
        let text = "# a = b\nresource \"x\" \"y\" {\n  bucket = b.id\n  object_lock_enabled = true\n  tags = {\n    \"a-b\" = \"1 = 2\"\n    \"c\" = \"3\"\n  }\n  rule {\n    id = \"r\"\n  }\n}\n";
        let expected = "# a = b\nresource \"x\" \"y\" {\n  bucket              = b.id\n  object_lock_enabled = true\n  tags = {\n    \"a-b\" = \"1 = 2\"\n    \"c\"   = \"3\"\n  }\n  rule {\n    id = \"r\"\n  }\n}\n";
        assert_eq!(aligned(text), expected);
        assert_eq!(aligned(expected), expected);
    }
}
