//! What all doors share: requests as doors see them, answers, who asks, embedded files.

pub mod assets;
pub mod cookie;
pub mod csrf;
pub mod multipart;
pub mod request;
pub mod response;
pub mod who;
