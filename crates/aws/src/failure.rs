//! Turns what the SDK says into the product's words: absent, denied, throttled, unreachable, malformed.

use std::{error::Error, fmt};

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use logproof_estate::{AccountId, Reason, Region, Unseen};

use crate::{
    call::{root_of, whole},
    permissions::action_of,
    seam::Made,
    traffic::THROTTLED,
};

/// Why a call gave no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The service answered with an error. `bucket_region` is where S3 says the bucket is.
    Service { code: Option<String>, status: u16, message: String, bucket_region: Option<Region> },
    /// No answer.
    Transport(String),
    /// Not in the recording.
    NotRecorded(String),
    /// An answer that cannot be read, or that contradicts another one.
    Malformed(String),
    /// The credentials could not be had.
    Credentials(String),
    /// The role of the account could not be assumed.
    Role { role: String, detail: String },
}

const DENIED: [&str; 6] = [
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthorizationError",
    "AuthorizationErrorException",
    "AllAccessDisabled",
];
const CREDENTIALS: [&str; 9] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "InvalidToken",
    "RequestExpired",
];

impl<E> From<SdkError<E, HttpResponse>> for Failure
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        if chain(&error).any(|cause| cause.is::<CredentialsError>()) {
            return Self::Credentials(innermost(&error));
        }
        let status = error.raw_response().map(|response| response.status().as_u16());
        match &error {
            SdkError::ServiceError(context) => {
                let code = context.err().code().map(str::to_owned);
                let said = context.err().message().or_else(|| error.raw_response().and_then(page));
                let message = said.map_or_else(|| innermost(&error), str::to_owned);
                match (code, status.unwrap_or(0)) {
                    // A success status with an error is an answer the SDK could not read.
                    (None, 200..=299) => Self::Malformed(innermost(&error)),
                    (code, status) => {
                        let bucket_region = error.raw_response().and_then(bucket_region);
                        Self::Service { code, status, message: one_line(&message), bucket_region }
                    }
                }
            }
            SdkError::ResponseError(_) => Self::Malformed(innermost(&error)),
            SdkError::TimeoutError(_) => Self::Transport("timed out".to_owned()),
            SdkError::DispatchFailure(failure) => {
                let text = innermost(&error);
                if let Some(what) = text.strip_prefix("not in the recording: ") {
                    return Self::NotRecorded(what.to_owned());
                }
                match failure.as_connector_error() {
                    Some(connector) if connector.is_timeout() => Self::Transport(format!("timed out: {text}")),
                    _ => Self::Transport(text),
                }
            }
            _ => Self::Malformed(innermost(&error)),
        }
    }
}

impl Failure {
    /// What an answer of S3 that is no success says.
    ///
    /// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
    pub(crate) fn of_s3(response: &HttpResponse) -> Self {
        let status = response.status().as_u16();
        if response.status().is_success() {
            return Self::Malformed(format!("HTTP {status} is no answer to this"));
        }
        let message = element(response, "Message").or_else(|| page(response).map(str::to_owned)).unwrap_or_default();
        let is_whole = whole(response.body().bytes().unwrap_or_default()).is_ok();
        Self::Service {
            // What is left of a document says nothing: a log file would be missing by it.
            code: element(response, "Code").filter(|_| is_whole),
            status,
            message: one_line(&message),
            bucket_region: bucket_region(response),
        }
    }
}

/// The text of an element of S3's error document, if the answer is one.
pub(crate) fn element(response: &HttpResponse, name: &str) -> Option<String> {
    let body = std::str::from_utf8(response.body().bytes()?).ok()?;
    let (_, document) = body.split_once("<Error>")?;
    let (_, rest) = document.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    quick_xml::escape::unescape(text).ok().map(std::borrow::Cow::into_owned).filter(|text| !text.is_empty())
}

/// The text of an error that is no error document: the page of a proxy says more than that it is none.
fn page(response: &HttpResponse) -> Option<&str> {
    let text = std::str::from_utf8(response.body().bytes()?).ok()?;
    (!response.status().is_success() && !text.trim().is_empty()).then_some(text)
}

/// Where S3 says the bucket is: in a header, or (`AuthorizationHeaderMalformed`) in the error document.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
fn bucket_region(response: &HttpResponse) -> Option<Region> {
    let in_body = || {
        let body = std::str::from_utf8(response.body().bytes()?).ok()?;
        let (_, rest) = body.split_once("<Region>")?;
        rest.split_once("</Region>").map(|(region, _)| region)
    };
    response.headers().get("x-amz-bucket-region").or_else(in_body)?.parse().ok()
}

/// `None` when the service says the thing does not exist (one of `codes`), the output otherwise. Only the service's own
/// word counts: its code in an error document that arrived whole. A code that is all that is left of a document, or a
/// header without one, may be what something on the way made of another answer.
///
/// # Errors
/// Every other failure.
pub(crate) fn absent<O, E>(result: Result<O, SdkError<E, HttpResponse>>, codes: &[&str]) -> Result<Option<O>, Failure>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    absent_where(result, |code, _| codes.contains(&code))
}

/// The same, where the code alone does not tell: `says_so` is asked about code and message.
///
/// # Errors
/// Every other failure.
pub(crate) fn absent_where<O, E>(
    result: Result<O, SdkError<E, HttpResponse>>,
    says_so: impl Fn(&str, &str) -> bool,
) -> Result<Option<O>, Failure>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let error = match result {
        Ok(output) => return Ok(Some(output)),
        Err(error) => error,
    };
    // Absent configurations come back as unhandled service errors: only the code tells.
    if let SdkError::ServiceError(context) = &error
        && let Some(code) = context.err().code()
        && says_so(code, context.err().message().unwrap_or_default())
    {
        return match error_document(context.raw()) {
            Ok(()) => Ok(None),
            Err(why) => Err(Failure::Malformed(format!("`{code}` in an answer that is no whole error: {why}"))),
        };
    }
    Err(error.into())
}

/// Whether an answer is an error document from its first to its last character, with a status that errors of the
/// caller's making have.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
fn error_document(response: &HttpResponse) -> Result<(), String> {
    let status = response.status().as_u16();
    if !(400..500).contains(&status) {
        return Err(format!("its status is {status}"));
    }
    let body = response.body().bytes().unwrap_or_default();
    whole(body)?;
    match root_of(body) {
        Some(root) if root == "Error" || root == "ErrorResponse" => Ok(()),
        Some(root) => Err(format!("a document `{root}`")),
        None => serde_json::from_slice::<serde::de::IgnoredAny>(body).map(drop).map_err(|error| error.to_string()),
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service { code: Some(code), message, .. } => write!(f, "`{code}`: {message}"),
            Self::Service { code: None, status, message, .. } => write!(f, "HTTP {status}: {message}"),
            Self::Role { role, detail } => write!(f, "role `{role}` cannot be assumed: {detail}"),
            Self::Transport(detail)
            | Self::NotRecorded(detail)
            | Self::Malformed(detail)
            | Self::Credentials(detail) => f.write_str(detail),
        }
    }
}

impl Failure {
    /// What a failure to assume `role` is: a refusal is about the role, everything else stays what it is.
    pub(crate) fn assuming(self, role: String) -> Self {
        match &self {
            Self::Service { code: Some(code), .. } if DENIED.contains(&code.as_str()) => {
                Self::Role { role, detail: self.to_string() }
            }
            _ => self,
        }
    }

    /// Says it in the product's words. `made` are the exchanges of the question; the last one failed.
    pub(crate) fn unseen(self, asked: &Asked<'_>, made: &[Made]) -> Unseen {
        let operation = made
            .last()
            .map_or_else(|| asked.operation.to_owned(), |last| format!("{}:{}", last.tag.service, last.tag.operation));
        let (reason, detail) = self.reason(&operation);
        Unseen {
            hint: hint(&reason, asked),
            operation,
            account: asked.account.clone(),
            region: asked.region.cloned(),
            subject: asked.subject.to_owned(),
            reason,
            detail,
            exchanges: made.iter().map(|m| m.id.clone()).collect(),
        }
    }

    /// Whether the service asks for fewer requests.
    pub(crate) fn is_throttled(&self) -> bool {
        matches!(self, Self::Service { code, status, .. }
            if matches!(status, 429 | 503) || code.as_deref().is_some_and(|code| THROTTLED.contains(&code)))
    }

    /// Whether the service refuses the caller.
    pub(crate) fn is_denied(&self) -> bool {
        matches!(self, Self::Service { code, status, .. }
            if code.as_deref().map_or(*status == 403, |code| DENIED.contains(&code)))
    }

    fn reason(self, operation: &str) -> (Reason, String) {
        match self {
            Self::Service { code, status, message, bucket_region: _ } => {
                let named = |list: &[&str]| code.as_deref().is_some_and(|code| list.contains(&code));
                let reason = if named(&CREDENTIALS) {
                    Reason::NoCredentials
                } else if named(&THROTTLED) || status == 429 {
                    Reason::Throttled
                } else if named(&DENIED) || (code.is_none() && status == 403) {
                    Reason::Denied { action: action_of(operation) }
                } else {
                    Reason::ServiceError { code: code.clone().unwrap_or_else(|| format!("HTTP {status}")) }
                };
                let detail = if message.is_empty() { code.unwrap_or_default() } else { message };
                (reason, detail)
            }
            Self::Transport(detail) => (Reason::Unreachable, detail),
            Self::NotRecorded(detail) => (Reason::NotRecorded, detail),
            Self::Malformed(detail) => (Reason::Malformed, detail),
            Self::Credentials(detail) => (Reason::NoCredentials, detail),
            Self::Role { role, detail } => (Reason::RoleNotAssumable { role }, detail),
        }
    }
}

/// What is being asked, where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) operation: &'static str,
    pub(crate) account: &'a AccountId,
    pub(crate) region: Option<&'a Region>,
    pub(crate) subject: &'a str,
}

fn hint(reason: &Reason, asked: &Asked<'_>) -> String {
    match reason {
        Reason::Denied { action } => {
            format!(
                "allow `{action}` for the audit role in account {}, and look for an SCP, RCP or resource policy that denies it",
                asked.account
            )
        }
        Reason::RoleNotAssumable { role } => {
            format!(
                "create `{role}` with a trust policy for the caller, or set `access.role_name` and `access.external_id`"
            )
        }
        Reason::Throttled => "run again later, or lower `access.max_calls_in_flight_per_account`".to_owned(),
        Reason::Unreachable => "check the network, proxy and endpoint settings (`AWS_ENDPOINT_URL`)".to_owned(),
        Reason::ServiceError { code } if code == "NoSuchBucket" => {
            "create the bucket, or correct its name under `[names]` in the configuration".to_owned()
        }
        Reason::ServiceError { code } if code == "AWSOrganizationsNotInUseException" => {
            "use credentials of an account that is in the organization".to_owned()
        }
        Reason::ServiceError { .. } => {
            "run again; if it stays, look up the request id of the exchange with AWS support".to_owned()
        }
        Reason::Malformed => {
            "look at the recorded exchange; a proxy or an emulator may have changed the answer".to_owned()
        }
        Reason::NoCredentials => "renew the credentials (`aws sso login`, or the environment) and run again".to_owned(),
        Reason::Undecided => "read the policies named, and attest what they allow".to_owned(),
        Reason::Unproven => "see what the detail names, and run again".to_owned(),
        Reason::AfterApply { .. } => "apply the plan, and check the landing zone".to_owned(),
        Reason::NotRecorded => {
            "the bundle was made by a run that did not ask this; run `logproof check` again".to_owned()
        }
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&cause| cause.source())
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map(|cause| one_line(&cause.to_string())).unwrap_or_default()
}

/// The first 300 characters on one line: an HTML error page must not flood a report.
fn one_line(text: &str) -> String {
    let mut line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > 300 {
        line = line.chars().take(300).collect::<String>() + " ...";
    }
    line
}

#[cfg(test)]
mod tests;
