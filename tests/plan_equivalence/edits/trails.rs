//! Trails and AWS Config.

use logproof_estate::{
    AccountId, Region,
    facts::{ConfigDelivery, ConfigDeliveryStatus, ConfigRecorder, Trail, TrailStatus},
};
use logproof_plan::{
    Change, Planned,
    edit::{ConfigChange, TrailChange},
};

use super::{Left, Making, block, observed, value};
use crate::questions::Asked;

impl Making<'_> {
    pub(super) fn trails(&mut self, asked: &Asked) -> Result<(), Left> {
        let (was, is): (Vec<Trail>, Vec<Trail>) = (value(&asked.before, asked)?, value(&asked.after, asked)?);
        let place = |arn: &str| {
            let parts: Vec<&str> = arn.split(':').collect();
            (parts[4].parse::<AccountId>().unwrap(), parts[3].parse::<Region>().unwrap())
        };
        for trail in is.iter().filter(|trail| !was.contains(trail)) {
            let (account, region) = place(&trail.arn);
            if !was.iter().any(|other| other.arn == trail.arn) {
                if !self.greenfield {
                    return Err(observed("what a new trail delivers"));
                }
                let (arn, source) = (trail.arn.clone(), &self.listening.after);
                let selectors = (*block(source.event_selectors(&account, &region, &arn)).unwrap()).clone();
                let set = TrailChange::Set(Planned::Known(trail.clone()));
                let logging = TrailChange::Logging(Planned::Known(true));
                for change in [set, logging, TrailChange::Selectors(Planned::Known(selectors))] {
                    self.add_as("create", &account, &region, Change::Trail { arn: arn.clone(), change });
                }
                continue;
            }
            let change = TrailChange::Set(Planned::Known(trail.clone()));
            self.add(&account, &region, Change::Trail { arn: trail.arn.clone(), change });
        }
        for trail in was.iter().filter(|trail| !is.iter().any(|other| other.arn == trail.arn)) {
            // A trail that is no longer seen here may only have become one of fewer accounts or Regions.
            let home = place(&trail.arn);
            let still = block(self.listening.after.trails(&home.0, &home.1))
                .map_err(|_| Left::because("`trails` cannot be answered"))?;
            match still.iter().find(|other| other.arn == trail.arn) {
                Some(is) if is == trail => return Err(observed("where a trail is seen")),
                Some(is) => {
                    let change = TrailChange::Set(Planned::Known(is.clone()));
                    self.add(&home.0, &home.1, Change::Trail { arn: trail.arn.clone(), change });
                }
                None => {
                    let arn = trail.arn.clone();
                    self.add(&home.0, &home.1, Change::Trail { arn, change: TrailChange::Deleted });
                }
            }
        }
        Ok(())
    }

    pub(super) fn trail_status(&mut self, asked: &Asked) -> Result<(), Left> {
        if self.greenfield {
            return Ok(());
        }
        let (was, is): (Option<TrailStatus>, Option<TrailStatus>) =
            (value(&asked.before, asked)?, value(&asked.after, asked)?);
        let arn: String = asked.arg(2);
        match (was, is) {
            (Some(was), Some(is)) => {
                let logging = TrailStatus { is_logging: is.is_logging, ..was.clone() };
                if logging != is {
                    return Err(observed("the deliveries of a trail"));
                }
                let change = TrailChange::Logging(Planned::Known(is.is_logging));
                self.add(&asked.arg(0), &asked.arg(1), Change::Trail { arn, change });
                Ok(())
            }
            (_, None) => Ok(()),
            (None, Some(_)) => Err(observed("what a new trail delivers")),
        }
    }

    pub(super) fn config(&mut self, asked: &Asked) -> Result<(), Left> {
        let (account, region): (AccountId, Region) = (asked.arg(0), asked.arg(1));
        let mut changes = Vec::new();
        match asked.question {
            "config_recorders" => {
                let (was, is): (Vec<ConfigRecorder>, Vec<ConfigRecorder>) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                for recorder in is.iter().filter(|recorder| !was.contains(recorder)) {
                    let Some(before) = was.iter().find(|other| other.name == recorder.name) else {
                        if self.greenfield {
                            let (name, on) = (recorder.name.clone(), Planned::Known(true));
                            changes.push(ConfigChange::Recorder(Planned::Known(recorder.clone())));
                            changes.push(ConfigChange::Recording { name, on });
                            continue;
                        }
                        return Err(observed("the status of a recorder"));
                    };
                    let same = ConfigRecorder { recording: recorder.recording, ..recorder.clone() };
                    if (same.last_status, same.last_error, same.last_status_change)
                        != (before.last_status.clone(), before.last_error.clone(), before.last_status_change)
                    {
                        return Err(observed("the status of a recorder"));
                    }
                    changes.push(ConfigChange::Recorder(Planned::Known(recorder.clone())));
                    let (name, on) = (recorder.name.clone(), Planned::Known(recorder.recording));
                    changes.push(ConfigChange::Recording { name, on });
                }
                for one in was.iter().filter(|one| !is.iter().any(|other| other.name == one.name)) {
                    changes.push(ConfigChange::RecorderDeleted { name: one.name.clone() });
                }
            }
            "config_delivery" => {
                let (was, is): (Vec<ConfigDelivery>, Vec<ConfigDelivery>) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                for channel in is.iter().filter(|channel| !was.contains(channel)) {
                    if !self.greenfield && !was.iter().any(|other| other.name == channel.name) {
                        return Err(observed("the deliveries of a channel"));
                    }
                    changes.push(ConfigChange::Delivery(Planned::Known(channel.clone())));
                }
                for one in was.iter().filter(|one| !is.iter().any(|other| other.name == one.name)) {
                    changes.push(ConfigChange::DeliveryDeleted { name: one.name.clone() });
                }
            }
            _ => {
                let (was, is): (Vec<ConfigDeliveryStatus>, Vec<ConfigDeliveryStatus>) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                if self.greenfield {
                    return Ok(());
                }
                if is.iter().any(|one| !was.contains(one)) {
                    return Err(observed("the deliveries of a channel"));
                }
                for one in was.iter().filter(|one| !is.contains(one)) {
                    changes.push(ConfigChange::DeliveryDeleted { name: one.name.clone() });
                }
            }
        }
        changes.into_iter().for_each(|change| self.add(&account, &region, Change::Config(change)));
        Ok(())
    }
}
