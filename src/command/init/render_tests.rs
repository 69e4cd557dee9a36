use std::collections::BTreeSet;

use logproof_estate::{
    Config,
    config::{AccessConfig, ExpectationsConfig, IntegrityConfig, LimitsConfig},
    facts::Account,
};

use super::super::{
    discover::{Discovery, KnownAccounts, Request, Trailed, of_maker},
    draft::Seen,
    maker::Maker,
};

fn found() -> Discovery {
    Discovery {
        maker: Maker::Organizations,
        organization: Some("o-exampleorg1".to_owned()),
        management: Some("111111111111".parse().unwrap()),
        accounts: vec![Account {
            id: "222222222222".parse().unwrap(),
            arn: "arn:aws:organizations::111111111111:account/o-exampleorg1/222222222222".to_owned(),
            name: "log\narchive = \"?\"".to_owned(),
            status: "ACTIVE".to_owned(),
            parent: "r-exmp".to_owned(),
            joined: None,
        }],
        trail: Trailed {
            name: Some("org-trail".to_owned()),
            bucket: Some("aws-acme-log-storage-222222222222-eu-central-1".to_owned()),
            prefix: None,
            kms_key: Some("arn:aws:kms:eu-central-1:222222222222:key/k".to_owned()),
        },
        other_trails: Vec::new(),
        home: "eu-central-1".parse().unwrap(),
        regions: vec!["eu-central-1".parse().unwrap()],
        regions_from: "as given",
        log_archive: Some("222222222222".parse().unwrap()),
        security_tooling: None,
        config_bucket: None,
        config_account: None,
        access: AccessConfig::default(),
        unseen: Vec::new(),
        seen: Seen::default(),
    }
}

/// The file with every commented key made a key.
fn uncommented(text: &str) -> String {
    let is_key = |rest: &&str| {
        rest.starts_with("[[") || rest.split_once(" = ").is_some_and(|(name, _)| !name.contains([' ', '.', '"']))
    };
    let lines = text.lines().map(|line| line.strip_prefix("# ").filter(is_key).unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// Names of all keys, `table.key`.
fn keys(value: &serde_json::Value) -> BTreeSet<String> {
    let tables = value.as_object().unwrap().iter();
    tables
        .flat_map(|(table, content)| match content {
            serde_json::Value::Object(keys) => keys.keys().map(|key| format!("{table}.{key}")).collect(),
            _ => vec![table.clone()],
        })
        .collect()
}

#[test]
fn what_is_written_is_a_configuration_with_the_defaults_it_shows() {
    let text = found().render();
    let config = Config::parse(&text).unwrap();
    assert_eq!(config.log_bucket_name(), "aws-acme-log-storage-222222222222-eu-central-1");
    assert_eq!(config.names.bucket, None);
    assert_eq!(config.expectations, ExpectationsConfig::default());
    assert_eq!(config.integrity, IntegrityConfig::default());
    assert!(config.readers.is_empty());

    let shown = Config::parse(&uncommented(&text)).unwrap();
    let examples = ExpectationsConfig {
        object_lock_days: Some(config.expectations.retention_days),
        replica_account: Some("123456789012".parse().unwrap()),
        ..ExpectationsConfig::default()
    };
    assert_eq!(shown.expectations, examples);
    assert_eq!(shown.integrity, IntegrityConfig::default());
    assert_eq!(shown.limits, LimitsConfig::default());
    let access = AccessConfig {
        external_id: Some("...".to_owned()),
        profile: Some("audit".to_owned()),
        organizations_account: Some("123456789012".parse().unwrap()),
        ..AccessConfig::default()
    };
    assert_eq!(shown.access, access);
    assert_eq!(shown.names.log_services, config.names.log_services);
    assert_eq!(
        (&shown.names.admin_role, &shown.names.reader_role),
        (&config.names.admin_role, &config.names.reader_role)
    );
    assert_eq!(shown.storage_role_arn(), config.storage_role_arn());
    assert_eq!(shown.log_bucket_name(), config.log_bucket_name());
}

#[test]
fn every_key_of_the_configuration_is_shown() {
    let text = found().render();
    let shown: toml::Value = toml::from_str(&uncommented(&text)).unwrap();
    let all = serde_json::to_value(Config::parse(&uncommented(&text)).unwrap()).unwrap();
    assert_eq!(keys(&serde_json::to_value(shown).unwrap()), keys(&all), "{text}");
}

#[test]
fn what_was_not_found_is_a_question_that_check_refuses() {
    let mut discovery = found();
    discovery.log_archive = None;
    discovery.trail.kms_key = None;
    discovery.unseen = vec!["cannot read the buckets".to_owned()];
    discovery.other_trails = vec!["second".to_owned()];
    let text = discovery.render();
    assert!(text.contains("log_archive_account = \"?\" # not found"), "{text}");
    assert!(text.contains("key = \"?\" # the trail names no key"), "{text}");
    assert!(text.contains("#   cannot read the buckets\n") && text.contains("other organization trails: second."));
    let refused = Config::parse(&text).unwrap_err().to_string();
    assert!(refused.contains("`?`") && refused.contains("hint:"), "{refused}");
    discovery.log_archive = found().log_archive;
    let refused = Config::parse(&discovery.render()).unwrap_err().to_string();
    assert!(refused.contains("key `names.key`") && refused.contains("`?`") && refused.contains("hint:"), "{refused}");
}

#[test]
fn another_bucket_name_and_the_key_of_another_account_are_values() {
    let mut discovery = found();
    discovery.trail.bucket = Some("aws-controltower-logs-222222222222-eu-central-1".to_owned());
    discovery.trail.prefix = Some("a\"b".to_owned());
    discovery.trail.kms_key = Some("arn:aws:kms:eu-central-1:111111111111:key/k".to_owned());
    let config = Config::parse(&discovery.render()).unwrap();
    assert_eq!(config.log_bucket_name(), "aws-controltower-logs-222222222222-eu-central-1");
    assert_eq!(config.names.log_prefix.as_deref(), Some("a\"b"));
    assert_eq!(config.key_account().as_str(), "111111111111");
}

#[test]
fn arns_are_of_the_partition_of_the_home_region() {
    let mut discovery = found();
    discovery.home = "cn-north-1".parse().unwrap();
    discovery.regions = vec![discovery.home.clone()];
    discovery.trail.kms_key = Some("arn:aws-cn:kms:cn-north-1:222222222222:key/k".to_owned());
    let text = discovery.render();
    assert!(text.contains("arn:aws-cn:iam::") && !text.contains("arn:aws:"), "{text}");
    let shown = Config::parse(&uncommented(&text)).unwrap();
    assert_eq!(shown.storage_role_arn(), "arn:aws-cn:iam::222222222222:role/LogArchive-Administrator");
    assert_eq!(shown.readers[0].principal, "arn:aws-cn:iam::123456789012:role/LogReader");
}

const MAKERS: [(Maker, &str); 4] = [
    (Maker::ControlTower, include_str!("../../../tests/zones/control-tower-4.yaml")),
    (Maker::ControlTower3, include_str!("../../../tests/zones/control-tower-3.yaml")),
    (Maker::Lza, include_str!("../../../tests/zones/lza.yaml")),
    (Maker::Organizations, include_str!("../../../tests/zones/organizations.yaml")),
];

/// The configuration that a described landing zone has.
fn described(zone: &str) -> serde_json::Value {
    serde_yaml_ng::from_str::<serde_json::Value>(zone).unwrap()["config"].clone()
}

#[test]
fn the_maker_of_each_described_zone_is_recognized() {
    for (maker, zone) in MAKERS {
        let names = &described(zone)["names"];
        assert_eq!(Maker::recognize(names["trail"].as_str().unwrap(), names["config_bucket"].as_str()), maker);
    }
}

#[test]
fn the_names_of_a_maker_are_those_of_its_described_zone() {
    for (maker, zone) in MAKERS {
        let config = described(zone);
        let id = |name: &str| config["organization"][name].as_str().unwrap();
        let accounts = KnownAccounts {
            organization: Some(id("id").to_owned()),
            management: Some(id("management_account").parse().unwrap()),
            log_archive: Some(id("log_archive_account").parse().unwrap()),
            security_tooling: Some(id("security_tooling_account").parse().unwrap()),
        };
        let region = |name: &str| name.parse().unwrap();
        let request = Request {
            region: region("eu-central-1"),
            regions: vec![region("eu-central-1"), region("eu-west-1")],
            access: AccessConfig::default(),
        };
        let text = of_maker(maker, &accounts, &request).render();
        let written: serde_json::Value = toml::from_str(&text).unwrap();
        assert_eq!(written["organization"], config["organization"], "{text}");
        let mut open: Vec<&str> = Vec::new();
        for (key, value) in written["names"].as_object().unwrap() {
            if value == "?" {
                open.push(key);
            } else {
                assert_eq!(value, &config["names"][key], "{key}\n{text}");
            }
        }
        let expected: &[&str] = match maker {
            Maker::ControlTower => &["config_bucket", "key"],
            Maker::ControlTower3 | Maker::Lza => &["key"],
            Maker::Organizations => &["bucket", "key", "trail"],
        };
        assert_eq!(open, expected, "{text}");
        let refused = Config::parse(&text).unwrap_err().to_string();
        assert!(refused.contains("`?`") && refused.contains("hint:"), "{refused}");
    }
}

#[test]
fn without_accounts_every_account_is_a_question_with_the_form_of_the_name() {
    let request =
        Request { region: "eu-central-1".parse().unwrap(), regions: Vec::new(), access: AccessConfig::default() };
    let text = of_maker(Maker::ControlTower, &KnownAccounts::default(), &request).render();
    for line in [
        "id = \"?\" # fill in the id of the organization",
        "bucket = \"?\" # its form is aws-controltower-logs-[log archive account ID]-eu-central-1",
        "log_prefix = \"?\" # its form is [organization ID]",
        "config_bucket = \"?\" # its form is aws-controltower-config-logs-[audit account ID]-[suffix]",
        "trail = \"aws-controltower-BaselineCloudTrail\"",
        "governed_regions = [\"eu-central-1\"]",
        // The default, for what is a key in a comment.
        "# storage_role = \"arn:aws:iam::123456789012:role/AWSControlTowerExecution\"",
        "# Names are those of AWS Control Tower, landing zone 4.0 or newer.",
        "# [[names.administrators]]\n# role = \"AWSControlTowerExecution\"\n# accounts = [\"123456789012\"]\n# units = [\"ou-...\"]",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}
