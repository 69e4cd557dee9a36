//! Roles that matter to the log store, and who can become them.

pub(crate) mod administrator_role;
pub(crate) mod identity_providers;
pub(crate) mod separation_of_duties;
pub(crate) mod trust_policies;
