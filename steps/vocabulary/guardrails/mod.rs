//! The policies of the organization: which are attached, whom they bind, whom they exempt, who can remove them.

pub(crate) mod attached;
pub(crate) mod effective;
pub(crate) mod exemptions;
pub(crate) mod removal;
