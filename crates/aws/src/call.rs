//! What stands between the SDK and the wire: puts on every request who is asked what, where, so that the seam below the
//! SDK can tell, and refuses answers that are not whole.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut},
            dyn_dispatch_hint,
        },
        orchestrator::Metadata,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use quick_xml::events::Event;

use logproof_wire::CallTag;

/// Tags the requests of one account and Region.
#[derive(Debug, Clone)]
pub(crate) struct TagCalls {
    pub(crate) account: String,
    pub(crate) region: String,
}

#[dyn_dispatch_hint]
impl Intercept for TagCalls {
    fn name(&self) -> &'static str {
        "TagCalls"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let (service, operation) =
            config.load::<Metadata>().map_or(("unknown", "Unknown"), |metadata| (metadata.service(), metadata.name()));
        let tag = CallTag {
            account: self.account.clone(),
            region: self.region.clone(),
            service: service_name(service),
            operation: operation.to_owned(),
        };
        context.request_mut().add_extension(tag);
        Ok(())
    }
}

/// Refuses successes that the SDK would read as less than they are: without a body (an answer in which nothing is set;
/// every operation used answers with one), or with an XML document that ends early (its reader takes the end of the
/// bytes for the end of the list).
#[derive(Debug, Clone, Copy)]
pub(crate) struct WholeAnswers;

#[dyn_dispatch_hint]
impl Intercept for WholeAnswers {
    fn name(&self) -> &'static str {
        "WholeAnswers"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // The content of an object is whatever somebody put there: nothing, or the beginning of a document, is an answer.
        // An object that is put or looked at is answered with headers.
        let without = ["GetObject", "PutObject", "HeadObject"];
        if config.load::<Metadata>().is_some_and(|metadata| without.contains(&metadata.name())) {
            return Ok(());
        }
        let response = context.response();
        // Every body the seam gives back is in memory.
        match response.body().bytes() {
            Some(body) if response.status().is_success() => whole(body).map_err(Into::into),
            _ => Ok(()),
        }
    }
}

/// Whether a body ends where its document does; one that is no XML need only be there.
pub(crate) fn whole(body: &[u8]) -> Result<(), String> {
    match body.trim_ascii_start().first() {
        None => Err("the answer is empty".to_owned()),
        Some(b'<') => whole_document(body),
        Some(_) => Ok(()),
    }
}

fn whole_document(body: &[u8]) -> Result<(), String> {
    let mut reader = quick_xml::Reader::from_reader(body);
    let (mut depth, mut elements) = (0_usize, 0_usize);
    loop {
        match reader.read_event() {
            Ok(Event::Start(_)) => (depth, elements) = (depth + 1, elements + 1),
            Ok(Event::Empty(_)) => elements += 1,
            // The reader itself refuses an end that was not begun.
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Eof) if depth > 0 || elements == 0 => return Err("not a whole XML document".to_owned()),
            Ok(Event::Eof) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(format!("not an XML document: {error}")),
        }
    }
}

/// The name of the root element, when the body is an XML document.
pub(crate) fn root_of(body: &[u8]) -> Option<String> {
    let mut reader = quick_xml::Reader::from_reader(body);
    loop {
        match reader.read_event().ok()? {
            Event::Start(root) | Event::Empty(root) => {
                return std::str::from_utf8(root.local_name().as_ref()).ok().map(str::to_owned);
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// The short name of a service from the SDK's own.
fn service_name(sdk_name: &str) -> String {
    match sdk_name {
        "Config Service" => "config".to_owned(),
        "CloudWatch Logs" => "logs".to_owned(),
        "EventBridge" => "events".to_owned(),
        "AccessAnalyzer" => "access-analyzer".to_owned(),
        other => other.to_lowercase().replace(' ', ""),
    }
}

#[cfg(test)]
mod tests {
    use super::{service_name, whole};

    #[test]
    fn an_answer_is_whole_or_refused() {
        for body in ["{}", "<A/>", "<?xml version=\"1.0\"?>\n<A><B/>text &amp; <![CDATA[<C>]]></A>\n"] {
            assert_eq!(whole(body.as_bytes()), Ok(()), "{body}");
        }
        let cut = "<?xml version=\"1.0\"?>\n<A><B>text</B><C d=\"e\"/></A>";
        for length in 0..cut.len() {
            assert!(whole(&cut.as_bytes()[..length]).is_err(), "{}", &cut[..length]);
        }
        assert_eq!(whole(b" \n"), Err("the answer is empty".to_owned()));
        assert!(whole(b"<A></B>").is_err());
    }

    #[test]
    fn service_names_are_short() {
        assert_eq!(service_name("S3 Control"), "s3control");
        assert_eq!(service_name("Config Service"), "config");
        assert_eq!(service_name("CloudTrail"), "cloudtrail");
    }
}
