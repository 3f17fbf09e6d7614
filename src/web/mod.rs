//! What all doors share: requests as doors see them, answers and those that are kept, who asks, embedded files.

pub mod assets;
pub mod cache;
pub mod cookie;
pub mod csrf;
mod negotiate;
pub mod request;
pub mod response;
pub mod who;
