//! What all doors share: requests as doors see them, answers, who asks, embedded files.

pub mod assets;
pub mod budget;
pub mod cookie;
pub mod csrf;
pub mod front;
pub mod network;
pub mod request;
pub mod response;
pub mod tolls;
pub mod who;
