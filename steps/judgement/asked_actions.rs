//! Actions as an owner writes them in a sentence: `s3:GetObject, s3:GetObjectVersion or s3:List*`.
//!
//! Each must be in the table of actions: a name that AWS does not have would be allowed to nobody, and a sentence about
//! it would be true of every bucket.

use logproof_policy::actions::{self, Kind};

/// What is wrong with a sentence, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The problem, as a fragment.
    pub problem: String,
    /// What to do.
    pub hint: String,
}

/// The actions of a list, as AWS writes them; patterns stay patterns.
pub(crate) fn read(list: &str) -> Result<Vec<String>, Misfit> {
    let words = list.split([',', ' ']).filter(|word| word.contains(':'));
    let found: Vec<String> = words.map(one).collect::<Result<_, _>>()?;
    if found.is_empty() {
        let problem = format!("`{list}` names no action");
        return Err(Misfit { problem, hint: "write actions as IAM does, for example s3:GetObject".to_owned() });
    }
    Ok(found)
}

fn one(word: &str) -> Result<String, Misfit> {
    let service = word.split(':').next().unwrap_or_default();
    if !actions::covers(service) {
        let known: Vec<&str> = actions::services().collect();
        return Err(Misfit {
            problem: format!("`{word}` is an action of a service that is not in the table of actions"),
            hint: format!("actions of these services can be asked about: {}", known.join(", ")),
        });
    }
    if word.contains(['*', '?']) {
        let lower = word.to_ascii_lowercase();
        let pattern = logproof_policy::Glob::new(&lower);
        return match actions::all().iter().any(|known| pattern.matches(&known.name.to_ascii_lowercase())) {
            true => Ok(word.to_owned()),
            false => Err(Misfit {
                problem: format!("no action matches `{word}`"),
                hint: format!("did you mean `{}`?", nearest(word)),
            }),
        };
    }
    let known = actions::find(word).map(|known| known.name.to_owned());
    known.ok_or_else(|| Misfit {
        problem: format!("`{word}` is no action that AWS has"),
        hint: format!("did you mean `{}`?", nearest(word)),
    })
}

/// The action of the table with the most similar name.
fn nearest(word: &str) -> &'static str {
    let near = |name: &str| strsim::normalized_damerau_levenshtein(&name.to_lowercase(), &word.to_lowercase());
    let best = actions::all().iter().max_by(|a, b| near(a.name).total_cmp(&near(b.name)));
    best.map_or("s3:GetObject", |best| best.name)
}

/// Those of a service, where each works on something that the resource is, or is part of.
pub(crate) fn of_service(asked: &[String], service: &str) -> Result<Vec<String>, Misfit> {
    let (kinds, what): (&[Kind], &str) = match service {
        "s3" => (&[Kind::Bucket, Kind::Object], "a bucket or an object in it"),
        _ => (&[Kind::Key, Kind::MultiRegionKey, Kind::Alias], "a key"),
    };
    let prefix = format!("{service}:");
    let mine: Vec<String> =
        asked.iter().filter(|action| action.to_ascii_lowercase().starts_with(&prefix)).cloned().collect();
    for known in mine.iter().filter_map(|action| actions::find(action)) {
        if !kinds.contains(&known.kind) {
            return Err(Misfit {
                problem: format!("`{}` works on {} `{}`, not on {what}", known.name, "something of kind", known.kind),
                hint: format!("ask about actions on {what}"),
            });
        }
    }
    Ok(mine)
}

/// Of these actions, those that an access control list may grant besides policies.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#permissions>
pub(crate) const GRANTED_BY_LISTS: [&str; 15] = [
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:ListBucketMultipartUploads",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:GetBucketAcl",
    "s3:PutBucketAcl",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:GetObjectAcl",
    "s3:GetObjectVersionAcl",
    "s3:PutObjectAcl",
    "s3:PutObjectVersionAcl",
    "s3:GetObjectTorrent",
];

/// Whether a grant of a key with these operations allows one of the actions.
pub(crate) fn grants(operations: &[String], asked: &[String]) -> Vec<String> {
    let patterns: Vec<_> = asked.iter().map(|one| logproof_policy::Glob::new(&one.to_ascii_lowercase())).collect();
    let as_action = |operation: &&String| format!("kms:{operation}").to_ascii_lowercase();
    operations
        .iter()
        .filter(|operation| patterns.iter().any(|pattern| pattern.matches(&as_action(operation))))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_aws_writes_the_names() {
        assert_eq!(read("s3:getobject").unwrap(), ["s3:GetObject"]);
        assert_eq!(read("s3:GetObject, s3:List* or kms:Decrypt").unwrap(), ["s3:GetObject", "s3:List*", "kms:Decrypt"]);
    }

    #[test]
    fn an_action_that_aws_does_not_have_is_refused_with_the_nearest() {
        let misfit = read("s3:DeleteObjects").unwrap_err();
        assert!(misfit.problem.contains("`s3:DeleteObjects` is no action"), "{misfit:?}");
        assert_eq!(misfit.hint, "did you mean `s3:DeleteObject`?");
        assert!(read("s3:Drop*").unwrap_err().problem.contains("no action matches"));
        assert!(read("dynamodb:GetItem").unwrap_err().hint.contains("kms"));
        assert!(read("nothing").unwrap_err().problem.contains("names no action"));
    }

    #[test]
    fn an_action_on_something_else_than_the_subject_is_refused() {
        let asked = read("s3:GetObject, s3:CreateJob, kms:Decrypt").unwrap();
        assert!(of_service(&asked, "s3").unwrap_err().problem.contains("s3:CreateJob"));
        assert_eq!(of_service(&asked, "kms").unwrap(), ["kms:Decrypt"]);
    }

    #[test]
    fn what_access_control_lists_grant_exists() {
        assert!(GRANTED_BY_LISTS.iter().all(|action| actions::find(action).is_some()));
    }

    #[test]
    fn a_grant_counts_where_it_allows_what_is_asked_about() {
        let operations = ["Decrypt".to_owned(), "DescribeKey".to_owned()];
        assert_eq!(grants(&operations, &["kms:Decrypt".to_owned()]), ["Decrypt"]);
        assert_eq!(grants(&operations, &["kms:*".to_owned()]).len(), 2);
        assert!(grants(&operations, &["kms:Encrypt".to_owned()]).is_empty());
    }
}
