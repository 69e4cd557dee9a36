//! Puts on every request who is asked what, where, so that the seam below the SDK can tell.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextMut, dyn_dispatch_hint},
        orchestrator::Metadata,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;

use crate::exchange::CallTag;

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
    use super::service_name;

    #[test]
    fn service_names_are_short() {
        assert_eq!(service_name("S3 Control"), "s3control");
        assert_eq!(service_name("Config Service"), "config");
        assert_eq!(service_name("CloudTrail"), "cloudtrail");
    }
}
