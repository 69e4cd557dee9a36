//! What readers and the read-only role cannot do with the log files, and that nobody else can read them.

use cucumber::then;
use logproof_estate::{
    config::ReaderConfig,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Identity, Question, Statement, Who, actions};
use serde_json::{Value, json};

use crate::scene::{
    access::{Callers, Refusal},
    actions::{list, other_than_reading, other_than_reading_anywhere, read},
    bucket::BucketAccess,
    conditions::everybody_but,
    policies::parse,
    population::examined,
    principals::{identities, principal},
    proposal::{On, Remedy},
    readers::{ReaderBuckets, may_read, reader_role_arn, readers},
};

/// A condition that one principal meets.
fn exactly(arn: &str) -> Value {
    json!({"ArnEquals": {"aws:PrincipalArn": arn}})
}

/// Every path in the bucket of a reader that its principal is registered for.
fn paths_of<'r>(w: &LogproofWorld, readers: &'r [ReaderConfig], reader: &ReaderConfig) -> Result<Vec<&'r str>, Stop> {
    let config = w.config()?;
    let bucket = config.reader_bucket(reader);
    let same = |other: &&ReaderConfig| other.principal == reader.principal && config.reader_bucket(other) == bucket;
    Ok(readers.iter().filter(same).map(|reader| reader.path.as_str()).collect())
}

#[then("no named reader can read log files outside its path")]
async fn no_reader_reads_outside_its_path(w: &mut LogproofWorld) -> Judged {
    let readers = readers(w).await?;
    let buckets = ReaderBuckets::read(w, &readers).await?;
    for reader in &readers {
        let (paths, access) = (paths_of(w, &readers, reader)?, buckets.of(w, reader)?);
        let subject = Subject::arn(&reader.principal);
        if paths.contains(&"") {
            let found = "its path is the whole bucket";
            w.observe(Observation::new(subject, "an exact path", found, true));
            w.note(format!("{} is registered for every log file", reader.principal));
            continue;
        }
        // A path that no reader was given represents all others; the engine tells apart what the policies tell apart.
        let mut question =
            Question::about(read()).on_all(&access.objects()).by(Who::exactly(principal(&reader.principal)));
        let granted: Vec<String> = paths.iter().map(|path| format!("{}/{path}*", access.arn)).collect();
        for path in &granted {
            question = question.except_on(path);
        }
        let remedy =
            access.deny_in_own_policy("ReadersKeepToTheirPath", On::AllBut(granted), exactly(&reader.principal));
        let mut claim = access.claim(
            format!("{} reads nothing outside {}", reader.principal, paths.join(", ")),
            "narrow the Resource of the reader's statement to the bucket's ARN, its exact path and /*",
        );
        claim.subject = subject;
        claim.prove(w, &access.scene(), &question, remedy).await;
    }
    examined(w, "named readers", readers.len(), "readers of the register and of the configuration");
    w.settle()
}

#[then("no named reader can list keys outside its path")]
async fn no_reader_lists_outside_its_path(w: &mut LogproofWorld) -> Judged {
    let readers = readers(w).await?;
    let buckets = ReaderBuckets::read(w, &readers).await?;
    for reader in &readers {
        let (paths, access) = (paths_of(w, &readers, reader)?, buckets.of(w, reader)?);
        let subject = Subject::arn(&reader.principal);
        let expected = format!("{} lists nothing outside {}", reader.principal, paths.join(", "));
        if paths.contains(&"") {
            w.observe(Observation::new(subject, expected, "its path is the whole bucket", true));
            continue;
        }
        // Without a prefix the whole bucket is listed: the negated operator is true of an absent key.
        let patterns: Vec<String> = paths.iter().map(|path| format!("{}*", literal(path))).collect();
        let outside = json!({"StringNotLike": {"s3:prefix": patterns}});
        let question = Question::about(list())
            .on(&access.arn)
            .by(Who::exactly(principal(&reader.principal)))
            .when(&outside.to_string())
            .map_err(|error| Stop::because(error.to_string()))?;
        let mut condition = exactly(&reader.principal);
        if let (Some(operators), Some(prefix)) = (condition.as_object_mut(), outside.get("StringNotLike")) {
            operators.insert("StringNotLike".to_owned(), prefix.clone());
        }
        let on = On::These(vec![access.arn.clone()]);
        let remedy = access.deny_in_own_policy("ReadersListTheirPath", on, condition);
        let change =
            "give the reader's statement for s3:ListBucket a condition StringLike s3:prefix with its exact path";
        let mut claim = access.claim(expected, change);
        claim.subject = subject;
        claim.prove(w, &access.scene(), &question, remedy).await;
    }
    examined(w, "named readers", readers.len(), "readers of the register and of the configuration");
    w.settle()
}

/// A text as a pattern that matches it and nothing else.
fn literal(text: &str) -> String {
    text.replace('$', "${$}").replace('*', "${*}").replace('?', "${?}")
}

#[then("no named reader can do anything other than read")]
async fn no_reader_does_anything_else(w: &mut LogproofWorld) -> Judged {
    let readers = readers(w).await?;
    let buckets = ReaderBuckets::read(w, &readers).await?;
    for reader in &readers {
        let access = buckets.of(w, reader)?;
        let question = Question::about(other_than_reading())
            .on(&access.arn)
            .on_all(&access.objects())
            .by(Who::exactly(principal(&reader.principal)));
        let remedy = access.deny_in_own_policy("ReadersOnlyRead", access.all(), exactly(&reader.principal));
        let mut claim = access.claim(
            format!("{} only reads", reader.principal),
            "allow the reader s3:GetObject only; deny the rest in the bucket policy or an SCP",
        );
        claim.subject = Subject::arn(&reader.principal);
        claim.prove(w, &access.scene(), &question, remedy).await;
    }
    examined(w, "named readers", readers.len(), "readers of the register and of the configuration");
    w.settle()
}

#[then("no reader whose access has ended can read")]
async fn ended_readers_cannot_read(w: &mut LogproofWorld) -> Judged {
    let readers: Vec<_> = readers(w).await?.into_iter().filter_map(|r| r.ends().map(|end| (r, end))).collect();
    if readers.is_empty() {
        return Err(w.not_applicable("no reader has an end date"));
    }
    let all: Vec<ReaderConfig> = readers.iter().map(|(reader, _)| reader.clone()).collect();
    let (buckets, now) = (ReaderBuckets::read(w, &all).await?, w.now()?);
    for (reader, end) in &readers {
        let access = buckets.of(w, reader)?;
        // Until its end a reader may read. No date condition is required of the policies in force until then: the owner
        // may instead remove the statement in time.
        let subject = Subject::arn(&reader.principal);
        let expected = format!("no read after {end}");
        if *end > now {
            let found = format!("its access ends on {end}, which is in the future");
            w.observe(Observation::new(subject, expected, found, true));
            continue;
        }
        let question = Question::about(read())
            .on_all(&access.objects())
            .by(Who::exactly(principal(&reader.principal)))
            .when(&format!(r#"{{"DateGreaterThanEquals": {{"aws:CurrentTime": "{}"}}}}"#, end.max(&now)))
            .map_err(|error| Stop::because(error.to_string()))?;
        let mut condition = exactly(&reader.principal);
        if let Some(operators) = condition.as_object_mut() {
            operators.insert("DateGreaterThanEquals".to_owned(), json!({"aws:CurrentTime": end.to_string()}));
        }
        let on = On::These(vec![access.objects()]);
        let remedy = access.deny_in_own_policy("EndedReadersReadNothing", on, condition);
        let mut claim =
            access.claim(expected, "remove the reader's statement, or give it DateLessThan aws:CurrentTime");
        claim.subject = subject;
        claim.prove(w, &access.scene(), &question, remedy).await;
    }
    examined(w, "readers with an end date", readers.len(), "readers of the register and of the configuration");
    w.settle()
}

#[then("the read-only role exists in the security tooling account")]
async fn the_read_only_role_exists(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let Some(account) = config.organization.security_tooling_account.clone() else {
        return Err(w.not_applicable("the configuration names no security tooling account"));
    };
    let name = &config.names.reader_role;
    let role = w.see(estate.role(&account, name).await)?;
    let found = role.as_ref().as_ref().map_or_else(|| "no such role".to_owned(), |role| role.arn.clone());
    let subject = Subject::arn(config.role_arn(&account, name)).at(&account, None);
    w.observe(
        Observation::new(subject, format!("role {name} exists in account {account}"), found, role.is_some())
            .hint("create the role, or correct `names.reader_role`")
            .resting_on(role.exchanges()),
    );
    w.settle()
}

#[then("the read-only role can do nothing other than read")]
async fn the_read_only_role_only_reads(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let (Some(account), Some(arn)) = (config.organization.security_tooling_account.clone(), reader_role_arn(w)?) else {
        return Err(w.not_applicable("the configuration names no security tooling account"));
    };
    let access = BucketAccess::read(w).await?;
    let authorization = w.see(estate.account_authorization(&account).await)?;
    let inventory: Vec<Identity> = identities(w, &account, &authorization)?;
    let Some(role) = inventory.iter().find(|identity| identity.principal.condition_arn() == Some(arn.as_str())) else {
        let subject = Subject::arn(&arn).at(&account, None);
        w.observe(
            Observation::new(subject, format!("role {arn} exists"), "no such role", false)
                .hint("create the role, or correct `names.reader_role`")
                .resting_on(authorization.exchanges()),
        );
        return w.settle();
    };
    let mut scene = access.organization.scene(&access.owner, access.policy.clone());
    for known in &mut scene.organization.accounts {
        if known.id == account.as_str() {
            *known = known.clone().with_identities(inventory.clone());
        }
    }
    let question = Question::about(other_than_reading())
        .on(&access.arn)
        .on_all(&access.objects())
        .by(Who::exactly(role.principal.clone()));
    let remedy = access.deny_in_own_policy("TheReadOnlyRoleOnlyReads", access.all(), exactly(&arn));
    let mut claim =
        access.claim(format!("{arn} only reads"), "limit the role's policy and the bucket policy to s3:GetObject");
    claim.subject = Subject::arn(&arn).at(&account, None);
    claim.exchanges.extend_from_slice(authorization.exchanges());
    claim.prove(w, &scene, &question, remedy).await;
    // Elsewhere the role's own policies decide: whatever a resource says, it is taken to leave it to them.
    let text = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": account.as_str()}, "Action": "*", "Resource": "*"}]});
    scene.resource_account = account.to_string();
    scene.resource_policy = Some(parse(w, "a resource policy", &text.to_string(), "policy evaluation", &account)?);
    let beside = beside_reading(role);
    let question =
        Question::about(beside.iter().map(String::as_str)).on_all("*").by(Who::exactly(role.principal.clone()));
    let mut claim = access.claim(
        format!("the policies of {arn} allow reading alone, whatever the resource"),
        "take the action out of the role's policies: what changes something belongs to another role",
    );
    claim.subject = Subject::arn(&arn).at(&account, None);
    claim.exchanges.extend_from_slice(authorization.exchanges());
    let remedy =
        Remedy::Unknown("what the role needs beside reading, and from which policy, is known to its owner alone");
    claim.prove(w, &scene, &question, remedy).await;
    w.settle()
}

/// What actions of services without a line in the table begin with when they read.
const VERBS_OF_READING: [&str; 12] = [
    "batchdescribe",
    "batchget",
    "describe",
    "get",
    "head",
    "list",
    "lookup",
    "query",
    "read",
    "search",
    "select",
    "view",
];

/// Every classified action that does not read, and one for each pattern of the role's policies that goes beyond reading
/// in another service.
fn beside_reading(role: &Identity) -> Vec<String> {
    let mut actions: Vec<String> = other_than_reading_anywhere().into_iter().map(str::to_owned).collect();
    // A pattern over all services has one of these in it.
    actions.push("ec2:RunInstances".to_owned());
    let patterns = role.policies.iter().flat_map(|policy| policy.statements()).flat_map(Statement::allowed_patterns);
    actions.extend(patterns.filter_map(|pattern| beyond_reading(&pattern)));
    actions
}

/// An action the pattern matches, unless its service is classified or its name begins with a verb of reading.
fn beyond_reading(pattern: &str) -> Option<String> {
    let (service, name) = pattern.split_once(':')?;
    if actions::covers(service) || VERBS_OF_READING.iter().any(|verb| name.starts_with(verb)) {
        return None;
    }
    let name = match name.replace('*', "").replace('?', "x") {
        empty if empty.is_empty() => "x".to_owned(),
        name => name,
    };
    Some(format!("{}:{name}", service.replace(['*', '?'], "x")))
}

#[then(
    "nobody other than the named readers, the log storage role and the role that replicates the log bucket can read log files"
)]
async fn nobody_else_reads(w: &mut LogproofWorld) -> Judged {
    let mut access = BucketAccess::read(w).await?;
    let allowed = may_read(w, &access.resource.name).await?;
    access.rest_on(&allowed.exchanges);
    let refusal = Refusal {
        question: Question::about(read()).on_all(&access.objects()).by(allowed.excepted_from(Who::anyone())),
        callers: Callers::Inventory,
        expected: "only named readers and the log storage role can read log files".to_owned(),
        change: "deny s3:GetObject on the bucket's objects to every principal that is not on the list".to_owned(),
        remedy: access.deny_in_own_policy(
            "OnlyNamedReadersRead",
            On::These(vec![access.objects()]),
            everybody_but(&allowed.arns),
        ),
    };
    access.must_refuse(w, refusal).await
}

#[cfg(test)]
mod tests {
    use super::beyond_reading;

    #[test]
    fn a_pattern_beyond_reading_has_an_action_to_ask_about() {
        assert_eq!(beyond_reading("glue:update*").as_deref(), Some("glue:update"));
        assert_eq!(beyond_reading("ec2:*").as_deref(), Some("ec2:x"));
        assert_eq!(beyond_reading("ec?:run?nstances").as_deref(), Some("ecx:runxnstances"));
        for reading in ["ec2:describe*", "logs:getlogevents", "s3:*", "kms:decrypt"] {
            assert_eq!(beyond_reading(reading), None, "{reading}");
        }
    }
}
