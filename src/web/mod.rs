//! What all doors share: requests as doors see them, answers and those that are kept, who asks, embedded files.

pub mod agent;
pub mod assets;
pub mod budget;
pub mod cache;
pub mod cookie;
pub mod csrf;
pub mod file;
pub mod front;
pub mod multipart;
mod negotiate;
pub mod network;
mod pace;
pub mod pieces;
pub mod request;
pub mod response;
pub mod who;
