//! Questions about AWS Config.

use logproof_estate::{
    AccountId, Answer, Region,
    facts::{ConfigDelivery, ConfigDeliveryStatus, ConfigRecorder},
};

use crate::{
    edit::{Change, ConfigChange, Edit},
    overlay::{
        Overlay,
        lay::{Asked, Pen, State},
        recorder,
    },
};

impl Overlay {
    pub(in crate::overlay) async fn planned_config_recorders(
        &self,
        account: &AccountId,
        region: &Region,
    ) -> Answer<Vec<ConfigRecorder>> {
        regional!(self.config_recorders(account, region), "config:DescribeConfigurationRecorders",
            about "the configuration recorders", fresh None,
            |change| matches!(change, Change::Config(ConfigChange::Recorder(_) | ConfigChange::RecorderDeleted { .. }
                | ConfigChange::Recording { .. })) =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| recorder::recorders(state, change))
    }

    pub(in crate::overlay) async fn planned_config_delivery(
        &self,
        account: &AccountId,
        region: &Region,
    ) -> Answer<Vec<ConfigDelivery>> {
        regional!(self.config_delivery(account, region), "config:DescribeDeliveryChannels",
            about "the delivery channels", fresh None,
            |change| matches!(change, Change::Config(ConfigChange::Delivery(_) | ConfigChange::DeliveryDeleted { .. })) =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| recorder::channels(state, change))
    }

    pub(in crate::overlay) async fn planned_config_delivery_status(
        &self,
        account: &AccountId,
        region: &Region,
    ) -> Answer<Vec<ConfigDeliveryStatus>> {
        regional!(self.config_delivery_status(account, region), "config:DescribeDeliveryChannelStatus",
        about "the delivery channels", fresh None,
        |change| matches!(change, Change::Config(ConfigChange::Delivery(_) | ConfigChange::DeliveryDeleted { .. })) =>
        |state: &mut State<_>, change: &Change, edit: &Edit, _: &mut Pen| {
            recorder::delivery_status(state, change, edit);
        })
    }
}
