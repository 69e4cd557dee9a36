"""ARNs of what findings must name, in the sample landing zone."""

LOG_BUCKET = "arn:aws:s3:::aws-acme-log-storage-222222222222-eu-central-1"
ACCESS_LOG_BUCKET = "arn:aws:s3:::aws-acme-access-log-storage-222222222222-eu-central-1"
LOG_KEY = "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TRAIL = "arn:aws:cloudtrail:eu-central-1:111111111111:trail/org-trail"
ADMIN_ROLE = "arn:aws:iam::222222222222:role/LogArchive-Administrator"
READER_ROLE = "arn:aws:iam::333333333333:role/LogsReadOnlyFrequencyRole"
AUDITOR_ROLE = "arn:aws:iam::444444444444:role/WorkloadAuditor"
ALERT_RULE = "arn:aws:events:eu-central-1:222222222222:rule/log-store-changes"
# Accounts in findings about the organization.
LOG_ARCHIVE = "account/o-exampleorg1/222222222222"
WORKLOAD = "account/o-exampleorg1/444444444444"
EVERY_MEMBER = "account/o-exampleorg1/"
