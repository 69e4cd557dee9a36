//! Every observer against answers as they come over the wire: present, absent, denied, throttled, cut short.

mod support;

mod kms;
mod s3;
