use super::*;
use crate::edit::{ConfigChange, TrailChange};

const ARN: &str = "arn:aws:cloudtrail:eu-central-1:222222222222:trail/t";

fn trail(organization: bool, multi_region: bool) -> Trail {
    Trail {
        name: "t".to_owned(),
        arn: ARN.to_owned(),
        home_region: Some("eu-central-1".to_owned()),
        is_organization_trail: organization,
        is_multi_region: multi_region,
        include_global_service_events: true,
        log_file_validation: true,
        bucket: "logs".to_owned(),
        prefix: None,
        kms_key: None,
        log_group_arn: None,
        sns_topic_arn: None,
    }
}

fn directory() -> Directory {
    let member = |id: AccountId| Account {
        id,
        arn: String::new(),
        name: String::new(),
        status: "ACTIVE".to_owned(),
        parent: "r-1".to_owned(),
        joined: None,
    };
    let root = Root { id: "r-1".to_owned(), arn: String::new(), enabled_policy_types: vec![] };
    Directory { root, units: vec![], accounts: vec![member(management()), member(account())] }
}

fn change(action: &str, change: TrailChange) -> Edit {
    edit_as(action, Change::Trail { arn: ARN.to_owned(), change })
}

#[tokio::test]
async fn a_new_trail_is_seen_where_its_events_come_from() {
    let abroad: Region = "eu-west-1".parse().unwrap();
    let cells = [(account(), home()), (account(), abroad.clone()), (management(), home()), (management(), abroad)];
    for (organization, multi_region, seen) in [
        (false, false, [true, false, false, false]),
        (false, true, [true, true, false, false]),
        (true, false, [true, false, true, false]),
        (true, true, [true, true, true, true]),
    ] {
        let zone = cells.iter().fold(Zone::default().with("directory", &[], directory()), |zone, (account, region)| {
            zone.with("trails", &[account, region], Vec::<Trail>::new())
        });
        let set = change("create", TrailChange::Set(Planned::Known(trail(organization, multi_region))));
        let overlay = overlay(zone, vec![set]);
        for ((account, region), seen) in cells.iter().zip(seen) {
            let listed = overlay.trails(account, region).await.unwrap();
            assert_eq!(listed.len(), usize::from(seen), "{organization} {multi_region} {account} {region}");
        }
    }
}

#[tokio::test]
async fn a_trail_that_is_made_smaller_is_not_seen_elsewhere() {
    let abroad: Region = "eu-west-1".parse().unwrap();
    let zone = Zone::default().with("trails", &[&account(), &abroad], vec![trail(false, true)]);
    let set = change("update", TrailChange::Set(Planned::Known(trail(false, false))));
    assert!(overlay(zone, vec![set]).trails(&account(), &abroad).await.unwrap().is_empty());
    let zone = Zone::default().with("trails", &[&account(), &home()], vec![trail(false, true)]);
    let gone = overlay(zone, vec![change("delete", TrailChange::Deleted)]);
    assert!(gone.trails(&account(), &home()).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_a_new_trail_delivers_is_not_known_and_that_it_does_not_log_is() {
    let set = || change("create", TrailChange::Set(Planned::Known(trail(false, true))));
    let logging = |on| change("create", TrailChange::Logging(Planned::Known(on)));
    let status = |edits| async { overlay(Zone::default(), edits).trail_status(&account(), &home(), ARN).await };
    let Reason::AfterApply { attribute, .. } = refused(status(vec![set(), logging(true)]).await) else { panic!() };
    assert_eq!(attribute, "latest delivery");
    for edits in [vec![set()], vec![set(), logging(false)]] {
        assert_eq!(*status(edits).await.unwrap(), Some(TrailStatus::default()));
    }
    // It records all management events unless told otherwise.
    let overlay = overlay(Zone::default(), vec![set()]);
    assert!(overlay.event_selectors(&account(), &home(), ARN).await.unwrap().basic[0].management_events);
}

#[tokio::test]
async fn a_trail_that_is_stopped_keeps_the_rest_of_its_status() {
    let was = TrailStatus { is_logging: true, latest_delivery: Some(as_of()), ..TrailStatus::default() };
    let zone = Zone::default().with("trail_status", &[&account(), &home(), &ARN], Some(was.clone()));
    let overlay = overlay(zone, vec![change("update", TrailChange::Logging(Planned::Known(false)))]);
    let is = TrailStatus { is_logging: false, stopped_logging: Some(as_of()), ..was };
    assert_eq!(*overlay.trail_status(&account(), &home(), ARN).await.unwrap(), Some(is));
}

fn recorder(name: &str) -> ConfigRecorder {
    ConfigRecorder {
        name: name.to_owned(),
        role_arn: None,
        all_supported: true,
        include_global: true,
        strategy: None,
        resource_types: vec![],
        excluded_types: vec![],
        recording_frequency: None,
        recording: true,
        last_status: Some("Success".to_owned()),
        last_error: None,
        last_status_change: Some(as_of()),
    }
}

#[tokio::test]
async fn recorders_and_channels() {
    let channel = |name: &str| ConfigDelivery {
        name: name.to_owned(),
        bucket: "logs".to_owned(),
        prefix: None,
        kms_key: None,
        sns_topic_arn: None,
        snapshot_frequency: None,
    };
    let at: [&dyn Debug; 2] = [&account(), &home()];
    let zone = || {
        Zone::default()
            .with("config_recorders", &at, vec![recorder("default")])
            .with("config_delivery", &at, vec![channel("default")])
            .with("config_delivery_status", &at, Vec::<ConfigDeliveryStatus>::new())
    };
    let config = |change| edit(Change::Config(change));
    let narrower = ConfigRecorder { all_supported: false, last_status: None, recording: false, ..recorder("default") };
    let edits = vec![config(ConfigChange::Recorder(Planned::Known(narrower)))];
    let found = overlay(zone(), edits).config_recorders(&account(), &home()).await.unwrap();
    // What it does now is observed; that it records less is planned.
    assert_eq!(*found, [ConfigRecorder { all_supported: false, ..recorder("default") }]);
    let stopped = config(ConfigChange::Recording { name: "default".to_owned(), on: Planned::Known(false) });
    assert!(!overlay(zone(), vec![stopped]).config_recorders(&account(), &home()).await.unwrap()[0].recording);
    let new = vec![
        config(ConfigChange::RecorderDeleted { name: "default".to_owned() }),
        config(ConfigChange::Recorder(Planned::Known(recorder("new")))),
        config(ConfigChange::Delivery(Planned::Known(channel("new")))),
        config(ConfigChange::DeliveryDeleted { name: "default".to_owned() }),
    ];
    let overlay = overlay(zone(), new);
    let recorders = overlay.config_recorders(&account(), &home()).await.unwrap();
    assert_eq!((recorders.len(), recorders[0].name.as_str(), recorders[0].recording), (1, "new", false));
    assert_eq!(*overlay.config_delivery(&account(), &home()).await.unwrap(), [channel("new")]);
    let status = refused(overlay.config_delivery_status(&account(), &home()).await);
    assert!(matches!(status, Reason::AfterApply { .. }), "{status:?}");
}
