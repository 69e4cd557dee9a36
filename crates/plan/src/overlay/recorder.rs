//! AWS Config: recorders and delivery channels.

use logproof_estate::facts::{ConfigDelivery, ConfigDeliveryStatus, ConfigRecorder};

use super::lay::State;
use crate::{
    edit::{Change, ConfigChange, Edit},
    planned::Unknown,
};

pub(super) fn recorders(state: &mut State<Vec<ConfigRecorder>>, change: &Change) {
    let Change::Config(change) = change else { return };
    match change {
        ConfigChange::Recorder(to) => state.change_by(to, |recorders, to| {
            match recorders.iter_mut().find(|recorder| recorder.name == to.name) {
                // What it does now is not a property of the plan.
                Some(recorder) => {
                    *recorder = ConfigRecorder {
                        recording: recorder.recording,
                        last_status: recorder.last_status.clone(),
                        last_error: recorder.last_error.clone(),
                        last_status_change: recorder.last_status_change,
                        ..to.clone()
                    }
                }
                None => recorders.push(ConfigRecorder {
                    recording: false,
                    last_status: None,
                    last_error: None,
                    last_status_change: None,
                    ..to.clone()
                }),
            }
        }),
        ConfigChange::RecorderDeleted { name } => {
            state.change(|recorders| recorders.retain(|recorder| &recorder.name != name));
        }
        ConfigChange::Recording { name, on } => state.change_by(on, |recorders, on| {
            if let Some(recorder) = recorders.iter_mut().find(|recorder| &recorder.name == name) {
                recorder.recording = *on;
                // A recorder that was just started has recorded nothing yet.
                if *on && recorder.last_status.is_none() {
                    recorder.last_status = Some("Pending".to_owned());
                }
            }
        }),
        ConfigChange::Delivery(_) | ConfigChange::DeliveryDeleted { .. } => {}
    }
}

pub(super) fn channels(state: &mut State<Vec<ConfigDelivery>>, change: &Change) {
    match change {
        Change::Config(ConfigChange::Delivery(to)) => {
            state.change_by(to, |channels, to| match channels.iter_mut().find(|channel| channel.name == to.name) {
                Some(channel) => *channel = to.clone(),
                None => channels.push(to.clone()),
            })
        }
        Change::Config(ConfigChange::DeliveryDeleted { name }) => {
            state.change(|channels| channels.retain(|channel| &channel.name != name));
        }
        _ => {}
    }
}

/// How the deliveries of a new channel end can be observed only when it is there.
pub(super) fn delivery_status(state: &mut State<Vec<ConfigDeliveryStatus>>, change: &Change, edit: &Edit) {
    match change {
        Change::Config(ConfigChange::Delivery(to)) => {
            let known = |name: &str| matches!(&*state, State::Is(found) if found.iter().any(|one| one.name == name));
            let new = match to.known() {
                Ok(to) => !known(&to.name),
                Err(_) => true,
            };
            if new {
                *state = State::Unknown(Unknown {
                    address: edit.origin.address.clone(),
                    attribute: "delivery status".to_owned(),
                    why: "how the new delivery channel delivers can be observed only after the apply".to_owned(),
                });
            }
        }
        Change::Config(ConfigChange::DeliveryDeleted { name }) => {
            state.change(|channels| channels.retain(|channel| &channel.name != name));
        }
        _ => {}
    }
}
